"""Distances and meetings against closed forms and against a slow twin."""

from math import cos, hypot, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import PathCone
from inplane.guidance.geometry import (
    cone_meets_ellipse,
    cone_meets_line,
    cone_meets_outline,
    ellipse_distance,
    line_distance,
    outline_distance,
)

semi = st.floats(0.5, 8)
place = st.floats(-20, 20)
angle = st.floats(-pi, pi)


def outline(vessel, n=20_000):
    t = np.linspace(0, 2 * pi, n)
    a, b = vessel.semi_axes_mm
    c, s = cos(vessel.angle_rad), sin(vessel.angle_rad)
    x, y = a * np.cos(t), b * np.sin(t)
    return np.stack((vessel.centre_mm[0] + c * x - s * y, vessel.centre_mm[1] + s * x + c * y), axis=1)


def cone(tip, turn, *, radius=1.0, half=0.05, length=40.0):
    return PathCone(
        tip_mm=tip, direction=(cos(turn), sin(turn)), length_mm=length, radius_at_tip_mm=radius, half_angle_rad=half
    )


@given(x=place, y=place, radius=semi)
def test_distance_to_a_circle(make, x, y, radius):
    circle = make.vessel((1.0, 2.0), semi_axes_mm=(radius, radius))
    distance, _ = ellipse_distance((x, y), circle)
    assert distance == pytest.approx(hypot(x - 1, y - 2) - radius, abs=1e-6)


@given(x=place, y=place, a=semi, b=semi, turn=angle)
def test_distance_agrees_with_a_dense_outline(make, x, y, a, b, turn):
    vessel = make.vessel((3.0, -1.0), semi_axes_mm=(max(a, b), min(a, b)), angle_rad=turn)
    distance, toward = ellipse_distance((x, y), vessel)
    points = outline(vessel)
    slow = np.hypot(points[:, 0] - x, points[:, 1] - y).min()
    assert abs(distance) == pytest.approx(slow, abs=4e-3)
    assert hypot(*toward) == pytest.approx(1)


@given(x=place, y=place, a=semi, b=semi, turn=angle, step=st.floats(0.01, 5))
def test_distance_grows_by_the_step_when_moving_straight_away(make, x, y, a, b, turn, step):
    vessel = make.vessel((0.0, 0.0), semi_axes_mm=(max(a, b), min(a, b)), angle_rad=turn)
    distance, (dx, dy) = ellipse_distance((x, y), vessel)
    if distance <= 1e-3:
        return
    farther, _ = ellipse_distance((x - step * dx, y - step * dy), vessel)
    assert farther == pytest.approx(distance + step, abs=1e-6)


@given(x=place, y=place, turn=angle, a=semi, b=semi, tilt=angle)
def test_cone_meets_ellipse_agrees_with_a_dense_outline(make, x, y, turn, a, b, tilt):
    vessel = make.vessel((0.0, 0.0), semi_axes_mm=(max(a, b), min(a, b)), angle_rad=tilt)
    path = cone((x, y), turn)
    inside = ellipse_distance((x, y), vessel)[0] < 0
    points = outline(vessel) - (x, y)
    s = points @ path.direction
    u = points @ (-path.direction[1], path.direction[0])
    found = cone_meets_ellipse(path, vessel)
    if inside:
        assert found == 0.0
        return

    def first(slack):
        within = (s >= -slack) & (s <= path.length_mm + slack) & (np.abs(u) <= 1 + s * np.tan(0.05) + slack)
        return s[within].min() if within.any() else np.inf

    # the outline's points lie at most 0.0025 mm apart; what only grazes the cone may count or not, by rounding
    exact, widened = first(-1e-6), first(0.02)
    assert found is not None or exact == np.inf
    assert widened - 0.02 <= (np.inf if found is None else found) or found is None
    assert (found is None) or found <= exact + 1e-6


def test_cone_that_starts_beside_the_vessel_meets_it_at_once(make):
    assert cone_meets_ellipse(cone((0.0, 3.5), 0.0), make.vessel((0.0, 0.0), semi_axes_mm=(3.0, 3.0))) == 0.0


def test_cone_that_points_away_does_not_meet(make):
    assert cone_meets_ellipse(cone((10.0, 0.0), 0.0), make.vessel((0.0, 0.0))) is None


def test_cone_too_short_does_not_meet(make):
    assert cone_meets_ellipse(cone((0.0, 0.0), 0.0, length=10.0), make.vessel((20.0, 0.0))) is None


def test_distance_to_a_line_is_negative_behind_it():
    line = np.array([[-10.0, 20.0], [10.0, 20.0]])
    assert line_distance((0.0, 15.0), line) == (5.0, (0.0, 1.0))
    assert line_distance((0.0, 22.0), line) == (-2.0, (0.0, -1.0))
    assert line_distance((13.0, 24.0), line)[0] == pytest.approx(5.0)  # beside its end, not behind it


def test_distance_to_a_single_point():
    assert line_distance((3.0, 4.0), np.array([[0.0, 0.0]]))[0] == pytest.approx(5)


def test_distance_on_the_line_is_zero():
    assert line_distance((0.0, 20.0), np.array([[-1.0, 20.0], [1.0, 20.0]]))[0] == 0


@given(depth=st.floats(15, 40), turn=st.floats(0.3, 1.4))
def test_cone_meets_a_flat_line_where_its_edge_does(depth, turn):
    line = np.array([[-80.0, depth], [80.0, depth]])
    path = cone((0.0, 10.0), turn, length=100.0)
    edge = np.tan(0.05)
    expected = max(0.0, (depth - 10 - cos(turn)) / (sin(turn) + edge * cos(turn)))  # y of the lower edge = depth
    found = cone_meets_line(path, line)
    assert found is not None
    assert found == pytest.approx(expected, abs=0.15)


def test_cone_does_not_meet_a_line_behind_it():
    assert cone_meets_line(cone((0.0, 10.0), -1.5), np.array([[-5.0, 20.0], [5.0, 20.0]])) is None


@given(x=place, y=place, a=semi, b=semi, turn=angle)
def test_distance_to_an_outline_is_that_to_the_ellipse_which_it_draws(make, x, y, a, b, turn):
    vessel = make.vessel((3.0, -1.0), semi_axes_mm=(max(a, b), min(a, b)), angle_rad=turn)
    expected, _ = ellipse_distance((x, y), vessel)
    distance, toward = outline_distance((x, y), outline(vessel, 720)[:-1])
    assert distance == pytest.approx(expected, abs=0.02)
    assert hypot(*toward) == pytest.approx(1)


def test_a_notch_of_an_outline_is_outside_of_it():
    u = np.array([(0, 0), (6, 0), (6, 6), (4, 6), (4, 2), (2, 2), (2, 6), (0, 6)], float)
    assert outline_distance((3.0, 4.0), u)[0] == pytest.approx(1.0)
    assert outline_distance((1.0, 4.0), u)[0] == pytest.approx(-1.0)
    assert outline_distance((5.0, 1.0), u)[0] == pytest.approx(-1.0)


@given(x=place, y=place, turn=angle, a=semi, b=semi, tilt=angle)
def test_a_cone_meets_an_outline_where_it_meets_the_ellipse_which_it_draws(make, x, y, turn, a, b, tilt):
    vessel = make.vessel((0.0, 0.0), semi_axes_mm=(max(a, b), min(a, b)), angle_rad=tilt)
    if ellipse_distance((x, y), vessel)[0] <= 0:
        return
    path = cone((x, y), turn)
    expected, met = cone_meets_ellipse(path, vessel), cone_meets_outline(path, outline(vessel, 720)[:-1])
    if expected is not None and met is not None:
        assert met == pytest.approx(expected, abs=0.4)
    else:  # a touch of the border by less than its tenth of a mm, beside or behind, may be met by one alone
        ahead = (x + 0.2 * cos(turn), y + 0.2 * sin(turn))
        wider, narrower = cone((x, y), turn, radius=1.2), cone(ahead, turn, radius=0.8)
        assert cone_meets_ellipse(wider, vessel) is not None or met is None
        assert cone_meets_ellipse(narrower, vessel) is None or met is not None
