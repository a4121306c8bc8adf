"""From checked YAML to frozen values."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import tan
from types import MappingProxyType
from typing import Any, TypeVar

from inplane.atlas.agents import Agent
from inplane.atlas.collection import Atlas
from inplane.atlas.needle import Mechanics, NeedleModel, NeedlePoint
from inplane.atlas.objects import ChecklistItem, Drug, ProbeModel, ScannerPreset, Threshold, Tissue
from inplane.atlas.procedure import (
    Approach,
    BleedingRisk,
    CriticalStructure,
    Injectate,
    LandmarkTechnique,
    Modality,
    NeedleChoice,
    Preset,
    ProbeChoice,
    Procedure,
    ProcedureStep,
    Staging,
    Target,
)
from inplane.atlas.read import RawAtlas
from inplane.atlas.rules import Limit, Rules
from inplane.atlas.values import AtlasValue, CitedList, CitedNumbers, CitedRange, CitedText
from inplane.atlas.vocabulary import Code, LandmarkTerm, ScanningView, Statement, StructureTerm
from inplane.core import Citation, Grade, Review

Raw = Mapping[str, Any]
Built = TypeVar("Built")


def build_atlas(raw: RawAtlas, rules: Rules) -> Atlas:
    """The atlas as values; `raw` must have passed every check."""
    entries, fields = raw.entries, rules.fields
    points = _table(entries["points"], lambda key, entry: _point(key, entry, fields["points"]))
    return Atlas(
        citations=_table(entries["citations"], _citation),
        tissues=_table(entries["tissues"], lambda name, entry: _tissue(name, entry, fields["tissues"])),
        structures=_table(entries["structures"], _structure),
        landmarks=_table(entries["landmarks"], _landmark),
        views=_table(entries["views"], _view),
        probes=_table(entries["probes"], lambda key, entry: _probe(key, entry, fields["probes"])),
        presets=_table(entries["presets"], lambda key, entry: _scanner_preset(key, entry, fields["presets"])),
        points=points,
        needles=_table(
            entries["needles"], lambda key, entry: _needle(key, entry, entries["tubing"], points, rules.fields)
        ),
        mechanics=_table(entries["mechanics"], lambda name, entry: _mechanics(name, entry, fields["mechanics"])),
        drugs=_table(entries["drugs"], lambda key, entry: _drug(key, entry, fields["drugs"])),
        agents=_table(entries["agents"], lambda key, entry: _agent(key, entry, fields["agents"])),
        thresholds=_table(entries["thresholds"], lambda name, entry: _threshold(name, entry, rules)),
        checklist_items=_table(entries["checklists"], _checklist_item),
        statements=_table(entries["statements"], _statement),
        procedures=_table(entries["procedures"], lambda _, entry: _procedure(entry, fields["procedures"])),
    )


def _table(entries: Raw, build: Callable[[str, Raw], Built]) -> Mapping[str, Built]:
    return MappingProxyType({name: build(name, entry) for name, entry in entries.items()})


def _sourced(raw: Raw) -> dict[str, Any]:
    """The part of an entry that says where it comes from."""
    return {
        "source": tuple(raw["source"]),
        "grade": Grade(raw["grade"]),
        "review": Review(raw.get("review", "unreviewed")),
        "partial": raw.get("partial", False),
        "note": raw.get("note"),
        "also": tuple(raw.get("also", ())),
    }


def _value(raw: Raw, unit: str) -> AtlasValue:
    return AtlasValue(
        value=float(raw["value"]),
        unit=unit,
        uncertainty=raw.get("uncertainty"),
        provisional=raw.get("provisional", False),
        **_sourced(raw),
    )


def _values(entry: Raw, limits: Mapping[str, Limit]) -> dict[str, AtlasValue]:
    """Every numeric field of an entry, with the unit that the rules give."""
    return {field: _value(entry[field], limit.unit) for field, limit in limits.items()}


def _range(raw: Raw, unit: str) -> CitedRange:
    return CitedRange(low=float(raw["low"]), high=float(raw["high"]), unit=unit, **_sourced(raw))


def _numbers(raw: Raw, unit: str) -> CitedNumbers:
    return CitedNumbers(values=tuple(map(float, raw["values"])), unit=unit, **_sourced(raw))


def _text(raw: Raw) -> CitedText:
    return CitedText(text=raw["text"], **_sourced(raw))


def _list(raw: Raw) -> CitedList:
    return CitedList(items=tuple(raw["items"]), **_sourced(raw))


def _words(raw: Raw, *fields: str) -> dict[str, Any]:
    """Fields of plain words beside the entry's source."""
    return {**{field: raw[field] for field in fields}, **_sourced(raw)}


def _citation(key: str, entry: Raw) -> Citation:
    return Citation(key=key, text=entry["text"], url=entry.get("url"))


def _tissue(name: str, entry: Raw, limits: Mapping[str, Limit]) -> Tissue:
    return Tissue(name=name, description=entry["description"], **_values(entry, limits))


def _probe(key: str, entry: Raw, limits: Mapping[str, Limit]) -> ProbeModel:
    return ProbeModel(id=key, name=entry["name"], shape=entry["shape"], **_values(entry, limits))


def _scanner_preset(key: str, entry: Raw, limits: Mapping[str, Limit]) -> ScannerPreset:
    words = ("name", "probe", "region", "text", "harmonic", "virtual_convex", "grey_map")
    return ScannerPreset(
        id=key,
        tgc_db=_numbers(entry["tgc_db"], limits["tgc_db"].unit),
        **_values(entry, {field: limit for field, limit in limits.items() if field != "tgc_db"}),
        **_words(entry, *words),
    )


def _threshold(name: str, entry: Raw, rules: Rules) -> Threshold:
    return Threshold(name=name, meaning=entry["meaning"], value=_value(entry["value"], rules.threshold(name).unit))


def _checklist_item(key: str, entry: Raw) -> ChecklistItem:
    return ChecklistItem(id=key, **_words(entry, "checklist", "text"))


def _structure(name: str, entry: Raw) -> StructureTerm:
    codes = tuple(Code(**code) for code in entry.get("codes", ()))
    words = _words(entry, "kind", "laterality", "tissue", "description")
    return StructureTerm(name=name, regions=tuple(entry["regions"]), codes=codes, **words)


def _landmark(name: str, entry: Raw) -> LandmarkTerm:
    return LandmarkTerm(name=name, regions=tuple(entry["regions"]), **_words(entry, "laterality", "description"))


def _view(key: str, entry: Raw) -> ScanningView:
    words = _words(entry, "name", "region", "probe", "plane", "position")
    return ScanningView(id=key, must_show=tuple(entry["must_show"]), **words)


def _statement(key: str, entry: Raw) -> Statement:
    return Statement(id=key, items=tuple(entry["items"]), **_words(entry, "topic"))


def _point(key: str, entry: Raw, limits: Mapping[str, Limit]) -> NeedlePoint:
    return NeedlePoint(id=key, name=entry["name"], **_values(entry, limits))


def _mechanics(name: str, entry: Raw, limits: Mapping[str, Limit]) -> Mechanics:
    return Mechanics(name=name, **_values(entry, limits))


def _needle(
    key: str, entry: Raw, tubing: Raw, points: Mapping[str, NeedlePoint], fields: Mapping[str, Mapping[str, Limit]]
) -> NeedleModel:
    """A needle; the length of its bevel follows from its point's angle and its tubing."""
    tube, point = _values(tubing[entry["gauge"]], fields["tubing"]), points[entry["point"]]
    bevel_mm = round(tube["outer_diameter_mm"].value / tan(point.bevel_angle_rad.value), 2)
    return NeedleModel(
        id=key,
        name=entry["name"],
        gauge=int(entry["gauge"]),
        point=point,
        bevel_length_mm=replace(point.bevel_angle_rad, value=bevel_mm, unit="mm", note="outer diameter / tan(angle)"),
        **tube,
        **_values(entry, fields["needles"]),
    )


def _drug(key: str, entry: Raw, limits: Mapping[str, Limit]) -> Drug:
    return Drug(
        id=key,
        name=entry["name"],
        family=entry["family"],
        concentrations_mg_ml=_numbers(entry["concentrations_mg_ml"], limits["concentrations_mg_ml"].unit),
        **{
            field: None if entry[field] is None else _value(entry[field], limit.unit)
            for field, limit in limits.items()
            if field != "concentrations_mg_ml"
        },
    )


def _agent(key: str, entry: Raw, limits: Mapping[str, Limit]) -> Agent:
    return Agent(id=key, name=entry["name"], family=entry["family"], content=entry["content"], **_values(entry, limits))


def _injectate(raw: Raw, limits: Mapping[str, Limit]) -> Injectate:
    volumes = ("min_ml", "max_ml", "planned_ml", "test_dose_ml", "aliquot_ml")
    return Injectate(
        text=raw["text"],
        drug_ids=tuple(raw["drug_ids"]),
        **{field: _value(raw[field], limits[f"injectate.{field}"].unit) for field in volumes},
        **_sourced(raw),
    )


def _target(raw: Raw, limits: Mapping[str, Limit]) -> Target:
    depth_mm, unseen = _range(raw["depth_mm"], limits["target.depth_mm"].unit), _unseen(raw)
    return Target(depth_mm=depth_mm, unseen=unseen, **_words(raw, "structure", "text"))


def _critical(raw: Raw) -> CriticalStructure:
    return CriticalStructure(unseen=_unseen(raw), **_words(raw, "structure", "text"))


def _unseen(raw: Raw) -> CitedText | None:
    unseen = raw.get("unseen")
    return None if unseen is None else _text(unseen)


def _probe_choice(raw: Raw, limits: Mapping[str, Limit]) -> ProbeChoice:
    frequency_hz = _range(raw["frequency_hz"], limits["probe.frequency_hz"].unit)
    return ProbeChoice(frequency_hz=frequency_hz, **_words(raw, "default", "text"))


def _needle_choice(raw: Raw, limits: Mapping[str, Limit]) -> NeedleChoice:
    return NeedleChoice(
        gauge=_range(raw["gauge"], limits["needle.gauge"].unit),
        length_mm=_range(raw["length_mm"], limits["needle.length_mm"].unit),
        **_words(raw, "default"),
    )


def _preset(raw: Raw, limits: Mapping[str, Limit]) -> Preset:
    return Preset(**{field: _value(raw[field], limits[f"preset.{field}"].unit) for field in raw})


def _procedure(raw: Raw, limits: Mapping[str, Limit]) -> Procedure:
    return Procedure(
        id=raw["id"],
        name=raw["name"],
        family=raw["family"],
        region=raw["region"],
        side_required=raw["side_required"],
        indications=_list(raw["indications"]),
        target=_target(raw["target"], limits),
        critical_structures=tuple(map(_critical, raw["critical_structures"])),
        patient_position=_text(raw["patient_position"]),
        views=tuple(raw["views"]),
        landmark_technique=LandmarkTechnique(
            landmarks=tuple(raw["landmark_technique"]["landmarks"]), **_words(raw["landmark_technique"], "text")
        ),
        staging=Staging(
            grades=tuple(raw["staging"]["grades"]),
            like=raw["staging"].get("like"),
            **_words(raw["staging"], "patient", "pathology"),
        ),
        approach=Approach(**_words(raw["approach"], "plane", "text")),
        probe=_probe_choice(raw["probe"], limits),
        needle=_needle_choice(raw["needle"], limits),
        preset=_preset(raw["preset"], limits),
        injectate=_injectate(raw["injectate"], limits),
        expected_spread_sign=_text(raw["expected_spread_sign"]),
        modalities=tuple(Modality(**_words(gate, "modality", "suitability", "reason")) for gate in raw["modalities"]),
        contrast=_text(raw["contrast"]),
        bleeding_risk=BleedingRisk(**_words(raw["bleeding_risk"], "risk", "basis", "guideline")),
        complications=_list(raw["complications"]),
        aftercare=_text(raw["aftercare"]),
        steps=tuple(ProcedureStep(**_words(step, "id", "title", "text")) for step in raw["steps"]),
        checklist_ids=tuple(raw["checklist_ids"]),
        published_accuracy=tuple(map(_text, raw["published_accuracy"])),
        disagreements=tuple(map(_text, raw["disagreements"])),
    )
