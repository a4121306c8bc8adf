"""A patient of blocks, for tests that must know what lies where: a slab of muscle with one of everything in it.

Loaded by the conftest files that need it.
"""

import numpy as np

from inplane.anatomy import ECHOGENICITY_ZERO, IMPEDANCE_STEP_MRAYL, Kind, Patient, Physiology, Structure

ARTERY, VEIN, RADIUS_MM = (-12.0, 18.0), (10.0, 18.0), 4.0
NERVE = (0.0, 24.0)
FASCIA_MM, BONE_MM = 12.0, 34.0
TISSUES = (
    ("skin", Kind.SKIN, "skin"),
    ("fat", Kind.FAT, "fat"),
    ("fascia", Kind.FASCIA, "connective"),
    ("muscle", Kind.MUSCLE, "muscle"),
    ("artery wall", Kind.ARTERY_WALL, "vessel_wall"),
    ("artery lumen", Kind.ARTERY_LUMEN, "blood"),
    ("vein wall", Kind.VEIN_WALL, "vessel_wall"),
    ("vein lumen", Kind.VEIN_LUMEN, "blood"),
    ("nerve", Kind.NERVE, "nerve"),
    ("fascicle", Kind.FASCICLE, "nerve"),
    ("bone", Kind.BONE, "cortical_bone"),
    ("capsule", Kind.CAPSULE, "connective"),
    ("joint recess", Kind.JOINT_FLUID, "joint_fluid"),
)
LABEL = {name: label for label, (name, _, _) in enumerate(TISSUES, 1)}


def build_block(*, plain: bool = False, spacing_mm: float = 0.8) -> Patient:
    """The block: skin at y = 0, everything else where the constants say; `plain` leaves only skin and muscle."""
    nz, nx, ny = (round(size / spacing_mm) for size in (48, 64, 44))
    origin = np.array([-32.0, 0.0, -24.0]) + spacing_mm / 2
    x = (origin[0] + spacing_mm * np.arange(nx))[:, None]
    y = (origin[1] + spacing_mm * np.arange(ny))[None, :]
    plane = np.full((nx, ny), LABEL["muscle"], np.uint8)
    if not plain:
        _paint(plane, x, y)
    plane[np.broadcast_to(y < 2, plane.shape)] = LABEL["skin"]
    labels = np.repeat(plane[None], nz, axis=0)
    return Patient(
        region="block",
        seed=1,
        parameters={},
        side="right",
        origin_mm=origin,
        spacing_mm=spacing_mm,
        labels_zxy=labels,
        echogenicity_zxy=np.full(labels.shape, ECHOGENICITY_ZERO, np.uint8),
        impedance_zxy=np.full(labels.shape, round(1.7 / IMPEDANCE_STEP_MRAYL), np.uint8),
        structures=tuple(_structure(name, kind, tissue) for name, kind, tissue in TISSUES),
        landmarks_mm={"middle": np.zeros(3)},
        targets_mm={"femoral_nerve_block": np.array([*NERVE, 0.0])},
        physiology=Physiology(
            heart_rate_hz=1.0,
            artery_strain=0.05,
            artery_peak_m_s=1.0,
            vein_mean_m_s=0.15,
            vein_closing_n=10.0,
            breathing_rate_hz=0.25,
        ),
        indication={},
    )


def _paint(plane: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    plane[np.broadcast_to((y >= 2) & (y < 8), plane.shape)] = LABEL["fat"]
    plane[np.broadcast_to(np.abs(y - FASCIA_MM) < 0.8, plane.shape)] = LABEL["fascia"]
    for name, (cx, cy) in (("artery", ARTERY), ("vein", VEIN)):
        away = np.hypot(x - cx, y - cy)
        plane[away < RADIUS_MM + 1] = LABEL[f"{name} wall"]
        plane[away < RADIUS_MM] = LABEL[f"{name} lumen"]
    away = np.hypot(x - NERVE[0], y - NERVE[1])
    plane[away < 3] = LABEL["nerve"]
    plane[away < 1.5] = LABEL["fascicle"]
    plane[np.broadcast_to(y >= BONE_MM, plane.shape)] = LABEL["bone"]
    recess = (x > 18) & (y >= BONE_MM - 3) & (y < BONE_MM)
    plane[(x > 18) & (y >= BONE_MM - 4.6) & (y < BONE_MM - 3)] = LABEL["capsule"]
    plane[recess] = LABEL["joint recess"]


def _structure(name: str, kind: Kind, tissue: str) -> Structure:
    middle = {"artery lumen": ARTERY, "vein lumen": VEIN}.get(name)
    line = None if middle is None else np.array([[*middle, 24.0], [*middle, 0.0], [*middle, -24.0]])
    return Structure(
        label=LABEL[name],
        name=name,
        kind=kind,
        tissue=tissue,
        belongs_to={"fascicle": "nerve"}.get(name, name.split()[0]),
        centreline_mm=line,
        radius_mm=None if line is None else np.full(3, RADIUS_MM),
    )
