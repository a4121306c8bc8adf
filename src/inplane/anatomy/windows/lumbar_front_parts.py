"""Muscles, vertebra, canal, foramen and what lies before the lumbar spine, cut across; see `lumbar_front`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, small_artery, small_nerve
from inplane.anatomy.windows.leg_parts import louder
from inplane.anatomy.windows.neck_parts import Oval, ovals

MIDLINE_MM, JOINT_MM, TIP_MM, TRUNK_MM = 46.0, 16.0, 13.0, 20.0
"""Across: midline; from it, facet joint, tip in the foramen, sympathetic trunk. Chosen: as drawn in descriptions of
the view; the midline at the picture's side, so that needles from 70 to 100 mm beside it come in its plane."""
CANAL_MM, SAC_MM, BACK_MM = 17.0, (8.5, 7.0), 27.5
"""Below the lamina: middle of the sac, its half axes, back of the body. Chosen likewise."""
CLEFT_MM, DURA_MM, HALF_BODY_MM = 1.8, 1.3, 24.0
"""Cleft of the joint, dura, half width of the body. Chosen: the thin ones thicker than in life, two voxels at least."""
DISC_MM = (-20.0, -9.0)
"""Along the spine, of the disc below. Chosen: the view cuts the lower third of a body."""
GROWN_MM, SPURS_MM = 0.7, (0.0, 3.0, 5.5)
"""How far the articular process grows into the foramen a grade; osteophytes by grade. Chosen."""
MUSCLE_DB, SPACE_DB, PLANE_DB, TRUNK_DB, SINUS_DB = -3.0, -2.0, 2.0, 4.0, 14.0
"""Muscles, epidural fat, plane, trunk and the kidney's middle against others. Chosen."""
PLANE_MM = 6.0
"""Loose tissue between body and psoas. Chosen: so that it is several voxels."""
REACH_MM = 22.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Depths (mm): outer fascia, lamina, middle of the body, middle of the ventral epidural space."""

    top_mm: float
    lamina_mm: float
    body_mm: float
    ventral_mm: float


def places(p: Values, top_mm: float) -> Places:
    """From the skin inwards."""
    lamina = top_mm + p["muscle_mm"] + 2.0
    back = lamina + BACK_MM
    return Places(top_mm=top_mm, lamina_mm=lamina, body_mm=back + 0.5 * p["body_mm"], ventral_mm=back - 1.4)


def muscles(c: Canvas, at: Places, sheet: Part) -> None:
    """Psoas and quadratus before the processes, multifidus and erector spinae behind them."""
    t, y, m = at.top_mm, at.lamina_mm, MIDLINE_MM
    shapes = (
        Oval(name="psoas major", middle=(m - 41.5, at.body_mm - 4.0), half=(15.0, 20.0), along=(-0.1, 0.1, 1.0)),
        Oval(name="quadratus lumborum", middle=(m - 63.0, y + 12.0), half=(17.0, 9.0), along=(0.1, 0.1, 1.0)),
        Oval(
            name="erector spinae",
            middle=(m - 41.0, 0.5 * (t + y) + 2.0),
            half=(26.0, 0.5 * (y - t) + 1.0),
            along=(0.1, 0.05, 1.0),
        ),
        Oval(name="multifidus", middle=(m - 11.0, 0.5 * (t + y)), half=(11.5, 0.5 * (y - t)), along=(0.3, 0.2, 0.9)),
    )
    ovals(c, shapes, sheet, t + 0.6 - c.y, salt=301)
    for shape in shapes:
        louder(c, shape.name, MUSCLE_DB)


def loin(c: Canvas, p: Values, at: Places, sheet: Part) -> None:
    """The kidney before quadratus: dark rim, bright middle; ureter and genitofemoral nerve on the front of psoas."""
    u = MIDLINE_MM - 84.0 + p["kidney_mm"]
    v, d = s.around(c, s.egg(c, (u, at.body_mm + 4.0, 4.0), (20.0, 22.0, 40.0), 2.2), 2.0)
    d = (d + 0.6 * v.noise((9.0, 7.0, 9.0), 381)).astype(np.float32)
    rim = v.part("kidney cortex", Kind.MUSCLE, "muscle", whole="kidney", louder_db=-2.0)
    v.lay(rim, d, 8.0 * v.noise((1.2, 1.0, 1.2), 383))
    v.sheet(sheet, d, 0.6, 0.8 * uneven(v, 385))
    core = v.part("kidney sinus", Kind.FAT, "fat", whole="kidney", louder_db=SINUS_DB)
    v.lay(core, d + 9.0 + 1.4 * v.noise((5.0, 4.0, 5.0), 387), 10.0 * v.noise((1.5, 1.2, 1.5), 389))
    front = at.body_mm + 18.5
    tube = _along((MIDLINE_MM - 45.0, front), (2.2, 2.0), c)
    v = s.near(c, tube, 1.0)
    v.lay(v.part("ureter", Kind.MUSCLE, "muscle"), s.tubular(v, tube), -4.0 * DB)
    small_nerve(c, "genitofemoral nerve", _along((MIDLINE_MM - 36.0, front - 0.4), (1.1, 1.0), c), sheet, salt=391)


def _along(place: tuple[float, float], half: tuple[float, float], c: Canvas, slope: float = 0.0) -> s.Course:
    """A course through a place of the view (across, down), which moves across by `slope` for each mm along."""
    return s.course(c, *((w, place[0] + slope * w, place[1], *half) for w in (-REACH_MM, 0.0, REACH_MM)))


def vertebra(c: Canvas, p: Values, at: Places) -> Field:
    """Body with its disc, pedicle, spinous process, lamina and articular processes; the processes of the sides lie
    above and below the view. Returns the signed distance (mm) to body and disc."""
    m, y = MIDLINE_MM, at.lamina_mm
    whole = s.egg(c, (m, at.body_mm, 0.0), (HALF_BODY_MM, 0.5 * p["body_mm"], 300.0), 2.6)
    low, high = DISC_MM
    between = np.maximum(low - c.w, c.w - high)
    s.shaped(c, ("intervertebral disc", Kind.CARTILAGE, "cartilage"), everywhere(c, whole, between - 1.8))
    solids = [everywhere(c, whole, -between).astype(np.float32)]
    if size := SPURS_MM[int(p["osteophyte_grade"])]:
        solids.append(s.egg(c, (m - HALF_BODY_MM + 3.0, at.body_mm + 6.0, high), (0.5 * size + 2.0, 5.0, 4.0)))
    s.bone(c, "vertebral body", s.together(solids), salt=401)
    pedicle = s.rod(c, ((m - 16.0, y + BACK_MM + 4.0, 13.0), (m - 16.0, y + 8.0, 13.0)), (4.6, 4.6))
    s.bone(c, "pedicle", pedicle, salt=411)
    _arch(c, p, at)
    for n, w in enumerate((17.5, -19.5)):
        ends = ((m - 20.0, y + 13.0, w), (m - 52.0, y + 11.0, w + 2.5 * (-1) ** n))
        s.bone(c, "transverse process", s.rod(c, ends, (4.4, 3.2)), salt=421 + 10 * n)
    return whole


def _arch(c: Canvas, p: Values, at: Places) -> None:
    """Spinous process, lamina, both articular processes with their joint."""
    m, y, grown = MIDLINE_MM, at.lamina_mm, GROWN_MM * int(p["stenosis_grade"])
    s.bone(c, "spinous process", s.egg(c, (m, y - 8.0, -2.0), (3.6, 15.0, 12.0), 2.8), salt=441)
    s.bone(c, "lamina", s.rod(c, ((m - 2.0, y + 4.8, 0.0), (m - 12.0, y + 5.6, 0.0)), (4.4, 4.4)), salt=451)
    joint = m - JOINT_MM
    cleft = np.abs(c.u - joint - 0.12 * (c.y - y)) - 0.5 * CLEFT_MM
    side = c.u - joint - 0.12 * (c.y - y)
    inner = s.egg(c, (joint + 4.6, y + 4.6, -5.0), (4.8, 5.6, 11.0), 2.4)
    outer = s.egg(c, (joint - 4.0, y + 4.6 + 0.5 * grown, -5.0), (4.2, 5.4 + 0.5 * grown, 11.0), 2.4)
    for n, (name, d, facing) in enumerate((("inferior", inner, -side), ("superior", outer, side))):
        own = everywhere(c, d, -cleft, facing).astype(np.float32)
        s.bone(c, f"{name} articular process", own, salt=461 + 10 * n)
    gap = everywhere(c, cleft, np.minimum(inner, outer) - 0.3, c.y - y - 9.0).astype(np.float32)
    s.shaped(c, ("facet joint", Kind.JOINT_FLUID, "joint_fluid"), gap)


def canal(c: Canvas, at: Places) -> None:
    """Fat about the sac, the ventral epidural space out to the foramen, dura and fluid."""
    m, y = MIDLINE_MM, at.lamina_mm + CANAL_MM
    out = m - c.u
    space = everywhere(c, y + 5.6 - c.y, c.y - at.lamina_mm - BACK_MM - 0.3, out - TIP_MM - 8.0, -out - 12.0)
    v, near = s.around(c, space.astype(np.float32))
    part = v.part("ventral epidural space", Kind.BURSA, "fat", louder_db=SPACE_DB)
    here = v.labels == v.part("vertebral body", Kind.BONE, "cortical_bone").label
    v.lay(part, np.where(here, 9.0, near).astype(np.float32), 8.0 * v.noise((2.0, 1.0, 3.0), 481))
    sac = s.egg(c, (m, y, 0.0), (*SAC_MM, 300.0), 2.0)
    v, near = s.around(c, sac)
    v.lay(v.part("dura mater", Kind.DURA, "connective", louder_db=4.0), near)
    v.lay(v.part("thecal sac fluid", Kind.CEREBROSPINAL_FLUID, "water", whole="thecal sac"), near + DURA_MM)


def foramen(c: Canvas, p: Values, at: Places, sheet: Part) -> None:
    """The root in its sleeve, which leaves downwards and to the side; the artery of the cord on its inner side."""
    m, y, r = MIDLINE_MM, at.lamina_mm + CANAL_MM + 1.0, 0.5 * p["root_mm"]
    way = ((20.0, 4.0, -1.0), (6.0, 9.4, -0.4), (0.0, 13.4, 0.0), (-7.0, 19.5, 3.5), (-14.0, 27.0, 11.0))
    ends = (*way, (-22.0, 34.0, 18.0))
    root = s.course(c, *((w, m - out, y + down, r, 0.9 * r) for w, out, down in ends))
    bed(c, root, 0.6, sheet, salt=501)
    room = [1.3 if w > -4.0 else -r for w, _, _ in ends]
    sleeve = s.course(
        c, *((w, m - out, y + down, r + g, 0.9 * r + g) for (w, out, down), g in zip(ends, room, strict=True))
    )
    v = s.near(c, sleeve, 1.0)
    v.lay(v.part("dural sleeve", Kind.DURA, "connective", louder_db=3.0), s.tubular(v, sleeve))
    s.nerve(c, "lumbar spinal nerve", root, sheet, salt=511)
    small = s.course(c, *((w, m - 8.8 + 0.16 * w, y + 3.4 - 0.02 * w, 0.75, 0.75) for w in (-22.0, 0.0, 22.0)))
    small_artery(c, "radiculomedullary artery", small, sheet, salt=521)


def before(c: Canvas, p: Values, spine: tuple[Places, Field], sheet: Part) -> s.Course:
    """The sympathetic trunk, whose course is returned, in loose tissue beside the body; lumbar vessels, aorta, cava."""
    (at, body), m = spine, MIDLINE_MM
    loose = everywhere(c, np.abs(body - 0.5 * PLANE_MM) - 0.5 * PLANE_MM, at.body_mm + 2.0 - c.y, c.u - m - 4.0)
    s.filling(c, "prevertebral plane", loose.astype(np.float32), sheet, salt=531, louder_db=PLANE_DB)
    big = (
        ("inferior vena cava", (m - 8.0, 0.5 * p["body_mm"] + 13.0), 0.5 * p["cava_mm"], 0.86, False),
        ("abdominal aorta", (m + 14.0, 0.5 * p["body_mm"] + 12.0), 0.5 * p["aorta_mm"], 1.0, True),
    )
    for n, (name, (u, down), r, flat, artery) in enumerate(big):
        tube = _along((u, at.body_mm + down), (r, flat * r), c)
        s.vessel(c, name, tube, sheet, artery=artery, wall_mm=1.3 if artery else 0.8, salt=541 + 10 * n)
    _segmental(c, at, sheet)
    a, half = 0.5 * p["trunk_mm"], (HALF_BODY_MM, 0.5 * p["body_mm"])
    edge = half[1] * (1.0 - (TRUNK_MM / half[0]) ** 2.6) ** (1 / 2.6)
    trunk = _along((m - TRUNK_MM - 1.7, at.body_mm + edge + 1.6), (a, 0.75 * a), c)
    s.nerve(c, "lumbar sympathetic trunk", trunk, sheet, salt=581)
    louder(c, "lumbar sympathetic trunk", TRUNK_DB)
    return trunk


def _segmental(c: Canvas, at: Places, sheet: Part) -> None:
    """Lumbar artery and vein, from the body's front round its waist to the foramen, beneath psoas."""
    for n, (name, shift) in enumerate((("lumbar artery", 0.0), ("lumbar vein", 3.6))):
        y, out = at.body_mm - 7.0 + shift, MIDLINE_MM - HALF_BODY_MM - 1.2
        ends = ((-12.0, out + 3.0, y - 9.0), (0.0, out, y), (14.0, out - 0.6, y + 12.0))
        tube = s.course(c, *((w, u, depth, 1.1, 1.1) for w, u, depth in ends))
        bed(c, tube, 0.7, sheet, salt=561 + 10 * n)
        s.vessel(c, name, tube, sheet, artery=n == 0, wall_mm=0.25, salt=563 + 10 * n)
