"""What a needle's tip is in, in the words of those who hold it."""

from enum import StrEnum

from inplane.anatomy import Kind


class TipIn(StrEnum):
    """Where the tip is; contact means that it stands before something that it does not go into."""

    OUTSIDE = "outside"
    SKIN = "skin"
    FAT = "fat"
    FASCIA = "fascia"
    MUSCLE = "muscle"
    TENDON = "tendon"
    TENDON_SHEATH = "tendon sheath"
    LIGAMENT = "ligament"
    VESSEL_WALL = "vessel wall"
    ARTERY = "artery lumen"
    VEIN = "vein lumen"
    EPINEURIUM = "epineurium"
    FASCICLE = "fascicle"
    CAPSULE = "capsule"
    LABRUM = "labrum"
    JOINT = "joint"
    BURSA = "bursa"
    LYMPH_NODE = "lymph node"
    BONE_CONTACT = "bone contact"
    CARTILAGE_CONTACT = "cartilage contact"
    PLEURA = "pleura"
    LUNG = "lung"
    DURA = "dura"
    CSF = "cerebrospinal fluid"


TIP_IN: dict[Kind, TipIn] = {
    Kind.SKIN: TipIn.SKIN,
    Kind.FAT: TipIn.FAT,
    Kind.FASCIA: TipIn.FASCIA,
    Kind.MUSCLE: TipIn.MUSCLE,
    Kind.TENDON: TipIn.TENDON,
    Kind.TENDON_SHEATH: TipIn.TENDON_SHEATH,
    Kind.LIGAMENT: TipIn.LIGAMENT,
    Kind.ARTERY_WALL: TipIn.VESSEL_WALL,
    Kind.VEIN_WALL: TipIn.VESSEL_WALL,
    Kind.ARTERY_LUMEN: TipIn.ARTERY,
    Kind.VEIN_LUMEN: TipIn.VEIN,
    Kind.NERVE: TipIn.EPINEURIUM,
    Kind.FASCICLE: TipIn.FASCICLE,
    Kind.CAPSULE: TipIn.CAPSULE,
    Kind.LABRUM: TipIn.LABRUM,
    Kind.JOINT_FLUID: TipIn.JOINT,
    Kind.BURSA: TipIn.BURSA,
    Kind.LYMPH_NODE: TipIn.LYMPH_NODE,
    Kind.BONE: TipIn.BONE_CONTACT,
    Kind.CARTILAGE: TipIn.CARTILAGE_CONTACT,
    Kind.PLEURA: TipIn.PLEURA,
    Kind.LUNG: TipIn.LUNG,
    Kind.DURA: TipIn.DURA,
    Kind.CEREBROSPINAL_FLUID: TipIn.CSF,
}
"""By the kind of the structure at the tip, or of the hard one that stops it."""


def tip_in(inside: Kind | None, blocked_by: Kind | None = None) -> TipIn:
    """What the tip is in, or touches where something hard stops it.

    Args:
        inside: kind of what lies at the tip; None outside the body.
        blocked_by: kind of the hard structure that stops it, if one does.
    """
    kind = inside if blocked_by is None else blocked_by
    return TipIn.OUTSIDE if kind is None else TIP_IN[kind]
