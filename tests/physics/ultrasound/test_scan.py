"""Scan: what is refused, what is never in a frame, and what a frame depends on."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import (
    Deformation,
    FormatError,
    InjectateField,
    NeedleShape,
    Pose,
    ProbeControl,
    RangeError,
    ScannerControl,
    Space,
    SpaceError,
)
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.phantom import below, cylinder, phantom

PROBE = load_atlas().probe("linear_12_4")
SIZE = {"n_lines": 32, "n_samples": 64}


def _scan(seed: int = 5, **size: int) -> Scan:
    parts = {
        "fat": (None, -6.0, 1.35),
        "muscle": (below(6.0), 0.0, 1.73),
        "blood": (cylinder(0.0, 14.0, 3.0), -40.0, 1.66),
        "cortical_bone": (below(22.0, 0.2), 0.0, 6.71),
    }
    tube = np.array([[0.0, 14.0, 20.0], [0.0, 14.0, 0.0], [0.0, 14.0, -20.0]])
    return Scan(phantom(parts, seed=2, vessel=(tube, 3.0)), PROBE, **(size or SIZE), seed=seed)


@pytest.fixture(scope="module")
def scan() -> Scan:
    return _scan()


def _view(sequence: int = 0, **knobs: object) -> View:
    scanner = replace(ScannerControl(frequency_hz=9e6), **knobs)  # pyright: ignore[reportArgumentType]
    return View(T_patient_probe=ProbeControl().pose(), scanner=scanner, time_s=sequence / 30, sequence=sequence)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"frequency_hz": 20e6}, r"frequency_hz of .* is 20000000.0 Hz. Expected a number from 4e\+06 to 1.2e\+07 Hz"),
        ({"frequency_hz": 2e6}, r"frequency_hz of .* is 2000000.0 Hz. Expected a number from 4e\+06"),
        ({"depth_mm": 140.0}, r"depth_mm of .* is 140.0 mm. Expected a number from 20 to 90 mm"),
        ({"focus_mm": 45.0}, r"focus_mm within the picture's depth is 45.0 mm. Expected a number from 3 to 40 mm"),
    ],
)
def test_knobs_that_the_probe_lacks_are_refused(scan: Scan, knobs: dict[str, float], message: str) -> None:
    with pytest.raises(RangeError, match=message):
        scan.frame(_view(**knobs))


def test_odd_views_are_refused(scan: Scan) -> None:
    view = _view()
    with pytest.raises(SpaceError, match="View has T_probe_patient. Expected T_patient_probe"):
        scan.frame(replace(view, T_patient_probe=view.T_patient_probe.inverse()))
    with pytest.raises(FormatError, match=r"contact has shape \(3,\). Expected \(32,\), finite"):
        scan.frame(replace(view, contact=np.ones(3)))
    with pytest.raises(RangeError, match="sequence is -1"):
        scan.frame(replace(view, sequence=-1))
    with pytest.raises(RangeError, match="steer_rad is 1.0 rad"):
        scan.envelope(view, steer_rad=1.0)


def test_broken_shapes_are_refused(scan: Scan) -> None:
    nan = np.full((3, 3, 3, 3), np.nan, np.float32)
    moved = Deformation(origin_mm=np.zeros(3), spacing_mm=2.0, to_rest_zxy_mm=nan, to_now_zxy_mm=nan)
    with pytest.raises(FormatError, match="Deformation.to_rest_zxy_mm holds numbers that are not finite"):
        scan.frame(replace(_view(), deformation=moved))
    flat = InjectateField(
        origin_mm=np.zeros(3), spacing_mm=1.0, fraction_zxy=np.zeros((1, 3, 3), np.float32), volume_ml=1.0
    )
    with pytest.raises(FormatError, match=r"InjectateField.fraction_zxy has shape \(1, 3, 3\)"):
        scan.frame(replace(_view(), injectate=flat))
    with pytest.raises(FormatError, match=r"NeedleShape.points_mm has shape \(1, 3\). Expected \(n >= 2, 3\), finite"):
        scan.frame(replace(_view(), needle=_needle(np.zeros((1, 3)))))


def _needle(points: np.ndarray) -> NeedleShape:
    return NeedleShape(
        points_mm=points,
        outer_diameter_mm=0.72,
        inner_diameter_mm=0.41,
        bevel=np.array([0.0, -1.0, 0.0]),
        bevel_length_mm=1.5,
    )


def test_the_same_views_give_the_same_pictures() -> None:
    first, second = _scan(), _scan()
    for sequence in range(4):
        a, b = first.frame(_view(sequence)).pixels, second.frame(_view(sequence)).pixels
        assert np.abs(a.astype(int) - b).max() <= 1  # threads may add their sums in another order


def test_noise_is_a_function_of_seed_and_sequence() -> None:
    """Where tissue is silent, seed and sequence alone decide; time and what came before do not."""
    silent = phantom({"water": (None, -48.0, 1.5)}, seed=2)
    scan, other = Scan(silent, PROBE, **SIZE, seed=1), Scan(silent, PROBE, **SIZE, seed=2)
    once = scan.envelope(_view(7), noise=True)
    scan.frame(_view(3))
    assert np.array_equal(once, scan.envelope(replace(_view(7), time_s=99.0), noise=True))
    assert not np.array_equal(once, scan.envelope(_view(8), noise=True))
    assert not np.array_equal(once, other.envelope(_view(7), noise=True))


def test_compounding_smooths_and_begins_anew_when_depth_changes() -> None:
    scan = _scan(n_lines=96, n_samples=128)
    part = (slice(10, 30), slice(30, 60))
    alone = scan.frame(_view(0)).pixels[part].astype(float)
    scan.frame(_view(1))
    together = scan.frame(_view(2)).pixels[part].astype(float)
    assert together.std() < 0.9 * alone.std()
    anew = scan.frame(_view(3, depth_mm=30.0)).pixels
    fresh = _scan(n_lines=96, n_samples=128).frame(_view(3, depth_mm=30.0)).pixels
    assert np.abs(anew.astype(int) - fresh).max() <= 1


def test_a_needle_in_the_plane_is_bright_and_out_of_it_is_not() -> None:
    scan = _scan(n_lines=96, n_samples=256)
    shown = []
    for out_mm in (0.0, 6.0):
        needle = _needle(np.array([[15.0, 4.0, out_mm], [-5.0, 16.0, out_mm]]))
        pose = Pose(to_space=Space.PATIENT, from_space=Space.PROBE, rotation=np.eye(3), translation_mm=np.zeros(3))
        view = replace(_view(), T_patient_probe=pose)
        change = scan.envelope(replace(view, needle=needle)) / (scan.envelope(view) + 1e-6)
        line, sample = np.rint(scan.frame(view).geometry.to_index([5.0, 10.0])).astype(int)
        shown.append(change[line - 2 : line + 3, sample - 6 : sample + 7].max())
    assert shown[0] > 5.0
    assert shown[1] < 1.5


def test_injectate_darkens_and_lets_more_through() -> None:
    scan = _scan(n_lines=96, n_samples=256)
    pose = Pose(to_space=Space.PATIENT, from_space=Space.PROBE, rotation=np.eye(3), translation_mm=np.zeros(3))
    field = InjectateField(
        origin_mm=np.array([-16.0, 7.0, -4.0]),
        spacing_mm=1.0,
        fraction_zxy=np.ones((9, 9, 6), np.float32),
        volume_ml=0.486,
    )
    view = replace(_view(), T_patient_probe=pose)
    before, after = scan.envelope(view), scan.envelope(replace(view, injectate=field))
    geometry = scan.frame(view).geometry
    line, sample = np.rint(geometry.to_index([-12.0, 9.5])).astype(int)
    inside = (slice(line - 6, line + 7), slice(sample - 8, sample + 8))
    behind = (slice(line - 4, line + 5), slice(sample + 30, sample + 50))
    assert np.sqrt((after[inside] ** 2).mean()) < 0.2 * np.sqrt((before[inside] ** 2).mean())
    assert np.sqrt((after[behind] ** 2).mean()) > 1.2 * np.sqrt((before[behind] ** 2).mean())


def test_without_contact_tissue_is_dark() -> None:
    scan = _scan(n_lines=96, n_samples=256)
    lifted = scan.envelope(replace(_view(), contact=np.zeros(96)))
    assert lifted[:, 120:].max() < 0.05 * scan.envelope(_view())[:, 120:].mean()


def test_a_twin_gives_the_same_pictures_and_leaves_the_scan_alone(scan: Scan) -> None:
    twin, knobs = scan.twin(), {"compound_angles": 3, "persistence": 0.3}
    assert twin.tissue is scan.tissue
    for sequence in range(3):
        one = scan.frame(_view(sequence, **knobs)).pixels
        twin.frame(_view(sequence + 40, depth_mm=30.0))
        assert sequence or one.std() > 5
    again = scan.twin()
    for sequence in range(3):
        other = again.frame(_view(sequence, **knobs)).pixels
    np.testing.assert_array_equal(one, other)
