"""Blocks of what reflects: bone, pleura between ribs, cartilage with joint fluid."""

import numpy as np

from inplane.anatomy._block_nerve import ALONG, FIBRILS, areolar, oval
from inplane.anatomy._block_soft import cover, lay_muscle, layered, uneven, wave
from inplane.anatomy._bone import lay_bone
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.patient import Kind

PLEURA_MM = 0.4
"""Both leaves as drawn. Chosen: they measure 0.2 to 0.4 mm."""


def bone(c: Canvas) -> None:
    """The cortex of a long bone beneath muscle: round across, straight along."""
    depth, fascia = cover(c)
    top = c.draw("bone_under_fascia_mm", 8.0, 16.0) + c.chosen["skin_mm"] + c.chosen["fat_mm"]
    radius, slope = c.draw("bone_radius_mm", 9.0, 24.0), c.draw("bone_slope", -0.12, 0.12)
    muscle = c.part("muscle", Kind.MUSCLE, "muscle", along=ALONG)
    lay_muscle(c, (muscle, fascia), depth - c.y, ALONG, 21)
    layered(c, fascia, c.y - depth, 0.35, 122)
    away = np.sqrt((c.y - top - radius - slope * c.w) ** 2 + c.u * c.u) - radius
    lay_bone(c, away + 0.15 * c.noise((5.0, 5.0, 8.0), 23))


def pleura(c: Canvas) -> None:
    """Two ribs, intercostal muscle between them, the pleural line, lung beneath."""
    depth, fascia = cover(c, 2.0, 7.0)
    apart = c.draw("rib_spacing_mm", 21.0, 27.0) / 2
    half = c.draw("rib_height_mm", 11.0, 14.0) / 2, c.draw("rib_thickness_mm", 6.0, 8.0) / 2
    wall = c.draw("chest_muscle_mm", 2.0, 8.0)
    ribs = c.chosen["skin_mm"] + c.chosen["fat_mm"] + wall + half[1]
    surface = ribs + half[1] + 1.6 + 0.25 * wave(c, 14.0, 2) + 0.02 * c.u
    along = (0.35, 0.1, 0.93)
    chest = c.part("chest muscle", Kind.MUSCLE, "muscle", along=ALONG)
    between = c.part("intercostal muscle", Kind.MUSCLE, "muscle", along=along)
    border = depth + wall + 0.2 * wave(c, 18.0, 3)
    lay_muscle(c, (chest, fascia), np.maximum(depth - c.y, c.y - border), ALONG, 21)
    lay_muscle(c, (between, fascia), border - c.y, along, 31)
    layered(c, fascia, c.y - depth, 0.3, 141)
    c.sheet(fascia, c.y - border, 0.3, uneven(c, 42))
    lung = c.part("lung", Kind.LUNG, "inflated_lung")
    leaf = c.part("pleura", Kind.PLEURA, "pleura")
    c.lay(lung, surface - c.y + 0.0 * c.power)
    c.lay(leaf, np.abs(c.y - surface + 0.5 * PLEURA_MM) - 0.5 * PLEURA_MM)
    lay_bone(c, np.minimum(oval(c, (-apart, ribs), half), oval(c, (apart, ribs), half)))


def cartilage(c: Canvas) -> None:
    """Cartilage of a femur beneath a tendon, a fat pad and a film or pool of joint fluid."""
    depth, sheath = cover(c, 2.0, 6.0)
    band = c.draw("tendon_thickness_mm", 4.0, 7.0)
    thick = c.draw("cartilage_mm", 1.6, 3.2)
    pool = c.draw("fluid_mm", 0.6, 5.0)
    pad = c.draw("fat_pad_mm", 2.0, 6.0)
    top = c.chosen["skin_mm"] + c.chosen["fat_mm"] + band + pad + pool + thick
    cord = c.part("tendon", Kind.TENDON, "tendon", along=ALONG)
    lines, fibril = c.strands(np.broadcast_to(c.y > depth - 1.0, c.labels.shape), ALONG, FIBRILS, 21)
    c.lay(cord, depth - c.y + 0.0 * c.power, 12.0 * fibril - 16.0 + 44.0 * lines)
    fat = c.part("fat pad", Kind.FAT, "fat")
    areolar(c, fat, sheath, depth + band - c.y + 0.4 * c.noise((9.0, 9.0, 9.0), 22), 23)
    layered(c, sheath, c.y - depth, 0.3, 125)
    c.sheet(sheath, c.y - depth - band, 0.3, uneven(c, 26))
    groove = np.round(0.9 * np.cos(c.u / 7.0) * 1024) / 1024
    condyle = top + groove + 0.012 * c.u * c.u + 0.15 * wave(c, 9.0, 27) - c.y
    fluid, smooth = (
        c.part("joint fluid", Kind.JOINT_FLUID, "joint_fluid"),
        c.part("cartilage", Kind.CARTILAGE, "cartilage"),
    )
    lens = pool * np.clip(1.0 - (c.u / 16.0) ** 2, 0.1, 1.0) + 0.2 * c.noise((4.0, 9.0, 4.0), 28)
    c.lay(fluid, condyle - thick - lens)
    c.lay(smooth, condyle - thick)
    lay_bone(c, condyle)
