"""The back of the thigh above the knee: sciatic nerve at its division in its sheath, popliteal vessels, hamstrings.

Patient prone, right leg. x grows to the patient's left as everywhere, so lateral (biceps femoris, peroneal nerve) is -x
and medial +x; y runs from the skin behind to the femur, z along the thigh to the head. The popliteal crease lies at
CREASE_MM, so that the division falls into the window wherever it is. As y points forward here, the volume is the mirror
image of a leg in space: sides and levels hold, the turn from one axis to the next does not.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows.leg_parts import deep_fat
from inplane.anatomy.windows.popliteal_parts import (
    CREASE_MM,
    components,
    division_mm,
    femur,
    muscles,
    sciatic,
    vessel_courses,
    vessels,
)
from inplane.core import ProbeControl

KUMJ = "Kathmandu Univ Med J, doi 10.3126/kumj.v18i2.33259 (abstract read): division 54.2 +- 13.7 mm above the crease"
NERVES = (
    "Lower extremity nerves by ultrasound, systematic review part II (abstract read): tibial 25.9, peroneal 7.9 mm2"
)
HERTZBERG = "Hertzberg BS et al. AJR, May 1997 (abstract read): deep veins 6.4 to 6.8 mm, 1.2 times the artery"


RANGES = {
    "skin_mm": ParameterRange(low=1.3, high=2.6, mean=1.8, sd=0.25, source=chosen("skin of the back of the thigh")),
    "fat_mm": ParameterRange(
        low=4.0, high=17.0, mean=8.5, sd=2.5, source=chosen("the nerve then lies 20 to 40 mm deep")
    ),
    "nerve_under_fascia_mm": ParameterRange(
        low=10.5,
        high=17.0,
        mean=12.5,
        sd=1.4,
        source=chosen("17.2 +- 5.4 mm from the skin in Nepalese (KUMJ), the atlas has 20 to 40"),
    ),
    "nerve_lateral_mm": ParameterRange(
        low=-2.0, high=5.0, mean=1.5, sd=1.3, source=chosen("a little lateral to the middle of the fossa")
    ),
    "tibial_area_mm2": ParameterRange(low=17.5, high=34.0, mean=25.9, sd=4.0, source=f"{NERVES}; spread chosen"),
    "peroneal_area_mm2": ParameterRange(low=6.2, high=11.0, mean=7.9, sd=1.0, source=f"{NERVES}; spread chosen"),
    "nerve_flattening": ParameterRange(low=1.1, high=1.8, mean=1.35, sd=0.15, source=chosen("round to oval")),
    "components_gap_mm": ParameterRange(
        low=1.0, high=2.2, mean=1.5, sd=0.3, source=chosen("fat between the components just above the division")
    ),
    "division_grade": ParameterRange(
        low=0, high=3, mean=1.75, sd=0.8, source=f"{KUMJ}; below 50 mm in 37 %; the grades are chosen"
    ),
    "division_shift_mm": ParameterRange(
        low=-7.0, high=7.0, mean=0.0, sd=3.5, source=chosen("spreads the division about its grade")
    ),
    "artery_radius_mm": ParameterRange(low=2.4, high=3.6, mean=2.75, sd=0.3, source=f"{HERTZBERG}; spread chosen"),
    "vein_radius_mm": ParameterRange(low=2.4, high=4.3, mean=3.3, sd=0.4, source=f"{HERTZBERG}; spread chosen"),
    "artery_below_nerve_mm": ParameterRange(
        low=12.0, high=18.0, mean=14.5, sd=1.2, source=chosen("middle to middle; the vein lies between")
    ),
    "artery_medial_mm": ParameterRange(
        low=5.5, high=10.5, mean=8.0, sd=1.2, source=chosen("the nerve lies lateral to the vessels above the crease")
    ),
    "femur_below_artery_mm": ParameterRange(
        low=5.5, high=11.0, mean=7.5, sd=1.2, source=chosen("artery on the fat before the bone")
    ),
    "muscle_size": ParameterRange(low=0.85, high=1.18, mean=1.0, sd=0.07, source=chosen("trained or thin thighs")),
}
HARDER = {
    "fat_mm": (6.0, 14.0),
    "tibial_area_mm2": (29.0, 20.0),
    "artery_below_nerve_mm": (16.0, 13.0),
    "components_gap_mm": (1.9, 1.2),
    "muscle_echo_db": (-2.0, 4.0),
    "fat_echo_db": (-4.0, -1.0),
}
VIEW_ABOVE_MM = 5.0
"""From the division up to the view. Chosen: both components lie side by side in one sheath."""
FAT_DB = 14.0
"""Fat of the fossa above other fat. Chosen: brighter than the muscles beside it."""
LEVELS = ("at the crease", "low", "usual", "high")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    deep_fat(c, fascia_mm - c.y + np.zeros_like(c.power), sheet, FAT_DB, 201)
    nerves, tubes = components(c, p), vessel_courses(c, p)
    muscles(c, p, fascia_mm, sheet, (*nerves, *tubes))
    femur(c, p)
    layered(c, sheet, c.y - fascia_mm, 0.3, 221)
    vessels(c, p, tubes, sheet)
    sciatic(c, p, nerves, sheet)
    return _staged(c, p, nerves)


def _indication(p: Values) -> str:
    grade = int(p["division_grade"])
    return (
        "Surgery of foot or ankle, block of the sciatic nerve above the knee; the nerve divides "
        f"{division_mm(p) - CREASE_MM:.0f} mm above the popliteal crease, {LEVELS[grade]} (grade {grade} of 3, our own "
        "grading; 54 +- 14 mm by ultrasound: doi 10.3126/kumj.v18i2.33259)."
    )


def _notch(c: Canvas, w_mm: float, nerves: tuple[s.Course, s.Course]) -> tuple[float, float]:
    """u and y of the groove between the components, on the skin's side and still within the sheath."""
    (ut, yt, at, bt), (up, yp, ap, bp) = (nerve.at(c, w_mm) for nerve in nerves)
    u = 0.5 * (ut - at + up + ap)
    return u, min(yt - 0.55 * bt, yp - 0.9 * bp)


def _staged(c: Canvas, p: Values, nerves: tuple[s.Course, s.Course]) -> Staged:
    """The tip ends in the sheath, in the groove between the two components."""
    pid, z = "popliteal_sciatic_block", round(division_mm(p) + VIEW_ABOVE_MM, 2)
    u, y = _notch(c, z, nerves)
    return Staged(
        targets_mm={pid: np.array([u, y, z])},
        views={pid: ProbeControl(x_mm=round(u + 5.0, 2), z_mm=z, press_n=0.6)},
        needle_from={pid: "lateral"},
        indication={pid: _indication(p)},
        landmarks_mm={
            "popliteal crease": np.array([0.0, 0.0, CREASE_MM]),
            "popliteal pulse": np.array([p["artery_medial_mm"] - p["nerve_lateral_mm"] - 2.0, 0.0, CREASE_MM + 2.0]),
            "biceps femoris tendon at knee": np.array([-26.0, 0.0, CREASE_MM + 8.0]),
            "semitendinosus tendon at knee": np.array([17.0, 0.0, CREASE_MM + 8.0]),
        },
    )


POPLITEAL = Window(
    name="popliteal fossa",
    region="popliteal",
    procedures=("popliteal_sciatic_block",),
    size_mm=(76.0, 58.0, 106.0),
    spacing_mm=0.48,
    salt=14,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("popliteal vein", "below", "sciatic nerve"),
        ("popliteal artery", "below", "popliteal vein"),
        ("popliteal artery", "medial to", "sciatic nerve"),
        ("biceps femoris", "lateral to", "sciatic nerve"),
        ("semimembranosus", "medial to", "sciatic nerve"),
        ("femur", "below", "popliteal artery"),
    ),
)
