"""Tissue motion on a grid, column by column: what `mapping` does point by point, but each step only where it reaches.

A column runs in depth, so the skin's shift is one number for it and the vessels' slices are those of its row. Where a
needle or fluid has moved a point aside, its own skin and slices are read as `mapping` reads them.
"""

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.world.motion import (
    BELL_END,
    NO_DRAG_MM,
    REACH,
    Motion,
    drag_width,
    dragged,
    press_depth,
    pushed,
    pushed_now,
    release_depth,
    skin_shift,
    slice_at,
    tube_now,
    tube_rest,
    undragged,
    vessels_rest,
)

Floats: TypeAlias = NDArray[np.float64]


@kernel(parallel=True)
def grid_shifts(
    motion: Motion,
    origin_mm: NDArray[np.float64],
    spacing_mm: float,
    to_rest: NDArray[np.float32],
    to_now: NDArray[np.float32],
) -> None:
    """Shifts from now to rest, and from rest to now, at the nodes of a grid: into two (nz, nx, ny, 3), mm."""
    for row in numba.prange(to_rest.shape[0]):
        _row(
            motion, (origin_mm[0], origin_mm[1], origin_mm[2] + row * spacing_mm), spacing_mm, to_rest[row], to_now[row]
        )


@kernel()
def _row(
    motion: Motion,
    start: tuple[float, float, float],
    spacing_mm: float,
    to_rest: NDArray[np.float32],
    to_now: NDArray[np.float32],
) -> None:
    """The columns of one row, (nx, ny, 3) of each; `start` is the first node, mm."""
    nx, ny, _ = to_rest.shape
    x0, y0, z = start
    tubes = _tubes(motion, z)
    place = np.empty((3, ny))
    for ix in range(nx):
        x = x0 + ix * spacing_mm
        drags = _drags(motion.drag, x, z)
        place[0], place[2] = x, z
        for iy in range(ny):
            place[1, iy] = y0 + iy * spacing_mm
        _column_rest(motion, tubes, (x, z), drags, place)
        _keep(place, start, (ix, spacing_mm), to_rest[ix])
        place[0], place[2] = x, z
        for iy in range(ny):
            place[1, iy] = y0 + iy * spacing_mm
        _column_now(motion, tubes, (x, z), drags, place)
        _keep(place, start, (ix, spacing_mm), to_now[ix])


@kernel(inline=True)
def _keep(place: Floats, start: tuple[float, float, float], at: tuple[int, float], out: NDArray[np.float32]) -> None:
    """How far a column's nodes lie from where they were, into (ny, 3)."""
    (x0, y0, z), (ix, spacing_mm) = start, at
    x = x0 + ix * spacing_mm
    for iy in range(out.shape[0]):
        out[iy, 0], out[iy, 1], out[iy, 2] = (
            place[0, iy] - x,
            place[1, iy] - (y0 + iy * spacing_mm),
            place[2, iy] - z,
        )


@kernel()
def _tubes(motion: Motion, z: float) -> Floats:
    """(n, 6) centre, radius and scales of each vessel that has changed at height z, as `slice_at`, and how far beside
    its centre it is felt, mm: its reach, and what other vessels may shift a point by."""
    vessels = motion.vessels
    out = np.empty((vessels.shape[0], 6))
    count, most = 0, 0.0
    for vessel in range(vessels.shape[0]):
        cx, cy, radius, kx, ky = slice_at(vessels, motion.levels, vessel, z)
        if radius > 0 and (kx != 1 or ky != 1):
            out[count, 0], out[count, 1], out[count, 2], out[count, 3], out[count, 4] = cx, cy, radius, kx, ky
            most = max(most, radius * max(abs(kx - 1), abs(ky - 1)))
            count += 1
    for tube in range(count):
        out[tube, 5] = REACH * out[tube, 2] + count * most
    return out[:count]


@kernel(inline=True)
def _drags(drag: Floats, x: float, z: float) -> bool:
    """Whether a moving needle reaches a column: whether its shaft passes near, seen from above."""
    if abs(drag[7]) <= NO_DRAG_MM:
        return False
    dx, dz, square = x - drag[0], z - drag[2], drag[3] * drag[3] + drag[5] * drag[5]
    along = min(max((dx * drag[3] + dz * drag[5]) / max(square, 1e-12), 0.0), drag[6])
    ex, ez = dx - along * drag[3], dz - along * drag[5]
    return ex * ex + ez * ez <= BELL_END * drag_width(drag) ** 2


@kernel(inline=True)
def _column_rest(motion: Motion, tubes: Floats, at: tuple[float, float], drags: bool, place: Floats) -> None:
    """A column's nodes (3, ny) put back to rest, in place."""
    (x, z), press, drag = at, motion.press, motion.drag
    px, py, pz = place[0], place[1], place[2]
    skin, floor, n = skin_shift(press, x, z), press[9], px.size
    if drags:
        for i in range(n):
            px[i], py[i], pz[i] = undragged(drag, px[i], py[i], pz[i])
            own = skin if px[i] == x and pz[i] == z else skin_shift(press, px[i], pz[i])
            py[i] = release_depth(py[i], own, floor)
    else:
        for i in range(n):
            py[i] = release_depth(py[i], skin, floor)
    if motion.push_to_rest.shape[0] > 1:
        for i in range(n):
            sx, sy, sz = pushed(motion.push_to_rest, motion.push_box, px[i], py[i], pz[i])
            px[i], py[i], pz[i] = px[i] + sx, py[i] + sy, pz[i] + sz
    for i in range(n):
        if pz[i] != z:
            px[i], py[i] = vessels_rest(motion.vessels, motion.levels, px[i], py[i], pz[i])
    for j in range(tubes.shape[0]):
        tube = tubes[tubes.shape[0] - 1 - j]
        for i in range(n):
            if pz[i] == z and abs(px[i] - tube[0]) < tube[5]:
                px[i], py[i] = tube_rest((tube[0], tube[1], tube[2], tube[3], tube[4]), px[i], py[i])


@kernel(inline=True)
def _column_now(motion: Motion, tubes: Floats, at: tuple[float, float], drags: bool, place: Floats) -> None:
    """A column's nodes (3, ny) at rest put where they are now, in place."""
    (x, z), press, drag = at, motion.press, motion.drag
    px, py, pz = place[0], place[1], place[2]
    skin, floor, n, aside = skin_shift(press, x, z), press[9], px.size, False
    for j in range(tubes.shape[0]):
        tube = tubes[j]
        if abs(x - tube[0]) < tube[5]:
            aside = True
            for i in range(n):
                px[i], py[i] = tube_now((tube[0], tube[1], tube[2], tube[3], tube[4]), px[i], py[i])
    if motion.push_to_now.shape[0] > 1:
        aside = True
        for i in range(n):
            px[i], py[i], pz[i] = pushed_now(
                motion.push_to_now, motion.push_to_rest, motion.push_box, px[i], py[i], pz[i]
            )
    if aside:
        for i in range(n):
            own = skin if px[i] == x and pz[i] == z else skin_shift(press, px[i], pz[i])
            py[i] = press_depth(py[i], own, floor)
    else:
        for i in range(n):
            py[i] = press_depth(py[i], skin, floor)
    if drags or (aside and abs(drag[7]) > NO_DRAG_MM):  # what was shifted aside may lie nearer
        for i in range(n):
            px[i], py[i], pz[i] = dragged(drag, px[i], py[i], pz[i])
