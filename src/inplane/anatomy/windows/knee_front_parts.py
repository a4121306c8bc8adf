"""Tendon, fat pads, recess, bones, muscles and artery of the front of the knee; see `knee_front`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import FIBRILS
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values

FLUID_MM = (1.5, 2.8, 5.5, 8.5)
"""Fluid from front to back by grade. Chosen: a thin dark line, then below, at and above half a centimeter."""
HALF_WIDTH_MM = (13.0, 17.0, 20.0, 23.0)
"""Half the recess's width by grade. Chosen: fluid 1 to 38 mm wide in healthy knees (SCHMIDT), more in ill ones."""
SYNOVIUM_MM = (0.0, 0.9, 1.8)
"""Thickened synovium on the walls by grade. Chosen: a normal one is too thin to be seen."""
VILLI_SHARE = 0.65
"""Most of the recess's half that lining and villi fill. Chosen: the walls do not grow together, so that a thin effusion
is still one space that fluid runs through."""
SYNOVIUM_DB = -27.0
"""Synovium against connective tissue. Chosen: dark, but not black as the fluid is."""
TENDON_DB = 5.0
"""Chosen: the brightest band of the picture where the beam meets it squarely."""
ALONG = (0.0, 0.0, 1.0)
VIEW_MM = 9.0
"""Where the transverse view cuts, above the patella's upper pole. Chosen: just above, where the fat pad still is."""
CARTILAGE_MM = 2.3
TROCHLEA_MM = -9.0
"""Upper edge of the trochlear cartilage. Chosen: behind the patella in a knee bent by 20 to 30 degrees."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)) of what lies one beneath the other.

    Args:
        roof: front of the quadriceps tendon. tendon: its back. front, back: of the recess. femur: its surface.
        open_mm: thickness of the recess, negative beyond its ends.
    """

    roof: Field
    tendon: Field
    front: Field
    back: Field
    femur: Field
    open_mm: Field


def layers(c: Canvas, p: Values) -> Layers:
    """Where the layers lie: all drape over the femur, the recess opens most beside the tendon."""
    grade = int(p["effusion_grade"])
    half, pocket = HALF_WIDTH_MM[grade], FLUID_MM[grade] + 2.0 * SYNOVIUM_MM[int(p["synovitis_grade"])]
    roof = p["skin_mm"] + p["fat_mm"] + 0.8 + 0.004 * c.u**2 + 0.0 * c.w
    tendon = roof + p["tendon_mm"]
    pad = p["suprapatellar_pad_mm"] * np.clip(1.0 - (c.w - 2.0) / 30.0, 0.06, 1.12) * (1.0 - 0.35 * s.swell(c.u, 0, 70))
    front = tendon + pad + 0.006 * c.u**2
    ends = np.clip(1.0 - ((c.w - 14.0) / 31.0) ** 4, -1.0, 1.0) * np.clip(1.0 - (c.u / half) ** 4, -1.0, 1.0)
    beside = 0.78 + 0.22 * np.clip(np.abs(c.u) / 12.0, 0, 1) ** 2
    sides = np.minimum(ends, np.where((np.abs(c.u) > half) | (np.abs(c.w - 14.0) > 31.0), -0.3, 1.0))
    open_mm = pocket * np.where(sides > 0, beside * np.sqrt(np.maximum(sides, 0.0)), sides)
    gone = 0.05 * grade
    rise = 5.0 * np.clip((-4.0 - c.w) / 18.0, 0, 1) ** 2 * (0.4 + 0.6 * np.clip(np.abs(c.u + 2.0) / 14.0, 0, 1))
    middle = tendon[:, c.u.size // 2 : c.u.size // 2 + 1, :] + 0.75 * p["suprapatellar_pad_mm"] + 0.8 * pocket
    femur = middle + p["prefemoral_pad_mm"] * (1.0 - gone) + 0.0115 * (c.u + 3.0) ** 2 + 0.05 * (c.w - VIEW_MM) - rise
    back = np.minimum(front + np.maximum(open_mm, 0.0), femur - 0.6)
    return Layers(roof=roof, tendon=tendon, front=front, back=back, femur=femur, open_mm=open_mm)


def band(c: Canvas, y: tuple[float, float]) -> Canvas:
    """The part of the canvas between two depths."""
    return c.window((-1e3, 1e3), y)


def extent(*depths: Field, room_mm: float = 1.0) -> tuple[float, float]:
    """Least and greatest of depths, with room."""
    return (min(float(d.min()) for d in depths) - room_mm, max(float(d.max()) for d in depths) + room_mm)


def muscles(c: Canvas, at: Layers, fascia_mm: Field, sheet: Part) -> None:
    """Vastus lateralis and medialis beside the tendon, vastus intermedius beneath it higher up."""
    y = float(at.roof.min())
    over = float(at.tendon.min())
    lateral = s.course(
        c, (36.0, -27.0, y + 8.0, 15.0, 8.0), (9.0, -31.0, y + 6.0, 10.5, 5.5), (-8.0, -34.0, y, 0.1, 0.1)
    )
    medial = s.course(c, (36.0, 27.0, y + 8.5, 15.0, 9.0), (9.0, 29.0, y + 8.0, 12.0, 7.5), (-18.0, 32.0, y, 0.1, 0.1))
    under = s.course(
        c, (40.0, 0.0, over + 4.0, 20.0, 4.5), (24.0, 0.0, over + 1.0, 9.0, 0.8), (18.0, 0.0, over, 0.1, 0.1)
    )
    shapes = [
        s.Belly(name="vastus lateralis", at=lateral, along=(0.35, 0.1, 1.0)),
        s.Belly(name="vastus medialis", at=medial, along=(-0.7, 0.1, 1.0)),
        s.Belly(name="vastus intermedius", at=under, along=(0.0, 0.12, 1.0)),
    ]
    v = band(c, (0.0, float(at.femur.max())))
    inside = np.maximum(fascia_mm + 0.4 - v.y, v.y - np.minimum(at.front + 1.5, at.femur - 1.5))
    s.bellies(v, shapes, (inside + np.zeros_like(v.power)).astype(np.float32), sheet, salt=501)


def tendon(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Quadriceps tendon: a flat band of three layers, above and onto the front of the patella."""
    half = 0.5 * p["tendon_width_mm"] * (1.0 + 0.012 * np.clip(10.0 - c.w, 0, 20))
    q = np.abs(c.u / half) ** 5
    thick = p["tendon_mm"] * np.sqrt(np.clip(1.0 - q, 0.0, 1.0)) * np.clip(1.0 + (c.w - 1.0) / 16.0, 0.16, 1.0)
    upper = at.roof + 0.35 * (p["tendon_mm"] - thick) * (c.w > -2.0)
    part = c.part("quadriceps tendon", Kind.TENDON, "tendon", along=ALONG, louder_db=TENDON_DB)
    v = band(c, extent(at.roof, at.tendon))
    edge = np.where(q < 1.0, np.abs(v.y - upper - 0.5 * thick) - 0.5 * thick, 5.0).astype(np.float32)
    lines, fibril = v.strands(edge < c.spacing_mm, ALONG, (1.4, *FIBRILS[1:]), 411)
    v.lay(part, edge, 10.0 * fibril - 14.0 + 40.0 * lines)
    fat = c.part("fat between the tendon's layers", Kind.FAT, "fat", whole="quadriceps tendon")
    for n, share in enumerate((0.36, 0.68)):
        seam = v.y - upper - share * thick - 0.25 * v.noise((9.0, 50.0, 14.0), 421 + n)
        there = np.clip((v.w - 1.0) / 5.0, 0, 1) * (0.35 + 0.35 * v.noise((7.0, 50.0, 10.0), 425 + n)) * (edge < -0.2)
        v.mix(fat, np.clip(1.0 - np.abs(seam) / 0.5, 0, 1) * np.clip(there, 0, 1))
    v.sheet(sheet, edge, 0.25, 0.7 * uneven(v, 431))


def pads(c: Canvas, at: Layers, sheet: Part) -> None:
    """The suprapatellar fat pad before the recess and the prefemoral one behind it: bright, finely septate."""
    over = band(c, extent(at.tendon, at.front))
    where = np.maximum(np.maximum(at.tendon - over.y, over.y - at.front), np.abs(over.u) - 24.0)
    _pad(over, "suprapatellar fat pad", np.maximum(where, over.w - 32.0), sheet, 441)
    under = band(c, extent(at.front, at.femur))
    _pad(under, "prefemoral fat pad", np.maximum(at.front - under.y, np.abs(under.u) - 32.0), sheet, 451)


def _pad(c: Canvas, name: str, where: Field, sheet: Part, salt: int) -> None:
    s.filling(c, name, (where + np.zeros_like(c.power)).astype(np.float32), sheet, salt=salt, louder_db=8.0)


def recess(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Suprapatellar recess: its wall, thickened synovium with villi, fluid."""
    v = band(c, extent(at.front, at.back, room_mm=2.0))
    middle, half = 0.5 * (at.front + at.back), 0.5 * (at.back - at.front)
    wall = np.abs(v.y - middle) - half
    wall = np.where(at.open_mm > 0, wall, np.maximum(wall, 0.0) + 0.4 - np.minimum(at.open_mm, 0.0)).astype(np.float32)
    v.sheet(sheet, wall - 0.35, 0.3, uneven(v, 461))
    thick = SYNOVIUM_MM[int(p["synovitis_grade"])]
    if thick > 0:
        lining = c.part("knee joint synovium", Kind.CAPSULE, "connective", whole="knee joint capsule")
        v.lay(lining, wall, 12.0 * v.noise((1.5, 1.0, 1.5), 471) + SYNOVIUM_DB * DB)
    villi = thick * (1.0 + 0.9 * v.noise((3.5, 30.0, 3.5), 473)) if thick > 0 else 0.0
    villi = np.minimum(villi, VILLI_SHARE * np.maximum(half, 0.0))
    s.shaped(v, ("suprapatellar recess", Kind.JOINT_FLUID, "joint_fluid"), (wall + villi).astype(np.float32))


def bones(c: Canvas, p: Values, at: Layers) -> None:
    """Femur with the trochlea's cartilage; patella, at times with a spur into the tendon."""
    v = band(c, extent(at.femur, room_mm=4.0))
    distance = (at.femur - v.y + np.zeros_like(v.power)).astype(np.float32)
    groove = np.maximum(distance - CARTILAGE_MM, np.maximum(v.w - TROCHLEA_MM, np.abs(v.u) - 22.0))
    s.shaped(v, ("femoral trochlear cartilage", Kind.CARTILAGE, "cartilage"), groove.astype(np.float32))
    s.bone(v, "femur", distance, salt=301)
    y = float(at.roof.min()) + 0.3 * p["tendon_mm"]
    body = s.egg(c, (0.0, y + 9.0, -22.0), (23.0, 9.6, 22.0), 2.5)
    front = (at.roof + 0.9 - c.y).astype(np.float32)
    pieces = [np.maximum(body, front)]
    if p["spur_grade"] > 0:
        pieces.append(s.rod(c, ((-3.0, y + 1.2, -4.0), (-3.0, y + 0.2, 4.5)), (1.6, 0.7)))
    s.bone(c, "patella", s.together(pieces), salt=311)


def artery(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """A branch of the superolateral genicular artery, in the fat before the lateral side of the femur."""
    r = p["artery_radius_mm"]
    y = float(at.femur.min()) + 6.0
    line = s.course(c, (40.0, -33.0, y + 1.0, r, r), (9.0, -31.0, y, r, r), (-20.0, -28.0, y - 5.0, 0.9 * r, 0.9 * r))
    s.vessel(c, "superolateral genicular artery", line, sheet, artery=True, wall_mm=0.25, salt=621)
