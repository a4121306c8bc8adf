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
from inplane.physics.ultrasound.lattice import (
    CELL,
    axes,
    cell_map,
    crossing,
    depth_of,
    extent,
    largest,
    silent,
)
from inplane.physics.ultrasound.lookup import (
    F0,
    F1,
    HALF,
    QUARTER,
    Placed,
    f32,
    fix,
    i32,
    i64,
    sine,
)
from inplane.physics.ultrasound.tables import SET_SIZE, SETS, Scatterers, Tissue, hash3

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
        used[chunk] = _splat_chunk(tissue, scatterers, (beam, placed), grids, chunk)
    return used


@kernel()
def _splat_chunk(
    tissue: Tissue,
    scatterers: Scatterers,
    view: tuple[Beam, Placed],
    grids: NDArray[np.float32],
    chunk: int,
) -> int:
    """Walk the lattice columns that belong to this chunk; each crosses the slab along axis k. Arrays are taken out of
    their tuples here, once: inside the loops each taking would count a reference."""
    (beam, placed), n_lines, n = view, grids.shape[1] - 2, grids.shape[2] // 2
    fixed = fix(placed)
    a, b, k = axes(fixed.rotation)
    numbers = _numbers(tissue, beam, placed, n_lines)
    base, frame = numbers[:3].copy(), numbers[3:].copy()
    cells, now, loudest, used = beam.cells, placed.now, tissue.loudest, 0
    shape, flat, salt = tissue.echo.shape, grids[chunk].ravel(), scatterers.salt
    sets, echo, amplitude = scatterers.sets.ravel(), tissue.echo.ravel(), tissue.amplitude
    margin = CELL + f32(2.0) + (largest(now) if fixed.moved else F0)
    low_a, high_a = extent(fixed, a, frame, margin)
    low_b, high_b = extent(fixed, b, frame, margin)
    at, u, m = np.zeros(3, np.float32), np.zeros((4, 3), np.float32), np.empty(12, np.float32)
    work, voxels, index = np.empty(4 * SET_SIZE, np.float32), np.empty(SET_SIZE, np.int32), np.zeros(3, np.int64)
    for ia in range(i64(np.floor((low_a - base[a]) / CELL)), i64(np.ceil((high_a - base[a]) / CELL)) + 1):
        for ib in range(i64(np.floor((low_b - base[b]) / CELL)), i64(np.ceil((high_b - base[b]) / CELL)) + 1):
            if ((ia >> 1) + (ib >> 1)) % grids.shape[0] != chunk:
                continue
            index[a], index[b] = ia, ib
            at[a], at[b] = base[a] + (f32(ia) + HALF) * CELL, base[b] + (f32(ib) + HALF) * CELL
            low_k, high_k = crossing(fixed, (now, cells, at, u), frame, (a, b, k))
            for ik in range(i64(np.floor((low_k - base[k]) / CELL)), i64(np.floor((high_k - base[k]) / CELL)) + 1):
                index[k] = ik
                if silent(loudest, index):
                    continue
                cell_map(fixed, (now, base, u), index, m)
                near = depth_of(cells, m, frame)
                if near >= 0:
                    chosen = hash3(index[0], index[1], index[2], salt) % SETS
                    of = (chosen * (7 * SET_SIZE), i64(cells[near, 2]), cells[near, 0], cells[near, 1])
                    _project((sets, index, m, frame), of, shape, work, voxels)
                    used += _add((echo, amplitude, work, voxels), flat, (of[1], n_lines, n))
    return used


@kernel()
def _numbers(tissue: Tissue, beam: Beam, placed: Placed, n_lines: int) -> NDArray[np.float32]:
    """What the loops need, in one row: the lattice's low corner, mm, then `frame` as lattice.py describes it."""
    out = np.empty(11, np.float32)
    for c in range(3):
        out[c] = tissue.origin[c] - HALF * tissue.spacing
    cosine = F1 / np.sqrt(F1 + placed.steer * placed.steer)
    out[3], out[4], out[5] = F1 / beam.pitch, F1 / beam.sample, HALF * f32(n_lines - 1)
    out[6], out[7] = -beam.wave * cosine, -beam.wave * cosine * placed.steer
    out[8], out[9] = CELL / tissue.spacing, HALF * f32(n_lines) * beam.pitch
    out[10] = f32(beam.cells.shape[0]) * beam.sample
    return out


@kernel(inline=True)
def _project(
    tables: tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]],
    which: tuple[int, int, float, float],
    shape: tuple[int, int, int],
    work: NDArray[np.float32],
    voxels: NDArray[np.int32],
) -> None:
    """Line, sample, complex weight and voxel of each scatterer of a set: straight arithmetic that the compiler
    vectorizes."""
    of, index, m, frame = tables
    o, n, slab, scale = which
    nx, ny = i32(shape[1]), i32(shape[2])
    top_z, top_x, top_y = f32(shape[0] - 1), f32(shape[1] - 1), f32(shape[2] - 1)
    per_line, per_sample, center, wave_y, wave_x = frame[0], frame[1], frame[2], frame[3], frame[4]
    thin = F1 / (slab * slab)
    z0, x0, y0 = f32(index[2]) * frame[5], f32(index[0]) * frame[5], f32(index[1]) * frame[5]
    m00, m01, m02, m03, m10, m11 = m[0], m[1], m[2], m[3], m[4], m[5]
    m12, m13, m20, m21, m22, m23 = m[6], m[7], m[8], m[9], m[10], m[11]
    for i in range(n):
        sx, sy, sz = of[o + i], of[o + SET_SIZE + i], of[o + 2 * SET_SIZE + i]
        x = m03 + m00 * sx + m01 * sy + m02 * sz
        y = m13 + m10 * sx + m11 * sy + m12 * sz
        e = m23 + m20 * sx + m21 * sy + m22 * sz
        w = max(F1 - e * e * thin, F0)
        w = w * w * of[o + 6 * SET_SIZE + i] * scale
        turns = wave_y * y + wave_x * x
        work[i] = x * per_line + center
        work[SET_SIZE + i] = y * per_sample - HALF
        work[2 * SET_SIZE + i] = w * sine(turns + QUARTER)
        work[3 * SET_SIZE + i] = w * sine(turns)
        iz = i32(min(max(z0 + of[o + 5 * SET_SIZE + i], F0), top_z))
        ix = i32(min(max(x0 + of[o + 3 * SET_SIZE + i], F0), top_x))
        iy = i32(min(max(y0 + of[o + 4 * SET_SIZE + i], F0), top_y))
        voxels[i] = (iz * nx + ix) * ny + iy


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
        a = amplitude[echo[voxels[i]]]
        row, col = i64(line + HALF), i64(sample)
        off, part = line - f32(row), sample - f32(col)
        re, im = re * a, im * a
        r1, i1 = re * part, im * part
        r0, i0 = re - r1, im - i1
        low, high = HALF - off, HALF + off
        to = (row - 1) * width + 2 * col
        for side in range(3):
            g = HALF * low * low if side == 0 else (HALF * high * high if side == 2 else THREE_QUARTERS - off * off)
            flat[to] += g * r0
            flat[to + 1] += g * i0
            flat[to + 2] += g * r1
            flat[to + 3] += g * i1
            to += width
        used += 1
    return used
