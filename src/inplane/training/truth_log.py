"""What really happened, sampled while the needle is in the patient: for the score alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind
from inplane.case import Tick
from inplane.core import NeedleState
from inplane.world import StructureOutline, Truth

SAMPLE_EVERY_S = 0.25
"""Chosen: at 10 mm/s the tip moves 2.5 mm meanwhile; truth costs some milliseconds."""
NEAR_PLANE_MM = 2.0
"""Chosen: farther from the imaging plane than this, outlines in the plane say little of what the tip is near."""
GROUPS: dict[str, tuple[Kind, ...]] = {
    "vessel": (Kind.ARTERY_WALL, Kind.VEIN_WALL),
    "nerve": (Kind.NERVE,),
    "bone": (Kind.BONE,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The least distance that the tip had to something, mm, negative inside; when, and to what."""

    distance_mm: float
    structure: str
    time_s: float


@dataclass(slots=True, eq=False)
class TruthLog:
    """Watches turns of the loop and asks the source for the truth now and then.

    Args:
        procedure_id: whose target counts.
        nearest: least distance by group ("vessel", "nerve", "bone").
        target: least distance of the tip to the target; `picture` and `picture_truth` are that moment's.
        last: the newest truth.
        advanced_mm, tracked_mm: how far the needle was pushed in all, and with its tip tracked.
        spread_to_target_mm: least distance from fluid in the plane to the target; None where there was none.
    """

    procedure_id: str
    nearest: dict[str, Nearest] = field(default_factory=dict[str, Nearest])
    target: Nearest | None = None
    picture: Tick | None = None
    picture_truth: Truth | None = None
    last: Truth | None = None
    advanced_mm: float = 0.0
    tracked_mm: float = 0.0
    spread_to_target_mm: float | None = None
    _depth_mm: float = 0.0
    _sampled_s: float | None = None

    def watch(self, tick: Tick, truth: Callable[[int], Truth | None] | None) -> None:
        """One turn of the loop.

        Args:
            tick: this turn.
            truth: asks the source what a frame really shows; None where nobody knows.
        """
        depth_mm, before_mm = tick.control.needle.advance_mm, self._depth_mm
        self._depth_mm = depth_mm
        if depth_mm > before_mm > 0:
            self.advanced_mm += depth_mm - before_mm
            self.tracked_mm += depth_mm - before_mm if tick.scene.needle.state == NeedleState.TRACKED else 0.0
        came_out = depth_mm <= 0 < before_mm
        if truth is None or not (depth_mm > 0 or came_out) or not self._due(tick.frame.time_s, came_out):
            return
        known = truth(tick.frame.sequence)
        if known is not None:
            self.last = known
            self._sample(tick, known)

    def _due(self, time_s: float, came_out: bool) -> bool:
        if not came_out and self._sampled_s is not None and 0 <= time_s - self._sampled_s < SAMPLE_EVERY_S:
            return False
        self._sampled_s = time_s
        return True

    def _sample(self, tick: Tick, truth: Truth) -> None:
        target = truth.targets_image_mm.get(self.procedure_id)
        tip = truth.tip_image_mm
        if target is not None and len(truth.spread_outlines_mm):
            away = min(abs(_signed_mm(points, target)) for points in truth.spread_outlines_mm)
            inside = any(_signed_mm(points, target) < 0 for points in truth.spread_outlines_mm)
            reach = 0.0 if inside else away
            known = self.spread_to_target_mm
            self.spread_to_target_mm = reach if known is None else min(reach, known)
        if tip is None:
            return
        if target is not None:
            distance = float(np.linalg.norm(tip - target))
            if self.target is None or distance < self.target.distance_mm:
                self.target = Nearest(distance_mm=distance, structure=truth.tip_structure, time_s=truth.time_s)
                self.picture, self.picture_truth = tick, truth
        if abs(float(tip[2])) <= NEAR_PLANE_MM:
            for group, kinds in GROUPS.items():
                self._nearer(group, tip, (o for o in truth.outlines if o.kind in kinds), truth.time_s)

    def _nearer(
        self, group: str, tip: NDArray[np.float64], outlines: Iterable[StructureOutline], time_s: float
    ) -> None:
        for outline in outlines:
            distance = _signed_mm(outline.points_mm, tip)
            known = self.nearest.get(group)
            if known is None or distance < known.distance_mm:
                self.nearest[group] = Nearest(distance_mm=distance, structure=outline.name, time_s=time_s)


def _signed_mm(outline_mm: NDArray[np.float64], point_mm: NDArray[np.float64]) -> float:
    """Distance from a point to a closed outline in the plane, negative inside."""
    contour = outline_mm.astype(np.float32)[:, None, :]
    return -float(cv2.pointPolygonTest(contour, (float(point_mm[0]), float(point_mm[1])), True))
