"""How good a pair of hands and eyes is: tremor, delay, attention, touch, aim and judgment of depth, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import radians

from inplane.core import UnknownNameError, require_range

_RANGES: dict[str, tuple[float, float, str]] = {
    "needle_tremor_mm": (0.0, 2.0, "mm"),
    "probe_tremor_mm": (0.0, 2.0, "mm"),
    "delay_s": (0.0, 2.0, "s"),
    "lapses_per_min": (0.0, 30.0, "1/min"),
    "lapse_s": (0.0, 10.0, "s"),
    "palpation_mm": (0.0, 30.0, "mm"),
    "aim_rad": (0.0, 0.5, "rad"),
    "depth_fraction": (0.0, 1.0, ""),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """One person's hands and eyes; every error is a standard deviation.

    Args:
        name: what such a person is called.
        needle_tremor_mm: root mean square of the needle's tremor along its shaft, 0 to 2.
        probe_tremor_mm: the same of the probe, along each direction of the skin, 0 to 2.
        delay_s: from a picture to the hand's answer to it, 0 to 2.
        lapses_per_min: how often eyes leave the screen, 0 to 30, for `lapse_s` each, 0 to 10.
        palpation_mm: error of a palpated landmark in either direction of the skin, 0 to 30.
        aim_rad: error of a needle's heading and of its steepness when it is set on the skin, 0 to 0.5.
        depth_fraction: relative error of a depth that is judged without a picture, 0 to 1.

    Raises:
        RangeError: a number outside its range.
    """

    name: str
    needle_tremor_mm: float = 0.0
    probe_tremor_mm: float = 0.0
    delay_s: float = 0.0
    lapses_per_min: float = 0.0
    lapse_s: float = 0.0
    palpation_mm: float = 0.0
    aim_rad: float = 0.0
    depth_fraction: float = 0.0

    def __post_init__(self) -> None:
        for field, (low, high, unit) in _RANGES.items():
            require_range(f"skill {field}", getattr(self, field), low, high, unit)


SKILLS: Mapping[str, Skill] = {
    "expert": Skill(
        name="expert",
        needle_tremor_mm=0.06,
        probe_tremor_mm=0.04,
        delay_s=0.25,
        lapses_per_min=0.5,
        lapse_s=0.5,
        palpation_mm=4.0,
        aim_rad=radians(1.0),
        depth_fraction=0.08,
    ),
    "trainee": Skill(
        name="trainee",
        needle_tremor_mm=0.10,
        probe_tremor_mm=0.06,
        delay_s=0.35,
        lapses_per_min=1.5,
        lapse_s=0.8,
        palpation_mm=6.0,
        aim_rad=radians(2.0),
        depth_fraction=0.15,
    ),
    "novice": Skill(
        name="novice",
        needle_tremor_mm=0.15,
        probe_tremor_mm=0.10,
        delay_s=0.5,
        lapses_per_min=4.0,
        lapse_s=1.2,
        palpation_mm=9.0,
        aim_rad=radians(4.0),
        depth_fraction=0.25,
    ),
}
"""Three people.

Tremor: chosen between 0.05 and 0.15 mm rms; one microsurgeon's braced hand without a view of it had 0.25, 0.17 and
0.02 mm rms in three directions (Becker BC, Tummala H, Riviere CN. Conf Proc IEEE Eng Med Biol Soc 2008:1948-1951, its
figure 4 seen as PMC3032442; authors and pages cited from memory), and hands that see what they do and rest on a patient
are steadier.

Delay: chosen upwards from the 0.23 s that a simple reaction to light takes (Woods DL et al. Front Hum Neurosci
2015;9:131, cited from memory), since here one has to choose as well.

Attention, touch, aim and depth: chosen. No paper that measures them for these procedures was read; the order novice,
trainee, expert is all that they claim."""


def skill(name: str) -> Skill:
    """One of the three people by name.

    Raises:
        UnknownNameError: there is no such person.
    """
    if name not in SKILLS:
        raise UnknownNameError("skill", name, SKILLS)
    return SKILLS[name]
