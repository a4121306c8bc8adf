"""Tubercles, groove, long tendon of biceps in its sheath, subscapularis and artery; see `biceps_groove`."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere
from inplane.anatomy.windows.shoulder_bent import below, between, muscle_layer, profile, steepness, tendon_layer

FLUID_MM = (1.0, 1.4, 2.0, 2.7)
"""Fluid about the tendon at its widest by grade. Chosen: 2 mm (1 to 7) after the joint was filled (ZUBLER)."""
SYNOVIUM_MM = (0.0, 0.0, 0.0, 0.9)
"""Thick lining by grade. Chosen: with the largest effusion only."""
SWOLLEN, DULL_DB = (1.0, 1.25, 1.5), (0.0, 2.5, 4.5)
"""Times the tendon's area, and how much darker it is, by grade of tendinopathy. Chosen."""
LIGAMENT_MM, BURSA_MM, STRIPE_MM = 1.0, 0.6, 1.0
"""Transverse ligament; film of the bursa; fat above it. Chosen."""
STRIPE_DB, LIGAMENT_DB = 9.0, -9.0
"""Fat about the bursa above other fat, ligament below other connective tissue. Chosen: as bright as a tendon."""
CUFF_MM, CUFF_DB = 2.3, 12.0
"""Height of subscapularis and supraspinatus beside the groove, and how much brighter than other tendons. Chosen."""
FLAT = 1.35
"""The tendon's width of its height. Chosen: a lying oval in most (RSNA 2011 has round, oval and flat ones)."""
TENDON_DB = 10.0
"""The tendon above other tendons. Chosen: the brightest oval where the beam meets it squarely, for the probe is tilted
until it is."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groove:
    """Places about the groove.

    Args:
        fascia, deltoid: depth (mm) of the fascia and of deltoid's deep face. cuff: of what lies on the tubercles.
        bone: depth of the humerus. tendon: course of the tendon. sheath: of its sheath.
    """

    fascia: Field
    deltoid: Field
    cuff: Field
    bone: Field
    tendon: s.Course
    sheath: s.Course


def tendon_half(p: Values) -> tuple[float, float]:
    """Half axes of the tendon in the groove."""
    across = 0.5 * p["tendon_mm"] * sqrt(SWOLLEN[int(p["tendon_grade"])])
    return across, across / FLAT


def groove(c: Canvas, p: Values, fascia_mm: Field) -> Groove:
    """From the skin to the bone; the tubercles lie beneath deltoid, the groove between them."""
    a, b = tendon_half(p)
    fluid = FLUID_MM[int(p["fluid_grade"])]
    top = p["skin_mm"] + p["fat_mm"] + p["deltoid_mm"] + STRIPE_MM + BURSA_MM + LIGAMENT_MM
    crest = top + 0.55
    half = 0.5 * max(p["groove_mm"], 2.0 * a + 2.0 * fluid + 0.8)
    deep = max(min(p["groove_depth_mm"], 2.0 * b + 1.3 * fluid + 1.2), 2.0 * b + 1.3 * fluid + 0.2)
    low = np.clip((-c.w - 8.0) / 20.0, 0, 1)
    side = np.clip(np.abs(c.u) - half - 9.0, 0, None)
    bone = crest + _relief(c, half, deep, low)
    rise = profile(np.abs(c.u), ((0.0, LIGAMENT_MM + 0.6), (half, LIGAMENT_MM + 0.5), (half + 5.0, CUFF_MM)))
    fall = 0.1 * np.clip(np.abs(c.u) - half - 4.0, 0, None) + 0.3 * side + 0.012 * side * side
    cuff = np.minimum(crest - rise + (1 - low) * fall + low * 0.012 * c.u * c.u, bone - 0.5)
    deltoid = _smooth(cuff) - (STRIPE_MM + BURSA_MM) * steepness(c, _smooth(cuff).astype(np.float32))
    middle = crest + max(b + 0.55 * fluid, deep - b - 0.55 * fluid - 0.15)
    wide = (a + fluid, b + 0.62 * fluid)
    return Groove(
        fascia=fascia_mm,
        deltoid=np.maximum(deltoid, fascia_mm + 3.0).astype(np.float32),
        cuff=cuff.astype(np.float32),
        bone=bone.astype(np.float32),
        tendon=s.course(c, (-22.0, 0.0, middle - 0.4, a, b), (0.0, 0.0, middle, a, b), (22.0, 0.6, middle - 0.6, a, b)),
        sheath=s.course(c, (-22.0, 0.1, middle - 0.3, *wide), (0.0, 0.1, middle, *wide), (22.0, 0.7, middle, *wide)),
    )


def _relief(c: Canvas, half: float, deep: float, low: Field) -> Field:
    """How far the bone lies beneath the tubercles: the groove and the round sides; where `low` is one, the shaft."""
    open_ = profile(
        c.u,
        (
            (-half - 9.0, 1.9),
            (-half - 3.5, 0.25),
            (-half - 1.0, 0.1),
            (-half + 0.6, 0.9),
            (-half + 2.2, 0.72 * deep),
            (-0.6, deep),
            (0.8, deep),
            (half - 1.9, 0.7 * deep),
            (half - 0.5, 0.8),
            (half + 1.0, 0.2),
            (half + 3.5, 0.5),
            (half + 9.0, 3.4),
        ),
    )
    side = np.clip(np.abs(c.u) - half - 9.0, 0, None)
    shaft = 2.2 + 0.012 * c.u * c.u
    bone = (1 - low) * (open_ + 0.42 * side + 0.012 * side * side) + low * (shaft + 0.5 * deep * (open_ > 2))
    return bone + np.round(0.15 * c.noise((3.0, 1e3, 6.0), 43)[:, :, :1] * 1024) / 1024


def _smooth(surface: Field) -> Field:
    """A surface without its small steps: running mean over 17 places across."""
    pad = np.pad(surface, ((0, 0), (8, 8), (0, 0)), mode="edge")
    total = np.cumsum(np.pad(pad, ((0, 0), (1, 0), (0, 0))), axis=1, dtype=np.float64)
    return np.asarray(np.round((total[:, 17:] - total[:, :-17]) / 17 * 1024) / 1024, np.float32)


def deltoid(c: Canvas, at: Groove, sheet: Part) -> None:
    """Deltoid, cut across its bundles, over a stripe of fat and the film of the bursa."""
    along = (0.25, 0.1, 1.0)
    part = c.part("deltoid", Kind.MUSCLE, "muscle", along=along)
    muscle_layer(c, (part, sheet), (at.fascia, at.deltoid), along, 301)
    c.sheet(sheet, below(c, at.deltoid), 0.35, uneven(c, 305))
    fat = c.part("peribursal fat", Kind.FAT, "fat", louder_db=STRIPE_DB)
    v, near = s.around(c, between(c, at.deltoid + 0.1, at.cuff + 0.3))
    v.lay(fat, near, 8.0 * v.noise((2.5, 0.6, 2.5), 311))
    middle = 0.35 * at.deltoid + 0.65 * at.cuff
    v, near = s.around(c, between(c, (middle - 0.5 * BURSA_MM).astype(np.float32), middle + 0.5 * BURSA_MM))
    v.lay(v.part("subacromial-subdeltoid bursa", Kind.BURSA, "joint_fluid"), near)


def cuff(c: Canvas, at: Groove) -> None:
    """Subscapularis from the middle onto the lesser tubercle, the front of supraspinatus on the greater one."""
    for n, (name, low, high) in enumerate((("subscapularis tendon", 3.5, 90.0), ("supraspinatus tendon", -90.0, -3.5))):
        along = (1.0, 0.04 if low > 0 else -0.04, 0.03)
        part = c.part(name, Kind.TENDON, "tendon", along=along, louder_db=CUFF_DB)
        v = c.window((low, high), (0.0, 1e3))
        first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
        here = slice(first, first + v.u.size)
        whole = np.full_like(v.power[:, :, :1], -9.0)
        tendon_layer(v, [(part, whole)], (at.cuff[:, here], at.bone[:, here]), 321 + 4 * n)


def ligament(c: Canvas, at: Groove, sheet: Part) -> None:
    """The transverse ligament from tubercle to tubercle over the groove."""
    along = (1.0, 0.0, 0.05)
    ends = np.clip((c.w + 24.0) / 8.0, 0, 1) * profile(np.abs(c.u), ((4.5, 1.0), (9.0, 0.0)))
    bottom = at.cuff + LIGAMENT_MM * ends
    v, near = s.around(c, everywhere(c, between(c, at.cuff, bottom.astype(np.float32)), np.abs(c.u) - 8.5))
    part = v.part("transverse humeral ligament", Kind.LIGAMENT, "connective", along=along, louder_db=LIGAMENT_DB)
    lines, fiber = v.strands(near < c.spacing_mm, along, (1.2, 0.35, 0.12, 0.1, 16.0, 0.2), 331)
    v.lay(part, near, 8.0 * fiber + 20.0 * lines)
    v.sheet(sheet, near, 0.2, 0.5 * uneven(v, 335))


def biceps(c: Canvas, p: Values, at: Groove, sheet: Part) -> None:
    """The sheath with its fluid, at times with a thick lining, and the tendon in it."""
    grade = int(p["fluid_grade"])
    name, free = "biceps tendon sheath", 0.0
    ground = everywhere(c, at.cuff + LIGAMENT_MM - 0.2 - c.y, c.y - at.bone + 0.1)
    d = np.maximum(s.tubular(c, at.sheath) + 0.25 * c.noise((3.0, 2.0, 6.0), 341), ground)
    if SYNOVIUM_MM[grade]:
        v, wall = s.around(c, d)
        lining = v.part("thick synovium of the sheath", Kind.TENDON_SHEATH, "muscle", whole=name, louder_db=2.0)
        v.lay(lining, wall + 0.2 * v.noise((1.2, 1.2, 2.0), 343), 9.0 * v.noise((0.9, 0.6, 1.5), 344))
        free = SYNOVIUM_MM[grade]
    v, near = s.around(c, (d + free).astype(np.float32))
    v.lay(v.part(name, Kind.TENDON_SHEATH, "joint_fluid"), near)
    v.sheet(sheet, near - 0.35, 0.2, 0.35 * uneven(v, 345))
    s.tendon(c, "long head of biceps tendon", at.tendon, sheet, salt=351, louder_db=TENDON_DB)
    dull = DULL_DB[int(p["tendon_grade"])]
    if dull:
        v = s.near(c, at.tendon, 0.3)
        inside = np.clip(-s.tubular(v, at.tendon) / 0.6, 0, 1) * (0.8 + 0.4 * v.noise((1.5, 1.2, 8.0), 355))
        v.power[...] *= np.exp(-inside * dull * DB * 0.375 * np.log(10.0) / 10.0).astype(np.float32)


def artery(c: Canvas, p: Values, at: Groove, sheet: Part) -> tuple[float, float]:
    """The ascending branch at the outer edge of the groove, beneath the ligament.

    Returns:
        Its place across, and its depth, in the picture.
    """
    r = p["artery_radius_mm"]
    u, _, a, _ = at.sheath.at(c, 0.0)
    x = u - a - r - 0.25
    row, column = int(np.argmin(np.abs(c.w.ravel()))), int(np.argmin(np.abs(c.u.ravel() - x)))
    y = float(at.bone[row, column, 0]) - r - 0.45
    course = s.course(c, (-22.0, x - 0.5, y + 0.5, r, r), (0.0, x, y, r, r), (22.0, x + 0.4, y, 0.9 * r, 0.9 * r))
    s.vessel(c, "anterior circumflex humeral artery", course, sheet, artery=True, wall_mm=0.25, salt=361)
    return x, y
