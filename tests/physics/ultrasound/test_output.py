"""Indices scale as their formulas say, and Doppler's pulses wait for one another."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import Mode, RangeError, ScannerControl
from inplane.physics.ultrasound import mechanical_index, prf_limit_hz, require_doppler, thermal_index
from inplane.physics.ultrasound.output import MI_AT_PRESET, MI_LIMIT, TI_LIMIT

PROBE = load_atlas().probe("linear_12_4")
PRESET = ScannerControl(frequency_hz=PROBE.frequency_default_hz.value, focus_mm=20.0)


def test_mi_is_the_preset_s_and_follows_pressure() -> None:
    assert mechanical_index(PRESET, PROBE) == pytest.approx(MI_AT_PRESET)
    half = replace(PRESET, transmit_db=-20 * np.log10(2))
    assert mechanical_index(half, PROBE) == pytest.approx(MI_AT_PRESET / 2)
    quiet = replace(PRESET, transmit_db=-30.0)
    assert thermal_index(quiet, PROBE) == pytest.approx(thermal_index(PRESET, PROBE) / 1000)


def test_mi_falls_with_frequency_as_derating_root_and_focus_say() -> None:
    """p ~ 1 / sqrt(lambda) and the lens at its focus's depth; 0.3 dB/cm/MHz of 2 cm; 1 / sqrt(f)."""
    low, high = (replace(PRESET, frequency_hz=f, focus_mm=20.0, transmit_db=-20.0) for f in (5e6, 10e6))
    height, lens = PROBE.elevation_aperture_mm.value, PROBE.elevation_focus_mm.value
    across = [np.hypot(1.54e6 / f * 20.0 / height, height * (1 - 20.0 / lens)) for f in (5e6, 10e6)]
    gain = np.sqrt(2) * np.sqrt(max(height / across[1], 1) / max(height / across[0], 1))
    expected = gain * 10 ** (-0.3 * 5 * 2 / 20) / np.sqrt(2)
    assert mechanical_index(high, PROBE) / mechanical_index(low, PROBE) == pytest.approx(expected)


@pytest.mark.parametrize("frequency_hz", [4e6, 8e6, 12e6])
@pytest.mark.parametrize("focus_mm", [3.0, 20.0, 80.0])
@pytest.mark.parametrize("mode", list(Mode))
def test_no_setting_exceeds_the_limits(frequency_hz: float, focus_mm: float, mode: Mode) -> None:
    scanner = ScannerControl(mode=mode, depth_mm=90.0, frequency_hz=frequency_hz, focus_mm=focus_mm, prf_hz=8000.0)
    assert 0 < mechanical_index(scanner, PROBE) <= MI_LIMIT + 1e-9
    assert 0 < thermal_index(scanner, PROBE) <= TI_LIMIT


def test_ti_grows_with_pulses_and_with_narrower_boxes() -> None:
    image = thermal_index(PRESET, PROBE)
    pulsed = replace(PRESET, mode=Mode.PW)
    slow, fast = (thermal_index(replace(pulsed, prf_hz=prf), PROBE) for prf in (2000.0, 4000.0))
    assert fast == pytest.approx(2 * slow)
    assert slow > image
    wide, narrow = (
        thermal_index(replace(PRESET, mode=Mode.COLOR, color_box_mm=(-half, 10.0, half, 20.0)), PROBE)
        for half in (15.0, 6.0)
    )
    assert narrow > wide > image
    long = thermal_index(replace(pulsed, prf_hz=2000.0, gate_length_mm=4.0), PROBE)
    assert long == pytest.approx(2 * slow)


@pytest.mark.parametrize(
    ("knobs", "message"),
    [
        ({"mode": Mode.COLOR, "depth_mm": 90.0, "color_box_mm": (-5.0, 20.0, 5.0, 77.0), "prf_hz": 10_001.0},
         r"prf_hz for a color box 77.0 mm deep is 10001.0 Hz. Expected a number from 200 to 10000 Hz"),
        ({"mode": Mode.POWER, "depth_mm": 77.0, "color_box_mm": (-5.0, 20.0, 5.0, 99.0), "prf_hz": 10_001.0},
         r"prf_hz for a color box 77.0 mm deep is 10001.0 Hz"),
        ({"mode": Mode.PW, "depth_mm": 90.0, "gate_mm": (0.0, 75.0), "gate_length_mm": 4.0, "prf_hz": 10_001.0},
         r"prf_hz for a gate 77.0 mm deep is 10001.0 Hz. Expected a number from 200 to 10000 Hz"),
        ({"mode": Mode.PW, "depth_mm": 30.0, "gate_mm": (0.0, 31.0)},
         r"gate_mm y within the picture's depth is 31.0 mm. Expected a number from 0 to 30 mm"),
    ],
)  # fmt: skip
def test_pulses_that_would_meet_are_refused(knobs: dict[str, object], message: str) -> None:
    """c / (2 x 77 mm) = 10 kHz."""
    scanner = replace(ScannerControl(), **knobs)  # pyright: ignore[reportArgumentType]
    with pytest.raises(RangeError, match=message):
        require_doppler(scanner)
    require_doppler(replace(scanner, mode=Mode.B))


def test_the_limit_is_that_of_the_steered_path() -> None:
    scanner = ScannerControl(mode=Mode.PW, depth_mm=90.0, gate_mm=(0.0, 60.0), gate_length_mm=2.0, color_steer_rad=0.4)
    limit = 1.54e6 / 2 / 61.0 * np.cos(0.4)
    assert prf_limit_hz(scanner) == pytest.approx(limit)
    require_doppler(replace(scanner, prf_hz=limit - 1))
    assert prf_limit_hz(replace(scanner, mode=Mode.B)) == 20_000
    assert prf_limit_hz(replace(scanner, gate_mm=(0.0, 5.0))) == 20_000
