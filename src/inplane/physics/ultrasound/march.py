"""Along each steered scan line, in the scanner's own time: what passes, what surfaces send back, how loud tissue is.

    through   two-way amplitude: 10^(-2 sum alpha f^b ds / 20) prod (1 - R), bone lets BONE_TRANSMISSION of the energy
    pass echo      factor on scatterers: anisotropy of fibres, fluid in between
    surface   coherent echoes of interfaces: SPECULAR r V(angle) at the middle of each run of rising or falling
    impedance
    late      how much deeper than it lies an echo is shown: sum (1540/c - 1) ds

A step is one of the scanner's clock: ds = c dt / 2 of the tissue there, so that everything is written where it is
shown. The change of impedance is followed along the line through the smoothed volume, whose codes hold each voxel's
share of an interface, so no voxel edge shows, and its whole is the same however oblique the interface.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import SOUND_MM_S, Beam, fan
from inplane.physics.ultrasound.fluid import (
    FLUID_ATTENUATION,
    FLUID_ECHO,
    FLUID_MRAYL,
    FLUID_SHARE,
    bubbled,
    fluid_at,
)
from inplane.physics.ultrasound.lines import PARALLEL, line_start
from inplane.physics.ultrasound.lookup import (
    F0,
    F1,
    HALF,
    Fixed,
    Placed,
    Triple,
    clip_index,
    f32,
    fix,
    i64,
    resting,
    shifts,
    trilinear,
)
from inplane.physics.ultrasound.surfaces import STRIDE, Run, emit
from inplane.physics.ultrasound.tables import Tissue
from inplane.physics.ultrasound.travel import NODE_MM, Course
from inplane.physics.ultrasound.uneven import uneven
from inplane.physics.ultrasound.view import View

QUIET = f32(0.0008)
"""Change of ln Z a step below which an interface is over. chosen: below the 1.7 % of one impedance code over a
voxel."""
CODE_MRAYL = f32(0.03)
GEL_MRAYL = f32(1.55)
FAST_MOST = 2.5
"""Largest speed over the scanner's that is followed: cortical bone has 2.28."""
FIBER_LOBE = 0.08
"""Sine of the tilt of a beam out of square to fibres at which most of their loss is reached to 1 - 1/e. chosen: tendon,
11 dB over muscle, then equals it at 4.5 degrees, within the 2 to 7 of Radiology 1988;167:499."""

READ = 8
"""Steps between readings of the displacement. chosen: about its grid's spacing."""
START = Run(F0, F0, F0, GEL_MRAYL, GEL_MRAYL, F0, F0, GEL_MRAYL, F0, GEL_MRAYL)
"""Before the first step: gel."""


class Marched(NamedTuple):
    """What the march writes: (lines, samples) float32 each, `surface` (lines, 2 samples); on the steered lines.

    Attributes:
        through, echo, surface: see the module.
        bone: (lines,) depth in samples of the first bone surface, or the number of samples.
        gas: (lines,) the same of the first surface of gas. comet: (lines,) strength of its comet tail, 0 to 1.
        late: (lines, nodes) mm, by true depth every travel.NODE_MM.
        sends: (lines, 256) room to work in: the factor on each label's scatterers for the line's angle to its fibres.
    """

    through: NDArray[np.float32]
    echo: NDArray[np.float32]
    surface: NDArray[np.float32]
    bone: NDArray[np.float32]
    gas: NDArray[np.float32]
    comet: NDArray[np.float32]
    late: NDArray[np.float32]
    sends: NDArray[np.float32]


class Line(NamedTuple):
    """What else acts on each line.

    Attributes:
        contact: (lines,) 0 to 1.
        passes: (256,) two-way amplitude that a step through each label's tissue lets pass; fluid_passes: through fluid.
        shares: (256,) speed in each label over the scanner's.
        path: (n + 1,) see travel.Aim. sine, cosine: of the steering.
        slide: mm by which the lung has slid under the chest wall.
        uneven, salt: how unevenly tissue weakens the beam, see uneven.UNEVEN; of its noise.
    """

    contact: NDArray[np.float32]
    passes: NDArray[np.float32]
    fluid_passes: float
    shares: NDArray[np.float32]
    path: NDArray[np.float32]
    sine: float
    cosine: float
    slide: float
    uneven: float
    salt: int


def line_of(tissue: Tissue, beam: Beam, course: Course, contact: NDArray[np.float32], view: View) -> Line:
    """What acts on the lines of one transmit, in tissue that weakens it evenly.

    A harmonic goes out at the fundamental and comes back at twice its frequency: half of each loss.
    """
    shares = np.minimum(tissue.speed / (SOUND_MM_S / 1000.0), FAST_MOST)
    path_cm = STRIDE * float(beam.sample) / 10.0 / float(course.cosine)
    sent, received = float(beam.sent_mhz), float(beam.frequency_mhz)
    loss_db = path_cm * shares * tissue.attenuation * (sent**tissue.exponent + received**tissue.exponent)
    fluid_db = path_cm * float(FLUID_SHARE * FLUID_ATTENUATION) * (sent + received)
    return Line(
        contact=contact,
        passes=(10.0 ** (-loss_db / 20.0)).astype(np.float32),
        fluid_passes=f32(10.0 ** (-fluid_db / 20.0)),
        shares=shares.astype(np.float32),
        path=course.path,
        sine=course.sine,
        cosine=course.cosine,
        slide=f32(view.slide_mm),
        uneven=f32(0.0),
        salt=i64(0),
    )


@kernel(parallel=True)
def march(tissue: Tissue, beam: Beam, placed: Placed, line: Line, out: Marched) -> None:
    """Fill `out` for every line."""
    for index in numba.prange(out.through.shape[0]):
        march_line(tissue, beam, placed, (line, out), index)


@kernel()
def march_line(tissue: Tissue, beam: Beam, placed: Placed, ends: tuple[Line, Marched], index: int) -> None:
    """One line. What a step hands to the next is in numbers and tuples of them, which stay in registers."""
    line, out = ends
    n, through, run = out.through.shape[1], line.contact[index] * line.contact[index], START
    lets, echo, surface, late = out.through[index], out.echo[index], out.surface, out.late[index]
    surface[index], out.bone[index], out.gas[index], out.comet[index] = F0, f32(n), f32(n), F0
    labels, impedance, passes, shares, path = tissue.labels, tissue.impedance, line.passes, line.shares, line.path
    rest, fluid, air, fixed = placed.rest, placed.fluid, placed.air, fix(placed)
    origin, per_mm = (tissue.origin[0], tissue.origin[1], tissue.origin[2]), F1 / tissue.spacing
    ray, sends = _ray(beam, line, index), out.sends[index]
    way = _sends(tissue, fixed, ray, sends)
    upright = line.cosine if beam.kind == PARALLEL else F1
    true, share, node, w = F0, F1, 0, (F0, F0, F0, F0, F0, F0)
    for k in range(n // STRIDE):
        step = path[(k + 1) * STRIDE] - path[k * STRIDE]
        point = true + HALF * step * share
        if fixed.moved and k % READ == 0:
            w = shifts(fixed, rest, ray, point, f32(READ) * step)
        at = resting(fixed, ray, point, f32(k % READ) * f32(1.0 / READ), w)
        grid = _voxel(origin, per_mm, at)
        label = _label(labels, grid)
        wet = fluid_at(fixed, fluid, ray, point) if fixed.wet else F0
        if label != 0:
            ended, run = _ends(impedance, run, (grid, label, k), (wet, through))
            if ended:
                held, here = (at, run, way), (index, k, label, line.slide)
                through *= emit(tissue, beam, (surface, out.bone, out.gas, out.comet), held, here)
                run = _begun(run, label, k, through)
        share = (F1 - wet) * shares[label] + wet * FLUID_SHARE
        true += step * share
        node = _noted(late, node, true * upright, path[(k + 1) * STRIDE] * upright)
        through *= _passed((passes[label], line.fluid_passes), (line.uneven, line.salt), at, (wet, k))
        factor = sends[label] * (F1 - wet * (F1 - FLUID_ECHO))
        if fixed.fizzy and wet > F0:
            factor, through = bubbled(factor, through, fluid_at(fixed, air, ray, point), step)
        for s in range(k * STRIDE, k * STRIDE + STRIDE):
            lets[s], echo[s] = through, factor
    for s in range(n // STRIDE * STRIDE, n):
        lets[s], echo[s] = lets[s - 1], echo[s - 1]
    late[node:] = late[max(node - 1, 0)]


@kernel(inline=True)
def _passed(passes: tuple[float, float], noise: tuple[float, int], at: Triple, here: tuple[float, int]) -> float:
    """What a step lets through, two-way amplitude, of tissue and fluid, at a resting place; every READ steps with what
    tissue lets through more or less than its mean there."""
    (wet, k), (tissue, fluid), (share, salt) = here, passes, noise
    let = (F1 - wet) * tissue + wet * fluid
    if share > F0 and k % READ == 0:
        let *= tissue ** ((F1 - wet) * f32(READ) * share * uneven(at, salt))
    return let


@kernel(inline=True)
def _noted(late: NDArray[np.float32], node: int, true: float, way: float) -> int:
    """Notes at each node passed by now how much too deep it is shown; the first node that is not passed yet."""
    while node < late.size and f32(node) * f32(NODE_MM) <= true:
        late[node] = way - true
        node += 1
    return node


@kernel(inline=True)
def _ray(beam: Beam, line: Line, index: int) -> tuple[float, float, float, float]:
    """Start and direction of a steered line in the PROBE plane, mm."""
    x, y, dx, dy = line_start(fan(beam), f32(index))
    return x, y, dx * line.cosine + dy * line.sine, dy * line.cosine - dx * line.sine


@kernel()
def _sends(
    tissue: Tissue,
    fixed: Fixed,
    ray: tuple[float, float, float, float],
    sends: NDArray[np.float32],
) -> Triple:
    """The line's direction in the patient; fills `sends`, the factor on each label's scatterers for the angle
    between line and fibres: narrow (1 - exp(-(sin t / FIBER_LOBE)²)) + wide sin² t, dB, t the tilt out of square."""
    r = fixed.rotation
    way = (r[0] * ray[2] + r[1] * ray[3], r[3] * ray[2] + r[4] * ray[3], r[6] * ray[2] + r[7] * ray[3])
    sends[:] = F1
    fiber = tissue.fiber
    for j in range(tissue.fibered.size):
        label = tissue.fibered[j]
        tilt = fiber[label, 0] * way[0] + fiber[label, 1] * way[1] + fiber[label, 2] * way[2]
        share = tilt * tilt
        lobe = F1 - np.exp(-share / f32(FIBER_LOBE * FIBER_LOBE))
        loss_db = fiber[label, 3] * lobe + fiber[label, 4] * share
        sends[label] = np.exp(f32(-0.11512925) * loss_db)
    return way


@kernel(inline=True)
def _voxel(origin: Triple, per_mm: float, at: Triple) -> Triple:
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
def _ends(
    impedance: NDArray[np.uint8], run: Run, here: tuple[Triple, int, int], along: tuple[float, float]
) -> tuple[bool, Run]:
    """Follow ln Z; whether a run of one direction has ended that is worth an echo. `_begun` must follow then."""
    (grid, label, k), (wet, through), before = here, along, run.last
    z = max(trilinear(impedance, grid[0], grid[1], grid[2]) * CODE_MRAYL, f32(0.3))
    z = (F1 - wet) * z + wet * FLUID_MRAYL
    change = f32(2.0) * (z - before) / (z + before)  # ln(z / before) to second order
    same = change * run.total >= F0
    if abs(change) > QUIET and same:
        total, moment = run.total + change, run.moment + change * f32(k)
        if run.total == F0:
            return False, Run(total, moment, F0, before, z, f32(label), through, z, change, before)
        return False, Run(total, moment, F0, run.before, z, run.label, run.through, z, change, before)
    quiet = run.quiet + F1
    now = Run(run.total, run.moment, quiet, run.before, run.after, run.label, run.through, z, change, before)
    if run.total == F0 or (same and quiet <= f32(2.0)):
        return False, now
    if abs(run.total) > f32(0.006):
        return True, now
    return False, _begun(now, label, k, through)


@kernel(inline=True)
def _begun(run: Run, label: int, k: int, through: float) -> Run:
    """Without the run; the step that ended it, if it is one of change, begins the next."""
    last, change = run.last, run.change
    if abs(change) > QUIET:
        return Run(change, change * f32(k), F0, run.prior, last, f32(label), through, last, change, run.prior)
    return Run(F0, F0, F0, run.before, run.after, run.label, run.through, last, change, run.prior)
