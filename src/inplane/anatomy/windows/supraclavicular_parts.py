"""Plexus, arteries, scalene muscles, first rib, pleura and lung above the clavicle; see `supraclavicular`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, lung, muscle, ripple, small_nerve
from inplane.anatomy.windows.neck_parts import Oval, along, ovals, trunks

NERVES = (
    (-0.62, -0.18, 0.34), (-0.28, 0.42, 0.33), (-0.2, -0.48, 0.32), (0.12, 0.02, 0.35), (0.42, 0.52, 0.3),
    (0.46, -0.5, 0.3), (0.72, 0.0, 0.26),
)  # fmt: skip
"""Nerves of the bunch: place across and in depth, and radius, in half axes of the plexus (radius: of the shorter).
Chosen: trunks and divisions, as they are seen: a bunch of dark rings."""
RIB_HALF_MM = (11.0, 3.0)
PLEURA_MM = 2.5
"""Of the pleura below the rib's face at its sides. Chosen: it comes up beside the rib."""
BESIDE = (-8.0, -2.6, 0.1, 0.28)
"""Dorsal scapular artery by grade, across from the plexus' middle: mm for the first two, half widths for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What lies where in the view (mm): plexus and artery as (across, depth, half axes), depth of the rib's face."""

    plexus: tuple[float, float, float, float]
    artery: tuple[float, float, float]
    rib_mm: float
    top_mm: float


def places(p: Values, top_mm: float, size: tuple[float, float, float]) -> Places:
    """Plexus beside the artery, the rib under both; `size` is where the plexus lies across, and its half axes."""
    u, a, b = size
    y, r = top_mm + p["cover_mm"] + 0.8 + b, p["artery_radius_mm"]
    artery = (u + a + p["apart_mm"] + r + 0.6, y + 0.55 * b, r)
    rib = max(artery[1] + r + 0.6, y + b + 1.0) + p["rib_below_mm"]
    return Places(plexus=(u, y, a, b), artery=artery, rib_mm=rib, top_mm=top_mm)


def chest(c: Canvas, at: Places, sheet: Part) -> None:
    """Lung and pleura, which rise to both sides of the first rib; the rib."""
    middle = at.artery[0] - 3.0
    dome = at.rib_mm + PLEURA_MM + 0.0025 * (c.u - middle) ** 2 + 0.03 * c.w + 0.2 * ripple(c, 22.0, 231)
    between = everywhere(c, at.rib_mm + 0.8 - c.y, c.y - dome).astype(np.float32)
    muscle(c, "external intercostal", between, (0.5, 0.0, 0.8), sheet, salt=301)
    lung(c, dome)
    face = at.rib_mm + RIB_HALF_MM[1]
    rib = s.course(c, *((w, middle - 0.5 * w, face + 0.06 * w, *RIB_HALF_MM) for w in (-19.0, 0.0, 19.0)))
    s.bone(c, "first rib", s.tubular(c, rib), salt=321)


def muscles(c: Canvas, at: Places, sheet: Part) -> None:
    """Middle scalene behind and lateral, anterior scalene medial to the artery, omohyoid over the plexus."""
    u, y, a, b = at.plexus
    deep = 0.5 * (y + b + at.rib_mm)
    height = max(3.0, 0.5 * (at.rib_mm - y)) + 1.5
    shapes = (
        Oval(name="middle scalene", middle=(u - 0.8 * a - 9.0, deep - 0.2), half=(11.5, height), along=(0.2, 0.4, 0.9)),
        Oval(
            name="anterior scalene",
            middle=(at.artery[0] + at.artery[2] + 6.4, at.artery[1] - 2.5),
            half=(5.4, 6.8),
            along=(-0.2, 0.4, 0.9),
        ),
        Oval(name="omohyoid", middle=(u - 9.0, at.top_mm + 1.6), half=(7.5, 1.1), along=(0.9, 0.0, -0.4)),
    )
    ovals(c, shapes, sheet, c.y - at.rib_mm + 0.3, salt=341)


def vessels(c: Canvas, p: Values, at: Places, sheet: Part) -> None:
    """Subclavian artery; transverse cervical artery over the plexus; dorsal scapular artery by grade."""
    (u, y, a, b), r = at.plexus, p["small_radius_mm"]
    x, depth, radius = at.artery

    main = along(c, (x, depth), (radius, radius), -0.1)
    bed(c, main, 1.0, sheet, salt=501)
    s.vessel(c, "subclavian artery", main, sheet, artery=True, wall_mm=0.7, salt=511)
    over = along(c, (u + 0.8 * a, y - b - r - 0.5), (r, r), 0.1)
    bed(c, over, 1.2, sheet, salt=521)
    s.vessel(c, "transverse cervical artery", over, sheet, artery=True, wall_mm=0.25, salt=531)
    grade = int(p["artery_grade"])
    place = {
        0: (u - a + BESIDE[0], y + 0.2 * b + 4.0),
        1: (u - a + BESIDE[1], y + b + 0.8),
        2: (u + BESIDE[2] * a, y - b - r - 0.6),
        3: (u + BESIDE[3] * a, y + 0.5 * b),
    }[grade]
    second = along(c, place, (r, r), 0.1)
    bed(c, second, 1.0, sheet, salt=541)
    s.vessel(c, "dorsal scapular artery", second, sheet, artery=True, wall_mm=0.25, salt=551)


def plexus(c: Canvas, at: Places, sheet: Part) -> None:
    """Trunks and divisions, dark rings in a bunch; what a vessel takes up is left out."""
    u, y, a, b = at.plexus
    taken = [part.label for part in c.structures if part.name.startswith("dorsal scapular artery")]
    tubes: dict[str, s.Course] = {}
    for n, (x, depth, radius) in enumerate(NERVES):
        r = radius * b
        tube = along(c, (u + x * a, y + depth * b), (r, r), 0.12)
        place = c.window((u + x * a - r, u + x * a + r), (y + depth * b - r, y + depth * b + r))
        if np.isin(place.labels[place.labels.shape[0] // 2], taken).any():
            continue
        tubes[f"brachial plexus, nerve {n + 1}"] = tube
    trunks(c, tubes, sheet, whole="brachial plexus", salt=601)


def phrenic(c: Canvas, at: Places, sheet: Part) -> None:
    """The phrenic nerve on the front of anterior scalene."""
    x, y = at.artery[0] + at.artery[2] + 6.4, at.artery[1] - 2.5 - 6.8 - 0.6
    small_nerve(c, "phrenic nerve", along(c, (x + 1.5, y), (0.7, 0.6)), sheet, salt=701)
