"""Blood's speed at a point of a patient: Poiseuille's profile about a lumen's centreline.

v(rho) = 2 mean (1 - (rho/R)²) along the centreline; towards the probe is positive
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Structure
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import F0, F1, Placed, clip_index, displacement, f32
from inplane.physics.ultrasound.tables import Tissue


class Vessels(NamedTuple):
    """Lumens with flow, as the kernel reads them.

    Attributes:
        row: (256,) int32, by label the first point of its centreline, -1 where none. length: (256,) points.
        speed: (256,) float32 mean m/s. points: (n, 3) mm at rest. radius: (n,) mm.
    """

    row: NDArray[np.int32]
    length: NDArray[np.int32]
    speed: NDArray[np.float32]
    points: NDArray[np.float32]
    radius: NDArray[np.float32]


def vessels(structures: tuple[Structure, ...], flow_m_s: Mapping[int, float]) -> Vessels:
    """The lumens among the structures that have flow and a centreline."""
    row, count = np.full(256, -1, np.int32), np.zeros(256, np.int32)
    speed = np.zeros(256, np.float32)
    points: list[NDArray[np.float64]] = [np.zeros((1, 3))]
    radius: list[NDArray[np.float64]] = [np.ones(1)]
    total = 1
    for structure in structures:
        line, wide = structure.centreline_mm, structure.radius_mm
        if structure.label in flow_m_s and line is not None and wide is not None and len(line) >= 2:
            row[structure.label], count[structure.label] = total, len(line)
            speed[structure.label] = flow_m_s[structure.label]
            points.append(line)
            radius.append(wide)
            total += len(line)
    return Vessels(
        row=row,
        length=count,
        speed=speed,
        points=np.concatenate(points).astype(np.float32),
        radius=np.concatenate(radius).astype(np.float32),
    )


@kernel()
def speed_at(
    tissue: Tissue, placed: Placed, lumens: Vessels, at: tuple[float, float, float, float, float]
) -> tuple[float, float, float, float]:
    """At a PROBE point x, y, z, along a beam (d0, d1) of its plane: blood's speed towards the probe, its speed across
    the beam, tissue's echo, 1 where blood flows."""
    x, y, z, d0, d1 = at
    r, p = placed.rotation, placed.place
    here = np.empty(3, np.float32)
    for c in range(3):
        here[c] = p[c] + r[c, 0] * x + r[c, 1] * y + r[c, 2] * z
    if placed.moved:
        o, g = placed.moved_origin, F1 / placed.moved_step
        ux, uy, uz = displacement(placed.rest, (here[2] - o[2]) * g, (here[0] - o[0]) * g, (here[1] - o[1]) * g)
        here[0] += ux
        here[1] += uy
        here[2] += uz
    nz, nx, ny = tissue.labels.shape
    step = F1 / tissue.spacing
    iz, ix = clip_index((here[2] - tissue.origin[2]) * step, nz), clip_index((here[0] - tissue.origin[0]) * step, nx)
    iy = clip_index((here[1] - tissue.origin[1]) * step, ny)
    label = tissue.labels[iz, ix, iy]
    echo = f32(tissue.amplitude[tissue.echo[iz, ix, iy]])
    if lumens.row[label] < 0:
        return F0, F0, echo, F0
    beam = np.empty(3, np.float32)
    for c in range(3):
        beam[c] = r[c, 0] * d0 + r[c, 1] * d1
    share, cosine = _profile(lumens, label, here, beam)
    v = lumens.speed[label] * f32(2.0) * share
    return -v * cosine, abs(v) * np.sqrt(max(F1 - cosine * cosine, F0)), echo, F1


@kernel()
def _profile(lumens: Vessels, label: int, here: NDArray[np.float32], beam: NDArray[np.float32]) -> tuple[float, float]:
    """1 - (rho/R)² at a resting point of a lumen, and the cosine between its centreline there and the beam."""
    first, count = lumens.row[label], lumens.length[label]
    best, nearest = f32(1e9), first
    for k in range(first, first + count):
        away = F0
        for c in range(3):
            away += (lumens.points[k, c] - here[c]) ** 2
        if away < best:
            best, nearest = away, k
    a, b = max(nearest - 1, first), min(nearest + 1, first + count - 1)
    length, lies, dot = f32(1e-9), F0, F0
    for c in range(3):
        edge = lumens.points[b, c] - lumens.points[a, c]
        length += edge * edge
        lies += edge * (here[c] - lumens.points[nearest, c])
        dot += edge * beam[c]
    rho2 = max(best - lies * lies / length, F0)
    share = max(F1 - rho2 / (lumens.radius[nearest] * lumens.radius[nearest]), f32(0.02))
    return share, dot / np.sqrt(length)
