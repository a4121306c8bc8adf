"""Muscles, fasciae, vessels and nerves at the side of the neck at C4; see `c4_side`."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import bed, everywhere, loose_plane, ripple, small_nerve
from inplane.anatomy.windows.knee_front_parts import band
from inplane.anatomy.windows.neck_parts import Oval, along, ovals, roots

AIM_MM = -0.5
"""Across, of the tip in the space. Chosen: beneath the muscle's edge, clear of vein and artery."""
EDGE_MM, END_MM = -6.0, 7.5
"""The space across, from the muscle's edge to the sheath of the great vessels. Chosen."""
VEIN_MM = (9.0, -15.5, -12.5)
"""External jugular vein across, by grade. Chosen: over the muscle, behind it, over the branches."""
BRANCHES_MM = ((-7.2, 2.7), (-5.6, 1.2), (-5.0, 3.6))
"""Branches of the plexus: across, and below the fascia. Chosen: about the muscle's edge."""
PLANE_DB, FASCIA_DB, LINED = 12.0, 5.0, 0.5
"""Space and fascia above others; share of connective tissue of the space's walls. Chosen: bright lines."""
NARROWED = (0.0, 0.22, 0.5, 0.7)
"""Share of the carotid's diameter that plaque takes, by grade. Chosen: none, little, half, more."""
PLAQUE_DB = 5.0
"""Above other walls. Chosen: gray in a black lumen."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm): of the outer fascia (a number), of the muscle's back, of the space's middle and of the prevertebral
    fascia, (nz, nx, 1)."""

    top_mm: float
    muscle: Field
    space: Field
    prevertebral: Field

    def space_at(self, c: Canvas, u_mm: float) -> float:
        """Depth of the space's middle at a place across, in the view."""
        return float(np.interp(u_mm, c.u.ravel(), self.space[self.space.shape[0] // 2, :, 0]))


def layers(c: Canvas, p: Values, top_mm: float) -> Layers:
    """Where the layers lie: the muscle thins to its edge, the space follows its back."""
    taper = np.clip((c.u + 9.0) / 14.0, 0, 1) ** 0.6
    back = top_mm + 0.6 + p["muscle_mm"] * (0.35 + 0.65 * taper) + 0.2 * ripple(c, 16.0, 241) + 0.0 * c.w
    space = back + 0.6 + 0.5 * p["space_mm"]
    return Layers(top_mm=top_mm, muscle=back, space=space, prevertebral=space + 0.5 * p["space_mm"] + 0.5)


def muscles(c: Canvas, at: Layers, sheet: Part) -> None:
    """Scalenes and levator under the prevertebral fascia, sternocleidomastoid over the space."""
    t = at.top_mm
    deep = (
        Oval(name="levator scapulae", middle=(-15.5, t + 14.0), half=(7.5, 6.5), along=(0.2, 0.1, 0.95)),
        Oval(name="middle scalene", middle=(-2.0, t + 16.4), half=(7.2, 6.6), along=(0.0, 0.2, 0.97)),
        Oval(name="longus capitis", middle=(10.5, t + 23.5), half=(8.0, 4.6), along=(0.0, 0.1, 1.0)),
    )
    ovals(c, deep, sheet, at.prevertebral + 0.6 - c.y, salt=301)
    over = (Oval(name="sternocleidomastoid", middle=(12.5, t + 4.4), half=(18.0, 9.0), along=(0.3, 0.0, 0.95)),)
    ovals(c, over, sheet, t + 0.5 - c.y, c.y - at.muscle, salt=381)


def fasciae(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """The space, and the prevertebral fascia that closes it behind."""
    d = everywhere(c, np.abs(c.y - at.space) - 0.5 * p["space_mm"], EDGE_MM - c.u, c.u - END_MM)
    loose_plane(c, "posterior cervical space", d, sheet, louder_db=PLANE_DB, lined=LINED)
    leaf = c.part("prevertebral fascia", Kind.FASCIA, "connective", louder_db=FASCIA_DB)
    low, high = float(at.prevertebral.min()) - 1.0, float(at.prevertebral.max()) + 1.0
    v = c.window((-24.0, END_MM + 1.5), (low, high))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    v.sheet(leaf, v.y - at.prevertebral[:, first : first + v.u.size], 0.7, np.maximum(uneven(v, 401), 0.7))


def investing(c: Canvas, fascia_mm: Field, top_mm: float) -> None:
    """The outer fascia of the neck, from which the muscle hangs."""
    part = c.part("investing layer of deep cervical fascia", Kind.FASCIA, "connective", louder_db=2.0)
    v = band(c, (top_mm - 3.0, top_mm + 4.0))
    v.sheet(part, v.y - fascia_mm, 0.6, np.maximum(uneven(v, 411), 0.6))


def vessels(c: Canvas, p: Values, at: Layers, sheet: Part) -> None:
    """Carotid artery with its plaque and internal jugular vein; external jugular vein in the fat."""
    r, a, t = p["carotid_radius_mm"], p["jugular_half_mm"], at.top_mm + p["muscle_mm"]
    carotid = along(c, (11.6 + r, t + 4.4 + r), (r, r))
    jugular = along(c, (9.0 + a, t + 2.6), (a, 0.42 * a))
    outer = along(c, (VEIN_MM[int(p["vein_grade"])], at.top_mm - 1.3), (1.8, 0.8))
    for n, tube in enumerate((carotid, jugular, outer)):
        bed(c, tube, 0.7, sheet, salt=501 + 10 * n)
    s.vessel(c, "common carotid artery", carotid, sheet, artery=True, wall_mm=0.7, salt=541)
    s.vessel(c, "internal jugular vein", jugular, sheet, artery=False, wall_mm=0.3, salt=551)
    s.vessel(c, "external jugular vein", outer, sheet, artery=False, wall_mm=0.2, salt=561)
    share = NARROWED[int(p["plaque_grade"])]
    if share:
        v = s.near(c, carotid, 1.0)
        level = t + 4.4 + 2.0 * r * (1.0 - share * s.swell(v.w, 0.0, 22.0)) + 0.3 * v.noise((2.0, 9.0, 4.0), 571)
        whole = "common carotid artery"
        part = v.part("carotid plaque", Kind.ARTERY_WALL, "vessel_wall", whole=whole, louder_db=PLAQUE_DB)
        filled = np.maximum(s.tubular(v, carotid) - 0.25, level - v.y).astype(np.float32)
        v.lay(part, filled, 9.0 * v.noise((1.0, 0.8, 2.0), 573))


def nerves(c: Canvas, p: Values, at: Layers, sheet: Part) -> tuple[s.Course, ...]:
    """Branches of the plexus, whose courses are returned; accessory, phrenic and vagus nerve."""
    b, t = 0.5 * p["branch_mm"], at.top_mm
    tubes = tuple(along(c, (u, t + y), (1.1 * b, 0.9 * b), 0.1) for u, y in BRANCHES_MM)
    named = {f"superficial cervical plexus, branch {n + 1}": tube for n, tube in enumerate(tubes)}
    roots(c, named, sheet, whole="superficial cervical plexus", salt=601)
    r = p["carotid_radius_mm"]
    deep = t + p["muscle_mm"]
    small = (
        ("spinal accessory nerve", (-16.8, t + 3.8)),
        ("phrenic nerve", (4.6, float(at.space_at(c, 4.6)) + 2.6)),
        ("vagus nerve", (8.7, deep + 5.6 + 0.3 * r)),
    )
    for n, (name, place) in enumerate(small):
        small_nerve(c, name, along(c, place, (0.9, 0.75), 0.03), sheet, salt=701 + 10 * n)
    return tubes
