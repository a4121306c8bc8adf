"""The motion of many points at once: rest to now, now to rest, and what lies there."""

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.world.motion import (
    NO_DRAG_MM,
    Motion,
    dragged,
    press_depth,
    pushed,
    pushed_now,
    release_depth,
    skin_shift,
    undragged,
    vessels_now,
    vessels_rest,
)


@kernel(inline=True)
def _now(motion: Motion, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Where what lay at a point at rest lies now."""
    press, drag = motion.press, motion.drag
    x, y = vessels_now(motion.vessels, motion.levels, x, y, z)
    if motion.push_to_now.shape[0] > 1:
        x, y, z = pushed_now(motion.push_to_now, motion.push_to_rest, motion.push_box, x, y, z)
    y = press_depth(y, skin_shift(press, x, z), press[9])
    if abs(drag[7]) > NO_DRAG_MM:
        x, y, z = dragged(drag, x, y, z)
    return x, y, z


@kernel(inline=True)
def _rest(motion: Motion, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Where what lies at a point now lay at rest."""
    press, drag = motion.press, motion.drag
    if abs(drag[7]) > NO_DRAG_MM:
        x, y, z = undragged(drag, x, y, z)
    y = release_depth(y, skin_shift(press, x, z), press[9])
    if motion.push_to_rest.shape[0] > 1:
        sx, sy, sz = pushed(motion.push_to_rest, motion.push_box, x, y, z)
        x, y, z = x + sx, y + sy, z + sz
    x, y = vessels_rest(motion.vessels, motion.levels, x, y, z)
    return x, y, z


@kernel()
def points_now(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) where what lay at points (n, 3) at rest lies now."""
    out = np.empty_like(points)
    for i in range(len(points)):
        out[i, 0], out[i, 1], out[i, 2] = _now(motion, points[i, 0], points[i, 1], points[i, 2])
    return out


@kernel()
def points_rest(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) where what lies at points (n, 3) now lay at rest."""
    out = np.empty_like(points)
    for i in range(len(points)):
        out[i, 0], out[i, 1], out[i, 2] = _rest(motion, points[i, 0], points[i, 1], points[i, 2])
    return out


@kernel()
def points_unpressed(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) what lies at points now, put back to before the probe pressed and the needle dragged."""
    press, drag = motion.press, motion.drag
    out = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = undragged(drag, points[i, 0], points[i, 1], points[i, 2])
        out[i, 0], out[i, 1], out[i, 2] = x, release_depth(y, skin_shift(press, x, z), press[9]), z
    return out


@kernel(fastmath=False)
def nearest_labels(
    labels: NDArray[np.uint8],
    origin_mm: NDArray[np.float64],
    spacing_mm: float,
    points: NDArray[np.float64],
    out: NDArray[np.uint8],
) -> None:
    """Label of the voxel nearest to each point (n, 3) into out (n,); 0 outside the volume."""
    nz, nx, ny = labels.shape
    for i in range(len(points)):
        x = int(np.floor((points[i, 0] - origin_mm[0]) / spacing_mm + 0.5))
        y = int(np.floor((points[i, 1] - origin_mm[1]) / spacing_mm + 0.5))
        z = int(np.floor((points[i, 2] - origin_mm[2]) / spacing_mm + 0.5))
        inside = 0 <= x < nx and 0 <= y < ny and 0 <= z < nz
        out[i] = labels[z, x, y] if inside else 0
