"""The wall of the belly and what lies behind it: flat muscles one beneath the other, the plane between the two inner
ones, peritoneum and bowel; see `flank_wall` and `iliac_spine`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_nerve import areolar
from inplane.anatomy._block_soft import DB
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere, loose_plane, muscle, ripple
from inplane.anatomy.windows.knee_front_parts import extent
from inplane.anatomy.windows.leg_parts import louder

TAHAN = (
    "Tahan N et al. J Physiol Anthropol 2016, doi 10.1186/s40101-016-0106-6 (abstract read), 156 adults: transversus < "
    "external < internal"
)
ORDER = f"{TAHAN}; how thick is chosen"

MUSCLES = (
    ("external oblique", "external_oblique_mm", (-0.7, 0.0, -0.7)),
    ("internal oblique", "internal_oblique_mm", (0.6, 0.0, -0.8)),
    ("transversus abdominis", "transversus_mm", (1.0, 0.0, -0.1)),
)
"""From the skin inwards: name, its number, and its fibers (u, y, w)."""
GAP_MM = 0.7
"""Fat and fascia between the two obliques. Chosen: a line that is seen."""
DARK_DB = -3.0
"""Transversus abdominis against the obliques. Chosen: it is the darkest of the three (atlas)."""
PLANE_DB, FAT_DB = 14.0, 5.0
"""Loose tissue of the plane, and fat before the peritoneum, above other fat. Chosen: bright lines in dark muscle."""
LINED = 0.6
"""Share of connective tissue of the fasciae that line the plane. Chosen: brighter than those between the obliques."""
PERITONEUM_MM, GUT_WALL_MM, GAS_MM = 0.9, 2.6, 1.2
"""Chosen: the first thicker than in life, so that the line is drawn at half a millimeter; the last is how deep gas
lies beneath the wall."""
GUT_DB = -2.0
"""Content of the bowel against fat. Chosen: gray, with a bright broken line of gas."""
ROUND_PER_MM = 0.0012
"""How the layers fall away to both sides of the probe. Chosen: a belly is rounder, but a probe flattens it."""


def muscle_ranges(external: tuple[float, float, float], share: float) -> dict[str, ParameterRange]:
    """Thickness of the three muscles: low, high and mean of external oblique, and the spread's share of the mean; the
    others in proportion."""
    low, high, mean = external
    return {
        name: ParameterRange(
            low=round(low * times, 2),
            high=round(high * times, 2),
            mean=round(mean * times, 2),
            sd=round(share * mean * times, 2),
            source=ORDER,
        )
        for name, times in (("external_oblique_mm", 1.0), ("internal_oblique_mm", 1.4), ("transversus_mm", 0.6))
    }


FAT_BEHIND = ParameterRange(
    low=0.8, high=5.0, mean=2.2, sd=0.8, source=chosen("fat before the peritoneum; none was read at this place")
)
"""Of both windows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """Depths (mm, (nz, nx, 1)) of the muscles' faces, of the plane's middle, and of the peritoneum.

    Args:
        faces: front and back of each muscle of MUSCLES. plane: middle of the loose tissue between the inner two.
        peritoneum: its front.
    """

    faces: tuple[tuple[Field, Field], ...]
    plane: Field
    peritoneum: Field

    def plane_at(self, c: Canvas, u_mm: float) -> float:
        """Depth of the plane at a place across, in the view."""
        row = self.plane[self.plane.shape[0] // 2, :, 0]
        return float(np.interp(u_mm, c.u.ravel(), row))


def layers(c: Canvas, p: Values, *, plane_mm: float, thinner: Sequence[Field] | None = None) -> Layers:
    """Where the layers lie.

    Args:
        c: the canvas.
        p: the numbers: skin, fat, the muscles of MUSCLES, `behind_mm`.
        plane_mm: thickness of the plane.
        thinner: of each muscle, what its thickness is multiplied by across.
    """
    front = p["skin_mm"] + p["fat_mm"] + 0.6 + ROUND_PER_MM * c.u**2 + 0.5 * ripple(c, 22.0, 231)
    faces: list[tuple[Field, Field]] = []
    plane = front
    for n, (_, number, _) in enumerate(MUSCLES):
        share: Field | float = 1.0 if thinner is None else thinner[n]
        back = front + p[number] * share * (1.0 + 0.07 * ripple(c, 30.0, 233 + n))
        faces.append((front, back))
        if n == 1:
            plane, front = back + 0.5 * plane_mm, back + plane_mm
        else:
            front = back + GAP_MM
    behind = p["behind_mm"] * (1.0 + 0.5 * ripple(c, 26.0, 237))
    return Layers(faces=tuple(faces), plane=plane, peritoneum=front + np.maximum(behind, 0.3))


def muscles(c: Canvas, at: Layers, sheet: Part, within: Field | None = None) -> None:
    """The three flat muscles; `within` is a signed distance (mm) beyond which they do not reach."""
    for n, ((name, _, along), (front, back)) in enumerate(zip(MUSCLES, at.faces, strict=True)):
        bounds = (front - c.y, c.y - back, *(() if within is None else (within,)))
        muscle(c, name, everywhere(c, *bounds).astype(np.float32), along, sheet, salt=301 + 20 * n)
    louder(c, "transversus abdominis", DARK_DB)


def plane(c: Canvas, at: Layers, thick_mm: float, sheet: Part, within: Field | None = None) -> None:
    """The loose tissue between internal oblique and transversus abdominis; `within` as for the muscles."""
    bounds = (np.abs(c.y - at.plane) - 0.5 * thick_mm, *(() if within is None else (within,)))
    d = everywhere(c, *bounds)
    loose_plane(c, "transversus abdominis plane", d, sheet, louder_db=PLANE_DB, lined=LINED)


def behind(c: Canvas, at: Layers, sheet: Part) -> None:
    """Fat before the peritoneum, and the fat in which the bowel hangs, laid first: what is not painted over is seen."""
    v = c.window((-1e3, 1e3), (extent(at.faces[2][1])[0], 1e3))
    fat = v.part("extraperitoneal fat", Kind.FAT, "fat", louder_db=FAT_DB)
    areolar(v, fat, sheet, (at.faces[2][1] - v.y + np.zeros_like(v.power)).astype(np.float32), 381)
    leaf = (at.peritoneum - v.y + np.zeros_like(v.power)).astype(np.float32)
    texture = 8.0 * v.noise((5.0, 4.0, 7.0), 383) + 5.0 * DB
    s.shaped(v, ("peritoneum", Kind.FASCIA, "connective"), leaf, texture)
    hung = v.part("mesentery", Kind.FAT, "fat", whole="bowel")
    v.lay(hung, leaf + PERITONEUM_MM, 14.0 * v.noise((4.0, 3.0, 6.0), 385))


def bowel(c: Canvas, at: Layers, loops: Sequence[tuple[float, float]]) -> None:
    """Loops of bowel that lie against the peritoneum: middle across and radius (mm) of each."""
    leaf = at.peritoneum + PERITONEUM_MM
    for n, (u, radius) in enumerate(loops):
        top = float(np.interp(u, c.u.ravel(), leaf[leaf.shape[0] // 2, :, 0]))
        d = s.egg(c, (u, top + 0.75 * radius, 0.0), (radius, 0.8 * radius, 90.0), 2.3)
        _loop(c, d, leaf, (top + 0.3 * radius, 401 + 20 * n))


def _loop(c: Canvas, distance: Field, leaf: Field, more: tuple[float, int]) -> None:
    """One loop behind the peritoneum: wall, content, gas above a level; `more` is that level and the salt."""
    level_mm, salt = more
    v, d = s.around(c, distance, 3.0)
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    d = d + 1.2 * v.noise((13.0, 9.0, 16.0), salt)
    d = np.maximum(d, leaf[:, first : first + v.u.size] - v.y).astype(np.float32)
    s.shaped(v, ("bowel wall", Kind.MUSCLE, "muscle"), d, -6.0 * DB, whole="bowel")
    near = d + GUT_WALL_MM
    content = v.part("bowel content", Kind.FAT, "fat", whole="bowel", louder_db=GUT_DB)
    v.lay(content, near, 16.0 * v.noise((4.0, 3.0, 5.0), salt + 3))
    gas = v.part("bowel gas", Kind.FAT, "inflated_lung", whole="bowel")
    level = level_mm + 2.5 * v.noise((9.0, 50.0, 9.0), salt + 5)
    v.lay(gas, np.maximum(near + GAS_MM, v.y - level).astype(np.float32))
