"""Two witnesses of a vessel: each alone, both, and one that contradicts the other."""

import numpy as np
import pytest

from inplane.core import LinearGeometry
from inplane.perception.vessel_join import joined, vessel_regions
from inplane.perception.vessel_signs import Lumen
from inplane.perception.view import grid_of

GRID = grid_of(LinearGeometry(n_lines=192, n_samples=512, width_mm=38.4, depth_mm=40.0))
SHAPE = (GRID.rows // 2, GRID.columns // 2)
AT = (60.0, 50.0, 12.0, 10.0, 0.0)


def logits(*ellipses, outside=-5.0, inside=5.0):
    """A map that says vessel within ellipses."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    said = np.full(SHAPE, outside, np.float32)
    for cx, cy, a, b, _ in ellipses:
        said[np.hypot((x - cx) / a, (y - cy) / b) < 1] = inside
    return said


def lumen(ellipse=AT, score=0.7):
    return Lumen(ellipse=ellipse, residual=0.5, signs=None, score=score)


def both(lumens, said, flow=None):
    return joined(lumens, vessel_regions(said, GRID), said, flow)


def test_a_lumen_that_the_net_sees_as_well_is_surer_and_keeps_its_walls():
    (seen,) = both([lumen()], logits(AT))
    assert seen.score > 0.7
    assert seen.ellipse == AT


def test_a_lumen_that_the_net_denies_is_less_likely():
    (seen,) = both([lumen()], logits())
    assert seen.score < 0.5


def test_under_the_color_of_flow_the_net_is_not_heard():
    colored = logits(AT) > 0
    (seen,) = both([lumen()], logits(), colored)
    assert seen.score == 0.7
    (elsewhere,) = both([lumen()], logits(), np.roll(colored, 60, axis=1))
    assert elsewhere.score < 0.5


def test_what_the_net_alone_sees_is_told_by_its_own_shape():
    (seen,) = both([], logits(AT))
    assert seen.ellipse == pytest.approx(AT, abs=0.3)
    assert seen.score > 0.5
    assert seen.signs is None


def test_a_wall_found_round_a_part_of_a_region_does_not_stand_beside_it():
    part = lumen((55.0, 50.0, 4.0, 3.0, 0.0), score=0.2)
    assert len(both([part], logits(AT))) == 1


def test_regions_too_large_or_too_small_for_a_vessel_are_none():
    huge, speck = (64.0, 66.0, 50.0, 48.0, 0.0), (30.0, 20.0, 2.0, 2.0, 0.0)
    assert vessel_regions(logits(huge), GRID) == []
    assert vessel_regions(logits(speck), GRID) == []


def test_a_score_of_certainty_is_capped():
    (seen,) = both([lumen(score=1 - 1e-12)], logits(AT, inside=80.0))
    assert 0.9 < seen.score < 1
