"""The inner side of the upper shin: pes anserinus over the medial collateral ligament, the bursa between them.

Right leg seen from its inner side, patient supine: x grows backwards (so the front is -x), z towards the knee, y from
the skin to the tibia. z = 0 lies JOINT_MM below the joint line, where the tendons cross over the ligament.
"""

import numpy as np

from inplane.anatomy._block_soft import covered
from inplane.anatomy._canvas import Canvas
from inplane.anatomy.parameters import ParameterRange, chosen
from inplane.anatomy.window import Staged, Values, Window
from inplane.anatomy.windows import knee_inner_parts as parts
from inplane.core import ProbeControl

MCL = "J Ultrasound Med 1996;15:621-625 (abstract read): 2.3 mm, 1.3 to 3.2, at the tibia in 20 healthy knees"
GRAFTS = (
    "Knee Surg Relat Res 2020, doi 10.1186/s43019-020-00052-5 (abstract read): semitendinosus 3.4 to 4.2 mm wide, "
    "1.8 to 2.3 mm thick in 20 patients"
)
IMANI = "Imani et al. Korean J Pain 2013;26:249-254 (abstract read): bursa on the ligament in 20 % of 170 healthy"
KELLGREN = (
    "Prevalence by ultrasound, PubMed 24797774 (abstract read): bursitis in 34 of 170 knees with osteoarthritis; "
    "who comes for an injection has more"
)


RANGES = {
    "skin_mm": ParameterRange(low=1.1, high=2.2, mean=1.5, sd=0.2, source=chosen("skin of the inner side of the leg")),
    "fat_mm": ParameterRange(
        low=2.5, high=11.0, mean=5.2, sd=1.6, source=chosen("bursa 5 to 20 mm deep, as the atlas")
    ),
    "ligament_mm": ParameterRange(low=1.4, high=3.2, mean=2.3, sd=0.35, source=f"{MCL}; spread chosen"),
    "ligament_width_mm": ParameterRange(
        low=9.0, high=15.0, mean=12.0, sd=1.2, source=chosen("superficial part; no measurement was read")
    ),
    "semitendinosus_width_mm": ParameterRange(
        low=3.2, high=5.4, mean=4.3, sd=0.5, source=f"{GRAFTS}; a little flatter"
    ),
    "semitendinosus_mm": ParameterRange(low=1.7, high=2.8, mean=2.2, sd=0.25, source=GRAFTS),
    "gracilis_width_mm": ParameterRange(
        low=2.8, high=4.6, mean=3.6, sd=0.4, source=chosen("thinner than semitendinosus")
    ),
    "gracilis_mm": ParameterRange(low=1.4, high=2.4, mean=1.9, sd=0.2, source=chosen("thinner than semitendinosus")),
    "sartorius_mm": ParameterRange(low=1.2, high=2.2, mean=1.6, sd=0.2, source=chosen("a flat, broad tendon")),
    "tendons_slope": ParameterRange(
        low=0.35, high=0.85, mean=0.58, sd=0.1, source=chosen("run forward and down at about 30 degrees")
    ),
    "bursa_grade": ParameterRange(low=0, high=3, mean=1.7, sd=0.8, source=chosen(KELLGREN)),
    "bursa_shift_mm": ParameterRange(
        low=-2.5, high=2.5, mean=0.0, sd=1.0, source=chosen(f"its place varies: {IMANI}, on the tibia in the others")
    ),
    "tendinosis_grade": ParameterRange(low=0, high=1, mean=0.4, sd=0.4, source=chosen("in about two of five")),
    "hollow_mm": ParameterRange(
        low=2.0, high=4.6, mean=3.2, sd=0.5, source=chosen("fat between ligament and tibia below the condyle")
    ),
    "vein_radius_mm": ParameterRange(low=1.1, high=2.6, mean=1.7, sd=0.3, source=chosen("3 to 4 mm across")),
    "saphenous_behind_mm": ParameterRange(
        low=13.0, high=17.0, mean=14.8, sd=0.8, source=chosen("at the tibia's inner edge, behind the ligament")
    ),
}
HARDER = {
    "fat_mm": (3.8, 8.5),
    "bursa_grade": (3.0, 0.8),
    "tendinosis_grade": (0.0, 1.0),
    "fat_echo_db": (-4.0, -1.0),
}
GRADES = ("no", "a trace of", "a moderate", "a large")
PID = "pes_anserine_bursa_injection"


def paint(c: Canvas, p: Values) -> Staged:
    """The whole window, from what lies behind to what lies before it."""
    _, sheet = covered(c, p["skin_mm"], p["fat_mm"] + 1.0)
    at = parts.layers(c, p)
    parts.ground(c, at, sheet)
    parts.muscle(c, at, sheet)
    parts.tibia(c, at)
    parts.hollow(c, at)
    parts.ligament(c, p, at)
    parts.fascia(c, at)
    parts.tendons(c, p, at, sheet)
    parts.bursa(c, p, at)
    parts.saphenous(c, p, sheet)
    return _staged(c, p, at)


def _indication(p: Values) -> str:
    grade = int(p["bursa_grade"])
    thick = parts.BURSA_MM[grade][0]
    tendons = (", tendons of usual thickness", ", thickened dark tendons")[int(p["tendinosis_grade"])]
    return (
        f"Pain and tenderness below the inner side of the knee: {GRADES[grade]} effusion of the pes anserine bursa, "
        f"{thick:g} mm thick{tendons} (grade {grade} of 3, our own grading)."
    )


def _staged(c: Canvas, p: Values, at: parts.Layers) -> Staged:
    """The tip ends in the bursa, between tendons and ligament."""
    x, z = parts.VIEW_MM, round(p["bursa_shift_mm"] + parts.BURSA_LEVEL_MM, 2)
    row, column = int(np.abs(c.w.ravel() - z).argmin()), int(np.abs(c.u.ravel() - x).argmin())
    y = 0.5 * float(at.roof[row, column, 0] + at.floor[row, column, 0])
    return Staged(
        targets_mm={PID: np.array([x, y, z])},
        views={PID: ProbeControl(x_mm=x, z_mm=1.0, rotate_rad=round(np.pi / 2, 6), press_n=1.0)},
        needle_from={PID: "lateral"},
        indication={PID: _indication(p)},
        landmarks_mm={
            "medial joint line of knee": np.array([-6.0, 0.0, 37.0]),
            "tibial tuberosity": np.array([-22.0, 0.0, 6.0]),
            "pes anserinus": np.array([-12.0, 0.0, -6.0]),
        },
    )


INNER_KNEE = Window(
    name="inner side of the knee",
    region="knee",
    procedures=(PID,),
    size_mm=(50.0, 32.0, 78.0),
    spacing_mm=0.3,
    salt=71,
    ranges=RANGES,
    harder=HARDER,
    paint=paint,
    order=(
        ("sartorius tendon", "above", "medial collateral ligament"),
        ("gracilis tendon", "above", "pes anserine bursa"),
        ("semitendinosus tendon", "above", "medial collateral ligament"),
        ("pes anserine bursa", "above", "medial collateral ligament"),
        ("medial collateral ligament", "above", "tibia"),
    ),
    beyond={
        "great saphenous vein": "in the fat a centimeter behind this plane, seen in the view across the leg",
        "saphenous nerve": "beside the vein, behind this plane",
    },
)
"""The inner side of the right leg below the knee."""
