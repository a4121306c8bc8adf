"""Scan lines laid out as the picture that a screen shows, by the geometry of a PLUS configuration."""

from dataclasses import dataclass, replace
from math import pi, radians

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import FieldOfView, FormatError, Polygon, Sector, require_range
from inplane.stream.files.media import MAX_SIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanConversion:
    """How lines become a picture, as `ScanConversion` of a PLUS configuration says.

    Args:
        curved: True for a curved array, whose lines leave `radius_start_mm` at even angles from `theta_start_deg` to
            `theta_stop_deg` and end at `radius_stop_mm`; False for a linear one, `width_mm` wide and `depth_mm` deep.
        columns, rows: of the picture.
        spacing_mm: (x, y) size of its pixels.
        center_px: (x, y) of the middle of the transducer's face.
        n_lines: scan lines that it is for; None where unsaid.
        name: of the transducer.

    Raises:
        RangeError: a number is absurd.
        FormatError: radii or angles do not grow.
    """

    curved: bool
    columns: int
    rows: int
    spacing_mm: tuple[float, float]
    center_px: tuple[float, float]
    radius_start_mm: float = 0.0
    radius_stop_mm: float = 0.0
    theta_start_deg: float = 0.0
    theta_stop_deg: float = 0.0
    width_mm: float = 0.0
    depth_mm: float = 0.0
    n_lines: int | None = None
    name: str = ""

    def __post_init__(self) -> None:
        for what, count in (("columns", self.columns), ("rows", self.rows)):
            require_range(f"OutputImageSizePixel {what}", count, 16, MAX_SIDE)
        for size, at in zip(self.spacing_mm, self.center_px, strict=True):
            require_range("OutputImageSpacingMmPerPixel", size, 0.001, 5, "mm")
            require_range("TransducerCenterPixel", at, -MAX_SIDE, 2 * MAX_SIDE)
        if not self.curved:
            require_range("TransducerWidthMm", self.width_mm, 1, 500, "mm")
            require_range("ImagingDepthMm", self.depth_mm, 1, 500, "mm")
            return
        require_range("RadiusStartMm", self.radius_start_mm, 0, 500, "mm")
        require_range("RadiusStopMm", self.radius_stop_mm, 1, 1000, "mm")
        for angle in (self.theta_start_deg, self.theta_stop_deg):
            require_range("ThetaStartDeg and ThetaStopDeg", angle, -90, 90, "degrees")
        if self.radius_start_mm >= self.radius_stop_mm or self.theta_start_deg >= self.theta_stop_deg:
            raise FormatError(f"Scan conversion of {self.name!r} has radii or angles that do not grow.")

    def picture(self, lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(rows, columns), MF, of (lines, samples), MF; black where no line reaches."""
        line, sample = self._indices(*lines.shape)
        # remap takes x = index of the second axis, y = of the first.
        return np.asarray(cv2.remap(lines, sample, line, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.uint8)

    def _indices(self, n_lines: int, n_samples: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(rows, columns) each: which line and which sample lies under each pixel."""
        x_mm = (np.arange(self.columns) - self.center_px[0])[None, :] * self.spacing_mm[0]
        y_mm = (np.arange(self.rows) - self.center_px[1])[:, None] * self.spacing_mm[1]
        if self.curved:
            below_mm = y_mm + self.radius_start_mm
            first, last = radians(self.theta_start_deg), radians(self.theta_stop_deg)
            across = (np.arctan2(x_mm, below_mm) - first) / (last - first)
            along = (np.hypot(x_mm, below_mm) - self.radius_start_mm) / (self.radius_stop_mm - self.radius_start_mm)
        else:
            across, along = np.broadcast_arrays(x_mm / self.width_mm + 0.5, y_mm / self.depth_mm)
        outside = (across < 0) | (across > 1) | (along < 0) | (along > 1)
        line, sample = across * (n_lines - 1), along * (n_samples - 1)
        line[outside] = -10
        return line.astype(np.float32), sample.astype(np.float32)

    def field(self) -> FieldOfView | None:
        """The field of view in pixels of the picture; None where it cannot be told in pixels (unequal sides)."""
        (x, y), (dx, dy) = self.center_px, self.spacing_mm
        if not self.curved:
            half, deep = self.width_mm / 2 / dx, self.depth_mm / dy
            left, right = max(0.0, x - half), min(float(self.columns), x + half)
            top, bottom = max(0.0, y), min(float(self.rows), y + deep)
            if left >= right or top >= bottom:
                return None
            return Polygon(points_mm=((left, top), (right, top), (right, bottom), (left, bottom)))
        if abs(dx / dy - 1) > 0.01:
            return None
        return Sector(
            apex_mm=(x + 0.5, y + 0.5 - self.radius_start_mm / dy),
            inner_mm=self.radius_start_mm / dy,
            outer_mm=self.radius_stop_mm / dy,
            from_rad=max(-pi / 2, radians(self.theta_start_deg)),
            to_rad=min(pi / 2, radians(self.theta_stop_deg)),
        )


def turned(field: FieldOfView | None, code: str, columns: int) -> FieldOfView | None:
    """A field of view in pixels of the MF picture, in those of the picture as it is stored.

    Args:
        field: of the MF picture.
        code: how the picture is stored.
        columns: of the stored picture.

    Returns:
        None where no field says it: a sector that is open to the top.
    """
    if field is None or code[1:2] == "N" or code[:1] in ("F", "N"):
        return None
    if code[:1] != "U":
        return field
    if isinstance(field, Polygon):
        return Polygon(points_mm=tuple((columns - x, y) for x, y in field.points_mm))
    (x, y), first, last = field.apex_mm, field.from_rad, field.to_rad
    return replace(field, apex_mm=(columns - x, y), from_rad=-last, to_rad=-first)
