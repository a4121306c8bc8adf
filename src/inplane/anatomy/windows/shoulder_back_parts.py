"""Humeral head, socket, labrum, recess, infraspinatus and the bundle at the spinoglenoid notch; see `shoulder_back`."""

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere, ripple, within
from inplane.anatomy.windows.leg_parts import collared, deep_fat, louder
from inplane.anatomy.windows.shoulder_bent import below, muscle_layer, profile, tendon_layer

HEAD_MM = -15.0
"""The head's middle along x. Chosen: the joint's line then lies in the middle of the picture."""
RIM_RAD = radians(38.0)
"""The rim of the socket behind, as an angle about the head's middle from the axis that points at the socket. Chosen:
the rim lies a little deeper than the top of the head, as seen from behind."""
TALL = 0.62
"""The socket's width of its height. Chosen: pear-shaped, higher than wide."""
GAP_MM, LABRUM_MM, LABRUM_TALL_MM = 1.4, 6.0, 4.2
"""Between the head's cartilage and the socket's bone; length of the labrum and its height at the rim. Chosen."""
RECESS_MM = (0.8, 1.8, 3.4, 5.6)
"""Fluid at its thickest by grade. Chosen: 7 mm after 8 to 12 ml of fluid (ZUBLER) lies above the greatest."""
CAPSULE_MM = 0.9
"""Chosen: thicker than a voxel, so that it is seen."""
HIDDEN_MM = 7.0
"""Cartilage within the socket that is laid. Chosen: what lies deeper is in the shadow of the rim; of cartilage and
labrum only the back is laid, for the front lies in the shadow of the head."""
RECESS_AT_MM = 9.0
"""The recess's thickest place along the head's surface from the rim. Chosen: just beyond the labrum's edge."""
NOTCH = (
    (-2.0, 0.2),
    (0.0, 0.0),
    (2.5, 0.5),
    (5.0, 3.4),
    (8.5, 8.8),
    (12.0, 11.0),
    (18.0, 11.2),
    (22.0, 9.6),
    (29.0, 5.0),
)
"""The bone's surface from the rim to the middle: place and how far beneath the rim. Chosen: a hollow 12.8 mm wide and
11.7 mm deep between socket and spine (ZHAO)."""
BUNDLE_MM = 14.6
"""The nerve from the rim along x. Chosen: on the hollow's floor, inside of the vessels' fat."""
BONE_MM = 9.0
DELTOID = ((-44.0, 1.35), (HEAD_MM, 1.0), (5.0, 0.8), (20.0, 0.5), (34.0, 0.25))
"""Thickness of deltoid along x, of that over the head. Chosen: it ends at the spine of the scapula."""
LABRUM_DB, TENDON_DB = 12.0, 3.0
"""Labrum and tendon within infraspinatus above their tissues. Chosen: the labrum is seen as a bright triangle though
it lies in the shade of the curved capsule."""
BED_DB = 3.0
"""Fat of the notch above other fat. Chosen: bright enough for dark vessels, duller than the nerve."""
WALL_MM, WALL_DB = 0.5, -12.0
"""Walls of vessels: as thick as these voxels lay them, so that the bright rim lies outside; and above other walls.
Chosen: thinner in life, so that the lumen seems as wide as it is."""
NERVE_DB = 10.0
"""The nerve above other nerves. Chosen: its fascicles are too small for this depth, only its brightness is seen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """The joint in coordinates about the head.

    Args:
        deltoid, infraspinatus: depth (mm) of the deep face of deltoid; both faces of infraspinatus.
        blade: depth of the scapula's surface. rim_mm: x and depth of the rim in the picture.
        off: distance from the head's bone. beyond: way along the head's surface from the rim, outwards.
        middle_mm: depth of the head's middle.
    """

    deltoid: Field
    infraspinatus: tuple[Field, Field]
    blade: Field
    rim_mm: tuple[float, float]
    off: Field
    beyond: Field
    middle_mm: float


def joint(c: Canvas, p: Values, fascia_mm: Field) -> Joint:
    """From the skin to the bone: what lies over the head sets how deep the head lies."""
    r = p["head_radius_mm"]
    capsule = p["cartilage_mm"] + RECESS_MM[0] + CAPSULE_MM
    top = p["skin_mm"] + p["fat_mm"] + p["deltoid_mm"] + p["infraspinatus_mm"] + capsule
    middle = top + r
    du, dy = c.u - HEAD_MM, c.y - middle
    away = np.sqrt(du * du + dy * dy + c.w * c.w) + 1e-3
    toward = np.arccos(np.clip(du / np.sqrt(du * du + dy * dy + (TALL * c.w) ** 2 + 1e-3), -1, 1))
    reach = r + p["cartilage_mm"] + GAP_MM
    rim = HEAD_MM + reach * cos(RIM_RAD), middle - reach * sin(RIM_RAD)
    blade = rim[1] + profile(c.u - rim[0], NOTCH) + 0.05 * c.w * c.w / 10.0 + 0.3 * ripple(c, 9.0, 231)
    roof = _roof(c, r + capsule - 0.3, middle, blade, rim)
    deltoid = fascia_mm + p["deltoid_mm"] * profile(c.u, DELTOID) + 0.3 * ripple(c, 15.0, 233)
    return Joint(
        deltoid=np.minimum(deltoid, roof - 2.5).astype(np.float32),
        infraspinatus=(np.minimum(deltoid + 0.6, roof - 2.0).astype(np.float32), roof),
        blade=blade.astype(np.float32),
        rim_mm=rim,
        off=(away - r).astype(np.float32),
        beyond=((toward - RIM_RAD) * r).astype(np.float32),
        middle_mm=middle,
    )


def _roof(c: Canvas, r: float, middle: float, blade: Field, rim: tuple[float, float]) -> Field:
    """Depth of what infraspinatus lies on: the head in its capsule, the rim, the blade."""
    over = np.clip(r * r - (c.u - HEAD_MM) ** 2 - c.w * c.w, 0.0, None)
    ball = np.where(c.u < HEAD_MM, middle - np.maximum(np.sqrt(over), 0.35 * r), middle - np.sqrt(over))
    lip = rim[1] - 3.6 + 0.5 * np.abs(c.u - rim[0] + 1.0) + 0.0 * ball
    return np.minimum(np.minimum(ball, lip), blade - 0.6).astype(np.float32)


def muscles(c: Canvas, at: Joint, fascia_mm: Field, sheet: Part) -> None:
    """Deltoid, and infraspinatus with the tendon that gathers within it towards the arm."""
    part = c.part("deltoid", Kind.MUSCLE, "muscle", along=(0.7, 0.05, 0.7))
    muscle_layer(c, (part, sheet), (fascia_mm, at.deltoid), (0.8, 0.05, 0.6), 301)
    c.sheet(sheet, below(c, at.deltoid), 0.6, uneven(c, 305))
    along = (1.0, 0.08, 0.12)
    over, under = at.infraspinatus
    part = c.part("infraspinatus", Kind.MUSCLE, "muscle", along=along)
    muscle_layer(c, (part, sheet), (over, under), along, 311)
    thick = profile(c.u, ((-36.0, 5.2), (-18.0, 4.0), (-4.0, 2.4), (5.0, 1.0), (12.0, 0.0)))
    middle = over + (under - over) * profile(c.u, ((-34.0, 0.62), (-14.0, 0.55), (8.0, 0.42), (22.0, 0.35)))
    half = 0.5 * thick * np.clip((under - over) / 8.0, 0.3, 1.0)
    ends = np.maximum(middle - half, over + 0.3).astype(np.float32), np.minimum(middle + half, under).astype(np.float32)
    cord = c.part("infraspinatus tendon", Kind.TENDON, "tendon", along=along, louder_db=TENDON_DB)
    v = c.window((-1e3, 11.0), (0.0, 1e3))
    n = v.u.size
    whole = np.full_like(v.power[:, :, :1], -9.0)
    tendon_layer(v, [(cord, whole)], (ends[0][:, :n], ends[1][:, :n]), 321)


def capsule(c: Canvas, p: Values, at: Joint, sheet: Part) -> None:
    """Capsule over the recess, the fluid in it, labrum and cartilage, from the outside inwards."""
    smooth = p["cartilage_mm"] * np.clip((20.0 - at.beyond) / 4.0, 0, 1)
    fluid = _fluid(p, at)
    thin = CAPSULE_MM * np.clip((24.0 - at.beyond) / 8.0, 0, 1)
    band = within(at.off - smooth - fluid - thin, -at.beyond - 2.0, at.beyond - 24.0)
    name = "posterior glenohumeral joint capsule"
    v, near = s.around(c, everywhere(c, band))
    v.lay(v.part(name, Kind.CAPSULE, "connective", louder_db=-2.0), near, 8.0 * v.noise((3.0, 0.7, 3.0), 331))
    v, near = s.around(c, everywhere(c, at.off - smooth - fluid, 3.0 - at.beyond, at.beyond - 19.0))
    v.lay(v.part("glenohumeral joint recess", Kind.JOINT_FLUID, "joint_fluid"), near)
    tall = LABRUM_TALL_MM * np.clip(1.0 - at.beyond / LABRUM_MM, 0.0, 1.0) ** 0.8
    lip = within(at.off - smooth - 0.6 - tall, -at.beyond - 2.4, at.beyond - LABRUM_MM)
    behind = c.y - at.middle_mm
    v, near = s.around(c, everywhere(c, lip, p["cartilage_mm"] + 0.4 - at.off, behind))
    v.lay(
        v.part("glenoid labrum", Kind.LABRUM, "labrum", louder_db=LABRUM_DB), near, 9.0 * v.noise((1.0, 0.6, 1.0), 341)
    )
    v, near = s.around(c, everywhere(c, at.off - smooth, at.beyond - 20.0, -at.beyond - HIDDEN_MM, behind))
    v.mix(sheet, (0.5 * np.clip(1.0 - np.abs(near - 0.1) / 0.3, 0, 1)).astype(np.float32))
    v.lay(v.part("humeral head cartilage", Kind.CARTILAGE, "cartilage"), near, 5.0 * v.noise((2.0, 1.0, 2.0), 351))


def _fluid(p: Values, at: Joint) -> Field:
    """Thickness of the recess along the head's surface."""
    most = RECESS_MM[int(p["effusion_grade"])]
    lens = np.clip(1.0 - ((at.beyond - RECESS_AT_MM) / 9.5) ** 2, 0.0, 1.0)
    film = RECESS_MM[0] * np.clip((19.0 - at.beyond) / 4.0, 0, 1)
    return np.maximum(film, most * lens).astype(np.float32)


def target(p: Values, at: Joint) -> tuple[float, float]:
    """x and depth of the middle of the recess beside the labrum."""
    turn = RIM_RAD + RECESS_AT_MM / p["head_radius_mm"]
    reach = p["head_radius_mm"] + p["cartilage_mm"] + 0.5 * RECESS_MM[int(p["effusion_grade"])]
    return HEAD_MM + reach * cos(turn), at.middle_mm - reach * sin(turn)


def bones(c: Canvas, p: Values, at: Joint) -> None:
    """Head with greater tubercle and shaft; socket, neck and blade of the scapula; its spine and acromion above."""
    r = p["head_radius_mm"]
    tubercle = s.egg(c, (HEAD_MM - 0.8 * r, at.middle_mm - 0.15 * r, 3.0), (0.45 * r, 0.6 * r, 20.0))
    shaft = s.rod(c, ((HEAD_MM - 8.0, at.middle_mm, -12.0), (HEAD_MM - 16.0, at.middle_mm + 2.0, -60.0)), (17.0, 12.0))
    s.bone(c, "humerus", s.together([at.off, tubercle, shaft], 3.0), salt=361)
    socket = p["cartilage_mm"] + GAP_MM - at.off
    blade = within(below(c, at.blade), c.y - at.blade - BONE_MM - 12.0 * np.clip((14.0 - c.u) / 20.0, 0, 1))
    s.bone(c, "glenoid", everywhere(c, blade, socket, at.rim_mm[0] - 1.5 - c.u), salt=363)
    top = p["skin_mm"] + p["fat_mm"] + 1.0
    spine = within(17.0 - c.w + 0.15 * (c.y - top), top - c.y, 4.0 - c.u)
    s.bone(c, "scapula", everywhere(c, spine), salt=365)
    s.bone(c, "acromion", s.egg(c, (-12.0, top + 5.0, 34.0), (26.0, 5.5, 17.0), 4.0), salt=367)


def bundle(c: Canvas, p: Values, at: Joint, sheet: Part) -> None:
    """Nerve, artery and vein in fat on the floor of the spinoglenoid notch, which they pass from above."""
    x = at.rim_mm[0] + BUNDLE_MM
    bed = at.blade - 0.6 - 5.0 * profile(np.abs(c.u - x - 1.0), ((7.5, 1.0), (13.0, 0.15), (16.0, 0.0)))
    v, near = s.around(c, everywhere(c, bed - c.y, c.y - at.blade - 1.0, at.rim_mm[0] + 2.0 - c.u))
    deep_fat(v, near, sheet, BED_DB, 371)
    row, across = int(np.argmin(np.abs(c.w.ravel()))), c.u.ravel()
    b, r, q = 0.5 * p["nerve_mm"], p["artery_radius_mm"], 0.5 * p["vein_mm"]

    def tube(u: float, a: float, half: float) -> s.Course:
        beneath = np.abs(across - u) < a + 0.5
        y = float(at.blade[row, beneath, 0].min()) - half - 0.8
        return s.course(c, (22.0, u - 4.0, y - 1.5, a, half), (0.0, u, y, a, half), (-22.0, u + 5.0, y, a, half))

    nerve = tube(x, 1.25 * b, b)
    artery = tube(x - 1.25 * b - 1.5 - r, r, r)
    vein = tube(x + 1.25 * b + 1.4 + 1.1 * q, 1.1 * q, q)
    s.nerve(c, "suprascapular nerve", nerve, sheet, salt=401)
    louder(c, "suprascapular nerve", NERVE_DB)
    for n, (name, at_) in enumerate((("artery", artery), ("vein", vein))):
        collared(c, at_, sheet, 431 + n)
        collared(c, at_, sheet, 435 + n)
        s.vessel(c, f"suprascapular {name}", at_, sheet, artery=name == "artery", wall_mm=WALL_MM, salt=411 + 10 * n)
        louder(c, f"suprascapular {name} wall", WALL_DB)
