"""The flank at L3-L4, looked at towards the spine: quadratus lumborum at the tip of the transverse process.

Right side up in lateral decubitus, the probe across the flank: x runs round the body, -x to the back (erector spinae),
+x to the belly (bowel); y goes from the flank to the spine; z grows to the head. The needle comes from behind (-x).
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import girdle_parts
from inplane.anatomy.windows import quadratus_lumborum_parts as parts
from inplane.anatomy.windows.girdle_parts import SIKDAR
from inplane.anatomy.windows.knee_front_parts import band
from inplane.core import ProbeControl

IVANAC = "Ivanac D et al. Med Sci Monit 2026;32:e951651 (table 2 read), MRI of 50 with back pain at L3-L4"


RANGES = {
    "skin_mm": ParameterRange(low=1.4, high=2.6, mean=1.9, sd=0.2, source=chosen("skin of the flank")),
    "fat_mm": ParameterRange(
        low=7.0, high=24.0, mean=12.5, sd=3.5, source=chosen("the muscle then lies 30 to 60 mm deep")
    ),
    "quadratus_mm2": ParameterRange(
        low=400.0, high=820.0, mean=571.0, sd=110.0, source=f"{IVANAC}: 571 +- 268 mm2; cut narrower"
    ),
    "psoas_mm2": ParameterRange(
        low=800.0, high=1500.0, mean=1156.0, sd=180.0, source=f"{IVANAC}: 1156 +- 384 mm2; cut narrower"
    ),
    "erector_mm2": ParameterRange(
        low=1600.0, high=2700.0, mean=2125.0, sd=280.0, source=f"{IVANAC}: 2125 +- 557 mm2; cut narrower"
    ),
    "wall_mm": ParameterRange(
        low=12.0, high=22.0, mean=16.5, sd=2.0, source=chosen("three flat muscles together; none was read")
    ),
    "spot_area_mm2": ParameterRange(low=9.0, high=32.0, mean=18.0, sd=6.0, source=f"{SIKDAR}; cut narrower"),
    "taut_band_grade": girdle_parts.RANGES["taut_band_grade"],
}
HARDER = {
    "fat_mm": (9.0, 19.0),
    "quadratus_mm2": (680.0, 470.0),
    "taut_band_grade": (3.0, 0.0),
    "muscle_echo_db": (-2.0, 4.0),
}
VIEW_MM = -5.0
"""Middle of the probe. Chosen: over quadratus lumborum."""
GRADES = ("none", "one taut band", "several taut bands", "the whole muscle tense")


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = parts.fascia_mm(p)
    fascia_mm, sheet = covered(band(c, (0.0, top + 5.0)), p["skin_mm"], p["fat_mm"])
    below = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", below, sheet, salt=201, louder_db=1.0)
    parts.back(c, p, sheet)
    parts.wall(c, p, sheet)
    parts.belly(c, p)
    spot = (parts.MIDDLE_MM, top + parts.TARGET_MM, 0.0)
    a = sqrt(p["spot_area_mm2"] / (1.5 * pi))
    girdle_parts.taut_band(c, p, "quadratus lumborum", spot, (a, 1.5 * a, 12.0))
    parts.spine(c, p, sheet)
    over = band(c, (top - 3.0, top + 4.0))
    layered(over, sheet, over.y - fascia_mm, 0.5, 221)
    return _staged(p, spot)


def _staged(p: Values, spot: tuple[float, float, float]) -> Staged:
    """The tip ends in the band, in the middle of the muscle."""
    pid, grade = "quadratus_lumborum_trigger_point_injection", int(p["taut_band_grade"])
    return Staged(
        targets_mm={pid: np.array(spot).round(3)},
        views={pid: ProbeControl(x_mm=VIEW_MM, z_mm=0.0, press_n=2.5)},
        needle_from={pid: "lateral"},
        indication={
            pid: f"Pain of flank and buttock; taut bands in quadratus lumborum: {GRADES[grade]} (grade {grade} of 3, "
            "our own grading)."
        },
        landmarks_mm={
            "lateral border of erector spinae": np.array([-22.0, 0.0, 0.0]),
            "iliac crest": np.array([0.0, 0.0, -45.0]),
            "twelfth rib": np.array([-20.0, 0.0, 50.0]),
            "spinous process": np.array([-100.0, 0.0, 0.0]),
        },
    )


QUADRATUS_LUMBORUM = Window(
    name="flank",
    region="back",
    procedures=("quadratus_lumborum_trigger_point_injection",),
    size_mm=(152.0, 92.0, 42.0),
    spacing_mm=0.5,
    salt=64,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("quadratus lumborum", "above", "transverse process"),
        ("transversus abdominis", "below", "internal oblique"),
        ("internal oblique", "below", "external oblique"),
        ("lumbar plexus", "below", "quadratus lumborum"),
        ("latissimus dorsi", "above", "erector spinae"),
    ),
    beyond={
        "kidney": "above this plane, which is slid below it",
        "pleura": "before the twelfth rib, some 5 cm above this plane",
        "lumbar artery": "between the transverse processes, above and below this plane",
        "lumbar vein": "beside the artery, above and below this plane",
    },
)
"""The right flank between twelfth rib and iliac crest."""
