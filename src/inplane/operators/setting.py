"""Setting a needle on the skin beside the probe, as well as a hand can."""

import numpy as np

from inplane.core import NeedleControl, Point, ProbeControl
from inplane.operators.aim import across_plane, aim_from, turned
from inplane.operators.skill import Skill

BY_EYE = 0.25
"""Chosen: along a probe's side a needle is aimed four times as well as over bare skin."""
ACROSS_MM = 0.3
"""Chosen: how far from the plane a needle is set, as a standard deviation, by a hand that errs at all."""


def set_needle(
    probe: ProbeControl,
    target_mm: Point,
    *,
    outward: float,
    width_mm: float,
    offset_mm: float,
    indentation_mm: float,
    skill: Skill,
    rng: np.random.Generator,
) -> NeedleControl:
    """The needle set beside the probe's outer end, pointing at the target with this hand's error.

    Args:
        probe: how it is held.
        target_mm: (x, y) in the picture.
        outward: +1 where the needle enters at the end to which the picture's x grows, -1 at the other.
        width_mm: of the probe's face.
        offset_mm: from that end of the face to the puncture, 0 to 60.
        indentation_mm: how far the face stands below the resting skin, as the hand believes.
        skill: its error of aim; nothing is drawn where that is 0.
        rng: draws the error.

    Raises:
        RangeError: the target is not below the skin at the entry.
    """
    entry_x_mm = outward * (width_mm / 2 + offset_mm)
    needle = aim_from(probe, entry_x_mm=entry_x_mm, target_mm=target_mm, indentation_mm=indentation_mm)
    if skill.aim_rad <= 0:
        return needle
    heading, steeper = rng.normal(0.0, BY_EYE * skill.aim_rad, 2)
    aside_mm = float(rng.normal(0.0, ACROSS_MM))
    return turned(across_plane(probe, needle, aside_mm), heading_rad=float(heading), steepness_rad=float(steeper))
