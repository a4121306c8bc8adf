"""The staged insertion: reproducible, in its ranges, and a function of time alone."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.core import ProbeControl, RangeError
from inplane.operators import Doses, StagedInsertion

VIEW = ProbeControl(x_mm=-8, z_mm=2, tilt_rad=0.1)
MANY = [StagedInsertion(seed, VIEW) for seed in range(200)]


def test_the_same_seed_is_the_same_insertion():
    assert StagedInsertion(3, VIEW).parameters == MANY[3].parameters
    assert MANY[3].parameters != MANY[4].parameters


def test_parameters_lie_in_their_ranges():
    angles = np.degrees([staged.parameters.angle_rad for staged in MANY])
    speeds = [staged.parameters.speed_mm_s for staged in MANY]
    targets = np.array([staged.parameters.target_mm for staged in MANY])
    assert angles.min() >= 15
    assert angles.max() <= 60
    assert np.ptp(angles) > 40
    assert min(speeds) >= 5
    assert max(speeds) <= 15
    assert np.abs(targets[:, 0]).max() <= 19.5
    assert targets[:, 1].max() <= 40
    assert targets[:, 1].min() > 5


def test_some_are_out_of_plane_and_most_are_not():
    away = np.abs([staged.offset_at_tip_mm() for staged in MANY])
    assert 0.15 < np.mean(away > 1.5) < 0.4
    assert np.mean(away < 1.0) > 0.5


def test_it_goes_in_pauses_aspirates_injects_and_comes_out():
    staged = MANY[7]
    times = np.arange(0, staged.duration_s + 1, 1 / 30)
    controls = [staged.at(float(t)) for t in times]
    depths = np.array([control.needle.advance_mm for control in controls])
    volumes = np.array([control.plunger.injected_ml for control in controls])
    pulls = np.array([control.plunger.aspirations for control in controls])
    assert depths[0] == depths[-1] == 0
    assert depths.max() == pytest.approx(staged._reach_mm, abs=0.3)
    assert (np.diff(volumes) >= 0).all()
    assert (np.diff(pulls) >= 0).all()
    assert volumes[-1] == pytest.approx(3.0)
    assert pulls[-1] == 2
    first = int(np.argmax(volumes > 0))
    assert pulls[first] == 1
    assert times[first] - times[int(np.argmax(pulls > 0))] > 1.0  # the pull has ended before fluid is asked for
    assert depths[first] == pytest.approx(depths.max(), abs=0.5)


def test_tremor_is_small_and_a_function_of_time():
    staged = MANY[11]
    trembles = np.array([staged.parameters.tremor.at(t) for t in np.arange(0, 20, 0.01)])
    assert 0.02 < trembles.std() < 0.08
    assert staged.at(5.3) == staged.at(5.3)


def test_it_looks_at_the_clock_only(make):
    staged = StagedInsertion(5, VIEW)
    assert staged(make.frame(10.0), None, None) == staged.at(0.0)
    assert staged(make.frame(13.0), None, None) == staged.at(3.0)
    assert not staged.done
    staged(make.frame(10.0 + staged.duration_s + 0.1), None, None)
    assert staged.done


def test_parameters_can_be_given_and_replayed():
    wanted = replace(MANY[2].parameters, across_mm=5.0)
    assert StagedInsertion(0, VIEW, parameters=wanted).offset_at_tip_mm() == pytest.approx(
        MANY[2].offset_at_tip_mm() + 5.0 - MANY[2].parameters.across_mm, abs=0.1
    )  # beside the plane, the skin lies a little farther off


def test_an_insertion_without_an_injection():
    staged = StagedInsertion(1, VIEW, doses=Doses(planned_ml=0))
    assert staged.at(staged.duration_s).plunger.injected_ml == 0
    assert staged.at(staged.duration_s).plunger.aspirations == 0


def test_doses_are_parts_of_the_plan():
    assert Doses(planned_ml=6, test_dose_ml=1, aliquot_ml=2).parts_ml() == (1, 2, 2, 1)
    assert Doses(planned_ml=0.5).parts_ml() == (0.5,)


@pytest.mark.parametrize(
    "wrong", [{"planned_ml": -1}, {"rate_ml_s": 0}, {"test_dose_ml": 0}, {"aliquot_ml": float("nan")}]
)
def test_impossible_doses_are_refused(wrong):
    with pytest.raises(RangeError, match="Expected a plan of 0 ml or more"):
        Doses(**wrong)
