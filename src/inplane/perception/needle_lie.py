"""How a shaft lies, read off the picture itself: the net's cells are too coarse for half a degree."""

from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

FROM_MM, TO_MM = 2.0, 16.0
"""Part of the shaft behind the tip that is looked at. chosen: beyond the bevel, as far as a bent needle is straight."""
ASIDE_MM = 0.6
"""How far beside the net's line the crest may lie. chosen: a cell of the net's."""
ALONG_MM = 0.75
"""Length along the shaft over which greys are averaged first. chosen: speckle's."""
LEAST_CONTRAST = 0.5
"""Height of the crest over what is beside it, in speckle deviations, from which a place counts. chosen: half of it."""
LEAST_PLACES = 12
"""Places that count from which a line is laid. chosen: 1.8 mm of shaft."""
MOST_TURN = 0.045
"""Largest tangent between the net's direction and the crest's. chosen: 2.5 degrees, about what the net's cells leave
open; more is another structure's, such as a fascia beside the shaft."""

UNKNOWN_RAD = 0.08
"""Deviation of a direction without a crest. chosen: 4.6 degrees, the median error of the net's own on faint needles."""
SPARE_RAD = 0.005
"""Deviation of a crest's direction beside what its scatter tells. chosen: 0.3 degrees, a tenth of a cell over a
centimetre."""
BENT_RAD, ENTRY_MM = 0.017, 0.4
"""Deviation of the whole way's direction: by what a shaft bends, and of where it comes in. chosen on simulated patients
that neither the net nor a bench holds: a degree; two thirds of a cell."""


def lie(
    image: NDArray[np.float32],
    tip: tuple[float, float],
    direction: tuple[float, float],
    pixel_mm: float,
    speckle: float,
) -> tuple[tuple[float, float], float]:
    """The direction of the crest behind a tip, and its deviation; the one given where no crest shows.

    Args:
        image: (rows, columns) smooth grey.
        tip: (column, row) of the end of the shaft.
        direction: unit vector towards it, as roughly known.
        pixel_mm: side of a pixel.
        speckle: typical deviation of grey.
    """
    dx, dy = direction
    back = np.arange(round(FROM_MM / pixel_mm), round(TO_MM / pixel_mm), dtype=np.float32)
    aside = np.arange(-round(ASIDE_MM / pixel_mm), round(ASIDE_MM / pixel_mm) + 1, dtype=np.float32)
    columns = (tip[0] - back[:, None] * dx - aside * dy).astype(np.float32)
    rows = (tip[1] - back[:, None] * dy + aside * dx).astype(np.float32)
    grey = np.asarray(cv2.remap(image, columns, rows, cv2.INTER_LINEAR), dtype=np.float32)
    grey = np.asarray(cv2.blur(grey, (1, max(1, round(ALONG_MM / pixel_mm)))), dtype=np.float32)
    height = grey.max(axis=1) - np.median(grey, axis=1)
    ends = np.stack((columns[:, 0], columns[:, -1])), np.stack((rows[:, 0], rows[:, -1]))
    inside = np.logical_and(*((at >= 1) & (at <= side - 2) for at, side in zip(ends, image.shape[::-1], strict=True)))
    there = inside.all(axis=0) & (height > LEAST_CONTRAST * speckle)
    if int(there.sum()) < LEAST_PLACES:
        return direction, UNKNOWN_RAD
    above = np.clip(grey - (grey.max(axis=1) - 0.5 * height)[:, None], 0, None)[there]
    crest = (above * aside).sum(axis=1) / np.maximum(above.sum(axis=1), 1e-6)
    slope, sd = _slope(back[there], crest, height[there], ALONG_MM / pixel_mm)
    if abs(slope) > MOST_TURN:
        return direction, UNKNOWN_RAD
    turned = np.array([dx + slope * dy, dy - slope * dx])
    x, y = turned / np.linalg.norm(turned)
    return (float(x), float(y)), min(UNKNOWN_RAD, hypot(2 * sd, SPARE_RAD))


def leaning(
    crest: tuple[tuple[float, float], float], entry: tuple[float, float], tip: tuple[float, float], pixel_mm: float
) -> tuple[float, float]:
    """The crest's direction and that of the whole way from a shaft's entry to its tip, each by how well it is known.

    Args:
        crest: unit vector and its deviation, as `lie` gives them.
        entry, tip: (column, row); where they are one, the crest's direction.
        pixel_mm: side of a pixel.
    """
    direction, sd = crest
    way = np.subtract(tip, entry)
    length = float(np.linalg.norm(way))
    if length < 1:
        return direction
    way_sd = hypot(BENT_RAD, ENTRY_MM / (length * pixel_mm))
    between = np.asarray(direction) / sd**2 + way / length / way_sd**2
    x, y = between / max(float(np.linalg.norm(between)), 1e-9)
    return (float(x), float(y))


def _slope(
    back: NDArray[np.float32], crest: NDArray[np.float32], weight: NDArray[np.float32], speckle: float
) -> tuple[float, float]:
    """Slope of a line through places by weighted least squares, again with those far off weighted down (Cauchy), and
    its deviation, where places nearer than a speckle are one."""
    now = weight.copy()
    slope = middle = level = 0.0
    for _ in range(3):
        middle, level = np.average(back, weights=now), np.average(crest, weights=now)
        slope = float((now * (back - middle) * (crest - level)).sum() / ((now * (back - middle) ** 2).sum() + 1e-9))
        now = weight / (1 + (crest - level - slope * (back - middle)) ** 2)
    scatter = np.average((crest - level - slope * (back - middle)) ** 2, weights=weight)
    spread = np.average((back - middle) ** 2, weights=weight)
    return slope, float(np.sqrt(scatter / (max(1.0, len(back) / speckle) * max(spread, 1e-6))))
