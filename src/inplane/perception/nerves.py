"""Nerves from look to look: what the anatomy net says is one, told only when it stays."""

from dataclasses import dataclass
from math import exp

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import NerveSeen
from inplane.perception.anatomy_maps import Region, regions_of
from inplane.perception.view import Grid

LEAST_MM2 = 2.0
"""Smallest nerve that is told. chosen: a nerve of 1.6 mm; smaller ones are not outlined in the stills."""
CONFIRM_LOOKS = 3
"""Looks that must show it before it is told. chosen: 0.4 s at 30 frames/s and a look every fourth frame."""
SAME = 0.25
"""Overlap over union from which two regions are one nerve. chosen: it may slide by half its width between looks."""
DROP_S, FADES_S = 0.7, 0.3
"""Time unseen after which it is dropped, and from which it is less sure. chosen: as a vessel's; two looks at 15
frames/s."""
SIMPLER = 0.4
"""Coarse pixels by which an outline may be simplified. chosen: less than its border is known to."""
SURENESS = (-4.39, 1.43)
"""Constant and slope that turn the mean logit within a region into the logit of being right, by
tools/fit_anatomy_confidence.py: 75 regions of held-out stills, 40 of them nerves. Nets that learned from few pictures
are too sure."""
SAY, KEEP = 0.3, 0.2
"""Confidence from which a nerve is told, and down to which it stays told. chosen: one in three is worth a look, is said
as possible, and raises nothing; a vessel needs one in two."""
MOST_SURE = 0.95
"""Largest confidence. chosen: the stills were outlined by one person; no measurement reaches farther."""


@dataclass(slots=True, kw_only=True)
class _Nerve:
    """A nerve with its history."""

    track_id: int
    region: Region
    looks: int
    seen_s: float
    said: bool = False


class NerveTracker:
    """Follows nerves; numbers are given in the order in which they are told."""

    def __init__(self) -> None:
        self._nerves: list[_Nerve] = []
        self._next, self._looked_s = 1, 0.0

    def reset(self) -> None:
        """Forget everything; numbers begin again at 1."""
        self.__init__()

    def look(self, logits: NDArray[np.float32], grid: Grid, time_s: float) -> None:
        """Takes a map of logits over the coarse picture."""
        left = regions_of(logits, LEAST_MM2 / (2 * grid.pixel_mm) ** 2)
        for nerve in self._nerves:
            likest = max(left, key=lambda region: _overlap(region, nerve.region), default=None)
            if likest is not None and _overlap(likest, nerve.region) >= SAME:
                left = [region for region in left if region is not likest]
                nerve.region, nerve.seen_s, nerve.looks = likest, time_s, nerve.looks + 1
        self._looked_s = time_s
        self._nerves = [nerve for nerve in self._nerves if nerve.said or nerve.seen_s == time_s]
        self._nerves += [_Nerve(track_id=0, region=region, looks=1, seen_s=time_s) for region in left]

    def told(self, grid: Grid, time_s: float) -> tuple[NerveSeen, ...]:
        """The nerves that can be said to be there now, in order of their numbers."""
        looks_on = time_s - self._looked_s <= DROP_S
        self._nerves = [n for n in self._nerves if self._unseen_s(n, time_s) <= DROP_S] if looks_on else []
        for nerve in self._nerves:
            if not nerve.said and nerve.looks >= CONFIRM_LOOKS and _sure(nerve.region) >= SAY:
                nerve.said, nerve.track_id = True, self._next
                self._next += 1
        said = sorted((n for n in self._nerves if n.said and _sure(n.region) >= KEEP), key=lambda n: n.track_id)
        return tuple(_seen(nerve, grid, self._unseen_s(nerve, time_s)) for nerve in said)

    def _unseen_s(self, nerve: _Nerve, time_s: float) -> float:
        """Time for which it was not seen; none where the latest look saw it, however long ago a slow scanner's was."""
        return 0.0 if nerve.seen_s == self._looked_s else time_s - nerve.seen_s


def _overlap(one: Region, other: Region) -> float:
    """Overlap over union; 0 of pictures of other sizes."""
    if one.mask.shape != other.mask.shape:
        return 0.0
    union = float((one.mask | other.mask).sum())
    return float((one.mask & other.mask).sum()) / max(1.0, union)


def _sure(region: Region) -> float:
    """How likely a region is a nerve, MOST_SURE at most."""
    constant, slope = SURENESS
    return min(MOST_SURE, 1 / (1 + exp(-(constant + slope * region.sureness))))


def _seen(nerve: _Nerve, grid: Grid, unseen_s: float) -> NerveSeen:
    """A nerve in core's words."""
    region, pixel = nerve.region, 2 * grid.pixel_mm
    points = np.asarray(cv2.approxPolyDP(region.outline.astype(np.float32), SIMPLER, closed=True), np.float64)
    corners = points.reshape(-1, 2) if len(points) >= 3 else region.outline
    outline_mm = np.array([grid.to_mm(2 * x + 0.5, 2 * y + 0.5) for x, y in corners])
    fading = min(1.0, (DROP_S - unseen_s) / (DROP_S - FADES_S))
    return NerveSeen(
        track_id=nerve.track_id,
        outline_mm=outline_mm,
        centre_mm=grid.to_mm(2 * region.ellipse[0] + 0.5, 2 * region.ellipse[1] + 0.5),
        area_mm2=region.area * pixel**2,
        edge_sd_mm=max(0.2, region.edge_sd * pixel),
        confidence=_sure(region) * max(0.0, fading),
    )
