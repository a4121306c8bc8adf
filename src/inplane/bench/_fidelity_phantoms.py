"""Measuring on phantoms: what the fidelity checks share. Everything is read from the engine's envelope, never from
its tables."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.anatomy.patient import ECHOGENICITY_STEP_DB, ECHOGENICITY_ZERO
from inplane.atlas import ProbeModel, load_atlas
from inplane.core import Pose, ScannerControl, Space
from inplane.physics.ultrasound import Scan, View

SILENT_DB = -48.0
"""Echogenicity code 0: no scatterers."""


def probe() -> ProbeModel:
    """The probe that is checked."""
    return load_atlas().probe("linear_12_4")


def at(x_mm: float = 0.0, y_mm: float = 0.0, z_mm: float = 0.0) -> Pose:
    """The probe's face held square over a point; y below 0 is a standoff of gel."""
    return Pose(
        to_space=Space.PATIENT,
        from_space=Space.PROBE,
        rotation=np.eye(3),
        translation_mm=np.array([x_mm, y_mm, z_mm]),
    )


def look(pose: Pose, **knobs: float) -> View:
    """A view with 10 MHz, 40 mm, focus at 20 mm, unless told otherwise."""
    scanner = replace(ScannerControl(depth_mm=40.0, frequency_hz=10e6, focus_mm=20.0), **knobs)
    return View(T_patient_probe=pose, scanner=scanner, time_s=0.0, sequence=0)


def scan(
    patient: Patient,
    *,
    seed: int,
    n_lines: int = 192,
    n_samples: int = 512,
    speed_m_s: float | None = 1540.0,
    clutter: float = 0.0,
) -> Scan:
    """A scan of a phantom by the checked probe, as in a homogeneous medium: with one speed in all tissues, so that what
    is measured lies where it is shown (or with their own: None), and without the clutter that a body adds."""
    made = Scan(patient, probe(), n_lines=n_lines, n_samples=n_samples, seed=seed)
    made.clutter = clutter
    if speed_m_s is not None:
        made.tissue = made.tissue._replace(speed=np.full(256, speed_m_s, np.float32))
    return made


def points(patient: Patient, *, seed: int, n_lines: int = 192, n_samples: int = 512) -> Scan:
    """The same where each loud cell of the phantom is one point target: its scatterers all lie at its middle."""
    made = scan(patient, seed=seed, n_lines=n_lines, n_samples=n_samples)
    sets = made.scatterers.sets.reshape(len(made.scatterers.sets), 7, -1).copy()
    sets[:, :6] = 0.5 * (sets[:, :6].min() + sets[:, :6].max())
    sets[:, :3], sets[:, 3:6], sets[:, 6] = 0.4, 0.4 / patient.spacing_mm, 1.0
    made.scatterers = made.scatterers._replace(sets=sets.reshape(len(sets), -1))
    return made


def shade(patient: Patient, x_mm: tuple[float, float], echo_db: float) -> Patient:
    """The same phantom with another echogenicity between two x: a slab along depth, with all else as around it."""
    x = np.arange(patient.echogenicity_zxy.shape[1], dtype=np.float64)
    x = float(patient.origin_mm[0]) + x * float(patient.spacing_mm)
    code = round(echo_db / ECHOGENICITY_STEP_DB + ECHOGENICITY_ZERO)
    echo = patient.echogenicity_zxy.copy()
    echo[:, (x > x_mm[0]) & (x < x_mm[1])] = max(code, 0)
    return replace(patient, echogenicity_zxy=echo)


def rms(envelope: NDArray[Any], axis: int = 0) -> NDArray[np.float64]:
    """Root mean square along an axis."""
    return np.sqrt((envelope.astype(np.float64) ** 2).mean(axis=axis))


def db(ratio: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Amplitude ratio in dB."""
    return 20.0 * np.log10(np.maximum(ratio, 1e-12))


def width_at_half(profile: NDArray[np.float64], step: float) -> float:
    """Full width at half of the peak, by linear interpolation on both sides."""
    top = int(np.argmax(profile))
    half = profile[top] / 2.0
    left = top
    while left > 0 and profile[left] > half:
        left -= 1
    right = top
    while right < len(profile) - 1 and profile[right] > half:
        right += 1
    low = left + (half - profile[left]) / (profile[left + 1] - profile[left])
    high = right - (half - profile[right]) / (profile[right - 1] - profile[right])
    return float((high - low) * step)
