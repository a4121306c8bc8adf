"""The chest's wall at the angles of the ribs, lateral to erector spinae: two ribs and the space between them, across.

Prone, the probe along the body: x runs along the body, -x to the foot and +x to the head; y goes inwards; z along the
ribs. The needle comes from the foot's end (-x), over the lower rib. A left side, mirrored in x, is one that was turned.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import chest_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "intercostal_block"
SPACE_ARTERY = (
    "Thoracic ultrasound demonstrates variable location of the intercostal artery. Respiration 2012;83:323 (abstract "
    "read, authors not shown), 22 patients: at 0.28 (0.21 to 0.38) of the space below the rib near the spine, 0.08 in "
    "the axilla"
)

RANGES = {
    "skin_mm": ParameterRange(low=1.6, high=2.8, mean=2.1, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=2.5, high=12.0, mean=6.0, sd=2.0, source=chosen("the nerve then lies 10 to 30 mm deep (atlas)")
    ),
    "latissimus_mm": ParameterRange(low=3.0, high=6.5, mean=4.6, sd=0.7, source=chosen("a flat muscle at its edge")),
    "rib_height_mm": ParameterRange(
        low=11.0, high=15.0, mean=13.0, sd=0.8, source=chosen("a rib's width at its angle")
    ),
    "rib_thickness_mm": ParameterRange(low=6.5, high=9.0, mean=7.6, sd=0.5, source=chosen("as above")),
    "space_mm": ParameterRange(
        low=14.0, high=20.0, mean=17.0, sd=1.2, source=chosen("between the ribs, bent forwards")
    ),
    "artery_share": ParameterRange(low=0.21, high=0.38, mean=0.28, sd=0.04, source=SPACE_ARTERY),
    "artery_radius_mm": ParameterRange(
        low=0.8, high=1.2, mean=0.95, sd=0.1, source=chosen("about 2 mm across; no measurement was read")
    ),
    "nerve_mm": ParameterRange(low=1.5, high=2.6, mean=2.0, sd=0.25, source=chosen("often hardly seen; none was read")),
    "fracture_grade": ParameterRange(low=0, high=2, mean=1.0, sd=0.8, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (4.0, 9.5),
    "space_mm": (19.0, 15.0),
    "nerve_mm": (2.3, 1.7),
    "muscle_echo_db": (-2.0, 4.0),
}
GRADES = ("nothing to be seen of it here", "a step in the rib", "a step in the rib, and a hematoma over it")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    at = parts.space(c, p, top)
    parts.latissimus(c, p, top, sheet)
    parts.intercostals(c, at, sheet)
    parts.inside(c, at)
    parts.ribs(c, p, at)
    nerve = parts.bundle(c, p, at, sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.4, 221)
    return _staged(c, p, nerve)


def _staged(c: Canvas, p: Values, nerve: s.Course) -> Staged:
    """The tip ends in the plane of the bundle, below the nerve: on the far side from the vessels."""
    u, y, a, _ = nerve.at(c, 0.0)
    grade = int(p["fracture_grade"])
    half = 0.5 * p["space_mm"]
    return Staged(
        targets_mm={PID: np.array([round(u - a - 0.9, 3), round(y, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.8)},
        needle_from={PID: "lateral"},
        indication={PID: f"Broken rib: {GRADES[grade]} (grade {grade} of 2, our own grading)."},
        landmarks_mm={
            "angle of the rib": np.array([half + 0.5 * p["rib_height_mm"], 0.0, 0.0]),
            "lower edge of the rib": np.array([half, 0.0, 0.0]),
            "spinous process": np.array([half, 0.0, -70.0]),
        },
    )


RIB_ANGLE = Window(
    name="angle of the ribs",
    region="chest",
    procedures=(PID,),
    size_mm=(84.0, 48.0, 40.0),
    spacing_mm=0.3,
    salt=93,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("external intercostal", "below", "latissimus dorsi"),
        ("internal intercostal", "below", "external intercostal"),
        ("intercostal nerve", "below", "internal intercostal"),
        ("pleura", "below", "intercostal nerve"),
        ("lung", "below", "pleura"),
    ),
)
"""Over the angles of two right ribs."""
