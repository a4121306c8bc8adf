"""Whether entries agree with each other and with the rules: names, ranges, sources, grades."""

import re
from collections.abc import Iterator
from math import prod
from typing import Any, cast

from inplane.atlas.read import RawAtlas
from inplane.atlas.rules import Limit, Rules
from inplane.core import UnknownNameError

_MENTION = re.compile(r"\(([A-Z][A-Z0-9]{2,})\b")
_OWN = ("chosen: ", "unverified: ")


def relation_problems(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    """One line for each name that does not exist, number out of range, or source that does not carry its grade.

    `raw` must have the shape of the schema.
    """
    for kind in raw.entries:
        if kind != "citations":
            for name, entry in raw.entries[kind].items():
                yield from source_problems(entry, place(raw, kind, name), raw.entries["citations"])
    yield from _missing_names(raw, rules)
    yield from _references(raw, rules)
    yield from _limits(raw, rules)
    yield from _order(raw, rules)
    yield from _within(raw, rules)
    yield from _product(raw, rules)
    yield from _provisional(raw, rules)


def place(raw: RawAtlas, kind: str, name: str) -> str:
    """How a message calls an entry: its file, and its name where a file holds several."""
    own = raw.files.get(f"{kind}.{name}", raw.files.get(kind, kind))
    return own if kind == "procedures" else f"{own}: {name}"


def inner(entry: Any, field: str) -> list[Any]:
    """What a dotted field holds; lists on the way are walked, absent and empty ones give nothing."""
    found: list[Any] = [entry]
    for part in field.split("."):
        found = [cast(dict[str, Any], one).get(part) for one in _flat(found) if isinstance(one, dict)]
    return [one for one in _flat(found) if one is not None]


def _flat(items: list[Any]) -> list[Any]:
    return [one for item in items for one in (cast(list[Any], item) if isinstance(item, list) else [item])]


def _number(entry: Any, field: str) -> list[float]:
    """The numbers of a field: a value's, both ends of a range, or several."""
    out: list[float] = []
    for found in inner(entry, field):
        out += [found[key] for key in ("value", "low", "high") if key in found] + list(found.get("values", ()))
    return out


def source_problems(entry: Any, where: str, citations: dict[str, Any]) -> Iterator[str]:
    """Sources that do not exist, or that do not carry the grade given."""
    if isinstance(entry, list):
        for item in cast(list[Any], entry):
            yield from source_problems(item, where, citations)
    if not isinstance(entry, dict):
        return
    entry = cast(dict[str, Any], entry)
    if "source" in entry:
        yield from _one_source(entry, where, citations)
    for key, item in entry.items():
        if isinstance(item, dict | list) and key not in ("source", "also"):
            yield from source_problems(item, f"{where}.{key}", citations)


def _one_source(entry: dict[str, Any], where: str, citations: dict[str, Any]) -> Iterator[str]:
    source, grade = entry["source"], entry["grade"]
    words = [*source, *entry.get("also", ()), entry.get("note", "")]
    for mention in (name for text in words for name in _MENTION.findall(text) if name not in citations):
        yield f"{where} mentions ({mention}), which is not a citation. Expected a key of objects/citations.yaml."
    own = [text for text in source if text.startswith(_OWN)]
    unknown = [key for key in source if key not in own and key not in citations]
    for key in unknown:
        yield (
            f"{where} names source {key!r}, which is not a citation. Expected a key of objects/citations.yaml, "
            f"or one sentence that begins with 'chosen: ' or 'unverified: '."
        )
    if own and (len(source) > 1 or grade != "D"):
        yield f"{where} has source {own[0]!r} and grade {grade}. Expected it as the only source, with grade D."
    best = min((citations[key]["grade"] for key in source if key in citations), default="D")
    if not own and not unknown and grade < best:
        yield f"{where} has grade {grade}, but its best source has {best}. Expected {best} or worse."


def _missing_names(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    for kind, names in rules.relations["required"].items():
        for name in names:
            if name not in raw.entries[kind]:
                yield f"{raw.files[kind]}: missing entry {name!r}. Expected all of: {', '.join(map(repr, names))}."


def _references(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    for rule in rules.relations["references"]:
        known = raw.entries[rule["names"]]
        for name, entry in raw.entries[rule["kind"]].items():
            for used in inner(entry, rule["field"]):
                if used not in known:
                    error = UnknownNameError(f"entry of {rule['names']}", used, known)
                    yield f"{place(raw, rule['kind'], name)}: {rule['field']}: {error}"


def _limits(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    for kind, fields in rules.fields.items():
        for name, entry in raw.entries[kind].items():
            for field, limit in fields.items():
                yield from _outside(_number(entry, field), limit, f"{place(raw, kind, name)}: {field}")
                for found in inner(entry, field):
                    if "low" in found and found["low"] > found["high"]:
                        where = f"{place(raw, kind, name)}: {field}"
                        yield f"{where} runs from {found['low']:g} to {found['high']:g}. Expected low <= high."
    for name, entry in raw.entries["thresholds"].items():
        where = place(raw, "thresholds", name)
        try:
            yield from _outside(_number(entry, "value"), rules.threshold(name), where)
        except UnknownNameError as error:
            yield f"{where}: {error}"


def _outside(found: list[float], limit: Limit, where: str) -> Iterator[str]:
    for number in found:
        if not limit.low <= number <= limit.high:
            yield f"{where} is {number:g} {limit.unit}. Expected a number from {limit.low:g} to {limit.high:g}."


def _order(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    for rule in rules.relations["order"]:
        for name, entry in raw.entries[rule["kind"]].items():
            low, high = _number(entry, rule["low"]), _number(entry, rule["high"])
            if low and high and low[0] > high[0]:
                where = place(raw, rule["kind"], name)
                both = f"{rule['low']} is {low[0]:g}, {rule['high']} is {high[0]:g}"
                yield f"{where}: {both}. Expected the first <= the second."


def _within(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    for rule in rules.relations["within"]:
        for name, entry in raw.entries[rule["kind"]].items():
            for used in inner(entry, rule["of"]):
                named = raw.entries[rule["names"]].get(used, {})
                low, high = _number(named, rule["low"]), _number(named, rule["high"])
                for number in _number(entry, rule["field"]):
                    if low and high and not low[0] <= number <= high[0]:
                        where = f"{place(raw, rule['kind'], name)}: {rule['field']}"
                        yield f"{where} is {number:g}. Expected {low[0]:g} to {high[0]:g}, as {used!r} offers."


def _product(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    for rule in rules.relations["product"]:
        for name, entry in raw.entries[rule["kind"]].items():
            if entry["shape"] == rule["shape"]:
                found = _number(entry, rule["field"])[0]
                wanted = prod(_number(entry, factor)[0] for factor in rule["factors"])
                if abs(found - wanted) > rule["tolerance"] * wanted:
                    where = f"{place(raw, rule['kind'], name)}: {rule['field']}"
                    yield f"{where} is {found:g}. Expected {' times '.join(rule['factors'])}, {wanted:.4g}."


def _provisional(raw: RawAtlas, rules: Rules) -> Iterator[str]:
    rule = rules.relations["provisional"]
    for name, entry in raw.entries[rule["kind"]].items():
        for field in rule["fields"]:
            for found in inner(entry, field):
                if found["grade"] != rule["grade"] and not found.get("provisional", False):
                    yield (
                        f"{place(raw, rule['kind'], name)}: {field} has grade {found['grade']}. "
                        f"Expected grade {rule['grade']}, or 'provisional: true' until it has it."
                    )
