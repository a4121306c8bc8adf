"""What guidance remembers from frame to frame: one frozen value, so that a replay gives the same advice."""

from dataclasses import dataclass

from inplane.core import Alarm, Point, Priority
from inplane.guidance.dose import DoseLimits
from inplane.guidance.plan import Plan
from inplane.guidance.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Latch:
    """One condition at one priority: waiting, raised, or on its way out. Times on the internal clock unless said.

    Args:
        condition, priority: which alarm.
        waiting_since_s: when it began to be true without a break; None while it is not.
        last_true_s: when it was last true.
        raised_at_s: when its alarm was raised; None while it is not.
        since_s: the frame's own time at that moment.
        alarm: the alarm as last worded, while raised.
    """

    condition: str
    priority: Priority
    waiting_since_s: float | None = None
    last_true_s: float = 0.0
    raised_at_s: float | None = None
    since_s: float = 0.0
    alarm: Alarm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Syringe:
    """What the volume signal and the plunger have told so far.

    Args:
        carried_ml: what earlier counts of the volume signal had reached before it started again from a lower value.
        counted_ml: the signal's last value; None before the first.
        seen_spread_ml: given volume when spread was last seen, or when the tip came to a new place.
        site_mm: where the tip was when the present injection began.
        aspirations: count at the last frame; None before the first.
        aspirated_at_ml: given volume at the last aspiration; None before the first.
        blood_site_mm: where the tip was when blood came back; None where unknown.
        blood: whether the last aspiration brought blood and the tip has not moved since.
    """

    carried_ml: float = 0.0
    counted_ml: float | None = None
    seen_spread_ml: float = 0.0
    site_mm: Point | None = None
    aspirations: int | None = None
    aspirated_at_ml: float | None = None
    blood_site_mm: Point | None = None
    blood: bool = False

    @property
    def given_ml(self) -> float | None:
        """Volume given in all; None where no signal told it."""
        return None if self.counted_ml is None else self.carried_ml + self.counted_ml


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Guidance's state between two frames.

    Args:
        plan, settings, limits: what it was begun with; no plan where somebody only looks.
        clock_s: time that passed while frames came; a frame adds at most `alarm_gap_s`, and none when time runs back.
        time_s: of the last frame; None before the first.
        latches: every condition that has been true so far.
        syringe: volumes and aspirations.
        tip_seen_s, advanced_s: when the tip was last seen, and when it was last seen to move forwards (internal
            clock); None before the first.
        held_since_s: since when the tip has been held without a break (internal clock); None while it is not.
        vessels: number of each vessel seen lately and when (internal clock).
        raised: every condition that was ever raised, with the frame's time when it first was; the case's log has
            the rest.
    """

    plan: Plan | None
    settings: Settings
    limits: DoseLimits
    clock_s: float = 0.0
    time_s: float | None = None
    latches: tuple[Latch, ...] = ()
    syringe: Syringe = Syringe()
    tip_seen_s: float | None = None
    advanced_s: float | None = None
    held_since_s: float | None = None
    vessels: tuple[tuple[int, float], ...] = ()
    raised: tuple[tuple[str, float], ...] = ()

    @property
    def was_advancing(self) -> bool:
        """Whether the needle was moving forwards when its tip was last seen."""
        if self.tip_seen_s is None or self.advanced_s is None:
            return False
        return self.tip_seen_s - self.advanced_s <= self.settings.alarm_gap_s.value
