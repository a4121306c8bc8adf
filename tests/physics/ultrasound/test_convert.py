"""Scan conversion against the closed form of where each pixel reads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inplane.core import CurvedGeometry, FormatError, PictureGeometry
from inplane.physics.ultrasound.convert import FanTable, convert, fan_table

pytestmark = pytest.mark.uncompiled

FANS = {
    "curved": CurvedGeometry(n_lines=40, n_samples=120, radius_mm=60.0, angle_rad=1.1, depth_mm=90.0),
    "micro-convex": CurvedGeometry(n_lines=40, n_samples=100, radius_mm=12.0, angle_rad=2.3, depth_mm=60.0),
    "phased": CurvedGeometry(n_lines=40, n_samples=100, radius_mm=0.0, angle_rad=1.57, depth_mm=80.0),
    "flat": CurvedGeometry(n_lines=40, n_samples=100, radius_mm=74.0, angle_rad=0.52, depth_mm=50.0, flat=True),
}
PIXEL_MM = 2.1


def _of(name: str) -> tuple[CurvedGeometry, PictureGeometry, FanTable]:
    fan = FANS[name]
    picture = fan.picture(PIXEL_MM)
    return fan, picture, fan_table(fan, picture)


def _indices(fan: CurvedGeometry, picture: PictureGeometry) -> tuple[np.ndarray, np.ndarray]:
    """(columns, rows) line and sample of every pixel, by way of millimetres; PROBE y counts from the face's middle."""
    columns, rows = np.meshgrid(np.arange(picture.n_lines), np.arange(picture.n_samples), indexing="ij")
    probe_mm = picture.to_mm(np.stack((columns, rows), axis=-1)) + np.array([0.0, fan.top_mm])
    line, sample = np.moveaxis(fan.to_index(probe_mm), -1, 0)
    return line, sample


@pytest.mark.parametrize("name", FANS)
@pytest.mark.parametrize("axis", ["depth", "line"])
def test_a_picture_linear_over_the_fan_converts_to_itself(name: str, axis: str) -> None:
    """Grey = 2 sample (or 6 line) is whole at every index: what is left is rounding, half a grey level, and the place
    in 256ths, 1/512 of the slope."""
    fan, picture, table = _of(name)
    slope = 2.0 if axis == "depth" else 6.0
    line, sample = _indices(fan, picture)
    wanted = slope * (np.clip(sample, 0, fan.n_samples - 1) if axis == "depth" else np.clip(line, 0, fan.n_lines - 1))
    index = np.arange(fan.n_samples)[None, :] if axis == "depth" else np.arange(fan.n_lines)[:, None]
    polar = np.ascontiguousarray(np.broadcast_to(slope * index, (fan.n_lines, fan.n_samples)).astype(np.uint8))
    out = np.full((picture.n_lines, picture.n_samples), 77, np.uint8)
    convert(polar, table, out)
    inside = picture.mask()
    assert inside.sum() > 200
    assert np.abs(out[inside] - wanted[inside]).max() <= 0.5 + slope / 512 + 1e-9
    assert (out[~inside] == 0).all()


@pytest.mark.parametrize("name", FANS)
def test_white_is_the_field_of_view_and_nothing_else(name: str) -> None:
    fan, picture, table = _of(name)
    out = np.full((picture.n_lines, picture.n_samples), 77, np.uint8)
    convert(np.full((fan.n_lines, fan.n_samples), 255, np.uint8), table, out)
    assert np.array_equal(out == 255, picture.mask())
    assert set(np.unique(out)) == {0, 255}


@settings(max_examples=25)
@given(seed=st.integers(0, 2**31), name=st.sampled_from(sorted(FANS)))
def test_it_equals_its_slow_twin(seed: int, name: str) -> None:
    """Bilinear in float64 at the exact place: the place in 256ths moves each weight by at most 1/512, so two axes of at
    most 255 grey levels differ by one at most, and rounding adds half."""
    fan, picture, table = _of(name)
    polar = np.random.default_rng(seed).integers(0, 256, (fan.n_lines, fan.n_samples)).astype(np.uint8)
    line, sample = _indices(fan, picture)
    line, sample = np.clip(line, 0, fan.n_lines - 1), np.clip(sample, 0, fan.n_samples - 1)
    i, j = np.minimum(line.astype(int), fan.n_lines - 2), np.minimum(sample.astype(int), fan.n_samples - 2)
    b, a = line - i, sample - j
    near = polar[i, j] * (1 - a) + polar[i, j + 1] * a
    far = polar[i + 1, j] * (1 - a) + polar[i + 1, j + 1] * a
    slow = np.where(picture.mask(), near * (1 - b) + far * b, 0.0)
    out = np.empty((picture.n_lines, picture.n_samples), np.uint8)
    convert(polar, table, out)
    assert np.abs(out - slow).max() <= 1.5


def test_arrays_of_another_shape_are_refused() -> None:
    _, picture, table = _of("curved")
    out = np.empty((picture.n_lines, picture.n_samples), np.uint8)
    with pytest.raises(FormatError, match=r"Fan has shape \(3, 4\). Expected \(40, 120\), as the table"):
        convert(np.zeros((3, 4), np.uint8), table, out)
    with pytest.raises(FormatError, match=r"Picture has shape \(2, 2\). Expected \(\d+, \d+\), as the table"):
        convert(np.zeros((40, 120), np.uint8), table, out[:2, :2])
