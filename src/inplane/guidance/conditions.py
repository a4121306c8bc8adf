"""The five conditions that a person must know about at once (console.md: never more), worded by what was measured."""

from collections.abc import Iterator

from inplane.core import (
    Alarm,
    CitedValue,
    Clearance,
    ClearanceKind,
    DoseStatus,
    NeedleState,
    Priority,
    Scene,
    Signals,
    SpreadState,
)
from inplane.guidance.latch import Condition
from inplane.guidance.memory import Memory

CONDITIONS = ("vessel_contact", "injecting_without_spread", "blood_aspirated", "advancing_unseen", "dose_limit")


def conditions(
    scene: Scene, signals: Signals, memory: Memory, clearances: tuple[Clearance, ...], dose: DoseStatus
) -> Iterator[Condition]:
    """Everything of the five that is so at this frame, with `memory` already holding this frame's syringe."""
    yield from _vessel_contact(scene, memory, clearances)
    yield from _injecting(scene, signals, memory)
    yield from _blood(memory)
    yield from _unseen(scene, memory)
    yield from _dose(memory, dose)


def _vessel_contact(scene: Scene, memory: Memory, clearances: tuple[Clearance, ...]) -> Iterator[Condition]:
    """High where the tip is at a wall or within `vessel_danger_mm` of it; medium where it soon will be.

    At the wall means that contact lies within one standard deviation, which counts up to `vessel_danger_mm`: where the
    tip is known no better than that, this is said as a thing that cannot be told.
    """
    settings = memory.settings
    sure = {v.track_id for v in scene.vessels if v.confidence >= settings.vessel_alarm_confidence_fraction.value}
    vessels = [
        clearance for clearance in clearances if clearance.kind is ClearanceKind.VESSEL and clearance.track_id in sure
    ]
    nearest = vessels[0] if vessels else None
    danger = settings.vessel_danger_mm.value
    if nearest is not None and nearest.distance_mm <= danger + settings.alarm_hysteresis_mm.value:
        yield _tip_at_vessel(scene, nearest, memory)
        return
    approached = [(c.time_to_contact_s, c) for c in vessels if c.time_to_contact_s is not None]
    if not approached:
        return
    seconds, first = min(approached, key=lambda pair: pair[0])
    soon, mark = settings.time_to_contact_s, scene.calibration.mark
    if seconds <= soon.value * (1 + settings.alarm_hysteresis_fraction.value):
        alarm = _alarm(
            "vessel_contact",
            Priority.MEDIUM,
            what=f"Path meets: {first.structure}.",
            why="The needle is moving towards it along its projected path.",
            measured=f"Contact in {seconds:.1f} s, {first.distance_mm:.1f} mm away{mark}; limit {soon.value:g} s.",
            action="Stop advancing. Change the angle or the entry.",
            source=soon.source,
        )
        yield Condition(alarm=alarm, triggers=seconds <= soon.value, persistence_s=settings.path_persistence_s.value)


def _tip_at_vessel(scene: Scene, nearest: Clearance, memory: Memory) -> Condition:
    """Contact at once; within the danger distance after the usual persistence."""
    settings, danger = memory.settings, memory.settings.vessel_danger_mm
    mark = scene.calibration.mark
    contact = nearest.distance_mm <= min(nearest.sd_mm, danger.value)
    alarm = _alarm(
        "vessel_contact",
        Priority.HIGH,
        what=f"Tip {'at' if contact else 'very near'}: {nearest.structure}.",
        why="The recognised tip touches its wall, within what is known of both."
        if contact
        else "The recognised tip is nearer to its wall than the danger limit.",
        measured=f"Distance {nearest.distance_mm:.1f} ± {nearest.sd_mm:.1f} mm{mark}; limit {danger.value:g} mm.",
        action="Stop. Draw back until the tip is clear.",
        source=danger.source,
    )
    return Condition(
        alarm=alarm,
        triggers=nearest.distance_mm <= danger.value,
        persistence_s=0.0 if contact else settings.alarm_persistence_s.value,
    )


def _injecting(scene: Scene, signals: Signals, memory: Memory) -> Iterator[Condition]:
    """High at high pressure, or where volume goes in and nothing spreads; medium where spread cannot be judged."""
    if not signals.injecting:
        return
    stop = memory.settings.pressure_stop_kpa
    if signals.pressure_kpa is not None and signals.pressure_kpa >= stop.value:
        alarm = _alarm(
            "injecting_without_spread",
            Priority.HIGH,
            what="Injection pressure is high.",
            why="High opening pressure goes with a tip in or against a nerve; it is one sign among several.",
            measured=f"Pressure {signals.pressure_kpa:.0f} kPa; limit {stop.value:.0f} kPa.",
            action="Stop injecting. Move the needle.",
            source=stop.source,
        )
        yield Condition(alarm=alarm, triggers=True, persistence_s=memory.settings.alarm_persistence_s.value)
    else:
        yield from _no_spread(scene, memory)


def _no_spread(scene: Scene, memory: Memory) -> Iterator[Condition]:
    """While injecting: volume beyond the limit since spread was last seen here."""
    settings, given = memory.settings, memory.syringe.given_ml
    none_seen = scene.spread.state == SpreadState.NONE
    if not none_seen and scene.spread.state != SpreadState.CANNOT_TELL:
        return
    volume, limit_ml = _unspread_limit(memory)
    unspread_ml = None if given is None else given - memory.syringe.seen_spread_ml
    if unspread_ml is not None and unspread_ml < limit_ml:
        return
    told = "Unknown volume" if unspread_ml is None else f"{unspread_ml:.1f} ml"
    alarm = _alarm(
        "injecting_without_spread",
        Priority.HIGH if none_seen else Priority.MEDIUM,
        what="Injecting, and no spread is seen." if none_seen else "Injecting, and spread cannot be judged.",
        why="Fluid may be going into a vessel." if none_seen else "Tip, volume or picture do not allow it.",
        measured=f"{told} without visible spread; limit {limit_ml:.1f} ml.",
        action="Stop injecting. Find the tip and aspirate.",
        source=volume.source,
    )
    at_once = none_seen and unspread_ml is not None
    yield Condition(alarm=alarm, triggers=True, persistence_s=0.0 if at_once else settings.alarm_persistence_s.value)


def _unspread_limit(memory: Memory) -> tuple[CitedValue, float]:
    """The volume without visible spread that says stop, and that volume by the plan; the smaller one without a plan."""
    settings, plan = memory.settings, memory.plan
    if plan is None:
        return settings.no_spread_small_volume_ml, settings.no_spread_small_volume_ml.value
    small = plan.planned_ml <= settings.small_target_max_ml.value
    volume = settings.no_spread_small_volume_ml if small else settings.no_spread_volume_ml
    return volume, min(volume.value, settings.no_spread_fraction_of_plan.value * plan.planned_ml)


def _blood(memory: Memory) -> Iterator[Condition]:
    """High from the aspiration that brought blood until another did not, or until the tip has moved away."""
    if memory.syringe.blood:
        yield Condition(
            alarm=_alarm(
                "blood_aspirated",
                Priority.HIGH,
                what="Blood was aspirated.",
                why="The tip is in a vessel, or was.",
                measured="Blood in the syringe; any counts.",
                action="Do not inject. Draw back, press, aspirate again elsewhere.",
                source=("chosen: blood in the syringe is a sign by itself and needs no limit",),
            ),
            triggers=True,
            persistence_s=0.0,
        )


def _unseen(scene: Scene, memory: Memory) -> Iterator[Condition]:
    """Medium where the tip went out of sight while the needle moved forwards, until it is seen again."""
    needle, limit = scene.needle, memory.settings.tip_unseen_while_advancing_s
    if needle.state in (NeedleState.TRACKED, NeedleState.NONE) or needle.unseen_s < limit.value:
        return
    shaft_moves = (
        needle.state == NeedleState.SHAFT_ONLY and needle.speed_mm_s >= memory.settings.advancing_speed_mm_s.value
    )
    if memory.was_advancing or shaft_moves:
        yield Condition(
            alarm=_alarm(
                "advancing_unseen",
                Priority.MEDIUM,
                what="Tip not seen while advancing.",
                why="The needle was moving forwards when its tip was lost.",
                measured=f"Unseen for {needle.unseen_s:.1f} s; limit {limit.value:g} s.",
                action="Stop advancing. Find the tip by sliding or turning the probe.",
                source=limit.source,
            ),
            triggers=True,
            persistence_s=0.0,
        )


def _dose(memory: Memory, dose: DoseStatus) -> Iterator[Condition]:
    """High from the limit on, medium from the warning on."""
    settings = memory.settings
    levels = ((Priority.HIGH, settings.dose_fraction_max), (Priority.MEDIUM, settings.dose_fraction_warn))
    for priority, level in levels:
        if dose.fraction is not None and dose.fraction >= level.value:
            yield Condition(alarm=_dose_alarm(memory, dose.fraction, priority, level), triggers=True, persistence_s=0.0)


def _dose_alarm(memory: Memory, fraction: float, priority: Priority, level: CitedValue) -> Alarm:
    high = priority == Priority.HIGH
    return _alarm(
        "dose_limit",
        priority,
        what="Local anesthetic limit reached." if high else "Local anesthetic near its limit.",
        why=f"Doses over limits, summed over all drugs given: {memory.limits.text}.",
        measured=f"Sum {fraction:.2f}; limit {level.value:g}.",
        action="Stop injecting." if high else "Check how much more is needed.",
        source=memory.limits.source or level.source,
    )


def _alarm(
    condition: str, priority: Priority, *, what: str, why: str, measured: str, action: str, source: tuple[str, ...]
) -> Alarm:
    return Alarm(
        condition=condition,
        priority=priority,
        what=what,
        why=why,
        measured=measured,
        action=action,
        source=source,
        since_s=0.0,
    )
