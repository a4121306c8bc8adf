"""The shoulder joint from behind: deltoid, infraspinatus, head of the humerus, rim of the socket, spinoglenoid notch.

Right shoulder from behind, the hand on the opposite shoulder, the probe along the fibers of infraspinatus just below
the spine of the scapula: x grows to the middle, -x is the arm's side; z grows upwards, y forwards.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import shoulder_back_parts as parts
from inplane.anatomy.windows.girdle_parts import chosen, everywhere
from inplane.core import ProbeControl

ZUBLER = "Zubler V et al. Eur Radiol 2011;21:1858-1864 (abstract read): recess 7 mm (3 to 18) after 8 to 12 ml in 30"
ZHAO = "Zhao HJ et al. Chin J Clin Anat 2019;37:245-248 (abstract read): notch 12.8 mm wide, 11.7 deep, 282 bones"
JEZIERSKI = (
    "Jezierski H et al. J Clin Med 2018;7:491 (abstract read): vein 1.2 +- 0.7 mm at the upper notch, 120 people"
)

RANGES = {
    "skin_mm": ParameterRange(low=1.5, high=2.7, mean=2.0, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=3.0, high=14.0, mean=5.5, sd=1.6, source=chosen("with the muscles puts the recess at 20 to 50 mm")
    ),
    "deltoid_mm": ParameterRange(
        low=6.0, high=12.0, mean=8.5, sd=1.1, source=chosen("over the head; no measurement was read")
    ),
    "infraspinatus_mm": ParameterRange(
        low=6.0, high=11.5, mean=8.5, sd=0.9, source=chosen("over the head, with its tendon; none was read")
    ),
    "head_radius_mm": ParameterRange(low=21.0, high=27.0, mean=24.0, sd=1.3, source=chosen("about 48 mm across")),
    "cartilage_mm": ParameterRange(
        low=1.1, high=2.0, mean=1.5, sd=0.2, source=chosen("thicker in the head's middle than at its edge")
    ),
    "effusion_grade": ParameterRange(
        low=0, high=3, mean=1.3, sd=1.0, source=f"{ZUBLER}; the grades are chosen beneath that"
    ),
    "nerve_mm": ParameterRange(
        low=2.4, high=3.8, mean=3.0, sd=0.35, source=chosen("thinner than at the upper notch, where 3.5 mm were read")
    ),
    "artery_radius_mm": ParameterRange(low=0.9, high=1.4, mean=1.1, sd=0.1, source=chosen("about 2 mm across")),
    "vein_mm": ParameterRange(
        low=2.2, high=3.0, mean=2.5, sd=0.25, source=f"{JEZIERSKI}; the wider ones, for thinner ones are not seen"
    ),
}
HARDER = {
    "fat_mm": (4.0, 10.5),
    "deltoid_mm": (7.5, 9.5),
    "effusion_grade": (3.0, 0.0),
    "cartilage_mm": (1.6, 1.3),
    "muscle_echo_db": (-2.0, 3.0),
}
PID = "glenohumeral_joint_injection"
VIEW_MM = 5.0
"""Middle of the probe along x. Chosen: head and spinoglenoid notch are both in the picture."""
GRADES = ("no effusion", "a small effusion", "a moderate effusion", "a large effusion")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.joint(c, p, fascia_mm)
    s.filling(c, "intermuscular fat", everywhere(c, fascia_mm + 3.0 - c.y), sheet, salt=201)
    parts.muscles(c, at, fascia_mm, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.35, 221)
    parts.capsule(c, p, at, sheet)
    parts.bundle(c, p, at, sheet)
    parts.bones(c, p, at)
    return _staged(p, at)


def _staged(p: Values, at: parts.Joint) -> Staged:
    """The tip ends in the recess on the head's cartilage, beside the labrum."""
    grade, (x, y) = int(p["effusion_grade"]), parts.target(p, at)
    return Staged(
        targets_mm={PID: np.array([x, y, 0.0])},
        views={PID: ProbeControl(x_mm=VIEW_MM, z_mm=0.0, press_n=1.0)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Painful, stiff shoulder joint with {GRADES[grade]} in the posterior recess, "
            f"{parts.RECESS_MM[grade]:.1f} mm at its thickest (grade {grade} of 3, our own grading)."
        },
        landmarks_mm={
            "posterolateral corner of the acromion": np.array([x - 20.0, 0.0, 20.0]),
            "coracoid process": np.array([22.0, 0.0, 20.0]),
            "spine of the scapula": np.array([24.0, 0.0, 20.0]),
        },
    )


POSTERIOR_SHOULDER = Window(
    name="back of the shoulder joint",
    region="shoulder",
    procedures=(PID,),
    size_mm=(90.0, 64.0, 42.0),
    spacing_mm=0.4,
    salt=42,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("deltoid", "above", "infraspinatus"),
        ("infraspinatus", "above", "humeral head cartilage"),
        ("humerus", "lateral to", "glenoid"),
        ("glenohumeral joint recess", "lateral to", "glenoid labrum"),
        ("suprascapular nerve", "medial to", "glenoid labrum"),
    ),
    beyond={
        "axillary artery": "before the joint, behind the bone as seen from here",
        "axillary vein": "beside the artery",
        "brachial plexus": "about the artery",
    },
)
"""The back of the right shoulder joint."""
