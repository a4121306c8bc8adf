"""The tracker of the needle on looks made by hand: no net, no picture."""

from dataclasses import replace
from math import cos, hypot, sin
from types import SimpleNamespace

import numpy as np
import pytest

from inplane.core import LinearGeometry, NeedleState
from inplane.perception.needle_maps import TipLook
from inplane.perception.needle_suspects import Suspects, straight
from inplane.perception.needle_watch import NeedleWatch
from inplane.perception.view import grid_of

GRID = grid_of(LinearGeometry(n_lines=192, n_samples=512, width_mm=38.4, depth_mm=40.0))
PREPARED = SimpleNamespace(grid=GRID, smooth=np.zeros((GRID.rows, GRID.columns), np.float32), speckle=20.0)
ANGLE = 0.6
RATE = 15.0


class Said:
    """Stands in for the maps of one frame."""

    def __init__(self, looks, shaft=0.0):
        self.looks, self.shaft = looks, shaft

    def tips(self):
        return self.looks

    def along(self, *_line):
        return self.shaft


def look(x_mm, y_mm, *, heat=0.8, angle=ANGLE, sd=1.0):
    """A tip at IMAGE mm."""
    back_mm = (x_mm + 19.0) / cos(angle)
    return TipLook(
        at=GRID.to_pixel(x_mm, y_mm),
        heat=heat,
        sd=sd,
        direction=(cos(angle), sin(angle)),
        entry=GRID.to_pixel(-19.0, y_mm - back_mm * sin(angle)),
        shaft=0.8,
        length=100.0,
    )


def going_in(frames, *, speed=10.0, begin=(-17.0, 3.0), noise=0.0, seed=0):
    """Looks of a tip that goes along its shaft, with the true place of each."""
    rng = np.random.default_rng(seed)
    for k in range(frames):
        way = speed * k / RATE
        x, y = begin[0] + way * cos(ANGLE), begin[1] + way * sin(ANGLE)
        dx, dy = rng.normal(0, noise, 2) if noise else (0.0, 0.0)
        yield look(x + dx, y + dy), (x, y)


def run(watch, looks, begin=0, steady=True):
    """Shows looks at 15 a second; what was said of each."""
    return [watch.step(Said(each), PREPARED, (begin + k) / RATE, steady=steady) for k, each in enumerate(looks)]


def test_a_tip_that_goes_along_its_shaft_is_said_after_a_while_and_then_followed():
    watch = NeedleWatch()
    made = list(going_in(30, noise=0.15))
    said = run(watch, [[one] for one, _ in made])
    assert said[1].state is NeedleState.NONE
    assert all(one.state is NeedleState.TRACKED for one in said[8:])
    off = [hypot(s.tip_mm[0] - x, s.tip_mm[1] - y) for s, (_, (x, y)) in zip(said[10:], made[10:], strict=True)]
    assert max(off) < 0.5
    assert said[-1].speed_mm_s == pytest.approx(10.0, abs=2.5)
    assert said[-1].direction == pytest.approx((cos(ANGLE), sin(ANGLE)), abs=2e-3)


@pytest.mark.parametrize(("changes", "first"), [({}, 2), ({"heat": 0.47}, 3), ({"shaft": 0.5}, 3)])
def test_a_plain_needle_is_said_sooner_than_a_faint_one_or_one_without_a_shaft(changes, first):
    made = [[replace(one, **changes)] for one, _ in going_in(10)]
    said = run(NeedleWatch(), made)
    assert [one.state for one in said[:first]] == [NeedleState.NONE] * first
    assert said[first].state is NeedleState.TRACKED


def test_a_tip_that_stands_still_is_none_however_hot():
    said = run(NeedleWatch(), [[look(0, 10, heat=0.99)]] * 60)
    assert {one.state for one in said} == {NeedleState.NONE}


def test_what_moves_across_its_shaft_is_none():
    looks = [[look(-10 - 0.5 * k * sin(ANGLE), 10 + 0.5 * k * cos(ANGLE))] for k in range(30)]
    assert {one.state for one in run(NeedleWatch(), looks)} == {NeedleState.NONE}


def test_nothing_begins_while_the_whole_picture_moves():
    made = [[one] for one, _ in going_in(30)]
    assert {one.state for one in run(NeedleWatch(), made, steady=False)} == {NeedleState.NONE}


def test_faint_looks_are_none_though_they_move():
    made = [[look(*at, heat=0.2)] for _, at in going_in(30)]
    assert {one.state for one in run(NeedleWatch(), made)} == {NeedleState.NONE}


def test_an_end_that_may_not_be_the_tip_is_told_as_a_shaft_alone_until_it_is_sure():
    watch = NeedleWatch()
    unsure = run(watch, [[look(*at, heat=0.43)] for _, at in going_in(20)])
    assert unsure[-1].state is NeedleState.SHAFT_ONLY
    assert unsure[-1].tip_mm is None
    assert unsure[-1].unseen_s > 0.5
    assert all(one.tip_mm is None for one in unsure)
    x, y = -17 + 10 * 20 / RATE * cos(ANGLE), 3 + 10 * 20 / RATE * sin(ANGLE)
    sure = run(watch, [[look(x, y, heat=0.9)]] * 10, begin=20)
    assert sure[-1].state is NeedleState.TRACKED
    fading = run(watch, [[look(x, y, heat=0.35)]] * 60, begin=30)
    assert fading[1].state is NeedleState.TRACKED
    assert fading[-1].state is NeedleState.SHAFT_ONLY


def test_a_track_goes_to_a_much_hotter_tip_on_its_line_and_not_to_one_beside_it():
    """A weak spot of the shaft is seen on and on while the tip itself rests hot some millimeters ahead."""
    for aside, followed in ((0.0, True), (4.0, False)):
        watch = NeedleWatch()
        made = list(going_in(20))
        run(watch, [[one] for one, _ in made])
        _, (x, y) = made[-1]
        ahead = (x + 3.5 * cos(ANGLE) - aside * sin(ANGLE), y + 3.5 * sin(ANGLE) + aside * cos(ANGLE))
        said = run(watch, [[look(*ahead, heat=0.8), look(x, y, heat=0.25)]] * 10, begin=20)
        tip = said[-1].tip_mm
        at = tip is not None and hypot(tip[0] - ahead[0], tip[1] - ahead[1]) < 0.5
        assert at is followed
        assert at is False or said[3].state is NeedleState.TRACKED


def test_an_unseen_tip_is_carried_on_then_its_shaft_alone_then_lost():
    watch = NeedleWatch()
    run(watch, [[one] for one, _ in going_in(20)])
    shaft = [watch.step(Said([], shaft=0.9), PREPARED, (20 + k) / RATE, steady=True) for k in range(20)]
    assert shaft[2].state is NeedleState.TIP_PREDICTED
    assert shaft[2].tip_mm is not None
    assert shaft[15].state is NeedleState.SHAFT_ONLY
    assert shaft[15].tip_mm is None
    gone = [watch.step(Said([]), PREPARED, (40 + k) / RATE, steady=True) for k in range(5)]
    assert gone[-1].state is NeedleState.LOST
    assert gone[-1].tip_mm is None
    predicted = [one for one in shaft if one.state is NeedleState.TIP_PREDICTED]
    assert all(one.unseen_s <= 0.5 for one in predicted)


def test_a_needle_that_stopped_stays_tracked_and_a_jump_off_its_line_is_not_followed():
    watch = NeedleWatch()
    made = list(going_in(20))
    run(watch, [[one] for one, _ in made])
    _, (x, y) = made[-1]
    said = run(watch, [[look(x, y)]] * 40, begin=20)
    assert said[-1].state is NeedleState.TRACKED
    away = run(watch, [[look(x - 5 * sin(ANGLE), y + 5 * cos(ANGLE))]] * 6, begin=60)
    assert all(one.tip_mm is None or hypot(one.tip_mm[0] - x, one.tip_mm[1] - y) < 1.5 for one in away)


def test_a_tip_that_jumped_along_its_line_is_followed_after_some_looks():
    watch = NeedleWatch()
    made = list(going_in(20))
    run(watch, [[one] for one, _ in made])
    _, (x, y) = made[-1]
    there = (x + 4 * cos(ANGLE), y + 4 * sin(ANGLE))
    said = run(watch, [[look(*there)]] * 6, begin=20)
    assert said[-1].tip_mm == pytest.approx(there, abs=0.3)


def test_a_lost_needle_is_forgotten_and_another_begins():
    watch = NeedleWatch()
    run(watch, [[one] for one, _ in going_in(20)])
    run(watch, [[]] * 200, begin=20)
    said = run(watch, [[one] for one, _ in going_in(20, begin=(-10.0, 20.0))], begin=220)
    assert said[0].state is NeedleState.LOST
    assert said[-1].state is NeedleState.TRACKED


def test_frames_without_a_look_keep_what_was_said_and_carry_it_on():
    watch = NeedleWatch()
    run(watch, [[one] for one, _ in going_in(20)])
    before = watch.step(
        Said([look(-17 + 10 * 20 / RATE * cos(ANGLE), 3 + 10 * 20 / RATE * sin(ANGLE))]),
        PREPARED,
        20 / RATE,
        steady=True,
    )
    after = watch.unseen(20 / RATE + 1 / 30)
    assert after.state is NeedleState.TRACKED
    moved = (after.tip_mm[0] - before.tip_mm[0], after.tip_mm[1] - before.tip_mm[1])
    assert hypot(*moved) == pytest.approx(10 / 30, abs=0.12)


def test_a_suspect_keeps_to_looks_that_lie_near_and_alike():
    suspects = Suspects()
    suspects.step([look(0, 10), look(8, 20, heat=0.5)], GRID.pixel_mm, 0.0)
    suspects.step([look(0.5, 10.3), look(8, 20, angle=1.5)], GRID.pixel_mm, 1 / RATE)
    assert [len(s.places) for s in suspects.all if s.look.at[0] < GRID.to_pixel(4, 0)[0]] == [2]
    assert sum(len(s.places) == 1 for s in suspects.all) == 2


def test_steady_growth_by_the_median_of_slopes_ignores_a_wild_place():
    history = [(k / 10, 0.8 * k) for k in range(10)]
    history[4] = (0.4, 30.0)
    slope, steady = straight(history)
    assert slope == pytest.approx(8.0, rel=0.05)
    assert steady == pytest.approx(0.9)
