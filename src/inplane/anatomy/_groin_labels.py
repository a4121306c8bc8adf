"""The groin's structures by label: name, what it belongs to, kind, tissue; brightness and impedance are its tissue's.

The atlas is the home of those numbers. What a structure has above its tissue was chosen by eye on groins of usgra-seg:
fascia lata and iliaca are dense sheets, a hilum is fat with vessels; fat between muscles has only what its strands add.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._materials import echo_code, impedance_code
from inplane.anatomy.patient import Kind


class Label(IntEnum):
    """Label values of a groin."""

    SKIN = 1
    FAT = 2
    SUPERFICIAL_FASCIA = 3
    FASCIA_LATA = 4
    DEEP_FAT = 5
    SARTORIUS = 6
    TENSOR = 7
    FASCIA_ILIACA = 8
    ILIOPSOAS = 9
    PECTINEUS = 10
    PECTINEAL_FASCIA = 11
    GLUTEUS_MINIMUS = 12
    OBTURATOR_EXTERNUS = 13
    RECTUS_FEMORIS = 14
    PSOAS_TENDON = 15
    NERVE = 16
    FASCICLE = 17
    ARTERY_WALL = 18
    ARTERY = 19
    PROFUNDA_WALL = 20
    PROFUNDA = 21
    CIRCUMFLEX_WALL = 22
    CIRCUMFLEX = 23
    DEEP_ILIAC_WALL = 24
    DEEP_ILIAC = 25
    VEIN_WALL = 26
    VEIN = 27
    SAPHENOUS_WALL = 28
    SAPHENOUS = 29
    FEMORAL_HEAD = 30
    FEMORAL_NECK = 31
    TROCHANTER = 32
    FEMUR_CANCELLOUS = 33
    ACETABULUM = 34
    PELVIS_CANCELLOUS = 35
    CARTILAGE = 36
    CAPSULE = 37
    LABRUM = 38
    RECESS = 39
    NODE = 40
    HILUM = 41
    INGUINAL_LIGAMENT = 42
    INTERNAL_OBLIQUE = 43


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: see Structure; `louder_db` is what it has above its tissue's mean brightness in the atlas."""

    name: str
    kind: Kind
    tissue: str
    belongs_to: str
    louder_db: float


def _entry(name: str, kind: Kind, tissue: str, louder_db: float = 0.0, *, whole: str = "") -> Entry:
    return Entry(name=name, kind=kind, tissue=tissue, belongs_to=whole or name, louder_db=louder_db)


def _vessel(name: str, artery: bool) -> tuple[Entry, Entry]:
    wall, lumen = (Kind.ARTERY_WALL, Kind.ARTERY_LUMEN) if artery else (Kind.VEIN_WALL, Kind.VEIN_LUMEN)
    return (
        _entry(f"{name} wall", wall, "vessel_wall", whole=name),
        _entry(f"{name} lumen", lumen, "blood", whole=name),
    )


_TISSUES: dict[Label, Entry] = {
    Label.SKIN: _entry("skin", Kind.SKIN, "skin"),
    Label.FAT: _entry("subcutaneous fat", Kind.FAT, "fat"),
    Label.SUPERFICIAL_FASCIA: _entry("superficial fascia", Kind.FASCIA, "connective"),
    Label.FASCIA_LATA: _entry("fascia lata", Kind.FASCIA, "connective", 5.0),
    Label.DEEP_FAT: _entry("intermuscular fat", Kind.FAT, "fat"),
    Label.SARTORIUS: _entry("sartorius", Kind.MUSCLE, "muscle"),
    Label.TENSOR: _entry("tensor fasciae latae", Kind.MUSCLE, "muscle"),
    Label.FASCIA_ILIACA: _entry("fascia iliaca", Kind.FASCIA, "connective", 5.0),
    Label.ILIOPSOAS: _entry("iliopsoas", Kind.MUSCLE, "muscle"),
    Label.PECTINEUS: _entry("pectineus", Kind.MUSCLE, "muscle"),
    Label.PECTINEAL_FASCIA: _entry("pectineal fascia", Kind.FASCIA, "connective"),
    Label.GLUTEUS_MINIMUS: _entry("gluteus minimus", Kind.MUSCLE, "muscle"),
    Label.OBTURATOR_EXTERNUS: _entry("obturator externus", Kind.MUSCLE, "muscle"),
    Label.RECTUS_FEMORIS: _entry("rectus femoris", Kind.MUSCLE, "muscle"),
    Label.PSOAS_TENDON: _entry("psoas tendon", Kind.TENDON, "tendon", whole="iliopsoas"),
    Label.NERVE: _entry("femoral nerve", Kind.NERVE, "nerve"),
    Label.FASCICLE: _entry("femoral nerve fascicle", Kind.FASCICLE, "fascicle", whole="femoral nerve"),
    Label.FEMORAL_HEAD: _entry("femoral head", Kind.BONE, "cortical_bone", whole="femur"),
    Label.FEMORAL_NECK: _entry("femoral neck", Kind.BONE, "cortical_bone", whole="femur"),
    Label.TROCHANTER: _entry("greater trochanter", Kind.BONE, "cortical_bone", whole="femur"),
    Label.FEMUR_CANCELLOUS: _entry("femur cancellous bone", Kind.BONE, "cancellous_bone", whole="femur"),
    Label.ACETABULUM: _entry("acetabular rim", Kind.BONE, "cortical_bone", whole="hip bone"),
    Label.PELVIS_CANCELLOUS: _entry("hip cancellous bone", Kind.BONE, "cancellous_bone", whole="hip bone"),
    Label.CARTILAGE: _entry("articular cartilage", Kind.CARTILAGE, "cartilage"),
    Label.CAPSULE: _entry("anterior joint capsule", Kind.CAPSULE, "connective", -3.0),
    Label.LABRUM: _entry("acetabular labrum", Kind.LABRUM, "labrum"),
    Label.RECESS: _entry("joint recess", Kind.JOINT_FLUID, "joint_fluid"),
    Label.NODE: _entry("inguinal lymph node", Kind.LYMPH_NODE, "lymph_node"),
    Label.HILUM: _entry("lymph node hilum", Kind.LYMPH_NODE, "fat", 9.0, whole="inguinal lymph node"),
    Label.INGUINAL_LIGAMENT: _entry("inguinal ligament", Kind.FASCIA, "connective"),
    Label.INTERNAL_OBLIQUE: _entry("internal oblique", Kind.MUSCLE, "muscle"),
}


def _rows() -> dict[Label, Entry]:
    rows = dict(_TISSUES)
    vessels = (
        (Label.ARTERY_WALL, "femoral artery", True),
        (Label.PROFUNDA_WALL, "deep femoral artery", True),
        (Label.CIRCUMFLEX_WALL, "lateral circumflex femoral artery", True),
        (Label.DEEP_ILIAC_WALL, "deep circumflex iliac artery", True),
        (Label.VEIN_WALL, "femoral vein", False),
        (Label.SAPHENOUS_WALL, "great saphenous vein", False),
    )
    for label, name, artery in vessels:
        rows[label], rows[Label(label + 1)] = _vessel(name, artery)
    return rows


ENTRIES = _rows()
"""Every label of a groin."""


def material_table() -> NDArray[np.float64]:
    """(64, 2) mean echogenicity code and impedance code by label."""
    table = np.zeros((64, 2))
    for label, entry in ENTRIES.items():
        table[label] = echo_code(entry.tissue, entry.louder_db), impedance_code(entry.tissue)
    return table
