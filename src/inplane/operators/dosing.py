"""The other hand, on the syringe: aspirate, test dose, aspirate, aliquots; a little at a time, to stop at once."""

from dataclasses import replace
from enum import StrEnum

from inplane.atlas import Procedure, load_atlas
from inplane.core import Advice, AspirationResult, PlungerControl, Priority, RangeError, Scene, Signals, SpreadState
from inplane.operators.hollow import THEIR_FLUID, holds_fluid

PAUSE_S = 1.5
"""Chosen: between pushing, pulling and injecting."""
LOOK_S = 2.5
"""Chosen: after an alarm for want of spread the plunger rests and the picture is looked at for so long."""
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
    RESISTANCE = "the plunger went hard"


STOPS = ("blood_aspirated", "injecting_without_spread", "dose_limit")
"""Conditions at which the plunger stops. The others are of needles that move; spreading fluid looks like a vessel."""


class SyringeHand:
    """Gives a planned volume in parts, with a picture or by feel alone.

    Args:
        procedure: its test dose and aliquots.
        planned_ml: in all; the procedure's usual volume if None.
        rate_ml_s: how fast the plunger is asked to move.
        heeds_spread: whether it stops where no spread is seen.

    Raises:
        RangeError: a negative volume, or a rate that is not positive.
    """

    def __init__(
        self, procedure: Procedure, *, planned_ml: float | None = None, rate_ml_s: float, heeds_spread: bool = True
    ) -> None:
        planned_ml = procedure.injectate.planned_ml.value if planned_ml is None else planned_ml
        if not (planned_ml >= 0 and rate_ml_s > 0):
            raise RangeError(f"Plan is {planned_ml!r} ml at {rate_ml_s!r} ml/s. Expected 0 ml or more, at more than 0.")
        self.planned_ml, self.rate_ml_s = planned_ml, rate_ml_s
        self._test_ml = procedure.injectate.test_dose_ml.value
        self._aliquot_ml = procedure.injectate.aliquot_ml.value
        self._hollow, self._heeds = holds_fluid(procedure), heeds_spread
        self._hard_kpa = load_atlas().threshold("pressure_stop_kpa").value
        self.plunger = PlungerControl(rate_ml_s=rate_ml_s)
        self.begin(0.0)

    def begin(self, time_s: float) -> None:
        """A new place: aspirate first; spread has not been seen here yet."""
        self._spread = False
        self._doubt_s: float | None = None
        self._begin_part(time_s)

    def _begin_part(self, time_s: float) -> None:
        """Before each part of the dose: aspirate."""
        self._since_s = time_s
        self._goal_ml: float | None = None
        self._pulled = False

    def step(
        self, time_s: float, step_s: float, scene: Scene | None, signals: Signals, advice: Advice | None
    ) -> Verdict:
        """One frame of it; `plunger` is what the hand does. Without scene and advice it goes by feel alone."""
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
        self._spread = self._spread or (self._hollow and signals.aspirated in THEIR_FLUID)
        part_ml = self._aliquot_ml if self.plunger.injected_ml > 0 else self._test_ml
        self._goal_ml = min(self.planned_ml, self.plunger.injected_ml + part_ml)
        self._since_s = time_s
        return Verdict.BUSY

    def _inject(
        self, time_s: float, step_s: float, scene: Scene | None, signals: Signals, advice: Advice | None
    ) -> Verdict:
        if signals.injecting and (signals.pressure_kpa or 0.0) >= self._hard_kpa:
            return Verdict.RESISTANCE
        self._spread = self._spread or (scene is not None and scene.spread.state == SpreadState.SPREAD)
        if self._doubt_s is not None and not self._spread:
            return Verdict.BUSY if time_s - self._doubt_s < LOOK_S else Verdict.ALARM
        if advice is not None and self._must_stop(advice):
            self._doubt_s = time_s
            return Verdict.ALARM if self._spread or self._blood_or_dose(advice) else Verdict.BUSY
        given_ml, goal_ml = self.plunger.injected_ml, self._goal_ml or 0.0
        if given_ml < goal_ml - 1e-9:
            self.plunger = replace(self.plunger, injected_ml=min(goal_ml, given_ml + self.rate_ml_s * step_s))
            self._since_s = time_s
            return Verdict.BUSY
        if time_s - self._since_s < PAUSE_S or signals.injecting:
            return Verdict.BUSY
        if scene is not None and self._heeds and not self._spread and self.planned_ml > 0:
            return Verdict.NO_SPREAD
        if given_ml >= self.planned_ml - 1e-9:
            return Verdict.DONE
        self._begin_part(time_s)
        return Verdict.BUSY

    def _blood_or_dose(self, advice: Advice) -> bool:
        """Whether something stops the plunger that looking on cannot settle."""
        return any(alarm.condition in (STOPS[0], STOPS[2]) for alarm in advice.alarms)

    def _must_stop(self, advice: Advice) -> bool:
        """Whether an alarm says stop, given what was seen at this place before.

        Where spread was seen once, not being able to judge it does not stop a needle that rests; in a hollow the fluid
        then flows away from the tip, as it should, so that none being seen there stops nothing either.
        """
        if (self._spread and self._hollow) or not self._heeds:
            heeded, least = (STOPS[0], STOPS[2]), (Priority.HIGH, Priority.MEDIUM)
        else:
            heeded, least = STOPS, (Priority.HIGH,) if self._spread else (Priority.HIGH, Priority.MEDIUM)
        return any(alarm.priority in least and alarm.condition in heeded for alarm in advice.alarms)
