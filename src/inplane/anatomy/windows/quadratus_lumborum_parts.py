"""Muscles of back and belly wall, peritoneum, bowel and spine about quadratus lumborum; see `quadratus_lumborum`."""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import DB, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Values
from inplane.anatomy.windows.girdle_parts import everywhere, muscle, ripple
from inplane.anatomy.windows.leg_parts import louder, outlined

MIDDLE_MM, TARGET_MM = -5.0, 31.0
"""Middle of quadratus lumborum across, and below the fascia under the skin. Chosen: as in drawings of the view."""
HALF_DEEP_MM = 17.0
"""Of quadratus lumborum, from its outer edge to the transverse process. Chosen: as in such drawings."""
TIP_MM, PSOAS_MM, BODY_MM = 49.0, 60.0, 104.0
"""Below the fascia: tip of the transverse process, middle of psoas and of the vertebral body. Chosen likewise."""
LAYERS = (("external oblique", 0.3, -3.0), ("internal oblique", 0.46, -8.0), ("transversus abdominis", 0.24, -11.0))
"""Muscles of the wall: share of its thickness, and where each begins behind."""
WALL_ALONG = ((-0.6, 0.0, 0.8), (0.6, 0.0, 0.8), (1.0, 0.0, 0.1))
PERITONEUM_MM, GUT_WALL_MM = 1.2, 2.6
"""Chosen: the first thicker than in life, so that the line is drawn at half a millimeter."""
GUT_DB, GAS_MM = -2.0, 1.2
"""Content of the bowel against fat, and depth of gas beneath its wall. Chosen: gray, with a bright broken line."""
NERVE_DB, DARK_DB = 9.0, -2.5
"""Lumbar plexus and muscles of the back against others. Chosen: they stand out at 4 MHz."""


def fascia_mm(p: Values) -> float:
    """Depth of the fascia under the skin's fat."""
    return p["skin_mm"] + p["fat_mm"]


def _edge(c: Canvas, p: Values) -> Field:
    """Where erector spinae ends and quadratus lumborum begins across, by depth."""
    t = np.clip((c.y - fascia_mm(p) - 12.0) / 36.0, 0, 1.15)
    return (-19.0 + 13.0 * t**1.3 + 0.5 * ripple(c, 14.0, 231)).astype(np.float32)


def back(c: Canvas, p: Values, sheet: Part) -> None:
    """Latissimus dorsi, erector spinae in the thoracolumbar fascia, quadratus lumborum, psoas."""
    top, edge = fascia_mm(p), _edge(c, p)
    flat = s.egg(c, (-50.0, top + 4.2, 0.0), (38.0, 3.6, 200.0), 2.4)
    muscle(c, "latissimus dorsi", flat, (-0.5, 0.0, 0.85), sheet, salt=401)
    size = sqrt(p["erector_mm2"] / 2125.0)
    spine = everywhere(
        c, s.egg(c, (-38.0, top + 40.0, 0.0), (23.5 * size, 28.0 * size, 300.0), 2.3), 0.7 * (c.u - edge + 0.6)
    )
    muscle(c, "erector spinae", spine.astype(np.float32), (0.05, 0.0, 1.0), sheet, salt=411)
    r = sqrt(p["psoas_mm2"] / pi)
    psoas = s.egg(c, (4.0 + r, top + PSOAS_MM, 0.0), (r, r, 300.0), 2.2)
    psoas = psoas + 0.5 * ripple(c, 16.0, 233)
    muscle(c, "psoas major", psoas, (-0.1, 0.1, 1.0), sheet, salt=421)
    a = p["quadratus_mm2"] / (pi * HALF_DEEP_MM)
    own = s.egg(c, (MIDDLE_MM, top + TARGET_MM, 0.0), (a, HALF_DEEP_MM, 300.0), 2.3)
    own = everywhere(c, own + 0.4 * ripple(c, 12.0, 235), 0.8 * (edge + 0.8 - c.u))
    muscle(c, "quadratus lumborum", own.astype(np.float32), (0.1, 0.15, 1.0), sheet, salt=431)
    for n, d in enumerate((psoas, own)):
        v, near = s.around(c, d.astype(np.float32))
        outlined(v, sheet, near, 435 + n)
    for name in ("erector spinae", "psoas major", "quadratus lumborum"):
        louder(c, name, DARK_DB)
    part = c.part("thoracolumbar fascia", Kind.FASCIA, "connective")
    v = c.window((-60.0, 0.0), (top + 6.0, top + 54.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    deep = int(np.searchsorted(c.y.ravel(), float(v.y.ravel()[0])))
    near = spine[:, first : first + v.u.size, deep : deep + v.y.size]
    v.sheet(part, near - 0.4, 1.0, 0.85 * uneven(v, 441))


def wall(c: Canvas, p: Values, sheet: Part) -> None:
    """The three flat muscles, which begin one behind the other and run on as aponeuroses over quadratus lumborum."""
    top = fascia_mm(p)
    front = top + 0.6 + 10.0 * np.clip((8.0 - c.u) / 20.0, 0, 1) ** 1.5 + 0.5 * ripple(c, 18.0, 237)
    for n, (name, share, begins) in enumerate(LAYERS):
        grown = np.clip((c.u - begins) / 18.0, 0, 1) ** 0.7
        rear = front + p["wall_mm"] * share * grown
        d = everywhere(c, front - c.y, c.y - rear, begins - c.u)
        muscle(c, name, d.astype(np.float32), WALL_ALONG[n], sheet, salt=451 + 10 * n)
        front = rear + 0.7
    v = c.window((-14.0, 76.0), (top, top + 34.0))
    first = int(np.searchsorted(c.u.ravel(), float(v.u.ravel()[0])))
    v.sheet(sheet, v.y - front[:, first : first + v.u.size], 0.7, uneven(v, 483))


def belly(c: Canvas, p: Values) -> None:
    """Peritoneum, and the colon within it: wall, content, gas beneath its outer wall."""
    top = fascia_mm(p)
    v, d = s.around(c, s.egg(c, (57.0, top + 25.0 + 0.9 * p["wall_mm"], 0.0), (31.0, 18.0, 90.0), 2.3), 3.0)
    d = (d + 1.6 * v.noise((15.0, 10.0, 17.0), 487)).astype(np.float32)
    s.shaped(v, ("peritoneum", Kind.FASCIA, "connective"), d, 8.0 * v.noise((5.0, 4.0, 7.0), 489) + 5.0 * DB)
    s.shaped(v, ("bowel wall", Kind.MUSCLE, "muscle"), d + PERITONEUM_MM, -6.0 * DB, whole="bowel")
    near = d + PERITONEUM_MM + GUT_WALL_MM
    content = v.part("bowel content", Kind.FAT, "fat", whole="bowel", louder_db=GUT_DB)
    v.lay(content, near, 16.0 * v.noise((4.0, 3.0, 5.0), 491))
    gas = v.part("bowel gas", Kind.FAT, "inflated_lung", whole="bowel")
    level = top + 14.0 + 0.9 * p["wall_mm"] + 2.5 * v.noise((9.0, 50.0, 9.0), 493)
    pocket = np.maximum(near + GAS_MM, v.y - level).astype(np.float32)
    v.lay(gas, pocket)


def spine(c: Canvas, p: Values, sheet: Part) -> None:
    """Vertebra with its transverse process; the lumbar plexus in the back of psoas, before the process."""
    top = fascia_mm(p)
    body = s.egg(c, (18.0, top + BODY_MM, 0.0), (24.0, 25.0, 16.0), 2.6)
    s.bone(c, "vertebral body", body, salt=501)
    rods = [
        s.rod(c, ((3.0, top + TIP_MM + 36.0, z), (-3.0, top + TIP_MM + 3.4, z)), (5.0, 3.4)) for z in (-3.5, 0.0, 3.5)
    ]
    s.bone(c, "transverse process", s.together(rods) + 0.3 * ripple(c, 6.0, 241), salt=511)
    y = top + TIP_MM + 7.5
    plexus = s.course(c, (-21.0, 11.5, y + 2.0, 2.8, 2.0), (0.0, 10.5, y, 2.8, 2.0), (21.0, 9.5, y - 2.0, 2.8, 2.0))
    s.nerve(c, "lumbar plexus", plexus, sheet, salt=521)
    louder(c, "lumbar plexus", NERVE_DB)
