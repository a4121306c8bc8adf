"""Closed forms of the shifts, and that the way back undoes the way there."""

from math import pi, sqrt
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.anatomy import Patient
from inplane.core import Deformation, ProbeControl
from inplane.world.mapping import points_now, points_rest
from inplane.world.motion import REACH, nearness, press_depth, release_depth, skin_shift
from inplane.world.tissue import STILL_DEPTH_MM, Tissue

DRAG = np.array([-20.0, 0.0, 0.0, 0.8, 0.6, 0.0, 30.0, 0.6])


@pytest.mark.uncompiled
@given(st.floats(0.01, 69.9), st.floats(0, 15))
def test_pressing_and_releasing_are_inverse(y: float, skin: float) -> None:
    pressed = press_depth(y, skin, STILL_DEPTH_MM)
    assert y <= pressed <= STILL_DEPTH_MM
    assert release_depth(pressed, skin, STILL_DEPTH_MM) == pytest.approx(y, abs=1e-6)


@pytest.mark.uncompiled
def test_compression_falls_with_depth() -> None:
    depths = np.linspace(0, 70, 71)
    moved = np.array([press_depth(y, 6.0, 70.0) - y for y in depths])
    assert moved[0] == pytest.approx(6)
    assert (np.diff(moved) < 0).all()
    assert moved[-1] == 0


@pytest.mark.uncompiled
def test_the_skin_follows_the_face_and_comes_up_beside_it() -> None:
    press = np.array([0.0, 0.0, 1.0, 0.0, 20.0, 5.0, 4.0, 0.1, 9.0, 70.0, 0.0])
    assert skin_shift(press, 0.0, 0.0) == pytest.approx(4)
    assert skin_shift(press, 20.0, 0.0) == pytest.approx(6)
    assert skin_shift(press, -20.0, 5.0) == pytest.approx(2)
    beside = [skin_shift(press, x, 0.0) for x in (20.0, 25.0, 30.0, 60.0)]
    assert beside == sorted(beside, reverse=True)
    assert beside[-1] < 0.1


@pytest.mark.uncompiled
def test_a_vessel_is_felt_as_by_incompressible_tissue_and_ends() -> None:
    assert nearness(4.0, 4.0) == pytest.approx(1)
    assert nearness(4.4, 4.0) == pytest.approx((4 / 4.4) ** 2, rel=0.01)
    assert nearness(REACH * 4.0, 4.0) == 0


@pytest.mark.parametrize("press_n", [0.0, 3.0, 7.0, 12.0])
def test_there_and_back_point_by_point(block: Patient, blocks: ModuleType, press_n: float) -> None:
    """u and w undo each other within 0.1 mm however hard the vein is pressed; within its flat lumen, where a tenth of a
    millimetre now was a millimetre and a half at rest, within 0.1 mm now."""
    tissue = Tissue(block, face_length_mm=38)
    push = _pushed()
    motion = tissue.motion(0.17, ProbeControl(press_n=press_n, rock_rad=0.1), displacement=push, drag=DRAG)
    rng = np.random.default_rng(3)
    points = rng.uniform([-30, 0.5, -20], [30, 42, 20], (4000, 3))
    now = points_now(motion, points)
    back = points_rest(motion, now)
    in_vein = np.hypot(points[:, 0] - blocks.VEIN[0], points[:, 1] - blocks.VEIN[1]) < blocks.RADIUS_MM
    assert np.linalg.norm(back - points, axis=1)[~in_vein].max() < 0.1
    assert np.linalg.norm(points_now(motion, back) - now, axis=1).max() < 0.1


def _pushed() -> Deformation:
    """A ball's field by the closed form, with the inverse found to the end."""
    axis = np.arange(-24, 25, 3.0)
    z, x, y = np.meshgrid(axis, axis, axis, indexing="ij")
    place = np.stack((x, y, z), axis=-1)
    away = np.linalg.norm(place, axis=-1, keepdims=True)
    share = np.clip((22 - away) / 10, 0, 1)
    to_rest = -500 / (4 * pi) * place / np.maximum(away, 6) ** 3 * share
    to_now = np.zeros_like(to_rest)
    for _ in range(50):
        at = (place + to_now + 24) / 3
        low = np.clip(at.astype(int), 0, 15)
        part = at - low
        found = np.zeros_like(to_rest)
        for corner in np.ndindex(2, 2, 2):  # x, y, z
            weight = np.prod(np.where(np.array(corner) > 0, part, 1 - part), axis=-1)
            i, j, k = np.moveaxis(low + corner, -1, 0)
            found += weight[..., None] * to_rest[k, i, j]
        to_now = -found
    return Deformation(
        origin_mm=np.array([-24.0, -4.0, -24.0]),
        spacing_mm=3.0,
        to_rest_zxy_mm=to_rest.astype(np.float32),
        to_now_zxy_mm=to_now.astype(np.float32),
    )


def test_a_pressed_vein_keeps_its_circumference(block: Patient) -> None:
    """Half axes k and sqrt(2 - k^2) of the resting radius: 2 pi sqrt((a^2 + b^2) / 2) stays."""
    tissue = Tissue(block, face_length_mm=38)
    for press_n in (2.0, 5.0, 8.0):
        motion = tissue.motion(0.0, ProbeControl(press_n=press_n))
        vein = motion.vessels[1, 24]
        assert sqrt((vein[3] ** 2 + vein[4] ** 2) / 2) == pytest.approx(1)
        assert vein[4] == pytest.approx(1 - press_n / 10, abs=0.02)


def test_the_artery_beats(block: Patient) -> None:
    tissue = Tissue(block, face_length_mm=38)
    scales = [tissue.motion(t, ProbeControl()).vessels[0, 24, 3] for t in np.linspace(0, 1, 50)]
    assert max(scales) == pytest.approx(1.05, abs=0.005)
    assert min(scales) == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("carried_mm", [-1.5, 0.8, 2.0, 3.5])
@pytest.mark.parametrize("length_mm", [1.5, 4.0, 30.0])
def test_what_a_needle_carries_comes_back(block: Patient, carried_mm: float, length_mm: float) -> None:
    """Dragged and undragged are inverse within 0.1 mm, tissue at the tip moves by all of it, none is folded over."""
    carried = min(carried_mm, length_mm)
    drag = np.array([-20.0, 0.0, 0.0, 0.6, 0.8, 0.0, length_mm, carried])
    motion = Tissue(block, face_length_mm=38).motion(0.0, ProbeControl(press_n=0.0), drag=drag)
    points = np.random.default_rng(5).uniform([-30, 0.5, -10], [10, 40, 10], (3000, 3))
    now = points_now(motion, points)
    assert np.linalg.norm(points_rest(motion, now) - points, axis=1).max() < 0.1
    tip = drag[:3] + length_mm * drag[3:6]
    np.testing.assert_allclose(points_rest(motion, tip[None])[0], tip - carried * drag[3:6], atol=0.005)
    line = drag[:3] + np.linspace(-5, length_mm + 15, 400)[:, None] * drag[3:6]
    assert (np.diff(points_rest(motion, line) @ drag[3:6]) > 0).all()
