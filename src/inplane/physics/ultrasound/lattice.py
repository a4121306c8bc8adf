"""The lattice of scatterer cells against the elevational slab: which columns and cells it meets, and how they map."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam, fan
from inplane.physics.ultrasound.lines import PARALLEL, Lines, line_start, pitch_mm, to_line
from inplane.physics.ultrasound.lookup import (
    F0,
    F1,
    HALF,
    QUARTER,
    STILL,
    Fixed,
    Four,
    Triple,
    displacement,
    displacement_slopes,
    f32,
    i64,
)
from inplane.physics.ultrasound.tables import Scatterers, Tissue

Map: TypeAlias = tuple[Four, Four, Four]
"""From a cell's own x, y, z, from its low corner on, to the probe's x, y and z: factors and what is added."""


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
def _shift(fixed: Fixed, now: NDArray[np.float32], at: NDArray[np.float32]) -> Triple:
    """Displacement now of tissue that rests at `at`."""
    step, o = fixed.moved_per_mm, fixed.moved_origin
    return displacement(now, (at[2] - o[2]) * step, (at[0] - o[0]) * step, (at[1] - o[1]) * step)


@kernel(inline=True)
def crossing(
    fixed: Fixed,
    grids: tuple[NDArray[np.float32], NDArray[np.float32]],
    plan: Plan,
    k: int,
    at: NDArray[np.float32],
) -> tuple[float, float]:
    """From where to where a lattice column along axis k may hold cells of the slab, mm; from 0 to -cell where none.

    `at` is a point of the column, and receives where it meets the plane."""
    now, cells = grids
    r, p, ux, uy, uz = fixed.rotation, fixed.place, F0, F0, F0
    at[k] = F0
    for _ in range(3 if fixed.moved else 1):
        # moved tissue at[k] off along k stands e off the plane
        e = r[2] * (at[0] + ux - p[0]) + r[5] * (at[1] + uy - p[1]) + r[8] * (at[2] + uz - p[2])
        at[k] -= e / r[3 * k + 2]
        if fixed.moved:
            ux, uy, uz = _shift(fixed, now, at)
    x = r[0] * (at[0] + ux - p[0]) + r[3] * (at[1] + uy - p[1]) + r[6] * (at[2] + uz - p[2])
    y = r[1] * (at[0] + ux - p[0]) + r[4] * (at[1] + uy - p[1]) + r[7] * (at[2] + uz - p[2])
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
    fixed: Fixed, now: NDArray[np.float32], base: NDArray[np.float32], index: NDArray[np.int64], cell: float
) -> Map:
    """The affine map of one cell, resting place -> probe, rotation (I + grad u) at its middle."""
    p, o, step = fixed.place, fixed.moved_origin, fixed.moved_per_mm
    half = HALF * cell
    x, y, z = base[0] + f32(index[0]) * cell, base[1] + f32(index[1]) * cell, base[2] + f32(index[2]) * cell
    x, y, z = x + half, y + half, z + half
    u, v, w = STILL, STILL, STILL
    if fixed.moved:
        u, v, w = displacement_slopes(now, (z - o[2]) * step, (x - o[0]) * step, (y - o[1]) * step)
    slopes = (
        (F1 + step * u[0], step * u[1], step * u[2]),
        (step * v[0], F1 + step * v[1], step * v[2]),
        (step * w[0], step * w[1], F1 + step * w[2]),
    )
    at = (x + u[3] - p[0], y + v[3] - p[1], z + w[3] - p[2])
    r = fixed.rotation
    return (
        _row((r[0], r[3], r[6]), slopes, at, half),
        _row((r[1], r[4], r[7]), slopes, at, half),
        _row((r[2], r[5], r[8]), slopes, at, half),
    )


@kernel(inline=True)
def _row(r: Triple, slopes: tuple[Triple, Triple, Triple], at: Triple, half: float) -> Four:
    """One row of a map: along one of the probe's axes, of slopes by component about a middle."""
    u, v, w = slopes
    x = r[0] * u[0] + r[1] * v[0] + r[2] * w[0]
    y = r[0] * u[1] + r[1] * v[1] + r[2] * w[1]
    z = r[0] * u[2] + r[1] * v[2] + r[2] * w[2]
    return x, y, z, r[0] * at[0] + r[1] * at[1] + r[2] * at[2] - half * (x + y + z)


@kernel(inline=True)
def depth_of(cells: NDArray[np.float32], m: Map, plan: Plan) -> tuple[int, Triple]:
    """The sample at a cell's middle, held to the picture, and that middle (x, y, mm of depth); -1 where the cell lies
    outside slab or picture."""
    half = HALF * plan.cell
    mx, my, me = m
    x = mx[3] + half * (mx[0] + mx[1] + mx[2])
    y = my[3] + half * (my[0] + my[1] + my[2])
    e = me[3] + half * (me[0] + me[1] + me[2])
    line, depth = to_line(plan.lines, x, y)
    near = min(max(i64(depth * plan.per_sample), 0), plan.samples - 1)
    if abs(e) > cells[near, 0] + half * (abs(me[0]) + abs(me[1]) + abs(me[2])):
        near = -1
    if depth < -plan.cell or depth > plan.bottom + plan.cell:
        near = -1
    aside = (abs(line - plan.lines.middle) - plan.lines.middle) * pitch_mm(plan.lines, depth)
    return (-1 if aside > plan.slack else near), (x, y, depth)
