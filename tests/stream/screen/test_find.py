"""What is said of any picture at all, and of what a file tells."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inplane.core import Calibration, Sector
from inplane.stream.files.media import MediaInfo, Region
from inplane.stream.screen.find import find_layout


def info_of(picture, **more):
    return MediaInfo(
        format="still",
        rows=picture.shape[0],
        columns=picture.shape[1],
        color=picture.ndim == 3,
        frames=1,
        rate_hz=None,
        **more,
    )


def speckled(rows, columns, seed=0):
    return np.clip(np.random.default_rng(seed).rayleigh(45, (rows, columns)), 0, 255).astype(np.uint8)


@st.composite
def pictures(draw):
    """Pictures of all kinds of nonsense: noise, stripes, boxes, ramps, of one to five in number."""
    rows, columns = draw(st.integers(1, 150)), draw(st.integers(1, 150))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(["flat", "noise", "stripes", "boxes", "ramp", "salt"]))
    base = np.full((rows, columns), draw(st.integers(0, 255)), np.uint8)
    if kind == "noise":
        base = rng.integers(0, 256, (rows, columns), dtype=np.uint8)
    if kind == "stripes":
        base[:: draw(st.integers(1, 9))] = 255 - base[0, 0]
    if kind == "boxes":
        for _ in range(draw(st.integers(1, 6))):
            y, x, h, w = rng.integers(0, 150, 4)
            base[y : y + h, x : x + w] = rng.integers(0, 256, base[y : y + h, x : x + w].shape)
    if kind == "ramp":
        base = np.outer(np.linspace(0, 255, rows), np.linspace(0, 1, columns)).astype(np.uint8)
    if kind == "salt":
        base[rng.random((rows, columns)) < 0.02] = 255
    if draw(st.booleans()):
        base = np.stack((base, base[::-1], np.roll(base, 3, axis=1)), axis=-1)
    return [np.roll(base, shift, axis=0) for shift in range(draw(st.integers(1, 3)))]


@settings(max_examples=60)
@given(shown=pictures())
@example(shown=[np.zeros((16, 16), np.uint8)])
@example(shown=[np.zeros((480, 640), np.uint8)])
@example(shown=[np.full((64, 4000), 255, np.uint8)])
@example(shown=[speckled(40, 50), speckled(41, 50)])
def test_any_picture_gives_a_part_within_it_and_a_reason(shown):
    rows, columns = shown[0].shape[:2]
    layout = find_layout(shown, info_of(shown[0]))
    assert 0 <= layout.x0 < layout.x1 <= columns
    assert 0 <= layout.y0 < layout.y1 <= rows
    assert layout.notes
    assert layout.calibration is not Calibration.CALIBRATED
    assert (layout.pixel_mm is None) == (layout.calibration is Calibration.UNCALIBRATED)


def test_no_picture_at_all_gives_the_size_that_the_file_names():
    layout = find_layout([], info_of(np.zeros((30, 40), np.uint8)))
    assert (layout.x0, layout.y0, layout.x1, layout.y1) == (0, 0, 40, 30)


def test_the_same_pictures_give_the_same_answer():
    shown = [speckled(300, 400, seed) for seed in range(3)]
    assert find_layout(shown, info_of(shown[0])) == find_layout(shown, info_of(shown[0]))


def test_a_black_picture_is_used_whole_and_says_so():
    picture = np.zeros((480, 640), np.uint8)
    layout = find_layout([picture], info_of(picture))
    assert (layout.x0, layout.y0, layout.x1, layout.y1) == (0, 0, 640, 480)
    assert any("No ultrasound recognized" in note for note in layout.notes)


def test_a_picture_that_is_all_tissue_is_used_whole():
    picture = speckled(300, 400)
    layout = find_layout([picture], info_of(picture))
    assert (layout.x0, layout.y0, layout.x1, layout.y1) == (0, 0, 400, 300)
    assert layout.field is None


def test_what_the_file_tells_is_not_searched_for():
    picture = np.zeros((300, 400), np.uint8)
    picture[100:200, 100:300] = speckled(100, 200)
    field = Sector(apex_mm=(200, -40), inner_mm=60, outer_mm=300, from_rad=-0.5, to_rad=0.5)
    for told in ({"whole": True}, {"field": field}):
        layout = find_layout([picture], info_of(picture, pixel_mm=(0.2, 0.3), **told))
        assert (layout.x0, layout.y0, layout.x1, layout.y1) == (0, 0, 400, 300)
        assert layout.field is told.get("field")
        assert layout.pixel_mm == (0.2, 0.3)
        assert layout.calibration is Calibration.CALIBRATED


def test_a_region_gives_the_scale_and_the_picture_in_it_is_still_cut_out():
    picture = np.zeros((300, 400), np.uint8)
    picture[100:220, 120:280] = speckled(120, 160)
    tissue = Region(x0=60, y0=60, x1=360, y1=280, kind="tissue", pixel_x_mm=0.1, pixel_y_mm=0.2)
    other = Region(x0=0, y0=0, x1=50, y1=50, kind="spectral")
    layout = find_layout([picture], info_of(picture, regions=(tissue, other)))
    assert layout.pixel_mm == (0.1, 0.2)
    assert layout.calibration is Calibration.CALIBRATED
    assert np.abs(np.subtract((layout.x0, layout.y0, layout.x1, layout.y1), (120, 100, 280, 220))).max() <= 2


def test_a_black_region_is_used_as_the_file_names_it_and_two_are_counted():
    picture = np.zeros((300, 400), np.uint8)
    one = Region(x0=10, y0=20, x1=200, y1=280, kind="tissue", pixel_x_mm=0.1, pixel_y_mm=0.1)
    two = Region(x0=200, y0=20, x1=390, y1=280, kind="color", pixel_x_mm=0.1, pixel_y_mm=0.1)
    layout = find_layout([picture], info_of(picture, regions=(one, two)))
    assert (layout.x0, layout.y0, layout.x1, layout.y1) == (10, 20, 200, 280)
    assert any("names 2 pictures" in note for note in layout.notes)


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("white", np.where(np.indices((300, 400)).sum(axis=0) % 9 == 0, 0, 255).astype(np.uint8)),
        ("smooth", np.tile(np.linspace(60, 200, 400).astype(np.uint8), (300, 1))),
        ("colored", np.stack((speckled(300, 400), speckled(300, 400, 1) // 4, speckled(300, 400, 2) // 8), axis=-1)),
        ("round", np.where(np.hypot(*(np.indices((300, 300)) - 150)) < 110, speckled(300, 300), 0).astype(np.uint8)),
    ],
)
def test_what_is_no_ultrasound_is_doubted_with_its_reason(word, shown):
    notes = find_layout([shown], info_of(shown)).notes
    assert any(note.startswith("This may not be ultrasound:") and word in note for note in notes)
