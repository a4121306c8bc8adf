"""Regions of a map whose shapes are known, and what is kept from look to look."""

from math import pi

import numpy as np
import pytest

from inplane.perception.anatomy_maps import AnatomyMaps, mean_within, regions_of


def disc(radius, *, at=(60.0, 50.0), shape=(100, 120), width=2.0, peak=4.0):
    """Logits that fall through zero at a disc's border, over `width` pixels from one quartile to the other."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    off = radius - np.hypot(x - at[0], y - at[1])
    return np.clip(off * 2 * np.log(3) / width, -peak, peak).astype(np.float32)


def test_a_disc_is_one_region_of_its_area_place_and_border():
    (region,) = regions_of(disc(14.0), 20)
    assert region.area == pytest.approx(pi * 14**2, rel=0.03)
    cx, cy, a, b, _ = region.ellipse
    assert (cx, cy) == pytest.approx((60.0, 50.0), abs=0.1)
    assert (a, b) == pytest.approx((14.0, 14.0), abs=0.3)
    assert np.hypot(region.outline[:, 0] - 60, region.outline[:, 1] - 50) == pytest.approx(13.6, abs=0.8)


@pytest.mark.parametrize("width", [2.0, 6.0])
def test_a_border_that_is_less_plain_is_known_less_well(width):
    (region,) = regions_of(disc(14.0, width=width), 20)
    assert region.edge_sd == pytest.approx(0.5 * width / 0.6745, rel=0.15)


def test_an_ellipse_keeps_its_axes_and_its_turn():
    y, x = np.mgrid[:100, :120]
    u, v = 0.8 * (x - 60) + 0.6 * (y - 50), -0.6 * (x - 60) + 0.8 * (y - 50)
    (region,) = regions_of((4 * (1 - np.hypot(u / 20, v / 8))).astype(np.float32), 20)
    assert region.ellipse == pytest.approx((60, 50, 20, 8, np.arctan2(0.6, 0.8)), abs=0.3)


def test_two_regions_are_told_apart_largest_first_and_specks_left_out():
    logits = np.maximum(np.maximum(disc(6.0, at=(20, 20)), disc(12.0)), disc(1.5, at=(100, 80)))
    large, small = regions_of(logits, 20)
    assert large.ellipse[:2] == pytest.approx((60, 50), abs=0.2)
    assert small.ellipse[:2] == pytest.approx((20, 20), abs=0.2)
    assert regions_of(np.full((40, 40), -3, np.float32), 20) == []


def test_the_latest_look_counts_more_and_a_new_size_begins_anew():
    maps = AnatomyMaps()
    assert maps.of(0) is None
    maps.take(np.full((2, 10, 10), -2, np.float32))
    maps.take(np.full((2, 10, 10), 3, np.float32))
    seen = maps.of(1)
    assert seen is not None
    assert seen == pytest.approx(1.0)
    assert seen.shape == (10, 10)
    maps.take(np.zeros((2, 12, 10), np.float32))
    assert maps.of(0) == pytest.approx(0)
    maps.reset()
    assert maps.of(0) is None


def test_the_mean_within_an_ellipse_is_that_of_its_pixels():
    logits = disc(10.0)
    assert mean_within(logits, (60.0, 50.0, 5.0, 3.0, 0.4)) == pytest.approx(4.0)
    assert mean_within(logits, (20.0, 50.0, 6.0, 6.0, 0.0)) == pytest.approx(-4.0)
    assert mean_within(logits, (-50.0, -50.0, 5.0, 3.0, 0.0)) == pytest.approx(-4.0)


def test_a_thin_tail_is_cut_off_and_a_small_region_is_kept_as_it_is():
    logits = disc(14.0)
    plain = regions_of(logits, 20)[0]
    row = logits.shape[0] // 2
    tailed = logits.copy()
    tailed[row : row + 2, : logits.shape[1] // 2] = 3.0
    (region,) = regions_of(tailed, 20)
    assert region.area == pytest.approx(plain.area, rel=0.03)
    assert region.outline[:, 0].min() > plain.outline[:, 0].min() - 3
    small = np.full(logits.shape, -4.0, np.float32)
    small[10:12, 10:25] = 3.0
    assert regions_of(small, 20)[0].area == 30
