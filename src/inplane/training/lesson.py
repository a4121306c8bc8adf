"""Lessons: what to do, in short steps, each with a goal that a machine can check."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, cast

import yaml

from inplane.atlas import load_atlas
from inplane.core import FormatError, UnknownNameError, require_range
from inplane.training.goals import GOALS


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What has to be so, and for how long.

    Args:
        kind: one of `goals.GOALS`.
        hold_s: how long it must last, 0 to 10.
        within_mm: distance, for goals that have one.

    Raises:
        UnknownNameError: no such kind.
        RangeError: a number outside its range.
    """

    kind: str
    hold_s: float = 0.0
    within_mm: float = 5.0

    def __post_init__(self) -> None:
        if self.kind not in GOALS:
            raise UnknownNameError("goal", self.kind, GOALS)
        require_range("hold_s", self.hold_s, 0, 10, "s")
        require_range("within_mm", self.within_mm, 0.1, 50, "mm")


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonStep:
    """One step: a title, at most two sentences, the keys that do it, and its goal."""

    id: str
    title: str
    text: str
    keys: str
    goal: Goal


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson on one procedure."""

    id: str
    title: str
    procedure_id: str
    steps: tuple[LessonStep, ...]


@cache
def load_lessons() -> tuple[Lesson, ...]:
    """Every lesson on every procedure, from the package's own data.

    Raises:
        FormatError: an entry lacks something or has something unknown.
    """
    text = files("inplane.training").joinpath("data", "lessons.yaml").read_text(encoding="utf-8")
    return read_lessons(text)


def read_lessons(text: str) -> tuple[Lesson, ...]:
    """The lessons of a YAML text.

    Raises:
        FormatError: an entry lacks something or has something unknown.
        UnknownNameError: a goal of no known kind.
    """
    entries = _mapping("lessons", yaml.safe_load(text))
    return tuple(
        _lesson(lesson_id, _mapping(lesson_id, entry), str(procedure_id))
        for lesson_id, entry in entries.items()
        for procedure_id in _field(lesson_id, _mapping(lesson_id, entry), "procedures")
    )


def lesson_for(procedure_id: str) -> Lesson:
    """The first lesson on a procedure; one in the atlas's words where none was written for it.

    Raises:
        UnknownNameError: the atlas has no such procedure.
    """
    for lesson in load_lessons():
        if lesson.procedure_id == procedure_id:
            return lesson
    return _general(procedure_id)


def _general(procedure_id: str) -> Lesson:
    """The lesson of any procedure, filled in from its entry in the atlas."""
    words = _words_of(procedure_id)
    text = files("inplane.training").joinpath("data", "any_procedure.yaml").read_text(encoding="utf-8")
    (lesson,) = read_lessons(text)
    steps = tuple(replace(step, text=step.text.format_map(words)) for step in lesson.steps)
    return replace(lesson, procedure_id=procedure_id, steps=steps)


def _words_of(procedure_id: str) -> dict[str, str]:
    """What the atlas says of a procedure, for sentences; without a full stop at the end."""
    atlas = load_atlas()
    procedure = atlas.procedure(procedure_id)
    view = atlas.view(procedure.views[0])
    words = {
        "view": view.position,
        "must_show": ", ".join(view.must_show),
        "target": procedure.target.text,
        "approach": f"{procedure.approach.plane}; {procedure.approach.text}",
        "at_risk": ", ".join(dict.fromkeys(critical.structure for critical in procedure.critical_structures)),
        "spread": procedure.expected_spread_sign.text,
    }
    return {name: text.strip().rstrip(".") for name, text in words.items()}


def _lesson(lesson_id: str, entry: Mapping[str, Any], procedure_id: str) -> Lesson:
    _require_known(lesson_id, entry, ("title", "procedures", "steps"))
    steps = [_mapping(lesson_id, step) for step in _field(lesson_id, entry, "steps")]
    mine = [step for step in steps if procedure_id in step.get("procedures", (procedure_id,))]
    return Lesson(
        id=lesson_id,
        title=_field(lesson_id, entry, "title"),
        procedure_id=procedure_id,
        steps=tuple(_step(step, procedure_id) for step in mine),
    )


def _step(entry: Mapping[str, Any], procedure_id: str) -> LessonStep:
    step_id = str(entry.get("id", "a step without id"))
    _require_known(step_id, entry, ("id", "title", "procedures", "text", "keys", "goal"))
    text = _field(step_id, entry, "text")
    if isinstance(text, dict):
        text = _field(step_id, cast(dict[str, Any], text), procedure_id)
    goal = _mapping(step_id, _field(step_id, entry, "goal"))
    _require_known(f"goal of {step_id}", goal, ("kind", "hold_s", "within_mm"))
    return LessonStep(
        id=_field(step_id, entry, "id"),
        title=_field(step_id, entry, "title"),
        text=str(text),
        keys=_field(step_id, entry, "keys"),
        goal=Goal(**goal),
    )


def _mapping(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FormatError(f"Entry '{name}' is {value!r}. Expected a mapping.")
    return cast(dict[str, Any], value)


def _field(name: str, entry: Mapping[str, Any], key: str) -> Any:
    if key not in entry:
        raise FormatError(f"Entry '{name}' lacks '{key}'. It has: {', '.join(map(repr, entry))}.")
    return entry[key]


def _require_known(name: str, entry: Mapping[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(entry) - set(known)):
        raise FormatError(f"Entry '{name}' has unknown {unknown}. Expected only: {', '.join(known)}.")
