"""What a screen shows: compounding, persistence, TGC, logarithm, speckle reduction, edge enhancement, grey map."""

from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core import GreyMap, ScannerControl
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.despeckle import Cells, despeckle
from inplane.physics.ultrasound.lookup import F0, HALF, f32, i64
from inplane.physics.ultrasound.receive import Grid

REFERENCE_DB = 30.0
"""Level over muscle's mean that shows as white. chosen: with 60 dB range muscle then shows near 55 of 255."""
GAMMAS = {GreyMap.SOFT: 1.5, GreyMap.STANDARD: 2.2, GreyMap.CONTRAST: 2.8, GreyMap.LINEAR: 1.0}
"""Exponent of each grey map: dark greys are held down. chosen: STANDARD by real stills of a linear array (usgra-seg),
whose lit pixels have a mean of 51, and a hundredth of them over 170; the others about it, as scanners offer them."""
DB_PER_LOG2 = f32(6.0205999)
MAP_SIZE = 2048


class Screen(NamedTuple):
    """How a frame is shown.

    Attributes:
        weights: (ANGLES,) of the rows of `history`; they sum to 1. stay: share of the picture before that stays.
        white_db: amplitude level shown white. span_db: dynamic range. edge: edge enhancement along a line.
        smooth: speckle reduction. shades: (MAP_SIZE,) see `grey_map`.
    """

    weights: NDArray[np.float32]
    stay: float
    white_db: float
    span_db: float
    edge: float
    smooth: float
    shades: NDArray[np.uint8]


def grey_map(kind: GreyMap) -> NDArray[np.uint8]:
    """(MAP_SIZE,) share of the dynamic range to grey: 255 u^gamma, eased towards white where gamma is over 1."""
    u = np.linspace(0.0, 1.0, MAP_SIZE)
    ease = 1.0 if kind is GreyMap.LINEAR else 1.08 - 0.08 * u
    return np.rint(255.0 * np.clip(u ** GAMMAS[kind] * ease, 0.0, 1.0)).astype(np.uint8)


def white_db(scanner: ScannerControl) -> float:
    """Amplitude level that shows white; less output, less of everything."""
    return REFERENCE_DB - scanner.gain_db - scanner.transmit_db


def show(beam: Beam, grid: Grid, screen: Screen, cells: Cells, pixels: NDArray[np.uint8]) -> None:
    """Grey of the compounded amplitude: persistence, TGC, logarithm, speckle reduction, edge enhancement, grey map."""
    _take_levels(beam, grid, screen)
    if screen.smooth > 0:
        despeckle(beam, grid.levels[0], screen.smooth, cells, grid.levels[1])
    _shade(grid.levels[1 if screen.smooth > 0 else 0], screen, pixels)


@kernel(parallel=True)
def _take_levels(beam: Beam, grid: Grid, screen: Screen) -> None:
    for line in numba.prange(grid.memory.shape[0]):
        _level_line(beam, (grid.history, grid.memory[line]), (screen, line), grid.levels[0, line])


@kernel()
def _level_line(
    beam: Beam,
    kept: tuple[NDArray[np.float32], NDArray[np.float32]],
    which: tuple[Screen, int],
    level: NDArray[np.float32],
) -> None:
    """One line to dB; the amplitude is smoothed a little along it first (1 2 1), as scanners do.

    No level lies farther than 6 dB below black: what is not seen is no speckle to be reckoned with.
    """
    (history, memory), (screen, line) = kept, which
    n = level.size
    raw = np.zeros(n + 2, np.float32)
    for slot in range(history.shape[0]):
        weight = screen.weights[slot]
        if weight > F0:
            here = history[slot, line]
            for s in range(n):
                raw[s + 1] += weight * here[s]
    for s in range(n):
        raw[s + 1] += screen.stay * (memory[s] - raw[s + 1])
        memory[s] = raw[s + 1]
    raw[0], raw[n + 1] = raw[1], raw[n]
    for s in range(n):
        smooth = f32(0.25) * (raw[s] + raw[s + 1] + raw[s + 1] + raw[s + 2])
        level[s] = smooth * beam.tgc[s] + f32(1e-9)
    bits = level.view(np.int32)
    least = screen.white_db - screen.span_db - f32(6.0)
    for s in range(n):
        whole = f32((bits[s] >> 23) - 127)
        bits[s] = (bits[s] & 0x007FFFFF) | 0x3F800000
        m = level[s]
        level[s] = max(DB_PER_LOG2 * (whole + log2_of_mantissa(m)), least)


@kernel(parallel=True)
def _shade(levels: NDArray[np.float32], screen: Screen, pixels: NDArray[np.uint8]) -> None:
    """Levels to grey, edges along each line enhanced."""
    n = levels.shape[1]
    for line in numba.prange(levels.shape[0]):
        level, out = levels[line], pixels[line]
        top = f32(MAP_SIZE - 1)
        scale, low = top / screen.span_db, screen.span_db - screen.white_db
        for s in range(n):
            above, below = level[max(s - 2, 0)], level[min(s + 2, n - 1)]
            db = level[s] + screen.edge * (level[s] - HALF * (above + below))
            index = min(max((db + low) * scale, F0), top)
            out[s] = screen.shades[i64(index)]


@kernel(inline=True)
def log2_of_mantissa(m: float) -> float:
    """log2 of a number from 1 to 2, error below 2e-4 (least-squares polynomial of degree 4)."""
    return f32(-2.5128503) + m * (
        f32(4.0700908) + m * (f32(-2.1206751) + m * (f32(0.64514236) + m * f32(-0.081615808)))
    )
