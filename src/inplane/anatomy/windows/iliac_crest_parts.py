"""Ilium, sacrum and the muscles beside the posterior superior iliac spine; see `iliac_crest`."""

from math import sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere, muscle, ripple, small_nerve
from inplane.anatomy.windows.peng_parts import along_u

CAP_RADIUS_MM = 8.0
"""Of the spine in section. Chosen: with it the flat table of the sources fits on an ilium of 11 mm."""
DEEP_MM = 44.0
"""How far below the cap the ilium is laid. Chosen: past the end of the picture."""
TABLE_MM = 2.4
"""Thickness that carries the tables' names. Chosen: more than is seen of cortex; its echo is the surface's."""
CAP_DEEP_MM, CAP_MM = 3.5, 1.2
"""How far down the spine's flanks its name reaches, and how thick. Chosen: its cortex, which is what is seen of it."""
CAVITY_MM = 9.0
"""Below the cap, down to where the marrow is called the cavity that is aimed at. Chosen: what a first draw reaches."""
ALA_MM = 10.0
"""Lateral to it the sacrum is called its ala. Chosen: there it lies in the shadow of the spine."""
LIGAMENT_DB = -2.0
"""Posterior sacroiliac ligament against tendon. Chosen: gray and uneven between the bones."""
SACROILIAC = (0.97, 0.05, -0.24)
"""Direction of its fibers. Chosen: nearly level, so that it is bright."""
SACRUM_KNOTS = ((-30, 14), (4, 10), (9, 4.5), (14, 0), (19, 3.5), (25, 4), (31, 1), (40, -4))
"""Back of the sacrum: x and depth below the lateral crest (mm). Chosen: crest, dip of the foramina, next crest."""


def bone_mm(p: Values) -> float:
    """Depth of the spine's cap."""
    return p["skin_mm"] + p["fat_mm"]


def _crest_u(c: Canvas) -> Field:
    """Middle of the crest across: it goes outward above the spine and ends below it."""
    return (-0.55 * np.clip(c.w, 0, 60) - 0.1 * np.clip(-c.w, 0, 60)).astype(np.float32)


def ilium(c: Canvas, p: Values) -> Field:
    """Signed distance (mm, about) to the ilium: a plate with a thick end, cut flat where the needle enters."""
    half, r, q = 0.5 * p["table_mm"], CAP_RADIUS_MM, 0.5 * p["corridor_mm"]
    cut = r - sqrt(r * r - half * half)
    lower = 0.02 * np.clip(-c.w - 4.0, 0, 40) ** 2 + 0.004 * np.clip(c.w, 0, 40) ** 2
    top = bone_mm(p) + lower
    pu, py = c.u - _crest_u(c), c.y - top - r + cut
    axis = np.array([-p["slope"], 1.0]) / sqrt(1.0 + p["slope"] ** 2)
    length = DEEP_MM * sqrt(1.0 + p["slope"] ** 2)
    t = np.clip(pu * axis[0] + py * axis[1], 0.0, length)
    radius = q + (r - q) * np.clip(1.0 - t / 14.0, 0, 1)
    d = np.sqrt((pu - t * axis[0]) ** 2 + (py - t * axis[1]) ** 2) - radius
    d = np.maximum(d, top + 0.022 * pu**2 - c.y) + 0.3 * ripple(c, 8.0, 231) + 0.15 * ripple(c, 3.0, 239)
    return d.astype(np.float32)


def spine(c: Canvas, p: Values, d: Field) -> None:
    """The bone with its named places: cap, outer and inner table, and the marrow between them."""
    s.bone(c, "ilium", d, salt=311)
    names = [part.label for part in c.structures if part.belongs_to == "ilium"]
    bone = np.isin(c.labels, names)
    side = c.u - _crest_u(c) + p["slope"] * (c.y - bone_mm(p) - CAP_RADIUS_MM)
    cap = bone & (c.y < bone_mm(p) + CAP_DEEP_MM + 0.02 * c.w**2)
    table = bone & ~cap & (d > -TABLE_MM)
    cavity = "marrow cavity of ilium"
    for what, where in (
        ((cavity, "cancellous_bone", cavity), bone & (c.y < bone_mm(p) + CAVITY_MM)),
        (("inner table of ilium", "cortical_bone", ""), table & (side >= 0)),
        (("outer table of ilium", "cortical_bone", ""), table & (side < 0)),
        (("posterior superior iliac spine", "cortical_bone", cavity), cap & (d > -CAP_MM)),
    ):
        part = c.part(what[0], Kind.BONE, what[1], whole=what[2])
        c.labels[where] = part.label


def _sacrum_mm(c: Canvas, p: Values) -> Field:
    return (bone_mm(p) + p["sacrum_below_mm"] + along_u(c, SACRUM_KNOTS) + 0.5 * ripple(c, 9.0, 233)).astype(np.float32)


def sacrum(c: Canvas, p: Values, ilium_mm: Field) -> None:
    """Sacrum, the joint's cleft between it and the ilium, and the ligament behind the cleft."""
    back = _sacrum_mm(c, p)
    gap = np.maximum(2.0 - ilium_mm, -c.u - 26.0)
    d = np.maximum((back - c.y) * 0.8, gap).astype(np.float32)
    medial = c.u - _crest_u(c) + p["slope"] * (c.y - bone_mm(p) - CAP_RADIUS_MM)
    d = np.maximum(d, -0.7 * medial).astype(np.float32)
    cleft = everywhere(c, bone_mm(p) + 24.0 - c.y, ilium_mm - 2.4, -medial)
    s.shaped(c, ("sacroiliac joint", Kind.JOINT_FLUID, "joint_fluid"), cleft.astype(np.float32))
    s.bone(c, "sacrum", d, salt=321)
    hidden = np.isin(c.labels, [part.label for part in c.structures if part.belongs_to == "sacrum"]) & (c.u < ALA_MM)
    c.labels[hidden] = c.part("ala of sacrum", Kind.BONE, "cancellous_bone").label
    low = bone_mm(p) + 3.0 + 0.45 * np.clip(c.u - 4.0, 0, 30)
    band = everywhere(c, low - c.y, c.y - back, -c.u + 1.0, c.u - 17.0 + 0.4 * (back - c.y))
    v, near = s.around(c, band)
    part = v.part("posterior sacroiliac ligament", Kind.LIGAMENT, "tendon", along=SACROILIAC)
    lines, fiber = v.strands(near < c.spacing_mm, SACROILIAC, (1.6, 0.8, 0.14, 0.3, 14.0, 0.1), 331)
    v.lay(part, near, 10.0 * fiber + LIGAMENT_DB * DB + 30.0 * lines)


def _fascia_mm(c: Canvas, p: Values) -> Field:
    """Depth of the fascia over the muscles, which is fixed to the cap."""
    beside = np.clip((np.abs(c.u - _crest_u(c)) - 5.0) / 9.0, 0, 1)
    return (bone_mm(p) - 0.3 - p["fascia_up_mm"] * beside**0.7 + 0.3 * ripple(c, 12.0, 235)).astype(np.float32)


def muscles(c: Canvas, p: Values, ilium_mm: Field, sheet: Part) -> None:
    """Gluteus maximus and beneath it medius on the outer table; multifidus on the sacrum, under its aponeurosis."""
    roof, off, top = _fascia_mm(c, p), 0.6 - ilium_mm, bone_mm(p)
    side = c.u - _crest_u(c) + p["slope"] * (c.y - top - CAP_RADIUS_MM)
    depth = top + 15.0 + 0.22 * (c.u + 20.0) + 0.6 * ripple(c, 14.0, 237)
    maximus = everywhere(c, roof + 0.3 - c.y, off, side, c.y - depth)
    muscle(c, "gluteus maximus", maximus.astype(np.float32), (-0.75, 0.15, -0.65), sheet, salt=411)
    medius = everywhere(c, depth + 0.5 - c.y, off, side)
    muscle(c, "gluteus medius", medius.astype(np.float32), (-0.3, 0.2, -0.9), sheet, salt=421)
    back = _sacrum_mm(c, p)
    inner = everywhere(c, roof + 0.3 - c.y, off, c.y - back, 3.0 - c.u)
    muscle(c, "multifidus", inner.astype(np.float32), (0.25, -0.1, 0.95), sheet, salt=431)


def fasciae(c: Canvas, p: Values) -> None:
    """Gluteal fascia lateral to the cap, thoracolumbar fascia medial to it."""
    roof = _fascia_mm(c, p)
    v = c.window((-1e3, 1e3), (float(roof.min()) - 1.5, float(roof.max()) + 1.5))
    beyond = v.u - _crest_u(v)
    for name, where, thick, salt in (
        ("gluteal fascia", beyond < -2.0, 0.7, 501),
        ("thoracolumbar fascia", beyond > 2.0, 1.1, 503),
    ):
        part = v.part(name, Kind.FASCIA, "connective")
        v.sheet(part, v.y - roof, thick, (uneven(v, salt) * where).astype(np.float32))


def cluneal(c: Canvas, p: Values, sheet: Part) -> None:
    """Superior cluneal nerve over the crest, above the spine."""
    y = bone_mm(p) - 2.2
    at = s.course(
        c, (25.0, -15.0, y, 0.6, 0.5), (17.0, -21.0, y, 0.6, 0.5), (10.0, -27.0, y, 0.6, 0.5), (9.0, -28.0, y, 0.0, 0.0)
    )
    small_nerve(c, "superior cluneal nerve", at, sheet, salt=601)
