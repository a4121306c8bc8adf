"""Bringing a needle back into the picture: the probe slid across it, to where its shaft shines most."""

import numpy as np

from inplane.operators.shaft_eye import GLIMPSED, SHOWN

SWEEP_MM, SWEEP_MM_S = 1.2, 0.8
"""How far to either side the probe is slid across a lost needle, and how fast. Chosen: a needle of 4 cm that points
half a degree aside is 0.35 mm out of the plane, and at its focus a beam of 12 MHz is thinner than that; slow enough to
stop where something lights up."""
TRIM_MM = 0.8
"""The same of a shaft that is still seen but grows faint. Chosen: two thin beams."""
REACTION_S, SETTLE_S, SMOOTH_MM = 0.35, 1.2, 0.15
"""Chosen: what is seen now was done so long ago, a trainee's delay; the pause is three times that; less than a thin
beam."""
FLANK_MM, PEAK = 0.7, 0.35
"""A needle's light falls off to both sides within so much, by such a share. Chosen: three thin beams; a third; what
grows brighter and brighter to one side is anatomy that was not there when the needle entered."""
PLACES = 41


class Sweep:
    """To one side, to the other and back while the needle is held, then to where it shone most, and a pause there.

    It ends where the tip is recognized.

    Args:
        held_mm: shaft beneath the skin.
        else_mm: where to go, across the plane, when nothing was seen anywhere.
        reach_mm: how far to either side.
    """

    def __init__(self, held_mm: float, *, else_mm: float = 0.0, reach_mm: float = SWEEP_MM) -> None:
        self.held_mm, self.lasted_s, self._else_mm = held_mm, 0.0, else_mm
        self._reach_mm, self._across_mm = reach_mm, 0.0
        self._places: list[float] = []
        self._lights: list[float] = []

    @property
    def _slide_s(self) -> float:
        return 4 * self._reach_mm / SWEEP_MM_S

    @property
    def sliding(self) -> bool:
        """Whether the probe is still on its way."""
        return self.lasted_s < self._slide_s

    @property
    def over(self) -> bool:
        """Whether it stands where the needle shone most, and was looked at there."""
        return self.lasted_s >= self._slide_s + SETTLE_S

    def note(self, light: float) -> None:
        """How bright the shaft is that is seen now, of what the hand did a moment ago."""
        if self.sliding:
            self._places.append(self._place_mm(self.lasted_s - REACTION_S))
            self._lights.append(light)

    def move(self, step_s: float) -> float:
        """The way to where the probe stands next, mm across its plane."""
        self.lasted_s += step_s
        now_mm = self._place_mm(self.lasted_s) if self.sliding else self.best_mm
        aside_mm, self._across_mm = now_mm - self._across_mm, now_mm
        return aside_mm

    @property
    def back_mm(self) -> float:
        """The way back to where the probe was when what is seen now was there."""
        return self._place_mm(self.lasted_s - REACTION_S) - self._across_mm if self.sliding else 0.0

    @property
    def best_mm(self) -> float:
        """Where the shaft shone most and less to both sides, else where the sweep began, if it shone there, else as
        told; across the plane, from where the sweep began."""
        return self._best()[0]

    @property
    def light(self) -> float:
        """How bright the shaft was that was seen where the probe goes, as `Shaft.light`; 0 where none was."""
        return self._best()[1]

    def _best(self) -> tuple[float, float]:
        """Where, and how bright the shaft was there."""
        if not self._lights:
            return self._else_mm, 0.0
        goals = np.linspace(-self._reach_mm, self._reach_mm, PLACES)
        near = np.exp(-0.5 * ((np.array(self._places) - goals[:, None]) / SMOOTH_MM) ** 2)
        shone = near @ np.array(self._lights) / near.sum(axis=1)
        reach = min(round(FLANK_MM / (goals[1] - goals[0])), PLACES // 2)
        falls = [
            light - max(shone[max(i - reach, 0) : i + 1].min(), shone[i : i + reach + 1].min())
            for i, light in enumerate(shone)
        ]
        peaks = np.where((shone >= GLIMPSED) & (falls >= PEAK * shone), shone, 0.0)
        if peaks.max() > 0:
            return float(goals[np.argmax(peaks)]), float(peaks.max())
        here = float(shone[PLACES // 2])
        return (0.0, here) if here >= SHOWN else (self._else_mm, 0.0)

    def _place_mm(self, lasted_s: float) -> float:
        """Where the probe stands in the sweep."""
        corners = np.array([0.0, 1.0, 3.0, 4.0]), np.array([0.0, 1.0, -1.0, 0.0])
        return self._reach_mm * float(np.interp(lasted_s * SWEEP_MM_S / self._reach_mm, *corners))
