"""What an interface sends back and takes: reflection coefficient, visibility by angle, roughness, bone's thick echo.

R = ((Z2 cos ti - Z1 cos tt) / (Z2 cos ti + Z1 cos tt))², sin tt / sin ti = c2 / c1 (Szabo 2014, chapter 3).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lookup import F0, F1, HALF, QUARTER, Triple, f32, i64, sine, trilinear
from inplane.physics.ultrasound.tables import Tissue, hash3

STRIDE = 2
"""Samples a step of the march. chosen: 0.16 mm at 40 mm, a third of a voxel."""
BONE_MRAYL = f32(3.2)
"""A rising impedance that passes this within bone's label is its surface: midway from muscle to smoothed cortex."""
BONE_TRANSMISSION = f32(0.03)
"""Energy let through by cortex, both ways (design note)."""
SPECULAR = f32(110.0)
"""Echo amplitude of a perfect flat reflector against muscle's speckle of mean power 1. chosen: 41 dB, which puts
cortical bone 36 dB and fascia 15 to 23 dB over muscle, as in real pictures."""
ROUGHNESS_RAD = f32(0.30)
"""Angle at which a soft interface's echo has fallen to 1/e. chosen: about the aperture's half angle, 1/(2 F#), plus
waviness."""
NEAR_MM = f32(4.0)
"""Surfaces nearer than this are weaker in proportion. chosen: only few elements look straight at them."""
GRAZING, LEAST_LET = f32(0.3), f32(0.7)
"""Least cosine of incidence that is followed, and least amplitude that a soft interface lets pass. chosen: beyond the
critical angle plane waves are reflected whole, but a beam is wider than what such a flank covers of it, and a flank
along the beam may be no more than one step of the impedance's code."""
GAS_MRAYL = f32(0.9)
"""A falling impedance that passes this is a surface of gas: midway from soft tissue to inflated lung, 0.37."""
GAS_TRANSMISSION = f32(0.02)
"""Amplitude that gas lets through, both ways. chosen: nothing is seen beyond but reverberation."""
GAS_ROUGH = f32(0.12)
"""Least visibility of gas under any angle. chosen: the pleural line is seen between ribs, but fades when tilted."""
COMET_MM, COMET_FREE = f32(0.9), f32(0.86)
"""Size of the places on a lung that send comet tails, and the share of them that send none. chosen: one in 6 mm."""
WAVE_MM = f32(0.9)
"""Along a surface, over what its roughness changes. chosen: glints of 1 to 3 mm, as on real fascia."""


class Run(NamedTuple):
    """A run of rising or falling impedance along a line, in the middle of the march; numbers only.

    Attributes:
        total: its sum of d ln Z. moment: of that sum, steps. quiet: quiet steps since.
        before, after: Z before and after it. label, through: what the step before it had.
        last, change, prior: the last step's Z, its d ln Z, and Z before it.
    """

    total: float
    moment: float
    quiet: float
    before: float
    after: float
    label: float
    through: float
    last: float
    change: float
    prior: float


@kernel()
def emit(
    tissue: Tissue,
    beam: Beam,
    sinks: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    held: tuple[Triple, Run, Triple],
    here: tuple[int, int, int, float],
) -> float:
    """An interface's echo, of a run that ends at a resting place, met along a direction; what it lets pass, two-way
    amplitude."""
    surface, bone, gas, comet = sinks
    at, run, way = held
    index, k, label, slide = here
    where = run.moment / run.total  # steps
    sample = (where + HALF) * f32(STRIDE) - HALF
    z1, z2 = run.before, run.after
    cosine = max(_incidence(tissue, way, at, (f32(k) - where) * f32(STRIDE) * beam.sample), GRAZING)
    c1, c2 = f32(tissue.speed[i64(run.label)]), f32(tissue.speed[label])
    r = reflection(z1, z2, c1, c2, cosine)
    angle = np.arccos(min(cosine, F1))
    phase = wavy(at, 1) + HALF * wavy(at, 2)  # in place of the carrier's comb
    bright = SPECULAR * min(F1, sample * beam.sample / NEAR_MM) * (f32(0.45) + f32(1.1) * wavy(at, 3))
    if z2 > BONE_MRAYL and z1 < BONE_MRAYL and run.total > F0:
        visible = f32(0.25) + f32(0.75) * np.exp(-angle * angle / f32(0.5))
        visible *= cosine
        _rough(surface[index], sample, bright * r * visible * run.through, (phase, beam.sample, index))
        bone[index] = min(bone[index], sample)
        return np.sqrt(BONE_TRANSMISSION)
    visible = np.exp(-(angle / ROUGHNESS_RAD) * (angle / ROUGHNESS_RAD))
    if z2 < GAS_MRAYL and z1 > GAS_MRAYL:
        visible = max(visible, GAS_ROUGH)
        comet[index] = _tail(at, slide)
        gas[index] = min(gas[index], sample)
        let = GAS_TRANSMISSION
    else:
        let = max(F1 - r * r, LEAST_LET)
    put(surface[index], sample, bright * r * visible * run.through, phase)
    return let


@kernel(inline=True)
def _tail(at: Triple, slide: float) -> float:
    """Strength of a comet tail, 0 to 1: some cells of COMET_MM of the lung's surface have one, and slide with it."""
    x, z = at[0] / COMET_MM, (at[2] + slide) / COMET_MM
    h = hash3(i64(np.floor(x)), i64(np.floor(z)), 3, 11) & 1023
    return max(f32(h) / f32(1023.0) - COMET_FREE, F0) / (F1 - COMET_FREE)


@kernel(inline=True)
def reflection(z1: float, z2: float, c1: float, c2: float, cosine: float) -> float:
    """Amplitude reflection coefficient for a wave that meets an interface under an angle (cosine of incidence)."""
    sine_t = np.sqrt(max(F1 - cosine * cosine, F0)) * c2 / c1
    if sine_t >= F1:
        return F1
    cosine_t = np.sqrt(F1 - sine_t * sine_t)
    return (z2 * cosine - z1 * cosine_t) / (z2 * cosine + z1 * cosine_t)


@kernel(inline=True)
def _incidence(tissue: Tissue, d: Triple, at: Triple, back_mm: float) -> float:
    """Cosine between a line's direction `d` and the impedance gradient at the interface, `back_mm` before `at`."""
    gx = (at[0] - back_mm * d[0] - tissue.origin[0]) / tissue.spacing
    gy = (at[1] - back_mm * d[1] - tissue.origin[1]) / tissue.spacing
    gz = (at[2] - back_mm * d[2] - tissue.origin[2]) / tissue.spacing
    grid = tissue.impedance
    nx = trilinear(grid, gz, gx + F1, gy) - trilinear(grid, gz, gx - F1, gy)
    ny = trilinear(grid, gz, gx, gy + F1) - trilinear(grid, gz, gx, gy - F1)
    nz = trilinear(grid, gz + F1, gx, gy) - trilinear(grid, gz - F1, gx, gy)
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    if length < f32(0.05):
        return F1
    return min(abs(nx * d[0] + ny * d[1] + nz * d[2]) / length, F1)


@kernel(inline=True)
def wavy(at: Triple, salt: int) -> float:
    """Smooth noise along a surface, 0 to 1, fixed to the resting tissue; it changes over WAVE_MM."""
    along = (at[0] + f32(0.83) * at[2]) / WAVE_MM
    low = i64(np.floor(along))
    part = along - f32(low)
    part = part * part * (f32(3.0) - f32(2.0) * part)
    a = f32(hash3(low, salt, 5, 0) & 1023) / f32(1023.0)
    b = f32(hash3(low + 1, salt, 5, 0) & 1023) / f32(1023.0)
    return a + (b - a) * part


@kernel()
def _rough(row: NDArray[np.float32], sample: float, amplitude: float, how: tuple[float, float, int]) -> None:
    """Bone: the surface and, in the next half millimetre, weakening echoes of its roughness."""
    phase, sample_mm, index = how
    put(row, sample, amplitude, phase)
    for j in range(1, 5):
        h = hash3(index, j, 77, 5)
        jitter = f32(h & 1023) / f32(1023.0)
        depth = (f32(j) * f32(0.11) + f32(0.08) * jitter) / sample_mm
        weak = np.exp(-f32(0.75) * f32(j)) * (f32(0.3) + f32(0.6) * jitter)
        put(row, sample + depth, amplitude * weak, phase + f32((h >> 10) & 1023) / f32(1023.0))


@kernel(inline=True)
def put(row: NDArray[np.float32], sample: float, amplitude: float, turns: float) -> None:
    """Add a complex point at a fractional sample of an interleaved row."""
    if sample >= F0 and sample < f32(row.size // 2 - 1):
        col = i64(sample)
        part = sample - f32(col)
        re, im = amplitude * sine(turns + QUARTER), amplitude * sine(turns)
        row[2 * col] += (F1 - part) * re
        row[2 * col + 1] += (F1 - part) * im
        row[2 * col + 2] += part * re
        row[2 * col + 3] += part * im
