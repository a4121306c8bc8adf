"""A frame with its scene and advice drawn on it: outlines, then path, then needle, then words."""

from math import pi, tan

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import (
    Advice,
    Calibration,
    Frame,
    NeedleSeen,
    NeedleState,
    PathCone,
    Scene,
    SpreadState,
    UnknownNameError,
    VesselSeen,
    require_range,
)
from inplane.overlay.picture import Canvas, canvas_of, dashes, polygon, scan_convert, text

SCALE_WORDS = {
    Calibration.ESTIMATED: "scale estimated from the ruler",
    Calibration.UNCALIBRATED: "no scale: not calibrated",
}
"""What is written below a picture whose scale is not known for sure."""
LEVELS = ("off", "outline", "full")
"""How much is drawn: the picture alone; outlines, tip and path; these with names and the path's uncertainty."""

VESSEL, NERVE, BONE, SPREAD, NEEDLE, PATH, SCALE = (
    (230, 130, 60),
    (204, 121, 167),
    (86, 180, 233),
    (0, 200, 150),
    (240, 228, 66),
    (235, 235, 235),
    (150, 150, 150),
)
"""RGB, after the palette of Okabe and Ito (2008), which colour-blind people can tell apart."""
WARNING = (255, 140, 0)
"""RGB of what must not be missed. chosen: orange, with words and a frame around the picture beside it."""
BONE_DASH, SPREAD_DASH, PATH_DASH, HOLLOW_DASH = (14.0, 7.0), (2.0, 6.0), (7.0, 5.0), (4.0, 5.0)
NERVE_DASH = (12.0, 7.0, 1.0, 7.0)
"""Line styles in pixels: bone long dashes, nerves dashes and dots, spread dots, path dashes, anything predicted short
dashes; vessels solid."""


def draw(
    frame: Frame,
    scene: Scene,
    advice: Advice | None,
    *,
    level: str = "outline",
    width_px: int = 640,
    flip: bool = False,
    banner: str | None = None,
    warning: str | None = None,
) -> NDArray[np.uint8]:
    """(height, width, 3) RGB: the picture, marker at the top left, with what was recognised drawn on it.

    Args:
        frame: the picture.
        scene: what was recognised in it.
        advice: whose path is drawn; None for none.
        level: one of LEVELS.
        width_px: width of the result, 64 to 4096; its height follows from the depth.
        flip: draw the marked side at the right.
        banner: words across the top, such as "SIMULATION", "RECORDING" or "LIVE".
        warning: words below it that nobody may miss, such as that the input is stale.

    Raises:
        UnknownNameError: a level that is none of LEVELS.
        RangeError: the width is out of range.
    """
    if level not in LEVELS:
        raise UnknownNameError("overlay level", level, LEVELS)
    require_range("width_px", width_px, 64, 4096)
    canvas = canvas_of(frame.geometry, width_px, flip=flip)
    picture = scan_convert(frame, canvas)
    if level != "off":
        _anatomy(picture, canvas, scene, words=level == "full")
        if advice is not None and advice.path is not None:
            _path(picture, canvas, advice.path, scene.calibration.in_mm, band=level == "full")
        _needle(picture, canvas, scene.needle, words=level == "full")
    _furniture(picture, canvas, scene.calibration)
    if banner:
        text(picture, banner, (0.5 * canvas.width_px - 4.0 * len(banner), 16.0), (255, 255, 255))
    if warning:
        text(picture, warning, (0.5 * canvas.width_px - 4.0 * len(warning), 34.0), WARNING)
        cv2.rectangle(picture, (0, 0), (canvas.width_px - 1, canvas.height_px - 1), WARNING, 3)
    return picture


def _anatomy(picture: NDArray[np.uint8], canvas: Canvas, scene: Scene, *, words: bool) -> None:
    """Outlines of vessels, nerves, bone and spread, with their names at full level."""
    for vessel in scene.vessels:
        polygon(picture, canvas.to_px(_ellipse(vessel)), VESSEL, closed=True)
        if words:
            text(picture, _vessel_name(vessel), _beside(canvas, vessel), VESSEL)
    for nerve in scene.nerves:
        closed = np.concatenate((nerve.outline_mm, nerve.outline_mm[:1]))
        dashes(picture, canvas.to_px(closed), NERVE, pattern=NERVE_DASH, width=2)
        if words:
            at = canvas.to_px((nerve.centre_mm[0], float(nerve.outline_mm[:, 1].max())))
            text(picture, f"nerve {nerve.track_id}", (float(at[0]) - 20, float(at[1]) + 14), NERVE)
    for bone in scene.bones:
        dashes(picture, canvas.to_px(bone.points_mm), BONE, pattern=BONE_DASH, width=2)
        if words and len(bone.points_mm) > 0:
            middle = canvas.to_px(bone.points_mm[len(bone.points_mm) // 2])
            text(picture, "bone", (float(middle[0]), float(middle[1]) + 16), BONE)
    spread = scene.spread
    if spread.state is SpreadState.SPREAD and len(spread.outline_mm) > 1:
        closed = np.concatenate((spread.outline_mm, spread.outline_mm[:1]))
        dashes(picture, canvas.to_px(closed), SPREAD, pattern=SPREAD_DASH, width=2)
        if words and spread.centre_mm is not None:
            at = canvas.to_px(spread.centre_mm)
            text(picture, "spread", (float(at[0]), float(at[1])), SPREAD)


def _ellipse(vessel: VesselSeen) -> NDArray[np.float64]:
    """(64, 2) points along a vessel's wall, IMAGE mm."""
    turn = np.arange(64, dtype=np.float64) * (2 * pi / 64)
    u, v = vessel.semi_axes_mm[0] * np.cos(turn), vessel.semi_axes_mm[1] * np.sin(turn)
    c, s = np.cos(vessel.angle_rad), np.sin(vessel.angle_rad)
    return np.stack((vessel.centre_mm[0] + c * u - s * v, vessel.centre_mm[1] + s * u + c * v), axis=1)


def _vessel_name(vessel: VesselSeen) -> str:
    """What may be said of a vessel in two or three words."""
    name = f"vessel {vessel.track_id}"
    if vessel.has_flow:
        name += ", flow"
    if vessel.pulsatile:
        name += ", beats"
    return name


def _beside(canvas: Canvas, vessel: VesselSeen) -> tuple[float, float]:
    """Where a vessel's name goes: below it."""
    at = canvas.to_px((vessel.centre_mm[0], vessel.centre_mm[1] + vessel.semi_axes_mm[0]))
    return float(at[0]) - 20, float(at[1]) + 14


def _path(picture: NDArray[np.uint8], canvas: Canvas, path: PathCone, calibrated: bool, *, band: bool) -> None:
    """The path as dashes with a dot every centimetre, and its cone as a faint band."""
    start, along = np.array(path.tip_mm), np.array(path.direction)
    across = np.array((-along[1], along[0]))
    end = start + path.length_mm * along
    if band:
        far = path.radius_at_tip_mm + path.length_mm * tan(path.half_angle_rad)
        sides = (start - path.radius_at_tip_mm * across, end - far * across, end + far * across)
        corners = canvas.to_px(np.stack((*sides, start + path.radius_at_tip_mm * across)))
        layer = picture.copy()
        cv2.fillPoly(layer, [np.round(corners).astype(np.int32)], PATH, cv2.LINE_AA)
        picture[:] = cv2.addWeighted(layer, 0.12, picture, 0.88, 0)
    dashes(picture, canvas.to_px(np.stack((start, end))), PATH, pattern=PATH_DASH)
    if not calibrated:
        return
    for centimetre in range(1, int(path.length_mm // 10) + 1):
        x, y = canvas.to_px(start + 10.0 * centimetre * along)
        cv2.circle(picture, (int(x), int(y)), 2, PATH, -1, cv2.LINE_AA)


def _needle(picture: NDArray[np.uint8], canvas: Canvas, needle: NeedleSeen, *, words: bool) -> None:
    """The tip's circle, solid with a dot where tracked, hollow where predicted; where the shaft enters; its state."""
    if needle.entry_mm is None or needle.direction is None:
        return
    solid = needle.state is NeedleState.TRACKED
    entry = np.array(needle.entry_mm)
    inner = entry + 4.0 * np.array(needle.direction)
    polygon(picture, canvas.to_px(np.stack((entry, inner))), NEEDLE, closed=False, width=2)
    if needle.tip_mm is not None:
        tip = np.array(needle.tip_mm)
        turn = np.arange(33, dtype=np.float64) * (2 * pi / 32)
        ring = canvas.to_px(tip + 1.2 * np.stack((np.cos(turn), np.sin(turn)), axis=1))
        if solid:
            polygon(picture, ring, NEEDLE, closed=True, width=2)
            x, y = canvas.to_px(tip)
            cv2.circle(picture, (int(x), int(y)), 2, NEEDLE, -1, cv2.LINE_AA)
        else:
            dashes(picture, ring, NEEDLE, pattern=HOLLOW_DASH)
    if words:
        at = canvas.to_px(needle.entry_mm if needle.tip_mm is None else needle.tip_mm)
        text(picture, str(needle.state.value), (float(at[0]) + 10, float(at[1]) - 10), NEEDLE)


def _furniture(picture: NDArray[np.uint8], canvas: Canvas, calibration: Calibration) -> None:
    """Orientation marker, and a scale of centimetres at the right, longer every five, where one is known."""
    marker_x = canvas.width_px - 8 if canvas.flip else 8
    cv2.circle(picture, (marker_x, 8), 4, (255, 255, 255), 1, cv2.LINE_AA)
    words = SCALE_WORDS.get(calibration)
    if words is not None:
        text(picture, words, (2.0, float(canvas.height_px - 4)), SCALE)
    if not calibration.in_mm:
        return
    for centimetre in range(1, int(canvas.height_px / canvas.px_per_mm / 10) + 1):
        y = 10.0 * centimetre * canvas.px_per_mm
        length = 10.0 if centimetre % 5 == 0 else 5.0
        tick = np.array(((canvas.width_px - length, y), (float(canvas.width_px), y)))
        polygon(picture, tick, SCALE, closed=False)
