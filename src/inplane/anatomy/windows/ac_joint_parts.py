"""Bone ends, capsule, disc and space of the acromioclavicular joint, and what lies beneath it; see `ac_joint`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows import girdle_parts as girdle
from inplane.anatomy.windows.girdle_parts import everywhere, within
from inplane.anatomy.windows.shoulder_bent import profile

SHARE = (1.0, 0.76, 0.62, 0.48)
"""Gap by grade of a sound one. Chosen: from normal to nearly closed."""
SPUR_MM = (0.0, 0.4, 0.9, 1.4)
"""Height of the osteophytes by grade. Chosen: over the gap they are seen from grade 2 on."""
LIFT_MM = (0.0, 0.7, 1.6)
"""How much fluid or synovium lifts the capsule more than usual, by grade. Chosen."""
CAPSULE_MM, OVER_MM = 1.4, 0.3
"""Capsule with the ligament on it, and loose tissue above. Chosen."""
DOME_MM = (1.5, 0.6)
"""How much deeper the capsule lies on acromion and clavicle than over the gap. Chosen: it is seen as a low dome."""
TILT = 0.3
"""How far the gap runs to the middle a millimeter deeper. Chosen: the clavicle rides over the acromion in most."""
STEP_MM, SUBCUTANEOUS_MM = 1.3, 0.9
"""How much lower the acromion lies, and the depth of the clavicle beneath the fascia. Chosen: the step that is felt."""
BONE_MM, BREADTH_MM = 9.0, 11.0
"""Height of the bone ends and half of their breadth from front to back. Chosen."""
DISC_MM = (4.0, 3.4, 2.6, 2.0)
"""How far the disc hangs into the gap by grade. Chosen: it is worn the more the narrower the gap."""
FLUID_MM = (1.6, 2.2, 4.2)
"""Half width of the black part of the space beneath the capsule, beside the gap, by grade of effusion. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """Places in the joint.

    Args:
        capsule: depth (mm) of both faces of the capsule. rim_mm: depth of the bones' upper rims.
        off: place across the gap from its middle, at every depth. half: half of the gap's width.
    """

    capsule: tuple[Field, Field]
    rim_mm: float
    off: Field
    half: Field


def joint(c: Canvas, p: Values, fascia_mm: Field) -> Joint:
    """How deep the rims lie follows from what lies over them."""
    over = fascia_mm + OVER_MM + profile(c.u, ((-9.0, DOME_MM[0]), (-2.5, 0.0), (2.5, 0.0), (9.0, DOME_MM[1])))
    bulge = p["bulge_mm"] + LIFT_MM[int(p["effusion_grade"])] + 0.5 * SPUR_MM[int(p["gap_grade"])]
    rim = p["skin_mm"] + p["fat_mm"] + OVER_MM + CAPSULE_MM + bulge
    half = 0.5 * p["gap_mm"] * SHARE[int(p["gap_grade"])] * (1.0 + 0.02 * c.w + 0.03 * np.clip(rim + 4.0 - c.y, 0, 6))
    return Joint(
        capsule=(over.astype(np.float32), (over + CAPSULE_MM).astype(np.float32)),
        rim_mm=rim,
        off=(c.u - TILT * (c.y - rim)).astype(np.float32),
        half=half.astype(np.float32),
    )


def _end(c: Canvas, p: Values, at: Joint, toward: float) -> Field:
    """Signed distance to a bone's end: the clavicle's towards the middle (1), the acromion's outwards (-1)."""
    away = toward * at.off - at.half
    rise = at.rim_mm - p["skin_mm"] - p["fat_mm"] - SUBCUTANEOUS_MM - (0.0 if toward > 0 else STEP_MM)
    back = 0.004 * c.w * c.w
    beyond = profile(toward * c.u - 0.5 * p["gap_mm"], ((0.0, 0.0), (2.5, 0.4), (5.5, 0.82), (10.0, 1.0)))
    top = at.rim_mm - rise * beyond + back
    sides = np.abs(c.w) - BREADTH_MM
    flat = [c.y - top - BONE_MM - rise * beyond, sides, top - c.y, -away]
    return -s.together([np.broadcast_to(-d, c.labels.shape).astype(np.float32) for d in flat], 1.2)


def bones(c: Canvas, p: Values, at: Joint) -> None:
    """Clavicle and acromion with their osteophytes, the higher ones on the clavicle."""
    spur, half = SPUR_MM[int(p["gap_grade"])], 0.5 * p["gap_mm"] * SHARE[int(p["gap_grade"])]
    ends = {"clavicle": _end(c, p, at, 1.0), "acromion": _end(c, p, at, -1.0)}
    if spur:
        tall, flat = (1.2 + 0.6 * spur, 0.5 + spur, 6.5), (1.2 + 0.4 * spur, 0.4 + 0.4 * spur, 5.5)
        tip, low = (half + 0.4 + tall[0], at.rim_mm - 0.2, 1.0), (-half - 0.5 - flat[0], at.rim_mm + 0.6, 2.0)
        ends["clavicle"] = s.together([ends["clavicle"], s.egg(c, tip, tall)], 0.8)
        ends["acromion"] = s.together([ends["acromion"], s.egg(c, low, flat)], 0.8)
    for n, (name, d) in enumerate(ends.items()):
        s.bone(c, name, d + 0.12 * spur * c.noise((1.6, 1.2, 2.0), 341 + n), salt=343 + 4 * n)


def space(c: Canvas, p: Values, at: Joint) -> None:
    """The space between the bones and beneath the capsule: black fluid, synovium at its edges, the disc within."""
    inside = everywhere(
        c, at.capsule[1] - c.y, c.y - at.rim_mm - BONE_MM + 1.0, np.abs(at.off) - 7.5, np.abs(c.w) - 9.5
    )
    name = "acromioclavicular joint space"
    v, near = s.around(c, inside)
    lining = v.part("synovium of the joint", Kind.JOINT_FLUID, "muscle", whole=name, louder_db=2.0)
    v.lay(lining, near, 9.0 * v.noise((1.2, 0.6, 1.2), 311))
    wide = at.half + FLUID_MM[int(p["effusion_grade"])] + 0.4 * c.noise((2.0, 2.0, 2.5), 313)
    v, near = s.around(c, everywhere(c, inside + 0.15, np.abs(at.off) - wide))
    v.lay(v.part(name, Kind.JOINT_FLUID, "joint_fluid"), near)
    long = at.rim_mm + DISC_MM[int(p["gap_grade"])] - at.capsule[1]
    share = np.clip(1.0 - (c.y - at.capsule[1]) / long, 0.0, 1.0)
    thick = np.minimum(0.95, 0.4 + 0.3 * at.half) * share**0.6
    rough = 0.35 * c.noise((1.6, 1.4, 2.0), 319)
    wedge = everywhere(c, np.abs(at.off - 0.15 * at.half + rough) - thick, at.capsule[1] - 0.4 - c.y, np.abs(c.w) - 8.5)
    v, near = s.around(c, np.where(share > 0, wedge, np.float32(9.0)))
    disc = v.part("acromioclavicular articular disc", Kind.LABRUM, "labrum", louder_db=4.0)
    v.lay(disc, near, 8.0 * v.noise((0.8, 0.6, 1.0), 321))


def capsule(c: Canvas, at: Joint, sheet: Part) -> None:
    """The capsule with the upper ligament: fibers across the gap, from bone to bone."""
    along = (1.0, 0.0, 0.1)
    name = "acromioclavicular joint capsule"
    thin = CAPSULE_MM * (0.35 + 0.65 * profile(np.abs(c.u), ((6.0, 1.0), (11.0, 0.0))))
    band = everywhere(c, at.capsule[0] - c.y, c.y - at.capsule[0] - thin, np.abs(c.u) - 13.0, np.abs(c.w) - 11.0)
    v, near = s.around(c, band)
    part = v.part(name, Kind.CAPSULE, "connective", along=along, louder_db=-8.0)
    lines, fiber = v.strands(near < c.spacing_mm, along, (1.2, 0.35, 0.12, 0.1, 16.0, 0.2), 331)
    v.lay(part, near, 8.0 * fiber + 20.0 * lines)
    v.sheet(sheet, near, 0.25, 0.7 * uneven(v, 333))
    floor = at.rim_mm + BONE_MM - 0.6
    low = everywhere(c, np.abs(c.y - floor) - 0.35, np.abs(at.off) - 7.0, np.abs(c.w) - 9.5)
    v, near = s.around(c, low)
    v.lay(v.part(f"{name} below", Kind.CAPSULE, "connective", whole=name, louder_db=-8.0), near)


def beneath(c: Canvas, at: Joint, sheet: Part) -> None:
    """Supraspinatus under the joint."""
    top = at.rim_mm + BONE_MM + 2.0 + 0.02 * c.u
    girdle.muscle(c, "supraspinatus", within(top - c.y, c.y - top - 14.0), (1.0, 0.08, 0.1), sheet, salt=301)
