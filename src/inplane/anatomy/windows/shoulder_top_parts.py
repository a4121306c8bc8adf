"""Humerus, cuff, bursa, deltoid, acromion and calcium of the outer shoulder; see `shoulder_top`."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.shoulder_bent import below, between, muscle_layer, profile, steepness, tendon_layer

BURSA_MM = (0.75, 1.3, 2.4, 4.6)
"""Bursa at its thickest by grade. Chosen: 0.75 mm on the painless, 1.27 mm on the painful side (TSAI), more than 2 mm
with fluid."""
FILM_MM = 0.7
"""Bursa where nothing fills it. Chosen: as thin as two voxels, a little more than in life."""
WALL_MM = (0.0, 0.6, 0.5, 0.7)
"""Thickened lining by grade. Chosen: gray, between fluid and fat."""
OVER_MM, UNDER_MM = 1.2, 0.5
"""Peribursal fat above and beneath the bursa. Chosen: the upper stripe is the one that is seen."""
STRIPE_DB = 11.0
"""Peribursal fat above other fat. Chosen: a stripe as bright as the tendon."""
HEAD_AT_MM = 7.0
"""The head's highest place in the picture. Chosen: the hand on the back pocket levels the tendon's free part."""
MARGIN_MM = 0.5
"""Where cartilage ends and the tendon's footprint begins."""
BACK_MM = 0.5
"""The place along z at which the shoulder is highest, and how it falls away before and behind it (mm radius)."""
ROUND_MM = 36.0
SWOLLEN_MM, DULL_DB = (0.0, 0.6, 1.2), (0.0, 3.5, 7.0)
"""Tendinosis by grade: thicker and darker. Chosen: 1.25 mm thicker on average in impingement (BMC 2021)."""
CHALK_DB = (-1.0, -3.0, -8.0, -6.0)
"""Chalk of a deposit by grade, above connective tissue. Chosen: soft deposits are bright all through."""
CRUST = {1: (1.6, 0.3), 2: (3.0, -2.0), 3: (3.0, 0.1)}
"""By grade, size (mm) of the pieces of the crust and how much of it is missing: noise below minus that is there."""
CRUST_MM = 0.9
VIEW_MM, CALCIUM_MM = -5.0, 6.0
"""Places along z of the bursa's view and of the calcium. Chosen: two thin slices that do not overlap; calcium lies
towards infraspinatus."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)) of: fascia of deltoid, underside of deltoid, bursa, tendon, cartilage, bone."""

    fascia: Field
    deltoid: Field
    bursa: tuple[Field, Field]
    tendon: Field
    cartilage: Field
    bone: Field


def layers(c: Canvas, p: Values, fascia_mm: Field) -> Layers:
    """From the bone upwards; the head lies so deep that deltoid has its thickness over it."""
    bone, cuff, smooth = _humerus(p, c.u)
    grade = int(p["bursa_grade"])
    film = FILM_MM + (BURSA_MM[grade] - FILM_MM if grade else 0.0) * profile(
        c.u, ((-24.0, 0.1), (-17.0, 1.0), (-9.0, 0.95), (1.0, 0.6), (9.0, 0.35), (18.0, 0.2))
    )
    ripple = np.round(0.12 * c.noise((5.0, 1e3, 5.0), 41)[:, :, :1] * 1024) / 1024
    film = np.maximum(film * (1.0 + ripple), 0.55) * profile(c.u, ((-26.0, 0.0), (-23.0, 1.0)))
    fall = ((c.w - BACK_MM) ** 2) / (2.0 * ROUND_MM)
    rest = p["skin_mm"] + p["fat_mm"] + p["deltoid_mm"] + OVER_MM + FILM_MM + UNDER_MM
    base = rest - float(_at(c.u, bone - cuff, HEAD_AT_MM)) + fall
    rough = np.round(0.15 * c.noise((4.0, 1e3, 6.0), 43)[:, :, :1] * 1024) / 1024
    bone, tendon = base + bone + rough, base + bone - cuff
    long = steepness(c, tendon + 0.0 * bone)
    under = tendon - UNDER_MM * long
    over = under - film * long
    return Layers(
        fascia=fascia_mm,
        deltoid=np.maximum(over - OVER_MM * long, fascia_mm + 0.6),
        bursa=(over, under),
        tendon=tendon,
        cartilage=bone - smooth,
        bone=bone,
    )


def _at(places: Field, values: Field, place: float) -> float:
    return float(values.ravel()[int(np.argmin(np.abs(places.ravel() - place)))])


def _humerus(p: Values, u: Field) -> tuple[Field, Field, Field]:
    """Depth of the bone under the head's highest place, thickness of cuff with cartilage, of cartilage, along u."""
    r, edge = p["head_radius_mm"], MARGIN_MM - p["footprint_mm"]
    grade = int(p["tendinosis_grade"])
    thick = p["tendon_mm"] + SWOLLEN_MM[grade]
    ball = [(x, r - sqrt(r * r - (x - HEAD_AT_MM) ** 2)) for x in (2.0, 4.5, 7.0, 10.0, 14.0, 19.0, 24.0)]
    neck = ball[0][1]
    facet = (
        (MARGIN_MM - 1.2, neck + 1.15),
        (MARGIN_MM - 3.0, neck + 1.3),
        (MARGIN_MM - 0.6 * p["footprint_mm"], neck + 1.7),
        (edge + 1.0, neck + 2.8),
        (edge - 0.8, neck + 4.6),
        (edge - 3.0, neck + 9.0),
        (edge - 7.0, neck + 18.0),
        (edge - 12.0, neck + 31.0),
        (edge - 20.0, neck + 54.0),
    )
    smooth = profile(u, ((MARGIN_MM - 0.3, 0.0), (MARGIN_MM + 2.5, 0.85 * p["cartilage_mm"]), (9.0, p["cartilage_mm"])))
    whole = thick + p["cartilage_mm"]
    cuff = profile(
        u,
        (
            (edge - 2.0, 0.1),
            (edge, 0.3),
            (edge + 2.5, 0.26 * thick),
            (MARGIN_MM - 0.45 * p["footprint_mm"], 0.72 * thick),
            (MARGIN_MM - 1.0, thick + 0.4),
            (6.0, whole),
        ),
    )
    return profile(u, (*ball, *facet)), cuff, smooth


def deltoid(c: Canvas, at: Layers, sheet: Part) -> None:
    """Deltoid between its fascia and the peribursal fat."""
    along = (1.0, 0.05, 0.12)
    part = c.part("deltoid", Kind.MUSCLE, "muscle", along=along)
    muscle_layer(c, (part, sheet), (at.fascia, at.deltoid), along, 211)
    c.sheet(sheet, below(c, at.deltoid), 0.3, uneven(c, 215))


def bursa(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """The two stripes of fat with the bursa between them: film or pool of fluid, its lining thick in bursitis."""
    fat = c.part("peribursal fat", Kind.FAT, "fat", louder_db=STRIPE_DB)
    v, band = s.around(c, between(c, at.deltoid, at.tendon + 0.4))
    v.lay(fat, band, 8.0 * v.noise((2.5, 0.6, 2.5), 221))
    grade = int(p["bursa_grade"])
    fluid = between(c, *at.bursa)
    if WALL_MM[grade]:
        lining = c.part("bursal lining", Kind.BURSA, "muscle", whole="subacromial-subdeltoid bursa", louder_db=3.0)
        v, wall = s.around(c, fluid - WALL_MM[grade])
        v.lay(lining, wall + 0.15 * v.noise((1.5, 1.5, 1.5), 223), 8.0 * v.noise((1.2, 0.5, 1.2), 224))
    pool = c.part("subacromial-subdeltoid bursa", Kind.BURSA, "joint_fluid")
    v, inner = s.around(c, fluid)
    v.lay(pool, inner, 6.0 * v.noise((2.0, 1.0, 2.0), 225))
    v.sheet(sheet, inner - 0.2, 0.2, 0.5 * uneven(v, 226))


def tendon(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Supraspinatus: fibrils level over the head, bent down to the greater tubercle; dark and thick in tendinosis."""
    grade = int(p["tendinosis_grade"])
    name, zones = "supraspinatus tendon", ((4.0, 60.0, 0.0), (-4.5, 4.0, 0.08), (-60.0, -4.5, 0.22))
    parts: list[tuple[Part, Field]] = []
    for n, (low, high, slope) in enumerate(zones):
        along = (1.0, -slope, 0.06)
        called = name if n == 0 else f"{name} ({('', 'over the neck', 'insertion')[n]})"
        part = c.part(called, Kind.TENDON, "tendon", along=along, whole=name, louder_db=2.0)
        parts.append((part, np.maximum(low - c.u, c.u - high - 0.2) + 0.0 * c.power[:, :, :1]))
    patchy = profile(c.u, ((-10.0, 1.0), (4.0, 1.0), (12.0, 0.4)))
    dull = -DULL_DB[grade] * DB * patchy * (1.0 + 0.5 * c.noise((5.0, 2.0, 5.0), 231)) if grade else 0.0
    tendon_layer(c, parts, (at.tendon, at.cartilage), 233, dull)
    c.sheet(sheet, below(c, at.tendon), 0.2, 0.7 * uneven(c, 235))


def tear(c: Canvas, p: Values, at: Layers) -> None:
    """A partial tear: a dark cleft at the joint's side of the insertion, in the plane of the bursa's view."""
    size = (0.0, 0.35, 0.55)[int(p["tear_grade"])] * p["tendon_mm"]
    if not size:
        return
    part = c.part("supraspinatus partial tear", Kind.TENDON, "joint_fluid", whole="supraspinatus tendon")
    q = ((c.u + 1.6) / 3.4) ** 2 + ((c.w - VIEW_MM - 0.5) / 4.5) ** 2 + ((at.bone - 0.2 - c.y) / size) ** 2
    cleft = (np.sqrt(q) - 1.0) * min(size, 3.0) + 0.3 * c.noise((1.5, 1.0, 1.5), 241)
    v, near = s.around(c, np.maximum(cleft, c.y - at.bone))
    v.lay(part, near, 14.0 * v.noise((1.0, 0.5, 1.0), 243) + 40.0)


def humerus(c: Canvas, at: Layers) -> None:
    """Greater tubercle and head as one bone, the head under its cartilage."""
    smooth = c.part("humeral head cartilage", Kind.CARTILAGE, "cartilage")
    v, band = s.around(c, between(c, at.cartilage, at.bone + 0.3))
    v.lay(smooth, band, 5.0 * v.noise((2.0, 1.0, 2.0), 251))
    s.bone(c, "humerus", below(c, at.bone), salt=253)


def acromion(c: Canvas, p: Values) -> None:
    """The acromion's lateral edge, as thick as deltoid is, and its upper side just beneath the fat."""
    top, thick = p["skin_mm"] + p["fat_mm"] + 0.4, p["deltoid_mm"] - 0.6
    half = 0.5 * thick
    across = np.maximum(c.u - (p["acromion_mm"] + half), 0.0) - np.maximum(p["acromion_mm"] + half - c.u, 0.0)
    away = c.y - top - half - 0.1 * (c.w * c.w) / ROUND_MM
    edge = np.where(across > 0, np.abs(away), np.sqrt(across**2 + away**2)) - half
    s.bone(c, "acromion", edge.astype(np.float32) + 0.0 * c.power[:1, :1, :1], salt=261)


def biceps(c: Canvas, at: Layers, sheet: Part) -> None:
    """The long head of biceps before supraspinatus, on the head: where the short axis view ends in front."""
    name = "long head of biceps tendon"
    part = c.part(name, Kind.TENDON, "tendon", along=(1.0, 0.0, 0.15), whole=name)
    middle = at.cartilage - 2.0
    oval = np.sqrt(((c.w + 17.0 - 0.15 * c.u) / 2.8) ** 2 + ((c.y - middle) / 1.6) ** 2)
    cord = np.maximum((oval - 1.0) * 1.8, -6.0 - c.u)
    v, near = s.around(c, cord.astype(np.float32))
    lines, fibril = v.strands(near < v.spacing_mm, (1.0, 0.0, 0.15), (0.7, 0.4, 0.14, 0.2, 30.0, 0.2), 271)
    v.lay(part, near, 12.0 * fibril - 12.0 + 44.0 * lines)
    v.sheet(sheet, near, 0.2, 0.5)


def calcium(c: Canvas, p: Values, at: Layers) -> tuple[float, float, float]:
    """The deposit in the tendon: chalk, and by grade plates of lime over it, an unbroken arc, or fragments.

    Returns:
        Its middle (u, y, w).
    """
    grade, name = int(p["calcium_grade"]), "calcific deposit"
    half = 0.5 * p["calcium_length_mm"], 0.5 * p["calcium_thickness_mm"], 0.38 * p["calcium_length_mm"] + 0.5
    u = 1.5 - 0.3 * half[0]
    row, column = int(np.argmin(np.abs(c.w.ravel() - CALCIUM_MM))), int(np.argmin(np.abs(c.u.ravel() - u)))
    roof, floor = (float(field[row, column, 0]) for field in (at.tendon, at.cartilage))
    y = roof + max(0.42 * (floor - roof), half[1] + 0.5)
    place = (c.u - u) / half[0], (c.y - y - at.tendon + roof) / half[1], (c.w - CALCIUM_MM) / half[2]
    q = np.sqrt(place[0] ** 2 + place[1] ** 2 + place[2] ** 2)
    lump = ((q - 1.0) * half[1] * 1.2 + 0.35 * c.noise((2.2, 1.2, 2.2), 281)).astype(np.float32)
    chalk = c.part(f"{name} chalk", Kind.TENDON, "connective", whole=name, louder_db=CHALK_DB[grade])
    hard = c.part(name, Kind.TENDON, "cortical_bone", whole=name)
    v, near = s.around(c, lump)
    v.lay(chalk, near, 10.0 * v.noise((0.9, 0.7, 0.9), 283))
    if grade:
        size, gaps = CRUST[grade]
        crust = np.maximum(np.maximum(near, -near - CRUST_MM), v.y - y - 0.3)
        holes = 0.8 * (v.noise((size, 40.0, size), 285) + gaps)
        v.lay(hard, np.maximum(crust, holes).astype(np.float32))
    return u, y, CALCIUM_MM
