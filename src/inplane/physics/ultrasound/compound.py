"""Spatial compounding: one steered transmit a frame, rolling, and which of the last frames still count."""

from math import exp

import numpy as np
from numpy.typing import NDArray

from inplane.core import ScannerControl
from inplane.physics.ultrasound.receive import ANGLES
from inplane.physics.ultrasound.view import View

STEERS_RAD = (0.0, 0.12, -0.12, 0.06, -0.06)
"""Steering of successive frames. chosen: 7 degrees at most, where a linear array's grating lobes are faint."""
FADE_MM = 0.6
"""Motion of the probe between frames after which an older frame counts 1/e. chosen: about the lateral resolution
times 2."""


NEEDLE_SHARES = (0.0, 1.0, 0.75)
"""Looks with the needle's beam, in shares of its angle. chosen: one straight look for the tissue, two to meet the shaft
more squarely, a little apart so that their speckle differs."""


def steers_rad(scanner: ScannerControl) -> tuple[float, ...]:
    """Steering angles in the order in which frames take them; with the needle's beam all lean to its side."""
    if scanner.needle_steer_rad != 0.0:
        return tuple(scanner.needle_steer_rad * share for share in NEEDLE_SHARES)
    return STEERS_RAD[: scanner.compound_angles]


def looks_of(scanner: ScannerControl) -> int:
    """How many frames are compounded."""
    return len(steers_rad(scanner))


class Looks:
    """Which frames the rows of the history hold, and how they were taken."""

    def __init__(self) -> None:
        self._seen: list[tuple[int, NDArray[np.float64]] | None] = [None] * ANGLES
        self._knobs: tuple[object, ...] | None = None
        self._newest: int | None = None

    def add(self, slot: int, view: View) -> None:
        """A frame was detected into a row; a knob that changes what is seen makes all others void."""
        knobs = _knobs(view.scanner)
        if knobs != self._knobs:
            self._seen, self._newest = [None] * ANGLES, None
        self._knobs = knobs
        self._before, self._newest = self._newest, view.sequence
        self._seen[slot] = (view.sequence, _middle_mm(view))

    _before: int | None = None

    def has_straight(self, view: View) -> bool:
        """Whether row 0, which is not steered, is recent: it fills the corners that steered lines do not reach."""
        if self._seen[0] is None or _knobs(view.scanner) != self._knobs:
            return False
        return 0 < view.sequence - self._seen[0][0] < max(looks_of(view.scanner), 2)

    def goes_on(self, view: View) -> bool:
        """Whether the frame added last follows on the one before it."""
        return self._before is not None and view.sequence - self._before == 1

    def weights(self, view: View) -> NDArray[np.float32]:
        """(ANGLES,) weights of the rows: the last frames, older ones less where the probe moved since."""
        weights = np.zeros(ANGLES)
        here = _middle_mm(view)
        for slot, seen in enumerate(self._seen):
            if seen is not None and 0 <= view.sequence - seen[0] < looks_of(view.scanner):
                away = seen[1] - here
                weights[slot] = exp(-float(away @ away) / FADE_MM**2)
        return (weights / weights.sum()).astype(np.float32)


def _middle_mm(view: View) -> NDArray[np.float64]:
    """(3,) the middle of the picture, PATIENT mm."""
    return view.T_patient_probe.apply([0.0, view.scanner.depth_mm / 2.0, 0.0])


def _knobs(scanner: ScannerControl) -> tuple[object, ...]:
    """The knobs that change what samples mean."""
    return (
        scanner.depth_mm,
        scanner.frequency_hz,
        scanner.harmonic,
        scanner.compound_angles,
        scanner.needle_steer_rad,
        scanner.virtual_convex,
    )
