"""The sole of the heel: plantar fascia at the medial tubercle of the calcaneus beneath the fat pad, across the foot.

Right foot, patient prone, looked at from the sole: x grows to the medial side (so lateral is -x), y from the skin of
the sole into the foot, z towards the back of the heel; z = 0 is the tubercle's front edge. As in `popliteal` the volume
is the mirror image of a foot in space: sides and levels hold.
"""

import numpy as np

from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import heel_sole_parts as parts
from inplane.core import ProbeControl

FASCIA = "Evaluation of plantar fascia, PMC7425221 (abstract read): 2 to 4 mm in 50 healthy, above 4 mm in 48 of 50 ill"
PAD = "Belhan et al. 2019, aott.org.tr 136755 (abstract read): 19.5 mm at the medial tubercle of painful heels"


RANGES = {
    "skin_mm": ParameterRange(low=1.8, high=3.4, mean=2.4, sd=0.3, source=chosen("thick skin of the sole")),
    "pad_mm": ParameterRange(
        low=4.0,
        high=9.5,
        mean=6.2,
        sd=1.1,
        source=chosen(f"target 5 to 15 mm deep, as the atlas, so a pad pressed flat; {PAD}"),
    ),
    "fascia_mm": ParameterRange(low=2.2, high=3.9, mean=3.0, sd=0.4, source=f"{FASCIA}; mean and spread chosen"),
    "fascia_width_mm": ParameterRange(
        low=17.0, high=23.0, mean=19.5, sd=1.3, source=chosen("central band at the heel; no measurement was read")
    ),
    "fascia_grade": ParameterRange(
        low=0, high=3, mean=1.6, sd=0.8, source=f"{FASCIA}; the grades are the atlas's, their shares are chosen"
    ),
    "spur_grade": ParameterRange(low=0, high=1, mean=0.45, sd=0.4, source=chosen("in about one of two painful heels")),
    "medial_nerve_mm": ParameterRange(
        low=14.5, high=18.0, mean=16.2, sd=0.8, source=chosen("in the medial fat, over abductor hallucis")
    ),
    "first_branch_area_mm2": ParameterRange(low=1.6, high=3.2, mean=2.3, sd=0.35, source=chosen("a thin nerve")),
    "muscle_size": ParameterRange(low=0.85, high=1.15, mean=1.0, sd=0.07, source=chosen("thin or strong feet")),
    "artery_radius_mm": ParameterRange(low=0.5, high=0.9, mean=0.7, sd=0.08, source=chosen("a millimeter and a half")),
}
HARDER = {
    "pad_mm": (5.0, 8.0),
    "fascia_grade": (2.4, 0.6),
    "fat_echo_db": (-4.0, -1.0),
    "muscle_echo_db": (-2.0, 3.0),
}
GRADES = (
    "plantar fascia of usual thickness",
    "thickened plantar fascia",
    "much thickened plantar fascia",
    "partial tear of the thickened plantar fascia",
)
PID = "plantar_fascia_injection"


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    _, sheet = covered(c, p["skin_mm"], p["pad_mm"])
    at = parts.layers(c, p)
    parts.pad(c, p, at, sheet)
    parts.muscles(c, p, at, sheet)
    parts.calcaneus(c, p, at)
    parts.nerves(c, p, sheet)
    parts.fascia(c, p, at, sheet)
    return _staged(c, p, at)


def _indication(p: Values) -> str:
    grade = int(p["fascia_grade"])
    spur = (", no spur", ", with a heel spur")[int(p["spur_grade"])]
    return (
        f"Pain under the heel with the first steps, {GRADES[grade]}, {parts.thick_mm(p):.1f} mm at the calcaneus{spur} "
        f"(grade {grade} of 3, our own grading; more than 4 mm is thickened: PMC7425221)."
    )


def _staged(c: Canvas, p: Values, at: parts.Layers) -> Staged:
    """The tip ends at the medial edge of the fascia, where it meets the bone."""
    z, half = parts.VIEW_MM, 0.5 * p["fascia_width_mm"]
    row, column = int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel() - half).argmin())
    y = float(at.top[row, column, 0]) + 0.55 * float(at.thick[row, 0, 0])
    return Staged(
        targets_mm={PID: np.array([half + 0.45 * parts.MEDIAL_MM, y, z])},
        views={PID: ProbeControl(x_mm=1.5, z_mm=z, press_n=0.6)},
        needle_from={PID: "medial"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "medial calcaneal tubercle": np.array([4.0, 0.0, 1.0]),
            "edge of the plantar skin": np.array([22.0, 0.0, -2.0]),
            "medial malleolus": np.array([28.0, 0.0, -10.0]),
        },
    )


HEEL_SOLE = Window(
    name="sole of the heel",
    region="foot",
    procedures=(PID,),
    size_mm=(60.0, 27.0, 44.0),
    spacing_mm=0.3,
    salt=73,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("heel fat pad", "above", "plantar fascia"),
        ("plantar fascia", "above", "calcaneus"),
        ("plantar fascia", "above", "flexor digitorum brevis"),
        ("medial calcaneal nerve", "medial to", "plantar fascia"),
        ("first branch of lateral plantar nerve", "medial to", "flexor digitorum brevis"),
    ),
    beyond={"lateral plantar nerve": "further forward and deeper, between the muscles of the sole"},
    goes_to={PID: "plantar fascia"},
)
"""The sole of the right heel."""
