"""From baseband to grey: gain, lateral and axial kernels, clutter, noise, detection, compounding, logarithm, grey
map."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core import ScannerControl
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import HALF_WIDTH, Beam
from inplane.physics.ultrasound.lookup import F0, F1, HALF, f32, i64
from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.tables import hash3

NOISE = 5e-4
"""Electronic noise, amplitude, before TGC, of muscle's 1 at the face at 10 MHz. chosen: penetration of some 5 cm
there."""
CLUTTER = ((f32(1.3), f32(0.06)), (f32(2.9), f32(0.045)))
"""Reverberation among superficial layers: an echo comes again (mm) later, (amplitude). chosen: -24 and -27 dB: the
haze of real lumens."""
CLUTTER_SPREAD_MM = f32(0.9)
"""How far that distance wanders from line to line, so that no ghost line stands out."""
BEHIND_BONE = f32(0.02)
"""What lies above bone comes again behind it, amplitude. chosen: -34 dB, so that a shadow holds at least 30 dB."""
RING = f32(7.0)
"""Ring-down of the transducer's face, amplitude at the face."""
RING_MM = f32(0.28)
EDGE = f32(0.25)
"""Edge enhancement in the logarithmic picture along a line. chosen: mild, as vendors' first level."""
REFERENCE_DB = 33.0
"""Level over muscle's mean that shows as white. chosen: with 60 dB range muscle then shows near 65 of 255."""
GAMMA = 1.6
"""Exponent of the grey map: dark greys are held down. chosen: mean grey of real pictures of the groin, 25 to 40."""
DB_PER_LOG2 = f32(6.0205999)
MAP_SIZE = 2048


class Grid(NamedTuple):
    """The buffers of one Scan, float32.

    Attributes:
        splat: (chunks, lines + 2, 2 n). needle: (lines + 2, 2 n). field: (lines, 2 n). noise: (pool,), normal.
        history: (3, lines, n) detected amplitude of the last frames.
    """

    splat: NDArray[np.float32]
    needle: NDArray[np.float32]
    field: NDArray[np.float32]
    noise: NDArray[np.float32]
    history: NDArray[np.float32]


class Receiver(NamedTuple):
    """How one frame is received.

    Attributes:
        steer: tangent of the steering angle. has_needle. backed: whether row 0 of `history` is recent, to fill the
            corners that a steered transmit does not reach. slot: row of `history` to fill.
        noise: standard deviation of the noise's components. start: (lines,) where each line's noise begins in the pool.
        weights: (3,) of the rows of `history`; they sum to 1.
        contact: (lines,). white_db: amplitude level shown white. span_db: dynamic range.
    """

    steer: float
    has_needle: bool
    backed: bool
    slot: int
    noise: float
    start: NDArray[np.int64]
    weights: NDArray[np.float32]
    contact: NDArray[np.float32]
    white_db: float
    span_db: float


def grey_map() -> NDArray[np.uint8]:
    """(MAP_SIZE,) share of the dynamic range to grey: 255 u^GAMMA, eased towards white."""
    u = np.linspace(0.0, 1.0, MAP_SIZE)
    return np.rint(255.0 * np.clip(u**GAMMA * (1.08 - 0.08 * u), 0.0, 1.0)).astype(np.uint8)


def noise_starts(seed: int, sequence: int, n_lines: int, pool: int) -> NDArray[np.int64]:
    """(lines,) where each line reads the noise pool: a pure function of (seed, sequence)."""
    rng = np.random.default_rng([seed, sequence, 0x4015E])
    return rng.integers(0, pool, n_lines)


def white_db(scanner: ScannerControl) -> float:
    """Amplitude level that shows white."""
    return REFERENCE_DB - scanner.gain_db


def receive(beam: Beam, marched: Marched, grid: Grid, receiver: Receiver) -> None:
    """Detected amplitude of one transmit into `grid.history[slot]`, before TGC.

    Two kernels, not two loops of one: Numba may fuse loops over the same range, and then a line would meet its
    neighbours' baseband of the frame before.
    """
    _combine_lines(beam, marched, grid, receiver)
    _focus_lines(beam, grid, receiver)


@kernel(parallel=True)
def _combine_lines(beam: Beam, marched: Marched, grid: Grid, receiver: Receiver) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _combine(beam, marched, grid, receiver, line)


@kernel(parallel=True)
def _focus_lines(beam: Beam, grid: Grid, receiver: Receiver) -> None:
    for line in numba.prange(grid.field.shape[0]):
        _focus(beam, grid, receiver, line)


@kernel()
def _combine(beam: Beam, marched: Marched, grid: Grid, receiver: Receiver, line: int) -> None:
    """One line of baseband: scatterers x through x echo + needle x through + surfaces; then clutter and bone's
    ghosts."""
    n = marched.through.shape[1]
    row = grid.field[line]
    sum_ = np.empty(2 * n, np.float32)
    sum_[:] = grid.splat[0, line + 1]
    for chunk in range(1, grid.splat.shape[0]):
        sum_ += grid.splat[chunk, line + 1]
    last = marched.through.shape[0] - 1
    slope = receiver.steer * beam.sample / beam.pitch
    surface, reach = n, F0
    for s in range(n):
        at = min(max(f32(line) - (f32(s) + HALF) * slope, F0), f32(last))
        l0 = min(i64(at), last - 1)
        part = at - f32(l0)
        rest = F1 - part
        if s < surface and f32(s) >= marched.bone[l0]:
            surface, reach = s + 1, marched.through[l0, max(s - 2, 0)]
        through = rest * marched.through[l0, s] + part * marched.through[l0 + 1, s]
        echo = through * (rest * marched.echo[l0, s] + part * marched.echo[l0 + 1, s])
        for c in range(2 * s, 2 * s + 2):
            sum_[c] *= echo
            value = sum_[c] + rest * marched.surface[l0, c] + part * marched.surface[l0 + 1, c]
            if receiver.has_needle:
                value += grid.needle[line + 1, c] * through
            row[c] = value
    _ghosts(beam, row, (line, surface, BEHIND_BONE * reach), sum_)
    bare = F1 - receiver.contact[line]
    _ring(beam, row, bare)


@kernel()
def _ghosts(beam: Beam, row: NDArray[np.float32], where: tuple[int, int, float], copy: NDArray[np.float32]) -> None:
    """Reverberations: superficial echoes come again a little deeper; behind bone, everything above it once more."""
    n = row.size // 2
    line, surface, weak = where
    for later_mm, part in CLUTTER:
        wander = f32(hash3(line, 3, 7, 0) & 255) / f32(255.0)
        shift = 2 * max(1, i64((later_mm + wander * CLUTTER_SPREAD_MM) / beam.sample))
        for c in range(shift, 2 * n):
            row[c] += part * copy[c - shift]
    back = 2 * surface
    for c in range(back, min(2 * n, 2 * back)):
        row[c] += weak * copy[c - back]


@kernel()
def _ring(beam: Beam, row: NDArray[np.float32], bare: float) -> None:
    """Ring-down at the face; without contact the lens rings on at multiples of its thickness."""
    n = row.size // 2
    for s in range(n):
        y = (f32(s) + HALF) * beam.sample
        level = RING * np.exp(-y / RING_MM)
        if bare > F0:
            comb = f32(0.5) + HALF * np.cos(y * f32(6.2831853 / 0.9))
            level += bare * f32(30.0) * comb * comb * comb * np.exp(-y / f32(1.6))
        if level < f32(1e-4):
            break
        row[2 * s] += level


@kernel()
def _focus(beam: Beam, grid: Grid, receiver: Receiver, line: int) -> None:
    """Lateral kernel across neighbouring lines, noise, axial kernel along the line, magnitude."""
    n_lines, width = grid.field.shape
    n = width // 2
    wide = np.zeros(width, np.float32)
    for j in range(2 * HALF_WIDTH + 1):
        other = min(max(line + j - HALF_WIDTH, 0), n_lines - 1)
        taps, source = beam.lateral[j], grid.field[other]
        for c in range(width):
            wide[c] += taps[c] * source[c]
    pool, start = grid.noise, receiver.start[line]
    for c in range(width):
        wide[c] += receiver.noise * pool[start + c]
    re, im = np.zeros(n, np.float32), np.zeros(n, np.float32)
    reach = beam.axial.size // 2
    for j in range(beam.axial.size):
        tap, shift = beam.axial[j], j - reach
        for s in range(max(0, -shift), min(n, n - shift)):
            re[s] += tap * wide[2 * (s + shift)]
            im[s] += tap * wide[2 * (s + shift) + 1]
    out, straight = grid.history[receiver.slot, line], grid.history[0, line]
    slope = receiver.steer * beam.sample / beam.pitch
    for s in range(n):
        at = f32(line) - f32(s) * slope
        covered = at >= F0 and at <= f32(n_lines - 1)
        out[s] = np.sqrt(re[s] * re[s] + im[s] * im[s]) if covered or not receiver.backed else straight[s]


@kernel(parallel=True)
def show(beam: Beam, grid: Grid, receiver: Receiver, shades: NDArray[np.uint8], pixels: NDArray[np.uint8]) -> None:
    """Grey values of the compounded amplitude: TGC, logarithm, edge enhancement, grey map."""
    for line in numba.prange(pixels.shape[0]):
        _show_line(beam, grid.history, (receiver, line), shades, pixels[line])


@kernel()
def _show_line(
    beam: Beam,
    history: NDArray[np.float32],
    which: tuple[Receiver, int],
    shades: NDArray[np.uint8],
    out: NDArray[np.uint8],
) -> None:
    """One line to grey; the amplitude is smoothed a little first (1 2 1 both ways), as scanners do against speckle."""
    receiver, line = which
    n, last = out.size, history.shape[1] - 1
    raw, level = np.zeros(n + 2, np.float32), np.empty(n, np.float32)
    for slot in range(3):
        weight = f32(0.25) * receiver.weights[slot]
        if weight > F0:
            left, here, right = history[slot, max(line - 1, 0)], history[slot, line], history[slot, min(line + 1, last)]
            for s in range(n):
                raw[s + 1] += weight * (left[s] + here[s] + here[s] + right[s])
    raw[0], raw[n + 1] = raw[1], raw[n]
    for s in range(n):
        smooth = f32(0.25) * (raw[s] + raw[s + 1] + raw[s + 1] + raw[s + 2])
        level[s] = smooth * beam.tgc[s] + f32(1e-9)
    bits = level.view(np.int32)
    for s in range(n):
        whole = f32((bits[s] >> 23) - 127)
        bits[s] = (bits[s] & 0x007FFFFF) | 0x3F800000
        m = level[s]
        level[s] = DB_PER_LOG2 * (whole + log2_of_mantissa(m))
    top = f32(MAP_SIZE - 1)
    scale, low = top / receiver.span_db, receiver.span_db - receiver.white_db
    for s in range(n):
        above, below = level[max(s - 2, 0)], level[min(s + 2, n - 1)]
        db = level[s] + EDGE * (level[s] - HALF * (above + below))
        index = min(max((db + low) * scale, F0), top)
        out[s] = shades[i64(index)]


@kernel(inline=True)
def log2_of_mantissa(m: float) -> float:
    """log2 of a number from 1 to 2, error below 2e-4 (least-squares polynomial of degree 4)."""
    return f32(-2.5128503) + m * (
        f32(4.0700908) + m * (f32(-2.1206751) + m * (f32(0.64514236) + m * f32(-0.081615808)))
    )
