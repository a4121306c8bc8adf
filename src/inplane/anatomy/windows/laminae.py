"""Between the lumbar laminae, along the body: laminae like saw teeth, in their gaps ligamentum flavum, dorsal epidural
space, dura, the dark sac and the posterior longitudinal ligament; the sacrum at the lower end.

Prone, the probe along the spine a finger beside the midline, tilted towards it: x runs along the body, -x to the foot
and +x to the head; y goes inwards; z to the side. The needle comes from the foot's end (-x), under the upper lamina's
edge. A left side, mirrored in x, is one that was turned; the midline has none.
"""

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import laminae_parts as parts
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

PID = "lumbar_interlaminar_epidural_injection"

RANGES = {
    "skin_mm": ParameterRange(low=2.0, high=3.0, mean=2.4, sd=0.2, source=chosen("thick skin of the back")),
    "fat_mm": ParameterRange(
        low=4.0, high=18.0, mean=8.0, sd=2.6, source=chosen("the epidural space then lies 40 to 70 mm deep (atlas)")
    ),
    "muscle_mm": ParameterRange(
        low=24.0, high=33.0, mean=28.0, sd=2.0, source=chosen("multifidus over the laminae; none was read")
    ),
    "level_mm": ParameterRange(
        low=31.0, high=36.0, mean=33.5, sd=1.0, source=chosen("lamina to lamina; none was read")
    ),
    "flavum_mm": ParameterRange(low=2.8, high=4.2, mean=3.4, sd=0.3, source=chosen("three to four; none was read")),
    "epidural_mm": ParameterRange(
        low=3.6, high=6.5, mean=5.0, sd=0.6, source=chosen("of fat in the middle of the gap; none was read")
    ),
    "sac_mm": ParameterRange(low=11.0, high=16.0, mean=13.5, sd=1.0, source=chosen("back to front; none was read")),
    "stenosis_grade": ParameterRange(low=0, high=3, mean=1.4, sd=0.9, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (5.0, 14.0),
    "stenosis_grade": (0.0, 3.0),
    "epidural_mm": (5.8, 4.0),
    "muscle_echo_db": (-2.0, 4.0),
}
GRADES = ("no", "mild", "moderate", "severe")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 4.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=2.0)
    at = parts.layers(c, p, top)
    parts.muscle_of_the_back(c, at, sheet)
    parts.bodies(c, at)
    parts.canal(c, at)
    parts.flavum(c, at, sheet)
    parts.laminae(c, p, at)
    return _staged(p, at)


def _staged(p: Values, at: parts.Layers) -> Staged:
    """The tip ends in the epidural fat, in the middle of the gap."""
    grade = int(p["stenosis_grade"])
    x = parts.GAP_MM + parts.AIM_MM
    return Staged(
        targets_mm={PID: np.array([x, round(at.epidural_at(x), 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=3.0)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Pain of back and leg; {GRADES[grade]} stenosis (grade {grade} of 3, our own grading), the gap "
            f"between the laminae {at.gap_mm:.0f} mm wide."
        },
        landmarks_mm={
            "spinous process": np.array([parts.GAP_MM + 12.0, 0.0, -12.0]),
            "intercristal line": np.array([parts.GAP_MM + 6.0, 0.0, -12.0]),
        },
    )


LAMINAE = Window(
    name="between the lumbar laminae",
    region="lumbar",
    procedures=(PID,),
    size_mm=(172.0, 92.0, 30.0),
    spacing_mm=0.45,
    salt=109,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("dorsal epidural space", "below", "ligamentum flavum"),
        ("thecal sac", "below", "dorsal epidural space"),
        ("posterior longitudinal ligament", "below", "thecal sac"),
        ("lamina", "below", "multifidus"),
    ),
    beyond={"conus medullaris": "ends at about L1-L2, beyond the picture's upper end"},
)
"""The spine at the gap between fourth and fifth lumbar lamina."""
