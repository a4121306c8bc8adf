"""The target where a picture looks as other patients' pictures do about theirs."""

from dataclasses import dataclass
from math import hypot

import numpy as np

from inplane.core import Frame, Point, ProbeControl, Scene
from inplane.operators.aim import slid_mm_of
from inplane.operators.likeness import Likenesses
from inplane.operators.textbook import Textbook

SEARCHES = ((0.0, 6.0, 6.0), (4.0, 6.0, 6.0), (-4.0, 6.0, 6.0), (8.0, 6.0, 6.0), (-8.0, 6.0, 6.0))
"""As `search.SEARCHES`. Chosen: a whole picture is compared, so that little sliding along the face is needed; across
it, as far as fingers err."""
LEAST_ALIKE = 0.2
"""Chosen: less than this is what any two pictures have in common."""
BEST_SHARE = 0.25
"""Chosen: of the pictures of one plane the best quarter is believed."""
SAME_MM = 4.0
"""Chosen: a target does not jump farther from one picture to the next."""
FOLLOW = 0.15
"""Chosen: of each new picture so much is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One picture of the search: where the probe stood across its plane, and what was found, along the face."""

    across_mm: float
    along_mm: float
    depth_mm: float
    alike: float


class PictureTarget:
    """Looks in several planes, goes to the one most alike, and follows the place there until the needle is set.

    Args:
        start: where the probe was put down; ways along its face are counted from there.
        textbook: of the treated side.
    """

    searches = SEARCHES
    by_nerve = False

    def __init__(self, start: ProbeControl, textbook: Textbook) -> None:
        self._start, self._likenesses = start, Likenesses(textbook.examples)
        self._looks: list[_Look] = []
        self._found: _Look | None = None
        self.safer_mm = 0.0
        self.place_mm: Point | None = None
        self.across_mm: float | None = None

    def look(self, frame: Frame, scene: Scene, probe: ProbeControl, *, across_mm: float) -> None:  # noqa: ARG002
        """One picture of the search; nothing that is recognized in it is used."""
        found = self._likenesses.find(frame)
        if found is not None:
            x_mm, depth_mm = found.place_mm
            along_mm = x_mm + slid_mm_of(self._start, probe)
            self._looks.append(_Look(across_mm=across_mm, along_mm=along_mm, depth_mm=depth_mm, alike=found.alike))

    def settle(self, *, last: bool) -> bool:
        """After the last search: whether any plane is enough alike."""
        planes = {look.across_mm for look in self._looks} if last else set[float]()
        bests = [self._best(across_mm) for across_mm in planes]
        best = max(bests, key=lambda look: look.alike, default=None)
        if best is None or best.alike < LEAST_ALIKE:
            return False
        self._found, self.across_mm = best, best.across_mm
        return True

    def _best(self, across_mm: float) -> _Look:
        """What the most alike pictures of one plane agree on."""
        looks = sorted((look for look in self._looks if look.across_mm == across_mm), key=lambda look: -look.alike)
        looks = looks[: max(1, int(BEST_SHARE * len(looks)))]
        along_mm, depth_mm, alike = np.median([(look.along_mm, look.depth_mm, look.alike) for look in looks], axis=0)
        return _Look(across_mm=across_mm, along_mm=float(along_mm), depth_mm=float(depth_mm), alike=float(alike))

    def follow(self, frame: Frame, scene: Scene, probe: ProbeControl, *, needle_in: bool) -> None:  # noqa: ARG002
        """Where it lies in this picture; once a needle is in, which changes the picture, where it was."""
        was = self._found
        if was is None:
            return
        slid_mm = slid_mm_of(self._start, probe)
        if not needle_in and (found := self._likenesses.find(frame)) is not None:
            along, depth = found.place_mm[0] + slid_mm - was.along_mm, found.place_mm[1] - was.depth_mm
            if hypot(along, depth) < SAME_MM and found.alike >= LEAST_ALIKE:
                along_mm, depth_mm = was.along_mm + FOLLOW * along, was.depth_mm + FOLLOW * depth
                was = self._found = _Look(
                    across_mm=was.across_mm, along_mm=along_mm, depth_mm=depth_mm, alike=found.alike
                )
        self.place_mm = (was.along_mm - slid_mm, was.depth_mm)
