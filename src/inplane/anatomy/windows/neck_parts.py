"""What windows of the neck share: muscles as ovals in their sheaths, dark cords of nerve, vessels that run along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.windows.girdle_parts import bed, everywhere, muscle, ripple
from inplane.anatomy.windows.leg_parts import louder, outlined

MUSCLE_DB = -2.0
"""Muscles of the neck against others. Chosen: darker than the fat about them."""
TRUNK_DB, TRUNK_FAT_MM = (2.0, -4.0), 0.5
"""Nerve and fascicles of trunks against others, and the fat about each. Chosen: dark rings in gray."""
ROOT_DB, ROOT_FAT_DB, ROOT_FAT_MM = -7.0, 17.0, 1.6
"""Inside of a root against other fascicles; fat about it above others, and how far it reaches. Chosen: dark nodules."""
RIM_MM, RIM_SHARE = 0.35, 0.35
"""Rim of a root, and its share of connective tissue. Chosen: a thin line."""
REACH_MM = 18.0
"""From the view to where courses end. Chosen: the window's half length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oval:
    """A muscle across the picture: middle and half axes (mm: across, down), fibers (u, y, w)."""

    name: str
    middle: tuple[float, float]
    half: tuple[float, float]
    along: tuple[float, float, float] = (0.0, 0.1, 1.0)


def ovals(c: Canvas, shapes: Sequence[Oval], sheet: Part, *bounds: Field, salt: int) -> None:
    """Muscles, one laid after the other; `bounds` are signed distances (mm) within which all of them stay."""
    for n, shape in enumerate(shapes):
        own = s.egg(c, (*shape.middle, 0.0), (*shape.half, 300.0), 2.2) + 0.3 * ripple(c, 12.0, 233 + n)
        d = everywhere(c, own, *bounds).astype(np.float32)
        muscle(c, shape.name, d, shape.along, sheet, salt=salt + 20 * n)
        v, near = s.around(c, d)
        outlined(v, sheet, near, salt + 11 + 20 * n)
        louder(c, shape.name, MUSCLE_DB)


def along(c: Canvas, place: tuple[float, float], half: tuple[float, float], slope: float = 0.0) -> s.Course:
    """A course through a place of the view (across, down), which moves across by `slope` for each mm along."""
    u, y = place
    return s.course(c, *((w, u + slope * w, y, *half) for w in (-REACH_MM, 0.0, REACH_MM)))


def trunks(c: Canvas, tubes: Mapping[str, s.Course], sheet: Part, *, whole: str, salt: int) -> None:
    """Trunks and divisions by name, parts of a whole: dark rings; first the fat about all of them, then each."""
    for n, tube in enumerate(tubes.values()):
        bed(c, tube, TRUNK_FAT_MM, sheet, salt=salt + 10 * n)
    for n, (name, tube) in enumerate(tubes.items()):
        s.nerve(c, name, tube, sheet, salt=salt + 5 + 10 * n, whole=whole)
        louder(c, name, TRUNK_DB[0])
        if any(part.name == f"{name} fascicle" and (c.labels == part.label).any() for part in c.structures):
            louder(c, f"{name} fascicle", TRUNK_DB[1])


def roots(c: Canvas, tubes: Mapping[str, s.Course], sheet: Part, *, whole: str, salt: int) -> None:
    """Roots by name, parts of a whole: even dark nodules in gray fat, one bundle each."""
    fat = c.part("fat about a nerve or vessel", Kind.FAT, "fat", whole="intermuscular fat", louder_db=ROOT_FAT_DB)
    for n, tube in enumerate(tubes.values()):
        v = s.near(c, tube, ROOT_FAT_MM + 1.0)
        d = s.tubular(v, tube) - ROOT_FAT_MM + 0.3 * v.noise((2.0, 1.5, 6.0), salt + 10 * n)
        v.lay(fat, d.astype(np.float32), 8.0 * v.noise((1.3, 0.6, 3.0), salt + 1 + 10 * n))
    for n, (name, tube) in enumerate(tubes.items()):
        way = s.direction(tube, c)
        rim = c.part(name, Kind.NERVE, "nerve", along=way, tube=s.line_of(c, tube), whole=whole)
        inside = c.part(f"{name} fascicle", Kind.FASCICLE, "fascicle", whole=whole, along=way, louder_db=ROOT_DB)
        v = s.near(c, tube, 1.0)
        edge = s.tubular(v, tube) + 0.1 * v.noise((2.5, 2.0, 9.0), salt + 5 + 10 * n)
        v.lay(rim, edge)
        v.lay(inside, edge + RIM_MM, 5.0 * v.noise((0.9, 0.6, 6.0), salt + 6 + 10 * n))
        v.mix(sheet, (RIM_SHARE * np.clip(1.0 - np.abs(edge) / RIM_MM, 0, 1)).astype(np.float32))
