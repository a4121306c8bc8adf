"""Ischial spine, the two ligaments and what runs between them, muscles, sacrum and rectum; see `pudendal`.

Surfaces are depths (mm) over the skin, told by the place across the buttock.
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import areolar
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import muscle, ripple, within
from inplane.anatomy.windows.gluteal_parts import rectum, sciatic, vessel_pair, wrapped_muscle
from inplane.anatomy.windows.leg_parts import louder
from inplane.anatomy.windows.shoulder_bent import below, between, profile

SWELLING = (1.0, 1.7)
"""Times the nerve's area by grade. Chosen: no measurement was read."""
LEAST_MM, MOST_MM = 42.0, 65.0
"""Depth of the underside of gluteus maximus. Chosen: the target then keeps the atlas's depth."""
TIP_MM, LATERAL_MM, SACRUM_MM = -7.0, -34.0, 45.0
"""Tip of the ischial spine, where it goes on in the body of the ischium, and the sacrum's edge, across."""
FLOOR = ((-96.0, 2.0), (-60.0, 3.0), (-30.0, 1.5), (0.0, 0.0), (25.0, -1.0), (45.0, -3.5), (96.0, -6.0))
"""Underside of gluteus maximus across, below that in the middle."""
SPINE = ((-70.0, 33.0), (-58.0, 24.0), (-46.0, 17.5), (-34.0, 14.2), (-26.0, 13.6), (-7.0, 14.6), (-4.0, 16.0))
"""Ischium and its spine below gluteus maximus in the middle. Chosen: curved, then a short straight line."""
SLOPE = ((-7.0, 0.6), (20.0, -0.4), (46.0, -4.5), (60.0, -7.0))
"""How the sacrospinous ligament rises from the spine to the sacrum."""
SACRUM = ((43.0, 12.0), (46.0, 3.0), (50.0, -2.0), (60.0, -7.0), (76.0, -11.0), (96.0, -13.0))
BROAD = ((-9.0, 0.25), (-3.0, 0.8), (6.0, 1.0), (30.0, 1.0), (50.0, 0.7))
"""Thickness of the sacrotuberous ligament across, of its whole: 18 to 35 mm wide (REVIEW), then to the sacrum."""
PLANE_DB, LIGAMENT_DB = -9.0, 14.0
"""Fat of the plane and the ligaments beside others of their kind. Chosen: bright lines above and below gray fat."""
NERVE_DB, FASCICLE_DB = 4.0, 12.0
"""Epineurium and fascicles of the pudendal nerve above others. Chosen: at 3.5 MHz it shows as a bright spot."""


def floor_mm(p: Values) -> float:
    """Depth of the underside of gluteus maximus in the middle."""
    return float(np.clip(p["skin_mm"] + p["fat_mm"] + p["maximus_mm"], LEAST_MM, MOST_MM))


def underside(v: Canvas, p: Values) -> Field:
    """Of gluteus maximus; here the sacrotuberous ligament begins."""
    return floor_mm(p) + profile(v.u, FLOOR) + 0.4 * ripple(v, 24.0, 41)


def roof(v: Canvas, p: Values) -> Field:
    """Underside of the sacrotuberous ligament, where the plane between the ligaments begins."""
    return underside(v, p) + 0.6 + p["tuberous_mm"] * profile(v.u, BROAD)


def spinous(v: Canvas, p: Values) -> Field:
    """Upper side of the sacrospinous ligament, where the plane ends."""
    return floor_mm(p) + 0.6 + p["tuberous_mm"] + p["plane_mm"] + profile(v.u, SLOPE) + 0.3 * ripple(v, 16.0, 43)


def spine(v: Canvas, p: Values) -> Field:
    """Depth of the ischium and of its spine, in line with the sacrospinous ligament."""
    at = floor_mm(p) + profile(v.u, SPINE) - 14.6 + 1.4 + p["tuberous_mm"] + p["plane_mm"]
    return at + 0.02 * v.w * v.w + 0.3 * ripple(v, 7.0, 45)


def maximus(c: Canvas, p: Values, sheet: Part) -> None:
    """Gluteus maximus from the sacrum outwards, over all."""
    f, g = p["skin_mm"] + p["fat_mm"], floor_mm(p)
    v = c.window((-97.0, 97.0), (f - 1.0, g + 5.0))
    sacral = g + profile(v.u, SACRUM)
    deep = np.where(v.u > SACRUM_MM, np.minimum(underside(v, p), sacral), underside(v, p))
    wrapped_muscle(v, "gluteus maximus", within(f + 0.2 - v.y, v.y - deep), (0.8, -0.1, 0.5), sheet, salt=301)


def deep_muscles(c: Canvas, p: Values, sheet: Part) -> None:
    """Superior gemellus on the ischium outwards of the spine, coccygeus beneath the sacrospinous ligament."""
    g = floor_mm(p)
    v = c.window((-97.0, -36.0), (g, g + 60.0))
    small = within(underside(v, p) + 6.0 - v.y, v.y - spine(v, p) - 1.0, v.u + 40.0 + 0.6 * (v.y - g - 10.0))
    wrapped_muscle(v, "superior gemellus", small, (0.97, -0.2, 0.1), sheet, salt=321)
    v = c.window((-12.0, 52.0), (g, g + 34.0))
    thin = within(
        spinous(v, p) + p["spinous_mm"] - v.y, v.y - spinous(v, p) - p["spinous_mm"] - 5.5, np.abs(v.w) - 17.0
    )
    muscle(v, "coccygeus", within(thin, TIP_MM - 2.0 - v.u), (0.98, -0.1, 0.0), sheet, salt=341)


def bones(c: Canvas, p: Values) -> None:
    """Ischium with its spine, which tapers above and below the view; lower end of the sacrum."""
    g = floor_mm(p)
    v = c.window((-80.0, 2.0), (g, 200.0))
    tip = TIP_MM - profile(np.abs(v.w), ((0.0, 0.0), (6.0, 2.0), (11.0, 9.0), (18.0, 17.0)))
    d = within(below(v, spine(v, p)), v.u - tip - 0.1 * (spine(v, p) - v.y))
    s.bone(v, "ischial spine", within(d, LATERAL_MM - v.u), salt=501)
    s.bone(v, "hip bone", within(d, v.u - LATERAL_MM, -72.0 - v.u), salt=503)
    v = c.window((40.0, 97.0), (g - 18.0, g + 30.0))
    surface = g + profile(v.u, SACRUM) + 0.7 * ripple(v, 9.0, 505)
    s.bone(v, "sacrum", within(below(v, surface), 44.0 - v.u, v.y - surface - 18.0), salt=507)


def _ligament(c: Canvas, name: str, d: Field, along: tuple[float, float, float], salt: int) -> None:
    """A flat ligament of interwoven fibers, which is bright from all sides: no one direction is told."""
    part = c.part(name, Kind.LIGAMENT, "tendon", louder_db=LIGAMENT_DB)
    v, near = s.around(c, np.broadcast_to(d, c.labels.shape))
    lines, fiber = v.strands(near < v.spacing_mm, along, (2.0, 0.6, 0.15, 0.1, 30.0, 0.1), salt)
    v.lay(part, near, 12.0 * fiber - 10.0 + 36.0 * lines)


def ligaments(c: Canvas, p: Values, sheet: Part) -> None:
    """Sacrotuberous ligament beneath gluteus maximus, sacrospinous ligament from the spine's tip, fat between them."""
    g = floor_mm(p)
    v = c.window((-14.0, 50.0), (g - 6.0, g + 26.0))
    top, low = roof(v, p), spinous(v, p)
    room = within(between(v, top, low), TIP_MM - v.u + 0.0 * v.w, np.abs(v.w) - 17.0)
    part = v.part("interligamentous plane", Kind.FAT, "fat", louder_db=PLANE_DB)
    areolar(v, part, sheet, np.broadcast_to(room, v.labels.shape).astype(np.float32), 401)
    deep = within(between(v, low, low + p["spinous_mm"]), TIP_MM - 1.0 - v.u + 0.0 * v.w, np.abs(v.w) - 15.0)
    _ligament(v, "sacrospinous ligament", deep, (0.99, -0.08, 0.0), 421)
    broad = within(between(v, underside(v, p) + 0.6, top), -8.0 - v.u + 0.0 * v.w)
    _ligament(v, "sacrotuberous ligament", broad, (0.55, 0.0, 0.83), 441)


def pudendal(c: Canvas, p: Values, sheet: Part) -> s.Course:
    """Pudendal nerve, of one or two trunks, and internal pudendal vessels: around the spine, lateral to it the artery.

    Returns:
        The nerve's main trunk.
    """
    grown = sqrt(SWELLING[int(p["neuralgia_grade"])])
    a, b = 0.6 * p["nerve_mm"] * grown, 0.4 * p["nerve_mm"] * grown
    deep = floor_mm(p) + 0.6 + p["tuberous_mm"] + p["plane_mm"]
    u = TIP_MM + p["nerve_medial_mm"]
    y = deep - b - 0.5 - 0.02 * (u - TIP_MM)
    trunk = _around(c, u, y, (a, b))
    r, q = p["artery_radius_mm"], 0.9 * p["artery_radius_mm"]
    middle = deep - r - 1.2
    artery, vein = _around(c, TIP_MM + 3.4, middle, (r, r)), _around(c, TIP_MM - 1.4, middle - 0.8, (q, 0.8 * q))
    vessel_pair(c, "internal pudendal", (artery, vein), (0.35, 0.2), sheet, salt=601)
    trunks = [trunk]
    if p["second_trunk_grade"] > 0:
        trunks.append(_around(c, u + a + 0.7 * a + 1.6, y + 0.3 * b, (0.7 * a, 0.7 * b)))
    for n, at in enumerate(trunks):
        s.nerve(c, "pudendal nerve", at, sheet, salt=641 + 7 * n)
    louder(c, "pudendal nerve", NERVE_DB)
    louder(c, "pudendal nerve fascicle", FASCICLE_DB)
    return trunk


def _around(c: Canvas, u: float, y: float, half: tuple[float, float]) -> s.Course:
    """A course that comes out of the pelvis above the spine, crosses behind it and goes in again below it."""
    return s.course(
        c, (20.0, u + 5.0, y + 7.0, *half), (5.0, u, y, *half), (-5.0, u, y, *half), (-20.0, u - 1.0, y + 7.0, *half)
    )


def lateral(c: Canvas, p: Values, sheet: Part) -> None:
    """Sciatic nerve on the ischium, inferior gluteal vessels to the inside of it."""
    a = sqrt(p["sciatic_area_mm2"] * p["sciatic_flattening"] / pi)
    b = p["sciatic_area_mm2"] / (pi * a)
    y = floor_mm(p) + 0.6 + p["tuberous_mm"] + p["plane_mm"] - b - 2.2
    x = -26.0 - a
    at = s.course(c, (19.0, x + 5.0, y + 3.0, a, b), (0.0, x, y, a, b), (-19.0, x - 4.0, y + 0.5, a, b))
    r, q = p["gluteal_radius_mm"], 1.45 * p["gluteal_radius_mm"]
    y = floor_mm(p) + r + 3.2
    artery = s.course(c, (19.0, -13.0, y + 3.0, r, r), (0.0, -14.5, y, r, r), (-19.0, -18.0, y - 1.5, r, r))
    vein = s.course(c, (19.0, -18.0, y + 4.0, q, q), (0.0, -21.6, y + 0.8, q, q), (-19.0, -24.0, y - 1.0, q, q))
    sciatic(c, at, sheet, salt=741)
    vessel_pair(c, "inferior gluteal", (artery, vein), (0.4, 0.25), sheet, salt=701)


def pelvis(c: Canvas, p: Values, sheet: Part) -> None:
    """Rectum in the pelvis, deep and medial."""
    g = floor_mm(p)
    v = c.window((8.0, 97.0), (g + 18.0, 200.0))
    rectum(v, s.egg(v, (46.0, g + 42.0, 0.0), (24.0, 12.0, 60.0)), sheet, salt=801)


def fold(c: Canvas, p: Values) -> None:
    """The bright fascia beneath gluteus maximus outwards of the ligament."""
    g = floor_mm(p)
    v = c.window((-97.0, -6.0), (g - 4.0, g + 8.0))
    part = v.part("deep fascia", Kind.FASCIA, "connective")
    v.sheet(part, underside(v, p) + 0.3 - v.y, 0.6, 0.8 * uneven(v, 821))
