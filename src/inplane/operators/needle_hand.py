"""The hand on the needle: pushes on what is seen, a short way on what is not, stops, and looks for a lost tip.

A tip that is not seen is looked for as a sonographer does: the needle is held and jiggled while the probe is slid
slowly across it, to one side and to the other, until the tip is recognized. If it is not, the probe goes to where the
needle shone most, and the needle is drawn back a little and pushed again slowly. Only then the pass is given up.
"""

from dataclasses import replace
from enum import StrEnum

from inplane.core import Advice, ClearanceKind, Control, Frame, Point, Priority, Scene
from inplane.operators.across import Sweep, lines_about
from inplane.operators.aim import beside_plane
from inplane.operators.hand import WITHDRAW_MM_S
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
ELSE_MM = (0.8, -1.6)
"""Where the probe goes, after each look, when nothing was seen anywhere. Chosen: to one side and then to the other."""
LOOKS, SWEEPS = 3, 6
"""Chosen: so often a lost tip is looked for in vain, and at all, in one pass."""
BACK_MM, SLOW_MM_S = 10.0, 5.0
"""Chosen: drawn back by as much as recognition needs, and pushed again slowly."""
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
        self.looks = self._missing = self._sweeps = 0
        self._sweep: Sweep | None = None
        self._back_to_mm: float | None = None

    def step(
        self, control: Control, seen: tuple[Frame, Scene, Advice], target_mm: Point, *, step_s: float
    ) -> tuple[Control, Way]:
        """The control of the next frame and what it means; the operator decides what follows."""
        frame, scene, advice = seen
        warned = any(a.condition == "vessel_contact" and a.priority != Priority.LOW for a in advice.alarms)
        if warned and not self._only_fluid(advice):
            return control, Way.VESSEL
        known = believable(scene, control, indentation_mm=self.indentation_mm)
        if self._sweep is not None and not known:
            return self._look_across(control, frame, step_s)
        if known:
            aside_mm = 0.0 if self._sweep is None else self._sweep.back_mm
            control = replace(control, probe=beside_plane(control.probe, aside_mm)) if aside_mm else control
            self._sweep = self._back_to_mm = None
            return self._seen(control, scene, advice, target_mm, step_s)
        if self._back_to_mm is not None:
            return self._drawing_back(control, self._back_to_mm, step_s), Way.GOING
        if self.blind and left_mm(control, target_mm, indentation_mm=self.indentation_mm) <= self.short_mm:
            return control, Way.ARRIVED
        if not self._too_far(control, target_mm):
            return self._pushed(control, step_s)
        if self._sweeps >= SWEEPS:
            return control, Way.UNSEEN
        self._sweep = Sweep(held_mm=control.needle.advance_mm, else_mm=ELSE_MM[self.looks % len(ELSE_MM)])
        self._sweeps += 1
        return self._look_across(control, frame, step_s)

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

    def _look_across(self, control: Control, frame: Frame, step_s: float) -> tuple[Control, Way]:
        """Holds and jiggles while the probe is slid across; then from farther back, or the pass is given up."""
        sweep = self._sweep
        if sweep is None or sweep.over:
            return self._looked_in_vain(control)
        sweep.note(lines_about(frame, control, indentation_mm=self.indentation_mm))
        probe = beside_plane(control.probe, sweep.move(step_s))
        needle = jiggled(control.needle, sweep.held_mm, sweep.lasted_s)
        return replace(control, probe=probe, needle=needle), Way.GOING

    def _looked_in_vain(self, control: Control) -> tuple[Control, Way]:
        self._sweep = None
        self.looks += 1
        if self.looks >= LOOKS:
            return control, Way.UNSEEN
        self._back_to_mm = max(2.0, control.needle.advance_mm - BACK_MM)
        return control, Way.GOING

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


def withdrawn(control: Control, step_s: float) -> Control:
    """The needle on its way out, after so long; at 0 it has left the skin."""
    needle = control.needle
    return replace(control, needle=replace(needle, advance_mm=max(0.0, needle.advance_mm - WITHDRAW_MM_S * step_s)))
