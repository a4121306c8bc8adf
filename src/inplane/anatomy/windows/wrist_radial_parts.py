"""Sheath, tendons, bones, vessels and nerves of the radial side of the wrist; see `wrist_radial`."""

from dataclasses import dataclass
from math import pi, sqrt
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import FIBRILS
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values

COMPARTMENT = "first extensor compartment"
APL_SWELL, EPB_SWELL = (1.0, 1.25, 1.57, 1.9), (1.0, 1.2, 1.38, 1.6)
"""Times a tendon's area by grade. Chosen: the affected side's 13 and 5.4 mm2 against 8.3 and 3.9 (QUANT) at grade 2."""
ROOF_SWELL = (1.0, 1.7, 2.7, 4.0)
"""Times the retinaculum's thickness by grade. Chosen: 0.94 against 0.35 mm (RETINACULUM) at grade 2."""
FLUID_MM = (0.3, 0.45, 0.65, 0.9)
"""Film of fluid and synovium over the tendons by grade. Chosen: a dark rim that widens."""
DULL_DB = (0.0, -1.0, -2.0, -3.5)
"""Tendons by grade. Chosen: edema darkens them."""
ROOF_DB = (2.0, -5.0, -9.0, -11.0)
"""Retinaculum above other connective tissue by grade. Chosen: a bright line in health, a dark band in disease."""
TENDON_DB = 11.0
"""Tendons of the compartment above other tendons. Chosen: bright ovals, where the beam meets them squarely."""
TIP_MM = -13.0
"""Tip of the styloid; the retinaculum's middle is z = 0. Chosen: PASIPHOL puts it 7.6 to 19.7 mm above the tip."""
FLAT = 1.4
"""Width over thickness of a slip. Chosen: ovals side by side in the groove."""
DRIFT = ((22.0, -5.5), (8.0, -1.6), (0.0, 0.0), (-12.0, 2.4), (-22.0, 5.0))
"""Middle of the compartment across, by z. Chosen: the tendons come from the back of the forearm and run to the palm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The compartment in its own coordinates at z = 0, mm: palmar is positive.

    Args:
        half, thick: half width and half thickness of the sheath. roof: depth of the retinaculum's underside.
        slips: place across, half axes of each slip of abductor pollicis longus. brevis: of extensor pollicis brevis.
        septum: place across between them. margin: fluid at either edge.
    """

    half: float
    thick: float
    roof: float
    slips: tuple[tuple[float, float, float], ...]
    brevis: tuple[float, float, float]
    septum: float
    margin: float

    @property
    def middle(self) -> float:
        """Depth of the sheath's middle."""
        return self.roof + self.thick

    @property
    def floor(self) -> float:
        """Depth of the groove in the radius."""
        return self.roof + 2 * self.thick + 0.25


def layout(p: Values) -> Layout:
    """How tendons, septum and fluid lie side by side."""
    grade, count = int(p["tenosynovitis_grade"]), int(p["apl_slips_grade"])
    a = sqrt(p["apl_area_mm2"] * APL_SWELL[grade] / count * FLAT / pi)
    e = sqrt(p["epb_area_mm2"] * EPB_SWELL[grade] * FLAT / pi)
    margin, gap = 0.85 + 0.15 * grade, 0.3
    wall = gap + (0.4 + p["septum_mm"] if p["septum_grade"] > 0 else 0.0)
    width = 2 * margin + 2 * a * count + gap * (count - 1) + wall + 2 * e
    palmar = 0.5 * width - margin
    slips = tuple((palmar - a - n * (2 * a + gap), a, a / FLAT) for n in range(count))
    roof = p["skin_mm"] + p["fat_mm"] + 0.25 + roof_thick(p)
    return Layout(
        half=0.5 * width,
        thick=max(a, e) / FLAT + FLUID_MM[grade],
        roof=roof,
        slips=slips,
        brevis=(-0.5 * width + margin + e, e, e / FLAT),
        septum=-0.5 * width + margin + 2 * e + 0.5 * wall,
        margin=margin,
    )


def roof_thick(p: Values) -> float:
    """Thickness of the retinaculum over the compartment."""
    return p["retinaculum_mm"] * ROOF_SWELL[int(p["tenosynovitis_grade"])]


def along(c: Canvas, m: Layout, across: float, half: tuple[float, float], spread: float = 0.0) -> s.Course:
    """A course that follows the compartment at a place across it; `spread` parts it from the rest distally."""
    knots = [
        (w, u + across * (1.0 if w < 9.0 else 0.75) + spread * max(0.0, -w - 8.0), m.middle + 0.0016 * w * w, *half)
        for w, u in DRIFT
    ]
    return s.course(c, *knots)


def bone_mm(c: Canvas, m: Layout) -> Field:
    """Depth of the radius's surface: a groove with two ridges, falling off to the palm and to the back."""
    h, f = m.half, m.floor
    knots: Any = np.array(
        [
            *[(-30, 14), (-15, 3.6), (-h - 5, 1.5), (-h - 1.2, -0.5), (-0.6 * h, 0.05), (0.0, 0.3)],
            *[(0.6 * h, 0.05), (h + 1.0, -0.2), (h + 4.0, 3.0), (h + 8.0, 8.0), (32, 22)],
        ]
    )
    du = c.u - along(c, m, 0.0, (1.0, 1.0)).u
    profile: Any = PchipInterpolator(knots[:, 0], knots[:, 1])
    shape: Field = np.asarray(np.round(profile(np.clip(du, -30, 32)) * 1024) / 1024, np.float32)
    deeper = 0.95 * np.clip((c.w - 3.0) / 6.0, 0, 1) + 0.12 * np.maximum(0.0, TIP_MM + 6.0 - c.w) ** 2
    return (f + shape + deeper).astype(np.float32)


def bones(c: Canvas, p: Values, m: Layout) -> None:
    """Radius with its styloid, the bony crest beneath a septum; scaphoid and trapezium in the floor of the snuffbox."""
    surface = bone_mm(c, m)
    if p["septum_grade"] > 0:
        du = c.u - along(c, m, m.septum, (1.0, 1.0)).u
        surface = surface - 0.55 * np.exp(-((du / 0.8) ** 2)) * np.clip((c.w - TIP_MM - 2.0) / 3.0, 0, 1)
    s.bone(c, "radius", np.maximum(0.85 * (surface - c.y), TIP_MM - 1.0 - c.w).astype(np.float32), salt=301)
    f = m.floor
    s.bone(c, "scaphoid", s.egg(c, (1.0, f + 9.2, -20.5), (8.5, 5.5, 5.5)), salt=303)
    s.bone(c, "trapezium", s.egg(c, (4.0, f + 9.5, -31.0), (7.0, 6.0, 6.0), 2.5), salt=305)


def slip(c: Canvas, names: tuple[str, str], at: s.Course, sheet: Part, *, salt: int, louder_db: float) -> None:
    """A tendon as `_scene.tendon`, of a name and a whole."""
    way = s.direction(at, c)
    cord = c.part(
        names[0], Kind.TENDON, "tendon", whole=names[1], along=way, tube=s.line_of(c, at), louder_db=louder_db
    )
    v = s.near(c, at, 1.0)
    edge = s.tubular(v, at) + 0.12 * v.noise((1.5, 1.5, 8.0), salt + 2)
    lines, fibril = v.strands(edge < c.spacing_mm, way, FIBRILS, salt)
    v.lay(cord, edge, 12.0 * fibril - 16.0 + 44.0 * lines)
    v.sheet(sheet, edge, 0.15, 0.5 * uneven(v, salt + 1))


def sheath(c: Canvas, p: Values, m: Layout, sheet: Part) -> Field:
    """The sheath with its film of fluid, swollen distal to the retinaculum, and the signed distance to it."""
    grade = int(p["tenosynovitis_grade"])
    base = along(c, m, 0.0, (m.half, m.thick))
    bulge = (0.1 + 0.3 * grade) * s.swell(c.w, TIP_MM - 1.0, 16.0) - 0.2 * m.thick * np.clip((c.w - 8.0) / 8.0, 0, 1)
    at = s.Course(u=base.u, y=base.y + 0.5 * bulge, half=(base.half[0] + 0.3 * bulge, base.half[1] + bulge))
    q = (np.abs((c.u - at.u) / at.half[0]) ** 2.5 + np.abs((c.y - at.y) / at.half[1]) ** 2.5) ** 0.4 + 1e-6
    away = np.sqrt((c.u - at.u) ** 2 + (c.y - at.y) ** 2)
    d = ((q - 1.0) * np.maximum(away / q, 0.3 * at.half[1])).astype(np.float32)
    inside = np.maximum(d, c.w - 17.0).astype(np.float32)
    part = c.part(COMPARTMENT, Kind.TENDON_SHEATH, "joint_fluid")
    v, near = s.around(c, inside)
    fronds = np.clip(1.4 * v.noise((1.0, 0.7, 2.0), 401) - 0.5, 0, 1)
    v.lay(part, near, (3.0 + 20.0 * fronds) * DB)
    v.sheet(sheet, near, 0.2, 0.6 * uneven(v, 403))
    return d


def septum(c: Canvas, p: Values, m: Layout, inside: Field) -> None:
    """Sets the two tendons apart: along the whole retinaculum, or its distal half only."""
    if p["septum_grade"] < 1:
        return
    half = 0.5 * p["compartment_mm"]
    top = half if p["septum_grade"] > 1 else 0.5
    at = along(c, m, m.septum, (1.0, 1.0))
    d = np.maximum(np.abs(c.u - at.u) - 0.5 * p["septum_mm"], np.maximum(inside, np.maximum(c.w - top, -half - c.w)))
    part = c.part("septum of first extensor compartment", Kind.FASCIA, "connective", louder_db=-6.0)
    v, near = s.around(c, d.astype(np.float32))
    v.lay(part, near, 10.0 * v.noise((0.6, 1.2, 3.0), 411))


def retinaculum(c: Canvas, p: Values, m: Layout, inside: Field) -> None:
    """Extensor retinaculum over the compartment: bright and thin in health, thick and dark in disease."""
    half, thick = 0.5 * p["compartment_mm"], roof_thick(p)
    fade = np.clip((c.w + half) / 3.0, 0, 1) * np.clip((half - c.w) / 3.0, 0, 1)
    t = np.maximum(thick * fade, 0.2)
    band = np.maximum(np.abs(inside - 0.5 * t) - 0.5 * t, c.y - m.middle - 0.5 * m.thick)
    band = np.maximum(band, np.abs(c.w) - half - 2.0).astype(np.float32)
    across = (1.0, 0.0, 0.1)
    louder = ROOF_DB[int(p["tenosynovitis_grade"])]
    part = c.part("extensor retinaculum", Kind.LIGAMENT, "connective", along=across, louder_db=louder)
    v, near = s.around(c, band)
    lines, fiber = v.strands(near < c.spacing_mm, across, (0.8, 0.3, 0.1, 0.1, 20.0, 0.1), 421)
    v.lay(part, near, 10.0 * fiber - 6.0 + 20.0 * lines)


def tendons(c: Canvas, p: Values, m: Layout, sheet: Part) -> None:
    """Abductor pollicis longus and extensor pollicis brevis; behind them the radial extensors, before them the flexor;
    brachioradialis flat on the bone."""
    dull = DULL_DB[int(p["tenosynovitis_grade"])]
    name = "abductor pollicis longus tendon"
    for n, (u, a, b) in enumerate(m.slips):
        names = (name if len(m.slips) == 1 else f"{name}, slip {n + 1}", name)
        slip(c, names, along(c, m, u, (a, b), 0.12), sheet, salt=431 + 7 * n, louder_db=TENDON_DB + dull)
    u, a, b = m.brevis
    epb = "extensor pollicis brevis tendon"
    slip(c, (epb, epb), along(c, m, u, (a, b), -0.2), sheet, salt=461, louder_db=TENDON_DB + dull)
    h, f = m.half, m.floor
    radials = (
        ("extensor carpi radialis longus tendon", -h - 5.2, 2.3),
        ("extensor carpi radialis brevis tendon", -h - 10.3, 2.2),
    )
    for n, (other, x, size) in enumerate(radials):
        depth = f - 0.5 + 0.12 * n
        at = s.course(
            c,
            (22.0, x + 1.0, depth - 0.6, size, 1.25),
            (0.0, x, depth, size, 1.25),
            (-22.0, x + 1.0, depth + 1.5, size, 1.2),
        )
        s.tendon(c, other, at, sheet, salt=471 + 7 * n, louder_db=5.0)
    flat = s.course(c, (22.0, 2.0, f + 0.45, 4.6, 0.5), (9.0, 1.2, f + 0.45, 4.2, 0.42), (4.0, 1.0, f + 0.2, 3.0, 0.2))
    s.tendon(c, "brachioradialis tendon", flat, sheet, salt=491, louder_db=4.0)
    palmar = s.course(
        c, (22.0, h + 9.5, f - 0.5, 2.0, 1.5), (0.0, h + 9.8, f - 0.5, 2.1, 1.5), (-22.0, h + 9.0, f + 2.0, 1.9, 1.6)
    )
    s.tendon(c, "flexor carpi radialis tendon", palmar, sheet, salt=497, louder_db=5.0)


def muscles(c: Canvas, m: Layout, fascia_mm: Field, sheet: Part) -> None:
    """Pronator quadratus on the palmar side of the radius; abductor and extensor still fleshy in the forearm."""
    below = (fascia_mm - c.y + 0.0 * c.power).astype(np.float32)
    x, f = m.half + 10.0, m.floor
    square = s.course(c, (5.0, x, f + 6.0, 5.0, 1.5), (12.0, x - 1.0, f + 5.5, 8.0, 3.2))
    s.bellies(
        c,
        [s.Belly(name="pronator quadratus", at=square, along=(0.6, 0.3, 0.1))],
        np.maximum(below, 3.0 - c.w),
        sheet,
        salt=511,
    )


def vessels(c: Canvas, p: Values, m: Layout, sheet: Part) -> None:
    """Radial artery: palmar to the styloid, distally beneath the tendons; the cephalic vein in the fat."""
    r, h, f = p["radial_artery_radius_mm"], m.half, m.floor
    fat_mm = p["skin_mm"] + 0.62 * p["fat_mm"]
    way = (
        (22.0, h + 5.6, f - 0.6),
        (2.0, h + 4.4, f - 0.4),
        (-8.0, h + 2.4, f + 1.3),
        (-16.0, 2.5, f + 2.3),
        (-22.0, -4.5, f + 1.6),
    )
    artery = s.course(
        c, *((w, u, y, r * (1.0 if w > -10 else 0.85), r * (1.0 if w > -10 else 0.85)) for w, u, y in way)
    )
    s.vessel(c, "radial artery", artery, sheet, artery=True, wall_mm=0.25, salt=611)
    for n, (du, dy) in enumerate(((-2.0, 0.5), (1.7, 0.9))):
        beside = s.Course(
            u=artery.u + du, y=artery.y + dy, half=(np.full_like(artery.u, 0.5), np.full_like(artery.u, 0.4))
        )
        name = f"radial vein {n + 1}"
        s.vessel(c, name, beside, sheet, artery=False, wall_mm=0.12, salt=621 + 5 * n, whole="radial vein")
    a = p["cephalic_vein_mm"] / 2
    x = -h + 0.5 - p["vein_dorsal_mm"]
    vein = s.course(
        c, (22.0, x + 3.0, fat_mm, a, 0.62 * a), (0.0, x, fat_mm, a, 0.62 * a), (-22.0, x - 3.0, fat_mm, a, 0.62 * a)
    )
    s.vessel(c, "cephalic vein", vein, sheet, artery=False, wall_mm=0.18, salt=641)


def nerves(c: Canvas, p: Values, m: Layout, sheet: Part) -> None:
    """Superficial branch of the radial nerve: a dorsal branch behind the compartment, a lateral one that crosses it in
    most wrists."""
    size = sqrt(p["nerve_area_mm2"] / (1.5 * pi))
    a, b = 1.5 * size, size
    y = p["skin_mm"] + p["fat_mm"] - b - 0.15
    name = "superficial branch of radial nerve"
    x = -m.half - 2.8 - p["vein_dorsal_mm"]
    back = s.course(c, (22.0, x + 2.5, y, a, b), (0.0, x, y, a, b), (-22.0, x - 3.5, y, a, b))
    s.nerve(c, f"{name}, dorsal", back, sheet, salt=701, whole=name)
    if p["nerve_crosses_grade"] > 0:
        line = ((22.0, -4.0), (6.0, -1.8), (0.0, -0.4), (-10.0, 3.0), (-22.0, 7.0))
    else:
        line = ((22.0, -6.0), (0.0, -m.half + 0.4), (-22.0, -m.half + 1.5))
    lateral = s.course(c, *((w, u, y, 0.8 * a, 0.8 * b) for w, u in line))
    s.nerve(c, f"{name}, lateral", lateral, sheet, salt=721, whole=name)
