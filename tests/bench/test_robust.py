"""Each change does to a still what its name says, and to its outlines what it must."""

import numpy as np
import pytest

from inplane.bench._perception_real import Outlined, held
from inplane.bench._perception_robust import CHANGES, SLOW, SLOW_HZ
from inplane.core import Calibration, Frame, LinearGeometry, Signals


@pytest.fixture
def still():
    rng = np.random.default_rng(2)
    pixels = rng.integers(40, 160, (100, 120)).astype(np.uint8)
    pixels[:, :6] = 0
    nerves = np.zeros(pixels.shape, np.bool_)
    nerves[10:30, 40:60] = True
    frame = Frame(
        sequence=0,
        time_s=0.0,
        pixels=pixels,
        geometry=LinearGeometry(n_lines=100, n_samples=120, width_mm=40.0, depth_mm=48.0),
        calibration=Calibration.UNCALIBRATED,
        signals=Signals(),
    )
    return Outlined(frame=frame, across=nerves[::-1].copy(), along=np.zeros_like(nerves), nerves=nerves)


@pytest.mark.parametrize("name", list(CHANGES))
def test_sizes_stay_and_black_stays_black(still, name):
    made = CHANGES[name](still)
    assert made.frame.pixels.shape == made.across.shape == made.nerves.shape == (100, 120)
    assert made.frame.pixels.dtype == np.uint8
    assert (made.frame.pixels[:, :6] == 0).all()
    assert made.frame.geometry == still.frame.geometry


def test_gain_shifts_greys_by_its_share_of_the_range(still):
    more, less = (CHANGES[f"gain_{sign}_12_db"](still).frame.pixels.astype(int) for sign in ("plus", "minus"))
    before = still.frame.pixels.astype(int)
    lit = before > 60
    assert np.median((more - before)[lit]) == 51
    assert np.median((before - less)[lit]) == 51


def test_outlines_move_with_what_they_outline(still):
    made = CHANGES["marker_flipped"](still)
    assert (made.frame.pixels == still.frame.pixels[::-1]).all()
    assert (made.nerves == still.nerves[::-1]).all()
    assert (made.across == still.across[::-1]).all()
    cut = CHANGES["cropped"](still)
    assert not cut.nerves[:20].any()
    assert cut.nerves.sum() == 10 * 20
    assert (cut.frame.pixels[:20] == 0).all()


@pytest.mark.parametrize("name", ["half_resolution", "speckle_filter", "jpeg_30"])
def test_blurring_changes_take_detail_and_leave_the_mean(still, name):
    made = CHANGES[name](still).frame.pixels[:, 10:].astype(float)
    before = still.frame.pixels[:, 10:].astype(float)
    assert made.mean() == pytest.approx(before.mean(), abs=2)
    assert made.std() < before.std()


def test_at_half_the_rate_the_picture_stays_and_takes_twice_as_long(still):
    assert CHANGES[SLOW](still) is still
    times_s = [frame.time_s for frame in held(still.frame, SLOW_HZ)]
    assert np.diff(times_s) == pytest.approx(1 / 15)
