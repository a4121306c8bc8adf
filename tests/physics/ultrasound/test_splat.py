"""The fast splat against its slow twin, and what it culls."""

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import CurvedGeometry, LinearGeometry, Pose, ScannerControl, Space
from inplane.physics.ultrasound.beam import build_beam, fan
from inplane.physics.ultrasound.lookup import place
from inplane.physics.ultrasound.phantom import below, phantom
from inplane.physics.ultrasound.reference import splat_slowly
from inplane.physics.ultrasound.splat import splat
from inplane.physics.ultrasound.tables import build_scatterers, build_tissue
from inplane.physics.ultrasound.travel import aim_of, course_of, nodes


def _tilted(angle_rad: float) -> Pose:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return Pose(
        to_space=Space.PATIENT,
        from_space=Space.PROBE,
        rotation=np.array([[1.0, 0.0, 0.0], [0.0, c, -s], [0.0, s, c]]),
        translation_mm=np.array([0.3, 0.0, 0.1]),
    )


LINEAR = LinearGeometry(n_lines=16, n_samples=64, width_mm=6.0, depth_mm=20.0)
CURVED = CurvedGeometry(n_lines=16, n_samples=64, radius_mm=12.0, angle_rad=0.5, depth_mm=20.0)
PHASED = CurvedGeometry(n_lines=16, n_samples=64, radius_mm=0.0, angle_rad=0.8, depth_mm=20.0)
FLAT = CurvedGeometry(n_lines=16, n_samples=64, radius_mm=10.0, angle_rad=0.5, depth_mm=20.0, flat=True)


@pytest.mark.uncompiled
@pytest.mark.parametrize(
    ("geometry", "angle_rad", "steer_rad"),
    [
        (LINEAR, 0.0, 0.0),
        (LINEAR, 0.2, 0.12),
        (CURVED, 0.0, 0.0),
        (CURVED, 0.1, 0.12),
        (PHASED, 0.1, 0.0),
        (FLAT, 0, 0),
    ],
)
def test_splat_equals_its_slow_twin(
    geometry: LinearGeometry | CurvedGeometry, angle_rad: float, steer_rad: float
) -> None:
    """Differences: float32 phases (some 1e-4 turns at 250 turns), a sine good to 2e-4, cells whose slab is cut by their
    middle's depth; together below 1 % of the picture's root mean square."""
    probe = load_atlas().probe("linear_12_4")
    block = phantom({"fat": (None, -6.0, 1.4), "muscle": (below(4.0), 0.0, 1.7)}, seed=3, size_mm=(7.0, 9.0, 7.0))
    tissue, scatterers = build_tissue(block), build_scatterers(block.spacing_mm, seed=3)
    scanner = ScannerControl(depth_mm=20.0, frequency_hz=9e6, focus_mm=10.0)
    beam, placed = build_beam(scanner, probe, geometry), place(_tilted(angle_rad), None, None, float(np.tan(steer_rad)))
    aim = aim_of(fan(beam), float(beam.sample), 64, steer_rad)
    course = course_of(aim, np.zeros((16, nodes(20.0)), np.float32))
    grids = np.zeros((2, 18, 128), np.float32)
    used = splat(tissue, scatterers, beam, placed, course, grids)
    fast = grids.sum(axis=0)[1:-1, 0::2] + 1j * grids.sum(axis=0)[1:-1, 1::2]
    slow = splat_slowly(tissue, scatterers, (beam, placed, geometry, steer_rad))
    inside = (slice(3, -3), slice(4, 26))  # the phantom's own extent: beyond it `splat` continues its edge
    assert used.sum() > 100
    assert np.sqrt((np.abs(fast - slow)[inside] ** 2).mean()) < 0.01 * np.sqrt((np.abs(slow[inside]) ** 2).mean())
