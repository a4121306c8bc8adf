"""Pictures as a screen shows them: sectors, colour, marks, estimated scales, pictures that are not to be used."""

from dataclasses import replace
from math import hypot, pi

import cv2
import numpy as np
import pytest

from inplane.core import Calibration, Frame, NeedleState, PictureGeometry, Polygon, Sector, Signals
from inplane.perception import Perceiver
from inplane.perception.color import colored, split
from inplane.perception.prepare import prepare
from inplane.perception.vessel_signs import Signs
from inplane.perception.view import grid_of, view_of

SECTOR = Sector(apex_mm=(0.0, -30.0), inner_mm=35.0, outer_mm=125.0, from_rad=-0.5, to_rad=0.5)


def picture(seed=0, *, field=SECTOR, lumen=None, bone_mm=None, air=False, mm=0.3, columns=400, rows=330):
    """Speckle of 2 mm inside a field, black outside; a dark ball, a bone along an arc, or a probe in air."""
    rng = np.random.default_rng(seed)
    geometry = PictureGeometry(n_lines=columns, n_samples=rows, line_pitch_mm=mm, sample_pitch_mm=mm, field=field)
    at = geometry.to_mm(np.stack(np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij"), axis=-1))
    noise = rng.normal(size=(2, columns, rows)).astype(np.float32)
    speckle = np.hypot(*(cv2.GaussianBlur(part, (0, 0), 2.5) for part in noise))
    level = np.zeros((columns, rows))
    depth = np.hypot(at[..., 0] - SECTOR.apex_mm[0], at[..., 1] - SECTOR.apex_mm[1]) - SECTOR.inner_mm
    if lumen is not None:
        off = np.hypot(at[..., 0] - lumen[0], at[..., 1] - lumen[1])
        level = np.where(off < lumen[2] + 0.8, 4.0, level)
        level = np.where(off < lumen[2], -40.0, level)
    if bone_mm is not None:
        level = np.where(depth > bone_mm, -50.0, level)
        level = np.where(np.abs(depth - bone_mm) < 0.6, 20.0, level)
    grey = np.clip(20 * np.log10(speckle / speckle.mean() * 10 ** (level / 20) + 1e-4) * 255 / 60 + 110, 0, 255)
    if air:
        grey = 150 * np.exp(-depth / 5) * (1 + np.cos(2 * pi * depth / 2)) / 2 + 4
    grey = np.where(geometry.contains(at), grey, 0)
    return Frame(
        sequence=0,
        time_s=0.0,
        pixels=grey.astype(np.uint8),
        geometry=geometry,
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
    )


def shown(frame, times=10, perceiver=None):
    perceiver = perceiver or Perceiver()
    return [perceiver.step(replace(frame, sequence=k, time_s=k / 30)) for k in range(times)][-1]


def test_contact_in_a_sector_is_counted_along_its_beams():
    assert prepare(picture(1)).contact > 0.95
    assert prepare(picture(1, air=True)).contact < 0.1


def test_in_a_picture_with_the_gain_down_an_interface_shows_contact_and_ringing_does_not():
    """Speckle is below black; what a fascia at 15 and a bone at 40 mm send back comes through contact alone."""
    full, air = picture(1), picture(1, air=True)
    at = full.geometry.to_mm(np.stack(np.meshgrid(np.arange(400), np.arange(330), indexing="ij"), axis=-1))
    depth = np.hypot(at[..., 0] - SECTOR.apex_mm[0], at[..., 1] - SECTOR.apex_mm[1]) - SECTOR.inner_mm
    for frame, high, low in ((full, 1.0, 0.9), (air, 0.1, 0.0)):
        dark = np.where((np.abs(depth - 15) < 1.0) | (np.abs(depth - 40) < 3.0), 0.6, 0.02) * frame.pixels
        assert low <= prepare(replace(frame, pixels=dark.astype(np.uint8))).contact <= high


@pytest.mark.parametrize("field", [SECTOR, Polygon(points_mm=((-30, 0), (30, 0), (50, 95), (-50, 95)))])
def test_the_border_of_a_field_is_no_needle_no_bone_and_no_vessel(field):
    perceiver = Perceiver()
    for k in range(30):
        scene = perceiver.step(replace(picture(k % 3, field=field), sequence=k, time_s=k / 30))
        assert scene.needle.state is NeedleState.NONE
        assert scene.bones == ()
        assert scene.vessels == ()


def test_a_vessel_in_a_sector_is_found_at_its_place():
    scene = shown(picture(4, lumen=(14.0, 40.0, 7.0)))
    assert len(scene.vessels) == 1
    vessel = scene.vessels[0]
    assert hypot(vessel.centre_mm[0] - 14.0, vessel.centre_mm[1] - 40.0) < 1.0
    assert abs(vessel.semi_axes_mm[0] - 7.0) < 1.2


def test_bone_in_a_sector_lies_on_its_arc_and_its_shadow_follows_the_beams():
    scene = shown(picture(5, bone_mm=40.0), 4)
    points = np.concatenate([bone.points_mm for bone in scene.bones])
    depth = np.hypot(points[:, 0], points[:, 1] + 30.0) - 35.0
    assert np.ptp(points[:, 0]) > 40
    assert np.median(np.abs(depth - 40.0)) < 0.5
    assert all((np.diff(bone.points_mm[:, 0]) >= 0).all() for bone in scene.bones)


def with_rgb(frame, paint):
    rgb = np.repeat(frame.pixels[:, :, None], 3, axis=2)
    paint(rgb)
    return replace(frame, rgb=rgb, pixels=cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY))


def test_colour_in_a_lumen_is_flow_and_without_a_known_box_nothing_is_said_of_it():
    frame = picture(6, lumen=(0.0, 40.0, 7.0))

    def blood(rgb):
        i, j = frame.geometry.to_index((0.0, 40.0)).round().astype(int).tolist()
        cv2.circle(rgb, (j, i), round(6.0 / 0.3), (220, 40, 20), -1)

    assert [v.has_flow for v in shown(with_rgb(frame, blood)).vessels] == [True]
    assert [v.has_flow for v in shown(frame).vessels] == [None]


def test_strokes_of_colour_are_marks_and_patches_are_flow():
    grid = grid_of(picture().geometry)
    lit = np.zeros((grid.rows, grid.columns), np.uint8)
    lit[100:102, 50:200] = 1
    lit[150:180, 50:90] = 1
    flow, marks = split(lit, grid)
    assert flow[165, 70] == 1
    assert marks[165, 70] == 0
    assert marks[100, 120] == 1
    assert flow[100, 120] == 0


def test_a_tinted_picture_has_no_colour():
    grey = picture(7).pixels
    sepia = np.stack([grey, (0.85 * grey).astype(np.uint8), (0.6 * grey).astype(np.uint8)], axis=-1)
    assert colored(sepia, grid_of(picture().geometry)) is None


def test_an_invalid_picture_is_not_looked_at():
    perceiver = Perceiver()
    frame = picture(4, lumen=(14.0, 40.0, 7.0))
    assert shown(frame, 10, perceiver).vessels
    scene = perceiver.step(replace(frame, sequence=10, time_s=10 / 30, valid=False))
    assert (scene.vessels, scene.bones, scene.needle.tip_mm) == ((), (), None)
    assert any(c.subject == "picture" and "not to be used" in c.reason for c in scene.cannot_tell)
    assert scene.contact > 0.9


def test_an_estimated_scale_is_said_to_be_one():
    scene = shown(replace(picture(1), calibration=Calibration.ESTIMATED), 1)
    assert [c.reason for c in scene.cannot_tell if c.subject == "scale"] == ["estimated from the ruler in the picture"]


def test_a_picture_that_stands_still_says_that_a_needle_cannot_be_told():
    still = shown(picture(1), 10)
    assert any(c.subject == "needle" and "still" in c.reason for c in still.cannot_tell)


def test_another_geometry_begins_anew():
    perceiver = Perceiver()
    first = shown(picture(4, lumen=(14.0, 40.0, 7.0)), 10, perceiver)
    other = picture(4, lumen=(14.0, 40.0, 7.0), columns=420)
    assert [v.track_id for v in first.vessels] == [1]
    assert perceiver.step(replace(other, sequence=10, time_s=10 / 30)).vessels == ()


def test_beams_and_depths_of_a_sector():
    view = view_of(picture().geometry)
    assert view.fan is not None
    x, y = view.grid.to_pixel(20.0, 60.0)
    dx, dy = view.beam(0.5 * x - 0.25, 0.5 * y - 0.25)
    assert dx / dy == pytest.approx(20 / 90, abs=0.01)
    assert view.depth_mm(0.5 * x - 0.25, 0.5 * y - 0.25) == pytest.approx(hypot(20, 90) - 35, abs=0.3)


def test_each_sign_of_a_vessel_counts_the_way_physics_says():
    signs = Signs(
        radius_mm=3.0,
        aspect=1.2,
        contrast=3.0,
        darkness=0.3,
        walled=0.8,
        ragged=0.02,
        streaks=0.2,
        behind=0.5,
        top_mm=8.0,
    )
    better = {
        "radius_mm": 4.0,
        "aspect": 1.0,
        "contrast": 4.0,
        "darkness": 0.1,
        "walled": 1.0,
        "ragged": 0.0,
        "streaks": 0.1,
        "behind": 1.2,
    }
    for name, value in better.items():
        assert replace(signs, **{name: value}).likelihood() > signs.likelihood(), name
    assert replace(signs, behind=None).likelihood() < signs.likelihood()
    assert replace(signs, top_mm=1.0).likelihood() < signs.likelihood()


def test_of_a_fan_no_nerve_is_said_as_none_was_learned_from():
    scene = Perceiver().step(picture(seed=2))
    assert scene.nerves == ()
    reasons = [each.reason for each in scene.cannot_tell if each.subject == "nerve"]
    assert reasons == ["no model has learned pictures of curved and phased arrays"]
