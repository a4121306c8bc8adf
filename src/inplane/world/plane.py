"""The imaging plane in the room: where a picture lies, and how the tissue about it has moved."""

import numpy as np

from inplane.core import CurvedGeometry, Deformation, LinearGeometry, Pose, Space
from inplane.world.motion import Motion
from inplane.world.tissue import Tissue


def probe_image(top_mm: float) -> Pose:
    """`T_probe_image`: the imaging plane is the probe's plane z = 0, and a picture begins at y = `top_mm` of it."""
    return Pose(
        to_space=Space.PROBE,
        from_space=Space.IMAGE,
        rotation=np.eye(3),
        translation_mm=np.array([0.0, top_mm, 0.0]),
    )


def deformation_about(
    tissue: Tissue, motion: Motion, T_patient_probe: Pose, fan: LinearGeometry | CurvedGeometry
) -> Deformation:
    """How the tissue about the imaging plane has moved.

    Args:
        tissue, motion: see there.
        T_patient_probe: where the probe is.
        fan: the extent of its lines.
    """
    top = fan.top_mm if isinstance(fan, CurvedGeometry) else 0.0
    return tissue.deformation(motion, T_patient_probe @ probe_image(top), fan.width_mm, fan.depth_mm - top)
