"""Test objects with known answers, as patients: blocks, layers, cylinders. For benches and tests."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient, Physiology, Structure
from inplane.anatomy.patient import ECHOGENICITY_STEP_DB, ECHOGENICITY_ZERO, IMPEDANCE_STEP_MRAYL

ndimage: Any = scipy.ndimage

Shape = Callable[[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Of x, y, z in mm: where a part lies."""

STILL = Physiology(
    heart_rate_hz=1.0,
    artery_strain=0.0,
    artery_peak_m_s=0.0,
    vein_mean_m_s=0.0,
    vein_closing_n=10.0,
    breathing_rate_hz=0.2,
)


def phantom(
    parts: Mapping[str, tuple[Shape | None, float, float]],
    *,
    seed: int,
    size_mm: tuple[float, float, float] = (48.0, 52.0, 12.0),
    spacing_mm: float = 0.5,
    vessel: tuple[NDArray[np.float64], float] | None = None,
) -> Patient:
    """A patient made of simple shapes.

    Args:
        parts: tissue name -> (shape or None for everywhere, echogenicity dB, impedance MRayl); later ones lie on top.
        seed: of its speckle.
        size_mm: x, y, z; the skin is y = 0 and x, z are centred on 0.
        spacing_mm: voxel edge.
        vessel: centreline (n, 3) mm and radius mm of the part whose tissue is "blood".
    """
    n = [round(edge / spacing_mm) for edge in size_mm]
    x: NDArray[Any] = (np.arange(n[0]) - (n[0] - 1) / 2) * spacing_mm
    y: NDArray[Any] = (np.arange(n[1]) + 0.5) * spacing_mm
    z: NDArray[Any] = (np.arange(n[2]) - (n[2] - 1) / 2) * spacing_mm
    grid_z, grid_x, grid_y = np.meshgrid(z, x, y, indexing="ij")
    labels = np.zeros(grid_z.shape, np.uint8)
    echo = np.zeros(grid_z.shape)
    impedance = np.zeros(grid_z.shape)
    structures: list[Structure] = []
    for label, (tissue, (shape, echo_db, mrayl)) in enumerate(parts.items(), start=1):
        where = np.ones(grid_z.shape, bool) if shape is None else shape(grid_x, grid_y, grid_z)
        labels[where], echo[where], impedance[where] = label, echo_db, mrayl
        structures.append(_part(label, tissue, vessel if tissue == "blood" else None))
    return Patient(
        region="phantom",
        seed=seed,
        parameters={},
        side="right",
        origin_mm=np.array([x[0], y[0], z[0]]),
        spacing_mm=spacing_mm,
        labels_zxy=labels,
        echogenicity_zxy=_code(echo / ECHOGENICITY_STEP_DB + ECHOGENICITY_ZERO),
        impedance_zxy=_code(ndimage.gaussian_filter(impedance, 0.8, mode="nearest") / IMPEDANCE_STEP_MRAYL),
        structures=tuple(structures),
        landmarks_mm={},
        targets_mm={},
        physiology=STILL,
        indication={},
    )


def _part(label: int, tissue: str, tube: tuple[NDArray[np.float64], float] | None) -> Structure:
    """A phantom's part as a structure of a patient."""
    return Structure(
        label=label,
        name=tissue,
        kind=Kind.BONE if "bone" in tissue else Kind.ARTERY_LUMEN if tube is not None else Kind.MUSCLE,
        tissue=tissue,
        belongs_to=tissue,
        centreline_mm=None if tube is None else tube[0],
        radius_mm=None if tube is None else np.full(len(tube[0]), tube[1]),
    )


def _code(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def cylinder(x_mm: float, y_mm: float, radius_mm: float) -> Shape:
    """A round tube along z."""
    return lambda x, y, z: np.hypot(x - x_mm, y - y_mm) + 0.0 * z < radius_mm


def below(y_mm: float, slope: float = 0.0) -> Shape:
    """All that lies deeper than a plane, y > y_mm + slope x."""
    return lambda x, y, z: y + 0.0 * z > y_mm + slope * x


def beside(x_mm: float) -> Shape:
    """All that lies to the +x side of a plane."""
    return lambda x, y, z: x + 0.0 * (y + z) > x_mm
