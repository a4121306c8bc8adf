"""Advice as a whole: replay, path, words, what cannot be told, and its cost."""

from dataclasses import replace
from statistics import median
from time import process_time

import numpy as np
import pytest

from inplane.core import (
    AspirationResult,
    Calibration,
    CannotTell,
    ClearanceKind,
    FormatError,
    NeedleState,
    Signals,
    SpreadState,
)
from inplane.guidance import advise, begin


def frames(make, seed, count=120):
    """A made-up course of events, drawn by seed."""
    rng = np.random.default_rng(seed)
    aspirations, volume = 0, 0.0
    for number in range(count):
        aspirations += int(rng.random() < 0.02)
        volume += 0.02 * float(rng.random() < 0.5)
        seen = make.needle(
            (float(-20 + number * 0.3), 10.0 + float(rng.normal(0, 0.1))),
            speed_mm_s=float(rng.normal(8, 2)),
            state=NeedleState.TRACKED if rng.random() < 0.9 else NeedleState.SHAFT_ONLY,
            unseen_s=float(rng.random()),
        )
        scene = make.scene(
            number / 30,
            sequence=number,
            seen=seen,
            vessels=(make.vessel((8.0, 11.0), pulsatile=True), make.vessel((-2.0, 25.0), track_id=2)),
            bones=(make.bone(),),
            state=SpreadState(rng.choice(list(SpreadState))),
        )
        result = AspirationResult.BLOOD if rng.random() < 0.3 else AspirationResult.NOTHING
        yield scene, Signals(injected_ml=volume, injecting=True, aspirations=aspirations, aspirated=result)


@pytest.mark.parametrize("seed", range(3))
def test_replay_gives_identical_advice(make, plan, procedure, seed):
    def play():
        memory = begin(plan, procedure)
        found = []
        for scene, signals in frames(make, seed):
            advice, memory = advise(scene, signals, procedure, memory)
            found.append(advice)
        return found, memory

    assert play() == play()


def test_replay_can_go_on_from_any_memory(make, plan, procedure):
    course = list(frames(make, 5))
    memory = begin(plan, procedure)
    kept = []
    for scene, signals in course:
        kept.append(memory)
        last, memory = advise(scene, signals, procedure, memory)
    for scene, signals in course[60:]:
        again, kept[60] = advise(scene, signals, procedure, kept[60])
    assert again == last


def test_cost_is_below_a_millisecond(make, plan, procedure):
    memory = begin(plan, procedure)
    course = list(frames(make, 1))
    cost_s: list[float] = []
    for scene, signals in course:
        at = process_time()
        _, memory = advise(scene, signals, procedure, memory)
        cost_s.append(process_time() - at)
    assert median(cost_s) < 1e-3  # a collection of the whole test run's garbage may fall into any one of them


def test_the_path_is_a_cone_of_two_standard_deviations(make, memory, procedure):
    advice, _ = advise(make.scene(), Signals(), procedure, memory)
    assert advice.path is not None
    assert advice.path.radius_at_tip_mm == pytest.approx(2 * np.hypot(0.1, memory.settings.path_slice_sd_mm.value))
    assert advice.path.half_angle_rad == pytest.approx(2 * np.hypot(0.005, memory.settings.path_bending_sd_rad.value))


def test_uncertainty_of_a_clearance_adds_tip_and_wall(make, memory, procedure):
    scene = make.scene(seen=make.needle((0.0, 10.0)), vessels=(make.vessel((20.0, 10.0)),))
    advice, _ = advise(scene, Signals(), procedure, memory)
    assert advice.clearances[0].distance_mm == pytest.approx(16)
    assert advice.clearances[0].sd_mm == pytest.approx(np.hypot(0.2, 0.1))  # the vessel lies along the shaft


def test_clearances_come_nearest_first_with_bone_among_them(make, memory, procedure):
    scene = make.scene(
        vessels=(make.vessel((18.0, 10.0)), make.vessel((9.0, 10.0), track_id=2)), bones=(make.bone(14.5),)
    )
    advice, _ = advise(scene, Signals(), procedure, memory)
    assert [c.track_id for c in advice.clearances] == [None, 2, 1]
    assert advice.clearances[0].distance_mm == pytest.approx(4.5)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"pulsatile": True}, "vessel, pulsating: artery likely"),
        ({}, "vessel, likely"),
        ({"confidence": 0.5, "pulsatile": True}, "dark and round, vessel possible"),
    ],
)
def test_words_say_no_more_than_was_seen(make, memory, procedure, values, words):
    advice, _ = advise(make.scene(vessels=(make.vessel((18.0, 10.0), **values),)), Signals(), procedure, memory)
    assert advice.clearances[0].structure == words


def test_flow_is_named(make, memory, procedure):
    vessel = replace(make.vessel((18.0, 10.0)), has_flow=True)
    advice, _ = advise(make.scene(vessels=(vessel,)), Signals(), procedure, memory)
    assert advice.clearances[0].structure == "vessel with flow, likely"


def test_nothing_is_said_in_mm_of_an_uncalibrated_picture(make, memory, procedure):
    scene = make.scene(calibration=Calibration.UNCALIBRATED, vessels=(make.vessel((0.0, 10.0)),))
    advice, _ = advise(scene, Signals(), procedure, memory)
    assert advice.path is None
    assert advice.clearances == ()
    assert not advice.alarms
    assert "Distances: the picture has no known scale." in advice.cannot_tell


def test_what_cannot_be_told_is_said(make, memory, procedure):
    unknown = (CannotTell(subject="Nerves", reason="not recognised in this version"),)
    seen = make.needle(None, state=NeedleState.SHAFT_ONLY)
    advice, _ = advise(make.scene(seen=seen, unknown=unknown), Signals(), procedure, memory)
    assert advice.cannot_tell == (
        "Nerves: not recognised in this version.",
        "Clearances: the tip is not known.",
        "Dose: volume unknown, no signal tells it.",
    )
    assert advice.dose.fraction is None


def test_an_uncertain_tip_is_said(make, memory, procedure):
    advice, _ = advise(make.scene(seen=make.needle(tip_sd_mm=(5.0, 1.0))), Signals(), procedure, memory)
    assert "Clearances: the tip is known only to ± 5.0 mm." in advice.cannot_tell


def test_a_vessel_that_vanished_is_asked_after(make, memory, procedure):
    _, memory = advise(make.scene(0.0, vessels=(make.vessel(),)), Signals(), procedure, memory)
    advice, memory = advise(make.scene(0.1), Signals(), procedure, memory)
    assert any("pressed flat" in sentence for sentence in advice.cannot_tell)
    for step in range(60):
        advice, memory = advise(make.scene(0.2 + step * 0.25), Signals(), procedure, memory)
    assert not any("pressed flat" in sentence for sentence in advice.cannot_tell)


def test_hints_ask_for_contact_landmarks_and_aspiration(make, memory, procedure):
    advice, memory = advise(make.scene(contact=0.5), Signals(injected_ml=0.0), procedure, memory)
    assert advice.hints[0].startswith("Poor contact: 50%")
    assert advice.hints[1].startswith("No vessel and no bone")
    assert "Before the test dose: aspirate." in advice.hints
    pulled = Signals(injected_ml=0.0, aspirations=1, aspirated=AspirationResult.JOINT_FLUID)
    advice, memory = advise(make.scene(0.1), pulled, procedure, memory)
    assert any("in the joint, likely" in hint for hint in advice.hints)
    given = replace(pulled, injected_ml=5.0)
    advice, _ = advise(make.scene(0.2, state=SpreadState.SPREAD), given, procedure, memory)
    assert any(hint.startswith("5.0 ml since the last aspiration") for hint in advice.hints)
    assert any(hint.startswith("Spread is seen. Expected here: Complete perineural") for hint in advice.hints)


def test_hints_speak_of_speed_and_steepness(make, memory, procedure):
    seen = make.needle(speed_mm_s=30.0, direction=(0.5, 0.866))
    advice, _ = advise(make.scene(seen=seen, bones=(make.bone(),)), Signals(), procedure, memory)
    assert "Slower: the tip moves at 30 mm/s." in advice.hints
    assert any(hint.startswith("Steep needle, 60 degrees") for hint in advice.hints)


def test_a_plan_for_another_procedure_is_refused(plan, procedure):
    with pytest.raises(
        FormatError, match="Plan is for procedure 'hip_joint_injection'. Expected 'femoral_nerve_block'"
    ):
        begin(replace(plan, procedure_id="hip_joint_injection"), procedure)


def test_a_nerve_has_its_clearance_and_is_never_called_more_than_likely(make, memory, procedure):
    nerve = make.nerve((10.0, 10.0), half_mm=3.0)
    advice, _ = advise(make.scene(nerves=(nerve,)), Signals(), procedure, memory)
    (near,) = advice.clearances
    assert near.kind is ClearanceKind.NERVE
    assert near.structure == "nerve, likely"
    assert near.distance_mm == pytest.approx(7.0)
    assert near.sd_mm == pytest.approx(np.hypot(0.2, 0.3), abs=0.02)
    assert near.on_path
    unsure = replace(nerve, confidence=0.4)
    advice, _ = advise(make.scene(nerves=(unsure,)), Signals(), procedure, memory)
    assert advice.clearances[0].structure == "texture of a nerve, nerve possible"


def test_a_tip_in_a_nerve_is_at_a_negative_distance_and_is_mentioned(make, memory, procedure):
    advice, _ = advise(make.scene(nerves=(make.nerve((1.0, 10.0), half_mm=3.0),)), Signals(), procedure, memory)
    assert advice.clearances[0].distance_mm == pytest.approx(-2.0)
    assert any("from nerve, likely" in hint for hint in advice.hints)


def test_a_nerve_with_a_vessels_number_raises_no_alarm_of_a_vessel(make, memory, procedure):
    scene = make.scene(vessels=(make.vessel((0.0, 35.0)),), nerves=(make.nerve((0.0, 10.0)),))
    advice, _ = advise(scene, Signals(), procedure, memory)
    assert advice.alarms == ()
