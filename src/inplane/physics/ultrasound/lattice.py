"""The lattice of scatterer cells against the elevational slab: which columns and cells it meets, and how they map."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam, fan
from inplane.physics.ultrasound.lines import PARALLEL, Lines, line_start, pitch_mm, to_line
from inplane.physics.ultrasound.lookup import F0, F1, HALF, QUARTER, Fixed, displacement, displacement_slopes, f32, i64
from inplane.physics.ultrasound.tables import Scatterers, Tissue


class Plan(NamedTuple):
    """What the loops over cells need of one transmit; numbers only.

    Attributes:
        lines: where scan lines run. per_sample: samples a mm. samples: of a line.
        cell: edge of a cell, mm; voxels: the same in voxels. slack: how far outside the picture a cell's middle may
            lie, mm: more than half its diagonal and the spline's reach.
        left, top, bottom: the picture's extent in the PROBE plane, x from -left to left, mm.
        wave: carrier cycles a mm of path. sine, cosine, impact: of the steering, see travel.Aim.
    """

    lines: Lines
    per_sample: float
    samples: int
    cell: float
    voxels: float
    slack: float
    left: float
    top: float
    bottom: float
    wave: float
    sine: float
    cosine: float
    impact: float


@kernel()
def plan_of(
    tissue: Tissue, scatterers: Scatterers, beam: Beam, steer: tuple[float, float, float], n_lines: int
) -> Plan:
    """The plan of a transmit; `steer` is sine, cosine and impact."""
    lines = fan(beam)
    samples = beam.cells.shape[0]
    depth = f32(samples) * beam.sample * f32(1.05)  # faster tissue is shown too near
    x, y, dx, _ = line_start(lines, f32(n_lines) - HALF)
    if lines.kind == PARALLEL:
        left, top, bottom = HALF * f32(n_lines) * beam.pitch, F0, depth
    else:
        # of fans wider than half a turn the deepest point is not at an end, but none is that wide
        left, top, bottom = x + depth * dx, min(y, F0), depth
    cell = scatterers.cell
    return Plan(
        lines,
        F1 / beam.sample,
        samples,
        cell,
        cell / tissue.spacing,
        f32(2.25) * cell,
        left,
        top,
        bottom,
        beam.wave,
        steer[0],
        steer[1],
        steer[2],
    )


@kernel()
def axes(rotation: tuple[float, ...]) -> tuple[int, int, int]:
    """Patient axes (a, b, k): k is the one nearest to the slab's normal."""
    k = 2
    if abs(rotation[2]) > abs(rotation[8]):
        k = 0
    if abs(rotation[5]) > abs(rotation[3 * k + 2]):
        k = 1
    return (k + 1) % 3, (k + 2) % 3, k


@kernel()
def extent(fixed: Fixed, axis: int, plan: Plan, margin: float) -> tuple[float, float]:
    """Lowest and highest patient coordinate of the picture along an axis, mm, with a margin."""
    low, high = f32(1e9), f32(-1e9)
    for corner in range(4):
        x, y = plan.left if corner & 1 else -plan.left, plan.bottom if corner & 2 else plan.top
        value = fixed.place[axis] + fixed.rotation[3 * axis] * x + fixed.rotation[3 * axis + 1] * y
        low, high = min(low, value), max(high, value)
    return low - margin, high + margin


@kernel()
def largest(grid: NDArray[np.float32]) -> float:
    """Largest component of a displacement, mm, from every fourth node; at most 20."""
    top = F0
    for i in range(0, grid.shape[0], 4):
        for j in range(0, grid.shape[1], 4):
            for k in range(0, grid.shape[2], 4):
                for c in range(3):
                    top = max(top, abs(grid[i, j, k, c]))
    return min(top + HALF, f32(20.0))


@kernel(inline=True)
def _shift(fixed: Fixed, now: NDArray[np.float32], at: NDArray[np.float32], u: NDArray[np.float32], row: int) -> None:
    """Displacement now of tissue that rests at `at`, into a row of u (4, 3)."""
    step, o = fixed.moved_per_mm, fixed.moved_origin
    ux, uy, uz = displacement(now, (at[2] - o[2]) * step, (at[0] - o[0]) * step, (at[1] - o[1]) * step)
    u[row, 0], u[row, 1], u[row, 2] = ux, uy, uz


@kernel(inline=True)
def crossing(
    fixed: Fixed,
    grids: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    plan: Plan,
    order: tuple[int, int, int],
) -> tuple[float, float]:
    """From where to where a lattice column along axis k may hold cells of the slab, mm; from 0 to -cell where none."""
    now, cells, at, u = grids
    a, b, k = order
    r, p = fixed.rotation, fixed.place
    for c in range(3):
        u[0, c] = F0
    for _ in range(3 if fixed.moved else 1):
        side = r[3 * a + 2] * (at[a] + u[0, a] - p[a]) + r[3 * b + 2] * (at[b] + u[0, b] - p[b])
        at[k] = p[k] - u[0, k] - side / r[3 * k + 2]
        if fixed.moved:
            _shift(fixed, now, at, u, 0)
    x = y = F0
    for c in range(3):
        x += r[3 * c] * (at[c] + u[0, c] - p[c])
        y += r[3 * c + 1] * (at[c] + u[0, c] - p[c])
    last, per_mm = plan.samples - 1, F1 / abs(r[3 * k + 2])
    widest = max(cells[0, 0], cells[last, 0])
    wide, across = widest * abs(r[3 * k + 1]) * per_mm, widest * abs(r[3 * k]) * per_mm
    beside = abs(x) > plan.left + plan.slack + across
    if beside or y < plan.top - plan.cell - wide or y > plan.bottom + plan.cell + wide:
        return F0, -plan.cell
    _, depth = to_line(plan.lines, x, y)
    first = min(max(i64((depth - wide - across) * plan.per_sample), 0), last)
    final = min(max(i64((depth + wide + across) * plan.per_sample), 0), last)
    half = max(cells[first, 0], cells[final, 0]) * per_mm + (QUARTER if fixed.moved else F0)
    half += HALF * plan.cell * (abs(r[2]) + abs(r[5]) + abs(r[8])) * per_mm
    return at[k] - half, at[k] + half


@kernel(inline=True)
def silent(loudest: NDArray[np.uint8], index: NDArray[np.int64]) -> bool:
    """Whether nothing in a cell is loud enough to be heard."""
    nz, nx, ny = loudest.shape
    if index[1] < -1:
        return True
    cz, cx = min(max(index[2], 0), nz - 1), min(max(index[0], 0), nx - 1)
    return loudest[cz, cx, min(max(index[1], 0), ny - 1)] == 0


@kernel(inline=True)
def cell_map(
    fixed: Fixed,
    grids: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    index: NDArray[np.int64],
    m: NDArray[np.float32],
    cell: float,
) -> None:
    """The affine map of one cell, resting place -> probe, rotation (I + grad u) at its middle: m[4 row + axis], the low
    corner last."""
    now, base, u = grids
    r, p, o, step = fixed.rotation, fixed.place, fixed.moved_origin, fixed.moved_per_mm
    half = HALF * cell
    x, y, z = base[0] + f32(index[0]) * cell, base[1] + f32(index[1]) * cell, base[2] + f32(index[2]) * cell
    x, y, z = x + half, y + half, z + half
    if fixed.moved:
        displacement_slopes(now, (z - o[2]) * step, (x - o[0]) * step, (y - o[1]) * step, u)
    else:
        u[:] = F0
    x, y, z = x + u[3, 0] - p[0], y + u[3, 1] - p[1], z + u[3, 2] - p[2]
    for row in range(3):
        low = r[row] * x + r[3 + row] * y + r[6 + row] * z
        for axis in range(3):
            slope = r[3 * axis + row]
            slope += step * (r[row] * u[axis, 0] + r[3 + row] * u[axis, 1] + r[6 + row] * u[axis, 2])
            m[4 * row + axis] = slope
            low -= half * slope
        m[4 * row + 3] = low


@kernel(inline=True)
def depth_of(cells: NDArray[np.float32], m: NDArray[np.float32], plan: Plan, middle: NDArray[np.float32]) -> int:
    """The sample at a cell's middle, held to the picture, and that middle (x, y, mm of depth) into `middle`; -1 where
    the cell lies outside slab or picture."""
    half = HALF * plan.cell
    x = m[3] + half * (m[0] + m[1] + m[2])
    y = m[7] + half * (m[4] + m[5] + m[6])
    e = m[11] + half * (m[8] + m[9] + m[10])
    line, depth = to_line(plan.lines, x, y)
    middle[0], middle[1], middle[2] = x, y, depth
    near = min(max(i64(depth * plan.per_sample), 0), plan.samples - 1)
    if abs(e) > cells[near, 0] + half * (abs(m[8]) + abs(m[9]) + abs(m[10])):
        return -1
    if depth < -plan.cell or depth > plan.bottom + plan.cell:
        return -1
    aside = (abs(line - plan.lines.middle) - plan.lines.middle) * pitch_mm(plan.lines, depth)
    return -1 if aside > plan.slack else near
