"""Whatever the knobs, the pose and what lies in the way: every number that a frame is made of is finite."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inplane.atlas import ProbeModel, load_atlas
from inplane.core import (
    COMPOUND_ANGLES,
    Deformation,
    GreyMap,
    InjectateField,
    Mode,
    NeedleShape,
    Pose,
    ProbeControl,
    ScannerControl,
    Space,
)
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.phantom import below, cylinder, phantom

SHAPES = ("linear", "curved", "phased")
"""Of the arrays that the engine draws; probes of the atlas with another shape are left out."""
PROBES = [probe.id for probe in load_atlas().probes.values() if probe.shape in SHAPES]
SIZE = {"n_lines": 32, "n_samples": 64}
SOUND_MM_S = 1.54e6


@pytest.fixture(scope="module")
def scans() -> dict[str, Scan]:
    """A scan by every probe of fat, muscle, a vessel, bone and what is not patient; the same for all examples."""
    parts = {
        "fat": (None, -6.0, 1.35),
        "muscle": (below(6.0), 0.0, 1.73),
        "blood": (cylinder(0.0, 14.0, 3.0), -40.0, 1.66),
        "cortical_bone": (below(22.0, 0.2), 0.0, 6.71),
    }
    tube = np.array([[0.0, 14.0, 20.0], [0.0, 14.0, 0.0], [0.0, 14.0, -20.0]])
    patient = phantom(parts, seed=2, vessel=(tube, 3.0))
    return {probe_id: Scan(patient, load_atlas().probe(probe_id), **SIZE, seed=5) for probe_id in PROBES}


@st.composite
def scanners(draw: st.DrawFn, probe: ProbeModel) -> ScannerControl:
    """All knobs, within what the probe can do; see `require_scanner`."""
    depth = draw(st.floats(probe.depth_min_mm.value, probe.depth_max_mm.value))
    low, high = probe.frequency_min_hz.value, probe.frequency_max_hz.value
    harmonic = 2 * low <= high and draw(st.booleans())
    width = probe.width_mm.value
    corner = (draw(st.floats(-width / 2, width / 2 - 1)), draw(st.floats(0, depth - 1)))
    box = (*corner, corner[0] + draw(st.floats(1, width)), min(corner[1] + draw(st.floats(1, depth)), 300.0))
    steer = min(probe.steer_max_rad.value, 0.52)
    tilt = draw(st.floats(-steer, steer))
    deepest = max(depth, box[3], corner[1] + 10) / np.cos(tilt)
    convex = probe.shape == "linear" and draw(st.booleans())
    return ScannerControl(
        mode=draw(st.sampled_from(Mode)),
        depth_mm=depth,
        frequency_hz=draw(st.floats(low, high / 2 if harmonic else high)),
        gain_db=draw(st.floats(-40, 40)),
        dynamic_range_db=draw(st.floats(30, 100)),
        focus_mm=draw(st.floats(3, depth)),
        tgc_db=tuple(draw(st.lists(st.floats(-20, 20), min_size=8, max_size=8))),
        color_box_mm=box,
        color_steer_rad=tilt,
        prf_hz=draw(st.floats(200, min(20_000, float(SOUND_MM_S / (2 * deepest))))),
        color_gain_db=draw(st.floats(-30, 30)),
        harmonic=harmonic,
        compound_angles=1 if probe.shape == "phased" or convex else draw(st.sampled_from(COMPOUND_ANGLES)),
        needle_steer_rad=draw(st.floats(-0.35, 0.35)) if probe.shape == "linear" and not convex else 0.0,
        virtual_convex=convex,
        persistence=draw(st.floats(0, 0.9)),
        grey_map=draw(st.sampled_from(GreyMap)),
        edge_enhancement=draw(st.floats(0, 1)),
        speckle_reduction=draw(st.floats(0, 1)),
        transmit_db=draw(st.floats(-30, 0)),
        gate_mm=corner,
        gate_length_mm=draw(st.floats(0.5, 20)),
        gate_angle_rad=draw(st.floats(-1.22, 1.22)),
    )


@st.composite
def poses(draw: st.DrawFn) -> Pose:
    """On the patient, beside it, pressed in or lifted off, and held every way that a hand can."""
    held = ProbeControl(
        tilt_rad=draw(st.floats(-1.2, 1.2)),
        rock_rad=draw(st.floats(-0.8, 0.8)),
        rotate_rad=draw(st.floats(-6.28, 6.28)),
    ).pose()
    place = draw(st.tuples(st.floats(-150, 150), st.floats(-40, 30), st.floats(-150, 150)))
    at = np.array(place) * draw(st.sampled_from((0.0, 0.1, 1.0)))
    return Pose(to_space=Space.PATIENT, from_space=Space.PROBE, rotation=held.rotation, translation_mm=at)


@st.composite
def needles(draw: st.DrawFn) -> NeedleShape:
    """Straight or bent, in the plane or across it, its bevel any way."""
    ends = [draw(st.tuples(st.floats(-40, 40), st.floats(-5, 45), st.floats(-10, 10))) for _ in range(2)]
    bend = np.array([0.0, draw(st.floats(-3, 3)), draw(st.floats(-3, 3))])
    first, last = np.array(ends[0]), np.array(ends[1]) + 0.01
    turn = draw(st.floats(0, 6.3))
    return NeedleShape(
        points_mm=np.array([first, (first + last) / 2 + bend, last]),
        outer_diameter_mm=draw(st.floats(0.3, 2.0)),
        inner_diameter_mm=0.2,
        bevel=np.array([np.cos(turn), -np.sin(turn), 0.0]),
        bevel_length_mm=draw(st.floats(0.3, 4)),
    )


@st.composite
def views(draw: st.DrawFn, probe: ProbeModel) -> View:
    """A view with or without needle, deformation, fluid and contact."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    moved, fluid, lost = None, None, None
    if draw(st.booleans()):
        grid = rng.normal(0.0, draw(st.floats(0, 3)), (6, 6, 6, 3)).astype(np.float32)
        moved = Deformation(origin_mm=np.full(3, -10.0), spacing_mm=5.0, to_rest_zxy_mm=-grid, to_now_zxy_mm=grid)
    if draw(st.booleans()):
        fluid = InjectateField(
            origin_mm=np.array([-4.0, 8.0, -4.0]),
            spacing_mm=1.0,
            fraction_zxy=rng.random((8, 8, 8), np.float32),
            volume_ml=draw(st.sampled_from((0.0, 0.25))),
        )
    if draw(st.booleans()):
        lost = np.clip(rng.normal(draw(st.floats(0, 1)), 0.3, SIZE["n_lines"]), 0, 1)
    return View(
        T_patient_probe=draw(poses()),
        scanner=draw(scanners(probe)),
        time_s=draw(st.floats(0, 100)),
        sequence=draw(st.integers(0, 12)),
        needle=draw(st.none() | needles()),
        deformation=moved,
        injectate=fluid,
        flow_m_s=draw(st.sampled_from((None, {3: 0.0}, {3: 0.4}, {3: -2.0}))),
        contact=lost,
    )


def _not_finite(*groups: Any) -> list[str]:
    """Names of the arrays that hold a number that is not finite; field by field of named tuples."""
    found: list[str] = []
    for group in groups:
        for name, array in group._asdict().items():
            if isinstance(array, np.ndarray) and array.dtype.kind in "fc" and not np.isfinite(array).all():
                found.append(f"{type(group).__name__}.{name}")
    return found


@pytest.mark.parametrize("probe_id", PROBES)
@settings(max_examples=50)
@given(data=st.data())
def test_no_setting_and_no_pose_brings_nan(scans: dict[str, Scan], probe_id: str, data: st.DataObject) -> None:
    """Where NaN would show: in what is detected, and in the buffers that it is made of; grey values cannot hold it."""
    scan = scans[probe_id]
    view = data.draw(views(scan.probe))
    amplitude = scan.envelope(view, noise=True)
    assert np.isfinite(amplitude).all()
    assert (amplitude >= 0.0).all()
    picture = scan.frame(view)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.shape == (picture.geometry.n_lines, picture.geometry.n_samples)
    assert _not_finite(scan._grid, scan._marched) == []  # pyright: ignore[reportPrivateUsage]
    if picture.color is not None:
        assert np.abs(picture.color.velocity.astype(int)).max(initial=0) <= 127
        assert picture.color.velocity.shape == picture.color.has_flow.shape
        assert picture.color.nyquist_m_s > 0
        assert np.isfinite(picture.color.nyquist_m_s)


@pytest.mark.parametrize("probe_id", PROBES)
def test_presets_show_something(scans: dict[str, Scan], probe_id: str) -> None:
    """Of muscle under the probe: neither black nor white."""
    for preset in load_atlas().presets.values():
        if preset.probe == probe_id:
            view = View(T_patient_probe=ProbeControl().pose(), scanner=preset.scanner(), time_s=0.0, sequence=0)
            pixels = scans[probe_id].frame(view).pixels
            assert 2 < pixels.mean() < 200, preset.id
