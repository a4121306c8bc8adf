"""What speaks for a line being the needle: shape, two witnesses that agree, growth along its own axis.

A line that never moved is never taken for a needle, however much it looks like one: walls of vessels and fasciae do.
"""

from dataclasses import dataclass, field

from inplane.perception.needle_candidate import Candidate, same_line
from inplane.perception.prepare import Prepared
from inplane.perception.view import Grid

AGREE_MM = 1.2
"""Farthest that the two witnesses' tips may lie apart. chosen: about twice the blur of a tip along the shaft."""
LEAST_DROP = 0.3
"""Drop of grey in speckle deviations that counts as an end. chosen: two decibels; less is the speckle's own."""
LEAST_BACKING = 0.3
"""Mean evidence of the picture along the new part that counts as a shaft. chosen: half of a faint shaft's."""
LEAST_ADVANCE_MM = 1.2
"""Growth along its own axis that a line must show to be taken for a needle. chosen: more than its end trembles."""
AGREED_FRAMES = 5
"""Frames in which both witnesses must agree first. chosen: a sixth of a second at 30/s; chance agreement is rarer."""
CORNER_MM = 3.0
"""Farthest from a corner that a needle may enter at the top of the picture. chosen: a probe's rounded edge."""
FLAT_RAD = 0.2
"""Steepness below which twice as much must speak for a needle. chosen: 11 degrees, as flat as most fasciae."""
FASTEST_MM_S = 60.0
"""Fastest growth that is a needle's. chosen: faster than any careful hand."""
STEADY_MM = 0.8
"""How far a place may lie off steady growth. chosen: the end of a straight line laid along a bent shaft trembles by it.
"""
PLACES = 12
"""Places of the end that are remembered. chosen: 0.4 s at 30 frames/s, in which a hand's speed hardly changes."""


@dataclass(slots=True, kw_only=True)
class Tentative:
    """A line that may be a needle, with what spoke for it so far.

    Args:
        candidate: as last seen.
        hits, misses: frames in which it was seen, and those since.
        agreed: frames in which both witnesses agreed, less those in which they did not.
        history: time and place of its end (s, mm along the line) in the last frames in which they agreed.
    """

    candidate: Candidate
    hits: int = 1
    misses: int = 0
    agreed: int = 0
    history: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def take(self, candidate: Candidate, grid: Grid, time_s: float) -> None:
        """Adds a frame in which the line was seen."""
        self.candidate, self.misses = candidate, 0
        self.hits += 1
        if agree(candidate, grid):
            self.agreed = min(2 * PLACES, self.agreed + 1)
            self.history = [*self.history[1 - PLACES :], (time_s, end_mm(candidate, grid))]
        else:
            self.agreed = max(0, self.agreed - 1)

    def moves(self) -> bool:
        """Whether both witnesses saw it grow along its own axis."""
        doubt = 2 if self.candidate.steepness_rad < FLAT_RAD else 1
        return self.agreed >= doubt * AGREED_FRAMES and advance_mm(self.history) >= doubt * LEAST_ADVANCE_MM

    def speed_mm_s(self) -> float:
        """Of its end along the line."""
        return straight(self.history)[0] if len(self.history) >= 5 else 0.0


class Suspects:
    """The lines that may be a needle, from frame to frame."""

    def __init__(self) -> None:
        self.lines: list[Tentative] = []

    def step(self, candidates: list[Candidate], taken: Candidate | None, grid: Grid, time_s: float) -> None:
        """Adds this frame's evidence to each line; drops those not seen for long and the one that is tracked.

        Args:
            candidates: of this frame.
            taken: the tracked needle's line, which is no suspect.
            grid: of the frame.
            time_s: of the frame.
        """
        left = [c for c in candidates if taken is None or not same_line(c, taken)]
        for line in self.lines:
            match = next((c for c in left if same_line(c, line.candidate)), None)
            if match is None:
                line.misses += 1
                continue
            left.remove(match)
            line.take(match, grid, time_s)
        self.lines += [Tentative(candidate=c) for c in left[:4]]
        kept = [t for t in self.lines if t.misses < 4 and (taken is None or not same_line(t.candidate, taken))]
        self.lines = sorted(kept, key=lambda t: -t.candidate.score)[:8]

    def best(self, prepared: Prepared, rival: float) -> Tentative | None:
        """The line that may be taken for the needle now; None where nothing suffices.

        Args:
            prepared: the frame.
            rival: score that the line must reach, of the line that is tracked; 0 where none is.
        """
        for line in self.lines:
            if line.candidate.score <= rival or not shaped(line.candidate, prepared):
                continue
            if line.moves():
                return line
        return None


def agree(candidate: Candidate, grid: Grid) -> bool:
    """Whether both witnesses see the end at one place, or the one sees it and the other the shaft up to it."""
    if candidate.fresh <= 0:
        return False
    apart = abs(candidate.fresh_last - candidate.last) * grid.pixel_mm
    same_end = candidate.ends and candidate.sharp > LEAST_DROP and apart < AGREE_MM
    return same_end or (candidate.fresh_backed > LEAST_BACKING and candidate.fresh_sharp > LEAST_DROP)


def end_mm(candidate: Candidate, grid: Grid) -> float:
    """Where a shaft ends along its line: where the new part ends if both witnesses agree, else where the ridge does."""
    fresh = agree(candidate, grid) and candidate.fresh_sharp > LEAST_DROP
    return (candidate.fresh_last if fresh else candidate.last) * grid.pixel_mm


def shaped(candidate: Candidate, prepared: Prepared) -> bool:
    """Whether a line is as straight, as bright and as near to the side of the picture as a needle's."""
    pixel = prepared.grid.pixel_mm
    if prepared.view.from_side_mm(*candidate.start, prepared.field) > CORNER_MM:  # through the probe's face
        return False
    first = min(candidate.first, candidate.fresh_first) if candidate.fresh > 0 else candidate.first
    return first * pixel < 6.0 and candidate.rms * pixel < 0.14 and candidate.contrast > 0.5 * prepared.speckle


def advance_mm(history: list[tuple[float, float]]) -> float:
    """How far an end moved on steadily over its last places; 0 where a third of them lie off their straight line."""
    slope, steady = straight(history)
    if len(history) < 5 or steady < 0.67 or not 1.0 < slope < FASTEST_MM_S:
        return 0.0
    return slope * (history[-1][0] - history[0][0])


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
