"""Nerve, vessels, muscles and femur of the back of the knee; see `popliteal`."""

from collections.abc import Sequence
from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import above, bed, collared, grown, louder, outlined, part_of, strip

CREASE_MM = -44.0
"""Place of the popliteal crease along z. Chosen: the division lies within the window from the crease to 95 mm above."""
DIVISION_MM = (18.0, 40.0, 57.0, 80.0)
"""Division above the crease by grade. Chosen about 54 +- 14 mm (KUMJ)."""
LEAST_DEPTH_MM = 22.0
"""Of the nerve's middle. Chosen: the target then keeps the atlas's depth in thin legs."""
DEEPEST_MM = 51.0
"""Of the femur's surface. Chosen: it closes the picture of 55 mm."""
SHEATH_MM, SHEATH_OFF_MM, SHEATH_DB, WITHIN = 0.8, 2.3, 3.0, 0.1
"""Thickness of the sheath, its distance from the nerves, its brightness, power of the fat within it against that
without. Chosen: thicker than in life, where it is a line, so that it is seen."""
NERVE_DB, FASCICLE_DB = 7.0, 14.0
"""Epineurium and fascicles above those of small nerves. Chosen: the sciatic nerve is the brightest oval of the fossa,
and at 10 MHz its fascicles are but gray dots."""
BED_MM = 2.0
"""Fat about vessels and nerves. Chosen: muscles stay off them."""


def division_mm(p: Values) -> float:
    """Where along z the components leave their common sheath."""
    return CREASE_MM + DIVISION_MM[int(p["division_grade"])] + p["division_shift_mm"]


def fascia_mm(p: Values) -> float:
    """Mean depth of the deep fascia."""
    return p["skin_mm"] + p["fat_mm"]


def nerve_mm(p: Values) -> float:
    """Depth of the nerve's middle at the view."""
    return max(fascia_mm(p) + p["nerve_under_fascia_mm"], LEAST_DEPTH_MM)


def deep_mm(p: Values) -> float:
    """Depth of the femur's surface."""
    return min(nerve_mm(p) + p["artery_below_nerve_mm"] + p["femur_below_artery_mm"], DEEPEST_MM)


def components(c: Canvas, p: Values) -> tuple[s.Course, s.Course]:
    """Tibial and common peroneal nerve: side by side above the division, apart below it.

    Towards the crease both come nearer to the skin, the peroneal nerve runs off along biceps femoris.
    """
    y, x, at = nerve_mm(p), -p["nerve_lateral_mm"], division_mm(p)
    top = fascia_mm(p)

    def half(area: float, flattening: float) -> tuple[float, float]:
        across = sqrt(area * flattening / pi)
        return across, area / (pi * across)

    t, q = half(p["tibial_area_mm2"], p["nerve_flattening"]), half(p["peroneal_area_mm2"], 1.3)
    apart = t[0] + q[0] + p["components_gap_mm"]
    low = at - 40.0
    tibial = s.course(
        c,
        (at + 45.0, x + 0.38 * apart, y + 4.0, *t),
        (at + 5.0, x + 0.38 * apart, y, *t),
        (at, x + 0.42 * apart, y - 0.4, *t),
        (low, x + 0.55 * apart + 1.0, max(y - 6.0, top + 7.0), 0.93 * t[0], 0.93 * t[1]),
    )
    peroneal = s.course(
        c,
        (at + 45.0, x - 0.58 * apart, y + 3.6, *q),
        (at + 5.0, x - 0.62 * apart, y - 0.5, *q),
        (at, x - 0.66 * apart - 0.4, y - 1.2, *q),
        (at - 10.0, x - apart - 2.5, y - 3.0, *q),
        (low, x - apart - 14.0, max(y - 8.0, top + 3.0), *q),
    )
    return tibial, peroneal


def sciatic(c: Canvas, p: Values, nerves: tuple[s.Course, s.Course], sheet: Part) -> None:
    """Both components, called sciatic nerve above the division, and the paraneural sheath about them."""
    at = division_mm(p)
    _sheath(c, nerves, at)
    tibial, peroneal = nerves
    for name, course, salt in (("tibial nerve", tibial, 701), ("common peroneal nerve", peroneal, 711)):
        s.nerve(c, name, course, sheet, salt=salt)
        louder(c, name, NERVE_DB)
        louder(c, f"{name} fascicle", FASCICLE_DB)
    along, higher = s.direction(tibial, c), np.broadcast_to(c.w > at, c.labels.shape)
    c.part("sciatic nerve", Kind.NERVE, "nerve", along=along, tube=s.line_of(c, above(c, tibial, at)))
    c.part("sciatic nerve fascicle", Kind.FASCICLE, "fascicle", whole="sciatic nerve", along=along)
    labels = {part.name: part.label for part in c.structures}
    for name in ("tibial nerve", "common peroneal nerve"):
        for end in ("", " fascicle"):
            c.labels[higher & (c.labels == labels[name + end])] = labels["sciatic nerve" + end]


def _sheath(c: Canvas, nerves: tuple[s.Course, s.Course], division: float) -> None:
    """The paraneural sheath about both components, which ends where they have parted."""
    part = c.part("paraneural sheath of sciatic nerve", Kind.FASCIA, "connective", louder_db=SHEATH_DB)
    around = [grown(above(c, n, division - 22.0), SHEATH_OFF_MM) for n in nerves]
    (low, high), (top, deep) = nerves[1].ends_mm[0][:1] + nerves[0].ends_mm[0][1:], nerves[0].ends_mm[1]
    v = c.window((low - 4.0, high + 4.0), (top - 6.0, deep + 4.0))
    d = s.together([s.tubular(v, n) for n in around], 4.0) + 0.2 * v.noise((4.0, 3.0, 12.0), 731)
    v.power[d < 0] *= np.float32(WITHIN)
    share = np.clip((0.5 * (SHEATH_MM + c.spacing_mm) - np.abs(d)) / c.spacing_mm, 0, 1)
    v.mix(part, (share * (0.4 + 0.6 * uneven(v, 733))).astype(np.float32))
    v.labels[np.abs(d) <= 0.5 * SHEATH_MM] = part.label


def vessel_courses(c: Canvas, p: Values) -> tuple[s.Course, s.Course]:
    """Popliteal artery near the femur, and the vein between it and the nerve."""
    y, x, bone = nerve_mm(p), -p["nerve_lateral_mm"], deep_mm(p)
    r, v = p["artery_radius_mm"], p["vein_radius_mm"]
    u, deep = x + p["artery_medial_mm"], min(y + p["artery_below_nerve_mm"], bone - r - 2.5)
    over = r + v * 0.9 + 0.9
    artery = s.course(
        c, (54.0, u + 9.0, deep + 1.0, r, r), (0.0, u + 1.0, deep, r, r), (CREASE_MM, u - 3.0, deep - 3.0, r, r)
    )
    vein = s.course(
        c,
        (54.0, u + 5.5, deep - over + 1.0, 1.1 * v, 0.9 * v),
        (0.0, u - 1.4, deep - over + 0.3, 1.1 * v, 0.9 * v),
        (CREASE_MM, u - 3.4, deep - over - 3.0, 1.1 * v, 0.9 * v),
    )
    return artery, vein


def vessels(c: Canvas, p: Values, tubes: tuple[s.Course, s.Course], sheet: Part) -> None:
    """Popliteal artery and vein; the small saphenous vein below the crease."""
    for n, tube in enumerate(tubes):
        collared(c, tube, sheet, 611 + n)
    s.vessel(c, "popliteal artery", tubes[0], sheet, artery=True, wall_mm=0.6, salt=621)
    s.vessel(c, "popliteal vein", tubes[1], sheet, artery=False, wall_mm=0.3, salt=631)
    x, y, top = -p["nerve_lateral_mm"], nerve_mm(p), fascia_mm(p)
    small = s.course(
        c,
        (CREASE_MM + 14.0, x + 1.0, y - 5.0, 0.0, 0.0),
        (CREASE_MM + 12.0, x + 1.0, y - 5.0, 1.3, 1.1),
        (CREASE_MM, x + 0.5, top + 1.8, 1.4, 1.0),
    )
    s.vessel(c, "small saphenous vein", small, sheet, artery=False, wall_mm=0.2, salt=641)


def femur(c: Canvas, p: Values) -> None:
    """Popliteal surface of the shaft, widening into the condyles below."""
    y = deep_mm(p)
    shaft = s.egg(c, (-3.0, y + 16.0, 30.0), (21.0, 16.0, 90.0), 2.8)
    condyles = (s.egg(c, (side - 1.0, y + 9.0, CREASE_MM - 8.0), (16.0, 15.0, 21.0)) for side in (-21.0, 20.0))
    s.bone(c, "femur", s.together([shaft, *condyles], 5.0), salt=301)


def muscles(c: Canvas, p: Values, fascia: Field, sheet: Part, tubes: Sequence[s.Course]) -> None:
    """Biceps femoris laterally, semitendinosus on semimembranosus medially, the heads of gastrocnemius below."""
    k, top, bone = p["muscle_size"], fascia_mm(p), deep_mm(p)
    short = s.course(
        c,
        (54.0, -17.0, bone - 7.0, 11.0 * k, 7.0),
        (0.0, -21.0, bone - 10.0, 9.0 * k, 7.0),
        (CREASE_MM, -27.0, bone - 16.0, 5.0 * k, 5.0),
    )
    long = s.course(
        c,
        (54.0, -15.0, top + 9.5, 12.5 * k, 9.5 * k),
        (0.0, -21.0, top + 9.5, 9.5 * k, 9.5 * k),
        (CREASE_MM, -29.0, top + 7.0, 5.0 * k, 6.0 * k),
    )
    v, below = strip(c, fascia, (-40.0, 3.0), (top - 1.0, 60.0))
    below = np.maximum(below, -bed(v, tubes, BED_MM))
    lateral = [s.Belly(name="biceps femoris", at=long), s.Belly(name="short head of biceps femoris", at=short)]
    outlined(v, sheet, s.bellies(v, lateral, below, sheet, salt=511), 541)
    part_of(c, ("short head of biceps femoris",), "biceps femoris")
    _medial(c, p, fascia, sheet, tubes)
    _calf(c, p, fascia, sheet)


def _medial(c: Canvas, p: Values, fascia: Field, sheet: Part, tubes: Sequence[s.Course]) -> None:
    """Semimembranosus, on it semitendinosus that becomes a tendon, adductor magnus near the femur."""
    k, top, bone = p["muscle_size"], fascia_mm(p), deep_mm(p)
    membrane = s.course(
        c,
        (54.0, 19.0, top + 14.0, 13.0 * k, 9.0 * k),
        (0.0, 22.0, top + 14.0, 12.0 * k, 10.5 * k),
        (CREASE_MM, 25.0, top + 12.0, 8.0 * k, 8.0 * k),
    )
    tendinous = s.course(
        c,
        (54.0, 11.0, top + 4.5, 10.0 * k, 4.2 * k),
        (12.0, 14.0, top + 3.2, 6.0 * k, 2.6 * k),
        (-14.0, 17.0, top + 2.4, 0.5, 0.5),
        (-15.0, 17.0, top + 2.4, 0.0, 0.0),
    )
    great = s.course(
        c,
        (54.0, 20.0, bone - 4.0, 13.0 * k, 6.0),
        (10.0, 24.0, bone - 4.0, 6.0, 4.0),
        (-20.0, 26.0, bone - 3.0, 0.0, 0.0),
    )
    v, below = strip(c, fascia, (-3.0, 40.0), (top - 1.0, 60.0))
    below = np.maximum(below, -bed(v, tubes, BED_MM))
    shapes = (("semimembranosus", membrane), ("semitendinosus", tendinous), ("adductor magnus", great))
    bellies = [s.Belly(name=name, at=at) for name, at in shapes]
    outlined(v, sheet, s.bellies(v, bellies, below, sheet, salt=551), 577)
    cord = s.course(
        c, (20.0, 13.5, top + 2.9, 1.0, 0.6), (0.0, 15.0, top + 2.7, 2.3, 1.5), (CREASE_MM, 18.0, top + 2.6, 2.3, 1.8)
    )
    s.tendon(c, "semitendinosus tendon", cord, sheet, salt=481)


def _calf(c: Canvas, p: Values, fascia: Field, sheet: Part) -> None:
    """The heads of gastrocnemius, which begin on the condyles."""
    top, bone = fascia_mm(p), deep_mm(p)

    def head(side: float) -> s.Course:
        return s.course(
            c,
            (CREASE_MM + 20.0, 15.0 * side, bone - 9.0, 0.0, 0.0),
            (CREASE_MM + 16.0, 15.0 * side, bone - 9.0, 3.0, 2.0),
            (CREASE_MM - 10.0, 12.5 * side, 0.5 * (top + bone), 9.0, 9.0),
        )

    heads = [
        s.Belly(name="medial head of gastrocnemius", at=head(1.0)),
        s.Belly(name="lateral head of gastrocnemius", at=head(-1.0)),
    ]
    v, below = strip(c, fascia, (-30.0, 30.0), (top - 1.0, 60.0))
    s.bellies(v, heads, np.maximum(below, v.w - CREASE_MM - 18.0), sheet, salt=581)
