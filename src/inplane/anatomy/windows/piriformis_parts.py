"""Muscles, bones, sciatic nerve, vessels and rectum about piriformis; see `piriformis`.

Surfaces are depths (mm) over the skin, told by the place along the muscle.
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import ripple, within
from inplane.anatomy.windows.gluteal_parts import rectum, sciatic, vessel_pair, wrapped_muscle
from inplane.anatomy.windows.leg_parts import louder
from inplane.anatomy.windows.shoulder_bent import below, profile

THICKER_MM = (0.0, 3.1, 3.4)
"""Piriformis by grade. Chosen: 11.6 mm in the syndrome, 8.5 mm without (SIAHAAN)."""
SWELLING = (1.0, 1.0, 1.45)
"""Times the nerve's area by grade. Chosen: no measurement was read."""
LEAST_MM, MOST_MM = 38.0, 61.0
"""Depth of the underside of gluteus maximus. Chosen: the target then keeps the atlas's depth."""
FLOOR = ((-92.0, -9.0), (-60.0, -3.0), (-30.0, 1.0), (0.0, 0.0), (30.0, -1.0), (50.0, -5.0), (92.0, -8.0))
"""Underside of gluteus maximus along the view, below that in the middle."""
TOP = (
    (-92.0, -7.0), (-80.0, -5.0), (-55.0, 0.6), (-30.0, 2.4), (0.0, 1.8), (15.0, 3.2), (30.0, 8.0), (45.0, 15.5),
    (62.0, 25.0), (80.0, 34.0),
)  # fmt: skip
"""Upper side of piriformis: from before the sacrum up over the edge of the ilium to the trochanter."""
THICK = (
    (-85.0, 0.2), (-62.0, 0.35), (-48.0, 0.7), (-28.0, 1.0), (0.0, 1.08), (25.0, 1.3), (50.0, 1.35), (66.0, 1.0),
    (80.0, 0.4),
)  # fmt: skip
GAP = ((-92.0, 8.0), (-66.0, 8.0), (-48.0, 3.0), (-25.0, 1.3), (-12.0, 3.0), (-5.0, 6.0), (1.0, 10.5), (8.0, 22.0))
"""From piriformis to the ilium: it rounds off where the greater sciatic foramen begins."""
SACRUM = ((47.0, 9.0), (50.0, 1.0), (54.0, -4.5), (62.0, -10.0), (76.0, -16.0), (92.0, -20.0))
ILIUM_MM, SACRUM_MM = 5.0, 48.0
"""Where the foramen's edges are: ilium and sacrum."""
NERVE_MM = 9.0
"""Place of the sciatic nerve along the view. Chosen: just medial to the edge of the ilium."""
HEIGHT_MM = 13.0
"""Half of piriformis across its fibers. Chosen: a flat pear of two to three centimeters."""


def floor_mm(p: Values) -> float:
    """Depth of the underside of gluteus maximus in the middle."""
    return float(np.clip(p["skin_mm"] + p["fat_mm"] + p["maximus_mm"], LEAST_MM, MOST_MM))


def thick_mm(p: Values) -> float:
    """Piriformis over the ilium."""
    return p["piriformis_mm"] + THICKER_MM[int(p["syndrome_grade"])]


def underside(v: Canvas, p: Values) -> Field:
    """Of gluteus maximus."""
    return floor_mm(p) + profile(v.u, FLOOR) + 0.5 * ripple(v, 24.0, 41)


def top(v: Canvas, p: Values) -> Field:
    """Upper side of piriformis."""
    return floor_mm(p) + profile(v.u, TOP) + 0.4 * ripple(v, 20.0, 43)


def bottom(v: Canvas, p: Values) -> Field:
    """Its underside."""
    return top(v, p) + thick_mm(p) * profile(v.u, THICK)


def ilium(v: Canvas, p: Values) -> Field:
    """Depth of the ilium's back, which rounds off into the foramen."""
    return bottom(v, p) + profile(v.u, GAP)


def muscles(c: Canvas, p: Values, sheet: Part) -> None:
    """Gluteus maximus over all; piriformis with gluteus medius above and superior gemellus below it."""
    f, g = p["skin_mm"] + p["fat_mm"], floor_mm(p)
    v = c.window((-95.0, 95.0), (f - 1.0, g + 4.0))
    sacral = g + profile(v.u, SACRUM)
    big = within(f + 0.2 - v.y, v.y - np.where(v.u > SACRUM_MM, np.minimum(underside(v, p), sacral), underside(v, p)))
    wrapped_muscle(v, "gluteus maximus", big, (0.93, -0.12, -0.34), sheet, salt=301)
    v = c.window((-90.0, 84.0), (g - 14.0, g + 56.0))
    layer = within(top(v, p) - v.y, v.y - bottom(v, p))
    pear = HEIGHT_MM * profile(v.u, ((-85.0, 0.2), (-50.0, 0.6), (-10.0, 1.0), (40.0, 1.25)))
    own = within(layer, np.abs(v.w) - pear)
    wrapped_muscle(v, "piriformis", own, (0.96, 0.2, -0.12), sheet, salt=321)
    louder(v, "piriformis", -2.0)
    v = c.window((-90.0, 0.0), (g - 14.0, g + 40.0))
    layer = within(top(v, p) - v.y, v.y - bottom(v, p) - 2.0, v.u + 4.0)
    wrapped_muscle(v, "gluteus medius", within(layer, 15.0 - v.w), (0.5, 0.1, 0.85), sheet, salt=341)
    wrapped_muscle(v, "superior gemellus", within(layer, v.w + 13.5), (0.95, 0.1, 0.1), sheet, salt=361)


def bones(c: Canvas, p: Values) -> None:
    """Ilium from the foramen's edge outwards, sacrum from its other edge inwards, femur at the outer end."""
    g = floor_mm(p)
    v = c.window((-70.0, 14.0), (g - 4.0, 200.0))
    edge = v.u - ILIUM_MM - 0.2 * (v.y - g) + 4.0
    wing = within(below(v, ilium(v, p)), edge, -64.0 - v.u)
    s.bone(v, "ilium", wing, salt=501)
    v = c.window((38.0, 95.0), (g - 26.0, g + 30.0))
    surface = g + profile(v.u, SACRUM) + 0.8 * ripple(v, 9.0, 503)
    s.bone(v, "sacrum", within(below(v, surface), SACRUM_MM - v.u, v.y - surface - 20.0), salt=505)
    v = c.window((-95.0, -56.0), (g - 14.0, g + 70.0))
    ball = s.together(
        [s.egg(v, (-74.0, g + 34.0, 2.0), (20.0, 22.0, 24.0)), s.egg(v, (-96.0, g + 4.0, 0.0), (13.0, 16.0, 26.0))]
    )
    s.bone(v, "femur", ball, salt=507)


def nerves(c: Canvas, p: Values, sheet: Part) -> None:
    """The sciatic nerve between piriformis and the edge of the ilium; in some its peroneal part pierces the muscle."""
    grade = int(p["syndrome_grade"])
    pierced = p["piercing_grade"] > 0
    area = p["sciatic_area_mm2"] * SWELLING[grade] * (0.62 if pierced else 1.0)
    a = sqrt(area * p["sciatic_flattening"] / pi)
    b = area / (pi * a)
    y = _beneath(p, NERVE_MM) + b + 1.6
    at = s.course(
        c, (18.0, NERVE_MM + 4.0, y + 5.0, a, b), (0.0, NERVE_MM, y, a, b), (-18.0, NERVE_MM - 5.0, y - 1.0, a, b)
    )
    sciatic(c, at, sheet, salt=521, swollen=grade > 1)
    if pierced:
        b = sqrt(0.38 * p["sciatic_area_mm2"] / (1.8 * pi))
        y = _beneath(p, NERVE_MM + 3.0) - 0.5 * thick_mm(p)
        at = s.course(
            c,
            (18.0, NERVE_MM + 6.0, y + 4.0, 1.8 * b, b),
            (0.0, NERVE_MM + 3.0, y, 1.8 * b, b),
            (-18.0, NERVE_MM, y - 5.0, 1.8 * b, b),
        )
        s.nerve(c, "common peroneal nerve", at, sheet, salt=541)
        louder(c, "common peroneal nerve", 8.0)
        louder(c, "common peroneal nerve fascicle", 16.0)


def _beneath(p: Values, u_mm: float) -> float:
    """Depth of piriformis' underside at a place along the view."""
    at = np.array([u_mm])
    return floor_mm(p) + float(profile(at, TOP)[0]) + thick_mm(p) * float(profile(at, THICK)[0])


def vessels(c: Canvas, p: Values, sheet: Part) -> None:
    """Inferior gluteal artery and vein: medial to the nerve beneath the muscle, out below its lower edge."""
    r, q = p["artery_radius_mm"], p["artery_radius_mm"] * 1.25
    x = NERVE_MM + 15.0
    y = _beneath(p, x) + r + 3.0
    artery = s.course(c, (18.0, x + 5.0, y + 9.0, r, r), (0.0, x, y, r, r), (-18.0, x - 6.0, y - 5.0, r, r))
    x += r + q + 3.0
    y += 3.4
    vein = s.course(
        c, (18.0, x + 5.0, y + 9.0, q, 0.8 * q), (0.0, x, y, q, 0.8 * q), (-18.0, x - 6.0, y - 5.0, q, 0.8 * q)
    )
    vessel_pair(c, "inferior gluteal", (artery, vein), (0.4, 0.25), sheet, salt=601)


def pelvis(c: Canvas, p: Values, sheet: Part) -> None:
    """Rectum before the sacrum, deep and medial."""
    g = floor_mm(p)
    v = c.window((24.0, 95.0), (g + 12.0, 200.0))
    rectum(v, s.egg(v, (57.0, g + 49.0, 0.0), (22.0, 13.0, 60.0)), sheet, salt=701)


def fold(c: Canvas, p: Values) -> None:
    """The bright fascia between gluteus maximus and what lies beneath it."""
    g = floor_mm(p)
    v = c.window((-92.0, SACRUM_MM), (g - 14.0, g + 6.0))
    part = v.part("deep fascia", Kind.FASCIA, "connective")
    v.sheet(part, underside(v, p) + 0.4 - v.y, 0.7, 0.5 + 0.4 * ripple(v, 12.0, 711))
