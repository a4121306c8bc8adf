"""Short sentences for the guidance panel, and what cannot be told. Never an all-clear."""

from collections.abc import Iterator
from math import atan2, degrees

from inplane.atlas import Procedure
from inplane.core import (
    AspirationResult,
    Calibration,
    Clearance,
    ClearanceKind,
    NeedleState,
    PathCone,
    Scene,
    Signals,
    SpreadState,
)
from inplane.guidance.memory import Memory

MOST_HINTS = 5
"""Chosen: what fits beside the picture and can be read at a glance."""

_NEEDLE = {
    NeedleState.NONE: "No needle seen in the picture.",
    NeedleState.TRACKED: "Shaft and tip are seen in plane.",
    NeedleState.SHAFT_ONLY: "Shaft seen, tip not: slide or turn the probe until the tip shows. Do not advance.",
    NeedleState.TIP_PREDICTED: "Tip not seen for a moment: its place is carried on from its motion.",
    NeedleState.LOST: "Needle lost: hold it still and find the tip by sliding or turning the probe.",
}


def hints(
    scene: Scene, signals: Signals, procedure: Procedure | None, memory: Memory, clearances: tuple[Clearance, ...]
) -> tuple[str, ...]:
    """What is useful now, most useful first."""
    found = (
        *_view(scene, memory),
        *_aspiration(signals, procedure, memory),
        *_spread(scene, signals, procedure),
        _NEEDLE[scene.needle.state],
        *_handling(scene, memory),
        *_near(scene, clearances, memory),
    )
    return found[:MOST_HINTS]


def cannot_tell(scene: Scene, signals: Signals, memory: Memory, path: PathCone | None) -> tuple[str, ...]:
    """What is not known, one sentence each."""
    return tuple(dict.fromkeys(_cannot_tell(scene, signals, memory, path)))


def _view(scene: Scene, memory: Memory) -> Iterator[str]:
    if scene.contact < memory.settings.contact_min_fraction.value:
        yield f"Poor contact: {scene.contact:.0%} of the probe touches. Press gently, level it, or add gel."
    if not scene.vessels and not scene.bones:
        yield "No vessel and no bone recognised here: slide the probe slowly to look for landmarks."


def _aspiration(signals: Signals, procedure: Procedure | None, memory: Memory) -> Iterator[str]:
    syringe, given = memory.syringe, memory.syringe.given_ml
    if syringe.aspirated_at_ml is None:
        if procedure and memory.tip_seen_s is not None and not given:
            yield "Before the test dose: aspirate."
    elif procedure and given and given - syringe.aspirated_at_ml >= procedure.injectate.aliquot_ml.value:
        yield f"{given - syringe.aspirated_at_ml:.1f} ml since the last aspiration: aspirate before each aliquot."
    elif (given or 0.0) == syringe.aspirated_at_ml and signals.aspirated == AspirationResult.NOTHING:
        yield "Nothing came back: a pressed vein gives nothing either. Ease the probe and aspirate again."
    elif (given or 0.0) == syringe.aspirated_at_ml and signals.aspirated == AspirationResult.JOINT_FLUID:
        yield "Joint fluid came back: the tip is in the joint, likely."


def _spread(scene: Scene, signals: Signals, procedure: Procedure | None) -> Iterator[str]:
    state = scene.spread.state
    if state == SpreadState.SPREAD:
        expected = f" Expected here: {procedure.expected_spread_sign.text.rstrip('.')}." if procedure else ""
        yield f"Spread is seen.{expected}"
    elif state == SpreadState.NONE:
        yield "No spread seen: stop, find the tip, aspirate."
    elif state == SpreadState.CANNOT_TELL and signals.injecting:
        yield "Spread cannot be judged: stop until the tip is seen."


def _handling(scene: Scene, memory: Memory) -> Iterator[str]:
    """How the needle is held and moved."""
    needle, settings = scene.needle, memory.settings
    known, fast = scene.calibration.in_mm, needle.speed_mm_s > settings.needle_speed_max_mm_s.value
    if known and fast and needle.state == NeedleState.TRACKED:
        yield f"Slower: the tip moves at {needle.speed_mm_s:.0f} mm/s{scene.calibration.mark}."
    if needle.direction is not None:
        steepness_rad = atan2(abs(needle.direction[1]), abs(needle.direction[0]))
        if steepness_rad > settings.needle_steepness_max_rad.value:
            yield f"Steep needle, {degrees(steepness_rad):.0f} degrees: a flatter one is seen better."


def _near(scene: Scene, clearances: tuple[Clearance, ...], memory: Memory) -> Iterator[str]:
    settings = memory.settings
    for clearance in clearances:
        margin = settings.bone_margin_mm if clearance.kind is ClearanceKind.BONE else settings.vessel_margin_mm
        if clearance.distance_mm <= margin.value:
            distance = max(0.0, clearance.distance_mm)
            yield f"Tip {distance:.1f} ± {clearance.sd_mm:.1f} mm{scene.calibration.mark} from {clearance.structure}."


def _cannot_tell(scene: Scene, signals: Signals, memory: Memory, path: PathCone | None) -> Iterator[str]:
    for unknown in scene.cannot_tell:
        yield f"{unknown.subject}: {unknown.reason.rstrip('.')}."
    if scene.calibration is Calibration.ESTIMATED:
        yield "Distances: the scale is an estimate, and so is every mm."
    if not scene.calibration.in_mm:
        yield "Distances: the picture has no known scale."
    elif path is None and scene.needle.state != NeedleState.NONE:
        yield "Clearances: the tip is not known."
    elif path is not None and max(scene.needle.tip_sd_mm) > memory.settings.vessel_margin_mm.value:
        yield f"Clearances: the tip is known only to ± {max(scene.needle.tip_sd_mm):.1f} mm{scene.calibration.mark}."
    seen_now = {vessel.track_id for vessel in scene.vessels}
    if any(track_id not in seen_now for track_id, _ in memory.vessels):
        yield "A vessel seen before is not seen now: it may be pressed flat, or out of the picture."
    if memory.plan is None:
        return  # nobody planned a dose
    if signals.injected_ml is None:
        yield "Dose: volume unknown, no signal tells it."
    for drug in memory.limits.unknown:
        yield f"Dose: no limit is stated for {drug}."
