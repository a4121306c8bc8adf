"""A person at the probe who follows what is recognised and advised, and stops when unsure.

    look -> centre -> look in color -> place -> advance -> aspirate and inject (test dose, aliquots) -> withdraw -> done
              ^-------------|  beside  ^-----------------|  another pass after an alarm, blood, a miss, or no spread

It sees frames, scenes and advice. Every decision rests on them, on the procedure's entry in the atlas, and on chance
that is drawn from its seed.
"""

from dataclasses import replace

import numpy as np

from inplane.atlas import Procedure
from inplane.core import Advice, Control, Frame, Point, ProbeControl, Scene
from inplane.guidance import Side
from inplane.operators.aim import USUAL_WIDTH_MM, beside_plane, lateral_sign, slid, slid_mm_of
from inplane.operators.clear_way import Ways
from inplane.operators.color_look import ColorLook
from inplane.operators.dosing import PAUSE_S, SyringeHand, Verdict
from inplane.operators.follow import Target
from inplane.operators.hand import approach
from inplane.operators.needle_hand import NeedleHand, Way, nudged
from inplane.operators.novice import NONE_MADE, NoviceErrors
from inplane.operators.phase import Phase
from inplane.operators.preset import deep_enough, scanner_for, tuned
from inplane.operators.search import SEARCHES, SLIDE_MM_S, outward_mm
from inplane.operators.setting import set_needle
from inplane.operators.skill import Skill
from inplane.operators.staged import USUAL_INDENTATION_MM

REACH_MM = 30.0
"""Chosen: no landmark is farther from where it was felt than this."""
TARGET_X_MM = {"nerve_block": -2.0, "joint": -9.0}
"""Where in the picture the target is brought, outward of the middle. Chosen: beside a nerve the artery's near half is
still seen; a deep joint lies towards the far side, so that more of a flatter shaft is seen."""
WATCH_S, PATIENCE_S = 2.5, 25.0
"""Chosen: pulsation takes two seconds to see; after this long without a landmark it is given up."""
WITHDRAW_MM_S = 20.0
"""Chosen: out is faster than in."""
PASSES = 3
"""Chosen: after three passes a careful beginner asks for help."""
NUDGES = 3
"""Chosen: where the plunger goes hard or no spread comes the tip is drawn back so often in all, before another way is
taken."""
WRONG_WAY_S = 5.0
"""Chosen: how long it takes to notice that the picture moves the other way."""
NO_ERROR = Skill(name="steady")


class GuidedOperator:
    """Looks for the landmark, aims beside it, advances what it sees, aspirates, injects in aliquots.

    Args:
        procedure: what is done; a nerve block or a joint injection.
        view: where the probe is put down, by palpation.
        seed: draws speed and errors of aim.
        side: the treated side.
        planned_ml: injected in all; the procedure's usual volume if None.
        width_mm: of the probe's face.
        needle_mm: longest shaft beneath the skin.
        rate_ml_s: how fast the plunger is asked to move.
        skill: how well a needle is aimed; without error if None. Tremor and delay are `Person`'s.
        errors: what it does wrong; drift and fatigue are `Person`'s.

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
        skill: Skill | None = None,
        errors: NoviceErrors = NONE_MADE,
    ) -> None:
        self._rng = np.random.default_rng(seed)
        self.procedure, self.width_mm, self.needle_mm = procedure, width_mm, needle_mm
        self.skill, self.errors, self._start = skill or NO_ERROR, errors, view
        self.side: Side = side
        planned_ml = procedure.injectate.planned_ml.value if planned_ml is None else planned_ml
        heeds = not errors.ignores_spread
        self.syringe = SyringeHand(procedure, planned_ml=planned_ml, rate_ml_s=rate_ml_s, heeds_spread=heeds)
        self.speed_mm_s = float(self._rng.uniform(5, 9))
        self.needle_hand = NeedleHand(
            speed_mm_s=self.speed_mm_s,
            width_mm=width_mm,
            needle_mm=needle_mm,
            indentation_mm=USUAL_INDENTATION_MM,
            blind=errors.advances_unseen,
            short_mm=errors.short_mm,
        )
        self._control = Control(probe=view, scanner=deep_enough(scanner_for(procedure), procedure))
        self.phase, self.outcome, self.passes, self.reasons = Phase.LOOK, "", 0, list[str]()
        self._since_s = self._last_s = self._watched_s = self._searching_s = self._across_mm = 0.0
        self._begun, self._set, self._nudges, self._search = False, False, 0, 0
        joint, self._outward = procedure.family == "joint", lateral_sign(view, side)
        self._target_x_mm = TARGET_X_MM["joint" if joint else "nerve_block"] * self._outward
        self._target = Target(view, joint=joint, outward=self._outward, width_mm=width_mm)
        ways = Ways(side=side, width_mm=width_mm, needle_mm=needle_mm, steeply=errors.enters_steeply)
        self._color = ColorLook(ways, outward=self._outward)

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
        self._follow(scene)
        self.needle_hand.tell_fluid(scene, self.syringe.plunger.injected_ml)
        match self.phase:
            case Phase.LOOK:
                self._look()
            case Phase.CENTRE:
                self._centre(frame, step_s)
            case Phase.COLOR:
                self._look_in_color(frame, step_s)
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
        return self._control

    @property
    def target_mm(self) -> Point | None:
        """Where in the picture the needle should go; None before that is known."""
        return self._target.place_mm

    @property
    def _lasted_s(self) -> float:
        return self._last_s - self._since_s

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since_s, self._set = phase, self._last_s, False

    def _finish(self, why: str) -> None:
        """Out, for good."""
        self.outcome = self.outcome or why
        self._enter(Phase.WITHDRAW)

    def _follow(self, scene: Scene) -> None:
        """Looks for the target, or follows it."""
        probe = self._control.probe
        if self.phase == Phase.COLOR:
            return  # the probe leaves the target and comes back to it
        if self.phase == Phase.LOOK:
            self._target.look(scene, probe)
        self._target.follow(scene, probe, under_way=self.phase == Phase.ADVANCE)

    def _look(self) -> None:
        """Slides to either side of the landmark; what was seen best on the way is gone back to."""
        out_mm = outward_mm(self._search, self._last_s - max(self._searching_s, self._since_s))
        if out_mm is not None:
            self._across_mm = SEARCHES[self._search][0]
            self._slide_to(self._outward * out_mm)
        elif self._target.settle():
            self.reasons += ["aimed by the recognized nerve"] * self._target.by_nerve
            self._enter(Phase.CENTRE)
        elif self._search + 1 < len(SEARCHES):
            self._search, self._searching_s = self._search + 1, self._last_s
        else:
            self._finish("no landmark was recognised")

    def _slide_to(self, slid_mm: float) -> None:
        probe = slid(self._start, slid_mm, self._control.probe)
        self._control = replace(self._control, probe=beside_plane(probe, self._across_mm))

    def _centre(self, frame: Frame, step_s: float) -> None:
        """Brings the target to its place in the picture, watches whether it stays there, then sets gain and focus."""
        if self.target_mm is None or self._lasted_s > PATIENCE_S:
            self._finish("the landmark was lost")
            return
        away_mm = self.target_mm[0] - self._target_x_mm
        slid_mm = slid_mm_of(self._start, self._control.probe)
        goal_mm = min(max(slid_mm + away_mm, -REACH_MM), REACH_MM)
        if abs(goal_mm - slid_mm) > 1.5:
            wrong = self.errors.confuses_sides and self._lasted_s < WRONG_WAY_S
            self._slide_to(approach(slid_mm, 2 * slid_mm - goal_mm if wrong else goal_mm, SLIDE_MM_S * step_s))
            self._watched_s = self._last_s
        elif self._last_s - max(self._watched_s, self._since_s) > WATCH_S:
            scanner = tuned(self._control.scanner, frame, self.target_mm[1], needle_side=self._outward)
            self._control = replace(self._control, scanner=scanner)
            self._color.begin(self._control, self.target_mm, self._last_s)
            self._enter(Phase.COLOR)

    def _look_in_color(self, frame: Frame, step_s: float) -> None:
        """Where blood flows between skin and target; then a way that is clear of it."""
        self._control, over = self._color.step(self._control, frame, time_s=self._last_s, step_s=step_s)
        if over and not self._color.answered:
            self.reasons.append("flow could not be looked for: no color came")
        if over and self._color.clear_mm(self._control.probe, self.target_mm) is None:
            self._look_aside()
        elif over:
            self._enter(Phase.PLACE)

    def _look_aside(self) -> None:
        """The probe slid beside, across its plane, to look there; after the last such place, out for good."""
        aside_mm = self._color.aside_mm()
        if aside_mm is None:
            self._finish("no way clear of flow was found")
            return
        self._across_mm += aside_mm
        self._slide_to(slid_mm_of(self._start, self._control.probe))
        self._enter(Phase.CENTRE)

    def _place(self) -> None:
        """The needle on the skin, aimed."""
        if self.target_mm is None or self.passes >= PASSES:
            self._finish("the landmark was lost" if self.target_mm is None else "no safe way was found in three passes")
            return
        if not self._set:
            self._slide_to(slid_mm_of(self._start, self._control.probe))  # back to the plane that was looked at
            offset_mm = self._color.clear_mm(self._control.probe, self.target_mm)
            if offset_mm is None:
                self._look_aside()
                return
            needle = set_needle(
                self._control.probe,
                self.target_mm,
                side=self.side,
                width_mm=self.width_mm,
                offset_mm=offset_mm,
                indentation_mm=USUAL_INDENTATION_MM,
                skill=self.skill,
                rng=self._rng,
            )
            self._control, self._set = replace(self._control, needle=needle), True
        if self._lasted_s > PAUSE_S:
            self.passes += 1
            self.needle_hand.begin()
            self._enter(Phase.ADVANCE)

    def _advance(self, scene: Scene, advice: Advice, step_s: float) -> None:
        """Leaves it to the needle hand, and acts on what it says."""
        if self.target_mm is None:
            self._finish("the landmark was lost")
            return
        self._control, way = self.needle_hand.step(
            self._control, scene, advice, self.target_mm, time_s=self._last_s, step_s=step_s
        )
        if way == Way.ARRIVED:
            self.syringe.begin(self._last_s)
            self._enter(Phase.INJECT)
        elif way != Way.GOING:
            self._again(safer_mm=2.0 if way == Way.VESSEL else 0.0, why=way.value)

    def _again(self, *, safer_mm: float, why: str) -> None:
        """Out, and another way; after the last pass, out for good."""
        self._target.safer_mm += safer_mm
        self.reasons.append(why)
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
        elif verdict in (Verdict.RESISTANCE, Verdict.ALARM, Verdict.NO_SPREAD) and self._nudges < NUDGES:
            self._nudges += 1
            self.reasons.append(f"nudged: {verdict.value}")
            self._control = nudged(self._control)
            self.syringe.begin(self._last_s)
        elif verdict != Verdict.BUSY:
            self._again(safer_mm=2.0 if verdict == Verdict.BLOOD else 0.0, why=verdict.value)

    def _draw_back(self, step_s: float) -> None:
        """Out of the skin; then another pass, or the end."""
        needle = self._control.needle
        depth_mm = max(0.0, needle.advance_mm - WITHDRAW_MM_S * step_s)
        self._control = replace(self._control, needle=replace(needle, advance_mm=depth_mm))
        if depth_mm <= 0:
            self._enter(Phase.PLACE if self.phase == Phase.DRAW_BACK else Phase.DONE)
