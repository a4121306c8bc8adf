"""Another way to the same target, steeper or flatter, where flow was seen on the usual one."""

from dataclasses import dataclass
from math import atan2

import numpy as np
from numpy.typing import NDArray

from inplane.core import Point, ProbeControl
from inplane.operators.aim import (
    BEGINNERS_MM,
    BESIDE_MM,
    FLAT_RAD,
    aim_from,
    farthest_offset_mm,
    flat_offset_mm,
    image_line,
)
from inplane.operators.staged import USUAL_INDENTATION_MM

CLEAR_MM = 5.0
"""The margin where nothing else is known. Chosen: a wall, a hand's error of aim, and as much as shaft and tissue
give way; two ways that were to pass a small artery at 2 to 3 mm on the screen went through it."""
STEEPEST_RAD = 0.8
"""A way is not made steeper than this to keep clear; the probe is rather slid beside. Chosen: 46 degrees, which is 29
against the needle's beam, as `FLAT_RAD`."""
STEP_MM = 1.5
"""Chosen: punctures closer together are not told apart by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The ways that a hand has to a target in plane, told by where they begin beside the probe's face.

    Args:
        outward: +1 where the needle enters at the end to which the picture's x grows, -1 at the other.
        width_mm, needle_mm: the probe's face and the needle's length.
        indentation_mm: how far the face stands below the resting skin, as the hand believes.
        margin_mm: nearer to flow no needle is planned.
        usual_rad: how steep the way is that is looked at first.
        steeply: whether a beginner's hand always enters close beside the probe, whatever it saw.
    """

    outward: float
    width_mm: float
    needle_mm: float
    indentation_mm: float = USUAL_INDENTATION_MM
    margin_mm: float = CLEAR_MM
    usual_rad: float = FLAT_RAD
    steeply: bool = False

    def usual_mm(self, target_mm: Point) -> float:
        """From the face's end to the puncture of the way that is as steep as usual, or a beginner's, mm."""
        if self.steeply:
            return BEGINNERS_MM
        return flat_offset_mm(
            target_mm,
            outward=self.outward,
            width_mm=self.width_mm,
            needle_mm=self.needle_mm,
            steepness_rad=self.usual_rad,
        )

    def clear_mm(self, probe: ProbeControl, target_mm: Point, flow_mm: NDArray[np.float64]) -> float | None:
        """The same of the way nearest to the usual one that keeps the margin from flow; None where none does.

        Args:
            probe: how it is held.
            target_mm: (x, y) in the picture.
            flow_mm: (n, 2) where flow was seen, in the same picture.
        """
        usual_mm = self.usual_mm(target_mm)
        if self.steeply or not len(flow_mm):
            return usual_mm
        farthest_mm = farthest_offset_mm(
            target_mm, outward=self.outward, width_mm=self.width_mm, needle_mm=self.needle_mm
        )
        others_mm: list[float] = np.arange(BESIDE_MM, farthest_mm + 1e-6, STEP_MM).tolist()
        usual_rad = _steepness_rad(self._entry_mm(probe, target_mm, usual_mm), target_mm)
        for way_mm in sorted([usual_mm, *others_mm], key=lambda way_mm: abs(way_mm - usual_mm)):
            entry_mm = self._entry_mm(probe, target_mm, way_mm)
            possible = _steepness_rad(entry_mm, target_mm) <= max(STEEPEST_RAD, usual_rad)
            if possible and spare_of_way_mm(entry_mm, target_mm, flow_mm) >= self.margin_mm:
                return way_mm
        return None

    def _entry_mm(self, probe: ProbeControl, target_mm: Point, way_mm: float) -> Point:
        """Where in the picture's plane a way meets the skin."""
        needle = aim_from(
            probe,
            entry_x_mm=self.outward * (self.width_mm / 2 + way_mm),
            target_mm=target_mm,
            indentation_mm=self.indentation_mm,
        )
        entry, _ = image_line(probe, needle, self.indentation_mm)
        return float(entry[0]), float(entry[1])


def _steepness_rad(entry_mm: Point, target_mm: Point) -> float:
    """Of a way below the probe's face."""
    return atan2(target_mm[1] - entry_mm[1], abs(target_mm[0] - entry_mm[0]))


def spare_of_way_mm(entry_mm: Point, target_mm: Point, flow_mm: NDArray[np.float64]) -> float:
    """Least distance of places (n, 2), n > 0, from the straight way between two points of the picture, mm."""
    entry, way = np.array(entry_mm), np.subtract(target_mm, entry_mm)
    share = ((flow_mm - entry) @ way / max(float(way @ way), 1e-9)).clip(0.0, 1.0)
    return float(np.linalg.norm(flow_mm - entry - share[:, None] * way, axis=1).min())
