"""Travel time: a scanner counts depth as if sound ran at 1540 m/s everywhere, and along straight lines.

With E(x, s) the sum of (1540/c - 1) ds along a line, an echo from s is shown at s + E (the bayonet needle). Rays run
along the gradient of the path length s + E, so that a line bends by u = dE/dx and neighbours part or close up:
d ln A / ds = -1/2 d2E/dx2 each way (paraxial transport equation; Born & Wolf, Principles of Optics, section 3.1.2).
Behind the edges of a cylinder of another speed the lines part: edge shadow. Tables are smoothed across lines by what
the aperture sees at once.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam, fan
from inplane.physics.ultrasound.lines import FAN, FLAT, PARALLEL, Lines, line_start, pitch_mm, to_line
from inplane.physics.ultrasound.lookup import F0, F1, HALF, f32, i64

NODE_MM = 1.0
"""Distance of the tables' nodes along a line. chosen: E changes by 0.08 mm over it at most, but for bone and gas."""
SMOOTH_MM, SMOOTH_SHARE = f32(0.5), f32(0.05)
"""Half width of the mean across lines, and what it grows by with depth. chosen: a fifth of an F/2 aperture."""
SPREAD_MOST, CLOSE_MOST = f32(1.1), f32(0.25)
"""Most of ln A, two-way, that parting or closing lines cost or give. chosen: a wide aperture sees round an edge, so
that real edge shadows are some 10 dB, and lenses of tissue gain 2 dB."""
BEND_MOST = f32(0.12)
"""Largest bend, rad. chosen: paraxial."""


class Aim(NamedTuple):
    """A steered transmit over displayed depth.

    Attributes:
        shift: (n,) lines by which a steered line has moved aside at each sample. path: (n + 1,) way along it to the
            upper edge of each sample, mm. sine, cosine: of the steering. impact: radius * sine, mm, of a fan.
    """

    shift: NDArray[np.float32]
    path: NDArray[np.float32]
    sine: float
    cosine: float
    impact: float


class Course(NamedTuple):
    """Where lines run in truth: an Aim, and what speeds do to it.

    Attributes:
        shift, path, sine, cosine, impact: see Aim.
        late, aside, dim: (lines, nodes) float32, on steered lines, by true depth, every NODE_MM: mm by which an echo is
            shown too deep; lines by which it is shown aside; two-way amplitude of parting or closing lines.
    """

    shift: NDArray[np.float32]
    path: NDArray[np.float32]
    late: NDArray[np.float32]
    aside: NDArray[np.float32]
    dim: NDArray[np.float32]
    sine: float
    cosine: float
    impact: float


def course_of(aim: Aim, late: NDArray[np.float32]) -> Course:
    """The course of an aim in a medium at 1540 m/s, until `bend` has filled its tables from `late`."""
    aside, dim = np.zeros_like(late), np.ones_like(late)
    return Course(aim.shift, aim.path, late, aside, dim, aim.sine, aim.cosine, aim.impact)


@kernel(inline=True)
def nodes(depth_mm: float) -> int:
    """Nodes of tables for pictures down to a depth."""
    return int(1.1 * depth_mm / NODE_MM) + 3


def aim_of(lines: Lines, sample_mm: float, n_samples: int, steer_rad: float) -> Aim:
    """Where a steered line runs. Of a fan a ray keeps its impact parameter b = R sin(steer) about the apex:
    theta = theta0 + steer - asin(b / rho), path = sqrt(rho² - b²) - sqrt(R² - b²)."""
    depth = (np.arange(n_samples) + 0.5) * sample_mm
    edge = np.arange(n_samples + 1) * sample_mm
    sine, cosine = np.sin(steer_rad), np.cos(steer_rad)
    if lines.kind == PARALLEL:
        shift, path, impact = depth * np.tan(steer_rad) / float(lines.pitch), edge / cosine, 0.0
    elif lines.kind == FLAT or lines.radius == 0:
        shift, path, impact, sine, cosine = np.zeros_like(depth), edge, 0.0, 0.0, 1.0
    else:
        radius = float(lines.radius)
        impact = radius * sine
        shift = (steer_rad - np.arcsin(impact / (radius + depth))) / float(lines.pitch)
        path = np.sqrt((radius + edge) ** 2 - impact**2) - radius * cosine
    return Aim(
        shift=shift.astype(np.float32),
        path=path.astype(np.float32),
        sine=f32(sine),
        cosine=f32(cosine),
        impact=f32(impact),
    )


def bend(beam: Beam, course: Course) -> None:
    """Smooth `late` across lines, then fill `aside` and `dim` from it, for every line, as deep as the picture."""
    _smooth(beam, course.late)
    _part(beam, course.late, course.aside, course.dim)


@kernel(inline=True)
def _reach(pitch: float, k: int, n_lines: int) -> int:
    """Lines either side that the aperture sees at once at a node."""
    return max(1, min(i64((SMOOTH_MM + SMOOTH_SHARE * f32(k) * f32(NODE_MM)) / pitch + HALF), n_lines // 4))


@kernel(inline=True)
def _deepest(beam: Beam, n_nodes: int) -> int:
    """Nodes that a picture of this depth asks for, as `nodes` counts them, of those that the tables have."""
    return min(n_nodes, nodes(f32(beam.cells.shape[0]) * beam.sample))


@kernel(parallel=True)
def _smooth(beam: Beam, late: NDArray[np.float32]) -> None:
    n_lines, n_nodes = late.shape
    for k in numba.prange(_deepest(beam, n_nodes)):
        half = _reach(pitch_mm(fan(beam), f32(k) * f32(NODE_MM)), k, n_lines)
        row, sums = np.empty(n_lines, np.float32), np.empty(2 * n_lines + 1, np.float32)
        for _ in range(2):
            _box(late, k, half, (row, sums))


@kernel(parallel=True)
def _part(beam: Beam, late: NDArray[np.float32], aside: NDArray[np.float32], dim: NDArray[np.float32]) -> None:
    for i in numba.prange(late.shape[0]):
        _part_line(beam, late, i, aside[i], dim[i])


@kernel(borrows=True)
def _part_line(
    beam: Beam, late: NDArray[np.float32], i: int, aside: NDArray[np.float32], dim: NDArray[np.float32]
) -> None:
    """Along a line, how far it is bent aside and how much it parts from its neighbours."""
    n_lines, n_nodes = late.shape
    lines, node, way, spread = fan(beam), f32(NODE_MM), F0, F0
    for k in range(_deepest(beam, n_nodes)):
        pitch = pitch_mm(lines, f32(k) * node)
        half = _reach(pitch, k, n_lines)
        column, here = late[:, k], late[i, k]
        left, right = _beyond(column, i - half), _beyond(column, i + half)
        wide = f32(half) * pitch
        slope = (right - left) / (f32(2.0) * wide)
        curve = (left - f32(2.0) * here + right) / (wide * wide)
        way -= min(max(slope, -BEND_MOST), BEND_MOST) * node / pitch
        spread += curve * node
        aside[k] = way
        dim[k] = np.exp(-min(max(spread, -CLOSE_MOST), SPREAD_MOST))


@kernel(inline=True)
def _beyond(row: NDArray[np.float32], i: int) -> float:
    """A row's value at an index, beyond its ends turned about them, so that it goes on without a kink."""
    last = row.size - 1
    if i < 0:
        return f32(2.0) * row[0] - row[min(-i, last)]
    if i > last:
        return f32(2.0) * row[last] - row[max(2 * last - i, 0)]
    return row[i]


@kernel()
def _box(late: NDArray[np.float32], k: int, half: int, work: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    """Mean of one node's column over `half` lines either side, in place."""
    row, sums = work
    n = row.size
    for i in range(n):
        row[i] = late[i, k]
    sums[0] = F0
    for i in range(n + 2 * half):
        sums[i + 1] = sums[i] + _beyond(row, i - half)
    for i in range(n):
        late[i, k] = (sums[i + 2 * half + 1] - sums[i]) / f32(2 * half + 1)


@kernel(inline=True)
def read_table(table: NDArray[np.float32], line: float, depth: float) -> float:
    """A table of Course at a fractional line and a depth, mm, its edges continued."""
    n_lines, n_nodes = table.shape
    u = min(max(line, F0), f32(n_lines - 1))
    v = min(max(depth / f32(NODE_MM), F0), f32(n_nodes - 1))
    i, j = min(i64(u), n_lines - 2), min(i64(v), n_nodes - 2)
    a, b = u - f32(i), v - f32(j)
    top = (F1 - b) * table[i, j] + b * table[i, j + 1]
    return (F1 - a) * top + a * ((F1 - b) * table[i + 1, j] + b * table[i + 1, j + 1])


@kernel(inline=True)
def shown_at(
    lines: Lines, tables: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]], x: float, y: float
) -> tuple[float, float]:
    """(line, depth mm) where a point of the PROBE plane is shown; `tables` are late, aside and the aim's shift over
    depth at the tables' nodes."""
    late, aside, shift = tables
    line, depth = to_line(lines, x, y)
    k = min(max(i64(depth / f32(NODE_MM)), 0), shift.size - 1)
    at = line - f32(shift[k])
    return line + read_table(aside, at, depth), depth + read_table(late, at, depth)


@kernel()
def node_shift(shift: NDArray[np.float32], sample: float, n_nodes: int) -> NDArray[np.float32]:
    """(nodes,) an aim's shift at the tables' nodes."""
    out = np.zeros(n_nodes, np.float32)
    for k in range(n_nodes):
        out[k] = shift[min(i64(f32(k) * f32(NODE_MM) / sample), shift.size - 1)]
    return out


@kernel(inline=True)
def carrier_path(kind: int, impact: float, steer: tuple[float, float], at: tuple[float, float, float]) -> float:
    """Way of a steered transmit to a point, mm; `steer` is (sine, cosine), `at` is (x or theta, depth, rho).

    Parallel lines: depth cos + x sin. A fan: the eikonal whose rays keep their impact parameter b,
    sqrt(rho² - b²) - b acos(b / rho) + b theta, with acos to third order (b / rho is small).
    """
    across, depth, rho = at
    if kind == PARALLEL:
        return depth * steer[1] + across * steer[0]
    if kind == FAN and impact != F0:
        share = impact / rho
        turned = f32(1.5707963) - share - share * share * share / f32(6.0)
        return np.sqrt(rho * rho - impact * impact) - impact * turned + impact * across
    return rho


@kernel()
def move_points(beam: Beam, course: Course, points: NDArray[np.float32]) -> None:
    """Points (n, 3), x and y in the PROBE plane, moved in place to where they are shown."""
    lines = fan(beam)
    tables = (course.late, course.aside, node_shift(course.shift, beam.sample, course.late.shape[1]))
    for i in range(points.shape[0]):
        if points[i, 1] <= F0:
            continue
        line, depth = shown_at(lines, tables, points[i, 0], points[i, 1])
        x, y, dx, dy = line_start(lines, line)
        points[i, 0], points[i, 1] = x + depth * dx, y + depth * dy
