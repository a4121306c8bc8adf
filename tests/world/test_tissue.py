"""Tissue under a probe: indentation, the grid for the engine, labels where they lie now."""

from types import ModuleType

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.core import Pose, ProbeControl, Space
from inplane.world.mapping import points_now, points_rest
from inplane.world.tissue import GRID_NODES, Tissue


def image_pose(probe: ProbeControl, tissue: Tissue) -> Pose:
    pose = probe.pose(tissue.indentation_mm(probe))
    return Pose(
        to_space=Space.PATIENT, from_space=Space.IMAGE, rotation=pose.rotation, translation_mm=pose.translation_mm
    )


def test_indentation_grows_and_stiffens(block: Patient) -> None:
    tissue = Tissue(block, face_length_mm=38)
    depths = [tissue.indentation_mm(ProbeControl(press_n=force)) for force in (0, 2, 4, 8, 16, 40)]
    assert depths[0] == 0
    assert (np.diff(depths) > 0).all()
    assert (np.diff(np.diff(depths) / np.diff((0, 2, 4, 8, 16, 40))) < 0).all()


@pytest.mark.parametrize("rotate_rad", [0.0, 0.7, 1.57])
def test_the_grid_agrees_with_itself_and_with_the_points(block: Patient, rotate_rad: float) -> None:
    tissue = Tissue(block, face_length_mm=38)
    probe = ProbeControl(press_n=3.0, rotate_rad=rotate_rad)
    motion = tissue.motion(0.17, probe)
    field = tissue.deformation(motion, image_pose(probe, tissue), 38, 40)
    nz, nx, ny, _ = field.to_now_zxy_mm.shape
    assert nz * nx * ny <= GRID_NODES
    z, x, y = np.meshgrid(np.arange(nz), np.arange(nx), np.arange(ny), indexing="ij")
    nodes = field.origin_mm + field.spacing_mm * np.stack((x, y, z), axis=-1).reshape(-1, 3)
    np.testing.assert_allclose(field.to_now_zxy_mm.reshape(-1, 3), points_now(motion, nodes) - nodes, atol=1e-4)
    np.testing.assert_allclose(field.to_rest_zxy_mm.reshape(-1, 3), points_rest(motion, nodes) - nodes, atol=1e-4)
    there = nodes + field.to_now_zxy_mm.reshape(-1, 3)
    at = (there - field.origin_mm) / field.spacing_mm
    inside = ((at >= 0) & (at <= np.array([nx, ny, nz]) - 1.001)).all(axis=1)
    low = at[inside].astype(int)
    part = at[inside] - low
    back = np.zeros((inside.sum(), 3))
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(np.array(corner) > 0, part, 1 - part), axis=-1)
        i, j, k = (low + corner).T
        back += weight[:, None] * field.to_rest_zxy_mm[k, i, j]
    away = np.linalg.norm(there[inside] + back - nodes[inside], axis=1)
    assert np.quantile(away, 0.98) < 0.1  # between nodes; a vein's wall is a fold that no grid holds
    assert away.max() < 0.6


def test_labels_move_with_the_tissue(block: Patient, blocks: ModuleType) -> None:
    tissue = Tissue(block, face_length_mm=38)
    probe = ProbeControl(press_n=8.0)
    motion = tissue.motion(0.0, probe)
    rest = np.array([[-25.0, 5.0, 0.0], [0.0, 24.0, 0.0], [*blocks.VEIN, 0.0]])
    names = [blocks.LABEL[name] for name in ("fat", "fascicle", "vein lumen")]
    assert tissue.labels_at_rest(rest).tolist() == names
    assert tissue.labels_at(motion, tissue.now(motion, rest)).tolist() == names
    above = np.array([[0.0, tissue.indentation_mm(probe) - 0.3, 0.0]])
    assert tissue.labels_at(motion, above).tolist() == [0]  # gel, where skin was


def test_the_face_stands_on_the_skin(block: Patient) -> None:
    tissue = Tissue(block, face_length_mm=38)
    probe = ProbeControl(press_n=6.0)
    motion = tissue.motion(0.0, probe)
    assert tissue.skin_y_mm(motion, 0, 0) == pytest.approx(tissue.indentation_mm(probe))
    assert tissue.skin_y_mm(motion, 0, 40) < 0.3
