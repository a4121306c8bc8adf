"""Muscles, tendons, vessels and bones of the front of the wrist; see `wrist_volar`."""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.window import Values

SWELLING = (1.0, 1.4, 1.9, 2.5)
"""Times the nerve's area at the tunnel's inlet by grade. Chosen: 16.8 against 9.0 mm2 (KLAUSER) lies at grade 2."""
TENDON_DB = 16.0
"""Flexor tendons above other tendons. Chosen: the brightest ovals of the tunnel where the beam meets them squarely."""
TENDONS = (
    ("flexor pollicis longus tendon", -0.82, 0.44, 1.75, 1.45),
    ("flexor digitorum superficialis tendon 2", -0.34, 0.62, 1.7, 1.25),
    ("flexor digitorum superficialis tendon 3", 0.02, 0.36, 1.9, 1.3),
    ("flexor digitorum superficialis tendon 4", 0.42, 0.30, 1.8, 1.25),
    ("flexor digitorum superficialis tendon 5", 0.76, 0.42, 1.3, 1.0),
    ("flexor digitorum profundus tendon 2", -0.42, 0.88, 1.7, 1.2),
    ("flexor digitorum profundus tendon 3", 0.02, 0.80, 1.8, 1.3),
    ("flexor digitorum profundus tendon 4", 0.40, 0.72, 1.7, 1.25),
    ("flexor digitorum profundus tendon 5", 0.74, 0.70, 1.5, 1.15),
)
"""Name, place across (of half the tunnel's width) and below its roof (of its depth), half axes. Chosen: as cut across
at the pisiform in atlases."""

GAP_MM = 1.0
"""Loose tissue between nerve and the tendons beneath it. Chosen: room for fluid to part them."""
UNDER_FASCIA_MM = 0.9
"""From the fascia to the ulnar artery's blood. Chosen: volar carpal ligament, fat and the artery's wall lie between."""


def roof_mm(p: Values) -> float:
    """Depth of the retinaculum's underside."""
    return p["skin_mm"] + p["fat_mm"] + p["retinaculum_mm"] + 0.6


def bones(c: Canvas, p: Values, inside: Field) -> None:
    """Radius and ulna, the two rows of carpal bones, pisiform and scaphoid tubercle, hook of hamate."""
    half, roof = 0.5 * p["tunnel_width_mm"], roof_mm(p)
    floor = roof + p["tunnel_depth_mm"]
    hollow = inside - 1.2  # the volar ligaments keep bone off the tendons

    def laid(name: str, salt: int, *pieces: Field) -> None:
        s.bone(c, name, np.maximum(s.together(pieces), -hollow), salt=salt)

    laid("radius", 301, s.egg(c, (-9.0, floor + 8.0, 34.0), (14.5, 9.0, 26.0), 3.0))
    laid("ulna", 303, s.egg(c, (17.0, floor + 6.5, 40.0), (7.0, 7.0, 30.0), 2.6))
    tubercle = s.egg(c, (-half - 2.6, roof + 2.4, -3.0), (4.2, 4.4, 7.0))
    laid("scaphoid", 305, tubercle, s.egg(c, (-half + 0.5, floor + 3.0, 2.0), (7.5, 6.5, 8.5)))
    laid("lunate", 307, s.egg(c, (1.5, floor + 6.5, 6.0), (6.5, 6.5, 7.0), 2.6))
    laid("triquetrum", 309, s.egg(c, (half + 1.0, floor + 2.0, 0.0), (6.0, 6.0, 7.0), 2.4))
    laid("pisiform", 311, s.egg(c, (half + 6.0, roof + 3.6, -1.0), (4.3, 4.6, 5.5)))
    laid("trapezium", 313, s.egg(c, (-half - 2.5, roof + 4.5, -19.0), (6.0, 6.5, 8.0), 2.6))
    laid("capitate", 315, s.egg(c, (1.0, floor + 7.0, -14.0), (7.0, 7.5, 11.0), 2.6))
    hook = s.rod(c, ((half - 0.5, floor - 1.0, -14.0), (half + 0.8, roof + 0.6, -15.0)), (3.2, 2.0))
    laid("hamate", 317, hook, s.egg(c, (half + 1.0, floor + 5.0, -14.0), (7.0, 6.5, 9.0), 2.6))


def median_course(c: Canvas, p: Values) -> s.Course:
    """The median nerve: between the muscles in the forearm, flat beneath the retinaculum, swollen at its inlet."""
    area = p["nerve_area_mm2"]

    def half(flattening: float, grown: float) -> tuple[float, float]:
        across = sqrt(area * grown * flattening / pi)
        return across, area * grown / (pi * across)

    inlet = half(p["nerve_flattening"], SWELLING[int(p["swelling_grade"])])
    outlet = half(min(p["nerve_flattening"] * 1.35, 4.4), 0.96)
    x, roof = -p["nerve_radial_mm"], roof_mm(p)
    return s.course(
        c,
        (35.0, x - 1.0, roof + 5.0, *half(1.8, 0.92)),
        (16.0, x - 0.5, roof + inlet[1] + 1.25, *half(2.0, 1.0)),
        (3.0, x, roof + inlet[1] + 0.25, *inlet),
        (-6.0, x, roof + inlet[1] + 0.25, *inlet),
        (-20.0, x + 0.5, roof + outlet[1] + 0.25, *outlet),
    )


def _give_way(at: s.Course, keep: s.Course) -> s.Course:
    """A tendon pushed deeper where it would lie in the nerve or in the loose tissue about it: a flat
    oval and a round one are kept apart by a boxy one."""
    wide = keep.half[0] + at.half[0] + GAP_MM
    beside = np.clip(np.abs(at.u - keep.u) / wide, 0, 1)
    need = keep.y + (keep.half[1] + at.half[1] + GAP_MM) * np.sqrt(np.sqrt(1.0 - beside**4))
    y = np.where(beside < 1, np.maximum(at.y, need), at.y)
    return s.Course(u=at.u, y=y.astype(np.float32), half=at.half)


def tendons(c: Canvas, p: Values, sheet: Part, median: s.Course) -> None:
    """Nine flexor tendons in the tunnel, flexor carpi radialis in its own, palmaris longus before the retinaculum."""
    half, deep, roof = 0.5 * p["tunnel_width_mm"], p["tunnel_depth_mm"], roof_mm(p)
    for n, (name, across, below, a, b) in enumerate(TENDONS):
        size = (a, b * deep / 10.4)
        u, y = across * (half - a), roof + below * (deep - size[1]) + 0.4
        at = s.course(c, (36.0, 1.15 * u, y + 1.5, *size), (12.0, u, y, *size), (-25.0, 1.1 * u, y, *size))
        whole = name if "longus" in name else name.rpartition(" ")[0] + "s"
        s.tendon(c, name, _give_way(at, median), sheet, salt=401 + 7 * n, louder_db=TENDON_DB, whole=whole)
    x = -half - 0.8
    radial = s.course(
        c, (36.0, x - 0.2, roof + 1.0, 2.2, 1.6), (0.0, x, roof - 1.6, 2.0, 1.4), (-20.0, x + 1.4, roof + 3.4, 1.8, 1.5)
    )
    s.tendon(c, "flexor carpi radialis tendon", radial, sheet, salt=481)
    if p["palmaris_grade"] > 0:
        y = p["skin_mm"] + 0.72 * p["fat_mm"] + 0.1
        palmaris = s.course(c, (36.0, -1.0, y, 1.6, 0.7), (-3.0, -0.5, y, 2.2, 0.35))
        s.tendon(c, "palmaris longus tendon", palmaris, sheet, salt=491)


def muscles(c: Canvas, p: Values, fascia_mm: Field, sheet: Part) -> None:
    """Pronator quadratus and the flexors' bellies in the forearm; thenar and hypothenar muscles in the palm."""
    half, roof = 0.5 * p["tunnel_width_mm"], roof_mm(p)
    floor = roof + p["tunnel_depth_mm"]
    below = (fascia_mm - c.y + 0.0 * c.power).astype(np.float32)

    def belly(name: str, u: float, y: float, size: float) -> s.Belly:
        rising = ((14.0, 0.1, 0.1), (20.0, 4.0, 2.0), (36.0, 7.5, 4.0))
        return s.Belly(name=name, at=s.course(c, *((w, u, y, size * a, size * b) for w, a, b in rising)))

    square = s.course(
        c, (12.0, 2.0, floor + 0.5, 0.0, 0.0), (18.0, 2.0, floor + 0.5, 16.0, 2.0), (36.0, 2.0, floor + 1.0, 17.0, 2.6)
    )
    forearm = [
        belly("flexor digitorum superficialis", 2.0, roof + 3.0, 1.0),
        belly("flexor digitorum profundus", 4.0, roof + 8.5, 1.0),
        belly("flexor pollicis longus", -9.0, roof + 6.0, 0.7),
        s.Belly(name="pronator quadratus", at=square, along=(1.0, 0.0, 0.1)),
    ]
    s.bellies(c, forearm, np.maximum(below, 14.0 - c.w), sheet, salt=511)
    thenar = s.course(c, (-10.0, -half - 1.0, roof - 1.5, 2.5, 1.0), (-30.0, -half - 3.0, roof + 0.5, 8.5, 5.0))
    small = s.course(c, (-6.0, half + 5.0, roof + 0.5, 2.0, 1.5), (-30.0, half + 5.0, roof + 3.0, 7.0, 5.0))
    palm = [
        s.Belly(name="abductor pollicis brevis", at=thenar, along=(-0.5, 0.0, -0.85)),
        s.Belly(name="abductor digiti minimi", at=small, along=(0.1, 0.0, -1.0)),
    ]
    s.bellies(c, palm, np.maximum(below, c.w + 9.0), sheet, salt=551)


def vessels(c: Canvas, p: Values, sheet: Part, median: s.Course) -> None:
    """Ulnar artery and nerve under the fascia in Guyon's canal, a vein beneath them, the radial artery, at times a
    median one."""
    half, roof = 0.5 * p["tunnel_width_mm"], roof_mm(p)
    over, x = roof - p["retinaculum_mm"] + 1.0, half - 0.3
    r, q = p["ulnar_artery_radius_mm"], p["radial_artery_radius_mm"]
    y, low = over - r, p["skin_mm"] + p["fat_mm"] + UNDER_FASCIA_MM + r
    beside = x + 2.8, low - r + 1.1, 1.45, 1.05
    nerve = s.course(
        c, (36.0, x + 4.6, roof + 4.0, 1.5, 1.2), (4.0, *beside), (-3.0, *beside), (-20.0, x + 2.2, y, 1.2, 0.9)
    )
    s.nerve(c, "ulnar nerve", nerve, sheet, salt=611)
    artery = s.course(
        c,
        (36.0, x + 1.1, roof + 3.0, r, r),
        (4.0, x, low, r, r),
        (-3.0, x, low, r, r),
        (-20.0, x - 1.5, y, 0.9 * r, 0.9 * r),
    )
    s.vessel(c, "ulnar artery", artery, sheet, artery=True, wall_mm=0.3, salt=621)
    beneath = x + 1.3, low + r + 0.6, 0.7, 0.45
    vein = s.course(
        c, (36.0, x - 1.6, roof + 3.2, 0.7, 0.5), (4.0, *beneath), (-3.0, *beneath), (-20.0, x - 3.9, y, 0.6, 0.4)
    )
    s.vessel(c, "ulnar vein", vein, sheet, artery=False, wall_mm=0.15, salt=631)
    far = -half - 6.5
    radial = s.course(
        c,
        (36.0, far, roof + 1.0, q, q),
        (6.0, far, roof + 0.5, q, q),
        (-12.0, far - 6.5, roof + 10.0, 0.9 * q, 0.9 * q),
    )
    s.vessel(c, "radial artery", radial, sheet, artery=True, wall_mm=0.3, salt=641)
    if p["persistent_median_artery_grade"] > 0:
        size = np.full_like(median.u, 0.75)
        beside = s.Course(u=median.u - median.half[0] - 1.1, y=median.y, half=(size, size))
        s.vessel(c, "persistent median artery", beside, sheet, artery=True, wall_mm=0.2, salt=651)
