"""Femur, muscles, tendon, artery and nerve of the inner side of the knee above the joint; see `genicular`."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import PchipInterpolator

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.leg_parts import collared, deep_fat, louder, outlined, strip

WASTED = (1.0, 0.94, 0.86, 0.78)
"""Times the thickness of vastus medialis by grade of arthritis. Chosen: it wastes as the knee is spared."""
FAT_DB = 10.0
"""Fat between muscle and bone above other fat. Chosen: brighter than the artery, darker than the nerve."""
FILM_MM = 4.2
"""Fat between vastus medialis and bone, where nerve and artery run. Chosen: twice the artery's width."""
APART_MM = 4.4
"""From artery to nerve along the femur. Chosen: side by side with their sheaths."""
SLANT = 1.8
"""How far forward the bundle runs on its way down, a millimeter each. Chosen: it winds round the femur slantwise."""
NERVE_DB, FASCICLE_DB = 9.0, 15.0
"""Epineurium and fascicles above those of other nerves. Chosen: at this size a nerve shows as a bright dot."""
TUBERCLE_MM = (8.0, -9.0)
"""Adductor tubercle: to the back, along the thigh. Chosen: a centimeter below the junction, near the back edge."""
PROFILE = (
    (42, 4.2),
    (26, 3.4),
    (12, 2.0),
    (4, 0.7),
    (0, -0.4),
    (-6, -3.0),
    (-12, -6.4),
    (-18, -8.6),
    (-24, -9.4),
    (-34, -8.6),
)
"""Femur against its depth at the junction, by level: straight shaft, the epicondyle's curve, its tip. Chosen: as it is
drawn in coronal sections, 10 mm of rise in 25 mm."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)).

    Args:
        bone: of the femur's surface. under: of the underside of vastus medialis. roof: of the fascia.
        junction: depth of the bone where shaft and epicondyle meet, in the plane of the probe.
    """

    bone: Field
    under: Field
    roof: Field
    junction: float


def layers(c: Canvas, p: Values, fascia_mm: Field) -> Layers:
    """Where the layers lie: all bend round the femur from front to back."""
    junction = p["skin_mm"] + p["fat_mm"] + 0.6 + p["vastus_mm"] * WASTED[int(p["arthritis_grade"])] + FILM_MM
    table = np.array(sorted(PROFILE), np.float64)
    smooth = PchipInterpolator(table[:, 0], table[:, 1])
    rise = np.asarray(np.round(smooth(np.clip(c.w.astype(np.float64), -34, 42)) * 1024) / 1024, np.float32)
    rise = rise * np.where(c.w > 0, 1.0, p["flare"])
    bend = (0.016 + 0.0002 * np.clip(c.w + 10.0, 0, 40)) * (c.u - 2.0) ** 2
    bone = junction + rise + bend
    film = FILM_MM * np.clip(0.55 + 0.45 * s.swell(c.w, 0.0, 46.0), 0, 1)
    return Layers(bone=bone, under=bone - film, roof=fascia_mm + 0.35, junction=junction)


def bundle(c: Canvas, p: Values, at: Layers, level_mm: float, half: tuple[float, float]) -> s.Course:
    """A tube that winds round the femur from behind, down and forward, close on the bone."""
    knots: list[s.Knot] = []
    for u in (17.0, 9.0, 0.0, -8.0, -15.0):
        w = level_mm + u / SLANT
        row, column = int(np.abs(c.w.ravel() - w).argmin()), int(np.abs(c.u.ravel() - u).argmin())
        y = float(at.bone[row, column, 0]) - half[1] - p["off_bone_mm"]
        knots.append((w, u, y, half[0] * float(np.hypot(1.0, SLANT)), half[1]))
    end = knots[-1]
    knots.append((end[0] - 1.0, end[1] - 1.0, end[2], 0.0, 0.0))
    return s.course(c, *knots)


def femur(c: Canvas, at: Layers) -> None:
    """Shaft, epicondyle, and the adductor tubercle on it."""
    solid = (at.bone - c.y + np.zeros_like(c.power)).astype(np.float32)
    u, w = TUBERCLE_MM
    row, column = int(np.abs(c.w.ravel() - w).argmin()), int(np.abs(c.u.ravel() - u).argmin())
    knob = s.egg(c, (u, float(at.bone[row, column, 0]) + 0.6, w), (4.0, 2.4, 4.0))
    s.bone(c, "femur", s.together([solid, knob], 1.5), salt=301)


def muscles(c: Canvas, p: Values, at: Layers, fascia_mm: Field, sheet: Part) -> None:
    """Vastus medialis on the femur, ending above the epicondyle; sartorius and gracilis tendon behind."""
    top, deep = p["skin_mm"] + p["fat_mm"], at.junction
    thick = 0.5 * (deep - FILM_MM - top)
    vastus = s.course(
        c,
        (42.0, -6.0, top + thick + 2.0, 19.0, thick + 3.0),
        (18.0, -6.0, top + thick + 1.0, 17.5, thick + 1.8),
        (0.0, -7.0, top + thick, 15.0, thick + 0.5),
        (-9.0, -8.5, top + 0.62 * thick, 12.0, 0.62 * thick),
        (-17.0, -10.0, top + 0.2 * thick, 6.0, 0.0),
    )
    tailor = s.course(c, (40.0, 17.0, top + 6.5, 7.0, 6.0), (-34.0, 20.0, top + 5.5, 6.5, 4.5))
    v, below = strip(c, fascia_mm, (-24.0, 24.0), (top - 1.0, float(at.under.max()) + 1.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    room = np.maximum(below, v.y - at.under[:, first : first + v.u.size] + 0.4 * v.noise((9.0, 50.0, 12.0), 503))
    shapes = [
        s.Belly(name="vastus medialis", at=vastus, along=(-0.35, 0.16, 1.0)),
        s.Belly(name="sartorius", at=tailor, along=(0.05, 0.0, 1.0)),
    ]
    outlined(v, sheet, s.bellies(v, shapes, room.astype(np.float32), sheet, salt=511), 541)


def retinaculum(c: Canvas, at: Layers) -> None:
    """The bright sheet from vastus medialis over the epicondyle, and the origin of the medial collateral ligament."""
    part = c.part("medial patellar retinaculum", Kind.FASCIA, "connective", along=(-0.6, 0.0, 0.8))
    v = c.window((-24.0, 16.0), (float(at.roof.min()) - 1.0, float(at.roof.max()) + 8.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    bone = at.bone[:, first : first + v.u.size]
    line = np.minimum(at.roof[:, first : first + v.u.size] + 0.8 + 0.10 * np.clip(-6.0 - v.w, 0, 30), bone - 1.6)
    v.sheet(part, np.where(v.w < -7.0, v.y - line, np.float32(9.0)), 0.6, 0.9 * uneven(v, 551))
    along = (0.05, 0.05, 1.0)
    band = np.maximum(np.maximum(bone - 2.2 - v.y, v.y - bone), np.maximum(v.w + 19.0, np.abs(v.u - 1.0) - 7.0))
    part = c.part("medial collateral ligament", Kind.LIGAMENT, "connective", along=along, louder_db=-4.0)
    lines, fiber = v.strands(band < c.spacing_mm, along, (1.2, 0.5, 0.15, 0.1, 30.0, 0.3), 561)
    v.lay(part, band.astype(np.float32), 10.0 * fiber - 12.0 + 30.0 * lines)


def cord(c: Canvas, at: Layers, sheet: Part) -> None:
    """Tendon of adductor magnus behind the plane, down to its tubercle."""
    u, w = TUBERCLE_MM
    row, column = int(np.abs(c.w.ravel() - w).argmin()), int(np.abs(c.u.ravel() - u).argmin())
    y = float(at.bone[row, column, 0])
    line = s.course(
        c,
        (40.0, u + 6.5, y + 3.5, 2.4, 1.9),
        (12.0, u + 3.5, y + 0.5, 2.3, 1.8),
        (w, u, y - 1.2, 1.9, 1.2),
        (w - 2.0, u, y, 0.0, 0.0),
    )
    s.tendon(c, "adductor magnus tendon", line, sheet, salt=571, louder_db=6.0)


def artery_and_nerve(c: Canvas, p: Values, at: Layers, sheet: Part) -> tuple[s.Course, s.Course]:
    """Superomedial genicular artery with a vein on either side, and the nerve above it, close on the bone."""
    r, size = p["artery_radius_mm"], p["nerve_mm"] / 2
    artery = bundle(c, p, at, p["junction_mm"], (r, r))
    nerve = bundle(c, p, at, p["junction_mm"] + APART_MM, (size, 0.8 * size))
    collared(c, artery, sheet, 605)
    s.vessel(c, "superomedial genicular artery", artery, sheet, artery=True, wall_mm=0.3, salt=611)
    s.nerve(c, "superomedial genicular nerve", nerve, sheet, salt=621)
    louder(c, "superomedial genicular nerve", NERVE_DB)
    if any(part.name == "superomedial genicular nerve fascicle" for part in c.structures):
        louder(c, "superomedial genicular nerve fascicle", FASCICLE_DB)
    return artery, nerve


def fat(c: Canvas, below: Field, sheet: Part) -> None:
    """What lies between all else."""
    deep_fat(c, below, sheet, FAT_DB, 201)
