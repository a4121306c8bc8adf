"""Pixel and millimetre are two names of one place."""

from dataclasses import asdict, replace
from math import cos, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import InputError, LinearGeometry, PictureGeometry, Polygon, RangeError, Sector, geometry_of

geometries = st.builds(
    LinearGeometry,
    n_lines=st.integers(16, 1024),
    n_samples=st.integers(32, 4096),
    width_mm=st.floats(5, 200),
    depth_mm=st.floats(5, 300),
)


@given(geometry=geometries, x=st.floats(-300, 300), y=st.floats(-300, 300))
def test_there_and_back(geometry: LinearGeometry, x: float, y: float) -> None:
    np.testing.assert_allclose(geometry.to_mm(geometry.to_index((x, y))), (x, y), atol=1e-9)


@given(geometry=geometries)
def test_the_picture_is_centred_and_filled(geometry: LinearGeometry) -> None:
    first, last = geometry.to_mm([(0, 0), (geometry.n_lines - 1, geometry.n_samples - 1)])
    half = np.array([geometry.line_pitch_mm, geometry.sample_pitch_mm]) / 2
    np.testing.assert_allclose(first - half, (-geometry.width_mm / 2, 0), atol=1e-9)
    np.testing.assert_allclose(last + half, (geometry.width_mm / 2, geometry.depth_mm), atol=1e-9)


def test_x_grows_to_the_marked_side_and_y_away_from_the_probe() -> None:
    geometry = LinearGeometry(n_lines=16, n_samples=32, width_mm=32, depth_mm=64)
    np.testing.assert_allclose(geometry.to_mm([(8, 0), (9, 1)]), [(1, 1), (3, 3)])


def test_contains_its_edges_and_nothing_beyond() -> None:
    geometry = LinearGeometry(n_lines=16, n_samples=32, width_mm=32, depth_mm=64)
    inside = geometry.contains([(-16, 0), (16, 64), (0, 30), (16.01, 30), (0, -0.01), (0, 64.01)])
    assert inside.tolist() == [True, True, True, False, False, False]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"n_lines": 15}, "n_lines is 15. Expected a number from 16 to 1024"),
        ({"n_samples": 5000}, "n_samples is 5000"),
        ({"width_mm": 4.0}, "width_mm is 4.0"),
        ({"depth_mm": float("inf")}, "depth_mm is inf"),
    ],
)
def test_impossible_pictures_are_refused(change: dict[str, float], told: str) -> None:
    possible: dict[str, float] = {"n_lines": 16, "n_samples": 32, "width_mm": 32, "depth_mm": 64}
    with pytest.raises(RangeError, match=told):
        LinearGeometry(**(possible | change))  # type: ignore[arg-type]


SECTOR = Sector(apex_mm=(1.0, -40.0), inner_mm=45.0, outer_mm=110.0, from_rad=-0.5, to_rad=0.6)


def test_a_sector_holds_what_lies_between_its_arcs_and_edges() -> None:
    inside = [(1.0, 5.5), (1.0, 69.5), (1.0 + 60 * sin(0.59), -40 + 60 * cos(0.59))]
    outside = [(1.0, 4.5), (1.0, 70.5), (1.0 + 60 * sin(0.61), -40 + 60 * cos(0.61)), (1.0, -100.0)]
    assert SECTOR.contains(inside).all()
    assert not SECTOR.contains(outside).any()
    assert np.allclose(np.hypot(*(SECTOR.outline() - SECTOR.apex_mm)[:33].T), 45.0)


def test_a_polygon_holds_its_inside_whichever_way_round() -> None:
    corners = ((-10.0, 0.0), (10.0, 0.0), (20.0, 40.0), (-20.0, 40.0))
    for points in (corners, corners[::-1]):
        trapezoid = Polygon(points_mm=points)
        assert trapezoid.contains([(0.0, 1.0), (14.0, 39.0), (-9.9, 0.1)]).all()
        assert not trapezoid.contains([(11.0, 1.0), (0.0, 41.0), (0.0, -1.0)]).any()


def test_a_picture_knows_where_its_pixels_lie_and_which_of_them_show_tissue() -> None:
    picture = PictureGeometry(n_lines=200, n_samples=150, line_pitch_mm=0.5, sample_pitch_mm=0.4, field=SECTOR)
    assert (picture.width_mm, picture.depth_mm) == (100.0, 60.0)
    index = np.array([[0.0, 0.0], [199.0, 149.0], [99.5, 12.25]])
    assert np.allclose(picture.to_index(picture.to_mm(index)), index)
    mask = picture.mask()
    assert mask.shape == (200, 150)
    assert mask[101, 100]
    assert not mask[0, 0]
    assert geometry_of(asdict(picture)) == picture
    assert geometry_of(asdict(replace(picture, field=None))) == replace(picture, field=None)
    linear = LinearGeometry(n_lines=16, n_samples=32, width_mm=38, depth_mm=40)
    assert geometry_of(asdict(linear)) == linear


@pytest.mark.parametrize(
    "values",
    [{}, {"n_lines": 16}, {"width_mm": 3}, {"n_lines": 16, "n_samples": 16, "line_pitch_mm": 1, "sample_pitch_mm": 1,
     "field": {"points_mm": [[0, 0], [1, 1]]}}, {"field": {"apex_mm": 3}}],
)  # fmt: skip
def test_a_geometry_that_cannot_be_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(InputError):
        geometry_of(values)
