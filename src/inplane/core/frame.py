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
        color: colour Doppler, where its mode is on and its velocities are known.
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
