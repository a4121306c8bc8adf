"""Everything about the room at one frame that truth is later computed from; nothing in it is changed afterwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.core import Geometry, InjectateField, Pose, ScannerControl
from inplane.physics.needle import NeedleState
from inplane.world.events import TruthEvent
from inplane.world.motion import Motion


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """The room at one frame.

    Args:
        sequence, time_s: of the frame.
        T_patient_image: where the imaging plane lies.
        geometry, scanner, pixels: of the picture.
        bare: (lines, samples) the same picture without the needle; None where it was not drawn.
        motion: how tissue is shifted.
        needle: as it lies.
        needle_shown_mm: (n, 3) IMAGE mm, its axis as it was drawn, its tip the last; n = 0 without one.
        injectate: fluid where it lies now, or None.
        volumes_ml: fluid by the structure that it went to.
        vein_open: open share of the widest vein where it is pressed most.
        advance_unseen_mm: way that the tip was advanced while out of the imaging plane.
        events: what happened so far.
    """

    sequence: int
    time_s: float
    T_patient_image: Pose
    geometry: Geometry
    scanner: ScannerControl
    pixels: NDArray[np.uint8]
    bare: NDArray[np.uint8] | None
    motion: Motion
    needle: NeedleState
    needle_shown_mm: NDArray[np.float64]
    injectate: InjectateField | None
    volumes_ml: dict[str, float]
    vein_open: float
    advance_unseen_mm: float
    events: tuple[TruthEvent, ...]
