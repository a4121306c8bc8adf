"""The guided operator, answered with the scenes that a perfect eye would see: it arrives, and stops when unsure."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from inplane.core import (
    AspirationResult,
    BoneSeen,
    RangeError,
    Signals,
    SpreadState,
)
from inplane.guidance import advise, begin
from inplane.operators import GuidedOperator, Phase
from inplane.operators.fluid_eye import FluidEye
from inplane.operators.landmark import Survey, head_neck_junction


def test_it_arrives_beside_the_artery_and_injects_the_plan(make, procedure):
    operator = GuidedOperator(procedure, make.start, 3, planned_ml=3.0)
    controls = make.bedside().play(operator, procedure)
    assert operator.outcome == "injected as planned, spread seen"
    assert operator.passes == 1
    assert controls[-1].plunger.injected_ml == pytest.approx(3.0)
    assert controls[-1].plunger.aspirations == 2
    assert controls[-1].needle.advance_mm == 0
    advance, beside, depth, across = make.tips(controls)[int(np.argmax([c.needle.advance_mm for c in controls]))]
    assert beside == pytest.approx(make.artery.radius + 15, abs=2.5)
    assert depth == pytest.approx(make.artery.y + 3, abs=2.5)
    assert across == pytest.approx(0, abs=0.01)
    assert advance < 79


def test_the_same_seed_does_the_same_and_another_does_not(make, procedure):
    runs = [
        make.bedside().play(GuidedOperator(procedure, make.start, seed, planned_ml=1.0), procedure)
        for seed in (1, 1, 2)
    ]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_it_aspirates_before_every_part_of_the_dose(make, procedure):
    controls = make.bedside().play(GuidedOperator(procedure, make.start, 4, planned_ml=8.0), procedure, until_s=150)
    plunger = [control.plunger for control in controls]
    volume_at_pull = [b.injected_ml for a, b in pairwise(plunger) if b.aspirations > a.aspirations]
    assert volume_at_pull == pytest.approx([0.0, 1.0, 6.0])


@pytest.mark.parametrize(
    ("bedside", "outcome"),
    [
        ({"vessels": False}, "no landmark was recognised"),
        ({"blind": True}, "the tip was not seen"),
        ({"result": AspirationResult.BLOOD}, "blood was aspirated"),
        ({"spread": SpreadState.WAITING}, "no spread was seen"),
        ({"spread": SpreadState.NONE}, "an alarm was raised while injecting"),
    ],
)
def test_it_stops_when_unsure(make, procedure, bedside, outcome):
    operator = GuidedOperator(procedure, make.start, 5, planned_ml=3.0)
    controls = make.bedside(**bedside).play(operator, procedure, until_s=150)
    assert operator.phase == Phase.DONE
    assert operator.outcome == outcome
    assert controls[-1].needle.advance_mm == 0
    assert controls[-1].plunger.injected_ml < 3.0
    assert operator.passes <= 3


@pytest.mark.parametrize("seen", [True, False])
def test_where_spread_cannot_be_judged_ones_own_eye_decides(make, procedure, monkeypatch, seen):
    monkeypatch.setattr(FluidEye, "sees", lambda *_: seen)
    operator = GuidedOperator(procedure, make.start, 5, planned_ml=3.0, rate_ml_s=0.2)
    controls = make.bedside(spread=SpreadState.CANNOT_TELL).play(operator, procedure, until_s=150)
    assert controls[-1].plunger.rate_ml_s == 0.2
    assert (operator.outcome == "injected as planned, spread seen") is seen
    assert any("nudged" in reason for reason in operator.reasons) is not seen


def test_a_vessel_alarm_draws_the_needle_back(make, procedure):
    operator = GuidedOperator(procedure, make.start, 6, planned_ml=1.0)
    bedside = make.bedside()
    control, drawn = operator.first, False
    alarm = make.vessel_alarm()
    memory = begin(make.plan(procedure), procedure)
    for number in range(30 * 30):
        scene = bedside.scene(control, number / 30)
        advice, memory = advise(scene, Signals(), procedure, memory)
        if control.needle.advance_mm > 15:
            advice = replace(advice, alarms=(alarm,))
        before = control.needle.advance_mm
        control = operator(make.frame(number / 30), scene, advice)
        drawn = drawn or control.needle.advance_mm < before - 0.3
    assert drawn
    assert max(operator.passes, 0) >= 1


def test_negative_volumes_are_refused(make, procedure):
    with pytest.raises(RangeError, match="Plan is -1 ml"):
        GuidedOperator(procedure, make.start, 1, planned_ml=-1)


def test_the_outer_of_two_vessels_is_the_artery(make):
    survey = Survey()
    artery = make.vessel((2.0, 20.0), semi_axes_mm=(4.5, 4.2))
    vein = make.vessel((-10.0, 22.0), semi_axes_mm=(6.0, 4.5))
    speck = make.vessel((12.0, 12.0), semi_axes_mm=(3.5, 1.5), confidence=0.4)
    for slid_mm in range(-10, 10):
        survey.add(make.scene(vessels=(artery, vein, speck)), slid_mm * 0.1, 39.0)
    assert survey.artery(1.0).along_mm == pytest.approx(2.0, abs=0.6)
    assert survey.artery(-1.0).along_mm == pytest.approx(-10.0, abs=0.6)
    assert Survey().artery(1.0) is None


def test_the_junction_is_where_a_head_passes_into_a_neck():
    x = np.linspace(-18, 18, 120)
    head = 30 + 22 - np.sqrt(22**2 - np.clip(x + 6, -18, 12) ** 2)
    line = np.where(x < 6, head, head[np.searchsorted(x, 6)] + 0.05 * (x - 6))
    bone = BoneSeen(points_mm=np.stack((x, line), axis=1), edge_sd_mm=0.2, confidence=0.9)
    assert head_neck_junction(bone)[0] == pytest.approx(6, abs=2.5)


def test_a_flat_line_has_its_middle():
    points = np.stack((np.linspace(-15, 15, 61), np.full(61, 30.0)), axis=1)
    bone = BoneSeen(points_mm=points, edge_sd_mm=0.2, confidence=0.9)
    assert head_neck_junction(bone)[0] == pytest.approx(0, abs=0.6)
    short = BoneSeen(points_mm=points[28:33], edge_sd_mm=0.2, confidence=0.9)
    assert head_neck_junction(short)[1] == pytest.approx(30)
