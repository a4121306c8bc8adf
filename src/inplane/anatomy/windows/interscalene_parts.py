"""Muscles, roots, vessels, small nerves and transverse process at the side of the neck; see `interscalene`."""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, ripple, small_nerve
from inplane.anatomy.windows.leg_parts import bed as about
from inplane.anatomy.windows.neck_parts import Oval, along, ovals
from inplane.anatomy.windows.neck_parts import roots as nodules

DEPTH_MM = {"C5": 10.6, "C6": 14.8, "C7": 19.4}
"""Middle of each root below the fascia. Chosen: nodules one beneath the other."""
SIZE = {"C5": 0.8, "C6": 1.0, "C7": 1.05}
"""Of each root, of C6. Chosen likewise."""
ASIDE = {
    1: {"C5": (6.4, 13.2)},
    2: {"C5": (4.6, 9.6)},
    3: {"C5": (3.4, 9.6), "C6": (7.2, 10.0)},
}
"""Roots that run elsewhere, by grade: medial to the groove and below the fascia, mm. Chosen: in anterior scalene, or
on it."""
FASCIA_DB = 6.0
"""Prevertebral fascia above others. Chosen: the line that is looked for."""
SCALENE_MM = 8.3
"""Front of the prevertebral fascia below the outer one. Chosen: beneath sternocleidomastoid."""


def roots(c: Canvas, p: Values, top_mm: float) -> tuple[s.Course, ...]:
    """Courses of C5, C6 and C7 in that order."""
    aside = ASIDE.get(int(p["course_grade"]), {})
    found: list[s.Course] = []
    for name, depth in DEPTH_MM.items():
        r = 0.5 * p["root_mm"] * SIZE[name]
        du, dy = aside.get(name, (-0.1 * (depth - 12.0), depth))
        found.append(along(c, (p["groove_mm"] + du, top_mm + dy), (1.08 * r, 0.95 * r), 0.15))
    return tuple(found)


def muscles(c: Canvas, p: Values, top_mm: float, kept: tuple[s.Course, ...], sheet: Part) -> None:
    """Sternocleidomastoid over the scalenes, which leave room for the roots; the fascia before them."""
    g, t = p["groove_mm"], top_mm
    deep = (
        Oval(name="middle scalene", middle=(g - 9.6, t + 15.6), half=(8.6, 7.2), along=(0.1, 0.2, 0.97)),
        Oval(name="anterior scalene", middle=(g + 6.3, t + 15.6), half=(5.2, 6.4), along=(-0.1, 0.2, 0.97)),
        Oval(name="longus colli", middle=(g + 17.0, t + 25.5), half=(6.0, 4.0), along=(0.0, 0.1, 1.0)),
    )
    ovals(c, deep, sheet, -about(c, kept, 1.6), salt=301)
    over = (Oval(name="sternocleidomastoid", middle=(g + 13.5, t + 4.2), half=(15.5, 3.5), along=(0.3, 0.0, 0.95)),)
    ovals(c, over, sheet, t + 0.4 - c.y, salt=381)
    part = c.part("prevertebral fascia", Kind.FASCIA, "connective", louder_db=FASCIA_DB)
    depth = t + SCALENE_MM + 0.012 * (c.u - g - 1.0) ** 2 * (np.abs(c.u - g - 1.0) > 4) + 0.2 * ripple(c, 14.0, 241)
    v = c.window((g - 19.0, g + 10.0), (t + SCALENE_MM - 2.0, t + SCALENE_MM + 7.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    v.sheet(part, v.y - depth[:, first : first + v.u.size], 0.8, np.maximum(uneven(v, 401), 0.7))


def bones(c: Canvas, top_mm: float) -> None:
    """Both tubercles of the transverse process, with the gutter between them."""
    for n, (name, u, half) in enumerate((("posterior tubercle", -7.0, 4.2), ("anterior tubercle", 3.0, 3.0))):
        s.bone(c, name, s.egg(c, (u, top_mm + 26.5, 0.0), (half, 3.4, 7.0), 2.2), salt=421 + 10 * n)


def vessels(c: Canvas, p: Values, top_mm: float, sheet: Part) -> None:
    """Carotid artery and jugular vein beneath sternocleidomastoid, vertebral artery before the transverse process."""
    g, r, a, q = p["groove_mm"], p["carotid_radius_mm"], p["jugular_half_mm"], p["vertebral_radius_mm"]
    carotid = along(c, (g + 13.6 + r, top_mm + 16.8), (r, r))
    jugular = along(c, (g + 11.8, top_mm + 9.9), (a, 0.5 * a))
    vertebral = along(c, (g + 10.6, top_mm + 24.2), (q, q))
    for n, tube in enumerate((carotid, jugular, vertebral)):
        bed(c, tube, 0.8, sheet, salt=501 + 10 * n)
    s.vessel(c, "common carotid artery", carotid, sheet, artery=True, wall_mm=0.7, salt=541)
    s.vessel(c, "internal jugular vein", jugular, sheet, artery=False, wall_mm=0.3, salt=551)
    s.vessel(c, "vertebral artery", vertebral, sheet, artery=True, wall_mm=0.4, salt=561)


def nerves(c: Canvas, p: Values, top_mm: float, kept: tuple[s.Course, ...], sheet: Part) -> None:
    """The roots; phrenic nerve on anterior scalene, dorsal scapular and long thoracic nerve in middle scalene."""
    tubes = {f"brachial plexus, root {name}": tube for name, tube in zip(DEPTH_MM, kept, strict=True)}
    nodules(c, tubes, sheet, whole="brachial plexus", salt=601)
    g, t = p["groove_mm"], top_mm
    small = (
        ("phrenic nerve", (g + 10.0, t + 12.4)),
        ("dorsal scapular nerve", (g - 8.6, t + 17.4)),
        ("long thoracic nerve", (g - 12.4, t + 19.0)),
    )
    for n, (name, place) in enumerate(small):
        small_nerve(c, name, along(c, place, (1.0, 0.8), 0.05), sheet, salt=701 + 10 * n)
