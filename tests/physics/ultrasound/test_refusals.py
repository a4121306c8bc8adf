"""Knobs that a probe does not have are refused, with what arrived and what is allowed."""

import re
from dataclasses import replace
from math import nextafter

import pytest

from inplane.atlas import ProbeModel, load_atlas
from inplane.core import FormatError, InputError, Mode, RangeError, ScannerControl
from inplane.physics.ultrasound import require_doppler, require_scanner

PROBES = load_atlas().probes


@pytest.fixture(params=sorted(PROBES))
def probe(request: pytest.FixtureRequest) -> ProbeModel:
    return PROBES[request.param]


def _possible(probe: ProbeModel) -> ScannerControl:
    """The middle of what a probe offers."""
    depth = (probe.depth_min_mm.value + probe.depth_max_mm.value) / 2
    angles = 1 if probe.shape == "phased" else 3
    return ScannerControl(
        depth_mm=depth,
        focus_mm=depth / 2,
        frequency_hz=probe.frequency_default_hz.value,
        compound_angles=angles,
    )


def test_what_a_probe_offers_is_allowed_to_its_ends(probe: ProbeModel) -> None:
    scanner = _possible(probe)
    for depth in (probe.depth_min_mm.value, probe.depth_max_mm.value):
        require_scanner(replace(scanner, depth_mm=depth, focus_mm=3.0), probe)
        require_scanner(replace(scanner, depth_mm=depth, focus_mm=depth), probe)
    for frequency in (probe.frequency_min_hz.value, probe.frequency_max_hz.value):
        require_scanner(replace(scanner, frequency_hz=frequency), probe)
    for steer in (-probe.steer_max_rad.value, probe.steer_max_rad.value):
        require_scanner(replace(scanner, color_steer_rad=max(min(steer, 0.52), -0.52)), probe)


@pytest.mark.parametrize("preset_id", load_atlas().presets)
def test_presets_are_allowed(preset_id: str) -> None:
    preset = load_atlas().preset(preset_id)
    require_scanner(preset.scanner(), PROBES[preset.probe])


def test_no_scanner_shows_no_depth() -> None:
    with pytest.raises(RangeError, match="depth_mm is 0.0 mm. Expected a number from 10 to 300 mm"):
        ScannerControl(depth_mm=0.0)


def test_a_depth_that_the_probe_lacks(probe: ProbeModel) -> None:
    low, high = probe.depth_min_mm.value, probe.depth_max_mm.value
    for depth in (nextafter(low, 0), nextafter(high, 1e3)):
        if 10 <= depth <= 300:
            told = rf"depth_mm of .* is {depth!r} mm. Expected a number from {low:g} to {high:g} mm"
            with pytest.raises(RangeError, match=told):
                require_scanner(replace(_possible(probe), depth_mm=depth, focus_mm=3.0), probe)


def test_a_focus_below_the_picture(probe: ProbeModel) -> None:
    scanner = _possible(probe)
    told = rf"focus_mm within the picture's depth is .* mm. Expected a number from 3 to {scanner.depth_mm:g} mm"
    with pytest.raises(RangeError, match=told):
        require_scanner(replace(scanner, focus_mm=nextafter(scanner.depth_mm, 1e3)), probe)


def test_a_frequency_that_the_probe_lacks(probe: ProbeModel) -> None:
    low, high = probe.frequency_min_hz.value, probe.frequency_max_hz.value
    for frequency in (nextafter(low, 0), nextafter(high, 1e9)):
        if frequency >= 1e6:
            with pytest.raises(RangeError, match=r"frequency_hz of .* Hz. Expected a number from .* to .* Hz"):
                require_scanner(replace(_possible(probe), frequency_hz=frequency), probe)


def test_a_virtual_convex_of_what_fans_out_anyway(probe: ProbeModel) -> None:
    scanner = replace(_possible(probe), virtual_convex=True, compound_angles=1)
    if probe.shape == "linear":
        require_scanner(scanner, probe)
    else:
        with pytest.raises(InputError, match=f"virtual_convex of {re.escape(probe.name)} is True. Expected False"):
            require_scanner(scanner, probe)


@pytest.mark.parametrize("angles", [1, 3, 5])
def test_compounding_by_a_phased_array(probe: ProbeModel, angles: int) -> None:
    """Each of its lines is steered already, and all leave the same aperture: there is no second angle to a place."""
    scanner = replace(_possible(probe), compound_angles=angles)
    if probe.shape != "phased" or angles == 1:
        require_scanner(scanner, probe)
    else:
        with pytest.raises(InputError, match=f"compound_angles of {re.escape(probe.name)} is {angles}. Expected 1"):
            require_scanner(scanner, probe)


def test_steering_beyond_the_probe(probe: ProbeModel) -> None:
    most = probe.steer_max_rad.value
    for steer in (-most - 0.01, most + 0.01):
        if abs(steer) <= 0.52:
            told = rf"color_steer_rad of .* is {steer!r} rad. Expected a number from -{most:g} to {most:g} rad"
            with pytest.raises(RangeError, match=told):
                require_scanner(replace(_possible(probe), color_steer_rad=steer), probe)


def test_pulses_that_follow_before_echoes_are_back(probe: ProbeModel) -> None:
    """PRF <= c / 2 depth of the box, or of the end of the gate; in B-mode the knob does nothing."""
    deep = probe.depth_max_mm.value
    box, most = (-5.0, deep - 10.0, 5.0, deep), 1.54e6 / (2 * deep)
    scanner = replace(_possible(probe), depth_mm=deep, color_box_mm=box, gate_mm=(0.0, deep - 1.0), gate_length_mm=2.0)
    for mode in (Mode.COLOR, Mode.POWER, Mode.PW):
        require_doppler(replace(scanner, mode=mode, prf_hz=min(0.999 * most, 20_000)))
        if 1.01 * most <= 20_000:
            with pytest.raises(RangeError, match="prf_hz .* is .* Hz. Expected a number from 200 to .* Hz"):
                require_doppler(replace(scanner, mode=mode, prf_hz=1.01 * most))
    require_doppler(replace(scanner, mode=Mode.B, prf_hz=20_000))


def test_a_virtual_convex_cannot_compound() -> None:
    probe = PROBES["linear_12_4"]
    with pytest.raises(FormatError, match="compound_angles of .* is 3. Expected 1: its lines are steered already"):
        require_scanner(replace(_possible(probe), virtual_convex=True, compound_angles=3), probe)


def test_a_harmonic_that_the_probe_cannot_receive(probe: ProbeModel) -> None:
    low, half = probe.frequency_min_hz.value, probe.frequency_max_hz.value / 2
    if low <= half:
        require_scanner(replace(_possible(probe), harmonic=True, frequency_hz=half), probe)
    with pytest.raises(RangeError, match=r"frequency_hz for harmonics of .* Hz. Expected a number from .* to .* Hz"):
        require_scanner(replace(_possible(probe), harmonic=True, frequency_hz=max(low, nextafter(half, 1e9))), probe)
