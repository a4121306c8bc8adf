"""Looking into a patient: label slices, the structure at a point, where a competent operator would hold the probe."""

from math import atan2, tan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy.patient import Patient, Structure
from inplane.core import Pose, ProbeControl, UnknownNameError
from inplane.core.runtime import kernel

Vector: TypeAlias = NDArray[np.float64]

NERVE_SHARE = 0.75
"""The transverse view's middle between artery (0) and nerve (1). Chosen: artery in view, room for a flat needle."""
HEAD_IN_VIEW_MM = 4.0
"""From the head-neck junction to the picture's middle, towards the head. Chosen: the head's curve is seen as well."""


@kernel(fastmath=False)
def sample_plane(
    labels: NDArray[np.uint8], origin: Vector, across: Vector, along: Vector, out: NDArray[np.uint8]
) -> None:
    """Nearest labels in a plane: out[a, b] at voxel index origin + a across + b along; 0 outside the volume."""
    nz, nx, ny = labels.shape
    for a in range(out.shape[0]):
        for b in range(out.shape[1]):
            i = int(np.floor(origin[2] + a * across[2] + b * along[2] + 0.5))
            j = int(np.floor(origin[0] + a * across[0] + b * along[0] + 0.5))
            k = int(np.floor(origin[1] + a * across[1] + b * along[1] + 0.5))
            inside = 0 <= i < nz and 0 <= j < nx and 0 <= k < ny
            out[a, b] = labels[i, j, k] if inside else 0


def slice_labels(
    patient: Patient, T_patient_image: Pose, *, width_mm: float, depth_mm: float, shape: tuple[int, int]
) -> NDArray[np.uint8]:
    """(lines, samples) labels nearest to the pixels of an imaging plane, 0 outside the patient.

    Args:
        patient: at rest.
        T_patient_image: where the plane lies.
        width_mm, depth_mm: of the picture; x runs from -width/2 to width/2, y from 0 to depth.
        shape: (lines, samples).
    """
    return slice_volume(patient.labels_zxy, patient, T_patient_image, width_mm=width_mm, depth_mm=depth_mm, shape=shape)


def slice_volume(
    volume_zxy: NDArray[np.uint8],
    patient: Patient,
    T_patient_image: Pose,
    *,
    width_mm: float,
    depth_mm: float,
    shape: tuple[int, int],
) -> NDArray[np.uint8]:
    """As `slice_labels`, of any of the patient's volumes."""
    lines, samples = shape
    pitch, step = width_mm / lines, depth_mm / samples
    first = T_patient_image.apply(np.array([(0.5 - lines / 2) * pitch, 0.5 * step, 0.0]))
    h = patient.spacing_mm
    out = np.empty(shape, dtype=np.uint8)
    sample_plane(
        volume_zxy,
        (first - patient.origin_mm) / h,
        T_patient_image.rotate(np.array([pitch, 0.0, 0.0])) / h,
        T_patient_image.rotate(np.array([0.0, step, 0.0])) / h,
        out,
    )
    return out


def structure_at(patient: Patient, rest_point_mm: NDArray[np.float64]) -> Structure | None:
    """The structure at a point of the patient at rest; None outside the body or the volume."""
    x, y, z = np.floor((np.asarray(rest_point_mm) - patient.origin_mm) / patient.spacing_mm + 0.5).astype(int)
    nz, nx, ny = patient.labels_zxy.shape
    if not (0 <= x < nx and 0 <= y < ny and 0 <= z < nz):
        return None
    label = int(patient.labels_zxy[z, x, y])
    return next((s for s in patient.structures if s.label == label), None)


def standard_view(patient: Patient, procedure_id: str) -> ProbeControl:
    """How a competent operator would hold the probe: truth, for staging and tests, never for guidance.

    Femoral nerve block: across the leg at the crease, artery and nerve in the picture, fanned so that the beam meets
    the nerve squarely. Hip joint: along the femoral neck, over the head-neck junction.

    Raises:
        UnknownNameError: no view is known for that procedure.
    """
    if procedure_id == "femoral_nerve_block":
        return _across_the_nerve(patient)
    if procedure_id == "hip_joint_injection":
        return _along_the_neck(patient)
    raise UnknownNameError("procedure with a standard view", procedure_id, sorted(patient.targets_mm))


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
    to_head = -1.0 if patient.side == "right" else 1.0
    x_mm, z_mm = target[[0, 2]] + to_head * HEAD_IN_VIEW_MM * level
    return ProbeControl(x_mm=float(x_mm), z_mm=float(z_mm), rotate_rad=atan2(axis[2], -axis[0]))
