"""A file as a source: what becomes of pictures, orientation, scale, colour, time, and of what breaks midway."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from inplane.core import Calibration, Control, FormatError, Polygon, Sector, TrackedTransform
from inplane.stream.file_source import FileSource, SourceClock
from inplane.stream.files.media import MediaInfo, Picture, Region
from inplane.stream.frame_maker import FrameMaker, has_color, upright
from inplane.stream.screen.layout import Layout

INFO = MediaInfo(format="test", rows=60, columns=80, color=False, frames=None, rate_hz=20.0)
LAYOUT = Layout(x0=10, y0=5, x1=70, y1=55, field=None, pixel_mm=(0.5, 0.5), calibration=Calibration.CALIBRATED)
CONTROL = Control()


def ramp(rows: int = 60, columns: int = 80) -> np.ndarray:
    """Columns 0, 1, 2 ...; every pixel of a column alike, the first row marked with 200."""
    pixels = np.repeat(np.arange(columns, dtype=np.uint8)[None], rows, axis=0)
    pixels[: rows // 2] += 100
    return pixels


class Pictures:
    """A reader of what it was given; raises what it meets."""

    def __init__(self, pictures: Sequence[Picture | Exception], info: MediaInfo = INFO) -> None:
        self._given, self.info, self.closed = pictures, info, False

    def pictures(self) -> Iterator[Picture]:
        for picture in self._given:
            if isinstance(picture, Exception):
                raise picture
            yield picture

    def close(self) -> None:
        self.closed = True


def whole(pictures: Sequence[np.ndarray], info: MediaInfo) -> Layout:
    assert all(picture.shape[:2] == (info.rows, info.columns) for picture in pictures)
    return replace(LAYOUT, x0=0, y0=0, x1=info.columns, y1=info.rows)


def source_of(*pictures: Picture | Exception, info: MediaInfo = INFO, loop: bool = False) -> FileSource:
    return FileSource(Pictures(pictures, info), name="test", loop=loop, find=whole)


def everything(source: FileSource, most: int = 100) -> list:
    frames = []
    while len(frames) < most and (frame := source.next(CONTROL)) is not None:
        frames.append(frame)
    return frames


def plain(value: int = 50, time_s: float | None = None, rows: int = 60, columns: int = 80) -> Picture:
    return Picture(pixels=np.full((rows, columns), value, np.uint8), time_s=time_s)


def test_no_picture_that_was_looked_at_is_lost_and_the_order_stays():
    frames = everything(source_of(*(plain(value) for value in range(40))))
    assert [int(frame.pixels[3, 3]) for frame in frames] == list(range(40))
    assert [frame.sequence for frame in frames] == list(range(40))
    assert np.allclose([frame.time_s for frame in frames], np.arange(40) / 20)


def test_a_screen_picture_becomes_mf_with_the_crop_and_its_marker_at_the_left():
    frame = FrameMaker(INFO, LAYOUT).frame(Picture(pixels=ramp()), 0, 0.0)
    assert frame.pixels.shape == (60, 50)
    assert frame.pixels[-1, -1] == 10  # the leftmost column of the crop is the last line
    assert frame.pixels[0, -1] == 69
    assert frame.pixels[-1, 0] == 110  # the first row lies at the skin
    assert frame.geometry.width_mm == 30
    assert frame.geometry.depth_mm == 25
    assert frame.calibration is Calibration.CALIBRATED


@pytest.mark.parametrize(("code", "line", "sample"), [("MF", 8, 12), ("UF", 51, 12), ("MN", 8, 37), ("UN", 51, 37)])
def test_a_point_of_the_field_moves_with_its_pixel(code, line, sample):
    pixels = np.zeros((60, 80), np.uint8)
    pixels[17, 18] = 255
    corners = ((18.0, 17.0), (19.0, 17.0), (19.0, 18.0), (18.0, 18.0))  # the outline of that one pixel
    layout = replace(LAYOUT, field=Polygon(points_mm=corners), pixel_mm=(0.5, 0.25))
    frame = FrameMaker(replace(INFO, orientation=code), layout).frame(Picture(pixels=pixels), 0, 0.0)
    assert np.argwhere(frame.pixels).tolist() == [[line, sample]]
    assert np.argwhere(frame.geometry.mask()).tolist() == [[line, sample]]


def test_axes_that_are_swapped_swap_the_pixels_sides():
    pixels = np.zeros((60, 80), np.uint8)
    pixels[17, 18] = 255
    layout = replace(LAYOUT, pixel_mm=(0.2, 0.4))
    frame = FrameMaker(replace(INFO, orientation="FM"), layout).frame(Picture(pixels=pixels), 0, 0.0)
    assert frame.pixels.shape == (50, 60)
    assert np.argwhere(frame.pixels).tolist() == [[12, 8]]
    assert (frame.geometry.line_pitch_mm, frame.geometry.sample_pitch_mm) == (0.4, 0.2)


def test_a_sector_is_mirrored_into_mf_and_measured_in_mm():
    sector = Sector(apex_mm=(30, -15), inner_mm=20, outer_mm=60, from_rad=-0.2, to_rad=0.7)
    frame = FrameMaker(INFO, replace(LAYOUT, field=sector)).frame(Picture(pixels=ramp()), 0, 0.0)
    found = frame.geometry.field
    assert isinstance(found, Sector)
    assert found.apex_mm == (5.0, -10.0)  # the crop's middle is at column 40; 10 px left of it is marked
    assert (found.inner_mm, found.outer_mm) == (10, 30)
    assert (found.from_rad, found.to_rad) == (-0.7, 0.2)


def test_a_sector_of_oblong_pixels_stays_a_region_and_says_so():
    sector = Sector(apex_mm=(40, 0), inner_mm=5, outer_mm=50, from_rad=-0.5, to_rad=0.5)
    maker = FrameMaker(INFO, replace(LAYOUT, field=sector, pixel_mm=(0.5, 0.25)))
    assert isinstance(maker.geometry.field, Polygon)
    assert any("not square" in note for note in maker.notes)


def test_an_unknown_scale_is_nominal_and_never_in_mm():
    unknown = replace(LAYOUT, pixel_mm=None, calibration=Calibration.UNCALIBRATED)
    maker = FrameMaker(INFO, unknown)
    assert maker.calibration is Calibration.UNCALIBRATED
    assert maker.geometry.depth_mm == pytest.approx(40)
    assert maker.geometry.line_pitch_mm == maker.geometry.sample_pitch_mm
    sector = Sector(apex_mm=(40, 0), inner_mm=5, outer_mm=50, from_rad=-0.5, to_rad=0.5)
    assert FrameMaker(INFO, replace(unknown, field=sector)).geometry.depth_mm == pytest.approx(120)
    assert not any(" mm" in note for note in maker.notes)


def test_an_unsaid_orientation_is_assumed_and_told():
    assert any("Orientation assumed" in note for note in FrameMaker(INFO, LAYOUT).notes)
    assert not any("assumed" in note for note in FrameMaker(replace(INFO, orientation="UF"), LAYOUT).notes)
    odd = FrameMaker(replace(INFO, orientation="XY"), LAYOUT)
    assert any("orientation 'XY' is not known" in note for note in odd.notes)


def test_colour_is_kept_where_there_is_any_and_grey_rgb_is_grey():
    rng = np.random.default_rng(1)
    grey = np.repeat(rng.integers(0, 255, (60, 80, 1), dtype=np.uint8), 3, axis=2)
    noisy = np.clip(grey.astype(int) + rng.integers(-18, 19, grey.shape), 0, 255).astype(np.uint8)
    flow = grey.copy()
    flow[30:36, 30:36] = (200, 40, 30)
    assert not has_color(grey)
    assert not has_color(noisy)
    assert has_color(flow)
    maker = FrameMaker(replace(INFO, color=True), LAYOUT)
    assert maker.frame(Picture(pixels=noisy), 0, 0.0).rgb is None
    frame = maker.frame(Picture(pixels=flow), 0, 0.0)
    assert frame.rgb is not None
    assert frame.rgb[59 - (32 - 10), 32 - 5].tolist() == [200, 40, 30]
    alike = [maker.frame(Picture(pixels=pixels), 0, 0.0).pixels for pixels in (grey, grey[:, :, 0])]
    assert (alike[0] == alike[1]).all()


def test_a_source_that_begins_with_colour_keeps_it():
    flow = np.zeros((60, 80, 3), np.uint8)
    flow[20:30, 20:30] = (220, 30, 30)
    black = Picture(pixels=np.zeros((60, 80, 3), np.uint8))
    frames = everything(source_of(Picture(pixels=flow), black, black))
    assert all(frame.rgb is not None for frame in frames)


def test_signals_and_validity_travel():
    move = TrackedTransform(name="ProbeToTracker", matrix=np.eye(4))
    picture = replace(plain(time_s=7.5), transforms=(move,), fields={"a": "b"}, valid=False)
    frame = source_of(picture).next(CONTROL)
    assert frame is not None
    assert (frame.valid, frame.signals.timestamp_s, frame.signals.fields) == (False, 7.5, {"a": "b"})
    assert frame.signals.transforms[0].name == "ProbeToTracker"
    assert frame.time_s == 0


@pytest.mark.parametrize(
    ("stamps", "rate_hz", "times", "noted"),
    [
        ((5.0, 5.1, 5.4), 20.0, (0, 0.1, 0.4), ""),
        ((5.0, 4.0, 4.5), 20.0, (0, 0.05, 0.55), "do not always grow"),
        ((5.0, 5.0, 5.0), 20.0, (0, 0.05, 0.1), "do not always grow"),
        ((None, None, None), 10.0, (0, 0.1, 0.2), "the rate that the source states"),
        ((None, None, None), None, (0, 1 / 30, 2 / 30), "30 a second"),
        ((1.0, float("nan"), 2.0), 10.0, (0, 0.1, 0.2), "the rate"),
        ((1.0, 1.7e9, 1.7e9 + 0.5), 10.0, (0, 0.1, 0.6), "do not always grow"),
    ],
)
def test_time_always_grows(stamps, rate_hz, times, noted):
    clock = SourceClock(rate_hz)
    assert [clock.at(stamp) for stamp in stamps] == pytest.approx(times)
    assert (noted in " ".join(clock.notes)) if noted else clock.notes == ()


def test_what_breaks_midway_keeps_what_came_before():
    source = source_of(*(plain(value) for value in range(20)), FormatError("Frame 20 is cut off."))
    assert len(everything(source)) == 20
    assert source.problem == "Frame 20 is cut off."
    assert not source.status().connected
    assert source.status().text == "Frame 20 is cut off."


def test_what_breaks_at_once_or_holds_nothing_is_refused_and_closed():
    for given, told in (((FormatError("Cut off."),), "Cut off."), ((), "'test' holds no picture. Expected at least")):
        reader = Pictures(given)
        with pytest.raises(FormatError, match=told):
            FileSource(reader, name="test", find=whole)
        assert reader.closed


@pytest.mark.parametrize(
    ("told", "came", "problem", "noted"),
    [
        (20, 12, "'test' ends after 12 of 20 pictures: cut short?", False),
        (20, 19, None, True),
        (20, 20, None, False),
        (12, 20, None, False),
    ],
)
def test_fewer_pictures_than_the_file_told_are_missed(told, came, problem, noted):
    source = source_of(*(plain(value) for value in range(came)), info=replace(INFO, frames=told))
    assert len(everything(source)) == came
    assert source.problem == problem
    assert (f"The file tells {told} pictures and holds {came}." in source.info.notes) == noted


def test_pictures_that_change_their_size_are_looked_at_anew():
    region = Region(x0=0, y0=0, x1=80, y1=60, kind="tissue", pixel_x_mm=0.1, pixel_y_mm=0.1)
    given = [plain(value) for value in range(20)] + [plain(value, rows=40, columns=50) for value in range(20, 45)]
    source = source_of(*given, info=replace(INFO, regions=(region,)))
    frames = everything(source)
    assert [int(frame.pixels[1, 1]) for frame in frames] == list(range(45))
    assert frames[19].pixels.shape == (80, 60)
    assert frames[20].pixels.shape == (50, 40)
    assert any("From frame 20 on the pictures are 50 x 40" in note for note in source.info.notes)
    assert source.problem is None


def test_a_picture_that_becomes_too_small_ends_the_source_with_its_reason():
    source = source_of(plain(), plain(rows=8, columns=8))
    assert len(everything(source)) == 1
    assert source.problem == "The ultrasound picture has 8 x 8 pixels. Expected at least 16 x 16."


def test_a_loop_begins_again_and_time_still_grows():
    source = source_of(plain(0), plain(1), plain(2), loop=True)
    frames = everything(source, most=8)
    assert [int(frame.pixels[0, 0]) for frame in frames] == [0, 1, 2, 0, 1, 2, 0, 1]
    assert [frame.sequence for frame in frames] == list(range(8))
    assert (np.diff([frame.time_s for frame in frames]) > 0).all()
    broken = source_of(plain(0), plain(1), FormatError("Cut off."), loop=True)
    assert [int(frame.pixels[0, 0]) for frame in everything(broken, most=5)] == [0, 1, 0, 1, 0]
    assert broken.problem == "Cut off."


@pytest.mark.parametrize("code", ["MN", "UN", "FM", "NU"])
def test_a_picture_on_its_head_or_side_is_turned_with_what_the_file_said(code):
    pixels = np.zeros((60, 80), np.uint8)
    pixels[10:20, 5:45] = 200
    region = Region(x0=5, y0=10, x1=45, y1=20, kind="tissue", pixel_x_mm=0.1, pixel_y_mm=0.2)
    corners = ((5.0, 10.0), (45.0, 10.0), (45.0, 20.0))
    info = replace(INFO, orientation=code, regions=(region,), field=Polygon(points_mm=corners), pixel_mm=(0.1, 0.2))
    turned, told = upright(Picture(pixels=pixels), info)
    assert told.orientation == "MF"
    assert turned.pixels.shape == (told.rows, told.columns)
    found = told.regions[0]
    assert (turned.pixels[found.y0 : found.y1, found.x0 : found.x1] == 200).all()
    assert np.count_nonzero(turned.pixels) == (found.x1 - found.x0) * (found.y1 - found.y0)
    assert told.pixel_mm == ((0.2, 0.1) if code[0] in "FN" else (0.1, 0.2))
    assert told.pixel_mm == (found.pixel_x_mm, found.pixel_y_mm)
    assert isinstance(told.field, Polygon)
    xs, ys = zip(*told.field.points_mm, strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == (found.x0, found.x1, found.y0, found.y1)


def test_a_part_outside_the_picture_is_refused():
    with pytest.raises(FormatError, match="The ultrasound picture lies at .* Expected a part of 80 x 60 pixels."):
        FrameMaker(INFO, replace(LAYOUT, x1=90))
    with pytest.raises(FormatError, match="Picture 4 has 10 x 20 pixels. Expected 80 x 60."):
        FrameMaker(INFO, LAYOUT).frame(plain(rows=20, columns=10), 4, 0.0)
