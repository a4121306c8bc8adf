"""Needles drawn onto a picture: where they are told to be, and nowhere else."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.trials.needle_paste import DRAWN_SHARE, Background, Drawn, Look, draw
from inplane.trials.needle_samples import PATH_POINTS, along

SEEDS = range(60)
REACH = 20
"""Pixels. What is drawn reaches four deviations of its blur, at most 0.6 mm or 4 pixels, about its line."""


@pytest.fixture(scope="module")
def made(speckle: Background) -> list[Drawn]:
    return [draw(speckle, np.random.default_rng(seed)) for seed in SEEDS]


def with_needle(made: list[Drawn]) -> list[Drawn]:
    return [each for each in made if np.isfinite(each.path).all()]


def changed(each: Drawn, speckle: Background) -> NDArray[np.int_]:
    return each.fine.astype(int) - speckle.fine


def test_a_seed_draws_one_picture(speckle: Background, made: list[Drawn]) -> None:
    for seed in SEEDS[:5]:
        again = draw(speckle, np.random.default_rng(seed))
        for name in ("fine", "change", "path"):
            np.testing.assert_array_equal(getattr(again, name), getattr(made[seed], name))
        assert again.known == made[seed].known
    assert any((one.fine != other.fine).any() for one, other in pairwise(made))


def test_about_seven_of_ten_pictures_have_a_needle(made: list[Drawn]) -> None:
    assert abs(len(with_needle(made)) / len(made) - DRAWN_SHARE) < 0.15
    for each in made:
        assert each.path.shape == (PATH_POINTS, 3)
        assert np.isfinite(each.path).all() or np.isnan(each.path).all()
        assert each.contrast_db.shape == (PATH_POINTS,)
        assert np.isfinite(each.contrast_db[-1]) == np.isfinite(each.path).all()


def test_without_a_needle_the_picture_is_as_it_was(speckle: Background, made: list[Drawn]) -> None:
    without = [each for each in made if np.isnan(each.path).all()]
    assert without
    for each in without:
        assert np.abs(changed(each, speckle)).max() <= 1  # dB and back


def test_a_needle_is_bright_along_its_path_and_changes_nothing_above_it_or_beside_it(
    speckle: Background, made: list[Drawn]
) -> None:
    rows, columns = speckle.fine.shape
    for each in with_needle(made):
        difference, above = changed(each, speckle), np.full(columns, rows, float)
        places = along(each.path[:, :2].astype(float), 300)
        for x, y in places:
            part = slice(max(0, round(x) - REACH), max(0, round(x) + REACH + 1))
            above[part] = np.minimum(above[part], y)
        far = np.arange(rows)[:, None] < above[None, :] - REACH
        assert far.sum() > 2000
        assert np.abs(difference[far]).max() <= 1
        inside = places[(places[:, 0] > 0) & (places[:, 0] < columns - 1)].round().astype(int)
        assert difference[inside[:, 1], inside[:, 0]].mean() > 10


def test_tips_lie_where_tissue_is_shown(speckle: Background, made: list[Drawn]) -> None:
    for each in with_needle(made):
        column, row = np.rint(each.path[-1, :2] / 2).astype(int)
        assert speckle.valid[row, column]
        assert (each.path[:, 2] == 0).all()


def test_the_change_is_within_its_scale_and_nothing_where_nothing_is_known(
    speckle: Background, made: list[Drawn]
) -> None:
    assert {each.known for each in made} == {True, False}
    for each in made:
        assert each.change.dtype == np.int8
        assert each.change.shape == speckle.valid.shape
        assert each.change.min() >= -127
        assert each.change.any() == each.known
        assert not each.change[speckle.valid == 0].any()


def test_a_shaft_that_grew_is_the_same_up_to_where_it_ended_before(speckle: Background) -> None:
    look = Look.drawn(np.random.default_rng(3), speckle.pixel_mm)
    level = np.full(speckle.fine.shape, 20.0, np.float32)
    path = np.stack((np.linspace(0, 150, 60), np.linspace(30, 130, 60)), axis=1)
    longer, shorter = look.onto(level, path, 20.0), look.onto(level, path[:40], 20.0)
    beginning = slice(0, round(0.5 * 150))
    both = np.abs(longer - shorter)
    if look.shadow_db == 0:
        assert both[:, beginning].max() < 0.5
    assert both.max() > 1
