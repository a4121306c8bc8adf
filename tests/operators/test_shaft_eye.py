"""A shaft as a person sees it, in pictures of speckle with a bright line drawn in."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inplane.core import Control, Frame, LinearGeometry
from inplane.operators import aim_in_plane, image_line
from inplane.operators.shaft_eye import LEAST_MM, seen_shaft

GEOMETRY = LinearGeometry(n_lines=192, n_samples=400, width_mm=38.4, depth_mm=40.0)
LONG_MM = 34.0


@pytest.fixture
def control(make) -> Control:
    needle = aim_in_plane(make.start, target_mm=(0.0, 20.0), offset_mm=10.0)
    return Control(probe=make.start, needle=replace(needle, advance_mm=LONG_MM))


def tissue(make, seed: int = 1) -> Frame:
    """A picture of speckle."""
    speckle = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, (192, 400)), (0, 0), 1.5)
    pixels = (80 + 25 * speckle / speckle.std()).clip(0, 255).astype(np.uint8)
    return replace(make.frame(0.0), pixels=pixels, geometry=GEOMETRY)


def with_line(frame: Frame, control: Control, *, to_mm: float = LONG_MM, beside_mm: float = 0.0) -> Frame:
    """The same with a bright line where the needle is, or beside it."""
    pixels, (entry, held) = frame.pixels.copy(), image_line(control.probe, control.needle)
    off = entry[:2] + beside_mm * np.array([-held[1], held[0]])
    for along in np.arange(0.0, to_mm, 0.05):
        line, sample = np.rint(GEOMETRY.to_index(off + along * held[:2])).astype(int)
        if 0 <= line < 192 and 1 <= sample < 398:
            pixels[line, sample - 1 : sample + 2] = 210
    return replace(frame, pixels=pixels)


def tip_mm(control: Control) -> tuple[float, float]:
    entry, held = image_line(control.probe, control.needle)
    return tuple((entry + control.needle.advance_mm * held)[:2])


@pytest.mark.parametrize("beside_mm", [-1.2, 0.0, 0.9])
def test_a_new_bright_line_is_seen_and_its_tip_told_by_the_shaft_that_is_in(make, control, beside_mm) -> None:
    before = tissue(make)
    shaft = seen_shaft(with_line(before, control, beside_mm=beside_mm), before, control, indentation_mm=0.0)
    assert shaft.shows()
    assert abs(shaft.short_mm) < 1.5
    along, down = tip_mm(control)
    _, held = image_line(control.probe, control.needle)
    assert shaft.tip_mm == pytest.approx((along - beside_mm * held[1], down + beside_mm * held[0]), abs=0.4)
    assert np.dot(shaft.direction, held[:2]) == pytest.approx(1.0, abs=0.005)


def test_speckle_alone_and_a_line_that_was_there_before_show_no_shaft(make, control) -> None:
    before = tissue(make)
    assert not seen_shaft(tissue(make, seed=2), before, control, indentation_mm=0.0).shows()
    lined = with_line(before, control)
    assert not seen_shaft(lined, lined, control, indentation_mm=0.0).shows()


def test_a_line_far_from_where_the_hand_holds_the_needle_is_none(make, control) -> None:
    before = tissue(make)
    other = replace(control, needle=replace(control.needle, steepness_rad=control.needle.steepness_rad + 0.4))
    assert not seen_shaft(with_line(before, control), before, other, indentation_mm=0.0).shows()


def test_a_shaft_that_is_lost_half_way_is_not_seen_to_its_tip(make, control) -> None:
    before = tissue(make)
    shaft = seen_shaft(with_line(before, control, to_mm=LONG_MM - 12), before, control, indentation_mm=0.0)
    assert shaft.short_mm == pytest.approx(12, abs=1.5)
    assert not shaft.shows()
    nearly = seen_shaft(with_line(before, control, to_mm=LONG_MM - 6), before, control, indentation_mm=0.0)
    assert nearly.short_mm == pytest.approx(6, abs=1.5)
    assert nearly.shows()


def test_too_little_shaft_or_another_picture_tells_nothing(make, control) -> None:
    before = tissue(make)
    short = replace(control, needle=replace(control.needle, advance_mm=10.0 + LEAST_MM - 1))
    assert seen_shaft(before, before, short, indentation_mm=0.0) is None
    deeper = replace(before, geometry=replace(GEOMETRY, depth_mm=50.0))
    assert seen_shaft(deeper, before, control, indentation_mm=0.0) is None
