"""Blocks of what is gathered in bundles: a nerve between muscles, a tendon over bone."""

from math import cos, sin

import numpy as np

from inplane.anatomy._block_soft import cover, lay_muscle, layered, uneven, wave
from inplane.anatomy._bone import lay_bone
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind

ALONG = (0.0, 0.0, 1.0)
FIBRILS = (0.9, 0.5, 0.14, 0.2, 30.0, 0.2)
"""A tendon's bundles, as `_strands.strands` takes them. Chosen: fine parallel lines as tendons show at 10 to 15 MHz."""
AREOLAR_DB = 2.0
"""Fat around nerves and vessels above subcutaneous fat. Chosen by eye on usgra-seg: it holds more connective tissue."""
PERINEURIUM_MM, EPINEURIUM_MM = 0.15, 0.35
"""Chosen: thinner than they can be resolved, which is how they look."""


def oval(c: Canvas, place: tuple[float | Field, float | Field], half: tuple[float, float]) -> Field:
    """Signed distance (mm, about) to a tube of oval section: (|q| - 1) |p| / |q|, with q = p / half axes."""
    p = c.u - place[0], c.y - place[1]
    q = np.sqrt((p[0] / half[0]) ** 2 + (p[1] / half[1]) ** 2 + 0.0 * c.w) + 1e-6
    return (q - 1.0) * np.maximum(np.sqrt(p[0] * p[0] + p[1] * p[1]) / q, 0.3 * min(half))


def areolar(c: Canvas, part: Part, sheet: Part, distance: Field, salt: int) -> None:
    """The fat around nerves and vessels: small lobules, fine strands."""
    septa, lobule = c.septa(np.broadcast_to(distance < c.spacing_mm, c.labels.shape), (4.0, 1.1, 8.0, 0.2), salt)
    inside = np.clip(0.5 - distance / np.float32(c.spacing_mm), 0, 1)
    c.lay(part, distance, 10.0 * lobule + 8.0 * c.noise((1.5, 0.8, 3.0), salt + 1))
    c.mix(sheet, septa * inside)


def places(c: Canvas, half: tuple[float, float]) -> list[tuple[float, float, float]]:
    """(u, y, radius) of fascicles that fit into an oval without touching: darts, large ones first."""
    found: list[tuple[float, float, float]] = []
    for radius in np.linspace(min(0.55 * half[1], 0.9), 0.26, 9):
        for _ in range(150):
            turn, reach = float(c.rng.uniform(0, 6.2832)), float(np.sqrt(c.rng.uniform(0, 1)))
            u, y = reach * (half[0] - radius - 0.2) * cos(turn), reach * (half[1] - radius - 0.2) * sin(turn)
            gap = min((float(np.hypot(u - a, y - b)) - r for a, b, r in found), default=9.0)
            if gap > radius + 0.13:
                found.append((u, y, float(radius)))
    return [(round(u, 3), round(y, 3), round(r, 3)) for u, y, r in found]


def nerve(c: Canvas) -> None:
    """A nerve with its fascicles in fat between two muscles."""
    depth, fascia = cover(c)
    half = c.draw("nerve_width_mm", 3.5, 11.0) / 2, c.draw("nerve_thickness_mm", 2.2, 4.5) / 2
    middle = c.draw("nerve_under_fascia_mm", 6.0, 12.0) + c.chosen["skin_mm"] + c.chosen["fat_mm"]
    border = middle + 0.6 * wave(c, 24.0, 2) + 0.06 * c.u
    over, under = (c.part(f"{name} muscle", Kind.MUSCLE, "muscle", along=ALONG) for name in ("superficial", "deep"))
    lay_muscle(c, (under, fascia), border - c.y, ALONG, 21)
    lay_muscle(c, (over, fascia), np.maximum(depth - c.y, c.y - border), ALONG, 31)
    layered(c, fascia, c.y - depth, 0.35, 141)
    c.sheet(fascia, c.y - border, 0.4, uneven(c, 42))
    near = c.window((-half[0] - 6.0, half[0] + 6.0), (middle - half[1] - 3.5, middle + half[1] + 3.5))
    fat = c.part("fat around the nerve", Kind.FAT, "fat", louder_db=AREOLAR_DB)
    bed = oval(near, (0.0, middle), (half[0] + 3.5, half[1] + 1.0)) + 1.3 * near.noise((3.5, 2.5, 12.0), 43)
    areolar(near, fat, fascia, bed, 44)
    bundle(near, middle, half, fascia)


def bundle(c: Canvas, middle_mm: float, half: tuple[float, float], sheet: Part) -> None:
    """The nerve itself: epineurium around and between, dark fascicles, each in its perineurium."""
    line = np.column_stack([np.zeros(2), np.full(2, middle_mm), [c.w.min(), c.w.max()]]).astype(np.float64)
    whole = c.part("nerve", Kind.NERVE, "nerve", along=ALONG, tube=(line, half[0]))
    inside = c.part("nerve fascicle", Kind.FASCICLE, "fascicle", whole="nerve", along=ALONG)
    edge = oval(c, (0.0, middle_mm), half) + 0.3 * c.noise((2.5, 2.0, 9.0), 51)
    c.lay(whole, edge, 8.0 * c.noise((0.8, 0.5, 6.0), 52))
    inner = np.full(c.labels.shape, 9.0, np.float32)
    for u, y, radius in places(c, half):
        phase = float(c.rng.uniform(0, 6.28))
        sway = np.round(0.12 * np.sin(c.w / 7.0 + phase) * 1024) / 1024
        d = np.sqrt((c.u - u - sway) ** 2 + (c.y - middle_mm - y + 0.5 * sway) ** 2) - radius
        np.minimum(inner, d, out=inner)
    c.lay(inside, np.maximum(inner, edge + 0.2))
    c.mix(sheet, 0.5 * np.clip(1.0 - np.abs(inner) / PERINEURIUM_MM, 0, 1) * (edge < 0))
    c.sheet(sheet, edge, EPINEURIUM_MM, uneven(c, 53))
    c.labels[(np.abs(edge) <= 0.5 * EPINEURIUM_MM) & (c.labels == sheet.label)] = whole.label


def tendon(c: Canvas) -> None:
    """A tendon under thin fat, muscle beside it, bone beneath."""
    depth, sheath = cover(c, 1.5, 4.0)
    half = c.draw("tendon_width_mm", 9.0, 18.0) / 2, c.draw("tendon_thickness_mm", 3.0, 6.0) / 2
    bone_mm = c.draw("bone_below_mm", 4.0, 12.0)
    along = (0.0, c.draw("tendon_slope", -0.05, 0.05), 1.0)
    middle = c.chosen["skin_mm"] + c.chosen["fat_mm"] + half[1] + 0.4
    muscle = c.part("muscle", Kind.MUSCLE, "muscle", along=ALONG)
    lay_muscle(c, (muscle, sheath), depth - c.y, ALONG, 21)
    fat = c.part("fat pad", Kind.FAT, "fat")
    pad = oval(c, (0.0, middle + 0.5 * half[1]), (half[0] + 2.5, half[1] + 2.0)) + 0.4 * c.noise((6.0, 3.0, 9.0), 22)
    areolar(c, fat, sheath, np.maximum(pad, depth - c.y), 23)
    layered(c, sheath, c.y - depth, 0.3, 125)
    cord = c.part("tendon", Kind.TENDON, "tendon", along=along)
    edge = oval(c, (0.0, middle + along[1] * c.w), half)
    where = np.broadcast_to(edge < c.spacing_mm, c.labels.shape)
    lines, fibril = c.strands(where, along, FIBRILS, 26)
    c.lay(cord, edge, 12.0 * fibril - 16.0 + 44.0 * lines)
    c.sheet(sheath, edge, 0.3, uneven(c, 28))
    lay_bone(c, middle + half[1] + bone_mm + 0.02 * c.u * c.u + 0.3 * wave(c, 15.0, 29) - c.y)
