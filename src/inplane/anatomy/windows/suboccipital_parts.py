"""Muscles of the nape, axis and atlas, nerve, ganglion and artery between them; see `suboccipital`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, muscle, ripple
from inplane.anatomy.windows.leg_parts import louder

GAP_MM, PLANE_MM = 0.5, 1.3
"""Between muscles, and between semispinalis and the oblique muscle, where the nerve lies. Chosen: two lines."""
MUSCLES = (
    ("trapezius", "trapezius_mm", (0.7, 0.0, 0.7)),
    ("splenius capitis", "splenius_mm", (-0.6, 0.0, 0.8)),
    ("semispinalis capitis", "semispinalis_mm", (0.1, 0.0, 1.0)),
)
"""From the skin inwards: name, its number, and its fibers (u, y, w)."""
OBLIQUE_HALF_MM, OBLIQUE_DB, NERVE_DB, GANGLION_DB = 15.0, -2.0, 5.0, -8.0
"""Half the oblique muscle's width along z; brightness of three parts against others. Chosen: dark muscle, bright nerve,
dark ganglion."""
LAMINA_MM, SPINE_MM, ATLAS_MM = -2.0, 21.0, -27.0
"""Outer edge of the axis' lamina, its spinous process, and the transverse process of the atlas, across. Chosen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)): faces of the three muscles, middle of the nerve's plane, faces of the oblique one."""

    muscles: tuple[tuple[Field, Field], ...]
    plane: Field
    oblique: tuple[Field, Field]

    def oblique_at(self, c: Canvas, u_mm: float) -> tuple[float, float]:
        """Front and back of the oblique muscle in the view."""
        rows = [face[face.shape[0] // 2, :, 0] for face in self.oblique]
        return float(np.interp(u_mm, c.u.ravel(), rows[0])), float(np.interp(u_mm, c.u.ravel(), rows[1]))


def layers(c: Canvas, p: Values) -> Layers:
    """Where the layers lie: they rise a little over the spinous process."""
    front = p["skin_mm"] + p["fat_mm"] + 0.4 + 0.0018 * (c.u - 6.0) ** 2 + 0.3 * ripple(c, 18.0, 231)
    found: list[tuple[Field, Field]] = []
    for n, (_, number, _) in enumerate(MUSCLES):
        back = front + p[number] * (1.0 + 0.06 * ripple(c, 24.0, 233 + n))
        found.append((front, back))
        front = back + GAP_MM
    back = found[-1][1]
    top = back + PLANE_MM
    thick = p["oblique_mm"] * (1.0 - 0.35 * np.clip((c.u - 8.0) / 16.0, 0, 1)) + 0.2 * ripple(c, 14.0, 237)
    return Layers(muscles=tuple(found), plane=back + 0.5 * PLANE_MM, oblique=(top, top + thick))


def muscles(c: Canvas, at: Layers, sheet: Part) -> None:
    """Trapezius, splenius, semispinalis; beneath them the oblique muscle, along the picture."""
    for n, ((name, _, along), (front, back)) in enumerate(zip(MUSCLES, at.muscles, strict=True)):
        d = everywhere(c, front - c.y, c.y - back)
        muscle(c, name, d.astype(np.float32), along, sheet, salt=301 + 20 * n)
    front, back = at.oblique
    d = everywhere(c, front - c.y, c.y - back, np.abs(c.w) - OBLIQUE_HALF_MM, c.u - SPINE_MM, ATLAS_MM - c.u)
    muscle(c, "obliquus capitis inferior", d.astype(np.float32), (1.0, 0.05, 0.1), sheet, salt=371)
    louder(c, "obliquus capitis inferior", OBLIQUE_DB)
    v = c.window((-1e3, 1e3), (float(front.min()) - 2.5, float(front.max()) + 1.0))
    v.mix(sheet, (0.6 * np.clip(1.0 - np.abs(v.y - front + 0.1) / 0.4, 0, 1) * uneven(v, 377)).astype(np.float32))


def bones(c: Canvas, at: Layers) -> None:
    """Lamina and spinous process of the axis; transverse process of the atlas."""
    _, deep = at.oblique_at(c, 6.0)
    lamina = s.egg(c, (0.5 * (LAMINA_MM + 36.0), deep + 4.3, -3.0), (0.5 * (36.0 - LAMINA_MM), 4.0, 11.0), 3.4)
    front, _ = at.oblique_at(c, SPINE_MM)
    spine = s.egg(c, (SPINE_MM + 4.0, front + 5.5, -4.0), (4.5, 5.0, 10.0), 2.6)
    s.bone(c, "axis", s.together([lamina, spine], 2.5), salt=401)
    front, _ = at.oblique_at(c, ATLAS_MM)
    s.bone(c, "atlas", s.egg(c, (ATLAS_MM - 3.0, front + 8.0, 5.0), (6.0, 6.5, 12.0), 2.4), salt=411)


def deep(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Between axis and atlas: the ganglion of C2, and the vertebral artery in its loop, which runs upwards."""
    _, back = at.oblique_at(c, -8.0)
    r = p["vertebral_radius_mm"]
    artery = s.course(c, *((w, -14.5 - 0.1 * w, back + r + 1.3 + 0.05 * w, r, r) for w in (-17.0, 0.0, 17.0)))
    ganglion = s.course(c, *((w, -6.8 + 0.05 * w, back + 2.6, 2.8, 1.8) for w in (-8.0, 0.0, 8.0)))
    for n, tube in enumerate((artery, ganglion)):
        bed(c, tube, 1.2, sheet, salt=501 + 10 * n)
    s.vessel(c, "vertebral artery", artery, sheet, artery=True, wall_mm=0.4, salt=531)
    s.nerve(c, "dorsal root ganglion", ganglion, sheet, salt=541)
    for name in ("dorsal root ganglion", "dorsal root ganglion fascicle"):
        louder(c, name, GANGLION_DB)


def occipital_nerve(c: Canvas, at: Layers, size: tuple[float, float, float], sheet: Part) -> s.Course:
    """The greater occipital nerve in its plane, over the oblique muscle to the crown and the midline; `size` is where
    it lies across and its half axes."""
    u, a, b = size
    row = at.plane[at.plane.shape[0] // 2, :, 0]

    def knot(w: float) -> s.Knot:
        x = u + 0.25 * w
        return (w, x, float(np.interp(x, c.u.ravel(), row)), a, b)

    nerve = s.course(c, *(knot(w) for w in (-17.0, -8.0, 0.0, 8.0, 17.0)))
    bed(c, nerve, 0.8, sheet, salt=551)
    s.nerve(c, "greater occipital nerve", nerve, sheet, salt=561)
    louder(c, "greater occipital nerve", NERVE_DB)
    return nerve
