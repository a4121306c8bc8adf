"""One picture and what arrives beside it. Nothing in a frame holds the truth of a simulated patient."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inplane.core.control import ScannerControl
from inplane.core.errors import FormatError
from inplane.core.geometry import Calibration, Geometry


class AspirationResult(StrEnum):
    """What came back into the syringe when it was last pulled."""

    NOTHING = "nothing"
    BLOOD = "blood"
    JOINT_FLUID = "joint fluid"
    BURSA_FLUID = "bursal fluid"
    CSF = "cerebrospinal fluid"
    CYST_FLUID = "cyst fluid"
    AIR = "air"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColorFlow:
    """Colour or power Doppler within its box.

    Args:
        first_line, first_sample: the box's corner in the frame.
        velocity: (lines, samples) int8; v = velocity / 127 * nyquist_m_s, positive towards the probe. All 0 where
            `power` is given: power Doppler knows no velocity.
        has_flow: (lines, samples) bool; False where wall filter or noise gate removed it: unknown, not "no flow".
        nyquist_m_s: largest velocity shown without aliasing.
        power: (lines, samples) uint8, power of the Doppler signal over its noise, 255 = POWER_SPAN_DB; None of colour.
    """

    first_line: int
    first_sample: int
    velocity: NDArray[np.int8]
    has_flow: NDArray[np.bool_]
    nyquist_m_s: float
    power: NDArray[np.uint8] | None = None


POWER_SPAN_DB = 40.0
"""Doppler power over its noise that 255 stands for. chosen: blood 5 mm to 50 mm deep lies within it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpectralDoppler:
    """What a gate heard since the frame before: the spectrum of velocities, and the sound of it.

    Args:
        spectrum: (times, velocities) uint8 grey; column k is the velocity (2 k / velocities - 1) nyquist_m_s, positive
            towards the probe. May have no rows, where no time has passed.
        first_s, step_s: when the first row was heard (the middle of its window), on the source's clock, and the time
            from row to row.
        nyquist_m_s: c PRF / (4 f0 cos(angle correction)).
        prf_hz: pulses a second, which is the sound's sampling rate.
        audio: (pulses, 2) float32, -1 to 1: flow towards the probe, flow away from it.

    Raises:
        FormatError: a spectrum or a sound of another shape or type.
    """

    spectrum: NDArray[np.uint8]
    first_s: float
    step_s: float
    nyquist_m_s: float
    prf_hz: float
    audio: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.spectrum.ndim != 2 or self.spectrum.dtype != np.uint8:
            raise FormatError(
                f"Spectrum is {self.spectrum.shape} of {self.spectrum.dtype}. Expected (times, velocities) of uint8."
            )
        if self.audio.ndim != 2 or self.audio.shape[1] != 2 or self.audio.dtype != np.float32:
            raise FormatError(
                f"Doppler sound is {self.audio.shape} of {self.audio.dtype}. Expected (pulses, 2) of float32."
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrackedTransform:
    """Where one tracked thing was against another, as a tracker told it.

    Args:
        name: `<From>To<To>`, such as "ProbeToTracker"; no frame's name holds "To".
        matrix: (4, 4) float64 taking points of From to To, mm; it may hold a scale (`ImageToReference`).
        valid: False where the tracker said that it does not know; the matrix then means nothing.

    Raises:
        FormatError: not a matrix of that shape, or a valid one with numbers that are not finite.
    """

    name: str
    matrix: NDArray[np.float64]
    valid: bool = True

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.shape != (4, 4):
            raise FormatError(f"Transform {self.name!r} has shape {matrix.shape}. Expected (4, 4).")
        if self.valid and not np.isfinite(matrix).all():
            raise FormatError(f"Transform {self.name!r} holds numbers that are not finite. Expected finite ones.")
        matrix.flags.writeable = False
        object.__setattr__(self, "matrix", matrix)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What arrives beside the pixels; None means that no such signal exists, never zero.

    Args:
        scanner: the knobs as the scanner reports them.
        injected_ml: volume delivered so far.
        injecting: whether fluid is moving out of the needle now.
        aspirations: how often the syringe was pulled so far, and `aspirated` what came back the last time.
        pressure_kpa: injection pressure at the hub.
        hub_force_n: force on the needle's hub along its shaft; positive resists advance.
        hub_forces: (time_s, force_n) since the frame before, oldest first, on the source's clock; at least 100 a second
            where such a signal exists, fit for a haptic device.
        mechanical_index, thermal_index: as shown on the screen.
        timestamp_s: the source's own time stamp, from which `Frame.time_s` was counted.
        transforms: poses of tracked things; empty where nothing is tracked.
        fields: whatever else the source says of this frame, by its own names.
    """

    scanner: ScannerControl | None = None
    injected_ml: float | None = None
    injecting: bool | None = None
    aspirations: int | None = None
    aspirated: AspirationResult | None = None
    pressure_kpa: float | None = None
    hub_force_n: float | None = None
    hub_forces: tuple[tuple[float, float], ...] = ()
    mechanical_index: float | None = None
    thermal_index: float | None = None
    timestamp_s: float | None = None
    transforms: tuple[TrackedTransform, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture.

    Args:
        sequence: counts up from 0; a gap means that frames were dropped.
        time_s: acquisition time on the source's clock.
        pixels: (line, sample) uint8 grey values, MF orientation.
        geometry: where each pixel lies; its mm are to be believed as far as `calibration` says.
        calibration: how the geometry's millimetres are known.
        signals: what arrived beside the pixels.
        color: colour or power Doppler, where its mode is on and its velocities or powers are known.
        spectral: spectral Doppler, where its mode is on.
        rgb: (line, sample, 3) uint8, the picture as its screen showed it where that has colour; `pixels` is its grey.
        valid: False where the source itself marks the picture as not to be used.

    Raises:
        FormatError: pixels of another shape or type than the geometry says.
    """

    sequence: int
    time_s: float
    pixels: NDArray[np.uint8]
    geometry: Geometry
    calibration: Calibration
    signals: Signals
    color: ColorFlow | None = None
    spectral: SpectralDoppler | None = None
    rgb: NDArray[np.uint8] | None = None
    valid: bool = True

    def __post_init__(self) -> None:
        expected = (self.geometry.n_lines, self.geometry.n_samples)
        if self.pixels.shape != expected or self.pixels.dtype != np.uint8:
            raise FormatError(
                f"Frame has pixels {self.pixels.shape} of {self.pixels.dtype}. Expected {expected} of uint8."
            )
        if self.rgb is not None and (self.rgb.shape != (*expected, 3) or self.rgb.dtype != np.uint8):
            raise FormatError(
                f"Frame has RGB {self.rgb.shape} of {self.rgb.dtype}. Expected {(*expected, 3)} of uint8."
            )
