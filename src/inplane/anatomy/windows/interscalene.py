"""The side of the neck at C6 and C7: roots of the brachial plexus between anterior and middle scalene.

Supine, head turned away, the probe across the neck: x runs to the middle (-x to the back, +x to the throat), y goes
inwards, z to the head. The needle comes from behind (-x).
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import interscalene_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "interscalene_block"

RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.1, mean=1.6, sd=0.15, source=chosen("thin skin of the neck")),
    "fat_mm": ParameterRange(
        low=1.5, high=7.0, mean=3.8, sd=1.1, source=chosen("the roots then lie 10 to 30 mm deep (atlas)")
    ),
    "root_mm": ParameterRange(low=2.6, high=4.4, mean=3.4, sd=0.4, source=chosen("of C6; no measurement was read")),
    "groove_mm": ParameterRange(low=-3.5, high=-0.8, mean=-2.1, sd=0.5, source=chosen("the middle of the picture")),
    "carotid_radius_mm": ParameterRange(low=2.6, high=3.8, mean=3.1, sd=0.25, source=chosen("6 mm; none was read")),
    "jugular_half_mm": ParameterRange(low=3.6, high=6.0, mean=4.8, sd=0.5, source=chosen("changes with breathing")),
    "vertebral_radius_mm": ParameterRange(low=1.5, high=2.2, mean=1.8, sd=0.15, source=chosen("4 mm; none was read")),
    "course_grade": ParameterRange(low=0, high=3, mean=0.7, sd=0.9, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (2.5, 5.5),
    "root_mm": (3.9, 3.0),
    "course_grade": (0.0, 3.0),
    "muscle_echo_db": (-2.0, 4.0),
}
GRADES = (
    "the usual course of the roots",
    "C5 through anterior scalene",
    "C5 before anterior scalene",
    "the upper trunk before anterior scalene",
)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=6.0)
    roots = parts.roots(c, p, top)
    parts.muscles(c, p, top, roots, sheet)
    parts.bones(c, top)
    parts.vessels(c, p, top, sheet)
    parts.nerves(c, p, top, roots, sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.35, 221)
    return _staged(c, p, roots)


def _staged(c: Canvas, p: Values, roots: tuple[s.Course, ...]) -> Staged:
    """The tip ends behind the groove's roots, lateral to the plexus."""
    u, y, a, b = roots[-2].at(c, 0.0)
    grade = int(p["course_grade"])
    return Staged(
        targets_mm={PID: np.array([round(u - a - 0.8, 3), round(y - 0.3 * b, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.4)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Operation of the shoulder or upper arm; {GRADES[grade]} (grade {grade} of 3, our own grading)."
        },
        landmarks_mm={
            "interscalene groove": np.array([p["groove_mm"], 0.0, 0.0]),
            "posterior border of sternocleidomastoid": np.array([-3.0, 0.0, 0.0]),
            "cricoid cartilage": np.array([38.0, 0.0, 2.0]),
            "visible external jugular vein": np.array([-8.0, 0.0, 6.0]),
        },
    )


INTERSCALENE = Window(
    name="groove between the scalenes",
    region="neck",
    procedures=(PID,),
    size_mm=(80.0, 46.0, 36.0),
    spacing_mm=0.28,
    salt=97,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("anterior scalene", "medial to", "middle scalene"),
        ("brachial plexus", "medial to", "middle scalene"),
        ("sternocleidomastoid", "above", "anterior scalene"),
        ("common carotid artery", "medial to", "anterior scalene"),
        ("internal jugular vein", "above", "common carotid artery"),
        ("vertebral artery", "below", "anterior scalene"),
    ),
    beyond={
        "pleura": "lower, at the first rib",
        "spinal cord": "medial to the foramina, which lie deeper than this picture's bones",
    },
)
"""Right side of the neck, a hand's breadth above the clavicle."""
