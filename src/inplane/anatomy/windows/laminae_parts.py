"""Muscle, laminae, ligaments, epidural space and sac of the lumbar spine, cut along the body; see `laminae`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import FIBRILS
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere, muscle, ripple
from inplane.anatomy.windows.leg_parts import louder

GAP_MM, AIM_MM = -6.5, -0.5
"""Along the body: middle of the gap looked at, and the tip from there. Chosen: a needle from beside the probe's foot
end then reaches it at 55 to 65 degrees."""
WIDE_MM = (13.5, 12.0, 10.0, 8.5)
"""Of the gap between laminae by grade of stenosis. Chosen: usual to narrow."""
LAMINA_MM, RISE_MM = 3.4, 5.0
"""Half a lamina's thickness, and how much deeper its upper end lies. Chosen: as drawn in descriptions of the view."""
FLAVUM_MM = 4.6
"""Back of ligamentum flavum below the laminae's highest line. Chosen: it springs from before the upper lamina."""
BEHIND_LAMINA, REACH_MM = 0.25, 11.0
"""Share of the fat's depth that is left before a lamina; half width of the fat's triangle. Chosen."""
HALF_WIDE_MM, DURA_MM, VENTRAL_MM, LONGITUDINAL_MM = 9.5, 1.0, 2.6, 1.5
"""Half the canal's width; dura, ventral epidural space, posterior longitudinal ligament. Chosen: thicker than in life,
so that each is two voxels at least."""
DISC_MM = 9.0
"""Height of a disc. Chosen: about a centimeter."""
LOWEST = 0.88
"""Share of a level between the last two gaps. Chosen: the fifth lamina is the lowest."""
MUSCLE_DB, FAT_DB, FLAVUM_DB, DURA_DB = -3.0, -7.0, 5.0, 9.0
"""Muscle, epidural fat, ligaments and dura against others. Chosen: two bright lines about a dark band."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm), (nz, nx, 1): outer fascia; laminae's highest line; both faces of ligamentum flavum; back and front
    of the sac with its dura; back of the bodies. `gap_mm` is how wide the gaps are."""

    top_mm: float
    lamina: Field
    flavum: tuple[Field, Field]
    sac: tuple[Field, Field]
    body: Field
    gap_mm: float
    along: Field
    middles: tuple[float, ...]

    def epidural_at(self, x_mm: float) -> float:
        """Middle of the dorsal epidural space at a place along the body."""
        row = self.sac[0].shape[0] // 2
        middle = 0.5 * (self.flavum[1] + self.sac[0])
        return float(np.interp(x_mm, self.along, middle[row, :, 0]))


def layers(c: Canvas, p: Values, top_mm: float) -> Layers:
    """Where they lie: all but parallel to the skin."""
    middles = tuple(GAP_MM + n * p["level_mm"] for n in (-LOWEST, 0, 1, 2))
    lamina = top_mm + p["muscle_mm"] + 0.02 * c.u + 0.25 * ripple(c, 30.0, 231) + 0.0 * c.w
    back = lamina + FLAVUM_MM
    front = back + p["flavum_mm"] * (1.0 + 0.05 * int(p["stenosis_grade"]))
    peak = np.maximum.reduce([np.clip(1.0 - np.abs(c.u - m) / REACH_MM, 0, 1) for m in middles])
    share = BEHIND_LAMINA + (1.0 - BEHIND_LAMINA) * np.minimum(1.3 * peak, 1.0)
    dura = front + p["epidural_mm"] * share
    foot = lamina + FLAVUM_MM + p["flavum_mm"] + p["epidural_mm"] + p["sac_mm"] + 0.3 * ripple(c, 24.0, 235)
    return Layers(
        top_mm=top_mm,
        lamina=lamina,
        flavum=(back, front),
        sac=(dura, foot),
        body=foot + VENTRAL_MM + LONGITUDINAL_MM,
        gap_mm=WIDE_MM[int(p["stenosis_grade"])],
        along=c.u.ravel(),
        middles=middles,
    )


def muscle_of_the_back(c: Canvas, at: Layers, sheet: Part) -> None:
    """Multifidus from the fascia to the laminae, its fibers along the picture."""
    d = everywhere(c, at.top_mm + 0.7 - c.y, c.y - at.lamina - 1.0 + 0.4 * ripple(c, 9.0, 241))
    muscle(c, "multifidus", d.astype(np.float32), (1.0, 0.12, 0.1), sheet, salt=301)
    louder(c, "multifidus", MUSCLE_DB)


def bodies(c: Canvas, at: Layers) -> None:
    """Vertebral bodies with discs between, and the posterior longitudinal ligament along their back."""
    behind = everywhere(c, at.body - c.y, np.abs(c.w) - 17.0)
    gaps = np.minimum.reduce([np.abs(c.u - m) for m in at.middles])
    sacrum = at.middles[0] - 0.5 * DISC_MM - 8.0
    disc = everywhere(c, behind, gaps - 0.5 * DISC_MM - 1.5, sacrum - c.u).astype(np.float32)
    s.shaped(c, ("intervertebral disc", Kind.CARTILAGE, "cartilage"), disc)
    bone = everywhere(c, behind, 0.5 * DISC_MM - gaps, sacrum - c.u).astype(np.float32)
    s.bone(c, "vertebral body", bone, salt=401)
    d = everywhere(c, at.body - LONGITUDINAL_MM - c.y, c.y - at.body, np.abs(c.w) - HALF_WIDE_MM)
    v, near = s.around(c, d.astype(np.float32))
    part = v.part("posterior longitudinal ligament", Kind.LIGAMENT, "tendon", louder_db=FLAVUM_DB)
    v.lay(part, near, 12.0 * v.noise((5.0, 0.5, 4.0), 411))


def canal(c: Canvas, at: Layers) -> None:
    """Both epidural spaces, the veins of the ventral one, dura, fluid and the roots in it."""
    wide = np.abs(c.w) - HALF_WIDE_MM
    dorsal = everywhere(c, at.flavum[1] - c.y, c.y - at.sac[0], wide).astype(np.float32)
    ventral = everywhere(c, at.sac[1] - c.y, c.y - at.body + LONGITUDINAL_MM, wide).astype(np.float32)
    for n, (name, d) in enumerate((("dorsal epidural space", dorsal), ("ventral epidural space", ventral))):
        v, near = s.around(c, d)
        part = v.part(name, Kind.BURSA, "fat", louder_db=FAT_DB)
        v.lay(part, near, 8.0 * v.noise((3.0, 1.0, 3.0), 421 + n))
    sac = everywhere(c, at.sac[0] - c.y, c.y - at.sac[1], wide + 0.5).astype(np.float32)
    v, near = s.around(c, sac)
    dura = v.part("dura mater", Kind.DURA, "connective", louder_db=DURA_DB)
    v.lay(dura, near, 6.0 * v.noise((6.0, 0.5, 6.0), 431))
    v.lay(v.part("thecal sac fluid", Kind.CEREBROSPINAL_FLUID, "water", whole="thecal sac"), near + DURA_MM)
    _roots(c, at)
    _veins(c, at)


def _roots(c: Canvas, at: Layers) -> None:
    """The cauda equina, fallen to the front of the sac."""
    part = c.part("cauda equina", Kind.NERVE, "nerve")
    for n, (share, side) in enumerate(((0.66, -2.4), (0.74, 0.4), (0.8, 2.6), (0.7, 5.0))):
        y = at.sac[0] + share * (at.sac[1] - at.sac[0]) + 0.3 * ripple(c, 20.0, 441 + n)
        d = np.sqrt((c.y - y) ** 2 + (c.w - side) ** 2) - 0.6
        v, near = s.around(c, d.astype(np.float32))
        v.lay(part, near)


def _veins(c: Canvas, at: Layers) -> None:
    """Two veins of the plexus before the sac."""
    wall = c.part("epidural venous plexus wall", Kind.VEIN_WALL, "vessel_wall", whole="epidural venous plexus")
    blood = c.part("epidural venous plexus lumen", Kind.VEIN_LUMEN, "blood", whole="epidural venous plexus")
    y = at.sac[1] + 0.5 * VENTRAL_MM
    for side in (0.2, 6.0):
        d = np.sqrt((c.y - y) ** 2 + (c.w - side) ** 2) - 0.8
        v, near = s.around(c, d.astype(np.float32), 1.5)
        v.lay(wall, near - 0.25)
        v.lay(blood, near)


def flavum(c: Canvas, at: Layers, sheet: Part) -> None:
    """Ligamentum flavum from lamina to lamina."""
    d = everywhere(c, at.flavum[0] - c.y, c.y - at.flavum[1], np.abs(c.w) - HALF_WIDE_MM - 2.0)
    gaps = np.minimum.reduce([np.abs(c.u - m) for m in at.middles])
    v, near = s.around(c, np.maximum(d, gaps - 0.5 * at.gap_mm - 3.0).astype(np.float32))
    part = v.part("ligamentum flavum", Kind.LIGAMENT, "tendon", louder_db=FLAVUM_DB)
    lines, fibril = v.strands(near < v.spacing_mm, (1.0, 0.05, 0.1), FIBRILS, 451)
    v.lay(part, near, 10.0 * fibril - 14.0 + 36.0 * lines)
    v.mix(sheet, (0.4 * np.clip(1.0 - np.abs(near) / 0.4, 0, 1) * uneven(v, 453)).astype(np.float32))


def laminae(c: Canvas, p: Values, at: Layers) -> None:
    """Saw teeth, each nearest to the skin at its lower end; the back of the sacrum below the last gap."""
    for n, m in enumerate(at.middles):
        foot = m + 0.5 * at.gap_mm + LAMINA_MM
        head = m + p["level_mm"] * (1.0 if n else LOWEST) - 0.5 * at.gap_mm - LAMINA_MM
        y = float(np.interp(m, at.along, at.lamina[at.lamina.shape[0] // 2, :, 0])) + LAMINA_MM
        d = everywhere(c, _plate(c, (foot, y), (head, y + RISE_MM)), np.abs(c.w) - 13.0)
        if (d < 0).any():
            s.bone(c, "lamina", (d + 0.3 * ripple(c, 8.0, 461 + n)).astype(np.float32), salt=471 + 10 * n)
    edge = at.middles[0] - 0.5 * at.gap_mm
    y = float(np.interp(edge, at.along, at.lamina[at.lamina.shape[0] // 2, :, 0])) + LAMINA_MM
    d = _plate(c, (edge - LAMINA_MM, y + 3.0), (edge - 70.0, y - 6.0))
    s.bone(c, "sacrum", everywhere(c, d + 0.4 * ripple(c, 10.0, 491), np.abs(c.w) - 14.0).astype(np.float32), salt=495)


def _plate(c: Canvas, one: tuple[float, float], other: tuple[float, float]) -> Field:
    """Signed distance (mm) to a plate from one place (along, down) to another, as wide as the window."""
    (u, y), (du, dy) = one, (other[0] - one[0], other[1] - one[1])
    t = np.clip(((c.u - u) * du + (c.y - y) * dy) / (du * du + dy * dy), 0.0, 1.0)
    return np.sqrt((c.u - u - t * du) ** 2 + (c.y - y - t * dy) ** 2) - LAMINA_MM
