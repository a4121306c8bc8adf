"""A needle's echoes: a capsule along a polyline, walked by arc length.

Each step of STEP_MM sends back from the near wall, the far wall and a train of reverberations of the lumen, weighted by
how far out of the slab it lies and by its angle: 0 = shaft parallel to the probe face, the beam normal to it.
Visibility falls linearly to none at 65 degrees (Schafhalter-Zoppoth & Gray 2004) but never below the echogenic share.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, NeedleShape, Pose
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import Beam
from inplane.physics.ultrasound.lookup import F0, F1, HALF, QUARTER, f32, i64, sine
from inplane.physics.ultrasound.tables import hash3

STEP_MM = 0.05
SHAFT = f32(60.0)
"""Amplitude of a shaft that lies flat, over muscle's 1. chosen: 36 dB, as bone, for 22 gauge; thinner gives less, in
proportion."""
TIP = f32(30.0)
"""Amplitude of the bevel's edges at any angle. chosen: 30 dB."""
REFERENCE_MM = f32(0.72)
GRAZING_RAD = f32(1.134)
"""65 degrees."""
LUMEN_SPEED = f32(1540.0 / 1482.0)
"""Reverberation spacing is d 1540 / c_lumen, water within."""
ECHOES = 7
DECAY = f32(0.52)
"""Of each reverberation to the one before, amplitude. chosen: comet of some 5 to 8 lines."""


class Shaft(NamedTuple):
    """The needle as the kernels read it.

    Attributes:
        points: (n, 3) float32 in PROBE mm, every STEP_MM, the last one the tip.
        angle: (n,) radians between shaft and probe face.
        outer, inner: diameters, mm. bevel: mm. up: 1 if the bevel faces the probe, -1 if away. echogenic: 0 to 1.
    """

    points: NDArray[np.float32]
    angle: NDArray[np.float32]
    outer: float
    inner: float
    bevel: float
    up: float
    echogenic: float


def place_needle(needle: NeedleShape, T_patient_probe: Pose) -> Shaft:
    """The needle in the probe's frame, walked by arc length.

    Raises:
        FormatError: fewer than two points, or points that are not finite.
    """
    points = np.asarray(needle.points_mm, np.float64)
    if points.ndim != 2 or points.shape[1] != 3 or len(points) < 2 or not np.isfinite(points).all():
        raise FormatError(f"NeedleShape.points_mm has shape {points.shape}. Expected (n >= 2, 3), finite.")
    inverse = T_patient_probe.inverse()
    points = inverse.apply(points)
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    total = min(float(length[-1]), 300.0)
    steps = max(2, int(total / STEP_MM) + 1)
    at = length[-1] - total * (1.0 - np.arange(steps) / (steps - 1))
    columns: list[NDArray[np.float64]] = [np.interp(at, length, points[:, c]) for c in range(3)]
    walked = np.stack(columns, axis=-1)
    along: NDArray[np.float64] = np.asarray(np.gradient(walked, axis=0))
    flat = np.maximum(np.hypot(along[:, 0], along[:, 2]), 1e-9)
    bevel = inverse.rotate(needle.bevel)
    return Shaft(
        points=walked.astype(np.float32),
        angle=np.arctan2(np.abs(along[:, 1]), flat).astype(np.float32),
        outer=f32(needle.outer_diameter_mm),
        inner=f32(needle.inner_diameter_mm),
        bevel=f32(needle.bevel_length_mm),
        up=f32(np.clip(-bevel[1], -1.0, 1.0)),
        echogenic=f32(needle.echogenic),
    )


@kernel()
def needle_echo(shaft: Shaft, beam: Beam, steer: float, grid: NDArray[np.float32], cover: NDArray[np.float32]) -> None:
    """Add the needle to `grid` and note its shadow.

    Args:
        shaft, beam: see there.
        steer: tangent of the steering angle; the beam meets the shaft under an angle changed by it.
        grid: (lines + 2, 2 samples) float32; line l lies in row l + 1.
        cover: (2, lines): depth mm of the needle on each line, amplitude that passes it.
    """
    n, n_lines, n_samples = shaft.points.shape[0], grid.shape[0] - 2, grid.shape[1] // 2
    center = HALF * f32(n_lines - 1)
    for i in range(n):
        x, y, e = shaft.points[i, 0], shaft.points[i, 1], shaft.points[i, 2]
        line = x / beam.pitch + center
        if line <= -F1 or line >= f32(n_lines) or y <= F0 or y >= f32(n_samples) * beam.sample:
            continue
        near = min(i64(y / beam.sample), n_samples - 1)
        sigma = HALF * beam.slab[near]
        weight = np.exp(-e * e / (f32(2.0) * sigma * sigma)) + f32(0.03) * np.exp(-abs(e) / sigma)
        if weight < f32(0.004):
            continue
        to_tip = f32(n - 1 - i) * f32(STEP_MM)
        _walls(shaft, beam, grid, (i, line, y, weight, to_tip), steer)
        where = i64(line + HALF)
        if 0 <= where < n_lines:
            cover[0, where] = min(cover[0, where], y + shaft.outer)
            cover[1, where] = min(cover[1, where], F1 - f32(0.45) * weight)


@kernel()
def _walls(
    shaft: Shaft,
    beam: Beam,
    grid: NDArray[np.float32],
    here: tuple[int, float, float, float, float],
    steer: float,
) -> None:
    """Near wall, far wall, reverberations and, near the tip, the bevel's edges."""
    i, line, y, weight, to_tip = here
    angle = shaft.angle[i]
    slope = (shaft.points[i, 1] - shaft.points[max(i - 1, 0), 1]) * (
        shaft.points[i, 0] - shaft.points[max(i - 1, 0), 0]
    )
    lean = np.arctan(steer) if slope <= F0 else -np.arctan(steer)
    seen = max(F1 - abs(angle - lean) / GRAZING_RAD, shaft.echogenic)
    seen = max(seen, f32(0.06))
    dense = f32(STEP_MM) / beam.pitch * max(np.cos(angle), f32(0.35))
    strength = SHAFT * shaft.outer / REFERENCE_MM * seen * weight * dense
    strength *= f32(0.75) + f32(0.5) * _wander(i, 11)
    turns = f32(0.6) * _wander(i, 3) + f32(0.3) * _wander(i * 3, 9)
    half = HALF * shaft.outer
    if to_tip < shaft.bevel:  # the ground face: no near wall, tapering; bright when it faces the probe
        strength *= f32(0.55) + f32(0.6) * max(shaft.up, F0)
        half *= to_tip / shaft.bevel if shaft.bevel > F0 else F1
    point(grid, line, (y - half) / beam.sample - HALF, strength, turns)
    point(grid, line, (y + half) / beam.sample - HALF, f32(0.45) * strength, turns + QUARTER)
    gap = shaft.inner * LUMEN_SPEED
    echo = f32(0.30) * strength * max(seen - f32(0.35), F0)
    if to_tip > shaft.bevel:
        for j in range(1, ECHOES + 1):
            jitter = _wander(i + 131 * j, 5 + j)
            depth = y + half + f32(j) * gap * (f32(0.96) + f32(0.08) * jitter)
            point(grid, line, depth / beam.sample - HALF, echo * (f32(0.25) + jitter), turns + jitter)
            echo *= DECAY
    if to_tip < f32(0.35):
        edge = TIP * weight * f32(STEP_MM) / f32(0.35) * f32(0.8)
        point(grid, line, y / beam.sample - HALF, edge, f32(0.1) * _wander(i, 21))


@kernel(inline=True)
def _wander(i: int, salt: int) -> float:
    """Smooth noise along the shaft, 0 to 1, that changes over 0.8 mm (16 steps)."""
    cell, part = i >> 4, f32(i & 15) / f32(16.0)
    a = f32(hash3(cell, salt, 1, 0) & 1023) / f32(1023.0)
    b = f32(hash3(cell + 1, salt, 1, 0) & 1023) / f32(1023.0)
    return a + (b - a) * part


@kernel(inline=True)
def point(grid: NDArray[np.float32], line: float, sample: float, amplitude: float, turns: float) -> None:
    """Add a complex point, linear in line and sample; outside the picture it is left out."""
    row = line + F1
    if row < F0 or sample < F0 or row >= f32(grid.shape[0] - 1) or sample >= f32(grid.shape[1] // 2 - 1):
        return
    i, j = i64(row), i64(sample)
    u, v = row - f32(i), sample - f32(j)
    re, im = amplitude * sine(turns + QUARTER), amplitude * sine(turns)
    for side in range(2):
        wide = u if side else F1 - u
        grid[i + side, 2 * j] += wide * (F1 - v) * re
        grid[i + side, 2 * j + 1] += wide * (F1 - v) * im
        grid[i + side, 2 * j + 2] += wide * v * re
        grid[i + side, 2 * j + 3] += wide * v * im
