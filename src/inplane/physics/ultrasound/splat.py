"""Scatterers onto the complex baseband image: s(l, y) = sum a w exp(-j 4 pi r / lambda), a quadratic B-spline over
lines, linear over samples.

    a   echo amplitude at the scatterer's resting place (tables.Tissue) times its sign
    w   elevation weight (1 - (e/slab)²)², within the slab
    r   one-way path length: y cos(steer) + x sin(steer) in the probe's frame
The carrier's phase is exact, so speckle moves and decorrelates as it should with no special case.
"""

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lookup import F0, F1, HALF, QUARTER, Placed, displacement, f32, i32, i64, sine
from inplane.physics.ultrasound.tables import CELL_MM, SET_SIZE, SETS, Scatterers, Tissue, hash3

CELL = f32(CELL_MM)
SLACK = f32(1.2)
THREE_QUARTERS = f32(0.75)


@kernel(parallel=True)
def splat(
    tissue: Tissue, scatterers: Scatterers, beam: Beam, placed: Placed, grids: NDArray[np.float32]
) -> NDArray[np.int64]:
    """Add every scatterer in the slab to `grids`; returns (chunks,) how many contributed.

    Args:
        tissue, scatterers, beam, placed: see there.
        grids: (chunks, lines + 2, 2 samples) float32, zeroed here; one chunk a thread; line l lies in row l + 1.
    """
    used = np.zeros(grids.shape[0], np.int64)
    for chunk in numba.prange(grids.shape[0]):
        grids[chunk] = F0
        used[chunk] = _splat_chunk(tissue, scatterers, beam, placed, grids, chunk)
    return used


@kernel()
def _axes(rotation: NDArray[np.float32]) -> tuple[int, int, int]:
    """Patient axes (a, b, k): k is the one nearest to the slab's normal."""
    k = 2
    if abs(rotation[0, 2]) > abs(rotation[k, 2]):
        k = 0
    if abs(rotation[1, 2]) > abs(rotation[k, 2]):
        k = 1
    return (k + 1) % 3, (k + 2) % 3, k


@kernel()
def _extent(beam: Beam, placed: Placed, axis: int, margin: float, n_lines: int) -> tuple[float, float]:
    """Lowest and highest patient coordinate of the slab along an axis, mm, with a margin."""
    n = beam.slab.size
    half, depth = HALF * f32(n_lines) * beam.pitch, f32(n) * beam.sample
    low = high = placed.place[axis]
    for corner in range(4):
        x = half if corner & 1 else -half
        y = depth if corner & 2 else F0
        value = placed.place[axis] + placed.rotation[axis, 0] * x + placed.rotation[axis, 1] * y
        low, high = min(low, value), max(high, value)
    return low - margin, high + margin


@kernel(inline=True)
def _shift(placed: Placed, at: NDArray[np.float32], u: NDArray[np.float32]) -> None:
    """Displacement now of tissue that rests at `at`, into u (3,)."""
    step = F1 / placed.moved_step
    o = placed.moved_origin
    ux, uy, uz = displacement(placed.now, (at[2] - o[2]) * step, (at[0] - o[0]) * step, (at[1] - o[1]) * step)
    u[0], u[1], u[2] = ux, uy, uz


@kernel()
def _largest(placed: Placed) -> float:
    """Largest component of the displacement, mm, from every fourth node."""
    top = F0
    grid = placed.now
    if placed.moved:
        for i in range(0, grid.shape[0], 4):
            for j in range(0, grid.shape[1], 4):
                for k in range(0, grid.shape[2], 4):
                    for c in range(3):
                        top = max(top, abs(grid[i, j, k, c]))
    return min(top + HALF, f32(20.0))


@kernel()
def _splat_chunk(
    tissue: Tissue, scatterers: Scatterers, beam: Beam, placed: Placed, grids: NDArray[np.float32], chunk: int
) -> int:
    """Walk the lattice columns that belong to this chunk; each crosses the slab along axis k."""
    a, b, k = _axes(placed.rotation)
    n_lines = grids.shape[1] - 2
    margin = _largest(placed) + CELL
    normal = placed.rotation[:, 2]
    reach = HALF * CELL * (abs(normal[0]) + abs(normal[1]) + abs(normal[2]))
    low_a, high_a = _extent(beam, placed, a, margin, n_lines)
    low_b, high_b = _extent(beam, placed, b, margin, n_lines)
    base = tissue.origin - HALF * tissue.spacing
    ia0, ia1 = i64(np.floor((low_a - base[a]) / CELL)), i64(np.ceil((high_a - base[a]) / CELL))
    ib0, ib1 = i64(np.floor((low_b - base[b]) / CELL)), i64(np.ceil((high_b - base[b]) / CELL))
    at, u = np.zeros(3, np.float32), np.zeros(3, np.float32)
    index = np.zeros(3, np.int64)
    work, m = np.empty(4 * SET_SIZE, np.float32), np.empty((3, 4), np.float32)
    voxels = np.empty(SET_SIZE, np.int32)
    used = 0
    for ia in range(ia0, ia1 + 1):
        for ib in range(ib0, ib1 + 1):
            if ((ia >> 1) + (ib >> 1)) % grids.shape[0] != chunk:
                continue
            at[a] = base[a] + (f32(ia) + HALF) * CELL
            at[b] = base[b] + (f32(ib) + HALF) * CELL
            ok, low_k, high_k = _crossing(beam, placed, at, u, (a, b, k, n_lines))
            if not ok:
                continue
            index[a], index[b] = ia, ib
            span = reach / abs(normal[k])
            ik0 = i64(np.floor((low_k - span - base[k]) / CELL))
            ik1 = i64(np.floor((high_k + span - base[k]) / CELL))
            for ik in range(ik0, ik1 + 1):
                index[k] = ik
                used += _splat_cell(tissue, scatterers, (beam, placed), (index, base, m, work, voxels), grids[chunk])
    return used


@kernel(inline=True)
def _crossing(
    beam: Beam, placed: Placed, at: NDArray[np.float32], u: NDArray[np.float32], plan: tuple[int, int, int, int]
) -> tuple[bool, float, float]:
    """Where a lattice column along axis k passes the slab: whether it is in the picture, and from where to where,
    mm."""
    a, b, k, n_lines = plan
    r, p = placed.rotation, placed.place
    u[0] = u[1] = u[2] = F0
    for _ in range(3 if placed.moved else 1):
        side = r[a, 2] * (at[a] + u[a] - p[a]) + r[b, 2] * (at[b] + u[b] - p[b])
        at[k] = p[k] - u[k] - side / r[k, 2]
        if placed.moved:
            _shift(placed, at, u)
    x = y = F0
    for c in range(3):
        x += r[c, 0] * (at[c] + u[c] - p[c])
        y += r[c, 1] * (at[c] + u[c] - p[c])
    limit = HALF * f32(n_lines) * beam.pitch + SLACK * CELL + CELL
    depth = f32(beam.slab.size) * beam.sample
    wide = max(beam.slab[0], beam.slab[beam.slab.size - 1]) * abs(r[k, 1]) / abs(r[k, 2])
    across = max(beam.slab[0], beam.slab[beam.slab.size - 1]) * abs(r[k, 0]) / abs(r[k, 2])
    if abs(x) > limit + across or y < -CELL - wide or y > depth + CELL + wide:
        return False, F0, F0
    low = max(F0, y - wide)
    high = min(depth, y + wide)
    last = beam.slab.size - 1
    cut = max(
        beam.slab[min(max(i64(low / beam.sample), 0), last)],
        beam.slab[min(max(i64(high / beam.sample), 0), last)],
    )
    half = cut / abs(r[k, 2]) + (QUARTER if placed.moved else F0)
    return True, at[k] - half, at[k] + half


@kernel(inline=True)
def _splat_cell(
    tissue: Tissue,
    scatterers: Scatterers,
    view: tuple[Beam, Placed],
    room: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]],
    grid: NDArray[np.float32],
) -> int:
    """Add one cell's scatterers, under one affine map of the cell; returns how many contributed."""
    beam, placed = view
    index, base, m, work, voxels = room  # m: rows probe x, y, z; columns along cell x, y, z, and its low corner
    shape = tissue.loudest.shape
    cz = min(max(index[2], 0), shape[0] - 1)
    cx, cy = min(max(index[0], 0), shape[1] - 1), min(max(index[1], 0), shape[2] - 1)
    if index[1] < -1 or tissue.amplitude[tissue.loudest[cz, cx, cy]] < f32(0.025):
        return 0
    _cell_map(placed, index, base, m)
    n_samples, n_lines = grid.shape[1] // 2, grid.shape[0] - 2
    hx = HALF * CELL
    mid_x = m[0, 3] + hx * (m[0, 0] + m[0, 1] + m[0, 2])
    mid_y = m[1, 3] + hx * (m[1, 0] + m[1, 1] + m[1, 2])
    mid_z = m[2, 3] + hx * (m[2, 0] + m[2, 1] + m[2, 2])
    s_mid = i64(mid_y / beam.sample)
    near = min(max(s_mid, 0), n_samples - 1)
    slab = beam.slab[near]
    if abs(mid_z) > slab + hx * (abs(m[2, 0]) + abs(m[2, 1]) + abs(m[2, 2])) or mid_y < -CELL:
        return 0
    if abs(mid_x) > HALF * f32(n_lines) * beam.pitch + CELL or s_mid > n_samples + 24:
        return 0
    n = i64(beam.used[near])
    chosen = hash3(index[0], index[1], index[2], scatterers.salt) % SETS
    _project(
        tissue,
        scatterers,
        (beam, placed, chosen, n),
        (index, m, work, voxels),
        (n_lines, f32(slab), f32(beam.scale[near])),
    )
    return _add(tissue, work, voxels, grid, n)


@kernel(inline=True)
def _cell_map(placed: Placed, index: NDArray[np.int64], base: NDArray[np.float32], m: NDArray[np.float32]) -> None:
    """The affine map of one cell, resting place -> probe: rotation (I + grad u), from 4 displacements around it."""
    r = placed.rotation
    at, u = np.empty(3, np.float32), np.zeros((4, 3), np.float32)
    for c in range(3):
        at[c] = base[c] + f32(index[c]) * CELL
    if placed.moved:
        for corner in range(4):
            if corner < 3:
                at[corner] += CELL
            _shift(placed, at, u[corner])
            if corner < 3:
                at[corner] -= CELL
    inverse = F1 / CELL
    for row in range(3):
        low = F0
        for c in range(3):
            low += r[c, row] * (at[c] + u[3, c] - placed.place[c])
        m[row, 3] = low
        for axis in range(3):
            slope = r[axis, row]
            for c in range(3):
                slope += r[c, row] * (u[axis, c] - u[3, c]) * inverse
            m[row, axis] = slope


@kernel(inline=True)
def _project(
    tissue: Tissue,
    scatterers: Scatterers,
    view: tuple[Beam, Placed, int, int],
    room: tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32], NDArray[np.int32]],
    limits: tuple[int, float, float],
) -> None:
    """Line, sample, complex weight and voxel of each scatterer of a set: straight arithmetic that the compiler
    vectorizes."""
    beam, placed, chosen, n = view
    index, m, work, voxels = room
    n_lines, slab, scale = limits
    nz, nx, ny = tissue.labels.shape
    per_line, per_sample = F1 / beam.pitch, F1 / beam.sample
    center = HALF * f32(n_lines - 1)
    cosine = F1 / np.sqrt(F1 + placed.steer * placed.steer)
    wave_y, wave_x = -beam.wave * cosine, -beam.wave * cosine * placed.steer
    thin = F1 / (slab * slab)
    to_voxel = CELL / tissue.spacing
    z0, x0 = f32(index[2]) * to_voxel, f32(index[0]) * to_voxel
    y0 = f32(index[1]) * to_voxel
    of = scatterers.sets[chosen]
    top_z, top_x, top_y = f32(nz - 1), f32(nx - 1), f32(ny - 1)
    m00, m01, m02, m03 = m[0, 0], m[0, 1], m[0, 2], m[0, 3]
    m10, m11, m12, m13 = m[1, 0], m[1, 1], m[1, 2], m[1, 3]
    m20, m21, m22, m23 = m[2, 0], m[2, 1], m[2, 2], m[2, 3]
    for i in range(n):
        sx, sy, sz = of[i], of[SET_SIZE + i], of[2 * SET_SIZE + i]
        x = m03 + m00 * sx + m01 * sy + m02 * sz
        y = m13 + m10 * sx + m11 * sy + m12 * sz
        e = m23 + m20 * sx + m21 * sy + m22 * sz
        w = max(F1 - e * e * thin, F0)
        w = w * w * of[6 * SET_SIZE + i] * scale
        turns = wave_y * y + wave_x * x
        work[i] = x * per_line + center
        work[SET_SIZE + i] = y * per_sample - HALF
        work[2 * SET_SIZE + i] = w * sine(turns + QUARTER)
        work[3 * SET_SIZE + i] = w * sine(turns)
        iz = i32(min(max(z0 + of[5 * SET_SIZE + i], F0), top_z))
        ix = i32(min(max(x0 + of[3 * SET_SIZE + i], F0), top_x))
        iy = i32(min(max(y0 + of[4 * SET_SIZE + i], F0), top_y))
        voxels[i] = (iz * i32(nx) + ix) * i32(ny) + iy


@kernel(inline=True)
def _add(
    tissue: Tissue, work: NDArray[np.float32], voxels: NDArray[np.int32], grid: NDArray[np.float32], n: int
) -> int:
    """Splat of the projected scatterers; those outside slab or picture are left out."""
    used = 0
    last_line, last_sample = f32(grid.shape[0]) - f32(1.5), f32(grid.shape[1] // 2 - 1)
    echo, amplitude = tissue.echo.ravel(), tissue.amplitude
    for i in range(n):
        line, sample = work[i] + F1, work[SET_SIZE + i]
        if line < HALF or sample < F0 or line >= last_line or sample >= last_sample:
            continue
        re, im = work[2 * SET_SIZE + i], work[3 * SET_SIZE + i]
        if re == F0 and im == F0:
            continue
        a = amplitude[echo[voxels[i]]]
        row, col = i64(line + HALF), i64(sample)
        off, part = line - f32(row), sample - f32(col)
        col *= 2
        re, im = re * a, im * a
        r1, i1 = re * part, im * part
        r0, i0 = re - r1, im - i1
        low, high = HALF - off, HALF + off
        for side in range(-1, 2):
            g = HALF * low * low if side < 0 else (HALF * high * high if side > 0 else THREE_QUARTERS - off * off)
            target = grid[row + side]
            target[col] += g * r0
            target[col + 1] += g * i0
            target[col + 2] += g * r1
            target[col + 3] += g * i1
        used += 1
    return used
