"""Finding in a new picture the place that other patients' pictures show: by light and dark, whatever the gain.

What scanners call speckle is smoothed away first. Each example votes for a place; the place that most agree on counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, Frame, Point

Shade: TypeAlias = NDArray[np.float32]

GRID_MM = 0.4
"""Chosen: half a beam's width; finer there is speckle only."""
SMOOTH_MM, NEAR_MM = 0.6, 4.0
"""Chosen: speckle is smoothed over the first; light and dark are told against what lies within the second."""
DARK = 6.0
"""Of 255. Chosen: what differs less is noise."""
HALF_MM, HALF_SHARE = (12.0, 7.0), 0.3
"""Half the piece of a picture that is looked for, across and down; across never more than so much of the picture's
width. Chosen: a target's layers and neighbors, and room to find them beside the middle."""
SCALES = (0.87, 1.0, 1.15)
"""Chosen: how much deeper and wider one body is than another."""
LEAST_POWER = 0.25
"""Of the piece's own mean square, what a window has to have. Chosen: one with less lies mostly beyond a sector's edge,
where nothing is shown, and of nothing the correlation is noise."""
SAME_MM = 2.5
"""Chosen: two examples that point to places nearer than this mean one place."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Example:
    """Another patient's picture with the target drawn in.

    Args:
        grey: (lines, samples) uint8.
        pixel_mm: across, down; x runs from the picture's middle, y from its top.
        target_mm: (x, y) where a perfect tip ends.

    Raises:
        FormatError: another shape or type of picture.
    """

    grey: NDArray[np.uint8]
    pixel_mm: tuple[float, float]
    target_mm: Point

    def __post_init__(self) -> None:
        if self.grey.ndim != 2 or self.grey.dtype != np.uint8:
            raise FormatError(f"Example is {self.grey.shape} of {self.grey.dtype}. Expected (lines, samples) of uint8.")

    def flipped(self) -> "Example":
        """The picture of the mirrored patient."""
        return replace(self, grey=self.grey[::-1].copy(), target_mm=(-self.target_mm[0], self.target_mm[1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Where a picture looks as others do about their targets: (x, y), and how alike, up to 1."""

    place_mm: Point
    alike: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Piece:
    """What lies about a target, and where in it the target is, in squares of GRID_MM."""

    shade: Shade
    at: tuple[float, float]


class Likenesses:
    """Looks for what lies about the target in other patients' pictures.

    Raises:
        FormatError: no example.
    """

    def __init__(self, examples: Sequence[Example]) -> None:
        if not examples:
            raise FormatError("No example was given. Expected at least one picture of another patient.")
        self._pieces = [[_piece(example, scale) for scale in SCALES] for example in examples]

    def find(self, frame: Frame) -> Likeness | None:
        """The place that most examples agree on; None where the picture is smaller than what is looked for."""
        geometry = frame.geometry
        shade, (x0, y0) = _shaded(frame.pixels, (geometry.line_pitch_mm, geometry.sample_pitch_mm))
        found = [best for pieces in self._pieces if (best := _best(shade, pieces)) is not None]
        if not found:
            return None
        rows = np.array(found) * (GRID_MM, GRID_MM, 1.0) + (x0, y0, 0.0)
        near = np.hypot(*(rows[:, None, :2] - rows[None, :, :2]).transpose(2, 0, 1)) < SAME_MM
        weight = rows[:, 2].clip(0.01) ** 2
        group = near[int(np.argmax(near @ weight))]
        x_mm, y_mm = np.average(rows[group, :2], axis=0, weights=weight[group])
        return Likeness(place_mm=(float(x_mm), float(y_mm)), alike=float(rows[group, 2].sum()) / len(self._pieces))


def _shaded(grey: NDArray[np.uint8], pixel_mm: tuple[float, float]) -> tuple[Shade, Point]:
    """Light and dark against what lies near, on squares of GRID_MM, and where the first of them lies."""
    lines, samples = (max(8, round(n * mm / GRID_MM)) for n, mm in zip(grey.shape, pixel_mm, strict=True))
    even = cv2.resize(grey, (samples, lines), interpolation=cv2.INTER_AREA).astype(np.float32)
    smooth = cv2.GaussianBlur(even, (0, 0), SMOOTH_MM / GRID_MM)
    off = smooth - cv2.GaussianBlur(smooth, (0, 0), NEAR_MM / GRID_MM)
    spread = np.sqrt(cv2.GaussianBlur(off**2, (0, 0), NEAR_MM / GRID_MM))
    return (off / (spread + DARK)).astype(np.float32), ((0.5 - lines / 2) * GRID_MM, 0.5 * GRID_MM)


def _piece(example: Example, scale: float) -> _Piece:
    """What lies about an example's target, as in a body so much larger."""
    across, down = (mm * scale for mm in example.pixel_mm)
    shade, first = _shaded(example.grey, (across, down))
    at = [(mm * scale - zero) / GRID_MM for mm, zero in zip(example.target_mm, first, strict=True)]
    reach = min(HALF_MM[0], HALF_SHARE * len(shade) * GRID_MM), HALF_MM[1]
    low = [max(0, int(a - half / GRID_MM)) for a, half in zip(at, reach, strict=True)]
    high = [int(a + half / GRID_MM) for a, half in zip(at, reach, strict=True)]
    piece = np.ascontiguousarray(shade[low[0] : high[0], low[1] : high[1]])
    return _Piece(shade=piece, at=(at[0] - low[0], at[1] - low[1]))


def _power(shade: Shade, shape: tuple[int, ...]) -> Shade:
    """Mean square of every window of a shape."""
    rows, columns = shade.shape[0] - shape[0] + 1, shade.shape[1] - shape[1] + 1
    mean = cv2.boxFilter(shade**2, -1, (shape[1], shape[0]), anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(mean[:rows, :columns], np.float32)


def _best(shade: Shade, pieces: Sequence[_Piece]) -> tuple[float, float, float] | None:
    """Where one of the pieces fits best, in squares, and how well; None where all are larger than the picture."""
    found: list[tuple[float, float, float]] = []
    for piece in pieces:
        if all(p <= n for p, n in zip(piece.shade.shape, shade.shape, strict=True)):
            fit = cv2.matchTemplate(shade, piece.shade, cv2.TM_CCOEFF_NORMED)
            fit[_power(shade, piece.shade.shape) < LEAST_POWER * float((piece.shade**2).mean())] = 0.0
            _, alike, _, (b, a) = cv2.minMaxLoc(fit)
            found.append((a + piece.at[0], b + piece.at[1], alike))
    return max(found, key=lambda row: row[2], default=None)
