"""Bones, muscles, vessels and nerve before the rim of the pelvis; see `peng`."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import ripple
from inplane.anatomy.windows.leg_parts import collared, louder

SLANT = -0.45
"""Vessels, nerve and muscles over the rim, dx / dz. Chosen: they run down the body, which the view crosses aslant."""
TENDON_MM = 4.0
"""Middle of the psoas tendon. Chosen: in the notch, against the slope of the eminence."""
RIM_MM = -13.0
"""Acetabular rim along z: below it lies the joint. Chosen: a probe's thickness below the view."""
HEAD_MM, HEAD_Z_MM = 23.0, -34.0
"""Radius and middle of the femoral head. Chosen: 46 mm across; it ends below the view."""
FLUID_MM = (0.5, 1.8, 3.4, 5.5)
"""Before the head by grade. Chosen: none, below, about and above what is called an effusion."""
CAP_MM = 7.0
"""How deep into bone a named place reaches. Chosen: more than is ever seen."""
TENDON_DB, NERVE_DB, DARK_DB = 10.0, 13.5, -4.0
"""Tendon, nerve and muscles on the bone above others. Chosen: at 3.5 MHz fine structure is lost in the mean, and
tendon and nerve are bright ovals in dark muscle."""
BONE_KNOTS = (
    (-95, 46), (-64, 36), (-50, 21), (-41, 4), (-33, -8), (-26, -11), (-19, -8), (-10, -1), (-3, 0.5), (3, 0.2),
    (9, -2.2), (14, -3), (19, -2), (27, 2), (42, 6), (62, 9), (95, 15),
)  # fmt: skip
"""Surface of the bone, x and how much deeper than at the target (mm). Chosen: spine, notch, eminence and ramus as drawn
in descriptions of the view."""
MUSCLE_KNOTS = (
    (-95, 26), (-50, 24), (-40, 17), (-26, 6), (-9, 0), (7, 2.5), (17, 8), (27, 13.5), (37, 12.5), (50, 8), (68, 5),
    (95, 4),
)  # fmt: skip
"""Front of iliopsoas and pectineus, x and how much deeper than at its highest (mm). Chosen: the gutter that holds the
vessels lies where both meet."""
PLACES = (
    ("anterior inferior iliac spine", -44.0, -13.0),
    ("iliopubic eminence", 4.0, 21.0),
    ("superior pubic ramus", 21.0, 95.0),
)
"""Named places of the hip bone: from and to x."""


def along_u(c: Canvas, knots: Sequence[tuple[float, float]]) -> Field:
    """(1, nx, 1) a smooth profile across."""
    table = np.array(knots, np.float64)
    smooth: Any = PchipInterpolator(table[:, 0], table[:, 1])
    across = c.u.ravel().astype(np.float64)
    return np.asarray(np.round(smooth(across) * 1024) / 1024, np.float32)[None, :, None]


def bone_mm(p: Values) -> float:
    """Depth of the bone at the target."""
    return p["skin_mm"] + p["fat_mm"] + p["under_fascia_mm"]


def bone_surface(c: Canvas, p: Values) -> Field:
    """Depth of the hip bone; the iliac fossa falls away above the rim."""
    knots = [(x, y * p["spine_rise"] if x <= -3 else y) for x, y in BONE_KNOTS]
    fossa = 0.012 * np.clip(c.w - 6.0, 0, 30) ** 2
    return (bone_mm(p) + along_u(c, knots) + fossa + 0.35 * ripple(c, 14.0, 231)).astype(np.float32)


def muscle_front(c: Canvas, p: Values) -> Field:
    """Depth of fascia iliaca and pectineal fascia."""
    top = p["skin_mm"] + p["fat_mm"] + p["fascia_gap_mm"]
    return (top + along_u(c, MUSCLE_KNOTS) + 0.5 * ripple(c, 18.0, 233)).astype(np.float32)


def plane_mm(c: Canvas, p: Values) -> Field:
    """Thickness of the loose tissue on the bone: thin beneath the tendon, thicker at its edges."""
    away = c.u - TENDON_MM
    corners = np.exp(-(((away + 7.5) / 4.0) ** 2)) + 0.7 * np.exp(-(((away - 7.5) / 4.0) ** 2))
    ends = np.clip((c.u + 21.0) / 6.0, 0, 1) * np.clip((24.0 - c.u) / 6.0, 0, 1)
    return (p["plane_mm"] * (0.85 + corners) * ends).astype(np.float32)


def hip(c: Canvas, p: Values, surface: Field) -> None:
    """Hip bone with its named places; femoral head, cartilage, recess and capsule of the joint below the view."""
    middle = (-8.0, bone_mm(p) + HEAD_MM - 2.0, HEAD_Z_MM)
    ball = s.egg(c, middle, (HEAD_MM, HEAD_MM, HEAD_MM))
    fluid = 1.6 + FLUID_MM[int(p["effusion_grade"])]
    s.shaped(c, ("anterior joint capsule", Kind.CAPSULE, "connective"), ball - fluid - 2.2, -6.0 * DB)
    s.shaped(c, ("joint recess", Kind.JOINT_FLUID, "joint_fluid"), ball - fluid)
    s.shaped(c, ("articular cartilage", Kind.CARTILAGE, "cartilage"), ball - 1.6)
    s.bone(c, "femur", ball, salt=301)
    steep = np.gradient(surface, c.spacing_mm, axis=1)
    d = (surface - c.y) / np.sqrt(1.0 + np.minimum(steep, 2.0) ** 2)
    d = np.maximum(d, np.minimum(RIM_MM - c.w, 14.0 - c.u)).astype(np.float32)
    s.bone(c, "hip bone", d, salt=311)
    own = next(part.label for part in c.structures if part.name == "hip bone")
    for name, low, high in PLACES:
        part = c.part(name, Kind.BONE, "cortical_bone")
        c.labels[(c.labels == own) & (d > -CAP_MM) & (c.u > low) & (c.u < high)] = part.label


def _slanted(c: Canvas, u: float, y: float, half: tuple[float, float]) -> s.Course:
    """A course down the body: knots at the view and at both ends of the window."""
    return s.course(c, *((w, u + SLANT * w, y, *half) for w in (-26.0, 0.0, 26.0)))


def muscles(c: Canvas, p: Values, surface: Field, sheet: Part) -> None:
    """Iliopsoas and pectineus on the bone; sartorius, tensor fasciae latae and the gluteal muscles lateral to them."""
    top, deep, front = p["skin_mm"] + p["fat_mm"], bone_mm(p), muscle_front(c, p)
    v = c.window((-48.0, 90.0), (top - 1.0, deep + 20.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    cut = slice(first, first + v.u.size)
    inside = np.maximum(front[:, cut] - v.y, v.y - (surface - plane_mm(c, p))[:, cut]).astype(np.float32)
    middle = 0.5 * (top + p["fascia_gap_mm"] + deep)
    along = (SLANT, 0.1, 1.0)
    pair = [
        s.Belly(name="iliopsoas", at=_slanted(c, -10.0, middle, (34.0, 20.0)), along=along),
        s.Belly(name="pectineus", at=_slanted(c, 58.0, middle + 8.0, (26.0, 17.0)), along=(0.6, 0.1, 1.0)),
    ]
    s.bellies(v, pair, inside, sheet, salt=401)
    for name in ("iliopsoas", "pectineus"):
        louder(c, name, DARK_DB)
    left = c.window((-90.0, -6.0), (top - 1.0, deep + 45.0))
    below = (top + 0.3 - left.y) + np.zeros_like(left.power)
    side = [
        s.Belly(name="sartorius", at=_slanted(c, -29.0, top + 5.0, (13.0, 4.6)), along=(0.5, 0.0, 0.9)),
        s.Belly(name="tensor fasciae latae", at=_slanted(c, -58.0, top + 8.0, (15.0, 6.5)), along=(-0.2, 0.0, 1.0)),
        s.Belly(name="gluteus medius", at=_slanted(c, -70.0, top + 25.0, (19.0, 10.0)), along=(-0.5, 0.2, 0.8)),
        s.Belly(name="gluteus minimus", at=_slanted(c, -60.0, top + 42.0, (17.0, 7.5)), along=(-0.5, 0.3, 0.8)),
    ]
    s.bellies(left, side, below.astype(np.float32), sheet, salt=451)
    right = c.window((48.0, 95.0), (top - 1.0, top + 20.0))
    longus = [s.Belly(name="adductor longus", at=_slanted(c, 82.0, top + 7.0, (18.0, 6.0)), along=(0.8, 0.1, 0.6))]
    s.bellies(right, longus, (top + 0.3 - right.y + np.zeros_like(right.power)).astype(np.float32), sheet, salt=491)


def fasciae(c: Canvas, p: Values) -> None:
    """Fascia iliaca over iliopsoas and the femoral nerve; pectineal fascia medial to the vessels."""
    front = muscle_front(c, p)
    for name, low, high, salt in (("fascia iliaca", -40.0, 24.0, 501), ("pectineal fascia", 31.0, 84.0, 503)):
        part = c.part(name, Kind.FASCIA, "connective")
        across = c.window((low, high), (0.0, 0.0)).u.ravel()
        first = int(np.count_nonzero(c.u.ravel() < across[0]))
        deep = front[:, first : first + across.size]
        v = c.window((low, high), (float(deep.min()) - 1.0, float(deep.max()) + 1.0))
        v.sheet(part, v.y - deep, 0.6, uneven(v, salt))


def plane(c: Canvas, p: Values, surface: Field) -> None:
    """Loose tissue between psoas tendon and bone: opens as one space, as the bursa next to it does."""
    thick = plane_mm(c, p)
    d = np.maximum(surface - thick - c.y, c.y - surface - 0.5)
    v, near = s.around(c, np.maximum(d, RIM_MM - c.w).astype(np.float32))
    part = v.part("pericapsular plane", Kind.BURSA, "fat", louder_db=9.0)
    v.lay(part, near, 10.0 * v.noise((3.0, 0.6, 3.0), 511))


def tendons(c: Canvas, p: Values, surface: Field, sheet: Part) -> None:
    """Psoas tendon in the back of iliopsoas, just off the bone; origin of rectus femoris on the spine."""
    a = p["tendon_round_mm"] / 5.05
    b = 0.57 * a
    at = surface[c.w.size // 2, :, 0]
    here = float(np.interp(TENDON_MM, c.u.ravel(), at))
    y = here - 0.75 * p["plane_mm"] - b
    psoas = s.course(
        c, (-26.0, TENDON_MM + 7.0, y, a, b), (0.0, TENDON_MM, y, a, b), (26.0, TENDON_MM - 7.0, y - 1.0, a, b)
    )
    s.tendon(c, "psoas tendon", psoas, sheet, salt=521, louder_db=9.0)
    louder(c, "psoas tendon", TENDON_DB)
    spine = float(np.interp(-29.0, c.u.ravel(), at))
    origin = s.course(
        c, (-26.0, -24.0, spine - 6.0, 7.0, 3.2), (0.0, -29.0, spine - 2.6, 6.5, 2.4), (9.0, -31.0, spine, 0.0, 0.0)
    )
    s.tendon(c, "rectus femoris tendon", origin, sheet, salt=531, whole="rectus femoris")


def bundle(c: Canvas, p: Values, sheet: Part) -> None:
    """Femoral artery and vein in the gutter between the muscles, the nerve on iliopsoas lateral to them."""
    at = muscle_front(c, p)[c.w.size // 2, :, 0]

    def front(u: float) -> float:
        return float(np.interp(u, c.u.ravel(), at))

    r, v = p["artery_radius_mm"], p["vein_radius_mm"]
    u = p["artery_medial_mm"]
    artery = _slanted(c, u, front(27.0) - r - 0.8, (r, r))
    vein = _slanted(c, u + r + v + 1.6, front(37.0) - 0.8 * v, (1.1 * v, 0.85 * v))
    collared(c, vein, sheet, 541)
    s.vessel(c, "femoral vein", vein, sheet, artery=False, wall_mm=0.4, salt=551)
    s.vessel(c, "femoral artery", artery, sheet, artery=True, wall_mm=0.9, salt=561)
    a, b = 0.5 * p["nerve_width_mm"], 0.5 * p["nerve_thickness_mm"]
    x = u - r - p["nerve_gap_mm"] - a
    s.nerve(c, "femoral nerve", _slanted(c, x, front(x) + b + 1.0, (a, b)), sheet, salt=571)
    louder(c, "femoral nerve", NERVE_DB)
