"""Along each steered scan line: what passes, what comes back from surfaces, how loud tissue is made.

    through   two-way amplitude: 10^(-2 sum alpha f^b ds / 20) prod (1 - R), bone lets BONE_TRANSMISSION of the energy
    pass echo      factor on scatterers: anisotropy of fibres, fluid in between
    surface   coherent echoes of interfaces: SPECULAR r V(angle) at the middle of each run of rising or falling
    impedance

The change of impedance is followed along the line through the smoothed volume, so no voxel edge shows, and its whole
is the same however oblique the interface.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lookup import (
    F0,
    F1,
    HALF,
    Placed,
    clip_index,
    displacement,
    f32,
    i64,
    trilinear,
)
from inplane.physics.ultrasound.surfaces import STRIDE, emit
from inplane.physics.ultrasound.tables import Tissue

QUIET = f32(0.0008)
"""Change of ln Z a step below which an interface is over. chosen: below the 1.7 % of one impedance code over a
voxel."""
CODE_MRAYL = f32(0.03)
GEL_MRAYL = f32(1.55)
FLUID_ATTENUATION = f32(0.02)
FLUID_ECHO = f32(0.03)
"""Injectate: dB/cm/MHz near water's, and echo amplitude relative to the tissue that it replaces. chosen: anechoic."""


class Marched(NamedTuple):
    """What the march writes: (lines, samples) float32 each, `surface` (lines, 2 samples); on the steered lines.

    Attributes:
        through, echo, surface: see the module.
        bone: (lines,) depth in samples of the first bone surface, or the number of samples.
    """

    through: NDArray[np.float32]
    echo: NDArray[np.float32]
    surface: NDArray[np.float32]
    bone: NDArray[np.float32]


class Line(NamedTuple):
    """What else acts on each line.

    Attributes:
        contact: (lines,) 0 to 1.
        needle_depth: (lines,) where a needle lies, mm, far below if none. needle_pass: (lines,) amplitude that passes
        it.
        passes: (256,) two-way amplitude that a step through each label's tissue lets pass; fluid_passes: through fluid.
        sends: (256,) factor on each label's scatterers for the angle between beam and fibres.
    """

    contact: NDArray[np.float32]
    needle_depth: NDArray[np.float32]
    needle_pass: NDArray[np.float32]
    passes: NDArray[np.float32]
    fluid_passes: float
    sends: NDArray[np.float32]


def label_tables(tissue: Tissue, beam: Beam, placed: Placed) -> tuple[NDArray[np.float32], float, NDArray[np.float32]]:
    """`passes`, `fluid_passes` and `sends` of Line.

    Fibres: loss = S (1 - exp(-(sin tilt / 0.12)²)) dB for a beam that is tilted out of the plane across them: half of
    it at 6 degrees, as tendon fades against muscle at 2 to 7 degrees (Radiology 1988;167:499).
    """
    beam_way = placed.rotation[:, 1] + placed.rotation[:, 0] * placed.steer
    slant = float(np.sqrt(1.0 + placed.steer**2))
    path_cm = STRIDE * float(beam.sample) / 10.0 * slant
    frequency = float(beam.frequency_mhz)
    loss_db = 2.0 * path_cm * tissue.attenuation * frequency**tissue.exponent
    fluid_db = 2.0 * path_cm * float(FLUID_ATTENUATION) * frequency
    tilt = tissue.fiber[:, :3] @ (beam_way / slant) / 0.12
    sends_db = tissue.fiber[:, 3] * (1.0 - np.exp(-(tilt**2)))
    passes = (10.0 ** (-loss_db / 20.0)).astype(np.float32)
    return passes, f32(10.0 ** (-fluid_db / 20.0)), (10.0 ** (-sends_db / 20.0)).astype(np.float32)


@kernel(parallel=True)
def march(tissue: Tissue, beam: Beam, placed: Placed, line: Line, out: Marched) -> None:
    """Fill `out` for every line."""
    for index in numba.prange(out.through.shape[0]):
        _march_line(tissue, beam, placed, (line, out), index)


@kernel(inline=True)
def _march_line(tissue: Tissue, beam: Beam, placed: Placed, ends: tuple[Line, Marched], index: int) -> None:
    """One line. `state` holds: 0 through; of a run of changing impedance 1 its sum of d ln Z, 2 the moment of that sum,
    3 Z before, 4 quiet steps since, 5 label before, 6 Z after, 8 `through` before; 7 the last step's Z."""
    line, out = ends
    n_lines, n = out.through.shape
    out.surface[index] = F0
    out.bone[index] = f32(n)
    state = np.zeros(9, np.float32)
    state[0] = line.contact[index] * line.contact[index]
    state[7] = GEL_MRAYL
    x0 = (f32(index) - HALF * f32(n_lines - 1)) * beam.pitch
    step = f32(STRIDE) * beam.sample
    at, w = np.zeros(3, np.float32), np.zeros(6, np.float32)
    for k in range(n // STRIDE):
        y = (f32(k) + HALF) * step
        _rest(placed, (x0, y, step), at, w, k)
        gz = (at[2] - tissue.origin[2]) / tissue.spacing
        gx = (at[0] - tissue.origin[0]) / tissue.spacing
        gy = (at[1] - tissue.origin[1]) / tissue.spacing
        nz, nx, ny = tissue.labels.shape
        label = i64(tissue.labels[clip_index(gz, nz), clip_index(gx, nx), clip_index(gy, ny)])
        if gy < -HALF:
            label = i64(0)
        wet = _fluid(placed, x0, y) if placed.wet else F0
        if label != 0:
            _surface(tissue, beam, (placed, out.surface, out.bone), (at, state), (gz, gx, gy, label, index, k, wet))
        state[0] *= (F1 - wet) * line.passes[label] + wet * line.fluid_passes
        passed = state[0]
        if y > line.needle_depth[index]:
            passed *= line.needle_pass[index]
        factor = line.sends[label] * (F1 - wet * (F1 - FLUID_ECHO))
        for s in range(k * STRIDE, min(n, (k + 1) * STRIDE)):
            out.through[index, s] = passed
            out.echo[index, s] = factor
    for s in range(n // STRIDE * STRIDE, n):
        out.through[index, s], out.echo[index, s] = out.through[index, s - 1], out.echo[index, s - 1]


@kernel(inline=True)
def _rest(
    placed: Placed, point: tuple[float, float, float], at: NDArray[np.float32], w: NDArray[np.float32], k: int
) -> None:
    """Resting place of the tissue at a line's depth, into `at`; the displacement is read every 8 steps and
    interpolated."""
    x0, y, step = point
    r, p = placed.rotation, placed.place
    if placed.moved and k % 8 == 0:
        for half in range(2):
            depth = y + f32(8 * half) * step
            x = x0 + depth * placed.steer
            o, g = placed.moved_origin, F1 / placed.moved_step
            qx = (p[0] + r[0, 0] * x + r[0, 1] * depth - o[0]) * g
            qy = (p[1] + r[1, 0] * x + r[1, 1] * depth - o[1]) * g
            qz = (p[2] + r[2, 0] * x + r[2, 1] * depth - o[2]) * g
            ux, uy, uz = displacement(placed.rest, qz, qx, qy)
            w[3 * half], w[3 * half + 1], w[3 * half + 2] = ux, uy, uz
    x = x0 + y * placed.steer
    part = f32(k % 8) * f32(0.125)
    for c in range(3):
        at[c] = p[c] + r[c, 0] * x + r[c, 1] * y + w[c] + part * (w[3 + c] - w[c])


@kernel(inline=True)
def _fluid(placed: Placed, x0: float, y: float) -> float:
    """Share of injectate at a point of the plane."""
    r, p, o, g = placed.rotation, placed.place, placed.fluid_origin, F1 / placed.fluid_step
    x = x0 + y * placed.steer
    gx = (p[0] + r[0, 0] * x + r[0, 1] * y - o[0]) * g
    gy = (p[1] + r[1, 0] * x + r[1, 1] * y - o[1]) * g
    gz = (p[2] + r[2, 0] * x + r[2, 1] * y - o[2]) * g
    nz, nx, ny = placed.fluid.shape
    if gx < F0 or gy < F0 or gz < F0 or gx > f32(nx - 1) or gy > f32(ny - 1) or gz > f32(nz - 1):
        return F0
    return min(max(trilinear(placed.fluid, gz, gx, gy), F0), F1)


@kernel(inline=True)
def _surface(
    tissue: Tissue,
    beam: Beam,
    sinks: tuple[Placed, NDArray[np.float32], NDArray[np.float32]],
    held: tuple[NDArray[np.float32], NDArray[np.float32]],
    here: tuple[float, float, float, int, int, int, float],
) -> None:
    """Follow ln Z; when a run of one direction ends, its sum is an interface at its centroid."""
    state = held[1]
    gz, gx, gy, label, index, k, wet = here
    z = max(trilinear(tissue.impedance, gz, gx, gy) * CODE_MRAYL, f32(0.3))
    z = (F1 - wet) * z + wet * f32(1.52)
    before = state[7]
    change = f32(2.0) * (z - before) / (z + before)  # ln(z / before) to second order
    state[7] = z
    same = change * state[1] >= F0
    if abs(change) > QUIET and same:
        if state[1] == F0:
            state[3], state[5], state[8] = before, f32(label), state[0]
        state[1] += change
        state[2] += change * f32(k)
        state[4], state[6] = F0, z
        return
    state[4] += F1
    if state[1] != F0 and (not same or state[4] > f32(2.0)):
        if abs(state[1]) > f32(0.006):
            emit(tissue, beam, sinks, held, (index, k, label))
        state[1] = state[2] = F0
        if abs(change) > QUIET:
            state[3], state[5], state[8] = before, f32(label), state[0]
            state[1], state[2], state[4], state[6] = change, change * f32(k), F0, z
