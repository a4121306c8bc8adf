"""A virtual patient at rest: label volume, echo texture, impedance, named structures, physiology, landmarks."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core import ProbeControl, UnknownNameError

Side: TypeAlias = Literal["left", "right"]

ECHOGENICITY_ZERO = 128
"""Code of 0 dB: muscle's mean backscatter."""
ECHOGENICITY_STEP_DB = 0.375
"""dB a code step: the uint8 reaches from -48 to +47.6 dB."""
IMPEDANCE_STEP_MRAYL = 0.03
"""MRayl a code step: the uint8 reaches from 0 to 7.65, cortical bone being 6.71."""


class Kind(StrEnum):
    """What sort of thing a structure is."""

    SKIN = "skin"
    FAT = "fat"
    FASCIA = "fascia"
    MUSCLE = "muscle"
    TENDON = "tendon"
    TENDON_SHEATH = "tendon sheath"
    LIGAMENT = "ligament"
    BURSA = "bursa"
    NERVE = "nerve"
    FASCICLE = "fascicle"
    ARTERY_WALL = "artery wall"
    ARTERY_LUMEN = "artery lumen"
    VEIN_WALL = "vein wall"
    VEIN_LUMEN = "vein lumen"
    BONE = "bone"
    CARTILAGE = "cartilage"
    LABRUM = "labrum"
    CAPSULE = "capsule"
    JOINT_FLUID = "joint fluid"
    LYMPH_NODE = "lymph node"
    PLEURA = "pleura"
    LUNG = "lung"
    DURA = "dura"
    CEREBROSPINAL_FLUID = "cerebrospinal fluid"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Structure:
    """A named part of the patient.

    Args:
        label: its value in the label volume, 1 to 255; 0 is outside the body.
        name: the field's term, such as "femoral artery".
        kind: see Kind; lumen and wall, nerve and fascicle are structures of their own, sharing `belongs_to`.
        tissue: name of its row in the atlas's tissue table.
        belongs_to: the whole that it is part of ("femoral artery" for its wall and its lumen); its own name if whole.
        fiber_direction: (3,) unit vector, where fibres matter.
        centreline_mm: (n, 3), from the head downwards, for tubes.
        radius_mm: (n,) at rest, for tubes.
    """

    label: int
    name: str
    kind: Kind
    tissue: str
    belongs_to: str
    fiber_direction: NDArray[np.float64] | None = None
    centreline_mm: NDArray[np.float64] | None = None
    radius_mm: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Physiology:
    """What moves by itself.

    Args:
        heart_rate_hz: 0.8 to 2.
        artery_strain: peak relative growth of the artery's radius in systole.
        artery_peak_m_s: blood speed on the artery's axis in systole, away from the heart. vein_mean_m_s: over a lumen.
        vein_closing_n: probe force at which the vein is pressed flat.
        breathing_rate_hz: the vein's flow varies with it.
    """

    heart_rate_hz: float
    artery_strain: float
    artery_peak_m_s: float
    vein_mean_m_s: float
    vein_closing_n: float
    breathing_rate_hz: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patient:
    """A virtual patient at rest, in LPS mm; the skin is the plane y = 0.

    Args:
        region: such as "groin".
        seed, parameters: what it is a pure function of.
        side: which side is treated.
        origin_mm: (3,) x, y, z of the centre of voxel [0, 0, 0].
        spacing_mm: isotropic.
        labels_zxy: (nz, nx, ny) uint8, y fastest.
        echogenicity_zxy: (nz, nx, ny) uint8, log-coded: dB = (code - ECHOGENICITY_ZERO) * ECHOGENICITY_STEP_DB.
        impedance_zxy: (nz, nx, ny) uint8, smoothed: MRayl = code * IMPEDANCE_STEP_MRAYL.
        structures: every label that occurs.
        landmarks_mm: palpable points on the skin by name.
        targets_mm: by procedure id, the point that a perfect needle tip reaches.
        physiology: what moves by itself.
        indication: why this patient came, in one sentence, by procedure id.
        views: by procedure id, how a competent operator would hold the probe: truth, for staging, never for guidance.
        needle_from: by procedure id, "lateral" or "medial": the end of the probe at which the needle enters; lateral
            where it does not tell.
    """

    region: str
    seed: int
    parameters: Mapping[str, float]
    side: Side
    origin_mm: NDArray[np.float64]
    spacing_mm: float
    labels_zxy: NDArray[np.uint8]
    echogenicity_zxy: NDArray[np.uint8]
    impedance_zxy: NDArray[np.uint8]
    structures: tuple[Structure, ...]
    landmarks_mm: Mapping[str, NDArray[np.float64]]
    targets_mm: Mapping[str, NDArray[np.float64]]
    physiology: Physiology
    indication: Mapping[str, str]
    views: Mapping[str, ProbeControl] = field(default_factory=dict[str, ProbeControl])
    needle_from: Mapping[str, str] = field(default_factory=dict[str, str])

    def structure(self, name: str) -> Structure:
        """The structure of that name.

        Raises:
            UnknownNameError: there is none.
        """
        for structure in self.structures:
            if structure.name == name:
                return structure
        raise UnknownNameError("structure", name, (s.name for s in self.structures))


def mirrored(patient: Patient) -> Patient:
    """The left side of a patient whose right one is given: x changes sign."""
    flip = np.array([-1.0, 1.0, 1.0])
    last = patient.origin_mm + (patient.labels_zxy.shape[1] - 1) * patient.spacing_mm * np.array([1.0, 0.0, 0.0])

    def turned(points: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
        return None if points is None else points * flip

    def other(volume: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(volume[:, ::-1, :])

    return replace(
        patient,
        side="left",
        origin_mm=last * flip,
        labels_zxy=other(patient.labels_zxy),
        echogenicity_zxy=other(patient.echogenicity_zxy),
        impedance_zxy=other(patient.impedance_zxy),
        structures=tuple(
            replace(s, fiber_direction=turned(s.fiber_direction), centreline_mm=turned(s.centreline_mm))
            for s in patient.structures
        ),
        landmarks_mm={name: point * flip for name, point in patient.landmarks_mm.items()},
        targets_mm={name: point * flip for name, point in patient.targets_mm.items()},
        views={
            name: replace(view, x_mm=-view.x_mm, rotate_rad=-view.rotate_rad, rock_rad=-view.rock_rad)
            for name, view in patient.views.items()
        },
    )
