"""The neck at C6, from throat to transverse process: sympathetic trunk on longus colli, root between the tubercles.

Supine, the probe across the neck: x runs to the throat (-x to the back), y goes inwards, z to the head. Needles come
from behind (-x): beneath the great vessels to the trunk, over the posterior tubercle to the root.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import c6_front_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

STELLATE, ROOT = "stellate_ganglion_block", "cervical_nerve_root_injection"

RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.0, mean=1.55, sd=0.15, source=chosen("thin skin of the neck")),
    "fat_mm": ParameterRange(low=1.2, high=6.0, mean=3.2, sd=1.0, source=chosen("the trunk lies 15 to 30 mm deep")),
    "carotid_radius_mm": ParameterRange(low=2.6, high=3.6, mean=3.1, sd=0.2, source=chosen("6 mm; none was read")),
    "jugular_half_mm": ParameterRange(low=3.4, high=5.4, mean=4.4, sd=0.4, source=chosen("changes with breathing")),
    "trunk_mm": ParameterRange(low=2.4, high=3.8, mean=3.0, sd=0.3, source=chosen("its width; none was read")),
    "root_mm": ParameterRange(low=3.2, high=4.6, mean=3.9, sd=0.3, source=chosen("of C6; no measurement was read")),
    "thyroid_artery_radius_mm": ParameterRange(
        low=0.9, high=1.4, mean=1.1, sd=0.1, source=chosen("about 2 mm across; none was read")
    ),
    "arm_grade": ParameterRange(low=0, high=3, mean=1.6, sd=0.9, source=chosen("seen on the arm, not here")),
    "stenosis_grade": ParameterRange(low=0, high=3, mean=1.6, sd=0.9, source=chosen("graded on MRI or CT")),
}
HARDER = {
    "fat_mm": (2.0, 5.0),
    "trunk_mm": (3.4, 2.6),
    "jugular_half_mm": (4.0, 5.0),
    "muscle_echo_db": (-2.0, 4.0),
}
GRADES = ("none", "mild", "moderate", "severe")
STELLATE_VIEW_MM, ROOT_VIEW_MM = 4.0, -8.0


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=6.0)
    parts.muscles(c, top, sheet)
    parts.bones(c, top)
    parts.throat(c, top, sheet)
    parts.vessels(c, p, top, sheet)
    trunk, root = parts.nerves(c, p, top, sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.35, 221)
    return _staged(c, p, trunk, root)


def _staged(c: Canvas, p: Values, trunk: s.Course, root: s.Course) -> Staged:
    """Tips end at the outer sides of trunk and root."""
    (u, y, a, _), (x, depth, half, _) = trunk.at(c, 0.0), root.at(c, 0.0)
    arm, narrow = int(p["arm_grade"]), int(p["stenosis_grade"])
    return Staged(
        targets_mm={
            STELLATE: np.array([round(u - a - 0.8, 3), round(y, 3), 0.0]),
            ROOT: np.array([round(x - half - 0.8, 3), round(depth - 0.2, 3), 0.0]),
        },
        views={
            STELLATE: ProbeControl(x_mm=STELLATE_VIEW_MM, z_mm=0.0, press_n=0.5),
            ROOT: ProbeControl(x_mm=ROOT_VIEW_MM, z_mm=0.0, press_n=0.5),
        },
        needle_from={STELLATE: "lateral", ROOT: "lateral"},
        indication={
            STELLATE: f"Complex regional pain of the arm, {GRADES[arm]} swelling and change of skin (grade {arm} of 3, "
            "our own grading): nothing of it is seen in the neck.",
            ROOT: f"Pain of the arm along C6, {GRADES[narrow]} narrowing of the foramen (grade {narrow} of 3, our own "
            "grading).",
        },
        landmarks_mm={
            "cricoid cartilage": np.array([38.0, 0.0, 0.0]),
            "Chassaignac tubercle": np.array([parts.ANTERIOR_MM, 0.0, 0.0]),
            "carotid pulse": np.array([parts.CAROTID_MM, 0.0, 0.0]),
            "vertebra prominens": np.array([-85.0, 0.0, -14.0]),
        },
    )


C6_FRONT = Window(
    name="front of the neck at C6",
    region="neck",
    procedures=(STELLATE, ROOT),
    size_mm=(104.0, 56.0, 36.0),
    spacing_mm=0.3,
    salt=99,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("cervical sympathetic trunk", "below", "common carotid artery"),
        ("longus colli", "below", "cervical sympathetic trunk"),
        ("cervical nerve root", "lateral to", "anterior tubercle"),
        ("cervical nerve root", "medial to", "posterior tubercle"),
        ("internal jugular vein", "lateral to", "common carotid artery"),
    ),
    beyond={
        "vertebral artery": "within the foramen of the transverse process at C6, in its shadow",
        "pleura": "near at C7 and below",
        "esophagus": "behind the trachea, mostly to the left of it",
        "recurrent laryngeal nerve": "between trachea and esophagus, beyond the picture's medial end",
        "thyroid gland": "medial to the carotid artery, at the medial end of the picture and beyond",
        "spinal cord": "within the canal, behind the transverse process and in its shadow",
        "dural sleeve": "within the foramen, in the shadow of the transverse process",
        "cervical radicular artery": "within the foramen, in the shadow of the transverse process",
    },
)
"""Right half of the neck at the cricoid cartilage."""
