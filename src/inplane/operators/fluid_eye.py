"""Fluid as a person sees it: what grew dark about the tip since the plunger moved."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import Frame, Geometry, Point

SMOOTH_MM = 0.5
"""Chosen: finer there is speckle only."""
NEAR_MM, FAR_MM = 4.0, 15.0
"""Chosen: fluid begins so near to a tip that is known to a few millimeters; farther than the second none is, and what
changes there is noise."""
LEAST_MM2 = 4.0
"""Chosen: half a milliliter in a layer 5 mm wide shows ten times as much."""
LESS, DARKER, NOISES = 0.7, 10.0, 4.0
"""What fluid leaves of the grey, by how much at least, and by how many robust deviations of what changes far away.
Chosen: fluid is black, tissue that is displaced is not."""
PERSIST = 3
"""Chosen: so many pictures in a row; a single one flickers."""


class FluidEye:
    """Compares pictures with one from before the plunger moved."""

    def __init__(self) -> None:
        self._before: Frame | None = None
        self._tip_mm: Point | None = None
        self._streak = 0

    def begin(self, frame: Frame, tip_mm: Point | None) -> None:
        """A new place: nothing was given here yet.

        Args:
            frame: the picture before.
            tip_mm: (x, y) of the tip in it; None where that is not known.
        """
        self._before, self._tip_mm, self._streak = frame, tip_mm, 0

    def sees(self, frame: Frame) -> bool:
        """Whether fluid is plainly seen about the tip."""
        before, tip_mm = self._before, self._tip_mm
        if before is None or tip_mm is None or before.geometry != frame.geometry:
            return False
        self._streak = self._streak + 1 if _grown_mm2(before, frame, tip_mm) >= LEAST_MM2 else 0
        return self._streak >= PERSIST


def _grown_mm2(before: Frame, now: Frame, tip_mm: Point) -> float:
    """Area that grew dark about the tip, mm2."""
    geometry = now.geometry
    was, grey = (_smooth(frame.pixels, geometry) for frame in (before, now))
    away = geometry.to_mm(np.moveaxis(np.indices(grey.shape), 0, -1)) - np.array(tip_mm)
    away_mm, less = np.hypot(away[..., 0], away[..., 1]), was - grey
    far = less[(away_mm > FAR_MM) & (was > 0)]
    noise = 1.4826 * float(np.median(np.abs(far))) if far.size else 0.0
    dark = (less > max(DARKER, NOISES * noise)) & (grey < LESS * was) & (away_mm < FAR_MM)
    labels = np.asarray(cv2.connectedComponents(dark.astype(np.uint8))[1], np.int64)
    near = labels[dark & (away_mm < NEAR_MM)]
    largest = max((int((labels == label).sum()) for label in set(near.tolist())), default=0)
    return largest * geometry.line_pitch_mm * geometry.sample_pitch_mm


def _smooth(grey: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.float32]:
    """The picture without speckle."""
    across, down = SMOOTH_MM / geometry.line_pitch_mm, SMOOTH_MM / geometry.sample_pitch_mm
    return np.asarray(cv2.GaussianBlur(grey.astype(np.float32), (0, 0), sigmaX=down, sigmaY=across), np.float32)
