"""What it means when the needle's tip passes from one structure into another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Structure
from inplane.atlas import NeedleModel, load_atlas
from inplane.physics.needle.beam import REFERENCE_DIAMETER_MM, foundation_n_mm2, steering_per_mm
from inplane.physics.needle.force import Resistances

LabelAt: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.uint8]]
"""Labels (n,) of what lies now at points (n, 3), PATIENT mm."""


class MeetingKind(StrEnum):
    """What the tip did."""

    SKIN = "skin puncture"
    FASCIA = "fascia pop"
    VESSEL_WALL = "vessel wall contact"
    VESSEL = "vessel puncture"
    NERVE = "nerve contact"
    EPINEURIUM = "epineurium puncture"
    FASCICLE = "fascicle puncture"
    CAPSULE = "capsule puncture"
    JOINT = "joint entered"
    LABRUM = "labrum puncture"
    TENDON = "tendon puncture"
    LIGAMENT = "ligament pop"
    SHEATH = "tendon sheath entered"
    BURSA = "bursa entered"
    NODE = "lymph node puncture"
    PLEURA = "pleura puncture"
    LUNG = "lung puncture"
    DURA = "dura puncture"
    CSF = "cerebrospinal fluid entered"
    CARTILAGE = "cartilage contact"
    BONE = "bone contact"


BY_KIND: dict[Kind, MeetingKind] = {
    Kind.SKIN: MeetingKind.SKIN,
    Kind.FASCIA: MeetingKind.FASCIA,
    Kind.ARTERY_WALL: MeetingKind.VESSEL_WALL,
    Kind.VEIN_WALL: MeetingKind.VESSEL_WALL,
    Kind.ARTERY_LUMEN: MeetingKind.VESSEL,
    Kind.VEIN_LUMEN: MeetingKind.VESSEL,
    Kind.NERVE: MeetingKind.NERVE,
    Kind.FASCICLE: MeetingKind.FASCICLE,
    Kind.CAPSULE: MeetingKind.CAPSULE,
    Kind.JOINT_FLUID: MeetingKind.JOINT,
    Kind.LABRUM: MeetingKind.LABRUM,
    Kind.TENDON: MeetingKind.TENDON,
    Kind.LIGAMENT: MeetingKind.LIGAMENT,
    Kind.TENDON_SHEATH: MeetingKind.SHEATH,
    Kind.BURSA: MeetingKind.BURSA,
    Kind.LYMPH_NODE: MeetingKind.NODE,
    Kind.PLEURA: MeetingKind.PLEURA,
    Kind.LUNG: MeetingKind.LUNG,
    Kind.DURA: MeetingKind.DURA,
    Kind.CEREBROSPINAL_FLUID: MeetingKind.CSF,
    Kind.CARTILAGE: MeetingKind.CARTILAGE,
    Kind.BONE: MeetingKind.BONE,
}
"""Kinds that are worth telling of; passing into fat or muscle is not."""

HARD = (Kind.BONE, Kind.CARTILAGE)
"""What a needle pushed by hand does not go into. Chosen for cartilage: a joint is entered beside it, and a tip that
meets it stops as on bone; cutting it is not modelled."""

TOUCH: dict[Kind, MeetingKind | None] = {
    Kind.ARTERY_WALL: None,
    Kind.VEIN_WALL: None,
    Kind.NERVE: MeetingKind.EPINEURIUM,
    Kind.BONE: None,
    Kind.CARTILAGE: None,
}
"""Kinds whose meeting is told as the tip comes to stand before them, and what is told when it has pierced them. Of all
others the meeting is told when they are pierced."""

QUIET_AFTER: dict[Kind, tuple[Kind, ...]] = {
    Kind.NERVE: (Kind.FASCICLE,),
    Kind.ARTERY_WALL: (Kind.ARTERY_LUMEN,),
    Kind.VEIN_WALL: (Kind.VEIN_LUMEN,),
}
"""Passing outwards, from a fascicle into its nerve or from a lumen into its own wall, is not a new contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """The tip met a structure.

    Args:
        kind: what it did.
        structure: name of the structure.
        label: its label.
        depth_mm: shaft beneath the skin at that moment.
        force_n: along the shaft on the hub, of a puncture just before it gave way; 0 where it is not known.
    """

    kind: MeetingKind
    structure: str
    label: int
    depth_mm: float
    force_n: float = 0.0


class Structures:
    """Structures by label, which of them are hard, and how they resist a needle.

    Attributes:
        by_label: structures.
        hard: (256,) whether a needle stops there.
        modulus_kpa: (256,) Young's modulus; that of fat where there is no structure.
    """

    def __init__(self, structures: Sequence[Structure]) -> None:
        atlas = load_atlas()
        self.by_label = {structure.label: structure for structure in structures}
        self.hard = np.zeros(256, np.bool_)
        self.modulus_kpa = np.full(256, atlas.resistance(Kind.FAT).modulus_kpa.value)
        self._newtons = np.zeros((3, 256))
        self._membrane = np.zeros(256, np.bool_)
        self._made: dict[str, tuple[Resistances, NDArray[np.float64]]] = {}
        for structure in structures:
            mechanics = atlas.resistance(structure.kind)
            self.hard[structure.label] = structure.kind in HARD
            self.modulus_kpa[structure.label] = mechanics.modulus_kpa.value
            self._membrane[structure.label] = mechanics.is_membrane
            values = (mechanics.puncture_n, mechanics.cutting_n, mechanics.friction_n_mm)
            self._newtons[:, structure.label] = [value.value for value in values]

    def resistances(self, model: NeedleModel) -> Resistances:
        """Forces of a needle: those of a 22 G Quincke point times its diameter's share and its point's.

        Chosen: in proportion to the diameter, as a cut of its width and a shaft of its girth ask for; published forces
        grow with it (van Gerwen DJ, Dankelman J, van den Dobbelsteen JJ. Med Eng Phys 2012;34:665-680; from memory).
        """
        return self._of(model)[0]

    def steering_per_mm(self, model: NeedleModel) -> NDArray[np.float64]:
        """(256,) curvature of the way of a needle's point through each."""
        return self._of(model)[1]

    def _of(self, model: NeedleModel) -> tuple[Resistances, NDArray[np.float64]]:
        """Resistances and steering of a needle, worked out once."""
        if model.id not in self._made:
            share = model.point.puncture_share.value
            puncture, cutting, friction = self._newtons * (model.outer_diameter_mm.value / REFERENCE_DIAMETER_MM)
            self._made[model.id] = (
                Resistances(puncture=puncture * share, cutting=cutting * share, friction=friction, hard=self.hard),
                steering_per_mm(model, self._newtons[1], foundation_n_mm2(self.modulus_kpa)),
            )
        return self._made[model.id]

    def is_membrane(self, label: int) -> bool:
        """Whether it holds a tip before it gives way."""
        return bool(self._membrane[label])

    def kind(self, label: int) -> Kind | None:
        """What sort of thing lies there; None outside the body."""
        found = self.by_label.get(label)
        return None if found is None else found.kind

    def meeting(self, before: int, after: int, depth_mm: float, force_n: float = 0.0) -> Meeting | None:
        """What passing from label `before` into label `after` means; None where it is nothing to tell of."""
        found = self.by_label.get(after)
        if before == after or found is None or found.kind not in BY_KIND:
            return None
        left = self.by_label.get(before)
        if left is not None and left.belongs_to == found.belongs_to and left.kind in QUIET_AFTER.get(found.kind, ()):
            return None
        return Meeting(kind=BY_KIND[found.kind], structure=found.name, label=after, depth_mm=depth_mm, force_n=force_n)

    def touched(self, before: int, after: int, depth_mm: float, force_n: float) -> Meeting | None:
        """What it means that the tip, in label `before`, comes to stand before label `after`."""
        return self.meeting(before, after, depth_mm, force_n) if self.kind(after) in TOUCH else None

    def pierced(self, before: int, after: int, depth_mm: float, force_n: float) -> Meeting | None:
        """What it means that label `after` gave way to the tip."""
        meeting, kind = self.meeting(before, after, depth_mm, force_n), self.kind(after)
        if meeting is None or kind is None or kind not in TOUCH:
            return meeting
        deeper = TOUCH[kind]
        return None if deeper is None else replace(meeting, kind=deeper)
