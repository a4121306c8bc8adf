"""Whether a lesson's goal is reached: by the model where the source knows it, else by what is recognised."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from inplane.anatomy import Kind
from inplane.case import Case, Tick
from inplane.core import AspirationResult, Mode, NeedleState, SpreadState
from inplane.world import Truth

FLAT, OPEN = 0.2, 0.7
"""Chosen: share of the vein's opening that looks flat, and that looks round again."""
FIRM_N, LIGHT_N = 12.0, 5.0
"""Chosen: presses that close a usual vein and let it open, for sources that do not know."""
IN_VIEW_MM = 2.5
"""Chosen: half of what a slice takes in, and a little of the hand's unrest."""
WELL_INSIDE = 0.9
"""Chosen: a structure lies in view when its middle is within this share of the picture's width."""
BEGUN_MM = 8.0
"""Chosen: less shaft than this beneath the skin cannot be seen in the picture yet."""
FLOW_PIXELS = 20
"""Chosen: fewer colored pixels are noise."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """All that a goal may ask: one turn of the loop, the case, and the truth where it is known."""

    tick: Tick
    case: Case
    truth: Truth | None
    within_mm: float


def artery_in_view(look: Look) -> bool:
    """The artery's cross-section lies well inside the picture."""
    geometry = look.tick.frame.geometry
    if look.truth is not None:
        middles = [o.points_mm.mean(axis=0) for o in look.truth.outlines if o.kind is Kind.ARTERY_WALL]
    else:
        middles = [np.array(vessel.centre_mm) for vessel in look.tick.scene.vessels if vessel.confidence >= 0.5]
    return any(abs(m[0]) < WELL_INSIDE * geometry.width_mm / 2 and m[1] < geometry.depth_mm for m in middles)


def target_in_view(look: Look) -> bool:
    """The target's place lies in the picture and in its plane; without a model, something is recognized there."""
    geometry, truth = look.tick.frame.geometry, look.truth
    if truth is None:
        scene = look.tick.scene
        return bool(scene.vessels or scene.nerves or scene.bones)
    target = truth.targets_image_mm.get(look.case.procedure.id)
    if target is None:
        return False
    inside = abs(target[0]) < WELL_INSIDE * geometry.width_mm / 2 and 0 < target[1] < geometry.depth_mm
    return bool(inside and abs(target[2]) <= IN_VIEW_MM)


def color_held(look: Look) -> bool:
    """Color is on."""
    return look.tick.control.scanner.mode in (Mode.COLOR, Mode.POWER)


def flow_seen(look: Look) -> bool:
    """Color is on and shows moving blood."""
    color = look.tick.frame.color
    on = look.tick.control.scanner.mode == Mode.COLOR
    return on and color is not None and int(np.count_nonzero(color.has_flow)) >= FLOW_PIXELS


def vein_flat(look: Look) -> bool:
    """The vein is pressed flat."""
    if look.truth is not None:
        return look.truth.vein_open <= FLAT
    return look.tick.control.probe.press_n >= FIRM_N


def vein_open(look: Look) -> bool:
    """The vein is round again."""
    if look.truth is not None:
        return look.truth.vein_open >= OPEN
    return look.tick.control.probe.press_n <= LIGHT_N


def bone_in_view(look: Look) -> bool:
    """A bone surface is recognised, and where the model knows, the femoral head is in the picture."""
    if look.truth is not None and look.truth.outline("femoral head") is None:
        return False
    return any(bone.confidence >= 0.5 for bone in look.tick.scene.bones)


def needle_allowed(look: Look) -> bool:
    """The short form and the time-out are done."""
    return look.case.needle_allowed


def needle_in_plane(look: Look) -> bool:
    """Enough shaft is beneath the skin, and it lies in the imaging plane."""
    if look.tick.control.needle.advance_mm < BEGUN_MM:
        return False
    if look.truth is not None:
        return look.truth.tip_in_plane
    return look.tick.scene.needle.state in (NeedleState.TRACKED, NeedleState.SHAFT_ONLY)


def tip_seen(look: Look) -> bool:
    """The tip is tracked, and where the model knows, it is the tip."""
    needle, truth = look.tick.scene.needle, look.truth
    if needle.state != NeedleState.TRACKED or needle.tip_mm is None:
        return False
    if truth is None or truth.tip_image_mm is None:
        return truth is None
    return float(np.hypot(*(truth.tip_image_mm[:2] - np.array(needle.tip_mm)))) <= look.within_mm


def beside_target(look: Look) -> bool:
    """The tip rests near the target and in no vessel; without a model, near what is recognised and without alarm."""
    if look.truth is None:
        return bool(look.tick.advice.clearances) and not look.tick.advice.alarms
    target = look.truth.targets_image_mm.get(look.case.procedure.id)
    tip = look.truth.tip_image_mm
    if target is None or tip is None or "lumen" in look.truth.tip_structure:
        return False
    return float(np.linalg.norm(tip - target)) <= look.within_mm


def aspirated_no_blood(look: Look) -> bool:
    """The plunger was pulled and the last pull brought no blood."""
    signals = look.tick.frame.signals
    return bool(signals.aspirations) and signals.aspirated != AspirationResult.BLOOD


def test_dose_given(look: Look) -> bool:
    """The test dose is in."""
    given_ml = look.tick.frame.signals.injected_ml
    return given_ml is not None and given_ml >= look.case.procedure.injectate.test_dose_ml.value - 0.01


def spread_seen(look: Look) -> bool:
    """Fluid is seen to spread, or by the model lies in the imaging plane."""
    if look.truth is not None and len(look.truth.spread_outlines_mm):
        return True
    return look.tick.scene.spread.state == SpreadState.SPREAD


GOALS: dict[str, Callable[[Look], bool]] = {
    goal.__name__: goal
    for goal in (
        artery_in_view,
        target_in_view,
        color_held,
        flow_seen,
        vein_flat,
        vein_open,
        bone_in_view,
        needle_allowed,
        needle_in_plane,
        tip_seen,
        beside_target,
        aspirated_no_blood,
        test_dose_given,
        spread_seen,
    )
}
"""Every kind of goal by name."""
