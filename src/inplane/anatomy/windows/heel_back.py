"""The back of the heel: Achilles tendon, upper corner of the calcaneus, the bursa between them, Kager's fat pad.

Right leg from behind, patient prone: x grows to the medial side, z towards the knee; z = 0 lies just below the upper
corner of the calcaneus. The skin is flat, so what lies beside the tendon lies deeper than the tendon's back.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import heel_back_parts as parts
from inplane.core import ProbeControl

BOTTGER = "Bottger BA et al. AJR 1998;170:1239-1241 (abstract read): 1 by 6 by 3 mm in 50 healthy ankles by MRI"
MOHAMMED = "Mohammed MH et al. Int J Biomed 2023;13:95-100 (abstract read): 120 healthy volunteers"
KAMMAR = "Kammar H et al. Orthopedics 2014;37:e298 (abstract read): 21.5 mm at the insertion, 11.5 mm 4 cm above"
SURAL = "J Ultrason 2020, doi 10.15557/jou.2020.0013 (table read): 3.0 +- 1.0 mm2 in controls"
DANGINTAWAT = "Dangintawat P et al. Int J Morphol (abstract read): nerve lateral to the vein in 74.5 % of 98 legs"


RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.4, mean=1.7, sd=0.2, source=chosen("thicker than over the calf")),
    "fat_mm": ParameterRange(low=1.2, high=5.5, mean=2.4, sd=0.7, source=chosen("thin over the tendon")),
    "tendon_mm": ParameterRange(
        low=3.0, high=6.4, mean=4.5, sd=0.75, source=f"{MOHAMMED}: 4.36 at insertion, 4.63 +- 0.77 mm 2 to 3 cm above"
    ),
    "tendon_width_mm": ParameterRange(
        low=11.0, high=18.0, mean=14.0, sd=1.4, source=f"{MOHAMMED}: 12.2 +- 1.4 above, 21.9 mm at insertion; between"
    ),
    "bursa_grade": ParameterRange(
        low=0, high=3, mean=1.7, sd=0.8, source=chosen(f"who comes is ill; sizes against {BOTTGER}")
    ),
    "tendinosis_grade": ParameterRange(low=0, high=2, mean=0.6, sd=0.7, source=chosen("often goes with bursitis")),
    "spur_grade": ParameterRange(low=0, high=1, mean=0.3, sd=0.4, source=chosen("in about one of three")),
    "prominence_mm": ParameterRange(
        low=0.0, high=4.0, mean=1.0, sd=0.9, source=chosen("Haglund's prominence; no measurement was read")
    ),
    "sural_gap_mm": ParameterRange(low=10.0, high=18.0, mean=15.0, sd=1.6, source=f"{KAMMAR}; 15.2 between, at 25 mm"),
    "sural_area_mm2": ParameterRange(low=1.7, high=5.0, mean=3.0, sd=1.0, source=SURAL),
    "sural_lateral_grade": ParameterRange(low=0, high=1, mean=0.83, sd=0.5, source=DANGINTAWAT),
    "small_saphenous_radius_mm": ParameterRange(
        low=0.8, high=1.7, mean=1.1, sd=0.2, source=chosen("2 mm across at the ankle, lightly pressed")
    ),
    "tibial_artery_radius_mm": ParameterRange(low=0.9, high=1.7, mean=1.25, sd=0.15, source=chosen("2 to 3 mm across")),
}
HARDER = {
    "fat_mm": (1.8, 3.8),
    "bursa_grade": (3.0, 0.0),
    "tendinosis_grade": (0.0, 2.0),
    "tendon_mm": (4.0, 5.0),
    "prominence_mm": (0.2, 2.2),
    "sural_gap_mm": (16.5, 12.0),
}
FACE_HALF_MM = 13.8
"""Half the face of the atlas's probe."""
GRADES = ("no", "a small", "a moderate", "a large")
PID = "retrocalcaneal_bursa_injection"


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    _, sheet = covered(c, p["skin_mm"], 11.0)
    parts.belong(c, 1, "crural fascia")
    at = parts.achilles(c, p)
    ground = parts.fascia_mm(c, at)
    below = (ground - c.y).astype(np.float32)
    parts.kager(c, below, sheet)
    parts.deep_muscle(c, sheet)
    layered(c, sheet, -below, 0.3, 221)
    parts.lay_tendon(c, p, at, sheet)
    bone = parts.calcaneus(c, p, at)
    s.bone(c, "calcaneus", bone, salt=301)
    if p["spur_grade"] > 0:
        s.bone(c, "calcaneal spur", parts.spur(c, at), salt=303)
        parts.belong(c, 2, "calcaneus")
    fluid, level = parts.bursa(c, p, at, bone)
    x = parts.lateral_side(c, p, at, sheet)
    parts.medial_side(c, p, sheet)
    return _staged(c, p, fluid, (x, level))


def _indication(p: Values) -> str:
    grade = int(p["bursa_grade"])
    thick = parts.BURSA_MM[grade][0]
    tendon = ("", " with slight tendinosis", " with marked tendinosis")[int(p["tendinosis_grade"])]
    return (
        f"Pain above the heel before the Achilles tendon{tendon}: {GRADES[grade]} effusion of the "
        f"retrocalcaneal bursa, {thick:g} mm from front to back (grade {grade} of 3, our own grading; more than "
        "1 mm is abnormal: AJR 1998;170:1239)."
    )


def _middle_mm(c: Canvas, part: Part, x_mm: float, z_mm: float) -> float:
    """Depth of the middle of a part beneath a place on the skin, or the place nearest to it under which it lies."""
    lies = (c.labels == part.label).any(axis=2)
    away = np.hypot(c.w[:, :, 0] - z_mm, c.u[:, :, 0] - x_mm)
    place = np.unravel_index(np.where(lies, away, np.inf).argmin(), away.shape)
    return float(c.y.ravel()[c.labels[place] == part.label].mean())


def _staged(c: Canvas, p: Values, fluid: Part, at: tuple[float, float]) -> Staged:
    """The tip ends in the lateral part of the bursa; the probe reaches laterally as far as the sural nerve."""
    nerve_x, level = at
    z = round(min(level, 0.5), 2)
    x = -0.2 * parts.BURSA_MM[int(p["bursa_grade"])][1]
    half = 0.5 * p["tendon_width_mm"]
    return Staged(
        targets_mm={PID: np.array([x, _middle_mm(c, fluid, x, z), z])},
        views={PID: ProbeControl(x_mm=round(nerve_x - 0.7 + FACE_HALF_MM, 2), z_mm=z, press_n=1.5)},
        needle_from={PID: "lateral"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "Achilles tendon": np.array([0.0, 0.0, 15.0]),
            "upper corner of calcaneus": np.array([-half - 3.0, 0.0, 3.0]),
            "lateral malleolus": np.array([-34.0, 0.0, 8.0]),
        },
    )


RETROCALCANEAL = Window(
    name="back of the heel",
    region="foot",
    procedures=(PID,),
    size_mm=(72.0, 32.0, 60.0),
    spacing_mm=0.3,
    salt=30,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("Achilles tendon", "above", "retrocalcaneal bursa"),
        ("retrocalcaneal bursa", "above", "calcaneus"),
        ("sural nerve", "lateral to", "Achilles tendon"),
    ),
    beyond={
        "posterior tibial artery": "behind the medial malleolus, beyond the probe's inner end",
        "posterior tibial vein": "beside the artery",
        "tibial nerve": "beside the artery",
    },
)
"""The back of the right heel."""
