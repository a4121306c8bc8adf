"""The truth of a frame as teacher's layer and 3-D scene show it. Asked of the source only while they are on."""

import numpy as np
from numpy.typing import NDArray

from inplane.console.messages import Scene3dNow, TeacherLayer, TeacherShape
from inplane.world import AtRest, Truth

HIDDEN_KINDS = ("fascicle", "skin", "fat", "artery lumen", "vein lumen")
"""Not outlined: too small, everywhere, or within a wall that is outlined and stands for the whole vessel."""
MAX_POINTS = 60
"""Points an outline is thinned to (chosen: finer than a pixel at the size of a vessel)."""


def teacher_layer(truth: Truth, procedure_id: str) -> TeacherLayer:
    """Names and outlines of everything in the imaging plane, the needle as it lies, the target, the spread."""
    tip = truth.tip_image_mm
    target = truth.targets_image_mm.get(procedure_id)
    return TeacherLayer(
        shapes=tuple(
            TeacherShape(
                name=outline.name.removesuffix(" wall"), kind=outline.kind.value, points_mm=_thinned(outline.points_mm)
            )
            for outline in truth.outlines
            if outline.kind.value not in HIDDEN_KINDS
        ),
        needle_mm=tuple((float(x), float(y), float(z)) for x, y, z in truth.needle_points_image_mm),
        tip_structure=truth.tip_structure,
        tip_off_plane_mm=None if tip is None else float(abs(tip[2])),
        target_mm=None if target is None else (float(target[0]), float(target[1]), float(target[2])),
        spread_mm=tuple(_thinned(outline) for outline in truth.spread_outlines_mm),
        notes=tuple(f"{event.kind}: {event.structure}" for event in truth.events[-4:]),
    )


def scene_3d_now(placed: AtRest, target_mm: NDArray[np.float64] | None) -> Scene3dNow:
    """What moves in the 3-D scene.

    Args:
        placed: imaging plane and needle among structures at rest.
        target_mm: (3,) patient mm at rest, or None.
    """
    return Scene3dNow(
        plane_mm=placed.plane_mm,
        edge_mm=placed.edge_mm,
        face_mm=(float(placed.face_mm[0]), float(placed.face_mm[1]), float(placed.face_mm[2])),
        probe_axes=placed.probe_axes,
        needle_mm=placed.needle_mm,
        target_mm=() if target_mm is None else tuple(float(value) for value in target_mm),
        sector=placed.sector,
    )


def _thinned(points_mm: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """Every so many points of a closed outline, which is closed again."""
    step = max(1, len(points_mm) // MAX_POINTS)
    kept = [(float(x), float(y)) for x, y in points_mm[::step]]
    return (*kept, kept[0]) if kept else ()
