"""How a picture lies on the grid that perception works on: its pixels, its field of view, its beams."""

from dataclasses import dataclass
from functools import lru_cache
from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import Geometry, PictureGeometry, Sector
from inplane.perception.images import blur

FINE_MM = 0.15
"""Pixel of the fine picture. chosen: the design note's finer bound, half the width of the thinnest needle's echo."""
MAX_SIDE = 320
"""Largest number of fine pixels along depth or width; deeper pictures get larger pixels. chosen: keeps CPU bounded."""
SMOOTH_MM, COARSE_MM = 0.25, 0.45
"""Deviations of the Gaussians of the smooth and of the coarse picture. chosen: a needle's echo; speckle in walls."""
FAN_APART_MM = 3.0
"""Distance across the beams of a sector at which speckle is another. chosen: three times a linear array's, as these
probes have a third of its frequency."""
RIM_MM = 0.8
"""What is left out along the border of a field of view. chosen: filters of 0.45 mm reach about that far over it."""


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fan:
    """The beams of a sector: where each sample of each ray lies, and on which ray each pixel lies.

    Args:
        rows, columns: (depths, rays) float32, positions in the coarse picture; one depth is one coarse pixel.
        fine_rows, fine_columns: (2 depths, rays) float32, positions in the fine picture.
        ray: (rows / 2, columns / 2) of each coarse pixel.
        apex: (column, row) of the sector's apex in the coarse picture.
        angles: (rays,) from straight down, positive to +x.
        inner_mm: radius of the probe's face.
        apex_mm: the sector's apex, IMAGE mm.
        step_mm: from one fine depth to the next.
    """

    rows: NDArray[np.float32]
    columns: NDArray[np.float32]
    fine_rows: NDArray[np.float32]
    fine_columns: NDArray[np.float32]
    ray: NDArray[np.intp]
    apex: tuple[float, float]
    angles: NDArray[np.float64]
    inner_mm: float
    apex_mm: tuple[float, float]
    step_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A geometry on its grid.

    Args:
        grid: of the fine picture.
        inside: (rows, columns) uint8, 1 in the field of view; None where that is the whole picture.
        weight, half_weight: `inside` (and of half size) smoothed as the picture is, to divide by; None as above.
        fan: the beams where they are not the columns.
        field: the sector, if it is one.
    """

    grid: Grid
    inside: NDArray[np.uint8] | None
    weight: NDArray[np.float32] | None
    half_weight: NDArray[np.float32] | None
    fan: Fan | None
    field: Sector | None

    def beam(self, column: float, row: float) -> tuple[float, float]:
        """Unit vector away from the probe at a position of the coarse picture."""
        if self.fan is None:
            return (0.0, 1.0)
        x, y = column - self.fan.apex[0], row - self.fan.apex[1]
        size = max(1e-6, hypot(x, y))
        return (x / size, y / size)

    def ray_mm(self, depth_mm: float) -> tuple[float, float]:
        """Distance of neighbouring rays at a depth, and how far apart speckle is another: a wider beam's is wider."""
        if self.fan is None:
            return (2 * self.grid.pixel_mm, 1.0)
        step = float(self.fan.angles[1] - self.fan.angles[0])
        return ((self.fan.inner_mm + depth_mm) * step, FAN_APART_MM)

    def along_beams(self, rays: NDArray[np.intp], depths: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 2) IMAGE mm of places on beams, their depths in fine pixels from the probe's face."""
        if self.fan is None:
            x_mm = (2 * rays + 0.5) * self.grid.pixel_x_mm - 0.5 * self.grid.width_mm
            return np.asarray(np.stack((x_mm, depths * self.grid.pixel_y_mm), axis=1), dtype=np.float64)
        fan = self.fan
        radius = fan.inner_mm + depths * fan.step_mm
        angle = fan.angles[rays]
        points = np.stack((fan.apex_mm[0] + radius * np.sin(angle), fan.apex_mm[1] + radius * np.cos(angle)), axis=1)
        return np.asarray(points, dtype=np.float64)

    def depth_mm(self, column: float, row: float) -> float:
        """Distance from the probe's face along the beam of a position of the coarse picture."""
        if self.fan is None:
            return (row + 0.5) * 2 * self.grid.pixel_y_mm
        x, y = column - self.fan.apex[0], row - self.fan.apex[1]
        return hypot(2 * x * self.grid.pixel_x_mm, 2 * y * self.grid.pixel_y_mm) - self.fan.inner_mm


@lru_cache(maxsize=8)
def view_of(geometry: Geometry) -> View:
    """The view of a geometry; computed once for each."""
    grid = grid_of(geometry)
    field = geometry.field if isinstance(geometry, PictureGeometry) else None
    if field is None:
        return View(grid=grid, inside=None, weight=None, half_weight=None, fan=None, field=None)
    x = (np.arange(grid.columns) + 0.5) * grid.pixel_x_mm - 0.5 * grid.width_mm
    y = (np.arange(grid.rows) + 0.5) * grid.pixel_y_mm
    inside = field.contains(np.stack(np.meshgrid(x, y), axis=-1)).astype(np.uint8)
    half = shrunk(inside)
    return View(
        grid=grid,
        inside=inside,
        weight=blur(inside, SMOOTH_MM / grid.pixel_mm),
        half_weight=blur(half, COARSE_MM / (2 * grid.pixel_mm)),
        fan=_fan(grid, field) if isinstance(field, Sector) else None,
        field=field if isinstance(field, Sector) else None,
    )


def shrunk(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A mask of half the rows and columns: 1 where all four pixels are; an odd last row or column is left out."""
    mask = mask[: mask.shape[0] // 2 * 2, : mask.shape[1] // 2 * 2]
    return mask[::2, ::2] & mask[1::2, ::2] & mask[::2, 1::2] & mask[1::2, 1::2]


def eroded(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    """A mask without what lies within so many pixels of its border; the picture's own border is none."""
    side = 2 * max(1, pixels) + 1
    kernel = np.ones((side, side), np.uint8)
    return np.asarray(cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=1), dtype=np.uint8)


def _fan(grid: Grid, field: Sector) -> Fan:
    """Rays about as many as half the columns, sampled every coarse pixel from the face to the deepest arc."""
    pixel = 2 * grid.pixel_mm
    count = max(16, grid.columns // 2)
    step = (field.to_rad - field.from_rad) / count
    angles: NDArray[np.float64] = np.asarray(field.from_rad + step * (np.arange(count) + 0.5), dtype=np.float64)
    depths = max(16, round((field.outer_mm - field.inner_mm) / pixel))

    def places(size: int, scale: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        radius = field.inner_mm + (np.arange(size) + 0.5) * (field.outer_mm - field.inner_mm) / size
        x_mm = field.apex_mm[0] + radius[:, None] * np.sin(angles)[None, :]
        y_mm = field.apex_mm[1] + radius[:, None] * np.cos(angles)[None, :]
        columns = (x_mm + 0.5 * grid.width_mm) / (scale * grid.pixel_x_mm) - 0.5
        return (y_mm / (scale * grid.pixel_y_mm) - 0.5).astype(np.float32), columns.astype(np.float32)

    rows, columns = places(depths, 2)
    fine_rows, fine_columns = places(2 * depths, 1)
    x = (np.arange(grid.columns // 2) + 0.5) * 2 * grid.pixel_x_mm - 0.5 * grid.width_mm - field.apex_mm[0]
    y = (np.arange(grid.rows // 2) + 0.5) * 2 * grid.pixel_y_mm - field.apex_mm[1]
    angle = np.arctan2(*np.meshgrid(x, y))
    ray = np.clip(np.floor((angle - field.from_rad) / step), 0, count - 1).astype(np.intp)
    apex = (
        (field.apex_mm[0] + 0.5 * grid.width_mm) / (2 * grid.pixel_x_mm) - 0.5,
        field.apex_mm[1] / (2 * grid.pixel_y_mm) - 0.5,
    )
    return Fan(
        rows=rows,
        columns=columns,
        fine_rows=fine_rows,
        fine_columns=fine_columns,
        ray=ray,
        apex=apex,
        angles=angles,
        inner_mm=field.inner_mm,
        apex_mm=field.apex_mm,
        step_mm=(field.outer_mm - field.inner_mm) / (2 * depths),
    )
