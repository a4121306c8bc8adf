"""What the windows of hip and buttock share: sources, the sciatic nerve in its fat, small vessels in pairs."""

from math import log

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.patient import Kind
from inplane.anatomy.windows.girdle_parts import bed, muscle
from inplane.anatomy.windows.leg_parts import louder, outlined

CHEN = "Chen J et al. J Med Ultrasound 2018, PMC6029205 (abstract and table read): 52.7 +- 2.8 mm2, 200 volunteers"
WIDTH = "Surgical anatomy of the sciatic nerve, J Orthop Res 2016 (abstract read): 15.6 mm wide below piriformis"
NERVE_DB, FASCICLE_DB = 7.0, 15.0
"""Epineurium and fascicles above those of small nerves. Chosen: at 5 MHz the nerve is a bright oval with faint dots."""


RECTAL_WALL_MM = 3.0
"""Chosen: about three millimeters."""
RISE_MM = 9.7
"""How far the ends of the face of curved_5_1 stand back: radius 57 mm, 34 degrees to either side."""
GEL_MM = 1.4
"""Gap at the ends of a curved face that gel fills. Chosen: a usual layer."""


def chosen(why: str) -> str:
    """The source of a number that nobody was read for."""
    return f"chosen: {why}"


SCIATIC = {
    "sciatic_area_mm2": ParameterRange(
        low=40.0, high=66.0, mean=52.7, sd=5.0, source=f"{CHEN}, at the gluteal fold; its spread is chosen wider"
    ),
    "sciatic_flattening": ParameterRange(
        low=1.7, high=3.4, mean=2.5, sd=0.35, source=f"{WIDTH}; with the area that is 4 mm thick; cut rounder"
    ),
}


def firm_n(fat_mm: float, rise_mm: float) -> float:
    """Force that presses a curved face in until its ends, which stand back by `rise_mm`, meet the skin through gel.

    Chosen: what fat yields to a force as the world has it (twice 3 mm and half of the fat, the rest to 1/e at 8 N).
    """
    share = min((rise_mm - GEL_MM) / (6.0 + fat_mm), 0.9)
    return round(-8.0 * log(1.0 - share), 2)


def sciatic(c: Canvas, at: s.Course, sheet: Part, *, salt: int, swollen: bool = False) -> None:
    """The sciatic nerve in its bed of fat; a swollen one is darker within."""
    bed(c, at, 2.4, sheet, salt=salt)
    s.nerve(c, "sciatic nerve", at, sheet, salt=salt + 3)
    louder(c, "sciatic nerve", NERVE_DB)
    louder(c, "sciatic nerve fascicle", FASCICLE_DB - (9.0 if swollen else 0.0))


def wrapped_muscle(
    c: Canvas, name: str, d: Field, along: tuple[float, float, float], sheet: Part, *, salt: int
) -> None:
    """A muscle where a signed distance is negative, in a bright epimysium."""
    muscle(c, name, d, along, sheet, salt=salt)
    v, near = s.around(c, np.broadcast_to(d, c.labels.shape))
    outlined(v, sheet, near, salt + 7)


def vessel_pair(
    c: Canvas, name: str, courses: tuple[s.Course, s.Course], walls_mm: tuple[float, float], sheet: Part, *, salt: int
) -> None:
    """An artery and the vein of its name beside it, in one bed of bright fat."""
    for n, at in enumerate(courses):
        bed(c, at, 2.6, sheet, salt=salt + 2 * n)
    s.vessel(c, f"{name} vein", courses[1], sheet, artery=False, wall_mm=walls_mm[1], salt=salt + 11)
    s.vessel(c, f"{name} artery", courses[0], sheet, artery=True, wall_mm=walls_mm[0], salt=salt + 21)


def rectum(c: Canvas, d: Field, sheet: Part, *, salt: int) -> None:
    """The rectum where a signed distance is negative: dark wall of muscle, gas within, with a dirty shadow."""
    v, near = s.around(c, np.broadcast_to(d, c.labels.shape))
    rough = near + 0.5 * v.noise((6.0, 6.0, 6.0), salt)
    wall = v.part("rectal wall", Kind.MUSCLE, "muscle", whole="rectum", louder_db=-5.0)
    gas = v.part("rectal gas", Kind.LUNG, "inflated_lung", whole="rectum")
    v.lay(wall, rough, 8.0 * v.noise((1.5, 0.8, 1.5), salt + 1))
    v.sheet(sheet, rough, 0.4, 0.8 * uneven(v, salt + 2))
    v.lay(gas, rough + RECTAL_WALL_MM)
