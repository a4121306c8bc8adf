"""Surfaces of what a patient is made of, for a scene that can be turned: closed triangle meshes, few enough to draw."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage
from skimage import measure as skimage_measure

from inplane.anatomy.patient import Kind, Patient, Structure
from inplane.core import RangeError

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown
measure: Any = skimage_measure
MOST_TRIANGLES = 20_000
"""What a page draws in time on an ordinary laptop without a graphics card."""
SHOWN: dict[Kind, str] = {
    Kind.BONE: "bone",
    Kind.CARTILAGE: "cartilage",
    Kind.LABRUM: "cartilage",
    Kind.MUSCLE: "muscle",
    Kind.TENDON: "tendon",
    Kind.LIGAMENT: "tendon",
    Kind.NERVE: "nerve",
    Kind.FASCICLE: "nerve",
    Kind.ARTERY_WALL: "artery",
    Kind.ARTERY_LUMEN: "artery",
    Kind.VEIN_WALL: "vein",
    Kind.VEIN_LUMEN: "vein",
    Kind.JOINT_FLUID: "fluid",
    Kind.BURSA: "fluid",
    Kind.TENDON_SHEATH: "fluid",
    Kind.LUNG: "lung",
    Kind.LYMPH_NODE: "node",
    Kind.DURA: "dura",
}
"""How each kind is shown. Skin, fat and fasciae are left out: they fill the space between all else."""
FINEST_MM = 1.0
"""Grid that is tried first. Chosen: the finest that any page could show."""
USUAL_SIZE_MM = 25.0
"""Cube root of the volume of a structure that gets the grid as it is. Chosen: a small muscle."""
BLUR = 0.6
"""Deviation, in voxels of that grid, that takes its steps away."""
SIDES, RINGS, LEAST_RADIUS_MM = 6, 24, 0.5
"""Of a thin tube: corners of its cross-section, cross-sections at most, and its least radius. Chosen: thinner ones are
not seen."""
THIN = 1.0
"""Radius in voxels of the grid below which a tube is drawn about its centreline, since a grid would tear it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """The closed surface of one whole structure.

    Args:
        name: of the whole, such as "femoral artery".
        look: how it is shown, a value of SHOWN.
        points_mm: (n, 3) LPS mm, at rest.
        triangles: (m, 3) indices of points, counter-clockwise from outside.
    """

    name: str
    look: str
    points_mm: NDArray[np.float32]
    triangles: NDArray[np.uint32]


Mesh: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Points and triangles."""
Boxes: TypeAlias = Sequence[tuple[slice, ...] | None]
"""By label less one, the part of the volume that holds it."""


def surfaces(patient: Patient, *, most: int = MOST_TRIANGLES) -> tuple[Surface, ...]:
    """Surfaces of all that SHOWN names, on the finest grid that keeps all triangles together below a number.

    Args:
        patient: whose.
        most: triangles in all, 1000 or more.

    Raises:
        RangeError: fewer than 1000 triangles.
    """
    if most < 1000:
        raise RangeError(f"most is {most} triangles. Expected 1000 or more.")
    boxes, counts = ndimage.find_objects(patient.labels_zxy), np.bincount(patient.labels_zxy.ravel(), minlength=256)
    sizes = np.cbrt(counts) * patient.spacing_mm
    voxels = max(1, round(FINEST_MM / patient.spacing_mm))
    while True:
        made = tuple(_surfaces(patient, boxes, sizes, voxels))
        count = sum(len(each.triangles) for each in made)
        if count <= most:
            return made
        voxels = max(voxels + 1, int(voxels * sqrt(count / most)))


def _surfaces(patient: Patient, boxes: Boxes, sizes_mm: NDArray[np.float64], voxels: int) -> list[Surface]:
    """Surfaces on a grid of so many voxels of the patient's: half as many for small structures, more for large ones."""
    wholes: dict[tuple[str, str], list[Structure]] = {}
    for part in patient.structures:
        if part.kind in SHOWN:
            wholes.setdefault((part.belongs_to, SHOWN[part.kind]), []).append(part)
    made: list[Surface] = []
    for (name, look), parts in wholes.items():
        size = float(np.cbrt((sizes_mm[[part.label for part in parts]] ** 3).sum()))
        own = max(1, round(voxels * min(max(size / USUAL_SIZE_MM, 0.5), 1.5)))
        meshes = [_about(line, radii) for line, radii in _thin_tubes(parts, own * patient.spacing_mm)]
        if not meshes:
            meshes = _of_labels(patient, boxes, [part.label for part in parts], own)
        if meshes:
            made.append(_joined(name, look, meshes))
    return made


def _thin_tubes(parts: Sequence[Structure], grid_mm: float) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Centrelines and radii of tubes that a grid would tear; none where one of them is thick."""
    tubes = [(p.centreline_mm, p.radius_mm) for p in parts if p.kind not in (Kind.ARTERY_WALL, Kind.VEIN_WALL)]
    lines = [(line, radii) for line, radii in tubes if line is not None and radii is not None and len(line) > 1]
    return lines if lines and all(float(radii.mean()) < THIN * grid_mm for _, radii in lines) else []


def _about(line: NDArray[np.float64], radii: NDArray[np.float64]) -> Mesh:
    """A tube about a centreline, closed at its ends."""
    kept = np.unique(np.linspace(0, len(line) - 1, min(RINGS, len(line))).round().astype(int))
    line, radii = line[kept], radii[kept]
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    reference = np.eye(3)[int(np.argmin(np.abs(along).sum(axis=0)))]
    first = np.cross(along, reference)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-9)
    second = np.cross(along, first)
    turns = 2 * np.pi * np.arange(SIDES) / SIDES
    around = np.cos(turns)[:, None] * first[:, None] + np.sin(turns)[:, None] * second[:, None]
    rings = line[:, None] + np.maximum(radii, LEAST_RADIUS_MM)[:, None, None] * around
    points = np.concatenate([rings.reshape(-1, 3), line[:1], line[-1:]])
    n, k = len(line), np.arange(SIDES)
    base = SIDES * np.arange(n - 1)[:, None]
    a, b = base + k, base + (k + 1) % SIDES
    sides = np.concatenate([np.stack([a, b, b + SIDES], -1), np.stack([a, b + SIDES, a + SIDES], -1)]).reshape(-1, 3)
    head, foot = len(points) - 2, len(points) - 1
    last = SIDES * (n - 1)
    caps = [np.stack([np.full(SIDES, head), (k + 1) % SIDES, k], -1)]
    caps.append(np.stack([np.full(SIDES, foot), last + k, last + (k + 1) % SIDES], -1))
    return points, np.concatenate([sides, *caps])


def _of_labels(patient: Patient, boxes: Boxes, labels: Sequence[int], voxels: int) -> list[Mesh]:
    """Surface of all voxels of some labels, by marching cubes on blocks of them, smoothed; nothing of none.

    References:
        Lewiner T et al. Efficient implementation of marching cubes' cases with topological guarantees. J Graph Tools
        2003;8:1-15.
    """
    held = [box for box in (boxes[label - 1] for label in labels if label <= len(boxes)) if box is not None]
    if not held:
        return []
    low = np.min([[edge.start for edge in box] for box in held], axis=0)
    high = np.max([[edge.stop for edge in box] for box in held], axis=0)
    part = patient.labels_zxy[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    mask = np.isin(np.arange(256), labels).astype(np.float32)[part]
    blocks = np.pad(measure.block_reduce(mask, voxels, np.mean), 2)
    small = ndimage.gaussian_filter(blocks, BLUR)
    vertices, faces = measure.marching_cubes(small, min(0.5, 0.5 * float(small.max())))[:2]
    at = low - 0.5 + voxels * (vertices - 2 + 0.5)  # in voxels' middles
    zxy = patient.origin_mm[[2, 0, 1]] + patient.spacing_mm * at
    return [(zxy[:, [1, 2, 0]], faces[:, ::-1].astype(np.int64))]


def _joined(name: str, look: str, meshes: Sequence[Mesh]) -> Surface:
    firsts = np.cumsum([0, *(len(points) for points, _ in meshes[:-1])])
    triangles = np.concatenate([faces + first for (_, faces), first in zip(meshes, firsts, strict=True)])
    points = np.concatenate([points for points, _ in meshes])
    return Surface(name=name, look=look, points_mm=points.astype(np.float32), triangles=triangles.astype(np.uint32))
