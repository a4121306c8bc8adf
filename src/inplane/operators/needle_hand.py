"""The hand on the needle: pushes on what is seen, a short way on what is not, stops, and looks for a lost tip.

What is seen is the tip where it is recognized, else the shaft as a person sees it, a line that was not there before. As
soon as some shaft should be in the picture and none is seen, the needle is held while the probe is slid slowly across
it, and the probe goes to where the shaft shone most; the same, less far, where a shaft that was seen grows faint. A
needle of which nothing is seen is held and jiggled while the probe is slid, until the tip is recognized. If it is not,
the needle is drawn back a little and pushed again slowly. Only then the pass is given up.
"""

from dataclasses import replace
from enum import StrEnum
from typing import TypeGuard

from inplane.core import Advice, Control, Frame, Point, Priority, Scene
from inplane.operators.across import SWEEP_MM, TRIM_MM, Sweep
from inplane.operators.aim import beside_plane
from inplane.operators.shaft_eye import GLIMPSED, SHOWN, Shaft, seen_shaft
from inplane.operators.steer import (
    arrived,
    at_target,
    believable,
    depth_in_picture_mm,
    is_beyond,
    jiggled,
    left_mm,
    meets_vessel,
    misses,
    only_harmless,
    passes_by,
    shaft_left_mm,
    steered,
    steered_along,
)

BLIND_MM, DEEPER_MM = 20.0, 5.0
"""How far into the picture the tip may go unseen, and how much farther at each later look. Chosen: recognition needs a
centimetre or two of shaft that grows; what lies there, on the outer side, is muscle and fat."""
ENTRY_MM = 11.0
"""Chosen: so much shaft in the picture is seen by anybody if it lies in its plane."""
SHORT_MM = 4.0
"""So much short of the target an unseen tip stops, however little of it is in the picture. Chosen: nerve and artery lie
beyond the target, and a hand knows how much shaft is in to a few millimetres."""
ELSE_MM = (0.8, -1.6)
"""Where the probe goes, after each look, when nothing was seen anywhere. Chosen: to one side and then to the other."""
LOOKS, SWEEPS, TRIMS, TRIM_EVERY_MM = 3, 6, 6, 4.0
"""Chosen: so often a lost tip is looked for in vain, and at all, and the probe is put right, in one pass; not again
before so much more shaft is in."""
FADED = 0.6
"""Of the most light that the shaft had since the probe was put right. Chosen: what one beam width beside takes away."""
PATIENCE_S = 0.5
"""Chosen: a shaft that is not seen for so long, or so long seen to be faint, makes one stop."""
BACK_MM, SLOW_MM_S = 10.0, 5.0
"""Chosen: drawn back by as much as recognition needs, and pushed again slowly."""
SURE_FRAMES = 4
"""Chosen: a path is wrong when so many pictures in a row say so."""
BACKWARDS_MM_S = 15.0
"""Chosen: drawing back is quicker than pushing."""
BONE_N, BONE_BACK_MM, AT_BONE_MM = 6.0, 3.0, 6.0
"""Force on the hub that tells bone, how far the needle is then drawn back, and how near before the target that is taken
for the bone behind it. Chosen: skin, the toughest tissue on the way, gives way at a third of it; what a hand pushes
before it has felt; as far as a target is misjudged in the deep."""
AT_HUB_MM = 3.0
"""Chosen: a needle that is in to its hub and seen to lie so near before the target is pressed that far."""


class Way(StrEnum):
    """What the needle hand says after a frame."""

    GOING = "going"
    ARRIVED = "arrived"
    VESSEL = "a vessel lay in the way"
    MISSED = "the path missed the target"
    UNSEEN = "the tip was not seen"
    SHORT = "the needle was too short"
    BONE = "bone lay in the way"


class NeedleHand:
    """Advances one pass after the other.

    Args:
        speed_mm_s: how fast it pushes.
        width_mm: of the probe's face.
        needle_mm: longest shaft beneath the skin.
        indentation_mm: how far the probe's face stands below the resting skin, as the hand believes.
        blind: pushes on to the reckoned depth whether the tip is seen or not.
        short_mm: a tip so much short of the target counts as arrived.

    Attributes:
        hollow: whether the target holds fluid and no flow: what is taken for a vessel there is the target itself.
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
        self.hollow = False
        self.tip_mm: Point | None = None
        self._vessels = set[int]()
        self._before: Frame | None = None
        self.begin()

    def begin(self) -> None:
        """A new pass; `fluid` are tracks of what is known to be one's own injectate."""
        self.looks = self._missing = self._sweeps = self._trims = 0
        self._sweep: Sweep | None = None
        self._trimming = self._met = self._excused = False
        self._most = self._dim_s = 0.0
        self._trimmed_mm, self._least = -TRIM_EVERY_MM, SHOWN
        self._back_to_mm: float | None = None

    def step(
        self, control: Control, seen: tuple[Frame, Scene, Advice], target_mm: Point, *, step_s: float
    ) -> tuple[Control, Way]:
        """The control of the next frame and what it means; the operator decides what follows."""
        frame, scene, advice = seen
        self.tip_mm = scene.needle.tip_mm
        if control.needle.advance_mm <= 0:
            self._before = frame
        warned = any(a.condition == "vessel_contact" and a.priority != Priority.LOW for a in advice.alarms)
        only = only_harmless(advice, self._harmless(scene, target_mm)) if warned else False
        self._excused = self._excused if only is None else only  # as before while it does not tell its cause
        if warned and not self._excused:
            return control, Way.VESSEL
        known = believable(scene, control, indentation_mm=self.indentation_mm)
        if known and not self._trimming:
            aside_mm = 0.0 if self._sweep is None else self._sweep.back_mm
            control = replace(control, probe=beside_plane(control.probe, aside_mm)) if aside_mm else control
            self._sweep = self._back_to_mm = None
            return self._seen(control, scene, advice, target_mm, step_s)
        if self._sweep is None and (frame.signals.hub_force_n or 0.0) >= BONE_N:
            return self._at_bone(control, frame, target_mm)
        shaft = self._look(frame, control)
        if self._sweep is not None:
            return self._look_across(control, self._sweep, shaft, step_s)
        if self._back_to_mm is not None:
            return self._drawing_back(control, self._back_to_mm, step_s), Way.GOING
        if self.blind and left_mm(control, target_mm, indentation_mm=self.indentation_mm) <= self.short_mm:
            return control, Way.ARRIVED
        if self._shows(shaft) and not self._faded(control, shaft, step_s):
            return self._by_eye(control, scene, shaft, target_mm, step_s)
        return self._unseen(control, shaft, target_mm, step_s)

    def tell_fluid(self, scene: Scene, injected_ml: float) -> None:
        """What looks like a vessel, and was not there before the first drop, is one's own fluid."""
        seen = {vessel.track_id for vessel in scene.vessels}
        if injected_ml <= 0:
            self._vessels |= seen
        else:
            self.fluid |= frozenset(seen - self._vessels)

    def _harmless(self, scene: Scene, target_mm: Point) -> frozenset[int]:
        """Tracks of what is taken for a vessel and known to be fluid: this hand's own, or the target's."""
        return self.fluid | at_target(scene, target_mm) if self.hollow else self.fluid

    def _look(self, frame: Frame, control: Control) -> Shaft | None:
        """The shaft by one's own eye."""
        if self.blind or self._before is None or control.needle.advance_mm <= 0:
            return None
        return seen_shaft(frame, self._before, control, indentation_mm=self.indentation_mm)

    def _shows(self, shaft: Shaft | None) -> TypeGuard[Shaft]:
        """Whether the shaft is seen; less light will do where it lit up as the probe was slid over it."""
        return shaft is not None and shaft.shows(self._least)

    def _seen(
        self, control: Control, scene: Scene, advice: Advice, target_mm: Point, step_s: float
    ) -> tuple[Control, Way]:
        """On, or there, where the tip is recognized."""
        if arrived(scene, advice, target_mm, short_mm=self.short_mm):
            return control, Way.ARRIVED
        deep_mm = self.indentation_mm
        wrong = is_beyond(control, target_mm, indentation_mm=deep_mm)
        self._missing = self._missing + 1 if misses(scene, control, target_mm, indentation_mm=deep_mm) else 0
        if wrong or self._missing >= SURE_FRAMES:
            return control, Way.MISSED
        control = replace(control, needle=steered(scene, control.needle, target_mm, step_s))
        return self._near_hub(self._pushed(control, step_s), target_mm)

    def _by_eye(
        self, control: Control, scene: Scene, shaft: Shaft, target_mm: Point, step_s: float
    ) -> tuple[Control, Way]:
        """On, or there, where the shaft is seen and the tip must be at its end."""
        self._met, self.tip_mm = True, shaft.tip_mm
        if meets_vessel(scene, shaft, self._harmless(scene, target_mm)):
            return control, Way.VESSEL
        if shaft_left_mm(shaft, target_mm) <= self.short_mm:
            return control, Way.ARRIVED
        self._missing = self._missing + 1 if passes_by(shaft, target_mm) else 0
        if self._missing >= SURE_FRAMES:
            return control, Way.MISSED
        needle = steered_along(shaft, control.needle, target_mm, step_s)
        return self._near_hub(self._pushed(replace(control, needle=needle), step_s, most_mm_s=SLOW_MM_S), target_mm)

    def _at_bone(self, control: Control, frame: Frame, target_mm: Point) -> tuple[Control, Way]:
        """Off the bone that was felt: behind the target, or in the way."""
        needle = replace(control.needle, advance_mm=max(1.0, control.needle.advance_mm - BONE_BACK_MM))
        control = replace(control, needle=needle)
        near = left_mm(control, target_mm, indentation_mm=self.indentation_mm) <= AT_BONE_MM
        shaft = self._look(frame, control)
        self.tip_mm = shaft.tip_mm if self._shows(shaft) else self.tip_mm
        return control, Way.ARRIVED if near else Way.BONE

    def _near_hub(self, done: tuple[Control, Way], target_mm: Point) -> tuple[Control, Way]:
        """What was done, but for a needle that is just long enough."""
        control, way = done
        near = left_mm(control, target_mm, indentation_mm=self.indentation_mm) <= AT_HUB_MM
        return control, Way.ARRIVED if way is Way.SHORT and near else way

    def _faded(self, control: Control, shaft: Shaft, step_s: float) -> bool:
        """Whether the shaft has been fainter for a while than it was: the probe is beside it."""
        self._most = max(self._most, shaft.light)
        self._dim_s = self._dim_s + step_s if shaft.light < FADED * self._most else 0.0
        return self._dim_s > PATIENCE_S and self._may_trim(control)

    def _may_trim(self, control: Control) -> bool:
        """Whether putting the probe right once more is worth it."""
        return self._trims < TRIMS and control.needle.advance_mm >= self._trimmed_mm + TRIM_EVERY_MM

    def _unseen(self, control: Control, shaft: Shaft | None, target_mm: Point, step_s: float) -> tuple[Control, Way]:
        """Where nothing is seen that should be: the probe is put right, or the needle looked for; else a little on."""
        deep_mm = self.indentation_mm
        entered = depth_in_picture_mm(control, width_mm=self.width_mm, indentation_mm=deep_mm) > ENTRY_MM
        if not self._shows(shaft):
            self._dim_s += step_s
        may = entered and shaft is not None and self._may_trim(control)
        if may and (not self._trims or (self._met and self._dim_s > PATIENCE_S)):
            return self._begin_trim(control)
        if not self._too_far(control, target_mm):
            return self._pushed(control, step_s)
        if self._sweeps >= SWEEPS:
            return control, Way.UNSEEN
        self._sweep = Sweep(held_mm=control.needle.advance_mm, else_mm=ELSE_MM[self.looks % len(ELSE_MM)])
        self._sweeps += 1
        return control, Way.GOING

    def _begin_trim(self, control: Control) -> tuple[Control, Way]:
        """The probe is put right: by as much as a hand errs at the entry, by less once the shaft was seen."""
        reach_mm = TRIM_MM if self._met else SWEEP_MM
        self._sweep = Sweep(held_mm=control.needle.advance_mm, reach_mm=reach_mm)
        self._trimming, self._most, self._dim_s = True, 0.0, 0.0
        self._trims, self._trimmed_mm = self._trims + 1, control.needle.advance_mm
        return control, Way.GOING

    def _too_far(self, control: Control, target_mm: Point) -> bool:
        """Whether an unseen tip must stop here."""
        if self.blind:
            return False
        deep_mm = self.indentation_mm
        inside_mm = depth_in_picture_mm(control, width_mm=self.width_mm, indentation_mm=deep_mm)
        far_mm = BLIND_MM + DEEPER_MM * self.looks
        return inside_mm > far_mm or left_mm(control, target_mm, indentation_mm=deep_mm) < SHORT_MM

    def _pushed(self, control: Control, step_s: float, *, most_mm_s: float | None = None) -> tuple[Control, Way]:
        needle = control.needle
        if needle.advance_mm >= self.needle_mm - 1:
            return control, Way.SHORT
        most_mm_s = most_mm_s or (self.speed_mm_s if self.looks == 0 else SLOW_MM_S)
        pushed_mm = min(needle.advance_mm + min(self.speed_mm_s, most_mm_s) * step_s, self.needle_mm)
        return replace(control, needle=replace(needle, advance_mm=pushed_mm)), Way.GOING

    def _look_across(self, control: Control, sweep: Sweep, shaft: Shaft | None, step_s: float) -> tuple[Control, Way]:
        """Holds and jiggles while the probe is slid across; then on, or from farther back, or the pass is given up."""
        if sweep.over:
            self._met = self._met or sweep.light > 0
            self._least = max(GLIMPSED, min(SHOWN, FADED * sweep.light)) if sweep.light else SHOWN
            return self._looked(control, shows=self._shows(shaft))
        sweep.note(0.0 if shaft is None else shaft.light)
        probe = beside_plane(control.probe, sweep.move(step_s))
        needle = jiggled(control.needle, sweep.held_mm, sweep.lasted_s)
        return replace(control, probe=probe, needle=needle), Way.GOING

    def _looked(self, control: Control, *, shows: bool) -> tuple[Control, Way]:
        trimmed, self._sweep, self._trimming = self._trimming, None, False
        if trimmed or shows:
            return control, Way.GOING
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
