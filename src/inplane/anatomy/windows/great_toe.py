"""The dorsum of the great toe's base joint: metatarsal head and phalanx, the dorsal recess beneath its capsule.

Right foot from above, toe bent down a little: x grows to the medial side, y from the skin of the dorsum towards the
sole, z towards the ankle; z = 0 is the joint line. The plane x = 0 runs along the toe, medial to the extensor tendon.
"""

import numpy as np

from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import great_toe_parts as parts
from inplane.core import ProbeControl

RECESS = "doi 10.3109/14397595.2014.970740 (abstract read): 2.4 mm thick, 17.8 mm long in 100 healthy people"
KEEN = "Keen HI et al. Ann Rheum Dis, doi 10.1136/annrheumdis-2011-200349 (abstract read): in 24 of 33 painful joints"
BONES = "Radiographs of 60 adults, PMC5713710 (abstract read): metatarsal 13.7 +- 1.0 mm wide in men, 11.7 in women"


RANGES = {
    "skin_mm": ParameterRange(low=0.9, high=1.7, mean=1.2, sd=0.15, source=chosen("thin skin of the dorsum")),
    "fat_mm": ParameterRange(low=1.3, high=4.0, mean=2.1, sd=0.5, source=chosen("joint 3 to 10 mm deep, as the atlas")),
    "shaft_width_mm": ParameterRange(low=10.0, high=15.5, mean=12.7, sd=1.3, source=BONES),
    "recess_long_mm": ParameterRange(low=14.0, high=21.0, mean=17.8, sd=1.4, source=f"{RECESS}; spread chosen"),
    "cartilage_mm": ParameterRange(low=0.85, high=1.35, mean=1.1, sd=0.1, source=chosen("no measurement was read")),
    "joint_space_mm": ParameterRange(
        low=0.2, high=1.0, mean=0.5, sd=0.18, source=chosen("fluid between the two cartilages; narrow when worn")
    ),
    "effusion_grade": ParameterRange(
        low=0, high=3, mean=1.5, sd=0.85, source=chosen(f"who comes is ill; the first grade as in {RECESS}")
    ),
    "synovitis_grade": ParameterRange(low=0, high=2, mean=0.8, sd=0.7, source=chosen("often goes with an effusion")),
    "osteophyte_grade": ParameterRange(low=0, high=2, mean=0.95, sd=0.65, source=f"{KEEN}; the grades are chosen"),
    "bend_mm": ParameterRange(
        low=1.0,
        high=4.0,
        mean=2.4,
        sd=0.6,
        source=chosen("how much the phalanx sinks over 12 mm: toe bent by 10 degrees"),
    ),
    "tendon_mm": ParameterRange(low=1.3, high=2.3, mean=1.8, sd=0.2, source=chosen("no measurement was read")),
    "tendon_lateral_mm": ParameterRange(
        low=4.4, high=6.4, mean=5.2, sd=0.4, source=chosen("the plane runs beside the tendon")
    ),
}
HARDER = {
    "fat_mm": (1.7, 2.9),
    "effusion_grade": (3.0, 0.2),
    "osteophyte_grade": (0.0, 2.0),
    "joint_space_mm": (0.8, 0.3),
}
GRADES = ("no effusion", "a small effusion", "a moderate effusion", "a large effusion")
SPURS = ("no osteophytes", "small dorsal osteophytes", "large dorsal osteophytes")
LINING = ("", ", slightly thickened synovium", ", much thickened synovium")
PID = "foot_joint_injection"


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    _, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.solids(c, p)
    parts.ground(c, p, sheet)
    fluid = parts.recess(c, p, at)
    parts.cartilage(c, p, at)
    parts.bones(c, at)
    parts.tendons(c, p, sheet)
    return _staged(c, p, fluid.label)


def _indication(p: Values) -> str:
    grade = int(p["effusion_grade"])
    return (
        f"Hallux rigidus, {SPURS[int(p['osteophyte_grade'])]}, {GRADES[grade]} of the first metatarsophalangeal joint"
        f"{LINING[int(p['synovitis_grade'])]}: {parts.FLUID_MM[grade]:g} mm in the dorsal recess (grade {grade} of 3, "
        "our own grading; 2.4 mm in the healthy: doi 10.3109/14397595.2014.970740)."
    )


def _staged(c: Canvas, p: Values, fluid: int) -> Staged:
    """The tip ends in the dorsal recess over the neck of the metatarsal."""
    z = parts.POCKET_MM
    row, column = int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel()).argmin())
    depths = c.y.ravel()[c.labels[row, column] == fluid]
    return Staged(
        targets_mm={PID: np.array([0.0, float(depths.mean()), z])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=7.5, rotate_rad=round(np.pi / 2, 6), press_n=0.12)},
        needle_from={PID: "lateral"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "first metatarsophalangeal joint line": np.array([2.0, 0.0, 0.0]),
            "extensor hallucis longus tendon": np.array([-p["tendon_lateral_mm"], 0.0, 10.0]),
        },
    )


GREAT_TOE = Window(
    name="base joint of the great toe",
    region="foot",
    procedures=(PID,),
    size_mm=(32.0, 26.0, 52.0),
    spacing_mm=0.25,
    salt=74,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("first metatarsophalangeal joint capsule", "above", "first metatarsophalangeal joint"),
        ("first metatarsophalangeal joint", "above", "first metatarsal"),
        ("metatarsal head cartilage", "above", "first metatarsal"),
        ("first metatarsophalangeal joint capsule", "above", "proximal phalanx of great toe"),
    ),
    beyond={
        "extensor hallucis longus tendon": "just lateral to this plane, which runs beside it",
        "dorsalis pedis artery": "over the midfoot, behind this place",
        "deep peroneal nerve": "beside the artery and in the first web space",
        "extensor digitorum longus tendon": "over the lesser toes",
        "tibialis anterior tendon": "ends at the midfoot",
        "talar dome cartilage": "at the ankle",
    },
)
"""The first metatarsophalangeal joint of the right foot."""
