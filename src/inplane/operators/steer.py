"""Judging a needle on its way from what is seen of it: is it there, does it miss, how must the hand turn."""

from dataclasses import replace
from math import atan2, cos, hypot, sin, tau

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import load_atlas
from inplane.core import Advice, ClearanceKind, Control, NeedleControl, NeedleState, Point, Scene, VesselSeen
from inplane.operators.aim import image_line, reach_mm, turned
from inplane.operators.hand import approach
from inplane.operators.shaft_eye import Shaft

NEAR_MM = 1.2
"""Chosen: nearer to the target is not told apart from at it."""
MISS_MM = 4.0
"""Chosen: a path that passes farther from the target is drawn back and aimed again."""
DOUBT = 0.1
"""Chosen: six degrees, which a chord may be wrong by."""
STEER_MM, STEER_RAD_S = 14.0, 0.15
"""Chosen: only the first part of a path is steered, gently: deeper, a turned hand bends the needle."""
BONE_MM = 1.0
"""Chosen: at the bone, within what can be told."""

SEEN = (NeedleState.TRACKED, NeedleState.TIP_PREDICTED)
BEGUN_MM = 5.0
"""Chosen: less shaft than this does not reach the picture."""
OFF_MM, ALONG_MM, TURNED_RAD = 7.0, 5.0, 0.35
"""Chosen: how far tissue, bending and pressure may put a needle from where the hand believes it to be; along the shaft
less, since the marks on it tell how much is in."""

BEYOND_MM = 3.0
"""Chosen: a hand does not know better how much shaft is in."""
AHEAD_MM, WALL_MM, SURE_VESSEL = np.arange(0.0, 2.5, 0.5), 0.5, 0.5
"""How far ahead of a tip that is not recognized vessels are heeded, how thick a wall is, and how sure a vessel must be.
Chosen: what a hand needs to stop; a wall; more likely than not."""
JIGGLE_MM, JIGGLE_HZ = 1.5, 1.5
"""Chosen: small enough to harm nothing, quick enough for a perceiver that compares neighbouring frames."""


def believable(scene: Scene, control: Control, *, indentation_mm: float) -> bool:
    """Whether what is seen as the needle can be the one in the hand: a hand knows roughly where it points."""
    tip, direction = scene.needle.tip_mm, scene.needle.direction
    if scene.needle.state not in SEEN or tip is None or direction is None or control.needle.advance_mm < BEGUN_MM:
        return False
    entry, held = image_line(control.probe, control.needle, indentation_mm)
    expected = entry + control.needle.advance_mm * held
    off = (tip[0] - float(expected[0]), tip[1] - float(expected[1]))
    along_mm = abs(off[0] * float(held[0]) + off[1] * float(held[1]))
    turn = abs(direction[0] * float(held[1]) - direction[1] * float(held[0]))
    return hypot(*off) <= OFF_MM and along_mm <= ALONG_MM and turn <= sin(TURNED_RAD)


def left_mm(control: Control, target_mm: Point, *, indentation_mm: float) -> float:
    """How much shaft the hand still has to push in, by its own reckoning, until the tip is beside the target."""
    return reach_mm(control.probe, control.needle, target_mm, indentation_mm) - control.needle.advance_mm


def is_beyond(control: Control, target_mm: Point, *, indentation_mm: float) -> bool:
    """Whether the hand has pushed farther than the target lies, whatever is seen: then something is not as it seems."""
    reach = reach_mm(control.probe, control.needle, target_mm, indentation_mm)
    return control.needle.advance_mm > reach + BEYOND_MM


def arrived(scene: Scene, advice: Advice, target_mm: Point, *, short_mm: float = 0.0) -> bool:
    """Whether the seen tip is beside the target or `short_mm` before it, or at bone, beyond which nothing goes."""
    tip, direction = scene.needle.tip_mm, scene.needle.direction
    if tip is None or direction is None:
        return False
    bones = [clearance.distance_mm for clearance in advice.clearances if clearance.kind is ClearanceKind.BONE]
    if bones and min(bones) <= BONE_MM:
        return True
    left_mm = (target_mm[0] - tip[0]) * direction[0] + (target_mm[1] - tip[1]) * direction[1]
    return left_mm <= NEAR_MM + short_mm


def misses(scene: Scene, control: Control, target_mm: Point, *, indentation_mm: float) -> bool:
    """Whether the path, from the puncture through the seen tip, passes the target by too much.

    The chord says more than the direction of the little shaft that is seen; far from the target it is believed less.
    """
    tip = scene.needle.tip_mm
    if tip is None or scene.needle.state != NeedleState.TRACKED or control.needle.advance_mm < STEER_MM + 4:
        return False
    entry, _ = image_line(control.probe, control.needle, indentation_mm)
    chord = (tip[0] - float(entry[0]), tip[1] - float(entry[1]))
    length_mm = max(hypot(*chord), 1.0)
    away = (target_mm[0] - tip[0], target_mm[1] - tip[1])
    across_mm = (away[1] * chord[0] - away[0] * chord[1]) / length_mm
    return abs(across_mm) > MISS_MM + DOUBT * hypot(*away)


def steered(scene: Scene, needle: NeedleControl, target_mm: Point, step_s: float) -> NeedleControl:
    """The hand raised or lowered so that the seen path comes nearer to the target."""
    tip, direction = scene.needle.tip_mm, scene.needle.direction
    if tip is None or direction is None or needle.advance_mm >= STEER_MM:
        return needle
    seen_rad = atan2(direction[1], abs(direction[0]))
    wanted_rad = atan2(target_mm[1] - tip[1], abs(target_mm[0] - tip[0]))
    return turned(needle, steepness_rad=approach(0.0, wanted_rad - seen_rad, STEER_RAD_S * step_s))


def depth_in_picture_mm(control: Control, *, width_mm: float, indentation_mm: float) -> float:
    """How far beyond the picture's edge a straight needle's tip would be by now; negative before it."""
    entry, direction = image_line(control.probe, control.needle, indentation_mm)
    inside_mm = width_mm / 2 - abs(float(entry[0] + direction[0] * control.needle.advance_mm))
    return inside_mm / max(abs(float(direction[0])), 0.2)


def jiggled(needle: NeedleControl, held_mm: float, held_s: float) -> NeedleControl:
    """The needle moved to and fro behind the place where it is held: motion shows what a still picture hides."""
    back_mm = JIGGLE_MM / 2 * (1 - cos(tau * JIGGLE_HZ * held_s))
    return replace(needle, advance_mm=max(0.5, held_mm - back_mm))


def shaft_left_mm(shaft: Shaft, target_mm: Point) -> float:
    """How far a seen shaft must still go until its tip is beside the target, less what is not told apart from there."""
    away = np.subtract(target_mm, shaft.tip_mm)
    return float(away @ np.array(shaft.direction)) - NEAR_MM


def passes_by(shaft: Shaft, target_mm: Point) -> bool:
    """Whether a seen shaft points past the target by too much; far from it that is believed less."""
    x_mm, y_mm = (t - s for t, s in zip(target_mm, shaft.tip_mm, strict=True))
    across_mm = y_mm * shaft.direction[0] - x_mm * shaft.direction[1]
    return abs(across_mm) > MISS_MM + DOUBT * hypot(x_mm, y_mm)


def steered_along(shaft: Shaft, needle: NeedleControl, target_mm: Point, step_s: float) -> NeedleControl:
    """The hand raised or lowered so that a seen shaft comes nearer to the target."""
    if needle.advance_mm >= STEER_MM:
        return needle
    seen_rad = atan2(shaft.direction[1], abs(shaft.direction[0]))
    wanted_rad = atan2(target_mm[1] - shaft.tip_mm[1], abs(target_mm[0] - shaft.tip_mm[0]))
    return turned(needle, steepness_rad=approach(0.0, wanted_rad - seen_rad, STEER_RAD_S * step_s))


def meets_vessel(scene: Scene, shaft: Shaft, harmless: frozenset[int]) -> bool:
    """Whether the tip at the end of a seen shaft, or a little ahead of it, lies in a recognized vessel that is not
    known to be something else."""
    ahead = np.array(shaft.tip_mm) + AHEAD_MM[:, None] * np.array(shaft.direction)
    return any(
        vessel.track_id not in harmless and vessel.confidence >= SURE_VESSEL and _holds(vessel, ahead)
        for vessel in scene.vessels
    )


def at_target(scene: Scene, target_mm: Point) -> frozenset[int]:
    """Tracks of what is taken for a vessel, shows no flow, and holds the target."""
    place = np.array([target_mm])
    return frozenset(v.track_id for v in scene.vessels if v.has_flow is not True and _holds(v, place))


def only_harmless(advice: Advice, harmless: frozenset[int]) -> bool | None:
    """Whether a vessel alarm is about what is known to be no vessel alone; None where it is not told about what.

    Not where anything else that is taken for a vessel is as near, or will be met as soon, as guidance warns of.
    """
    vessels = [clearance for clearance in advice.clearances if clearance.kind is ClearanceKind.VESSEL]
    if not vessels:
        return None
    near_mm, hysteresis_mm, soon_s, share = (
        load_atlas().threshold(name).value
        for name in ("vessel_danger_mm", "alarm_hysteresis_mm", "time_to_contact_s", "alarm_hysteresis_fraction")
    )
    others = [clearance for clearance in vessels if clearance.track_id not in harmless]
    near = any(clearance.distance_mm <= near_mm + hysteresis_mm for clearance in others)
    times_s = [clearance.time_to_contact_s for clearance in others]
    soon = any(time_s is not None and time_s <= soon_s * (1 + share) for time_s in times_s)
    return len(others) < len(vessels) and not near and not soon


def _holds(vessel: VesselSeen, places_mm: NDArray[np.float64]) -> bool:
    """Whether any of (n, 2) places lies in a vessel or its wall."""
    x_mm, y_mm = (places_mm - vessel.centre_mm).T
    c, s = cos(vessel.angle_rad), sin(vessel.angle_rad)
    along, across = (semi_mm + WALL_MM for semi_mm in vessel.semi_axes_mm)
    return bool((((c * x_mm + s * y_mm) / along) ** 2 + ((c * y_mm - s * x_mm) / across) ** 2 < 1).any())
