"""Aiming at a nerve that is recognised where the artery says that it should be; never at one that lies elsewhere."""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np

from inplane.core import NerveSeen, Point, Scene
from inplane.operators.landmark import EDGE, FOLLOW

CLEAR_OF_MM = 1.0
"""From a nerve's outline to where the tip is aimed. Chosen: within the loose tissue about it, and not in it."""
BESIDE_MM, BELOW_MM = 9.0, 6.0
"""How far a nerve's corner may lie from where the artery says. Chosen: the places of two nerves there overlap no
farther; a lymph node or the psoas tendon lies beyond."""
LEAST_LOOKS = 4
"""Chosen: pictures of a sweep in which it must be seen, of some thirty; fewer are speckle."""
SAME_MM = 4.0
"""Chosen: half a femoral nerve's width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Corner:
    """The outer lower corner of a recognised nerve, a millimeter beyond it.

    Args:
        along_mm: picture x where the probe was put down, that is, x now plus the way that the probe has slid.
        depth_mm: in the picture.
        confidence: of the nerve.
    """

    along_mm: float
    depth_mm: float
    confidence: float

    def away_mm(self, other: "Corner") -> float:
        """Distance in the picture."""
        return hypot(self.along_mm - other.along_mm, self.depth_mm - other.depth_mm)


def corner_of(nerve: NerveSeen, slid_mm: float, outward: float) -> Corner:
    """Where a tip that comes from the outer side lies beside a nerve and beneath the fascia over it.

    Args:
        nerve: as recognised.
        slid_mm: how far the probe has slid along its face.
        outward: +1 where the picture's x grows towards the outside of the leg, -1 otherwise.
    """
    way = np.array([outward, 1.0]) / sqrt(2.0)
    reach_mm = float(((nerve.outline_mm - nerve.centre_mm) @ way).max()) + CLEAR_OF_MM
    x_mm, depth_mm = np.asarray(nerve.centre_mm) + reach_mm * way
    return Corner(along_mm=float(x_mm) + slid_mm, depth_mm=float(depth_mm), confidence=nerve.confidence)


class NerveSurvey:
    """Remembers nerves while the probe slides, and afterwards follows the one beside the artery."""

    def __init__(self, outward: float) -> None:
        self._outward = outward
        self._seen: list[Corner] = []
        self.found: Corner | None = None

    def add(self, scene: Scene, slid_mm: float, width_mm: float) -> None:
        """The nerves of one picture; those at its edge are left for when they come nearer."""
        inside = [nerve for nerve in scene.nerves if abs(nerve.centre_mm[0]) <= EDGE * width_mm / 2]
        self._seen += [corner_of(nerve, slid_mm, self._outward) for nerve in inside]

    def settle(self, expected_mm: Point) -> None:
        """Chooses the nerve that was seen best near a place of the picture in which the probe was put down, or none."""
        near = [corner for corner in self._seen if _is_near(corner, expected_mm)]
        groups = [[other for other in near if other.away_mm(corner) < SAME_MM] for corner in near]
        surest = sorted(groups, key=lambda group: sum(corner.confidence for corner in group))[-1:]
        self.found = _mean(surest[0]) if surest and len(surest[0]) >= LEAST_LOOKS else None

    def follow(self, scene: Scene, slid_mm: float) -> None:
        """Where it is now, if a nerve is seen where it should be; else where it was."""
        was = self.found
        if was is None:
            return
        corners = [corner_of(nerve, slid_mm, self._outward) for nerve in scene.nerves]
        nearest = min(corners, key=was.away_mm, default=None)
        if nearest is not None and nearest.away_mm(was) < SAME_MM:
            self.found = Corner(
                along_mm=was.along_mm + FOLLOW * (nearest.along_mm - was.along_mm),
                depth_mm=was.depth_mm + FOLLOW * (nearest.depth_mm - was.depth_mm),
                confidence=nearest.confidence,
            )


def _is_near(corner: Corner, expected_mm: Point) -> bool:
    x_mm, depth_mm = expected_mm
    return abs(corner.along_mm - x_mm) <= BESIDE_MM and abs(corner.depth_mm - depth_mm) <= BELOW_MM


def _mean(group: list[Corner]) -> Corner:
    weights = [corner.confidence for corner in group]
    along_mm, depth_mm = np.average([(one.along_mm, one.depth_mm) for one in group], axis=0, weights=weights)
    return Corner(along_mm=float(along_mm), depth_mm=float(depth_mm), confidence=max(weights))
