"""Roof and floor of the sacral canal, its ligament and veins, and the coccyx; see `sacral_hiatus`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import FIBRILS
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere, ripple

EDGE_MM, END_MM, AIM_MM = 5.0, -17.0, 2.0
"""Along the body: edge of the bony roof, where the ligament ends on the coccyx, and the tip. Chosen: the tip is still
seen, just short of the roof."""
CANAL_MM = (6.2, 4.8, 3.2)
"""Depth of the canal at the roof's edge by grade. Chosen: wide, usual, narrow."""
HALF_WIDE_MM, WALL_MM = 7.5, 5.0
"""Half the canal's width, and thickness of its side walls. Chosen."""
FLOOR_MM, COCCYX_MM = 9.0, -19.5
"""Thickness of the sacrum beneath the canal; upper end of the coccyx. Chosen."""
FAT_DB, LIGAMENT_DB = -4.0, 3.0
"""Fat of the canal and ligament against others. Chosen: a dark canal beneath a bright band."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm), (nz, nx, 1): back of the ligament or roof, top of the canal, floor; across them by `rows`.

    Args:
        outer, canal, floor: see above.
        rows: places along the body, and middle of the canal there.
    """

    outer: Field
    canal: Field
    floor: Field
    rows: tuple[Field, Field]

    def canal_at(self, u_mm: float) -> float:
        """Middle of the canal at a place along the body."""
        return float(np.interp(u_mm, *self.rows))


def layers(c: Canvas, p: Values, top_mm: float) -> Layers:
    """Where they lie: all fall towards the coccyx, and ligament and floor meet there."""
    outer = top_mm + 0.5 + p["slope"] * (EDGE_MM - c.u) + 0.5 * p["slope"] * np.clip(c.u - EDGE_MM, 0, None)
    outer = outer + 0.15 * ripple(c, 14.0, 231)
    covered = np.where(c.u > EDGE_MM, p["lamina_mm"], p["ligament_mm"])
    canal = outer + covered
    open_share = np.clip((c.u - END_MM) / (EDGE_MM - END_MM), 0, 1.15) ** 0.8
    floor = canal + CANAL_MM[int(p["hiatus_grade"])] * open_share
    middle = 0.5 * (canal + floor)
    row = middle.shape[0] // 2
    return Layers(outer=outer, canal=canal, floor=floor, rows=(c.u.ravel(), middle[row, :, 0]))


def deep(c: Canvas, at: Layers, sheet: Part) -> None:
    """Fat over, beside and before the bones, wherever nothing else is laid."""
    below = (float(at.outer.min()) - 1.0 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", below, sheet, salt=201)


def sacrum(c: Canvas, at: Layers) -> None:
    """Floor, side walls with the cornua, and roof of the canal; the coccyx below them."""
    floor = everywhere(c, at.floor - c.y, c.y - at.floor - FLOOR_MM, COCCYX_MM + 1.6 - c.u, np.abs(c.w) - 30.0)
    sides = everywhere(
        c,
        at.outer - 1.2 - c.y,
        c.y - at.floor - 2.0,
        np.abs(np.abs(c.w) - HALF_WIDE_MM - WALL_MM) - WALL_MM,
        -9.0 - c.u,
    )
    roof = everywhere(c, at.outer - c.y, c.y - at.canal, EDGE_MM - c.u, np.abs(c.w) - HALF_WIDE_MM - 1.0)
    whole = np.minimum(np.minimum(floor, sides), roof).astype(np.float32)
    s.bone(c, "sacrum", whole, salt=401)
    tip = float(at.floor[at.floor.shape[0] // 2, int(np.argmin(np.abs(c.u.ravel() - COCCYX_MM))), 0])
    coccyx = s.egg(c, (COCCYX_MM - 10.0, tip + 5.0, 0.0), (10.0, 4.6, 8.0), 2.4)
    s.bone(c, "coccyx", coccyx, salt=411)


def canal(c: Canvas, at: Layers) -> None:
    """Fat of the canal, which opens as one space."""
    d = everywhere(c, at.canal - c.y, c.y - at.floor, END_MM + 1.0 - c.u, np.abs(c.w) - HALF_WIDE_MM)
    v, near = s.around(c, d.astype(np.float32))
    part = v.part("sacral canal", Kind.BURSA, "fat", louder_db=FAT_DB)
    v.lay(part, near, 8.0 * v.noise((3.0, 1.0, 3.0), 421))


def veins(c: Canvas, p: Values, at: Layers) -> None:
    """Two veins of the plexus, along the canal near its floor, under the roof; one in the picture."""
    r = p["vein_radius_mm"]
    wall = c.part("epidural venous plexus wall", Kind.VEIN_WALL, "vessel_wall", whole="epidural venous plexus")
    blood = c.part("epidural venous plexus lumen", Kind.VEIN_LUMEN, "blood", whole="epidural venous plexus")
    row = at.floor[at.floor.shape[0] // 2, :, 0]
    ends = [(u, float(np.interp(u, c.u.ravel(), row)) - r - 0.5) for u in (EDGE_MM + 1.5, EDGE_MM + 22.0)]
    for side in (0.3, 4.2):
        d = s.rod(c, ((*ends[0], side), (*ends[1], side)), (r, r))
        v, near = s.around(c, d, 1.5)
        v.lay(wall, near - 0.25)
        v.lay(blood, near)


def ligament(c: Canvas, at: Layers, sheet: Part) -> None:
    """The sacrococcygeal ligament, a bright band from the roof's edge to the coccyx."""
    along = (1.0, -0.1, 0.0)
    d = everywhere(
        c, at.outer - c.y, c.y - at.canal, c.u - EDGE_MM - 0.4, END_MM - 6.0 - c.u, np.abs(c.w) - HALF_WIDE_MM
    )
    v, near = s.around(c, d.astype(np.float32))
    part = v.part("sacrococcygeal ligament", Kind.CAPSULE, "connective", louder_db=LIGAMENT_DB)
    lines, fibril = v.strands(near < v.spacing_mm, along, FIBRILS, 431)
    v.lay(part, near, 10.0 * fibril - 14.0 + 36.0 * lines)
    v.mix(sheet, (0.4 * np.clip(1.0 - np.abs(near) / 0.4, 0, 1) * uneven(v, 433)).astype(np.float32))
