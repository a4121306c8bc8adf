"""The sacral hiatus in the midline, along the body: ligament, canal, sacrum and coccyx.

Prone, the probe along the natal cleft's upper end: x runs along the body, -x to the coccyx and +x to the head; y goes
inwards; z to the side. The needle comes from the coccyx' end (-x), through the ligament. A left side, mirrored in x, is
one that was turned; the midline has none.
"""

import numpy as np

from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import sacral_hiatus_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "caudal_epidural_injection"

RANGES = {
    "skin_mm": ParameterRange(low=1.8, high=3.0, mean=2.4, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=4.5, high=16.0, mean=8.0, sd=2.2, source=chosen("the canal then lies 10 to 30 mm deep (atlas)")
    ),
    "ligament_mm": ParameterRange(low=1.4, high=2.6, mean=2.0, sd=0.25, source=chosen("none was read")),
    "lamina_mm": ParameterRange(low=2.4, high=3.8, mean=3.0, sd=0.3, source=chosen("a thin roof; none was read")),
    "slope": ParameterRange(low=0.04, high=0.2, mean=0.11, sd=0.03, source=chosen("falls to the coccyx")),
    "vein_radius_mm": ParameterRange(low=0.6, high=1.0, mean=0.8, sd=0.08, source=chosen("small; none was read")),
    "hiatus_grade": ParameterRange(
        low=0, high=2, mean=0.9, sd=0.8, source=chosen("wide, usual, narrow; a closed one lets no needle in")
    ),
}
HARDER = {
    "fat_mm": (5.5, 12.0),
    "hiatus_grade": (0.0, 2.0),
    "slope": (0.08, 0.16),
}
GRADES = ("wide", "usual", "narrow")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    _, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    at = parts.layers(c, p, top)
    parts.deep(c, at, sheet)
    parts.sacrum(c, at)
    parts.canal(c, at)
    parts.veins(c, p, at)
    parts.ligament(c, at, sheet)
    return _staged(p, at)


def _staged(p: Values, at: parts.Layers) -> Staged:
    """The tip ends in the middle of the canal, beneath the roof's edge."""
    grade = int(p["hiatus_grade"])
    u, y = parts.AIM_MM, at.canal_at(parts.AIM_MM)
    return Staged(
        targets_mm={PID: np.array([u, round(y, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.8)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Pain of back and leg; sacral hiatus {GRADES[grade]} (grade {grade} of 3, our own grading; a closed "
            "one, grade 3, has no patient)."
        },
        landmarks_mm={
            "sacral hiatus": np.array([-6.0, 0.0, 0.0]),
            "sacral cornua": np.array([-2.0, 0.0, 8.0]),
            "tip of the coccyx": np.array([-50.0, 0.0, 0.0]),
            "posterior superior iliac spine": np.array([62.0, 0.0, 42.0]),
        },
    )


SACRAL_HIATUS = Window(
    name="sacral hiatus",
    region="sacrum",
    procedures=(PID,),
    size_mm=(86.0, 48.0, 34.0),
    spacing_mm=0.3,
    salt=75,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("sacral canal", "below", "sacrococcygeal ligament"),
        ("sacrococcygeal ligament", "below", "subcutaneous fat"),
        ("coccyx", "below", "subcutaneous fat"),
    ),
    beyond={
        "thecal sac": "ends about S2, beyond the picture's upper end",
        "rectum": "before sacrum and coccyx, in their shadow",
    },
    goes_to={PID: "sacral canal"},
)
"""The midline at the fifth sacral vertebra."""
