"""A nerve is told when it stays, keeps its number while it moves, and is dropped when it is gone."""

import numpy as np
import pytest

from inplane.core import LinearGeometry
from inplane.perception.nerves import CONFIRM_LOOKS, DROP_S, FADES_S, NerveTracker
from inplane.perception.view import grid_of

GRID = grid_of(LinearGeometry(n_lines=192, n_samples=512, width_mm=38.4, depth_mm=40.0))
STEP_S = 4 / 30


def nerve_map(*places_mm, radius_mm=3.0, peak=7.0):
    """Logits over the coarse picture with discs at IMAGE mm."""
    y, x = np.mgrid[: GRID.rows // 2, : GRID.columns // 2]
    logits = np.full(x.shape, -4.0)
    for x_mm, y_mm in places_mm:
        column, row = GRID.to_pixel(x_mm, y_mm)
        off = np.hypot(x - (column - 0.5) / 2, y - (row - 0.5) / 2) * 2 * GRID.pixel_mm
        logits = np.maximum(logits, np.clip(9 * (radius_mm - off), -4, peak))
    return logits.astype(np.float32)


def looked(tracker, maps, start_s=0.0):
    """What is told after each of several looks."""
    told = []
    for number, logits in enumerate(maps):
        tracker.look(logits, GRID, start_s + number * STEP_S)
        told.append(tracker.told(GRID, start_s + number * STEP_S))
    return told


def test_a_nerve_is_told_after_some_looks_where_it_is():
    told = looked(NerveTracker(), [nerve_map((5.0, 20.0))] * CONFIRM_LOOKS)
    assert [len(each) for each in told] == [0] * (CONFIRM_LOOKS - 1) + [1]
    (nerve,) = told[-1]
    assert nerve.track_id == 1
    assert nerve.centre_mm == pytest.approx((5.0, 20.0), abs=0.1)
    assert nerve.area_mm2 == pytest.approx(np.pi * 9, rel=0.05)
    away = np.hypot(nerve.outline_mm[:, 0] - 5.0, nerve.outline_mm[:, 1] - 20.0)
    assert away == pytest.approx(2.9, abs=0.25)


def test_it_keeps_its_number_while_it_slides_and_another_gets_the_next():
    tracker = NerveTracker()
    moving = [nerve_map((5.0 + 0.8 * step, 20.0)) for step in range(6)]
    assert [each[0].track_id for each in looked(tracker, moving)[CONFIRM_LOOKS - 1 :]] == [1] * 4
    both = looked(tracker, [nerve_map((9.0, 20.0), (-8.0, 15.0))] * CONFIRM_LOOKS, 6 * STEP_S)[-1]
    assert [nerve.track_id for nerve in both] == [1, 2]
    assert both[1].centre_mm == pytest.approx((-8.0, 15.0), abs=0.1)


def test_it_is_less_sure_while_unseen_and_then_gone():
    tracker = NerveTracker()
    (nerve,) = looked(tracker, [nerve_map((0.0, 15.0))] * 4)[-1]
    last_s, after = 3 * STEP_S, list[float]()
    for later_s in (FADES_S, 0.5 * (DROP_S + FADES_S)):
        tracker.look(nerve_map(), GRID, last_s + later_s)
        after += [seen.confidence for seen in tracker.told(GRID, last_s + later_s)]
    assert after == [pytest.approx(nerve.confidence), pytest.approx(0.5 * nerve.confidence)]
    tracker.look(nerve_map(), GRID, last_s + DROP_S + 0.01)
    assert tracker.told(GRID, last_s + DROP_S + 0.01) == ()


def test_when_nobody_looks_any_more_nothing_is_told():
    tracker = NerveTracker()
    looked(tracker, [nerve_map((0.0, 15.0))] * 4)
    assert tracker.told(GRID, 3 * STEP_S + DROP_S + 0.01) == ()


@pytest.mark.parametrize("apart_s", [0.07, 0.13, 0.3, 1.0])
def test_looks_of_a_slow_scanner_count_as_those_of_a_fast_one(apart_s):
    tracker, counts = NerveTracker(), list[int]()
    for number in range(5):
        tracker.look(nerve_map((2.0, 18.0)), GRID, number * apart_s)
        counts.append(len(tracker.told(GRID, number * apart_s)))
    assert counts == [0] * (CONFIRM_LOOKS - 1) + [1] * (6 - CONFIRM_LOOKS)


def test_what_shows_once_is_never_told():
    tracker, empty = NerveTracker(), nerve_map()
    assert all(told == () for told in looked(tracker, [nerve_map((0.0, 15.0)), empty, empty, empty]))
    assert all(told == () for told in looked(tracker, [nerve_map((3.0, 15.0)), empty, empty], 1.0))


def test_surer_maps_make_surer_nerves():
    plain, faint = (
        looked(NerveTracker(), [nerve_map((0.0, 15.0), peak=peak)] * CONFIRM_LOOKS)[-1][0] for peak in (7.0, 3.4)
    )
    assert 0 < faint.confidence < plain.confidence <= 0.95


def test_what_is_unlikely_is_not_told_but_stays_told():
    doubtful = nerve_map((0.0, 15.0), peak=2.6)
    assert all(told == () for told in looked(NerveTracker(), [doubtful] * 5))
    tracker = NerveTracker()
    looked(tracker, [nerve_map((0.0, 15.0))] * CONFIRM_LOOKS)
    (nerve,) = looked(tracker, [doubtful] * 2, 0.4)[-1]
    assert nerve.confidence < 0.3


def test_after_a_reset_numbers_begin_again():
    tracker = NerveTracker()
    looked(tracker, [nerve_map((0.0, 15.0))] * 4)
    tracker.reset()
    assert tracker.told(GRID, 0.6) == ()
    assert looked(tracker, [nerve_map((0.0, 15.0))] * 4, 1.0)[-1][0].track_id == 1
