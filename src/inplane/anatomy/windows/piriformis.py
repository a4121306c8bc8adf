"""The buttock along piriformis: gluteus maximus over it, sciatic nerve and the edge of the ilium beneath it.

Patient prone, right side, the probe along the muscle: -x is the outer end (trochanter), +x the inner one (sacrum), y
runs from the skin behind to the pelvis, z across the muscle with its upper edge at +z. As y points forward, the volume
is the mirror image of a buttock in space, as in `popliteal`. The needle comes from the inner end.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import piriformis_parts as parts
from inplane.anatomy.windows.gluteal_parts import RISE_MM, SCIATIC, chosen, firm_n
from inplane.core import ProbeControl

SIAHAAN = "Siahaan YMT et al. Front Neurol 2021;12:721966 (abstract read): 8.5 +- 1.1 mm, 11.6 +- 1.3 in the syndrome"
TYPES = "Surgical anatomy of the sciatic nerve, J Orthop Res 2016 (abstract read): peroneal part pierces it in 9.8 %"

RANGES = {
    "skin_mm": ParameterRange(low=1.6, high=2.8, mean=2.1, sd=0.2, source=chosen("thick skin of the buttock")),
    "fat_mm": ParameterRange(
        low=8.0, high=30.0, mean=16.0, sd=4.5, source=chosen("with the muscle puts the target 40 to 70 mm deep")
    ),
    "maximus_mm": ParameterRange(
        low=22.0, high=36.0, mean=28.0, sd=3.0, source=chosen("two to four centimeters; no measurement was read")
    ),
    "piriformis_mm": ParameterRange(low=6.5, high=10.8, mean=8.5, sd=1.1, source=SIAHAAN),
    **SCIATIC,
    "artery_radius_mm": ParameterRange(
        low=1.5, high=2.1, mean=1.75, sd=0.12, source=chosen("about 3.5 mm across; no measurement was read")
    ),
    "piercing_grade": ParameterRange(low=0, high=1, mean=0.0, sd=0.387, source=TYPES),
    "syndrome_grade": ParameterRange(
        low=0, high=2, mean=1.1, sd=0.7, source=f"{SIAHAAN}; a swollen nerve and the shares are chosen"
    ),
}
HARDER = {
    "fat_mm": (11.0, 23.0),
    "maximus_mm": (25.0, 31.0),
    "syndrome_grade": (2.0, 0.0),
    "muscle_echo_db": (-2.0, 4.0),
}
PID = "piriformis_injection"
TARGET_MM = -14.0
"""Place of the target along the view. Chosen: over the ilium, more than a centimeter outside the nerve."""
GRADES = ("nothing to be seen", "a thick muscle", "a thick muscle and a swollen sciatic nerve")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201, louder_db=-4.0)
    parts.pelvis(c, p, sheet)
    parts.muscles(c, p, sheet)
    parts.bones(c, p)
    parts.fold(c, p)
    parts.vessels(c, p, sheet)
    parts.nerves(c, p, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.5, 221)
    return _staged(c, p)


def _indication(p: Values) -> str:
    grade = int(p["syndrome_grade"])
    return (
        f"Piriformis syndrome, {GRADES[grade]}: {parts.thick_mm(p):.1f} mm over the ilium (grade {grade} of 2, our own "
        "grading; 8.5 mm without, 11.6 mm with the syndrome: Front Neurol 2021)."
    )


def _staged(c: Canvas, p: Values) -> Staged:
    """The tip ends in the middle of the muscle, over the ilium."""
    row = int(np.argmin(np.abs(c.w.ravel())))
    column = int(np.argmin(np.abs(c.u.ravel() - TARGET_MM)))
    y = float((0.55 * parts.top(c, p) + 0.45 * parts.bottom(c, p))[row, column, 0])
    return Staged(
        targets_mm={PID: np.array([TARGET_MM, y, 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=firm_n(p["fat_mm"] + 4.0, RISE_MM))},
        needle_from={PID: "medial"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "posterior superior iliac spine": np.array([62.0, 0.0, 45.0]),
            "greater trochanter": np.array([-96.0, 0.0, 0.0]),
            "lateral edge of the sacrum": np.array([parts.SACRUM_MM, 0.0, 0.0]),
        },
    )


PIRIFORMIS = Window(
    name="piriformis",
    region="gluteal",
    procedures=(PID,),
    size_mm=(184.0, 116.0, 38.0),
    spacing_mm=0.5,
    salt=52,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("gluteus maximus", "above", "piriformis"),
        ("piriformis", "above", "sciatic nerve"),
        ("piriformis", "above", "ilium"),
        ("ilium", "lateral to", "sciatic nerve"),
        ("inferior gluteal artery", "medial to", "sciatic nerve"),
    ),
    variants=("common peroneal nerve",),
    beyond={"rectum": "deep and medial, for the most part behind the sacrum"},
)
