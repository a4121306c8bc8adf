"""What must be true of every virtual patient, however it was drawn; asked of coarse grids, which are soon built."""

from collections.abc import Iterator
from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy import Kind, Patient, Structure
from inplane.anatomy._closed import CLOSED_BY, faces_of

THICK = 1.6
"""Radius in voxels from which a tube can be followed on a grid. Chosen: more than three voxels across."""
LEFT = 0.5
"""Share of its volume that a thick tube must have left. Chosen: neighbors press it, but none runs through it."""
BESIDE = {inner: set(beside) for inner, _, beside in CLOSED_BY}
TUBES = (Kind.ARTERY_WALL, Kind.VEIN_WALL, Kind.NERVE)
"""What a coarse grid thickens until it shows on top, where it runs right beneath thin skin."""
ndimage: Any = scipy_ndimage  # its stubs leave most types unknown


def broken(patient: Patient) -> list[str]:
    """What is wrong with a patient, in words; empty where nothing is."""
    return [
        *_outside(patient),
        *(word for part in patient.structures for word in _of_part(patient, part)),
        *_bones(patient),
    ]


def _outside(patient: Patient) -> Iterator[str]:
    """Whether something lies outside the body, or what is named does not exist."""
    labels = patient.labels_zxy
    known = {s.label for s in patient.structures}
    if not set(np.unique(labels).tolist()) <= known:
        yield "some voxels belong to no structure"
    skin = [s.label for s in patient.structures if s.kind is Kind.SKIN or s.kind in TUBES]
    thick_enough = patient.parameters["skin_mm"] >= patient.spacing_mm
    if thick_enough and not np.isin(labels[:, :, 0], skin).all():
        yield "something lies on top that is neither skin nor a vein or nerve right beneath it"
    nz, nx, ny = labels.shape
    high = patient.origin_mm + patient.spacing_mm * (np.array([nx, ny, nz]) - 0.5)
    low = patient.origin_mm - 0.5 * patient.spacing_mm
    for name, point in patient.targets_mm.items():
        if not ((low <= point) & (point <= high)).all():
            yield f"the target of {name} lies outside the body"


def _of_part(patient: Patient, part: Structure) -> Iterator[str]:
    """Whether a lumen or fascicle is enclosed, and a thick tube goes through unbroken and as thick as it should be."""
    inside = patient.labels_zxy == part.label
    if part.kind in BESIDE:
        fine = [s.label for s in patient.structures if s.kind in BESIDE[part.kind]]
        open_at = faces_of(inside) & ~np.isin(patient.labels_zxy, fine)
        if open_at.any():
            names = {s.label: s.name for s in patient.structures}
            met = ", ".join(sorted(names[label] for label in np.unique(patient.labels_zxy[open_at]).tolist())[:3])
            yield f"{part.name} lies open to {met}"
    line, radii = part.centreline_mm, part.radius_mm
    if part.kind not in BESIDE or line is None or radii is None or radii.min() < THICK * patient.spacing_mm:
        return
    if (pieces := _pieces(inside)) > 1:
        yield f"{part.name} is in {pieces} pieces"
    should = _volume_mm3(patient, line, radii)
    if (has := float(inside.sum()) * patient.spacing_mm**3) < LEFT * should:
        yield f"{part.name} has {has:.0f} of {should:.0f} mm3"


def _volume_mm3(patient: Patient, line: NDArray[np.float64], radii: NDArray[np.float64]) -> float:
    """Of a tube within the patient."""
    nz, nx, ny = patient.labels_zxy.shape
    at = (line - patient.origin_mm) / patient.spacing_mm
    there: NDArray[np.bool_] = np.all((at >= 0) & (at <= np.array([nx, ny, nz]) - 1), axis=1)
    long_mm = np.linalg.norm(np.diff(line, axis=0), axis=1)
    pieces_mm3 = pi * (0.5 * (radii[:-1] + radii[1:])) ** 2 * long_mm
    return float(pieces_mm3[there[:-1] & there[1:]].sum())


def _bones(patient: Patient) -> Iterator[str]:
    """Whether cortex closes every bone."""
    any_bone = np.isin(patient.labels_zxy, [s.label for s in patient.structures if s.kind is Kind.BONE])
    for name in sorted({s.belongs_to for s in patient.structures if s.kind is Kind.BONE}):
        labels = [s.label for s in patient.structures if s.kind is Kind.BONE and s.belongs_to == name]
        bone = np.isin(patient.labels_zxy, labels)
        own = [s for s in patient.structures if s.label in labels]
        spongy = [s.label for s in own if s.tissue == "cancellous_bone" and any(t.tissue != s.tissue for t in own)]
        within = np.isin(patient.labels_zxy, spongy)
        if (faces_of(within) & ~any_bone).any():
            yield f"{name} is spongy on its surface"
        if hollow := int((ndimage.binary_fill_holes(bone) & ~any_bone).sum()):
            yield f"{name} is hollow at {hollow} voxels"


def _pieces(inside: NDArray[np.bool_]) -> int:
    """How many pieces there are that do not even share a corner."""
    return int(ndimage.label(inside, structure=np.ones((3, 3, 3)))[1])
