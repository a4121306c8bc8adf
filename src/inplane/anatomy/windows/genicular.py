"""The inner side of the knee above the joint: femur where shaft and epicondyle meet, artery and nerve on the bone.

Right knee from its inner side: z runs along the thigh towards the hip, x to the back, the front lies at -x; shaft and
epicondyle meet at z = 0. The probe lies along the thigh, its marker at the hip.
"""

from math import pi

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import genicular_parts as parts
from inplane.core import ProbeControl

HAN = (
    "Han KH et al. Anesth Pain Med 2019;14:67-75 (abstract read): the artery lay at the upper part of the adductor "
    "tubercle in 91.7 % of 24 knees"
)


RANGES = {
    "skin_mm": ParameterRange(low=1.1, high=2.2, mean=1.6, sd=0.2, source=chosen("skin of the inner side of the knee")),
    "fat_mm": ParameterRange(
        low=3.0, high=13.0, mean=6.5, sd=2.0, source=chosen("nerve 10 to 30 mm deep, as the atlas")
    ),
    "vastus_mm": ParameterRange(
        low=5.0, high=12.0, mean=8.5, sd=1.3, source=chosen("its lowest part at the junction; times WASTED")
    ),
    "flare": ParameterRange(low=0.85, high=1.2, mean=1.0, sd=0.08, source=chosen("how far the epicondyle stands out")),
    "artery_radius_mm": ParameterRange(low=0.9, high=1.4, mean=1.1, sd=0.12, source=chosen("about 2 mm across")),
    "off_bone_mm": ParameterRange(low=0.5, high=1.2, mean=0.8, sd=0.15, source=chosen("close on the bone")),
    "nerve_mm": ParameterRange(
        low=1.6, high=2.4, mean=1.95, sd=0.2, source=chosen("about 2 mm wide with its fat; seldom seen")
    ),
    "arthritis_grade": ParameterRange(
        low=0, high=3, mean=2.0, sd=0.8, source=chosen("who comes has painful arthritis; nothing of it is seen here")
    ),
    "junction_mm": ParameterRange(
        low=-1.5,
        high=3.0,
        mean=0.8,
        sd=0.9,
        source=chosen(f"artery against the junction, above the tubercle; {HAN}"),
    ),
}
HARDER = {
    "fat_mm": (4.5, 10.5),
    "vastus_mm": (7.5, 10.0),
    "artery_radius_mm": (1.2, 1.0),
    "nerve_mm": (2.1, 1.75),
    "muscle_echo_db": (-1.0, 3.0),
}
PID = "genicular_nerve_block"
GRADES = ("without", "with mild", "with moderate", "with severe")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.layers(c, p, fascia_mm)
    parts.fat(c, (fascia_mm - c.y + np.zeros_like(c.power)).astype(np.float32), sheet)
    parts.muscles(c, p, at, fascia_mm, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.35, 221)
    parts.retinaculum(c, at)
    parts.cord(c, at, sheet)
    _, nerve = parts.artery_and_nerve(c, p, at, sheet)
    parts.femur(c, at)
    return _staged(c, at, nerve, p)


def _indication(p: Values) -> str:
    grade = int(p["arthritis_grade"])
    return (
        f"Chronic pain of the knee {GRADES[grade]} osteoarthritis on X-ray (grade {grade} of 3, our own grading): test "
        "block of the superomedial genicular nerve."
    )


def _staged(c: Canvas, at: parts.Layers, nerve: s.Course, p: Values) -> Staged:
    """The tip ends on the bone at the hip's side of the nerve, come down along the femur."""
    row = int(np.abs(nerve.u.ravel()).argmin())
    z = float(c.w.ravel()[row]) + p["nerve_mm"] / 2 * parts.SLANT + 1.4
    place = int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel()).argmin())
    y = float(at.bone[place[0], place[1], 0]) - 0.9
    u, w = parts.TUBERCLE_MM
    return Staged(
        targets_mm={PID: np.array([0.0, y, z])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=-1.0, rotate_rad=-pi / 2, press_n=0.6)},
        needle_from={PID: "medial"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "adductor tubercle": np.array([u, 0.0, w]),
            "medial femoral epicondyle": np.array([0.0, 0.0, -24.0]),
            "lateral femoral epicondyle": np.array([-2.0, 78.0, -24.0]),
            "medial condyle of tibia": np.array([-2.0, 0.0, -62.0]),
        },
    )


GENICULAR = Window(
    name="inner epicondyle of the femur",
    region="knee",
    procedures=(PID,),
    size_mm=(46.0, 42.0, 74.0),
    spacing_mm=0.4,
    salt=83,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("vastus medialis", "above", "superomedial genicular artery"),
        ("vastus medialis", "above", "superomedial genicular nerve"),
        ("superomedial genicular artery", "above", "femur"),
        ("superomedial genicular nerve", "above", "femur"),
    ),
    beyond={
        "superolateral genicular artery": "on the outer side of the femur, a view of its own",
        "inferomedial genicular artery": "on the tibia, below this window",
        "popliteal artery": "behind the femur, behind this plane",
        "popliteal vein": "behind the femur, behind this plane",
        "common peroneal nerve": "at the neck of the fibula, on the outer side",
    },
)
"""The inner side of the right knee, above the joint."""
