"""A procedure being done: its steps, what is allowed when, and everything that happened."""

from collections.abc import Mapping
from dataclasses import asdict, replace

from inplane.atlas import Procedure
from inplane.case.journal import Event, Field, Journal
from inplane.case.recorder import Recorder
from inplane.case.steps import STEPS, Form, Step, filled
from inplane.core import Advice, Control, Frame, InputError, PlungerControl, Priority, Scene, UnknownNameError
from inplane.guidance import Plan

_NOTHING_DONE = "This case has no procedure: somebody only looks. Expected one with a procedure for forms and steps."


class Case:
    """One procedure on one patient, from the indication to the result.

    Args:
        journal: where events go.
        procedure: what is done; None where somebody only looks. Such a case has no form and no steps beyond scanning.
        plan: side, drug and volumes; None without a procedure.
    """

    def __init__(self, journal: Journal, procedure: Procedure | None, plan: Plan | None) -> None:
        self.journal, self._procedure, self._plan = journal, procedure, plan
        self.step, self.form = Step.SCAN if procedure is None else Step.INDICATION, Form()
        self.time_s = 0.0
        self._recorder = Recorder(self, observing=procedure is None)
        self._alarms: tuple[str, ...] = ()
        self._withheld = False
        self._last_plunger = PlungerControl()
        planned = {} if plan is None else _plain(asdict(plan))
        self.write("case_opened", {"procedure": None if procedure is None else procedure.id, **planned})

    @property
    def observing(self) -> bool:
        """Whether somebody only looks: no procedure, no plan, no form."""
        return self._procedure is None

    @property
    def procedure(self) -> Procedure:
        """What is done.

        Raises:
            InputError: nothing is; see `observing`.
        """
        if self._procedure is None:
            raise InputError(_NOTHING_DONE)
        return self._procedure

    @property
    def plan(self) -> Plan:
        """Side, drug and volumes.

        Raises:
            InputError: nothing is done; see `observing`.
        """
        if self._plan is None:
            raise InputError(_NOTHING_DONE)
        return self._plan

    @property
    def missing(self) -> tuple[str, ...]:
        """What the short form still lacks before the needle is allowed; empty when complete."""
        return () if self.observing else self.form.missing(self.procedure)

    @property
    def needle_allowed(self) -> bool:
        """Whether the needle may be used now: form complete, and the step is the injection."""
        return self.step == Step.INJECTION

    def advance(self, step: Step, answers: Mapping[str, object] | None = None) -> None:
        """Goes to a step; answers are put into the short form first, and stay there even if the step is refused.

        Forwards one may skip steps of the form that are answered, never the form itself; backwards one may return from
        the injection to scanning.

        Raises:
            InputError: the step cannot follow, the form is incomplete, or the side is not the plan's.
            UnknownNameError, FormatError: an answer that does not fit the form.
        """
        procedure, plan = self.procedure, self.plan
        if answers:
            try:
                self.form = filled(self.form, answers, procedure, plan)
            except InputError as error:
                self.event("answer_refused", reason=str(error))
                raise
            self.write("answers", _plain(answers))
        self._require(step)
        before, self.step = self.step, step
        self.event("step", step=step.value, before=before.value)

    def _require(self, step: Step) -> None:
        now, then = STEPS.index(self.step), STEPS.index(step)
        if step == Step.INJECTION and self.missing:
            raise InputError(f"Cannot begin the injection. Still open: {'; '.join(self.missing)}.")
        back_to_scan = self.step == Step.INJECTION and step == Step.SCAN
        if then < now and not back_to_scan:
            raise InputError(f"Cannot go from {self.step.value!r} back to {step.value!r}. Expected a later step.")
        if then > STEPS.index(Step.INJECTION) and then > now + 1:
            raise InputError(
                f"Cannot go from {self.step.value!r} to {step.value!r}. Expected {STEPS[now + 1].value!r} first."
            )

    def permit(self, control: Control) -> Control:
        """The control with needle and plunger withheld while they are not allowed; tells the journal once."""
        if self.needle_allowed:
            self._withheld, self._last_plunger = False, control.plunger
            return control
        wanted = control.needle.advance_mm > 0 or control.plunger != self._last_plunger
        if wanted and not self._withheld:
            self.event("needle_withheld", step=self.step.value, missing=list(self.missing))
        self._withheld = wanted
        return replace(control, needle=replace(control.needle, advance_mm=0.0), plunger=self._last_plunger)

    def record(self, frame: Frame, scene: Scene, advice: Advice, control: Control) -> None:
        """One frame: events for what changed, and a summary every second."""
        self.time_s = frame.time_s
        self._alarms = tuple(alarm.condition for alarm in advice.alarms)
        self._recorder.record(frame, scene, advice, control)

    def acknowledge(self, condition: str) -> Event:
        """A person has seen an alarm.

        Raises:
            UnknownNameError: no such alarm is active.
        """
        if condition not in self._alarms:
            raise UnknownNameError("active alarm", condition, self._alarms)
        return self.event("alarm_acknowledged", condition=condition)

    def event(self, kind: str, *, priority: Priority | None = None, **fields: Field) -> Event:
        """Writes an event at the present time."""
        return self.write(kind, fields, priority)

    def write(self, kind: str, fields: Mapping[str, Field], priority: Priority | None = None) -> Event:
        """The same, with its fields as a mapping."""
        return self.journal.append(kind, time_s=self.time_s, priority=priority, fields=fields)

    def close(self) -> None:
        """Writes the totals and closes the journal."""
        self._recorder.finish()
        self.journal.close()


def _plain(values: Mapping[str, object]) -> dict[str, Field]:
    """Values as JSON takes them: tuples as lists."""
    return {name: _field(value) for name, value in values.items()}


def _field(value: object) -> Field:
    if isinstance(value, (list, tuple)):
        return [_field(item) for item in value]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, Mapping):
        return {str(name): _field(item) for name, item in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
