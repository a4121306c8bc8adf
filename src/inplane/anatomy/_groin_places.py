"""Where a groin is touched and aimed at: landmarks on the skin, targets, and why the patient came."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._groin_shape import ILIACA, Grid, GroinShape

BESIDE_NERVE_MM = 1.0
"""From epineurium to the block's target. Chosen: close, and not in the nerve."""


def landmarks() -> dict[str, NDArray[np.float64]]:
    """Palpable points of a right groin, on the skin; those beyond the grid are where the hand finds them."""
    return {
        "anterior superior iliac spine": np.array([-72.0, 0.0, 78.0]),
        "pubic tubercle": np.array([50.0, 0.0, 10.0]),
        "inguinal crease lateral": np.array([-45.0, 0.0, 24.0]),
        "inguinal crease medial": np.array([32.0, 0.0, -12.0]),
        "femoral pulse": np.array([0.0, 0.0, 0.0]),
        "greater trochanter": np.array([-74.0, 0.0, -22.0]),
    }


def targets(grid: Grid, shape: GroinShape) -> dict[str, NDArray[np.float64]]:
    """Where a perfect needle tip ends, by procedure."""
    return {"femoral_nerve_block": _beside_nerve(grid, shape), "hip_joint_injection": _recess(shape)}


def _beside_nerve(grid: Grid, shape: GroinShape) -> NDArray[np.float64]:
    """At the nerve's lateral lower corner at the crease, beneath fascia iliaca."""
    row = int(np.searchsorted(grid.z_mm, 0.0))
    bundle = shape.nerve[row, 0]
    corner = 0.5**0.5
    x = float(bundle[0] - corner * bundle[2] - BESIDE_NERVE_MM * corner)
    under = float(np.interp(x, grid.x_mm, shape.maps[row, :, ILIACA]))
    return np.array([x, under + bundle[1] + corner * bundle[3] + BESIDE_NERVE_MM * corner, grid.z_mm[row]])


def _recess(shape: GroinShape) -> NDArray[np.float64]:
    """In front of the head-neck junction, in the middle of the fluid over the bone."""
    joint = shape.joint
    front = np.array([0.0, -1.0, 0.0])
    front = front - (front @ joint.neck) * joint.neck
    front = front / np.sqrt(front @ front)
    along = 0.78 * joint.head_radius_mm + 2.0
    bone = joint.neck_radius_mm + 0.35
    return joint.head_mm + along * joint.neck + (bone + max(0.5 * joint.fluid_mm, 0.7)) * front


def indications(effusion_grade: int) -> Mapping[str, str]:
    """One sentence for each procedure; what the atlas gives as indication, with its source and grade."""
    words = ("no effusion", "a small effusion", "a moderate effusion", "a large effusion")
    return {
        "femoral_nerve_block": (
            "Hip fracture: analgesia (atlas femoral_nerve_block, indications: NYFNB, a secondary source, grade C)."
        ),
        "hip_joint_injection": (
            f"Osteoarthritis of the hip with {words[effusion_grade]} (grade {effusion_grade} of 3, our own grading) "
            "(atlas hip_joint_injection, indications: AKHIP, a secondary source, grade C)."
        ),
    }
