"""Above the clavicle: brachial plexus beside the subclavian artery, on the first rib, with pleura to both sides.

Supine, head turned away, the probe behind the clavicle: x runs to the middle (-x lateral, +x medial), y goes down into
the chest, z backwards. The needle comes from the outer end (-x).
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import supraclavicular_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "supraclavicular_block"

RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.1, mean=1.6, sd=0.15, source=chosen("thin skin of the neck")),
    "fat_mm": ParameterRange(
        low=3.0, high=8.0, mean=4.8, sd=1.1, source=chosen("the plexus then lies 10 to 30 mm deep (atlas)")
    ),
    "cover_mm": ParameterRange(low=1.8, high=4.0, mean=2.5, sd=0.6, source=chosen("fat and omohyoid over the plexus")),
    "plexus_area_mm2": ParameterRange(
        low=48.0, high=85.0, mean=66.0, sd=8.0, source=chosen("a bunch a centimeter across; no measurement was read")
    ),
    "artery_radius_mm": ParameterRange(low=2.8, high=4.2, mean=3.4, sd=0.3, source=chosen("6 to 8 mm; none was read")),
    "apart_mm": ParameterRange(low=0.8, high=2.5, mean=1.4, sd=0.35, source=chosen("beside the artery in one fat")),
    "rib_below_mm": ParameterRange(low=0.8, high=3.0, mean=1.6, sd=0.5, source=chosen("the artery rides on the rib")),
    "small_radius_mm": ParameterRange(
        low=0.9, high=1.5, mean=1.15, sd=0.12, source=chosen("about 2 mm; none was read")
    ),
    "artery_grade": ParameterRange(low=0, high=3, mean=1.2, sd=1.0, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (3.5, 6.5),
    "apart_mm": (2.0, 1.0),
    "artery_grade": (0.0, 3.0),
    "muscle_echo_db": (-2.0, 4.0),
}
PLEXUS_MM = -4.5
"""Middle of the plexus across. Chosen: with the artery it fills the middle of the picture."""
WIDE = 1.45
"""Of the plexus: width over height. Chosen: an oval that leans on the artery."""
GRADES = (
    "no artery on the needle's way",
    "an artery beside the plexus",
    "an artery across the plexus",
    "an artery through the plexus",
)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    b = sqrt(p["plexus_area_mm2"] / (pi * WIDE))
    at = parts.places(p, top, (PLEXUS_MM, WIDE * b, b))
    parts.chest(c, at, sheet)
    parts.muscles(c, at, sheet)
    parts.vessels(c, p, at, sheet)
    parts.plexus(c, at, sheet)
    parts.phrenic(c, at, sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.35, 221)
    return _staged(p, at)


def _staged(p: Values, at: parts.Places) -> Staged:
    """The tip ends at the plexus' outer side, off the nerves."""
    u, y, a, _ = at.plexus
    grade = int(p["artery_grade"])
    return Staged(
        targets_mm={PID: np.array([round(u - a - 0.5, 3), round(y, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.5)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Operation of the arm below the shoulder; {GRADES[grade]} (grade {grade} of 3, our own grading)."
        },
        landmarks_mm={
            "midpoint of the clavicle": np.array([-4.0, 0.0, -18.0]),
            "subclavian pulse": np.array([at.artery[0], 0.0, 0.0]),
            "clavicular head of sternocleidomastoid": np.array([26.0, 0.0, -6.0]),
        },
    )


SUPRACLAVICULAR = Window(
    name="above the clavicle",
    region="neck",
    procedures=(PID,),
    size_mm=(82.0, 48.0, 38.0),
    spacing_mm=0.3,
    salt=96,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("brachial plexus", "lateral to", "subclavian artery"),
        ("first rib", "below", "brachial plexus"),
        ("first rib", "below", "subclavian artery"),
        ("brachial plexus", "above", "middle scalene"),
        ("anterior scalene", "medial to", "subclavian artery"),
        ("lung", "below", "pleura"),
    ),
)
"""Behind the middle of the right clavicle."""
