"""What leaves the probe: limits of pulsed Doppler, and estimates of mechanical and thermal index.

One pulse travels at a time: PRF <= c / (2 D), D the deepest that is listened to (Jensen 1996, chapter 6).

    MI = p_r.3 / sqrt(f)            p_r.3 MPa derated by 0.3 dB/cm/MHz, f MHz (AIUM/NEMA UD 3; IEC 62359)
    TIS = P f / 210                 P mW: of a moving beam what leaves 1 cm of the face, of a standing one all (same)

Both are estimates of an imagined probe: its drive is set so that MI is MI_AT_PRESET at its default frequency and a
focus of FOCUS_MM, which gives the pressure at its face through the gain of two line foci, sqrt(A / (lambda F#)) each
way (Szabo 2014, chapter 6, two-dimensional apertures). Power is undone of no attenuation: it errs on the safe side.
"""

from dataclasses import replace

import numpy as np

from inplane.atlas import ProbeModel
from inplane.core import Mode, ScannerControl, require_range
from inplane.physics.ultrasound.beam import F_NUMBER
from inplane.physics.ultrasound.doppler import SOUND_M_S

DERATING_DB_CM_MHZ = 0.3
MI_AT_PRESET = 0.9
"""At full output. chosen: small-parts presets of scanners show 0.7 to 1.3."""
FOCUS_MM = 20.0
MI_LIMIT, TI_LIMIT = 1.9, 6.0
"""To which a scanner holds its output (FDA 510(k) guidance for diagnostic ultrasound, 2019, track 3: MI 1.9; TI 6)."""
IMPEDANCE = 1000.0 * SOUND_M_S
"""rho c of water, kg/(m² s)."""
B_CYCLES, COLOR_CYCLES = 1.5, 6.0
"""Cycles of a pulse. chosen: imaging pulses are as short as the bandwidth lets them, colour's four times as long."""
DOPPLER_PRESSURE_DB = -4.0
"""Pressure of long pulses against an image's. chosen: scanners lower it, so that TI and not MI limits Doppler."""


def deepest_mm(scanner: ScannerControl) -> float | None:
    """How deep Doppler listens, along its steered beam; None without Doppler."""
    if scanner.mode in (Mode.COLOR, Mode.POWER):
        down = min(scanner.color_box_mm[3], scanner.depth_mm)
    elif scanner.mode is Mode.PW:
        down = scanner.gate_mm[1] + 0.5 * scanner.gate_length_mm
    else:
        return None
    return max(down, 0.0) / float(np.cos(scanner.color_steer_rad))


def prf_limit_hz(scanner: ScannerControl) -> float:
    """c / (2 D), at most the knob's 20,000; that of any depth without Doppler."""
    deepest = deepest_mm(scanner)
    return 20_000.0 if not deepest else min(20_000.0, SOUND_M_S * 1e3 / (2.0 * deepest))


def require_doppler(scanner: ScannerControl) -> None:
    """Refuses a pulse repetition that Doppler's depth does not allow, and a gate below the picture.

    Raises:
        RangeError: PRF above c / (2 D), D the deepest point of box or gate; or a gate deeper than the picture.
    """
    deepest = deepest_mm(scanner)
    if deepest is None:
        return
    what = "gate" if scanner.mode is Mode.PW else "color box"
    require_range(f"prf_hz for a {what} {deepest:.1f} mm deep", scanner.prf_hz, 200, prf_limit_hz(scanner), "Hz")
    if scanner.mode is Mode.PW:
        require_range("gate_mm y within the picture's depth", scanner.gate_mm[1], 0, scanner.depth_mm, "mm")


def mechanical_index(scanner: ScannerControl, probe: ProbeModel) -> float:
    """MI at the focus, at most MI_LIMIT, to which the output is then held."""
    megahertz = scanner.frequency_hz / 1e6
    return _pressure_mpa(scanner, probe) * _derated(megahertz, scanner.focus_mm) / float(np.sqrt(megahertz))


def thermal_index(scanner: ScannerControl, probe: ProbeModel) -> float:
    """TIS, at most TI_LIMIT: of the picture, with the box's pulses besides; of the gate alone in PW, as the largest."""
    total = _image_mw(scanner, probe)
    if scanner.mode in (Mode.COLOR, Mode.POWER):
        total += _box_mw(scanner, probe)
    elif scanner.mode is Mode.PW:
        length_s = 2e-3 * scanner.gate_length_mm / SOUND_M_S
        total = _pulse_mj(scanner, probe, length_s, DOPPLER_PRESSURE_DB) * scanner.prf_hz
    return min(total * scanner.frequency_hz / 1e6 / 210.0, TI_LIMIT)


def _image_mw(scanner: ScannerControl, probe: ProbeModel) -> float:
    """Of lines sent as fast as echoes return from the picture's depth, what leaves 1 cm of the face."""
    rate = SOUND_M_S * 1e3 / (2.0 * scanner.depth_mm)
    pulse = _pulse_mj(scanner, probe, B_CYCLES / scanner.frequency_hz, 0.0)
    return pulse * rate * min(1.0, 10.0 / probe.width_mm.value)


def _box_mw(scanner: ScannerControl, probe: ProbeModel) -> float:
    """Pulses at the PRF all the time, spread over the box: the narrower it is, the more of them leave 1 cm."""
    x0, _, x1, _ = scanner.color_box_mm
    pulse = _pulse_mj(scanner, probe, COLOR_CYCLES / scanner.frequency_hz, DOPPLER_PRESSURE_DB)
    return pulse * scanner.prf_hz * min(1.0, 10.0 / (x1 - x0))


def _pulse_mj(scanner: ScannerControl, probe: ProbeModel, length_s: float, pressure_db: float) -> float:
    """Energy of a pulse at the face: p² / (2 rho c) over the aperture, p without the focus's gain."""
    gain = _focus_gain(scanner, probe)
    face_pa = _pressure_mpa(scanner, probe) * 1e6 / gain * 10.0 ** (pressure_db / 20.0)
    height = probe.elevation_aperture_mm.value
    area_m2 = _aperture_mm(scanner, probe) * height * 1e-6
    return face_pa**2 / (2.0 * IMPEDANCE) * area_m2 * length_s * 1e3


def _pressure_mpa(scanner: ScannerControl, probe: ProbeModel) -> float:
    """Peak rarefactional pressure in water at the focus: the drive of the preset, through the gain now."""
    preset = replace(scanner, frequency_hz=probe.frequency_default_hz.value, focus_mm=FOCUS_MM)
    megahertz = preset.frequency_hz / 1e6
    at_preset = MI_AT_PRESET * float(np.sqrt(megahertz)) / _derated(megahertz, FOCUS_MM)
    gained = _focus_gain(scanner, probe) / _focus_gain(preset, probe)
    wanted = at_preset * gained * 10.0 ** (scanner.transmit_db / 20.0)
    now = scanner.frequency_hz / 1e6
    return min(wanted, MI_LIMIT * float(np.sqrt(now)) / _derated(now, scanner.focus_mm))


def _derated(megahertz: float, depth_mm: float) -> float:
    """Amplitude that 0.3 dB/cm/MHz leaves."""
    return 10.0 ** (-DERATING_DB_CM_MHZ * megahertz * depth_mm / 10.0 / 20.0)


def _aperture_mm(scanner: ScannerControl, probe: ProbeModel) -> float:
    return min(scanner.focus_mm / F_NUMBER, probe.width_mm.value)


def _focus_gain(scanner: ScannerControl, probe: ProbeModel) -> float:
    """Of two line foci: aperture / sqrt(lambda z) in the plane, and across it at the focus, where the lens is off."""
    wavelength = SOUND_M_S * 1e3 / scanner.frequency_hz
    height, lens = probe.elevation_aperture_mm.value, probe.elevation_focus_mm.value
    across = np.hypot(wavelength * scanner.focus_mm / height, height * (1.0 - scanner.focus_mm / lens))
    plane = _aperture_mm(scanner, probe) / float(np.sqrt(wavelength * scanner.focus_mm))
    return max(plane, 1.0) * max(float(np.sqrt(height / across)), 1.0)
