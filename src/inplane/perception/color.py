"""Colour in a picture as a screen shows it: where blood moves, and what was written over the tissue."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import median
from inplane.perception.view import Grid

COLORED = 45
"""Difference of the largest and the smallest channel from which a pixel has colour. chosen: compressed grey pictures
reach 20, the darkest shades of flow maps begin at 60."""
TINT = 1.4
"""A picture shown in one tint has that tint's difference everywhere; this many times as much is colour. chosen."""
PATCH_MM = 1.0
"""Width from which colour is flow and no mark or writing. chosen: strokes of letters and calipers are thinner."""
EDGE_MM = 0.5
"""What is left out around colour. chosen: chroma is stored at half the resolution, so that it bleeds by a pixel or
two."""


def colored(rgb: NDArray[np.uint8], grid: Grid) -> NDArray[np.uint8] | None:
    """(rows, columns) of the fine grid, 1 where the picture has colour; None where nothing has.

    Args:
        rgb: (line, sample, 3).
        grid: of the fine picture.
    """
    kind = cv2.INTER_NEAREST
    small = np.asarray(cv2.resize(rgb, (grid.rows, grid.columns), interpolation=kind), dtype=np.uint8)
    red, green, blue = small[..., 0], small[..., 1], small[..., 2]
    high = np.maximum(np.maximum(red, green), blue)
    chroma = high - np.minimum(np.minimum(red, green), blue)
    if int(chroma.max()) < COLORED:
        return None
    share = chroma[::5, ::5].astype(np.float32) / np.maximum(high[::5, ::5], 1).astype(np.float32)
    tint = median(share[high[::5, ::5] > 40])
    lit = chroma > np.maximum(COLORED, (TINT * tint) * high.astype(np.float32))
    return np.ascontiguousarray(lit.T).astype(np.uint8) if bool(lit.any()) else None


def split(lit: NDArray[np.uint8], grid: Grid) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Flow, and marks, both (rows, columns) uint8: colour in patches, and colour in strokes with a rim around it."""
    patch = np.ones((max(3, round(PATCH_MM / grid.pixel_mm)),) * 2, np.uint8)
    flow = np.asarray(cv2.morphologyEx(lit, cv2.MORPH_OPEN, patch), dtype=np.uint8)
    rim = np.ones((2 * max(1, round(EDGE_MM / grid.pixel_mm)) + 1,) * 2, np.uint8)
    near = np.asarray(cv2.dilate(flow, rim), dtype=np.uint8)
    marks = np.asarray(cv2.dilate(lit & (1 - near), rim), dtype=np.uint8)
    return near, marks & (1 - near)
