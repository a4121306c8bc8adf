"""The outer shoulder over the greater tubercle: deltoid, bursa between its two stripes of fat, supraspinatus, acromion.

Right shoulder, hand on the back pocket, the probe along the supraspinatus tendon: x runs along the tendon, the arm's
side is -x, the acromion and the neck +x; +z is the back, where infraspinatus begins, -z the front with the biceps.
"""

import numpy as np

from inplane.anatomy._block_soft import covered, layered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import shoulder_top_parts as parts
from inplane.core import ProbeControl

KARTHIKEYAN = "Karthikeyan S et al. J Shoulder Elbow Surg 2014;23:1107-1112 (abstract read), 120 healthy shoulders"
TSAI = "Tsai YH et al. Chang Gung Med J 2007;30:135-141 (abstract read): 1.27 mm on the painful side, 0.75 on the other"
ZONE = "BMC Musculoskelet Disord 2021, doi 10.1186/s12891-021-04885-3 (abstract read): 1.25 mm thicker in impingement"
SANSONE = "Skeletal Radiol 2015, doi 10.1007/s00256-015-2240-3 (abstract read): 2 to 5 mm in 78 % of found deposits"


RANGES = {
    "skin_mm": ParameterRange(low=1.2, high=2.4, mean=1.7, sd=0.2, source=chosen("skin of the outer shoulder")),
    "fat_mm": ParameterRange(
        low=1.8, high=6.0, mean=3.4, sd=0.9, source=chosen("with deltoid puts the bursa at the atlas's 10 to 20 mm")
    ),
    "deltoid_mm": ParameterRange(
        low=5.5, high=8.5, mean=7.0, sd=0.7, source=chosen("just beyond the acromion, as thick as its edge")
    ),
    "tendon_mm": ParameterRange(
        low=4.0, high=7.0, mean=5.3, sd=0.6, source=f"{KARTHIKEYAN}: 4.9 mm in women, 5.6 in men"
    ),
    "footprint_mm": ParameterRange(
        low=11.5, high=17.0, mean=14.2, sd=1.1, source=f"{KARTHIKEYAN}: 13.5 mm in women, 14.9 in men"
    ),
    "cartilage_mm": ParameterRange(
        low=0.8, high=1.8, mean=1.2, sd=0.2, source=chosen("thinner beside the tubercle than in the head's middle")
    ),
    "head_radius_mm": ParameterRange(low=21.0, high=27.0, mean=24.0, sd=1.3, source=chosen("about 48 mm across")),
    "acromion_mm": ParameterRange(
        low=12.5,
        high=16.5,
        mean=14.5,
        sd=0.9,
        source=chosen("its edge at the picture's end, the hand behind the back"),
    ),
    "bursa_grade": ParameterRange(
        low=0, high=3, mean=1.7, sd=0.9, source=f"{TSAI}; the grades are chosen about these means"
    ),
    "tendinosis_grade": ParameterRange(low=0, high=2, mean=0.8, sd=0.7, source=f"{ZONE}; the grades are chosen"),
    "tear_grade": ParameterRange(low=0, high=2, mean=0.3, sd=0.6, source=chosen("a partial tear in one of three")),
    "calcium_grade": ParameterRange(low=0, high=3, mean=1.5, sd=1.0, source=chosen("whole grades of hardness")),
    "calcium_length_mm": ParameterRange(
        low=5.0, high=13.0, mean=8.5, sd=1.8, source=chosen(f"those worth washing out; {SANSONE}")
    ),
    "calcium_thickness_mm": ParameterRange(low=2.0, high=4.2, mean=2.9, sd=0.5, source=chosen("within the tendon")),
}
HARDER = {
    "fat_mm": (2.4, 5.4),
    "bursa_grade": (3.0, 0.0),
    "tendinosis_grade": (0.0, 2.0),
    "tear_grade": (0.0, 1.2),
    "calcium_grade": (1.0, 3.0),
    "calcium_length_mm": (10.0, 6.5),
    "muscle_echo_db": (-1.0, 4.0),
}
BURSITIS, BARBOTAGE = "subacromial_bursa_injection", "calcific_tendon_barbotage"
TARGET_MM = -0.5
"""Place of the bursa's target along x. Chosen: over the tubercle's inner part, clear of the acromion's shadow."""


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies before the bone to the bone."""
    fascia_mm, sheet = covered(c, p["skin_mm"], p["fat_mm"])
    at = parts.layers(c, p, fascia_mm)
    parts.deltoid(c, at, sheet)
    parts.bursa(c, p, at, sheet)
    parts.tendon(c, p, at, sheet)
    parts.biceps(c, at, sheet)
    layered(c, sheet, c.y - fascia_mm, 0.3, 201)
    parts.tear(c, p, at)
    parts.humerus(c, at)
    middle = parts.calcium(c, p, at)
    parts.acromion(c, p)
    return _staged(c, p, at, middle)


def _indications(p: Values) -> dict[str, str]:
    bursa, calcium = int(p["bursa_grade"]), int(p["calcium_grade"])
    cuff = ("sound", "slightly dull", "dull and thick")[int(p["tendinosis_grade"])]
    torn = ("", ", with a small partial tear", ", with a partial tear through half of it")[int(p["tear_grade"])]
    fluid = ("a bursa of usual thickness", "a thickened bursa", "a small effusion", "a large effusion")[bursa]
    lime = ("soft, no shadow", "faint shadow", "hard arc with a full shadow", "several hard fragments")[calcium]
    return {
        BURSITIS: (
            f"Pain on lifting the arm, {fluid} of {parts.BURSA_MM[bursa]:.1f} mm (grade {bursa} of 3, our own grading; "
            f"0.75 mm on the painless side: Tsai 2007); the tendon is {cuff}{torn}."
        ),
        BARBOTAGE: (
            f"Calcific tendinopathy of supraspinatus, a deposit of {p['calcium_length_mm']:.0f} mm: {lime} "
            f"(grade {calcium} of 3, our own grading)."
        ),
    }


def _staged(c: Canvas, p: Values, at: parts.Layers, calcium: tuple[float, float, float]) -> Staged:
    """The tip ends within the bursa, before it reaches the tendon; and in the middle of the calcium."""
    row = int(np.argmin(np.abs(c.w.ravel() - parts.VIEW_MM)))
    column = int(np.argmin(np.abs(c.u.ravel() - TARGET_MM)))
    over, under = (float(field[row, column, 0]) for field in at.bursa)
    u, y, w = calcium
    edge = p["acromion_mm"]
    return Staged(
        targets_mm={
            BURSITIS: np.array([TARGET_MM, 0.5 * (over + under), parts.VIEW_MM]),
            BARBOTAGE: np.array([u, y, w]),
        },
        views={
            BURSITIS: ProbeControl(x_mm=0.0, z_mm=parts.VIEW_MM, press_n=1.5),
            BARBOTAGE: ProbeControl(x_mm=0.0, z_mm=w, press_n=1.5),
        },
        indication=_indications(p),
        landmarks_mm={
            "lateral edge of the acromion": np.array([edge, 0.0, 0.0]),
            "posterolateral corner of the acromion": np.array([edge + 1.0, 0.0, 19.0]),
        },
    )


SUBACROMIAL = Window(
    name="outer shoulder",
    region="shoulder",
    procedures=(BURSITIS, BARBOTAGE),
    size_mm=(64.0, 43.0, 42.0),
    spacing_mm=0.35,
    salt=21,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("deltoid", "above", "subacromial-subdeltoid bursa"),
        ("subacromial-subdeltoid bursa", "above", "supraspinatus tendon"),
        ("supraspinatus tendon", "above", "humerus"),
    ),
    beyond={"suprascapular nerve": "in the suprascapular notch, medial to the acromion"},
    goes_to={BARBOTAGE: "subacromial-subdeltoid bursa"},
)
