"""What it means when the needle's tip passes from one structure into another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Structure

LabelAt: TypeAlias = Callable[[NDArray[np.float64]], NDArray[np.uint8]]
"""Labels (n,) of what lies now at points (n, 3), PATIENT mm."""


class MeetingKind(StrEnum):
    """What the tip did."""

    SKIN = "skin puncture"
    FASCIA = "fascia pop"
    VESSEL_WALL = "vessel wall contact"
    VESSEL = "vessel puncture"
    NERVE = "nerve contact"
    FASCICLE = "fascicle puncture"
    CAPSULE = "capsule puncture"
    JOINT = "joint entered"
    LABRUM = "labrum puncture"
    TENDON = "tendon puncture"
    NODE = "lymph node puncture"
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
    Kind.LYMPH_NODE: MeetingKind.NODE,
    Kind.CARTILAGE: MeetingKind.CARTILAGE,
    Kind.BONE: MeetingKind.BONE,
}
"""Kinds that are worth telling of; passing into fat or muscle is not."""

HARD = (Kind.BONE, Kind.CARTILAGE)
"""What a needle pushed by hand does not go into. Chosen for cartilage: a joint is entered beside it, and a tip that
meets it stops as on bone; cutting it is not modelled."""

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
    """

    kind: MeetingKind
    structure: str
    label: int
    depth_mm: float


class Structures:
    """Structures by label, and which labels are hard."""

    def __init__(self, structures: Sequence[Structure]) -> None:
        self.by_label = {structure.label: structure for structure in structures}
        self.hard = np.zeros(256, np.bool_)
        for structure in structures:
            self.hard[structure.label] = structure.kind in HARD

    def meeting(self, before: int, after: int, depth_mm: float) -> Meeting | None:
        """What passing from label `before` into label `after` means; None where it is nothing to tell of."""
        found = self.by_label.get(after)
        if before == after or found is None or found.kind not in BY_KIND:
            return None
        left = self.by_label.get(before)
        if left is not None and left.belongs_to == found.belongs_to and left.kind in QUIET_AFTER.get(found.kind, ()):
            return None
        return Meeting(kind=BY_KIND[found.kind], structure=found.name, label=after, depth_mm=depth_mm)
