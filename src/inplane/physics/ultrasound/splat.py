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
    Map,
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
from inplane.physics.ultrasound.lookup import F0, F1, HALF, Fixed, Four, Placed, Triple, f32, fix, i64, u64
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
    blood = (tissue.lumen, placed.flowed)
    points = (scatterers.sets.ravel(), tissue.echo.ravel(), tissue.amplitude)
    work, voxels = np.empty(4 * SET_SIZE, np.float32), np.empty(SET_SIZE, np.int32)
    room = (np.zeros(3, np.int64), np.zeros(3, np.float32), work, voxels)
    space = (tissue.echo.shape, (n_lines, grids.shape[2] // 2), scatterers.salt)
    return _walk(
        (fixed, plan, space), (lattice, tables, points, blood), room, grids[chunk].ravel(), (chunk, grids.shape[0])
    )


@kernel(borrows=True)
def _walk(
    how: tuple[Fixed, Plan, Space],
    what: tuple[Lattice, Tables, Points, Blood],
    room: Room,
    flat: NDArray[np.float32],
    share: tuple[int, int],
) -> int:
    """Walk the lattice columns that belong to this chunk, of so many; each crosses the slab along axis k."""
    (fixed, plan, space), (lattice, tables, points, blood), (chunk, chunks), used = how, what, share, 0
    (index, at, _, _), (loudest, now, base, cells) = room, lattice
    (a, b, k), cell = axes(fixed.rotation), plan.cell
    margin = cell + f32(2.0) + (largest(now) if fixed.moved else F0)
    (low_a, high_a), (low_b, high_b) = extent(fixed, a, plan, margin), extent(fixed, b, plan, margin)
    for ia in range(i64(np.floor((low_a - base[a]) / cell)), i64(np.ceil((high_a - base[a]) / cell)) + 1):
        for ib in range(i64(np.floor((low_b - base[b]) / cell)), i64(np.ceil((high_b - base[b]) / cell)) + 1):
            if ((ia >> 1) + (ib >> 1)) % chunks != chunk:
                continue
            index[a], index[b] = ia, ib
            at[a], at[b] = base[a] + (f32(ia) + HALF) * cell, base[b] + (f32(ib) + HALF) * cell
            low_k, high_k = crossing(fixed, (now, cells), plan, k, at)
            for ik in range(i64(np.floor((low_k - base[k]) / cell)), i64(np.floor((high_k - base[k]) / cell)) + 1):
                index[k] = ik
                if silent(loudest, index):
                    continue
                m = cell_map(fixed, now, base, index, cell)
                near, middle = depth_of(cells, m, plan)
                if near >= 0:
                    deep = (cells[near, 2], cells[near, 0], cells[near, 1])
                    chosen = drawn(index, blood, cell, space[2])
                    which = (m, moved(plan, tables, middle), deep, chosen)
                    used += _cell((plan, space), which, points, room, flat)
    return used


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
def _cell(
    how: tuple[Plan, Space],
    which: tuple[Map, Four, Triple, int],
    points: Points,
    room: Room,
    flat: NDArray[np.float32],
) -> int:
    """Adds a cell: its map, how it is shown, at its depth how many of a set are used, a slab, and a scale, and what was
    drawn for it."""
    (m, shown, deep, chosen), (index, _, work, voxels) = which, room
    (plan, (shape, (n_lines, n_samples), _)), (sets, echo, amplitude) = how, points
    of = (chosen % SETS * (7 * SET_SIZE), i64(deep[0]), deep[1], deep[2])
    m, turned = mirrored(m, plan.cell, mirror_of(chosen))
    project((sets, index, m, shown), (of, turned), (shape, plan), work, voxels)
    return _add((echo, amplitude, work, voxels), flat, (of[1], n_lines, n_samples))


@kernel(inline=True)
def _add(
    tables: tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]],
    flat: NDArray[np.float32],
    size: tuple[int, int, int],
) -> int:
    """Splat of the projected scatterers; those outside slab or picture are left out. `flat` is the grid,
    (lines + 2, 2 samples)."""
    echo, amplitude, work, voxels = tables
    n, n_lines, n_samples = size
    used, width = 0, 2 * n_samples
    last_line, last_sample = f32(n_lines) + HALF, f32(n_samples - 1)
    for i in range(n):
        line, sample = work[i] + F1, work[SET_SIZE + i]
        re, im = work[2 * SET_SIZE + i], work[3 * SET_SIZE + i]
        outside = line < HALF or sample < F0 or line >= last_line or sample >= last_sample
        if outside or (re == F0 and im == F0):
            continue
        a = amplitude[echo[u64(voxels[i])]]
        row, col = i64(line + HALF), i64(sample)
        off, part = line - f32(row), sample - f32(col)
        re, im = re * a, im * a
        r1, i1 = re * part, im * part
        r0, i0 = re - r1, im - i1
        low, high = HALF - off, HALF + off
        to = (row - 1) * width + 2 * col
        for side in range(3):
            g = HALF * low * low if side == 0 else (HALF * high * high if side == 2 else THREE_QUARTERS - off * off)
            flat[u64(to)] += g * r0
            flat[u64(to + 1)] += g * i0
            flat[u64(to + 2)] += g * r1
            flat[u64(to + 3)] += g * i1
            to += width
        used += 1
    return used
