"""Ghosts that grating lobes make of bone and needle, drawn onto the complex baseband; see grating.

A source D bright on the screen adds, per ray, level D sqrt(c) where the ray shows it: c is how many resolution cells it
stands for, since what lies in different cells adds up as power. Rays lie some lines apart, and each is as much louder
as it stands for lines; the lateral kernel, whose sum is 1, blends them. Over range a ghost is a triangle, smooth enough
to gain by the sum of the axial kernel.

Tissue's own haze by these lobes is not drawn: it is part of what strays in (receive.STRAY).
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import HALF_WIDTH, Beam, fan
from inplane.physics.ultrasound.grating import Lobes
from inplane.physics.ultrasound.lines import to_line
from inplane.physics.ultrasound.lookup import F0, F1, HALF, QUARTER, f32, i64, sine, u64
from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.needle_echo import EIGHTH, FALL, ROOT_TAU, STEP, THREE_QUARTERS
from inplane.physics.ultrasound.needle_law import Shaft
from inplane.physics.ultrasound.tables import hash3

BONE_EVERY, NEEDLE_EVERY = 2, 16
"""Lines of bone, and steps of the needle (0.8 mm), of which one stands for all. chosen: closer than a ghost is wide."""
FAINT = f32(0.05)
"""Ghosts that are shown below this amplitude are left out. chosen: 26 dB under muscle, far below what strays in."""


How: TypeAlias = tuple[Beam, Lobes, NDArray[np.float32], float]
"""Tables; the lobes; the aim's shift over depth; what a smooth echo gains by the axial kernel."""


@kernel(borrows=True)
def bone_ghosts(
    beam: Beam, marched: Marched, shift: NDArray[np.float32], lobes: Lobes, field: NDArray[np.float32]
) -> None:
    """Add the ghosts of the first bone surface of each steered line to `field`, (lines, 2 samples).

    Bone is rough: it is taken to send as much along a grating lobe as along the line, each line in a phase of its own,
    since the way along the lobe differs by about a wave. Pleura and fascia are smooth: what a lobe meets there is
    mirrored away.
    """
    n_lines, n = field.shape[0], field.shape[1] // 2
    how = (beam, lobes, shift, _sum(beam.axial))
    for line in range(0, n_lines, BONE_EVERY):
        s = i64(marched.bone[line])
        if s >= n - 1:
            continue
        row, depth = marched.surface[line], (marched.bone[line] + HALF) * beam.sample
        peak, _ = _peaks(beam, s)
        re, im = row[2 * s] + row[2 * s + 2], row[2 * s + 1] + row[2 * s + 3]
        loud, turns = (
            np.sqrt(f32(BONE_EVERY) * peak * (re * re + im * im)),
            f32(hash3(line, 47, 1, 0) & 255) / f32(255.0),
        )
        echo = (loud * sine(turns + QUARTER), loud * sine(turns))
        _cast(how, (f32(line) + shift[s], depth, F0, F0), echo, field)


@kernel(borrows=True)
def needle_ghosts(
    beam: Beam, shaft: Shaft, shift: NDArray[np.float32], lobes: Lobes, rows: NDArray[np.float32]
) -> None:
    """Add the needle's ghosts to `rows`, (lines + 2, 2 samples), of which line l is row l + 1.

    Each is as bright as the shaft's own angle to that lobe makes it: a shaft that the line misses may face its lobe.
    """
    points, tangent, field = shaft.points, shaft.tangent, rows[1 : rows.shape[0] - 1]
    n_lines, n = field.shape[0], field.shape[1] // 2
    gain = _sum(beam.axial)
    how = (beam, lobes, shift, gain)
    for i in range(points.shape[0] - 1, -1, -NEEDLE_EVERY):
        line, depth = to_line(fan(beam), points[i, 0], points[i, 1])
        s = i64(depth / beam.sample)
        if line < F0 or line > f32(n_lines - 1) or depth <= F0 or s >= n:
            continue
        peak, sigma = _peaks(beam, s)
        across, along = tangent[i, 0], tangent[i, 1]
        u, v, w = across * peak / beam.pitch, along / (gain * beam.sample), tangent[i, 2] / (ROOT_TAU * sigma)
        loud = shaft.gain * np.exp(-points[i, 2] * points[i, 2] / (f32(2.0) * sigma * sigma))
        loud *= np.sqrt(f32(NEEDLE_EVERY) * STEP * np.sqrt(u * u + v * v + w * w))
        turns = f32(hash3(i, 43, 1, 0) & 255) / f32(255.0)
        place = (line, depth, across, along)
        _cast(how, place, (loud * sine(turns + QUARTER), loud * sine(turns)), field)


@kernel(inline=True)
def _sum(row: NDArray[np.float32]) -> float:
    total = F0
    for value in row:
        total += value
    return total


@kernel(inline=True)
def _peaks(beam: Beam, s: int) -> tuple[float, float]:
    """What splat and lateral kernel leave of a point at its peak; elevational standard deviation, mm."""
    beside = beam.lateral[HALF_WIDTH - 1, 2 * s] + beam.lateral[HALF_WIDTH + 1, 2 * s]
    return THREE_QUARTERS * beam.lateral[HALF_WIDTH, 2 * s] + EIGHTH * beside, HALF * beam.slab[s]


@kernel(borrows=True)
def _cast(
    how: How,
    place: tuple[float, float, float, float],
    echo: tuple[float, float],
    field: NDArray[np.float32],
) -> None:
    """The ghosts of one source; `place` is its column and depth and, if it has one, its direction in the plane (x, y).

    Each ray falls on the two lines that it lies between.
    """
    (beam, lobes, shift, gain), (column, depth, tx, ty) = how, place
    at, last = _node(lobes.nodes, depth), field.shape[0] - 1
    size = (abs(echo[0]) + abs(echo[1])) * beam.tgc[min(i64(depth / beam.sample), beam.tgc.size - 1)]
    for ray in range(lobes.aside.size):
        facing = min(abs(ty * lobes.cosine[ray] + tx * lobes.sine[ray]), F1)
        level = _read(lobes.level[ray], at) * np.exp(-FALL * np.arcsin(facing))
        if level * size < FAINT:
            continue
        late = _read(lobes.late[ray], at)
        to = column + (depth * lobes.aside[ray] + late * lobes.lean) / beam.pitch
        middle = (depth * lobes.deeper[ray] + late) / beam.sample - HALF
        if to < F0 or to >= f32(last) or middle < F0 or middle >= f32(shift.size):
            continue
        left = to - shift[i64(middle)]  # where that line leaves the face
        if F0 <= left <= f32(last):
            line, half = i64(to), _read(lobes.half[ray], at) / beam.sample
            level *= lobes.wide[ray] * depth / beam.pitch / gain
            far = level * (to - f32(line))
            near = level - far
            _triangle(field[line], (middle, half), (near * echo[0], near * echo[1]))
            _triangle(field[line + 1], (middle, half), (far * echo[0], far * echo[1]))


@kernel(inline=True)
def _node(nodes: NDArray[np.float32], depth: float) -> float:
    """A depth in nodes; beyond the first and the last it is theirs."""
    if depth <= nodes[0]:
        return F0
    for k in range(1, nodes.size):
        if depth < nodes[k]:
            return f32(k - 1) + (depth - nodes[k - 1]) / (nodes[k] - nodes[k - 1])
    return f32(nodes.size - 1)


@kernel(inline=True)
def _read(row: NDArray[np.float32], at: float) -> float:
    """A row of a table of Lobes between nodes."""
    k = min(i64(at), row.size - 2)
    return row[k] + (at - f32(k)) * (row[k + 1] - row[k])


@kernel(inline=True)
def _triangle(row: NDArray[np.float32], at: tuple[float, float], peak: tuple[float, float]) -> None:
    """Add a triangle over samples, `at` being its middle and half its length, to a line of baseband."""
    middle, half = at
    first, stop = max(i64(middle - half) + 1, 0), min(i64(middle + half) + 1, row.size // 2)
    for s in range(first, stop):
        high = max(F1 - abs(f32(s) - middle) / half, F0)
        row[u64(2 * s)] += high * peak[0]
        row[u64(2 * s + 1)] += high * peak[1]
