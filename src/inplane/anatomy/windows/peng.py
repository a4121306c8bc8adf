"""The rim of the pelvis from the front: iliopsoas and its tendon between the iliac spine and the iliopubic eminence.

Right groin, patient supine. x runs in the picture along the superior pubic ramus: -x is lateral and towards the head
(anterior inferior iliac spine), +x medial and towards the foot (pubis); z, across it, grows to the navel. The target
lies at x = 0, z = 0; the hip joint below z = -13.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import GRUBER, KOSKI, ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import peng_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

TENDON = "PMID 19357107 (abstract read): iliopsoas tendon 28.4 +- 2.8 mm around at the labrum, 8 hips"


RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.4, mean=1.7, sd=0.2, source=chosen("as in the groin")),
    "fat_mm": ParameterRange(
        low=7.0,
        high=25.0,
        mean=11.5,
        sd=3.5,
        source=chosen("with it the bone lies 40 to 70 mm deep, as the atlas has it"),
    ),
    "under_fascia_mm": ParameterRange(
        low=34.0, high=44.0, mean=38.5, sd=2.0, source=chosen("fascia lata to bone; no measurement was read")
    ),
    "fascia_gap_mm": ParameterRange(
        low=4.0, high=8.5, mean=5.8, sd=0.8, source=chosen("fascia lata to fascia iliaca where iliopsoas is highest")
    ),
    "spine_rise": ParameterRange(low=0.75, high=1.25, mean=1.0, sd=0.12, source=chosen("a low or a high iliac spine")),
    "tendon_round_mm": ParameterRange(low=23.0, high=34.0, mean=28.4, sd=2.8, source=TENDON),
    "plane_mm": ParameterRange(low=1.2, high=2.2, mean=1.6, sd=0.2, source=chosen("a thin bright seam on the bone")),
    "artery_radius_mm": ParameterRange(low=3.4, high=5.8, mean=4.4, sd=0.5, source=chosen("as in the groin")),
    "vein_radius_mm": ParameterRange(low=4.0, high=7.0, mean=5.4, sd=0.7, source=chosen("as in the groin")),
    "artery_medial_mm": ParameterRange(
        low=25.0, high=31.0, mean=27.8, sd=1.3, source=chosen("over the ramus, medial to the eminence")
    ),
    "nerve_width_mm": ParameterRange(low=8.5, high=13.0, mean=9.8, sd=2.1, source=f"{GRUBER}; its narrow end is cut"),
    "nerve_thickness_mm": ParameterRange(low=3.2, high=4.6, mean=3.5, sd=0.5, source=f"{GRUBER}; its thin end is cut"),
    "nerve_gap_mm": ParameterRange(low=1.5, high=6.0, mean=3.0, sd=1.0, source=chosen("close to the artery's side")),
    "effusion_grade": ParameterRange(
        low=0, high=3, mean=1.5, sd=0.9, source=chosen(f"whole grades; {KOSKI}, capsule to neck")
    ),
}
HARDER = {
    "fat_mm": (8.5, 20.0),
    "tendon_round_mm": (31.0, 25.5),
    "spine_rise": (1.1, 0.85),
    "nerve_gap_mm": (4.0, 2.0),
    "muscle_echo_db": (-2.0, 2.5),
}
VIEW_MM = -10.5
"""Middle of the probe. Chosen: the femoral artery then lies at the medial edge of the picture."""
PRESS_N_MM = 45.0
"""Force times fat beneath the probe. Chosen: fat yields, and so the face sinks in to its ends and no further."""
FLUID = ("no", "a small", "a moderate", "a large")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    surface = parts.bone_surface(c, p)
    under = np.broadcast_to(fascia_mm - c.y, c.labels.shape)
    s.filling(c, "intermuscular fat", under.astype(np.float32), sheet, salt=201, louder_db=1.0)
    parts.muscles(c, p, surface, sheet)
    parts.plane(c, p, surface)
    parts.hip(c, p, surface)
    parts.fasciae(c, p)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.5, 221)
    parts.tendons(c, p, surface, sheet)
    parts.bundle(c, p, sheet)
    return _staged(c, p, surface)


def _staged(c: Canvas, p: Values, surface: parts.Field) -> Staged:
    """The tip ends on the bone, in the plane, just lateral to the tendon."""
    pid = "pericapsular_nerve_group_block"
    x = parts.TENDON_MM - p["tendon_round_mm"] / 5.05 - 1.2
    press = round(PRESS_N_MM / (p["fat_mm"] + p["fascia_gap_mm"]), 2)
    y = float(np.interp(x, c.u.ravel(), surface[c.w.size // 2, :, 0])) - 0.9 * p["plane_mm"]
    return Staged(
        targets_mm={pid: np.array([round(x, 3), round(y, 3), 0.0])},
        views={pid: ProbeControl(x_mm=VIEW_MM, z_mm=0.0, press_n=press)},
        needle_from={pid: "lateral"},
        indication={pid: _indication(p)},
        landmarks_mm={
            "anterior superior iliac spine": np.array([-58.0, 0.0, 10.0]),
            "pubic tubercle": np.array([54.0, 0.0, 20.0]),
            "femoral pulse": np.array([round(p["artery_medial_mm"] + 9.0, 2), 0.0, -20.0]),
        },
    )


def _indication(p: Values) -> str:
    grade = int(p["effusion_grade"])
    return (
        f"Painful hip before an operation, with {FLUID[grade]} effusion in the joint, below this view "
        f"(grade {grade} of 3, our own grading)."
    )


PENG = Window(
    name="rim of the pelvis",
    region="groin",
    procedures=("pericapsular_nerve_group_block",),
    size_mm=(184.0, 102.0, 46.0),
    spacing_mm=0.5,
    salt=61,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("psoas tendon", "below", "iliopsoas"),
        ("psoas tendon", "above", "pericapsular plane"),
        ("anterior inferior iliac spine", "lateral to", "psoas tendon"),
        ("femoral nerve", "medial to", "psoas tendon"),
        ("femoral nerve", "above", "iliopubic eminence"),
        ("superior pubic ramus", "medial to", "iliopubic eminence"),
    ),
    beyond={
        "anterior joint capsule": "over the femoral head, towards the foot from this plane",
        "urinary bladder": "within the pelvis, behind the shadow of the ramus",
        "ureter": "on the wall of the pelvis, behind the shadow of the bone",
    },
    goes_to={"pericapsular_nerve_group_block": "pericapsular plane"},
)
"""Before the iliopubic eminence of the right hip."""
