"""What hands can do has limits, and a pose follows from how the probe is held."""

from collections.abc import Callable
from math import nan, pi

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import (
    Control,
    FormatError,
    GreyMap,
    Mode,
    NeedleControl,
    PlungerControl,
    ProbeControl,
    RangeError,
    ScannerControl,
    Space,
)
from inplane.core.control import _KNOB_RANGES  # pyright: ignore[reportPrivateUsage]


@given(
    rotate=st.floats(-2 * pi, 2 * pi),
    tilt=st.floats(-1.2, 1.2),
    rock=st.floats(-0.8, 0.8),
    x=st.floats(-200, 200),
    z=st.floats(-200, 200),
)
def test_every_way_of_holding_the_probe_is_a_pose(rotate: float, tilt: float, rock: float, x: float, z: float) -> None:
    held = ProbeControl(x_mm=x, z_mm=z, rotate_rad=rotate, tilt_rad=tilt, rock_rad=rock)
    pose = held.pose(2.5)
    assert (pose.to_space, pose.from_space) == (Space.PATIENT, Space.PROBE)
    np.testing.assert_allclose(pose.translation_mm, (x, 2.5, z))
    assert pose.rotate([0, 1, 0])[1] > 0  # the beam always goes into the patient


def test_the_probe_as_it_is_held_first() -> None:
    pose = ProbeControl().pose()
    np.testing.assert_allclose(pose.rotate([1, 0, 0]), (-1, 0, 0), atol=1e-12)  # marker to the patient's right
    np.testing.assert_allclose(pose.rotate([0, 1, 0]), (0, 1, 0), atol=1e-12)  # beam to the back


def test_turning_the_marker_to_the_head() -> None:
    np.testing.assert_allclose(ProbeControl(rotate_rad=pi / 2).pose().rotate([1, 0, 0]), (0, 0, 1), atol=1e-12)


def test_tilt_swings_the_beam_to_the_probes_z() -> None:
    straight, tilted = ProbeControl().pose(), ProbeControl(tilt_rad=0.3).pose()
    assert tilted.rotate([0, 1, 0]) @ straight.rotate([0, 0, 1]) > 0


def test_rock_presses_the_marked_side_deeper() -> None:
    assert ProbeControl(rock_rad=0.3).pose().rotate([1, 0, 0])[1] > 0


@given(heading=st.floats(-2 * pi, 2 * pi), steepness=st.floats(0, pi / 2))
def test_the_needle_goes_forwards_and_never_out_of_the_skin(heading: float, steepness: float) -> None:
    direction = NeedleControl(heading_rad=heading, steepness_rad=steepness).direction()
    assert np.linalg.norm(direction) == pytest.approx(1)
    assert direction[1] >= 0


def test_headings() -> None:
    np.testing.assert_allclose(NeedleControl(heading_rad=0, steepness_rad=0).direction(), (1, 0, 0), atol=1e-12)
    np.testing.assert_allclose(NeedleControl(heading_rad=pi / 2, steepness_rad=0).direction(), (0, 0, 1), atol=1e-12)
    np.testing.assert_allclose(NeedleControl(steepness_rad=pi / 2).direction(), (0, 1, 0), atol=1e-12)


LIMITS: list[tuple[Callable[..., object], str, float, float]] = [
    (ProbeControl, "x_mm", -200, 200),
    (ProbeControl, "z_mm", -200, 200),
    (ProbeControl, "rotate_rad", -2 * pi, 2 * pi),
    (ProbeControl, "tilt_rad", -1.2, 1.2),
    (ProbeControl, "rock_rad", -0.8, 0.8),
    (ProbeControl, "press_n", 0, 40),
    (NeedleControl, "entry_x_mm", -200, 200),
    (NeedleControl, "entry_z_mm", -200, 200),
    (NeedleControl, "heading_rad", -2 * pi, 2 * pi),
    (NeedleControl, "steepness_rad", 0, pi / 2),
    (NeedleControl, "advance_mm", 0, 200),
    (NeedleControl, "bevel_rad", -2 * pi, 2 * pi),
    (PlungerControl, "injected_ml", 0, 100),
    (PlungerControl, "aspirations", 0, 1_000_000),
    (ScannerControl, "depth_mm", 10, 300),
    (ScannerControl, "frequency_hz", 1e6, 25e6),
    (ScannerControl, "gain_db", -40, 40),
    (ScannerControl, "dynamic_range_db", 30, 100),
    (ScannerControl, "focus_mm", 3, 300),
    (ScannerControl, "color_steer_rad", -0.52, 0.52),
    (ScannerControl, "prf_hz", 200, 20_000),
    (ScannerControl, "color_gain_db", -30, 30),
    (ScannerControl, "needle_steer_rad", -0.35, 0.35),
    (ScannerControl, "persistence", 0, 0.9),
    (ScannerControl, "edge_enhancement", 0, 1),
    (ScannerControl, "speckle_reduction", 0, 1),
    (ScannerControl, "transmit_db", -30, 0),
    (ScannerControl, "gate_length_mm", 0.5, 20),
    (ScannerControl, "gate_angle_rad", -1.22, 1.22),
]


@pytest.mark.parametrize(("make", "name", "low", "high"), LIMITS, ids=lambda value: getattr(value, "__name__", None))
def test_both_ends_are_allowed_and_nothing_beyond(
    make: Callable[..., object], name: str, low: float, high: float
) -> None:
    make(**{name: low})
    make(**{name: high})
    for beyond in (low - 1e-6 * max(1, abs(low)), high + 1e-6 * max(1, abs(high)), nan, float("inf")):
        with pytest.raises(RangeError, match=f"{name} is .*Expected a number from"):
            make(**{name: beyond})


def test_eight_sliders() -> None:
    with pytest.raises(FormatError, match="tgc_db has 3 sliders. Expected 8"):
        ScannerControl(tgc_db=(0.0, 0.0, 0.0))
    with pytest.raises(RangeError, match=r"tgc_db\[7\] is 21"):
        ScannerControl(tgc_db=(0.0,) * 7 + (21.0,))


def test_a_color_box_with_something_in_it() -> None:
    with pytest.raises(FormatError, match="Expected x0 < x1 and y0 < y1"):
        ScannerControl(color_box_mm=(1, 1, 1, 2))
    with pytest.raises(RangeError, match="color_box_mm y1 is nan"):
        ScannerControl(color_box_mm=(0, 0, 1, nan))


@pytest.mark.parametrize("angles", [1, 3, 5])
def test_angles_that_are_compounded(angles: int) -> None:
    assert ScannerControl(compound_angles=angles).compound_angles == angles


@pytest.mark.parametrize("angles", [0, 2, 4, 7, -1])
def test_other_numbers_of_angles_are_refused(angles: int) -> None:
    with pytest.raises(FormatError, match=rf"compound_angles is {angles}. Expected one of \(1, 3, 5\)"):
        ScannerControl(compound_angles=angles)


def test_a_gate_somewhere_near_the_patient() -> None:
    ScannerControl(gate_mm=(-300.0, 300.0))
    with pytest.raises(RangeError, match="gate_mm x is 301"):
        ScannerControl(gate_mm=(301.0, 0.0))
    with pytest.raises(RangeError, match="gate_mm y is nan"):
        ScannerControl(gate_mm=(0.0, nan))


def test_modes_and_grey_maps_have_names_that_travel() -> None:
    assert {mode.value for mode in Mode} == {"b", "color", "power", "m", "pw"}
    assert {grey.value for grey in GreyMap} == {"soft", "standard", "contrast", "linear"}
    assert ScannerControl().grey_map is GreyMap.STANDARD


def test_every_knob_that_has_a_range_is_tested() -> None:
    tested = {name for make, name, _, _ in LIMITS if make is ScannerControl}
    assert tested == set(_KNOB_RANGES)


def test_a_control_stands_for_itself() -> None:
    assert Control() == Control()
    assert hash(Control())
