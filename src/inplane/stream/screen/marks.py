"""Small bright marks on a screen: ticks, dots and digits, each a connected piece that stands still."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.stream.screen.look import Look

INK = 30
"""Grey levels by which a mark is brighter than what lies around it. chosen: the faintest ruler met has 40."""
LARGEST = 0.035
"""Side of the largest mark, as a share of the picture's longer side. chosen: the largest dots met have 0.03."""
INNER = 0.07
"""Share of the part's width, from each side, in which ticks drawn upon the picture are looked for."""
MAX_MARKS = 4000
"""Marks beyond which a screen is not searched: that is speckle. chosen: the fullest screen met has 900."""

Box: TypeAlias = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marks:
    """Marks as columns of numbers, (n,) each, in stored pixels.

    Args:
        left, top, right, bottom: pixel edges.
        x, y: centers.
        ink: number of pixels.
        light: mean brightness above the surroundings.
        tint: mean difference of the brightest and the darkest channel.
        layer: (rows, columns) brightness above the surroundings, from which digits are read.
    """

    left: NDArray[np.float64]
    top: NDArray[np.float64]
    right: NDArray[np.float64]
    bottom: NDArray[np.float64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    ink: NDArray[np.float64]
    light: NDArray[np.float64]
    tint: NDArray[np.float64]
    layer: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.x)


def find_marks(look: Look, part: Box) -> Marks | None:
    """Marks around the part that is ultrasound, and along its sides; None where there are none, or far too many."""
    size = look.size
    side = 2 * int(LARGEST * size / 2) + 3
    block = cv2.getStructuringElement(cv2.MORPH_RECT, (side, side))
    layer = np.asarray(cv2.morphologyEx(look.still, cv2.MORPH_TOPHAT, block), dtype=np.uint8)
    ink = np.asarray(layer > INK, dtype=np.uint8)
    ink[_inside(look.still.shape, part)] = 0
    ink = _without_lines(ink, round(1.3 * side))
    count, named, measured, centers = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if not 1 < count <= MAX_MARKS:
        return None
    stats, middle = np.asarray(measured, dtype=np.float64), np.asarray(centers, dtype=np.float64)
    labels = np.asarray(named, dtype=np.int32).ravel()
    tint = cv2.subtract(look.high, look.low).ravel()
    light = np.bincount(labels, weights=layer.ravel(), minlength=count) / stats[:, cv2.CC_STAT_AREA]
    tints = np.bincount(labels, weights=np.asarray(tint, dtype=np.float64), minlength=count)
    wide, high = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    keep = (wide <= 1.6 * side) & (high <= side)
    keep[0] = False
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    return Marks(
        left=left[keep],
        top=top[keep],
        right=(left + wide)[keep],
        bottom=(top + high)[keep],
        x=middle[keep, 0] + 0.5,
        y=middle[keep, 1] + 0.5,
        ink=stats[keep, cv2.CC_STAT_AREA],
        light=light[keep],
        tint=(tints / stats[:, cv2.CC_STAT_AREA])[keep],
        layer=layer,
    )


def _inside(shape: tuple[int, ...], part: Box) -> tuple[slice, slice]:
    """The inner part of the ultrasound, where every bright spot is tissue."""
    x0, y0, x1, y1 = part
    in_x, in_y = round(INNER * (x1 - x0)), round(0.02 * (y1 - y0))
    del shape
    return slice(y0 + in_y, max(y0 + in_y, y1 - in_y)), slice(x0 + in_x, max(x0 + in_x, x1 - in_x))


def _without_lines(ink: NDArray[np.uint8], length: int) -> NDArray[np.uint8]:
    """Ink without long upright and level lines, such as the axis that ticks stand on."""
    upright = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    level = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    lines = np.asarray(cv2.max(upright, level), dtype=np.uint8)
    return np.asarray(cv2.subtract(ink, lines), dtype=np.uint8)
