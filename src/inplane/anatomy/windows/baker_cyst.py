"""The inner half of the back of the knee: popliteal cyst with its neck between semimembranosus and gastrocnemius.

Patient prone, right leg. x grows to the patient's left as everywhere, so lateral is -x and medial +x; y runs from the
skin behind to the femur's condyles, z along the leg to the head; the popliteal crease lies at z = 0. As in `popliteal`
the volume is the mirror image of a leg in space: sides and levels hold.
"""

import numpy as np

from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import baker_cyst_parts as parts
from inplane.anatomy.windows.leg_parts import deep_fat
from inplane.anatomy.windows.popliteal import HERTZBERG, NERVES
from inplane.core import ProbeControl

SEPTA = "radiologykey.com/baker-cyst-2 (key facts read)"
EUR = "Eur Radiol 2019, doi 10.1007/s00330-019-06472-6 (abstract read): cysts go with a tendon that bulges"
SMITH = "Smith MK et al., aspiration and fenestration in 47 patients (abstract read) gives no sizes"


RANGES = {
    "skin_mm": ParameterRange(low=1.3, high=2.6, mean=1.8, sd=0.25, source=chosen("skin of the back of the knee")),
    "fat_mm": ParameterRange(
        low=3.5, high=14.0, mean=7.0, sd=2.0, source=chosen("cyst 10 to 40 mm deep, as the atlas")
    ),
    "cyst_grade": ParameterRange(
        low=0, high=4, mean=2.1, sd=0.85, source=chosen(f"who comes has one; sizes are chosen, {SMITH}")
    ),
    "debris_grade": ParameterRange(
        low=0, high=2, mean=0.8, sd=0.7, source=chosen(f"septa and debris occur, {SEPTA}; no share read")
    ),
    "cyst_medial_mm": ParameterRange(
        low=8.0, high=11.0, mean=9.5, sd=0.6, source=chosen("over the inner edge of the medial head")
    ),
    "neck_mm": ParameterRange(low=1.6, high=3.6, mean=2.4, sd=0.4, source=chosen("narrow; no measurement was read")),
    "tendon_mm": ParameterRange(
        low=2.8, high=3.9, mean=3.3, sd=0.25, source=chosen(f"half the width of semimembranosus tendon; {EUR}")
    ),
    "artery_radius_mm": ParameterRange(low=2.4, high=3.6, mean=2.75, sd=0.3, source=f"{HERTZBERG}; spread chosen"),
    "vein_radius_mm": ParameterRange(low=2.4, high=4.0, mean=3.2, sd=0.35, source=f"{HERTZBERG}; spread chosen"),
    "tibial_area_mm2": ParameterRange(low=16.0, high=32.0, mean=23.5, sd=3.5, source=f"{NERVES}; a little less here"),
    "peroneal_area_mm2": ParameterRange(low=6.2, high=11.0, mean=7.9, sd=1.0, source=f"{NERVES}; spread chosen"),
    "vessels_lateral_mm": ParameterRange(
        low=7.0, high=9.6, mean=8.2, sd=0.5, source=chosen("between the heads of gastrocnemius, beyond the cyst")
    ),
    "cartilage_mm": ParameterRange(low=1.4, high=2.8, mean=2.1, sd=0.3, source=chosen("no measurement was read")),
    "muscle_size": ParameterRange(low=0.85, high=1.15, mean=1.0, sd=0.07, source=chosen("trained or thin calves")),
}
HARDER = {
    "fat_mm": (5.0, 11.0),
    "cyst_grade": (3.0, 1.0),
    "debris_grade": (0.0, 2.0),
    "muscle_echo_db": (-2.0, 4.0),
    "vessels_lateral_mm": (8.8, 7.5),
}
GRADES = ("a trace of fluid in the bursa", "a small cyst", "a moderate cyst", "a large cyst", "a ruptured cyst")
INSIDE = ("", " with some septa", " with septa and debris")
PID = "baker_cyst_aspiration"


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    deep_fat(c, fascia_mm - c.y + np.zeros_like(c.power), sheet, parts.FAT_DB, 201)
    tubes, nerves = parts.vessel_courses(c, p), parts.nerve_courses(c, p)
    parts.condyles(c, p)
    parts.muscles(c, p, fascia_mm, sheet, (*tubes, *nerves))
    layered(c, sheet, c.y - fascia_mm, 0.3, 221)
    parts.tendons(c, p, sheet)
    parts.bundle(c, p, tubes, nerves, sheet)
    parts.cyst(c, p)
    return _staged(p)


def _indication(p: Values) -> str:
    grade, shape = int(p["cyst_grade"]), parts.CYST_MM[int(p["cyst_grade"])]
    return (
        f"Swelling and tightness behind the knee: {GRADES[grade]}{INSIDE[int(p['debris_grade'])]}, "
        f"{2 * shape[0]:.0f} by {2 * shape[1]:.0f} mm across (grade {grade} of 4, our own grading)."
    )


def _staged(p: Values) -> Staged:
    """The tip ends in the middle of the cyst's body."""
    x, y = parts.middle_mm(p)
    return Staged(
        targets_mm={PID: np.array([x, y, parts.VIEW_MM])},
        views={PID: ProbeControl(x_mm=6.0, z_mm=parts.VIEW_MM, press_n=0.6)},
        needle_from={PID: "medial"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "popliteal crease": np.array([0.0, 0.0, 0.0]),
            "popliteal pulse": np.array([-p["vessels_lateral_mm"], 0.0, 4.0]),
            "semitendinosus tendon at knee": np.array([22.5, 0.0, 10.0]),
        },
    )


BAKER_CYST = Window(
    name="popliteal cyst",
    region="popliteal",
    procedures=(PID,),
    size_mm=(72.0, 56.0, 54.0),
    spacing_mm=0.4,
    salt=72,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("popliteal cyst", "above", "medial head of gastrocnemius"),
        ("semimembranosus tendon", "medial to", "medial head of gastrocnemius"),
        ("tibial nerve", "lateral to", "popliteal cyst"),
        ("tibial nerve", "above", "popliteal vein"),
        ("popliteal vein", "above", "popliteal artery"),
    ),
    beyond={"common peroneal nerve": "along biceps femoris, beyond the probe's outer end"},
)
"""The back of the right knee, inner half."""
