"""What was seen in a frame, and what it means, as plain JSON: in millimetres where a scale is known, else in pixels.

Millimetres are those of the image, MF: x from the middle to the marked side, y away from the probe. Pixels are those of
the picture as it is shown, marker at the left: x to the right and y down from its upper left corner.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from inplane.case import Tick
from inplane.core import (
    Advice,
    BoneSeen,
    Calibration,
    Geometry,
    NeedleSeen,
    NerveSeen,
    Point,
    Scene,
    SpreadSeen,
    VesselSeen,
)

OUTLINE_POINTS = 33
"""Most points of a bone's line or a spread's outline. chosen: a line stays readable; the overlay shows all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How places and lengths of one frame are said.

    Args:
        geometry: of the frame.
        calibration: how its scale is known.
    """

    geometry: Geometry
    calibration: Calibration

    @property
    def unit(self) -> str:
        """The ending of every key that holds a length."""
        return "mm" if self.calibration.in_mm else "px"

    def point(self, point_mm: Point | None) -> list[float] | None:
        """A place."""
        if point_mm is None:
            return None
        if self.calibration.in_mm:
            return [round(float(point_mm[0]), 3), round(float(point_mm[1]), 3)]
        line, sample = self.geometry.to_index(point_mm)
        return [round(self.geometry.n_lines - 0.5 - float(line), 2), round(float(sample) + 0.5, 2)]

    def points(self, points_mm: Iterable[Sequence[float]]) -> list[list[float] | None]:
        """Places along a line, at most OUTLINE_POINTS of them, its ends included."""
        found: list[Point] = [(float(x), float(y)) for x, y in points_mm]
        if len(found) > OUTLINE_POINTS:
            last = len(found) - 1
            found = [found[round(at * last / (OUTLINE_POINTS - 1))] for at in range(OUTLINE_POINTS)]
        return [self.point(point) for point in found]

    def length(self, length_mm: float, power: int = 1) -> float:
        """A length, or with power 2 an area."""
        if self.calibration.in_mm:
            return round(float(length_mm), 4)
        side = (self.geometry.line_pitch_mm * self.geometry.sample_pitch_mm) ** 0.5
        return round(float(length_mm) / side**power, 2)

    def direction(self, direction: Point | None) -> list[float] | None:
        """A direction, in the axes that places are said in."""
        if direction is None:
            return None
        side = 1.0 if self.calibration.in_mm else -1.0
        return [round(side * float(direction[0]), 4), round(float(direction[1]), 4)]

    def angle(self, angle_rad: float) -> float:
        """An angle from x, in the axes that places are said in."""
        return round(float(angle_rad if self.calibration.in_mm else -angle_rad), 4)


def seen(tick: Tick) -> dict[str, Any]:
    """One frame's line: what was recognised with its confidence, and the advice."""
    frame, scene = tick.frame, tick.scene
    places = Places(geometry=frame.geometry, calibration=scene.calibration)
    line: dict[str, Any] = {
        "sequence": frame.sequence,
        "time_s": round(frame.time_s, 6),
        "timestamp_s": frame.signals.timestamp_s,
        "valid": frame.valid,
        "calibration": scene.calibration.value,
    }
    if scene.calibration is Calibration.ESTIMATED:
        line["scale"] = "estimated"
    if frame.signals.transforms:
        line["transforms_valid"] = {move.name: move.valid for move in frame.signals.transforms}
    return line | {"seen": _scene(scene, places), "advice": _advice(tick.advice, places)}


def _scene(scene: Scene, places: Places) -> dict[str, Any]:
    return {
        "contact": round(scene.contact, 3),
        "needle": _needle(scene.needle, places),
        "vessels": [_vessel(vessel, places) for vessel in scene.vessels],
        "nerves": [_nerve(nerve, places) for nerve in scene.nerves],
        "bones": [_bone(bone, places) for bone in scene.bones],
        "spread": _spread(scene.spread, places),
    }


def _needle(needle: NeedleSeen, places: Places) -> dict[str, Any]:
    unit = places.unit
    return {
        "state": needle.state.value,
        "confidence": round(needle.confidence, 3),
        f"tip_{unit}": places.point(needle.tip_mm),
        f"tip_sd_{unit}": [places.length(sd) for sd in needle.tip_sd_mm],
        f"entry_{unit}": places.point(needle.entry_mm),
        "direction": places.direction(needle.direction),
        "angle_sd_rad": round(needle.angle_sd_rad, 4),
        f"speed_{unit}_s": places.length(needle.speed_mm_s),
        "unseen_s": round(needle.unseen_s, 3),
    }


def _vessel(vessel: VesselSeen, places: Places) -> dict[str, Any]:
    unit = places.unit
    return {
        "track_id": vessel.track_id,
        "confidence": round(vessel.confidence, 3),
        f"centre_{unit}": places.point(vessel.centre_mm),
        f"semi_axes_{unit}": [places.length(axis) for axis in vessel.semi_axes_mm],
        "angle_rad": places.angle(vessel.angle_rad),
        f"edge_sd_{unit}": places.length(vessel.edge_sd_mm),
        "has_flow": vessel.has_flow,
        "pulsatile": vessel.pulsatile,
    }


def _nerve(nerve: NerveSeen, places: Places) -> dict[str, Any]:
    unit = places.unit
    return {
        "track_id": nerve.track_id,
        "confidence": round(nerve.confidence, 3),
        f"centre_{unit}": places.point(nerve.centre_mm),
        f"area_{unit}2": places.length(nerve.area_mm2, 2),
        f"outline_{unit}": places.points(nerve.outline_mm),
        f"edge_sd_{unit}": places.length(nerve.edge_sd_mm),
    }


def _bone(bone: BoneSeen, places: Places) -> dict[str, Any]:
    return {
        "confidence": round(bone.confidence, 3),
        f"points_{places.unit}": places.points(bone.points_mm),
        f"edge_sd_{places.unit}": places.length(bone.edge_sd_mm),
    }


def _spread(spread: SpreadSeen, places: Places) -> dict[str, Any]:
    unit = places.unit
    return {
        "state": spread.state.value,
        "confidence": round(spread.confidence, 3),
        f"area_{unit}2": places.length(spread.area_mm2, 2),
        f"growth_{unit}2_s": places.length(spread.growth_mm2_s, 2),
        f"centre_{unit}": places.point(spread.centre_mm),
        f"outline_{unit}": places.points(spread.outline_mm),
        "injected_ml": spread.injected_ml,
    }


def _advice(advice: Advice, places: Places) -> dict[str, Any]:
    told: dict[str, Any] = {
        "alarms": [
            {
                "condition": alarm.condition,
                "priority": alarm.priority.value,
                "what": alarm.what,
                "why": alarm.why,
                "measured": alarm.measured,
                "action": alarm.action,
                "since_s": round(alarm.since_s, 3),
            }
            for alarm in advice.alarms
        ],
        "hints": list(advice.hints),
        "cannot_tell": list(advice.cannot_tell),
    }
    if places.calibration.in_mm:
        told |= _distances(advice, places)
    return told


def _distances(advice: Advice, places: Places) -> dict[str, Any]:
    """What is only known where there is a scale."""
    path = advice.path
    return {
        "path": None
        if path is None
        else {
            "tip_mm": places.point(path.tip_mm),
            "direction": places.direction(path.direction),
            "length_mm": places.length(path.length_mm),
            "radius_at_tip_mm": places.length(path.radius_at_tip_mm),
            "half_angle_rad": round(path.half_angle_rad, 4),
        },
        "clearances": [
            {
                "kind": near.kind.value,
                "structure": near.structure,
                "track_id": near.track_id,
                "distance_mm": places.length(near.distance_mm),
                "sd_mm": places.length(near.sd_mm),
                "on_path": near.on_path,
                "time_to_contact_s": None if near.time_to_contact_s is None else round(near.time_to_contact_s, 3),
            }
            for near in advice.clearances
        ],
    }
