"""Beside the anterior superior iliac spine: ilioinguinal and iliohypogastric nerve between the two inner flat muscles.

Supine, the probe on the line from the spine to the navel, its lateral end on the bone: x runs along that line, -x to
the bone, +x to the navel; y goes inwards; z runs up along the iliac crest. The needle comes from the bone's side (-x).
"""

from math import sqrt

import numpy as np

from inplane.anatomy import _scene as s
from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import belly_parts as parts
from inplane.anatomy.windows.girdle_parts import bed, everywhere, muscle, small_artery
from inplane.anatomy.windows.knee_front_parts import band
from inplane.anatomy.windows.leg_parts import louder
from inplane.core import ProbeControl

PID = "ilioinguinal_block"
ALSHAMMARI = (
    "Alshammari AO et al. Adv Hum Biol 2022;12:260-265 (abstract read), 77 cadavers: 1.97 +- 0.44 mm thick, 9 to 60 mm "
    "from the iliac spine"
)

RANGES = {
    "skin_mm": ParameterRange(low=1.3, high=2.3, mean=1.7, sd=0.2, source=chosen("skin of the belly")),
    "fat_mm": ParameterRange(
        low=3.0, high=10.5, mean=6.0, sd=1.7, source=chosen("the nerve then lies 10 to 30 mm deep (atlas)")
    ),
    **parts.muscle_ranges((3.4, 6.4, 4.6), 0.14),
    "plane_mm": ParameterRange(
        low=0.7, high=1.3, mean=0.9, sd=0.12, source=chosen("thinner than at the flank; no measurement was read")
    ),
    "behind_mm": parts.FAT_BEHIND,
    "nerve_mm": ParameterRange(low=1.4, high=2.8, mean=1.97, sd=0.44, source=f"{ALSHAMMARI}; cut narrower"),
    "from_bone_mm": ParameterRange(
        low=9.0, high=15.0, mean=11.5, sd=1.6, source=f"{ALSHAMMARI}; of these the near ones, which the view shows"
    ),
    "apart_mm": ParameterRange(
        low=5.0, high=10.0, mean=7.5, sd=1.2, source=chosen("side by side or up to a centimeter apart (atlas HADII)")
    ),
    "artery_radius_mm": ParameterRange(
        low=0.8, high=1.3, mean=1.0, sd=0.12, source=chosen("about 2 mm across; no measurement was read")
    ),
    "scar_grade": ParameterRange(low=0, high=2, mean=1.1, sd=0.8, source=chosen("no frequencies were read")),
}
HARDER = {
    "fat_mm": (4.0, 8.5),
    "nerve_mm": (2.4, 1.6),
    "from_bone_mm": (14.0, 10.0),
    "muscle_echo_db": (-2.0, 4.0),
}
BONE_MM = -13.5
"""Medial edge of the bone. Chosen: seen at the picture's lateral end, a third of the picture from the nerve."""
FLAT = 1.35
"""Of the nerve: width over mean diameter. Chosen: an oval between two muscles."""
SWELLING = (1.0, 1.0, 1.9)
"""Times the nerve's area by grade. Chosen: seen beside the other one."""
SCAR_DB = (0.0, -7.0, -9.0)
"""Of the plane about the nerves by grade. Chosen: a dark, blurred stretch."""
NERVE_DB, FASCICLE_DB = 5.0, -2.0
"""Chosen: a bright oval with dark dots (atlas)."""
LOOPS = ((12.0, 17.0), (44.0, 18.0))
GRADES = ("nothing to be seen", "a scarred plane", "a scarred plane and swollen nerves")


def _bone(c: Canvas, p: Values) -> Field:
    """Signed distance to the spine and the wing behind it, which falls away to the outer side and in depth."""
    top = p["skin_mm"] + p["fat_mm"] + 5.5
    wing = [((BONE_MM - 8.0, top + 8.0, w), (BONE_MM - 20.0, top + 44.0, w)) for w in (-14.0, 14.0)]
    spine = s.rod(c, ((BONE_MM - 8.5, top + 8.0, -24.0), (BONE_MM - 9.5, top + 8.5, 24.0)), (8.0, 8.5))
    return s.together([spine, *(s.rod(c, ends, (7.0, 4.5)) for ends in wing)], 4.0)


def _thinner(c: Canvas) -> tuple[Field, ...]:
    """External oblique thins towards the navel and becomes its aponeurosis; the others less."""
    t = np.clip((c.u + 6.0) / 30.0, 0, 1)
    return tuple(np.round((1.0 - loss * t) * 1024) / 1024 + np.zeros_like(c.w) for loss in (0.85, 0.2, 0.15))


def _nerves(c: Canvas, p: Values, at: parts.Layers, sheet: Part) -> s.Course:
    """Both nerves and the artery between them, in the plane; returns the ilioinguinal nerve."""
    u = BONE_MM + p["from_bone_mm"]
    area = SWELLING[int(p["scar_grade"])]
    b = 0.5 * p["nerve_mm"] * sqrt(area / FLAT)

    def course(u_mm: float, half: tuple[float, float]) -> s.Course:
        return s.course(c, *((w, u_mm - 0.1 * w, at.plane_at(c, u_mm - 0.1 * w), *half) for w in (-21.0, 0.0, 21.0)))

    first, second = course(u, (FLAT * b, b)), course(u + p["apart_mm"], (0.9 * FLAT * b, 0.9 * b))
    artery = course(u + p["apart_mm"] + 5.0, (p["artery_radius_mm"], p["artery_radius_mm"]))
    small_artery(c, "deep circumflex iliac artery", artery, sheet, salt=601)
    for name, tube, salt in (("iliohypogastric nerve", second, 631), ("ilioinguinal nerve", first, 661)):
        bed(c, tube, 0.9, sheet, salt=salt - 9)
        s.nerve(c, name, tube, sheet, salt=salt)
        louder(c, name, NERVE_DB)
        louder(c, f"{name} fascicle", FASCICLE_DB * area)
    return first


def _scarred(c: Canvas, p: Values, at: parts.Layers) -> None:
    """The plane about the nerves dark and blurred, by grade; laid before the nerves."""
    db = SCAR_DB[int(p["scar_grade"])]
    if db:
        d = s.egg(c, (BONE_MM + p["from_bone_mm"] + 3.0, at.plane_at(c, 0.0), 0.0), (9.0, 2.4, 14.0))
        v, near = s.around(c, d, 2.0)
        share = np.clip(0.5 - (near + 0.8 * v.noise((4.0, 1.5, 5.0), 591)) / 1.5, 0, 1)
        v.power[...] *= np.float32(1.0) - share * np.float32(1.0 - 10 ** (db / 10))


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    top = p["skin_mm"] + p["fat_mm"]
    fascia_mm, sheet = covered(band(c, (0.0, top + 6.0)), p["skin_mm"], p["fat_mm"])
    under = (fascia_mm + 0.3 - c.y + np.zeros_like(c.power)).astype(np.float32)
    s.filling(c, "intermuscular fat", under, sheet, salt=201, louder_db=4.0)
    at, bone = parts.layers(c, p, plane_mm=p["plane_mm"], thinner=_thinner(c)), _bone(c, p)
    parts.behind(c, at, sheet)
    parts.bowel(c, at, LOOPS)
    belly = s.egg(c, (BONE_MM - 2.0, at.plane_at(c, -10.0) + 20.0, 0.0), (15.0, 13.0, 300.0), 2.4)
    inside = everywhere(c, belly, at.faces[2][1] + 0.8 - c.y, -bone)
    muscle(c, "iliacus", inside.astype(np.float32), (0.1, 0.3, -0.9), sheet, salt=501)
    clear = (0.6 - bone).astype(np.float32)
    parts.muscles(c, at, sheet, clear)
    parts.plane(c, at, p["plane_mm"], sheet, clear)
    s.bone(c, "anterior superior iliac spine", bone, salt=521)
    _scarred(c, p, at)
    nerve = _nerves(c, p, at, sheet)
    over = band(c, (top - 3.0, top + 6.0))
    layered(over, sheet, over.y - fascia_mm, 0.5, 221)
    return _staged(c, p, nerve)


def _staged(c: Canvas, p: Values, nerve: s.Course) -> Staged:
    """The tip ends in the plane on the nerve's outer side, towards the bone."""
    u, y, a, _ = nerve.at(c, 0.0)
    grade = int(p["scar_grade"])
    return Staged(
        targets_mm={PID: np.array([round(u - a - 0.9, 3), round(y, 3), 0.0])},
        views={PID: ProbeControl(x_mm=0.0, z_mm=0.0, press_n=0.6)},
        needle_from={PID: "lateral"},
        indication={
            PID: f"Pain of the groin after a hernia operation: {GRADES[grade]} (grade {grade} of 2, our own grading)."
        },
        landmarks_mm={
            "anterior superior iliac spine": np.array([BONE_MM - 9.0, 0.0, 0.0]),
            "umbilicus": np.array([95.0, 0.0, 0.0]),
        },
    )


ILIAC_SPINE = Window(
    name="beside the iliac spine",
    region="abdomen",
    procedures=(PID,),
    size_mm=(96.0, 50.0, 44.0),
    spacing_mm=0.35,
    salt=92,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("ilioinguinal nerve", "below", "internal oblique"),
        ("transversus abdominis", "below", "ilioinguinal nerve"),
        ("ilioinguinal nerve", "medial to", "anterior superior iliac spine"),
        ("iliohypogastric nerve", "medial to", "ilioinguinal nerve"),
        ("internal oblique", "below", "external oblique"),
        ("peritoneum", "below", "transversus abdominis"),
    ),
    beyond={"femoral nerve": "beneath fascia iliaca, below this plane and the inguinal ligament"},
)
"""Medial to and above the right anterior superior iliac spine."""
