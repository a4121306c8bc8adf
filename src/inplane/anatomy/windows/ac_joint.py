"""The top of the shoulder across the acromioclavicular joint: both bone ends, capsule, disc, supraspinatus beneath.

Right shoulder from above, the probe along the outer end of the clavicle: x grows to the middle (the clavicle), -x is
the acromion; z grows to the front, y downwards.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import ac_joint_parts as parts
from inplane.anatomy.windows.girdle_parts import chosen, everywhere
from inplane.core import ProbeControl

ULTRASOUND = (
    "J Rheumatol 1997;24:1959-1963 (abstract read), 126 healthy joints: gap 4.1 +- 0.9 mm at 21 to 32 years, "
    "3.5 +- 0.9 at 37 to 81; capsule 2.2 +- 0.5 and 2.9 +- 0.7 mm above the bones' rims, below 3 mm no effusion"
)

RANGES = {
    "skin_mm": ParameterRange(low=1.0, high=1.9, mean=1.4, sd=0.15, source=chosen("thin skin on top of the shoulder")),
    "fat_mm": ParameterRange(
        low=1.2, high=5.5, mean=2.6, sd=0.7, source=chosen("thin; puts the gap at the atlas's 5 to 15 mm")
    ),
    "gap_mm": ParameterRange(low=2.4, high=5.6, mean=3.7, sd=0.7, source=f"{ULTRASOUND}; of both ages, cut narrower"),
    "bulge_mm": ParameterRange(
        low=1.6, high=2.9, mean=2.5, sd=0.4, source=f"{ULTRASOUND}; without effusion, cut narrower"
    ),
    "gap_grade": ParameterRange(
        low=0, high=3, mean=1.5, sd=0.9, source=chosen("all four are met; no frequencies were read")
    ),
    "effusion_grade": ParameterRange(
        low=0, high=2, mean=0.9, sd=0.7, source=f"{ULTRASOUND}; the grades are chosen to lie about that limit"
    ),
}
HARDER = {
    "fat_mm": (1.9, 4.0),
    "gap_mm": (4.2, 3.2),
    "gap_grade": (0.0, 3.0),
    "effusion_grade": (2.0, 0.0),
}
PID = "acromioclavicular_joint_injection"
VIEW_MM = 1.0
"""Place along z of the picture. Chosen: a little before the middle, where the gap is wider."""
FACE_MM = 2.5
"""Middle of the probe along x. Chosen: a needle in plane then comes over the acromion, which lies lower."""
GAPS = (
    "a gap of usual width",
    "a narrowed gap",
    "osteophytes over a narrow gap",
    "osteophytes and a nearly closed gap",
)
FLUID = ("no effusion", "a small effusion", "a large effusion")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.joint(c, p, fascia_mm)
    s.filling(c, "intermuscular fat", everywhere(c, fascia_mm - c.y), sheet, salt=201, louder_db=4.0)
    parts.beneath(c, at, sheet)
    parts.space(c, p, at)
    parts.capsule(c, at, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.25, 221)
    parts.bones(c, p, at)
    return _staged(p, at)


def _staged(p: Values, at: parts.Joint) -> Staged:
    """The tip ends between the upper rims, on the acromion's side of the disc."""
    gap, fluid = int(p["gap_grade"]), int(p["effusion_grade"])
    half = 0.5 * p["gap_mm"] * parts.SHARE[gap]
    y = at.rim_mm - 0.7
    x = -0.55 * half - 0.75
    return Staged(
        targets_mm={PID: np.array([x, y, VIEW_MM])},
        views={PID: ProbeControl(x_mm=FACE_MM, z_mm=VIEW_MM, press_n=1.0)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Pain on top of the shoulder by osteoarthritis: {GAPS[gap]} of {2 * half:.1f} mm (grade {gap} of 3, "
            f"our own grading; 3.5 +- 0.9 mm in healthy elders: J Rheumatol 1997;24:1959), {FLUID[fluid]}."
        },
        landmarks_mm={
            "lateral end of the clavicle": np.array([4.0, 0.0, 0.0]),
            "acromioclavicular joint line": np.array([0.0, 0.0, 0.0]),
        },
    )


ACROMIOCLAVICULAR = Window(
    name="acromioclavicular joint",
    region="shoulder",
    procedures=(PID,),
    size_mm=(56.0, 34.0, 30.0),
    spacing_mm=0.25,
    salt=43,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("acromioclavicular joint capsule", "above", "acromioclavicular joint space"),
        ("acromion", "lateral to", "clavicle"),
        ("acromioclavicular joint space", "above", "supraspinatus"),
        ("acromioclavicular joint space", "lateral to", "clavicle"),
    ),
    variants=("acromioclavicular articular disc",),
)
"""The right acromioclavicular joint."""
