"""The motion of many points at once: rest to now, now to rest, and what lies there."""

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.world.motion import (
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


@kernel()
def points_now(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) where what lay at points (n, 3) at rest lies now."""
    press, vessels, levels, box, drag = motion.press, motion.vessels, motion.levels, motion.push_box, motion.drag
    to_now, to_rest = motion.push_to_now, motion.push_to_rest
    is_pushed, is_dragged = to_now.shape[0] > 1, abs(drag[7]) > 1e-3
    out = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        x, y = vessels_now(vessels, levels, x, y, z)
        if is_pushed:
            x, y, z = pushed_now(to_now, to_rest, box, x, y, z)
        y = press_depth(y, skin_shift(press, x, z), press[9])
        if is_dragged:
            x, y, z = dragged(drag, x, y, z)
        out[i, 0], out[i, 1], out[i, 2] = x, y, z
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


@kernel()
def points_rest(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) where what lies at points (n, 3) now lay at rest."""
    press, vessels, levels, box, drag = motion.press, motion.vessels, motion.levels, motion.push_box, motion.drag
    to_rest = motion.push_to_rest
    is_pushed, is_dragged = to_rest.shape[0] > 1, abs(drag[7]) > 1e-3
    out = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        if is_dragged:
            x, y, z = undragged(drag, x, y, z)
        y = release_depth(y, skin_shift(press, x, z), press[9])
        if is_pushed:
            sx, sy, sz = pushed(to_rest, box, x, y, z)
            x, y, z = x + sx, y + sy, z + sz
        x, y = vessels_rest(vessels, levels, x, y, z)
        out[i, 0], out[i, 1], out[i, 2] = x, y, z
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


@kernel()
def grid_points(origin_mm: NDArray[np.float64], spacing_mm: float, shape: tuple[int, int, int]) -> NDArray[np.float64]:
    """(nz * nx * ny, 3) nodes of a grid."""
    nz, nx, ny = shape
    out = np.empty((nz * nx * ny, 3))
    i = 0
    for iz in range(nz):
        for ix in range(nx):
            for iy in range(ny):
                out[i, 0] = origin_mm[0] + ix * spacing_mm
                out[i, 1] = origin_mm[1] + iy * spacing_mm
                out[i, 2] = origin_mm[2] + iz * spacing_mm
                i += 1
    return out


@kernel()
def shifts(points: NDArray[np.float64], moved: NDArray[np.float64], out: NDArray[np.float32]) -> None:
    """moved - points into out (n, 3)."""
    for i in range(len(points)):
        for axis in range(3):
            out[i, axis] = moved[i, axis] - points[i, axis]
