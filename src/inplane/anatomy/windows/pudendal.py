"""The buttock across the ischial spine: two ligaments with pudendal nerve and artery between them.

Patient prone, right side: -x is the outer side (sciatic nerve, ischium), +x the inner one (sacrum), y runs from the
skin behind to the pelvis, +z to the head. As y points forward, the volume is the mirror image of a buttock in space,
as in `popliteal`. The needle comes from the inner end.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import pudendal_parts as parts
from inplane.anatomy.windows.gluteal_parts import RISE_MM, SCIATIC, chosen, firm_n
from inplane.core import ProbeControl

MAHAKKAN = "Clin Anat 2005;18:200-205 (abstract read), 73 sides: 4.67 +- 1.17 mm; one trunk in 56.2 %"
LIU = "Liu P et al. Chin J Clin Anat 2020;38:373-375 (abstract read), 24 cadavers"
REVIEW = "Systematic review of the sacrotuberous ligament, 2019 (abstract read): 3 to 4 mm thick, 18 to 35 mm wide"

RANGES = {
    "skin_mm": ParameterRange(low=1.6, high=2.8, mean=2.1, sd=0.2, source=chosen("thick skin of the buttock")),
    "fat_mm": ParameterRange(
        low=8.0, high=30.0, mean=17.0, sd=4.5, source=chosen("with the muscle puts the target 40 to 75 mm deep")
    ),
    "maximus_mm": ParameterRange(
        low=20.0, high=34.0, mean=27.0, sd=3.0, source=chosen("two to four centimeters; no measurement was read")
    ),
    "tuberous_mm": ParameterRange(low=2.8, high=4.2, mean=3.5, sd=0.3, source=REVIEW),
    "spinous_mm": ParameterRange(
        low=1.6, high=2.8, mean=2.1, sd=0.25, source=f"{LIU}: about 2 mm; the spread is chosen"
    ),
    "plane_mm": ParameterRange(
        low=7.4, high=9.5, mean=8.3, sd=0.5, source=chosen("room for the nerve and the fat about it")
    ),
    "nerve_mm": ParameterRange(low=3.2, high=6.2, mean=4.67, sd=0.8, source=f"{MAHAKKAN}; cut narrower"),
    "nerve_medial_mm": ParameterRange(
        low=11.5, high=19.0, mean=15.1, sd=2.0, source=f"{LIU}: 15.1 +- 3.5 mm from the spine; cut narrower"
    ),
    "second_trunk_grade": ParameterRange(low=0, high=1, mean=0.44, sd=0.4, source=MAHAKKAN),
    "artery_radius_mm": ParameterRange(
        low=1.3, high=1.9, mean=1.6, sd=0.12, source=chosen("about 3 mm across; no measurement was read")
    ),
    "gluteal_radius_mm": ParameterRange(low=1.4, high=2.0, mean=1.7, sd=0.12, source=chosen("a little wider")),
    **SCIATIC,
    "neuralgia_grade": ParameterRange(
        low=0, high=1, mean=0.5, sd=0.4, source=chosen("a swollen nerve in half, so that both are met")
    ),
}
HARDER = {
    "fat_mm": (11.0, 24.0),
    "maximus_mm": (24.0, 30.0),
    "neuralgia_grade": (1.0, 0.0),
    "nerve_mm": (5.2, 4.0),
    "muscle_echo_db": (-2.0, 4.0),
}
PID = "pudendal_nerve_block"
OVER_MM = 1.6
"""From the nerve to the target. Chosen: beside it, and more than a millimeter off its fascicles."""


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201, louder_db=-2.0)
    parts.pelvis(c, p, sheet)
    parts.maximus(c, p, sheet)
    parts.deep_muscles(c, p, sheet)
    parts.ligaments(c, p, sheet)
    parts.bones(c, p)
    parts.fold(c, p)
    parts.lateral(c, p, sheet)
    trunk = parts.pudendal(c, p, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.5, 221)
    return _staged(c, p, trunk)


def _indication(p: Values) -> str:
    grade = int(p["neuralgia_grade"])
    seen = ("nothing to be seen", "a swollen nerve beside the artery")[grade]
    return f"Pudendal neuralgia, {seen} (grade {grade} of 1, our own grading)."


def _staged(c: Canvas, p: Values, trunk: s.Course) -> Staged:
    """The tip ends between the ligaments, on the nerve's skin side and to the inside of the artery."""
    u, y, a, b = trunk.at(c, 0.0)
    return Staged(
        targets_mm={PID: np.array([u + 0.3 * a, y - b - OVER_MM, 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=firm_n(p["fat_mm"] + 4.0, RISE_MM))},
        needle_from={PID: "medial"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "ischial spine": np.array([parts.TIP_MM - 8.0, 0.0, 0.0]),
            "ischial tuberosity": np.array([-12.0, 0.0, -48.0]),
        },
    )


PUDENDAL = Window(
    name="ischial spine",
    region="gluteal",
    procedures=(PID,),
    size_mm=(186.0, 116.0, 40.0),
    spacing_mm=0.5,
    salt=53,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("gluteus maximus", "above", "sacrotuberous ligament"),
        ("sacrotuberous ligament", "above", "pudendal nerve"),
        ("pudendal nerve", "above", "sacrospinous ligament"),
        ("internal pudendal artery", "lateral to", "pudendal nerve"),
        ("inferior gluteal artery", "lateral to", "internal pudendal artery"),
        ("ischial spine", "lateral to", "sacrospinous ligament"),
    ),
    goes_to={PID: "interligamentous plane"},
)
