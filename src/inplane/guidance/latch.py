"""From conditions that are true or not at a frame to alarms that begin and end calmly.

A condition raises its alarm after it has lasted for its persistence (contact: at once) and ends it after it has been
gone for `alarm_release_s`. Times are on the internal clock: neither frame rate nor a jumping clock changes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from inplane.core import Alarm, Priority
from inplane.guidance.memory import Latch
from inplane.guidance.settings import Settings

RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}
_TOLERANCE_S = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is so at this frame.

    Args:
        alarm: how it would be worded; `since_s` is filled in when it is raised.
        triggers: whether it is so clearly enough to raise an alarm; if not, it only keeps one that is up (hysteresis).
        persistence_s: how long it must last first.
    """

    alarm: Alarm
    triggers: bool
    persistence_s: float


def next_latches(
    latches: tuple[Latch, ...], conditions: Iterable[Condition], clock_s: float, time_s: float, settings: Settings
) -> tuple[Latch, ...]:
    """Every latch after one more frame; the ones that are neither waiting nor raised are left out."""
    now = {(condition.alarm.condition, condition.alarm.priority): condition for condition in conditions}
    kept = {(latch.condition, latch.priority): latch for latch in latches}
    for name, priority in now:
        if (name, priority) not in kept:
            kept[name, priority] = Latch(condition=name, priority=priority)
    stepped = (_step(latch, now.get(key), clock_s, time_s, settings) for key, latch in kept.items())
    return tuple(latch for latch in stepped if latch is not None)


def active_alarms(latches: Iterable[Latch]) -> tuple[Alarm, ...]:
    """The raised alarms, most urgent first: of each condition the highest priority, since it first began."""
    best: dict[str, Alarm] = {}
    for latch in latches:
        if latch.alarm is None:
            continue
        seen = best.get(latch.condition)
        chosen = latch.alarm if seen is None or RANK[latch.priority] < RANK[seen.priority] else seen
        since_s = latch.since_s if seen is None else min(seen.since_s, latch.since_s)
        best[latch.condition] = replace(chosen, since_s=since_s)
    return tuple(sorted(best.values(), key=lambda alarm: (RANK[alarm.priority], alarm.since_s, alarm.condition)))


def _step(latch: Latch, condition: Condition | None, clock_s: float, time_s: float, settings: Settings) -> Latch | None:
    if latch.raised_at_s is not None:
        if condition is not None:
            return replace(latch, last_true_s=clock_s, alarm=replace(condition.alarm, since_s=latch.since_s))
        gone_s = clock_s - latch.last_true_s
        return None if gone_s >= settings.alarm_release_s.value - _TOLERANCE_S else latch
    if condition is None or not condition.triggers:
        waits = latch.waiting_since_s is not None
        return latch if waits and clock_s - latch.last_true_s <= settings.alarm_gap_s.value + _TOLERANCE_S else None
    since_s = clock_s if latch.waiting_since_s is None else latch.waiting_since_s
    if clock_s - since_s < condition.persistence_s - _TOLERANCE_S:
        return replace(latch, waiting_since_s=since_s, last_true_s=clock_s)
    return replace(
        latch,
        waiting_since_s=since_s,
        last_true_s=clock_s,
        raised_at_s=clock_s,
        since_s=time_s,
        alarm=replace(condition.alarm, since_s=time_s),
    )
