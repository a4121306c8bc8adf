"""How a shaft lies, on drawn ridges whose angle is known."""

from math import atan2, cos, degrees, sin

import numpy as np
import pytest

from inplane.perception.needle_lie import SPARE_RAD, UNKNOWN_RAD, leaning, lie

PIXEL_MM = 0.15


def ridge(tip, angle, *, speckle=0.0, seed=0, shape=(260, 250)):
    """A bright shaft of 0.3 mm deviation that ends at `tip`, in noise."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(float)
    along = (x - tip[0]) * cos(angle) + (y - tip[1]) * sin(angle)
    across = (y - tip[1]) * cos(angle) - (x - tip[0]) * sin(angle)
    picture = np.where(along < 0, 120 * np.exp(-0.5 * (across / 2.0) ** 2), 0)
    return (picture + rng.normal(0, speckle, shape)).astype(np.float32)


def off_deg(found, angle):
    return abs(degrees(atan2(found[1], found[0]) - angle))


@pytest.mark.parametrize("angle", [0.15, 0.5, 0.9, 2.3])
@pytest.mark.parametrize("wrong", [-0.035, 0.03])
def test_a_direction_that_is_some_degrees_off_is_put_right(angle, wrong):
    rough = (cos(angle + wrong), sin(angle + wrong))
    tip = (160.0, 150.0) if cos(angle) > 0 else (90.0, 150.0)
    found, sd = lie(ridge(tip, angle), tip, rough, PIXEL_MM, 20.0)
    assert off_deg(found, angle) < 0.2
    noisy, noisy_sd = lie(ridge(tip, angle, speckle=20, seed=3), tip, rough, PIXEL_MM, 20.0)
    assert off_deg(noisy, angle) < 0.6
    assert SPARE_RAD <= sd < noisy_sd < UNKNOWN_RAD


def test_the_border_of_the_picture_does_not_draw_the_crest_to_it():
    tip, angle = (40.0, 30.0), 0.5  # 6 mm from the side: the last part of what is looked at lies beyond
    found, _ = lie(ridge(tip, angle), tip, (cos(0.53), sin(0.53)), PIXEL_MM, 20.0)
    assert off_deg(found, angle) < 0.3


def test_where_no_crest_shows_the_direction_stays():
    rough = (cos(0.4), sin(0.4))
    assert lie(np.zeros((200, 200), np.float32), (120.0, 100.0), rough, PIXEL_MM, 20.0) == (rough, UNKNOWN_RAD)
    faint = 0.05 * ridge((120.0, 100.0), 0.42, shape=(200, 200))
    assert lie(faint, (120.0, 100.0), rough, PIXEL_MM, 20.0) == (rough, UNKNOWN_RAD)


def test_a_crest_that_lies_quite_otherwise_is_another_structures():
    tip, rough = (160.0, 150.0), (cos(0.5), sin(0.5))
    assert lie(ridge(tip, 1.2), tip, rough, PIXEL_MM, 20.0) == (rough, UNKNOWN_RAD)


def test_the_whole_way_counts_by_how_well_each_is_known():
    crest, entry, tip = (cos(0.5), sin(0.5)), (0.0, 0.0), (100 * cos(0.54), 100 * sin(0.54))
    sure, unsure = (leaning((crest, sd), entry, tip, PIXEL_MM) for sd in (SPARE_RAD, UNKNOWN_RAD))
    assert off_deg(sure, 0.5) < 0.2
    assert off_deg(unsure, 0.54) < 0.6
    short = leaning((crest, SPARE_RAD), entry, (0.2, 0.1), PIXEL_MM)
    assert short == crest
