"""Pixel and millimetre are two names of one place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import LinearGeometry, RangeError

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
