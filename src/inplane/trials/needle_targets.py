"""What the needle net should say of a sample."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.needle_maps import CELL

TARGETS = 9
"""Heat, where heat is known, offset (2), where the offset counts, shaft, its doubled direction (2), where it counts."""
SPREAD = 1.2
"""Deviation of the tip's heat in cells. chosen: a bevel's length."""
NEAR = 1.6
"""Cells about a tip in which its offset is learned. chosen: all that may be the hottest."""
UNKNOWN = 5.0
"""Cells about a tip that is too faint, or beside the plane, in which no heat is right or wrong. chosen: 3 mm."""
FAINT_DB = 3.0
"""Contrast of the tip below which it is neither asked for nor forbidden. chosen: half of what benches count."""
SHAFT_FAINT_DB = 2.0
"""The same of a shaft. chosen: less, as a line is seen where a dot is not."""
IN_PLANE_MM, BESIDE_MM = 1.2, 3.0
"""Distance from the imaging plane within which a needle is shown, and from which it is not. chosen: half a
slice's thickness, and beyond its skirts."""


def targets(
    path: NDArray[np.float32], contrast_db: NDArray[np.float32], valid: NDArray[np.uint8], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """(TARGETS, rows, columns) in cells of CELL pixels.

    Args:
        path: (points, 3) as of `Samples`, shifted as the picture was; NaN without a needle.
        contrast_db: (points,) of the same; NaN where it is not in the picture.
        valid: (2 rows, 2 columns) 1 where tissue is shown.
        shape: rows and columns.
    """
    made = np.zeros((TARGETS, *shape), np.float32)
    made[1] = made[8] = 1.0
    if not np.isfinite(path).all():
        return made
    cells = np.asarray((path[:, :2] - 0.5 * (CELL - 1)) / CELL, dtype=np.float32)
    _shaft(made, cells, np.abs(path[:, 2]), contrast_db)
    tip_x, tip_y, across = float(cells[-1, 0]), float(cells[-1, 1]), abs(float(path[-1, 2]))
    column, row = round(tip_x), round(tip_y)
    if not (0 <= column < shape[1] and 0 <= row < shape[0]) or across > BESIDE_MM:
        return made
    shown = valid[min(2 * row, valid.shape[0] - 1), min(2 * column, valid.shape[1] - 1)]
    x, y = np.meshgrid(np.arange(shape[1]) - tip_x, np.arange(shape[0]) - tip_y)
    square = x * x + y * y
    if across > IN_PLANE_MM or not shown or not contrast_db[-1] >= FAINT_DB:
        made[1][square < UNKNOWN**2] = 0.0
        return made
    made[0] = np.exp(-square / (2 * SPREAD**2))
    made[0, row, column] = 1.0
    near = square < NEAR**2
    made[2][near], made[3][near], made[4] = -x[near], -y[near], near
    return made


def _shaft(
    made: NDArray[np.float32],
    cells: NDArray[np.float32],
    across_mm: NDArray[np.float32],
    contrast_db: NDArray[np.float32],
) -> None:
    """Draws the shaft with its direction.

    Where it is beside the plane by little, nothing is right or wrong; where it is in the plane and too faint, its
    direction alone is.
    """
    beside_mm, seen_db = (np.maximum(each[:-1], each[1:]) for each in (across_mm, contrast_db))
    for begin, end, mm, db in zip(cells[:-1], cells[1:], beside_mm, seen_db, strict=True):
        if mm > BESIDE_MM:
            continue
        mask = np.zeros(made.shape[1:], np.uint8)
        one, other = ((round(float(p[0]) * 16), round(float(p[1]) * 16)) for p in (begin, end))
        cv2.line(mask, one, other, 1, 2, cv2.LINE_8, 4)
        inside = mask > 0
        if mm > IN_PLANE_MM:
            made[8][inside] = 0.0
            continue
        dx, dy = end - begin
        size = max(1e-6, float(dx * dx + dy * dy))
        if not db >= SHAFT_FAINT_DB:
            made[8][inside] = 0.0
        made[5][inside] = 1.0
        made[6][inside], made[7][inside] = (dx * dx - dy * dy) / size, 2 * dx * dy / size
