"""The fossa above the spine of the scapula: trapezius, supraspinatus, and on its floor nerve, artery and vein.

Right shoulder from behind and above, the probe along the spine of the scapula: x runs along the spine and grows to the
middle, -x is the acromion; z grows over the top to the front of the shoulder, y goes down and forwards.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import girdle_parts as girdle
from inplane.anatomy.windows import suprascapular_parts as parts
from inplane.anatomy.windows.girdle_parts import SALAVATI, chosen
from inplane.core import ProbeControl

YI = "Yi TI et al. Ann Rehabil Med 2012;36:488-495 (abstract read): 17.2 +- 2.1 mm at the notch, 20 healthy shoulders"
JEZIERSKI = (
    "Jezierski H et al. J Clin Med 2018;7:491 (abstract read): right nerve 3.5 +- 1.1, vein 1.2 +- 0.7 mm of 120"
)
SSNPROX = "atlas key SSNPROX (abstract read): the nerve 38 mm deep on average from behind, seen in 25.5 % of 51"

RANGES = {
    "skin_mm": ParameterRange(low=1.6, high=2.8, mean=2.1, sd=0.2, source=chosen("thick skin of the upper back")),
    "fat_mm": ParameterRange(
        low=5.0, high=17.0, mean=8.0, sd=2.0, source=chosen(f"puts the floor at 38 mm and deeper; {SSNPROX}")
    ),
    "trapezius_mm": ParameterRange(
        low=8.0, high=12.5, mean=9.6, sd=0.9, source=chosen("thinner than nearer to the neck, where 11.7 mm were read")
    ),
    "fascia_mm": ParameterRange(
        low=0.8, high=1.5, mean=1.1, sd=0.15, source=f"{SALAVATI}: 1.23 to 1.29 mm nearer to the neck; cut narrower"
    ),
    "supraspinatus_mm": ParameterRange(
        low=14.6, high=21.5, mean=17.4, sd=1.6, source=f"{YI}; cut narrower, for the target's depth"
    ),
    "nerve_mm": ParameterRange(low=2.6, high=4.4, mean=3.4, sd=0.5, source=f"{JEZIERSKI}; cut narrower"),
    "artery_radius_mm": ParameterRange(
        low=1.0, high=1.6, mean=1.25, sd=0.12, source=chosen("2 to 3 mm across; no measurement was read")
    ),
    "vein_mm": ParameterRange(
        low=1.9, high=3.0, mean=2.2, sd=0.3, source=f"{JEZIERSKI}; the wider ones, for thinner ones are not seen"
    ),
    "cyst_grade": ParameterRange(
        low=0, high=3, mean=0.3, sd=0.8, source=chosen("none in most; no frequency among those treated was read")
    ),
}
HARDER = {
    "fat_mm": (6.0, 13.0),
    "supraspinatus_mm": (16.0, 19.0),
    "nerve_mm": (3.9, 2.9),
    "artery_radius_mm": (1.4, 1.1),
    "muscle_echo_db": (-2.0, 3.0),
}
PID = "suprascapular_nerve_block"
BESIDE_MM = 1.3
"""From the nerve's inner edge to the target. Chosen: on the side that the needle comes from, away from the artery."""
CYSTS = ("nothing else to see", "a small cyst", "a large cyst", "a large cyst, infraspinatus wasted,")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.layers(c, p, fascia_mm)
    under = girdle.everywhere(c, fascia_mm + 4.0 - c.y)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    parts.chest(c, at, sheet)
    parts.fossa(c, at, sheet)
    parts.bed(c, at, sheet)
    girdle.trapezius(c, *at.trapezius, p["fascia_mm"], sheet)
    layered(c, sheet, c.y - fascia_mm, 0.35, 221)
    parts.cyst(c, p, at)
    nerve = parts.bundle(c, p, at, sheet)
    parts.scapula(c, p, at)
    return _staged(c, p, nerve)


def _staged(c: Canvas, p: Values, nerve: s.Course) -> Staged:
    """The tip ends on the floor at the nerve's inner side."""
    u, y, a, b = nerve.at(c, 0.0)
    grade = int(p["cyst_grade"])
    return Staged(
        targets_mm={PID: np.array([u + a + BESIDE_MM, y - 0.2 * b, 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=2.0)},
        needle_from={PID: "medial"},
        indication={
            PID: f"Pain of a stiff shoulder; nerve of usual size, {CYSTS[grade]} at the spinoglenoid notch "
            f"(grade {grade} of 3, our own grading)."
        },
        landmarks_mm={
            "spine of the scapula": np.array([0.0, 0.0, -22.0]),
            "inferior angle of the scapula": np.array([44.0, 0.0, -130.0]),
        },
    )


SUPRASCAPULAR = Window(
    name="supraspinous fossa",
    region="shoulder",
    procedures=(PID,),
    size_mm=(84.0, 72.0, 46.0),
    spacing_mm=0.45,
    salt=41,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("trapezius", "above", "supraspinatus"),
        ("supraspinatus", "above", "suprascapular nerve"),
        ("suprascapular nerve", "above", "scapula"),
        ("suprascapular artery", "lateral to", "suprascapular nerve"),
        ("suprascapular vein", "lateral to", "suprascapular artery"),
    ),
    beyond={"pleura": "in front of and beneath the blade, in the shadow of the fossa's floor"},
)
"""The fossa above the spine of the right scapula."""
