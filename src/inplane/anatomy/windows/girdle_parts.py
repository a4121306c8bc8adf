"""What lies about the shoulder blade under trapezius: trapezius with its taut band, ribs, pleura, small nerves and
vessels; see `trapezius` and `levator`."""

from functools import reduce

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import areolar
from inplane.anatomy._block_soft import DB, lay_muscle, layered, uneven, wave
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values

SALAVATI = "Salavati M et al. J Chiropr Med 2017;16:316-323 (abstract read), 32 muscles with myofascial pain"
SIKDAR = "Sikdar S et al. Arch Phys Med Rehabil 2009;90:1829-1838 (abstract read): ellipses of 0.16 +- 0.11 cm2"
MIRJALILI = "Mirjalili SA et al. J Surg Res 2012;175:e11-e16 (abstract read): 0.76 +- 0.12 mm in 50 subjects"
KIM = "Kim K et al. J Korean Acad Rehabil Med 2002;26:781-784 (abstract read): skin to pleura 37 +- 7 mm by CT in 50"
HEO = "Heo Y et al. Korean J Pain 2020;33:48-53 (abstract read): nerve and artery about 10 mm apart in 21 shoulders"


LINING_MM = 0.5
"""Reach of the fasciae that line a loose plane. Chosen: a double line where the plane is a millimeter thick."""
VISCERAL_MM = 0.9
"""Of the lung's surface that counts as pleura. Chosen: its echo is the line that is seen, which is shown a little too
deep beneath fat."""


def chosen(why: str) -> str:
    """The source of a number that nobody was read for."""
    return f"chosen: {why}"


RANGES = {
    "skin_mm": ParameterRange(low=1.5, high=2.8, mean=2.1, sd=0.2, source=chosen("thick skin of the upper back")),
    "fascia_mm": ParameterRange(
        low=0.8, high=1.7, mean=1.24, sd=0.15, source=f"{SALAVATI}: 1.23 to 1.29 mm; its spread is chosen"
    ),
    "spot_area_mm2": ParameterRange(low=7.0, high=32.0, mean=16.0, sd=6.0, source=f"{SIKDAR}; cut narrower"),
    "taut_band_grade": ParameterRange(
        low=0, high=3, mean=1.7, sd=0.9, source=chosen("all four are met; no frequencies were read")
    ),
    "accessory_mm": ParameterRange(low=0.6, high=1.0, mean=0.76, sd=0.12, source=MIRJALILI),
    "apart_mm": ParameterRange(low=7.0, high=12.0, mean=9.5, sd=1.2, source=f"{HEO}; the spread is chosen"),
    "cervical_artery_radius_mm": ParameterRange(
        low=0.8, high=1.3, mean=1.0, sd=0.1, source=chosen("about 2 mm across; no measurement was read")
    ),
}
DARKER_DB = (0.0, 3.0, 8.0, 8.0)
"""Spot below the muscle about it by grade. Chosen: not seen, hardly seen, seen at once."""
BED_DB = 9.0
"""Fat about nerves and vessels above other fat. Chosen: with it the thread of the nerve and the lumen stand out."""
GRADES = ("nothing to see", "a faint dark spot", "a clear dark spot in a taut band", "several dark spots")


def within(*distances: Field) -> Field:
    """Signed distance to what lies within all."""
    return reduce(np.maximum, distances).astype(np.float32)


def everywhere(c: Canvas, *distances: Field) -> Field:
    """As `within`, spread over the whole canvas."""
    return np.broadcast_to(within(*distances), c.labels.shape)


def ripple(c: Canvas, size_mm: float, salt: int) -> Field:
    """As `wave`, computed on the skin alone, which is quick."""
    return wave(c.window((float(c.u.min()), float(c.u.max()) + 1.0), (0.0, 0.0)), size_mm, salt)


def muscle(c: Canvas, name: str, d: Field, along: tuple[float, float, float], sheet: Part, *, salt: int) -> None:
    """A muscle where a signed distance is negative, in its thin sheath."""
    v, near = s.around(c, everywhere(c, d))
    part = v.part(name, Kind.MUSCLE, "muscle", along=along)
    lay_muscle(v, (part, sheet), near, along, salt)
    v.sheet(sheet, near, 0.25, 0.8 * uneven(v, salt + 5))


def trapezius(c: Canvas, top: Field, bottom: Field, thick_mm: float, sheet: Part) -> None:
    """The muscle between its two fasciae; the deep one is a band of its own."""
    along = (0.95, 0.0, -0.25)
    muscle(c, "trapezius", within(top - c.y, c.y - bottom), along, sheet, salt=301)
    d = (np.abs(c.y - bottom - 0.5 * thick_mm) - 0.5 * thick_mm).astype(np.float32)
    v, near = s.around(c, d)
    deep = v.part("deep fascia of trapezius", Kind.FASCIA, "connective", louder_db=-4.0)
    v.lay(deep, near, 10.0 * v.noise((6.0, 0.6, 6.0), 313))
    layered(v, deep, near + 0.3 * thick_mm, 0.3, 315)


def taut_band(
    c: Canvas, p: Values, muscle_name: str, at: tuple[float, float, float], half: tuple[float, float, float]
) -> None:
    """A strip of a muscle along its fibers with dark uneven spots in it, the more the higher the grade.

    Args:
        c: the canvas.
        p: the numbers.
        muscle_name: of which it is a part.
        at: middle of the main spot: u, y, w.
        half: of the spot, in u, y and w; the shorter one of u and w is across the fibers.
    """
    grade = int(p["taut_band_grade"])
    (u, y, w), (a, b, e) = at, half
    spots = [s.egg(c, at, half)]
    if grade >= 3:
        du, dw = (2.0 * a, 0.6 * e) if a < e else (0.6 * a, 2.6 * e)
        small = (0.65 * a, 0.65 * b, 0.65 * e)
        spots += [s.egg(c, (u + du, y - 0.5, w - dw), small), s.egg(c, (u - du, y + 0.6, w + dw), small)]
    v, near = s.around(c, reduce(np.minimum, spots), 2.0)
    along = (0.0, 0.0, 1.0) if a < e else (0.95, 0.0, -0.25)
    part = v.part("taut band", Kind.MUSCLE, "muscle", whole=muscle_name, along=along)
    rough = near + 0.6 * v.noise((5.0, 1.2, 2.0), 331)
    share = np.clip(0.5 - rough / 0.8, 0, 1).astype(np.float32) * (1.0 if grade else 0.0)
    v.mix(part, share, 10.0 * v.noise((3.0, 0.7, 1.2), 333) - (DARKER_DB[grade] + 2.0) * DB)
    v.labels[near < 0] = part.label


def bed(c: Canvas, at: s.Course, room_mm: float, sheet: Part, *, salt: int) -> None:
    """The bright fat in which a nerve or a vessel lies between muscles."""
    v = s.near(c, at, room_mm + 1.0)
    wide = s.Course(u=at.u, y=at.y, half=(at.half[0] + room_mm, at.half[1] + 0.6 * room_mm))
    part = v.part("fat about a nerve or vessel", Kind.FAT, "fat", whole="intermuscular fat", louder_db=BED_DB)
    areolar(v, part, sheet, s.tubular(v, wide) + 0.3 * v.noise((2.0, 1.0, 6.0), salt), salt + 1)


def small_nerve(c: Canvas, name: str, at: s.Course, sheet: Part, *, salt: int) -> None:
    """A nerve of less than a millimeter: a dark thread with a bright rim, too thin for a honeycomb."""
    bed(c, at, 1.2, sheet, salt=salt)
    along = s.direction(at, c)
    whole = c.part(name, Kind.NERVE, "nerve", along=along, tube=s.line_of(c, at))
    core = c.part(f"{name} fascicle", Kind.FASCICLE, "fascicle", whole=name, along=along)
    v = s.near(c, at, 1.0)
    edge = s.tubular(v, at)
    v.sheet(sheet, edge - 0.3, 0.25, 0.8)
    v.lay(whole, edge - 0.2)
    v.lay(core, edge + 0.05)


def small_artery(c: Canvas, name: str, at: s.Course, sheet: Part, *, salt: int) -> None:
    """An artery of about two millimeters in fat of its own."""
    bed(c, at, 1.4, sheet, salt=salt)
    s.vessel(c, name, at, sheet, artery=True, wall_mm=0.25, salt=salt + 3)


def chest_wall(c: Canvas, pleura_mm: Field, ribs: list[tuple[str, Field]], sheet: Part) -> None:
    """Intercostal muscle, ribs, pleura and lung, from the outer face of the ribs downwards."""
    v, near = s.around(c, everywhere(c, pleura_mm - 7.0 - c.y, c.y - pleura_mm + 0.3))
    part = v.part("external intercostal", Kind.MUSCLE, "muscle", along=(0.7, 0.0, -0.7))
    lay_muscle(v, (part, sheet), near, (0.7, 0.0, -0.7), 351)
    lung(c, pleura_mm)
    for n, (name, d) in enumerate(ribs):
        s.bone(c, name, d, salt=361 + 10 * n)


def lung(c: Canvas, pleura_mm: Field) -> None:
    """Pleura at a depth, and the lung behind it."""
    v, near = s.around(c, everywhere(c, pleura_mm + 0.5 - c.y))
    v.lay(v.part("lung", Kind.LUNG, "inflated_lung"), near)
    leaf = v.part("pleura", Kind.PLEURA, "pleura")
    v.lay(leaf, np.maximum(near - 0.45, -near))
    v.labels[(near < 0.0) & (near > -VISCERAL_MM)] = leaf.label


def loose_plane(c: Canvas, name: str, distance: Field, sheet: Part, *, louder_db: float, lined: float) -> None:
    """Loose tissue between two layers, where a signed distance is negative: it opens as one space, like a lens. The
    fasciae that line it, a share `lined` of connective tissue, belong to the picture alone."""
    v, near = s.around(c, everywhere(c, distance).astype(np.float32))
    part = v.part(name, Kind.BURSA, "fat", louder_db=louder_db)
    v.lay(part, near, 10.0 * v.noise((3.0, 0.6, 3.0), 371))
    v.mix(sheet, (lined * np.clip(1.0 - np.abs(near) / LINING_MM, 0, 1) * uneven(v, 373)).astype(np.float32))
