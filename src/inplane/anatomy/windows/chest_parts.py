"""Ribs, the muscles between them, the bundle below the upper rib, pleura and lung; see `rib_angle`."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, lung, muscle, ripple
from inplane.anatomy.windows.leg_parts import louder

OVER_MM, UNDER_MM = 0.8, 2.2
"""Loose tissue over the ribs, and what lies between them and the pleura. Chosen: thin."""
EXTERNAL, INTERNAL = 0.38, 0.66
"""Where external and internal intercostal end, as shares of the way from the ribs' outer face to the pleura. Chosen:
the bundle lies deep in the space."""
PLANE_MM, INNERMOST_MM = 1.1, 1.3
"""Of the bundle's plane, and of innermost intercostal. Chosen: the nerve fills the first."""
NERVE_BELOW_MM, VEIN_ABOVE_MM = 2.6, 2.3
"""Of the nerve below the artery and the vein above it. Chosen: vein, artery, nerve from the rib downwards."""
STEP_MM, BROKEN_MM = 1.6, 9.0
"""Step of a broken rib, and where it is along the rib. Chosen: beside the view, to which the probe can be slid."""
HEMATOMA_DB = -14.0
NERVE_DB, LATISSIMUS_DB = 4.0, -1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Space:
    """Depths (mm): of the ribs' outer face and of the pleura, (nz, nx, 1); where the space begins and ends across.

    Args:
        outer, pleura: see above. half_mm: half the space between the ribs.
    """

    outer: Field
    pleura: Field
    half_mm: float

    def share(self, of: float) -> Field:
        """Depth at a share of the way from outer face to pleura."""
        return self.outer + of * (self.pleura - self.outer)


def space(c: Canvas, p: Values, top_mm: float) -> Space:
    """Where ribs and pleura lie; the chest is rounded a little."""
    outer = top_mm + p["latissimus_mm"] + OVER_MM + 0.0016 * c.u**2 + 0.0006 * c.w**2 + 0.3 * ripple(c, 24.0, 231)
    pleura = outer + p["rib_thickness_mm"] + UNDER_MM + 0.25 * ripple(c, 18.0, 233)
    return Space(outer=outer, pleura=pleura, half_mm=0.5 * p["space_mm"])


def latissimus(c: Canvas, p: Values, top_mm: float, sheet: Part) -> None:
    """The flat muscle over the ribs."""
    front = top_mm + 0.5 + 0.0016 * c.u**2 + 0.3 * ripple(c, 24.0, 235)
    d = everywhere(c, front - c.y, c.y - front - p["latissimus_mm"])
    muscle(c, "latissimus dorsi", d.astype(np.float32), (0.4, 0.0, 0.9), sheet, salt=301)
    louder(c, "latissimus dorsi", LATISSIMUS_DB)


def intercostals(c: Canvas, at: Space, sheet: Part) -> None:
    """External, internal and innermost intercostal, from rib to rib; between the last two the bundle's plane."""
    deep = at.share(INTERNAL)
    layers = (
        ("external intercostal", at.outer + 0.4, at.share(EXTERNAL), (-0.7, 0.0, 0.7)),
        ("internal intercostal", at.share(EXTERNAL) + 0.3, deep, (0.7, 0.0, 0.7)),
        ("innermost intercostal", deep + PLANE_MM, deep + PLANE_MM + INNERMOST_MM, (0.7, 0.0, 0.7)),
    )
    for n, (name, front, back, along) in enumerate(layers):
        d = everywhere(c, front - c.y, c.y - back)
        muscle(c, name, d.astype(np.float32), along, sheet, salt=321 + 20 * n)


def inside(c: Canvas, at: Space) -> None:
    """Endothoracic fascia, pleura, lung."""
    lung(c, at.pleura)
    part = c.part("endothoracic fascia", Kind.FASCIA, "connective")
    low, high = float(at.pleura.min()) - 2.0, float(at.pleura.max()) + 1.0
    v = c.window((-1e3, 1e3), (low, high))
    v.mix(part, (0.5 * np.clip(1.0 - np.abs(v.y - at.pleura + 0.9) / 0.5, 0, 1) * uneven(v, 391)).astype(np.float32))
    v.labels[np.broadcast_to(np.abs(v.y - at.pleura + 0.9) < 0.3, v.labels.shape)] = part.label


def ribs(c: Canvas, p: Values, at: Space) -> None:
    """Both ribs, ovals; the upper one is broken beside the view by grade, with blood over it."""
    half = 0.5 * p["rib_height_mm"], 0.5 * p["rib_thickness_mm"]
    grade = int(p["fracture_grade"])
    for n, side in enumerate((-1.0, 1.0)):
        u = side * (at.half_mm + half[0])
        y = float(np.interp(u, c.u.ravel(), at.outer[at.outer.shape[0] // 2, :, 0])) + half[1]
        step = STEP_MM if side > 0 and grade else 0.0
        knots = [
            (w, u, y + step * (w > BROKEN_MM), *half) for w in (-24.0, 0.0, BROKEN_MM - 0.4, BROKEN_MM + 0.4, 24.0)
        ]
        s.bone(c, "rib", s.tubular(c, s.course(c, *knots)), salt=401 + 10 * n)
        if side > 0 and grade > 1:
            v, near = s.around(c, s.egg(c, (u, y - half[1] - 0.8, BROKEN_MM), (5.5, 1.5, 7.0)), 1.5)
            share = np.clip(0.5 - near, 0, 1)
            v.power[...] *= np.float32(1.0) - share * np.float32(1.0 - 10 ** (HEMATOMA_DB / 10))


def bundle(c: Canvas, p: Values, at: Space, sheet: Part) -> s.Course:
    """Vein, artery and nerve in their plane, from the upper rib downwards; returns the nerve."""
    deep, first = at.share(INTERNAL) + 0.5 * PLANE_MM, at.half_mm - p["artery_share"] * 2.0 * at.half_mm
    r, b = p["artery_radius_mm"], 0.5 * p["nerve_mm"] / sqrt(1.3)

    def along(u: float, half: tuple[float, float]) -> s.Course:
        y = np.interp(u, c.u.ravel(), deep[deep.shape[0] // 2, :, 0])
        return s.course(
            c, *((w, u + 0.03 * w, float(y) + 0.0006 * w * w, *half) for w in (-20.0, -8.0, 0.0, 8.0, 20.0))
        )

    artery, nerve = along(first, (r, r)), along(first - NERVE_BELOW_MM - 0.5 * r, (1.3 * b, b))
    vein = along(min(first + VEIN_ABOVE_MM + 0.5 * r, at.half_mm - 0.5), (r, 0.8 * r))
    for n, tube in enumerate((vein, artery, nerve)):
        bed(c, tube, 0.7, sheet, salt=501 + 10 * n)
    s.vessel(c, "intercostal vein", vein, sheet, artery=False, wall_mm=0.2, salt=541)
    s.vessel(c, "intercostal artery", artery, sheet, artery=True, wall_mm=0.25, salt=551)
    s.nerve(c, "intercostal nerve", nerve, sheet, salt=561)
    louder(c, "intercostal nerve", NERVE_DB)
    return nerve
