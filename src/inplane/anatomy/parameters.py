"""What makes one groin differ from another, each number with its range and where that range comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from inplane.core import RangeError, require_range


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRange:
    """Allowed and usual values of one parameter.

    Args:
        low, high: allowed, both ends included.
        mean, sd: of the normal distribution that patients are drawn from, cut off at the ends.
        source: citation, or one sentence that begins with "chosen:".
    """

    low: float
    high: float
    mean: float
    sd: float
    source: str


GRUBER = "Gruber H et al. J Ultrasound Med 2003;22:163-172 (abstract read): 3.1 +- 0.8 by 9.8 +- 2.1 mm, 40 scans"
SANDGREN = "Sandgren T et al. J Vasc Surg 1999;29:503-510 (abstract read: grows with age and body size, no mean given)"
CZYZEWSKA = "Czyzewska D et al. PLoS One 2017;12(8):e0182623 (abstract read): area 114 +- 35 mm2, 205 volunteers"
BAUM = "Radiology 1989;173:775-777 (abstract read): artery overlaps vein in 65 %, by more than a quarter in 8 % of 200"
TOOGOOD = "Toogood PA et al. CORR 2009;467:876-885 (abstract read): inclination 129.2, version 9.7 degrees, 375 femurs"
KOSKI = "Koski JM et al. Br J Rheumatol 1990;29:189 (abstract read): 7 mm or more in 29 of 33 hips with fluid"
NYSORA = "Atchabahian A et al. US-guided femoral nerve block, NYSORA (atlas key NYFNB)"


def chosen(why: str) -> str:
    return f"chosen: {why}"


RANGES: dict[str, ParameterRange] = {
    "skin_mm": ParameterRange(low=1.2, high=2.4, mean=1.7, sd=0.2, source=chosen("skin as drawn on groin images")),
    "fat_mm": ParameterRange(
        low=4, high=30, mean=9, sd=3.5, source=chosen(f"puts the nerve at the 20-40 mm depth of {NYSORA}")
    ),
    "artery_cover_mm": ParameterRange(
        low=3, high=12, mean=5.5, sd=1.5, source=chosen("fascia lata to artery; see fat_mm for the depth in all")
    ),
    "artery_radius_mm": ParameterRange(
        low=3.2, high=6.2, mean=4.5, sd=0.55, source=chosen(f"9 mm across as usually quoted; spread by {SANDGREN}")
    ),
    "vein_radius_mm": ParameterRange(low=4.2, high=8.0, mean=6.0, sd=0.95, source=CZYZEWSKA),
    "vein_behind_rad": ParameterRange(
        low=-0.1, high=1.0, mean=0.35, sd=0.25, source=chosen(f"overlap usual, but seldom large, as {BAUM}")
    ),
    "vessel_gap_mm": ParameterRange(low=0.3, high=3, mean=0.8, sd=0.4, source=chosen("they share one sheath")),
    "bifurcation_below_crease_mm": ParameterRange(
        low=6, high=36, mean=16, sd=5, source=chosen("about 35 mm below the ligament, as textbooks have it")
    ),
    "nerve_gap_mm": ParameterRange(
        low=2.0, high=10, mean=4.5, sd=1.6, source=chosen("3-10 mm in most; NYSORA draws it just lateral")
    ),
    "nerve_width_mm": ParameterRange(low=6.5, high=13, mean=9.8, sd=2.1, source=GRUBER),
    "nerve_thickness_mm": ParameterRange(low=2.0, high=4.6, mean=3.1, sd=0.8, source=GRUBER),
    "nerve_drop_mm": ParameterRange(
        low=-1, high=5, mean=1.5, sd=1.2, source=chosen("nerve below the level of the artery's middle")
    ),
    "head_radius_mm": ParameterRange(
        low=20, high=27, mean=23.3, sd=1.4, source=chosen("about 47 mm across in adults; no paper read")
    ),
    "head_lateral_mm": ParameterRange(
        low=6, high=20, mean=13, sd=2.5, source=chosen("the artery crosses the medial half of the head")
    ),
    "head_cover_mm": ParameterRange(
        low=8, high=20, mean=11, sd=2, source=chosen("artery to head; head at 30-50 mm as atlas hip_joint_injection")
    ),
    "head_level_mm": ParameterRange(
        low=-4, high=14, mean=6, sd=3, source=chosen("the crease crosses the lower part of the head")
    ),
    "neck_shaft_rad": ParameterRange(low=1.98, high=2.48, mean=2.255, sd=0.11, source=TOOGOOD),
    "anteversion_rad": ParameterRange(low=-0.1, high=0.55, mean=0.17, sd=0.14, source=TOOGOOD),
    "effusion_grade": ParameterRange(low=0, high=3, mean=1.4, sd=1.0, source=chosen("whole grades; see EFFUSION_MM")),
    "muscle_echo_db": ParameterRange(low=-4, high=7, mean=0, sd=2, source=chosen("muscle brightens with age")),
    "fat_echo_db": ParameterRange(low=-8, high=4, mean=-3, sd=1.5, source=chosen("by eye on groin images")),
    "blood_echo_db": ParameterRange(low=-33, high=-19, mean=-26, sd=2, source=chosen("by eye on groin images")),
    "attenuation_factor": ParameterRange(low=0.8, high=1.6, mean=1.0, sd=0.08, source=chosen("level 4 is hard to see")),
    "heart_rate_hz": ParameterRange(low=0.8, high=2.0, mean=1.2, sd=0.18, source=chosen("48 to 120 a minute")),
    "artery_strain": ParameterRange(low=0.02, high=0.09, mean=0.05, sd=0.015, source=chosen("seen to pulsate")),
    "artery_peak_m_s": ParameterRange(
        low=0.6, high=1.8, mean=1.14, sd=0.2, source=chosen("as duplex tables are quoted; primary source not read")
    ),
    "vein_mean_m_s": ParameterRange(
        low=0.06, high=0.3, mean=0.15, sd=0.04, source=chosen("slow, phasic flow at rest; no paper read")
    ),
    "vein_closing_n": ParameterRange(low=5, high=22, mean=11, sd=2.5, source=chosen("a firm press of the probe")),
    "breathing_rate_hz": ParameterRange(low=0.15, high=0.4, mean=0.24, sd=0.04, source=chosen("9 to 24 a minute")),
}
"""Range, distribution and source of every field of `GroinParameters`."""

EFFUSION_MM = (1.0, 2.4, 4.4, 7.0)
"""Fluid between bone and capsule at the head-neck junction by grade. A distance above 7 mm from neck to capsule means
effusion (KOSKI); the grades are chosen to lie below, about and above that once capsule is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroinParameters:
    """One groin in numbers; ranges and sources are in `RANGES`, the treated leg being the right one.

    Args:
        skin_mm, fat_mm: thickness over the artery at the inguinal crease.
        artery_cover_mm: from fascia lata to the artery's front.
        artery_radius_mm, vein_radius_mm: of the lumina at rest.
        vein_behind_rad: how far the vein lies behind the artery; 0 beside it, pi/2 behind it.
        vessel_gap_mm: between the walls of artery and vein.
        bifurcation_below_crease_mm: where the deep femoral artery leaves.
        nerve_gap_mm: from artery to nerve, edge to edge.
        nerve_width_mm, nerve_thickness_mm, nerve_drop_mm: its shape at the crease, and how far below the artery.
        head_radius_mm, head_lateral_mm, head_cover_mm, head_level_mm: femoral head; from artery laterally, from the
            artery's back to the head's front, and above the crease.
        neck_shaft_rad, anteversion_rad: angles of the neck.
        effusion_grade: 0 (none) to 3 (large), a whole number.
        muscle_echo_db, fat_echo_db, blood_echo_db: brightness relative to usual muscle.
        attenuation_factor: of all soft tissue.
        heart_rate_hz, artery_strain, artery_peak_m_s, vein_mean_m_s, vein_closing_n, breathing_rate_hz: see Physiology.

    Raises:
        RangeError: a number is outside its range, or the grade is not whole.
    """

    skin_mm: float = RANGES["skin_mm"].mean
    fat_mm: float = RANGES["fat_mm"].mean
    artery_cover_mm: float = RANGES["artery_cover_mm"].mean
    artery_radius_mm: float = RANGES["artery_radius_mm"].mean
    vein_radius_mm: float = RANGES["vein_radius_mm"].mean
    vein_behind_rad: float = RANGES["vein_behind_rad"].mean
    vessel_gap_mm: float = RANGES["vessel_gap_mm"].mean
    bifurcation_below_crease_mm: float = RANGES["bifurcation_below_crease_mm"].mean
    nerve_gap_mm: float = RANGES["nerve_gap_mm"].mean
    nerve_width_mm: float = RANGES["nerve_width_mm"].mean
    nerve_thickness_mm: float = RANGES["nerve_thickness_mm"].mean
    nerve_drop_mm: float = RANGES["nerve_drop_mm"].mean
    head_radius_mm: float = RANGES["head_radius_mm"].mean
    head_lateral_mm: float = RANGES["head_lateral_mm"].mean
    head_cover_mm: float = RANGES["head_cover_mm"].mean
    head_level_mm: float = RANGES["head_level_mm"].mean
    neck_shaft_rad: float = RANGES["neck_shaft_rad"].mean
    anteversion_rad: float = RANGES["anteversion_rad"].mean
    effusion_grade: float = 1.0
    muscle_echo_db: float = RANGES["muscle_echo_db"].mean
    fat_echo_db: float = RANGES["fat_echo_db"].mean
    blood_echo_db: float = RANGES["blood_echo_db"].mean
    attenuation_factor: float = RANGES["attenuation_factor"].mean
    heart_rate_hz: float = RANGES["heart_rate_hz"].mean
    artery_strain: float = RANGES["artery_strain"].mean
    artery_peak_m_s: float = RANGES["artery_peak_m_s"].mean
    vein_mean_m_s: float = RANGES["vein_mean_m_s"].mean
    vein_closing_n: float = RANGES["vein_closing_n"].mean
    breathing_rate_hz: float = RANGES["breathing_rate_hz"].mean

    def __post_init__(self) -> None:
        for name, bounds in RANGES.items():
            require_range(name, getattr(self, name), bounds.low, bounds.high)
        if self.effusion_grade != int(self.effusion_grade):
            raise RangeError(f"effusion_grade is {self.effusion_grade!r}. Expected a whole number from 0 to 3.")

    def as_mapping(self) -> dict[str, float]:
        """The numbers by name."""
        return {field.name: float(getattr(self, field.name)) for field in fields(self)}


NERVE_DEPTH_MM = 20.0
"""Of a usual patient's block target, at least: the shallow end of what NYSORA gives as typical."""
DEPTH_SLACK_MM = 0.5
"""Chosen: `nerve_depth_mm` was within 0.4 mm of the target's depth in 300 groins."""


def nerve_depth_mm(numbers: Mapping[str, float]) -> float:
    """How deep the femoral nerve block's target lies by a groin's numbers: the layers over the artery's middle, the
    nerve's drop below that and about a third of its thickness."""
    layers = ("skin_mm", "fat_mm", "artery_cover_mm", "artery_radius_mm", "nerve_drop_mm")
    return sum(numbers[name] for name in layers) + 0.35 * numbers["nerve_thickness_mm"] - 0.45


def sample_parameters(seed: int) -> GroinParameters:
    """A usual groin: each parameter drawn from its distribution and cut off at its range. One whose nerve would lie
    shallower than NERVE_DEPTH_MM gets so much more fat that it lies as much deeper: no depth is heaped up at the end,
    and all other patients stay as they were drawn. Slimmer ones are met at the easy levels."""
    rng = np.random.Generator(np.random.PCG64([0x6701, seed]))
    drawn: dict[str, float] = {}
    for name, bounds in RANGES.items():
        value = float(np.clip(rng.normal(bounds.mean, bounds.sd), bounds.low, bounds.high))
        drawn[name] = round(value, 4)
    drawn["effusion_grade"] = float(np.floor(drawn["effusion_grade"] + 0.5))
    missing_mm = NERVE_DEPTH_MM + DEPTH_SLACK_MM - nerve_depth_mm(drawn)
    drawn["fat_mm"] = round(drawn["fat_mm"] + 2 * max(0.0, missing_mm), 4)
    return GroinParameters(**drawn)


LEVELS = 5

_HARDER: dict[str, tuple[float, float]] = {
    "fat_mm": (6.0, 22.0),
    "artery_cover_mm": (4.5, 8.0),
    "artery_radius_mm": (5.0, 3.8),
    "vein_radius_mm": (6.2, 5.0),
    "vein_behind_rad": (0.15, 0.75),
    "nerve_gap_mm": (6.0, 2.6),
    "nerve_thickness_mm": (3.5, 2.5),
    "nerve_width_mm": (10.5, 8.2),
    "head_cover_mm": (9.5, 11.5),
    "effusion_grade": (3.0, 0.0),
    "muscle_echo_db": (-2.0, 4.5),
    "attenuation_factor": (0.9, 1.45),
    "vein_closing_n": (14.0, 7.0),
}
"""Middle of each parameter at the easiest and at the hardest level. Chosen: deeper, fatter, closer, smaller, paler."""


def difficulty_parameters(seed: int, level: int) -> GroinParameters:
    """A groin of a level: 0 easy to 4 hard; what the level does not set is drawn as in `sample_parameters`.

    Raises:
        RangeError: the level is outside 0 to 4.
    """
    share = require_range("difficulty level", level, 0, LEVELS - 1) / (LEVELS - 1)
    drawn = sample_parameters(seed)
    changes: dict[str, float] = {}
    for name, (easy, hard) in _HARDER.items():
        bounds = RANGES[name]
        spread = 0.35 * (getattr(drawn, name) - bounds.mean)
        changes[name] = round(float(np.clip(easy + share * (hard - easy) + spread, bounds.low, bounds.high)), 4)
    changes["effusion_grade"] = float(np.floor(changes["effusion_grade"] + 0.5))
    return replace(drawn, **changes)
