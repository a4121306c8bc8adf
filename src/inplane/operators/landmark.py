"""From what is recognised to where the needle should go: procedure knowledge applied to a scene, never the truth."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import load_atlas
from inplane.core import BoneSeen, Point, Scene, VesselSeen

SURE_ENOUGH = 0.5
"""Chosen: more likely there than not."""
AS_SURE = 0.2
"""Chosen: a vessel that is less sure than the best by more than this is not weighed against it."""
CURVATURE_SPAN_MM = 8.0
"""Chosen: a head-neck junction is a bend over about a centimetre; shorter bends are speckle."""
FLAT_PER_MM = 0.004
"""Chosen: a line that bends less than 1/250 mm has no junction to be seen."""


def choose_artery(vessels: Iterable[VesselSeen], outward: float) -> VesselSeen | None:
    """The femoral artery, likely: what pulsates, else the outermost vessel, since the vein lies on its inner side.

    Args:
        vessels: as recognised.
        outward: +1 where the picture's x grows towards the outside of the leg, -1 otherwise.
    """
    seen = list(vessels)
    best = max((vessel.confidence for vessel in seen), default=0.0)
    sure = [vessel for vessel in seen if vessel.confidence >= max(SURE_ENOUGH, best - AS_SURE)]
    beating = [vessel for vessel in sure if vessel.pulsatile]
    return max(beating or sure, key=lambda vessel: outward * vessel.centre_mm[0], default=None)


def beside_artery(artery: VesselSeen, outward: float) -> Point:
    """Where the outer side of the femoral nerve is expected."""
    atlas = load_atlas()
    lateral_mm = atlas.threshold("femoral_nerve_beside_artery_mm").value
    below_mm = atlas.threshold("femoral_nerve_below_artery_mm").value
    radius_mm = float(np.sqrt(artery.semi_axes_mm[0] * artery.semi_axes_mm[1]))
    return (artery.centre_mm[0] + outward * (radius_mm + lateral_mm), artery.centre_mm[1] + below_mm)


def choose_bone(scene: Scene) -> BoneSeen | None:
    """The longest bone surface that is seen well enough."""
    sure = [bone for bone in scene.bones if bone.confidence >= SURE_ENOUGH and len(bone.points_mm) > 2]
    return max(sure, key=lambda bone: float(np.ptp(bone.points_mm[:, 0])), default=None)


def head_neck_junction(bone: BoneSeen) -> Point:
    """Where the round head passes into the neck: the surface bends away from the probe there, and nowhere else.

    Depth y over x is convex over a head (y'' > 0, as y grows away from its top) and concave at the junction. A line
    without such a bend gives its middle.
    """
    x, y = _even(bone.points_mm)
    steps = max(2, int(CURVATURE_SPAN_MM / 2 / (x[1] - x[0])))
    if len(x) <= 2 * steps + 1:
        return float(x[len(x) // 2]), float(y[len(y) // 2])
    span = steps * (x[1] - x[0])
    bend = (y[2 * steps :] - 2 * y[steps:-steps] + y[: -2 * steps]) / span**2
    sharpest = int(np.argmin(bend))
    at = sharpest + steps if bend[sharpest] < -FLAT_PER_MM else len(x) // 2
    return float(x[at]), float(y[at])


def _even(points_mm: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The line at even steps of about half a millimetre, smoothed over three."""
    first, last = float(points_mm[0, 0]), float(points_mm[-1, 0])
    x = np.linspace(first, last, max(5, int((last - first) / 0.5)), dtype=np.float64)
    y = np.interp(x, points_mm[:, 0], points_mm[:, 1])
    return x, np.convolve(np.pad(y, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
