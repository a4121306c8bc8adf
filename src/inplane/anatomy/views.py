"""Looking into a patient: label slices, the structure at a point, where a competent operator would hold the probe."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy.patient import Patient, Structure
from inplane.core import Pose, ProbeControl, UnknownNameError
from inplane.core.runtime import kernel

Vector: TypeAlias = NDArray[np.float64]


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


LENGTHWISE = 1e-9
"""Below it the probe lies along the body and has no lateral end; "lateral" then is the picture's right on a right side
and its left on a left one, which are one place of the two mirrored patients."""


def needle_side(patient: Patient, procedure_id: str) -> float:
    """+1 where the needle of a procedure enters at the end of the probe to which the picture's x grows, else -1.

    Raises:
        UnknownNameError: this patient has no view for that procedure.
    """
    view = standard_view(patient, procedure_id)
    outward = -1.0 if patient.side == "right" else 1.0  # patient x grows to the patient's left
    across = float(view.pose().rotation[0, 0])
    lateral = outward if across > LENGTHWISE else -outward
    return lateral if patient.needle_from.get(procedure_id, "lateral") == "lateral" else -lateral


def standard_view(patient: Patient, procedure_id: str) -> ProbeControl:
    """How a competent operator would hold the probe: truth, for staging and tests, never for guidance.

    Raises:
        UnknownNameError: this patient has no view for that procedure.
    """
    if procedure_id not in patient.views:
        raise UnknownNameError("procedure with a standard view", procedure_id, sorted(patient.views))
    return patient.views[procedure_id]
