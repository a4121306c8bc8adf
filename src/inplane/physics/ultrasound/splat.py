"""Scatterers onto the complex baseband image: s(l, y) = sum a w exp(-j 4 pi r / lambda), a quadratic B-spline over
lines, linear over samples.

    a   echo amplitude at the scatterer's resting place (tables.Tissue) times its sign
    w   elevation weight (1 - (e/slab)²)², within the slab
    r   one-way path length of the steered transmit (travel.carrier_path), as the scanner's clock counts it
    l,y where it is shown: line and depth of its place, moved by what speeds do on the way (travel.Course)
The carrier's phase is exact, so speckle moves and decorrelates as it should with no special case.
"""

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lattice import (
    Plan,
    axes,
    cell_map,
    crossing,
    depth_of,
    extent,
    largest,
    plan_of,
    silent,
)
from inplane.physics.ultrasound.lookup import F0, F1, HALF, STILL, Fixed, Four, Placed, f32, fix, i64, u64
from inplane.physics.ultrasound.project import mirrored, moved, project
from inplane.physics.ultrasound.tables import SET_SIZE, SETS, Scatterers, Tissue, hash3, mirror_of
from inplane.physics.ultrasound.travel import Course, node_shift

Floats: TypeAlias = NDArray[np.float32]
Space: TypeAlias = tuple[tuple[int, int, int], tuple[int, int], int]
"""Shape of the echo volume; lines and samples; the salt of the cells' hash."""
Lattice: TypeAlias = tuple[NDArray[np.uint8], Floats, Floats, Floats]
"""Tissue.loudest, Placed.now, the lattice's origin, Beam.cells."""
Blood: TypeAlias = tuple[NDArray[np.uint8], Floats]
"""Tissue.lumen, Placed.flowed."""
Tables: TypeAlias = tuple[Floats, Floats, Floats]
"""Course.late and aside, and its shift at their nodes."""
Points: TypeAlias = tuple[Floats, NDArray[np.uint8], Floats]
"""Scatterers.sets and Tissue.echo, flat; Tissue.amplitude."""
Room: TypeAlias = tuple[NDArray[np.int64], Floats, Floats, NDArray[np.int32]]
"""A cell's index, a point of its column, its points projected, and their voxels."""
Landing: TypeAlias = tuple[NDArray[np.uint8], Floats, Floats, NDArray[np.int32]]
"""Tissue.echo, flat; Tissue.amplitude; points projected, and their voxels."""
How: TypeAlias = tuple[Fixed, Plan, Space]
What: TypeAlias = tuple[Lattice, Tables, Points, Blood]
THREE_QUARTERS = f32(0.75)


@kernel(parallel=True)
def splat(  # six parameters: a tuple within a tuple cannot cross into a parallel loop
    tissue: Tissue, scatterers: Scatterers, beam: Beam, placed: Placed, course: Course, grids: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Add every scatterer in the slab to `grids`; returns (chunks,) how many contributed.

    Args:
        tissue, scatterers, beam, placed, course: see there.
        grids: (chunks, lines + 2, 2 samples) float32, zeroed here; one chunk a thread; line l lies in row l + 1.
    """
    used = np.zeros(grids.shape[0], np.int64)
    for chunk in numba.prange(grids.shape[0]):
        grids[chunk] = F0
        used[chunk] = _splat_chunk(tissue, scatterers, (beam, placed, course), grids, chunk)
    return used


@kernel()
def _splat_chunk(
    tissue: Tissue,
    scatterers: Scatterers,
    look: tuple[Beam, Placed, Course],
    grids: NDArray[np.float32],
    chunk: int,
) -> int:
    """The lattice columns of one chunk, with room to work in."""
    (beam, placed, course), n_lines = look, grids.shape[1] - 2
    fixed = fix(placed)
    plan = plan_of(tissue, scatterers, beam, (course.sine, course.cosine, course.impact), n_lines)
    tables = (course.late, course.aside, node_shift(course.shift, beam.sample, course.late.shape[1]))
    lattice = (tissue.loudest, placed.now, tissue.origin - HALF * tissue.spacing, beam.cells)
    points = (scatterers.sets.ravel(), tissue.echo.ravel(), tissue.amplitude)
    work, voxels = np.empty(4 * SET_SIZE, np.float32), np.empty(SET_SIZE, np.int32)
    room = (np.zeros(3, np.int64), np.zeros(3, np.float32), work, voxels)
    space = (tissue.echo.shape, (n_lines, grids.shape[2] // 2), scatterers.salt)
    what = (lattice, tables, points, (tissue.lumen, placed.flowed))
    return _walk((fixed, plan, space), what, room, grids[chunk].ravel(), (chunk, grids.shape[0]))


@kernel(borrows=True)
def _walk(how: How, what: What, room: Room, flat: NDArray[np.float32], share: tuple[int, int]) -> int:
    """Walk the lattice columns that belong to this chunk, of so many; each crosses the slab along axis k."""
    (fixed, plan, space), (lattice, _, points, _), (chunk, chunks), used = how, what, share, 0
    low_a, high_a, low_b, high_b = columns(fixed, plan, lattice)
    for ia in range(low_a, high_a):
        for ib in range(low_b, high_b):
            if ((ia >> 1) + (ib >> 1)) % chunks != chunk:
                continue
            low_k, high_k = column(how, lattice, room, ia, ib)
            for ik in range(low_k, high_k):
                n = fill(how, what, room, ik)
                if n > 0:
                    used += _add((points[1], points[2], room[2], room[3]), flat, (n, space[1][0], space[1][1]))
    return used


@kernel(inline=True)
def columns(fixed: Fixed, plan: Plan, lattice: Lattice) -> tuple[int, int, int, int]:
    """Which lattice columns may meet the slab: first and one beyond the last along either axis across it."""
    (a, b, _), cell, base = axes(fixed.rotation), plan.cell, lattice[2]
    margin = cell + f32(2.0) + (largest(lattice[1]) if fixed.moved else F0)
    (low_a, high_a), (low_b, high_b) = extent(fixed, a, plan, margin), extent(fixed, b, plan, margin)
    return (
        i64(np.floor((low_a - base[a]) / cell)),
        i64(np.ceil((high_a - base[a]) / cell)) + 1,
        i64(np.floor((low_b - base[b]) / cell)),
        i64(np.ceil((high_b - base[b]) / cell)) + 1,
    )


@kernel(inline=True)
def column(how: How, lattice: Lattice, room: Room, ia: int, ib: int) -> tuple[int, int]:
    """First and one beyond the last of a column's cells that may lie in the slab; `room` receives which column."""
    (fixed, plan, _), (index, at, _, _), (_, now, base, cells) = how, room, lattice
    (a, b, k), cell = axes(fixed.rotation), plan.cell
    index[a], index[b] = ia, ib
    at[a], at[b] = base[a] + (f32(ia) + HALF) * cell, base[b] + (f32(ib) + HALF) * cell
    low, high = crossing(fixed, (now, cells), plan, k, at)
    return i64(np.floor((low - base[k]) / cell)), i64(np.floor((high - base[k]) / cell)) + 1


@kernel(inline=True)
def fill(how: How, what: What, room: Room, ik: int) -> int:
    """Projects the scatterers of one cell of a column into `room`; how many they are, 0 where none is to be heard."""
    (fixed, plan, space), (lattice, tables, points, blood) = how, what
    (index, _, work, voxels), (loudest, now, base, cells) = room, lattice
    index[axes(fixed.rotation)[2]] = ik
    if silent(loudest, index):
        return 0
    m = cell_map(fixed, now, base, index, plan.cell)
    near, middle = depth_of(cells, m, plan)
    if near < 0:
        return 0
    shown = moved(plan, tables, middle)
    chosen = drawn(index, blood, plan.cell, space[2])
    of = (chosen % SETS * (7 * SET_SIZE), i64(cells[near, 2]), cells[near, 0], cells[near, 1])
    m, turned = mirrored(m, plan.cell, mirror_of(chosen))
    project((points[0], index, m, shown), (of, turned), (space[0], plan), work, voxels)
    return of[1]


@kernel(inline=True)
def drawn(index: NDArray[np.int64], blood: Blood, cell: float, salt: int) -> int:
    """The hash that picks a cell's scatterers. Blood that has flowed by a cell's edge is other blood: each cell of a
    lumen is drawn anew then, at a time of its own, so that its speckle lives as long as blood takes to pass."""
    (lumen, flowed), chosen = blood, hash3(index[0], index[1], index[2], salt)
    nz, nx, ny = lumen.shape
    if index[0] < 0 or index[1] < 0 or index[2] < 0 or index[2] >= nz or index[0] >= nx or index[1] >= ny:
        return chosen
    gone = flowed[lumen[index[2], index[0], index[1]]]
    if gone > F0:
        times = i64(gone / cell + f32(chosen) / f32(2147483648.0))
        chosen = hash3(index[0] + 7919 * times, index[1], index[2], salt) if times else chosen
    return chosen


@kernel(inline=True)
def _add(points: Landing, flat: NDArray[np.float32], size: tuple[int, int, int]) -> int:
    """Splat of the projected scatterers, `size` being how many, lines, and samples; how many fell into the picture.
    `flat` is the grid, (lines + 2, 2 samples)."""
    used, width = 0, 2 * size[2]
    for i in range(size[0]):
        to, off, (r0, i0, r1, i1) = landing(points, size, i)
        if to < 0:
            continue
        for side in range(3):
            g = spline(off, side)
            flat[u64(to)] += g * r0
            flat[u64(to + 1)] += g * i0
            flat[u64(to + 2)] += g * r1
            flat[u64(to + 3)] += g * i1
            to += width
        used += 1
    return used


@kernel(inline=True)
def landing(points: Landing, size: tuple[int, int, int], i: int) -> tuple[int, float, Four]:
    """Where a projected scatterer falls: the first of the grid's numbers that it adds to, -1 outside slab or picture;
    how far off its middle line it lies, lines; and its real and imaginary part for two samples that follow."""
    echo, amplitude, work, voxels = points
    _, n_lines, n_samples = size
    line, sample = work[i] + F1, work[SET_SIZE + i]
    re, im = work[2 * SET_SIZE + i], work[3 * SET_SIZE + i]
    outside = line < HALF or sample < F0 or line >= f32(n_lines) + HALF or sample >= f32(n_samples - 1)
    if outside or (re == F0 and im == F0):
        return -1, F0, STILL
    a = amplitude[echo[u64(voxels[i])]]
    row, col = i64(line + HALF), i64(sample)
    off, part = line - f32(row), sample - f32(col)
    re, im = re * a, im * a
    r1, i1 = re * part, im * part
    return (row - 1) * (2 * n_samples) + 2 * col, off, (re - r1, im - i1, r1, i1)


@kernel(inline=True)
def spline(off: float, side: int) -> float:
    """The quadratic B-spline's share of the line before, of the middle line, and of the one after."""
    if side == 1:
        return THREE_QUARTERS - off * off
    reach = HALF - off if side == 0 else HALF + off
    return HALF * reach * reach
