"""Upper trapezius from behind: trapezius over supraspinatus, second rib and pleura beneath its front part.

Right shoulder, seen from behind on top: x grows to the spine (medial), -x is the acromion; z grows over the top to the
front of the shoulder. The probe stands along z, and the needle comes from behind (-z).
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import girdle_parts as parts
from inplane.anatomy.windows.girdle_parts import KIM, SALAVATI, chosen, ripple, within
from inplane.core import ProbeControl

RANGES = {
    **parts.RANGES,
    "fat_mm": ParameterRange(low=3.6, high=12.0, mean=5.5, sd=1.4, source=chosen("thin on top of the shoulder")),
    "trapezius_mm": ParameterRange(
        low=8.8, high=15.5, mean=11.7, sd=1.5, source=f"{SALAVATI}: 11.4 to 11.9 mm; its spread is chosen"
    ),
    "supraspinatus_mm": ParameterRange(
        low=8.0, high=15.0, mean=10.8, sd=1.3, source=chosen("over the inner part of the fossa; none was read")
    ),
    "pleura_mm": ParameterRange(
        low=30.0, high=48.0, mean=37.0, sd=4.5, source=f"{KIM}; MRI from on top gave 33 mm and more; cut narrower"
    ),
}
HARDER = {
    "fat_mm": (4.2, 9.0),
    "trapezius_mm": (13.0, 9.5),
    "taut_band_grade": (3.0, 0.0),
    "pleura_mm": (42.0, 34.0),
    "muscle_echo_db": (-2.0, 3.0),
}
PLANE_MM = 2.9
"""Loose tissue between trapezius and what lies beneath. Chosen: holds nerve and artery."""
BLADE_EDGE_MM = 3.0
"""Upper border of the shoulder blade along z. Chosen: behind the middle of the picture lies the fossa."""
SPOT_MM = -2.0
"""Tender point along z. Chosen: where trapezius is thickest, within reach from behind."""


def _layers(c: Canvas, p: Values, fascia_mm: Field) -> tuple[Field, Field]:
    """Front and back of trapezius: thick in the middle, thin behind, ending in an edge in front."""
    behind = 1.0 - 0.3 * np.clip((-c.w - 8.0) / 24.0, 0, 1)
    front = np.sqrt(np.clip((29.0 - c.w) / 22.0, 0.02, 1.0))
    thick = p["trapezius_mm"] * behind * front + 0.35 * ripple(c, 17.0, 231)
    return fascia_mm + 0.2, (fascia_mm + thick).astype(np.float32)


def _beneath(c: Canvas, p: Values, bottom: Field, sheet: Part) -> None:
    """Supraspinatus in its fossa, serratus anterior in front of the blade, chest wall below."""
    roof = bottom + p["fascia_mm"] + PLANE_MM
    fossa = np.max(bottom[:, :, 0]) + p["fascia_mm"] + PLANE_MM + p["supraspinatus_mm"]
    pleura = max(p["pleura_mm"], float(np.max(roof)) + 12.0)  # a thick muscle lifts the skin off the chest
    dome = pleura + 0.006 * (c.w - 12.0) ** 2 + 0.02 * c.u
    rib_y = pleura - 4.6
    ribs = [
        ("rib", s.rod(c, ((60.0, rib_y + 2.0, 17.0), (-60.0, rib_y + 3.0, 7.0)), (4.2, 4.2))),
        ("rib", s.rod(c, ((60.0, rib_y + 3.0, -16.0), (-60.0, rib_y + 4.5, -26.0)), (4.2, 4.2))),
    ]
    parts.chest_wall(c, dome.astype(np.float32), ribs, sheet)
    serratus = within(s.egg(c, (0.0, rib_y - 5.5, 12.0), (60.0, 3.0, 13.0)), roof + 0.4 - c.y)
    parts.muscle(c, "serratus anterior", serratus, (0.4, 0.0, -0.9), sheet, salt=401)
    edge = BLADE_EDGE_MM + 3.0 * np.sqrt(np.clip((fossa - c.y) / 12.0, 0, 1)) + 0.5 * ripple(c, 9.0, 233)
    inside = within(roof - c.y, c.y - fossa, c.w - edge)
    parts.muscle(c, "supraspinatus", inside, (1.0, 0.05, 0.1), sheet, salt=411)
    blade = s.egg(c, (0.0, fossa + 2.2, BLADE_EDGE_MM - 30.0), (90.0, 2.6, 30.0), 5.0)
    s.bone(c, "scapula", blade, salt=431)


def _bundle(c: Canvas, p: Values, bottom: Field, sheet: Part) -> None:
    """Accessory nerve, and superficial branch of the transverse cervical artery with its vein, beneath the fascia."""
    middle = (bottom + p["fascia_mm"] + 0.5 * PLANE_MM)[:, bottom.shape[1] // 2, 0]
    rows = c.w.ravel()

    def along(z_mm: float, a: float, b: float, deeper: float) -> s.Course:
        knots = [
            (w, 0.32 * (w - z_mm), float(np.interp(w, rows, middle)) + deeper, a, b)
            for w in (-30.0, -18.0, -9.0, 0.0, 9.0, 18.0, 30.0)
        ]
        return s.course(c, *knots)

    r = p["cervical_artery_radius_mm"]
    a = 0.5 * p["accessory_mm"]
    parts.small_nerve(c, "spinal accessory nerve", along(SPOT_MM + 4.5, a, a, 0.1), sheet, salt=511)
    artery = along(SPOT_MM + 4.5 + p["apart_mm"], r, r, 0.2)
    parts.small_artery(c, "transverse cervical artery", artery, sheet, salt=521)
    vein = along(SPOT_MM + 8.5 + 1.5 * p["apart_mm"], 0.9 * r, 0.6 * r, 0.2)
    s.vessel(c, "transverse cervical vein", vein, sheet, artery=False, wall_mm=0.15, salt=531)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    top, bottom = _layers(c, p, fascia_mm)
    under = parts.everywhere(c, fascia_mm + 5.0 - c.y)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    _beneath(c, p, bottom, sheet)
    parts.trapezius(c, top, bottom, p["fascia_mm"], sheet)
    b = sqrt(p["spot_area_mm2"] / (2.2 * pi))
    y = p["skin_mm"] + p["fat_mm"] + 0.55 * p["trapezius_mm"]
    parts.taut_band(c, p, "trapezius", (0.0, y, SPOT_MM), (14.0, b, 2.2 * b))
    layered(c, sheet, c.y - fascia_mm, 0.35, 221)
    _bundle(c, p, bottom, sheet)
    return _staged(p, y)


def _staged(p: Values, y: float) -> Staged:
    """The tip ends in the band, at mid-depth of the muscle."""
    pid, grade = "trapezius_trigger_point_injection", int(p["taut_band_grade"])
    return Staged(
        targets_mm={pid: np.array([0.0, round(y, 3), SPOT_MM])},
        views={pid: ProbeControl(x_mm=0.0, z_mm=SPOT_MM + 3.0, rotate_rad=pi / 2, press_n=2.0)},
        needle_from={pid: "lateral"},
        indication={
            pid: f"Myofascial pain of upper trapezius with a palpable taut band; in the picture {parts.GRADES[grade]} "
            f"(grade {grade} of 3, our own grading)."
        },
        landmarks_mm={
            "upper edge of trapezius": np.array([0.0, 0.0, 20.0]),
            "palpable taut band": np.array([0.0, 0.0, SPOT_MM]),
        },
    )


TRAPEZIUS = Window(
    name="upper trapezius",
    region="shoulder girdle",
    procedures=("trapezius_trigger_point_injection",),
    size_mm=(36.0, 50.0, 70.0),
    spacing_mm=0.3,
    salt=36,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("trapezius", "above", "deep fascia of trapezius"),
        ("deep fascia of trapezius", "above", "supraspinatus"),
        ("spinal accessory nerve", "below", "trapezius"),
        ("supraspinatus", "above", "scapula"),
    ),
    beyond={"pleura": "30 to 48 mm deep, behind the blade and beneath the ribs, at this picture's end or below it"},
)
"""The top of the right shoulder."""
