"""The lumbar spine across, between two transverse processes: foramen with root and epidural space behind the vertebral
body, sympathetic trunk, great vessels and kidney beside and before it.

Prone, the probe across the back beside the spine: x runs to the midline (-x to the side), y goes inwards, z to the
head. Needles come from the side (-x). It is how the C-arm's needles lie: ultrasound tells depth and what is on the way.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import lumbar_front_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

FORAMEN, TRUNK = "lumbar_transforaminal_epidural_injection", "lumbar_sympathetic_block"

RANGES = {
    "skin_mm": ParameterRange(low=2.0, high=3.0, mean=2.4, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=4.0, high=16.0, mean=8.0, sd=2.4, source=chosen("foramen and trunk then lie as deep as the atlas says")
    ),
    "muscle_mm": ParameterRange(
        low=25.0, high=34.0, mean=29.5, sd=2.0, source=chosen("multifidus over the lamina; none was read")
    ),
    "body_mm": ParameterRange(low=32.0, high=39.0, mean=35.5, sd=1.5, source=chosen("back to front; none was read")),
    "root_mm": ParameterRange(low=3.6, high=5.0, mean=4.3, sd=0.3, source=chosen("none was read")),
    "trunk_mm": ParameterRange(low=3.0, high=4.6, mean=3.8, sd=0.35, source=chosen("at a ganglion; none was read")),
    "cava_mm": ParameterRange(low=16.0, high=24.0, mean=20.0, sd=1.8, source=chosen("across; none was read")),
    "aorta_mm": ParameterRange(low=15.0, high=20.0, mean=17.5, sd=1.2, source=chosen("across; none was read")),
    "kidney_mm": ParameterRange(
        low=-6.0, high=4.0, mean=-1.0, sd=2.5, source=chosen("how far to the midline; a shift of our own")
    ),
    "stenosis_grade": ParameterRange(low=0, high=3, mean=1.5, sd=0.9, source=chosen("no frequencies were read")),
    "osteophyte_grade": ParameterRange(low=0, high=2, mean=0.8, sd=0.7, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (5.0, 13.0),
    "stenosis_grade": (0.0, 3.0),
    "osteophyte_grade": (0.0, 2.0),
    "muscle_echo_db": (-2.0, 4.0),
}
TOWARDS_RAD = 0.26
"""How far the beam leans to the midline. Chosen: so that it meets the side of the vertebral body."""
NARROW = ("no", "mild", "moderate", "severe")
SPURS = ("no", "small", "large")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=2.0)
    at = parts.places(p, top)
    parts.muscles(c, at, sheet)
    parts.loin(c, p, at, sheet)
    body = parts.vertebra(c, p, at)
    parts.canal(c, at)
    trunk = parts.before(c, p, (at, body), sheet)
    parts.foramen(c, p, at, sheet)
    return _staged(c, p, at, trunk)


def _staged(c: Canvas, p: Values, at: parts.Places, trunk: s.Course) -> Staged:
    """Tips end in the epidural fat before the root, and on the outer side of the trunk."""
    (u, y, a, _), foot = trunk.at(c, 0.0), np.array([parts.MIDLINE_MM, 0.0, -6.0])
    narrow, spurs = int(p["stenosis_grade"]), int(p["osteophyte_grade"])
    return Staged(
        targets_mm={
            FORAMEN: np.array([parts.MIDLINE_MM - parts.TIP_MM, round(at.ventral_mm, 3), 0.0]),
            TRUNK: np.array([round(u - a - 0.8, 3), round(y, 3), 0.0]),
        },
        views={pid: ProbeControl(x_mm=0.0, z_mm=0.0, rock_rad=TOWARDS_RAD, press_n=3.0) for pid in (FORAMEN, TRUNK)},
        needle_from={FORAMEN: "lateral", TRUNK: "lateral"},
        indication={
            FORAMEN: f"Pain along one root; {NARROW[narrow]} narrowing of the foramen (grade {narrow} of 3, our own "
            "grading): ultrasound shows nothing of it.",
            TRUNK: f"A cold, painful leg; {SPURS[spurs]} osteophytes at the vertebral body (grade {spurs} of 2, our "
            "own grading). Its measure is the skin's temperature: nothing of it is seen here.",
        },
        landmarks_mm={
            "spinous process": np.array([parts.MIDLINE_MM, 0.0, 0.0]),
            "intercristal line": foot,
            "twelfth rib": np.array([-60.0, 0.0, 18.0]),
        },
    )


LUMBAR_FRONT = Window(
    name="beside and before the lumbar spine",
    region="lumbar",
    procedures=(FORAMEN, TRUNK),
    size_mm=(200.0, 172.0, 40.0),
    spacing_mm=0.6,
    salt=113,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("psoas major", "below", "erector spinae"),
        ("ventral epidural space", "below", "thecal sac"),
        ("ventral epidural space", "medial to", "psoas major"),
        ("lumbar sympathetic trunk", "medial to", "psoas major"),
        ("kidney", "lateral to", "psoas major"),
        ("inferior vena cava", "below", "vertebral body"),
    ),
    beyond={"intervertebral disc": "towards the foot from this plane, before the lower part of the foramen"},
)
"""Right half of the back at the lower third of the second lumbar body."""
