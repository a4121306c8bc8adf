"""Scatterers onto the complex baseband image: s(l, y) = sum a w exp(-j 4 pi r / lambda), a quadratic B-spline over
lines, linear over samples.

    a   echo amplitude at the scatterer's resting place (tables.Tissue) times its sign
    w   elevation weight (1 - (e/slab)²)², within the slab
    r   one-way path length of the steered transmit (travel.carrier_path), as the scanner's clock counts it
    l,y where it is shown: line and depth of its place, moved by what speeds do on the way (travel.Course)
The carrier's phase is exact, so speckle moves and decorrelates as it should with no special case.
"""

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
from inplane.physics.ultrasound.lines import FLAT, PARALLEL
from inplane.physics.ultrasound.lookup import (
    F0,
    F1,
    HALF,
    QUARTER,
    Fixed,
    Placed,
    f32,
    fix,
    half_arctan,
    i32,
    i64,
    sine,
    u64,
)
from inplane.physics.ultrasound.tables import SET_SIZE, SETS, Scatterers, Tissue, hash3, mirror_of
from inplane.physics.ultrasound.travel import Course, carrier_path, node_shift, shown_at

PAD = 32
"""More points than are asked for are projected, so that a vectorized loop leaves none over."""
THREE_QUARTERS = f32(0.75)
TWO = f32(2.0)


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
    """Walk the lattice columns that belong to this chunk; each crosses the slab along axis k. Arrays are taken out of
    their tuples here, once: inside the loops each taking would count a reference."""
    (beam, placed, course), n_lines, n = look, grids.shape[1] - 2, grids.shape[2] // 2
    fixed = fix(placed)
    a, b, k = axes(fixed.rotation)
    plan = plan_of(tissue, scatterers, beam, (course.sine, course.cosine, course.impact), n_lines)
    tables = (course.late, course.aside, node_shift(course.shift, beam.sample, course.late.shape[1]))
    base, cell = tissue.origin - HALF * tissue.spacing, plan.cell
    cells, now, loudest, used = beam.cells, placed.now, tissue.loudest, 0
    shape, flat, salt = tissue.echo.shape, grids[chunk].ravel(), scatterers.salt
    sets, echo, amplitude = scatterers.sets.ravel(), tissue.echo.ravel(), tissue.amplitude
    margin = cell + f32(2.0) + (largest(now) if fixed.moved else F0)
    (low_a, high_a), (low_b, high_b) = extent(fixed, a, plan, margin), extent(fixed, b, plan, margin)
    at, u, m = np.zeros(3, np.float32), np.zeros((4, 3), np.float32), np.empty(12, np.float32)
    shown, index = np.zeros(6, np.float32), np.zeros(3, np.int64)
    work, voxels = np.empty(4 * SET_SIZE, np.float32), np.empty(SET_SIZE, np.int32)
    for ia in range(i64(np.floor((low_a - base[a]) / cell)), i64(np.ceil((high_a - base[a]) / cell)) + 1):
        for ib in range(i64(np.floor((low_b - base[b]) / cell)), i64(np.ceil((high_b - base[b]) / cell)) + 1):
            if ((ia >> 1) + (ib >> 1)) % grids.shape[0] != chunk:
                continue
            index[a], index[b] = ia, ib
            at[a], at[b] = base[a] + (f32(ia) + HALF) * cell, base[b] + (f32(ib) + HALF) * cell
            low_k, high_k = crossing(fixed, (now, cells, at, u), plan, (a, b, k))
            for ik in range(i64(np.floor((low_k - base[k]) / cell)), i64(np.floor((high_k - base[k]) / cell)) + 1):
                index[k] = ik
                near = _near(fixed, plan, (loudest, now, base, cells), index, (u, m, shown))
                if near >= 0:
                    chosen = hash3(index[0], index[1], index[2], salt)
                    of = (chosen % SETS * (7 * SET_SIZE), i64(cells[near, 2]), cells[near, 0], cells[near, 1])
                    _moved(plan, tables, shown)
                    turned = _mirrored(m, plan.cell, mirror_of(chosen))
                    _project((sets, index, m, shown), (of, turned), (shape, plan), work, voxels)
                    used += _add((echo, amplitude, work, voxels), flat, (of[1], n_lines, n))
    return used


@kernel(inline=True)
def _near(
    fixed: Fixed,
    plan: Plan,
    tables: tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    index: NDArray[np.int64],
    work: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
) -> int:
    """The sample of a cell's middle, its map and that middle in `work`; -1 where it is silent or not in the slab."""
    loudest, now, base, cells = tables
    u, m, shown = work
    if silent(loudest, index):
        return -1
    cell_map(fixed, (now, base, u), index, m, plan.cell)
    return depth_of(cells, m, plan, shown)


@kernel(inline=True)
def _moved(
    plan: Plan, tables: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]], shown: NDArray[np.float32]
) -> None:
    """Of a cell whose middle (x, y) begins `shown`: how much too deep it is shown, as c + cx x + cy y, and how far
    aside, lines, into shown[2:6]."""
    x, y, half = shown[0], shown[1], HALF * plan.cell
    line, depth = _place(plan, x, y)
    at, deep = shown_at(plan.lines, tables, x, y)
    _, right = shown_at(plan.lines, tables, x + half, y)
    _, below = shown_at(plan.lines, tables, x, y + half)
    _, depth_right = _place(plan, x + half, y)
    _, depth_below = _place(plan, x, y + half)
    late = deep - depth
    shown[3] = (right - depth_right - late) / half
    shown[4] = (below - depth_below - late) / half
    shown[2] = late - shown[3] * x - shown[4] * y
    shown[5] = at - line


@kernel(inline=True)
def _mirrored(m: NDArray[np.float32], cell: float, bits: int) -> tuple[float, float, float]:
    """Turns a cell's map so that its set lies mirrored along the axes of these bits; -1 along those, 1 along others."""
    for axis in range(3):
        if (bits >> axis) & 1:
            for row in range(3):
                m[4 * row + 3] += m[4 * row + axis] * cell
                m[4 * row + axis] = -m[4 * row + axis]
    return F1 - TWO * f32(bits & 1), F1 - TWO * f32((bits >> 1) & 1), F1 - TWO * f32((bits >> 2) & 1)


@kernel(inline=True)
def _place(plan: Plan, x: float, y: float) -> tuple[float, float]:
    """Line and true depth of a point, in the arithmetic of `_project`."""
    lines = plan.lines
    if lines.kind == PARALLEL:
        return x / lines.pitch + lines.middle, y
    below = y + lines.radius
    rho = np.sqrt(x * x + below * below)
    theta = TWO * half_arctan(x / max(rho + below, f32(1e-3)))
    depth = rho * y / max(below, f32(1e-3)) if lines.kind == FLAT else rho - lines.radius
    return theta / lines.pitch + lines.middle, depth


@kernel(inline=True)
def _project(
    tables: tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]],
    which: tuple[tuple[int, int, float, float], tuple[float, float, float]],
    space: tuple[tuple[int, int, int], Plan],
    work: NDArray[np.float32],
    voxels: NDArray[np.int32],
) -> None:
    """Line, sample, complex weight and voxel of each scatterer of a set: straight arithmetic that the compiler
    vectorizes, once for parallel lines and once for fans."""
    of, index, m, shown = tables
    (o, n, slab, scale), (turned_x, turned_y, turned_z) = which
    n = (n + PAD - 1) // PAD * PAD
    shape, plan = space
    nx, ny = i32(shape[1]), i32(shape[2])
    top_z, top_x, top_y = f32(shape[0] - 1), f32(shape[1] - 1), f32(shape[2] - 1)
    thin = F1 / (slab * slab)
    x0 = (f32(index[0]) + HALF - HALF * turned_x) * plan.voxels
    y0 = (f32(index[1]) + HALF - HALF * turned_y) * plan.voxels
    z0 = (f32(index[2]) + HALF - HALF * turned_z) * plan.voxels
    m00, m01, m02, m03, m10, m11 = m[0], m[1], m[2], m[3], m[4], m[5]
    m12, m13, m20, m21, m22, m23 = m[6], m[7], m[8], m[9], m[10], m[11]
    for i in range(n):
        sx, sy, sz = of[u64(o + i)], of[u64(o + SET_SIZE + i)], of[u64(o + 2 * SET_SIZE + i)]
        e = m23 + m20 * sx + m21 * sy + m22 * sz
        w = max(F1 - e * e * thin, F0)
        work[i] = m03 + m00 * sx + m01 * sy + m02 * sz
        work[SET_SIZE + i] = m13 + m10 * sx + m11 * sy + m12 * sz
        work[2 * SET_SIZE + i] = w * w * of[u64(o + 6 * SET_SIZE + i)] * scale
        iz = i32(min(max(z0 + turned_z * of[u64(o + 5 * SET_SIZE + i)], F0), top_z))
        ix = i32(min(max(x0 + turned_x * of[u64(o + 3 * SET_SIZE + i)], F0), top_x))
        iy = i32(min(max(y0 + turned_y * of[u64(o + 4 * SET_SIZE + i)], F0), top_y))
        voxels[i] = (iz * nx + ix) * ny + iy
    if plan.lines.kind == PARALLEL:
        _shown_parallel(plan, shown, work, n)
    else:
        _shown_fan(plan, shown, work, n)


@kernel(inline=True)
def _shown_parallel(plan: Plan, shown: NDArray[np.float32], work: NDArray[np.float32], n: int) -> None:
    """x, y and weight of n points in `work` become line, sample and complex weight; parallel lines."""
    c, cx, cy, aside = shown[2], shown[3], shown[4], shown[5]
    per_line, middle = F1 / plan.lines.pitch, plan.lines.middle + aside
    wave_y, wave_x = -plan.wave * plan.cosine, -plan.wave * plan.sine
    for i in range(n):
        x, y, w = work[i], work[SET_SIZE + i], work[2 * SET_SIZE + i]
        depth = y + c + cx * x + cy * y
        turns = wave_y * depth + wave_x * x
        work[i] = x * per_line + middle
        work[SET_SIZE + i] = depth * plan.per_sample - HALF
        work[2 * SET_SIZE + i] = w * sine(turns + QUARTER)
        work[3 * SET_SIZE + i] = w * sine(turns)


@kernel(inline=True)
def _shown_fan(plan: Plan, shown: NDArray[np.float32], work: NDArray[np.float32], n: int) -> None:
    """The same for a fan; points at or above its apex go above the picture."""
    c, cx, cy, aside = shown[2], shown[3], shown[4], shown[5]
    per_line, middle = F1 / plan.lines.pitch, plan.lines.middle + aside
    kind, radius, impact = plan.lines.kind, plan.lines.radius, plan.impact
    for i in range(n):
        x, y, w = work[i], work[SET_SIZE + i], work[2 * SET_SIZE + i]
        below = max(y + radius, f32(1e-3))
        rho = np.sqrt(x * x + below * below)
        theta = TWO * half_arctan(x / (rho + below))
        late = c + cx * x + cy * y
        depth = (rho * y / below if kind == FLAT else rho - radius) + late
        turns = -plan.wave * carrier_path(kind, impact, (plan.sine, plan.cosine), (theta, depth, rho + late))
        work[i] = theta * per_line + middle
        work[SET_SIZE + i] = depth * plan.per_sample - HALF
        work[2 * SET_SIZE + i] = w * sine(turns + QUARTER)
        work[3 * SET_SIZE + i] = w * sine(turns)


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
