"""Where a learner stands in a lesson."""

from collections.abc import Callable

from inplane.case import Case, Tick
from inplane.training.goals import GOALS, Look
from inplane.training.lesson import Lesson, LessonStep
from inplane.world import Truth

TRUTH_EVERY_S = 0.25
"""Chosen: truth costs some milliseconds, and a learner does not notice a quarter of a second."""


class LessonProgress:
    """Follows a lesson, step after step.

    Args:
        lesson: what is to be done.
        case: the case that it is done in.
    """

    def __init__(self, lesson: Lesson, case: Case) -> None:
        self.lesson, self._case = lesson, case
        self.done: tuple[str, ...] = ()
        self._since_s: float | None = None
        self._looked_s: float | None = None

    @property
    def current(self) -> LessonStep | None:
        """The step to do now; None when the lesson is over."""
        steps = self.lesson.steps
        return steps[len(self.done)] if len(self.done) < len(steps) else None

    def watch(self, tick: Tick, truth: Callable[[int], Truth | None] | None = None) -> tuple[str, ...]:
        """Ids of the steps that were completed with this turn: one at most.

        Args:
            tick: this turn.
            truth: asks the source what a frame really shows; None where nobody knows.
        """
        step, time_s = self.current, tick.frame.time_s
        if step is None:
            return ()
        if self._looked_s is not None and 0 <= time_s - self._looked_s < TRUTH_EVERY_S:
            return ()
        self._looked_s = time_s
        known = truth(tick.frame.sequence) if truth is not None else None
        look = Look(tick=tick, case=self._case, truth=known, within_mm=step.goal.within_mm)
        if not GOALS[step.goal.kind](look):
            self._since_s = None
            return ()
        self._since_s = time_s if self._since_s is None else self._since_s
        if time_s - self._since_s < step.goal.hold_s - 1e-9:
            return ()
        return self._complete(step)

    def skip(self) -> tuple[str, ...]:
        """Goes on without the goal; written down as skipped."""
        step = self.current
        return () if step is None else self._complete(step, skipped=True)

    def _complete(self, step: LessonStep, *, skipped: bool = False) -> tuple[str, ...]:
        self.done = (*self.done, step.id)
        self._since_s = None
        self._case.event("lesson_step", step=step.id, skipped=skipped)
        return (step.id,)
