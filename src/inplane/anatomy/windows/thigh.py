"""The middle of the thigh: adductor canal with femoral vessels, saphenous nerve and nerve to vastus medialis.

Right leg turned out, seen from its front and medial side: vastus medialis and the outer side are -x, gracilis and the
inner side +x, z runs to the groin; the picture lies at z = 0, below the middle of the thigh.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import thigh_parts as parts
from inplane.anatomy.windows.leg_parts import deep_fat
from inplane.core import ProbeControl

HERTZBERG = "Hertzberg BS et al. AJR, May 1997 (abstract read): deep veins 6.4 to 6.8 mm, 1.2 times the artery"


RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.4, mean=1.7, sd=0.2, source=chosen("skin of the inner thigh")),
    "fat_mm": ParameterRange(
        low=3.5, high=20.0, mean=8.5, sd=2.8, source=chosen("the nerve then lies 20 to 40 mm deep")
    ),
    "sartorius_mm": ParameterRange(low=7.0, high=13.0, mean=9.8, sd=1.1, source=chosen("a strap of a centimeter")),
    "artery_radius_mm": ParameterRange(low=2.3, high=3.6, mean=2.75, sd=0.3, source=f"{HERTZBERG}; spread chosen"),
    "vein_radius_mm": ParameterRange(low=2.5, high=4.2, mean=3.3, sd=0.35, source=f"{HERTZBERG}; spread chosen"),
    "vein_medial_mm": ParameterRange(
        low=-3.0, high=3.5, mean=0.3, sd=1.3, source=chosen("behind the artery, to either side")
    ),
    "saphenous_width_mm": ParameterRange(
        low=2.2, high=3.8, mean=2.9, sd=0.35, source=chosen("a bright oval of 2 to 4 mm; no measurement was read")
    ),
    "nerve_gap_mm": ParameterRange(
        low=0.6, high=2.6, mean=1.3, sd=0.45, source=chosen("beside the artery in one fat with it")
    ),
    "vastus_nerve_away_mm": ParameterRange(
        low=5.0,
        high=9.5,
        mean=6.8,
        sd=1.0,
        source=chosen("between sartorius and vastus medialis, not yet in its muscle"),
    ),
    "femur_below_mm": ParameterRange(low=20.0, high=34.0, mean=27.0, sd=2.5, source=chosen("closes the picture")),
    "muscle_size": ParameterRange(low=0.85, high=1.18, mean=1.0, sd=0.07, source=chosen("trained or thin thighs")),
    "pain_grade": ParameterRange(low=0, high=3, mean=2.1, sd=0.8, source=chosen("after an operation; not to be seen")),
}
HARDER = {
    "fat_mm": (6.0, 15.0),
    "nerve_gap_mm": (1.8, 0.8),
    "saphenous_width_mm": (3.3, 2.5),
    "vastus_nerve_away_mm": (8.0, 5.8),
    "artery_radius_mm": (3.0, 2.5),
    "muscle_echo_db": (-2.0, 4.0),
}
FAT_DB = 13.0
"""Fat of the canal above other fat. Chosen: brighter than the muscles about it."""
PAIN = ("no", "mild", "moderate", "severe")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    deep_fat(c, fascia_mm - c.y + np.zeros_like(c.power), sheet, FAT_DB, 201)
    tubes = parts.vessel_courses(c, p)
    nerves = parts.nerve_courses(c, p, tubes[0])
    parts.muscles(c, p, fascia_mm, sheet, (*tubes, *nerves))
    parts.femur(c, p)
    layered(c, sheet, c.y - fascia_mm, 0.3, 221)
    parts.roof(c, p)
    parts.contents(c, tubes, nerves, sheet)
    return _staged(c, p, nerves[0])


def _indication(p: Values) -> str:
    grade = int(p["pain_grade"])
    return f"Knee after an operation, {PAIN[grade]} pain (grade {grade} of 3, our own grading): saphenous nerve block."


BENEATH_MM = 0.8
"""Chosen: higher up the tip ends in the membrane itself, and the volume in vastus medialis."""


def _staged(c: Canvas, p: Values, saphenous: s.Course) -> Staged:
    """The tip ends at the nerve's outer side beneath the roof, short of it and of the artery."""
    pid = "adductor_canal_block"
    u, y, a, b = saphenous.at(c, 0.0)
    return Staged(
        targets_mm={pid: np.array([u - a - 0.6, y - 0.9 * b + BENEATH_MM, 0.0])},
        views={pid: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.6)},
        needle_from={pid: "lateral"},
        indication={pid: _indication(p)},
        landmarks_mm={
            "sartorius above knee": np.array([12.0, 0.0, -110.0]),
            "superior pole of patella": np.array([-45.0, 0.0, -140.0]),
            "tibial tuberosity": np.array([-50.0, 0.0, -195.0]),
        },
    )


MID_THIGH = Window(
    name="middle of the thigh",
    region="thigh",
    procedures=("adductor_canal_block",),
    size_mm=(74.0, 58.0, 80.0),
    spacing_mm=0.42,
    salt=16,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("femoral artery", "below", "sartorius"),
        ("femoral vein", "below", "femoral artery"),
        ("saphenous nerve", "lateral to", "femoral artery"),
        ("nerve to vastus medialis", "lateral to", "saphenous nerve"),
        ("vastus medialis", "lateral to", "adductor longus"),
        ("adductor longus", "medial to", "femoral artery"),
    ),
)
