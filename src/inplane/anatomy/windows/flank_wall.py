"""The wall of the belly at the flank, between costal margin and iliac crest: the plane over transversus abdominis.

Supine, the probe across the flank in the middle axillary line: x runs round the body, -x to the back, +x to the navel;
y goes inwards; z grows to the head. The needle comes from in front (+x).
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import belly_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "transversus_abdominis_plane_block"

RANGES = {
    "skin_mm": ParameterRange(low=1.4, high=2.6, mean=1.9, sd=0.2, source=chosen("skin of the belly")),
    "fat_mm": ParameterRange(
        low=7.0, high=23.0, mean=13.0, sd=3.5, source=chosen("the plane then lies 20 to 50 mm deep (atlas)")
    ),
    **parts.muscle_ranges((4.6, 9.0, 6.4), 0.14),
    "plane_mm": ParameterRange(
        low=0.8, high=1.6, mean=1.1, sd=0.15, source=chosen("a bright double line; no measurement was read")
    ),
    "behind_mm": parts.FAT_BEHIND,
    "pain_grade": ParameterRange(low=0, high=3, mean=2.1, sd=0.8, source=chosen("after an operation; not to be seen")),
}
HARDER = {
    "fat_mm": (9.0, 19.0),
    "transversus_mm": (4.6, 3.0),
    "plane_mm": (1.4, 0.9),
    "behind_mm": (3.2, 1.2),
    "muscle_echo_db": (-2.0, 4.0),
}
LOOPS = ((-46.0, 19.0), (-5.0, 21.0), (40.0, 20.0))
"""Bowel: middle across and radius, mm. Chosen: there is bowel everywhere behind the plane."""
PAIN = ("no", "mild", "moderate", "severe")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 8.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    at = parts.layers(c, p, plane_mm=p["plane_mm"])
    parts.behind(c, at, sheet)
    parts.bowel(c, at, LOOPS)
    parts.muscles(c, at, sheet)
    parts.plane(c, at, p["plane_mm"], sheet)
    over = band(c, (top - 3.0, top + 8.0))
    layered(over, sheet, over.y - fascia_mm, 0.4, 221)
    return _staged(c, p, at)


def _staged(c: Canvas, p: Values, at: parts.Layers) -> Staged:
    """The tip ends in the plane, in the middle of the picture."""
    grade = int(p["pain_grade"])
    return Staged(
        targets_mm={PID: np.array([0.0, round(at.plane_at(c, 0.0), 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=1.0)},
        needle_from={PID: "medial"},
        indication={
            PID: f"Belly after an operation, {PAIN[grade]} pain of its wall (grade {grade} of 3, our own grading): "
            "nothing of it is seen in the plane."
        },
        landmarks_mm={
            "midaxillary line": np.array([0.0, 0.0, 0.0]),
            "costal margin": np.array([10.0, 0.0, 48.0]),
            "iliac crest": np.array([0.0, 0.0, -45.0]),
            "anterior superior iliac spine": np.array([62.0, 0.0, -62.0]),
            "lumbar triangle": np.array([-85.0, 0.0, -30.0]),
        },
    )


FLANK_WALL = Window(
    name="belly wall at the flank",
    region="abdomen",
    procedures=(PID,),
    size_mm=(122.0, 80.0, 62.0),
    spacing_mm=0.5,
    salt=91,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("internal oblique", "below", "external oblique"),
        ("transversus abdominis plane", "below", "internal oblique"),
        ("transversus abdominis", "below", "transversus abdominis plane"),
        ("peritoneum", "below", "transversus abdominis"),
        ("bowel", "below", "peritoneum"),
    ),
    beyond={
        "deep circumflex iliac artery": "its ascending branch ends near the iliac crest, below this plane",
        "liver": "beneath the costal margin, above this plane",
        "kidney": "behind, beyond the picture's lateral end",
    },
    goes_to={PID: "transversus abdominis plane"},
)
"""The right flank between costal margin and iliac crest."""
