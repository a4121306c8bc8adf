"""What the windows of thigh and knee share: a strip of the canvas under its fascia, wholes, fluid in a thin wall."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind

SEPTA, SEPTA_SHARE = (9.0, 2.2, 14.0, 0.12), 0.6
"""Lobules of deep fat (u, y, w, thickness of septa), and how much of a septum is connective tissue. Chosen by eye on
usgra-seg: gray, with a few weak lines."""
COLLAR_MM, COLLAR_SHARE = 1.6, 0.3
"""Reach of the sheath about vessels, and its share of connective tissue. Chosen: vessels stand out by their rim."""
EPIMYSIUM_MM = 0.45
"""Chosen: a voxel, for thinner ones are not resolved."""


def strip(c: Canvas, fascia_mm: Field, u_mm: tuple[float, float], y_mm: tuple[float, float]) -> tuple[Canvas, Field]:
    """Part of the canvas between two places across and two depths, and signed distance (mm) to what lies below the
    fascia there: muscles painted on a part cost less."""
    v = c.window(u_mm, y_mm)
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    below = fascia_mm[:, first : first + v.u.size] - v.y + np.zeros_like(v.power)
    return v, below.astype(np.float32)


def part_of(c: Canvas, names: Sequence[str], whole: str) -> None:
    """Parts that the atlas does not name by themselves."""
    for n, part in enumerate(c.structures):
        if part.name in names:
            c.structures[n] = replace(part, belongs_to=whole)


def above(c: Canvas, at: s.Course, from_mm: float) -> s.Course:
    """A course that ends at a level."""
    keep = c.w >= from_mm
    a, b = (np.where(keep, half, np.float32(0)) for half in at.half)
    return s.Course(u=at.u, y=at.y, half=(a, b))


def grown(at: s.Course, room_mm: float) -> s.Course:
    """A course with room about it; where it has ended there is none."""
    a, b = (np.where(half > 0, half + np.float32(room_mm), np.float32(0)) for half in at.half)
    return s.Course(u=at.u, y=at.y, half=(a, b))


def bed(v: Canvas, tubes: Sequence[s.Course], room_mm: float) -> Field:
    """Signed distance (mm, about) to the fat about vessels and nerves, into which no muscle reaches."""
    d = s.together([s.tubular(v, grown(at, room_mm)) for at in tubes], 5.0)
    return (d + 0.9 * v.noise((6.0, 4.0, 12.0), 207)).astype(np.float32)


def outlined(v: Canvas, sheet: Part, muscles: Field, salt: int) -> None:
    """The epimysium about muscles: their outline is what is seen first."""
    v.sheet(sheet, muscles, EPIMYSIUM_MM, uneven(v, salt))


def louder(c: Canvas, name: str, db: float) -> None:
    """A structure brighter than its tissue."""
    label = next(part.label for part in c.structures if part.name == name)
    c.power[c.labels == label] *= np.float32(10 ** (db / 10))


def deep_fat(c: Canvas, where: Field, sheet: Part, louder_db: float, salt: int) -> None:
    """Fat between muscles where a signed distance (mm) is negative: large lobules, few septa, so that nerves outshine
    it."""
    part = c.part("intermuscular fat", Kind.FAT, "fat", louder_db=louder_db)
    septa, lobule = c.septa(np.broadcast_to(where < c.spacing_mm, c.labels.shape), SEPTA, salt)
    c.lay(part, where, 8.0 * lobule + 12.0 * c.noise((1.3, 0.6, 3.0), salt + 1))
    c.mix(sheet, SEPTA_SHARE * septa * np.clip(0.5 - where / np.float32(c.spacing_mm), 0, 1))


def collared(c: Canvas, at: s.Course, sheet: Part, salt: int) -> None:
    """The loose sheath about a vessel, laid before it: brighter than fat and without an edge."""
    v = s.near(c, at, COLLAR_MM + 2.0)
    away = s.tubular(v, at) - 0.6
    share = np.clip(1.0 - np.abs(away) / COLLAR_MM, 0, 1) * uneven(v, salt)
    v.mix(sheet, (COLLAR_SHARE * share).astype(np.float32))
