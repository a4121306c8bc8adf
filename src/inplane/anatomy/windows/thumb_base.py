"""The base of the thumb: cleft between first metacarpal and trapezium, its capsule, the radial artery in the snuffbox.

Right thumb from its dorsoradial side: z runs along the first metacarpal towards the forearm, the palm lies at +x, the
back of the hand at -x; the cleft lies at z = 0. The probe lies along the metacarpal, in the snuffbox between extensor
pollicis brevis and longus, its marker at the forearm.
"""

from math import pi

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import thumb_base_parts as parts
from inplane.anatomy.windows.wrist_radial import DISTAL_RADIAL
from inplane.core import ProbeControl

IAGNOCCO = (
    "Iagnocco A, Coari G. Scand J Rheumatol 2000;29:170-173 (abstract read): triangle 2.89 +- 0.22 mm high in 20 "
    "normal joints, effusion very likely above 3.33 mm"
)


RANGES = {
    "skin_mm": ParameterRange(low=0.9, high=1.6, mean=1.2, sd=0.13, source=chosen("skin of the back of the thumb")),
    "fat_mm": ParameterRange(low=1.2, high=4.0, mean=2.2, sd=0.5, source=chosen("joint 3 to 10 mm deep, as the atlas")),
    "cleft_mm": ParameterRange(
        low=0.7,
        high=1.7,
        mean=1.15,
        sd=0.18,
        source=chosen("between cartilage and cartilage, thumb pulled; times GAP"),
    ),
    "arthritis_grade": ParameterRange(
        low=0, high=3, mean=1.7, sd=0.8, source=chosen("who comes is ill; none, mild, moderate, severe")
    ),
    "effusion_grade": ParameterRange(
        low=0, high=2, mean=0.9, sd=0.7, source=f"{IAGNOCCO}; none, small, large: see LIFT_MM"
    ),
    "radial_artery_radius_mm": ParameterRange(
        low=0.75, high=1.6, mean=1.15, sd=0.2, source=f"{DISTAL_RADIAL}, in the snuffbox"
    ),
    "artery_crosses_mm": ParameterRange(
        low=8.2, high=11.5, mean=9.6, sd=0.7, source=chosen("on the proximal half of the trapezium")
    ),
    "nerve_area_mm2": ParameterRange(
        low=0.9, high=2.0, mean=1.4, sd=0.2, source=chosen("2.5 mm2 in the forearm (PMC8104199), here divided")
    ),
    "cephalic_vein_mm": ParameterRange(low=1.0, high=2.6, mean=1.7, sd=0.3, source=chosen("its beginning in the hand")),
}
HARDER = {
    "fat_mm": (1.6, 3.4),
    "arthritis_grade": (0.0, 3.0),
    "effusion_grade": (2.0, 0.0),
    "cleft_mm": (1.5, 0.9),
    "artery_crosses_mm": (10.8, 8.6),
    "muscle_echo_db": (-1.0, 3.0),
}
PID = "thumb_carpometacarpal_joint_injection"
VIEW_MM = 4.2
"""Level of the probe's middle. Chosen: its lower end then leaves room for a needle that comes over the metacarpal."""


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    below = (fascia_mm - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", below, sheet, salt=201, louder_db=5.0)
    parts.muscles(c, p, below, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.2, 221)
    bones = parts.solids(c, p)
    parts.joint(c, p, bones, sheet)
    parts.lay_bones(c, bones)
    parts.tendons(c, p, sheet)
    parts.vessels(c, p, sheet)
    parts.nerves(c, p, sheet)
    return _staged(p)


def _indication(p: Values) -> str:
    grade, fluid = int(p["arthritis_grade"]), int(p["effusion_grade"])
    return (
        f"Pain of the joint at the base of the thumb, {('no', 'mild', 'moderate', 'severe')[grade]} osteoarthritis by "
        f"cleft and osteophytes (grade {grade} of 3, our own grading), {('no', 'a small', 'a large')[fluid]} effusion."
    )


def _staged(p: Values) -> Staged:
    """The tip ends beneath the capsule, over the cleft, come over the metacarpal."""
    y = parts.ground_mm(p) - 0.5 * parts.lift_mm(p)
    return Staged(
        targets_mm={PID: np.array([0.0, y, 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=VIEW_MM, rotate_rad=-pi / 2, press_n=0.6)},
        needle_from={PID: "lateral"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "anatomical snuffbox": np.array([-1.0, 0.0, 14.0]),
            "base of first metacarpal": np.array([0.0, 0.0, -3.0]),
            "first extensor compartment tendons": np.array([8.0, 0.0, 18.0]),
        },
    )


THUMB_BASE = Window(
    name="base of the thumb",
    region="wrist",
    procedures=(PID,),
    size_mm=(42.0, 22.0, 54.0),
    spacing_mm=0.25,
    salt=82,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("trapeziometacarpal joint capsule", "above", "trapeziometacarpal joint"),
        ("superficial branch of radial nerve", "above", "radial artery"),
        ("radial artery", "above", "trapezium"),
    ),
    beyond={
        "palmar digital artery": "at the fingers, of which this window shows none",
        "palmar digital nerve": "at the fingers, of which this window shows none",
    },
)
"""The base of the right thumb."""
