"""Walls without gaps: blood touches only vessels' walls, a fascicle only nerve, and spongy bone only bone.

A sheath laid along a vessel, or a nerve beside it, may take a voxel of its wall; fluid and needle would then pass from
the lumen into tissue through no wall at all.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy._materials import impedance_code
from inplane.anatomy.patient import Kind, Structure

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown
VESSEL = (Kind.ARTERY_WALL, Kind.ARTERY_LUMEN, Kind.VEIN_WALL, Kind.VEIN_LUMEN)
CLOSED_BY = (
    (Kind.FASCICLE, Kind.NERVE, (Kind.FASCICLE, Kind.NERVE, *VESSEL)),
    (Kind.ARTERY_LUMEN, Kind.ARTERY_WALL, VESSEL),
    (Kind.VEIN_LUMEN, Kind.VEIN_WALL, VESSEL),
)
"""What is enclosed, by what of its own, and what may lie beside it. Vessels come last: a wall that a nerve lies against
stays a wall."""


def close_walls(labels_zxy: NDArray[np.uint8], structures: Sequence[Structure]) -> None:
    """Gives the voxels beside each lumen that should not lie there to the wall of that vessel, and those of a fascicle
    that lie open to the nerve about it: a vessel keeps its bore, and no nerve grows.

    In place; voxels that share a face are beside each other, and the volume's border needs no wall.

    Args:
        labels_zxy: (nz, nx, ny).
        structures: what the labels mean.
    """
    boxes = _boxes(labels_zxy)
    for inner, outer, beside in CLOSED_BY:
        fine = np.isin(np.arange(256), [s.label for s in structures if s.kind in beside])
        for part in structures:
            walls = [s.label for s in structures if s.kind is outer and s.belongs_to == part.belongs_to]
            if part.kind is inner and walls and part.label in boxes:
                near = labels_zxy[boxes[part.label]]
                inside = near == part.label
                thin = inside & faces_of(~fine[near]) if inner is Kind.FASCICLE else faces_of(inside) & ~fine[near]
                near[thin] = walls[0]


def _boxes(labels_zxy: NDArray[np.uint8]) -> dict[int, tuple[slice, ...]]:
    """By label, the part of the volume that holds all of it and what lies beside it."""
    found: list[tuple[slice, ...] | None] = ndimage.find_objects(labels_zxy)
    return {
        label: tuple(slice(max(0, edge.start - 1), edge.stop + 1) for edge in box)
        for label, box in enumerate(found, start=1)
        if box is not None
    }


def close_cortex(
    labels_zxy: NDArray[np.uint8], impedance_zxy: NDArray[np.float32], structures: Sequence[Structure]
) -> None:
    """Makes cortex of the spongy bone that lies open to something that is no bone, in place.

    Args:
        labels_zxy, impedance_zxy: (nz, nx, ny); impedance as codes.
        structures: what the labels mean.
    """
    bone = np.isin(np.arange(256), [s.label for s in structures if s.kind is Kind.BONE])
    boxes = _boxes(labels_zxy)
    for part in structures:
        cortex = [s.label for s in structures if s.belongs_to == part.belongs_to and s.tissue == "cortical_bone"]
        if part.tissue == "cancellous_bone" and cortex and part.label in boxes:
            near, hard = labels_zxy[boxes[part.label]], impedance_zxy[boxes[part.label]]
            shell = (near == part.label) & faces_of(~bone[near])
            near[shell], hard[shell] = cortex[0], impedance_code("cortical_bone")


def faces_of(inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Voxels that share a face with some of those inside, and are not inside themselves."""
    out = np.zeros_like(inside)
    for axis in range(inside.ndim):
        low: tuple[slice, ...] = tuple(slice(None, -1) if a == axis else slice(None) for a in range(inside.ndim))
        high: tuple[slice, ...] = tuple(slice(1, None) if a == axis else slice(None) for a in range(inside.ndim))
        out[low] |= inside[high]
        out[high] |= inside[low]
    return out & ~inside
