"""From lines of samples to a picture with square pixels: flat probes, steered lines and curved ones."""

from dataclasses import dataclass
from math import cos, radians, sin, tan

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import FieldOfView, Polygon, Sector

MAX_PIXELS = 1000
"""Longer side of a picture. chosen: no scanner of this maker shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where the samples lie.

    Args:
        x_mm: (n,) of each line on the probe's face, along it, growing; the first element is at 0.
        angles_deg: (n,) of each line from the face's normal.
        radius_mm: of the face; 0 for a flat one.
        start_mm: depth of the first sample along its line.
        sample_mm: between samples.
        samples: of a line.
    """

    x_mm: NDArray[np.float64]
    angles_deg: NDArray[np.float64]
    radius_mm: float
    start_mm: float
    sample_mm: float
    samples: int

    @property
    def end_mm(self) -> float:
        """Depth of the last sample along its line."""
        return self.start_mm + (self.samples - 1) * self.sample_mm


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScanConversion:
    """A picture's pixels as places among the lines.

    Args:
        line, sample: (rows, columns) float32, fractional; -1 outside.
        pixel_mm: of a square pixel.
        field: what the picture shows, in pixels from its corner; None where it is all of it.
    """

    line: NDArray[np.float32]
    sample: NDArray[np.float32]
    pixel_mm: float
    field: FieldOfView | None

    def apply(self, lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """(rows, columns) picture of (lines, samples); linear between both, black outside."""
        found = cv2.remap(
            lines, self.sample, self.line, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0
        )
        return np.asarray(found, dtype=np.uint8)


def conversion_for(lines: Lines) -> ScanConversion:
    """How these lines become a picture whose first row is at the face, and whose first column is at the first line."""
    return _curved(lines) if lines.radius_mm > 0 else _flat(lines)


def _flat(lines: Lines) -> ScanConversion:
    """Row by row: at depth y, line i is at x_i + y tan(a_i), and its sample at y / cos(a_i)."""
    slopes = np.tan(np.radians(lines.angles_deg))
    deep_mm = lines.end_mm * float(np.cos(np.radians(lines.angles_deg)).max())
    ends = np.concatenate((lines.x_mm + lines.start_mm * slopes, lines.x_mm + deep_mm * slopes))
    left_mm, width_mm = float(ends.min()), float(ends.max() - ends.min())
    pixel_mm = max(lines.sample_mm, deep_mm / MAX_PIXELS, width_mm / MAX_PIXELS)
    rows, columns = max(2, round(deep_mm / pixel_mm) + 1), max(2, round(width_mm / pixel_mm) + 1)
    x_mm = left_mm + np.arange(columns) * pixel_mm
    index = np.arange(len(lines.x_mm), dtype=np.float64)
    line = np.empty((rows, columns), dtype=np.float32)
    sample = np.empty((rows, columns), dtype=np.float32)
    for row in range(rows):
        y_mm = row * pixel_mm
        line[row] = np.interp(x_mm, lines.x_mm + y_mm * slopes, index, left=-2, right=-2)
        angle = np.radians(np.asarray(np.interp(line[row], index, lines.angles_deg), dtype=np.float64))
        sample[row] = (y_mm / np.cos(angle) - lines.start_mm) / lines.sample_mm
    field = None if not slopes.any() and lines.start_mm < lines.sample_mm else _outline(lines, left_mm, pixel_mm)
    return ScanConversion(line=line, sample=sample, pixel_mm=pixel_mm, field=field)


def _outline(lines: Lines, left_mm: float, pixel_mm: float) -> Polygon:
    corners: list[tuple[float, float]] = []
    for i, depth_mm in ((0, lines.start_mm), (-1, lines.start_mm), (-1, lines.end_mm), (0, lines.end_mm)):
        angle = radians(float(lines.angles_deg[i]))
        y_mm = depth_mm * cos(angle)
        x_mm = float(lines.x_mm[i]) + y_mm * tan(angle) - left_mm
        corners.append((x_mm / pixel_mm + 0.5, y_mm / pixel_mm + 0.5))
    return Polygon(points_mm=tuple(corners))


def _curved(lines: Lines) -> ScanConversion:
    """Around the centre of the face's arc: a line's angle is its place along the arc over the radius."""
    radius = lines.radius_mm
    middle = (float(lines.x_mm[0]) + float(lines.x_mm[-1])) / 2
    turns: NDArray[np.float64] = (lines.x_mm - middle) / radius + np.radians(lines.angles_deg)
    first, last = float(turns[0]), float(turns[-1])
    outer = radius + lines.end_mm
    top = (radius + lines.start_mm) * min(cos(first), cos(last))
    left, right = outer * min(sin(first), 0.0), outer * max(sin(last), 0.0)
    pixel_mm = max(lines.sample_mm, (outer - top) / MAX_PIXELS, (right - left) / MAX_PIXELS)
    rows, columns = max(2, round((outer - top) / pixel_mm) + 1), max(2, round((right - left) / pixel_mm) + 1)
    x, y = np.meshgrid(left + np.arange(columns) * pixel_mm, top + np.arange(rows) * pixel_mm)
    index = np.arange(len(turns), dtype=np.float64)
    line = np.interp(np.arctan2(x, y), turns, index, left=-2, right=-2).astype(np.float32)
    sample = ((np.hypot(x, y) - radius - lines.start_mm) / lines.sample_mm).astype(np.float32)
    field = Sector(
        apex_mm=(0.5 - left / pixel_mm, 0.5 - top / pixel_mm),
        inner_mm=(radius + lines.start_mm) / pixel_mm,
        outer_mm=outer / pixel_mm,
        from_rad=first,
        to_rad=last,
    )
    return ScanConversion(line=line, sample=sample, pixel_mm=pixel_mm, field=field)
