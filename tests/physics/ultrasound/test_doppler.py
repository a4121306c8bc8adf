"""Power Doppler: its level, that it has no direction and no aliasing, and its flash."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.core import POWER_SPAN_DB, ColorFlow, Mode, ProbeControl, ScannerControl
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.doppler import BLOOD
from inplane.physics.ultrasound.phantom import phantom
from inplane.physics.ultrasound.receive import NOISE

TILT_RAD = 0.5


@pytest.fixture(scope="module")
def scan() -> Scan:
    """A tube of 6 mm, 0.5 rad to the face, through (0, 20)."""
    along = np.linspace(-40.0, 40.0, 161)
    axis = np.stack([along * np.cos(TILT_RAD), 20.0 + along * np.sin(TILT_RAD), 0.0 * along], axis=-1)

    def lumen(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        return np.hypot((y - 20.0) * np.cos(TILT_RAD) - x * np.sin(TILT_RAD), z) < 3.0

    parts = {"muscle": (None, 0.0, 1.73), "blood": (lumen, -40.0, 1.66)}
    return Scan(phantom(parts, seed=3, vessel=(axis, 3.0)), load_atlas().probe("linear_12_4"), seed=3)


def _seen(scan: Scan, mean_m_s: float, *, moved_mm: float = 0.0, **knobs: object) -> ColorFlow:
    scanner = ScannerControl(mode=Mode.POWER, frequency_hz=6e6, color_box_mm=(-12.0, 8.0, 12.0, 32.0))
    scanner = replace(scanner, **knobs)  # pyright: ignore[reportArgumentType]
    color = None
    for sequence in range(2):
        pose = ProbeControl(z_mm=moved_mm * sequence).pose()
        view = View(
            T_patient_probe=pose, scanner=scanner, time_s=sequence / 30, sequence=sequence, flow_m_s={2: mean_m_s}
        )
        color = scan.frame(view).color
    assert color is not None
    return color


def _middle(color: ColorFlow) -> tuple[slice, slice]:
    line, sample = 96 - color.first_line, 256 - color.first_sample
    return slice(line - 4, line + 4), slice(sample - 8, sample + 8)


def test_level_is_that_of_blood_over_noise(scan: Scan) -> None:
    """(BLOOD through)² + 2 noise² over 2 noise², where the wall filter lets all pass."""
    color = _seen(scan, -0.15)
    assert color.power is not None
    gain = float(scan._marched.through[92:100, 248:264].mean())  # pyright: ignore[reportPrivateUsage]
    noise = NOISE * 0.6
    expected = 10 * np.log10((float(BLOOD) * gain) ** 2 / (2 * noise**2) + 1)
    assert color.power[_middle(color)].mean() / 255 * POWER_SPAN_DB == pytest.approx(expected, abs=1.0)
    assert color.has_flow[_middle(color)].all()


def test_it_knows_neither_direction_nor_nyquist(scan: Scan) -> None:
    levels = []
    for mean_m_s in (-0.15, 0.15, -0.6):
        color = _seen(scan, mean_m_s)
        assert color.power is not None
        assert not color.velocity.any()
        levels.append(float(color.power[_middle(color)].mean()))
    assert levels == pytest.approx([levels[0]] * 3, rel=0.1)


def test_still_blood_and_still_muscle_are_dark_and_gain_brings_noise(scan: Scan) -> None:
    flowing, still = _seen(scan, -0.15), _seen(scan, 0.0)
    assert flowing.has_flow.mean() > 0.2
    assert still.has_flow.mean() < 0.002
    noisy = _seen(scan, 0.0, color_gain_db=3.0)
    assert 0.3 < noisy.has_flow.mean() <= 1.0


def test_a_probe_that_slides_flashes(scan: Scan) -> None:
    """60 mm/s across the plane: all of the box lights up."""
    assert _seen(scan, 0.0, moved_mm=2.0).has_flow.mean() > 0.8


def test_color_still_has_no_power(scan: Scan) -> None:
    color = _seen(scan, -0.15, mode=Mode.COLOR)
    assert color.power is None
    assert color.velocity[_middle(color)].mean() > 20
