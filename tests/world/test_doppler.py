"""Doppler of a beating room: the gate hears the artery's pulse, indices are told, what cannot be is refused."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.anatomy import Patient, heartbeat
from inplane.atlas import load_atlas
from inplane.core import Control, Frame, Mode, ProbeControl, RangeError, ScannerControl
from inplane.physics.ultrasound import mechanical_index, thermal_index
from inplane.physics.ultrasound.spectrum import VELOCITIES
from inplane.world import World

ARTERY = (12.0, 18.0)
"""Where tests/block.py has it, in the image of a probe across the leg, whose x runs against the patient's."""
PULSED = ScannerControl(
    mode=Mode.PW, frequency_hz=6e6, depth_mm=40.0, prf_hz=18_000.0, gate_mm=ARTERY, gate_length_mm=3.0
)


@pytest.fixture(scope="module")
def world(block: Patient) -> World:
    atlas = load_atlas()
    probe, needle = atlas.probe("linear_12_4"), atlas.needle("22g_80mm")
    return World(block, probe=probe, needle=needle, seed=3, n_lines=64, n_samples=128)


def _frames(world: World, scanner: ScannerControl, seconds: float, *, tilt_rad: float = 0.5) -> list[Frame]:
    world.reset()
    out: list[Frame] = []
    for _ in range(round(30 * seconds)):
        world.step(Control(probe=ProbeControl(tilt_rad=tilt_rad, press_n=2.0), scanner=scanner), 1 / 30)
        out.append(world.observe())
    return out


def test_the_gate_hears_the_pulse(world: World, block: Patient) -> None:
    """Two beats: the spectrum's middle follows the heart's wave, and no spectrum is left out or comes twice."""
    shown = replace(PULSED, gate_mm=_seen_artery(world))
    frames = _frames(world, shown, 2.0)
    spectra = [frame.spectral for frame in frames if frame.spectral is not None]
    assert len(spectra) == len(frames)
    times = np.concatenate([one.first_s + one.step_s * np.arange(len(one.spectrum)) for one in spectra])
    np.testing.assert_allclose(np.diff(times), spectra[0].step_s, rtol=1e-6)
    grey = np.concatenate([one.spectrum for one in spectra]).astype(float)
    share = 2 * np.arange(VELOCITIES) / VELOCITIES - 1
    middle = (grey**2 * share).sum(axis=1) / np.maximum((grey**2).sum(axis=1), 1)
    wave = np.array([heartbeat(block.physiology, time)[1] for time in times])
    fast = np.abs(wave) > 0.15
    sign = np.sign((middle * wave).sum())
    assert np.corrcoef(sign * middle[fast], wave[fast])[0, 1] > 0.9
    assert (np.sign(sign * middle[fast]) == np.sign(wave[fast])).mean() > 0.95


def _seen_artery(world: World) -> tuple[float, float]:
    """Where power Doppler shows most flow at the artery's systole, IMAGE mm; the probe is tilted."""
    power = replace(PULSED, mode=Mode.POWER, color_box_mm=(4.0, 8.0, 19.0, 30.0))
    frame = _frames(world, power, 0.2)[4]
    color = frame.color
    assert color is not None
    line, sample = np.nonzero(color.has_flow)
    assert len(line) > 20
    x, y = frame.geometry.to_mm((line.mean() + color.first_line, sample.mean() + color.first_sample))
    return float(x), float(y)


def test_indices_are_in_the_signals(world: World) -> None:
    (frame,) = _frames(world, PULSED, 1 / 30)
    assert frame.signals.mechanical_index == mechanical_index(PULSED, world.probe)
    assert frame.signals.thermal_index == thermal_index(PULSED, world.probe)


def test_no_time_no_sound(world: World) -> None:
    _frames(world, PULSED, 0.1)
    spectral = world.observe().spectral
    assert spectral is not None
    assert (len(spectral.audio), len(spectral.spectrum)) == (0, 0)


def test_pulses_that_would_meet_are_refused_before_anything_moves(world: World) -> None:
    before = world.time_s
    deep = replace(PULSED, depth_mm=80.0, gate_mm=(0.0, 74.0), gate_length_mm=4.0, prf_hz=12_000.0)
    with pytest.raises(RangeError, match=r"prf_hz for a gate 76.0 mm deep is 12000.0 Hz. Expected .* to 10131.6 Hz"):
        world.step(Control(scanner=deep), 0.1)
    assert world.time_s == before
