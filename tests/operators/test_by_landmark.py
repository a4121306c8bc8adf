"""A person without a picture: where touch puts needle and probe, when it stops, and that pixels change nothing."""

from math import cos, pi, sin

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import AspirationResult, FormatError, Frame, Signals, UnknownNameError
from inplane.operators import LandmarkOperator, Phase, Skill, draw_palpation, palpated_view, skill

STEADY = Skill(name="steady")
PALPATED = {"femoral pulse": (3.0, -2.0)}


@pytest.fixture
def hip():
    return load_atlas().procedure("hip_joint_injection")


def play(make, operator, *, result=AspirationResult.NOTHING, pressure_kpa=20.0, noise=None, until_s=120.0):
    controls, control = [], operator.first
    while not operator.done and len(controls) < until_s * 20:
        time_s = len(controls) / 20
        controls.append(control)
        given = control.plunger
        signals = Signals(
            injected_ml=given.injected_ml,
            injecting=len(controls) > 1 and given.injected_ml > controls[-2].plunger.injected_ml,
            aspirations=given.aspirations,
            aspirated=result if given.aspirations else None,
            pressure_kpa=pressure_kpa,
        )
        frame = make.frame(time_s, signals=signals)
        if noise is not None:
            pixels = noise.integers(0, 256, frame.pixels.shape, dtype=np.uint8)
            frame = Frame(
                sequence=frame.sequence,
                time_s=time_s,
                pixels=pixels,
                geometry=frame.geometry,
                calibration=frame.calibration,
                signals=signals,
            )
        control = operator(frame, make.scene(time_s), None)
    return [*controls, control]


def test_the_needle_is_set_beside_the_pulse_and_pushed_to_the_judged_depth(make, procedure):
    operator = LandmarkOperator(procedure, PALPATED, 1, STEADY, planned_ml=2.0)
    controls = play(make, operator)
    needle = operator.first.needle
    assert (needle.entry_x_mm, needle.entry_z_mm) == pytest.approx((3.0 - 15.0, -2.0))  # a right leg's outside is -x
    assert needle.heading_rad == pytest.approx(pi / 2)
    deepest = max(control.needle.advance_mm for control in controls)
    assert deepest * sin(needle.steepness_rad) == pytest.approx(25.0)  # a quarter of the way from 20 to 40 mm
    assert operator.outcome == "injected as planned, by touch alone"
    assert controls[-1].plunger.injected_ml == pytest.approx(2.0)
    assert controls[-1].needle.advance_mm == 0
    assert operator.passes == 1


def test_the_left_leg_is_the_mirror_image(procedure):
    operator = LandmarkOperator(procedure, {"femoral pulse": (-3.0, -2.0)}, 1, STEADY, side="left")
    assert operator.first.needle.entry_x_mm == pytest.approx(-3.0 + 15.0)


def test_pixels_scenes_and_advice_change_nothing(make, procedure):
    person = skill("trainee")
    seen = play(make, LandmarkOperator(procedure, PALPATED, 4, person, planned_ml=1.0))
    garbage = play(
        make, LandmarkOperator(procedure, PALPATED, 4, person, planned_ml=1.0), noise=np.random.default_rng(1)
    )
    assert seen == garbage


def test_the_same_seed_does_the_same_and_another_does_not(make, hip):
    runs = [play(make, LandmarkOperator(hip, PALPATED, seed, skill("novice"))) for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_aim_and_depth_err_by_the_skill(procedure):
    person = Skill(name="s", aim_rad=0.05, depth_fraction=0.2)
    aims = [LandmarkOperator(procedure, PALPATED, seed, person).first.needle for seed in range(300)]
    assert np.std([needle.heading_rad for needle in aims]) == pytest.approx(0.05, rel=0.15)
    assert np.std([needle.steepness_rad for needle in aims]) == pytest.approx(0.05, rel=0.15)


def test_blood_ends_the_pass_and_the_next_begins_farther_out(make, procedure):
    operator = LandmarkOperator(procedure, PALPATED, 1, STEADY, planned_ml=2.0)
    controls = play(make, operator, result=AspirationResult.BLOOD)
    assert operator.outcome == "blood was aspirated"
    assert operator.passes == 3
    entries = sorted({round(control.needle.entry_x_mm, 6) for control in controls})
    assert entries == pytest.approx([-22.0, -17.0, -12.0])
    assert controls[-1].plunger.injected_ml == 0


def test_a_hard_plunger_is_not_forced(make, procedure):
    operator = LandmarkOperator(procedure, PALPATED, 1, STEADY, planned_ml=5.0)
    controls = play(make, operator, pressure_kpa=150.0)
    assert operator.phase == Phase.DONE
    assert operator.outcome == "the plunger went hard"
    assert controls[-1].plunger.injected_ml < 0.5


def test_what_nobody_knows_is_refused(hip):
    with pytest.raises(UnknownNameError, match="Unknown palpated landmark 'femoral pulse'. Expected one of: 'knee'"):
        LandmarkOperator(hip, {"knee": (0.0, 0.0)}, 1, STEADY)
    other = type("Other", (), {"id": "knee_injection"})()
    with pytest.raises(UnknownNameError, match="Unknown procedure with a landmark approach 'knee_injection'"):
        LandmarkOperator(other, PALPATED, 1, STEADY)
    with pytest.raises(UnknownNameError, match="procedure that a probe is put down for by touch 'knee_injection'"):
        palpated_view(other, PALPATED, "right")
    with pytest.raises(FormatError, match="Landmark 'pulse' has shape \\(2,\\)"):
        draw_palpation({"pulse": np.zeros(2)}, np.random.default_rng(0), sd_mm=1.0)


def test_fingers_miss_by_their_error_and_the_same_seed_by_the_same():
    rng = np.random.default_rng(5)
    point = {"a": np.array([10.0, 0.0, -4.0])}
    found = np.array([draw_palpation(point, rng, sd_mm=6.0)["a"] for _ in range(800)])
    assert found.mean(axis=0) == pytest.approx([10, -4], abs=0.7)
    assert found.std(axis=0) == pytest.approx([6, 6], rel=0.1)
    one, other = (draw_palpation(point, np.random.default_rng(2), sd_mm=6.0) for _ in range(2))
    assert one == other


def test_a_probe_is_put_down_from_the_pulse_and_along_the_neck(procedure, hip):
    across = palpated_view(procedure, PALPATED, "right")
    assert (across.x_mm, across.z_mm, across.rotate_rad) == pytest.approx((-5.0, -2.0, 0.0))
    right = palpated_view(hip, {"femoral pulse": (0.0, 0.0)}, "right")
    left = palpated_view(hip, {"femoral pulse": (0.0, 0.0)}, "left")
    assert (right.x_mm, right.z_mm) == pytest.approx((-22.0, -4.0))
    assert (left.x_mm, left.z_mm, left.rotate_rad) == pytest.approx((22.0, -4.0, -right.rotate_rad))
    outer_end = right.pose().rotation[:, 0]  # the picture's x grows to the patient's right, here the outside
    assert outer_end == pytest.approx([-cos(right.rotate_rad), 0, sin(right.rotate_rad)], abs=1e-9)
    assert outer_end[2] < 0  # the outer end lies towards the foot, as the neck does
