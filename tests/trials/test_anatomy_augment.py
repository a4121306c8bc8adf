"""Picture and masks move together, keep their sizes, and say of each cell what it holds."""

import numpy as np
import pytest

from inplane.perception.anatomy_input import CHANNELS, anatomy_stack
from inplane.perception.needle_input import GREY_MIDDLE, GREY_SPAN
from inplane.trials import anatomy_augment
from inplane.trials.anatomy_augment import SIDE, anatomy_drawn
from inplane.trials.anatomy_samples import Outline

NERVE_GREY, VESSEL_GREY, GREY = 220, 10, 100


@pytest.fixture
def outline() -> Outline:
    """A bright square nerve and a dark square vessel."""
    fine, kinds = np.full((240, 260), GREY, np.uint8), np.zeros((120, 130), np.uint8)
    for kind, grey, row, column in ((1, NERVE_GREY, 30, 30), (2, VESSEL_GREY, 60, 80)):
        kinds[row : row + 24, column : column + 24] = kind
        fine[2 * row : 2 * row + 48, 2 * column : 2 * column + 48] = grey
    return Outline(fine=fine, valid=np.ones((120, 130), np.uint8), kinds=kinds, pixel_mm=0.15)


@pytest.fixture
def _plain_greys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anatomy_augment, "greys", lambda fine, _: fine)
    monkeypatch.setattr(anatomy_augment, "SHADOWED", 0)


@pytest.mark.usefixtures("_plain_greys")
def test_masks_stay_on_what_they_outline(outline: Outline) -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        shown, said = anatomy_drawn(outline, rng)
        assert shown.shape == (CHANNELS, SIDE, SIDE)
        assert said.shape == (3, SIDE // 2, SIDE // 2)
        grey = GREY_MIDDLE + GREY_SPAN * shown[:4].mean(axis=0).reshape(SIDE // 2, 2, SIDE // 2, 2).mean(axis=(1, 3))
        whole = said[2] > 0
        for number, expected in ((0, NERVE_GREY), (1, VESSEL_GREY)):
            inside = (said[number] == 1) & whole
            if inside.sum() > 20:
                assert np.median(grey[inside]) == pytest.approx(expected, abs=12)
        neither = (said[0] == 0) & (said[1] == 0) & whole
        assert np.median(grey[neither]) == pytest.approx(GREY, abs=12)


def test_the_same_draws_give_the_same_picture(outline: Outline) -> None:
    one, other = (anatomy_drawn(outline, np.random.default_rng(7)) for _ in range(2))
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)


def test_pictures_differ_in_place_size_and_grey(outline: Outline) -> None:
    rng = np.random.default_rng(3)
    drawn = [anatomy_drawn(outline, rng) for _ in range(30)]
    areas = np.array([said[0].sum() for _, said in drawn])
    assert areas.max() > 1.3 * np.median(areas[areas > 0])
    assert np.std([shown[:4].mean() for shown, _ in drawn]) > 0.05
    lost = [shown[4].mean() for shown, _ in drawn]
    assert min(lost) < 0.8 * max(lost)


def test_a_wide_picture_is_cut_to_a_part_of_it() -> None:
    wide = Outline(
        fine=np.full((120, 600), GREY, np.uint8),
        valid=np.ones((60, 300), np.uint8),
        kinds=np.ones((60, 300), np.uint8),
        pixel_mm=0.15,
    )
    shown, said = anatomy_drawn(wide, np.random.default_rng(1))
    assert shown.shape == (CHANNELS, SIDE, SIDE)
    assert said[0][said[2] > 0].mean() > 0.9


def test_what_the_net_is_shown_is_grey_about_zero_where_tissue_is() -> None:
    fine = np.full((20, 30), int(GREY_MIDDLE + GREY_SPAN), np.uint8)
    valid = np.ones((10, 15), np.uint8)
    valid[:, 10:] = 0
    stacked = anatomy_stack(fine, valid)
    assert stacked.shape == (CHANNELS, 16, 16)
    assert (stacked[:4, :10, :10] == 1).all()
    assert (stacked[:4, :, 10:] == 0).all()
    assert stacked[4].sum() == 100
