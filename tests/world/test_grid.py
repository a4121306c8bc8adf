"""The grid of shifts is the points' own shifts: each step is left out only where it does nothing."""

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.core import Deformation, ProbeControl
from inplane.world.grid import grid_shifts
from inplane.world.mapping import points_now, points_rest
from inplane.world.tissue import NO_DRAG, Tissue

DRAG = np.array([-14.0, 2.0, 1.0, 0.6, 0.76, 0.25, 24.0, 1.1])


def _pushed() -> Deformation:
    shifts = np.random.default_rng(2).uniform(-0.5, 0.5, (4, 6, 6, 3)).astype(np.float32)
    return Deformation(
        origin_mm=np.array([-9.0, 11.0, -4.0]), spacing_mm=3.0, to_rest_zxy_mm=-shifts, to_now_zxy_mm=shifts
    )


@pytest.mark.uncompiled
@pytest.mark.parametrize("press_n", [0.0, 8.0])
@pytest.mark.parametrize("dragged", [False, True])
@pytest.mark.parametrize("pushed", [False, True])
def test_the_grid_is_the_points(block: Patient, press_n: float, dragged: bool, pushed: bool) -> None:
    tissue = Tissue(block, face_length_mm=38)
    motion = tissue.motion(
        0.17,
        ProbeControl(press_n=press_n, rock_rad=0.1),
        displacement=_pushed() if pushed else None,
        drag=DRAG if dragged else NO_DRAG,
    )
    origin, spacing = np.array([-24.0, -2.0, -6.0]), 4.0
    to_rest, to_now = np.full((4, 13, 11, 3), np.nan, np.float32), np.full((4, 13, 11, 3), np.nan, np.float32)
    grid_shifts(motion, origin, spacing, to_rest, to_now)
    z, x, y = np.meshgrid(np.arange(4), np.arange(13), np.arange(11), indexing="ij")
    nodes = origin + spacing * np.stack((x, y, z), axis=-1).reshape(-1, 3)
    np.testing.assert_allclose(to_rest.reshape(-1, 3), points_rest(motion, nodes) - nodes, atol=1e-5)
    np.testing.assert_allclose(to_now.reshape(-1, 3), points_now(motion, nodes) - nodes, atol=1e-5)
