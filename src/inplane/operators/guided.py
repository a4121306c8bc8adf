"""A person at the probe who follows what is recognised and advised, and stops when unsure.

    look -> centre -> look in color -> place -> advance -> aspirate and inject (test dose, aliquots) -> withdraw -> done
              ^-------------|  beside  ^-----------------|  another pass after an alarm, blood, a miss, or no spread

It sees frames, scenes and advice, and decides by them, the atlas, earlier patients (a textbook), and seeded chance.
"""

from dataclasses import replace

import numpy as np

from inplane.atlas import Procedure
from inplane.core import Advice, Control, Frame, Point, ProbeControl, Scene, SpreadState
from inplane.guidance import Side
from inplane.operators.aim import USUAL_WIDTH_MM, beside_plane, slid, slid_mm_of
from inplane.operators.aiming import aiming_of
from inplane.operators.color_look import ColorLook
from inplane.operators.dosing import PAUSE_S, SyringeHand, Verdict
from inplane.operators.fluid_eye import FluidEye
from inplane.operators.hand import approach, nudged, withdrawn
from inplane.operators.hollow import nudge_mm
from inplane.operators.needle_hand import NeedleHand, Way
from inplane.operators.novice import NONE_MADE, NoviceErrors
from inplane.operators.phase import Phase
from inplane.operators.preset import tuned
from inplane.operators.search import SLIDE_MM_S, Search
from inplane.operators.setting import set_needle
from inplane.operators.skill import Skill
from inplane.operators.textbook import Textbook

REACH_MM = 30.0
"""Chosen: no landmark is farther from where it was felt than this."""
WATCH_S, PATIENCE_S = 2.5, 25.0
"""Chosen: pulsation takes two seconds to see; after this long without a landmark it is given up."""
PASSES, NUDGES = 3, 3
"""Chosen: after three passes a beginner asks for help; the tip is drawn back so often in all where the plunger goes
hard or no spread comes, before another way is taken."""
WRONG_WAY_S = 5.0
"""Chosen: how long it takes to notice that the picture moves the other way."""


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
        textbook: what it knows from other patients, of a right side: then it aims where the picture looks as theirs
            did, not by recognized vessels and bone.

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
        textbook: Textbook | None = None,
    ) -> None:
        self._rng, self.procedure = np.random.default_rng(seed), procedure
        self.width_mm, self.skill, self.errors, self._start = width_mm, skill or Skill(name="steady"), errors, view
        self.syringe = SyringeHand(
            procedure, planned_ml=planned_ml, rate_ml_s=rate_ml_s, heeds_spread=not errors.ignores_spread
        )
        self._fluid = FluidEye()
        self.speed_mm_s = float(self._rng.uniform(5, 9))
        self.phase, self.outcome, self.reasons = Phase.LOOK, "", list[str]()
        self._since_s = self._last_s = self._watched_s = self._across_mm = 0.0
        self._begun, self._set, self._nudges, self.passes = False, False, 0, 0
        aiming = aiming_of(procedure, view, side, width_mm=width_mm, textbook=textbook)
        self._target, self._outward, self._target_x_mm = aiming.target, aiming.outward, aiming.target_x_mm
        self._control, self._search = Control(probe=view, scanner=aiming.scanner), Search(aiming.target.searches)
        self.needle_hand = NeedleHand(
            speed_mm_s=self.speed_mm_s,
            width_mm=width_mm,
            needle_mm=needle_mm,
            indentation_mm=aiming.sunk_mm,
            blind=errors.advances_unseen,
            short_mm=errors.short_mm,
        )
        ways = aiming.ways(width_mm=width_mm, needle_mm=needle_mm, steeply=errors.enters_steeply)
        self._color = ColorLook(ways, outward=aiming.outward, leans=aiming.beams_turn)
        self._beam, self._hollow = aiming.outward if aiming.beams_turn else 0.0, aiming.hollow

    @property
    def first(self) -> Control:
        """Of the first frame."""
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
        self._follow(frame, scene)
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
                self._advance((frame, scene, advice), step_s)
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

    def _follow(self, frame: Frame, scene: Scene) -> None:
        """Looks for the target, or follows it."""
        probe = self._control.probe
        if self.phase == Phase.COLOR:
            return  # the probe leaves the target and comes back to it
        if self.phase == Phase.LOOK:
            self._target.look(frame, scene, probe, across_mm=self._across_mm)
        self._target.follow(frame, scene, probe, needle_in=self._control.needle.advance_mm > 0)

    def _look(self) -> None:
        """Slides to either side of the landmark; what was seen best on the way is gone back to."""
        out_mm = self._search.outward_mm(self._lasted_s)
        if out_mm is not None:
            self._across_mm = self._search.across_mm
            self._slide_to(self._outward * out_mm)
        elif self._target.settle(last=self._search.last):
            self.reasons += ["aimed by the recognized nerve"] * self._target.by_nerve
            self._across_mm = self._across_mm if self._target.across_mm is None else self._target.across_mm
            self._slide_to(slid_mm_of(self._start, self._control.probe))
            self._enter(Phase.CENTRE)
        elif not self._search.last:
            self._search.begin_next(self._lasted_s)
        else:
            self._finish("no landmark was recognised")

    def _slide_to(self, slid_mm: float) -> None:
        probe = slid(self._start, slid_mm, self._control.probe)
        self._control = replace(self._control, probe=beside_plane(probe, self._across_mm))

    def _centre(self, frame: Frame, step_s: float) -> None:
        """Brings the target to its place, watches whether it stays there, then sets gain and focus."""
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
            scanner = tuned(self._control.scanner, frame, self.target_mm[1], needle_side=self._beam)
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
        elif over and self.target_mm is not None:
            self.needle_hand.hollow = self._hollow and self._color.dark_at(self._control.probe, self.target_mm)
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
                outward=self._outward,
                width_mm=self.width_mm,
                offset_mm=offset_mm,
                indentation_mm=self.needle_hand.indentation_mm,
                skill=self.skill,
                rng=self._rng,
            )
            self._control, self._set = replace(self._control, needle=needle), True
        if self._lasted_s > PAUSE_S:
            self.passes += 1
            self.needle_hand.begin()
            self._enter(Phase.ADVANCE)

    def _advance(self, seen: tuple[Frame, Scene, Advice], step_s: float) -> None:
        """Leaves it to the needle hand, and acts on what it says."""
        if self.target_mm is None:
            self._finish("the landmark was lost")
            return
        self._control, way = self.needle_hand.step(self._control, seen, self.target_mm, step_s=step_s)
        if way == Way.ARRIVED:
            self._begin_to_inject(seen[0])
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
        """Leaves it to the syringe hand, and acts on what it says; where nobody tells spread the eye does."""
        if scene.spread.state is SpreadState.CANNOT_TELL and self._fluid.sees(frame):
            scene = replace(scene, spread=replace(scene.spread, state=SpreadState.SPREAD))
        verdict = self.syringe.step(self._last_s, step_s, scene, frame.signals, advice)
        self._control, hard = replace(self._control, plunger=self.syringe.plunger), verdict == Verdict.RESISTANCE
        if verdict == Verdict.DONE:
            self._finish("injected as planned, spread seen")
        elif verdict in (Verdict.RESISTANCE, Verdict.ALARM, Verdict.NO_SPREAD) and self._nudges < NUDGES:
            self._control = nudged(self._control, nudge_mm(self.procedure, hard=hard, nudges=self._nudges))
            self._nudges += 1
            self.reasons.append(f"nudged: {verdict.value}")
            self._begin_to_inject(frame)
        elif verdict != Verdict.BUSY:
            self._again(safer_mm=2.0 if verdict == Verdict.BLOOD else 0.0, why=verdict.value)

    def _begin_to_inject(self, frame: Frame) -> None:
        """A new place of the tip, into which nothing was given yet."""
        self.syringe.begin(self._last_s)
        self._fluid.begin(frame, self.needle_hand.tip_mm)

    def _draw_back(self, step_s: float) -> None:
        """Out of the skin; then another pass, or the end."""
        self._control = withdrawn(self._control, step_s)
        if self._control.needle.advance_mm <= 0:
            self._enter(Phase.PLACE if self.phase == Phase.DRAW_BACK else Phase.DONE)
