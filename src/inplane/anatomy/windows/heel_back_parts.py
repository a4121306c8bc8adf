"""Achilles tendon, calcaneus, bursa, fat, vessels and nerves behind the ankle; see `heel_back`."""

from dataclasses import replace
from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values

BURSA_MM = ((1.0, 6.0, 5.5), (2.0, 10.0, 8.0), (4.0, 13.0, 13.0), (6.6, 16.0, 18.0))
"""Bursa by grade: front to back, across, along the leg. Chosen: the first as in healthy ankles, the others beyond what
they reach (BOTTGER, who gives 1, 6 and 3 mm; a slit shorter than 5 mm would be missed between two planes)."""
BURSA_LOW_MM = -4.0
"""The bursa's lower end, where the tendon meets bone. Chosen: it lies along the upper third of the bone's back."""
TENDINOSIS = ((1.0, 0.0), (1.18, -5.0), (1.38, -9.0))
"""By grade: times the tendon's thickness, dB. Chosen: clearly thicker and darker by eye."""
TENDON_DB = 8.0
"""Achilles tendon above other tendons. Chosen: brighter than the fat about it, as the beam meets its level fibers
squarely."""
FIBERS = (1.1, 0.55, 0.16, 0.12, 40.0, 0.6)
"""Its bundles, as `_strands.strands` takes them. Chosen: long lines, most of them bright."""
KAGER_DB = 6.0
"""Kager's fat pad above subcutaneous fat. Chosen: bright enough that fluid in it shows."""
LINING_DB = 12.0
"""The bursa's lining below connective tissue. Chosen: a thin gray rim."""
RIM_MM, RIM_SHARE = 0.6, 1.0
"""The bright rim about the bursa where it faces the skin beneath the tendon: reach, share of connective tissue. Chosen:
without it a slit of fluid is no darker than Kager's fat."""
BONE_HALF_MM = 14.0
"""Half the width of the heel bone's back. Chosen: about 3 cm across."""


def achilles(c: Canvas, p: Values) -> s.Course:
    """The tendon: oval above, ever wider and thinner towards the bone."""
    a, b = 0.5 * p["tendon_width_mm"], 0.5 * p["tendon_mm"] * TENDINOSIS[int(p["tendinosis_grade"])][0]
    back, slim = p["skin_mm"] + p["fat_mm"] + 0.3, 0.5 * p["tendon_mm"]
    return s.course(
        c,
        (30.0, 0.0, back + 1.04 * slim, 0.87 * a, 1.04 * slim),
        (14.0, 0.0, back + b, 0.92 * a, b),
        (0.0, 0.0, back + b, a, b),
        (-12.0, 0.0, back + 0.9 * b, 1.25 * a, 0.9 * b),
        (-28.0, 0.0, back + 0.35 * b, 1.55 * a, 0.35 * b),
    )


def fascia_mm(c: Canvas, at: s.Course) -> Field:
    """Depth of the crural fascia: on the tendon's back, sloping away from the skin to either side."""
    back, away = at.y - at.half[1] - 0.25, np.abs(c.u) - 0.7 * at.half[0]
    side = np.maximum(away, 0.0)
    return (back + 0.4 * side * side / (side + 3.0)).astype(np.float32)


def tendon_edge(c: Canvas, at: s.Course) -> Field:
    """Signed distance (mm, about) to the tendon: a bent oval, hollow in front."""
    a, b = at.half
    bent = at.y + 0.3 * b * np.clip(np.abs(c.u) / a, 0, 1.4) ** 2
    q = (np.abs((c.u - at.u) / a) ** 2.4 + np.abs((c.y - bent) / b) ** 2.4) ** (1 / 2.4) + 1e-6
    size = np.sqrt((c.u - at.u) ** 2 + (c.y - bent) ** 2)
    return ((q - 1.0) * np.maximum(size / q, 0.3 * b)).astype(np.float32)


def kager(c: Canvas, where: Field, sheet: Part) -> None:
    """Kager's fat pad where a signed distance (mm) is negative: dark lobules, thin septa in all directions."""
    septa, lobule = c.septa(np.broadcast_to(where < c.spacing_mm, c.labels.shape), (5.5, 3.2, 8.0, 0.14), 201)
    fat = c.part("Kager fat pad", Kind.FAT, "fat", louder_db=KAGER_DB)
    c.lay(fat, where, 10.0 * lobule + 9.0 * c.noise((1.8, 1.2, 2.6), 203))
    c.mix(sheet, 0.7 * septa * np.clip(0.5 - where / np.float32(c.spacing_mm), 0, 1))


def lay_tendon(c: Canvas, p: Values, at: s.Course, sheet: Part) -> None:
    """Achilles tendon in its paratenon; where it is ill, the front of it is dark."""
    along = (0.0, 0.0, -1.0)
    cord = c.part("Achilles tendon", Kind.TENDON, "tendon", along=along, tube=s.line_of(c, at), louder_db=TENDON_DB)
    v = s.near(c, at, 1.5)
    edge = tendon_edge(v, at)
    lines, fiber = v.strands(edge < c.spacing_mm, along, FIBERS, 401)
    deep = np.clip((v.y - at.y) / at.half[1] + 0.7 + 0.5 * v.noise((5.0, 3.0, 9.0), 403), 0, 1)
    dark = TENDINOSIS[int(p["tendinosis_grade"])][1] * DB * deep * s.swell(c.w, -2.0, 44.0)
    v.lay(cord, edge, 16.0 * fiber - 8.0 + 44.0 * lines + dark)
    v.sheet(sheet, edge - 0.15, 0.25, 0.8 * uneven(v, 405))
    v.labels[(np.abs(edge - 0.15) <= 0.5 * c.spacing_mm) & (v.labels == sheet.label)] = c.part(
        "paratenon of Achilles tendon", Kind.FASCIA, "connective"
    ).label


def gap_mm(p: Values) -> float:
    """From the tendon to the bone just below its upper corner."""
    return max(1.9, 0.5 * BURSA_MM[int(p["bursa_grade"])][0] + 0.8)


def rising(c: Canvas) -> Field:
    """How far bone and tendon have parted along the leg, as a share of `gap_mm`."""
    return np.clip((c.w + 11.0) / 11.0, 0.0, 1.6) ** 1.5


def belong(c: Canvas, count: int, whole: str) -> None:
    """The structures made last are parts of one that the vocabulary knows."""
    c.structures[-count:] = [replace(part, belongs_to=whole) for part in c.structures[-count:]]


def calcaneus(c: Canvas, p: Values, at: s.Course) -> Field:
    """Signed distance (mm, about) to the heel bone: its back beneath the tendon, its upper corner, its sides."""
    front = at.y + at.half[1] + 0.016 * c.u * c.u
    bump = 0.35 * p["prominence_mm"] * s.swell(c.w, 0.0, 12.0) * np.exp(-((c.u / 8.0) ** 2))
    back = front + gap_mm(p) * rising(c) - 0.3 - np.minimum(bump, 0.3 * gap_mm(p) * rising(c)) - c.y
    top = c.w - 3.5 - p["prominence_mm"] + 0.22 * (c.y - front) + 0.012 * c.u * c.u
    sides = np.abs(c.u) - BONE_HALF_MM - 0.12 * (c.y - front)
    return -s.together([-s_ for s_ in (back + 0 * top, top + 0 * back, sides + 0 * back)], 4.0)


def spur(c: Canvas, at: s.Course) -> Field:
    """Signed distance to a spur that grows from the insertion upwards into the tendon."""
    y = float(at.at(c, -13.0)[1])
    return s.rod(c, ((-2.0, y + 2.0, -22.0), (-1.0, y + 0.1, -13.0)), (1.8, 0.6))


def bursa(c: Canvas, p: Values, at: s.Course, bone: Field) -> tuple[Part, float]:
    """Retrocalcaneal bursa between tendon and bone with its lining; its fluid, and the level of its middle."""
    thick, wide, long = BURSA_MM[int(p["bursa_grade"])]
    level = BURSA_LOW_MM + 0.5 * long
    front = at.y + at.half[1]
    free_mm = gap_mm(p) * rising(c) - 0.3
    y = front + np.maximum(free_mm - 0.5 * thick - 0.1, 0.5 * thick) + 0.012 * c.u * c.u
    lean = np.clip(0.16 * (c.w - 2.0), 0.0, 2.5)  # it follows the bone's upper side forward
    p_ = c.u / (0.5 * wide), (c.y - y - lean) / (0.56 * thick), (c.w - level) / (0.5 * long)
    q = (np.abs(p_[0]) ** 2.2 + np.abs(p_[1]) ** 2.2 + np.abs(p_[2]) ** 2.2) ** (1 / 2.2)
    sac = (q - 1.0) * np.maximum(0.5 * thick, 0.8)
    close, near_it = s.around(c, sac.astype(np.float32), 1.5)
    sac = near_it + 0.07 * thick * close.noise((4.0, 2.0, 4.0), 431)
    lining = 0.3 + 0.08 * p["bursa_grade"]
    wall = close.part("bursal lining", Kind.BURSA, "connective", whole="retrocalcaneal bursa")
    fluid = close.part("retrocalcaneal bursa", Kind.BURSA, "joint_fluid")
    solid = _part_of(close, c, bone)
    free = np.maximum(np.maximum(sac, 0.1 - solid), 0.1 - tendon_edge(close, at))
    facing = np.clip(np.abs(np.gradient(free, c.spacing_mm, axis=2)), 0, 1)
    rim = np.clip(1.0 - np.abs(free - lining - RIM_MM) / RIM_MM, 0, 1) * (solid > 0.3)
    close.mix(wall, (RIM_SHARE * rim * facing).astype(np.float32))
    close.lay(wall, free - lining, 10.0 * close.noise((1.2, 0.6, 1.2), 433) - LINING_DB * DB)
    frond = 0.2 * thick * np.clip(close.noise((2.4, 1.6, 2.4), 435) - 0.35, 0, 1)
    close.lay(fluid, free + frond)
    return fluid, level


def _part_of(v: Canvas, c: Canvas, whole: Field) -> Field:
    """What of a field of the whole canvas lies in a part of it."""
    u0 = int(np.argmin(np.abs(c.u.ravel() - v.u.ravel()[0])))
    y0 = int(np.argmin(np.abs(c.y.ravel() - v.y.ravel()[0])))
    return whole[:, u0 : u0 + v.u.size, y0 : y0 + v.y.size]


def lateral_side(c: Canvas, p: Values, at: s.Course, sheet: Part) -> float:
    """Small saphenous vein and sural nerve in the fat, peroneal tendons beneath the fascia; the nerve's outer edge."""
    x = -0.5 * p["tendon_width_mm"] - p["sural_gap_mm"]
    area, r = p["sural_area_mm2"], p["small_saphenous_radius_mm"]
    a = sqrt(area * 1.5 / pi)
    b = area / (pi * a)
    beside = (a + r + 0.5) * (1.0 if p["sural_lateral_grade"] > 0 else -1.0)
    ground = fascia_mm(c, at)

    def deep(u: float, w: float) -> float:
        rows = np.abs(c.w.ravel() - w).argmin(), np.abs(c.u.ravel() - u).argmin()
        return float(ground[rows[0], rows[1], 0])

    knots = tuple((w, x + du, deep(x + du, w) - b - 0.7, a, b) for w, du in ((28.0, 4.5), (0.0, 0.0), (-25.0, -5.0)))
    s.nerve(c, "sural nerve", s.course(c, *knots), sheet, salt=611)
    vein = tuple(
        (w, x + beside + du, deep(x + beside + du, w) - 0.8 * r - 0.4, r, 0.8 * r)
        for w, du in ((28.0, 4.0), (0.0, 0.0), (-25.0, -4.5))
    )
    s.vessel(c, "small saphenous vein", s.course(c, *vein), sheet, artery=False, wall_mm=0.2, salt=621)
    for n, (name, u, y, size) in enumerate(
        (("peroneus brevis tendon", -31.5, 17.0, (2.6, 1.3)), ("peroneus longus tendon", -30.5, 13.8, (2.2, 1.6)))
    ):
        s.tendon(c, name, s.course(c, (28.0, u, y, *size), (-28.0, u - 2.0, y + 2.5, *size)), sheet, salt=631 + 9 * n)
    return x - a


def medial_side(c: Canvas, p: Values, sheet: Part) -> None:
    """Tibial nerve with artery and veins behind the medial malleolus, tendons before and beside them."""
    r, y = p["tibial_artery_radius_mm"], 15.5
    s.tendon(
        c, "flexor hallucis longus tendon",
        s.course(c, (10.0, 15.5, y + 6.0, 2.4, 1.9), (-28.0, 17.5, y + 6.0, 2.3, 1.8)), sheet, salt=651,
    )  # fmt: skip
    belong(c, 1, "flexor hallucis longus")
    s.tendon(c, "flexor digitorum longus tendon", s.course(c, (0.0, 30.5, y + 3.0, 2.0, 1.5)), sheet, salt=661)
    s.nerve(c, "tibial nerve", s.course(c, (0.0, 21.0, y + 1.2, 2.5, 1.9)), sheet, salt=671)
    s.vessel(
        c, "posterior tibial artery", s.course(c, (0.0, 25.3, y + 0.6, r, r)), sheet, artery=True, wall_mm=0.3, salt=681
    )
    for n, (u, deep) in enumerate(((24.2, y - 2.2), (27.8, y + 1.8))):
        at = s.course(c, (0.0, u, deep, 1.2, 0.9))
        s.vessel(c, f"posterior tibial vein {n + 1}", at, sheet, artery=False, wall_mm=0.15, salt=685 + 4 * n)
        belong(c, 2, "posterior tibial vein")


def deep_muscle(c: Canvas, sheet: Part) -> None:
    """Flexor hallucis longus before Kager's fat pad, above the ankle."""
    at = s.course(c, (4.0, 4.0, 26.0, 0.0, 0.0), (12.0, 4.0, 27.0, 8.0, 4.0), (30.0, 3.0, 25.0, 12.0, 7.0))
    v = c.window((-14.0, 22.0), (14.0, 40.0))
    inside = np.full_like(v.power, -9.0)
    s.bellies(v, [s.Belly(name="flexor hallucis longus", at=at)], inside, sheet, salt=511)
