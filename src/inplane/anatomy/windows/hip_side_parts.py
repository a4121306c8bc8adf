"""Trochanter, gluteal tendons, bursa, iliotibial band, muscles and sciatic nerve of the outer hip; see `hip_side`.

Surfaces are depths (mm) over the skin, told by the place on it, so that each part is painted on its own strip.
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import muscle, ripple, within
from inplane.anatomy.windows.gluteal_parts import sciatic
from inplane.anatomy.windows.shoulder_bent import below, between, profile, steepness

BURSA_MM = (1.3, 1.4, 3.6, 5.2)
"""Bursa at its thickest by grade. Chosen: a film of nearly three voxels, more than in life, for at 5 MHz a thinner one
is not seen; then fluid."""
SWOLLEN_MM, DULL_DB = (0.0, 1.4, 1.4, 1.8), (0.0, 2.5, 2.5, 2.5)
"""Tendinosis by grade: thicker and darker. Chosen: no measurement was read."""
TEAR = (0.0, 0.0, 0.0, 0.62)
"""Height of a partial tear by grade, of the tendon's thickness. Chosen: seen, and not through all of it."""
TENDON_DB = 8.0
"""Gluteal tendons beside other ones. Chosen: at 5 MHz a tendon cut across must stand out from fluid and muscle."""
FAT_MM, STRIPE_DB = 1.0, 9.0
"""Fat between gluteus maximus and its bursa, and how much brighter than other fat it is. Chosen: a bright line over the
dark one."""
BAND_DB = 1.0
"""Iliotibial band beside other connective tissue. Chosen: a bright band, not as bright as a single sheet."""
ANTERIOR_MM, POSTERIOR_MM = 12.0, -24.0
"""Where the medius tendon ends on either side of the roof's ridge, at RIDGE_MM."""
RIDGE_MM, VIEW_MM = 5.0, 0.0
BONE = (
    (-60.0, 66.0), (-33.0, 40.0), (-28.5, 26.0), (-25.0, 16.0), (-21.0, 8.6), (-15.0, 5.0), (-5.0, 1.6), (1.0, 0.35),
    (5.0, 0.0), (8.0, 0.8), (12.0, 3.2), (20.0, 9.0), (29.0, 17.0), (35.0, 27.0), (41.0, 42.0), (60.0, 66.0),
)  # fmt: skip
"""Trochanter below its ridge across. Chosen: lateral facet behind, anterior facet before the ridge, a roof of 130
degrees, as drawn on published pictures."""
BEHIND = ((-60.0, 33.0), (-45.0, 24.0), (-36.0, 18.0), (-30.0, 13.5), (-24.0, 8.5), (-21.0, 6.4))
"""Underside of gluteus maximus behind the trochanter, below the ridge. Chosen: it turns inwards there."""
TENDON = ((-24.0, 0.1), (-21.0, 0.42), (-15.0, 0.95), (-5.0, 1.0), (4.0, 0.85), (8.5, 0.5), (12.0, 0.1))
"""Thickness of the medius tendon across, of its whole."""
MINIMUS = ((8.0, 0.1), (12.0, 0.6), (17.0, 1.0), (24.0, 0.9), (30.0, 0.45), (34.0, 0.1))


def fascia_mm(p: Values) -> float:
    """Depth of the underside of the fat, where the iliotibial band begins."""
    return p["skin_mm"] + p["fat_mm"]


def tendon_mm(p: Values) -> float:
    """Thickness of the gluteus medius tendon with what tendinosis adds."""
    return p["tendon_mm"] + SWOLLEN_MM[int(p["pain_grade"])]


def ridge_mm(p: Values) -> float:
    """Depth of the trochanter's ridge: band, bursa and tendon lie over it."""
    return fascia_mm(p) + p["band_mm"] + BURSA_MM[int(p["pain_grade"])] + FAT_MM + tendon_mm(p) - 0.9


def _fall(v: Canvas) -> Field:
    """How the trochanter falls away above and below the view."""
    return profile(v.w, ((-26.0, 2.4), (-12.0, 0.5), (2.0, 0.0), (12.0, 2.2), (20.0, 7.0), (27.0, 15.0)))


def bone(v: Canvas, p: Values) -> Field:
    """Depth of the trochanter; rough where the tendon is sick."""
    rough = (0.12 + 0.13 * p["pain_grade"]) * ripple(v, 3.2, 41)
    return ridge_mm(p) + profile(v.u - 0.06 * v.w, BONE) + _fall(v) + rough


def top(v: Canvas, p: Values) -> Field:
    """Upper side of the gluteus medius tendon, behind it the bed of gluteus maximus."""
    tendon = profile(v.u, BONE) - tendon_mm(p) * profile(v.u, TENDON)
    behind = profile(v.u, BEHIND)
    share = profile(v.u, ((-23.0, 1.0), (-17.0, 0.0)))
    return ridge_mm(p) + share * behind + (1 - share) * tendon + _fall(v)


def fluid(v: Canvas, p: Values) -> Field:
    """Thickness of the bursa across."""
    shape = profile(v.u, ((-30.0, 0.35), (-20.0, 1.0), (-10.0, 1.0), (-2.0, 0.7), (5.0, 0.35)))
    return BURSA_MM[int(p["pain_grade"])] * shape * (1.0 + 0.12 * ripple(v, 6.0, 43))


def band(v: Canvas, p: Values) -> Field:
    """Thickness of the iliotibial band and of the fascia that it goes on in."""
    return p["band_mm"] * profile(
        v.u, ((-60.0, 0.3), (-32.0, 0.4), (-10.0, 1.0), (12.0, 1.0), (26.0, 0.4), (60.0, 0.3))
    )


def underside(v: Canvas, p: Values) -> Field:
    """Of gluteus maximus behind, of the iliotibial band over the ridge."""
    steep = np.minimum(steepness(v, top(v, p)), 1.3)
    return np.maximum(top(v, p) - (fluid(v, p) + FAT_MM) * steep, fascia_mm(p) + band(v, p))


def tensor(v: Canvas, p: Values) -> Field:
    """Underside of tensor fasciae latae before the ridge."""
    return fascia_mm(p) + band(v, p) + profile(v.u, ((14.0, 0.0), (22.0, 5.0), (34.0, 11.0), (60.0, 14.0)))


def minimus(v: Canvas, p: Values) -> Field:
    """Upper side of the gluteus minimus tendon on the anterior facet and of the muscle before it."""
    thick = p["minimus_mm"] * profile(v.u, MINIMUS)
    front = profile(v.u, ((26.0, 14.6), (34.0, 21.0), (46.0, 28.0), (66.0, 36.0)))
    share = profile(v.u, ((25.0, 0.0), (33.0, 1.0)))
    return ridge_mm(p) + share * front + (1 - share) * (profile(v.u, BONE) - 1.25 * thick) + _fall(v)


def muscles(c: Canvas, p: Values, sheet: Part) -> None:
    """Gluteus maximus behind, tensor fasciae latae before, gluteus medius and minimus beneath it, quadratus femoris."""
    f = fascia_mm(p)
    v = c.window((-70.0, 0.0), (f - 1.0, f + 62.0))
    big = within(f + band(v, p) - v.y, v.y - underside(v, p), v.u + 2.0 + 0.0 * v.w)
    muscle(v, "gluteus maximus", big, (0.78, 0.3, -0.55), sheet, salt=301)
    square = within(top(v, p) + 11.0 - v.y, v.u + 27.0 + 0.15 * (v.y - ridge_mm(p)))
    muscle(v, "quadratus femoris", square, (0.35, 0.9, -0.1), sheet, salt=321)
    v = c.window((6.0, 70.0), (f - 1.0, f + 62.0))
    thin = within(f + band(v, p) - v.y, v.y - tensor(v, p), 15.0 - v.u + 0.0 * v.w)
    muscle(v, "tensor fasciae latae", thin, (0.25, 0.1, -0.95), sheet, salt=341)
    middle = within(tensor(v, p) + 0.8 - v.y, v.y - minimus(v, p) + 0.6, 8.0 - v.u + 0.9 * (minimus(v, p) - v.y))
    muscle(v, "gluteus medius", middle, (0.3, 0.2, 0.9), sheet, salt=361)
    small = within(minimus(v, p) + 0.6 - v.y, 29.0 - v.u + 0.0 * v.w)
    muscle(v, "gluteus minimus", small, (0.3, 0.45, 0.85), sheet, salt=381)


def _cord(c: Canvas, name: str, d: Field, dull: float, salt: int) -> None:
    """A tendon cut across: dots of fibrils along the limb, drawn out a little sideways."""
    along = (0.25, 0.0, 0.97)
    part = c.part(name, Kind.TENDON, "tendon", along=along, louder_db=TENDON_DB)
    v, near = s.around(c, d)
    lines, fibril = v.strands(near < v.spacing_mm, along, (2.2, 0.5, 0.16, 0.3, 30.0, 0.2), salt)
    v.lay(part, near, 12.0 * fibril - 8.0 + 40.0 * lines + dull)


def tendons(c: Canvas, p: Values, sheet: Part) -> None:
    """Gluteus medius tendon on the lateral facet, dark and thick in tendinosis; minimus tendon on the anterior one."""
    f, grade = fascia_mm(p), int(p["pain_grade"])
    v = c.window((POSTERIOR_MM - 2.0, 36.0), (f, f + 44.0))
    over, under = top(v, p), bone(v, p)
    thick = tendon_mm(p) * profile(v.u, TENDON) * steepness(v, under)
    d = within(
        between(v, np.maximum(over, under - thick), under + 0.4),
        POSTERIOR_MM - v.u + 0.0 * v.w,
        v.u - ANTERIOR_MM + 0.0 * v.w,
    )
    _cord(v, "gluteus medius tendon", d, -DULL_DB[grade] * DB, 401)
    if TEAR[grade]:
        _tear(v, p, under)
    v.sheet(sheet, np.where(v.u < ANTERIOR_MM, below(v, over), s.FAR), 0.3, 0.8 * uneven(v, 405))
    front = within(between(v, minimus(v, p), under + 0.4), 8.0 - v.u + 0.0 * v.w, v.u - 33.0 + 0.0 * v.w)
    _cord(v, "gluteus minimus tendon", np.maximum(front, -d), 0.0, 421)


def _tear(v: Canvas, p: Values, under: Field) -> None:
    """A partial tear at the deep front part of the tendon, where most are: a dark cleft on the bone."""
    part = v.part("gluteus medius partial tear", Kind.TENDON, "joint_fluid", whole="gluteus medius tendon")
    high = TEAR[3] * tendon_mm(p)
    q = ((v.u - 0.5) / 5.5) ** 2 + ((v.w - VIEW_MM) / 7.0) ** 2 + ((under - 0.2 - v.y) / high) ** 2
    cleft = (np.sqrt(q) - 1.0) * high + 0.35 * v.noise((2.0, 1.2, 2.5), 441)
    w, near = s.around(v, np.maximum(cleft, v.y - under).astype(np.float32))
    w.lay(part, near, 14.0 * w.noise((1.0, 0.6, 1.0), 443) + 40.0)


def bursa(c: Canvas, p: Values, sheet: Part) -> None:
    """Subgluteus maximus bursa: a film or a pool between gluteus maximus with the band and the medius tendon."""
    f, grade = fascia_mm(p), int(p["pain_grade"])
    v = c.window((-34.0, 12.0), (f, f + 34.0))
    under = top(v, p)
    over = under - fluid(v, p) * np.minimum(steepness(v, under), 1.3)
    stripe = v.part("peribursal fat", Kind.FAT, "fat", whole="intermuscular fat", louder_db=STRIPE_DB)
    w, near = s.around(v, within(between(v, over - FAT_MM, over), v.u - 6.0 + 0.0 * v.w))
    w.lay(stripe, near, 8.0 * w.noise((2.5, 0.6, 2.5), 459))
    q = np.sqrt(((v.u + 12.0) / (15.0 + 1.2 * grade)) ** 2 + (v.w / 22.0) ** 2)
    pool = np.maximum(between(v, over, under), (q - 1.0) * 8.0).astype(np.float32)
    part = v.part("subgluteus maximus bursa", Kind.BURSA, "joint_fluid")
    if grade >= 2:
        lining = v.part("bursal lining", Kind.BURSA, "muscle", whole="subgluteus maximus bursa", louder_db=3.0)
        w, wall = s.around(v, pool - 0.7)
        w.lay(lining, wall + 0.15 * w.noise((1.5, 1.5, 1.5), 461), 8.0 * w.noise((1.2, 0.5, 1.2), 462))
    w, inner = s.around(v, pool)
    w.lay(part, inner, 6.0 * w.noise((2.0, 1.0, 2.0), 463))
    w.sheet(sheet, inner - 0.5, 0.3, 0.5 * uneven(w, 465))
    w.labels[inner < 0] = part.label


def iliotibial_band(c: Canvas, p: Values) -> None:
    """The band over the ridge and behind it, in layers; it goes on as fascia over the muscles on either side."""
    f = fascia_mm(p)
    v = c.window((-70.0, 70.0), (f - 2.0, f + 6.0))
    thick = band(v, p)
    d = between(v, f + 0.3 * ripple(v, 14.0, 481), f + thick)
    part = v.part("iliotibial band", Kind.FASCIA, "connective", along=(0.0, 0.0, 1.0), louder_db=BAND_DB)
    w, near = s.around(v, d)
    layers, _ = w.strands(near < w.spacing_mm, (1.0, 0.0, 0.1), (2.6, 0.6, 0.3, 0.05, 40.0, 0.0), 483)
    w.lay(part, near, 12.0 * w.noise((4.0, 0.5, 5.0), 485) + 22.0 * layers - 16.0)


def trochanter(c: Canvas, p: Values) -> None:
    """The bone beneath it all."""
    f = fascia_mm(p)
    v = c.window((-45.0, 56.0), (f, 200.0))
    s.bone(v, "greater trochanter", below(v, bone(v, p)) + 0.0 * v.power[:1, :1, :1], salt=501)


def sciatic_nerve(c: Canvas, p: Values, sheet: Part) -> None:
    """Behind the trochanter, between gluteus maximus and quadratus femoris."""
    a = sqrt(p["sciatic_area_mm2"] * p["sciatic_flattening"] / pi)
    b = p["sciatic_area_mm2"] / (pi * a)
    u = -p["sciatic_behind_mm"]
    y = ridge_mm(p) + float(profile(np.array([u]), BEHIND)[0]) + b + 2.0
    at = s.course(c, (27.0, u - 3.0, y + 4.0, a, b), (0.0, u, y, a, b), (-27.0, u + 1.0, y + 0.5, a, b))
    sciatic(c, at, sheet, salt=521)
