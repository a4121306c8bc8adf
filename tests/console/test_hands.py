"""From the hands on the page to a control in the patient."""

from dataclasses import replace
from math import degrees

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.console.hands import (
    HandsToControl,
    Start,
    aim,
    needle_now,
    probe_control,
    scanner_control,
    starting_hands,
)
from inplane.console.messages import NeedleHand, PlungerHand
from inplane.console.page_info import NeedleInfo, ProbeInfo
from inplane.core import FormatError, GreyMap, Mode, NeedleControl, ProbeControl, RangeError, ScannerControl

WIDTH = 38.4
PROBE = ProbeInfo(
    id="p",
    name="Probe",
    width_mm=WIDTH,
    frequency_min_mhz=4,
    frequency_max_mhz=12,
    depth_min_mm=20,
    depth_max_mm=80,
)
NEEDLE = NeedleInfo(id="n", name="Needle", length_mm=80)
HANDS = starting_hands(1, Start(probe=ProbeControl(x_mm=5, z_mm=-3), scanner=ScannerControl()))
HAND = HANDS.needle

angles = st.floats(-3.1, 3.1)
tilts = st.floats(-0.6, 0.6)


@given(
    rotate=angles,
    tilt=tilts,
    rock=st.floats(-0.3, 0.3),
    steep=st.floats(5, 80),
    deep=st.floats(0, 6),
    end=st.sampled_from(["marker", "other"]),
)
def test_without_yaw_and_offset_the_needle_lies_in_the_imaging_plane(
    rotate: float, tilt: float, rock: float, steep: float, deep: float, end: str
) -> None:
    probe = ProbeControl(x_mm=10, z_mm=4, rotate_rad=rotate, tilt_rad=tilt, rock_rad=rock)
    hand = replace(HAND, steepness_deg=steep, end=end)
    x, z, heading, steepness = aim(probe, hand, probe_width_mm=WIDTH, indentation_mm=deep)
    needle = NeedleControl(entry_x_mm=x, entry_z_mm=z, heading_rad=heading, steepness_rad=steepness)
    T_image_patient = probe.pose(deep).inverse()
    entry = T_image_patient.apply([x, 0.0, z])
    direction = T_image_patient.rotate(needle.direction())
    assert entry[2] == pytest.approx(0, abs=1e-6)
    assert direction[2] == pytest.approx(0, abs=1e-6)
    outward = 1 if end == "marker" else -1
    assert entry[0] == pytest.approx(outward * (WIDTH / 2 + hand.distance_mm), abs=1e-6)
    if abs(rock) < 1e-9:
        assert direction[0] * outward < 0


def test_the_marked_end_of_a_transverse_probe_is_the_patients_right() -> None:
    x, z, heading, steepness = aim(ProbeControl(), HAND, probe_width_mm=WIDTH)
    assert (x, z) == pytest.approx((-WIDTH / 2 - HAND.distance_mm, 0))
    assert heading == pytest.approx(0)
    assert degrees(steepness) == pytest.approx(HAND.steepness_deg)


def test_offset_and_yaw_leave_the_plane() -> None:
    straight = aim(ProbeControl(), HAND, probe_width_mm=WIDTH)
    beside = aim(ProbeControl(), replace(HAND, offset_mm=3.0), probe_width_mm=WIDTH)
    assert np.hypot(beside[0] - straight[0], beside[1] - straight[1]) == pytest.approx(3)
    turned = aim(ProbeControl(), replace(HAND, yaw_deg=10.0), probe_width_mm=WIDTH)
    assert degrees(abs(turned[2] - straight[2])) == pytest.approx(10)


def test_once_in_the_skin_the_puncture_stays_and_the_probe_may_go() -> None:
    converter = HandsToControl(PROBE, NEEDLE)
    inside = replace(HANDS, needle=replace(HAND, advance_mm=10.0))
    first = converter.control(inside, needle_allowed=True).needle
    away = replace(inside, probe=replace(HANDS.probe, x_mm=30.0, rotate_deg=40.0))
    second = converter.control(away, needle_allowed=True).needle
    assert second == first
    out = replace(away, needle=replace(HAND, advance_mm=0.0))
    third = converter.control(out, needle_allowed=True).needle
    assert third.entry_x_mm != first.entry_x_mm


@pytest.mark.parametrize("end", ["marker", "other"])
def test_in_the_skin_yaw_and_steepness_turn_the_needle_as_outside_it(end: str) -> None:
    converter = HandsToControl(PROBE, NEEDLE)
    hand: NeedleHand = replace(HAND, end=end, advance_mm=10.0)
    converter.control(replace(HANDS, needle=hand), needle_allowed=True)
    bent = replace(hand, yaw_deg=4.0, steepness_deg=hand.steepness_deg + 5)
    inside = converter.control(replace(HANDS, needle=bent), needle_allowed=True).needle
    fresh = HandsToControl(PROBE, NEEDLE).control(replace(HANDS, needle=bent), needle_allowed=True).needle
    assert inside.heading_rad == pytest.approx(fresh.heading_rad)
    assert inside.steepness_rad == pytest.approx(fresh.steepness_rad)


def test_needle_and_plunger_rest_until_they_are_allowed() -> None:
    hands = replace(HANDS, needle=replace(HAND, advance_mm=10.0), plunger=PlungerHand(injected_ml=2.0, aspirations=1))
    control = HandsToControl(PROBE, NEEDLE).control(hands, needle_allowed=False)
    assert control.needle.advance_mm == 0
    assert control.plunger.injected_ml == 0


def test_the_needle_goes_no_deeper_than_it_is_long() -> None:
    hands = replace(HANDS, needle=replace(HAND, advance_mm=200.0))
    assert HandsToControl(PROBE, NEEDLE).control(hands, needle_allowed=True).needle.advance_mm == 80


def test_knobs_are_kept_within_what_the_probe_can_do() -> None:
    knobs = replace(HANDS.scanner, depth_mm=140.0, frequency_mhz=20.0, mode=Mode.COLOR)
    scanner = scanner_control(knobs, PROBE)
    assert (scanner.depth_mm, scanner.frequency_hz, scanner.mode) == (80, 12e6, Mode.COLOR)


def test_every_knob_goes_to_the_page_and_back() -> None:
    scanner = ScannerControl(
        mode=Mode.PW,
        depth_mm=55.0,
        frequency_hz=7e6,
        color_steer_rad=0.2,
        harmonic=True,
        compound_angles=5,
        virtual_convex=True,
        persistence=0.4,
        grey_map=GreyMap.SOFT,
        edge_enhancement=0.6,
        speckle_reduction=0.55,
        transmit_db=-6.0,
        gate_mm=(3.0, 21.0),
        gate_length_mm=1.5,
        gate_angle_rad=-0.7,
    )
    knobs = starting_hands(1, Start(probe=ProbeControl(), scanner=scanner)).scanner
    assert knobs.gate_angle_deg == pytest.approx(-40.107, abs=1e-3)
    back = scanner_control(knobs, PROBE)
    assert back.gate_angle_rad == pytest.approx(-0.7)
    assert back.color_steer_rad == pytest.approx(0.2)
    assert replace(back, gate_angle_rad=-0.7, color_steer_rad=0.2) == scanner


def test_needles_beam_goes_to_the_page_and_back_but_not_with_a_virtual_convex() -> None:
    knobs = starting_hands(1, Start(probe=ProbeControl(), scanner=ScannerControl(needle_steer_rad=0.25))).scanner
    assert scanner_control(knobs, PROBE).needle_steer_rad == pytest.approx(0.25)
    assert scanner_control(replace(knobs, virtual_convex=True), PROBE).needle_steer_rad == 0.0


def test_impossible_hands_are_refused() -> None:
    with pytest.raises(RangeError, match="probe press_n"):
        probe_control(replace(HANDS.probe, press_n=41.0))
    with pytest.raises(RangeError, match="plunger injected_ml"):
        HandsToControl(PROBE, NEEDLE).control(
            replace(HANDS, plunger=PlungerHand(injected_ml=-1.0, aspirations=0)), needle_allowed=True
        )
    with pytest.raises(FormatError, match="color_box_mm"):
        scanner_control(replace(HANDS.scanner, color_box_mm=(1.0, 1.0, 0.0, 2.0)), PROBE)


def test_the_map_is_told_in_degrees() -> None:
    control = HandsToControl(PROBE, NEEDLE).control(HANDS, needle_allowed=True)
    now = needle_now(control)
    assert not now.inserted
    assert now.steepness_deg == pytest.approx(HAND.steepness_deg)
