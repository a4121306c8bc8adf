"""Muscles, vertebra and medial branch of the lumbar spine, cut across; see `lumbar_facet`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, ripple
from inplane.anatomy.windows.leg_parts import louder
from inplane.anatomy.windows.neck_parts import Oval, ovals

MIDLINE_MM, JOINT_MM, NOTCH_MM, TIP_MM = 31.0, 12.0, 2.0, -27.0
"""Across: midline, facet joint, notch between articular and transverse process, and the latter's tip. Chosen: as drawn
in descriptions of the view."""
CLEFT_MM = 1.6
"""Width of the joint's cleft. Chosen: wider than in life, so that it is three voxels."""
GROWN_MM = (0.0, 1.0, 2.2, 3.6)
"""How far the articular processes have grown to the skin and aside, by grade. Chosen: none to severe."""
MUSCLE_DB, NERVE_DB, FAT_MM = -3.0, 11.0, 0.6
"""Brightness of muscles and nerve against others, and the fat about the nerve. Chosen: dark muscles, a bright spot in
the notch at 3.5 MHz."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Depths (mm): of the outer fascia, of the lamina, of the transverse process' face."""

    top_mm: float
    lamina_mm: float
    process_mm: float


def places(p: Values, top_mm: float) -> Places:
    """A staircase from the midline outwards."""
    lamina = top_mm + p["muscle_mm"] + 2.0
    return Places(top_mm=top_mm, lamina_mm=lamina, process_mm=lamina + p["step_mm"] + 1.0)


def muscles(c: Canvas, at: Places, sheet: Part) -> None:
    """Multifidus beside the spinous process, erector spinae lateral to it; psoas and quadratus before the process."""
    t, deep = at.top_mm, at.process_mm
    middle = 0.5 * (t + deep)
    shapes = (
        Oval(name="erector spinae", middle=(-12.0, middle), half=(27.0, 0.5 * (deep - t)), along=(0.1, 0.05, 1.0)),
        Oval(
            name="multifidus",
            middle=(20.0, 0.5 * (t + at.lamina_mm)),
            half=(12.5, 0.5 * (at.lamina_mm - t)),
            along=(0.3, 0.2, 0.9),
        ),
        Oval(name="psoas major", middle=(-4.0, deep + 26.0), half=(19.0, 18.0), along=(0.0, 0.1, 1.0)),
        Oval(name="quadratus lumborum", middle=(-44.0, deep + 6.0), half=(13.0, 9.0), along=(0.1, 0.1, 1.0)),
    )
    ovals(c, shapes, sheet, t + 0.6 - c.y, salt=301)


def bones(c: Canvas, p: Values, at: Places) -> None:
    """Spinous process, lamina, both articular processes with their joint, transverse process."""
    y, grown = at.lamina_mm, GROWN_MM[int(p["facet_grade"])]
    spine = s.egg(c, (MIDLINE_MM, y - 10.0, 0.0), (3.6, 15.0, 11.0), 2.8)
    s.bone(c, "spinous process", spine, salt=401)
    lamina = s.rod(c, ((MIDLINE_MM - 2.0, y + 5.5, -2.0), (JOINT_MM + 4.0, y + 6.5, -2.0)), (4.5, 4.5))
    s.bone(c, "lamina", lamina, salt=411)
    inner = s.egg(c, (JOINT_MM + 5.0, y + 5.0 - 0.5 * grown, 0.0), (5.0 + 0.3 * grown, 6.0 + 0.5 * grown, 11.0), 2.4)
    outer = s.egg(c, (JOINT_MM - 4.6, y + 5.4 - 0.5 * grown, 0.0), (4.6 + 0.3 * grown, 6.2 + 0.5 * grown, 11.0), 2.4)
    cleft = np.abs(c.u - JOINT_MM - 0.12 * (c.y - y)) - 0.5 * CLEFT_MM
    s.bone(
        c,
        "inferior articular process",
        everywhere(c, inner, -cleft, JOINT_MM + 0.12 * (c.y - y) - c.u).astype(np.float32),
        salt=421,
    )
    s.bone(
        c,
        "superior articular process",
        everywhere(c, outer, -cleft, c.u - JOINT_MM - 0.12 * (c.y - y)).astype(np.float32),
        salt=431,
    )
    hull = np.minimum(inner, outer)
    joint = everywhere(c, cleft, hull - 0.3, c.y - y - 9.0).astype(np.float32)
    s.shaped(c, ("facet joint", Kind.JOINT_FLUID, "joint_fluid"), joint)
    ends = ((NOTCH_MM + 3.0, at.process_mm + 4.6, -1.0), (TIP_MM, at.process_mm + 3.6, -3.0))
    process = s.rod(c, ends, (4.6, 3.2)) + 0.3 * ripple(c, 8.0, 241)
    s.bone(c, "transverse process", process.astype(np.float32), salt=441)
    for name in ("erector spinae", "multifidus"):
        louder(c, name, MUSCLE_DB)


def branch(c: Canvas, p: Values, at: Places, sheet: Part) -> s.Course:
    """The medial branch in the notch on the bone, with the posterior branches of the lumbar vessels beside it."""
    r = 0.5 * p["branch_mm"]
    grown = GROWN_MM[int(p["facet_grade"])]
    u, y = NOTCH_MM - 0.6 - 0.3 * grown, at.process_mm - r - 0.9
    nerve = s.course(c, *((w, u + 0.1 * w, y + 0.02 * w, 1.15 * r, 0.9 * r) for w in (-21.0, 0.0, 21.0)))
    vessels = [
        s.course(c, *((w, u + du, y + dy, 0.8, 0.7) for w in (-21.0, 0.0, 21.0)))
        for du, dy in ((1.2, -3.4), (1.4, -5.4))
    ]
    for n, tube in enumerate((nerve, *vessels)):
        bed(c, tube, FAT_MM if n == 0 else 0.6, sheet, salt=501 + 10 * n)
    s.vessel(c, "lumbar artery", vessels[0], sheet, artery=True, wall_mm=0.2, salt=541)
    s.vessel(c, "lumbar vein", vessels[1], sheet, artery=False, wall_mm=0.2, salt=551)
    s.nerve(c, "lumbar medial branch", nerve, sheet, salt=561)
    louder(c, "lumbar medial branch", NERVE_DB)
    return nerve
