"""A line that may be a needle's shaft: where it is bright, where it is new, where it ends, and how it lies."""

from dataclasses import replace
from math import atan, atan2, cos, hypot, sin

import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import median
from inplane.perception.line_kernels import (
    best_run,
    crest,
    enter,
    fit_crest,
    profile,
    run_contrast,
    run_through,
    shaft_evidence,
)
from inplane.perception.motion import Change
from inplane.perception.needle_candidate import Candidate, Line
from inplane.perception.prepare import Prepared

STEEPEST_RAD = 1.22
"""70 degrees: beyond 65 a plain shaft sends nothing back (Schafhalter-Zoppoth & Gray 2004)."""
FLATTEST_RAD = 0.05
"""Flattest shaft looked for. chosen: 3 degrees; flatter lines cannot be told from fascia."""
LEAST_LENGTH_MM, LEAST_KNOWN_MM = 4.0, 3.0
"""Shortest shaft that counts as one, and where something new was seen. chosen: short ridges are common in fascia."""
LEAST_FRESH_MM = 0.9
"""Shortest new part of a line that counts. chosen: a needle at 3 mm/s grows more than that in a third of a second."""
LEAST_GONE_MM = 1.2
"""Shortest part of a line that vanished and counts. chosen: a tip that trembles leaves less."""
MOVED_MM, OLD_SHARE = 0.6, 0.6
"""A line that a moment ago had this share of its contrast within this distance is old: it moved, it did not appear.
chosen: tissue follows a needle by up to that; a shaft that is new has nothing at its place."""
FLANK_MM = (0.75, 1.5)
"""Where beside the shaft the tissue is sampled. chosen: outside the echo of the thickest needle (0.9 mm)."""
ALONG = 5
"""Half of the steps that a crest is averaged over along the line. chosen: 1.6 mm in all, more than what crosses it."""
CREST_CAP = 60.0
"""Height of a crest in grey levels above which it counts no more. chosen: three deviations of speckle."""
NULL_EVIDENCE = 0.8
"""Contrast, in speckle deviations, that speaks neither for nor against a shaft. chosen: between speckle's 0 and 2."""


class LineReader:
    """Reads lines of a prepared frame; keeps its buffers between frames, no memory of what it saw."""

    def __init__(self) -> None:
        self._profile = np.zeros((3, 1), np.float32)
        self._crest = np.zeros((2, 1), np.float32)
        self._weights = np.zeros(1, np.float32)

    def fresh(self, prepared: Prepared, change: Change, line: Line) -> tuple[int, int, float] | None:
        """First and last step of a line's new part, and the evidence; None if too short."""
        pixel = prepared.grid.pixel_mm
        count = self._read(prepared, change.difference, line)
        beside = self._profile[1, :count] - self._profile[2, :count]
        deviation = max(1.5 * change.noise, 0.5 * median(np.abs(beside)))
        first, last, total = best_run(self._evidence(deviation, count), count)
        return None if last - first < LEAST_FRESH_MM / pixel else (first, last, total)

    def compared(self, prepared: Prepared, change: Change, candidate: Candidate) -> Candidate:
        """The candidate with what is new on its line since a moment ago, and with what is gone."""
        return self.with_gone(prepared, change, self.with_fresh(prepared, change, candidate))

    def with_gone(self, prepared: Prepared, change: Change, candidate: Candidate) -> Candidate:
        """The candidate with the part of its line that was bright a moment ago and is not any more."""
        pixel = prepared.grid.pixel_mm
        line = (*candidate.start, *candidate.direction)
        count = self._read(prepared, change.difference, line)
        beside = self._profile[1, :count] - self._profile[2, :count]
        self._profile[:, :count] *= -1
        deviation = max(1.5 * change.noise, 0.5 * median(np.abs(beside)))
        first, last, _ = best_run(self._evidence(deviation, count), count)
        if last - first < LEAST_GONE_MM / pixel:
            return candidate
        flank, reach = 0.5 * (FLANK_MM[0] + FLANK_MM[1]) / pixel, round(MOVED_MM / pixel)
        before = run_contrast(change.then, line, (first, last), flank, 1)
        now = run_contrast(prepared.smooth, line, (first, last), flank, reach)
        if now > OLD_SHARE * before or before < 0.5 * prepared.speckle:
            return candidate
        return replace(candidate, gone_first=float(first), gone_last=float(last))

    def with_fresh(self, prepared: Prepared, change: Change, candidate: Candidate) -> Candidate:
        """The candidate with the part of its line that is new since a moment ago."""
        line = (*candidate.start, *candidate.direction)
        run = self.fresh(prepared, change, line)
        if run is None:
            return candidate
        first, last, total = run
        pixel = prepared.grid.pixel_mm
        if last < candidate.first or first > candidate.last + 3 / pixel:  # it crosses something new elsewhere
            return candidate
        flank, reach = 0.5 * (FLANK_MM[0] + FLANK_MM[1]) / pixel, round(MOVED_MM / pixel)
        before = run_contrast(change.then, line, (first, last), flank, reach)
        if before > OLD_SHARE * run_contrast(prepared.smooth, line, (first, last), flank, 1):
            return candidate
        count = self._read(prepared, change.difference, line)
        last = min(last, count - 1)
        step, drop = _end(self._profile[0, :count], (first, last), pixel, prepared.six_db)
        count = self._read(prepared, prepared.smooth, line)
        begin = max(first, last - round(3 / pixel))
        backed = float(self._evidence(0.6 * prepared.speckle, count)[begin : last + 1].mean())
        return replace(
            candidate,
            fresh=total,
            fresh_first=float(first),
            fresh_last=step,
            fresh_sharp=0.0 if drop is None else drop / prepared.speckle,
            fresh_backed=backed,
        )

    def at(self, prepared: Prepared, line: Line, step: int, rms: float) -> Candidate | None:
        """The shaft on a line that is known to reach a step."""
        run = self.bright(prepared, line, step)
        return None if run is None else self.candidate(prepared, line, run, rms)

    def _read(self, prepared: Prepared, image: NDArray[np.float32], line: Line) -> int:
        """Fills the profile with grey, or its change, on a line and beside it; how many steps lie in the field."""
        self._fit_buffers(prepared)
        flank = (FLANK_MM[0] / prepared.grid.pixel_mm, FLANK_MM[1] / prepared.grid.pixel_mm)
        return profile(image, prepared.field, line, flank, self._profile)

    def _fit_buffers(self, prepared: Prepared) -> None:
        """Buffers as long as the picture's diagonal."""
        steps = int(hypot(*prepared.smooth.shape)) + 2
        if self._profile.shape[1] != steps:
            self._profile = np.zeros((3, steps), np.float32)
            self._crest = np.zeros((2, steps), np.float32)
            self._weights = np.zeros(steps, np.float32)

    def bright(self, prepared: Prepared, line: Line, through: int | None) -> tuple[int, int, int, float] | None:
        """First and last bright step, how many steps the picture holds, and the evidence; None if too short.

        Args:
            prepared: the frame.
            line: where to look.
            through: a step that the run must hold; None for the best run anywhere on the line.
        """
        pixel = prepared.grid.pixel_mm
        count = self._read(prepared, prepared.smooth, line)
        evidence = self._evidence(0.6 * prepared.speckle, count)
        if through is None:
            first, last, total = best_run(evidence, count)
        elif 0 <= through < count:
            first, last, total = run_through(evidence, count, through)
        else:
            return None
        least = LEAST_LENGTH_MM if through is None else LEAST_KNOWN_MM
        return None if last - first < least / pixel else (first, last, count, total)

    def _evidence(self, deviation: float, count: int) -> NDArray[np.float32]:
        """(count,) contrast of the profile in deviations, less what speaks for nothing; clipped: no spot dominates."""
        shaft_evidence(self._profile, count, deviation, NULL_EVIDENCE, self._weights)
        return self._weights[:count]

    def refit(
        self, prepared: Prepared, image: NDArray[np.float32], line: Line, run: tuple[int, int, int]
    ) -> tuple[Line, float] | None:
        """The line through the crest of a run by weighted least squares, twice, and its rms deviation.

        Args:
            prepared: the frame.
            image: its smooth picture, or what changed.
            line: where to look.
            run: first and last step, and the farthest offset from the line that is looked at.
        """
        first, last, reach = run
        crest(image, line, (first, last), (reach, ALONG), self._crest)
        a, b, rms = fit_crest(self._crest, (first, last), CREST_CAP)
        if rms < 0:
            return None
        x0, y0, dx, dy = line
        angle = atan2(dy, dx) + atan(b)
        if not FLATTEST_RAD * 0.5 < atan2(sin(angle), abs(cos(angle))) < STEEPEST_RAD * 1.05:
            return None
        moved = (x0 - a * dy, y0 + a * dx, cos(angle), sin(angle))
        entered = from_side(moved, prepared.field)
        return None if entered is None else (entered, rms)

    def candidate(
        self,
        prepared: Prepared,
        line: Line,
        run: tuple[int, int, int, float],
        rms: float,
    ) -> Candidate:
        """The candidate on a refined line, with its end placed to a fraction of a pixel."""
        first, last, count, total = run
        middle = self._profile[0, :count]
        flanks = 0.7 * self._profile[1, :count] + 0.3 * self._profile[2, :count]
        step, drop = _end(middle, (first, last), prepared.grid.pixel_mm, prepared.six_db)
        return Candidate(
            start=(line[0], line[1]),
            direction=(line[2], line[3]),
            first=float(first),
            last=step,
            contrast=float((middle[first : last + 1] - flanks[first : last + 1]).mean()),
            evidence=total,
            rms=rms,
            ends=drop is not None,
            sharp=0.0 if drop is None else drop / prepared.speckle,
        )


def _end(middle: NDArray[np.float32], run: tuple[int, int], pixel: float, six_db: float) -> tuple[float, float | None]:
    """Where a shaft ends near the end of a run, and how far the grey drops there; None where the picture ends.

    The end is where the grey falls 6 dB below the shaft's, which is where a blurred edge of amplitude lies, or half of
    the way down where the drop is smaller than 12 dB.

    Args:
        middle: grey along the line, or how it changed.
        run: first and last bright step.
        pixel: mm a step.
        six_db: grey levels of 6 dB.
    """
    (first, last), count = run, len(middle)
    shaft = median(middle[max(first, last - round(3 / pixel)) : last + 1])
    ahead = middle[min(count, last + round(0.6 / pixel)) : min(count, last + round(3 / pixel))]
    if len(ahead) < round(0.8 / pixel):
        return float(last), None
    beyond = float(ahead.mean())
    level = max(shaft - six_db, 0.5 * (shaft + beyond))
    floor = max(first, last - round(2.5 / pixel))
    top = min(count - 2, last + round(1.5 / pixel))
    step = next((k for k in range(top, floor, -1) if middle[k] >= level), floor)
    here, following = float(middle[step]), float(middle[step + 1])
    part = (here - level) / (here - following) if here > level >= following else 0.0
    return step + part, shaft - beyond


def from_side(line: Line, field: NDArray[np.uint8]) -> Line | None:
    """The same line, started where it comes into the field of view from a side or from above; None if it does not."""
    x, y, dx, dy = line
    columns = field.shape[1]
    side = 0.0 if dx > 0 else columns - 1.0
    step = (side - x) / dx if abs(dx) > 1e-9 else 0.0
    if y + step * dy < 0 and dy > 1e-9:
        step = -y / dy
    x, y = x + step * dx, y + step * dy
    inward = enter(field, (x, y, dx, dy))
    return None if inward < 0 else (x + inward * dx, y + inward * dy, dx, dy)
