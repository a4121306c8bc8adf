"""Places that may be a needle's tip, followed until they move as only a needle does.

A tip goes on along its own shaft, steadily and as fast as a hand; fasciae, vessels' walls and speckle do not. What
never moved is never taken for a needle, however much it looks like one.
"""

from dataclasses import dataclass, field
from math import exp, hypot

from inplane.perception.needle_maps import TipLook, turned_by

NEAR_MM, LIKE_RAD = 2.5, 0.35
"""How far apart two looks' tips, and their directions, may be to be one's. chosen: 40 mm/s at 15 looks a second."""
LEAST_HEAT = 0.42
"""Mean heat of a suspect's last looks from which it may be taken. chosen: that down to which a tip stays told."""
LEAST_LOOKS, LEAST_ADVANCE_MM = 4, 1.2
"""Looks of a tip on its way before it may be taken, and way along its own shaft that it must go first. chosen: a
quarter of a second at fifteen a second; more than its place trembles."""
PLAIN_HEAT, PLAIN_SHAFT, PLAIN_LOOKS, PLAIN_ADVANCE_MM = 0.5, 0.7, 3, 0.8
"""The same of a tip that is so hot, at the end of a shaft that shows over such a share of its way in: a plain needle.
chosen on simulated patients that neither the net nor a bench holds, so that real recordings without a needle show none:
a fifth of a second; as far as a place may lie off steady growth."""
STEADY_MM = 0.8
"""How far a place may lie off steady growth, and beside the shaft. chosen: as its place trembles in faint pictures."""
HEAT_LOOKS = 3
"""Looks whose mean heat is a suspect's. chosen: an entering needle grows hotter from look to look."""
SLOWEST_MM_S, FASTEST_MM_S = 1.0, 60.0
"""Growth that is a needle's. chosen: slower is the tissue's own motion; faster no careful hand."""
LOOKS = 12
"""Looks that are remembered. chosen: 0.8 s at fifteen a second, in which a hand's speed hardly changes."""
MISSES = 4
"""Looks without it after which a suspect is dropped. chosen: a quarter of a second."""

SURENESS, MOST_SURE = (-1.69, 6.10), 0.95
"""Offset and slope over a track's heat of the logit of a told tip being within 2 mm, fitted by
tools/fit_needle_confidence.py on simulated patients that neither the net nor a bench holds; and the most that is said,
as simulation is not a patient."""
ALONG_SD = (0.25, 1.7)
"""Deviation (mm) along the shaft of a told tip that is as hot as can be, and how its logarithm falls with heat, fitted
by the same tool: two of them, with the track's own, hold 95 % of the hits."""


@dataclass(slots=True, kw_only=True)
class Suspect:
    """A tip that may be a needle's.

    Args:
        look: as last seen, in fine pixels; places are in mm.
        places: (time, x, y) of its last looks.
        heats: of the same.
        misses: looks since it was seen.
    """

    look: TipLook
    places: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    heats: list[float] = field(default_factory=list[float])
    misses: int = 0

    def take(self, look: TipLook, place: tuple[float, float, float]) -> None:
        """Adds a look."""
        self.look, self.misses = look, 0
        self.places = [*self.places[1 - LOOKS :], place]
        self.heats = [*self.heats[1 - LOOKS :], look.heat]

    @property
    def heat(self) -> float:
        """Mean of its last HEAT_LOOKS looks."""
        last = self.heats[-HEAT_LOOKS:]
        return sum(last) / len(last) if last else 0.0

    @property
    def plain(self) -> bool:
        """Whether it looks like nothing but a needle."""
        return self.heat >= PLAIN_HEAT and self.look.shaft >= PLAIN_SHAFT

    def moves(self) -> bool:
        """Whether it went on along its own shaft, steadily."""
        looks, advance_mm = (PLAIN_LOOKS, PLAIN_ADVANCE_MM) if self.plain else (LEAST_LOOKS, LEAST_ADVANCE_MM)
        if len(self.places) < looks or self.heat < LEAST_HEAT:
            return False
        slope, steady = straight([(t, s) for t, s, _ in self._along()])
        way = slope * (self.places[-1][0] - self.places[0][0])
        aside = sorted(across for _, _, across in self._along())
        beside = sum(abs(a - aside[len(aside) // 2]) < STEADY_MM for a in aside) / len(aside)
        brisk = SLOWEST_MM_S < slope < FASTEST_MM_S
        return brisk and way >= advance_mm and steady >= 0.67 and beside >= 0.67

    def speed_mm_s(self) -> float:
        """Of its tip along its shaft."""
        return straight([(t, s) for t, s, _ in self._along()])[0]

    def _along(self) -> list[tuple[float, float, float]]:
        """Time, way along the shaft and across it, mm, from its first place."""
        _, x0, y0 = self.places[0]
        dx, dy = self.look.direction
        return [(t, (x - x0) * dx + (y - y0) * dy, (y - y0) * dx - (x - x0) * dy) for t, x, y in self.places]


class Suspects:
    """The tips that may be a needle's, from look to look."""

    def __init__(self) -> None:
        self.all: list[Suspect] = []

    def step(self, looks: list[TipLook], pixel_mm: float, time_s: float) -> None:
        """Adds this look's tips, each to the suspect that it continues."""
        left = list(looks)
        for suspect in sorted(self.all, key=lambda s: -s.heat):
            match = min(left, key=lambda look: self._apart(suspect, look, pixel_mm), default=None)
            if match is None or self._apart(suspect, match, pixel_mm) > NEAR_MM:
                suspect.misses += 1
                continue
            left.remove(match)
            suspect.take(match, (time_s, pixel_mm * match.at[0], pixel_mm * match.at[1]))
        for look in left:
            begun = Suspect(look=look)
            begun.take(look, (time_s, pixel_mm * look.at[0], pixel_mm * look.at[1]))
            self.all.append(begun)
        self.all = sorted((s for s in self.all if s.misses < MISSES), key=lambda s: -s.heat)[:8]

    def best(self) -> Suspect | None:
        """The hottest that moves as a needle; None where none does."""
        return next((s for s in self.all if s.misses == 0 and s.moves()), None)

    @staticmethod
    def _apart(suspect: Suspect, look: TipLook, pixel_mm: float) -> float:
        """How far a look's tip lies from a suspect's, mm; far where their shafts lie otherwise."""
        if turned_by(suspect.look.direction, look.direction) > LIKE_RAD:
            return 1e9
        return pixel_mm * hypot(look.at[0] - suspect.look.at[0], look.at[1] - suspect.look.at[1])


def straight(history: list[tuple[float, float]]) -> tuple[float, float]:
    """Median slope (mm/s) of places over time, and the share within STEADY_MM of that line.

    References:
        Sen PK. Estimates of the regression coefficient based on Kendall's tau. 1968. doi:10.1080/01621459.1968.10480934
    """
    slopes = sorted(
        (b[1] - a[1]) / (b[0] - a[0]) for i, a in enumerate(history) for b in history[i + 1 :] if b[0] - a[0] > 1e-6
    )
    if not slopes:
        return 0.0, 0.0
    slope = slopes[len(slopes) // 2]
    offsets = sorted(s - slope * t for t, s in history)
    middle = offsets[len(offsets) // 2]
    return slope, sum(abs(offset - middle) < STEADY_MM for offset in offsets) / len(offsets)


def sureness(heat: float) -> float:
    """How likely a told tip is within 2 mm of where the picture shows it."""
    return min(MOST_SURE, 1 / (1 + exp(-SURENESS[0] - SURENESS[1] * heat)))


def along_sd_mm(heat: float) -> float:
    """Deviation, along the shaft, of a told tip's place beside what the filter knows of."""
    least_mm, slope = ALONG_SD
    return least_mm * exp(slope * (1 - heat))
