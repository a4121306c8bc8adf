"""The axilla: artery with one to three veins, the plexus's nerves around it, muscles and conjoint tendon about them.

Right arm, abducted, seen from the armpit: biceps and the front of the arm are -x (cephalad as the patient lies),
triceps and the back +x, the shoulder +z; the conjoint tendon crosses behind the artery at z = 0.
"""

from math import cos, radians, sin

import numpy as np

from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import axilla_parts as parts
from inplane.core import ProbeControl

SILVA = "Silva MG et al. Rev Esp Anestesiol Reanim 2014;61:15-20 (abstract read), fifty volunteers, both sides"
HAN = "Han JH et al. Korean J Anesthesiol 2014;67:310-316 (abstract read): several veins in 87 % of 131"
BAE = "Bae DW et al. Medicine 2021;100:e25812 (its table 1 read), 107 healthy adults"
AXILLARY_CT = "Catheter Cardiovasc Interv 2018;91:150-156 (abstract read): least diameter 6.0 +- 1.1 mm by CT in 208"


def _area(low: float, high: float, mean: float, sd: float) -> ParameterRange:
    source = f"{BAE}: {mean} +- {sd} mm2 at the axilla"
    return ParameterRange(low=low, high=high, mean=mean, sd=sd, source=source)


RANGES = {
    "skin_mm": ParameterRange(low=0.9, high=1.9, mean=1.3, sd=0.15, source=chosen("thin skin of the armpit")),
    "fat_mm": ParameterRange(
        low=1.6, high=13.0, mean=4.0, sd=1.6, source=chosen("artery mostly within 10 mm of the skin, seldom beyond 20")
    ),
    "artery_radius_mm": ParameterRange(low=2.1, high=4.0, mean=2.9, sd=0.4, source=AXILLARY_CT),
    "vein_radius_mm": ParameterRange(
        low=1.6, high=3.6, mean=2.5, sd=0.4, source=chosen("about as wide as the artery under a light probe, oval")
    ),
    "vein_grade": ParameterRange(
        low=0, high=2, mean=1.2, sd=0.62, source=f"{HAN}; how many have two and how many three is chosen"
    ),
    "median_area_mm2": _area(6.0, 16.0, 9.88, 2.52),
    "ulnar_area_mm2": _area(4.0, 12.0, 6.94, 1.97),
    "radial_area_mm2": ParameterRange(
        low=4.0, high=11.0, mean=7.02, sd=1.87, source=f"{BAE}: 7.02 +- 1.87 mm2 above the spiral groove"
    ),
    "musculocutaneous_area_mm2": _area(2.2, 7.0, 3.81, 1.28),
    "median_deg": ParameterRange(low=-55, high=10, mean=-29, sd=25, source=f"{SILVA}: -29 +- 40; cut narrower"),
    "ulnar_deg": ParameterRange(low=30, high=75, mean=53, sd=15, source=f"{SILVA}: 53 +- 26; cut narrower"),
    "radial_deg": ParameterRange(low=112, high=160, mean=128, sd=18, source=f"{SILVA}: 122 +- 38; cut narrower"),
    "musculocutaneous_mm": ParameterRange(low=5.0, high=16.0, mean=9.3, sd=3.0, source=f"{SILVA}: 9.3 +- 5.6 mm"),
    "low_musculocutaneous_grade": ParameterRange(
        low=0, high=1, mean=0.1, sd=0.31, source=f"{SILVA}: before and beside the artery in 10 %"
    ),
    "humerus_below_mm": ParameterRange(
        low=13.0, high=22.0, mean=17.0, sd=2.0, source=chosen("from the artery's middle, as on stills of usgra-seg")
    ),
}
HARDER = {
    "fat_mm": (2.6, 10.0),
    "vein_grade": (0.0, 2.0),
    "artery_radius_mm": (3.2, 2.6),
    "median_area_mm2": (11.0, 8.0),
    "radial_area_mm2": (8.5, 5.5),
    "muscle_echo_db": (-2.0, 3.0),
}
CLEAR_MM = 1.9
"""From the artery's lumen to the needle that passes behind it. Chosen: wall, and the millimeter that is kept."""


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.arrangement(p)
    parts.filling(c, at, fascia_mm, sheet)
    parts.muscles(c, at, fascia_mm, sheet)
    parts.conjoint_tendon(c, at, sheet)
    parts.humerus(c, p, at)
    parts.sheath(c, at, fascia_mm, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.35, 221)
    parts.vessels(c, at, sheet)
    parts.nerves(c, at, sheet)
    return _staged(p, at)


def _indication(p: Values) -> str:
    grade = int(p["vein_grade"])
    aside = "; the musculocutaneous nerve lies before and beside the artery" if p["low_musculocutaneous_grade"] else ""
    return (
        f"Surgery of the hand under axillary block; {('one vein', 'two veins', 'three veins')[grade]} about the artery "
        f"(grade {grade} of 2, our own grading){aside}."
    )


def _staged(p: Values, at: parts.Places) -> Staged:
    """The tip ends behind the artery, towards the radial nerve; with a vein there it stops short of it."""
    pid = "axillary_plexus_block"
    u, y, r = at["artery"].u, at["artery"].y, at["artery"].a
    slope = radians(36.0 if y < 16.0 else 40.0)
    onward = -0.8 if "axillary vein 3" in at else 2.0
    away = r + CLEAR_MM
    tip = np.array(
        [u - away * sin(slope) + onward * cos(slope), y + away * cos(slope) + onward * sin(slope), parts.LEVEL_MM]
    )
    return Staged(
        targets_mm={pid: tip.round(3)},
        views={pid: ProbeControl(x_mm=round(u - 2.5, 2), z_mm=parts.LEVEL_MM, press_n=1.5)},
        needle_from={pid: "lateral"},
        indication={pid: _indication(p)},
        landmarks_mm={
            "axillary pulse": np.array([u, 0.0, 0.0]),
            "anterior axillary fold": np.array([-27.0, 0.0, 16.0]),
            "posterior axillary fold": np.array([27.0, 0.0, 16.0]),
            "coracobrachialis": np.array([-10.0, 0.0, 5.0]),
        },
    )


AXILLA = Window(
    name="axilla",
    region="axilla",
    procedures=("axillary_plexus_block",),
    size_mm=(66.0, 42.0, 40.0),
    spacing_mm=0.3,
    salt=35,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("axillary artery", "above", "humerus"),
        ("ulnar nerve", "medial to", "axillary artery"),
        ("radial nerve", "below", "axillary artery"),
        ("musculocutaneous nerve", "lateral to", "axillary artery"),
    ),
)
"""The right axilla, arm abducted."""
