"""What does not belong where it is shown: reverberation, mirror images, comet tails, haze and ring-down."""

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lookup import F0, F1, HALF, f32, i64, u64
from inplane.physics.ultrasound.tables import hash3

CLUTTER = ((f32(1.3), f32(0.05)), (f32(2.9), f32(0.035)))
"""Reverberation among superficial layers: an echo comes again (mm) later, (amplitude). chosen: -26 and -29 dB:
faint, for VEIL is most of it."""
CLUTTER_SPREAD_MM = f32(0.9)
"""How far that distance wanders from line to line, so that no ghost line stands out."""
HAZE, HAZE_MM = f32(0.03), f32(4.0)
"""Near-field clutter that stays with the probe: amplitude at the face, depth over which it falls to 1/e. chosen: seen
in vessels to some 1 cm only."""
VEIL, VEIL_MM = f32(0.07), f32(4.0)
"""What reverberates among the layers above lies over all that comes after: amplitude against theirs, and the depth over
which what passed counts to 1/e of its power. chosen by usgra-seg, whose lumens show some 10 dB below what lies around
them; the eye finds no single echo again in it, so it is noise, which stays with the probe."""
BEHIND_BONE = f32(0.02)
SURFACE_AGAIN = f32(0.1)
"""What lies above bone comes again behind it, amplitude, and surfaces (bone's own too) by that much less, for a rough
surface scatters them aside. chosen: -34 dB, so that a shadow holds at least 30 dB."""
A_LINE, MIRROR = f32(0.28), f32(0.10)
"""Behind gas: what lies above comes again after each whole way to the probe and back (A-lines), and once mirrored;
either way it passes the tissue above once more, which weakens it as it did before. chosen: before that, an A-line is 11
dB below the line that it repeats, and a mirror image 20 dB down."""
COMET, COMET_MM = f32(2.5), f32(45.0)
"""Comet tail of a place on the lung: amplitude against muscle's on the screen, and length to 1/e. chosen by eye."""
RING = f32(7.0)
"""Ring-down of the transducer's face, amplitude at the face."""
RING_MM = f32(0.28)


@kernel()
def add_ghosts(
    beam: Beam,
    row: NDArray[np.float32],
    where: tuple[int, int, int],
    level: tuple[float, float, float],
    copy: NDArray[np.float32],
) -> None:
    """What comes again on one line.

    Args:
        beam: see there.
        row: (2 n,) baseband, changed in place.
        where: line, first sample behind bone and behind gas (n where there is none).
        level: amplitude that reaches bone or gas, strength of a comet tail, clutter against a fundamental's.
        copy: (2 n,) the scatterers' part of the row.
    """
    n = row.size // 2
    line, bone, gas = where
    reach, tail, clean = level
    for later_mm, part in CLUTTER:
        wander = f32(hash3(line, 3, 7, 0) & 255) / f32(255.0)
        step = 2 * max(1, i64((later_mm + wander * CLUTTER_SPREAD_MM) / beam.sample))
        for c in range(step, 2 * n):
            row[u64(c)] += part * clean * copy[u64(c - step)]
    back = 2 * bone
    for c in range(back, min(2 * n, 2 * back)):
        spread, sharp = copy[c - back], row[c - back] - copy[c - back]
        row[c] += BEHIND_BONE * reach * (spread + SURFACE_AGAIN * sharp)
    if gas < n:
        _behind_gas(beam, row, gas, (reach, tail, line))


@kernel()
def _behind_gas(beam: Beam, row: NDArray[np.float32], gas: int, level: tuple[float, float, int]) -> None:
    """A-lines, the mirror image and comet tails behind a surface of gas."""
    n = row.size // 2
    reach, tail, line = level
    let, fall = MIRROR, max(reach, f32(1e-4)) ** (f32(2.0) / f32(gas))  # there and back through what lies between
    for s in range(gas, min(n, 2 * gas)):
        mirrored = 2 * gas - s - 1
        row[2 * s] += let * row[2 * mirrored]
        row[2 * s + 1] += let * row[2 * mirrored + 1]
        let *= fall
    for c in range(2 * gas, 2 * n):
        row[c] += A_LINE * reach * row[c - 2 * gas]
    if tail <= F0:
        return
    for s in range(gas, n):
        h = hash3(line, s, 31, 7)
        level_here = COMET * tail * reach * beam.tgc[gas] / beam.tgc[s]
        level_here *= np.exp(-f32(s - gas) * beam.sample / COMET_MM)
        row[2 * s] += level_here * (f32(h & 1023) / f32(511.5) - f32(1.0))
        row[2 * s + 1] += level_here * (f32((h >> 10) & 1023) / f32(511.5) - f32(1.0))


@kernel()
def add_haze(
    beam: Beam, row: NDArray[np.float32], pool: tuple[NDArray[np.float32], int], how: tuple[float, int]
) -> None:
    """Near-field clutter that falls off with depth, and the veil of what lies above: noise, the same in every frame.

    Args:
        beam: see there.
        row: (2 n,) baseband, changed in place.
        pool: noise, normal; where this line's begins in it.
        how: clutter against a fundamental's; sample from which nothing of it is added: bone or gas.
    """
    (noise, start), (level, stop) = pool, how
    here, fall = HAZE * level * np.exp(-HALF * beam.sample / HAZE_MM), np.exp(-beam.sample / HAZE_MM)
    keep, power = np.exp(-beam.sample / VEIL_MM), F0
    veil = HALF * VEIL * VEIL * level * level * (F1 - keep)
    for s in range(min(row.size // 2, stop)):
        re, im = row[2 * s], row[2 * s + 1]
        amplitude = here + np.sqrt(power)
        row[2 * s] += amplitude * noise[start + 2 * s]
        row[2 * s + 1] += amplitude * noise[start + 2 * s + 1]
        power = keep * power + veil * (re * re + im * im)
        here *= fall


@kernel()
def add_ring(beam: Beam, row: NDArray[np.float32], bare: float) -> None:
    """Ring-down at the face; without contact the lens rings on at multiples of its thickness."""
    n = row.size // 2
    for s in range(n):
        y = (f32(s) + HALF) * beam.sample
        level = RING * np.exp(-y / RING_MM)
        if bare > F0:
            comb = HALF + HALF * np.cos(y * f32(6.2831853 / 0.9))
            level += bare * f32(30.0) * comb * comb * comb * np.exp(-y / f32(1.6))
        if level < f32(1e-4):
            break
        row[2 * s] += level
