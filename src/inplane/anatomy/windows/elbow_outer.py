"""The outer side of the elbow: common extensor tendon on the epicondyle, collateral ligament, head of the radius.

Right elbow bent 90 degrees, seen from its outer side: z runs along the forearm towards the epicondyle, x to the front
(the side that the elbow bends to); the gap of the radiocapitellar joint lies at z = 0, the tip of the epicondyle at
z = 18.5. The probe lies along the forearm, its marker at the epicondyle.
"""

from math import pi

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import elbow_outer_parts as parts
from inplane.core import ProbeControl

NORMAL = (
    "Surg Radiol Anat 2013;35:547-552 (abstract read): 4.60 and 4.22 mm at the humerus on the dominant and the other "
    "side, 3.55 and 3.23 at the joint, 3.17 and 2.88 at the radius, 200 elbows"
)
CONNELL = (
    "Connell D et al. AJR 2001;176:777-782 (abstract read): dark area in the deep part in 46, partial tear in 18 of 72"
)
KROGH = "Krogh TP et al. PMC5431425 (abstract read): spurs in 23 % of people in their 20s, 74 % above 70 years"


RANGES = {
    "skin_mm": ParameterRange(low=1.0, high=2.0, mean=1.4, sd=0.15, source=chosen("skin of the elbow's outer side")),
    "fat_mm": ParameterRange(
        low=1.2, high=7.0, mean=2.6, sd=0.9, source=chosen("tendon 5 to 15 mm deep, as the atlas")
    ),
    "tendon_mm": ParameterRange(
        low=3.2, high=5.8, mean=4.4, sd=0.5, source=f"{NORMAL}; times SWELL; spread chosen, other levels in proportion"
    ),
    "muscle_mm": ParameterRange(
        low=1.6, high=4.6, mean=2.8, sd=0.6, source=chosen("muscle over the tendon 15 mm below the joint")
    ),
    "joint_gap_mm": ParameterRange(
        low=0.8, high=2.0, mean=1.3, sd=0.25, source=chosen("between cartilage and cartilage")
    ),
    "tendinosis_grade": ParameterRange(
        low=0, high=3, mean=1.9, sd=0.8, source=f"{CONNELL}; no, mild, marked, torn: see DARK_MM and CLEFT_MM"
    ),
    "spur_grade": ParameterRange(low=0, high=1, mean=0.48, sd=0.4, source=f"{KROGH}; about half between"),
    "calcification_grade": ParameterRange(low=0, high=1, mean=0.2, sd=0.35, source=chosen("in about one of five")),
    "recurrent_radius_mm": ParameterRange(low=0.5, high=1.0, mean=0.7, sd=0.1, source=chosen("below 2 mm across")),
}
HARDER = {
    "fat_mm": (1.8, 5.0),
    "tendinosis_grade": (3.0, 0.0),
    "tendon_mm": (4.8, 3.9),
    "muscle_mm": (2.2, 3.6),
    "muscle_echo_db": (-1.0, 3.0),
}
PIDS = ("lateral_epicondyle_injection", "tendon_prp_injection")
GRADES = ("sound by its looks", "mild tendinosis", "marked tendinosis", "a partial tear")
DEFECTS = ("no dark part", "a dark part without a defect", "a small defect", "a large defect")
VIEW_MM = 4.6
"""Level of the probe's middle. Chosen: its upper end then lies on the epicondyle, its lower one over the radius."""


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.layers(c, p)
    below = (fascia_mm - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", below, sheet, salt=201)
    parts.muscles(c, p, at, fascia_mm, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.3, 221)
    parts.nerves_and_vessels(c, p, at, sheet)
    parts.ligaments(c, at)
    ill = parts.tendon(c, p, at, sheet)
    parts.bones(c, p, at)
    return _staged(p, ill)


def _indication(p: Values, pid: str) -> str:
    grade = int(p["tendinosis_grade"])
    thick = p["tendon_mm"] * parts.SWELL[grade]
    more = ", calcification" if p["calcification_grade"] > 0 else ""
    more += ", a bony spur" if p["spur_grade"] > 0 else ""
    seen = f"(grade {grade} of 3, our own grading), {thick:.1f} mm thick at the epicondyle{more}."
    if pid == PIDS[0]:
        return f"Chronic pain of the outer side of the elbow, common extensor tendon: {GRADES[grade]} {seen}"
    return f"Common extensor tendinopathy in spite of exercise therapy, {DEFECTS[grade]} in the tendon {seen}"


def _staged(p: Values, ill: s.Knot) -> Staged:
    """The tip ends in the middle of what is ill, come from the forearm."""
    z, x, y = ill[:3]
    view = ProbeControl(x_mm=x, z_mm=VIEW_MM, rotate_rad=-pi / 2, press_n=0.6)
    return Staged(
        targets_mm={pid: np.array([x, y, z]) for pid in PIDS},
        views=dict.fromkeys(PIDS, view),
        needle_from=dict.fromkeys(PIDS, "lateral"),
        indication={pid: _indication(p, pid) for pid in PIDS},
        landmarks_mm={
            "lateral epicondyle of humerus": np.array([0.0, 0.0, parts.APEX_MM]),
            "head of radius": np.array([1.5, 0.0, -6.0]),
            "point of greatest tenderness at lateral elbow": np.array([x + 1.0, 0.0, z]),
        },
    )


OUTER_ELBOW = Window(
    name="outer elbow",
    region="elbow",
    procedures=PIDS,
    size_mm=(54.0, 31.0, 60.0),
    spacing_mm=0.3,
    salt=81,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("common extensor tendon", "above", "radial collateral ligament"),
        ("common extensor tendon", "above", "humerus"),
        ("radial collateral ligament", "above", "radiocapitellar joint"),
        ("annular ligament", "above", "radius"),
    ),
    beyond={
        "radial nerve": "in front of this plane, between brachialis and brachioradialis",
        "posterior interosseous nerve": "in front of this plane, within supinator",
    },
)
"""The outer side of the right elbow."""
