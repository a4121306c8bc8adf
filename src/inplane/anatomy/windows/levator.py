"""Levator scapulae cut across above the superior angle: trapezius over it, second rib and pleura beneath.

Right shoulder from behind: x grows to the spine (medial), -x is the acromion, z grows to the head; the superior angle
of the shoulder blade lies at z = -14.
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy.parameters import ParameterRange
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import girdle_parts as parts
from inplane.anatomy.windows.girdle_parts import HEO, KIM, chosen, ripple, within
from inplane.core import ProbeControl

DEHGHAN = "Dehghan Manshadi F et al. J Mazandaran Univ Med Sci 2017;27:148-153 (abstract read): 8.1 +- 1.5 mm, 60 men"
HUNG = "Hung D et al. J Clin Ultrasound 2011;39:78-82 (abstract read): 3.5 +- 1.4 mm in men, 2.2 +- 1.5 in women"
CHO = "Korean J Pain 2019;32(4), synapse 1159228 (abstract read): nerve medial to artery; artery seen in 94 % of 50"
RANGES = {
    **parts.RANGES,
    "fat_mm": ParameterRange(low=3.6, high=8.5, mean=5.0, sd=1.0, source=chosen("thin over the shoulder blade")),
    "trapezius_mm": ParameterRange(low=5.2, high=10.5, mean=7.4, sd=1.3, source=f"{DEHGHAN}; less for women"),
    "levator_mm": ParameterRange(low=6.0, high=9.5, mean=7.6, sd=0.8, source=chosen("none at this level was read")),
    "levator_width_mm": ParameterRange(low=17.0, high=25.0, mean=21.0, sd=1.8, source=chosen("an oval, twice or more")),
    "serratus_mm": ParameterRange(low=1.5, high=4.5, mean=2.6, sd=0.7, source=HUNG),
    "pleura_mm": ParameterRange(low=31.0, high=39.0, mean=36.0, sd=2.5, source=f"{KIM}; cut at what is seen at 40 mm"),
    "scapular_artery_radius_mm": ParameterRange(
        low=0.8, high=1.3, mean=1.0, sd=0.1, source=chosen("about 2 mm across; no measurement was read")
    ),
    "nerve_lateral_grade": ParameterRange(
        low=0, high=1, mean=0.5, sd=0.4, source=f"{HEO}: medial to the artery in 38 %, lateral in 38 %"
    ),
}
HARDER = {
    "fat_mm": (4.0, 7.0),
    "trapezius_mm": (7.8, 6.6),
    "taut_band_grade": (3.0, 0.0),
    "muscle_echo_db": (-2.0, 3.0),
}
PLANE_MM = 2.4
"""Loose tissue over and under levator. Chosen: holds nerves and arteries."""
MIDDLE_MM = -2.0
"""Levator across. Chosen: so that the rib's near part and open pleura both lie in the picture."""
ANGLE_MM = -14.0


def _depths(p: Values) -> tuple[float, float, float, float]:
    """Underside of trapezius, front and back of levator, pleura."""
    under = p["skin_mm"] + p["fat_mm"] + p["trapezius_mm"]
    front = under + p["fascia_mm"] + PLANE_MM
    back = front + p["levator_mm"]
    return under, front, back, max(p["pleura_mm"], back + PLANE_MM + p["serratus_mm"] + 6.4)


def _chest(c: Canvas, p: Values, sheet: Part) -> None:
    """Ribs that fall to the side, pleura between them, serratus posterior superior and erector spinae on them."""
    _, _, back, pleura = _depths(p)
    dome = (pleura + 0.0025 * (c.u + 2.0) ** 2 + 0.02 * c.w + 0.2 * ripple(c, 20.0, 235)).astype(np.float32)
    y = pleura - 3.4
    ribs = [
        ("rib", s.rod(c, ((64.0, y + 2.0, 33.0), (-50.0, y + 4.0, -36.0)), (3.6, 3.4))),
        ("rib", s.rod(c, ((64.0, y + 3.0, 3.0), (-50.0, y + 5.0, -66.0)), (3.6, 3.4))),
    ]
    parts.chest_wall(c, dome, ribs, sheet)
    over = pleura - 6.6
    above = over - p["serratus_mm"] + 0.3 * ripple(c, 15.0, 237)
    flat = within(above - c.y, c.y - over, -14.0 - c.u)
    parts.muscle(c, "serratus posterior superior", flat, (0.8, 0.0, -0.6), sheet, salt=401)
    anterior = s.egg(c, (-26.0, over - 3.0, -6.0), (14.0, 3.2, 40.0))
    parts.muscle(c, "serratus anterior", anterior, (0.6, 0.0, -0.8), sheet, salt=411)
    spine = s.egg(c, (31.0, back + 3.0, 0.0), (14.0, 8.0, 90.0))
    parts.muscle(c, "erector spinae", spine, (0.0, 0.0, 1.0), sheet, salt=421)


def _middle(c: Canvas, p: Values, sheet: Part) -> None:
    """Levator scapulae, rhomboid minor beside it, supraspinatus and the blade below the plane of the picture."""
    _, front, back, _ = _depths(p)
    y, a = 0.5 * (front + back), 0.5 * p["levator_width_mm"]
    blade = s.egg(c, (MIDDLE_MM - 22.0, back + 1.0, ANGLE_MM - 26.0), (25.0, 2.4, 26.0), 3.0)
    rhomboid = s.egg(c, (MIDDLE_MM + a + 12.0, front + 3.2, -6.0), (14.0, 2.6, 30.0), 2.6)
    parts.muscle(c, "rhomboid minor", rhomboid, (0.8, 0.0, 0.6), sheet, salt=431)
    over = s.egg(c, (MIDDLE_MM - 24.0, y, ANGLE_MM - 16.0), (18.0, 0.5 * p["levator_mm"], 16.0))
    parts.muscle(c, "supraspinatus", over, (1.0, 0.0, 0.1), sheet, salt=441)
    b = 0.5 * p["levator_mm"]
    at = s.course(
        c,
        (24.0, MIDDLE_MM + 5.0, y - 0.5, 0.8 * a, 1.1 * b),
        (0.0, MIDDLE_MM, y, a, b),
        (-20.0, MIDDLE_MM - 3.0, y, a, b),
    )
    d = s.tubular(c, at) + 0.35 * ripple(c, 8.0, 239)
    parts.muscle(c, "levator scapulae", d.astype(np.float32), (0.15, 0.0, 1.0), sheet, salt=451)
    s.bone(c, "scapula", blade, salt=461)


def _bundles(c: Canvas, p: Values, sheet: Part) -> None:
    """Accessory nerve and transverse cervical artery over levator, dorsal scapular nerve and artery under it."""
    under, _, back, _ = _depths(p)
    y, edge = under + p["fascia_mm"] + 0.5 * PLANE_MM, MIDDLE_MM - 0.52 * p["levator_width_mm"]
    places = (edge, edge + p["apart_mm"] + 1.0)
    nerve_u, artery_u = places if p["nerve_lateral_grade"] else places[::-1]
    away = 3.2 if p["nerve_lateral_grade"] else -3.2

    def along(u: float, y: float, half: tuple[float, float], slope: float) -> s.Course:
        return s.course(c, *((w, u + slope * w, y, *half) for w in (-22.0, 0.0, 22.0)))

    thread, r = 0.5 * p["accessory_mm"], p["cervical_artery_radius_mm"]
    parts.small_nerve(c, "spinal accessory nerve", along(nerve_u, y, (thread, thread), 0.5), sheet, salt=511)
    artery = along(artery_u, y, (r, min(r, 1.05)), 0.3)
    parts.small_artery(c, "transverse cervical artery", artery, sheet, salt=521)
    vein = along(artery_u + away, y, (0.8 * r, 0.5 * r), 0.3)
    s.vessel(c, "transverse cervical vein", vein, sheet, artery=False, wall_mm=0.15, salt=531)
    q, deep = p["scapular_artery_radius_mm"], back + 0.5 * PLANE_MM + 0.3
    beside = along(MIDDLE_MM + 3.5, deep, (q, min(q, 1.1)), 0.2)
    parts.small_artery(c, "dorsal scapular artery", beside, sheet, salt=541)
    parts.small_nerve(c, "dorsal scapular nerve", along(MIDDLE_MM + 7.5, deep, (0.5, 0.45), 0.2), sheet, salt=551)


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    under, front, back, _ = _depths(p)
    bottom = (under + 0.3 * ripple(c, 18.0, 231) + 0.0 * c.w).astype(np.float32)
    fat = parts.everywhere(c, fascia_mm + 3.0 - c.y)
    s.filling(c, "intermuscular fat", fat, sheet, salt=201, louder_db=4.0)
    _chest(c, p, sheet)
    _middle(c, p, sheet)
    parts.trapezius(c, fascia_mm + 0.2, bottom, p["fascia_mm"], sheet)
    b = min(sqrt(p["spot_area_mm2"] / (1.5 * pi)), 0.32 * p["levator_mm"])
    spot = (MIDDLE_MM, 0.5 * (front + back), 0.0)
    parts.taut_band(c, p, "levator scapulae", spot, (1.5 * b, b, 13.0))
    layered(c, sheet, c.y - fascia_mm, 0.35, 221)
    _bundles(c, p, sheet)
    return _staged(p, spot)


def _staged(p: Values, spot: tuple[float, float, float]) -> Staged:
    """The tip ends in the band, in the middle of the belly."""
    pid, grade = "levator_scapulae_trigger_point_injection", int(p["taut_band_grade"])
    return Staged(
        targets_mm={pid: np.array(spot).round(3)},
        views={pid: ProbeControl(x_mm=MIDDLE_MM + 3.0, z_mm=0.0, press_n=2.0)},
        needle_from={pid: "lateral"},
        indication={
            pid: "Pain from the neck to the superior angle of the scapula with a taut band; in the picture "
            f"{parts.GRADES[grade]} (grade {grade} of 3, our own grading)."
        },
        landmarks_mm={
            "superior angle of the scapula": np.array([MIDDLE_MM - 3.0, 0.0, ANGLE_MM]),
            "medial border of the scapula": np.array([MIDDLE_MM + 1.0, 0.0, -22.0]),
            "palpable taut band": np.array([MIDDLE_MM, 0.0, 0.0]),
        },
    )


LEVATOR = Window(
    name="levator scapulae",
    region="shoulder girdle",
    procedures=("levator_scapulae_trigger_point_injection",),
    size_mm=(72.0, 46.0, 46.0),
    spacing_mm=0.3,
    salt=37,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("trapezius", "above", "levator scapulae"),
        ("spinal accessory nerve", "above", "levator scapulae"),
        ("dorsal scapular artery", "below", "levator scapulae"),
        ("dorsal scapular nerve", "medial to", "dorsal scapular artery"),
        ("levator scapulae", "above", "pleura"),
    ),
)
"""Above the superior angle of the right shoulder blade."""
