"""A person at the probe who follows what is recognised and advised, and stops when unsure.

    look -> centre -> place -> advance -> aspirate and inject (test dose, aliquots) -> withdraw -> done
                          ^-----------------|  another pass after an alarm, blood, a miss, or no spread

It sees frames, scenes and advice. Every decision rests on them, on the procedure's entry in the atlas, and on chance
that is drawn from its seed.
"""

from dataclasses import replace
from math import hypot

import numpy as np

from inplane.atlas import Procedure
from inplane.core import Advice, Control, Frame, Point, Priority, ProbeControl, Scene
from inplane.guidance import Side
from inplane.operators.aim import USUAL_WIDTH_MM, aim_in_plane, flat_offset_mm, lateral_sign, slid, slid_mm_of
from inplane.operators.dosing import PAUSE_S, SyringeHand, Verdict
from inplane.operators.hand import approach, draw_tremor
from inplane.operators.landmark import (
    Found,
    Survey,
    beside_artery,
    choose_bone,
    follow_artery,
    head_neck_junction,
)
from inplane.operators.phase import Phase
from inplane.operators.preset import scanner_for
from inplane.operators.staged import USUAL_INDENTATION_MM
from inplane.operators.steer import (
    MISS_MM,
    arrived,
    believable,
    depth_in_picture_mm,
    is_beyond,
    jiggled,
    misses,
    steered,
)

SLIDE_MM_S = 6.0
"""Chosen: how fast a probe is slid while looking."""
SEARCH_MM = 12.0
"""Chosen: how far to either side of the palpated landmark is looked."""
REACH_MM = 30.0
"""Chosen: no landmark is farther from where it was felt than this."""
TARGET_X_MM = 2.0
"""Chosen: the target a little outward of the picture's middle keeps the artery in view and the needle flat."""
WATCH_S, PATIENCE_S = 2.5, 25.0
"""Chosen: pulsation takes two seconds to see; after this long without a landmark it is given up."""
BLIND_MM, HOLD_S = 9.0, 3.0
"""Chosen: how far into the picture the tip may be unseen, and how long it is then waited for."""
WITHDRAW_MM_S = 20.0
"""Chosen: out is faster than in."""
PASSES = 3
"""Chosen: after three passes a careful beginner asks for help."""


class GuidedOperator:
    """Looks for the landmark, aims beside it, advances what it sees, aspirates, injects in aliquots.

    Args:
        procedure: what is done; a nerve block or a joint injection.
        view: where the probe is put down, by palpation.
        seed: draws speed and tremor.
        side: the treated side.
        planned_ml: injected in all; the procedure's usual volume if None.
        width_mm: of the probe's face.
        needle_mm: longest shaft beneath the skin.
        rate_ml_s: how fast the plunger is asked to move.

    Raises:
        RangeError: a negative volume, or a rate that is not positive.
    """

    def __init__(
        self,
        procedure: Procedure,
        view: ProbeControl,
        seed: int,
        *,
        side: Side = "right",
        planned_ml: float | None = None,
        width_mm: float = USUAL_WIDTH_MM,
        needle_mm: float = 80.0,
        rate_ml_s: float = 0.3,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.procedure, self.width_mm, self.needle_mm = procedure, width_mm, needle_mm
        self.side: Side = side
        planned_ml = procedure.injectate.planned_ml.value if planned_ml is None else planned_ml
        self.syringe = SyringeHand(procedure, planned_ml=planned_ml, rate_ml_s=rate_ml_s)
        self.speed_mm_s = float(rng.uniform(5, 9))
        self._tremor = draw_tremor(rng, 0.05)
        self._outward = lateral_sign(view, side)
        self._control = Control(probe=view, scanner=scanner_for(procedure))
        self._start = view
        self.phase, self.outcome, self.passes = Phase.LOOK, "", 0
        self.target_mm: Point | None = None
        self._since_s = self._last_s = self._seen_s = self._watched_s = 0.0
        self._begun = False
        self._held: tuple[float, float] | None = None
        self._safer_mm = 0.0
        self._survey = Survey()
        self._artery: Found | None = None
        self._indentation_mm = USUAL_INDENTATION_MM

    @property
    def first(self) -> Control:
        """The control of the first frame."""
        return self._control

    @property
    def done(self) -> bool:
        """Whether it has finished, for better or worse; `outcome` says which."""
        return self.phase == Phase.DONE

    def __call__(self, frame: Frame, scene: Scene, advice: Advice) -> Control:
        """The control for the next frame."""
        if not self._begun:
            self._begun, self._since_s, self._last_s = True, frame.time_s, frame.time_s
        step_s = min(max(frame.time_s - self._last_s, 0.0), 0.25)
        self._last_s = frame.time_s
        if believable(scene, self._control, indentation_mm=self._indentation_mm):
            self._seen_s = frame.time_s
        self._follow_target(scene)
        match self.phase:
            case Phase.LOOK:
                self._look()
            case Phase.CENTRE:
                self._centre(step_s)
            case Phase.PLACE:
                self._place()
            case Phase.ADVANCE:
                self._advance(scene, advice, step_s)
            case Phase.INJECT:
                self._inject(frame, scene, advice, step_s)
            case Phase.DRAW_BACK | Phase.WITHDRAW:
                self._draw_back(step_s)
            case Phase.DONE:
                pass
        return self._trembling()

    @property
    def _lasted_s(self) -> float:
        return self._last_s - self._since_s

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since_s = phase, self._last_s

    def _finish(self, why: str) -> None:
        """Out, for good."""
        self.outcome = self.outcome or why
        self._enter(Phase.WITHDRAW)

    def _follow_target(self, scene: Scene) -> None:
        """Where the needle should go, as far as the picture shows it now."""
        slid_mm = slid_mm_of(self._start, self._control.probe)
        if self.procedure.family == "joint":
            bone = choose_bone(scene)
            found = self.target_mm if bone is None else head_neck_junction(bone)
        elif self.phase == Phase.LOOK:
            self._survey.add(scene, slid_mm, self.width_mm)
            return
        elif self._artery is not None:
            self._artery = follow_artery(self._artery, scene, slid_mm)
            found = beside_artery(self._artery, slid_mm, self._outward)
            found = (found[0] + self._outward * self._safer_mm, found[1])
        else:
            return
        before = self.target_mm
        if found is None or before is None or self.phase != Phase.ADVANCE:
            self.target_mm = found
        elif hypot(found[0] - before[0], found[1] - before[1]) < MISS_MM:  # the same place, a little on
            self.target_mm = (0.9 * before[0] + 0.1 * found[0], 0.9 * before[1] + 0.1 * found[1])

    def _look(self) -> None:
        """Slides to either side of the landmark; what was seen best on the way is gone back to."""
        way_mm = self._lasted_s * SLIDE_MM_S
        if self.procedure.family == "joint" and self.target_mm is not None and self._lasted_s > WATCH_S:
            self._enter(Phase.CENTRE)
        elif way_mm < 4 * SEARCH_MM:
            back_mm = 2 * SEARCH_MM - way_mm if way_mm < 3 * SEARCH_MM else way_mm - 4 * SEARCH_MM
            self._slide_to(way_mm if way_mm < SEARCH_MM else back_mm)
        else:
            self._artery = self._survey.artery(self._outward)
            if self._artery is None:
                self._finish("no landmark was recognised")
            else:
                self._enter(Phase.CENTRE)

    def _slide_to(self, slid_mm: float) -> None:
        self._control = replace(self._control, probe=slid(self._start, slid_mm, self._control.probe))

    def _centre(self, step_s: float) -> None:
        """Brings the target to the middle of the picture, then watches whether it stays there."""
        if self.target_mm is None or self._lasted_s > PATIENCE_S:
            self._finish("the landmark was lost")
            return
        away_mm = self.target_mm[0] - TARGET_X_MM * self._outward
        slid_mm = slid_mm_of(self._start, self._control.probe)
        goal_mm = min(max(slid_mm + away_mm, -REACH_MM), REACH_MM)
        if abs(goal_mm - slid_mm) > 1.5:
            self._slide_to(approach(slid_mm, goal_mm, SLIDE_MM_S * step_s))
            self._watched_s = self._last_s
        elif self._last_s - max(self._watched_s, self._since_s) > WATCH_S:
            self._enter(Phase.PLACE)

    def _place(self) -> None:
        """The needle on the skin, aimed."""
        if self.target_mm is None:
            self._finish("the landmark was lost")
            return
        if self.passes >= PASSES:
            self._finish("no safe way was found in three passes")
            return
        aimed = aim_in_plane(
            self._control.probe,
            target_mm=self.target_mm,
            side=self.side,
            width_mm=self.width_mm,
            offset_mm=flat_offset_mm(self._control.probe, self.target_mm, side=self.side, width_mm=self.width_mm),
            indentation_mm=self._indentation_mm,
        )
        self._control = replace(self._control, needle=aimed)
        if self._lasted_s > PAUSE_S:
            self.passes += 1
            self._seen_s, self._held = self._last_s, None
            self._enter(Phase.ADVANCE)

    def _advance(self, scene: Scene, advice: Advice, step_s: float) -> None:
        """Pushes on what is seen; holds what is not; draws back from what is dangerous."""
        if any(a.condition == "vessel_contact" and a.priority != Priority.LOW for a in advice.alarms):
            self._again(safer_mm=2.0, why="a vessel lay in the way")
            return
        seen = believable(scene, self._control, indentation_mm=self._indentation_mm)
        control, target = self._control, self.target_mm
        inside_mm = depth_in_picture_mm(control, width_mm=self.width_mm, indentation_mm=self._indentation_mm)
        if target is None or (not seen and inside_mm > BLIND_MM):
            self._hold()
        elif seen and arrived(scene, advice, target):
            self.syringe.begin(self._last_s)
            self._enter(Phase.INJECT)
        elif is_beyond(control, target, indentation_mm=self._indentation_mm):
            self._hold()
        elif seen and misses(scene, control, target):
            self._again(safer_mm=0.0, why="the path missed the target")
        elif control.needle.advance_mm >= self.needle_mm - 1:
            self._again(safer_mm=0.0, why="the needle was too short")
        else:
            needle = steered(scene, control.needle, target, step_s) if seen else control.needle
            pushed_mm = min(needle.advance_mm + self.speed_mm_s * step_s, self.needle_mm)
            self._control = replace(control, needle=replace(needle, advance_mm=pushed_mm))

    def _hold(self) -> None:
        """Stops pushing, and jiggles the needle until it is seen or patience ends."""
        needle = self._control.needle
        if self._held is None or (self._held[0] < self._seen_s and needle.advance_mm > self._held[1]):
            self._held = (self._last_s, needle.advance_mm)
        since_s, held_mm = self._held
        if self._last_s - since_s > HOLD_S:
            self._again(safer_mm=0.0, why="the tip was not seen")
        else:
            self._control = replace(self._control, needle=jiggled(needle, held_mm, self._last_s - since_s))

    def _again(self, *, safer_mm: float, why: str) -> None:
        """Out, and another way; after the last pass, out for good."""
        self._safer_mm += safer_mm
        if self.passes >= PASSES:
            self._finish(why)
        else:
            self._enter(Phase.DRAW_BACK)

    def _inject(self, frame: Frame, scene: Scene, advice: Advice, step_s: float) -> None:
        """Leaves it to the syringe hand, and acts on what it says."""
        verdict = self.syringe.step(self._last_s, step_s, scene, frame.signals, advice)
        self._control = replace(self._control, plunger=self.syringe.plunger)
        if verdict == Verdict.DONE:
            self._finish("injected as planned, spread seen")
        elif verdict != Verdict.BUSY:
            self._again(safer_mm=2.0 if verdict == Verdict.BLOOD else 0.0, why=verdict.value)

    def _draw_back(self, step_s: float) -> None:
        """Out of the skin; then another pass, or the end."""
        needle = self._control.needle
        depth_mm = max(0.0, needle.advance_mm - WITHDRAW_MM_S * step_s)
        self._control = replace(self._control, needle=replace(needle, advance_mm=depth_mm))
        if depth_mm <= 0:
            self._enter(Phase.PLACE if self.phase == Phase.DRAW_BACK else Phase.DONE)

    def _trembling(self) -> Control:
        needle = self._control.needle
        if needle.advance_mm < 2:
            return self._control
        depth = min(max(needle.advance_mm + self._tremor.at(self._last_s), 0.5), self.needle_mm)
        return replace(self._control, needle=replace(needle, advance_mm=depth))
