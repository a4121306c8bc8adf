"""The atlas as rows of text, for tables on a terminal and in the documentation."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, cast

from inplane.atlas.collection import Atlas
from inplane.atlas.objects import Threshold
from inplane.atlas.values import AtlasValue, CitedNumbers, CitedRange, Sourced
from inplane.core import Grade, Review

_ABOUT = {field.name for field in fields(Sourced)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One cited statement of an entry.

    Args:
        field: dotted name of the field.
        text: the statement, with its unit.
        source: citation keys or one sentence.
        grade, review, partial, provisional: see `AtlasValue`.
        note: note and what other sources say, in one sentence; empty if neither.
    """

    field: str
    text: str
    source: tuple[str, ...]
    grade: Grade
    review: Review
    partial: bool
    provisional: bool
    note: str

    @property
    def marks(self) -> str:
        """Grade with what restricts it: "C partial", "C provisional"."""
        return " ".join([str(self.grade), *["partial"] * self.partial, *["provisional"] * self.provisional])

    @property
    def origin(self) -> str:
        """ "cited", "chosen" or "unverified"."""
        first = self.source[0].partition(":")[0]
        return first if first in ("chosen", "unverified") else "cited"


def kinds(atlas: Atlas) -> dict[str, Mapping[str, Any]]:
    """Every kind of entry with its entries by name, citations last."""
    return {
        "procedure": atlas.procedures,
        "drug": atlas.drugs,
        "agent": atlas.agents,
        "probe": atlas.probes,
        "preset": atlas.presets,
        "needle point": atlas.points,
        "needle": atlas.needles,
        "mechanics": atlas.mechanics,
        "threshold": atlas.thresholds,
        "checklist item": atlas.checklist_items,
        "statement": atlas.statements,
        "view": atlas.views,
        "landmark": atlas.landmarks,
        "structure": atlas.structures,
        "tissue": atlas.tissues,
        "citation": atlas.citations,
    }


def rows(entry: Any, field: str = "") -> Iterator[Row]:
    """Every cited statement of an entry, in its order."""
    if isinstance(entry, Threshold):
        value = entry.value
        yield _row(
            value, field or entry.name, f"{_amount(value.value, value.unit)}: {entry.meaning}", value.provisional
        )
    elif isinstance(entry, AtlasValue):
        spread = f" ± {entry.uncertainty:g}" if entry.uncertainty is not None else ""
        yield _row(entry, field, f"{_amount(entry.value, entry.unit)}{spread}", entry.provisional)
    elif isinstance(entry, CitedRange):
        low, high = _amount(entry.low, entry.unit), _amount(entry.high, entry.unit)
        yield _row(entry, field, low if low == high else f"{low} to {high}")
    elif isinstance(entry, CitedNumbers):
        yield _row(entry, field, f"{', '.join(f'{value:g}' for value in entry.values)} {entry.unit}")
    elif isinstance(entry, tuple):
        for index, item in enumerate(cast(tuple[Any, ...], entry)):
            if not isinstance(item, str):
                yield from rows(item, f"{field}.{_called(item, index)}")
    elif hasattr(entry, "__dataclass_fields__"):
        if isinstance(entry, Sourced):
            yield _row(entry, field, _words(entry))
        for inner in fields(entry):
            if inner.name not in _ABOUT:
                yield from rows(getattr(entry, inner.name), f"{field}.{inner.name}" if field else inner.name)


def _row(entry: Any, field: str, text: str, provisional: bool = False) -> Row:
    said = ". ".join(
        part.rstrip(".") for part in (entry.note or "", *[f"Also: {other}" for other in entry.also]) if part
    )
    return Row(
        field=field,
        text=text,
        source=entry.source,
        grade=entry.grade,
        review=entry.review,
        partial=entry.partial,
        provisional=provisional,
        note=said,
    )


def _amount(value: float, unit: str) -> str:
    if unit == "Hz" and value >= 1e6:
        value, unit = value / 1e6, "MHz"
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"


def _called(item: Any, index: int) -> str:
    """What a list's item is called: its structure, modality or id where it has one."""
    for name in ("structure", "modality", "id"):
        if hasattr(item, name):
            return str(getattr(item, name)).replace(" ", "_")
    return str(index + 1)


def _words(entry: Any) -> str:
    """The plain words of an entry, beside the numbers that get rows of their own."""
    found: list[str] = []
    for inner in fields(entry):
        value = getattr(entry, inner.name)
        if inner.name in _ABOUT or inner.name in ("id", "modality", "name", "region"):
            continue
        if isinstance(value, str):
            found.append(value)
        elif value is True:
            found.append(inner.name.replace("_", " "))
        elif isinstance(value, tuple) and all(isinstance(item, str) for item in cast(tuple[Any, ...], value)):
            found.append("; ".join(cast(tuple[str, ...], value)))
    return ": ".join(found)


def counts(atlas: Atlas) -> Counter[str]:
    """How many cited statements there are: in all, by grade, by origin, reviewed, partial and provisional."""
    found: Counter[str] = Counter()
    for kind, entries in kinds(atlas).items():
        for row in (row for entry in entries.values() if kind != "citation" for row in rows(entry)):
            found.update(["all", f"grade {row.grade}", row.origin, str(row.review)])
            found.update(["partial"] * row.partial + ["provisional"] * row.provisional)
    return found
