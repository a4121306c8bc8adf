"""A line that may be a needle's shaft, as one frame shows it."""

from dataclasses import dataclass
from math import atan2
from typing import TypeAlias

Line: TypeAlias = tuple[float, float, float, float]
"""Start (column, row) at the side of the picture and unit direction into it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A thin straight bright line, in pixels of the fine grid.

    Args:
        start: where the line meets the side of the picture (or its top), direction into the picture.
        direction: unit vector (column, row).
        first, last: where the bright run begins and ends along the line; `last` is at the tip, sub-pixel.
        contrast: mean grey over the flanks along the run.
        evidence: sum of clipped contrast in speckle deviations.
        rms: deviation of the crest from the line.
        ends: whether the run ends in a drop within the picture, so that its end can be a tip.
        sharp: grey drop at the end in speckle deviations.
        fresh: evidence that part of the line is new since a moment ago (the temporal witness); 0 where none.
        fresh_first, fresh_last: where that part begins and ends along the line.
        fresh_sharp: drop of the change at the end of the new part in speckle deviations.
        fresh_backed: mean evidence of the picture itself over the last 3 mm of the new part.
        gone_first, gone_last: where a part of the line that was bright a moment ago and is dark begins and ends, or -1:
            a needle that is drawn back leaves such a part in front of its tip.
    """

    start: tuple[float, float]
    direction: tuple[float, float]
    first: float
    last: float
    contrast: float
    evidence: float
    rms: float
    ends: bool
    sharp: float
    fresh: float = 0.0
    fresh_first: float = 0.0
    fresh_last: float = 0.0
    fresh_sharp: float = 0.0
    fresh_backed: float = 0.0
    gone_first: float = -1.0
    gone_last: float = -1.0

    @property
    def score(self) -> float:
        """Evidence, less for crooked lines and for those that do not reach the side where they should enter."""
        gap = min(self.first, self.fresh_first if self.fresh > 0 else self.first) / (self.length + self.first)
        return (self.evidence + self.fresh) * (1 - gap) / (1 + (self.rms / 0.7) ** 2)

    @property
    def steepness_rad(self) -> float:
        """Angle below the horizontal."""
        return atan2(self.direction[1], abs(self.direction[0]))

    @property
    def length(self) -> float:
        """Of the bright run, pixels."""
        return self.last - self.first

    def at(self, step: float) -> tuple[float, float]:
        """Pixel position (column, row) at a distance from the start."""
        return (self.start[0] + step * self.direction[0], self.start[1] + step * self.direction[1])


def same_line(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates lie on one line: within 6 degrees, as a needle bends on its way, and 4 pixels."""
    cross = one.direction[0] * other.direction[1] - one.direction[1] * other.direction[0]
    if abs(cross) > 0.105 or one.direction[0] * other.direction[0] <= 0:
        return False
    x, y = one.at(0.5 * (one.first + one.last))
    across = -(x - other.start[0]) * other.direction[1] + (y - other.start[1]) * other.direction[0]
    return abs(across) < 4.0
