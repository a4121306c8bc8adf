"""Muscles, vessels, nerves and femur of the middle of the thigh; see `thigh`."""

from collections.abc import Sequence

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import bed, collared, louder, outlined, strip

ENDS_MM = 40.0
"""Half the window's length: where the courses have their knots."""
LEAST_DEPTH_MM = 21.5
"""Of the saphenous nerve. Chosen: the target then keeps the atlas's depth in thin thighs."""
BED_MM = 1.8
"""Fat about vessels and nerves within the canal. Chosen: the muscles stay off them."""
ROOF_MM = 0.7
"""Vastoadductor membrane. Chosen: thick enough to be seen; no measurement was read."""
NERVE_DB, FASCICLE_DB = 9.0, 15.0
"""Epineurium and fascicles above those of other nerves. Chosen: at this size a nerve shows as a bright dot."""


def fascia_mm(p: Values) -> float:
    """Mean depth of the fascia lata."""
    return p["skin_mm"] + p["fat_mm"]


def roof_mm(p: Values) -> float:
    """Depth of the underside of sartorius, where the canal begins."""
    return max(fascia_mm(p) + p["sartorius_mm"] + 1.0, LEAST_DEPTH_MM - 2.4)


def vessel_courses(c: Canvas, p: Values) -> tuple[s.Course, s.Course]:
    """Femoral artery beneath the roof; the vein behind it, further medial towards the groin."""
    r, v = p["artery_radius_mm"], p["vein_radius_mm"]
    y = roof_mm(p) + r + 2.0
    artery = s.course(
        c, (ENDS_MM, -1.5, y - 1.0, r, r), (0.0, 0.0, y, r, r), (-ENDS_MM, 1.5, y + 2.0, 0.97 * r, 0.97 * r)
    )
    over, aside = r + 0.85 * v + 1.0, p["vein_medial_mm"]
    vein = s.course(
        c,
        (ENDS_MM, aside + 1.5, y + over - 2.0, 1.15 * v, 0.87 * v),
        (0.0, aside, y + over, 1.15 * v, 0.87 * v),
        (-ENDS_MM, aside - 2.5, y + over + 1.0, 1.15 * v, 0.87 * v),
    )
    return artery, vein


def nerve_courses(c: Canvas, p: Values, artery: s.Course) -> tuple[s.Course, s.Course]:
    """Saphenous nerve from lateral of the artery to before it; the nerve to vastus medialis, further lateral."""
    r, gap, roof = p["artery_radius_mm"], p["nerve_gap_mm"], roof_mm(p)
    a, b = p["saphenous_width_mm"] / 2, p["saphenous_width_mm"] / 3
    u = -r - gap - a
    y = max(roof + b + 1.0, float(artery.at(c, 0.0)[1]) - 0.75 * r)
    saphenous = s.course(
        c, (ENDS_MM, u - 2.5, y + 0.5, a, b), (0.0, u, y, a, b), (-ENDS_MM, 0.35 * u, roof + b + 1.0, a, b)
    )
    e, away = 0.85 * a, p["vastus_nerve_away_mm"]
    far = u - away
    own = s.course(
        c,
        (ENDS_MM, far + 2.0, y, 1.1 * e, 0.9 * b),
        (0.0, far, float(under_mm(p, far)) + 0.85 * b + 0.9, e, 0.85 * b),
        (-ENDS_MM, far - 9.0, y + 6.0, 0.7 * e, 0.7 * b),
    )
    return saphenous, own


def under_mm(p: Values, u: Field | float) -> Field | float:
    """Depth of the underside of sartorius across the thigh: a boat's keel over the vessels."""
    return roof_mm(p) - 0.5 - 0.022 * (u - 0.5) ** 2


def muscles(c: Canvas, p: Values, fascia: Field, sheet: Part, tubes: Sequence[s.Course]) -> None:
    """Vastus medialis lateral to the canal, adductor longus and magnus medial and behind, sartorius over it."""
    k, top, roof = p["muscle_size"], fascia_mm(p), roof_mm(p)
    vastus = s.course(
        c, (ENDS_MM, -23.0, roof + 8.0, 16.0 * k, 17.0 * k), (-ENDS_MM, -19.0, roof + 9.0, 16.0 * k, 19.0 * k)
    )
    longus = s.course(
        c, (ENDS_MM, 15.0, roof + 6.0, 13.0 * k, 8.0 * k), (-ENDS_MM, 18.0, roof + 7.0, 10.0 * k, 5.0 * k)
    )
    magnus = s.course(
        c, (ENDS_MM, 15.0, roof + 24.0, 19.0 * k, 9.0 * k), (-ENDS_MM, 13.0, roof + 21.0, 18.0 * k, 12.0 * k)
    )
    slender = s.course(c, (0.0, 30.0, top + 8.0, 9.0 * k, 4.5))
    v, below = strip(c, fascia, (-38.0, 38.0), (top - 1.0, 60.0))
    room = np.maximum(below, -bed(v, tubes, BED_MM))
    shapes = (
        ("vastus medialis", vastus),
        ("adductor longus", longus),
        ("adductor magnus", magnus),
        ("gracilis", slender),
    )
    walls = [s.Belly(name=name, at=at) for name, at in shapes]
    outlined(v, sheet, s.bellies(v, walls, room, sheet, salt=541), 593)
    _sartorius(c, p, fascia, sheet)


def _sartorius(c: Canvas, p: Values, fascia: Field, sheet: Part) -> None:
    """The strap that crosses the canal, from outer to inner side as it runs down."""
    top, roof = fascia_mm(p), roof_mm(p)
    middle, half = 0.5 * (top + roof) - 0.5, 0.5 * (roof - top)
    strap = s.course(
        c, (ENDS_MM, -4.5, middle, 11.5, half), (0.0, 0.5, middle, 11.0, half), (-ENDS_MM, 5.5, middle, 10.0, half)
    )
    v, below = strip(c, fascia, (-22.0, 24.0), (top - 1.0, roof + 1.5))
    keel = v.y - under_mm(p, v.u) + 0.5 * v.noise((8.0, 50.0, 14.0), 509)
    part = [s.Belly(name="sartorius", at=strap, along=(-0.12, 0.0, 0.99))]
    union = s.bellies(v, part, np.maximum(below, keel).astype(np.float32), sheet, salt=511)
    outlined(v, sheet, union, 527)


def roof(c: Canvas, p: Values) -> None:
    """Vastoadductor membrane beneath sartorius, from vastus medialis to the adductors."""
    part = c.part("vastoadductor membrane", Kind.FASCIA, "connective", along=(1.0, 0.0, 0.0))
    y = roof_mm(p)
    v = c.window((-11.0, 12.0), (y - 1.0, y + 4.0))
    d = v.y - y - 0.55 - 0.012 * v.u**2 + 0.2 * v.noise((7.0, 50.0, 9.0), 731)
    edge = np.clip((10.5 - np.abs(v.u - 0.5)) / 2.0, 0, 1)
    v.sheet(part, d, ROOF_MM, (0.4 + 0.6 * uneven(v, 733)) * edge)


def contents(c: Canvas, tubes: tuple[s.Course, s.Course], nerves: tuple[s.Course, s.Course], sheet: Part) -> None:
    """Femoral vessels and both nerves."""
    for n, tube in enumerate(tubes):
        collared(c, tube, sheet, 611 + n)
    s.vessel(c, "femoral vein", tubes[1], sheet, artery=False, wall_mm=0.3, salt=621)
    s.vessel(c, "femoral artery", tubes[0], sheet, artery=True, wall_mm=0.6, salt=631)
    for name, at, salt in (("saphenous nerve", nerves[0], 701), ("nerve to vastus medialis", nerves[1], 711)):
        s.nerve(c, name, at, sheet, salt=salt)
        louder(c, name, NERVE_DB)
        louder(c, f"{name} fascicle", FASCICLE_DB)


def femur(c: Canvas, p: Values) -> None:
    """The shaft, lateral and behind."""
    y = roof_mm(p) + p["femur_below_mm"]
    ends = ((-24.0, y + 13.0, ENDS_MM + 15.0), (-20.0, y + 13.0, -ENDS_MM - 15.0))
    s.bone(c, "femur", s.rod(c, ends, (13.0, 13.5)), salt=301)
