"""The back of the sacroiliac joint in its lower third: sacrum with the second foramen, cleft, rising edge of the ilium.

Patient prone, right side: -x is the outer side (ilium), +x the inner one (median crest), y runs from the skin behind to
the pelvis, +z to the head; the mouth of the cleft lies near x = 0. As y points forward, the volume is the mirror image
of a pelvis in space, as in `popliteal`. The needle comes from the inner end.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import sacroiliac_parts as parts
from inplane.anatomy.windows.gluteal_parts import chosen, firm_n
from inplane.core import ProbeControl

DEMIR = "Demir M et al. Kobe J Med Sci 2007 (abstract read): 1.72 +- 0.57 mm by CT in 400 patients"
S1 = "Korean J Pain 2023;36:98-105 (abstract and table read), first foramen of 632: 8.5 mm wide, 11.0 +- 1.9 mm deep"
LIGAMENT = "Clin Anat 2010;23:971-977 (abstract read): 1.57 +- 0.38 mm by ultrasound in 30 women"

RANGES = {
    "skin_mm": ParameterRange(low=1.6, high=2.8, mean=2.1, sd=0.2, source=chosen("thick skin of the lower back")),
    "fat_mm": ParameterRange(
        low=7.0, high=26.0, mean=14.0, sd=4.0, source=chosen("with the muscle puts the target 31 to 60 mm deep")
    ),
    "cover_mm": ParameterRange(
        low=20.0, high=28.0, mean=23.5, sd=1.6, source=chosen("gluteus maximus and ligaments over the cleft")
    ),
    "cleft_mm": ParameterRange(low=1.4, high=2.8, mean=1.9, sd=0.4, source=f"{DEMIR}; the narrowest are left out"),
    "recess_mm": ParameterRange(
        low=1.8, high=3.6, mean=2.6, sd=0.4, source=chosen("the posterior recess bulges a little")
    ),
    "ligament_mm": ParameterRange(low=1.0, high=2.4, mean=1.57, sd=0.38, source=LIGAMENT),
    "foramen_mm": ParameterRange(
        low=6.4, high=9.5, mean=7.8, sd=0.7, source=f"{S1}; the second is chosen a little narrower"
    ),
    "root_below_mm": ParameterRange(low=7.0, high=11.0, mean=9.0, sd=0.9, source=f"{S1}; the root lies within that"),
    "root_mm": ParameterRange(low=3.6, high=5.2, mean=4.4, sd=0.35, source=chosen("about four millimeters")),
    "wear_grade": ParameterRange(
        low=0, high=3, mean=1.2, sd=0.9, source=chosen("all four are met; no frequencies were read")
    ),
}
HARDER = {
    "fat_mm": (9.0, 20.0),
    "wear_grade": (0.0, 3.0),
    "cleft_mm": (2.3, 1.6),
    "recess_mm": (1.5, 0.8),
    "muscle_echo_db": (-2.0, 4.0),
}
PID = "sacroiliac_joint_injection"
INTO_MM = 2.6
"""From the mouth of the cleft to the target. Chosen: within it, the tip not yet hidden by the ilium."""
MIDDLE_MM = -8.0
"""Of the probe across. Chosen: the needle then comes in steeply enough to pass the edge of the sacrum."""
RISE_MM = 8.2
"""How far the ends of the face of curved_6_2 stand back: radius 60 mm, 30 degrees to either side."""
GRADES = (
    "an open cleft",
    "a narrowed cleft",
    "osteophytes at the entrance of the cleft",
    "osteophytes, and a bridge of bone over the cleft above the level of the view",
)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201)
    parts.muscles(c, p, sheet)
    parts.ligaments(c, p)
    parts.bones(c, p, sheet)
    parts.joint(c, p)
    parts.roots(c, p, sheet)
    parts.fascia(c, p)
    layered(c, sheet, c.y - fascia_mm, 0.4, 221)
    return _staged(p)


def _indication(p: Values) -> str:
    grade = int(p["wear_grade"])
    return f"Pain of the sacroiliac joint, {GRADES[grade]} (grade {grade} of 3, our own grading)."


def _staged(p: Values) -> Staged:
    """The tip ends just within the cleft."""
    y = parts.mouth_mm(p) + INTO_MM
    return Staged(
        targets_mm={PID: np.array([parts.CLEFT_MM - parts.SLANT * INTO_MM, y, 0.0])},
        views={PID: ProbeControl(x_mm=MIDDLE_MM, z_mm=0.0, press_n=firm_n(p["fat_mm"] + 3.0, RISE_MM))},
        needle_from={PID: "medial"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "posterior superior iliac spine": np.array([-10.0, 0.0, 32.0]),
            "median sacral crest": np.array([parts.MIDLINE_MM, 0.0, 0.0]),
        },
    )


SACROILIAC = Window(
    name="sacroiliac joint",
    region="sacrum",
    procedures=(PID,),
    size_mm=(162.0, 92.0, 42.0),
    spacing_mm=0.5,
    salt=54,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("ilium", "lateral to", "sacroiliac joint"),
        ("sacroiliac joint", "lateral to", "posterior sacral foramen"),
        ("gluteus maximus", "above", "sacroiliac joint"),
        ("posterior sacroiliac ligament", "above", "sacroiliac joint"),
        ("gluteus maximus", "lateral to", "multifidus"),
    ),
    beyond={
        "superior gluteal artery": "below the joint, where it leaves the pelvis before and below the edge of the ilium",
        "superior gluteal vein": "beside the artery",
        "bowel": "in the pelvis before the joint, behind sacrum and ilium",
    },
)
