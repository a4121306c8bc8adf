"""What the needle net should say of a sample, against closed forms and against how its maps are read."""

from math import cos, exp, hypot, pi, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.perception.needle_maps import CELL, MAPS, Maps, turned_by
from inplane.trials.needle_samples import PATH_POINTS
from inplane.trials.needle_targets import BESIDE_MM, NEAR, SPREAD, TARGETS, UNKNOWN, targets

SHAPE = (40, 50)
TIP = (121.0, 79.0)
"""Column and row in fine pixels; in cells it lies at (29.875, 19.375)."""


def straight(angle: float = 0.5, across_mm: float = 0.0) -> NDArray[np.float32]:
    """A shaft of 90 pixels that ends at TIP."""
    begin = (TIP[0] - 90 * cos(angle), TIP[1] - 90 * sin(angle), across_mm)
    return np.linspace(begin, (*TIP, across_mm), PATH_POINTS).astype(np.float32)


def said(path: NDArray[np.float32], tip_db: float = 10.0, shaft_db: float = 10.0) -> NDArray[np.float32]:
    """What the net should say of a needle whose tip and shaft are so much brighter than what is there without."""
    contrast_db = np.append(np.full(PATH_POINTS - 1, shaft_db), tip_db).astype(np.float32)
    return targets(path, contrast_db, np.ones((2 * SHAPE[0], 2 * SHAPE[1]), np.uint8), SHAPE)


def from_tip() -> NDArray[np.float64]:
    """Distance of each cell from the tip, in cells."""
    x, y = np.meshgrid(np.arange(SHAPE[1]), np.arange(SHAPE[0]))
    return np.hypot(x - (TIP[0] - 1.5) / 4, y - (TIP[1] - 1.5) / 4)


def test_the_tips_own_cell_is_hottest_and_its_offset_leads_from_the_cells_middle_to_the_tip() -> None:
    made = said(straight())
    assert made.shape == (TARGETS, *SHAPE)
    assert np.argwhere(made[0] == 1.0).tolist() == [[19, 30]]
    assert made[0, 19, 28] == pytest.approx(exp(-(hypot(1.875, 0.375) ** 2) / (2 * SPREAD**2)), rel=1e-5)
    near = np.argwhere(made[4] > 0)
    assert len(near) == np.count_nonzero(from_tip() < NEAR) > 5
    for row, column in near:
        middle = CELL * column + 1.5, CELL * row + 1.5
        assert middle[0] + CELL * made[2, row, column] == pytest.approx(TIP[0], abs=1e-4)
        assert middle[1] + CELL * made[3, row, column] == pytest.approx(TIP[1], abs=1e-4)
    assert not made[2:4, made[4] == 0].any()
    assert (made[1] == 1).all()


def test_maps_that_say_what_they_should_are_read_as_that_tip() -> None:
    for angle in (0.2, 0.9, pi - 0.4):
        made, raw = said(straight(angle)), np.zeros((MAPS, *SHAPE), np.float32)
        raw[0], raw[4] = 20 * made[0] - 10, 20 * made[5] - 10
        raw[1:3], raw[5:7] = made[2:4], made[6:8]
        look = Maps(raw, CELL * SHAPE[0], CELL * SHAPE[1]).tips()[0]
        assert look.at == pytest.approx(TIP, abs=1e-3)
        assert turned_by(look.direction, (cos(angle), sin(angle))) < 0.02


@pytest.mark.parametrize("angle", [0.0, 0.3, 1.0, pi / 2, pi - 0.5])
def test_the_shafts_direction_is_doubled_and_so_the_same_from_either_end(angle: float) -> None:
    made = said(straight(angle))
    on = made[5] > 0
    assert np.count_nonzero(on) > 20
    assert made[6][on] == pytest.approx(cos(2 * angle), abs=1e-4)
    assert made[7][on] == pytest.approx(sin(2 * angle), abs=1e-4)
    assert not made[6:8, ~on].any()
    backward = said(straight(angle)[::-1])
    assert backward[6][backward[5] > 0] == pytest.approx(cos(2 * angle), abs=1e-4)


def test_without_a_needle_everything_is_known_and_nothing_is_there() -> None:
    made = said(np.full((PATH_POINTS, 3), np.nan, np.float32), float("nan"))
    assert (made[[1, 8]] == 1).all()
    assert not made[[0, 2, 3, 4, 5, 6, 7]].any()


@pytest.mark.parametrize(("across_mm", "tip_db"), [(2.0, 10.0), (-2.0, 10.0), (0.0, 1.0), (0.0, float("nan"))])
def test_about_a_tip_beside_the_plane_or_too_faint_nothing_is_right_or_wrong(across_mm: float, tip_db: float) -> None:
    made = said(straight(across_mm=across_mm), tip_db)
    assert not made[[0, 2, 3, 4]].any()
    np.testing.assert_array_equal(made[1], from_tip() >= UNKNOWN)


def test_where_no_tissue_is_shown_a_tip_is_not_asked_for() -> None:
    valid = np.ones((2 * SHAPE[0], 2 * SHAPE[1]), np.uint8)
    valid[36:44] = 0
    made = targets(straight(), np.full(PATH_POINTS, 10.0, np.float32), valid, SHAPE)
    assert not made[0].any()
    assert made[1, 19, 30] == 0


def test_a_shaft_is_asked_for_in_the_plane_left_alone_beside_it_and_denied_far_from_it() -> None:
    shown = said(straight())[5] > 0
    beside, far = said(straight(across_mm=2.0)), said(straight(across_mm=BESIDE_MM + 0.5))
    assert shown.any()
    assert not beside[5].any()
    np.testing.assert_array_equal(beside[8] == 0, shown)
    assert not far[[0, 5]].any()
    assert (far[[1, 8]] == 1).all()


def test_of_a_shaft_that_is_too_faint_only_the_direction_is_asked_for() -> None:
    plain, faint = said(straight()), said(straight(), shaft_db=1.0, tip_db=1.0)
    np.testing.assert_array_equal(faint[5:8], plain[5:8])
    np.testing.assert_array_equal(faint[8] == 0, plain[5] > 0)
    assert (plain[8] == 1).all()


def test_a_tip_outside_the_picture_leaves_the_shaft() -> None:
    path = straight()
    path[:, 0] += 100  # the last third lies to the right of it
    made = said(path)
    assert not made[[0, 4]].any()
    assert (made[1] == 1).all()
    assert made[5].any()
