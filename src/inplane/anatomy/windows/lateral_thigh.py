"""The front and outer side of the thigh below the iliac spine: the skin nerve in the groove between two muscles.

Right thigh, patient supine: x across it, -x lateral (tensor fasciae latae), +x medial (sartorius); z along it, +z to
the head. The picture lies at z = 0, some 4 cm below the anterior superior iliac spine, with the nerve at x = 0.
"""

from math import pi, sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered, uneven
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.patient import Kind
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows.girdle_parts import ripple, small_artery
from inplane.anatomy.windows.knee_front_parts import band
from inplane.anatomy.windows.leg_parts import deep_fat, louder, strip
from inplane.core import ProbeControl

ZHU = "BMC Musculoskelet Disord 2012;13:227 (abstract read): 1.04 +- 0.44 mm2 in 240 healthy thighs"
POWELL = "Powell GM et al. Skeletal Radiol 2020;49(7) (abstract read): 3 +- 2.3 mm2 in 20 controls, 9 +- 5.6 in 35 ill"
SHI = "Shi X et al. QIMS, Sonographic features of the LFCN (abstract read): 4.47 +- 2.64 mm2 in the ill, from 2.65 on"


RANGES = {
    "skin_mm": ParameterRange(low=1.1, high=1.8, mean=1.45, sd=0.12, source=chosen("thin skin of the groin")),
    "fat_mm": ParameterRange(
        low=1.7,
        high=2.7,
        mean=2.3,
        sd=0.3,
        source=chosen("with it the nerve lies 5 to 7 mm deep, as the atlas has it"),
    ),
    "nerve_area_mm2": ParameterRange(
        low=1.6, high=2.6, mean=2.0, sd=0.25, source=f"between {ZHU} and {POWELL}; its spread is chosen"
    ),
    "nerve_flattening": ParameterRange(low=1.2, high=1.9, mean=1.5, sd=0.15, source=chosen("a flat oval")),
    "swelling_grade": ParameterRange(
        low=0, high=2, mean=1.1, sd=0.7, source=f"{SHI}; {POWELL}; the grades are chosen between and above those means"
    ),
    "groove_width_mm": ParameterRange(
        low=9.0, high=15.0, mean=11.5, sd=1.3, source=chosen("a flat triangle of fat; no measurement was read")
    ),
    "groove_depth_mm": ParameterRange(low=4.2, high=6.2, mean=5.0, sd=0.5, source=chosen("as above")),
    "sartorius_mm": ParameterRange(low=7.0, high=11.0, mean=8.8, sd=0.8, source=chosen("a strap of a centimeter")),
    "tensor_mm": ParameterRange(low=10.0, high=16.0, mean=12.8, sd=1.3, source=chosen("none at this level was read")),
    "artery_radius_mm": ParameterRange(low=0.8, high=1.5, mean=1.1, sd=0.15, source=chosen("2 to 3 mm across")),
}
HARDER = {
    "fat_mm": (2.0, 2.6),
    "nerve_area_mm2": (2.3, 1.8),
    "swelling_grade": (2.0, 0.0),
    "groove_depth_mm": (5.5, 4.5),
    "muscle_echo_db": (-2.0, 4.0),
}
NERVE = "lateral femoral cutaneous nerve"
SWELLING = (1.0, 1.9, 3.2)
"""Times the nerve's area by grade. Chosen: 2, 3.8 and 6.4 mm2, the last two above what is called normal (SHI)."""
FAT_DB, GROOVE_DB, NERVE_DB = 11.0, -2.0, 5.0
"""Fat between muscles, fat of the groove and nerve above others. Chosen: the groove is dark, the nerve bright in it."""
FASCICLE_DB = -3.0
"""Of the nerve for each grade. Chosen: an ill nerve is darker within than a healthy one."""
SLANT = 0.22
"""The nerve's way outward as it runs down, dx / dz. Chosen: from sartorius into the groove."""
LATA_MM = 0.5


def _nerve(c: Canvas, p: Values) -> s.Course:
    """Beneath fascia lata, flat in the groove's fat."""
    area = p["nerve_area_mm2"] * SWELLING[int(p["swelling_grade"])]
    flat = p["nerve_flattening"]
    a = sqrt(area * flat / pi)
    b = a / flat
    y = _lata_mm(p) + LATA_MM + b + 0.95
    return s.course(c, (22.0, 22.0 * SLANT, y - 0.4, a, 0.9 * b), (0.0, 0.0, y, a, b), (-22.0, -22.0 * SLANT, y, a, b))


def _lata_mm(p: Values) -> float:
    """Depth of the front of fascia lata."""
    return p["skin_mm"] + p["fat_mm"]


def _groove(c: Canvas, p: Values) -> Field:
    """Signed distance (mm, about) to the fat between sartorius and tensor fasciae latae: a triangle, its tip deep."""
    half, deep, top = 0.5 * p["groove_width_mm"], p["groove_depth_mm"], _lata_mm(p) + 0.4
    middle = -0.6 + 0.5 * SLANT * c.w
    share = np.clip((c.y - top) / deep, 0, 1)
    width = half * (1.0 - share) ** 0.8 + 0.25 * ripple(c, 7.0, 233)
    return np.maximum(0.8 * (np.abs(c.u - middle) - width), c.y - top - deep).astype(np.float32)


def _muscles(c: Canvas, p: Values, fascia_mm: Field, sheet: Part) -> None:
    """Sartorius medial and tensor fasciae latae lateral to the groove; rectus femoris and others below."""
    top = _lata_mm(p) + 0.5
    a, t = 0.5 * p["sartorius_mm"], 0.5 * p["tensor_mm"]

    def at(u: float, y: float, half: tuple[float, float], slope: float) -> s.Course:
        return s.course(c, *((w, u + slope * w, y, *half) for w in (-22.0, 0.0, 22.0)))

    deep = top + 2.0 * a
    shapes = [
        s.Belly(name="sartorius", at=at(11.5, top + 0.95 * a, (9.4, 0.8 * a), -0.3), along=(-0.3, 0.0, 1.0)),
        s.Belly(
            name="tensor fasciae latae", at=at(-14.5, top + 0.95 * t, (10.6, 0.8 * t), 0.1), along=(0.1, 0.05, 1.0)
        ),
        s.Belly(name="rectus femoris", at=at(1.5, deep + 6.6, (9.6, 4.4), 0.0), along=(0.0, 0.08, 1.0)),
        s.Belly(name="iliopsoas", at=at(25.0, deep + 8.0, (8.0, 6.0), 0.0), along=(-0.2, 0.2, 1.0)),
        s.Belly(name="gluteus minimus", at=at(-19.0, top + 2.0 * t + 8.0, (11.0, 4.8), 0.0), along=(0.4, 0.2, 1.0)),
    ]
    v, below = strip(c, fascia_mm + 0.3, (-31.0, 31.0), (top - 1.0, 36.0))
    s.bellies(v, shapes, np.maximum(below, -_groove(v, p)).astype(np.float32), sheet, salt=501)
    around = v.window((-14.0, 14.0), (top - 1.0, top + 8.0))
    dark = around.part("fat of the groove", Kind.FAT, "fat", whole="intermuscular fat", louder_db=GROOVE_DB)
    around.lay(dark, _groove(around, p) + 0.35, 8.0 * around.noise((1.6, 0.7, 3.0), 521))
    tendon = v.window((-5.0, 7.0), (deep, deep + 12.0))
    comma = tendon.y - deep - 4.6 - 0.09 * (tendon.u - 0.5) ** 2 + 0.5 * tendon.noise((6.0, 40.0, 12.0), 531)
    fade = np.clip((4.5 - np.abs(tendon.u - 1.0)) / 2.0, 0, 1)
    tendon.sheet(sheet, comma, 0.6, (0.9 * fade * uneven(tendon, 533)).astype(np.float32))


def _fascia_lata(c: Canvas, p: Values, fascia_mm: Field) -> None:
    """Two leaves: the front one bright over muscles and groove; the deep one lines the groove."""
    part = c.part("fascia lata", Kind.FASCIA, "connective", along=(0.0, 0.0, 1.0))
    v = band(c, (_lata_mm(p) - 1.5, _lata_mm(p) + 3.0))
    d = v.y - fascia_mm
    v.lay(part, (np.abs(d - 0.5 * LATA_MM) - 0.5 * LATA_MM).astype(np.float32), 24.0 * v.noise((5.0, 0.4, 7.0), 541))
    layered(v, part, d, 0.3, 543)


def _indication(p: Values) -> str:
    grade = int(p["swelling_grade"])
    area = p["nerve_area_mm2"] * SWELLING[grade]
    return (
        f"Meralgia paresthetica, {('no', 'slight', 'clear')[grade]} swelling of the lateral femoral cutaneous "
        f"nerve: {area:.1f} mm2 (grade {grade} of 2, our own grading; 1.04 mm2 in healthy thighs: BMC Musculoskelet "
        "Disord 2012;13:227)."
    )


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    fascia_mm, sheet = covered(band(c, (0.0, _lata_mm(p) + 3.0)), p["skin_mm"], p["fat_mm"])
    deep_fat(c, (fascia_mm - c.y + np.zeros_like(c.power)).astype(np.float32), sheet, FAT_DB, 201)
    _muscles(c, p, fascia_mm, sheet)
    _fascia_lata(c, p, fascia_mm)
    r, t = p["artery_radius_mm"], _lata_mm(p) + 2.0 * p["groove_depth_mm"] + 5.0
    vessel = s.course(c, (22.0, -9.0, t + 2.0, r, r), (0.0, -7.0, t, r, r), (-22.0, -3.0, t + 2.0, r, r))
    small_artery(c, "lateral circumflex femoral artery", vessel, sheet, salt=601)
    nerve = _nerve(c, p)
    s.nerve(c, NERVE, nerve, sheet, salt=701)
    louder(c, NERVE, NERVE_DB)
    louder(c, f"{NERVE} fascicle", FASCICLE_DB * p["swelling_grade"])
    return _staged(c, p, nerve)


def _staged(c: Canvas, p: Values, nerve: s.Course) -> Staged:
    """The tip ends beside the nerve's lateral edge, in the groove's fat."""
    pid = "lateral_femoral_cutaneous_nerve_block"
    u, y, a, _ = nerve.at(c, 0.0)
    return Staged(
        targets_mm={pid: np.array([round(u - a - 0.9, 3), round(y, 3), 0.0])},
        views={pid: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.35)},
        needle_from={pid: "lateral"},
        indication={pid: _indication(p)},
        landmarks_mm={"anterior superior iliac spine": np.array([-12.0, 0.0, 40.0])},
    )


LATERAL_THIGH = Window(
    name="below the iliac spine",
    region="groin",
    procedures=("lateral_femoral_cutaneous_nerve_block",),
    size_mm=(58.0, 34.0, 40.0),
    spacing_mm=0.25,
    salt=62,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("lateral femoral cutaneous nerve", "below", "fascia lata"),
        ("tensor fasciae latae", "lateral to", "sartorius"),
        ("lateral femoral cutaneous nerve", "lateral to", "sartorius"),
        ("lateral femoral cutaneous nerve", "medial to", "tensor fasciae latae"),
        ("rectus femoris", "below", "sartorius"),
    ),
    beyond={
        "deep circumflex iliac artery": "beside the anterior superior iliac spine, towards the head from this plane",
        "femoral nerve": "medial to sartorius, beyond the picture's medial end",
    },
)
"""Four centimeters below the anterior superior iliac spine of the right side."""
