"""A person at the probe who follows what is recognised and advised, and stops when unsure.

    look -> centre -> place -> advance -> aspirate and inject (test dose, aliquots) -> withdraw -> done
                          ^-----------------|  another pass after an alarm, blood, a miss, or no spread

It sees frames, scenes and advice. Every decision rests on them, on the procedure's entry in the atlas, and on chance
that is drawn from its seed.
"""

from dataclasses import replace
from enum import StrEnum
from math import hypot

import numpy as np

from inplane.atlas import Procedure
from inplane.core import Advice, Control, Frame, NeedleState, Point, Priority, ProbeControl, Scene
from inplane.guidance import Side
from inplane.operators.aim import USUAL_WIDTH_MM, aim_in_plane, lateral_sign
from inplane.operators.dosing import PAUSE_S, SyringeHand, Verdict
from inplane.operators.hand import approach, draw_tremor
from inplane.operators.landmark import beside_artery, choose_artery, choose_bone, head_neck_junction
from inplane.operators.preset import scanner_for
from inplane.operators.staged import USUAL_INDENTATION_MM
from inplane.operators.steer import MISS_MM, arrived, depth_in_picture_mm, misses, steered

SLIDE_MM_S = 8.0
"""Chosen: how fast a probe is slid while looking."""
SEARCH_MM = 18.0
"""Chosen: how far to either side of the palpated landmark is looked."""
WATCH_S = 2.5
"""Chosen: how long is watched before a vessel is believed, since pulsation takes two seconds to see."""
PATIENCE_S = 25.0
"""Chosen: after this long without a landmark it is given up."""
BLIND_MM = 9.0
"""Chosen: the tip may be unseen so far into the picture, until shaft and tip can be told."""
HOLD_S = 3.0
"""Chosen: how long an unseen tip is waited for before the needle is drawn back."""

WITHDRAW_MM_S = 20.0
"""Chosen: out is faster than in."""
PASSES = 3
"""Chosen: after three passes a careful beginner asks for help."""


class Phase(StrEnum):
    """What the hands are doing."""

    LOOK = "look"
    CENTRE = "centre"
    PLACE = "place"
    ADVANCE = "advance"
    INJECT = "aspirate and inject"
    DRAW_BACK = "draw back"
    WITHDRAW = "withdraw"
    DONE = "done"


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
        self._safer_mm = 0.0
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
        if scene.needle.state == NeedleState.TRACKED:
            self._seen_s = frame.time_s
        self._follow_target(scene)
        match self.phase:
            case Phase.LOOK:
                self._look(scene)
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
        if self.procedure.family == "joint":
            bone = choose_bone(scene)
            found = None if bone is None else head_neck_junction(bone)
        else:
            artery = choose_artery(scene.vessels, self._outward)
            found = None if artery is None else beside_artery(artery, self._outward)
        if found is None:
            return
        found = (found[0] + self._outward * self._safer_mm, found[1])
        if self.target_mm is None or self.phase in (Phase.LOOK, Phase.CENTRE, Phase.PLACE):
            self.target_mm = found
        elif hypot(found[0] - self.target_mm[0], found[1] - self.target_mm[1]) < MISS_MM:  # the same place, a little on
            self.target_mm = (
                0.9 * self.target_mm[0] + 0.1 * found[0],
                0.9 * self.target_mm[1] + 0.1 * found[1],
            )

    def _look(self, scene: Scene) -> None:
        """Slides to either side of the landmark until something to go by is seen."""
        if self.target_mm is not None and (scene.vessels or scene.bones) and self._lasted_s > 1.0:
            self._enter(Phase.CENTRE)
            return
        if self._lasted_s > PATIENCE_S:
            self._finish("no landmark was recognised")
            return
        way = (self._lasted_s * SLIDE_MM_S) % (4 * SEARCH_MM)
        offset = way if way < SEARCH_MM else 2 * SEARCH_MM - way if way < 3 * SEARCH_MM else way - 4 * SEARCH_MM
        self._slide_to(offset)

    def _slide_to(self, offset_mm: float) -> None:
        """The probe moved along its own face from where it was put down."""
        along = self._start.pose().rotation[:, 0]
        probe = replace(
            self._control.probe,
            x_mm=self._start.x_mm + offset_mm * float(along[0]),
            z_mm=self._start.z_mm + offset_mm * float(along[2]),
        )
        self._control = replace(self._control, probe=probe)

    def _offset_mm(self) -> float:
        probe, along = self._control.probe, self._start.pose().rotation[:, 0]
        dx, dz = probe.x_mm - self._start.x_mm, probe.z_mm - self._start.z_mm
        return dx * float(along[0]) + dz * float(along[2])

    def _centre(self, step_s: float) -> None:
        """Brings the target to the middle of the picture, then watches whether it stays what it seemed."""
        if self.target_mm is None or self._lasted_s > PATIENCE_S:
            self._finish("the landmark was lost")
            return
        away_mm = self.target_mm[0] - 2.0 * self._outward
        if abs(away_mm) > 1.5:
            self._slide_to(approach(self._offset_mm(), self._offset_mm() + away_mm, SLIDE_MM_S * step_s))
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
            indentation_mm=self._indentation_mm,
        )
        self._control = replace(self._control, needle=aimed)
        if self._lasted_s > PAUSE_S:
            self.passes += 1
            self._seen_s = self._last_s
            self._enter(Phase.ADVANCE)

    def _advance(self, scene: Scene, advice: Advice, step_s: float) -> None:
        """Pushes on what is seen; holds what is not; draws back from what is dangerous."""
        if any(a.condition == "vessel_contact" and a.priority != Priority.LOW for a in advice.alarms):
            self._again(safer_mm=2.0, why="a vessel lay in the way")
            return
        seen = scene.needle.state in (NeedleState.TRACKED, NeedleState.TIP_PREDICTED)
        control, target = self._control, self.target_mm
        inside_mm = depth_in_picture_mm(control, width_mm=self.width_mm, indentation_mm=self._indentation_mm)
        if target is None or (not seen and inside_mm > BLIND_MM):
            if self._last_s - self._seen_s > HOLD_S:
                self._again(safer_mm=0.0, why="the tip was not seen")
        elif seen and arrived(scene, advice, target):
            self.syringe.begin(self._last_s)
            self._enter(Phase.INJECT)
        elif seen and misses(scene, control, target):
            self._again(safer_mm=0.0, why="the path missed the target")
        elif control.needle.advance_mm >= self.needle_mm - 1:
            self._again(safer_mm=0.0, why="the needle was too short")
        else:
            needle = steered(scene, control.needle, target, step_s) if seen else control.needle
            pushed_mm = min(needle.advance_mm + self.speed_mm_s * step_s, self.needle_mm)
            self._control = replace(control, needle=replace(needle, advance_mm=pushed_mm))

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
