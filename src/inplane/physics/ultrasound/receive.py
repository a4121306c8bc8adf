"""From baseband to detected amplitude: gain, reverberation, clutter, lateral and axial kernels, noise, detection."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import HALF_WIDTH, Beam
from inplane.physics.ultrasound.ghosts import add_ghosts, add_haze, add_ring
from inplane.physics.ultrasound.grating import NONE, Lobes
from inplane.physics.ultrasound.grating_echo import bone_ghosts
from inplane.physics.ultrasound.lookup import F0, F1, HALF, f32, i64, u64
from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.tables import hash3
from inplane.physics.ultrasound.travel import Course, read_table

NOISE = 5e-4
"""Electronic noise, amplitude, before TGC, of muscle's 1 at the face at 10 MHz. chosen: penetration of some 5 cm
there."""
ASIDE, STRAY = 32, f32(0.12)
"""Each sample takes in the scatterers of another line, by chance at most so many aside, amplitude: what aberration and
side lobes bring in. chosen: 18 dB down, a part of the haze of real lumens; none comes into a shadow wider than that."""
STRAY_RUN = 8
"""Samples that stray in from one line together. chosen: less than a pulse, so that no run is seen."""
STRAY_LINES = 8
"""Neighboring lines that take from lines equally far aside. Chosen: some beam widths, so that what strays in is speckle
as it is elsewhere, not dots one line wide."""
RUN = 16
"""Samples that are mixed together: a steered line shifts by less than half a line over them."""
ANGLES = 5
"""Most transmit angles that are compounded."""


class Grid(NamedTuple):
    """The buffers of one Scan, float32.

    Attributes:
        splat: (chunks, lines + 2, 2 n); of combined lines its first chunk keeps the scatterers' part.
        needle: (lines + 2, 2 n), empty again once lines are combined. field: (lines, 2 n). noise: (pool,), normal.
        history: (ANGLES, lines, n) detected amplitude of the last frames. memory: (lines, n) what persistence keeps.
        levels: (2, lines, n) of the picture in dB, as compounded and with less speckle.
        cover: (2, lines) where a needle is shown on each steered line, mm, far below if none; amplitude that passes it.
    """

    splat: NDArray[np.float32]
    needle: NDArray[np.float32]
    field: NDArray[np.float32]
    noise: NDArray[np.float32]
    history: NDArray[np.float32]
    memory: NDArray[np.float32]
    levels: NDArray[np.float32]
    cover: NDArray[np.float32]


class Receiver(NamedTuple):
    """How one frame is received.

    Attributes:
        backed: whether row 0 of `history` is recent, to fill the corners that a steered transmit does not
            reach. slot: row of `history` to fill.
        noise: standard deviation of the noise's components. start: (lines,) where each line's noise begins in the pool;
            still: (lines,) the same for the haze that stays with the probe.
        clean: clutter against a fundamental's.
        contact: (lines,).
    """

    backed: bool
    slot: int
    noise: float
    start: NDArray[np.int64]
    still: NDArray[np.int64]
    clean: float
    contact: NDArray[np.float32]


def noise_starts(seed: int, sequence: int, n_lines: int, pool: int) -> NDArray[np.int64]:
    """(lines,) where each line reads the noise pool: a pure function of (seed, sequence).

    SplitMix64 of a counter (Steele GL, Lea D, Flood CH. OOPSLA 2014:453-472), a line a step: a generator of numpy's
    costs ten times as much to set up as these few numbers.
    """
    first = np.uint64(((seed << 40) ^ (sequence << 12)) & 0xFFFF_FFFF_FFFF_FFFF)
    mixed = first + np.arange(1, n_lines + 1, dtype=np.uint64) * np.uint64(0x9E37_79B9_7F4A_7C15)
    for shift, factor in ((30, 0xBF58_476D_1CE4_E5B9), (27, 0x94D0_49BB_1331_11EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return (mixed % np.uint64(pool)).astype(np.int64)


def receive(
    beam: Beam, marched: Marched, course: Course, grid: Grid, receiver: Receiver, *, lobes: Lobes = NONE
) -> None:
    """Detected amplitude of one transmit into `grid.history[slot]`, before TGC; `lobes` are its grating lobes.

    Kernels, not loops of one: Numba may fuse loops over the same range, and then a line would meet its
    neighbours' baseband of the frame before.
    """
    _combine_lines(beam, marched, course, grid, receiver)
    if lobes.aside.size:
        bone_ghosts(beam, marched, course.shift, lobes, grid.field)
    _stray_lines(grid, STRAY * receiver.clean)
    _focus_lines(beam, course, grid, receiver)


@kernel(parallel=True)
def _combine_lines(beam: Beam, marched: Marched, course: Course, grid: Grid, receiver: Receiver) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _combine(beam, marched, (course, receiver), grid, line)


@kernel(parallel=True)
def _stray_lines(grid: Grid, level: float) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _stray(grid.splat[0], grid.field[line], line, level)


@kernel(parallel=True)
def _focus_lines(beam: Beam, course: Course, grid: Grid, receiver: Receiver) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _focus(beam, course.shift, grid, receiver, line)


@kernel()
def _combine(beam: Beam, marched: Marched, how: tuple[Course, Receiver], grid: Grid, line: int) -> None:
    """One line of baseband: scatterers x through x echo + needle x through + surfaces; then what comes again."""
    course, receiver = how
    n, last = marched.through.shape[1], marched.through.shape[0] - 1
    row, sum_, level = grid.field[line], np.empty(2 * n, np.float32), np.zeros(2, np.float32)
    sum_[:] = grid.splat[0, line + 1]
    for chunk in range(1, grid.splat.shape[0]):
        sum_ += grid.splat[chunk, line + 1]
    shift, dims, cover, found = course.shift, course.dim, grid.cover, np.full(2, n, np.int64)
    factors = np.empty((4, n), np.float32)
    for start in range(0, n, RUN):
        stop = min(start + RUN, n)
        near, far = f32(line) - shift[start], f32(line) - shift[stop - 1]
        at = min(max(HALF * (near + far), F0), f32(last))
        here, l0 = i64(at + HALF), min(i64(at), last - 1)
        dim = read_table(dims, at, f32(start) * beam.sample)
        dim_end = read_table(dims, at, f32(stop) * beam.sample)
        _stops(marched, (start, stop, here), found, level)
        covered = (cover[0, here] / beam.sample - HALF, cover[1, here])
        parts = (near - f32(l0), (far - near) / f32(RUN - 1), dim, (dim_end - dim) / f32(RUN))
        _factors(marched, (l0, start, stop), (parts, covered), factors)
        _surfaces(marched.surface, (l0, start, stop), factors, row)
    _scattered(factors, sum_, grid.needle[line + 1], row)
    grid.needle[line + 1] = F0
    grid.splat[0, line + 1] = sum_
    add_ghosts(beam, row, (line, found[0], found[1]), (level[0], level[1], receiver.clean), sum_)
    haze = receiver.clean * receiver.contact[line]
    add_haze(beam, row, (grid.noise, receiver.still[line]), (haze, min(found[0], found[1])))
    add_ring(beam, row, F1 - receiver.contact[line])


@kernel(inline=True)
def _stops(marched: Marched, run: tuple[int, int, int], found: NDArray[np.int64], level: NDArray[np.float32]) -> None:
    """Whether bone or gas begins within a run of samples of steered line `here`: the sample after it into `found`; what
    reaches it, and the strength of a comet tail, into `level`."""
    start, stop, here = run
    for kind in range(2):
        at = marched.bone[here] if kind == 0 else marched.gas[here]
        s = max(start, i64(np.ceil(at)))
        if s < stop and s < found[kind]:
            found[kind], level[0] = s + 1, marched.through[here, max(s - 2, 0)]
            if kind == 1:
                level[1] = marched.comet[here]


@kernel(inline=True)
def _factors(
    marched: Marched,
    run: tuple[int, int, int],
    how: tuple[tuple[float, float, float, float], tuple[float, float]],
    factors: NDArray[np.float32],
) -> None:
    """Of a run of samples that lies between steered lines l0 and l0 + 1, into rows of (4, n): what passes, what passes
    times the scatterers' factor, and the two lines' shares of surfaces.

    Straight arithmetic that vectorizes. `how` holds the share of line l0 + 1 and the dimming, each with its step a
    sample; and from which sample something covers it, and what that lets pass."""
    (l0, start, stop), ((part0, part_step, dim0, dim_step), (covered_from, passes)) = run, how
    t0, t1, e0, e1 = marched.through[l0], marched.through[l0 + 1], marched.echo[l0], marched.echo[l0 + 1]
    for s in range(start, stop):
        i, k = f32(s - start), u64(s)
        part = min(max(part0 + part_step * i, F0), F1)
        rest = F1 - part
        covered = passes if f32(s) > covered_from else F1
        let = (rest * t0[k] + part * t1[k]) * (dim0 + dim_step * i) * covered
        factors[0, k] = let
        factors[1, k] = let * (rest * e0[k] + part * e1[k])
        factors[2, k], factors[3, k] = rest * covered, part * covered


@kernel(inline=True)
def _surfaces(
    surface: NDArray[np.float32], run: tuple[int, int, int], factors: NDArray[np.float32], row: NDArray[np.float32]
) -> None:
    """The echoes of surfaces along the same run into its line of baseband."""
    l0, start, stop = run
    f0, f1 = surface[l0], surface[l0 + 1]
    for s in range(start, stop):
        k, re, im = u64(s), u64(2 * s), u64(2 * s + 1)
        row[re] = factors[2, k] * f0[re] + factors[3, k] * f1[re]
        row[im] = factors[2, k] * f0[im] + factors[3, k] * f1[im]


@kernel(inline=True)
def _scattered(
    factors: NDArray[np.float32], sum_: NDArray[np.float32], needle: NDArray[np.float32], row: NDArray[np.float32]
) -> None:
    """Scatterers and needle of a whole line, weighted and added to its baseband; the scatterers stay in `sum_`."""
    let, loud = factors[0], factors[1]
    for s in range(let.size):
        sum_[2 * s] *= loud[s]
        sum_[2 * s + 1] *= loud[s]
        row[2 * s] += sum_[2 * s] + needle[2 * s] * let[s]
        row[2 * s + 1] += sum_[2 * s + 1] + needle[2 * s + 1] * let[s]


@kernel()
def _stray(scattered: NDArray[np.float32], row: NDArray[np.float32], line: int, level: float) -> None:
    """Add to a line of baseband what strays in: (lines + 2, 2 n) are the scatterers' parts of all lines. The lateral
    kernel comes after, so that what strays in is speckle as wide as any."""
    n_lines = scattered.shape[0] - 2
    for start in range(0, row.size, 2 * STRAY_RUN):
        h = hash3(line // STRAY_LINES, start, 57, 13)
        other = line + (h & 63) - ASIDE
        other = -other if other < 0 else other
        other = 2 * (n_lines - 1) - other if other >= n_lines else other
        other = min(max(other, 0), n_lines - 1)
        sign, source = level if (h >> 6) & 1 else -level, scattered[other + 1]
        for c in range(start, min(start + 2 * STRAY_RUN, row.size)):
            row[u64(c)] += sign * source[u64(c)]


@kernel()
def _focus(beam: Beam, shift: NDArray[np.float32], grid: Grid, receiver: Receiver, line: int) -> None:
    """Lateral kernel across neighbouring lines, noise, axial kernel along the line, magnitude; both kernels are
    symmetric."""
    n_lines, width = grid.field.shape
    wide, both = np.empty(width, np.float32), np.zeros(width, np.float32)
    taps, middle = beam.lateral[HALF_WIDTH], grid.field[line]
    for c in range(width):
        wide[c] = taps[c] * middle[c]
    for j in range(1, HALF_WIDTH + 1):
        taps = beam.lateral[HALF_WIDTH + j]
        if j <= line < n_lines - j:
            left, right = grid.field[line - j], grid.field[line + j]
            for c in range(width):
                wide[c] += taps[c] * (left[c] + right[c])
        else:
            _beside(grid.field, taps, line - j, wide)
            _beside(grid.field, taps, line + j, wide)
    pool, start = grid.noise, receiver.start[line]
    for c in range(width):
        wide[c] += receiver.noise * pool[u64(start + c)]
    reach = beam.axial.size // 2
    for j in range(beam.axial.size):
        tap, step = beam.axial[j], 2 * (j - reach)
        for c in range(max(0, -step), min(width, width - step)):
            both[u64(c)] += tap * wide[u64(c + step)]
    _detect(both, shift, grid.history, (receiver.slot, line, receiver.backed))


@kernel(inline=True)
def _beside(field: NDArray[np.float32], taps: NDArray[np.float32], other: int, wide: NDArray[np.float32]) -> None:
    """Add a neighbouring line. One beyond the picture's end is its mirror image a quarter turn on: as strong as what it
    stands for, and not in phase with it, so that the last lines are no brighter than the others."""
    last = field.shape[0] - 1
    if 0 <= other <= last:
        source = field[other]
        for c in range(taps.size):
            wide[c] += taps[c] * source[c]
        return
    source = field[min(max(-other - 1 if other < 0 else 2 * last + 1 - other, 0), last)]
    for s in range(taps.size // 2):
        wide[2 * s] -= taps[2 * s] * source[2 * s + 1]
        wide[2 * s + 1] += taps[2 * s + 1] * source[2 * s]


@kernel(inline=True)
def _detect(
    both: NDArray[np.float32], shift: NDArray[np.float32], history: NDArray[np.float32], to: tuple[int, int, bool]
) -> None:
    """Magnitude of a line (re, im by turns) into its row of `history`; where a steered transmit does not reach, what
    the straight one saw if it is recent."""
    slot, line, backed = to
    out, straight, last = history[slot, line], history[0, line], f32(history.shape[1] - 1)
    for s in range(out.size):
        out[s] = np.sqrt(both[2 * s] * both[2 * s] + both[2 * s + 1] * both[2 * s + 1])
    if backed:
        for s in range(out.size):
            at = f32(line) - shift[s]
            if at < F0 or at > last:
                out[s] = straight[s]
