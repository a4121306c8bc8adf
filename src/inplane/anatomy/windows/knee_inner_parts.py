"""Tendons, bursa, ligament, bone, muscle, vein and nerve of the inner side of the knee; see `knee_inner`."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import FIBRILS
from inplane.anatomy._block_soft import DB, layered, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import collared, deep_fat, strip

BURSA_MM = ((1.2, 7.0, 8.5), (1.7, 8.0, 9.0), (2.8, 11.0, 13.0), (4.6, 13.0, 16.0))
"""Bursa by grade: thickness, half its extent across and along the leg. Chosen: a slit, then clearly seen to bulging."""
BURSA_LEVEL_MM = -1.5
"""Middle of the bursa along the leg. Chosen: beneath gracilis and semitendinosus."""
VIEW_MM = 0.0
"""The plane, along the middle of the ligament."""
TENDINOSIS = ((1.0, 0.0), (1.3, -4.0))
"""By grade: times the tendons' thickness, dB. Chosen: thicker and darker by eye."""
TENDON_DB = 12.0
"""Tendons above others. Chosen: bright ovals against the dark fat about them."""
FAT_DB = -2.0
"""Fat about the tendons against subcutaneous fat. Chosen: darker than they are."""
LIGAMENT_FIBERS = (2.2, 0.75, 0.2, 0.12, 45.0, 0.5)
"""Bundles of the ligament, as `_strands.strands` takes them. Chosen: long lines in thin layers."""
LIGAMENT_DB = -19.0
"""Between its fibers, against connective tissue. Chosen: a gray band with bright lines."""
LINING_DB = 5.0
"""The bursa's lining below connective tissue. Chosen: a thin gray rim."""
TIBIA_EDGE_MM = 15.0
"""The tibia's inner edge, behind which muscle begins. Chosen: a centimeter behind the ligament's middle."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)) of what lies one beneath the other.

    Args:
        fascia: over the tendons. roof, floor: of the bursa. ligament: its back. bone: the tibia's surface.
        open_mm: thickness of the bursa, negative beyond its edge.
    """

    fascia: Field
    roof: Field
    floor: Field
    ligament: Field
    bone: Field
    open_mm: Field


def layers(c: Canvas, p: Values) -> Layers:
    """Where the layers lie: the bursa lifts tendons and fascia off the ligament."""
    thick, wide, long = BURSA_MM[int(p["bursa_grade"])]
    away = np.sqrt(((c.u + 2.0) / wide) ** 2 + ((c.w - BURSA_LEVEL_MM - p["bursa_shift_mm"]) / long) ** 2)
    lens = 1.0 - away**2.4
    behind = np.maximum(c.u - 6.0, 0.0)
    curve = 0.004 * c.u**2 + 0.02 * behind**1.5 + 0.0 * c.w
    fascia = p["skin_mm"] + p["fat_mm"] + curve + 0.8 * thick * (1.0 - np.clip(lens, 0, 1)) * np.clip(away, 0, 1)
    cords = 2.0 * tendon_half(p, "semitendinosus")[1] + 1.2
    floor = p["skin_mm"] + p["fat_mm"] + curve + cords + thick
    ligament = floor + p["ligament_mm"] * (1.0 + 0.3 * np.clip((c.w - 8.0) / 30.0, 0, 1))
    hollow = p["hollow_mm"] * s.swell(c.w, 12.0, 34.0) - 0.5 * np.clip((-12.0 - c.w) / 12.0, 0, 1)
    edge = np.maximum(c.u - TIBIA_EDGE_MM + 5.0, 0.0)
    bone = ligament + 0.35 + hollow + 0.16 * edge**1.7 + 0.006 * c.u**2
    open_mm = np.where(lens > 0, thick * np.clip(lens, 0, 1), lens)
    return Layers(
        fascia=fascia, roof=floor - np.maximum(open_mm, 0.0), floor=floor, ligament=ligament, bone=bone, open_mm=open_mm
    )


def tendon_half(p: Values, name: str) -> tuple[float, float]:
    """Half axes of a round tendon across its fibers."""
    grown = TENDINOSIS[int(p["tendinosis_grade"])][0]
    return 0.5 * p[f"{name}_width_mm"] * sqrt(grown), 0.5 * p[f"{name}_mm"] * grown


def ground(c: Canvas, at: Layers, sheet: Part) -> None:
    """Fat beneath the fascia, between tendons and ligament."""
    deep_fat(c, (at.fascia - c.y).astype(np.float32), sheet, FAT_DB, 201)


def fascia(c: Canvas, at: Layers) -> None:
    """Crural fascia with the sheet that sartorius spreads into."""
    part = c.part("crural fascia", Kind.FASCIA, "connective")
    layered(c, part, (c.y - at.fascia).astype(np.float32), 0.22, 221)


def muscle(c: Canvas, at: Layers, sheet: Part) -> None:
    """Medial head of gastrocnemius behind the tibia's edge."""
    y = float(at.fascia.min())
    belly = s.course(c, (36.0, 27.0, y + 12.0, 11.0, 8.0), (-36.0, 27.0, y + 12.0, 12.0, 9.0))
    v, below = strip(c, (at.fascia + 0.6).astype(np.float32), (13.0, 26.0), (y, 32.0))
    shape = s.Belly(name="medial head of gastrocnemius", at=belly, along=(0.15, 0.1, 1.0))
    s.bellies(v, [shape], below, sheet, salt=511)


def tibia(c: Canvas, at: Layers) -> None:
    """The tibia's inner face, hollow below the condyle."""
    s.bone(c, "tibia", (at.bone - c.y).astype(np.float32), salt=301)


def hollow(c: Canvas, at: Layers) -> None:
    """The inferomedial genicular artery in the fat between ligament and bone."""
    z = 13.0
    row, column = int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel()).argmin())
    y = 0.5 * float(at.ligament[row, column, 0] + at.bone[row, column, 0])
    r = min(0.65, 0.3 * float(at.bone[row, column, 0] - at.ligament[row, column, 0]))
    name = "inferomedial genicular artery"
    v = c.window((-24.0, 14.0), (y - 3.0, y + 4.0))
    q = np.sqrt((v.w - z + 0.12 * v.u) ** 2 + (v.y - y - 0.01 * v.u**2) ** 2)
    tube = (np.column_stack([np.linspace(14, -24, 20), np.full(20, y), np.linspace(z - 1.7, z + 2.9, 20)]), round(r, 4))
    wall = c.part(f"{name} wall", Kind.ARTERY_WALL, "vessel_wall", whole=name, tube=tube)
    v.lay(wall, (q - r - 0.3).astype(np.float32))
    blood = c.part(f"{name} lumen", Kind.ARTERY_LUMEN, "blood", whole=name, tube=tube)
    v.lay(blood, (q - r).astype(np.float32))


def ligament(c: Canvas, p: Values, at: Layers) -> None:
    """Medial collateral ligament: a band of long fibers along the leg that grows onto the bone below."""
    half = 0.5 * p["ligament_width_mm"] * (1.0 + 0.006 * np.clip(-c.w, 0, 30))
    thick = (at.ligament - at.floor) * np.sqrt(np.clip(1.0 - (np.abs(c.u) / half) ** 6, 0.0, 1.0))
    thick = thick * np.clip((c.w + 36.0) / 14.0, 0.1, 1.0)
    along = (0.08, 0.0, -1.0)
    part = c.part("medial collateral ligament", Kind.LIGAMENT, "connective", along=along)
    v = c.window((-11.0, 11.0), (float(at.floor.min()) - 1.0, float(at.ligament.max()) + 1.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    here = slice(first, first + v.u.size)
    floor, t = at.floor[:, here] + 0.1, thick[:, here]
    edge = np.where(t > 0.05, np.abs(v.y - floor - 0.5 * t) - 0.5 * t, 3.0).astype(np.float32)
    lines, fiber = v.strands(edge < c.spacing_mm, along, LIGAMENT_FIBERS, 411)
    v.lay(part, edge, 10.0 * fiber + LIGAMENT_DB * DB + 52.0 * lines)
    v.sheet(part, edge, 0.25, 0.8 * uneven(v, 415))


def tendons(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Sartorius, flat and nearest to the skin and the knee, then gracilis and semitendinosus, each cut obliquely."""
    grown, darker = TENDINOSIS[int(p["tendinosis_grade"])]
    slope = p["tendons_slope"]
    flat = 5.2, 0.5 * p["sartorius_mm"] * grown
    for n, (name, z, half, steep) in enumerate(
        (
            ("semitendinosus tendon", -6.7, tendon_half(p, "semitendinosus"), slope),
            ("gracilis tendon", 0.6, tendon_half(p, "gracilis"), 1.05 * slope),
            ("sartorius tendon", 9.4, flat, 1.25 * slope),
        )
    ):
        cord(c, name, (z, steep, at.fascia + 0.55), half, darker_db=darker, salt=431 + 7 * n, sheet=sheet)


def cord(
    c: Canvas,
    name: str,
    place: tuple[float, float, Field],
    half: tuple[float, float],
    *,
    darker_db: float,
    salt: int,
    sheet: Part,
) -> None:
    """A tendon that runs forward and down beneath a surface.

    Args:
        c, name: the canvas, its name.
        place: z where it crosses x = 0, its slope dz/dx, depth of the surface that it lies against.
        half: half axes across its fibers, along the surface and away from the skin.
        darker_db: against a healthy one. salt: of its fibers. sheet: of its paratenon.
    """
    z, slope, top = place
    short = 1.0 / sqrt(1.0 + slope * slope)
    along = (-short, 0.0, -short * slope)
    far = np.array([22.0, -22.0])
    depth = float(top[int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel()).argmin()), 0]) + half[1]
    line = np.column_stack([far, [depth, depth], z + slope * far])
    tube = (line, round(sqrt(half[0] * half[1]), 4))
    part = c.part(name, Kind.TENDON, "tendon", along=along, tube=tube, louder_db=TENDON_DB)
    v = c.window((-30.0, 30.0), (float(top.min()) - 1.0, float(top.max()) + 2.0 * half[1] + 1.0))
    a, b = (v.w - z - slope * v.u) * short, v.y - top - half[1]
    q = (np.abs(a / half[0]) ** 2.3 + np.abs(b / half[1]) ** 2.3) ** (1 / 2.3) + 1e-6
    edge = ((q - 1.0) * np.maximum(np.sqrt(a * a + b * b) / q, 0.3 * min(half))).astype(np.float32)
    lines, fibril = v.strands(edge < c.spacing_mm, along, FIBRILS, salt)
    v.lay(part, edge, 12.0 * fibril - 14.0 + 40.0 * lines + darker_db * DB)
    v.sheet(sheet, edge - 0.1, 0.2, 0.7 * uneven(v, salt + 1))


def bursa(c: Canvas, p: Values, at: Layers) -> None:
    """Pes anserine bursa between tendons and ligament: thin lining, dark fluid, folds where there is much of it."""
    v = c.window((-20.0, 20.0), (float(at.roof.min()) - 1.5, float(at.floor.max()) + 1.5))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    here = slice(first, first + v.u.size)
    roof, floor, open_mm = at.roof[:, here], at.floor[:, here], at.open_mm[:, here]
    gap = np.abs(v.y - 0.5 * (roof + floor)) - 0.5 * (floor - roof)
    gap = np.where(open_mm > 0, gap, np.maximum(gap, 0.0) + 0.3 - 4.0 * np.minimum(open_mm, 0.0)).astype(np.float32)
    wall = v.part("bursal lining", Kind.BURSA, "connective", whole="pes anserine bursa")
    fluid = v.part("pes anserine bursa", Kind.BURSA, "joint_fluid")
    grade = int(p["bursa_grade"])
    v.lay(wall, gap - 0.15 - 0.05 * grade, 10.0 * v.noise((1.4, 0.6, 1.4), 441) - LINING_DB * DB)
    folds = 0.28 * BURSA_MM[grade][0] * np.clip(v.noise((3.0, 1.6, 3.0), 443) - 0.3, 0, 1) * (grade > 1)
    v.lay(fluid, gap + folds.astype(np.float32))


def saphenous(c: Canvas, p: Values, sheet: Part) -> None:
    """Great saphenous vein and saphenous nerve in the fat at the tibia's inner edge."""
    r, x = p["vein_radius_mm"], p["saphenous_behind_mm"] + 2.2
    y = p["skin_mm"] + 0.6 * p["fat_mm"] + 0.6
    vein = s.course(c, (36.0, x + 3.0, y, r, 0.8 * r), (0.0, x, y, r, 0.8 * r), (-36.0, x - 3.0, y, r, 0.8 * r))
    collared(c, vein, sheet, 611)
    s.vessel(c, "great saphenous vein", vein, sheet, artery=False, wall_mm=0.3, salt=621)
    side = x - r - 1.6
    nerve = s.course(
        c, (36.0, side + 4.0, y + 1.2, 0.95, 0.7), (0.0, side, y + 0.7, 0.95, 0.7), (-36.0, side - 3.0, y, 0.9, 0.7)
    )
    s.nerve(c, "saphenous nerve", nerve, sheet, salt=631)
