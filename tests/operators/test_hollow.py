"""A cyst, a bursa or a distended joint looks like a vessel: a hand that saw no flow there in color goes into it."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import AspirationResult, Clearance, ClearanceKind, Control, Signals
from inplane.guidance import advise, begin
from inplane.operators.aiming import aiming_of
from inplane.operators.dosing import SyringeHand, Verdict
from inplane.operators.hollow import nudge_mm
from inplane.operators.needle_hand import NeedleHand, Way
from inplane.operators.steer import at_target

TARGET_MM = (0.0, 16.0)


def told(vessel, distance_mm=1.0, *, soon_s=1.0):
    return Clearance(
        kind=ClearanceKind.VESSEL,
        structure="vessel, likely",
        track_id=vessel.track_id,
        distance_mm=distance_mm,
        sd_mm=0.5,
        on_path=soon_s is not None,
        time_to_contact_s=soon_s,
    )


def met(make, procedure, *, hollow, has_flow=False, target_mm=TARGET_MM, other=None, then=0):
    """What a hand says of an alarm for the vessel about (0, 16), with another one's clearance; or some frames later,
    when nothing tells any more what the alarm is about."""
    vessel = replace(make.vessel((0.0, 16.0)), has_flow=has_flow)
    scene = make.scene(0.0, vessels=(vessel,))
    advice, _ = advise(scene, Signals(), procedure, begin(make.plan(procedure), procedure))
    clearances = (told(vessel),) if other is None else (told(vessel), other)
    advice = replace(advice, alarms=(make.vessel_alarm(),), clearances=clearances)
    hand = NeedleHand(speed_mm_s=5.0, width_mm=38.4, needle_mm=80.0, indentation_mm=0.0)
    hand.hollow = hollow
    control = Control(probe=make.start)
    way = hand.step(control, (make.frame(), scene, advice), target_mm, step_s=0.1)[1]
    for _ in range(then):
        untold = replace(advice, clearances=())
        way = hand.step(control, (make.frame(), scene, untold), target_mm, step_s=0.1)[1]
    return way


@pytest.mark.parametrize(
    ("distance_mm", "soon_s", "way"),
    [
        (0.5, None, Way.VESSEL),
        (6.0, 1.0, Way.VESSEL),
        (6.0, 0.0, Way.VESSEL),
        (6.0, None, Way.GOING),
        (9.0, 8.0, Way.GOING),
    ],
)
def test_another_vessel_that_is_near_or_soon_met_still_stops_the_hand(make, procedure, distance_mm, soon_s, way):
    other = told(make.vessel((9.0, 20.0), track_id=7), distance_mm, soon_s=soon_s)
    assert met(make, procedure, hollow=True, other=other) is way


def test_an_alarm_that_was_excused_is_until_it_tells_of_another_vessel(make, procedure):
    assert met(make, procedure, hollow=True, then=3) is Way.GOING
    assert met(make, procedure, hollow=False, then=3) is Way.VESSEL


def test_a_vessel_at_a_hollow_target_without_flow_does_not_stop_the_hand(make, procedure):
    assert met(make, procedure, hollow=True) is Way.GOING
    assert met(make, procedure, hollow=True, has_flow=None) is Way.GOING


@pytest.mark.parametrize("way", [{"hollow": False}, {"hollow": True, "has_flow": True}])
def test_any_other_does(make, procedure, way):
    assert met(make, procedure, **way) is Way.VESSEL


def test_a_vessel_beside_the_target_does(make, procedure):
    assert met(make, procedure, hollow=True, target_mm=(12.0, 16.0)) is Way.VESSEL


def test_what_holds_the_target_is_told_by_its_outline(make):
    scene = make.scene(0.0, vessels=(make.vessel((0.0, 16.0)),))
    (vessel,) = scene.vessels
    for angle in np.linspace(0.0, 2 * np.pi, 9):
        out = np.array([np.cos(angle), np.sin(angle)]) * max(vessel.semi_axes_mm)
        inside, outside = ((float(out[0]) * share, 16.0 + float(out[1]) * share) for share in (0.4, 1.6))
        assert at_target(scene, inside) == {vessel.track_id}
        assert not at_target(scene, outside)


@pytest.mark.parametrize(
    ("name", "hollow"),
    [("hip_joint_injection", True), ("baker_cyst_aspiration", True), ("femoral_nerve_block", False)],
)
def test_the_atlas_says_which_targets_hold_fluid(make, name, hollow):
    found = aiming_of(load_atlas().procedure(name), make.start, "right", width_mm=38.4, textbook=None)
    assert found.hollow is hollow


def given(make, name, aspirated):
    """How a syringe's hand ends that sees no spread, by what it aspirates; None while it has not ended."""
    procedure = load_atlas().procedure(name)
    hand, injected_ml = SyringeHand(procedure, planned_ml=0.5, rate_ml_s=0.3), 0.0
    for number in range(600):
        plunger = hand.plunger
        signals = Signals(
            injected_ml=plunger.injected_ml,
            injecting=plunger.injected_ml > injected_ml,
            aspirations=plunger.aspirations,
            aspirated=aspirated if plunger.aspirations else None,
        )
        injected_ml = plunger.injected_ml
        verdict = hand.step(number / 10, 0.1, make.scene(number / 10), signals, None)
        if verdict is not Verdict.BUSY:
            return verdict
    return None


@pytest.mark.parametrize("fluid", [AspirationResult.BURSA_FLUID, AspirationResult.JOINT_FLUID])
def test_fluid_of_a_bursa_tells_that_the_tip_is_there_though_no_spread_is_seen(make, fluid):
    assert given(make, "pes_anserine_bursa_injection", fluid) is Verdict.DONE


@pytest.mark.parametrize(
    ("name", "aspirated"),
    [
        ("pes_anserine_bursa_injection", AspirationResult.NOTHING),
        ("pes_anserine_bursa_injection", AspirationResult.CSF),
        ("femoral_nerve_block", AspirationResult.JOINT_FLUID),
    ],
)
def test_nothing_that_does_not_belong_there_does(make, name, aspirated):
    assert given(make, name, aspirated) is Verdict.NO_SPREAD


def nudged_mm(name, *, hard=False, nudges=0):
    return nudge_mm(load_atlas().procedure(f"{name}_injection"), hard=hard, nudges=nudges)


def test_a_tip_is_drawn_back_less_in_a_thin_hollow():
    assert nudged_mm("pes_anserine_bursa") < 1.5 < nudged_mm("hip_joint")


def test_a_hard_plunger_before_a_joint_pushes_on_once_and_nowhere_else():
    """A capsule is gone through; a bursa, a sheath, a nerve is not."""
    assert nudged_mm("hip_joint", hard=True) < 0 < nudged_mm("hip_joint", hard=True, nudges=1)
    assert all(nudged_mm(name, hard=True) > 0 for name in ("pes_anserine_bursa", "biceps_sheath", "carpal_tunnel"))
    assert nudge_mm(load_atlas().procedure("femoral_nerve_block"), hard=True, nudges=0) > 0
