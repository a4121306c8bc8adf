"""What a scene means for this procedure: pure, one frame at a time."""

from dataclasses import replace

from inplane.atlas import Procedure
from inplane.core import Advice, FormatError, NeedleState, Scene, Signals
from inplane.guidance.clearance import clearances, path_cone
from inplane.guidance.conditions import conditions
from inplane.guidance.dose import dose_limits, dose_status
from inplane.guidance.hints import cannot_tell, hints
from inplane.guidance.latch import active_alarms, next_latches
from inplane.guidance.memory import Memory
from inplane.guidance.plan import Plan
from inplane.guidance.settings import Settings, settings_from_atlas
from inplane.guidance.syringe import next_syringe


def begin(plan: Plan | None, procedure: Procedure | None, *, settings: Settings | None = None) -> Memory:
    """Guidance's memory before the first frame.

    Args:
        plan: what is to be done; None where somebody only looks, such as at a recording.
        procedure: the atlas's entry for it; None where none is known: then only what holds for any is said.
        settings: thresholds; the atlas's if None.

    Raises:
        FormatError: the plan is for another procedure, or there is one without the other.
        UnknownNameError: a drug or a threshold is not in the atlas.
    """
    planned, wanted = None if plan is None else plan.procedure_id, None if procedure is None else procedure.id
    if planned != wanted:
        raise FormatError(f"Plan is for procedure {planned!r}. Expected {wanted!r}.")
    return Memory(plan=plan, settings=settings or settings_from_atlas(), limits=dose_limits(plan))


def advise(scene: Scene, signals: Signals, procedure: Procedure | None, memory: Memory) -> tuple[Advice, Memory]:
    """What to tell the operator at one frame, and what to remember for the next.

    Args:
        scene: what was recognised.
        signals: what arrived beside the pixels.
        procedure: what is being done; None as in `begin`.
        memory: from `begin`, then from the frame before.

    Returns:
        The advice, and the memory after this frame.
    """
    settings = memory.settings
    memory = replace(_with_clock(memory, scene), syringe=next_syringe(memory.syringe, scene, signals, settings))
    memory = _with_sightings(memory, scene)
    path = path_cone(scene, settings)
    near = clearances(scene, path, settings)
    dose = dose_status(memory.limits, None if signals.injected_ml is None else memory.syringe.given_ml)
    known_dose = dose_status(memory.limits, memory.syringe.given_ml)  # the last known volume still counts for alarms
    found = conditions(scene, signals, memory, near, known_dose)
    latches = next_latches(memory.latches, found, memory.clock_s, scene.time_s, settings)
    alarms = active_alarms(latches)
    raised = dict(memory.raised)
    for alarm in alarms:
        raised.setdefault(alarm.condition, alarm.since_s)
    memory = replace(memory, latches=latches, raised=tuple(raised.items()))
    advice = Advice(
        sequence=scene.sequence,
        time_s=scene.time_s,
        path=path,
        clearances=near,
        alarms=alarms,
        hints=hints(scene, signals, procedure, memory, near),
        cannot_tell=cannot_tell(scene, signals, memory, path),
        dose=dose,
    )
    return advice, memory


def _with_clock(memory: Memory, scene: Scene) -> Memory:
    """The internal clock moved on: by what passed since the last frame, but never back and never by a jump."""
    passed_s = 0.0 if memory.time_s is None else scene.time_s - memory.time_s
    step_s = min(max(passed_s, 0.0), memory.settings.alarm_gap_s.value)
    return replace(memory, clock_s=memory.clock_s + step_s, time_s=scene.time_s)


def _with_sightings(memory: Memory, scene: Scene) -> Memory:
    """When tip and vessels were last seen."""
    clock_s, needle = memory.clock_s, scene.needle
    lately = dict(memory.vessels) | {vessel.track_id: clock_s for vessel in scene.vessels}
    vessels = tuple(
        (number, at) for number, at in lately.items() if clock_s - at <= memory.settings.vessel_remembered_s.value
    )
    memory = replace(memory, vessels=vessels)
    if needle.state == NeedleState.NONE:
        return replace(memory, tip_seen_s=None, advanced_s=None, held_since_s=None)
    if needle.state in (NeedleState.SHAFT_ONLY, NeedleState.LOST):
        return replace(memory, held_since_s=None)
    held_since_s = clock_s if memory.held_since_s is None else memory.held_since_s
    memory = replace(memory, held_since_s=held_since_s)
    if needle.state != NeedleState.TRACKED:
        return memory
    held = clock_s - held_since_s >= memory.settings.alarm_persistence_s.value  # a tip seen in passing is no needle yet
    moves = held and needle.speed_mm_s >= memory.settings.advancing_speed_mm_s.value
    return replace(memory, tip_seen_s=clock_s, advanced_s=clock_s if moves else memory.advanced_s)
