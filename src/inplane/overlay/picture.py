"""The picture as a screen shows it: skin at the top, the marked side at the left unless flipped, square pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from inplane.core import Frame, Geometry, PictureGeometry

FLOW_TOWARD, FLOW_AWAY = (230, 80, 40), (40, 110, 255)
"""RGB of full speed towards the probe and away from it. chosen: red and blue as scanners do; brightness tells speed."""


POWER_LOW, POWER_HIGH = (110, 0, 0), (255, 225, 40)
"""RGB of the faintest and the strongest power. chosen: from dark red to yellow, as scanners do; it has no direction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """Where IMAGE mm lie on the screen.

    Args:
        width_px, height_px: of the drawn picture.
        px_per_mm: scale, the same both ways.
        width_mm: of the picture.
        flip: whether the marked side is drawn at the right.
    """

    width_px: int
    height_px: int
    px_per_mm: float
    width_mm: float
    flip: bool

    def to_px(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Screen points (..., 2) of IMAGE points (..., 2) in mm; the top left pixel's corner is (0, 0)."""
        point = np.asarray(points_mm, dtype=np.float64)
        side = 1.0 if self.flip else -1.0
        x = (0.5 * self.width_mm + side * point[..., 0]) * self.px_per_mm
        return np.stack((x, point[..., 1] * self.px_per_mm), axis=-1)


def canvas_of(geometry: Geometry, width_px: int, *, flip: bool) -> Canvas:
    """The canvas of that width for a picture's geometry."""
    scale = width_px / geometry.width_mm
    return Canvas(
        width_px=width_px,
        height_px=max(1, round(geometry.depth_mm * scale)),
        px_per_mm=scale,
        width_mm=geometry.width_mm,
        flip=flip,
    )


def scan_convert(frame: Frame, canvas: Canvas) -> NDArray[np.uint8]:
    """(height, width, 3) RGB picture of a frame, in its own colours or with colour Doppler on top where it has any.

    What lies outside the field of view is black.
    """
    stored = frame.pixels if frame.rgb is None else frame.rgb
    turned = stored.swapaxes(0, 1)
    upright = np.ascontiguousarray(turned if canvas.flip else turned[:, ::-1])
    shrinks = canvas.width_px < upright.shape[1] and canvas.height_px < upright.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(upright, (canvas.width_px, canvas.height_px), interpolation=how), dtype=np.uint8)
    if frame.rgb is None:
        picture = np.repeat(picture[:, :, None], 3, axis=2)
    outside = _outside(frame.geometry, canvas)
    if outside is not None:
        picture[outside] = 0
    if frame.color is not None and frame.rgb is None:
        _tint(picture, frame, canvas)
    return picture


@lru_cache(maxsize=4)
def _outside(geometry: Geometry, canvas: Canvas) -> NDArray[np.bool_] | None:
    """(height, width) screen pixels whose centres lie outside the field of view; None where it is the whole picture."""
    if not isinstance(geometry, PictureGeometry) or geometry.field is None:
        return None
    side = 1.0 if canvas.flip else -1.0
    x_mm = side * ((np.arange(canvas.width_px) + 0.5) / canvas.px_per_mm - 0.5 * canvas.width_mm)
    y_mm = (np.arange(canvas.height_px) + 0.5) / canvas.px_per_mm
    return ~geometry.field.contains(np.stack(np.meshgrid(x_mm, y_mm), axis=-1))


def _tint(picture: NDArray[np.uint8], frame: Frame, canvas: Canvas) -> None:
    """Paints colour or power Doppler and the outline of its box."""
    color = frame.color
    if color is None:
        return
    lines, samples = color.velocity.shape
    last_line, last_sample = color.first_line + lines, color.first_sample + samples
    if color.power is None:
        wide = _wide(np.where(color.has_flow, color.velocity, 0), frame, canvas)
        share = (np.minimum(np.abs(wide) / 127, 1.0) * 0.6 + 0.4)[:, :, None]
        for sign, paint in ((1, FLOW_TOWARD), (-1, FLOW_AWAY)):
            where = wide * sign > 0
            picture[where] = (share * np.array(paint, np.float32))[where].astype(np.uint8)
    else:
        wide = _wide(np.where(color.has_flow, np.maximum(color.power, 1), 0), frame, canvas)
        share = wide[:, :, None] / 255
        paints = share * np.array(POWER_HIGH, np.float32) + (1 - share) * np.array(POWER_LOW, np.float32)
        picture[wide > 0] = paints[wide > 0].astype(np.uint8)
    corners = frame.geometry.to_mm(
        [
            (color.first_line - 0.5, color.first_sample - 0.5),
            (last_line - 0.5, color.first_sample - 0.5),
            (last_line - 0.5, last_sample - 0.5),
            (color.first_line - 0.5, last_sample - 0.5),
        ]
    )
    polygon(picture, canvas.to_px(corners), (160, 160, 160), closed=True)


def _wide(box: NDArray[np.generic], frame: Frame, canvas: Canvas) -> NDArray[np.float32]:
    """(height, width) the box's values on the screen, 0 outside it."""
    color = frame.color
    whole = np.zeros((frame.geometry.n_lines, frame.geometry.n_samples), np.float32)
    if color is not None:
        lines, samples = box.shape
        at = (
            slice(color.first_line, color.first_line + lines),
            slice(color.first_sample, color.first_sample + samples),
        )
        whole[at] = box
    upright = np.ascontiguousarray(whole.T if canvas.flip else whole.T[:, ::-1])
    size = (canvas.width_px, canvas.height_px)
    return np.asarray(cv2.resize(upright, size, interpolation=cv2.INTER_NEAREST), dtype=np.float32)


def polygon(
    picture: NDArray[np.uint8],
    points_px: NDArray[np.float64],
    paint: tuple[int, int, int],
    *,
    closed: bool,
    width: int = 1,
) -> None:
    """A solid line through screen points, anti-aliased, to a sixteenth of a pixel."""
    if len(points_px) < 2:
        return
    fixed = np.round(points_px * 16 - 8).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(picture, [fixed], closed, paint, width, cv2.LINE_AA, 4)


def dashes(
    picture: NDArray[np.uint8],
    points_px: NDArray[np.float64],
    paint: tuple[int, int, int],
    *,
    pattern: Sequence[float],
    width: int = 1,
) -> None:
    """A broken line through screen points; `pattern`: pixels drawn, left out, drawn ..., over and over."""
    if len(points_px) < 2:
        return
    steps = np.hypot(*np.diff(points_px, axis=0).T)
    along = np.concatenate(([0.0], np.cumsum(steps)))
    at, index = 0.0, 0
    while at < along[-1]:
        end = min(at + pattern[index % len(pattern)], float(along[-1]))
        if index % 2 == 0:
            inner = along[(along > at) & (along < end)]
            where = np.concatenate(([at], inner, [end]))
            part = np.stack([np.interp(where, along, points_px[:, axis]) for axis in (0, 1)], axis=1)
            polygon(picture, part, paint, closed=False, width=width)
        at, index = end, index + 1


def text(picture: NDArray[np.uint8], words: str, at_px: tuple[float, float], paint: tuple[int, int, int]) -> None:
    """Words with a dark edge, their lower left corner at `at_px`, kept within the picture."""
    (wide, high), base = cv2.getTextSize(words, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)
    x = int(min(max(2, at_px[0]), max(2, picture.shape[1] - wide - 2)))
    y = int(min(max(high + 2, at_px[1]), picture.shape[0] - base - 1))
    cv2.putText(picture, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(picture, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, 0.42, paint, 1, cv2.LINE_AA)
