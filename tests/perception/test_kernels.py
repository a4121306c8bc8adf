"""Small kernels against closed forms; tiny pictures, so that they also run uncompiled."""

from math import cos, hypot, sin

import numpy as np
import pytest

from inplane.perception.blobs import (
    closed_path,
    grey_around,
    grey_behind,
    region_moments,
    sample,
    share_brighter,
    walls,
)
from inplane.perception.bone import best_path, surface_score
from inplane.perception.images import blur, correlation, median, outline, regions
from inplane.perception.motion import translation

pytestmark = pytest.mark.uncompiled


def test_sample_is_bilinear_and_holds_at_the_border():
    picture = np.array([[0, 10], [20, 30]], np.float32)
    assert sample(picture, 0.5, 0.5) == pytest.approx(15)
    assert sample(picture, -3.0, 0.0) == pytest.approx(0)


def ellipse_picture(cx, cy, a, b, angle, shape=(48, 56)):
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    u = (x - cx) * cos(angle) + (y - cy) * sin(angle)
    v = -(x - cx) * sin(angle) + (y - cy) * cos(angle)
    return np.where(np.hypot(u / a, v / b) < 1, 10.0, 90.0).astype(np.float32)


def test_walls_of_a_drawn_ellipse_are_found_from_a_wrong_guess():
    picture = blur(ellipse_picture(28.0, 24.0, 14.0, 9.0, 0.4), 0.8)
    score, back = np.zeros((24, 20), np.float32), np.zeros((48, 20), np.int32)
    out = np.zeros((24, 4), np.float32)
    mean = walls(picture, (27.0, 24.5, 11.0, 10.0, 0.4), (0.5, 1.7, 0.15), score, back, out)
    assert mean > 25
    u = (out[:, 0] - 28) * cos(0.4) + (out[:, 1] - 24) * sin(0.4)
    v = -(out[:, 0] - 28) * sin(0.4) + (out[:, 1] - 24) * cos(0.4)
    assert np.abs(np.hypot(u / 14, v / 9) - 1).max() < 0.15


def test_a_closed_path_steps_by_at_most_one():
    rng = np.random.default_rng(3)
    score = rng.uniform(0, 3, (10, 8)).astype(np.float32)
    back = np.zeros((20, 8), np.int32)
    closed_path(score, back)
    assert np.abs(back[1:] - np.arange(8)).max() <= 1


def test_grey_inside_around_and_behind_an_ellipse():
    picture = ellipse_picture(28.0, 18.0, 9.0, 7.0, 0.0)
    picture[29:, 22:35] += 40
    out = np.zeros(5)
    ellipse, margins = (28.0, 18.0, 9.0, 7.0, 0.0), (1.5, 1.0, 4.0)
    grey_around(picture, ellipse, margins, out)
    field = np.ones(picture.shape, np.uint8)
    grey_behind(picture, field, ellipse, (0.0, 1.0, 1.0, 12.0), out)
    assert out[0] == pytest.approx(10)
    assert out[1] >= 90
    assert out[2] > out[3] + 20
    assert out[4] > 20


def test_share_of_an_ellipse_that_is_brighter():
    picture = ellipse_picture(28.0, 18.0, 9.0, 7.0, 0.0)
    ellipse = (28.0, 18.0, 9.0, 7.0, 0.0)
    assert share_brighter(picture, ellipse, 1.5, 50.0) == 0.0
    picture[:, 28:] += 90
    assert share_brighter(picture, ellipse, 1.5, 50.0) == pytest.approx(0.5, abs=0.08)


def test_moments_of_regions():
    labels = np.zeros((8, 9), np.int32)
    labels[2:5, 3:7] = 1
    out = np.zeros((2, 8))
    region_moments(labels, np.full((8, 9), 3.0, np.float32), np.ones((8, 9), np.uint8), out)
    assert out[1, :3].tolist() == [12, 54, 36]
    assert out[1, 6] == pytest.approx(36)
    assert out[1, 7] == 0


def test_bone_scores_where_a_bright_line_casts_a_lasting_shadow():
    picture = np.full((60, 12), 80.0, np.float32)
    picture[30:32] = 200
    picture[32:] = 5
    score = np.zeros_like(picture)
    surface_score(picture, (4, 16, 4, 22, 13, 2), (30.0, 0.55, 0.5, 15.0), score)
    best, path = np.zeros_like(picture), np.zeros(12, np.int32)
    best_path(score, 0.12, best, path)
    assert set(path.tolist()) <= {30, 31}
    assert score[31, 5] > 0.8
    picture[32:] = 80
    surface_score(picture, (4, 16, 4, 22, 13, 2), (30.0, 0.55, 0.5, 15.0), score)
    assert score.max() < 0.05


@pytest.mark.parametrize("moved", [(0.0, 0.0), (0.6, -0.4), (2.3, 1.7)])
def test_a_shift_is_found_to_a_tenth_of_a_pixel(moved):
    rng = np.random.default_rng(9)
    wide = blur(rng.normal(0, 300, (64, 64)).astype(np.float32), 2.5)
    from inplane.perception.images import shift

    found = translation(wide, shift(wide, *moved), (0.0, 0.0))
    assert hypot(found[0] - moved[0], found[1] - moved[1]) < 0.1


def test_small_helpers():
    assert median(np.array([3, 1, 2], np.float32)) == 2
    assert median(np.zeros(0, np.float32)) == 0
    assert correlation(np.ones((3, 3), np.float32), np.ones((3, 3), np.float32)) == 1
    mask = np.zeros((9, 9), np.bool_)
    assert outline(mask).shape == (0, 2)
    mask[2:6, 3:7] = True
    count, labels = regions(mask)
    assert count == 2
    assert labels[3, 4] == 1
    assert len(outline(mask)) == 12
