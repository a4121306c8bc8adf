"""What novices do wrong: the errors and habits that Sites and colleagues saw, each drawn by seed into a frozen record.

References:
    Sites BD, Spence BC, Gallagher JD, Wiley CW, Bertrand ML, Blike GT. Characterizing novice behavior associated with
    learning ultrasound-guided peripheral regional anesthesia. Reg Anesth Pain Med 2007;32:107-115 (abstract read): 398
    errors in 520 blocks by 6 residents; most common were advancing a needle that is not seen and moving the probe
    unintentionally; five habits besides: not recognizing maldistribution, not recognizing an intramuscular tip before
    injection, fatigue, confusing sides, and a poor choice of insertion site and angle.
"""

from dataclasses import dataclass, fields
from math import pi

import numpy as np

from inplane.core import require_range


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRates:
    """How often each error is made in one procedure, 0 to 1.

    The defaults are chosen: together 0.77, as 398 errors in 520 blocks, the two most common ones first; the abstract
    gives no rate of any single one, and the five habits share the rest.

    Raises:
        RangeError: a rate outside 0 to 1.
    """

    advances_unseen: float = 0.32
    moves_probe: float = 0.25
    ignores_spread: float = 0.04
    stays_in_muscle: float = 0.04
    tires: float = 0.04
    confuses_sides: float = 0.04
    enters_steeply: float = 0.04

    def __post_init__(self) -> None:
        for item in fields(self):
            require_range(f"rate of {item.name}", getattr(self, item.name), 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoviceErrors:
    """What one novice does wrong in one procedure; the defaults do nothing wrong.

    Args:
        advances_unseen: pushes on to the reckoned depth whether the needle is seen or not.
        drift_mm_s, drift_rad: the probe slides over the skin while eyes are on the needle, in a direction.
        ignores_spread: goes on injecting where no spread is seen.
        short_mm: takes a tip that is so much short of the target, in the muscle before it, for one that has arrived.
        tires_per_min: tremor and delay grow by this share of themselves every minute.
        confuses_sides: slides the probe the wrong way before noticing.
        enters_steeply: sets the needle close beside the probe, so that it is steep.
    """

    advances_unseen: bool = False
    drift_mm_s: float = 0.0
    drift_rad: float = 0.0
    ignores_spread: bool = False
    short_mm: float = 0.0
    tires_per_min: float = 0.0
    confuses_sides: bool = False
    enters_steeply: bool = False

    def names(self) -> tuple[str, ...]:
        """Those that are made, in words."""
        made = {
            "needle advanced unseen": self.advances_unseen,
            "probe moved unintentionally": self.drift_mm_s > 0,
            "maldistribution not recognized": self.ignores_spread,
            "tip in muscle not recognized": self.short_mm > 0,
            "fatigue": self.tires_per_min > 0,
            "sides confused": self.confuses_sides,
            "poor entry and angle": self.enters_steeply,
        }
        return tuple(name for name, is_made in made.items() if is_made)


NONE_MADE = NoviceErrors()

DRIFT_MM_S = (0.3, 0.8)
"""Chosen: out of a beam two millimetres thick within seconds."""
SHORT_MM = (6.0, 10.0)
"""Chosen: as far as the fascia before the nerve is from it."""
TIRES_PER_MIN = (0.3, 0.8)
"""Chosen: hands twice as unsteady after two minutes; the paper names fatigue without a measure."""


def draw_errors(rng: np.random.Generator, rates: ErrorRates = ErrorRates()) -> NoviceErrors:
    """The errors of one procedure: each made or not by its rate, its size drawn from its range."""
    made = rng.random(7) < [getattr(rates, item.name) for item in fields(rates)]
    drift, short, tires = (float(rng.uniform(*bounds)) for bounds in (DRIFT_MM_S, SHORT_MM, TIRES_PER_MIN))
    direction = float(rng.uniform(0, 2 * pi))
    return NoviceErrors(
        advances_unseen=bool(made[0]),
        drift_mm_s=drift if made[1] else 0.0,
        drift_rad=direction if made[1] else 0.0,
        ignores_spread=bool(made[2]),
        short_mm=short if made[3] else 0.0,
        tires_per_min=tires if made[4] else 0.0,
        confuses_sides=bool(made[5]),
        enters_steeply=bool(made[6]),
    )
