"""A person without a picture: a needle set by palpated landmarks, pushed to a judged depth, aspirated, injected.

    rest -> advance -> aspirate and inject -> withdraw -> done
               ^------------|  another pass, farther out, after blood or high resistance

It knows where fingers found the landmarks, how deep the target usually lies, what came back into the syringe, and how
hard the plunger goes. It looks at no pixel, no scene and no advice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import pi, radians, sin

import numpy as np

from inplane.atlas import Procedure
from inplane.core import Advice, Control, Frame, NeedleControl, ProbeControl, Scene, UnknownNameError
from inplane.guidance import Side
from inplane.operators.dosing import SyringeHand, Verdict
from inplane.operators.hand import withdrawn
from inplane.operators.palpate import PULSE, Palpated, felt, outward
from inplane.operators.phase import Phase
from inplane.operators.preset import scanner_for
from inplane.operators.skill import Skill
from inplane.operators.textbook import Textbook

REST_S = 1.5
"""Chosen: the needle stands on the skin and the eye checks its direction."""
PASSES = 3
"""Chosen: as the guided operator."""
ASIDE_MM = 5.0
"""Chosen: after blood the next pass begins so much farther from the vessel."""
BACK_MM = 1.5
"""Chosen: at bone, or where the plunger will not go, the tip is drawn back by about a bevel's length."""
AWAY = ProbeControl(x_mm=150.0, z_mm=150.0, press_n=0.0)
"""No probe lies on the skin: it hangs on its hook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approach:
    """Where and how a needle is set by touch.

    Args:
        lateral_mm, below_mm: entry from the landmark, to the patient's outside and towards the foot.
        inward_rad: turn of the needle from straight towards the head to the middle.
        steepness_rad: below the skin.
        source: where that comes from.
        depth_share: how far through the atlas's range of the target's depth the tip is pushed.
        landmark: from which the entry is counted.
        depth_mm: of the target, where it is known better than the atlas's range.
    """

    lateral_mm: float
    below_mm: float
    inward_rad: float
    steepness_rad: float
    source: str
    depth_share: float = 0.5
    landmark: str = PULSE
    depth_mm: float | None = None


APPROACHES: Mapping[str, Approach] = {
    "femoral_nerve_block": Approach(
        lateral_mm=15.0,
        below_mm=0.0,
        inward_rad=0.0,
        steepness_rad=radians(70),
        depth_share=0.25,
        source="At the crease, 1 cm lateral to the pulse (Hadzic's textbook as shown by aneskey.com, read). Chosen: "
        "5 mm more, as nothing tells the nerve; the angle; and the depth, a quarter of the way through the atlas's "
        "20 to 40 mm, where a hand that expects two pops slows down. Pops are not felt.",
    ),
    "hip_joint_injection": Approach(
        lateral_mm=25.0,
        below_mm=25.0,
        inward_rad=0.0,
        steepness_rad=radians(60),
        depth_share=0.5,
        source="Chosen in the manner of blind anterior approaches: outside the femoral pulse and below the crease, "
        "towards the head, until bone. Lines from iliac spine and trochanter (Arthroscopy 2013;29:1025-1033, abstract "
        "read: 51 of 55 correct) meet over the trochanter of the simulated groin and are not used.",
    ),
}
"""By procedure."""

SQUARE_RAD = 1.5
"""Elsewhere. Chosen: at a right angle to the skin over the target, as nearly as a hand holds it."""


def approach_of(procedure: Procedure, textbook: Textbook | None) -> Approach:
    """How a needle is set: in the groin as `APPROACHES` says, elsewhere straight down where the target usually lies.

    Raises:
        UnknownNameError: neither is known.
    """
    if textbook is not None:
        x_mm, z_mm = textbook.beside_mm
        return Approach(
            lateral_mm=-x_mm,  # of a right side, whose outside is to -x
            below_mm=-z_mm,
            inward_rad=0.0,
            steepness_rad=SQUARE_RAD,
            landmark=textbook.landmark,
            depth_mm=textbook.depth_mm,
            source="The mean of earlier patients.",
        )
    found = APPROACHES.get(procedure.id)
    if found is None:
        raise UnknownNameError("procedure with a landmark approach", procedure.id, APPROACHES)
    return found


class LandmarkOperator:
    """Sets a needle by touch, pushes it to a judged depth, aspirates and injects; sees nothing.

    Args:
        procedure: what is done.
        palpated: where fingers found the landmarks; that which the approach counts from must be among them.
        seed: draws speed, aim and judgment of depth.
        skill: how well aim and depth are judged.
        side: the treated side.
        planned_ml: injected in all; the procedure's usual volume if None.
        needle_mm: longest shaft beneath the skin.
        rate_ml_s: how fast the plunger is asked to move.
        textbook: what it knows from other patients, of a right side; needed outside the groin.

    Raises:
        UnknownNameError: nobody has said how for this procedure, or the landmark was not felt.
        RangeError: a negative volume, or a rate that is not positive.
    """

    def __init__(
        self,
        procedure: Procedure,
        palpated: Palpated,
        seed: int,
        skill: Skill,
        *,
        side: Side = "right",
        planned_ml: float | None = None,
        needle_mm: float = 80.0,
        rate_ml_s: float = 0.3,
        textbook: Textbook | None = None,
    ) -> None:
        approach = approach_of(procedure, textbook)
        rng = np.random.default_rng([seed, 0x1A4D])
        self.syringe = SyringeHand(procedure, planned_ml=planned_ml, rate_ml_s=rate_ml_s)
        self.speed_mm_s = float(rng.uniform(5, 9))
        self.phase, self.outcome, self.passes = Phase.PLACE, "", 0
        self._out, self._rng, self._skill = outward(side), rng, skill
        self._needle_mm = needle_mm
        depth_mm = procedure.target.depth_mm
        usual_mm = depth_mm.low + approach.depth_share * (depth_mm.high - depth_mm.low)
        self._usual_mm = usual_mm if approach.depth_mm is None else approach.depth_mm
        self._approach, self._felt = approach, felt(palpated, approach.landmark)
        self._aside_mm = 0.0
        self._since_s = self._last_s = 0.0
        self._begun = False
        self._control = Control(probe=AWAY, needle=self._aim(), scanner=scanner_for(procedure))

    @property
    def first(self) -> Control:
        """The control of the first frame."""
        return self._control

    @property
    def done(self) -> bool:
        """Whether it has finished; `outcome` says how."""
        return self.phase == Phase.DONE

    def __call__(self, frame: Frame, scene: Scene, advice: Advice) -> Control:  # noqa: ARG002  it has no picture
        """The control for the next frame; of the frame it takes the clock and what the syringe tells."""
        if not self._begun:
            self._begun, self._since_s, self._last_s = True, frame.time_s, frame.time_s
        step_s = min(max(frame.time_s - self._last_s, 0.0), 0.25)
        self._last_s = frame.time_s
        match self.phase:
            case Phase.PLACE:
                if self._last_s - self._since_s > REST_S:
                    self.passes += 1
                    self._enter(Phase.ADVANCE)
            case Phase.ADVANCE:
                self._advance(step_s)
            case Phase.INJECT:
                verdict = self.syringe.step(self._last_s, step_s, None, frame.signals, None)
                self._control = replace(self._control, plunger=self.syringe.plunger)
                self._answer(verdict)
            case Phase.DRAW_BACK | Phase.WITHDRAW:
                self._draw_back(step_s)
            case _:
                pass
        return self._control

    def _enter(self, phase: Phase) -> None:
        self.phase, self._since_s = phase, self._last_s

    def _aim(self) -> NeedleControl:
        """A needle on the skin, held as well as the hand can; how deep it should go is judged now."""
        approach, (x, z) = self._approach, self._felt
        turned, steeper = self._rng.normal(0.0, self._skill.aim_rad, 2)
        steepness_rad = min(max(approach.steepness_rad + float(steeper), 0.2), 1.5)
        depth_mm = self._usual_mm * max(0.3, 1 + float(self._rng.normal(0.0, self._skill.depth_fraction)))
        self._goal_mm = min(depth_mm / sin(steepness_rad), self._needle_mm)
        return NeedleControl(
            entry_x_mm=x + self._out * (approach.lateral_mm + self._aside_mm),
            entry_z_mm=z - approach.below_mm,
            heading_rad=pi / 2 + self._out * (approach.inward_rad + float(turned)),
            steepness_rad=steepness_rad,
        )

    def _advance(self, step_s: float) -> None:
        needle = self._control.needle
        pushed_mm = min(needle.advance_mm + self.speed_mm_s * step_s, self._goal_mm)
        self._control = replace(self._control, needle=replace(needle, advance_mm=pushed_mm))
        if pushed_mm >= self._goal_mm:
            self.syringe.begin(self._last_s)
            self._enter(Phase.INJECT)

    def _answer(self, verdict: Verdict) -> None:
        """Goes on, stops, or tries elsewhere."""
        if verdict == Verdict.BUSY:
            return
        if verdict == Verdict.DONE:
            self.outcome = "injected as planned, by touch alone"
            self._enter(Phase.WITHDRAW)
        elif self.passes >= PASSES:
            self.outcome = verdict.value
            self._enter(Phase.WITHDRAW)
        elif verdict == Verdict.RESISTANCE:
            needle = self._control.needle
            self._control = replace(
                self._control, needle=replace(needle, advance_mm=max(1.0, needle.advance_mm - BACK_MM))
            )
            self.passes += 1
            self.syringe.begin(self._last_s)
        else:
            self._aside_mm += ASIDE_MM
            self._enter(Phase.DRAW_BACK)

    def _draw_back(self, step_s: float) -> None:
        """Out of the skin; then another pass, or the end."""
        self._control = withdrawn(self._control, step_s)
        if self._control.needle.advance_mm > 0:
            return
        if self.phase == Phase.WITHDRAW:
            self._enter(Phase.DONE)
        else:
            self._control = replace(self._control, needle=self._aim())
            self._enter(Phase.PLACE)
