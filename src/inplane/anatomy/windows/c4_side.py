"""The side of the neck at C4, over the middle of sternocleidomastoid's hind border: branches of the cervical plexus at
the muscle's edge, and the space between the muscle and the prevertebral fascia.

Supine, head turned away, the probe across the neck: x runs to the throat (-x to the back), y goes inwards, z to the
head. The needle comes from behind (-x).
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import c4_side_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

SUPERFICIAL, INTERMEDIATE = "superficial_cervical_plexus_block", "intermediate_cervical_plexus_block"

RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.0, mean=1.55, sd=0.15, source=chosen("thin skin of the neck")),
    "fat_mm": ParameterRange(low=2.2, high=6.0, mean=3.6, sd=0.8, source=chosen("the branches lie 5 to 15 mm deep")),
    "muscle_mm": ParameterRange(low=6.0, high=9.0, mean=7.4, sd=0.6, source=chosen("a flat strap; none was read")),
    "space_mm": ParameterRange(low=0.9, high=1.6, mean=1.2, sd=0.15, source=chosen("a bright line; none was read")),
    "branch_mm": ParameterRange(low=1.3, high=2.1, mean=1.7, sd=0.2, source=chosen("small rings; none was read")),
    "carotid_radius_mm": ParameterRange(low=2.7, high=3.8, mean=3.2, sd=0.25, source=chosen("6 to 7 mm, not read")),
    "jugular_half_mm": ParameterRange(low=3.4, high=5.2, mean=4.3, sd=0.4, source=chosen("changes with breathing")),
    "vein_grade": ParameterRange(low=0, high=2, mean=0.8, sd=0.8, source=chosen("no frequencies were read")),
    "plaque_grade": ParameterRange(low=0, high=3, mean=1.2, sd=1.0, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (3.0, 5.0),
    "vein_grade": (0.0, 2.0),
    "space_mm": (1.5, 1.0),
    "muscle_echo_db": (-2.0, 4.0),
}
VEIN = ("away from the needle's way", "beside the needle's way", "across the needle's way")
PLAQUE = ("no plaque", "plaque without narrowing", "moderate narrowing", "severe narrowing")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=6.0)
    at = parts.layers(c, p, top)
    parts.muscles(c, at, sheet)
    parts.fasciae(c, p, at, sheet)
    parts.vessels(c, p, at, sheet)
    branches = parts.nerves(c, p, at, sheet)
    parts.investing(c, fascia_mm, top)
    return _staged(c, p, at, branches)


def _staged(c: Canvas, p: Values, at: parts.Layers, branches: tuple[s.Course, ...]) -> Staged:
    """Tips end at the outer side of the branches, and in the space beneath the muscle's tapering edge."""
    u, y, a, _ = branches[0].at(c, 0.0)
    vein, plaque = int(p["vein_grade"]), int(p["plaque_grade"])
    space = (parts.AIM_MM, at.space_at(c, parts.AIM_MM), 0.0)
    view = ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.35)
    return Staged(
        targets_mm={
            SUPERFICIAL: np.array([round(u - a - 0.7, 3), round(y, 3), 0.0]),
            INTERMEDIATE: np.array(space).round(3),
        },
        views={SUPERFICIAL: view, INTERMEDIATE: view},
        needle_from={SUPERFICIAL: "lateral", INTERMEDIATE: "lateral"},
        indication={
            SUPERFICIAL: f"Small operation of neck or collarbone; external jugular vein {VEIN[vein]} "
            f"(grade {vein} of 2, our own grading).",
            INTERMEDIATE: f"Operation of the carotid artery: {PLAQUE[plaque]} (grade {plaque} of 3, our own grading).",
        },
        landmarks_mm={
            "posterior border of sternocleidomastoid": np.array([-4.0, 0.0, 0.0]),
            "mastoid process": np.array([-22.0, 0.0, 75.0]),
            "Chassaignac tubercle": np.array([6.0, 0.0, -40.0]),
            "visible external jugular vein": np.array([parts.VEIN_MM[vein], 0.0, 0.0]),
        },
    )


C4_SIDE = Window(
    name="side of the neck at C4",
    region="neck",
    procedures=(SUPERFICIAL, INTERMEDIATE),
    size_mm=(80.0, 40.0, 36.0),
    spacing_mm=0.28,
    salt=98,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("posterior cervical space", "below", "sternocleidomastoid"),
        ("prevertebral fascia", "below", "posterior cervical space"),
        ("superficial cervical plexus", "lateral to", "sternocleidomastoid"),
        ("common carotid artery", "medial to", "superficial cervical plexus"),
        ("middle scalene", "below", "sternocleidomastoid"),
    ),
    beyond={
        "vertebral artery": "within the foramina of the transverse processes, deeper than this picture",
        "spinal cord": "within the canal, deeper than this picture",
    },
    goes_to={INTERMEDIATE: "posterior cervical space"},
)
"""Right side of the neck, halfway between mastoid process and collarbone."""
