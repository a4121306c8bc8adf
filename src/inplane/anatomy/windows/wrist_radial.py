"""The radial side of the wrist: first extensor compartment on the styloid, nerve and vein over it, radial artery.

Right wrist, forearm on its ulnar side, thumb up: the palm lies at +x, the back of the hand at -x, the forearm at +z;
the middle of the retinaculum over the compartment lies at x = 0, z = 0.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import wrist_radial_parts as parts
from inplane.core import ProbeControl

PASIPHOL = "Pasiphol et al. Anat Cell Biol 2024;57(2) (abstract read): 87 cadaver wrists"
RETINACULUM = (
    "Ultrasonographic evaluation of the first extensor compartment of the wrist in de Quervain's disease (abstract "
    "read): 0.94 +- 0.37 mm in 60 ill, 0.35 +- 0.07 mm in 60 healthy wrists"
)
QUANT = (
    "Quantitative analysis of ultrasonography for de Quervain's disease: comparison of the affected side with the "
    "asymptomatic side (abstract read): 51 patients"
)
DISTAL_RADIAL = "Korean J Intern Med 2022;37:109-118 (abstract read): 2.31 +- 0.43 mm in 1162, a fifth less than radial"


RANGES = {
    "skin_mm": ParameterRange(low=0.9, high=1.7, mean=1.25, sd=0.15, source=chosen("thin skin over the styloid")),
    "fat_mm": ParameterRange(low=1.2, high=3.2, mean=2.0, sd=0.45, source=chosen("target 3 to 8 mm deep")),
    "retinaculum_mm": ParameterRange(
        low=0.22, high=0.5, mean=0.35, sd=0.07, source=f"{RETINACULUM}; this is the healthy one, times ROOF_SWELL"
    ),
    "compartment_mm": ParameterRange(low=9.0, high=21.0, mean=14.8, sd=3.2, source=f"{PASIPHOL}: 14.8 +- 3.2 mm long"),
    "tenosynovitis_grade": ParameterRange(
        low=0, high=3, mean=1.7, sd=0.8, source=chosen("no, mild, moderate, severe; see ROOF_SWELL and FLUID_MM")
    ),
    "septum_grade": ParameterRange(
        low=0, high=2, mean=0.706, sd=0.839, source=f"{PASIPHOL}: incomplete (1) in 42.5 %, complete (2) in 17.2 %"
    ),
    "septum_mm": ParameterRange(
        low=0.5, high=1.3, mean=0.9, sd=0.15, source=f"{QUANT}: 0.72 mm, 1.1 mm on the affected side; spread chosen"
    ),
    "apl_slips_grade": ParameterRange(
        low=1, high=3, mean=2.0, sd=0.67, source=f"{PASIPHOL}: two slips in 54 %; one and three chosen alike"
    ),
    "apl_area_mm2": ParameterRange(low=5.8, high=10.8, mean=8.3, sd=1.0, source=f"{QUANT}: 8.3 mm2; spread chosen"),
    "epb_area_mm2": ParameterRange(low=2.5, high=5.3, mean=3.9, sd=0.6, source=f"{QUANT}: 3.9 mm2; spread chosen"),
    "nerve_crosses_grade": ParameterRange(
        low=0, high=1, mean=0.608, sd=0.45, source=f"{PASIPHOL}: crosses the compartment (1) in 59.5 %"
    ),
    "nerve_area_mm2": ParameterRange(
        low=0.9, high=2.2, mean=1.4, sd=0.25, source=chosen("2.5 mm2 in the forearm (PMC8104199), here divided")
    ),
    "radial_artery_radius_mm": ParameterRange(
        low=0.9, high=1.9, mean=1.35, sd=0.22, source=f"{DISTAL_RADIAL}: about 1.4 mm before its turn"
    ),
    "cephalic_vein_mm": ParameterRange(low=1.5, high=3.2, mean=2.2, sd=0.35, source=chosen("2 to 3 mm across")),
    "vein_dorsal_mm": ParameterRange(
        low=1.5, high=6.0, mean=3.5, sd=1.0, source=chosen("over the dorsal edge of the compartment or behind it")
    ),
}
HARDER = {
    "fat_mm": (1.5, 2.9),
    "tenosynovitis_grade": (3.0, 0.0),
    "nerve_area_mm2": (1.8, 1.0),
    "cephalic_vein_mm": (1.9, 2.8),
    "muscle_echo_db": (-1.0, 3.0),
}


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    m = parts.layout(p)
    s.filling(c, "intermuscular fat", fascia_mm - c.y + np.zeros_like(c.power), sheet, salt=201, louder_db=0.0)
    parts.muscles(c, m, fascia_mm, sheet)
    parts.bones(c, p, m)
    layered(c, sheet, c.y - fascia_mm, 0.2, 221)
    inside = parts.sheath(c, p, m, sheet)
    parts.septum(c, p, m, inside)
    parts.retinaculum(c, p, m, inside)
    parts.tendons(c, p, m, sheet)
    parts.vessels(c, p, m, sheet)
    parts.nerves(c, p, m, sheet)
    return _staged(p, m)


def _indication(p: Values) -> str:
    grade, septum = int(p["tenosynovitis_grade"]), int(p["septum_grade"])
    return (
        f"De Quervain tenosynovitis, {('none', 'mild', 'moderate', 'severe')[grade]} (grade {grade} of 3, our own "
        f"grading): retinaculum {parts.roof_thick(p):.1f} mm thick (0.94 mm in affected, 0.35 mm in healthy wrists), "
        f"{('no', 'an incomplete', 'a complete')[septum]} septum, {int(p['apl_slips_grade'])} slip(s) of abductor "
        "pollicis longus."
    )


def _staged(p: Values, m: parts.Layout) -> Staged:
    """The tip ends in the fluid at the compartment's palmar edge; the needle passes over the radial artery."""
    pid = "de_quervain_sheath_injection"
    return Staged(
        targets_mm={pid: np.array([m.half - 0.5 * m.margin, m.middle, 0.0])},
        views={pid: ProbeControl(x_mm=round(m.half - 6.6, 2), z_mm=0.0, press_n=1.5)},
        needle_from={pid: "medial"},
        indication={pid: _indication(p)},
        landmarks_mm={
            "radial styloid": np.array([1.5, 0.0, parts.TIP_MM]),
            "first extensor compartment tendons": np.array([2.0, 0.0, -10.0]),
            "anatomical snuffbox": np.array([-6.0, 0.0, -19.0]),
        },
    )


RADIAL_WRIST = Window(
    name="radial wrist",
    region="wrist",
    procedures=("de_quervain_sheath_injection",),
    size_mm=(46.0, 19.0, 44.0),
    spacing_mm=0.25,
    salt=2,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("extensor retinaculum", "above", "abductor pollicis longus tendon"),
        ("abductor pollicis longus tendon", "above", "radius"),
        ("superficial branch of radial nerve", "above", "extensor retinaculum"),
    ),
)
