"""Blocks of what lies in fat between muscles and holds fluid: an artery with its vein, a lymph node."""

from math import cos, radians, sin

import numpy as np

from inplane.anatomy._block_nerve import ALONG, AREOLAR_DB, areolar, oval
from inplane.anatomy._block_soft import DB, cover, fat_texture, lay_muscle, layered, uneven, wave
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind

MEDIA_DB = 12.0
"""Media below the wall's mean. Chosen: the dark middle of the wall's double line, near muscle."""
ADVENTITIA_MM = 0.3
"""Chosen: as thick as it looks beyond the media."""
NODE_OVAL = (1.0, 0.45, 1.4)
"""Half axes u, y, w of a node against its half width. Chosen: a healthy node is at least twice as long as thick."""


def vessel(c: Canvas) -> None:
    """An artery and a vein in their fat, muscle above and below."""
    depth, fascia = cover(c)
    r, v = c.draw("artery_radius_mm", 2.2, 4.2), c.draw("vein_radius_mm", 2.2, 4.5)
    middle = c.draw("artery_under_fascia_mm", 8.0, 14.0) + c.chosen["skin_mm"] + c.chosen["fat_mm"]
    turn = radians(
        c.draw("vein_angle_deg", -50.0, 50.0) if c.section == "short" else c.draw("vein_angle_deg", 65.0, 85.0)
    )
    side = 1.0 if c.rng.random() < 0.5 else -1.0
    apart = r + v + 1.3
    aside, lower = round(side * apart * cos(turn), 3), round(apart * sin(turn), 3)
    slope = c.draw("slope", -0.08, 0.08)
    over, under = (c.part(f"{name} muscle", Kind.MUSCLE, "muscle", along=ALONG) for name in ("superficial", "deep"))
    border = middle + 0.6 * wave(c, 24.0, 2) + slope * c.w
    lay_muscle(c, (under, fascia), border - c.y, ALONG, 21)
    lay_muscle(c, (over, fascia), np.maximum(depth - c.y, c.y - border), ALONG, 31)
    layered(c, fascia, c.y - depth, 0.35, 141)
    c.sheet(fascia, c.y - border, 0.4, uneven(c, 42))
    bed = oval(
        c,
        (0.5 * aside, middle + 0.5 * lower + slope * c.w),
        (0.5 * abs(aside) + r + v, 0.5 * abs(lower) + max(r, v) + 2.0),
    )
    fat = c.part("perivascular fat", Kind.FAT, "fat", louder_db=AREOLAR_DB)
    areolar(c, fat, fascia, bed + 1.3 * c.noise((4.0, 3.0, 12.0), 43), 44)
    tube(c, "vein", (aside, middle + lower, slope), (1.12 * v, v / 1.12), fascia)
    tube(c, "artery", (0.0, middle, slope), (r, r), fascia)


def tube(c: Canvas, name: str, place: tuple[float, float, float], half: tuple[float, float], sheet: Part) -> None:
    """A vessel along w: adventitia, wall, blood. `place` is u, y and the slope of y along w."""
    wall_mm = c.draw(f"{name}_wall_mm", *((0.5, 0.9) if name == "artery" else (0.2, 0.35)))
    wall_kind, lumen_kind = (
        (Kind.ARTERY_WALL, Kind.ARTERY_LUMEN) if name == "artery" else (Kind.VEIN_WALL, Kind.VEIN_LUMEN)
    )
    ends = np.array([float(c.w.max()), float(c.w.min())])  # z falls: from the head downwards
    line = np.column_stack([np.full(2, place[0]), place[1] + place[2] * ends, ends])
    radius = round(float(np.sqrt(half[0] * half[1])), 4)
    wall = c.part(f"{name} wall", wall_kind, "vessel_wall", whole=name, tube=(line, radius))
    blood = c.part(f"{name} lumen", lumen_kind, "blood", whole=name, tube=(line, radius))
    d = oval(c, (place[0], place[1] + place[2] * c.w), half) + 0.08 * c.noise((4.0, 4.0, 9.0), 61 + len(name))
    level = np.abs(c.y - place[1] - place[2] * c.w) / np.maximum(d + half[1], 0.3)
    ring = np.clip(1.0 - np.abs(d - wall_mm - 0.5 * ADVENTITIA_MM) / ADVENTITIA_MM, 0, 1)
    c.lay(wall, d - max(wall_mm, 1.2 * c.spacing_mm), -MEDIA_DB * DB)
    c.mix(sheet, ring * uneven(c, 63) * (0.15 + 0.85 * np.clip(level, 0, 1) ** 4))
    c.lay(blood, d)


def node(c: Canvas) -> None:
    """A lymph node with its hilum in subcutaneous fat."""
    depth, fascia = cover(c, 14.0, 22.0)
    half = c.draw("node_width_mm", 8.0, 16.0) / 2
    middle = c.chosen["skin_mm"] + 0.55 * c.chosen["fat_mm"]
    muscle = c.part("muscle", Kind.MUSCLE, "muscle", along=ALONG)
    lay_muscle(c, (muscle, fascia), depth - c.y, ALONG, 21)
    layered(c, fascia, c.y - depth, 0.35, 122)
    cortex = c.part("lymph node", Kind.LYMPH_NODE, "lymph_node")
    hilum = c.part("lymph node hilum", Kind.LYMPH_NODE, "fat", whole="lymph node")
    edge = egg(c, (0.0, middle), half) + 0.25 * c.noise((4.0, 3.0, 4.0), 31)
    c.lay(cortex, edge, 6.0 * c.noise((1.5, 1.0, 1.5), 32))
    c.sheet(fascia, edge, 0.3, uneven(c, 33))
    core = egg(c, (0.25 * half, middle + 0.1 * half), 0.5 * half) + 0.3 * c.noise((2.5, 1.5, 2.5), 34)
    texture, septa = fat_texture(c, np.broadcast_to(core < 1.0, c.labels.shape), 35)
    c.lay(hilum, core, texture + 30.0 * septa + 16.0)


def egg(c: Canvas, place: tuple[float, float], half: float) -> Field:
    """Signed distance (mm, about) to an egg with half axes NODE_OVAL times `half`."""
    a, b, e = (half * share for share in NODE_OVAL)
    return (np.sqrt(((c.u - place[0]) / a) ** 2 + ((c.y - place[1]) / b) ** 2 + (c.w / e) ** 2) - 1.0) * b
