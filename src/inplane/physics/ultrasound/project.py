"""One cell of scatterers, from its own coordinates to lines and samples: mirrored, placed, projected."""

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lattice import Map, Plan
from inplane.physics.ultrasound.lines import FLAT, PARALLEL
from inplane.physics.ultrasound.lookup import (
    F0,
    F1,
    HALF,
    QUARTER,
    Four,
    Triple,
    f32,
    half_arctan,
    i32,
    sine,
    u64,
)
from inplane.physics.ultrasound.tables import SET_SIZE
from inplane.physics.ultrasound.travel import carrier_path, shown_at

PAD = 32
"""More points than are asked for are projected, so that a vectorized loop leaves none over."""
TWO = f32(2.0)


@kernel(inline=True)
def moved(
    plan: Plan, tables: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]], middle: Triple
) -> Four:
    """Of a cell with its middle at (x, y): how much too deep it is shown, as c + cx x + cy y, and how far aside,
    lines."""
    (x, y, _), half = middle, HALF * plan.cell
    line, depth = _place(plan, x, y)
    at, deep = shown_at(plan.lines, tables, x, y)
    _, right = shown_at(plan.lines, tables, x + half, y)
    _, below = shown_at(plan.lines, tables, x, y + half)
    _, depth_right = _place(plan, x + half, y)
    _, depth_below = _place(plan, x, y + half)
    late = deep - depth
    cx, cy = (right - depth_right - late) / half, (below - depth_below - late) / half
    return late - cx * x - cy * y, cx, cy, at - line


@kernel(inline=True)
def mirrored(m: Map, cell: float, bits: int) -> tuple[Map, Triple]:
    """A cell's map with its set mirrored along the axes of these bits; and -1 along those, 1 along others."""
    turned = (F1 - TWO * f32(bits & 1), F1 - TWO * f32((bits >> 1) & 1), F1 - TWO * f32((bits >> 2) & 1))
    x, y, z = m
    return (_turned(x, cell, turned), _turned(y, cell, turned), _turned(z, cell, turned)), turned


@kernel(inline=True)
def _turned(row: Four, cell: float, turned: Triple) -> Four:
    """One row of a map mirrored."""
    x, y, z = turned
    far = (F1 - x) * row[0] + (F1 - y) * row[1] + (F1 - z) * row[2]
    return x * row[0], y * row[1], z * row[2], row[3] + HALF * cell * far


@kernel(inline=True)
def _place(plan: Plan, x: float, y: float) -> tuple[float, float]:
    """Line and true depth of a point, in the arithmetic of `project`."""
    lines = plan.lines
    if lines.kind == PARALLEL:
        return x / lines.pitch + lines.middle, y
    below = y + lines.radius
    rho = np.sqrt(x * x + below * below)
    theta = TWO * half_arctan(x / max(rho + below, f32(1e-3)))
    depth = rho * y / max(below, f32(1e-3)) if lines.kind == FLAT else rho - lines.radius
    return theta / lines.pitch + lines.middle, depth


@kernel(inline=True)
def project(
    tables: tuple[NDArray[np.float32], NDArray[np.int64], Map, Four],
    which: tuple[tuple[int, int, float, float], Triple],
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
    (m00, m01, m02, m03), (m10, m11, m12, m13), (m20, m21, m22, m23) = m
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
def _shown_parallel(plan: Plan, shown: Four, work: NDArray[np.float32], n: int) -> None:
    """x, y and weight of n points in `work` become line, sample and complex weight; parallel lines."""
    c, cx, cy, aside = shown
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
def _shown_fan(plan: Plan, shown: Four, work: NDArray[np.float32], n: int) -> None:
    """The same for a fan; points at or above its apex go above the picture."""
    c, cx, cy, aside = shown
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
