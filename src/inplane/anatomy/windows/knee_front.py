"""The front of the knee just above the patella: quadriceps tendon, fat pads, suprapatellar recess, femur, patella.

Right knee from before, bent by 20 to 30 degrees: x grows to the medial side, z towards the hip; the patella's upper
pole lies at z = 0.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import knee_front_parts as parts
from inplane.core import ProbeControl

SHIBATA = (
    "Shibata K et al. J Med Ultrasound 2018;26:94-99 (abstract read): 6.9 +- 2.5 mm in 36 arthritic knees at 30 deg"
)
SCHMIDT = "Schmidt WA et al. Ann Rheum Dis 2004;63:988-994 (abstract read): fluid in 158 of 204 recesses of the healthy"


RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.6, mean=1.8, sd=0.25, source=chosen("skin of the front of the knee")),
    "fat_mm": ParameterRange(
        low=2.0, high=9.0, mean=4.8, sd=1.5, source=chosen("recess 10 to 30 mm deep, as the atlas")
    ),
    "tendon_mm": ParameterRange(low=5.0, high=9.0, mean=6.8, sd=0.8, source=chosen("no measurement was read")),
    "tendon_width_mm": ParameterRange(low=27.0, high=38.0, mean=32.0, sd=2.2, source=chosen("no measurement was read")),
    "suprapatellar_pad_mm": ParameterRange(
        low=3.0, high=7.5, mean=5.0, sd=0.9, source=chosen("at the patella's upper pole; no measurement was read")
    ),
    "prefemoral_pad_mm": ParameterRange(low=3.5, high=10.5, mean=6.9, sd=2.0, source=SHIBATA),
    "effusion_grade": ParameterRange(
        low=0, high=3, mean=1.6, sd=0.9, source=chosen(f"who comes is ill, but even so: {SCHMIDT}")
    ),
    "synovitis_grade": ParameterRange(low=0, high=2, mean=0.8, sd=0.7, source=chosen("often goes with an effusion")),
    "spur_grade": ParameterRange(low=0, high=1, mean=0.4, sd=0.4, source=chosen("in about two of five")),
    "artery_radius_mm": ParameterRange(low=0.5, high=1.0, mean=0.7, sd=0.1, source=chosen("no measurement was read")),
}
HARDER = {
    "fat_mm": (3.2, 7.2),
    "effusion_grade": (3.0, 0.0),
    "synovitis_grade": (0.0, 1.0),
    "tendon_width_mm": (30.0, 36.0),
    "prefemoral_pad_mm": (6.0, 8.0),
    "muscle_echo_db": (-1.0, 3.0),
}
GRADES = ("no effusion", "a small effusion", "a moderate effusion", "a large effusion")
PIDS = ("knee_joint_injection", "knee_prp_injection")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.layers(c, p)
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201)
    parts.muscles(c, at, fascia_mm, sheet)
    parts.pads(c, at, sheet)
    parts.artery(c, p, at, sheet)
    parts.recess(c, p, at, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.3, 221)
    parts.tendon(c, p, at, sheet)
    parts.bones(c, p, at)
    return _staged(c, p, at)


def _indication(p: Values, pid: str) -> str:
    grade = int(p["effusion_grade"])
    lining = ("", ", slightly thickened synovium", ", much thickened synovium")[int(p["synovitis_grade"])]
    why = "Painful osteoarthritis" if pid == PIDS[0] else "Early to moderate osteoarthritis"
    return (
        f"{why} of the knee with {GRADES[grade]}{lining}: {parts.FLUID_MM[grade]:g} mm of fluid in the suprapatellar "
        f"recess (grade {grade} of 3, our own grading)."
    )


def _staged(c: Canvas, p: Values, at: parts.Layers) -> Staged:
    """The tip ends in the recess beneath the tendon's lateral part."""
    z, x = parts.VIEW_MM, -0.55 * parts.HALF_WIDTH_MM[int(p["effusion_grade"])]
    row, column = int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel() - x).argmin())
    y = 0.5 * float(at.front[row, column, 0] + at.back[row, column, 0])
    return Staged(
        targets_mm={pid: np.array([x, y, z]) for pid in PIDS},
        views={pid: ProbeControl(x_mm=-6.0, z_mm=z, press_n=2.0) for pid in PIDS},
        needle_from=dict.fromkeys(PIDS, "lateral"),
        indication={pid: _indication(p, pid) for pid in PIDS},
        landmarks_mm={
            "superolateral corner of patella": np.array([-17.0, 0.0, -5.0]),
            "lateral edge of patella": np.array([-22.0, 0.0, -20.0]),
        },
    )


KNEE_FRONT = Window(
    name="front of the knee",
    region="knee",
    procedures=PIDS,
    size_mm=(84.0, 46.0, 68.0),
    spacing_mm=0.45,
    salt=10,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("quadriceps tendon", "above", "suprapatellar recess"),
        ("suprapatellar fat pad", "above", "suprapatellar recess"),
        ("suprapatellar recess", "above", "prefemoral fat pad"),
        ("prefemoral fat pad", "above", "femur"),
    ),
    beyond={"femoral trochlear cartilage": "beneath the patella, below this plane"},
)
"""The front of the right knee, above the patella."""
