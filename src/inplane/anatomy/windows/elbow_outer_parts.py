"""Tendon, ligament, joint, bones, muscles, nerves and vessels of the outer side of the elbow; see `elbow_outer`."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import strip

TENDON = "common extensor tendon"
APEX_MM = 18.5
"""Level of the epicondyle's tip above the joint. Chosen: the head of the radius is felt a fingerbreadth below it."""
LESION_MM = 10.5
"""Level of what is ill. Chosen: within a centimeter of the epicondyle's tip."""
HALF_WIDTH_MM = 9.0
"""Half the tendon's width at the epicondyle. Chosen: as far as it is followed from front to back."""
SWELL = (1.0, 1.1, 1.25, 1.3)
"""Times the tendon's thickness by grade. Chosen: clearly thicker by eye from grade 2."""
DARK_DB = (0.0, -8.0, -13.0, -14.0)
"""What is ill against sound tendon by grade. Chosen: gray, then nearly as dark as muscle."""
DARK_MM = ((0.1, 0.1, 0.1), (3.0, 0.9, 4.5), (4.0, 1.5, 6.5), (4.8, 1.7, 7.5))
"""Half axes of what is ill, across, from the skin and along. Chosen: a part of the deep tendon that grows."""
CLEFT_MM = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (1.8, 0.55, 2.4), (3.2, 0.95, 4.6))
"""Half axes of the black cleft by grade. Chosen: none, none, 5 mm and 9 mm long."""
FIBERS = (1.0, 0.5, 0.16, 0.1, 40.0, 0.8)
"""Bundles of the tendon, as `_strands.strands` takes them. Chosen: long lines, most of them bright."""
TENDON_DB = 14.0
"""Chosen: the brightest band of the picture where the beam meets it squarely."""
PARATENON_MM = (0.2, 1.0)
"""Layer about the tendon that holds fluid within it, inwards and outwards. Chosen: a voxel of the injectate's grid."""
LIGAMENT_MM = 1.7
"""Thickness of the radial collateral ligament. Chosen: half of the tendon over it."""
RECESS_MM = 3.6
"""Depth of the fluid in the edge of the joint. Chosen: as wide as the gap, and what is seen of the joint."""
CARTILAGE_MM = 0.9
"""Chosen: a dark line of a millimeter on capitellum and head of the radius."""
HEAD_MM = (10.8, 9.0)
"""Radius and length of the head of the radius. Chosen: 22 mm across."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)) of what lies one beneath the other.

    Args:
        top, bottom: of the tendon. thick: of it in its middle, (nz, 1, 1). humerus: its surface.
        radius_mm: depth of the head of the radius beneath the plane of the probe.
    """

    top: Field
    bottom: Field
    thick: Field
    humerus: Field
    radius_mm: float


def _along(c: Canvas, *knots: tuple[float, float]) -> Field:
    """A smooth line through knots (w, value), rounded so that no machine's last bits show."""
    table = np.array(sorted(knots), np.float64)
    w = np.clip(c.w.astype(np.float64), table[0, 0], table[-1, 0])
    smooth = PchipInterpolator(table[:, 0], table[:, 1])
    return np.asarray(np.round(smooth(w) * 1024) / 1024, np.float32)


def layers(c: Canvas, p: Values) -> Layers:
    """Where tendon and bones lie: all drape over the side of the elbow."""
    grade, t = int(p["tendinosis_grade"]), p["tendon_mm"]
    over, ground = p["muscle_mm"], p["skin_mm"] + p["fat_mm"] + 0.45
    drape = 0.011 * c.u**2
    belly = _along(c, (-36, 1.9 * over), (-22, 1.35 * over), (-8, 0.6 * over), (2, 0.2 * over), (11, 0.0))
    thick = _along(c, (-36, 0.1), (-24, 0.3 * t), (-8, 0.69 * t), (0, 0.77 * t), (9, t), (14, 0.78 * t), (20, 0.25 * t))
    thick = thick * (1.0 + (SWELL[grade] - 1.0) * s.swell(c.w, LESION_MM, 26.0))
    half = HALF_WIDTH_MM * (1.0 + 0.015 * np.clip(9.0 - c.w, 0, 30))
    rounded = np.sqrt(np.clip(1.0 - np.abs(c.u / half) ** 4, 0.0, 1.0))
    top = ground + belly + drape + 0.35 * thick * (1.0 - rounded)
    full = _along(c, (0, 0.77 * t), (9, t), (14, 0.62 * t), (APEX_MM, 0.12 * t), (23, 0.2 * t), (35, 1.8 * t))
    foot = _along(c, (-2, LIGAMENT_MM + 0.5), (3, LIGAMENT_MM + 0.1), (7.5, 0.9), (10.5, 0.0))
    humerus = ground + full * (1.0 + 0.7 * (SWELL[grade] - 1.0) * s.swell(c.w, LESION_MM, 26.0)) + foot + drape
    level = ground + 0.55 * over + 0.72 * t + LIGAMENT_MM + 0.5
    return Layers(top=top, bottom=top + thick * rounded, thick=thick, humerus=humerus, radius_mm=level)


def tendon(c: Canvas, p: Values, at: Layers, sheet: Part) -> s.Knot:
    """The tendon, darker where it is ill, with a cleft where it is torn; middle and half axes of what is ill."""
    along, grade = (0.0, -0.06, 1.0), int(p["tendinosis_grade"])
    part = c.part(TENDON, Kind.TENDON, "tendon", along=along, louder_db=TENDON_DB)
    y = float(at.bottom.max()) + 1.0
    v = c.window((-14.0, 14.0), (float(at.top.min()) - 1.0, y))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    top, bottom = (field[:, first : first + v.u.size] for field in (at.top, at.bottom))
    edge = np.maximum(np.maximum(top - v.y, v.y - bottom), v.w - APEX_MM - 1.5)
    half = 0.97 * HALF_WIDTH_MM * (1.0 + 0.015 * np.clip(9.0 - v.w, 0, 30))
    edge = np.maximum(edge, np.abs(v.u) - half).astype(np.float32)
    lines, fiber = v.strands(edge < c.spacing_mm, along, FIBERS, 411)
    middle = c.u.size // 2
    row = int(np.abs(c.w.ravel() - LESION_MM).argmin())
    deep = float(at.top[row, middle, 0] + 0.62 * at.thick[row, 0, 0])
    a, b, d = DARK_MM[grade]
    ill = s.egg(v, (0.0, deep, LESION_MM), (a, b, d)) + 0.5 * v.noise((2.5, 1.2, 4.0), 413)
    dull = DARK_DB[grade] * DB * np.clip(0.5 - ill / 0.9, 0, 1)
    v.lay(part, edge, 18.0 * fiber - 22.0 + (70.0 * lines) * (1.0 - 0.6 * (ill < 0)) + dull)
    v.sheet(sheet, edge, 0.25, 0.6 * uneven(v, 415))
    tight = c.part("fascia about common extensor tendon", Kind.FASCIA, "connective", whole="antebrachial fascia")
    beside = [part.label for part in c.structures if part.name != "radial collateral ligament"]
    v.labels[(edge > -PARATENON_MM[0]) & (edge < PARATENON_MM[1]) & np.isin(v.labels, beside)] = tight.label
    if CLEFT_MM[grade][0] > 0:
        hole = s.egg(v, (0.0, deep, LESION_MM), CLEFT_MM[grade]) + 0.25 * v.noise((2.0, 1.0, 3.0), 417)
        hole = np.maximum(hole, edge + 0.4).astype(np.float32)
        name = "tear of common extensor tendon"
        s.shaped(v, (name, Kind.TENDON, "joint_fluid"), hole, 5.0 * v.noise((1.0, 0.5, 1.5), 419), whole=TENDON)
    if p["calcification_grade"] > 0:
        fleck = s.egg(v, (-1.0, deep - 0.9, LESION_MM - 5.5), (1.4, 0.45, 1.2))
        name = "calcification in common extensor tendon"
        s.shaped(v, (name, Kind.BONE, "cortical_bone"), np.maximum(fleck, edge + 0.3).astype(np.float32), whole=TENDON)
    return (LESION_MM, 0.0, deep, a, b)


def ligaments(c: Canvas, at: Layers) -> None:
    """Radial collateral ligament beneath the tendon; annular ligament about the head of the radius."""
    along = (0.0, -0.05, 1.0)
    v = c.window((-11.0, 11.0), (float(at.bottom.min()), at.radius_mm + 6.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    roof = at.bottom[:, first : first + v.u.size] + 0.28
    band = np.maximum(np.maximum(roof - v.y, v.y - roof - LIGAMENT_MM), np.maximum(-8.0 - v.w, v.w - 10.5))
    band = np.maximum(band, np.abs(v.u) - 9.5).astype(np.float32)
    loose = np.maximum(np.maximum(roof - 0.35 - v.y, v.y - roof), np.maximum(-9.0 - v.w, v.w - 8.0))
    s.shaped(v, ("intermuscular fat", Kind.FAT, "fat"), (loose + np.zeros_like(v.power)).astype(np.float32), -8.0)
    part = c.part("radial collateral ligament", Kind.LIGAMENT, "connective", along=along, louder_db=2.0)
    lines, fiber = v.strands(band < c.spacing_mm, along, (0.8, 0.4, 0.1, 0.1, 25.0, 0.2), 421)
    v.lay(part, band, 10.0 * fiber - 12.0 + 26.0 * lines)
    ring = np.maximum(
        s.rod(c, head_axis(at, -3.0, -12.0), (HEAD_MM[0] + 1.3, HEAD_MM[0] + 1.3)), np.abs(c.w + 7.0) - 3.6
    )
    ring = np.maximum(ring, at.bottom + 0.6 - c.y).astype(np.float32)
    name = ("annular ligament", Kind.LIGAMENT, "connective")
    near, close = s.around(c, ring)
    s.shaped(near, name, close, 8.0 * near.noise((2.5, 0.5, 0.5), 423) - 20.0)


def head_axis(at: Layers, *levels: float) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """The axis of the head of the radius between two levels."""
    one, other = ((1.5, at.radius_mm + HEAD_MM[0], w) for w in levels)
    return one, other


def bones(c: Canvas, p: Values, at: Layers) -> None:
    """Epicondyle and capitellum, head and neck of the radius, their cartilage, the joint between them."""
    gap = p["joint_gap_mm"]
    body = (at.humerus - c.y + np.zeros_like(c.power)).astype(np.float32)
    end = 0.5 * gap + CARTILAGE_MM + 0.09 * np.clip(7.0 - c.y + at.humerus, 0, 7) ** 2 - c.w
    humerus = -s.together([-body, -(end + np.zeros_like(body))], 3.0)
    head = _head(c, at, gap)
    neck = s.rod(c, ((1.5, at.radius_mm + 12.0, -6.0), (0.0, at.radius_mm + 14.5, -44.0)), (7.2, 6.4))
    radius = s.together([head, neck], 3.0)
    _joint(c, at, (humerus, radius))
    if p["spur_grade"] > 0:
        y = float(at.humerus[int(np.abs(c.w.ravel() - 15.5).argmin()), c.u.size // 2, 0])
        humerus = s.together([humerus, s.rod(c, ((1.0, y + 0.9, 16.5), (1.0, y - 0.1, 12.2)), (1.2, 0.45))], 0.6)
    s.bone(c, "humerus", humerus.astype(np.float32), salt=301)
    s.bone(c, "radius", radius.astype(np.float32), salt=311)


def _head(c: Canvas, at: Layers, gap: float) -> Field:
    """Signed distance (mm) to the head of the radius: a disk with a rounded rim."""
    size, long = HEAD_MM
    middle = -0.5 * gap - CARTILAGE_MM - 0.5 * long
    away = np.sqrt((c.u - 1.5) ** 2 + (c.y - at.radius_mm - size) ** 2)
    disk = -s.together([-(away - size + 0.0 * c.w), -(np.abs(c.w - middle) - 0.5 * long + 0.0 * away)], 3.4)
    return disk.astype(np.float32)


def _joint(c: Canvas, at: Layers, solids: tuple[Field, Field]) -> None:
    """Cartilage on both bones, fluid between them, the synovial fold in the edge of the joint, the capsule over it."""
    humerus, radius = solids
    y = at.radius_mm
    under = np.maximum(np.abs(c.w) - 7.0, at.bottom + LIGAMENT_MM + 0.35 - c.y)
    floor = c.y - at.bottom - LIGAMENT_MM - 0.35 - RECESS_MM
    fluid = np.maximum(np.maximum(under, np.abs(c.u - 1.0) - 10.0), np.abs(c.w - 0.8) - 5.0)
    v, close = s.around(c, np.maximum(fluid, floor).astype(np.float32))
    s.shaped(v, ("radiocapitellar joint", Kind.JOINT_FLUID, "joint_fluid"), close)
    thick = np.where(floor > 0, 4.0, CARTILAGE_MM * np.clip(1.0 + 0.5 * floor, 0.2, 1.0)).astype(np.float32)
    for name, solid, ends in (
        ("capitellar cartilage", humerus, c.w - 6.0),
        ("radial head cartilage", radius, -6.5 - c.w),
    ):
        layer = np.maximum(np.maximum(solid - thick, under), ends).astype(np.float32)
        s.shaped(c, (name, Kind.CARTILAGE, "cartilage"), layer)
    close_to = np.maximum(np.abs(c.u) - 8.0, np.abs(c.w) - 6.0) + np.zeros_like(under)
    roof = np.where(close_to < 0, at.bottom + LIGAMENT_MM + 0.4 - c.y, np.float32(9.0)).astype(np.float32)
    c.sheet(c.part("elbow joint capsule", Kind.CAPSULE, "connective"), roof, 0.5)
    fold = np.maximum(np.abs(c.w + 0.6) - 0.6 * (y + 1.6 - c.y), np.abs(c.u) - 7.0)
    fold = np.maximum(np.maximum(fold, under), 0.3 - np.minimum(humerus, radius)).astype(np.float32)
    v, close = s.around(c, fold)
    name = ("radiocapitellar synovial fold", Kind.CAPSULE, "connective")
    s.shaped(v, name, close, 8.0 * v.noise((1.0, 0.6, 1.0), 431) + 4.0)


def muscles(c: Canvas, p: Values, at: Layers, fascia_mm: Field, sheet: Part) -> None:
    """Extensors behind and over the tendon, brachioradialis in front, supinator deep, anconeus behind."""
    y, f = at.radius_mm, p["skin_mm"] + p["fat_mm"]
    digitorum = s.course(
        c, (-34.0, -2.0, f + 4.5, 8.5, 4.4), (-15.0, -1.5, f + 2.6, 8.5, 2.6), (0.0, -1.0, f + 1.0, 7.5, 0.9),
        (11.0, 0.0, f, 4.0, 0.0),
    )  # fmt: skip
    brevis = s.course(
        c, (-34.0, 5.0, f + 11.0, 8.5, 3.6), (-14.0, 4.0, f + 9.0, 7.5, 1.4), (-8.0, 4.0, f + 8.0, 5.0, 0.0)
    )
    ulnaris = s.course(
        c, (-34.0, -18.0, f + 7.0, 7.0, 6.0), (0.0, -13.0, f + 5.0, 5.5, 4.0), (12.0, -9.0, f + 4.0, 2.0, 0.0)
    )
    anconeus = s.course(
        c, (-34.0, -26.0, y + 4.0, 4.0, 3.0), (0.0, -21.0, y - 1.0, 9.0, 6.5), (30.0, -20.0, y - 1.0, 9.0, 6.0)
    )
    longus = s.course(
        c, (-34.0, 13.5, f + 5.5, 6.0, 5.0), (0.0, 13.0, f + 5.0, 5.5, 5.0), (22.0, 15.0, f + 4.5, 5.0, 4.0)
    )
    radialis = s.course(c, (-34.0, 22.5, f + 6.0, 6.8, 6.5), (34.0, 25.0, f + 6.0, 7.0, 6.0))
    deep = s.course(
        c, (-20.0, 26.0, y + 15.0, 5.0, 5.0), (0.0, 22.0, y + 11.0, 8.0, 7.0), (20.0, 22.0, y + 11.0, 9.0, 8.0)
    )
    supinator = s.course(
        c, (-34.0, 2.0, y + 10.5, 12.0, 7.5), (-16.0, 3.0, y + 9.5, 11.5, 6.8), (-11.0, 3.0, y + 7.0, 8.0, 0.0)
    )
    v, inside = strip(c, fascia_mm, (-1e3, 1e3), (f - 1.0, y + 17.0))
    shapes = (
        ("extensor digitorum", digitorum, (0.0, -0.1, 1.0)),
        ("extensor carpi radialis brevis", brevis, (0.0, -0.12, 1.0)),
        ("extensor carpi ulnaris", ulnaris, (0.15, -0.05, 1.0)),
        ("anconeus", anconeus, (0.7, 0.1, 0.7)),
        ("extensor carpi radialis longus", longus, (0.05, 0.0, 1.0)),
        ("brachioradialis", radialis, (0.1, 0.0, 1.0)),
        ("brachialis", deep, (0.5, 0.2, 0.8)),
        ("supinator", supinator, (0.8, 0.3, 0.5)),
    )
    s.bellies(v, [s.Belly(name=n, at=way, along=along) for n, way, along in shapes], inside, sheet, salt=501)


def nerves_and_vessels(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Radial nerve between brachialis and brachioradialis, its branches and recurrent artery, up to where the humerus
    takes the window's whole width; the cephalic vein in the fat."""
    y = at.radius_mm
    fork = -2.0
    trunk = s.course(
        c, (fork - 0.3, 17.5, y + 3.0, 0.0, 0.0), (fork, 17.5, y + 3.0, 2.1, 1.4), (5.0, 19.4, y + 3.2, 2.1, 1.4),
        (6.0, 19.7, y + 3.2, 0.0, 0.0),
    )  # fmt: skip
    s.nerve(c, "radial nerve", trunk, sheet, salt=611)
    back = s.course(
        c, (-35.0, 6.0, y + 4.2, 1.6, 0.9), (-20.0, 12.0, y + 4.8, 1.5, 1.0), (fork - 0.5, 16.6, y + 3.6, 1.4, 1.1),
        (fork + 1.0, 16.8, y + 3.4, 0.0, 0.0),
    )  # fmt: skip
    s.nerve(c, "posterior interosseous nerve", back, sheet, salt=621)
    skin = s.course(
        c,
        (-35.0, 18.0, y + 2.0, 1.3, 0.9),
        (fork - 0.5, 19.2, y + 2.6, 1.3, 0.9),
        (fork + 1.0, 19.0, y + 2.8, 0.0, 0.0),
    )
    s.nerve(c, "superficial branch of radial nerve", skin, sheet, salt=631)
    r = p["recurrent_radius_mm"]
    artery = s.course(
        c,
        (-20.0, 19.0, y + 5.6, r, r),
        (0.0, 21.6, y + 5.0, r, r),
        (5.0, 22.8, y + 5.0, r, r),
        (6.0, 23.0, y + 5.0, 0.0, 0.0),
    )
    s.vessel(c, "radial recurrent artery", artery, sheet, artery=True, wall_mm=0.25, salt=641)
    level = p["skin_mm"] + 0.6 * p["fat_mm"]
    size = min(1.3, 0.32 * p["fat_mm"])
    vein = s.course(c, (-34.0, 19.0, level, 1.5, size), (34.0, 22.0, level, 1.6, size))
    s.vessel(c, "cephalic vein", vein, sheet, artery=False, wall_mm=0.2, salt=651)
