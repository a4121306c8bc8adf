"""What fingers tell before anything else: where landmarks are, with an error, and where a probe is put down by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import radians
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import Procedure
from inplane.core import FormatError, ProbeControl, UnknownNameError
from inplane.guidance import Side

Palpated: TypeAlias = Mapping[str, tuple[float, float]]
"""Where fingers found each landmark: (x, z) on the skin, PATIENT mm."""

PULSE = "femoral pulse"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutDown:
    """Where a probe is put down from the femoral pulse.

    Args:
        lateral_mm, below_mm: from the pulse, towards the outside of the leg and towards the foot.
        turned_rad: of the probe's outer end towards the foot.
    """

    lateral_mm: float
    below_mm: float
    turned_rad: float = 0.0


PUT_DOWN: Mapping[str, PutDown] = {
    "femoral_nerve_block": PutDown(lateral_mm=8.0, below_mm=0.0),
    "hip_joint_injection": PutDown(lateral_mm=22.0, below_mm=4.0, turned_rad=radians(40)),
}
"""By procedure. Chosen: transverse in the crease with the pulse in the picture (atlas femoral_nerve_block, scan); over
the head, which lies behind and just outside the pulse, the outer end turned down by about 40 degrees to lie along the
neck (radiologykey.com, "Hip", scanning technique, read; a neck-shaft angle of 129 degrees says 39)."""


def draw_palpation(
    landmarks_mm: Mapping[str, NDArray[np.float64]], rng: np.random.Generator, *, sd_mm: float
) -> dict[str, tuple[float, float]]:
    """Where fingers find each landmark: beside it by a normal error in x and z.

    Args:
        landmarks_mm: (3,) points on the skin by name.
        rng: draws the error, in the order of the names.
        sd_mm: of either coordinate.

    Raises:
        FormatError: a landmark that is not a point.
    """
    found: dict[str, tuple[float, float]] = {}
    for name in sorted(landmarks_mm):
        point = np.asarray(landmarks_mm[name], dtype=np.float64)
        if point.shape != (3,):
            raise FormatError(f"Landmark {name!r} has shape {point.shape}. Expected (3,).")
        x, z = point[[0, 2]] + rng.normal(0.0, sd_mm, 2)
        found[name] = (float(x), float(z))
    return found


def felt(palpated: Palpated, name: str) -> tuple[float, float]:
    """Where fingers found a landmark.

    Raises:
        UnknownNameError: they did not look for it.
    """
    if name not in palpated:
        raise UnknownNameError("palpated landmark", name, sorted(palpated))
    return palpated[name]


def outward(side: Side) -> float:
    """Sign of patient x towards the outside of the leg: x grows to the patient's left."""
    return -1.0 if side == "right" else 1.0


def palpated_view(procedure: Procedure, palpated: Palpated, side: Side) -> ProbeControl:
    """How the probe is put down in the groin by touch alone, before there is a picture; elsewhere `Textbook.view` says.

    Raises:
        UnknownNameError: nobody has said how for this procedure, or the pulse was not felt.
    """
    place = PUT_DOWN.get(procedure.id)
    if place is None:
        raise UnknownNameError("procedure that a probe is put down for by touch", procedure.id, PUT_DOWN)
    x, z = felt(palpated, PULSE)
    out = outward(side)
    return ProbeControl(x_mm=x + out * place.lateral_mm, z_mm=z - place.below_mm, rotate_rad=out * place.turned_rad)
