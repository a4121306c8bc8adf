"""Where a competent operator would hold the probe on a groin."""

from math import atan2, tan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy.patient import Patient
from inplane.core import ProbeControl, UnknownNameError

Vector: TypeAlias = NDArray[np.float64]

NERVE_SHARE = 0.75
"""The transverse view's middle between artery (0) and nerve (1). Chosen: artery in view, room for a flat needle."""
HEAD_IN_VIEW_MM = 4.0
"""From the head-neck junction to the picture's middle, towards the head. Chosen: the head's curve is seen as well."""


def standard_views(patient: Patient) -> dict[str, ProbeControl]:
    """Femoral nerve block: across the leg at the crease, artery and nerve in the picture, fanned so that the beam meets
    the nerve squarely. Hip joint: along the femoral neck, over the head-neck junction. Of a right groin."""
    return {
        "femoral_nerve_block": _across_the_nerve(patient),
        "hip_joint_injection": _along_the_neck(patient),
    }


def _centreline(patient: Patient, name: str) -> Vector:
    """(n, 3) mm of a tube.

    Raises:
        UnknownNameError: the structure has none.
    """
    line = patient.structure(name).centreline_mm
    if line is None:
        tubes = (s.name for s in patient.structures if s.centreline_mm is not None)
        raise UnknownNameError("structure with a centreline", name, tubes)
    return line


def _across_the_nerve(patient: Patient) -> ProbeControl:
    nerve, artery = _centreline(patient, "femoral nerve"), _centreline(patient, "femoral artery lumen")
    z = float(patient.targets_mm["femoral_nerve_block"][2])
    near = np.abs(nerve[:, 2] - z) < 8
    slope = float(np.polyfit(nerve[near, 2], nerve[near, 1], 1)[0])
    nerve_x = float(np.interp(z, nerve[::-1, 2], nerve[::-1, 0]))
    artery_x = float(np.interp(z, artery[::-1, 2], artery[::-1, 0]))
    middle = NERVE_SHARE * nerve_x + (1 - NERVE_SHARE) * artery_x
    tilt = float(np.clip(atan2(slope, 1.0), -0.3, 0.3))
    depth = float(np.interp(z, nerve[::-1, 2], nerve[::-1, 1]))
    return ProbeControl(x_mm=middle, z_mm=z + depth * tan(tilt), tilt_rad=tilt)


def _along_the_neck(patient: Patient) -> ProbeControl:
    target = patient.targets_mm["hip_joint_injection"]
    neck = _centreline(patient, "femoral neck")
    axis = neck[-1] - neck[0]
    if axis[0] > 0:  # the marker stays on the patient's right, as in the transverse view
        axis = -axis
    level = np.array([axis[0], axis[2]]) / np.hypot(axis[0], axis[2])
    x_mm, z_mm = target[[0, 2]] - HEAD_IN_VIEW_MM * level
    return ProbeControl(x_mm=float(x_mm), z_mm=float(z_mm), rotate_rad=atan2(axis[2], -axis[0]))
