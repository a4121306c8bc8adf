"""From baseband to detected amplitude: gain, reverberation, clutter, lateral and axial kernels, noise, detection."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import HALF_WIDTH, Beam
from inplane.physics.ultrasound.ghosts import add_ghosts, add_haze, add_ring
from inplane.physics.ultrasound.lookup import F0, F1, HALF, f32, i64
from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.tables import hash3
from inplane.physics.ultrasound.travel import Course, read_table

NOISE = 5e-4
"""Electronic noise, amplitude, before TGC, of muscle's 1 at the face at 10 MHz. chosen: penetration of some 5 cm
there."""
ASIDE, STRAY = 32, f32(0.1)
"""Each sample takes in the scatterers of another line, by chance at most so many aside, amplitude: what aberration and
side lobes bring in. chosen: 20 dB down, the haze that fills real lumens; none comes into a shadow wider than that."""
ANGLES = 5
"""Most transmit angles that are compounded."""


class Grid(NamedTuple):
    """The buffers of one Scan, float32.

    Attributes:
        splat: (chunks, lines + 2, 2 n); of combined lines its first chunk keeps the scatterers' part.
        needle: (lines + 2, 2 n). field: (lines, 2 n). noise: (pool,), normal.
        history: (ANGLES, lines, n) detected amplitude of the last frames. memory: (lines, n) what persistence keeps.
        cover: (2, lines) where a needle is shown on each steered line, mm, far below if none; amplitude that passes it.
    """

    splat: NDArray[np.float32]
    needle: NDArray[np.float32]
    field: NDArray[np.float32]
    noise: NDArray[np.float32]
    history: NDArray[np.float32]
    memory: NDArray[np.float32]
    cover: NDArray[np.float32]


class Receiver(NamedTuple):
    """How one frame is received.

    Attributes:
        has_needle. backed: whether row 0 of `history` is recent, to fill the corners that a steered transmit does not
            reach. slot: row of `history` to fill.
        noise: standard deviation of the noise's components. start: (lines,) where each line's noise begins in the pool;
            still: (lines,) the same for the haze that stays with the probe.
        clean: clutter against a fundamental's.
        contact: (lines,).
    """

    has_needle: bool
    backed: bool
    slot: int
    noise: float
    start: NDArray[np.int64]
    still: NDArray[np.int64]
    clean: float
    contact: NDArray[np.float32]


def noise_starts(seed: int, sequence: int, n_lines: int, pool: int) -> NDArray[np.int64]:
    """(lines,) where each line reads the noise pool: a pure function of (seed, sequence)."""
    rng = np.random.default_rng([seed, sequence, 0x4015E])
    return rng.integers(0, pool, n_lines)


def receive(beam: Beam, marched: Marched, course: Course, grid: Grid, receiver: Receiver) -> None:
    """Detected amplitude of one transmit into `grid.history[slot]`, before TGC.

    Two kernels, not two loops of one: Numba may fuse loops over the same range, and then a line would meet its
    neighbours' baseband of the frame before.
    """
    _combine_lines(beam, marched, course, grid, receiver)
    _focus_lines(beam, course, grid, receiver)


@kernel(parallel=True)
def _combine_lines(beam: Beam, marched: Marched, course: Course, grid: Grid, receiver: Receiver) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _combine(beam, marched, (course, receiver), grid, line)


@kernel(parallel=True)
def _focus_lines(beam: Beam, course: Course, grid: Grid, receiver: Receiver) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _focus(beam, course.shift, grid, receiver, line)


@kernel()
def _combine(beam: Beam, marched: Marched, how: tuple[Course, Receiver], grid: Grid, line: int) -> None:
    """One line of baseband: scatterers x through x echo + needle x through + surfaces; then what comes again."""
    course, receiver = how
    n, last = marched.through.shape[1], marched.through.shape[0] - 1
    row, sum_ = grid.field[line], np.empty(2 * n, np.float32)
    sum_[:] = grid.splat[0, line + 1]
    for chunk in range(1, grid.splat.shape[0]):
        sum_ += grid.splat[chunk, line + 1]
    through, echo, surface, needle = marched.through, marched.echo, marched.surface, grid.needle[line + 1]
    shift, dims, cover = course.shift, course.dim, grid.cover
    bone, gas, dim, step = n, n, F1, F0
    level = np.zeros(2, np.float32)  # that reaches bone or gas; of a comet tail
    for s in range(n):
        at = min(max(f32(line) - shift[s], F0), f32(last))
        l0 = min(i64(at), last - 1)
        part = at - f32(l0)
        rest = F1 - part
        if s % 8 == 0:
            dim = read_table(dims, at, f32(s) * beam.sample)
            step = (read_table(dims, at, f32(s + 8) * beam.sample) - dim) * f32(0.125)
        here = i64(at + HALF)
        covered = cover[1, here] if (f32(s) + HALF) * beam.sample > cover[0, here] else F1
        if s < bone and f32(s) >= marched.bone[here]:
            bone, level[0] = s + 1, through[here, max(s - 2, 0)]
        if s < gas and f32(s) >= marched.gas[here]:
            gas, level[0], level[1] = s + 1, through[here, max(s - 2, 0)], marched.comet[here]
        let = (rest * through[l0, s] + part * through[l0 + 1, s]) * dim * covered
        loud = let * (rest * echo[l0, s] + part * echo[l0 + 1, s])
        dim += step
        for c in range(2 * s, 2 * s + 2):
            sum_[c] *= loud
            value = sum_[c] + covered * (rest * surface[l0, c] + part * surface[l0 + 1, c])
            if receiver.has_needle:
                value += needle[c] * let
            row[c] = value
    grid.splat[0, line + 1] = sum_
    add_ghosts(beam, row, (line, bone, gas), (level[0], level[1], receiver.clean), sum_)
    add_haze(beam, row, (grid.noise, receiver.still[line]), receiver.clean * receiver.contact[line])
    add_ring(beam, row, F1 - receiver.contact[line])


@kernel()
def _stray(scattered: NDArray[np.float32], wide: NDArray[np.float32], line: int, level: float) -> None:
    """Add to a line what strays in: (lines + 2, 2 n) are the scatterers' parts of all lines."""
    n_lines = scattered.shape[0] - 2
    for s in range(wide.size // 2):
        h = hash3(line, s, 57, 13)
        other = line + (h & 63) - ASIDE
        other = -other if other < 0 else other
        other = 2 * (n_lines - 1) - other if other >= n_lines else other
        sign = level if (h >> 6) & 1 else -level
        wide[2 * s] += sign * scattered[other + 1, 2 * s]
        wide[2 * s + 1] += sign * scattered[other + 1, 2 * s + 1]


@kernel()
def _focus(beam: Beam, shift: NDArray[np.float32], grid: Grid, receiver: Receiver, line: int) -> None:
    """Lateral kernel across neighbouring lines, noise, axial kernel along the line, magnitude."""
    n_lines, width = grid.field.shape
    n = width // 2
    wide = np.zeros(width, np.float32)
    for j in range(2 * HALF_WIDTH + 1):
        other = min(max(line + j - HALF_WIDTH, 0), n_lines - 1)
        taps, source = beam.lateral[j], grid.field[other]
        for c in range(width):
            wide[c] += taps[c] * source[c]
    _stray(grid.splat[0], wide, line, STRAY * receiver.clean)
    pool, start = grid.noise, receiver.start[line]
    for c in range(width):
        wide[c] += receiver.noise * pool[start + c]
    re, im = np.zeros(n, np.float32), np.zeros(n, np.float32)
    reach = beam.axial.size // 2
    for j in range(beam.axial.size):
        tap, step = beam.axial[j], j - reach
        for s in range(max(0, -step), min(n, n - step)):
            re[s] += tap * wide[2 * (s + step)]
            im[s] += tap * wide[2 * (s + step) + 1]
    out, straight = grid.history[receiver.slot, line], grid.history[0, line]
    for s in range(n):
        at = f32(line) - shift[s]
        covered = at >= F0 and at <= f32(n_lines - 1)
        out[s] = np.sqrt(re[s] * re[s] + im[s] * im[s]) if covered or not receiver.backed else straight[s]
