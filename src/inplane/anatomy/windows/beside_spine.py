"""Beside the spine at the fifth thoracic vertebra: transverse processes, seen along the body, under erector spinae.

Sitting or prone, the probe along the body some 2 cm from the midline: x runs along the body, -x to the foot and +x to
the head; y goes inwards; z to the midline. The needle comes from the head's end (+x). A left side, mirrored in x, is
one that was turned.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import beside_spine_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "erector_spinae_plane_block"

RANGES = {
    "skin_mm": ParameterRange(low=1.8, high=3.0, mean=2.3, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=3.0, high=11.0, mean=6.0, sd=1.8, source=chosen("the plane then lies 20 to 50 mm deep (atlas)")
    ),
    "trapezius_mm": ParameterRange(low=3.5, high=6.5, mean=4.8, sd=0.6, source=chosen("a flat muscle; none was read")),
    "rhomboid_mm": ParameterRange(low=3.5, high=7.0, mean=5.0, sd=0.7, source=chosen("as above")),
    "erector_mm": ParameterRange(low=9.0, high=17.0, mean=12.5, sd=1.6, source=chosen("as above")),
    "plane_mm": ParameterRange(low=0.8, high=1.5, mean=1.1, sd=0.15, source=chosen("a bright line; none was read")),
    "process_mm": ParameterRange(
        low=10.0, high=14.0, mean=12.0, sd=0.8, source=chosen("a process' height, none was read")
    ),
    "level_mm": ParameterRange(
        low=23.0, high=29.0, mean=26.0, sd=1.2, source=chosen("from one process to the next at T5; none was read")
    ),
    "pleura_mm": ParameterRange(
        low=11.0, high=16.0, mean=13.5, sd=1.0, source=chosen("below the processes' faces; none was read")
    ),
    "artery_radius_mm": ParameterRange(
        low=1.0, high=1.5, mean=1.2, sd=0.1, source=chosen("2 to 3 mm across near the spine; none was read")
    ),
    "pain_grade": ParameterRange(low=0, high=3, mean=2.1, sd=0.8, source=chosen("after an operation; not to be seen")),
}
HARDER = {
    "fat_mm": (4.0, 8.5),
    "erector_mm": (10.5, 15.0),
    "plane_mm": (1.3, 0.9),
    "muscle_echo_db": (-2.0, 4.0),
}
PAIN = ("no", "mild", "moderate", "severe")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    at = parts.layers(c, p)
    parts.beneath(c, at, sheet)
    parts.muscles(c, at, sheet)
    parts.plane(c, p, at, sheet)
    parts.processes(c, p, at)
    parts.bundle(c, p, at, sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.4, 221)
    return _staged(c, p, at)


def _staged(c: Canvas, p: Values, at: parts.Layers) -> Staged:
    """The tip ends in the plane over the upper one of the two processes, just off the bone."""
    grade = int(p["pain_grade"])
    depth = float(at.plane[at.plane.shape[0] // 2, int(np.argmin(np.abs(c.u.ravel() - parts.TARGET_MM))), 0])
    return Staged(
        targets_mm={PID: np.array([parts.TARGET_MM, round(depth, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=1.5)},
        needle_from={PID: "medial"},
        indication={
            PID: f"Chest after an operation or a broken rib, {PAIN[grade]} pain (grade {grade} of 3, our own grading): "
            "nothing of it is seen at the transverse process."
        },
        landmarks_mm={
            "spinous process": np.array([parts.TARGET_MM + 10.0, 0.0, 22.0]),
            "vertebra prominens": np.array([118.0, 0.0, 22.0]),
            "inferior angle of the scapula": np.array([-70.0, 0.0, -60.0]),
        },
    )


BESIDE_SPINE = Window(
    name="beside the thoracic spine",
    region="back",
    procedures=(PID,),
    size_mm=(124.0, 82.0, 54.0),
    spacing_mm=0.48,
    salt=94,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("rhomboid major", "below", "trapezius"),
        ("erector spinae", "below", "rhomboid major"),
        ("erector spinae plane", "below", "erector spinae"),
        ("transverse process", "below", "erector spinae plane"),
        ("pleura", "below", "intertransversarii"),
        ("lung", "below", "pleura"),
    ),
    beyond={"kidney": "at lumbar levels"},
    goes_to={PID: "erector spinae plane"},
)
"""Two centimeters to the right of the fifth thoracic spinous process."""
