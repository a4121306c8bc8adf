"""Muscles, tubercles, throat, vessels and nerves of the neck at C6; see `c6_front`."""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, ripple, small_artery, small_nerve
from inplane.anatomy.windows.leg_parts import louder
from inplane.anatomy.windows.neck_parts import Oval, along, ovals, roots

CAROTID_MM, ANTERIOR_MM, POSTERIOR_MM, ROOT_MM, TRUNK_MM = 12.0, -1.0, -15.0, -6.8, 8.2
"""Across: carotid artery, both tubercles, root and sympathetic trunk. Chosen: as drawn in descriptions of the view."""
FASCIA_MM, FASCIA_DB, TRUNK_DB = 19.0, 10.0, 3.0
"""Prevertebral fascia below the outer one; fascia and trunk against others. Chosen: a bright line, a gray oval."""
SCALENE_MM = 7.8
"""Of the same fascia over the scalenes. Chosen: beneath sternocleidomastoid."""
SWELLING = (1.0, 1.05, 1.15, 1.3)
"""Times the root's diameter by grade. Chosen: at most a swollen root is seen (atlas)."""
LOBE_MM = ((26.0, 12.0), (7.5, 8.0))
"""Middle of the thyroid's lobe, across and below the fascia, and its half axes. Chosen: beside the trachea."""


def muscles(c: Canvas, top_mm: float, sheet: Part) -> None:
    """Scalenes, longus colli under its fascia, sternocleidomastoid over all."""
    t = top_mm
    deep = (
        Oval(name="middle scalene", middle=(-18.0, t + 13.4), half=(8.5, 4.9), along=(0.1, 0.2, 0.97)),
        Oval(name="anterior scalene", middle=(-4.6, t + 12.9), half=(4.9, 3.8), along=(0.0, 0.2, 0.97)),
        Oval(name="longus colli", middle=(13.5, t + 24.4), half=(8.5, 4.4), along=(0.0, 0.1, 1.0)),
    )
    ovals(c, deep, sheet, salt=301)
    over = (Oval(name="sternocleidomastoid", middle=(6.0, t + 4.2), half=(20.0, 3.6), along=(0.3, 0.0, 0.95)),)
    ovals(c, over, sheet, t + 0.4 - c.y, salt=381)
    part = c.part("prevertebral fascia", Kind.FASCIA, "connective", louder_db=FASCIA_DB)
    over_colli = t + FASCIA_MM + 0.008 * (c.u - 12.0) ** 2 - 0.4 + 0.2 * ripple(c, 16.0, 241)
    over_scalenes = t + SCALENE_MM + 0.006 * (c.u + 10.0) ** 2 + 0.2 * ripple(c, 16.0, 243)
    for depth, (low, high) in ((over_colli, (3.0, 24.0)), (over_scalenes, (-28.0, -0.5))):
        v = c.window((low, high), (float(depth.min()) - 1.0, t + FASCIA_MM + 3.0))
        first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
        v.sheet(part, v.y - depth[:, first : first + v.u.size], 0.8, np.maximum(uneven(v, 401), 0.7))


def bones(c: Canvas, top_mm: float) -> None:
    """Both tubercles and the gutter between them, the vertebral body beneath longus colli."""
    t = top_mm
    s.bone(c, "anterior tubercle", s.egg(c, (ANTERIOR_MM, t + 22.0, 0.0), (3.4, 4.0, 7.0), 2.2), salt=421)
    s.bone(c, "posterior tubercle", s.egg(c, (POSTERIOR_MM, t + 24.2, 0.0), (4.8, 4.0, 7.0), 2.6), salt=431)
    floor = s.egg(c, (0.5 * (ANTERIOR_MM + POSTERIOR_MM), t + 28.0, 0.0), (8.5, 3.4, 8.0), 2.4)
    body = s.egg(c, (20.0, t + 38.0, 0.0), (14.0, 9.5, 15.0), 2.6)
    s.bone(c, "vertebral body", s.together([floor, body]), salt=441)


def throat(c: Canvas, top_mm: float, sheet: Part) -> None:
    """A lobe of the thyroid gland, the trachea with its cartilage and air."""
    t = top_mm
    v, d = s.around(c, s.egg(c, (*LOBE_MM[0][:1], t + LOBE_MM[0][1], 0.0), (*LOBE_MM[1], 22.0), 2.2), 2.0)
    d = (d + 0.5 * v.noise((5.0, 4.0, 8.0), 451)).astype(np.float32)
    s.shaped(v, ("thyroid gland", Kind.MUSCLE, "muscle"), d, 10.0 * v.noise((1.2, 0.8, 1.5), 453) + 5.0 * DB)
    v.sheet(sheet, d, 0.3, 0.7 * uneven(v, 455))
    v, d = s.around(c, s.egg(c, (43.0, t + 14.0, 0.0), (10.5, 10.0, 300.0)), 2.0)
    s.shaped(v, ("tracheal cartilage", Kind.CARTILAGE, "cartilage"), d, whole="trachea")
    v.lay(v.part("tracheal air", Kind.FAT, "inflated_lung", whole="trachea"), d + 2.2)


def vessels(c: Canvas, p: Values, top_mm: float, sheet: Part) -> None:
    """Great vessels beneath sternocleidomastoid; three small arteries."""
    r, a, t = p["carotid_radius_mm"], p["jugular_half_mm"], top_mm
    carotid, jugular = along(c, (CAROTID_MM, t + 13.6), (r, r)), along(c, (CAROTID_MM - 6.2, t + 10.4), (a, 0.5 * a))
    for n, tube in enumerate((carotid, jugular)):
        bed(c, tube, 0.8, sheet, salt=501 + 10 * n)
    s.vessel(c, "common carotid artery", carotid, sheet, artery=True, wall_mm=0.7, salt=541)
    s.vessel(c, "internal jugular vein", jugular, sheet, artery=False, wall_mm=0.3, salt=551)
    q = p["thyroid_artery_radius_mm"]
    small = (
        ("inferior thyroid artery", (16.6, t + 17.4), 0.3),
        ("ascending cervical artery", (-2.6, t + 17.4), 0.05),
        ("deep cervical artery", (-23.0, t + 21.4), 0.05),
    )
    for n, (name, place, slope) in enumerate(small):
        small_artery(c, name, along(c, place, (1.1 * q, 1.1 * q), slope), sheet, salt=561 + 10 * n)


def nerves(c: Canvas, p: Values, top_mm: float, sheet: Part) -> tuple[s.Course, s.Course]:
    """Sympathetic trunk and root, whose courses are returned; phrenic nerve."""
    a, r = 0.5 * p["trunk_mm"], 0.5 * p["root_mm"] * SWELLING[int(p["stenosis_grade"])]
    trunk = along(c, (TRUNK_MM, top_mm + FASCIA_MM + 1.1), (a, 0.5 * a))
    root = along(c, (ROOT_MM, top_mm + 21.2), (r, r), 0.05)
    bed(c, trunk, 0.7, sheet, salt=601)
    s.nerve(c, "cervical sympathetic trunk", trunk, sheet, salt=605)
    louder(c, "cervical sympathetic trunk", TRUNK_DB)
    roots(c, {"cervical nerve root C6": root}, sheet, whole="cervical nerve root", salt=621)
    small_nerve(c, "phrenic nerve", along(c, (-1.2, top_mm + 9.4), (0.9, 0.75), 0.03), sheet, salt=701)
    return trunk, root
