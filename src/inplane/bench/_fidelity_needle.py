"""Fidelity of the needle: check 12, and needles laid at an angle, for pictures and tests."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.bench._fidelity_phantoms import at, db, look, scan
from inplane.core import NeedleShape
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.needle_law import GAMMA, RANGE_DB, SHAFT_DB
from inplane.physics.ultrasound.phantom import phantom

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown

QUIET_DB = -45.0
"""Echo of the phantom over muscle's: below the darkest shaft measured, so that its own level is seen."""
MIDDLE_MM = 20.0
N_SAMPLES = 2048
"""Fine enough that a thin echo's peak does not depend on where it lies between samples."""
GAUGES = {18: (1.27, 0.838), 20: (0.9081, 0.603), 21: (0.8192, 0.514), 22: (0.7176, 0.413), 25: (0.5144, 0.26)}
"""Outer and inner diameter, mm, as the atlas has them (tubing.yaml, WIKIGAUGE); it has no needle of 18 gauge."""
NICHOLS = {"plain": 5.0 / 68.0, "dimpled": 40.0 / 68.0}
"""Screen brightness at 75 degrees (theirs: 15) as a share of that at 0, J Vasc Interv Radiol 2003;14:1553."""


def laid(
    angle_rad: float, gauge: int, *, echogenic: float = 0.0, bevel_up: bool = True, turn_rad: float = 0.0
) -> NeedleShape:
    """A needle of 100 mm through the middle of the picture, its tip 12 mm of shaft past it.

    Args:
        angle_rad: between shaft and probe face.
        gauge: of the atlas's tubing.
        echogenic: see NeedleShape; the pattern then runs over the distal 60 mm.
        bevel_up: towards the probe, or away.
        turn_rad: about the depth axis; pi/2 is out of plane.
    """
    outer, inner = GAUGES[gauge]
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    flat = np.array([np.cos(turn_rad), 0.0, np.sin(turn_rad)])
    forward = c * flat + np.array([0.0, s, 0.0])
    up = s * flat - np.array([0.0, c, 0.0])
    middle = np.array([0.0, MIDDLE_MM, 0.0])
    return NeedleShape(
        points_mm=np.stack((middle - 88.0 * forward, middle + 12.0 * forward)),
        outer_diameter_mm=outer,
        inner_diameter_mm=inner,
        bevel=up if bevel_up else -up,
        bevel_length_mm=outer / np.tan(np.deg2rad(30.0)),
        echogenic=echogenic,
        pattern_length_mm=60.0 if echogenic > 0 else 0.0,
    )


def needle_view(needle: NeedleShape | None, sequence: int = 0) -> View:
    """A needle looked at square, 10 MHz, 40 mm."""
    view = look(at())
    return View(
        T_patient_probe=view.T_patient_probe, scanner=view.scanner, time_s=0.0, sequence=sequence, needle=needle
    )


def needle_picture(made: Scan, needle: NeedleShape | None) -> NDArray[np.uint8]:
    """(sample, line) what the scanner shows after three frames, compounded."""
    return [made.frame(needle_view(needle, sequence)).pixels for sequence in range(3)][-1].T


def shaft_level_db(made: Scan, needle: NeedleShape, steer_rad: float = 0.0) -> float:
    """Mean level of the shaft over muscle's mean, dB: along the near wall, interpolated between lines and samples as a
    screen does, over 8 mm of shaft, in plane, about the picture's middle."""
    shown = made.envelope(needle_view(needle), steer_rad=steer_rad).astype(np.float64)
    forward = needle.points_mm[1] - needle.points_mm[0]
    forward /= np.linalg.norm(forward)
    n_lines, n_samples = shown.shape
    along = np.arange(-4.0, 4.0, 0.05)
    above = 0.5 * needle.outer_diameter_mm / max(float(forward[0]), 0.5)
    line = along * forward[0] / (made.probe.width_mm.value / n_lines) + (n_lines - 1) / 2.0
    sample = (MIDDLE_MM + along * forward[1] - above) / (needle_view(needle).scanner.depth_mm / n_samples) - 0.5
    read = np.asarray(ndimage.map_coordinates(shown, (line, sample), order=1), np.float64)
    return float(db(read).mean())


def needle_visibility(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 12: R² of a straight line through the shaft's level in dB over 0 to 65 degrees, the worst of all gauges.

    Holds if the slope is 60 dB (1 - (5/68)^(1/1.6)) / 75 degrees within 5 %, thinner gauges are darker at
    every angle, and at 75 degrees plain and dimpled needles keep the shares of brightness that Nichols measured, within
    0.05.
    """
    made = scan(phantom({"water": (None, QUIET_DB, 1.5)}, seed=seed), seed=seed, n_samples=N_SAMPLES)
    degrees = np.array((0.0, 15.0, 30.0, 45.0, 65.0) if quick else np.arange(0.0, 66.0, 5.0))
    gauges = (18, 25) if quick else (18, 20, 21, 22, 25)
    levels = np.array([[shaft_level_db(made, laid(float(np.deg2rad(d)), g)) for d in degrees] for g in gauges])
    want = -RANGE_DB * (1.0 - NICHOLS["plain"] ** (1.0 / GAMMA)) / 75.0
    worst, right = 1.0, bool((np.diff(levels, axis=0) < 0.0).all())
    for row in levels:
        r = float(np.corrcoef(degrees, row)[0, 1])
        slope = r * float(row.std() / degrees.std())
        worst = min(worst, r * r)
        right &= abs(slope / want - 1.0) <= 0.05
    for kind, share in NICHOLS.items():
        echogenic = share if kind == "dimpled" else 0.0
        steep = shaft_level_db(made, laid(float(np.deg2rad(75.0)), 22, echogenic=echogenic))
        seen = max((steep - SHAFT_DB) / RANGE_DB + 1.0, 0.0) ** GAMMA
        right &= abs(seen - share) <= 0.05
    return worst, levels.size + len(NICHOLS), bool(worst >= 0.98 and right)
