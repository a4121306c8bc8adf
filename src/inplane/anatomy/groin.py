"""Builds a virtual groin: a pure function of seed, parameters and side."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._closed import close_walls
from inplane.anatomy._groin_contents import make_shape
from inplane.anatomy._groin_labels import ENTRIES, Label, material_table
from inplane.anatomy._groin_places import indications, landmarks, targets
from inplane.anatomy._groin_shape import (
    DEPTH_MM,
    ILIACA,
    WALL_ARTERY_MM,
    WALL_VEIN_MM,
    Z_TUBES,
    Grid,
    GroinShape,
    make_grid,
)
from inplane.anatomy._groin_views import standard_views
from inplane.anatomy._paint_joint import paint_joint
from inplane.anatomy._paint_layers import paint_layers
from inplane.anatomy._paint_organs import paint_nerve, paint_nodes, paint_tendon, paint_vessels
from inplane.anatomy._smooth import smooth_volume
from inplane.anatomy.parameters import GroinParameters, sample_parameters
from inplane.anatomy.patient import (
    ECHOGENICITY_STEP_DB,
    ECHOGENICITY_ZERO,
    Patient,
    Physiology,
    Side,
    Structure,
    mirrored,
)
from inplane.core import UnknownNameError, require_range

Progress: TypeAlias = Callable[[str, float], None]
"""Called with what is being done and the share done, 0 to 1."""

SPACING_MM = 0.4
"""Chosen: less than the thinnest wall, and 18 million voxels."""

BELOW_TARGET_MM = 1.5
"""Chosen: bone is seen beneath every target."""


def build_groin(
    seed: int,
    *,
    parameters: GroinParameters | None = None,
    side: Side = "right",
    progress: Progress | None = None,
    spacing_mm: float = SPACING_MM,
) -> Patient:
    """A patient's groin, the same to the bit for the same arguments.

    Args:
        seed: of the fine structure, and of the parameters where none are given.
        parameters: one groin in numbers; drawn from the seed if None.
        side: which leg; the left one is the mirror image of the right.
        progress: told what is being done.
        spacing_mm: isotropic voxels, 0.3 to 4; coarse ones are for tests.

    Raises:
        UnknownNameError: the side is neither left nor right.
        RangeError: the seed is outside 0 to 2^31 - 1, the spacing outside its range, or the parameters together put a
            target deeper than the volume reaches.
    """
    if side not in ("left", "right"):
        raise UnknownNameError("side", side, ("left", "right"))
    require_range("seed", seed, 0, 2**31 - 1)
    require_range("spacing_mm", spacing_mm, 0.3, 4.0, "mm")
    chosen = parameters or sample_parameters(seed)
    grid = make_grid(spacing_mm)
    shape = make_shape(seed, chosen, grid)
    for name, target in targets(grid, shape).items():
        require_range(f"depth of the target of {name}", float(target[1]), 0, DEPTH_MM - BELOW_TARGET_MM, "mm")
    volume = _paint(seed, chosen, grid, shape, progress or _silent)
    patient = _patient(seed, chosen, grid, shape, volume)
    close_walls(patient.labels_zxy, patient.structures)
    patient = replace(patient, views=standard_views(patient))
    return patient if side == "right" else mirrored(patient)


def _silent(what: str, share: float) -> None:
    """Progress that nobody asked for."""


def _materials(p: GroinParameters) -> NDArray[np.float64]:
    """Codes by label with this patient's own brightness of muscle, fat and blood."""
    table = material_table()
    for label, entry in ENTRIES.items():
        own = {"muscle": p.muscle_echo_db, "fat": p.fat_echo_db, "blood": p.blood_echo_db}.get(entry.tissue)
        if own is not None:
            table[label, 0] = ECHOGENICITY_ZERO + (own + entry.louder_db) / ECHOGENICITY_STEP_DB
    return table


def _paint(seed: int, p: GroinParameters, grid: Grid, shape: GroinShape, progress: Progress) -> NDArray[np.uint8]:
    """(3, nz, nx, ny) labels, echogenicity, impedance."""
    volume = np.zeros((3, grid.z_mm.size, grid.x_mm.size, grid.y_mm.size), dtype=np.uint8)
    frame = np.array([grid.x_mm[0], grid.y_mm[0], grid.z_mm[0], grid.spacing_mm, float(seed % 1_000_003)])
    materials = _materials(p)
    progress("skin, fat, fasciae and muscles", 0.0)
    paint_layers(volume, frame, shape.maps, shape.muscles, materials)
    iliaca = np.ascontiguousarray(shape.maps[:, :, ILIACA])
    paint_tendon(volume, frame, shape.muscles, iliaca, materials)
    progress("hip joint", 0.5)
    joint = shape.joint
    paint_joint(volume, frame, joint.numbers(), joint.pieces, materials)
    progress("nerve, vessels and nodes", 0.75)
    paint_nodes(volume, frame, shape.nodes, materials)
    paint_nerve(
        volume, frame, np.ascontiguousarray(shape.maps[:, :, ILIACA]), (shape.nerve, shape.fascicles), materials
    )
    _paint_all_vessels(volume, frame, shape, materials)
    progress("impedance", 0.9)
    smooth_volume(volume[2])
    progress("done", 1.0)
    return volume


_VEINS = ((Label.VEIN_WALL, WALL_VEIN_MM, 1.07, 0.35), (Label.SAPHENOUS_WALL, 0.4, 1.0, 0.1))
_ARTERIES = (
    (Label.ARTERY_WALL, WALL_ARTERY_MM, 1.02, 0.12),
    (Label.PROFUNDA_WALL, 0.8, 1.02, 0.12),
    (Label.CIRCUMFLEX_WALL, 0.45, 1.0, 0.05),
    (Label.DEEP_ILIAC_WALL, 0.45, 1.0, 0.05),
)
"""Wall label, wall thickness (mm), oval, wavering (mm), in the order of Tubes. Chosen: a vein is less round."""


def _paint_all_vessels(
    volume: NDArray[np.uint8], frame: NDArray[np.float64], shape: GroinShape, materials: NDArray[np.float64]
) -> None:
    """Veins first, so that an artery that touches one keeps its wall."""
    z, x = shape.tubes.along_z, shape.tubes.along_x
    paint_vessels(volume, frame, (z[2:4], x[:0]), np.array(_VEINS, dtype=np.float64), materials)
    paint_vessels(volume, frame, (z[0:2], x), np.array(_ARTERIES, dtype=np.float64), materials)


_FIBERS: dict[Label, tuple[float, float, float]] = {
    Label.SARTORIUS: (0.32, 0.0, -0.95),
    Label.TENSOR: (0.0, 0.05, -1.0),
    Label.ILIOPSOAS: (0.12, 0.10, -0.99),
    Label.PSOAS_TENDON: (0.1, 0.1, -0.99),
    Label.PECTINEUS: (-0.58, 0.35, -0.74),
    Label.OBTURATOR_EXTERNUS: (-0.58, 0.35, -0.74),
    Label.GLUTEUS_MINIMUS: (-0.4, 0.1, -0.9),
    Label.RECTUS_FEMORIS: (0.0, 0.05, -1.0),
    Label.INTERNAL_OBLIQUE: (0.914, 0.0, -0.406),
    Label.NERVE: (0.05, 0.1, -1.0),
    Label.FASCICLE: (0.05, 0.1, -1.0),
}
"""Course of the fibres, downwards. Chosen from the muscles' origins and insertions."""


def _structures(grid: Grid, shape: GroinShape, labels: NDArray[np.uint8]) -> tuple[Structure, ...]:
    present = np.flatnonzero(sum(np.bincount(rows.reshape(-1), minlength=64) for rows in labels))  # saves memory
    lines = _centrelines(grid, shape)
    structures: list[Structure] = []
    for value in present:
        label = Label(int(value))
        entry = ENTRIES[label]
        fibers = _FIBERS.get(label)
        centre, radius = lines.get(label, (None, None))
        structures.append(
            Structure(
                label=int(label),
                name=entry.name,
                kind=entry.kind,
                tissue=entry.tissue,
                belongs_to=entry.belongs_to,
                fiber_direction=None if fibers is None else np.array(fibers) / np.linalg.norm(fibers),
                centreline_mm=centre,
                radius_mm=radius,
            )
        )
    return tuple(structures)


def _centrelines(grid: Grid, shape: GroinShape) -> dict[Label, tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Centreline (n, 3) and radius (n,) of tubes by label, from the head downwards; branches begin at their parent."""
    down = slice(None, None, -1)
    lines: dict[Label, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
    for tube, label in enumerate((Label.ARTERY, Label.PROFUNDA, Label.VEIN, Label.SAPHENOUS)):
        table = shape.tubes.along_z[tube]
        keep = np.ones(grid.z_mm.size, dtype=bool)
        if Z_TUBES[tube] in ("profunda", "saphenous"):
            parent = shape.tubes.along_z[tube - 1]
            keep = np.hypot(*(table[:, :2] - parent[:, :2]).T) + table[:, 2] > parent[:, 2]
        points = np.column_stack([table[:, 0], table[:, 1], grid.z_mm])
        lines[label] = lines[Label(label - 1)] = points[keep][down], table[keep, 2][down]
    for tube, label in enumerate((Label.CIRCUMFLEX, Label.DEEP_ILIAC)):
        table = shape.tubes.along_x[tube]
        keep = table[:, 2] > 0
        points = np.column_stack([grid.x_mm, table[:, 1], table[:, 0]])
        lines[label] = lines[Label(label - 1)] = points[keep][down], table[keep, 2][down]
    columns = np.clip(np.searchsorted(grid.x_mm, shape.nerve[:, 1, 0]), 0, grid.x_mm.size - 1)
    depth = shape.maps[np.arange(grid.z_mm.size), columns, ILIACA] + shape.nerve[:, 1, 1]
    points = np.column_stack([shape.nerve[:, 1, 0], depth, grid.z_mm])
    lines[Label.NERVE] = points[down], shape.nerve[down, 1, 2]
    joint = shape.joint
    ends = np.array([joint.neck_radius_mm, joint.neck_radius_mm])
    lines[Label.FEMORAL_NECK] = np.stack([joint.head_mm, joint.base_mm]), ends
    return lines


def _patient(seed: int, p: GroinParameters, grid: Grid, shape: GroinShape, volume: NDArray[np.uint8]) -> Patient:
    return Patient(
        region="groin",
        seed=seed,
        parameters=p.as_mapping(),
        side="right",
        origin_mm=np.array([grid.x_mm[0], grid.y_mm[0], grid.z_mm[0]]),
        spacing_mm=grid.spacing_mm,
        labels_zxy=volume[0],
        echogenicity_zxy=volume[1],
        impedance_zxy=volume[2],
        structures=_structures(grid, shape, volume[0]),
        landmarks_mm=landmarks(),
        targets_mm=targets(grid, shape),
        physiology=Physiology(
            heart_rate_hz=p.heart_rate_hz,
            artery_strain=p.artery_strain,
            artery_peak_m_s=p.artery_peak_m_s,
            vein_mean_m_s=p.vein_mean_m_s,
            vein_closing_n=p.vein_closing_n,
            breathing_rate_hz=p.breathing_rate_hz,
        ),
        indication=indications(int(p.effusion_grade)),
    )
