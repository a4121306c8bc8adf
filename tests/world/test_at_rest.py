"""Imaging plane and needle among structures at rest."""

import numpy as np

from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import Control, NeedleControl, ProbeControl, ScannerControl
from inplane.world import World, at_rest
from inplane.world.at_rest import EDGE_POINTS, SIDE

DOWN = 1.5707963


def world_of(patient: Patient, probe_id: str = "linear_12_4") -> World:
    atlas = load_atlas()
    return World(
        patient, probe=atlas.probe(probe_id), needle=atlas.needle("22g_80mm"), seed=3, n_lines=64, n_samples=128
    )


def looked(world: World, control: Control) -> None:
    world.step(control, 0.1)
    world.observe()


def test_without_pressure_or_needle_the_plane_lies_where_the_picture_says(block: Patient) -> None:
    world = world_of(block)
    probe = ProbeControl(press_n=0.0, rotate_rad=0.4, tilt_rad=0.2)
    looked(world, Control(probe=probe, scanner=ScannerControl(depth_mm=40.0)))
    moment = world.moment()
    placed = at_rest(moment)
    assert placed.plane_mm.shape == (SIDE * SIDE, 3)
    width = moment.geometry.width_mm
    corners = np.array([[-width / 2, 0, 0], [-width / 2, 40.0, 0], [width / 2, 0, 0], [width / 2, 40.0, 0]])
    found = placed.plane_mm[[0, SIDE - 1, -SIDE, -1]]
    np.testing.assert_allclose(found, moment.T_patient_image.apply(corners), atol=0.3)  # vessels beat meanwhile
    np.testing.assert_allclose(placed.probe_axes, probe.pose().rotation.T)
    np.testing.assert_array_equal(placed.edge_mm[0], placed.edge_mm[-1])
    assert placed.needle_mm.shape == (0, 3)
    assert not placed.sector


def test_a_pressed_face_is_put_back_on_the_resting_skin(block: Patient) -> None:
    world = world_of(block)
    looked(world, Control(probe=ProbeControl(press_n=15.0), scanner=ScannerControl(depth_mm=40.0)))
    placed = at_rest(world.moment())
    assert world.moment().T_patient_image.translation_mm[1] > 1.0
    np.testing.assert_allclose(placed.plane_mm[::SIDE, 1], 0.0, atol=0.05)


def test_the_needle_lies_in_what_it_is_in(block: Patient) -> None:
    world = world_of(block)
    for advance in np.arange(1.0, 21.0):
        needle = NeedleControl(entry_x_mm=0.0, entry_z_mm=12.0, steepness_rad=DOWN, advance_mm=float(advance))
        looked(world, Control(probe=ProbeControl(press_n=8.0), scanner=ScannerControl(depth_mm=40.0), needle=needle))
    moment, placed = world.moment(), at_rest(world.moment())
    assert len(placed.needle_mm) > 1
    assert abs(placed.needle_mm[0, 1]) < 0.5  # the puncture: tissue was dragged in with the shaft
    there = world.tissue.labels_at(moment.motion, moment.needle.path_mm)
    np.testing.assert_array_equal(world.tissue.labels_at_rest(placed.needle_mm), there)
    back = world.tissue.now(moment.motion, placed.needle_mm)
    np.testing.assert_allclose(back, moment.needle.path_mm, atol=0.2)


def test_of_a_curved_probe_the_edge_is_a_sectors(block: Patient) -> None:
    world = world_of(block, "curved_5_1")
    looked(world, Control(probe=ProbeControl(press_n=0.0), scanner=world.probe.default_scanner()))
    moment, placed = world.moment(), at_rest(world.moment())
    assert placed.sector
    assert 10 < len(placed.edge_mm) <= 2 * EDGE_POINTS + 1
    flat = moment.T_patient_image.inverse().apply(placed.edge_mm)[:, :2]
    geometry = moment.geometry
    inside = np.abs(flat[:, 0]) <= geometry.width_mm / 2 + 0.5
    assert inside.all()
    corners = np.array([[-geometry.width_mm / 2, geometry.depth_mm], [geometry.width_mm / 2, geometry.depth_mm]])
    nearest = np.linalg.norm(flat[:, None] - corners, axis=-1).min(axis=0)
    assert (nearest > 5).all()  # a rectangle would reach them


def test_the_face_lies_on_the_resting_skin_where_the_probe_stands(block: Patient) -> None:
    for probe_id in ("linear_12_4", "curved_5_1"):
        world = world_of(block, probe_id)
        looked(world, Control(probe=ProbeControl(x_mm=4.0, press_n=12.0), scanner=world.probe.default_scanner()))
        np.testing.assert_allclose(at_rest(world.moment()).face_mm, (4.0, 0.0, 0.0), atol=0.1)
