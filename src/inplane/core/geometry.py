"""Where each pixel of a frame lies in the imaging plane.

Frames are held as MF: image x grows to the marked side of the probe, image y away from the probe. A page that shows the
marker at the top left therefore draws line `n_lines - 1` first (see docs/decisions).

A simulated scanner gives lines and samples (`LinearGeometry`). A real one mostly gives the picture that its screen
shows, already scan-converted: columns and rows of square pixels, in which the field of view is a rectangle, a sector or
a trapezoid (`PictureGeometry`). Both answer the same questions; a column is then what a line is elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inplane.core.errors import FormatError, require_range
from inplane.core.field_of_view import FieldOfView, Polygon, Sector, field_of


class Calibration(StrEnum):
    """How the millimetres of a picture are known."""

    CALIBRATED = "calibrated"  # told by the scanner, a calibration file, or the simulator
    ESTIMATED = "estimated"  # read off the ruler in the picture: every millimetre is approximate, and marked so
    UNCALIBRATED = "uncalibrated"  # not known; "mm" are then nominal, and none may be shown to anyone

    @property
    def in_mm(self) -> bool:
        """Whether a distance in mm may be said at all; where estimated, only with that word."""
        return self is not Calibration.UNCALIBRATED

    @property
    def mark(self) -> str:
        """What has to stand behind a number in mm: nothing, or that it is an estimate."""
        return " (estimated scale)" if self is Calibration.ESTIMATED else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearGeometry:
    """A linear array's picture: parallel scan lines, line by line, sample by sample.

    Args:
        n_lines: scan lines, 16 to 1024.
        n_samples: samples a line, 32 to 4096.
        width_mm: from the first to the last line's outer edges (n_lines * pitch), 5 to 200.
        depth_mm: from the probe face to the end of the last sample, 5 to 300.

    Raises:
        RangeError: a number is outside its range.
    """

    n_lines: int
    n_samples: int
    width_mm: float
    depth_mm: float

    def __post_init__(self) -> None:
        require_range("n_lines", self.n_lines, 16, 1024)
        require_range("n_samples", self.n_samples, 32, 4096)
        require_range("width_mm", self.width_mm, 5, 200)
        require_range("depth_mm", self.depth_mm, 5, 300)

    @property
    def line_pitch_mm(self) -> float:
        """Distance between neighbouring scan lines."""
        return self.width_mm / self.n_lines

    @property
    def sample_pitch_mm(self) -> float:
        """Distance between neighbouring samples of a line."""
        return self.depth_mm / self.n_samples

    def to_mm(self, line_sample: ArrayLike) -> NDArray[np.float64]:
        """Image points (..., 2) as (x, y) in mm, of indices (line, sample); pixel centres are whole numbers."""
        return _to_mm(self, line_sample)

    def to_index(self, image_mm: ArrayLike) -> NDArray[np.float64]:
        """Indices (..., 2) as (line, sample), not rounded, of image points (x, y) in mm; the inverse of `to_mm`."""
        return _to_index(self, image_mm)

    def contains(self, image_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether image points (..., 2) in mm lie within the picture."""
        return _within(self, image_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureGeometry:
    """A picture as a screen shows it: columns and rows of pixels, of which the field of view may be a part.

    IMAGE x = 0 is the middle of the picture and y = 0 its upper edge. Where the calibration is not known, lengths are
    nominal: good for choosing filters, never to be shown.

    Args:
        n_lines: columns, 16 to 4096.
        n_samples: rows, 16 to 4096.
        line_pitch_mm, sample_pitch_mm: width and height of a pixel, 0.001 to 5.
        field: the part that shows tissue, IMAGE mm; None where it is the whole picture.

    Raises:
        RangeError: a number is outside its range.
    """

    n_lines: int
    n_samples: int
    line_pitch_mm: float
    sample_pitch_mm: float
    field: FieldOfView | None = None

    def __post_init__(self) -> None:
        require_range("columns", self.n_lines, 16, 4096)
        require_range("rows", self.n_samples, 16, 4096)
        require_range("width of a pixel", self.line_pitch_mm, 0.001, 5, "mm")
        require_range("height of a pixel", self.sample_pitch_mm, 0.001, 5, "mm")

    @property
    def width_mm(self) -> float:
        """From the outer edge of the first column to that of the last."""
        return self.n_lines * self.line_pitch_mm

    @property
    def depth_mm(self) -> float:
        """From the upper edge of the first row to the lower edge of the last."""
        return self.n_samples * self.sample_pitch_mm

    def to_mm(self, line_sample: ArrayLike) -> NDArray[np.float64]:
        """Image points (..., 2) as (x, y) in mm, of indices (column, row); pixel centres are whole numbers."""
        return _to_mm(self, line_sample)

    def to_index(self, image_mm: ArrayLike) -> NDArray[np.float64]:
        """Indices (..., 2) as (column, row), not rounded, of image points (x, y) in mm; the inverse of `to_mm`."""
        return _to_index(self, image_mm)

    def contains(self, image_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether image points (..., 2) in mm lie within the field of view."""
        inside = _within(self, image_mm)
        return inside if self.field is None else inside & self.field.contains(image_mm)

    def mask(self) -> NDArray[np.bool_]:
        """(n_lines, n_samples) whether each pixel's centre lies within the field of view."""
        columns, rows = np.meshgrid(np.arange(self.n_lines), np.arange(self.n_samples), indexing="ij")
        return self.contains(self.to_mm(np.stack((columns, rows), axis=-1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvedGeometry:
    """A fan of scan lines, as of a curved or a phased array or a virtual convex: line by line, sample by sample.

    Here x, y are those of the PROBE plane: y = 0 at the middle of the face. All lines meet in an apex above it. What a
    screen shows is `picture()`; frames hold that.

    Args:
        n_lines: scan lines, 16 to 1024, evenly spread over the angle.
        n_samples: samples a line, 32 to 4096.
        radius_mm: from apex to the middle of the face: a curved array's radius, 0 for a phased one.
        angle_rad: from the first to the last line's outer edges, 0.05 to 3.
        depth_mm: along the middle line, from the face to the end of the last sample, 5 to 300.
        flat: whether the face is flat (virtual convex), not an arc about the apex.

    Raises:
        RangeError: a number is outside its range.
        FormatError: a flat face whose outermost lines would not leave it forwards.
    """

    n_lines: int
    n_samples: int
    radius_mm: float
    angle_rad: float
    depth_mm: float
    flat: bool = False

    def __post_init__(self) -> None:
        require_range("n_lines", self.n_lines, 16, 1024)
        require_range("n_samples", self.n_samples, 32, 4096)
        require_range("radius_mm", self.radius_mm, 0, 300, "mm")
        require_range("angle_rad", self.angle_rad, 0.05, 3, "rad")
        require_range("depth_mm", self.depth_mm, 5, 300, "mm")
        if self.flat and not (self.radius_mm > 0 and self.angle_rad < 2.5):
            raise FormatError(
                f"A flat face has radius_mm {self.radius_mm:g} and angle_rad {self.angle_rad:g}. Expected a radius "
                "above 0 and an angle below 2.5."
            )

    @property
    def line_pitch_rad(self) -> float:
        """Angle between neighbouring scan lines."""
        return self.angle_rad / self.n_lines

    @property
    def sample_pitch_mm(self) -> float:
        """Distance between neighbouring samples of a line."""
        return self.depth_mm / self.n_samples

    @property
    def width_mm(self) -> float:
        """Of the widest part of the picture."""
        return (
            2.0 * (self._start_mm(self.angle_rad / 2) + self.depth_mm) * float(np.sin(min(self.angle_rad, np.pi) / 2))
        )

    @property
    def top_mm(self) -> float:
        """y of the picture's upper edge: a curved face's ends lie above its middle."""
        return 0.0 if self.flat else self.radius_mm * (float(np.cos(self.angle_rad / 2)) - 1.0)

    def _start_mm(self, angle_rad: float) -> float:
        """From apex to face along a line."""
        return self.radius_mm / float(np.cos(angle_rad)) if self.flat else self.radius_mm

    def to_mm(self, line_sample: ArrayLike) -> NDArray[np.float64]:
        """Points (..., 2) of the PROBE plane in mm, of indices (line, sample); pixel centres are whole numbers."""
        index = np.asarray(line_sample, dtype=np.float64)
        angle = (index[..., 0] - (self.n_lines - 1) / 2) * self.line_pitch_rad
        start = self.radius_mm / np.cos(angle) if self.flat else np.full_like(angle, self.radius_mm)
        far = start + (index[..., 1] + 0.5) * self.sample_pitch_mm
        return np.stack((far * np.sin(angle), far * np.cos(angle) - self.radius_mm), axis=-1)

    def to_index(self, probe_mm: ArrayLike) -> NDArray[np.float64]:
        """Indices (..., 2) as (line, sample), not rounded, of points of the PROBE plane; the inverse of `to_mm`."""
        point = np.asarray(probe_mm, dtype=np.float64)
        below = point[..., 1] + self.radius_mm
        far, angle = np.hypot(point[..., 0], below), np.arctan2(point[..., 0], below)
        start = self.radius_mm / np.cos(angle) if self.flat else self.radius_mm
        line = angle / self.line_pitch_rad + (self.n_lines - 1) / 2
        return np.stack((line, (far - start) / self.sample_pitch_mm - 0.5), axis=-1)

    def contains(self, probe_mm: ArrayLike) -> NDArray[np.bool_]:
        """Whether points (..., 2) of the PROBE plane lie within the fan."""
        line, sample = np.moveaxis(self.to_index(probe_mm), -1, 0)
        inside = (line >= -0.5) & (line <= self.n_lines - 0.5)
        return inside & (sample >= -0.5) & (sample <= self.n_samples - 0.5)

    def picture(self, pixel_mm: float) -> PictureGeometry:
        """The scan-converted picture, IMAGE mm: as PROBE mm, but y counts from `top_mm`.

        Its field is the fan; of a flat face the four-sided part that all lines reach.
        """
        half = self.angle_rad / 2
        depth = self.radius_mm + self.depth_mm
        if self.flat:
            reach = self._start_mm(half) + self.depth_mm
            corner, low = reach * float(np.sin(half)), reach * float(np.cos(half)) - self.radius_mm
            face = self.radius_mm * float(np.tan(half))
            field: FieldOfView = Polygon(points_mm=((-face, 0.0), (face, 0.0), (corner, low), (-corner, low)))
        else:
            apex = (0.0, -self.radius_mm - self.top_mm)
            field = Sector(apex_mm=apex, inner_mm=self.radius_mm, outer_mm=depth, from_rad=-half, to_rad=half)
        return PictureGeometry(
            n_lines=2 * round(self.width_mm / pixel_mm / 2),
            n_samples=round((self.depth_mm - self.top_mm) / pixel_mm),
            line_pitch_mm=pixel_mm,
            sample_pitch_mm=pixel_mm,
            field=field,
        )


Geometry: TypeAlias = LinearGeometry | PictureGeometry
"""What a frame's geometry may be; all have `n_lines`, `n_samples`, `width_mm`, `depth_mm`, both pitches, `to_mm`,
`to_index` and `contains`."""


def _to_mm(geometry: Geometry, line_sample: ArrayLike) -> NDArray[np.float64]:
    index = np.asarray(line_sample, dtype=np.float64)
    x_mm = (index[..., 0] - (geometry.n_lines - 1) / 2) * geometry.line_pitch_mm
    y_mm = (index[..., 1] + 0.5) * geometry.sample_pitch_mm
    return np.stack((x_mm, y_mm), axis=-1)


def _to_index(geometry: Geometry, image_mm: ArrayLike) -> NDArray[np.float64]:
    point = np.asarray(image_mm, dtype=np.float64)
    line = point[..., 0] / geometry.line_pitch_mm + (geometry.n_lines - 1) / 2
    sample = point[..., 1] / geometry.sample_pitch_mm - 0.5
    return np.stack((line, sample), axis=-1)


def _within(geometry: Geometry, image_mm: ArrayLike) -> NDArray[np.bool_]:
    point = np.asarray(image_mm, dtype=np.float64)
    inside_x = np.abs(point[..., 0]) <= geometry.width_mm / 2
    return inside_x & (point[..., 1] >= 0) & (point[..., 1] <= geometry.depth_mm)


def geometry_of(values: Mapping[str, Any]) -> Geometry:
    """The geometry that a mapping of its fields describes, as `dataclasses.asdict` gives it.

    Raises:
        FormatError: not the fields of a geometry.
        RangeError: a number is outside its range.
    """
    try:
        fields = dict(values)
        if "width_mm" in fields:
            return LinearGeometry(**fields)
        field = field_of(fields.pop("field", None))
        return PictureGeometry(**fields, field=field)
    except (TypeError, ValueError) as error:
        raise FormatError(f"Geometry has other fields than expected: {error}.") from error
