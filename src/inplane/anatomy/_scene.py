"""What a window of the body is put together from: tubes that bend, muscles that share their borders, bones, fluid.

All is laid onto a canvas cut short: u (x) across, y away from the skin, w (z) along. Things of unlike size are given as
a course along w, and cover only the part of the canvas that they lie in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi
from typing import Any, TypeAlias

import numpy as np
from scipy.interpolate import PchipInterpolator

from inplane.anatomy._block_nerve import (
    EPINEURIUM_MM,
    FIBRILS,
    PERINEURIUM_MM,
    areolar,
    places,
)
from inplane.anatomy._block_soft import DB, lay_muscle, uneven
from inplane.anatomy._block_vessel import ADVENTITIA_MM, MEDIA_DB
from inplane.anatomy._bone import CORTEX_MM
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind

ROOM_MM = 2.5
"""Beyond a thing's own size, within which it is painted. Chosen: its fat and its sheath."""
LOOSE = 1.3
"""How far, in half axes, a muscle reaches where no other one stops it. Chosen: fat begins beyond."""
FAR = 30.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Course:
    """Where a tube runs: (n, 1, 1) fields along w, mm; `half` its half axes across and away from the skin."""

    u: Field
    y: Field
    half: tuple[Field, Field]

    @property
    def ends_mm(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Extent in u and in y."""
        a, b = self.half
        return (
            (float((self.u - a).min()), float((self.u + a).max())),
            (float((self.y - b).min()), float((self.y + b).max())),
        )

    def at(self, c: Canvas, w_mm: float) -> tuple[float, float, float, float]:
        """u, y and both half axes at a place along w."""
        row = int(np.argmin(np.abs(c.w.ravel() - w_mm)))
        return tuple(float(field.ravel()[row]) for field in (self.u, self.y, *self.half))  # type: ignore[return-value]


Knot: TypeAlias = tuple[float, float, float, float, float]


def course(c: Canvas, *knots: Knot) -> Course:
    """A smooth course through knots (w, u, y, half across, half away), which goes on straight beyond its ends.

    Monotone cubic (Fritsch FN, Carlson RE. SIAM J Numer Anal 1980;17:238-246); rounded to 1/1024 mm, so that no
    machine's last bits show.
    """
    table = np.array(sorted(knots), np.float64)
    if len(table) == 1:
        table = np.vstack([table - [1, 0, 0, 0, 0], table])
    w = np.clip(c.w.ravel().astype(np.float64), table[0, 0], table[-1, 0])
    smooth: Any = PchipInterpolator(table[:, 0], table[:, 1:])
    rows = np.asarray(np.round(smooth(w) * 1024) / 1024, np.float32)[:, :, None, None]
    return Course(u=rows[:, 0], y=rows[:, 1], half=(rows[:, 2], rows[:, 3]))


def near(c: Canvas, at: Course, room_mm: float = ROOM_MM) -> Canvas:
    """The part of the canvas that a tube lies in."""
    (u0, u1), (y0, y1) = at.ends_mm
    return c.window((u0 - room_mm, u1 + room_mm), (y0 - room_mm, y1 + room_mm))


def line_of(c: Canvas, at: Course) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], float]:
    """Centreline (n, 3: u, y, w), from the head downwards, and mean radius of what exists of a tube."""
    keep = (np.minimum(*at.half).ravel() > 0)[::-1]
    points = np.column_stack([at.u.ravel(), at.y.ravel(), c.w.ravel()])[::-1][keep].astype(np.float64)
    radius = float(np.sqrt(np.mean((at.half[0] * at.half[1]).ravel()[::-1][keep])))
    return points[:: max(1, len(points) // 60)], round(radius, 4)


def direction(at: Course, c: Canvas) -> tuple[float, float, float]:
    """Mean direction, down the body, of a course through the middle third of its window, where the views lie: over the
    whole of it a bend at one end would tilt the fibers of all of it."""
    w, u, y = (np.broadcast_to(field, c.w.shape).ravel() for field in (c.w, at.u, at.y))
    low, high = w.size // 3, 2 * w.size // 3
    run = float(w[high] - w[low])
    return (-float(u[high] - u[low]) / run, -float(y[high] - y[low]) / run, -1.0)


def vessel(
    c: Canvas, name: str, at: Course, sheet: Part, *, artery: bool, wall_mm: float, salt: int, whole: str = ""
) -> None:
    """A vessel: adventitia, wall, blood. A half axis of zero or less ends it."""
    kinds = (Kind.ARTERY_WALL, Kind.ARTERY_LUMEN) if artery else (Kind.VEIN_WALL, Kind.VEIN_LUMEN)
    tube = line_of(c, at)
    wall = c.part(f"{name} wall", kinds[0], "vessel_wall", whole=whole or name, tube=tube)
    blood = c.part(f"{name} lumen", kinds[1], "blood", whole=whole or name, tube=tube)
    v = near(c, at, wall_mm + ROOM_MM)
    d = tubular(v, at) + 0.06 * v.noise((4.0, 4.0, 9.0), salt)
    level = np.abs(v.y - at.y) / np.maximum(d + np.maximum(at.half[1], 0.2), 0.3)
    ring = np.clip(1.0 - np.abs(d - wall_mm - 0.5 * ADVENTITIA_MM) / ADVENTITIA_MM, 0, 1)
    v.lay(wall, d - max(wall_mm, 1.2 * c.spacing_mm), -MEDIA_DB * DB)
    v.mix(sheet, ring * uneven(v, salt + 1) * (0.15 + 0.85 * np.clip(level, 0, 1) ** 4))
    v.lay(blood, d)


def tubular(c: Canvas, at: Course) -> Field:
    """Signed distance (mm, about) to a tube; far where it has ended."""
    a, b = (np.maximum(half, 0.15) for half in at.half)
    there = np.minimum(*at.half) > 0
    p = c.u - at.u, c.y - at.y
    q = np.sqrt((p[0] / a) ** 2 + (p[1] / b) ** 2) + 1e-6
    d = (q - 1.0) * np.maximum(np.sqrt(p[0] * p[0] + p[1] * p[1]) / q, 0.3 * np.minimum(a, b))
    return np.where(there, d, np.float32(FAR)).astype(np.float32)


def nerve(c: Canvas, name: str, at: Course, sheet: Part, *, salt: int, whole: str = "") -> None:
    """A nerve: epineurium around and between, dark fascicles, each in its perineurium."""
    along = direction(at, c)
    around_it = c.part(name, Kind.NERVE, "nerve", along=along, tube=line_of(c, at), whole=whole)
    inside = c.part(f"{name} fascicle", Kind.FASCICLE, "fascicle", whole=whole or name, along=along)
    v = near(c, at, 1.0)
    edge = tubular(v, at) + 0.2 * v.noise((2.5, 2.0, 9.0), salt)
    v.lay(around_it, edge, 8.0 * v.noise((0.8, 0.5, 6.0), salt + 1))
    half = float(at.half[0].max()), float(at.half[1].max())
    inner = np.full(v.labels.shape, 9.0, np.float32)
    for u, y, radius in places(c, half):
        phase = float(c.rng.uniform(0, 6.28))
        sway = np.round(0.1 * np.sin(c.w / 7.0 + phase) * 1024) / 1024
        away = v.u - at.u - (u / half[0]) * at.half[0] - sway, v.y - at.y - (y / half[1]) * at.half[1] + 0.5 * sway
        np.minimum(inner, np.sqrt(away[0] ** 2 + away[1] ** 2) - radius, out=inner)
    v.lay(inside, np.maximum(inner, edge + 0.2))
    v.mix(sheet, 0.5 * np.clip(1.0 - np.abs(inner) / PERINEURIUM_MM, 0, 1) * (edge < 0))
    v.sheet(sheet, edge, EPINEURIUM_MM, uneven(v, salt + 2))
    own = np.abs(edge) <= 0.5 * EPINEURIUM_MM
    v.labels[(own | (edge < 0)) & (v.labels == sheet.label)] = around_it.label


def tendon(
    c: Canvas, name: str, at: Course, sheet: Part, *, salt: int, louder_db: float = 0.0, whole: str = ""
) -> None:
    """A tendon: bright fibrils in a thin paratenon."""
    along = direction(at, c)
    cord = c.part(name, Kind.TENDON, "tendon", along=along, tube=line_of(c, at), louder_db=louder_db, whole=whole)
    v = near(c, at, 1.0)
    edge = tubular(v, at)
    lines, fibril = v.strands(edge < c.spacing_mm, along, FIBRILS, salt)
    v.lay(cord, edge, 12.0 * fibril - 16.0 + 44.0 * lines)
    v.sheet(sheet, edge, 0.2, 0.6 * uneven(v, salt + 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Belly:
    """A muscle's cross-section: an oval that gives way to its neighbours; `along` its fibres (u, y, w)."""

    name: str
    at: Course
    along: tuple[float, float, float] = (0.0, 0.0, 1.0)


def bellies(c: Canvas, shapes: Sequence[Belly], inside: Field, sheet: Part, *, salt: int) -> Field:
    """Muscles side by side: each place goes to the muscle in which it lies deepest, in half axes; their borders are
    sheets. Where all are far there is none.

    Args:
        c: the canvas.
        shapes: the muscles.
        inside: signed distance (mm) to the compartment that holds them, negative within.
        sheet: of what the borders are made.
        salt: of the fine structure.

    Returns:
        Signed distance (mm, about) to the union.
    """
    deep = [_deep(c, belly.at) for belly in shapes]
    union = np.full(c.labels.shape, FAR, np.float32)
    patchy = uneven(c, salt)
    for n, belly in enumerate(shapes):
        own, size = deep[n], np.sqrt(np.maximum(belly.at.half[0] * belly.at.half[1], 0.01))
        others = np.minimum.reduce([d for m, d in enumerate(deep) if m != n] or [np.full_like(own, FAR)])
        d = np.maximum((own - LOOSE) * size, 0.5 * (own - others) * size)
        d = np.maximum(d, inside).astype(np.float32)
        part = c.part(belly.name, Kind.MUSCLE, "muscle", along=belly.along)
        lay_muscle(c, (part, sheet), d, belly.along, salt + 10 * n + 3)
        np.minimum(union, d, out=union)
        c.sheet(sheet, d, 0.2, 0.8 * patchy)
    return union


def _deep(c: Canvas, at: Course) -> Field:
    """Distance from a course in half axes; far where it has ended."""
    a, b = (np.maximum(half, 0.1) for half in at.half)
    q = np.sqrt(((c.u - at.u) / a) ** 2 + ((c.y - at.y) / b) ** 2)
    return np.where(np.minimum(*at.half) > 0, q, np.float32(FAR)).astype(np.float32)


def filling(c: Canvas, name: str, where: Field, sheet: Part, *, salt: int, louder_db: float = 2.0) -> None:
    """Areolar fat where a signed distance (mm) is negative: laid first, it is what shows between all else."""
    areolar(c, c.part(name, Kind.FAT, "fat", louder_db=louder_db), sheet, where, salt)


def rod(
    c: Canvas, ends: tuple[tuple[float, float, float], tuple[float, float, float]], radii: tuple[float, float]
) -> Field:
    """Signed distance (mm) to a straight bone with round ends, u, y, w; its radius changes evenly from end to end."""
    a, b = (np.array(end, np.float32) for end in ends)
    axis = b - a
    p = (c.u - a[0], c.y - a[1], c.w - a[2])
    t = np.clip((p[0] * axis[0] + p[1] * axis[1] + p[2] * axis[2]) / float(axis @ axis), 0.0, 1.0)
    d = np.sqrt(sum((p[i] - t * axis[i]) ** 2 for i in range(3)))
    return (d - (radii[0] + (radii[1] - radii[0]) * t)).astype(np.float32)


def egg(c: Canvas, middle: tuple[float, float, float], half: tuple[float, float, float], power: float = 2.0) -> Field:
    """Signed distance (mm, about) to an ellipsoid, u, y, w; a power above two makes it boxy."""
    p = tuple(axis - m for axis, m in zip((c.u, c.y, c.w), middle, strict=True))
    q = sum(np.abs(p[i] / half[i]) ** power for i in range(3)) ** (1.0 / power) + 1e-6
    away = np.sqrt(sum(p[i] ** 2 for i in range(3)))
    return ((q - 1.0) * np.maximum(away / q, 0.3 * min(half))).astype(np.float32)


def together(distances: Sequence[Field], round_mm: float = 1.5) -> Field:
    """Union of solids, rounded off where they meet: polynomial smooth minimum (Quilez)."""
    out = distances[0]
    for d in distances[1:]:
        h = np.clip(0.5 + 0.5 * (d - out) / round_mm, 0, 1)
        out = d + (out - d) * h - round_mm * h * (1 - h)
    return out


def bone(c: Canvas, name: str, distance: Field, *, salt: int) -> None:
    """A bone where a signed distance (mm) is negative: cortex, and cancellous bone within."""
    cortex = c.part(name, Kind.BONE, "cortical_bone")
    within = c.part(f"{name} cancellous bone", Kind.BONE, "cancellous_bone", whole=name)
    v, near_it = around(c, distance)
    rough = near_it + 0.15 * v.noise((4.0, 4.0, 6.0), salt)
    v.lay(cortex, rough, 10.0 * v.noise((1.2, 1.2, 1.2), salt + 1))
    v.lay(within, rough + max(CORTEX_MM, 1.6 * c.spacing_mm))


def around(c: Canvas, distance: Field, room_mm: float = 1.0) -> tuple[Canvas, Field]:
    """The part of the canvas where a signed distance is below `room_mm`, and the distance there."""
    close = distance < room_mm
    u, y = np.flatnonzero(close.any(axis=(0, 2))), np.flatnonzero(close.any(axis=(0, 1)))
    if not u.size:
        return c.window((0.0, 0.0), (0.0, 0.0)), distance[:, :1, :1]
    across, away, half = c.u.ravel(), c.y.ravel(), 0.5 * c.spacing_mm
    ends = (float(across[u[-1]]) + half, float(away[y[-1]]) + half)  # so that the last voxel belongs to it
    v = c.window((float(across[u[0]]), ends[0]), (float(away[y[0]]), ends[1]))
    first, top = int(u[0]), int(y[0])
    return v, distance[:, first : first + v.u.size, top : top + v.y.size]


def shaped(
    c: Canvas, what: tuple[str, Kind, str], distance: Field, texture: Field | float = 0.0, *, whole: str = ""
) -> Part:
    """Anything else of one tissue (name, kind, tissue) where a signed distance (mm) is negative."""
    part = c.part(*what, whole=whole)
    c.lay(part, distance, texture)
    return part


def swell(w: Field, middle_mm: float, length_mm: float) -> Field:
    """1 at a place along w, 0 half a length away and beyond: a raised cosine."""
    t = np.clip((w - middle_mm) / (0.5 * length_mm), -1, 1)
    return np.round(0.5 * (1 + np.cos(pi * t)) * 1024) / 1024
