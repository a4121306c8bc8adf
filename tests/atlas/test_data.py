"""Every entry of the package's own atlas, walked."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from inplane.atlas import Atlas, counts, find_problems, kinds, load_atlas, rows
from inplane.atlas.check import _MENTION  # pyright: ignore[reportPrivateUsage]
from inplane.atlas.read import DATA, OBJECT_KINDS, read_folder
from inplane.atlas.rules import load_rules
from inplane.core import Grade, Review, UnknownNameError

ATLAS = load_atlas()
ENTRIES = [
    (kind, name, entry)
    for kind, entries in kinds(ATLAS).items()
    if kind != "citation"
    for name, entry in entries.items()
]
TISSUES = [  # name, m/s, kg/m3, MRayl, dB/cm/MHz: the table that the ultrasound engine was designed with
    ("water", 1482, 994, 1.47, 0.002),
    ("skin", 1624, 1109, 1.80, 1.84),
    ("fat", 1477, 911, 1.35, 0.61),
    ("connective", 1545, 1027, 1.59, 1.12),
    ("muscle", 1588, 1090, 1.73, 0.58),
    ("nerve", 1629.5, 1075, 1.75, 1.15),
    ("tendon", 1750, 1142, 2.00, 1.12),
    ("vessel_wall", 1569, 1102, 1.73, 0.61),
    ("blood", 1578, 1050, 1.66, 0.20),
    ("cortical_bone", 3515, 1908, 6.71, 4.74),
    ("cancellous_bone", 2117, 1178, 2.49, 3.55),
    ("inflated_lung", 949, 394, 0.37, 20),
    ("cartilage", 1640, 1100, 1.80, None),
]


def test_nothing_is_wrong_with_it() -> None:
    assert find_problems() == []


@pytest.mark.parametrize(("kind", "name", "entry"), ENTRIES, ids=[f"{kind}-{name}" for kind, name, _ in ENTRIES])
def test_every_statement_has_source_grade_and_review(kind: str, name: str, entry: Any) -> None:
    found = list(rows(entry))
    assert found, f"{kind} {name} states nothing"
    for row in found:
        assert row.text.strip()
        assert row.source
        assert isinstance(row.grade, Grade)
        assert row.review is Review.UNREVIEWED  # until a clinician has read it
        if row.origin == "cited":
            assert all(key in ATLAS.citations for key in row.source)
        else:
            assert row.grade is Grade.D
            assert len(row.source[0]) > len("unverified: ")


def test_every_citation_is_used() -> None:
    used: set[str] = set()
    for _, _, entry in ENTRIES:
        for row in rows(entry):
            used.update(row.source, *(_MENTION.findall(text) for text in (row.note, *row.source)))
    drugs_head = (DATA / "objects" / "drugs.yaml").read_text(encoding="utf-8")
    assert sorted(set(ATLAS.citations) - used - set(_MENTION.findall(drugs_head))) == []


def test_every_number_has_a_unit_and_limits() -> None:
    def places(entry: Any, field: str) -> Iterator[str]:
        if isinstance(entry, dict):
            if {"value", "low", "values"} & set(entry):
                yield field
            else:
                for key, inner in entry.items():
                    yield from places(inner, f"{field}.{key}" if field else key)

    raw, rules = read_folder(DATA), load_rules()
    for kind in (*OBJECT_KINDS, "procedures"):
        if kind != "thresholds":
            found = {field for entry in raw.entries[kind].values() for field in places(entry, "")}
            assert found == set(rules.fields.get(kind, {})), kind


@pytest.mark.parametrize(("name", "speed", "density", "impedance", "attenuation"), TISSUES)
def test_tissues_are_those_of_the_table(
    name: str, speed: float, density: float, impedance: float, attenuation: float | None
) -> None:
    tissue = ATLAS.tissue(name)
    assert tissue.sound_speed_m_s.value == speed
    assert tissue.density_kg_m3.value == density
    assert tissue.impedance_mrayl == pytest.approx(impedance, abs=0.006)  # the table is rounded to 0.01
    if attenuation is not None:
        assert tissue.attenuation_db_cm_mhz.value == attenuation


def test_muscle_is_the_zero_of_brightness() -> None:
    assert ATLAS.tissue("muscle").echogenicity_db.value == 0


MIDLINE = ("caudal_epidural_injection", "lumbar_interlaminar_epidural_injection")


@pytest.mark.parametrize("procedure_id", ATLAS.procedures)
def test_procedure_is_whole(procedure_id: str) -> None:
    procedure = ATLAS.procedure(procedure_id)
    needle = ATLAS.needle(procedure.needle_id)
    assert procedure.probe_id in ATLAS.probes
    assert procedure.side_required or procedure_id in MIDLINE
    assert procedure.needle.gauge.low <= needle.gauge <= procedure.needle.gauge.high
    assert procedure.needle.length_mm.low <= needle.length_mm.value <= procedure.needle.length_mm.high
    reaches = needle.length_mm.value > procedure.target.depth_mm.high
    assert reaches or (needle.length_mm.value > procedure.target.depth_mm.low and procedure.needle.note)
    assert [gate.modality for gate in procedure.modalities] == ["ultrasound", "c_arm", "ct"]
    assert all(gate.reason for gate in procedure.modalities)
    assert all(ATLAS.structure(critical.structure) for critical in procedure.critical_structures)
    assert {procedure.region, "body"} & set(ATLAS.structure(procedure.target.structure).regions)
    assert [ATLAS.drug(drug_id).id for drug_id in procedure.drug_ids] == list(procedure.drug_ids)
    asra = [item.id for item in ATLAS.checklist_items.values() if item.checklist == "asra_nine_items"]
    assert len(asra) == 9
    assert set(asra) <= set(procedure.checklist_ids)
    assert ATLAS.checklist(procedure)[-1].id == "time_out"
    assert set(procedure.views) <= set(ATLAS.views)
    assert procedure.landmark_technique.text
    assert set(procedure.landmark_technique.landmarks) <= set(ATLAS.landmarks)
    assert len(procedure.staging.grades) >= 1


def test_all_procedures_of_the_atlas_are_here() -> None:
    families = Counter(procedure.family for procedure in ATLAS.procedures.values())
    assert families == {
        "nerve_block": 19,
        "joint": 7,
        "tendon_bursa": 10,
        "trigger_point": 4,
        "regenerative": 3,
        "sympathetic": 2,
        "spine": 5,
    }


def test_codes_are_those_of_the_vocabulary_they_name() -> None:
    from pydicom.sr._concepts_dict import concepts

    known = {(code, meaning) for entry in concepts["SCT"].values() for code, (meaning, _) in entry.items()}
    codes = [code for structure in ATLAS.structures.values() for code in structure.codes]
    assert len(codes) > 100
    for code in codes:
        assert code.system == "SCT"
        assert (code.code, code.meaning) in known


def test_drug_limits_below_grade_a_are_provisional() -> None:
    for drug in ATLAS.drugs.values():
        assert all(limit.provisional or limit.grade is Grade.A for limit in drug.limits)
    assert ATLAS.drug("ropivacaine").provisional
    assert not ATLAS.drug("lidocaine").provisional


def test_contradictions_are_kept() -> None:
    assert "3 mg/kg (MEDIZZY)" in ATLAS.drugs["lidocaine"].limits[0].also
    assert any("10-20 ml" in text.text for text in ATLAS.procedure("femoral_nerve_block").disagreements)


def test_counts_add_up() -> None:
    found = counts(ATLAS)
    assert found["all"] == sum(found[f"grade {grade}"] for grade in "ABCD")
    assert found["all"] == found["cited"] + found["chosen"] + found["unverified"]
    assert found["all"] == found["unreviewed"]


@pytest.mark.parametrize(
    ("lookup", "kind"),
    [
        (Atlas.procedure, "procedure"),
        (Atlas.tissue, "tissue"),
        (Atlas.structure, "structure"),
        (Atlas.probe, "probe"),
        (Atlas.preset, "preset"),
        (Atlas.needle, "needle"),
        (Atlas.drug, "drug"),
        (Atlas.threshold, "threshold"),
        (Atlas.checklist_item, "checklist item"),
        (Atlas.citation, "citation"),
    ],
)
def test_unknown_name_lists_the_known_ones(lookup: Any, kind: str) -> None:
    with pytest.raises(UnknownNameError, match=f"Unknown {kind} 'nonsense'. Expected one of: '"):
        lookup(ATLAS, "nonsense")


def test_unknown_procedure_names_both() -> None:
    with pytest.raises(UnknownNameError, match="'femoral_nerve_block'.*'hip_joint_injection'.*'knee_joint_injection'"):
        ATLAS.procedure("knee")


def test_threshold_gives_its_number_with_unit_and_source() -> None:
    stop = ATLAS.threshold("pressure_stop_kpa")
    assert stop.value == pytest.approx(15 * 6.894757, abs=0.05)  # 15 psi
    assert (stop.unit, stop.source, stop.grade) == ("kPa", ("GADS14",), Grade.B)


def test_atlas_is_read_once_and_cannot_be_changed() -> None:
    assert load_atlas() is ATLAS
    with pytest.raises(TypeError, match="does not support item assignment"):
        ATLAS.drugs["water"] = ATLAS.drugs["saline"]  # type: ignore[index]
    with pytest.raises(AttributeError, match="cannot assign to field"):
        ATLAS.drugs["saline"].name = "water"  # type: ignore[misc]


def test_importing_reads_nothing() -> None:
    code = """
import sys
from inplane.atlas import load_atlas
from inplane.atlas.rules import load_rules
assert load_atlas.cache_info().currsize + load_rules.cache_info().currsize == 0
load_atlas()
assert "jsonschema" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
