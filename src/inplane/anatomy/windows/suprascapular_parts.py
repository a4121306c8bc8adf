"""Layers, bone, nerve and vessels of the fossa above the spine of the scapula; see `suprascapular`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows import girdle_parts as girdle
from inplane.anatomy.windows.girdle_parts import everywhere, ripple, within
from inplane.anatomy.windows.leg_parts import collared, deep_fat, louder
from inplane.anatomy.windows.shoulder_bent import below, muscle_layer, profile

NERVE_MM = -3.0
"""The nerve along x in the plane of the picture. Chosen: at the deepest place of the floor."""
SLANT = 0.5
"""How far the nerve runs to the middle (mm) a millimeter forwards. Chosen: from the suprascapular notch, in front, to
the spinoglenoid one, which lies behind and 19 mm further out."""
PLANE_MM = 1.6
"""Loose tissue between trapezius and supraspinatus. Chosen: the two are seen as separate."""
BED_MM = 2.4
"""Fat about the bundle above the nerve's own thickness. Chosen: holds nerve and vessels on the bone."""
FLOOR = ((-44.0, 15.0), (-34.0, 12.0), (-25.0, 7.6), (-16.0, 2.6), (-8.0, 0.5), (NERVE_MM, 0.0), (5.0, 0.8))
FLOOR_IN = ((14.0, 2.6), (24.0, 5.2), (34.0, 8.0), (44.0, 10.5))
"""How far the floor lies above its deepest place, out to the neck of the glenoid and in to the upper angle. Chosen: a
shallow bowl, as seen from behind."""
EDGE_MM, NOTCH_MM = 17.0, 6.0
"""Upper border of the blade along z, and how deep the suprascapular notch cuts into it. Chosen."""
SPINE_MM = -17.0
"""Where the spine rises from the floor along z. Chosen: behind the picture."""
PLATE_MM, CHEST_MM = 6.0, 17.0
"""Thickness of bone, and depth of the pleura beneath the floor. Chosen: with subscapularis and chest wall between."""
BED_DB = -3.0
"""Fat of the bundle's bed above other fat. Chosen: dull, so that dark vessels and the bright nerve stand out."""
NERVE_DB = 3.0
"""The nerve above other nerves. Chosen: its fascicles are too small for this depth, only its brightness is seen."""
CYST_MM = (0.0, 3.5, 6.0, 8.0)
"""Half width of a cyst by grade. Chosen: small ones are hardly seen, large ones fill the hollow."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm): both faces of trapezius, of supraspinatus, top of the bundle's bed, floor; its deepest place."""

    trapezius: tuple[Field, Field]
    supraspinatus: tuple[Field, Field]
    bed: Field
    floor: Field
    deepest_mm: float


def deepest_mm(p: Values) -> float:
    """The floor's deepest place."""
    over = p["skin_mm"] + p["fat_mm"] + p["trapezius_mm"] + p["fascia_mm"] + PLANE_MM
    return over + p["supraspinatus_mm"] + p["nerve_mm"] + BED_MM


def layers(c: Canvas, p: Values, fascia_mm: Field) -> Layers:
    """From the skin to the bone; the bed of the bundle lifts supraspinatus off the floor."""
    deepest = deepest_mm(p)
    thin = profile(c.u, ((-40.0, 0.5), (-20.0, 0.8), (0.0, 1.0), (30.0, 1.12)))
    bottom = fascia_mm + p["trapezius_mm"] * thin + 0.3 * ripple(c, 17.0, 231)
    floor = deepest - profile(c.u, (*FLOOR, *FLOOR_IN)) + 0.04 * c.w + 0.4 * ripple(c, 11.0, 233)
    away = np.abs(c.u - (NERVE_MM - 2.8 + SLANT * c.w))
    bed = 0.7 + (p["nerve_mm"] + BED_MM - 0.7) * profile(away, ((4.5, 1.0), (13.0, 0.12), (18.0, 0.0)))
    under = floor - 0.7
    over = np.minimum(bottom + p["fascia_mm"] + PLANE_MM, under - 4.0)
    return Layers(
        trapezius=(fascia_mm + 0.2, bottom.astype(np.float32)),
        supraspinatus=(over.astype(np.float32), under.astype(np.float32)),
        bed=(floor - bed).astype(np.float32),
        floor=floor.astype(np.float32),
        deepest_mm=deepest,
    )


def fossa(c: Canvas, at: Layers, sheet: Part) -> None:
    """Supraspinatus with its tendon within, its fascia above and the leaf over the bundle beneath."""
    along = (1.0, 0.05, 0.1)
    over, under = at.supraspinatus
    part = c.part("supraspinatus", Kind.MUSCLE, "muscle", along=along)
    front = np.where(c.w < EDGE_MM - 1.0, under, np.minimum(under, over + 9.0)).astype(np.float32)
    muscle_layer(c, (part, sheet), (over, front), along, 311)
    fascia = c.part("supraspinatus fascia", Kind.FASCIA, "connective")
    c.sheet(fascia, below(c, over), 0.5, uneven(c, 321))
    share = profile(c.u, ((-26.0, 1.0), (-8.0, 0.7), (10.0, 0.0)))
    middle = 0.45 * over + 0.55 * under + 0.5 * ripple(c, 13.0, 325)
    c.sheet(sheet, below(c, middle.astype(np.float32)), 0.5, share * uneven(c, 327))


def bed(c: Canvas, at: Layers, sheet: Part) -> None:
    """Fat on the floor beneath supraspinatus, in which the bundle lies."""
    v, near = s.around(c, everywhere(c, at.bed - c.y, c.y - at.floor - 1.0, c.w - EDGE_MM))
    deep_fat(v, near, sheet, BED_DB, 331)
    c.sheet(c.part("supraspinatus fascia", Kind.FASCIA, "connective"), below(c, at.bed), 0.5, uneven(c, 333))


def scapula(c: Canvas, p: Values, at: Layers) -> None:
    """Floor of the fossa with the notch in its upper border, spine behind, acromion at the outer end."""
    notch = NOTCH_MM * profile(np.abs(c.u - 5.0), ((0.0, 1.0), (3.0, 0.8), (6.5, 0.0)))
    plate = within(below(c, at.floor), c.y - at.floor - PLATE_MM, c.w - EDGE_MM + notch)
    top = p["skin_mm"] + p["fat_mm"] + 1.5
    spine = everywhere(c, c.w - SPINE_MM - 0.12 * (c.y - at.deepest_mm), top - c.y)
    s.bone(c, "scapula", s.together([plate, spine], 3.0), salt=341)
    s.bone(c, "acromion", s.egg(c, (-52.0, top + 5.0, -4.0), (15.0, 5.0, 30.0), 4.0), salt=343)


def chest(c: Canvas, at: Layers, sheet: Part) -> None:
    """Subscapularis beneath the blade, then chest wall, pleura and lung, which reach further up in front of it."""
    pleura = at.deepest_mm + CHEST_MM - 0.1 * c.u - 4.0 * np.clip((c.w - 8.0) / 16.0, 0, 1)
    under = within(at.floor + PLATE_MM - 1.0 - c.y, c.y - pleura + 6.5, c.w - 20.0)
    girdle.muscle(c, "subscapularis", under, (0.9, 0.0, -0.3), sheet, salt=345)
    rib_y = float(at.deepest_mm) + CHEST_MM - 8.0
    ribs = [("rib", s.rod(c, ((44.0, rib_y, 24.0), (-30.0, rib_y + 5.0, 13.0)), (4.0, 4.0)))]
    girdle.chest_wall(c, pleura.astype(np.float32), ribs, sheet)


def bundle(c: Canvas, p: Values, at: Layers, sheet: Part) -> s.Course:
    """Nerve on the floor, the artery and then the vein on its outer side.

    Returns:
        The nerve's course.
    """
    b = 0.5 * p["nerve_mm"]
    nerve = _resting(c, at, NERVE_MM, (1.3 * b, b))
    r, q = p["artery_radius_mm"], 0.5 * p["vein_mm"]
    beside = NERVE_MM - 1.3 * b - 1.8 - r
    artery = _resting(c, at, beside, (r, r))
    vein = _resting(c, at, beside - r - q - 1.5, (1.1 * q, 0.85 * q))
    s.nerve(c, "suprascapular nerve", nerve, sheet, salt=401)
    louder(c, "suprascapular nerve", NERVE_DB)
    collared(c, artery, sheet, 431)
    collared(c, vein, sheet, 433)
    s.vessel(c, "suprascapular artery", artery, sheet, artery=True, wall_mm=0.3, salt=411)
    s.vessel(c, "suprascapular vein", vein, sheet, artery=False, wall_mm=0.15, salt=421)
    return nerve


def _resting(c: Canvas, at: Layers, u_mm: float, half: tuple[float, float]) -> s.Course:
    """A tube on the floor, along the slant of the bundle, up to where the spine of the scapula begins."""
    across, along = c.u.ravel(), c.w.ravel()
    knots: list[s.Knot] = []
    for w in (-15.5, -14.0, -7.0, 0.0, 7.0, 14.0):
        u = u_mm + SLANT * w
        row, column = int(np.argmin(np.abs(along - w))), int(np.argmin(np.abs(across - u)))
        knots.append((w, u, float(at.floor[row, column, 0]) - half[1] - 0.9, *half))
    w, u, y, _, _ = knots[0]
    return s.course(c, (w - 1.0, u, y, 0.0, 0.0), *knots)


def cyst(c: Canvas, p: Values, at: Layers) -> None:
    """A cyst in the hollow before the spinoglenoid notch, at the outer end of the floor."""
    half = CYST_MM[int(p["cyst_grade"])]
    if not half:
        return
    part = c.part("paralabral cyst", Kind.JOINT_FLUID, "joint_fluid")
    size = (half, 0.6 * half, half + 2.0)
    y = at.deepest_mm - 6.0 - 0.4 * half
    d = s.egg(c, (-18.5, y, -5.0), size) + 0.3 * c.noise((4.0, 3.0, 4.0), 351)
    v, near = s.around(c, np.maximum(d, c.y - at.floor - 0.2).astype(np.float32))
    v.lay(part, near)
