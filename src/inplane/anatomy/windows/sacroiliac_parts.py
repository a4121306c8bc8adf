"""Sacrum with its second foramen, ilium, the cleft between them, ligaments and muscles; see `sacroiliac`.

Surfaces are depths (mm) over the skin, told by the place across.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import areolar
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import ripple, within
from inplane.anatomy.windows.gluteal_parts import wrapped_muscle
from inplane.anatomy.windows.leg_parts import louder
from inplane.anatomy.windows.shoulder_bent import below, between, profile

NARROWER, MOUTH_MM = (1.0, 0.8, 0.8, 0.8), (6.0, 5.0, 4.8, 4.6)
"""Of the cleft and its mouth by grade. Chosen: a needle of 0.7 mm still finds in."""
MIDLINE_MM, FORAMEN_MM, CLEFT_MM = 38.0, 20.5, -3.5
"""Places across: median crest, how far from it the foramen's middle lies, the middle of the cleft's mouth."""
SLANT, DEEP_MM = 0.5, 10.0
"""How far outwards the cleft runs for each millimeter that it goes deep, and how deep it is followed."""
SACRUM = (
    (0.0, -15.0), (3.0, -13.5), (7.0, -7.0), (12.0, 0.0), (16.0, 2.4), (24.5, 2.0), (30.0, -2.4), (34.0, -1.6),
    (38.0, 0.0), (41.0, 2.0), (48.0, 8.0),
)  # fmt: skip
"""Back of the sacrum from the median crest outwards, below the mouth of the cleft: groove, lateral crest, edge."""
ILIUM = (
    (-76.0, 13.0), (-56.0, 1.0), (-42.0, -7.0), (-29.0, -12.0), (-20.0, -11.5), (-13.0, -8.0), (-9.0, -4.0),
    (-5.5, 0.0), (-3.0, 4.0),
)  # fmt: skip
"""Back of the ilium below the mouth of the cleft: it rises outwards from the joint to its inferior spine."""
BRIDGE_MM = (5.0, 16.0)
"""Along z, where bone bridges the cleft at the highest grade. Chosen: above the view, which stays open."""
LIGAMENT_DB, DEEPER_DB = 12.0, 6.0
"""Posterior ligaments above other ones, and their deep short fibers below that. Chosen: a bright band over the dark
cleft."""


def mouth_mm(p: Values) -> float:
    """Depth of the cleft's mouth."""
    return float(np.clip(p["skin_mm"] + p["fat_mm"] + p["cover_mm"], 31.0, 55.0))


def cleft(v: Canvas, p: Values) -> tuple[Field, Field]:
    """Middle and half width of the cleft by depth: wide at its mouth, narrow within."""
    grade = int(p["wear_grade"])
    deep = v.y - mouth_mm(p)
    inner = p["cleft_mm"] * NARROWER[grade]
    flare = np.exp(-np.clip(deep, 0.0, None) / 3.0)
    middle = CLEFT_MM - SLANT * np.clip(deep, -3.0, None) + 0.3 * ripple(v, 11.0, 41)
    return middle, 0.5 * (inner + (MOUTH_MM[grade] - inner) * flare)


def sacrum(v: Canvas, p: Values) -> Field:
    """Depth of the back of the sacrum; the same to either side of its crest."""
    return mouth_mm(p) + profile(np.abs(v.u - MIDLINE_MM), SACRUM) + 0.5 * ripple(v, 8.0, 43)


def ilium(v: Canvas, p: Values) -> Field:
    """Depth of the back of the ilium."""
    return mouth_mm(p) + profile(v.u, ILIUM) + 0.4 * ripple(v, 10.0, 45)


def cover(v: Canvas, p: Values) -> Field:
    """Upper side of the posterior ligaments, from the ilium over the cleft to the lateral crest."""
    return mouth_mm(p) + profile(v.u, ((-22.0, -12.4), (-14.0, -10.5), (-4.0, -7.5), (8.0, -4.6), (13.0, -1.0)))


def _hole(v: Canvas, p: Values) -> Field:
    """Signed distance to the second posterior foramina, one to either side, which open forwards into the canal."""
    away = np.abs(v.u - MIDLINE_MM) - FORAMEN_MM
    half = 0.5 * p["foramen_mm"]
    q = np.sqrt((away / half) ** 2 + (v.w / (half + 1.5)) ** 2)
    return np.maximum((q - 1.0) * half, v.y - mouth_mm(p) - 17.0).astype(np.float32)


def bones(c: Canvas, p: Values, sheet: Part) -> None:
    """Sacrum and ilium with the cleft left open between them, the foramen's fat; by grade bony lips and a bridge."""
    g, grade = mouth_mm(p), int(p["wear_grade"])
    v = c.window((-40.0, 76.0), (g - 20.0, 200.0))
    middle, half = cleft(v, p)
    hole = _hole(v, p)
    bony = within(below(v, sacrum(v, p)), middle + half - v.u)
    if grade >= 2:
        bony = s.together([bony, s.egg(v, (CLEFT_MM + 5.4, g + 0.9, -1.0), (2.6, 2.4, 6.0))], 1.0)
    s.bone(v, "sacrum", within(bony, -hole), salt=501)
    crest = within(bony, np.abs(v.u - MIDLINE_MM) - 5.0, v.y - g + 4.0)
    _named(v, "median sacral crest", "sacrum", crest)
    part = v.part("posterior sacral foramen", Kind.FAT, "fat", louder_db=4.0)
    areolar(v, part, sheet, within(hole, sacrum(v, p) - 1.0 - v.y), 511)
    v = c.window((-82.0, 4.0), (g - 24.0, 200.0))
    middle, half = cleft(v, p)
    wing = within(below(v, ilium(v, p)), v.u - middle + half)
    if grade >= 2:
        wing = s.together([wing, s.egg(v, (CLEFT_MM - 4.4, g - 1.6, 1.0), (2.6, 2.6, 7.0))], 1.0)
    if grade >= 3:
        rung = s.egg(v, (CLEFT_MM, g + 0.5, 0.5 * sum(BRIDGE_MM)), (7.0, 2.6, 0.5 * (BRIDGE_MM[1] - BRIDGE_MM[0])))
        wing = s.together([wing, rung], 1.0)
    s.bone(v, "ilium", wing, salt=521)


def _named(v: Canvas, name: str, inside: str, d: Field) -> None:
    """A part of a bone by a name of its own; nothing is painted."""
    part = v.part(name, Kind.BONE, "cortical_bone")
    whole = [known.label for known in v.structures if known.name == inside]
    v.labels[(d < 0) & np.isin(v.labels, whole)] = part.label


def joint(c: Canvas, p: Values) -> None:
    """The synovial cleft, dark, beneath its capsule."""
    g = mouth_mm(p)
    v = c.window((-24.0, 8.0), (g - 6.0, g + DEEP_MM + 2.0))
    middle, half = cleft(v, p)
    swollen = p["recess_mm"]
    top = g - 0.4 - swollen
    room = within(np.abs(v.u - middle) - half - 0.3, top - v.y, v.y - g - DEEP_MM)
    free = np.isin(v.labels, [k.label for k in v.structures if k.kind is Kind.BONE])
    part = v.part("sacroiliac joint", Kind.JOINT_FLUID, "joint_fluid")
    capsule = v.part("sacroiliac joint capsule", Kind.CAPSULE, "connective", louder_db=-4.0)
    lid = within(np.abs(v.u - middle) - half - 1.2, np.abs(v.y - top + 0.3) - 0.6)
    v.lay(capsule, np.where(free, s.FAR, lid).astype(np.float32))
    v.lay(part, np.where(free, s.FAR, room).astype(np.float32), 5.0 * v.noise((2.0, 2.0, 3.0), 531))


def ligaments(c: Canvas, p: Values) -> None:
    """Posterior sacroiliac ligaments over the cleft: a bright band, fat and short fibers beneath it."""
    g = mouth_mm(p)
    v = c.window((-24.0, 15.0), (g - 18.0, g + 4.0))
    top = cover(v, p)
    band = within(between(v, top, top + p["ligament_mm"] + 1.0), -21.0 - v.u + 0.0 * v.w, v.u - 11.0 + 0.0 * v.w)
    part = v.part("posterior sacroiliac ligament", Kind.LIGAMENT, "tendon", louder_db=LIGAMENT_DB)
    w, near = s.around(v, np.broadcast_to(band, v.labels.shape))
    lines, fiber = w.strands(near < w.spacing_mm, (0.9, 0.25, 0.3), (2.0, 0.6, 0.15, 0.1, 30.0, 0.1), 541)
    w.lay(part, near, 12.0 * fiber - 10.0 + 36.0 * lines)
    deep = within(top + p["ligament_mm"] + 1.0 - v.y, v.y - g - 1.0, -16.0 - v.u, v.u - 8.0)
    w, near = s.around(v, deep)
    w.lay(part, near, 12.0 * w.noise((1.6, 0.8, 2.0), 545) - DEEPER_DB * DB)


def muscles(c: Canvas, p: Values, sheet: Part) -> None:
    """Multifidus in the groove of the sacrum, gluteus maximus from ilium and ligaments outwards, medius beneath it."""
    f, g = p["skin_mm"] + p["fat_mm"], mouth_mm(p)
    v = c.window((-82.0, 22.0), (f - 1.0, g + 24.0))
    border = 13.0 - 0.45 * (v.y - f)
    floor = np.minimum(ilium(v, p), np.where(v.u > -22.0, cover(v, p), np.float32(300.0)))
    outer = profile(v.u, ((-76.0, 26.0), (-50.0, 20.0), (-40.0, 30.0)))
    big = within(f + 0.2 - v.y, v.y - floor, v.u - border, v.y - f - outer)
    wrapped_muscle(v, "gluteus maximus", big, (0.75, -0.2, 0.6), sheet, salt=301)
    under = within(f + outer + 0.8 - v.y, v.u + 42.0)
    wrapped_muscle(v, "gluteus medius", under, (0.4, -0.2, 0.9), sheet, salt=321)
    v = c.window((2.0, 76.0), (f - 1.0, g + 8.0))
    inner = np.minimum(sacrum(v, p), np.where(v.u < 12.0, cover(v, p), np.float32(300.0)))
    deep = within(f + 0.2 - v.y, v.y - inner, 14.0 - 0.45 * (v.y - f) - v.u, 1.2 - np.abs(v.u - MIDLINE_MM))
    wrapped_muscle(v, "multifidus", deep, (0.2, 0.15, 0.95), sheet, salt=341)


def roots(c: Canvas, p: Values, sheet: Part) -> None:
    """The second sacral root beneath the foramen, with its fat."""
    g = mouth_mm(p)
    u, y, r = MIDLINE_MM - FORAMEN_MM, g + 2.4 + p["root_below_mm"], 0.5 * p["root_mm"]
    at = s.course(c, (20.0, u + 5.0, y + 1.5, r, r), (0.0, u, y, r, 0.85 * r), (-20.0, u - 4.0, y + 8.0, r, r))
    v = s.near(c, at, 6.0)
    part = v.part("posterior sacral foramen", Kind.FAT, "fat", louder_db=4.0)
    wide = s.Course(u=at.u, y=at.y, half=(at.half[0] + 2.2, at.half[1] + 2.2))
    tunnel = np.maximum(s.tubular(v, wide), np.abs(v.w) - 12.0).astype(np.float32)
    areolar(v, part, sheet, tunnel, 551)
    short = np.abs(c.w) < 11.0
    half = tuple(np.where(short, size, np.float32(0)) for size in at.half)
    s.nerve(c, "sacral nerve root", s.Course(u=at.u, y=at.y, half=(half[0], half[1])), sheet, salt=561)
    louder(c, "sacral nerve root", 6.0)
    louder(c, "sacral nerve root fascicle", 10.0)


def fascia(c: Canvas, p: Values) -> None:
    """Thoracolumbar fascia over multifidus, thick and bright."""
    f = p["skin_mm"] + p["fat_mm"]
    v = c.window((2.0, 76.0), (f - 2.0, f + 4.0))
    part = v.part("thoracolumbar fascia", Kind.FASCIA, "connective")
    share = np.clip((v.u - 6.0) / 6.0, 0, 1) * (0.5 + 0.5 * uneven(v, 571))
    v.sheet(part, f + 0.5 + 0.3 * ripple(v, 16.0, 573) - v.y + 0.0 * v.u, 0.9, share)
