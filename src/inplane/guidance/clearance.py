"""Where the needle is heading, and how far its tip is from what was recognised."""

from math import hypot, sqrt

from inplane.core import Clearance, ClearanceKind, NerveSeen, PathCone, Point, Scene, VesselSeen
from inplane.guidance.geometry import (
    cone_meets_ellipse,
    cone_meets_line,
    cone_meets_outline,
    ellipse_distance,
    line_distance,
    outline_distance,
)
from inplane.guidance.settings import Settings


def path_cone(scene: Scene, settings: Settings) -> PathCone | None:
    """The projected path as a cone of two standard deviations; None where the tip is unknown or nothing is in mm.

    radius at the tip = 2 sqrt(across^2 + slice^2), half angle = 2 sqrt(angle^2 + bending^2): the tip as seen, where
    the needle lies within the slice, the direction as seen, and how far a pushed needle bends off its line.
    """
    needle = scene.needle
    if not scene.calibration.in_mm or needle.tip_mm is None or needle.direction is None:
        return None
    return PathCone(
        tip_mm=needle.tip_mm,
        direction=needle.direction,
        length_mm=settings.path_length_mm.value,
        radius_at_tip_mm=2 * hypot(needle.tip_sd_mm[1], settings.path_slice_sd_mm.value),
        half_angle_rad=min(0.5, 2 * hypot(needle.angle_sd_rad, settings.path_bending_sd_rad.value)),
    )


def clearances(scene: Scene, path: PathCone | None, settings: Settings) -> tuple[Clearance, ...]:
    """Distances from the tip to all that was recognised, nearest first; empty where the tip is unknown."""
    if path is None:
        return ()
    found = [_to_vessel(scene, path, vessel, settings) for vessel in scene.vessels]
    nerves = [_to_nerve(scene, path, nerve, settings) for nerve in scene.nerves]
    bones = [_to_bone(scene, path, index, settings) for index, bone in enumerate(scene.bones) if len(bone.points_mm)]
    return tuple(sorted((*found, *nerves, *bones), key=lambda clearance: clearance.distance_mm))


def vessel_words(vessel: VesselSeen, settings: Settings) -> str:
    """What may be said of a vessel, by how sure it is: never more than was seen."""
    if vessel.confidence < settings.vessel_likely_confidence_fraction.value:
        return "dark and round, vessel possible"
    if vessel.pulsatile:
        return "vessel, pulsating: artery likely"
    if vessel.has_flow:
        return "vessel with flow, likely"
    return "vessel, likely"


def nerve_words(nerve: NerveSeen, settings: Settings) -> str:
    """What may be said of a nerve, by how sure it is; never which one."""
    likely = nerve.confidence >= settings.vessel_likely_confidence_fraction.value
    return "nerve, likely" if likely else "texture of a nerve, nerve possible"


def _to_nerve(scene: Scene, path: PathCone, nerve: NerveSeen, settings: Settings) -> Clearance:
    distance, toward = outline_distance(path.tip_mm, nerve.outline_mm)
    meets = 0.0 if distance <= 0 else cone_meets_outline(path, nerve.outline_mm)
    return Clearance(
        kind=ClearanceKind.NERVE,
        structure=nerve_words(nerve, settings),
        track_id=nerve.track_id,
        distance_mm=distance,
        sd_mm=hypot(_tip_sd_towards(scene, toward), nerve.edge_sd_mm),
        on_path=meets is not None,
        time_to_contact_s=_time_to_contact(scene, meets, settings),
    )


def _to_vessel(scene: Scene, path: PathCone, vessel: VesselSeen, settings: Settings) -> Clearance:
    distance, toward = ellipse_distance(path.tip_mm, vessel)
    meets = cone_meets_ellipse(path, vessel)
    return Clearance(
        kind=ClearanceKind.VESSEL,
        structure=vessel_words(vessel, settings),
        track_id=vessel.track_id,
        distance_mm=distance,
        sd_mm=hypot(_tip_sd_towards(scene, toward), vessel.edge_sd_mm),
        on_path=meets is not None,
        time_to_contact_s=_time_to_contact(scene, meets, settings),
    )


def _to_bone(scene: Scene, path: PathCone, index: int, settings: Settings) -> Clearance:
    bone = scene.bones[index]
    distance, toward = line_distance(path.tip_mm, bone.points_mm)
    meets = 0.0 if distance <= 0 else cone_meets_line(path, bone.points_mm)
    return Clearance(
        kind=ClearanceKind.BONE,
        structure="bone"
        if bone.confidence >= settings.vessel_likely_confidence_fraction.value
        else "bright line, bone possible",
        track_id=None,
        distance_mm=distance,
        sd_mm=hypot(_tip_sd_towards(scene, toward), bone.edge_sd_mm),
        on_path=meets is not None,
        time_to_contact_s=_time_to_contact(scene, meets, settings),
    )


def _tip_sd_towards(scene: Scene, toward: Point) -> float:
    """One standard deviation of the tip in a direction: its ellipse's axes lie along and across the shaft."""
    needle = scene.needle
    along_sd, across_sd = needle.tip_sd_mm
    if needle.direction is None:
        return max(along_sd, across_sd)
    cosine = toward[0] * needle.direction[0] + toward[1] * needle.direction[1]
    return sqrt((along_sd * cosine) ** 2 + across_sd**2 * max(0.0, 1 - cosine**2))


def _time_to_contact(scene: Scene, meets_mm: float | None, settings: Settings) -> float | None:
    """Time until the cone's first meeting at the present speed; None where the needle does not move forwards."""
    speed = scene.needle.speed_mm_s
    if meets_mm is None or speed < settings.advancing_speed_mm_s.value:
        return None
    return meets_mm / speed
