"""A frame made ready: isotropic pixels, where the picture is valid, how wide it has contact, whether it is usable."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.core import Frame, Geometry
from inplane.perception.images import blur, box_mean, median, resize

FINE_MM = 0.15
"""Pixel of the fine picture. chosen: the design note's finer bound, half the width of the thinnest needle's echo."""
MAX_SIDE = 320
"""Largest number of fine pixels along depth or width; deeper pictures get larger pixels. chosen: keeps CPU bounded."""
CONTACT_LEVEL = 14.0
"""Mean grey below which a column has no tissue signal. chosen: one twentieth of the grey scale."""
CONTACT_SHARE = 0.3
"""A column's signal relative to the good columns, below which it has lost contact. chosen: -40 dB at a range of 60."""
TEXTURE_LEVEL = 3.0
"""Mean grey step between neighbouring millimetres below which a column holds bands only. chosen: speckle has 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Isotropic pixel grid over a picture; (column, row) pixel centres against IMAGE mm (x, y).

    Args:
        rows, columns: of the fine picture.
        pixel_x_mm, pixel_y_mm: equal within half a pixel over the whole picture.
        width_mm: of the picture.
    """

    rows: int
    columns: int
    pixel_x_mm: float
    pixel_y_mm: float
    width_mm: float

    @property
    def pixel_mm(self) -> float:
        """Mean pixel side."""
        return 0.5 * (self.pixel_x_mm + self.pixel_y_mm)

    def to_mm(self, column: float, row: float) -> tuple[float, float]:
        """IMAGE mm (x, y) of a pixel position; pixel centres are whole numbers."""
        return ((column + 0.5) * self.pixel_x_mm - 0.5 * self.width_mm, (row + 0.5) * self.pixel_y_mm)

    def to_pixel(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Pixel position (column, row) of IMAGE mm (x, y)."""
        return ((x_mm + 0.5 * self.width_mm) / self.pixel_x_mm - 0.5, y_mm / self.pixel_y_mm - 0.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A frame made ready.

    Args:
        grid: of `fine`; `coarse` has half its rows and columns and the same extent.
        fine: (rows, columns) uint8 grey.
        smooth: (rows, columns) float32, Gaussian of 0.25 mm.
        coarse: (rows / 2, columns / 2) float32, Gaussian of 0.45 mm.
        valid: (rows, columns) uint8, 1 inside the field of view.
        contact_columns: (columns,) bool.
        contact: share of the width with contact.
        speckle: typical deviation of grey from its neighbourhood (robust).
        six_db: grey levels of 6 dB.
    """

    grid: Grid
    fine: NDArray[np.uint8]
    smooth: NDArray[np.float32]
    coarse: NDArray[np.float32]
    valid: NDArray[np.uint8]
    contact_columns: NDArray[np.bool_]
    contact: float
    speckle: float
    six_db: float


def grid_of(geometry: Geometry) -> Grid:
    """The fine grid for a picture's geometry: even numbers of rows and columns, pixels of 0.15 mm or more."""
    pixel = max(FINE_MM, geometry.width_mm / MAX_SIDE, geometry.depth_mm / MAX_SIDE)
    columns = 2 * max(16, round(geometry.width_mm / pixel / 2))
    rows = 2 * max(16, round(geometry.depth_mm / pixel / 2))
    return Grid(
        rows=rows,
        columns=columns,
        pixel_x_mm=geometry.width_mm / columns,
        pixel_y_mm=geometry.depth_mm / rows,
        width_mm=geometry.width_mm,
    )


def prepare(frame: Frame) -> Prepared:
    """The frame on an isotropic grid, with its mask, contact and grey statistics."""
    grid = grid_of(frame.geometry)
    deep = resize(frame.pixels, grid.rows, frame.geometry.n_lines, area=True)
    shrinks = grid.columns < frame.geometry.n_lines
    fine = resize(np.ascontiguousarray(deep.T), grid.columns, grid.rows, area=shrinks)
    half = resize(fine.astype(np.float32), grid.columns // 2, grid.rows // 2, area=True)
    valid = _valid(fine)
    columns, share = contact_of(half, grid)
    scanner = frame.signals.scanner
    dynamic_range_db = scanner.dynamic_range_db if scanner is not None else 60.0
    return Prepared(
        grid=grid,
        fine=fine,
        smooth=blur(fine, 0.25 / grid.pixel_mm),
        coarse=blur(half, 0.45 / (2 * grid.pixel_mm)),
        valid=valid,
        contact_columns=columns,
        contact=share,
        speckle=_speckle(half),
        six_db=255.0 * 6.0 / dynamic_range_db,
    )


def _valid(fine: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(rows, columns) 1 where neither the row nor the column is black from end to end (margins of a screen grab)."""
    return ((fine.max(axis=0) > 6)[None, :] & (fine.max(axis=1) > 6)[:, None]).astype(np.uint8)


def contact_of(half: NDArray[np.float32], grid: Grid) -> tuple[NDArray[np.bool_], float]:
    """Columns of the fine grid with acoustic contact, and their share.

    A column without contact shows reverberation near the face only: little grey from 4 mm on, or grey that does not
    change from one millimetre to the next across the picture (bands).

    Args:
        half: (rows / 2, columns / 2) grey, unsmoothed.
        grid: of the fine picture.
    """
    pixel = 2 * grid.pixel_mm
    first = min(half.shape[0] - 8, round(4 / pixel))
    last = min(half.shape[0], max(first + 8, round(25 / pixel)))
    band = half[first:last]
    level = band.mean(axis=0)
    step = max(1, round(1 / pixel))
    change = np.abs(band[:, step:] - band[:, :-step]).mean(axis=0)
    change = np.concatenate((change[:1].repeat(step // 2), change, change[-1:].repeat(step - step // 2)))
    window = max(1, round(1.5 / pixel))
    kernel = np.ones(window) / window
    padded = (window // 2, window - 1 - window // 2)
    level = np.convolve(np.pad(level, padded, mode="edge"), kernel, mode="valid")
    change = np.convolve(np.pad(change, padded, mode="edge"), kernel, mode="valid")
    good = float(np.percentile(level, 90))
    columns = (level > CONTACT_LEVEL) & (level > CONTACT_SHARE * good) & (change > TEXTURE_LEVEL)
    return np.repeat(columns, 2), float(columns.mean())


def _speckle(half: NDArray[np.float32]) -> float:
    """Robust deviation of grey from its 3 mm neighbourhood; at least 4 grey levels."""
    mean = box_mean(half, 11)
    sample = np.abs(half - mean)[::3, ::3].ravel()
    lit = sample[mean[::3, ::3].ravel() > 8]
    return max(4.0, 1.4826 * median(lit)) if lit.size > 50 else 4.0
