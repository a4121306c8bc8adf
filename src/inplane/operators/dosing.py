"""The other hand, on the syringe: aspirate, test dose, aspirate, aliquots; a little at a time, to stop at once."""

from dataclasses import replace
from enum import StrEnum

from inplane.atlas import Procedure
from inplane.core import Advice, AspirationResult, PlungerControl, Priority, RangeError, Scene, Signals, SpreadState

PAUSE_S = 1.5
"""Chosen: between pushing, pulling and injecting."""
NO_ANSWER_S = 6.0
"""Chosen: an aspiration whose result has not come by then will not come."""


class Verdict(StrEnum):
    """What the syringe hand says after a frame."""

    BUSY = "busy"
    DONE = "done"
    BLOOD = "blood was aspirated"
    NO_ANSWER = "nothing tells what was aspirated"
    ALARM = "an alarm was raised while injecting"
    NO_SPREAD = "no spread was seen"


class SyringeHand:
    """Gives a planned volume in parts.

    Args:
        procedure: its test dose and aliquots.
        planned_ml: in all.
        rate_ml_s: how fast the plunger is asked to move.

    Raises:
        RangeError: a negative volume, or a rate that is not positive.
    """

    def __init__(self, procedure: Procedure, *, planned_ml: float, rate_ml_s: float) -> None:
        if not (planned_ml >= 0 and rate_ml_s > 0):
            raise RangeError(f"Plan is {planned_ml!r} ml at {rate_ml_s!r} ml/s. Expected 0 ml or more, at more than 0.")
        self.planned_ml, self.rate_ml_s = planned_ml, rate_ml_s
        self._test_ml = procedure.injectate.test_dose_ml.value
        self._aliquot_ml = procedure.injectate.aliquot_ml.value
        self.plunger = PlungerControl()
        self.begin(0.0)

    def begin(self, time_s: float) -> None:
        """A new place: aspirate first."""
        self._since_s = time_s
        self._goal_ml: float | None = None
        self._pulled = False

    def step(self, time_s: float, step_s: float, scene: Scene, signals: Signals, advice: Advice) -> Verdict:
        """One frame of it; `plunger` is what the hand does."""
        if self._goal_ml is None:
            return self._aspirate(time_s, signals)
        return self._inject(time_s, step_s, scene, signals, advice)

    def _aspirate(self, time_s: float, signals: Signals) -> Verdict:
        if time_s - self._since_s < PAUSE_S:
            return Verdict.BUSY
        if not self._pulled:
            self._pulled = True
            self.plunger = replace(self.plunger, aspirations=self.plunger.aspirations + 1)
            return Verdict.BUSY
        if (signals.aspirations or 0) < self.plunger.aspirations:
            return Verdict.NO_ANSWER if time_s - self._since_s > NO_ANSWER_S else Verdict.BUSY
        if signals.aspirated == AspirationResult.BLOOD:
            return Verdict.BLOOD
        part_ml = self._aliquot_ml if self.plunger.injected_ml > 0 else self._test_ml
        self._goal_ml = min(self.planned_ml, self.plunger.injected_ml + part_ml)
        self._since_s = time_s
        return Verdict.BUSY

    def _inject(self, time_s: float, step_s: float, scene: Scene, signals: Signals, advice: Advice) -> Verdict:
        if any(alarm.priority != Priority.LOW for alarm in advice.alarms):
            return Verdict.ALARM
        given_ml, goal_ml = self.plunger.injected_ml, self._goal_ml or 0.0
        if given_ml < goal_ml - 1e-9:
            self.plunger = replace(self.plunger, injected_ml=min(goal_ml, given_ml + self.rate_ml_s * step_s))
            self._since_s = time_s
            return Verdict.BUSY
        if time_s - self._since_s < PAUSE_S or signals.injecting:
            return Verdict.BUSY
        if scene.spread.state != SpreadState.SPREAD and self.planned_ml > 0:
            return Verdict.NO_SPREAD
        if given_ml >= self.planned_ml - 1e-9:
            return Verdict.DONE
        self.begin(time_s)
        return Verdict.BUSY
