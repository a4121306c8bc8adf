"""From what is recognised to where the needle should go: procedure knowledge applied to a scene, never the truth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import load_atlas
from inplane.core import BoneSeen, Point, Scene

SURE_ENOUGH = 0.5
"""Chosen: more likely there than not."""
EDGE = 0.8
"""Chosen: a vessel is judged when it lies within this share of the picture's width."""
LEAST_MM, MOST_MM = 2.5, 8.0
"""Chosen: radii of large vessels of the groin, with some room; the atlas's patients have 3 to 8 mm."""
BEATS = 2.0
"""Chosen: a vessel that beats counts double."""
SAME_MM = 4.0
"""Chosen: less than the distance between the middles of two neighbouring vessels."""
NEARLY = 0.5
"""Chosen: seen at least half as well as the best."""
FOLLOW = 0.1
"""Chosen: a picture at 30/s is followed within a third of a second, and one wrong frame moves little."""
CURVATURE_SPAN_MM = 8.0
"""Chosen: a head-neck junction is a bend over about a centimetre; shorter bends are speckle."""
LEAST_ROWS = 8
"""Chosen: a bend that is seen in fewer pictures of a sweep is speckle."""
FLAT_PER_MM = 0.004
"""Chosen: a line that bends less than 1/250 mm has no junction to be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A landmark on the way along the probe's face.

    Args:
        along_mm: picture x where the probe was put down, that is, x now plus the way that the probe has slid.
        depth_mm, radius_mm: of its cross-section.
    """

    along_mm: float
    depth_mm: float
    radius_mm: float


class Survey:
    """Remembers the vessels that were seen while the probe slid over the landmark, and tells the artery from them."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, float, float]] = []

    def add(self, scene: Scene, slid_mm: float, width_mm: float) -> None:
        """The vessels of one frame; those at the picture's edge are left for when they come nearer."""
        for vessel in scene.vessels:
            long_mm, short_mm = vessel.semi_axes_mm
            radius_mm = float(np.sqrt(long_mm * short_mm))
            if abs(vessel.centre_mm[0]) > EDGE * width_mm / 2 or not LEAST_MM <= radius_mm <= MOST_MM:
                continue
            weight = vessel.confidence * (short_mm / long_mm) * (BEATS if vessel.pulsatile else 1.0)
            self._rows.append((vessel.centre_mm[0] + slid_mm, vessel.centre_mm[1], radius_mm, weight))

    def artery(self, outward: float) -> Found | None:
        """The vessel seen best; of two seen about as well the outer one: the vein lies on the artery's inner side.

        Args:
            outward: +1 where the picture's x grows towards the outside of the leg, -1 otherwise.
        """
        if not self._rows:
            return None
        rows = np.array(self._rows)
        away = np.hypot(rows[:, None, 0] - rows[None, :, 0], rows[:, None, 1] - rows[None, :, 1])
        votes = (away < SAME_MM) @ rows[:, 3]
        good = np.flatnonzero(votes >= NEARLY * votes.max())
        chosen = good[np.argmax(outward * rows[good, 0])]
        group = rows[away[chosen] < SAME_MM]
        mean = np.average(group[:, :3], axis=0, weights=group[:, 3] + 1e-9)
        return Found(along_mm=float(mean[0]), depth_mm=float(mean[1]), radius_mm=float(mean[2]))


def follow_artery(found: Found, scene: Scene, slid_mm: float) -> Found:
    """The artery where it is now, if a vessel is seen where it should be; else where it was."""
    near = [
        vessel
        for vessel in scene.vessels
        if vessel.confidence >= SURE_ENOUGH
        and abs(vessel.centre_mm[0] + slid_mm - found.along_mm) < SAME_MM
        and abs(vessel.centre_mm[1] - found.depth_mm) < SAME_MM
    ]
    if not near:
        return found
    vessel = max(near, key=lambda seen: seen.confidence)
    radius_mm = float(np.sqrt(vessel.semi_axes_mm[0] * vessel.semi_axes_mm[1]))
    return Found(
        along_mm=found.along_mm + FOLLOW * (vessel.centre_mm[0] + slid_mm - found.along_mm),
        depth_mm=found.depth_mm + FOLLOW * (vessel.centre_mm[1] - found.depth_mm),
        radius_mm=found.radius_mm + FOLLOW * (radius_mm - found.radius_mm),
    )


def beside_artery(artery: Found, slid_mm: float, outward: float) -> Point:
    """Where in the picture the outer side of the femoral nerve is expected."""
    atlas = load_atlas()
    lateral_mm = atlas.threshold("femoral_nerve_beside_artery_mm").value
    below_mm = atlas.threshold("femoral_nerve_below_artery_mm").value
    return (artery.along_mm - slid_mm + outward * (artery.radius_mm + lateral_mm), artery.depth_mm + below_mm)


class BoneSurvey:
    """Remembers where a bone was seen to bend as a head does into its neck while the probe slid over it."""

    def __init__(self) -> None:
        self._rows: list[tuple[float, float, float]] = []

    def add(self, scene: Scene, slid_mm: float, width_mm: float) -> None:
        """The junction of one frame's bone; one at the picture's edge is left for when it comes nearer."""
        bone = choose_bone(scene)
        if bone is None:
            return
        (x_mm, depth_mm), bend_per_mm = junction(bone)
        if bend_per_mm > 0 and abs(x_mm) <= EDGE * width_mm / 2:
            self._rows.append((x_mm + slid_mm, depth_mm, bone.confidence * bend_per_mm / FLAT_PER_MM))

    def place(self, outward: float) -> Found | None:
        """The bend seen best; of two seen about as well the outer one: the socket's rim lies on the head's inner side.

        Args:
            outward: +1 where the picture's x grows towards the outside of the leg, -1 otherwise.
        """
        if len(self._rows) < LEAST_ROWS:
            return None
        rows = np.array(self._rows)
        away = np.abs(rows[:, None, 0] - rows[None, :, 0])
        votes = (away < SAME_MM) @ rows[:, 2]
        good = np.flatnonzero(votes >= NEARLY * votes.max())
        chosen = good[np.argmax(outward * rows[good, 0])]
        near = away[chosen] < SAME_MM
        best = np.flatnonzero(near)[np.argmax(votes[near])]
        group = rows[away[best] < SAME_MM]
        mean = np.average(group[:, :2], axis=0, weights=group[:, 2])
        return Found(along_mm=float(mean[0]), depth_mm=float(mean[1]), radius_mm=0.0)


def choose_bone(scene: Scene) -> BoneSeen | None:
    """The longest bone surface that is seen well enough."""
    sure = [bone for bone in scene.bones if bone.confidence >= SURE_ENOUGH and len(bone.points_mm) > 2]
    return max(sure, key=lambda bone: float(np.ptp(bone.points_mm[:, 0])), default=None)


def head_neck_junction(bone: BoneSeen) -> Point:
    """Where the round head passes into the neck, or the middle of a line that shows no such place."""
    return junction(bone)[0]


def junction(bone: BoneSeen) -> tuple[Point, float]:
    """Where the round head passes into the neck: the surface bends away from the probe there, and nowhere else.

    Depth y over x is convex over a head (y'' > 0, as y grows away from its top) and concave at the junction. A line
    without such a bend gives its middle, and 0; else the second value is how sharply it bends, 1/mm.
    """
    x, y = _even(bone.points_mm)
    steps = max(2, int(CURVATURE_SPAN_MM / 2 / (x[1] - x[0])))
    if len(x) <= 2 * steps + 1:
        return (float(x[len(x) // 2]), float(y[len(y) // 2])), 0.0
    span = steps * (x[1] - x[0])
    bend = (y[2 * steps :] - 2 * y[steps:-steps] + y[: -2 * steps]) / span**2
    sharpest = int(np.argmin(bend))
    if bend[sharpest] >= -FLAT_PER_MM:
        return (float(x[len(x) // 2]), float(y[len(y) // 2])), 0.0
    return (float(x[sharpest + steps]), float(y[sharpest + steps])), -float(bend[sharpest])


def _even(points_mm: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The line at even steps of about half a millimetre, smoothed over three."""
    first, last = float(points_mm[0, 0]), float(points_mm[-1, 0])
    x = np.linspace(first, last, max(5, int((last - first) / 0.5)), dtype=np.float64)
    y = np.interp(x, points_mm[:, 0], points_mm[:, 1])
    return x, np.convolve(np.pad(y, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
