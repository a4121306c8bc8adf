"""The outer hip over the greater trochanter: gluteal tendons on its facets, bursa, iliotibial band, gluteus maximus.

Right hip, the patient on the left side, the probe across the thigh: +x is the front (anterior facet, tensor fasciae
latae), -x the back (gluteus maximus, sciatic nerve), y runs to the middle of the body, +z to the head. The needle comes
from behind, at the -x end.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import hip_side_parts as parts
from inplane.anatomy.windows.gluteal_parts import SCIATIC, chosen, firm_n
from inplane.core import ProbeControl

CONNELL = "Connell DA et al. Eur Radiol 2003, doi 10.1007/s00330-002-1740-4 (abstract read), 75 painful hips"

RANGES = {
    "skin_mm": ParameterRange(low=1.4, high=2.6, mean=1.9, sd=0.2, source=chosen("skin of the hip")),
    "fat_mm": ParameterRange(
        low=15.5, high=28.0, mean=19.5, sd=2.8, source=chosen("the bursa then lies at the atlas's 20 to 50 mm")
    ),
    "band_mm": ParameterRange(
        low=1.6, high=3.2, mean=2.2, sd=0.3, source=chosen("a band of about two millimeters; no measurement was read")
    ),
    "tendon_mm": ParameterRange(
        low=3.2, high=5.2, mean=4.1, sd=0.4, source=chosen("on the lateral facet; no measurement was read")
    ),
    "minimus_mm": ParameterRange(low=2.4, high=4.2, mean=3.2, sd=0.35, source=chosen("thinner than the medius tendon")),
    "sciatic_behind_mm": ParameterRange(
        low=37.0, high=42.0, mean=39.0, sd=1.2, source=chosen("halfway from trochanter to ischial tuberosity")
    ),
    **SCIATIC,
    "pain_grade": ParameterRange(
        low=0,
        high=3,
        mean=1.6,
        sd=0.9,
        source=f"{CONNELL}: tendinopathy in 53, a partial tear in 16, fluid in the bursa in 8; fluid chosen more often",
    ),
}
HARDER = {
    "fat_mm": (17.0, 25.0),
    "pain_grade": (3.0, 0.0),
    "band_mm": (2.0, 2.5),
    "muscle_echo_db": (-1.0, 3.5),
}
PID = "trochanteric_bursa_injection"
TARGET_MM = -9.0
"""Place of the target across. Chosen: over the lateral facet, where the bursa is thickest."""
RISE_MM = 8.2
"""How far the ends of the curved face stand back: radius 60 mm, 30 degrees to either side."""
GRADES = (
    "nothing to be seen",
    "a thick, dark gluteus medius tendon",
    "a thick, dark gluteus medius tendon and fluid in the subgluteus maximus bursa",
    "fluid in the subgluteus maximus bursa and a partial tear of the gluteus medius tendon",
)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201)
    parts.muscles(c, p, sheet)
    parts.sciatic_nerve(c, p, sheet)
    parts.trochanter(c, p)
    parts.tendons(c, p, sheet)
    parts.bursa(c, p, sheet)
    parts.iliotibial_band(c, p)
    return _staged(c, p)


def _indication(p: Values) -> str:
    grade = int(p["pain_grade"])
    fluid = f", {parts.BURSA_MM[grade]:.1f} mm thick" if grade >= 2 else ""
    return (
        f"Greater trochanteric pain syndrome, {GRADES[grade]}{fluid} (grade {grade} of 3, our own grading; fluid was "
        "seen in 8 of 75 painful hips: Eur Radiol 2003)."
    )


def _staged(c: Canvas, p: Values) -> Staged:
    """The tip ends within the bursa, before it reaches the tendon."""
    row = int(np.argmin(np.abs(c.w.ravel() - parts.VIEW_MM)))
    column = int(np.argmin(np.abs(c.u.ravel() - TARGET_MM)))
    y = float((parts.top(c, p) - 0.5 * parts.fluid(c, p))[row, column, 0])
    return Staged(
        targets_mm={PID: np.array([TARGET_MM, y, parts.VIEW_MM])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=parts.VIEW_MM, press_n=firm_n(p["fat_mm"] + 4.0, RISE_MM))},
        needle_from={PID: "lateral"},
        indication={PID: _indication(p)},
        landmarks_mm={"greater trochanter": np.array([parts.RIDGE_MM - 7.0, 0.0, 0.0])},
    )


TROCHANTER = Window(
    name="outer hip",
    region="gluteal",
    procedures=(PID,),
    size_mm=(136.0, 80.0, 52.0),
    spacing_mm=0.5,
    salt=51,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("tensor fasciae latae", "above", "gluteus medius"),
        ("iliotibial band", "above", "subgluteus maximus bursa"),
        ("subgluteus maximus bursa", "above", "gluteus medius tendon"),
        ("gluteus medius tendon", "above", "greater trochanter"),
        ("gluteus medius tendon", "lateral to", "gluteus minimus tendon"),
    ),
    beyond={
        "superior gluteal artery": "above the trochanter, between gluteus medius and minimus",
        "superior gluteal vein": "above the trochanter, beside the artery",
    },
)
