"""What every scripted hand shares: a tremor that is a function of time, and controls that move at a hand's speed."""

from dataclasses import dataclass, replace
from math import pi, sin

import numpy as np

from inplane.core import Control

TREMOR_LOW_HZ, TREMOR_HIGH_HZ = 8.0, 12.0
"""Chosen: the band given for physiological tremor of the hand in textbooks; not looked up for this version."""
WITHDRAW_MM_S = 20.0
"""Chosen: out is faster than in."""
TREMOR_SINES = 5
"""Chosen: enough that the sum does not repeat within a procedure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tremor:
    """A hand's tremor: a sum of sines, so that it depends on time alone and not on how often one looks.

    Args:
        frequencies_hz, phases_rad: of the sines.
        rms: root mean square in the unit of what trembles.
    """

    frequencies_hz: tuple[float, ...]
    phases_rad: tuple[float, ...]
    rms: float

    def at(self, time_s: float) -> float:
        """The deviation now: rms sqrt(2/n) sum sin(2 pi f t + phase)."""
        total = sum(
            sin(2 * pi * f * time_s + phase) for f, phase in zip(self.frequencies_hz, self.phases_rad, strict=True)
        )
        return self.rms * (2 / len(self.phases_rad)) ** 0.5 * total


def draw_tremor(rng: np.random.Generator, rms: float) -> Tremor:
    """A tremor of a given size."""
    return Tremor(
        frequencies_hz=tuple(float(f) for f in rng.uniform(TREMOR_LOW_HZ, TREMOR_HIGH_HZ, TREMOR_SINES)),
        phases_rad=tuple(float(p) for p in rng.uniform(0, 2 * pi, TREMOR_SINES)),
        rms=rms,
    )


def approach(value: float, goal: float, most: float) -> float:
    """The value moved towards a goal by no more than `most`."""
    return value + min(max(goal - value, -most), most)


def nudged(control: Control, back_mm: float) -> Control:
    """The needle drawn back a little, or pushed on, where the plunger goes hard or no spread comes."""
    needle = control.needle
    return replace(control, needle=replace(needle, advance_mm=max(1.0, needle.advance_mm - back_mm)))


def withdrawn(control: Control, step_s: float) -> Control:
    """The needle on its way out, after so long; at 0 it has left the skin."""
    needle = control.needle
    return replace(control, needle=replace(needle, advance_mm=max(0.0, needle.advance_mm - WITHDRAW_MM_S * step_s)))
