"""Aiming at a recognised nerve: its outer lower corner, where the artery says that a nerve should be; else none."""

import numpy as np
import pytest

from inplane.operators import GuidedOperator
from inplane.operators.nerve_aim import CLEAR_OF_MM, LEAST_LOOKS, NerveSurvey, corner_of

EXPECTED = (19.0, 23.0)
WIDTH_MM = 60.0


@pytest.mark.parametrize("outward", [1.0, -1.0])
def test_the_corner_lies_outward_and_below_clear_of_the_outline(make, outward):
    nerve = make.nerve((outward * 10.0, 22.0), semi_axes_mm=(5.0, 2.0))
    corner = corner_of(nerve, slid_mm=3.0, outward=outward)
    at = np.array([corner.along_mm - 3.0, corner.depth_mm])
    assert outward * (at[0] - nerve.centre_mm[0]) > 0
    assert at[1] > nerve.centre_mm[1]
    from_outline = np.hypot(*(nerve.outline_mm - at).T).min()
    assert from_outline + 0.02 >= CLEAR_OF_MM
    assert from_outline < CLEAR_OF_MM + 3.0


@pytest.mark.parametrize(
    ("centre", "looks", "found"),
    [
        ((14.0, 21.0), 10, True),
        ((14.0, 21.0), LEAST_LOOKS - 1, False),
        ((0.0, 21.0), 10, False),
        ((14.0, 33.0), 10, False),
    ],
)
def test_only_a_nerve_that_is_seen_often_and_where_it_should_be_is_chosen(make, centre, looks, found):
    survey = NerveSurvey(1.0)
    for _ in range(looks):
        survey.add(make.scene(nerves=(make.nerve(centre),)), 0.0, WIDTH_MM)
    survey.settle(EXPECTED)
    assert (survey.found is not None) is found


def test_of_two_the_one_that_is_seen_better_is_chosen_and_followed(make):
    survey = NerveSurvey(1.0)
    both = (make.nerve((14.0, 21.0), confidence=0.8), make.nerve((20.0, 24.0), confidence=0.4))
    for _ in range(10):
        survey.add(make.scene(nerves=both), 0.0, WIDTH_MM)
    survey.settle(EXPECTED)
    assert survey.found is not None
    before = survey.found.along_mm
    for _ in range(60):  # it lies 2 mm farther out now, in a probe that has slid 5 mm
        survey.follow(make.scene(nerves=(make.nerve((11.0, 21.0)),)), 5.0)
    assert survey.found.along_mm - before == pytest.approx(2.0, abs=0.05)
    survey.follow(make.scene(nerves=(make.nerve((30.0, 21.0)),)), 5.0)
    assert survey.found.along_mm - before == pytest.approx(2.0, abs=0.05)


def test_a_nerve_that_lies_nearer_than_usual_is_aimed_at(make, procedure):
    """Usually 19.5 mm outward of the artery's middle; this one's corner lies about 15 outward and 1.5 mm higher."""
    operator = GuidedOperator(procedure, make.start, 3, planned_ml=3.0)
    controls = make.bedside(nerve_mm=(10.0, 20.0)).play(operator, procedure)
    assert operator.outcome == "injected as planned, spread seen"
    assert operator.reasons[0] == "aimed by the recognized nerve"
    corner = corner_of(make.nerve((10.0, 20.0)), 0.0, 1.0)
    _, beside, depth, _ = make.tips(controls)[int(np.argmax([c.needle.advance_mm for c in controls]))]
    assert beside == pytest.approx(corner.along_mm, abs=2.0)
    assert depth == pytest.approx(corner.depth_mm, abs=1.5)
