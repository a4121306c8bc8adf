"""What a patient of a procedure must fulfil, measured on one patient: what its views must show, order and path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient, needle_side, slice_labels, structure_at
from inplane.atlas import Procedure, load_atlas
from inplane.bench._patient_seen import labels_of

ANGLES_DEG = tuple(range(6, 67, 3))
"""Chosen: from all but flat to steep."""
STEP_MM = 0.3
SOLID = (Kind.BONE, Kind.LUNG, Kind.PLEURA, Kind.DURA, Kind.CEREBROSPINAL_FLUID)
VITAL = (Kind.ARTERY_WALL, Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN, Kind.FASCICLE)


def wanted(procedure: Procedure) -> tuple[str, ...]:
    """Structures that the view must show: target, critical structures, and what the atlas's first view names."""
    view = load_atlas().view(procedure.views[0])
    names = [procedure.target.structure, *(c.structure for c in procedure.critical_structures), *view.must_show]
    return tuple(dict.fromkeys(names))


def unseen(procedure: Procedure) -> tuple[str, ...]:
    """Target and critical structures that the atlas says are mostly not told apart in life."""
    target = procedure.target
    return tuple(s.structure for s in (target, *procedure.critical_structures) if s.unseen is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A straight way of the needle in the picture: angle to the face, how near (mm) it comes to what it must not meet,
    and its length."""

    angle_deg: float
    clear_mm: float
    length_mm: float


def paths(patient: Patient, procedure: Procedure, *, half_face_mm: float) -> Iterator[Path]:
    """Ways in the imaging plane from beside the probe's face to the target that meet nothing solid.

    The needle comes from the end of the face that the patient tells, at every angle of ANGLES_DEG whose entry lies
    outside the face.
    """
    pose = patient.views[procedure.id].pose(0.0)
    target = pose.inverse().apply(patient.targets_mm[procedure.id])
    side = needle_side(patient, procedure.id)
    for angle in ANGLES_DEG:
        entry_x = target[0] + side * target[1] / np.tan(radians(angle))
        if side * entry_x < half_face_mm + 1.0:
            continue
        length = target[1] / sin(radians(angle))
        steps = np.arange(0.0, length, STEP_MM)
        points = np.column_stack([entry_x - side * steps * cos(radians(angle)), steps * sin(radians(angle)), 0 * steps])
        clear = _clear_mm(patient, pose.apply(points), procedure)
        if clear is not None:
            yield Path(angle_deg=angle, clear_mm=clear, length_mm=float(length))


def _clear_mm(patient: Patient, points: NDArray[np.float64], procedure: Procedure) -> float | None:
    """Distance from a way to the nearest vessel or fascicle, at most 5 mm; None where it meets something solid."""
    h = patient.spacing_mm
    kinds = {s.label: s.kind for s in patient.structures}
    solid = {label for label, kind in kinds.items() if kind in SOLID}
    into_bone = {s.label for s in patient.structures if s.belongs_to == procedure.target.structure}
    vital = np.isin(np.arange(256), [label for label, kind in kinds.items() if kind in VITAL])
    least = 5.0
    reach = round(5.0 / h)
    for point in points:
        inside = structure_at(patient, point)
        if inside is not None and inside.label in solid - into_bone:
            return None
        x, y, z = np.floor((point - patient.origin_mm) / h + 0.5).astype(int)
        low = [max(0, int(i) - reach) for i in (z, x, y)]
        block = vital[patient.labels_zxy[low[0] : z + reach, low[1] : x + reach, low[2] : y + reach]]
        if block.any():
            away = np.argwhere(block) + low - np.array([z, x, y])
            least = min(least, float(np.sqrt((away**2).sum(axis=1)).min()) * h)
    return least


def ordered(patient: Patient, procedure: Procedure, order: Sequence[tuple[str, str, str]]) -> str:
    """Which relations do not hold of the middles of what the view's plane cuts at rest."""
    probe = load_atlas().probe(procedure.probe_id)
    shape, depth_mm = (192, 256), procedure.preset.depth_mm.value
    pose, width_mm = patient.views[procedure.id].pose(0.0), max(probe.chord_mm, 40.0)
    if probe.shape == "curved":
        width_mm += 2 * depth_mm * tan(0.5 * probe.field_of_view_rad.value)
    labels = slice_labels(patient, pose, width_mm=width_mm, depth_mm=depth_mm, shape=shape)
    outward = needle_side(patient, procedure.id)
    outward = outward if patient.needle_from.get(procedure.id, "lateral") == "lateral" else -outward
    wrong: list[str] = []
    for one, relation, other in order:
        places = [np.argwhere(np.isin(labels, labels_of(patient, name))) for name in (one, other)]
        if uncut := [name for name, place in zip((one, other), places, strict=True) if not len(place)]:
            wrong.append(f"{' and '.join(uncut)} not cut")
            continue
        (y0, y1), (x0, x1) = (
            (float(place[:, 1].mean()) for place in _facing(*places)),
            (float(place[:, 0].mean()) for place in places),
        )
        holds = {
            "above": y0 < y1,
            "below": y0 > y1,
            "lateral to": (x0 - x1) * outward > 0,
            "medial to": (x0 - x1) * outward < 0,
        }
        if not holds[relation]:
            wrong.append(f"{one} is not {relation} {other}")
    return ", ".join(wrong)


def _facing(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels (line, sample) of two structures on the lines that cut both; all of them where no line does."""
    shared = np.intersect1d(one[:, 0], other[:, 0])
    if not shared.size:
        return one, other
    return one[np.isin(one[:, 0], shared)], other[np.isin(other[:, 0], shared)]
