"""The hand on the needle: pushes on what is seen, a short way on what is not, stops, and looks for a lost tip.

A tip that is not seen is looked for as a sonographer does: the needle is held and jiggled, then drawn back a little and
pushed again slowly with the probe slid a little to one side, then to the other. Only then the pass is given up.
"""

from dataclasses import replace
from enum import StrEnum

from inplane.core import Advice, ClearanceKind, Control, Point, Priority, Scene
from inplane.operators.aim import beside_plane
from inplane.operators.steer import (
    arrived,
    believable,
    depth_in_picture_mm,
    is_beyond,
    jiggled,
    left_mm,
    misses,
    steered,
)

BLIND_MM, DEEPER_MM = 20.0, 5.0
"""How far into the picture the tip may go unseen, and how much farther at each later look. Chosen: recognition needs a
centimetre or two of shaft that grows; what lies there, on the outer side, is muscle and fat."""
SHORT_MM = 4.0
"""So much short of the target an unseen tip stops, however little of it is in the picture. Chosen: nerve and artery lie
beyond the target, and a hand knows how much shaft is in to a few millimetres."""
HOLD_S = 1.5
"""Chosen: two strokes of the jiggle."""
BACK_MM, SLOW_MM_S = 10.0, 5.0
"""Chosen: drawn back by as much as recognition needs, and pushed again slowly."""
SWEEP_MM = (0.0, 0.8, -0.8)
"""Where the probe stands, across the plane, at each look for a lost tip. Chosen: half a beam's thickness at its focus;
at 1.5 mm needles that were nearly in the plane were lost altogether."""
SURE_FRAMES = 4
"""Chosen: a path is wrong when so many pictures in a row say so."""
BACKWARDS_MM_S = 15.0
"""Chosen: drawing back is quicker than pushing."""

NUDGE_MM = 2.5
"""Chosen: two bevels."""


class Way(StrEnum):
    """What the needle hand says after a frame."""

    GOING = "going"
    ARRIVED = "arrived"
    VESSEL = "a vessel lay in the way"
    MISSED = "the path missed the target"
    UNSEEN = "the tip was not seen"
    SHORT = "the needle was too short"


class NeedleHand:
    """Advances one pass after the other.

    Args:
        speed_mm_s: how fast it pushes.
        width_mm: of the probe's face.
        needle_mm: longest shaft beneath the skin.
        indentation_mm: how far the probe's face stands below the resting skin, as the hand believes.
        blind: pushes on to the reckoned depth whether the tip is seen or not.
        short_mm: a tip so much short of the target counts as arrived.
    """

    def __init__(
        self,
        *,
        speed_mm_s: float,
        width_mm: float,
        needle_mm: float,
        indentation_mm: float,
        blind: bool = False,
        short_mm: float = 0.0,
    ) -> None:
        self.speed_mm_s, self.width_mm, self.needle_mm = speed_mm_s, width_mm, needle_mm
        self.indentation_mm = indentation_mm
        self.blind, self.short_mm = blind, short_mm
        self.fluid: frozenset[int] = frozenset()
        self._vessels = set[int]()
        self.begin()

    def begin(self) -> None:
        """A new pass; `fluid` are tracks of what is known to be one's own injectate."""
        self.looks = self._missing = 0
        self._held: tuple[float, float] | None = None
        self._back_to_mm: float | None = None

    def step(
        self, control: Control, scene: Scene, advice: Advice, target_mm: Point, *, time_s: float, step_s: float
    ) -> tuple[Control, Way]:
        """The control of the next frame and what it means; the operator decides what follows."""
        warned = any(a.condition == "vessel_contact" and a.priority != Priority.LOW for a in advice.alarms)
        if warned and not self._only_fluid(advice):
            return control, Way.VESSEL
        if believable(scene, control, indentation_mm=self.indentation_mm):
            self._held = self._back_to_mm = None
            return self._seen(control, scene, advice, target_mm, step_s)
        if self._back_to_mm is not None:
            return self._drawing_back(control, self._back_to_mm, step_s), Way.GOING
        if self.blind and left_mm(control, target_mm, indentation_mm=self.indentation_mm) <= self.short_mm:
            return control, Way.ARRIVED
        if self._held is None and not self._too_far(control, target_mm):
            return self._pushed(control, step_s)
        return self._hold(control, time_s)

    def tell_fluid(self, scene: Scene, injected_ml: float) -> None:
        """What looks like a vessel, and was not there before the first drop, is one's own fluid."""
        seen = {vessel.track_id for vessel in scene.vessels}
        if injected_ml <= 0:
            self._vessels |= seen
        else:
            self.fluid |= frozenset(seen - self._vessels)

    def _only_fluid(self, advice: Advice) -> bool:
        """Whether the nearest thing that is taken for a vessel is fluid that this hand gave itself."""
        near = [clearance.track_id for clearance in advice.clearances if clearance.kind is ClearanceKind.VESSEL]
        return bool(near) and near[0] in self.fluid

    def _seen(
        self, control: Control, scene: Scene, advice: Advice, target_mm: Point, step_s: float
    ) -> tuple[Control, Way]:
        if arrived(scene, advice, target_mm, short_mm=self.short_mm):
            return control, Way.ARRIVED
        deep_mm = self.indentation_mm
        wrong = is_beyond(control, target_mm, indentation_mm=deep_mm)
        self._missing = self._missing + 1 if misses(scene, control, target_mm, indentation_mm=deep_mm) else 0
        if wrong or self._missing >= SURE_FRAMES:
            return control, Way.MISSED
        return self._pushed(replace(control, needle=steered(scene, control.needle, target_mm, step_s)), step_s)

    def _too_far(self, control: Control, target_mm: Point) -> bool:
        """Whether an unseen tip must stop here."""
        if self.blind:
            return False
        deep_mm = self.indentation_mm
        inside_mm = depth_in_picture_mm(control, width_mm=self.width_mm, indentation_mm=deep_mm)
        far_mm = BLIND_MM + DEEPER_MM * self.looks
        return inside_mm > far_mm or left_mm(control, target_mm, indentation_mm=deep_mm) < SHORT_MM

    def _pushed(self, control: Control, step_s: float) -> tuple[Control, Way]:
        needle = control.needle
        if needle.advance_mm >= self.needle_mm - 1:
            return control, Way.SHORT
        speed_mm_s = self.speed_mm_s if self.looks == 0 else min(self.speed_mm_s, SLOW_MM_S)
        pushed_mm = min(needle.advance_mm + speed_mm_s * step_s, self.needle_mm)
        return replace(control, needle=replace(needle, advance_mm=pushed_mm)), Way.GOING

    def _hold(self, control: Control, time_s: float) -> tuple[Control, Way]:
        """Stops, jiggles, then looks again from farther back, or gives the pass up."""
        if self._held is None:
            self._held = (time_s, control.needle.advance_mm)
        since_s, held_mm = self._held
        if time_s - since_s <= HOLD_S:
            return replace(control, needle=jiggled(control.needle, held_mm, time_s - since_s)), Way.GOING
        self._held = None
        self.looks += 1
        if self.looks >= len(SWEEP_MM):
            return control, Way.UNSEEN
        self._back_to_mm = max(2.0, held_mm - BACK_MM)
        aside_mm = SWEEP_MM[self.looks] - SWEEP_MM[self.looks - 1]
        return replace(control, probe=beside_plane(control.probe, aside_mm)), Way.GOING

    def _drawing_back(self, control: Control, goal_mm: float, step_s: float) -> Control:
        needle = control.needle
        depth_mm = max(goal_mm, needle.advance_mm - BACKWARDS_MM_S * step_s)
        if depth_mm <= goal_mm:
            self._back_to_mm = None
        return replace(control, needle=replace(needle, advance_mm=depth_mm))


def nudged(control: Control) -> Control:
    """The needle drawn back a little, where the plunger goes hard or no spread comes."""
    needle = control.needle
    return replace(control, needle=replace(needle, advance_mm=max(1.0, needle.advance_mm - NUDGE_MM)))
