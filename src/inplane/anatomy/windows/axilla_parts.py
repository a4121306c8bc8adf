"""Muscles, conjoint tendon, sheath, vessels and nerves of the axilla; see `axilla`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from math import cos, hypot, pi, radians, sin, sqrt
from typing import TypeAlias

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import FIBRILS, areolar
from inplane.anatomy._block_soft import lay_muscle, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import ripple

LEVEL_MM = 0.0
ARTERY_X_MM = 3.0
"""Right of the middle: the needle's side has the muscles. Chosen."""
WALL_MM = 0.5
"""Of the artery. Chosen: seen as a bright ring at 12 MHz."""
SHEATH_DB = -26.5
"""Areolar tissue within the sheath, of connective tissue. Chosen: between muscle and fat, as on stills of usgra-seg."""
ALONG = (0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a tube is cut at z = 0: middle and half axes (mm); `drift` is how it moves in u and y distally."""

    u: float
    y: float
    a: float
    b: float
    drift: tuple[float, float] = (0.0, 0.0)

    @property
    def radius(self) -> float:
        return 0.5 * (self.a + self.b)


Places: TypeAlias = Mapping[str, Place]


def _oval(area_mm2: float, flat: float) -> tuple[float, float]:
    """Half axes of an area, one `flat` times the other."""
    b = sqrt(area_mm2 / (pi * flat))
    return flat * b, b


def arrangement(p: Values) -> Places:
    """All tubes around the artery: each at its angle (from the skin, positive to the back), pushed clear of others."""
    r = p["artery_radius_mm"]
    median = _oval(p["median_area_mm2"], 1.5)
    y = p["skin_mm"] + p["fat_mm"] + 1.2 + 1.6 * median[1] + r
    at: dict[str, Place] = {"artery": Place(u=ARTERY_X_MM, y=y, a=r, b=r)}

    def put(name: str, degrees: float, gap: float, half: tuple[float, float], drift: tuple[float, float]) -> None:
        away, turn = r + WALL_MM + gap + 0.5 * sum(half), radians(degrees)
        u, down = ARTERY_X_MM + away * sin(turn), y - away * cos(turn)
        at[name] = Place(u=u, y=down, a=half[0], b=half[1], drift=drift)

    put("median nerve", p["median_deg"], 0.3, median, (0.4, -0.4))
    put("ulnar nerve", p["ulnar_deg"], 0.5, _oval(p["ulnar_area_mm2"], 1.35), (2.6, -0.4))
    put("radial nerve", p["radial_deg"], 0.4, _oval(p["radial_area_mm2"], 1.5), (1.5, 2.8))
    v = p["vein_radius_mm"]
    put("axillary vein 1", 88.0, 0.7, (1.15 * v, 0.85 * v), (0.8, -0.3))
    if p["vein_grade"] >= 1:
        put("axillary vein 2", 72.0, 3.0 + 2.0 * v, (0.75 * v, 0.55 * v), (-0.8, -0.4))
    if p["vein_grade"] >= 2:
        put("axillary vein 3", 181.0, 0.2, (0.55 * v, 0.42 * v), (-0.6, 0.3))
    put("medial antebrachial cutaneous nerve", 60.0, 5.6, (0.9, 0.6), (0.6, -0.5))
    cleared = _apart(at, p["skin_mm"] + p["fat_mm"] + 0.6)
    cleared["musculocutaneous nerve"] = _musculocutaneous(p, y)
    return cleared


def _musculocutaneous(p: Values, y: float) -> Place:
    """In the plane between biceps and coracobrachialis; at times before and beside the artery."""
    a, b = _oval(p["musculocutaneous_area_mm2"], 2.6)
    low = p["low_musculocutaneous_grade"] > 0
    away, turn = (3.6, radians(-66.0)) if low else (p["musculocutaneous_mm"], radians(-103.0))
    reach = p["artery_radius_mm"] + WALL_MM + away + a
    u, down = ARTERY_X_MM + reach * sin(turn), y - reach * cos(turn)
    return Place(u=u, y=down, a=a, b=b, drift=(-2.5, 1.2))


def _apart(at: Mapping[str, Place], roof_mm: float) -> dict[str, Place]:
    """Tubes pushed apart until none overlaps another one or the fascia; the artery stays."""
    out = dict(at)
    names = list(out)
    for _ in range(60):
        for n, one in enumerate(names):
            for other in names[n + 1 :]:
                out[one], out[other] = _parted(out[one], out[other], one == "artery")
        for name in names:
            out[name] = replace(out[name], y=max(out[name].y, roof_mm + out[name].b))
    return {name: replace(place, u=round(place.u, 3), y=round(place.y, 3)) for name, place in out.items()}


def _parted(one: Place, other: Place, fixed: bool) -> tuple[Place, Place]:
    """Two tubes moved apart where they overlap; the first one stays if it is fixed."""
    du, dy = other.u - one.u, other.y - one.y
    d = hypot(du, dy)
    need = one.radius + other.radius + (WALL_MM + 0.15 if fixed else 0.45)
    if d >= need:
        return one, other
    share = (need - d) / d * (1.0 if fixed else 0.5)
    moved = replace(other, u=other.u + share * du, y=other.y + share * dy)
    return (one if fixed else replace(one, u=one.u - share * du, y=one.y - share * dy)), moved


def _course(c: Canvas, at: Place, *, grown: float = 0.0) -> s.Course:
    """Along the arm; distally each nerve goes its own way."""
    a, b, (du, dy) = at.a + grown, at.b + grown, at.drift
    return s.course(
        c, (22.0, at.u - 0.4 * du, at.y - 0.4 * dy, a, b), (0.0, at.u, at.y, a, b), (-22.0, at.u + du, at.y + dy, a, b)
    )


def _within(*distances: Field) -> Field:
    """Signed distance to what lies within all."""
    return reduce(np.maximum, distances).astype(np.float32)


def _line(c: Canvas, at: Places) -> Field:
    """Depth (mm) of the conjoint tendon's front: beneath the radial nerve, falling towards the humerus."""
    artery, radial = at["artery"], at["radial nerve"]
    deep = [place.y + place.b + 0.8 for name, place in at.items() if name in ("radial nerve", "axillary vein 3")]
    level = max(artery.y + artery.a + 2.4, *deep)
    away = radial.u + 1.0 - c.u
    slope = np.where(away > 0, 0.46 * away + 0.006 * away * away, 0.3 * away)
    return (level + slope - 0.03 * c.w + 0.3 * ripple(c, 22.0, 231)).astype(np.float32)


def _border(c: Canvas, at: Places) -> Field:
    """Depth (mm) of the plane between biceps and coracobrachialis, which holds the musculocutaneous nerve."""
    nerve = at["musculocutaneous nerve"]
    low = max(0.0, at["artery"].y + 0.5 - nerve.y)
    away = nerve.u - c.u
    line = nerve.y + np.where(away > 0, 0.16 * away, 0.12 * away + low * np.clip(-away / 6.0, 0, 1))
    return (line - nerve.drift[1] * c.w / 22.0 + 0.25 * ripple(c, 16.0, 233)).astype(np.float32)


def filling(c: Canvas, at: Places, fascia_mm: Field, sheet: Part) -> None:
    """Fat about the bundle and behind it, where no muscle comes; the whole place is filled, so that none stays bare."""
    v = c.window((at["artery"].u - 9.0, float(c.u.max()) + 1.0), (0.0, at["artery"].y + 14.0))
    s.filling(v, "intermuscular fat", fascia_mm[:, -v.u.size :] - v.y, sheet, salt=201, louder_db=0.0)


def muscles(c: Canvas, at: Places, fascia_mm: Field, sheet: Part) -> None:
    """Biceps and coracobrachialis before the artery, latissimus dorsi and triceps behind the conjoint tendon."""
    line, border = _line(c, at), _border(c, at)
    artery = at["artery"]
    edge = artery.u - 0.5 * artery.a  # the bellies reach the vessels, whose sheath is laid over them
    across = (0.86, -0.4, 0.3)

    def lay(name: str, d: Field, along: tuple[float, float, float], salt: int) -> None:
        v, near = s.around(c, np.broadcast_to(d, c.labels.shape))
        part = v.part(name, Kind.MUSCLE, "muscle", along=along)
        lay_muscle(v, (part, sheet), near, along, salt)
        v.sheet(sheet, near, 0.3, 0.9 * uneven(v, salt + 5))

    lay("triceps brachii", line + 9.5 - c.y, (0.1, 0.05, 1.0), 301)
    lay("latissimus dorsi", np.maximum(line + 1.2 - c.y, c.y - line - 9.3), across, 311)
    front = c.u - edge + 0.7 * ripple(c, 14.0, 235)
    under = (front - 1.1 * np.maximum(c.y - artery.y - 0.5 * artery.a, 0.0)) / 1.3
    lay("coracobrachialis", _within(border + 0.15 - c.y, c.y - line + 0.5, under), ALONG, 321)
    rounded = front + 3.0 + 0.3 * np.abs(c.y - 0.6 * fascia_mm - 0.4 * border)
    lay("biceps brachii", _within(fascia_mm + 0.3 - c.y, c.y - border + 0.15, rounded), ALONG, 331)


def conjoint_tendon(c: Canvas, at: Places, sheet: Part) -> None:
    """A bright band on the front of latissimus dorsi, from behind the artery to the humerus; two tendons cross in it,
    so that it has no one direction and stays bright where it slopes."""
    line = _line(c, at)
    along = (0.88, -0.42, 0.2)
    thin = np.clip((c.u - at["radial nerve"].u - 6.0) / 10.0, 0, 1)
    d = np.abs(c.y - line - 0.6) - 0.9 * (1.0 - 0.6 * thin)
    v, near = s.around(c, d.astype(np.float32))
    part = v.part("conjoint tendon of latissimus dorsi and teres major", Kind.TENDON, "tendon", louder_db=11.0)
    lines, fibril = v.strands(near < c.spacing_mm, along, FIBRILS, 341)
    v.lay(part, near, 12.0 * fibril - 10.0 + 40.0 * lines)
    v.sheet(sheet, near, 0.25, uneven(v, 343))


def humerus(c: Canvas, p: Values, at: Places) -> None:
    """The shaft, deep on the biceps's side."""
    top = at["artery"].y + p["humerus_below_mm"]
    s.bone(c, "humerus", s.rod(c, ((-17.0, top + 11.5, 40.0), (-15.0, top + 11.0, -40.0)), (12.0, 11.0)), salt=351)


def sheath(c: Canvas, at: Places, fascia_mm: Field, sheet: Part) -> None:
    """Areolar tissue about vessels and nerves, all but the musculocutaneous one: strands, a thin outer sheet."""
    inside = [place for name, place in at.items() if name != "musculocutaneous nerve"]
    v = c.window(
        (min(q.u - q.a for q in inside) - 5.0, max(q.u + q.a for q in inside) + 5.0), (0.0, at["artery"].y + 13.0)
    )
    d = s.together([s.tubular(v, _course(v, place, grown=1.2)) for place in inside], 3.0)
    d = d + 0.7 * v.noise((3.5, 2.5, 9.0), 361)
    roof = fascia_mm[:, np.searchsorted(c.u.ravel(), v.u.ravel()[0]) :][:, : v.u.size]
    d = _within(d, roof + 0.2 - v.y, v.y - _line(v, at) + 0.1)
    part = v.part("axillary sheath", Kind.FAT, "connective", louder_db=SHEATH_DB)
    septa, lobule = v.septa(d < c.spacing_mm, (5.0, 1.5, 9.0, 0.14), 363)
    v.lay(part, d, 8.0 * lobule + 8.0 * v.noise((1.5, 0.8, 3.0), 364))
    v.mix(sheet, 0.6 * septa * np.clip(0.5 - d / np.float32(c.spacing_mm), 0, 1))
    v.sheet(sheet, d, 0.25, 0.8 * uneven(v, 367))


def vessels(c: Canvas, at: Places, sheet: Part) -> None:
    """The artery and its veins."""
    for n, name in enumerate(name for name in at if name.startswith("axillary vein")):
        tube = _course(c, at[name])
        s.vessel(c, name, tube, sheet, artery=False, wall_mm=0.2, salt=401 + 10 * n, whole="axillary vein")
    s.vessel(c, "axillary artery", _course(c, at["artery"]), sheet, artery=True, wall_mm=WALL_MM, salt=431)


def nerves(c: Canvas, at: Places, sheet: Part) -> None:
    """The nerves around the artery, and the musculocutaneous one in fat of its own."""
    own = at["musculocutaneous nerve"]
    bed = s.near(c, _course(c, own), 3.0)
    fat = bed.part("fat around the musculocutaneous nerve", Kind.FAT, "fat", whole="intermuscular fat", louder_db=-3.0)
    shape = s.tubular(bed, _course(bed, replace(own, a=own.a + 1.7, b=own.b + 0.55)))
    areolar(bed, fat, sheet, shape + 0.4 * bed.noise((2.5, 1.5, 9.0), 441), 443)
    for n, name in enumerate(name for name in at if name.endswith("nerve")):
        s.nerve(c, name, _course(c, at[name]), sheet, salt=501 + 10 * n)
