"""Where the probe's face touches skin through gel, scan line by scan line."""

from math import exp

import numpy as np
from numpy.typing import NDArray

from inplane.core import ProbeControl
from inplane.world.tissue import Tissue

GEL_MM = 1.0
"""Gap that gel fills. Chosen: a usual layer of gel."""
LOST_MM = 2.5
"""Gap at which nothing is transmitted any more. Chosen likewise."""
UNPRESSED = 0.4
"""Contact of a probe that only lies in gel. Chosen: air stays between face and skin until it is pressed a little."""
SETTLING_N = 0.5
"""Force that presses the air out, to 1/e. Chosen likewise."""


def line_contact(tissue: Tissue, probe: ProbeControl, face_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(lines,) acoustic contact, 0 to 1: less where the face stands off the skin, none beyond the body.

    Args:
        tissue: the patient.
        probe: how it is held.
        face_mm: (lines, 2) where each line leaves the face, PROBE x and y.
    """
    pose = probe.pose(tissue.indentation_mm(probe))
    points = pose.apply(np.concatenate((face_mm, np.zeros((len(face_mm), 1))), axis=1))
    gap = np.clip((-points[:, 1] - GEL_MM) / (LOST_MM - GEL_MM), 0, 1)
    settled = 1 - (1 - UNPRESSED) * exp(-probe.press_n / SETTLING_N)
    points[:, 1] = tissue.patient.origin_mm[1] + tissue.patient.spacing_mm
    on_body = tissue.labels_at_rest(points) > 0
    return settled * (1 - gap * gap * (3 - 2 * gap)) * on_body
