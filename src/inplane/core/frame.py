"""One picture and what arrives beside it. Nothing in a frame holds the truth of a simulated patient."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inplane.core.control import ScannerControl
from inplane.core.errors import FormatError
from inplane.core.geometry import LinearGeometry


class AspirationResult(StrEnum):
    """What came back into the syringe when it was last pulled."""

    NOTHING = "nothing"
    BLOOD = "blood"
    JOINT_FLUID = "joint fluid"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColorFlow:
    """Colour Doppler within its box.

    Args:
        first_line, first_sample: the box's corner in the frame.
        velocity: (lines, samples) int8; v = velocity / 127 * nyquist_m_s, positive towards the probe.
        has_flow: (lines, samples) bool; False where wall filter or noise gate removed it: unknown, not "no flow".
        nyquist_m_s: largest velocity shown without aliasing.
    """

    first_line: int
    first_sample: int
    velocity: NDArray[np.int8]
    has_flow: NDArray[np.bool_]
    nyquist_m_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What arrives beside the pixels; None means that no such signal exists, never zero.

    Args:
        scanner: the knobs as the scanner reports them.
        injected_ml: volume delivered so far.
        injecting: whether fluid is moving out of the needle now.
        aspirations: how often the syringe was pulled so far, and `aspirated` what came back the last time.
        pressure_kpa: injection pressure at the hub.
        mechanical_index, thermal_index: as shown on the screen.
    """

    scanner: ScannerControl | None = None
    injected_ml: float | None = None
    injecting: bool | None = None
    aspirations: int | None = None
    aspirated: AspirationResult | None = None
    pressure_kpa: float | None = None
    mechanical_index: float | None = None
    thermal_index: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """One picture.

    Args:
        sequence: counts up from 0; a gap means that frames were dropped.
        time_s: acquisition time on the source's clock.
        pixels: (line, sample) uint8 grey values, MF orientation.
        geometry: where each pixel lies; in mm only where `calibrated`.
        calibrated: whether the geometry's millimetres are known.
        signals: what arrived beside the pixels.
        color: colour Doppler, where its mode is on.

    Raises:
        FormatError: pixels of another shape or type than the geometry says.
    """

    sequence: int
    time_s: float
    pixels: NDArray[np.uint8]
    geometry: LinearGeometry
    calibrated: bool
    signals: Signals
    color: ColorFlow | None = None

    def __post_init__(self) -> None:
        expected = (self.geometry.n_lines, self.geometry.n_samples)
        if self.pixels.shape != expected or self.pixels.dtype != np.uint8:
            raise FormatError(
                f"Frame has pixels {self.pixels.shape} of {self.pixels.dtype}. Expected {expected} of uint8."
            )
