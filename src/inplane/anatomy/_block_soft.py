"""Blocks of soft tissue: skin and fat, which lie over every block; muscle."""

from math import cos, radians, sin

import numpy as np

from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind

DB = 1 / 0.375
"""Codes a decibel."""
DARK_DB = 6.0
"""Muscle between its perimysium below muscle's mean, which holds both. Chosen so that the mean power is muscle's."""
PERIMYSIUM = (5.5, 1.3, 0.22, 0.7, 24.0, -0.6)
ENDOMYSIUM = (1.6, 0.7, 0.12, 0.25, 16.0, -1.1)
"""Bundles of muscle and what lies between them, as `_strands.strands` takes it. Chosen by eye on timtrack-muscle and
usgra-seg: bright lines 1 to 3 mm apart that run across the whole picture, weak ones between them."""


def fat_texture(c: Canvas, where: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], salt: int) -> tuple[Field, Field]:
    """Brightness (codes) and share of septa of subcutaneous fat."""
    septa, lobule = c.septa(where, (15.0, 2.2, 14.0, 0.1), salt)
    fine = c.noise((1.6, 0.8, 1.6), salt + 1)
    return 6.0 * lobule + 8.0 * fine, septa


def cover(c: Canvas, fat_low_mm: float = 3.0, fat_high_mm: float = 9.0) -> tuple[Field, Part]:
    """Skin, fat and the deep fascia beneath them over the whole block.

    Returns:
        Depth of the fascia (mm, (nz, nx, 1)), and the part that sheets are made of.
    """
    return covered(c, c.draw("skin_mm", 1.1, 2.0), c.draw("fat_mm", fat_low_mm, fat_high_mm))


def covered(c: Canvas, skin_mm: float, fat_mm: float) -> tuple[Field, Part]:
    """As `cover`, of a thickness."""
    skin, fat = c.part("skin", Kind.SKIN, "skin"), c.part("subcutaneous fat", Kind.FAT, "fat")
    fascia = c.part("deep fascia", Kind.FASCIA, "connective")
    depth = skin_mm + fat_mm + min(0.5, 0.2 * fat_mm) * wave(c, 21.0, 1)
    flat = np.zeros_like(c.power)
    texture, septa = fat_texture(c, np.broadcast_to(c.y < depth + 1.0, c.labels.shape), 3)
    c.lay(fat, flat - 1.0, texture)
    c.mix(fascia, septa)
    grain = c.noise((1.2, 0.4, 1.2), 5)
    middle = np.clip(1.0 - np.abs(c.y / skin_mm - 0.5) * 3.2, 0, 1)
    c.lay(skin, c.y - skin_mm + flat, 9.0 * grain - 18.0 * middle)
    return depth, fascia


def wave(c: Canvas, size_mm: float, salt: int) -> Field:
    """(nz, nx, 1) smooth noise over the skin, rounded to 1/1024 so that no machine's last bits show."""
    return np.round(c.noise((size_mm, 1e3, size_mm), salt)[:, :, :1] * 1024) / 1024


def layered(c: Canvas, part: Part, distance: Field, thick_mm: float, salt: int) -> None:
    """A fascia of two leaves that part here and there: the one at distance zero, and a weaker one beneath."""
    c.sheet(part, distance, thick_mm, uneven(c, salt))
    away = 0.75 + 0.5 * wave(c, 7.0, salt + 1)
    gate = np.clip(2.0 * wave(c, 9.0, salt + 2), 0.0, 0.7)
    c.mix(part, np.clip((0.5 * (0.2 + c.spacing_mm) - np.abs(distance - away)) / c.spacing_mm, 0, 1) * gate)


def uneven(c: Canvas, salt: int) -> Field:
    """How much of a sheet is there, 0.35 to 1, changing over some millimetres: fascia is bright in stretches."""
    return np.clip(0.75 + 0.6 * c.noise((6.0, 3.0, 6.0), salt), 0.35, 1.0)


def lay_muscle(
    c: Canvas, parts: tuple[Part, Part], distance: Field, along: tuple[float, float, float], salt: int
) -> None:
    """A muscle with its perimysium (the second part): bright lines along the fibres, dots across them."""
    part, sheet = parts
    where = np.broadcast_to(distance < c.spacing_mm, c.labels.shape)
    coarse, bundle = c.strands(where, along, PERIMYSIUM, salt)
    fine, fiber = c.strands(where, along, ENDOMYSIUM, salt + 1)
    patchy = 7.0 * c.noise((7.0, 4.0, 14.0), salt + 2)
    c.lay(part, distance, 5.0 * bundle + 6.0 * fiber + patchy - DARK_DB * DB)
    inside = np.clip(0.5 - distance / np.float32(c.spacing_mm), 0, 1)
    c.mix(sheet, np.clip(coarse + 0.7 * fine, 0, 1) * inside)


def fat(c: Canvas) -> None:
    """Deep subcutaneous fat on muscle."""
    depth, fascia = cover(c, 18.0, 28.0)
    along = (0.0, 0.0, 1.0)
    muscle = c.part("muscle", Kind.MUSCLE, "muscle", along=along)
    lay_muscle(c, (muscle, fascia), depth - c.y, along, 11)
    layered(c, fascia, c.y - depth, 0.35, 112)


def muscle(c: Canvas) -> None:
    """A pennate muscle between two aponeuroses, another one beneath."""
    depth, fascia = cover(c)
    angle = radians(c.draw("pennation_deg", 10.0, 25.0)) * (1.0 if c.rng.random() < 0.5 else -1.0)
    thick = c.draw("muscle_mm", 14.0, 20.0)
    tilt = c.draw("deep_tilt", -0.06, 0.06)
    deep = depth + thick + tilt * c.w + 0.4 * wave(c, 25.0, 2)
    along = (0.0, round(sin(angle), 6), round(cos(angle), 6))
    below = (0.0, -0.5 * along[1], along[2])
    first = c.part("muscle", Kind.MUSCLE, "muscle", along=along)
    second = c.part("deep muscle", Kind.MUSCLE, "muscle", along=below)
    lay_muscle(c, (second, fascia), deep - c.y, below, 21)
    lay_muscle(c, (first, fascia), np.maximum(depth - c.y, c.y - deep), along, 31)
    layered(c, fascia, c.y - depth, 0.45, 141)
    layered(c, fascia, c.y - deep, 0.45, 142)
