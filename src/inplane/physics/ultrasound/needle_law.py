"""How bright a needle is: the law of visibility, and the needle walked by arc length in the probe's frame.

One angle: 0 = shaft parallel to the probe's face, the beam normal to it; 90 degrees = shaft along the beam. With t the
shaft's direction and b the beam's (line and steering), sin(angle) = |t . b|.

Sources, each turned into this angle:
- Schafhalter-Zoppoth, McCulloch & Gray, Reg Anesth Pain Med 2004;29:480 (abstract read): angle between shaft and the
  phantom's surface, 0 to 65 degrees: this angle. Visibility falls linearly with it and with thinner needles. Slopes
  are not in the abstract.
- Nichols, Wright, Spencer & Culp, J Vasc Interv Radiol 2003;14:1553 (abstract read): angle between beam and shaft, 90
  to 15 degrees: this angle is 90 less theirs. Screen brightness 60 to 76 units (mean 68) at 90; at 15, that is 75
  here: 43 and 40 dimpled, 9 coated, 5 plain.

Both measured brightness on a screen. A screen shows the logarithm of amplitude through a grey map: with u the share of
the dynamic range above black, grey = white u^GAMMA. So what falls linearly is dB, and amplitude falls exponentially
with the angle. A flat shaft is white (u = 1); a plain one keeps 5/68 of that at 75 degrees, u = (5/68)^(1/GAMMA) = 0.2:
    dB(angle) = SHAFT_DB - RANGE_DB (1 - 0.2) angle / 75 degrees = SHAFT_DB - 0.64 dB per degree,
4 dB over muscle's mean at 45 degrees (faintly seen), 6 below it at 60 (lost but for its tip). Grey itself is then
almost straight too: over 0 to 65 degrees u^1.6 fits a line with R² 0.99. An echogenic pattern adds a return that no
angle changes; 40/68 of white is u = 0.72, 16 dB over muscle.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, NeedleShape, Pose
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import f32

STEP_MM = 0.05
RANGE_DB = 60.0
"""From black to a flat shaft. chosen: the dynamic range that scanners use by default, and ours."""
GAMMA = 1.6
"""Of the screen on which brightness is measured. chosen: between our soft and our standard grey map; the sources do
not tell theirs."""
SHAFT_DB = 33.0
"""Of a flat 22 gauge shaft over muscle's mean. chosen: white at default gain and a little more, as flat needles are in
real pictures."""
FALL_DB_RAD = RANGE_DB * (1.0 - (5.0 / 68.0) ** (1.0 / GAMMA)) / np.deg2rad(75.0)
"""36.9 dB/rad, 0.644 dB a degree: Nichols 2003, see above."""
REFERENCE_MM = 0.7176
"""Outer diameter of 22 gauge."""
MAX_LENGTH_MM = 300.0


class Shaft(NamedTuple):
    """The needle as the kernels read it, in PROBE mm.

    Attributes:
        points: (n, 3) float32 every STEP_MM, the last one the tip. tangent: (n, 3) unit, towards the tip.
        normal: (3,) of the ground face of the bevel, outwards. side: (3,) unit, where the bevel faces, across the
            shaft.
        outer, inner: diameters. bevel: its length. gain: amplitude of a flat shaft over muscle's.
        dots: amplitude of the echogenic pattern, 0 for none. pattern, period: its length from the tip, and from dot to
            dot.
    """

    points: NDArray[np.float32]
    tangent: NDArray[np.float32]
    normal: NDArray[np.float32]
    side: NDArray[np.float32]
    outer: float
    inner: float
    bevel: float
    gain: float
    dots: float
    pattern: float
    period: float


def level_db(angle_rad: float, outer_diameter_mm: float) -> float:
    """Level of a plain shaft over muscle's mean, dB.

    A long cylinder wider than the wavelength sends back an amplitude in proportion to the root of its radius
    (geometric acoustics; Faran, J Acoust Soc Am 1951;23:405): 10 log10 of the diameter, 3.9 dB from 18 to 25 gauge.
    Schafhalter-Zoppoth 2004 finds less from thinner needles; how much less is not in the abstract.

    Args:
        angle_rad: between shaft and probe face.
        outer_diameter_mm: of the cannula.
    """
    return float(SHAFT_DB + 10.0 * np.log10(outer_diameter_mm / REFERENCE_MM) - FALL_DB_RAD * angle_rad)


def dots_db(echogenic: float) -> float:
    """Mean level of an echogenic pattern over muscle's mean, dB, at any angle; `echogenic` as NeedleShape has it."""
    return SHAFT_DB - RANGE_DB * (1.0 - echogenic ** (1.0 / GAMMA))


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
    walked, along = _walk(points, STEP_MM, MAX_LENGTH_MM)
    side, normal = _bevel(inverse.rotate(needle.bevel), along[-1].astype(np.float64), needle)
    return Shaft(
        points=walked,
        tangent=along,
        normal=normal.astype(np.float32),
        side=side.astype(np.float32),
        outer=f32(needle.outer_diameter_mm),
        inner=f32(needle.inner_diameter_mm),
        bevel=f32(needle.bevel_length_mm),
        gain=f32(10.0 ** (level_db(0.0, needle.outer_diameter_mm) / 20.0)),
        dots=f32(10.0 ** (dots_db(needle.echogenic) / 20.0) if needle.echogenic > 0 else 0.0),
        pattern=f32(needle.pattern_length_mm),
        period=f32(max(needle.pattern_pitch_mm, 2.0 * STEP_MM)),
    )


@kernel(fastmath=False)
def _walk(
    points: NDArray[np.float64], step_mm: float, most_mm: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, 3) points evenly along a line of points, about a step apart, the last its end, of so much of it at most; and
    (n, 3) unit vectors from each to the next."""
    length = np.zeros(len(points))
    for i in range(1, len(points)):
        d = points[i] - points[i - 1]
        length[i] = length[i - 1] + np.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
    total = min(length[-1], most_mm)
    steps = max(2, int(total / step_mm) + 1)
    walked, along, span = np.empty((steps, 3), np.float32), np.empty((steps, 3), np.float32), 1
    for i in range(steps):
        at = length[-1] - total * (1.0 - i / (steps - 1))
        while span < len(points) - 1 and length[span] < at:
            span += 1
        a, b, long = points[span - 1], points[span], length[span] - length[span - 1]
        part = (at - length[span - 1]) / max(long, 1e-12)
        for c in range(3):
            walked[i, c] = a[c] + part * (b[c] - a[c])
            along[i, c] = (b[c] - a[c]) / max(long, 1e-9)
    return walked, along


def _bevel(
    facing: NDArray[np.float64], forward: NDArray[np.float64], needle: NeedleShape
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(side, normal): the bevel's side made square to the shaft, and the ground face's normal.

    The face is tan(beta) = diameter / bevel length off the shaft, so its normal leans beta from the side forward.
    """
    side = facing - (facing @ forward) * forward
    side /= max(float(np.linalg.norm(side)), 1e-9)
    beta = np.arctan2(needle.outer_diameter_mm, max(needle.bevel_length_mm, 1e-3))
    return side, np.cos(beta) * side + np.sin(beta) * forward
