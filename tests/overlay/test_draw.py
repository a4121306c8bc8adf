"""What is drawn where: orientation, levels, solid and hollow, nothing in mm without a scale."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inplane.core import (
    Advice,
    BoneSeen,
    Calibration,
    ColorFlow,
    DoseStatus,
    Frame,
    LinearGeometry,
    NeedleSeen,
    NeedleState,
    NerveSeen,
    PathCone,
    PictureGeometry,
    RangeError,
    Scene,
    Sector,
    Signals,
    SpreadSeen,
    SpreadState,
    UnknownNameError,
    VesselSeen,
)
from inplane.overlay import LEVELS, Canvas, draw, scan_convert

GEOMETRY = LinearGeometry(n_lines=64, n_samples=128, width_mm=40.0, depth_mm=50.0)
NO_NEEDLE = NeedleSeen.nowhere()
NEEDLE = replace(
    NO_NEEDLE,
    state=NeedleState.TRACKED,
    tip_mm=(0.0, 20.0),
    entry_mm=(-20.0, 8.0),
    direction=(0.857, 0.515),
    confidence=0.8,
)
WAITING = SpreadSeen(
    state=SpreadState.WAITING,
    area_mm2=0.0,
    growth_mm2_s=0.0,
    centre_mm=None,
    outline_mm=np.zeros((0, 2)),
    injected_ml=None,
    confidence=0.0,
)
VESSEL = VesselSeen(
    track_id=1,
    centre_mm=(10.0, 25.0),
    semi_axes_mm=(4.0, 3.0),
    angle_rad=0.0,
    edge_sd_mm=0.2,
    has_flow=True,
    pulsatile=None,
    confidence=0.8,
)
BONE = BoneSeen(points_mm=np.array([(-10.0, 40.0), (0.0, 38.0), (10.0, 40.0)]), edge_sd_mm=0.3, confidence=0.7)
NOTHING = Scene(
    sequence=0,
    time_s=0.0,
    calibration=Calibration.CALIBRATED,
    contact=1.0,
    needle=NO_NEEDLE,
    vessels=(),
    bones=(),
    spread=WAITING,
    cannot_tell=(),
)
ADVICE = Advice(
    sequence=0,
    time_s=0.0,
    path=PathCone(
        tip_mm=(0.0, 20.0), direction=(0.857, 0.515), length_mm=25.0, radius_at_tip_mm=0.5, half_angle_rad=0.05
    ),
    clearances=(),
    alarms=(),
    hints=(),
    cannot_tell=(),
    dose=DoseStatus(fraction=None, given_ml=None, limit=""),
)


def frame_of(pixels: np.ndarray, color: ColorFlow | None = None) -> Frame:
    return Frame(
        sequence=0,
        time_s=0.0,
        pixels=pixels,
        geometry=GEOMETRY,
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
        color=color,
    )


def black() -> Frame:
    return frame_of(np.zeros((64, 128), np.uint8))


def colored(picture: np.ndarray) -> np.ndarray:
    """Mask of what is not grey."""
    return np.ptp(picture.astype(int), axis=2) > 20


def test_the_marked_side_is_at_the_left_unless_flipped():
    pixels = np.zeros((64, 128), np.uint8)
    pixels[50:] = 200  # lines at large x, which is the marked side
    left = draw(frame_of(pixels), NOTHING, None, level="off", width_px=320)
    right = draw(frame_of(pixels), NOTHING, None, level="off", width_px=320, flip=True)
    assert left.shape == (400, 320, 3)
    assert left.dtype == np.uint8
    assert left[200, :40].mean() > 150 > left[200, 160:300].mean()
    assert right[200, -60:-15].mean() > 150 > right[200, 20:160].mean()


def test_skin_is_at_the_top():
    pixels = np.zeros((64, 128), np.uint8)
    pixels[:, :20] = 200
    picture = draw(frame_of(pixels), NOTHING, None, level="off", width_px=320)
    assert picture[30, 100:200].mean() > 150
    assert picture[300, 100:200].mean() < 5


@pytest.mark.parametrize("flip", [False, True])
def test_a_vessel_is_drawn_where_it_is(flip):
    scene = replace(NOTHING, vessels=(VESSEL,))
    picture = draw(black(), scene, None, level="outline", width_px=320, flip=flip)
    rows, columns = np.nonzero(colored(picture))
    expected = (20.0 + 10.0 if flip else 20.0 - 10.0) * 8
    assert abs(columns.mean() - expected) < 2
    assert abs(rows.mean() - 25.0 * 8) < 2
    assert abs(np.ptp(columns) - 64) < 4
    assert abs(np.ptp(rows) - 48) < 4


def test_outlines_are_at_most_two_pixels_wide():
    picture = draw(black(), replace(NOTHING, vessels=(VESSEL,)), None, level="outline", width_px=320)
    middle = picture[200, :, 0] > 60
    edges = np.diff(np.flatnonzero(np.diff(np.concatenate(([0], middle.astype(int), [0])))))[::2]
    assert len(edges) >= 2
    assert edges.max() <= 3  # two pixels and the soft edge of anti-aliasing


def test_off_draws_nothing_but_the_scale():
    scene = replace(NOTHING, needle=NEEDLE, vessels=(VESSEL,), bones=(BONE,))
    assert not colored(draw(black(), scene, ADVICE, level="off")).any()
    more = [int(colored(draw(black(), scene, ADVICE, level=level)).sum()) for level in LEVELS]
    assert more[0] == 0 < more[1] < more[2]


def test_a_tracked_tip_is_solid_and_a_predicted_one_hollow():
    solid = draw(black(), replace(NOTHING, needle=NEEDLE), None, width_px=320)
    guess = replace(NEEDLE, state=NeedleState.TIP_PREDICTED, unseen_s=0.2)
    hollow = draw(black(), replace(NOTHING, needle=guess), None, width_px=320)
    at = (slice(157, 164), slice(157, 164))
    assert colored(solid)[at].any()
    assert not colored(hollow)[at].any()
    assert 0 < colored(hollow)[145:176, 145:176].sum() < colored(solid)[145:176, 145:176].sum()
    shaft = replace(NEEDLE, state=NeedleState.SHAFT_ONLY, tip_mm=None)
    assert not colored(draw(black(), replace(NOTHING, needle=shaft), None, width_px=320))[145:176, 145:176].any()


def test_the_path_has_a_dot_every_centimetre_only_with_a_scale():
    picture = draw(black(), NOTHING, ADVICE, level="outline", width_px=320)
    x, y = 160 - 8 * 8.57, 160 + 8 * 5.15
    around = picture[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2]
    assert around.min() > 100
    unknown = draw(
        black(), replace(NOTHING, calibration=Calibration.UNCALIBRATED), ADVICE, level="outline", width_px=320
    )
    assert (unknown[:390] != picture[:390]).any()


@pytest.mark.parametrize("flip", [False, True])
def test_a_nerve_is_a_broken_outline_where_it_is_and_of_another_colour_than_a_vessel(flip):
    corners = np.array([(6.0, 20.0), (14.0, 20.0), (14.0, 30.0), (6.0, 30.0)])
    nerve = NerveSeen(
        track_id=3, outline_mm=corners, centre_mm=(10.0, 25.0), area_mm2=80.0, edge_sd_mm=0.3, confidence=0.8
    )
    picture = draw(black(), replace(NOTHING, nerves=(nerve,)), None, level="outline", width_px=320, flip=flip)
    rows, columns = np.nonzero(colored(picture))
    assert abs(columns.mean() - (20.0 + 10.0 if flip else 20.0 - 10.0) * 8) < 3
    assert abs(np.ptp(columns) - 64) < 4
    assert abs(np.ptp(rows) - 80) < 4
    side = colored(picture)[165:235, columns.min() : columns.min() + 3].any(axis=1)
    assert 0.4 < side.mean() < 1.0
    vessel = draw(black(), replace(NOTHING, vessels=(VESSEL,)), None, level="outline", width_px=320)
    paints = [each[colored(each)].reshape(-1, 3).max(axis=0).astype(int) for each in (picture, vessel)]
    assert np.abs(paints[0] - paints[1]).max() > 60
    named = draw(black(), replace(NOTHING, nerves=(nerve,)), None, level="full", width_px=320)
    assert colored(named).sum() > colored(picture).sum()


def test_spread_and_bone_are_drawn_each_in_its_way():
    turn = np.arange(40) / 6.4
    outline = np.stack((3 * np.cos(turn), 20 + 3 * np.sin(turn)), axis=1)
    spread = replace(WAITING, state=SpreadState.SPREAD, area_mm2=28.0, centre_mm=(0.0, 20.0), outline_mm=outline)
    fluid = colored(draw(black(), replace(NOTHING, spread=spread), None, width_px=320))
    bone = colored(draw(black(), replace(NOTHING, bones=(BONE,)), None, width_px=320))
    assert fluid[130:190, 130:190].any()
    assert bone[300:325].any()
    assert not (fluid & bone).any()
    broken = bone[300:325].any(axis=0)[82:238]
    assert 0.5 < broken.mean() < 1.0


def test_colour_doppler_is_painted_by_its_sign():
    velocity = np.zeros((20, 30), np.int8)
    velocity[:10], velocity[10:] = 100, -100
    color = ColorFlow(
        first_line=22, first_sample=40, velocity=velocity, has_flow=np.ones((20, 30), np.bool_), nyquist_m_s=0.2
    )
    canvas = Canvas(width_px=320, height_px=400, px_per_mm=8.0, width_mm=40.0, flip=False)
    picture = scan_convert(frame_of(np.zeros((64, 128), np.uint8), color), canvas).astype(int)
    # small line numbers lie at the right
    assert picture[170, 185, 0] > picture[170, 185, 2] + 40
    assert picture[170, 135, 2] > picture[170, 135, 0] + 40


def test_power_doppler_goes_from_dark_red_to_yellow_and_has_no_blue():
    power = np.full((20, 30), 255, np.uint8)
    power[10:] = 20
    has_flow = np.ones((20, 30), np.bool_)
    has_flow[:, 15:] = False
    nothing = np.zeros((20, 30), np.int8)
    color = ColorFlow(first_line=22, first_sample=40, velocity=nothing, has_flow=has_flow, nyquist_m_s=0.2, power=power)
    canvas = Canvas(width_px=320, height_px=400, px_per_mm=8.0, width_mm=40.0, flip=False)
    picture = scan_convert(frame_of(np.zeros((64, 128), np.uint8), color), canvas).astype(int)
    strong, faint, dark = picture[140, 185], picture[140, 135], picture[200, 185]
    assert strong[0] > 240
    assert strong[1] > 200
    assert 100 < faint[0] < 140
    assert faint[1:].max() < 40
    assert dark.max() == 0


def test_a_banner_is_written_across_the_top():
    with_banner = draw(black(), NOTHING, None, level="off", width_px=320, banner="SIMULATION")
    without = draw(black(), NOTHING, None, level="off", width_px=320)
    changed = np.nonzero((with_banner != without).any(axis=2))
    assert changed[0].size > 50
    assert changed[0].max() < 30


def test_an_unknown_level_and_an_odd_width_are_refused():
    with pytest.raises(UnknownNameError, match="Unknown overlay level 'loud'. Expected one of: 'off', 'outline'"):
        draw(black(), NOTHING, None, level="loud")
    with pytest.raises(RangeError, match="width_px is 10. Expected a number from 64 to 4096"):
        draw(black(), NOTHING, None, width_px=10)


def picture_frame(
    field: object = None, calibration: Calibration = Calibration.CALIBRATED, rgb: np.ndarray | None = None
) -> Frame:
    geometry = PictureGeometry(n_lines=80, n_samples=100, line_pitch_mm=0.5, sample_pitch_mm=0.5, field=field)
    return Frame(
        sequence=0,
        time_s=0.0,
        pixels=np.full((80, 100), 120, np.uint8),
        geometry=geometry,
        calibration=calibration,
        signals=Signals(),
        rgb=rgb,
    )


@pytest.mark.parametrize("flip", [False, True])
def test_outside_the_field_of_view_it_is_black(flip):
    sector = Sector(apex_mm=(0.0, -10.0), inner_mm=12.0, outer_mm=50.0, from_rad=-0.1, to_rad=0.4)
    frame = picture_frame(sector)
    picture = draw(frame, NOTHING, None, level="off", width_px=320, flip=flip)
    mask = frame.geometry.mask()
    upright = mask.T if flip else mask.T[:, ::-1]
    lit = picture[:, :, 0][4::8, 4::8][:, :38] > 60  # pixels' middles, clear of the scale at the right
    expected = upright[1::2, 1::2][:, :38] | upright[::2, ::2][:, :38]
    inner = upright[1::2, 1::2][:, :38] & upright[::2, ::2][:, :38]
    inner[:3], expected[:3] = False, True  # the marker and the banner's row
    assert lit[inner].all()
    assert not lit[~expected].any()
    assert 100 < inner.sum() < 1500


def test_a_picture_keeps_its_proportions():
    frame = picture_frame()
    assert draw(frame, NOTHING, None, level="off", width_px=320).shape == (400, 320, 3)
    oblong = replace(frame.geometry, sample_pitch_mm=0.25)
    assert draw(replace(frame, geometry=oblong), NOTHING, None, level="off", width_px=320).shape == (200, 320, 3)


def test_the_screens_own_colours_are_shown():
    rgb = np.full((80, 100, 3), 100, np.uint8)
    rgb[60:, :, :] = (200, 30, 20)  # the marked side
    picture = draw(picture_frame(rgb=rgb), NOTHING, None, level="off", width_px=320)
    assert picture[200, 30].tolist() == [200, 30, 20]
    assert picture[200, 200].tolist() == [100, 100, 100]


@pytest.mark.parametrize(
    ("calibration", "words", "ticks"),
    [
        (Calibration.CALIBRATED, [], True),
        (Calibration.ESTIMATED, ["scale estimated from the ruler"], True),
        (Calibration.UNCALIBRATED, ["no scale: not calibrated"], False),
    ],
)
def test_the_scale_is_said_as_it_is_known(monkeypatch, calibration, words, ticks):
    said: list[str] = []
    monkeypatch.setattr(cv2, "putText", lambda _picture, text, *_: said.append(text))
    black_frame = replace(picture_frame(calibration=calibration), pixels=np.zeros((80, 100), np.uint8))
    scene = replace(NOTHING, calibration=calibration)
    picture = draw(black_frame, scene, None, level="off", width_px=320)
    assert list(dict.fromkeys(said)) == words
    assert bool(picture[78:83, 312:].any()) == ticks


def test_a_warning_frames_the_picture_and_is_said(monkeypatch):
    said: list[str] = []
    monkeypatch.setattr(cv2, "putText", lambda _picture, text, *_: said.append(text))
    picture = draw(picture_frame(), NOTHING, None, level="off", width_px=320, banner="LIVE", warning="STALE INPUT")
    assert {"LIVE", "STALE INPUT"} <= set(said)
    assert picture[0, 100].tolist() == picture[399, 100].tolist() == [255, 140, 0]
