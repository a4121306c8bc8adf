"""Beneath the back of the head at the axis: greater occipital nerve on obliquus capitis inferior.

Sitting with the neck bent, the probe along obliquus capitis inferior: x runs along that muscle, -x to the transverse
process of the atlas, +x to the spinous process of the axis; y goes inwards; z to the crown. The needle comes from the
outer end (-x).
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import suboccipital_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "greater_occipital_nerve_block"
GREHER = "atlas GREH10: 17.5 mm deep at C2"

RANGES = {
    "skin_mm": ParameterRange(low=1.9, high=2.7, mean=2.3, sd=0.2, source=chosen("thick skin of the nape")),
    "fat_mm": ParameterRange(low=1.5, high=3.2, mean=2.4, sd=0.5, source=chosen(f"the nerve then lies as in {GREHER}")),
    "trapezius_mm": ParameterRange(low=1.3, high=2.4, mean=1.8, sd=0.2, source=chosen("thin at this level")),
    "splenius_mm": ParameterRange(low=2.4, high=4.0, mean=3.2, sd=0.3, source=chosen("a flat muscle; none was read")),
    "semispinalis_mm": ParameterRange(low=3.8, high=5.4, mean=4.6, sd=0.3, source=chosen("as above")),
    "oblique_mm": ParameterRange(low=4.8, high=7.4, mean=6.1, sd=0.5, source=chosen("a round strap; none was read")),
    "nerve_area_mm2": ParameterRange(low=1.8, high=3.4, mean=2.4, sd=0.4, source=chosen("none was read at C2")),
    "nerve_medial_mm": ParameterRange(
        low=-1.0, high=5.0, mean=2.0, sd=1.3, source=chosen("where it crosses the muscle; its spread is a guess")
    ),
    "vertebral_radius_mm": ParameterRange(
        low=1.6, high=2.4, mean=2.0, sd=0.2, source=chosen("about 4 mm across; none was read for its loop")
    ),
    "swelling_grade": ParameterRange(low=0, high=2, mean=0.7, sd=0.8, source=chosen("in most nothing is seen (atlas)")),
}
HARDER = {
    "nerve_area_mm2": (3.0, 2.0),
    "swelling_grade": (2.0, 0.0),
    "semispinalis_mm": (4.2, 5.1),
    "muscle_echo_db": (-2.0, 4.0),
}
SWELLING = (1.0, 1.6, 2.4)
"""Times the nerve's area by grade. Chosen: the larger one is seen at once beside the other side."""
FLAT = 1.9
"""Of the nerve: width over thickness. Chosen: flat between two muscles."""
GRADES = ("a normal nerve", "a slightly swollen nerve", "a clearly swollen nerve")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=6.0)
    at = parts.layers(c, p)
    parts.muscles(c, at, sheet)
    parts.bones(c, at)
    parts.deep(c, p, at, sheet)
    area = p["nerve_area_mm2"] * SWELLING[int(p["swelling_grade"])]
    b = sqrt(area / (pi * FLAT))
    nerve = parts.occipital_nerve(c, at, (p["nerve_medial_mm"], FLAT * b, b), sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.35, 221)
    return _staged(c, p, nerve)


def _staged(c: Canvas, p: Values, nerve: s.Course) -> Staged:
    """The tip ends in the plane on the nerve's outer side."""
    u, y, a, _ = nerve.at(c, 0.0)
    grade = int(p["swelling_grade"])
    area = p["nerve_area_mm2"] * SWELLING[grade]
    return Staged(
        targets_mm={PID: np.array([round(u - a - 0.9, 3), round(y, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.8)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Pain of the back of the head, {GRADES[grade]}: {area:.1f} mm2 (grade {grade} of 2, our own grading)."
        },
        landmarks_mm={
            "external occipital protuberance": np.array([24.0, 0.0, 52.0]),
            "mastoid process": np.array([-45.0, 0.0, 30.0]),
        },
    )


SUBOCCIPITAL = Window(
    name="below the back of the head",
    region="occiput",
    procedures=(PID,),
    size_mm=(72.0, 40.0, 36.0),
    spacing_mm=0.27,
    salt=95,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("semispinalis capitis", "below", "splenius capitis"),
        ("greater occipital nerve", "below", "semispinalis capitis"),
        ("obliquus capitis inferior", "below", "greater occipital nerve"),
        ("axis", "below", "obliquus capitis inferior"),
        ("vertebral artery", "lateral to", "greater occipital nerve"),
        ("dorsal root ganglion", "medial to", "vertebral artery"),
    ),
    beyond={
        "occipital artery": "beside the nerve only higher up, at the superior nuchal line",
        "spinal cord": "behind the arches of atlas and axis, which hide it, and medial to their gap",
    },
)
"""Right of the midline, between the axis and the atlas."""
