"""Where scan lines run in the PROBE plane, and back: parallel, a fan about an apex, or a fan that leaves a flat face.

With R from apex to the middle of the face, rho the distance from the apex and theta the angle off the middle line:
parallel   line = x / pitch,       depth = y
fan        line = theta / pitch,   depth = rho - R                (a phased array has R = 0)
flat fan   line = theta / pitch,   depth = rho - R / cos(theta)   (virtual convex)
"""

from typing import NamedTuple

import numpy as np

from inplane.atlas import ProbeModel
from inplane.core import CurvedGeometry, LinearGeometry, ScannerControl
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import F1, HALF, f32, i64

PARALLEL, FAN, FLAT = 0, 1, 2


class Lines(NamedTuple):
    """The fan as kernels read it; numbers only.

    Attributes:
        kind: PARALLEL, FAN or FLAT. radius: R, mm. pitch: between lines, mm or, of a fan, rad.
        middle: index of the middle line, (n - 1) / 2.
    """

    kind: int
    radius: float
    pitch: float
    middle: float


def lines_of(geometry: LinearGeometry | CurvedGeometry) -> Lines:
    """The scan lines of a geometry."""
    middle = f32((geometry.n_lines - 1) / 2.0)
    if isinstance(geometry, LinearGeometry):
        return Lines(i64(PARALLEL), f32(0.0), f32(geometry.line_pitch_mm), middle)
    kind = FLAT if geometry.flat else FAN
    return Lines(i64(kind), f32(geometry.radius_mm), f32(geometry.line_pitch_rad), middle)


def fan_of(probe: ProbeModel, scanner: ScannerControl, shape: tuple[int, int]) -> LinearGeometry | CurvedGeometry:
    """Where a probe's samples lie, `shape` being lines and samples; a virtual convex leaves the whole face."""
    n_lines, n_samples = shape
    width, angle = probe.width_mm.value, probe.field_of_view_rad.value
    if probe.shape == "linear" and not scanner.virtual_convex:
        return LinearGeometry(n_lines=n_lines, n_samples=n_samples, width_mm=width, depth_mm=scanner.depth_mm)
    flat = probe.shape == "linear"
    return CurvedGeometry(
        n_lines=n_lines,
        n_samples=n_samples,
        radius_mm=width / 2.0 / float(np.tan(angle / 2.0)) if flat else probe.radius_mm.value,
        angle_rad=angle,
        depth_mm=scanner.depth_mm,
        flat=flat,
    )


@kernel(inline=True)
def to_line(lines: Lines, x: float, y: float) -> tuple[float, float]:
    """(line, depth mm) of a point of the PROBE plane; a point on or above an apex belongs to no line: depth -1."""
    if lines.kind == PARALLEL:
        return x / lines.pitch + lines.middle, y
    below = y + lines.radius
    if below <= f32(1e-3):
        return lines.middle, f32(-1.0)
    rho = np.sqrt(x * x + below * below)
    line = np.arctan2(x, below) / lines.pitch + lines.middle
    return line, (rho * y / below if lines.kind == FLAT else rho - lines.radius)


@kernel(inline=True)
def line_start(lines: Lines, line: float) -> tuple[float, float, float, float]:
    """Where a line leaves the face (x, y mm) and its direction (x, y)."""
    offset = (line - lines.middle) * lines.pitch
    if lines.kind == PARALLEL:
        return offset, f32(0.0), f32(0.0), F1
    sine, cosine = np.sin(offset), np.cos(offset)
    start = lines.radius / cosine if lines.kind == FLAT else lines.radius
    return start * sine, start * cosine - lines.radius, sine, cosine


@kernel(inline=True)
def pitch_mm(lines: Lines, depth: float) -> float:
    """Distance between neighbouring lines at a depth, mm; at least a hundredth of a millimetre."""
    if lines.kind == PARALLEL:
        return lines.pitch
    return max((lines.radius + depth) * lines.pitch, HALF * f32(0.02))
