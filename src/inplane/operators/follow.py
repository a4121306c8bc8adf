"""Where the needle should go: looked for while the probe slides, then followed from picture to picture."""

from collections.abc import Sequence
from math import hypot
from typing import Protocol

from inplane.core import Frame, Point, ProbeControl, Scene
from inplane.operators.aim import slid_mm_of
from inplane.operators.landmark import BoneSurvey, Found, Survey, beside_artery, follow_artery
from inplane.operators.nerve_aim import NerveSurvey
from inplane.operators.search import SEARCHES
from inplane.operators.steer import MISS_MM

FOLLOW = 0.1
"""Chosen: of a target that wanders while a needle is under way, so much is believed in each picture."""


class Aim(Protocol):
    """A target as it is looked for and followed.

    Attributes:
        place_mm: (x, y) in the picture; None before it is known.
        safer_mm: farther outward by so much.
    """

    place_mm: Point | None
    safer_mm: float

    @property
    def searches(self) -> Sequence[tuple[float, float, float]]:
        """Where to look, as `search.SEARCHES`."""
        ...

    @property
    def across_mm(self) -> float | None:
        """How far across the plane in which the probe was put down it was found; None where that does not matter."""
        ...

    @property
    def by_nerve(self) -> bool:
        """Whether a recognized nerve is aimed at."""
        ...

    def look(self, frame: Frame, scene: Scene, probe: ProbeControl, *, across_mm: float) -> None: ...
    def settle(self, *, last: bool) -> bool: ...
    def follow(self, frame: Frame, scene: Scene, probe: ProbeControl, *, needle_in: bool) -> None: ...


class Target:
    """The target of a block, beside a nerve that is recognised beside an artery, else where the artery says that it
    should be; or of a joint, at a bone's bend.

    Args:
        start: where the probe was put down; ways along its face are counted from there.
        joint: whether a bone's bend is looked for, not an artery.
        outward: +1 where the picture's x grows towards the outside of the leg, -1 otherwise.
        width_mm: of the probe's face.
    """

    searches = SEARCHES
    across_mm = None

    def __init__(self, start: ProbeControl, *, joint: bool, outward: float, width_mm: float) -> None:
        self._start, self._outward, self._width_mm = start, outward, width_mm
        self._survey: Survey | BoneSurvey = BoneSurvey() if joint else Survey()
        self._nerves = NerveSurvey(outward)
        self._joint = joint
        self._found: Found | None = None
        self.safer_mm = 0.0
        self.place_mm: Point | None = None

    def look(self, frame: Frame, scene: Scene, probe: ProbeControl, *, across_mm: float) -> None:  # noqa: ARG002
        """One picture of the search; of it only what is recognized counts, in whatever plane."""
        slid_mm = slid_mm_of(self._start, probe)
        self._survey.add(scene, slid_mm, self._width_mm)
        if not self._joint:
            self._nerves.add(scene, slid_mm, self._width_mm)

    def settle(self, *, last: bool) -> bool:  # noqa: ARG002  it is content with the first search that finds something
        """After a search: whether anything was found."""
        survey = self._survey
        self._found = survey.place(self._outward) if isinstance(survey, BoneSurvey) else survey.artery(self._outward)
        if self._found is not None and not self._joint:
            self._nerves.settle(beside_artery(self._found, 0.0, self._outward))
        return self._found is not None

    @property
    def by_nerve(self) -> bool:
        """Whether a recognised nerve is aimed at, not only what lies beside it."""
        return self._nerves.found is not None

    def follow(self, frame: Frame, scene: Scene, probe: ProbeControl, *, needle_in: bool) -> None:  # noqa: ARG002
        """Where it lies in this picture, as far as that is seen; with a needle in it moves a little at most."""
        if self._found is None:
            return
        slid_mm = slid_mm_of(self._start, probe)
        if self._joint:
            place = (self._found.along_mm - slid_mm, self._found.depth_mm)
        else:
            self._found = follow_artery(self._found, scene, slid_mm)
            self._nerves.follow(scene, slid_mm)
            nerve = self._nerves.found
            x_mm, depth_mm = (
                beside_artery(self._found, slid_mm, self._outward)
                if nerve is None
                else (nerve.along_mm - slid_mm, nerve.depth_mm)
            )
            place = (x_mm + self._outward * self.safer_mm, depth_mm)
        before = self.place_mm
        if before is None or not needle_in:
            self.place_mm = place
        elif hypot(place[0] - before[0], place[1] - before[1]) < MISS_MM:  # the same place, a little on
            x_mm, y_mm = ((1 - FOLLOW) * b + FOLLOW * p for b, p in zip(before, place, strict=True))
            self.place_mm = (x_mm, y_mm)
