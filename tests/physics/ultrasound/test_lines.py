"""Scan lines as kernels read them, against the geometry that they are made of."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inplane.core import CurvedGeometry, LinearGeometry
from inplane.physics.ultrasound.lines import FAN, FLAT, PARALLEL, line_start, lines_of, pitch_mm, to_line
from inplane.physics.ultrasound.lookup import f32

pytestmark = pytest.mark.uncompiled

FANS = {
    "parallel": LinearGeometry(n_lines=128, n_samples=512, width_mm=39.0, depth_mm=60.0),
    "curved": CurvedGeometry(n_lines=192, n_samples=512, radius_mm=60.0, angle_rad=1.1, depth_mm=160.0),
    "micro-convex": CurvedGeometry(n_lines=128, n_samples=512, radius_mm=10.0, angle_rad=2.6, depth_mm=100.0),
    "phased": CurvedGeometry(n_lines=128, n_samples=512, radius_mm=0.0, angle_rad=1.57, depth_mm=180.0),
    "flat": CurvedGeometry(n_lines=128, n_samples=512, radius_mm=74.0, angle_rad=0.52, depth_mm=60.0, flat=True),
}
names = st.sampled_from(sorted(FANS))


def test_each_geometry_is_its_kind_of_fan() -> None:
    kinds = {name: int(lines_of(fan).kind) for name, fan in FANS.items()}
    assert kinds == {"parallel": PARALLEL, "curved": FAN, "micro-convex": FAN, "phased": FAN, "flat": FLAT}


@settings(max_examples=200)
@given(name=names, x=st.floats(-80, 80), y=st.floats(0.5, 200))
def test_to_line_is_to_index(name: str, x: float, y: float) -> None:
    """float32 keeps 6e-8 of lengths up to 300 mm, 2e-5 mm, and of angles: 2e-5 mm over the distance from the apex."""
    fan = FANS[name]
    line, depth = to_line(lines_of(fan), f32(x), f32(y))
    wanted_line, wanted_sample = fan.to_index((x, y))
    radius = getattr(fan, "radius_mm", 1.0)
    pitch = getattr(fan, "line_pitch_rad", fan.line_pitch_mm if isinstance(fan, LinearGeometry) else 1.0)
    far = 1.0 if isinstance(fan, LinearGeometry) else float(np.hypot(x, y + radius))
    assert float(line) == pytest.approx(wanted_line, abs=1e-4 + 4e-5 / (pitch * far))
    assert float(depth) == pytest.approx((wanted_sample + 0.5) * fan.sample_pitch_mm, abs=1e-4)


@settings(max_examples=200)
@given(name=names, across=st.floats(0, 1), along=st.floats(0, 1))
def test_a_line_leaves_the_face_and_goes_on_straight(name: str, across: float, along: float) -> None:
    """Start plus depth times direction is `to_mm`; the direction has length 1."""
    fan = FANS[name]
    line, sample = across * (fan.n_lines - 1), along * (fan.n_samples - 1)
    x, y, dx, dy = (float(part) for part in line_start(lines_of(fan), f32(line)))
    np.testing.assert_allclose((x, y), fan.to_mm((line, -0.5)), atol=1e-4)
    assert np.hypot(dx, dy) == pytest.approx(1.0, abs=1e-6)
    depth = (sample + 0.5) * fan.sample_pitch_mm
    np.testing.assert_allclose((x + depth * dx, y + depth * dy), fan.to_mm((line, sample)), atol=2e-4)


@settings(max_examples=100)
@given(name=names, across=st.floats(0, 1), depth=st.floats(0.5, 100))
def test_from_line_to_place_and_back(name: str, across: float, depth: float) -> None:
    lines = lines_of(FANS[name])
    line = across * (FANS[name].n_lines - 1)
    x, y, dx, dy = line_start(lines, f32(line))
    back, found = to_line(lines, x + f32(depth) * dx, y + f32(depth) * dy)
    assert float(back) == pytest.approx(line, abs=5e-3)
    assert float(found) == pytest.approx(depth, abs=5e-4)


@pytest.mark.parametrize("name", FANS)
@pytest.mark.parametrize("depth", [2.0, 40.0])
def test_pitch_is_the_way_from_line_to_line(name: str, depth: float) -> None:
    """In the middle of the fan, where a flat face's lines are as far from the apex as a curved one's; arc for chord."""
    fan = FANS[name]
    middle, sample = (fan.n_lines - 1) / 2, depth / fan.sample_pitch_mm - 0.5
    a, b = fan.to_mm([(middle - 0.5, sample), (middle + 0.5, sample)])
    assert float(pitch_mm(lines_of(fan), f32(depth))) == pytest.approx(np.hypot(*(b - a)), rel=1e-4)


def test_pitch_never_vanishes_at_an_apex() -> None:
    assert float(pitch_mm(lines_of(FANS["phased"]), f32(0.0))) == pytest.approx(0.01)


@pytest.mark.parametrize("name", ["curved", "micro-convex", "phased", "flat"])
def test_what_lies_on_or_above_an_apex_belongs_to_no_line(name: str) -> None:
    fan = FANS[name]
    assert isinstance(fan, CurvedGeometry)
    for above in (0.0, 1.0, 50.0):
        line, depth = to_line(lines_of(fan), f32(3.0), f32(-fan.radius_mm - above))
        assert depth == -1.0
        assert float(line) == pytest.approx((fan.n_lines - 1) / 2)
