"""Screens drawn by chance: how far what is found lies from what was drawn."""

from math import degrees
from time import process_time

import numpy as np
import pytest

from inplane.core import Calibration, Polygon, Sector
from inplane.stream.files.media import MediaInfo, Region
from inplane.stream.screen.find import find_layout

from .drawn import screen


def layout_of(drawn, **told):
    picture = drawn.pictures[0]
    rows, columns = picture.shape[:2]
    info = MediaInfo(format="drawn", rows=rows, columns=columns, color=False, frames=None, rate_hz=None, **told)
    return find_layout(drawn.pictures, info)


@pytest.mark.parametrize("seed", range(24))
def test_crop_shape_and_scale_are_found_or_left_open(seed):
    drawn = screen(seed)
    layout = layout_of(drawn)
    size = max(drawn.box[2] - drawn.box[0], drawn.box[3] - drawn.box[1])
    found = (layout.x0, layout.y0, layout.x1, layout.y1)
    assert np.abs(np.subtract(found, drawn.box)).max() <= 0.02 * size
    if drawn.kind == "rectangle":
        assert layout.field is None
    elif drawn.kind == "trapezoid":
        assert isinstance(layout.field, Polygon)
        outline = layout.field.outline()
        for corner in drawn.corners:
            assert np.hypot(*(outline - corner).T).min() <= 0.03 * size
    else:
        assert isinstance(layout.field, Sector)
        assert np.hypot(*np.subtract(layout.field.apex_mm, drawn.apex)) <= 0.02 * size
        assert abs(layout.field.inner_mm - drawn.radii[0]) <= 0.02 * size
        assert abs(layout.field.outer_mm - drawn.radii[1]) <= 0.02 * size
        assert abs(degrees(layout.field.from_rad - drawn.angles[0])) <= 1
        assert abs(degrees(layout.field.to_rad - drawn.angles[1])) <= 1
    assert layout.calibration in (Calibration.ESTIMATED, Calibration.UNCALIBRATED)
    if layout.pixel_mm is not None:
        assert layout.pixel_mm[0] == pytest.approx(drawn.pixel_mm, rel=0.01)


def test_most_numbered_rulers_are_read_and_no_unnumbered_equal_one_is():
    drawn = [screen(seed) for seed in range(24, 42)]
    read = [(one.style, layout_of(one).calibration) for one in drawn]
    numbered = [calibration for style, calibration in read if style == "numbers"]
    assert len(numbered) >= 3
    assert sum(calibration is Calibration.ESTIMATED for calibration in numbered) >= 0.7 * len(numbered)
    assert all(calibration is Calibration.UNCALIBRATED for style, calibration in read if style in ("none", "equal"))


def test_a_ruler_that_stays_open_says_how_far_its_ticks_are_apart():
    drawn = next(one for one in map(screen, range(60)) if one.style == "equal")
    assert any("equal ticks every" in note and "not known" in note for note in layout_of(drawn).notes)


def of_the_processor_s(work):
    started = process_time()
    work()
    return process_time() - started


def test_sixteen_pictures_cost_less_than_sorting_their_grey_levels():
    drawn = next(one for one in map(screen, range(60)) if one.pictures[0].shape[:2] == (600, 800))
    drawn.pictures = [drawn.pictures[0]] * 16
    layout_of(drawn)
    found, sorted_s = (
        min(of_the_processor_s(work) for _ in range(3))
        for work in (lambda: layout_of(drawn), lambda: [np.sort(one, axis=None) for one in drawn.pictures])
    )
    assert found < sorted_s


def test_a_scale_in_the_file_that_the_ruler_contradicts_is_not_believed():
    drawn = next(one for one in map(screen, range(60)) if one.style == "numbers" and layout_of(one).pixel_mm)
    picture = drawn.pictures[0]
    for factor, calibration in ((1.0, Calibration.CALIBRATED), (0.5, Calibration.UNCALIBRATED)):
        told = drawn.pixel_mm * factor
        region = Region(
            x0=0, y0=0, x1=picture.shape[1], y1=picture.shape[0], kind="tissue", pixel_x_mm=told, pixel_y_mm=told
        )
        layout = layout_of(drawn, regions=(region,))
        assert layout.calibration is calibration
        assert (layout.pixel_mm is None) == (factor == 0.5)
        assert any("neither is believed" in note for note in layout.notes) == (factor == 0.5)
