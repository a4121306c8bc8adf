"""The front of the shoulder across the bicipital groove: deltoid, both tubercles, the long tendon in its sheath.

Right shoulder from the front, the hand supine: lateral, the greater tubercle, is -x; z grows upwards along the arm.
"""

from math import cos, radians, sin

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import biceps_groove_parts as parts
from inplane.anatomy.windows.girdle_parts import chosen, everywhere
from inplane.core import ProbeControl

KHAN = "Khan R et al. Folia Morphol 2020;79:359-365 (abstract read): 4.3 +- 1.3 mm wide on the right, 80 limbs"
GROOVE = "J Clin Diagn Res 2021, doi 10.7860/JCDR/2021/51782.15747 (abstract read): 9.1 +- 2.2 wide, 5.5 +- 1.6 mm deep"
ZUBLER = "Zubler V et al. Eur Radiol 2011;21:1858-1864 (abstract read): fluid of 2 mm (1 to 7) once the joint is filled"

RANGES = {
    "skin_mm": ParameterRange(low=1.1, high=2.1, mean=1.5, sd=0.15, source=chosen("skin of the shoulder's front")),
    "fat_mm": ParameterRange(
        low=1.6, high=6.0, mean=2.8, sd=0.8, source=chosen("with deltoid puts the sheath at the atlas's 10 to 20 mm")
    ),
    "deltoid_mm": ParameterRange(
        low=4.6, high=8.5, mean=6.2, sd=0.7, source=chosen("its front part is thinner than the middle one")
    ),
    "tendon_mm": ParameterRange(low=4.0, high=5.8, mean=4.7, sd=0.5, source=f"{KHAN}; cut narrower"),
    "groove_mm": ParameterRange(low=8.0, high=11.5, mean=9.4, sd=0.9, source=f"{GROOVE}; cut narrower"),
    "groove_depth_mm": ParameterRange(low=4.0, high=6.6, mean=5.1, sd=0.6, source=f"{GROOVE}; cut narrower"),
    "artery_radius_mm": ParameterRange(
        low=0.75, high=1.1, mean=0.9, sd=0.07, source=chosen("about 2 mm across; no measurement was read")
    ),
    "fluid_grade": ParameterRange(
        low=0, high=3, mean=1.6, sd=0.9, source=f"{ZUBLER}; the grades are chosen about that mean"
    ),
    "tendon_grade": ParameterRange(
        low=0, high=2, mean=0.7, sd=0.7, source=chosen("thick and dark in some; no frequencies were read")
    ),
}
HARDER = {
    "fat_mm": (2.0, 4.6),
    "deltoid_mm": (5.6, 7.0),
    "fluid_grade": (3.0, 0.0),
    "tendon_grade": (0.0, 2.0),
    "artery_radius_mm": (0.98, 0.84),
    "muscle_echo_db": (-1.0, 3.0),
}
PID = "biceps_sheath_injection"
BESIDE_RAD = radians(38.0)
"""Where in the sheath the tip ends, as an angle about the tendon above its inner edge. Chosen: away from the artery."""
FLUIDS = ("no", "a small", "a moderate", "a large")
TENDONS = ("the tendon is sound", "the tendon is thick and dull", "the tendon is very thick and dark")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.groove(c, p, fascia_mm)
    s.filling(c, "intermuscular fat", everywhere(c, fascia_mm - c.y), sheet, salt=201, louder_db=3.0)
    parts.deltoid(c, at, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.3, 221)
    parts.cuff(c, at)
    parts.ligament(c, at, sheet)
    parts.biceps(c, p, at, sheet)
    parts.artery(c, p, at, sheet)
    s.bone(c, "humerus", everywhere(c, parts.below(c, at.bone)), salt=371)
    return _staged(c, p, at)


def _staged(c: Canvas, p: Values, at: parts.Groove) -> Staged:
    """The tip ends in the sheath at the tendon's inner upper edge."""
    fluid, tendon = int(p["fluid_grade"]), int(p["tendon_grade"])
    u, y, a, b = at.tendon.at(c, 0.0)
    room = 0.4 * parts.FLUID_MM[fluid]
    x, up = (a + room) * cos(BESIDE_RAD), (b + 0.62 * room) * sin(BESIDE_RAD)
    lining = ", its lining thick" if fluid == 3 else ""
    return Staged(
        targets_mm={PID: np.array([u + x, y - up, 0.0])},
        views={PID: ProbeControl(x_mm=-3.5, z_mm=0.0, press_n=1.0)},
        needle_from={PID: "medial"},
        indication={
            PID: f"Pain at the front of the shoulder, {FLUIDS[fluid]} effusion in the sheath of the long head of biceps"
            f"{lining} (grade {fluid} of 3, our own grading); {TENDONS[tendon]}."
        },
        landmarks_mm={
            "bicipital groove": np.array([0.0, 0.0, 0.0]),
            "coracoid process": np.array([29.0, 0.0, 20.0]),
        },
    )


BICIPITAL_GROOVE = Window(
    name="bicipital groove",
    region="shoulder",
    procedures=(PID,),
    size_mm=(64.0, 34.0, 44.0),
    spacing_mm=0.3,
    salt=44,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("deltoid", "above", "long head of biceps tendon"),
        ("transverse humeral ligament", "above", "long head of biceps tendon"),
        ("long head of biceps tendon", "above", "humerus"),
        ("anterior circumflex humeral artery", "lateral to", "long head of biceps tendon"),
        ("subscapularis tendon", "medial to", "long head of biceps tendon"),
    ),
)
"""The front of the right shoulder, across the bicipital groove."""
