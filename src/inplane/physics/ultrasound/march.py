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
    Fixed,
    Placed,
    Triple,
    clip_index,
    displacement,
    f32,
    fix,
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
FLUID_MRAYL = f32(1.52)
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


@kernel()
def _march_line(tissue: Tissue, beam: Beam, placed: Placed, ends: tuple[Line, Marched], index: int) -> None:
    """One line. `state` holds: 0 through; of a run of changing impedance 1 its sum of d ln Z, 2 the moment of that sum,
    3 Z before, 4 quiet steps since, 5 label before, 6 Z after, 8 `through` before; 7 the last step's Z, 9 its d ln Z,
    10 Z before it."""
    line, out = ends
    n_lines, n = out.through.shape
    state, at, w = np.zeros(11, np.float32), np.zeros(3, np.float32), np.zeros(6, np.float32)
    state[0], state[7] = line.contact[index] * line.contact[index], GEL_MRAYL
    through, echo, surface, bone = out.through, out.echo, out.surface, out.bone
    surface[index], bone[index] = F0, f32(n)
    labels, impedance, passes, sends = tissue.labels, tissue.impedance, line.passes, line.sends
    rest, fluid, fixed = placed.rest, placed.fluid, fix(placed)
    origin, per_mm = (tissue.origin[0], tissue.origin[1], tissue.origin[2]), F1 / tissue.spacing
    covered_from, covered = line.needle_depth[index], line.needle_pass[index]
    x0, step = (f32(index) - HALF * f32(n_lines - 1)) * beam.pitch, f32(STRIDE) * beam.sample
    for k in range(n // STRIDE):
        y = (f32(k) + HALF) * step
        _rest(fixed, rest, (x0, y, step, k), at, w)
        grid = _voxel(origin, per_mm, at)
        label = _label(labels, grid)
        wet = _fluid(fixed, fluid, x0, y) if fixed.wet else F0
        if label != 0 and _ends(impedance, state, (grid, label, k, wet)):
            emit(tissue, beam, (placed, surface, bone), (at, state), (index, k, label))
            _begin(state, (label, k))
        state[0] *= (F1 - wet) * passes[label] + wet * line.fluid_passes
        passed = state[0] * (covered if y > covered_from else F1)
        factor = sends[label] * (F1 - wet * (F1 - FLUID_ECHO))
        for s in range(k * STRIDE, k * STRIDE + STRIDE):
            through[index, s], echo[index, s] = passed, factor
    for s in range(n // STRIDE * STRIDE, n):
        through[index, s], echo[index, s] = through[index, s - 1], echo[index, s - 1]


@kernel(inline=True)
def _voxel(origin: Triple, per_mm: float, at: NDArray[np.float32]) -> Triple:
    """A resting point in voxels: z, x, y."""
    return (at[2] - origin[2]) * per_mm, (at[0] - origin[0]) * per_mm, (at[1] - origin[1]) * per_mm


@kernel(inline=True)
def _label(labels: NDArray[np.uint8], grid: Triple) -> int:
    """The label at a point in voxels; 0 above the volume, its edge continued elsewhere."""
    nz, nx, ny = labels.shape
    if grid[2] < -HALF:
        return i64(0)
    return i64(labels[clip_index(grid[0], nz), clip_index(grid[1], nx), clip_index(grid[2], ny)])


@kernel(inline=True)
def _rest(
    fixed: Fixed,
    rest: NDArray[np.float32],
    point: tuple[float, float, float, int],
    at: NDArray[np.float32],
    w: NDArray[np.float32],
) -> None:
    """Resting place of the tissue at a line's depth, into `at`; the displacement is read every 8 steps and
    interpolated."""
    x0, y, step, k = point
    r, p = fixed.rotation, fixed.place
    if fixed.moved and k % 8 == 0:
        for half in range(2):
            depth = y + f32(8 * half) * step
            x = x0 + depth * fixed.steer
            o, g = fixed.moved_origin, fixed.moved_per_mm
            qx = (p[0] + r[0] * x + r[1] * depth - o[0]) * g
            qy = (p[1] + r[3] * x + r[4] * depth - o[1]) * g
            qz = (p[2] + r[6] * x + r[7] * depth - o[2]) * g
            w[3 * half], w[3 * half + 1], w[3 * half + 2] = displacement(rest, qz, qx, qy)
    x = x0 + y * fixed.steer
    part = f32(k % 8) * f32(0.125)
    at[0] = p[0] + r[0] * x + r[1] * y + w[0] + part * (w[3] - w[0])
    at[1] = p[1] + r[3] * x + r[4] * y + w[1] + part * (w[4] - w[1])
    at[2] = p[2] + r[6] * x + r[7] * y + w[2] + part * (w[5] - w[2])


@kernel(inline=True)
def _fluid(fixed: Fixed, fluid: NDArray[np.float32], x0: float, y: float) -> float:
    """Share of injectate at a point of the plane."""
    r, p, o, g = fixed.rotation, fixed.place, fixed.fluid_origin, fixed.fluid_per_mm
    x = x0 + y * fixed.steer
    gx = (p[0] + r[0] * x + r[1] * y - o[0]) * g
    gy = (p[1] + r[3] * x + r[4] * y - o[1]) * g
    gz = (p[2] + r[6] * x + r[7] * y - o[2]) * g
    nz, nx, ny = fluid.shape
    if gx < F0 or gy < F0 or gz < F0 or gx > f32(nx - 1) or gy > f32(ny - 1) or gz > f32(nz - 1):
        return F0
    return min(max(trilinear(fluid, gz, gx, gy), F0), F1)


@kernel(inline=True)
def _ends(impedance: NDArray[np.uint8], state: NDArray[np.float32], here: tuple[Triple, int, int, float]) -> bool:
    """Follow ln Z; whether a run of one direction has ended that is worth an echo. `_begin` must follow then."""
    grid, label, k, wet = here
    z = max(trilinear(impedance, grid[0], grid[1], grid[2]) * CODE_MRAYL, f32(0.3))
    z = (F1 - wet) * z + wet * FLUID_MRAYL
    before = state[7]
    change = f32(2.0) * (z - before) / (z + before)  # ln(z / before) to second order
    state[7], state[9], state[10] = z, change, before
    same = change * state[1] >= F0
    if abs(change) > QUIET and same:
        if state[1] == F0:
            state[3], state[5], state[8] = before, f32(label), state[0]
        state[1] += change
        state[2] += change * f32(k)
        state[4], state[6] = F0, z
        return False
    state[4] += F1
    if state[1] == F0 or (same and state[4] <= f32(2.0)):
        return False
    if abs(state[1]) > f32(0.006):
        return True
    _begin(state, (label, k))
    return False


@kernel(inline=True)
def _begin(state: NDArray[np.float32], here: tuple[int, int]) -> None:
    """Forget the run; the step that ended it, if it is one of change, begins the next."""
    label, k = here
    state[1] = state[2] = state[4] = F0
    if abs(state[9]) > QUIET:
        state[3], state[5], state[8], state[6] = state[10], f32(label), state[0], state[7]
        state[1], state[2] = state[9], state[9] * f32(k)
