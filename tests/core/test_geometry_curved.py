"""Fans of scan lines: indices and places are inverse, and the picture's field of view is the fan."""

from dataclasses import replace
from math import cos, pi, sin, tan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from inplane.core import CurvedGeometry, FormatError, Polygon, RangeError, Sector

curved = st.builds(
    CurvedGeometry,
    n_lines=st.integers(16, 1024),
    n_samples=st.integers(32, 4096),
    radius_mm=st.one_of(st.just(0.0), st.floats(1, 300)),
    angle_rad=st.floats(0.05, 3),
    depth_mm=st.floats(5, 300),
)
flat = st.builds(
    CurvedGeometry,
    n_lines=st.integers(16, 1024),
    n_samples=st.integers(32, 4096),
    radius_mm=st.floats(1, 300),
    angle_rad=st.floats(0.05, 2.4),
    depth_mm=st.floats(5, 300),
    flat=st.just(True),
)
fans = st.one_of(curved, flat)
shares = st.floats(0, 1)

CURVED = CurvedGeometry(n_lines=64, n_samples=128, radius_mm=60.0, angle_rad=1.0, depth_mm=100.0)
PHASED = replace(CURVED, radius_mm=0.0, angle_rad=pi / 2)
CONVEX = replace(CURVED, radius_mm=70.0, angle_rad=0.5, flat=True)


@given(fan=fans, across=shares, along=shares)
def test_index_place_index(fan: CurvedGeometry, across: float, along: float) -> None:
    """Also between lines and samples; to 1e-6, since a line's angle is found from a quotient of lengths."""
    index = (across * (fan.n_lines - 1), along * (fan.n_samples - 1))
    np.testing.assert_allclose(fan.to_index(fan.to_mm(index)), index, rtol=0, atol=1e-6 * max(index[0], index[1], 1))


@given(fan=fans, x=st.floats(-300, 300), y=st.floats(0.1, 300))
def test_place_index_place(fan: CurvedGeometry, x: float, y: float) -> None:
    """Also outside the fan, as long as the place is below the apex."""
    np.testing.assert_allclose(fan.to_mm(fan.to_index((x, y))), (x, y), atol=1e-6)


@given(fan=fans, across=shares, along=shares)
def test_samples_lie_evenly_on_straight_lines_from_the_apex(fan: CurvedGeometry, across: float, along: float) -> None:
    line, sample = across * (fan.n_lines - 1), along * (fan.n_samples - 1)
    angle = (line - (fan.n_lines - 1) / 2) * fan.line_pitch_rad
    face, here = fan.to_mm([(line, -0.5), (line, sample)])
    np.testing.assert_allclose(np.hypot(*(here - face)), (sample + 0.5) * fan.sample_pitch_mm, atol=1e-9)
    np.testing.assert_allclose(here[0], (here[1] + fan.radius_mm) * tan(angle), rtol=1e-9, atol=1e-9)
    if fan.flat:
        np.testing.assert_allclose(face[1], 0.0, atol=1e-9)
    else:
        np.testing.assert_allclose(np.hypot(face[0], face[1] + fan.radius_mm), fan.radius_mm, atol=1e-9)


@given(fan=fans)
def test_it_is_the_same_on_both_sides(fan: CurvedGeometry) -> None:
    left, right = fan.to_mm([(0, 7), (fan.n_lines - 1, 7)])
    np.testing.assert_allclose(left, right * (-1, 1), atol=1e-9)


@given(fan=fans, line=st.floats(-0.4, 1.4), sample=st.floats(-0.4, 1.4))
def test_it_contains_its_own_samples_and_nothing_beyond(fan: CurvedGeometry, line: float, sample: float) -> None:
    """Half a line and half a sample beyond the outermost centres belong to it."""
    index = (line * fan.n_lines - 0.5, sample * fan.n_samples - 0.5)
    assume(abs(fan.line_pitch_rad * (index[0] - (fan.n_lines - 1) / 2)) < 1.5)
    place = fan.to_mm(index)
    assume(place[1] + fan.radius_mm > 0.01)
    assume((fan.radius_mm or 0.0) + (index[1] + 0.5) * fan.sample_pitch_mm > 0.01)
    assume(min(abs(line), abs(line - 1), abs(sample), abs(sample - 1)) > 1e-6)
    assert fan.contains(place) == (0 <= line <= 1 and 0 <= sample <= 1)


@given(fan=fans, x=st.floats(-1, 1), y=st.floats(0, 1))
def test_the_pictures_field_is_the_fan(fan: CurvedGeometry, x: float, y: float) -> None:
    """At random places of the picture. A flat fan's field ends where its outermost lines do, above its middle's end."""
    pixel = max(fan.width_mm, fan.depth_mm - fan.top_mm) / 500
    assume(min(fan.width_mm, fan.depth_mm - fan.top_mm) / pixel > 20)
    picture = fan.picture(pixel)
    image = np.array((x * fan.width_mm / 2, y * (fan.depth_mm - fan.top_mm)))
    probe = image + np.array((0.0, fan.top_mm))
    line, sample = fan.to_index(probe)
    edges = np.array((line + 0.5, line + 0.5 - fan.n_lines, sample + 0.5, sample + 0.5 - fan.n_samples))
    assume(np.abs(edges).min() > 1e-6)
    assert picture.field is not None
    low = fan.depth_mm * cos(fan.angle_rad / 2) if fan.flat else np.inf
    assume(abs(probe[1] - low) > 1e-6)
    assert bool(picture.field.contains(image)) == bool(fan.contains(probe) and probe[1] < low)


@given(fan=fans)
def test_the_picture_holds_the_whole_field(fan: CurvedGeometry) -> None:
    """To half a pixel, which is how its size is rounded; its columns are even, so that x = 0 lies between two."""
    pixel = max(fan.width_mm, fan.depth_mm - fan.top_mm) / 500
    assume(min(fan.width_mm, fan.depth_mm - fan.top_mm) / pixel > 20)
    picture = fan.picture(pixel)
    assert picture.n_lines % 2 == 0
    assert picture.field is not None
    outline = picture.field.outline()
    assert np.abs(outline[:, 0]).max() <= picture.width_mm / 2 + pixel / 2 + 1e-6
    assert outline[:, 1].min() >= -1e-6
    assert outline[:, 1].max() <= picture.depth_mm + pixel / 2 + 1e-6


def test_fields_of_view_are_what_their_arrays_show() -> None:
    sector = CURVED.picture(0.5).field
    assert isinstance(sector, Sector)
    assert (sector.inner_mm, sector.outer_mm, sector.from_rad, sector.to_rad) == (60.0, 160.0, -0.5, 0.5)
    assert sector.apex_mm[1] == pytest.approx(-60.0 * cos(0.5))
    assert CURVED.top_mm == pytest.approx(60.0 * (cos(0.5) - 1))
    assert CURVED.width_mm == pytest.approx(2 * 160 * sin(0.5))
    phased = PHASED.picture(0.5).field
    assert isinstance(phased, Sector)
    assert (phased.apex_mm, phased.inner_mm, PHASED.top_mm) == ((0.0, 0.0), 0.0, 0.0)
    convex = CONVEX.picture(0.5).field
    assert isinstance(convex, Polygon)
    np.testing.assert_allclose(np.array(convex.points_mm)[:, 1], (0, 0, 100 * cos(0.25), 100 * cos(0.25)))
    np.testing.assert_allclose(np.array(convex.points_mm)[1, 0], 70 * tan(0.25))
    assert CONVEX.top_mm == 0.0


def test_a_phased_arrays_lines_meet_in_the_middle_of_its_face() -> None:
    lines = np.arange(PHASED.n_lines)
    np.testing.assert_allclose(PHASED.to_mm(np.stack((lines, np.full(64, -0.5)), axis=-1)), 0.0, atol=1e-12)
    assert PHASED.contains((0.0, 0.0))
    np.testing.assert_allclose(PHASED.to_index((0.0, 0.0)), (31.5, -0.5))
    assert not PHASED.contains([(0.0, -1e-3), (0.0, -50.0), (1.0, -1.0), (50.0, 0.0)]).any()


def test_nothing_above_the_apex_is_inside() -> None:
    for fan in (CURVED, CONVEX):
        assert not fan.contains([(0.0, -fan.radius_mm), (0.0, -fan.radius_mm - 80), (3.0, -fan.radius_mm - 80)]).any()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"n_lines": 15}, "n_lines is 15. Expected a number from 16 to 1024"),
        ({"n_samples": 31}, "n_samples is 31. Expected a number from 32 to 4096"),
        ({"radius_mm": -1.0}, "radius_mm is -1.0 mm. Expected a number from 0 to 300 mm"),
        ({"angle_rad": 3.1}, "angle_rad is 3.1 rad. Expected a number from 0.05 to 3 rad"),
        ({"angle_rad": float("nan")}, "angle_rad is nan rad"),
        ({"depth_mm": 4.0}, "depth_mm is 4.0 mm. Expected a number from 5 to 300 mm"),
    ],
)
def test_impossible_fans_are_refused(change: dict[str, float], told: str) -> None:
    with pytest.raises(RangeError, match=told):
        replace(CURVED, **change)  # type: ignore[arg-type]


@pytest.mark.parametrize("change", [{"radius_mm": 0.0}, {"angle_rad": 2.5}])
def test_a_flat_face_needs_an_apex_behind_it_and_lines_that_leave_it(change: dict[str, float]) -> None:
    with pytest.raises(FormatError, match="A flat face has radius_mm .* Expected a radius above 0 and an angle below"):
        replace(CONVEX, **change)  # type: ignore[arg-type]


def test_a_picture_of_too_many_or_too_few_pixels_is_refused() -> None:
    with pytest.raises(RangeError, match="columns is .*Expected a number from 16 to 4096"):
        CURVED.picture(0.01)
    with pytest.raises(RangeError, match="is .*Expected a number from 16 to 4096|width of a pixel is 20"):
        CURVED.picture(20.0)
