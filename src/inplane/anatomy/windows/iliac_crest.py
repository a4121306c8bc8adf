"""The posterior end of the iliac crest from behind: its spine beneath the fat, gluteal muscle and sacrum beside it.

Right side, patient prone, seen from behind: x grows to the midline (medial), -x is lateral; z grows to the head. The
spine's cap lies at x = 0, z = 0; the crest goes up and outward from it.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import iliac_crest_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

HIRAHARA = "Hirahara AM et al. 2018, MRI analysis of the pelvis (abstract read): table of 12.0 mm in men, 9.6 in women"
CORRIDOR = "Hirahara AM et al. 2018 (discussion read): 11 mm from cortex to cortex, 26 pelves"


RANGES = {
    "skin_mm": ParameterRange(low=1.8, high=3.2, mean=2.4, sd=0.25, source=chosen("thick skin over the sacrum")),
    "fat_mm": ParameterRange(
        low=18.6,
        high=42.0,
        mean=26.0,
        sd=5.5,
        source=chosen("with it the bone lies 20 to 50 mm deep, as the atlas has it"),
    ),
    "table_mm": ParameterRange(low=8.5, high=13.0, mean=10.8, sd=1.0, source=f"{HIRAHARA}; its spread is chosen"),
    "corridor_mm": ParameterRange(low=9.0, high=13.0, mean=11.0, sd=0.8, source=f"{CORRIDOR}; its spread is chosen"),
    "slope": ParameterRange(
        low=0.6, high=0.9, mean=0.74, sd=0.06, source=chosen("outer table falls off at some 50 deg")
    ),
    "sacrum_below_mm": ParameterRange(
        low=8.5, high=13.0, mean=10.5, sd=1.0, source=chosen("lateral sacral crest below the spine; none was read")
    ),
    "fascia_up_mm": ParameterRange(
        low=0.5, high=3.5, mean=1.8, sd=0.6, source=chosen("muscles bulge beside the spine")
    ),
}
HARDER = {
    "fat_mm": (19.0, 36.0),
    "table_mm": (12.0, 9.5),
    "muscle_echo_db": (-2.0, 4.0),
}
GRADES = ((22.0, "thin"), (28.0, "usual"), (34.0, "thick"), (99.0, "very thick"))
"""Fat up to which it is called so, mm. Chosen: our own steps."""
VIEW_MM = 3.0
"""Middle of the probe. Chosen: the spine in the middle, outer table and sacrum on either side."""


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = parts.bone_mm(p)
    fascia_mm, sheet = covered(band(c, (0.0, top + 6.0)), p["skin_mm"], p["fat_mm"])
    below = (fascia_mm + 2.0 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", below, sheet, salt=201, louder_db=1.0)
    ilium = parts.ilium(c, p)
    parts.muscles(c, p, ilium, sheet)
    parts.sacrum(c, p, ilium)
    parts.spine(c, p, ilium)
    parts.fasciae(c, p)
    parts.cluneal(c, p, sheet)
    return _staged(p)


def _staged(p: Values) -> Staged:
    """The tip ends on the middle of the cap: into bone no needle goes here."""
    pid = "bone_marrow_concentrate_injection"
    grade, name = next((n, name) for n, (most, name) in enumerate(GRADES) if p["fat_mm"] < most)
    return Staged(
        targets_mm={pid: np.array([0.8, round(parts.bone_mm(p) + 0.5, 3), 0.0])},
        views={pid: ProbeControl(x_mm=VIEW_MM, z_mm=0.0, press_n=1.0)},
        needle_from={pid: "medial"},
        indication={
            pid: f"Osteoarthritis of a joint, treated with marrow concentrate; {name} fat of {p['fat_mm']:.0f} mm over "
            f"the posterior superior iliac spine (grade {grade} of {len(GRADES) - 1}, our own grading)."
        },
        landmarks_mm={
            "posterior superior iliac spine": np.array([0.0, 0.0, 0.0]),
            "posterior iliac crest": np.array([-12.0, 0.0, 20.0]),
        },
    )


ILIAC_CREST = Window(
    name="posterior iliac crest",
    region="iliac crest",
    procedures=("bone_marrow_concentrate_injection",),
    size_mm=(64.0, 76.0, 52.0),
    spacing_mm=0.4,
    salt=63,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("posterior superior iliac spine", "below", "subcutaneous fat"),
        ("outer table of ilium", "lateral to", "posterior superior iliac spine"),
        ("gluteus maximus", "above", "outer table of ilium"),
        ("sacrum", "medial to", "posterior superior iliac spine"),
        ("multifidus", "above", "sacrum"),
    ),
    beyond={
        "superior cluneal nerve": "over the crest, above this plane and lateral to the picture",
        "superior gluteal artery": "at the sciatic notch, some centimeters below this plane",
        "superior gluteal vein": "beside the artery, below this plane",
        "sacroiliac joint": "deep, in the shadow of spine and sacrum",
        "pelvic cavity": "beyond the inner table, in the shadow of the bone",
    },
    goes_to={"bone_marrow_concentrate_injection": "subcutaneous fat"},
)
"""Over the right posterior superior iliac spine; what is injected here is local anesthetic, onto the bone."""
