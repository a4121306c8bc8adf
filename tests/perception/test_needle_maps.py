"""What is read out of the needle net's maps, on maps drawn by hand."""

from math import cos, exp, hypot, pi, sin

import numpy as np
import pytest

from inplane.perception.needle_maps import CELL, MAPS, Maps, turned_by


def drawn(tip, angle, *, rows=80, columns=64, bend=0.0, hot=4.0, length=200):
    """Maps (cells) of one shaft that ends at `tip`, coming from up its direction; `bend` rad a cell, back from it."""
    raw = np.zeros((MAPS, rows, columns), np.float32)
    raw[0], raw[4] = -6.0, -6.0
    x, y, turn = tip[0], tip[1], angle
    for _ in range(length):
        row, column = round(y), round(x)
        if not (1 <= row < rows - 1 and 1 <= column < columns - 1):
            break
        raw[4, row - 1 : row + 2, column - 1 : column + 2] = 4.0
        raw[5, row - 1 : row + 2, column - 1 : column + 2] = cos(2 * turn)
        raw[6, row - 1 : row + 2, column - 1 : column + 2] = sin(2 * turn)
        x, y, turn = x - cos(turn), y - sin(turn), turn - bend
    row, column = round(tip[1]), round(tip[0])
    raw[0, row, column] = hot
    raw[1, row, column], raw[2, row, column] = tip[0] - column, tip[1] - row
    raw[3, row, column] = -1.0
    return raw


@pytest.mark.parametrize("angle", [0.2, 0.7, 1.1, pi - 0.3, pi - 0.9])
def test_a_drawn_tip_is_read_to_a_fraction_of_a_cell_and_its_shaft_followed_to_the_side(angle):
    tip = (30.3, 40.4)
    look = Maps(drawn(tip, angle), 320, 256).tips()[0]
    assert look.at == pytest.approx((CELL * tip[0] + 1.5, CELL * tip[1] + 1.5), abs=1e-4)
    assert turned_by(look.direction, (cos(angle), sin(angle))) < 0.05
    assert look.shaft > 0.9
    back = (look.at[0] - look.entry[0], look.at[1] - look.entry[1])
    assert turned_by(back, look.direction) < 0.1
    assert look.sd == pytest.approx(CELL * 2**0.5 * exp(-1.0))
    at_border = min(look.entry[0], 4 * 64 - look.entry[0], look.entry[1])
    assert at_border < 3 * CELL


def test_the_way_back_follows_a_bent_shaft_to_where_it_enters_and_not_its_tangent():
    tip, angle, bend = (40.0, 40.0), 0.9, 0.018
    look = Maps(drawn(tip, angle, bend=bend), 320, 256).tips()[0]
    x, y, turn = *tip, angle
    while x > 1 and y > 1:
        x, y, turn = x - cos(turn), y - sin(turn), turn - bend
    entered = (CELL * x + 1.5, CELL * y + 1.5)
    tangent = (tip[0] - tip[1] / sin(angle) * cos(angle), 0.0)
    off = hypot(look.entry[0] - entered[0], look.entry[1] - entered[1])
    straight_off = hypot(CELL * tangent[0] - entered[0], CELL * tangent[1] - entered[1])
    assert off < 12
    assert off < 0.5 * straight_off


def test_a_cold_map_has_no_tips_and_the_hottest_comes_first():
    assert Maps(drawn((30, 40), 0.5, hot=-5.0), 320, 256).tips() == []
    raw = drawn((20, 20), 0.5, hot=0.0)
    raw[0, 60, 50] = 3.0
    first, second = Maps(raw, 320, 256).tips()
    assert first.heat == pytest.approx(1 / (1 + exp(-3.0)), rel=1e-5)
    assert second.heat == pytest.approx(0.5)


def test_what_was_filled_up_beyond_the_picture_is_not_read():
    raw = drawn((60, 70), 0.5)
    assert Maps(raw, 240, 200).tips() == []


def test_shaft_along_a_line_is_the_share_of_it_that_shows_one():
    maps = Maps(drawn((40, 50), 0.6, length=10), 320, 256)
    at = (CELL * 40 + 1.5, CELL * 50 + 1.5)
    assert maps.along(at, (cos(0.6), sin(0.6))) == pytest.approx(0.55, abs=0.1)
    assert maps.along(at, (cos(2.2), sin(2.2))) < 0.25


@pytest.mark.parametrize(("one", "other", "angle"), [(0.1, 0.4, 0.3), (3.1, -3.1, 2 * pi - 6.2), (0.0, pi, pi)])
def test_the_angle_between_directions(one, other, angle):
    found = turned_by((cos(one), sin(one)), (cos(other), sin(other)))
    assert found == pytest.approx(angle)
