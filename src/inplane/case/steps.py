"""The steps of a procedure, and the short form that stands before the needle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from inplane.atlas import Procedure, load_atlas
from inplane.core import FormatError, InputError, UnknownNameError
from inplane.guidance import Plan


class Step(StrEnum):
    """Where a case stands, in order."""

    INDICATION = "indication"
    SIDE = "side"
    CHECKLIST = "checklist"
    TIME_OUT = "time-out"
    SCAN = "scan"
    INJECTION = "injection"
    AFTERCARE = "aftercare"
    RESULT = "result"


STEPS = tuple(Step)
ANSWERS = ("indication", "side", "checklist", "time_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The short form: why, which side, what was checked, and the pause before the needle.

    Args:
        indication: why this patient came; empty while unanswered.
        side: as read from the patient; empty while unanswered.
        checklist: ids of the items that were confirmed.
        time_out: whether the team paused and agreed.
    """

    indication: str = ""
    side: str = ""
    checklist: tuple[str, ...] = ()
    time_out: bool = False

    def missing(self, procedure: Procedure) -> tuple[str, ...]:
        """What still stands between this form and the needle, in words."""
        items = load_atlas().checklist(procedure)
        open_items = [item.text for item in items if item.id not in self.checklist and item.id != "time_out"]
        told = [("indication", bool(self.indication)), ("side", bool(self.side))]
        return (
            *(name for name, done in told if not done),
            *open_items,
            *(() if self.time_out else ("time-out",)),
        )


def filled(form: Form, answers: Mapping[str, object], procedure: Procedure, plan: Plan) -> Form:
    """The form with more answers in it.

    Args:
        form: so far.
        answers: any of "indication" (text), "side" ("left" or "right"), "checklist" (ids), "time_out" (true).
        procedure, plan: what they are checked against.

    Raises:
        UnknownNameError: an answer or a checklist item that the form does not have.
        FormatError: an answer of the wrong kind.
        InputError: the side is not the plan's side.
    """
    for name, value in answers.items():
        if name == "indication":
            form = replace(form, indication=_text(name, value))
        elif name == "side":
            form = replace(form, side=_side(value, plan))
        elif name == "checklist":
            form = replace(form, checklist=_items(form, value, procedure))
        elif name == "time_out":
            if value is not True:
                raise FormatError(f"Answer 'time_out' is {value!r}. Expected true: the team paused and agreed.")
            form = replace(form, time_out=True)
        else:
            raise UnknownNameError("answer", name, ANSWERS)
    return form


def complete_answers(procedure: Procedure, plan: Plan, indication: str | None = None) -> dict[str, object]:
    """Every answer as a script gives it; a person answers one by one."""
    return {
        "indication": indication or procedure.indications.items[0],
        "side": plan.side,
        "checklist": list(procedure.checklist_ids),
        "time_out": True,
    }


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise FormatError(f"Answer {name!r} is {value!r}. Expected a sentence.")
    return value.strip()


def _side(value: object, plan: Plan) -> str:
    side = _text("side", value)
    if side not in ("left", "right"):
        raise FormatError(f"Answer 'side' is {value!r}. Expected 'left' or 'right'.")
    if side != plan.side:
        raise InputError(f"Side is {side!r}, and the plan says {plan.side!r}. Expected the same: stop and check again.")
    return side


def _items(form: Form, value: object, procedure: Procedure) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise FormatError(f"Answer 'checklist' is {value!r}. Expected a list of item ids.")
    items: list[str] = [str(item) for item in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    for item in items:
        if item not in procedure.checklist_ids:
            raise UnknownNameError("checklist item", item, procedure.checklist_ids)
    return tuple(dict.fromkeys((*form.checklist, *items)))
