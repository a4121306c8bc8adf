"""The lumbar spine across, at the upper edge of a transverse process: spinous process, lamina, facet joint and
transverse process like a staircase, medial branch in the notch.

Prone, the probe across the back: x runs to the midline (-x to the side), y goes inwards, z to the head. The needle
comes from the side (-x).
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import lumbar_facet_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "lumbar_medial_branch_block"

RANGES = {
    "skin_mm": ParameterRange(low=2.0, high=3.0, mean=2.4, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=3.5, high=13.0, mean=7.0, sd=2.0, source=chosen("the notch then lies 30 to 60 mm deep (atlas)")
    ),
    "muscle_mm": ParameterRange(
        low=20.0, high=30.0, mean=24.5, sd=2.0, source=chosen("multifidus over the lamina; none was read")
    ),
    "step_mm": ParameterRange(low=9.0, high=13.0, mean=11.0, sd=0.8, source=chosen("from facet to transverse process")),
    "branch_mm": ParameterRange(
        low=1.2, high=2.0, mean=1.6, sd=0.15, source=chosen("a millimeter or two; none was read")
    ),
    "facet_grade": ParameterRange(low=0, high=3, mean=1.6, sd=0.9, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (4.5, 10.0),
    "muscle_mm": (22.0, 28.0),
    "facet_grade": (0.0, 3.0),
    "muscle_echo_db": (-2.0, 4.0),
}
GRADES = ("not", "mildly", "moderately", "severely")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 5.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=3.0)
    at = parts.places(p, top)
    parts.muscles(c, at, sheet)
    parts.bones(c, p, at)
    nerve = parts.branch(c, p, at, sheet)
    over = band(c, (top - 3.0, top + 5.0))
    layered(over, sheet, over.y - fascia_mm, 0.5, 221)
    return _staged(c, p, nerve)


def _staged(c: Canvas, p: Values, nerve: s.Course) -> Staged:
    """The tip ends on the outer side of the branch, in the notch, off the bone."""
    u, y, a, _ = nerve.at(c, 0.0)
    grade = int(p["facet_grade"])
    return Staged(
        targets_mm={PID: np.array([round(u - a - 0.9, 3), round(y - 0.6, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=3.0)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Pain of the low back; articular processes {GRADES[grade]} enlarged (grade {grade} of 3, our own "
            "grading)."
        },
        landmarks_mm={
            "spinous process": np.array([parts.MIDLINE_MM, 0.0, 0.0]),
            "intercristal line": np.array([parts.MIDLINE_MM, 0.0, -8.0]),
        },
    )


LUMBAR_FACET = Window(
    name="lumbar facet joint",
    region="lumbar",
    procedures=(PID,),
    size_mm=(168.0, 92.0, 44.0),
    spacing_mm=0.5,
    salt=101,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("facet joint", "lateral to", "spinous process"),
        ("transverse process", "lateral to", "facet joint"),
        ("transverse process", "below", "erector spinae"),
        ("lumbar medial branch", "lateral to", "superior articular process"),
        ("multifidus", "medial to", "erector spinae"),
    ),
    beyond={
        "lumbar spinal nerve": "before the transverse process, in its shadow",
        "intervertebral foramen": "before the articular process, in its shadow",
        "thecal sac": "before the lamina, in its shadow",
    },
)
"""Right half of the back at L4."""
