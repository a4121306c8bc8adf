"""Bones, cartilage, recess with its capsule and tendons of the great toe's base joint; see `great_toe`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import part_of

FLUID_MM = (1.7, 2.6, 3.9, 5.6)
"""Recess over the metatarsal's neck by grade. Chosen: below, about and above the 2.4 mm of healthy joints (RECESS)."""
POCKET_MM = 14.5
"""Where the recess is deepest: over the neck, behind the head."""
HEAD_MM = 8.0
"""Half the height of the metatarsal's head. Chosen: about 16 mm."""
NECK_MM = 3.6
"""How far the shaft's back lies below the head's. Chosen by what lateral radiographs show."""
SYNOVIUM_MM, SYNOVIUM_DB = (0.0, 0.5, 1.0), -26.0
"""Thickened synovium on the walls by grade, and its brightness against connective tissue. Chosen: gray, not black."""
CAPSULE_MM, CAPSULE_DB = 0.7, -3.0
"""Chosen: a thin bright band."""
ROOF_MM = 1.3
"""Least depth of the recess beneath the fascia. Chosen: the capsule and a little fat lie over it."""
SEEN_MM = 3.8
"""How far above the head's middle cartilage and cleft end. Chosen: what lies deeper is never seen behind the bones."""
LINE_MM, LINE_SHARE = 0.3, 0.8
"""The bright line on the surface of cartilage, and how much of it is there. Chosen: fluid on cartilage shows it."""
SPUR_MM = (0.0, 1.5, 3.0)
"""Dorsal osteophytes by grade. Chosen: a beak of some millimeters."""
NAME = "first metatarsophalangeal joint"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Solids:
    """Signed distances (mm, about).

    Args:
        head, phalanx: to both bones. head_mm: depth of the head's back. middle_mm: of its middle.
    """

    head: Field
    phalanx: Field
    head_mm: float
    middle_mm: float


def cover_mm(p: Values) -> float:
    """Skin and fat."""
    return p["skin_mm"] + p["fat_mm"]


def solids(c: Canvas, p: Values) -> Solids:
    """The metatarsal with its round head, the phalanx with its hollow base, the joint between them."""
    y = cover_mm(p) + 1.2 + 0.42 * FLUID_MM[int(p["effusion_grade"])]
    spur = SPUR_MM[int(p["osteophyte_grade"])]
    r = 0.5 * p["shaft_width_mm"]
    middle = y + HEAD_MM
    head = s.egg(c, (0.0, middle, 8.0), (9.0, HEAD_MM, 7.8), 2.1)
    shaft = s.rod(c, ((0.0, y + NECK_MM + r + 0.6, 32.0), (0.0, y + NECK_MM + r, 11.0)), (r, r))
    pieces = [head, shaft]
    if spur > 0:
        pieces.append(s.rod(c, ((0.0, y + 2.2, 9.0), (0.5, y + 0.5, 10.6 + 0.9 * spur)), (1.6, 0.6)))
    metatarsal = s.together(pieces, 2.0)
    sink = p["bend_mm"]
    base = s.egg(c, (0.0, y + 8.0, -6.0), (8.2, 7.2, 6.0), 2.8)
    far = s.rod(c, ((0.0, y + 8.4, -8.0), (0.0, y + 8.4 + 1.8 * sink, -28.0)), (5.6, 4.8))
    pieces = [base, far]
    if spur > 0:
        pieces.append(s.rod(c, ((0.0, y + 2.6, -4.0), (-0.5, y + 1.6 - 0.3 * spur, -1.2)), (1.5, 0.6)))
    gap = 2.0 * p["cartilage_mm"] + p["joint_space_mm"]
    hollow = s.egg(c, (0.0, middle, 8.0), (9.0 + gap, HEAD_MM + gap, 7.8 + gap), 2.1)
    phalanx = np.maximum(s.together(pieces, 2.0), -hollow).astype(np.float32)
    return Solids(head=metatarsal.astype(np.float32), phalanx=phalanx, head_mm=y, middle_mm=middle)


def ground(c: Canvas, p: Values, sheet: Part) -> None:
    """Fat beneath the dorsal fascia, between all else."""
    below = (cover_mm(p) - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", below, sheet, salt=201, louder_db=5.0)
    c.sheet(sheet, below, 0.25, 0.8 * uneven(c, 221))


def _open(c: Canvas, p: Values) -> Field:
    """How far the capsule stands off the metatarsal, mm: most over the neck, little over the head; negative beyond."""
    t, end = FLUID_MM[int(p["effusion_grade"])], p["recess_long_mm"] + 5.0
    pocket = np.where(
        c.w > POCKET_MM - 2.0,
        1.0 - (np.clip(c.w - POCKET_MM + 2.0, 0, None) / (end - POCKET_MM + 2.0)) ** 1.7,
        0.06 + 0.94 * s.swell(c.w, POCKET_MM - 2.0, 17.0),
    )
    front = np.clip((c.w + 4.5) / 3.0, -1.0, 1.0)
    across = 1.0 - (np.abs(c.u) / 9.5) ** 3
    share = np.minimum(np.minimum(pocket, front), across)
    return np.where(share > 0, t * pocket * np.sqrt(np.clip(front * across, 0, 1)), 4.0 * share).astype(np.float32)


def recess(c: Canvas, p: Values, at: Solids) -> Part:
    """Dorsal recess and cleft of the joint: capsule, thickened synovium, fluid."""
    away = np.minimum(at.head, np.where(c.w < 1.0, at.phalanx, 9.0))
    roof = cover_mm(p) + ROOF_MM + 0.02 * np.maximum(c.w - POCKET_MM, 0.0) ** 2 + 0.012 * c.u**2
    dorsal = np.maximum(np.maximum(away - _open(c, p), c.y - at.middle_mm + 2.0), roof - c.y)
    cleft = np.maximum(
        np.maximum(at.head - 2.6, c.w - 5.0), np.maximum(at.head_mm + 0.4 - c.y, c.y - at.middle_mm + SEEN_MM)
    )
    cleft = np.maximum(cleft, np.abs(c.u) - 8.5)
    space = np.minimum(dorsal, cleft).astype(np.float32)
    v, d = s.around(c, space, 2.0)
    d = d + 0.22 * v.noise((4.0, 1.6, 4.0), 461)
    capsule = c.part(f"{NAME} capsule", Kind.CAPSULE, "connective")
    v.lay(capsule, d - CAPSULE_MM, 12.0 * v.noise((1.6, 0.5, 2.4), 463) + CAPSULE_DB * DB)
    thick = SYNOVIUM_MM[int(p["synovitis_grade"])]
    villi: Field | float = 0.0
    if thick > 0:
        lining = c.part(f"{NAME} synovium", Kind.CAPSULE, "connective", whole=f"{NAME} capsule")
        v.lay(lining, d, 12.0 * v.noise((1.0, 0.7, 1.0), 471) + SYNOVIUM_DB * DB)
        pocket = s.swell(v.w, POCKET_MM, 16.0)
        villi = thick * (0.7 + 1.2 * v.noise((2.4, 20.0, 2.4), 473)) * pocket
    return s.shaped(v, (NAME, Kind.JOINT_FLUID, "joint_fluid"), (d + villi).astype(np.float32))


def cartilage(c: Canvas, p: Values, at: Solids) -> None:
    """A thin dark layer on the head, and on the base of the phalanx."""
    thin = p["cartilage_mm"]
    facing = np.maximum(at.phalanx - thin, np.maximum(-4.5 - c.w, at.head_mm + 1.0 - c.y)).astype(np.float32)
    s.shaped(
        c, ("cartilage of the phalanx", Kind.CARTILAGE, "cartilage"), facing, whole="proximal phalanx of great toe"
    )
    end = 11.0 - 0.5 * SPUR_MM[int(p["osteophyte_grade"])]
    layer = np.maximum(np.maximum(at.head - thin, c.w - end), c.y - at.middle_mm + SEEN_MM).astype(np.float32)
    s.shaped(c, ("metatarsal head cartilage", Kind.CARTILAGE, "cartilage"), layer)
    capsule = c.part(f"{NAME} capsule", Kind.CAPSULE, "connective")
    share = np.clip((0.5 * (LINE_MM + c.spacing_mm) - np.abs(layer - 0.5 * LINE_MM)) / c.spacing_mm, 0, LINE_SHARE)
    c.mix(capsule, (share * uneven(c, 481)).astype(np.float32))


def bones(c: Canvas, at: Solids) -> None:
    """First metatarsal, proximal phalanx, the sesamoids beneath the head."""
    s.bone(c, "first metatarsal", at.head, salt=301)
    s.bone(c, "proximal phalanx of great toe", at.phalanx, salt=311)
    for n, x in enumerate((-5.0, 5.0)):
        small = s.egg(c, (x, at.middle_mm + HEAD_MM + 3.0, 9.0), (3.6, 2.6, 5.0))
        s.bone(c, f"sesamoid {n + 1}", small, salt=321 + 4 * n)
    part_of(c, tuple(f"sesamoid {n}{end}" for n in (1, 2) for end in ("", " cancellous bone")), "hallux sesamoid")


def tendons(c: Canvas, p: Values, sheet: Part) -> None:
    """Extensor hallucis longus beside the plane, the short extensor's lateral to it; a digital nerve medially."""
    x, y, b = -p["tendon_lateral_mm"], cover_mm(p), 0.5 * p["tendon_mm"]
    down = 0.6 * p["bend_mm"]
    long = s.course(
        c,
        (26.0, x - 0.5, y + b + 0.4, 2.4, b),
        (0.0, x, y + b + 0.3, 2.4, b),
        (-24.0, x + 0.8, y + b + down, 2.6, 0.8 * b),
    )
    s.tendon(c, "extensor hallucis longus tendon", long, sheet, salt=401, louder_db=6.0)
    short = s.course(c, (26.0, x - 5.0, y + 1.2, 1.2, 0.7), (0.0, x - 4.0, y + 1.0, 1.4, 0.6))
    s.tendon(c, "tendon of extensor hallucis brevis", short, sheet, salt=411)
    part_of(c, ("tendon of extensor hallucis brevis",), "extensor hallucis brevis")
    nerve = s.course(c, (26.0, 6.0, y - 0.6, 0.6, 0.5), (-24.0, 7.5, y - 0.4, 0.6, 0.5))
    s.nerve(c, "dorsomedial digital nerve of great toe", nerve, sheet, salt=421)
