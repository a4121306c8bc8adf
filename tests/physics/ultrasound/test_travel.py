"""Travel time on a line, bending of lines, steered courses: against closed forms."""

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.bench._fidelity_phantoms import SILENT_DB, at, look, rms, scan
from inplane.core import CurvedGeometry, LinearGeometry
from inplane.physics.ultrasound.lines import lines_of
from inplane.physics.ultrasound.phantom import below, cylinder, phantom
from inplane.physics.ultrasound.travel import aim_of, carrier_path, nodes

CURVED = CurvedGeometry(n_lines=64, n_samples=256, radius_mm=50.0, angle_rad=1.0, depth_mm=80.0)
LINEAR = LinearGeometry(n_lines=64, n_samples=256, width_mm=30.0, depth_mm=40.0)


@pytest.mark.parametrize("steer_rad", [-0.12, 0.0, 0.12])
def test_a_steered_line_of_a_fan_is_straight(steer_rad: float) -> None:
    """Points at each sample's shift lie on the straight ray that leaves the face under the steering angle."""
    aim = aim_of(lines_of(CURVED), CURVED.sample_pitch_mm, CURVED.n_samples, steer_rad)
    samples = np.arange(CURVED.n_samples)
    points = CURVED.to_mm(np.stack((20.0 + aim.shift, samples), axis=-1))
    start = CURVED.to_mm((20.0, -0.5))
    ray = points - start
    theta = (20.0 - (CURVED.n_lines - 1) / 2) * CURVED.line_pitch_rad
    way = np.array([np.sin(theta + steer_rad), np.cos(theta + steer_rad)])
    assert np.abs(ray[:, 0] * way[1] - ray[:, 1] * way[0]).max() < 2e-3
    middle = 0.5 * (aim.path[:-1] + aim.path[1:])
    assert np.abs(ray @ way - middle).max() < 2e-3


def test_the_eikonal_of_a_fan_grows_along_its_rays_as_their_path_does() -> None:
    """Along a steered ray the carrier's path grows by the way gone, however deep."""
    steer = 0.12
    aim = aim_of(lines_of(CURVED), CURVED.sample_pitch_mm, CURVED.n_samples, steer)
    depth = (np.arange(CURVED.n_samples) + 0.5) * CURVED.sample_pitch_mm
    theta = aim.shift.astype(np.float64) * CURVED.line_pitch_rad
    kind = int(lines_of(CURVED).kind)
    path = [
        carrier_path(kind, float(aim.impact), (float(aim.sine), float(aim.cosine)), (t, d, 50.0 + d))
        for t, d in zip(theta, depth, strict=True)
    ]
    gone = 0.5 * (aim.path[:-1] + aim.path[1:]).astype(np.float64)
    assert np.abs(np.diff(path) - np.diff(gone)).max() < 1e-3


def test_a_parallel_line_moves_aside_by_the_tangent() -> None:
    aim = aim_of(lines_of(LINEAR), LINEAR.sample_pitch_mm, LINEAR.n_samples, 0.1)
    assert float(aim.shift[-1]) == pytest.approx(np.tan(0.1) * 39.92 / LINEAR.line_pitch_mm, rel=1e-3)
    assert float(aim.path[-1]) == pytest.approx(40.0 / np.cos(0.1), rel=1e-5)


def test_late_is_the_sum_over_layers() -> None:
    """E = sum d (1540/c - 1) at every node, to what a step of the march is worth."""
    parts = {"fat": (None, SILENT_DB, 1.6), "muscle": (below(12.0), SILENT_DB, 1.6)}
    made = scan(phantom(parts, seed=3), seed=3, speed_m_s=None)
    made.envelope(look(at()))
    late = made._marched.late[96]  # pyright: ignore[reportPrivateUsage]
    fat, muscle = (load_atlas().tissue(name).sound_speed_m_s.value for name in parts)
    depth = np.arange(35.0)
    want = np.minimum(depth, 12.0) * (1540.0 / fat - 1.0) + np.maximum(depth - 12.0, 0.0) * (1540.0 / muscle - 1.0)
    assert late.size == nodes(made.probe.depth_max_mm.value)
    assert np.abs(late[:35] - want).max() < 0.02


def test_edges_of_a_faster_cylinder_throw_shadows() -> None:
    """Behind both flanks it is darker than beside the cylinder and than behind its middle; one speed throws none."""
    parts = {"fat": (None, 0.0, 1.6), "muscle": (cylinder(0.0, 12.0, 4.0), 0.0, 1.6)}
    shots: list[np.ndarray] = []
    for speed in (None, 1540.0):
        made = scan(phantom(parts, seed=4), seed=4, speed_m_s=speed)
        made.tissue = made.tissue._replace(attenuation=np.zeros(256, np.float32))
        shots.append(rms(made.envelope(look(at()))[:, 250:450], axis=1))
    change = 20.0 * np.log10(shots[0] / shots[1])
    mm = (np.arange(192) - 95.5) * 39.0 / 192
    smooth = np.convolve(change, np.ones(5) / 5, mode="same")
    beside = change[(np.abs(mm) > 9.0) & (np.abs(mm) < 15.0)].mean()
    middle = smooth[np.abs(mm) < 0.3].mean()
    for side in (-1.0, 1.0):
        flank = smooth[(side * mm > 1.5) & (side * mm < 4.5)].min()
        assert flank < middle - 2.0
        assert flank < beside - 3.0
    assert abs(beside) < 0.5
