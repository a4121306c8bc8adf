"""Speckle reduction on the screen's side: smooth along what runs on, smooth all round where nothing does.

Scanners sell it under many names; none says how it works. This one takes the two published ideas that their pictures
look like, on levels in dB, where speckle is additive and alike everywhere:

    mean + k (x - mean), k = max(0, 1 - sigma_n² / sigma²)   where nothing runs (Lee JS. IEEE Trans PAMI 1980;2:165-168)
    mean along the direction of least change                 where something does, by the structure tensor's coherence
                                                             (Abd-Elmoniem KZ et al. IEEE Trans Biomed Eng 2002;49:997)

Statistics and tensor are taken on cells of a few samples, and read between them. Gradients are counted in speckle
sizes, so that speckle, which is wider than it is deep, has no direction of its own.
"""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam, fan
from inplane.physics.ultrasound.lines import pitch_mm
from inplane.physics.ultrasound.lookup import F0, F1, HALF, f32, i64, u64

CELL_LINES = 2
HALF_CELL_WAVES = 1.0
"""Half of a cell in depth, wavelengths. chosen: about a speckle; goals are reckoned so far apart and drawn straight
between."""
WIDE, DEEP = 2.3, 1.2
"""Speckle's width and depth in wavelengths. chosen: two-way, F# 2, bandwidth 0.7: 0.35 and 0.18 mm at 10 MHz."""
SPECKLE_DB = 3.3
"""Standard deviation of its level. chosen: 5.57 dB of one look (Burckhardt CB. IEEE Trans Sonics Ultrason 1978;25:1-6)
over the square root of some 3 looks, which three steered transmits and the smoothing along a line leave."""
TAPS = 3
REACH_WAVES = 6.0
"""Taps to either side along a direction, and how far the last one lies in wavelengths. chosen: three speckles, 0.9 mm
at 10 MHz; more looks painted, and is smoother across than real stills (bench realism's keys)."""
LEAST_COHERENCE, FULL_COHERENCE = 0.25, 0.55
"""Coherence of the tensor from which a direction counts, and from which it counts alone. chosen: speckle alone has
0.2 on average over the cells that are taken together."""
STEEPEST = 3.0
"""Tangent beyond which a direction is not followed; half as steep it counts half. chosen: 72 degrees."""
FIELDS = 5


class Cells(NamedTuple):
    """Buffers of the cells of one picture, float32.

    Attributes:
        halves: (lines, 2 cells) mean level of each half cell on each line.
        level, square: (lines / 2, cells) mean level and mean squared level.
        tensor: (FIELDS, lines / 2, cells) xx, yy and xy of the gradients; mean and variance of the level.
        half: samples in half a cell.
    """

    halves: NDArray[np.float32]
    level: NDArray[np.float32]
    square: NDArray[np.float32]
    tensor: NDArray[np.float32]
    half: int


def half_samples(shape: tuple[int, int], beam: Beam) -> int:
    """Samples in half a cell of a picture of (lines, samples)."""
    return min(max(1, round(HALF_CELL_WAVES * 2.0 / float(beam.wave * beam.sample))), shape[1] // 4)


def cells_of(shape: tuple[int, int], beam: Beam) -> Cells:
    """Room for the cells of a picture of (lines, samples), at least 4 of each."""
    half = half_samples(shape, beam)
    columns = shape[1] // (2 * half)
    size = (shape[0] // CELL_LINES, columns)
    return Cells(
        halves=np.zeros((shape[0], 2 * columns), np.float32),
        level=np.zeros(size, np.float32),
        square=np.zeros(size, np.float32),
        tensor=np.zeros((FIELDS, *size), np.float32),
        half=half,
    )


def despeckle(beam: Beam, levels: NDArray[np.float32], share: float, cells: Cells, out: NDArray[np.float32]) -> None:
    """Levels (lines, samples) in dB with less speckle.

    Args:
        beam: of the picture.
        levels: as compounded.
        share: 0 leaves them as they are, 1 leaves no speckle that can be taken away.
        cells: room to work in.
        out: receives the result; not the same array.
    """
    _gather(levels, cells)
    _tensor(beam, cells)
    _smooth(beam, levels, f32(share), cells, out)


@kernel(parallel=True)
def _gather(levels: NDArray[np.float32], cells: Cells) -> None:
    for row in numba.prange(cells.level.shape[0]):
        _gather_row(levels, cells, row)


@kernel()
def _gather_row(levels: NDArray[np.float32], cells: Cells, row: int) -> None:
    """Means of half cells, and of the row's cells the mean and the mean square of those."""
    level, square = cells.level[row], cells.square[row]
    level[:] = F0
    square[:] = F0
    for line in range(CELL_LINES * row, CELL_LINES * row + CELL_LINES):
        here, halves = levels[line], cells.halves[line]
        for h in range(halves.size):
            total = F0
            for s in range(cells.half):
                total += here[cells.half * h + s]
            halves[h] = total / f32(cells.half)
        part = f32(0.5 / CELL_LINES)
        for c in range(level.size):
            first, second = halves[2 * c], halves[2 * c + 1]
            level[c] += part * (first + second)
            square[c] += part * (first * first + second * second)


@kernel(parallel=True)
def _tensor(beam: Beam, cells: Cells) -> None:
    for row in numba.prange(cells.level.shape[0]):
        _tensor_row(beam, cells, row)


@kernel()
def _tensor_row(beam: Beam, cells: Cells, row: int) -> None:
    """Structure tensor, mean and variance over 5 x 5 cells, weighted 1 2 3 2 1 each way."""
    rows, columns = cells.level.shape
    wave = f32(2.0) / beam.wave
    deep_mm = f32(2 * cells.half) * beam.sample
    sums = np.zeros((FIELDS, columns), np.float32)
    for reach in range(-2, 3):
        at = min(max(row + reach, 0), rows - 1)
        left, right = max(at - 1, 0), min(at + 1, rows - 1)
        weight = f32(3 - abs(reach))
        for c in range(columns):
            above, below = max(c - 1, 0), min(c + 1, columns - 1)
            across = f32(CELL_LINES * (right - left)) * pitch_mm(fan(beam), f32(c) * deep_mm)
            gx = (cells.level[right, c] - cells.level[left, c]) / across * (f32(WIDE) * wave)
            gy = (cells.level[at, below] - cells.level[at, above]) / (f32(below - above) * deep_mm) * (f32(DEEP) * wave)
            sums[0, c] += weight * gx * gx
            sums[1, c] += weight * gy * gy
            sums[2, c] += weight * gx * gy
            sums[3, c] += weight * cells.level[at, c]
            sums[4, c] += weight * cells.square[at, c]
    for field in range(FIELDS):
        here, out = sums[field], cells.tensor[field, row]
        for c in range(columns):
            near = here[max(c - 1, 0)] + here[min(c + 1, columns - 1)]
            far = here[max(c - 2, 0)] + here[min(c + 2, columns - 1)]
            out[c] = (f32(3.0) * here[c] + f32(2.0) * near + far) / f32(81.0)
    for c in range(columns):
        cells.tensor[4, row, c] -= cells.tensor[3, row, c] * cells.tensor[3, row, c]


@kernel(parallel=True)
def _smooth(beam: Beam, levels: NDArray[np.float32], share: float, cells: Cells, out: NDArray[np.float32]) -> None:
    for line in numba.prange(levels.shape[0]):
        _smooth_line(beam, (levels[line], cells), (share, line), out[line])


@kernel()
def _smooth_line(
    beam: Beam, what: tuple[NDArray[np.float32], Cells], which: tuple[float, int], out: NDArray[np.float32]
) -> None:
    """x + share (a + b x - x), a and b of each half cell drawn straight between their middles."""
    (here, cells), (share, line) = what, which
    count, half = cells.halves.shape[1], cells.half
    goal = np.empty((2, count + 2), np.float32)
    _goals(beam, cells, line, goal)
    for row in range(2):
        goal[row, 0], goal[row, count + 1] = goal[row, 1], goal[row, count]
    out[:] = here
    for s in range(half):
        place = (f32(s) + HALF) / f32(half) + HALF  # from the middle of the half cell before the one it lies in
        before = 1 if place >= F1 else 0
        part = place - f32(before)
        for h in range(count):
            a = goal[0, h + before] + part * (goal[0, h + before + 1] - goal[0, h + before])
            b = goal[1, h + before] + part * (goal[1, h + before + 1] - goal[1, h + before])
            x = here[half * h + s]
            out[half * h + s] = x + share * (a + b * x - x)


@kernel()
def _goals(beam: Beam, cells: Cells, line: int, goal: NDArray[np.float32]) -> None:
    """a and b of each half cell of a line: b Lee's k where nothing runs, a what else there is to be shown."""
    lines, count = cells.halves.shape
    rows, columns = cells.level.shape
    guide = np.empty((4, columns), np.float32)
    place = min(max((f32(line) + HALF) / f32(CELL_LINES) - HALF, F0), f32(rows - 1))
    row = min(i64(place), rows - 2)
    _guide_line(beam, cells, (row, place - f32(row)), guide)
    along = np.empty(count, np.float32)
    slope, runs = np.empty(count, np.float32), np.empty(count, np.float32)
    for h in range(count):
        c = h // 2
        beside = min(max(c + (1 if h % 2 else -1), 0), columns - 1)
        slope[h] = f32(0.75) * guide[0, c] + f32(0.25) * guide[0, beside]
        runs[h] = f32(0.75) * guide[1, c] + f32(0.25) * guide[1, beside]
        keep = f32(0.75) * guide[2, c] + f32(0.25) * guide[2, beside]
        mean = f32(0.75) * guide[3, c] + f32(0.25) * guide[3, beside]
        goal[0, h + 1] = (F1 - runs[h]) * (F1 - keep) * mean
        goal[1, h + 1] = (F1 - runs[h]) * keep
        along[h] = f32(TAPS + 1) * cells.halves[line, h]
    middle = pitch_mm(fan(beam), HALF * f32(count * cells.half) * beam.sample)
    step = f32(REACH_WAVES * 2.0 / TAPS) / (beam.wave * middle)
    for tap in range(1, TAPS + 1):
        away = max(i64(f32(tap) * step + HALF), tap)
        weight = f32(TAPS + 1 - tap)
        _add(along, slope, (f32(-away), weight), cells.halves[max(line - away, 0)])
        _add(along, slope, (f32(away), weight), cells.halves[min(line + away, lines - 1)])
    for h in range(count):
        goal[0, h + 1] += runs[h] * along[h] / f32((TAPS + 1) * (TAPS + 1))


@kernel()
def _add(
    along: NDArray[np.float32], slope: NDArray[np.float32], tap: tuple[float, float], other: NDArray[np.float32]
) -> None:
    """Adds a line's level, read where the direction of each half cell meets it; that of its ends beyond them."""
    away, weight = tap
    last = f32(other.size) - f32(1.001)
    for h in range(along.size):
        place = min(max(f32(h) + away * slope[h], F0), last)
        at = u64(i64(place))
        part = place - f32(i64(place))
        along[h] += weight * (other[at] + part * (other[at + u64(1)] - other[at]))


@kernel()
def _guide_line(beam: Beam, cells: Cells, at: tuple[int, float], guide: NDArray[np.float32]) -> None:
    """Along one line: half cells a line of what runs, how much it counts, Lee's k, the mean.

    With l the larger eigenvalue, least change runs along (l - xx, -xy), which is (xy, yy - l) but for length.
    """
    row, part = at
    deep_mm, noise = f32(2 * cells.half) * beam.sample, f32(SPECKLE_DB * SPECKLE_DB)
    for c in range(guide.shape[1]):
        xx = cells.tensor[0, row, c] + part * (cells.tensor[0, row + 1, c] - cells.tensor[0, row, c])
        yy = cells.tensor[1, row, c] + part * (cells.tensor[1, row + 1, c] - cells.tensor[1, row, c])
        xy = cells.tensor[2, row, c] + part * (cells.tensor[2, row + 1, c] - cells.tensor[2, row, c])
        spread = cells.tensor[4, row, c] + part * (cells.tensor[4, row + 1, c] - cells.tensor[4, row, c])
        root = np.sqrt((xx - yy) * (xx - yy) + f32(4.0) * xy * xy)
        coherence = root / (xx + yy + f32(1e-6))
        level, steep = -xy / max(HALF * (yy - xx + root), f32(1e-6)), -HALF * (xx - yy + root) / _signed(xy)
        tangent = level if yy >= xx else steep
        tangent = min(max(tangent * f32(DEEP / WIDE), f32(-STEEPEST)), f32(STEEPEST))
        runs = (coherence - f32(LEAST_COHERENCE)) / f32(FULL_COHERENCE - LEAST_COHERENCE)
        pitch = pitch_mm(fan(beam), f32(c) * deep_mm)
        guide[0, c] = tangent * pitch / (f32(cells.half) * beam.sample)
        guide[1, c] = min(max(runs, F0), F1) * (F1 - abs(tangent) / f32(STEEPEST))
        guide[2, c] = max(F0, F1 - noise / max(spread, f32(1e-3)))
        guide[3, c] = cells.tensor[3, row, c] + part * (cells.tensor[3, row + 1, c] - cells.tensor[3, row, c])


@kernel(inline=True)
def _signed(value: float) -> float:
    """The number itself, but no nearer to zero than a millionth."""
    return max(value, f32(1e-6)) if value >= F0 else min(value, f32(-1e-6))
