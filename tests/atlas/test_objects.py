"""Dose limits, and values that refuse to stand without a source."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.atlas import CitedText, load_atlas, rows
from inplane.core import FormatError, Grade, RangeError

DRUGS = load_atlas().drugs
WEIGHTS = st.floats(1, 300)


def test_limit_by_weight_binds_light_patients_and_the_cap_heavy_ones() -> None:
    light, heavy = (DRUGS["lidocaine"].limit(weight_kg=kg) for kg in (50, 100))
    assert light is not None
    assert heavy is not None
    assert (light.limit_mg, light.basis.unit) == (225, "mg/kg")
    assert (heavy.limit_mg, heavy.basis.unit) == (300, "mg")


def test_adrenaline_raises_the_limit_where_one_is_stated() -> None:
    raised = DRUGS["lidocaine"].limit(weight_kg=60, adrenaline=True)
    assert raised is not None
    assert raised.limit_mg == 420


def test_adrenaline_without_a_limit_of_its_own_keeps_the_plain_one() -> None:
    plain, with_adrenaline = (DRUGS["ropivacaine"].limit(weight_kg=60, adrenaline=given) for given in (False, True))
    assert plain == with_adrenaline


def test_saline_has_no_limit() -> None:
    assert DRUGS["saline"].limit(weight_kg=70) is None


def test_steroid_has_a_cap_only() -> None:
    limit = DRUGS["triamcinolone"].limit(weight_kg=70)
    assert limit is not None
    assert (limit.limit_mg, limit.basis.provisional) == (40, True)


@given(WEIGHTS, WEIGHTS, st.sampled_from(sorted(name for name, drug in DRUGS.items() if drug.limits)))
def test_limit_grows_with_weight_and_never_exceeds_the_cap(one_kg: float, other_kg: float, drug_id: str) -> None:
    drug = DRUGS[drug_id]
    low, high = (drug.limit(weight_kg=kg) for kg in sorted((one_kg, other_kg)))
    assert low is not None
    assert high is not None
    assert 0 < low.limit_mg <= high.limit_mg
    assert drug.max_mg is None or high.limit_mg <= drug.max_mg.value
    with_adrenaline = drug.limit(weight_kg=one_kg, adrenaline=True)
    without = drug.limit(weight_kg=one_kg)
    assert with_adrenaline is not None
    assert without is not None
    assert with_adrenaline.limit_mg >= without.limit_mg


@pytest.mark.parametrize("weight_kg", [0, -70, 700, float("nan")])
def test_impossible_weight_is_refused(weight_kg: float) -> None:
    with pytest.raises(RangeError, match="Expected a number from 1 to 300 kg"):
        DRUGS["lidocaine"].limit(weight_kg=weight_kg)


@pytest.mark.parametrize("source", [(), (" ",)])
def test_text_without_a_source_is_refused(source: tuple[str, ...]) -> None:
    with pytest.raises(FormatError, match="CitedText has no source. Expected at least one citation."):
        CitedText(text="Supine.", source=source, grade=Grade.D)


def test_pitch_is_width_over_elements() -> None:
    assert load_atlas().probe("linear_12_4").pitch_mm == pytest.approx(0.3047, abs=1e-4)


def test_what_is_mostly_not_told_apart_says_why_with_a_source() -> None:
    procedures = load_atlas().procedures.values()
    told_of = [s for p in procedures for s in (p.target, *p.critical_structures)]
    hidden = {s.structure: s.unseen for s in told_of if s.unseen is not None}
    vessels = {f"{place} {kind}" for place in ("intercostal", "lumbar") for kind in ("artery", "vein")}
    before = {"abdominal aorta", "inferior vena cava", "ureter", "genitofemoral nerve", "lumbar sympathetic trunk"}
    foramen = {"ventral epidural space", "radiculomedullary artery", "lumbar spinal nerve", "dural sleeve"}
    small = {"spinal accessory nerve", "dorsal scapular nerve", "epidural venous plexus"}
    assert set(hidden) == small | vessels | before | foramen
    targets = {p.id for p in procedures if p.target.unseen is not None}
    assert targets == {"lumbar_transforaminal_epidural_injection", "lumbar_sympathetic_block"}
    assert all(told.source and told.text for told in hidden.values())
    entry = load_atlas().procedure("trapezius_trigger_point_injection")
    (told,) = [row for row in rows(entry) if row.field.endswith(".unseen")]
    assert told.field == "critical_structures.spinal_accessory_nerve.unseen"
    assert told.source == ("HEO20", "MIRJ12")
