"""The two witnesses for a needle: thin straight ridges that enter at a side of the picture, and ridges that are new."""

from math import pi

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.motion import Change
from inplane.perception.needle_candidate import Candidate, Line, same_line
from inplane.perception.needle_line import FLATTEST_RAD, LEAST_LENGTH_MM, STEEPEST_RAD, LineReader, from_side
from inplane.perception.prepare import Prepared
from inplane.perception.ridge import ridge_votes

ANGLE_STEP_RAD = 0.026
"""chosen: 1.5 degrees, which moves the end of a 15 mm line by 0.4 mm, within reach of the refinement."""
PEAKS = 6
"""Lines followed up per frame and witness. chosen: needle, its reverberations and the strongest fasciae fit."""
LEAST_VOTES = 2.5
"""Votes in deviations of their angle's from which a line is followed up. chosen: chance is rarely higher."""
FLAT_SINE = 0.25
"""Sine of the steepness below which a line is as flat as fascia, of which at most half of the peaks may be. chosen: 14
degrees."""
CROOKED = 0.9
"""Deviation in pixels from which a crest is not a shaft's. chosen: speckle alone gives 1.2, a clear shaft 0.3."""


class NeedleFinder:
    """Finds candidate shafts in one prepared frame; keeps its buffers between frames, no memory of what it saw."""

    def __init__(self) -> None:
        falling = np.arange(FLATTEST_RAD, STEEPEST_RAD, ANGLE_STEP_RAD)
        angles = np.concatenate((falling, pi - falling[::-1]))
        self._directions = np.stack((np.cos(angles), np.sin(angles)))
        self._half = len(falling)
        self._votes = np.zeros((0, 0), np.float32)
        self._lines = LineReader()

    def find(
        self, prepared: Prepared, change: Change | None, hints: tuple[Candidate, ...], *, search: bool = True
    ) -> list[Candidate]:
        """Candidates, best first.

        Args:
            prepared: the frame.
            change: what changed since a moment ago, None where unknown.
            hints: earlier finds, looked at whether they have votes or not.
            search: look at the whole picture, not only at the hints and at what changed.
        """
        found = [self._again(prepared, change, hint) for hint in hints]
        if change is not None:
            for line in self._peaks(prepared, change.difference, 0.35 * change.noise):
                found.append(self._appeared(prepared, change, line))
        if search:
            for line in self._peaks(prepared, prepared.smooth, 0.12 * prepared.speckle):
                found.append(self._standing(prepared, line))
        seen = [c if change is None else self._lines.compared(prepared, change, c) for c in found if c is not None]
        kept: list[Candidate] = []
        for candidate in sorted(seen, key=lambda c: -c.score):
            if not any(same_line(candidate, other) for other in kept):
                kept.append(candidate)
        return kept

    def _peaks(self, prepared: Prepared, image: NDArray[np.float32], least: float) -> list[Line]:
        """The strongest lines by votes as (column, row, dx, dy), each entering at a side and going down."""
        rows, columns = image.shape
        first = -(columns // 2 + 2)
        bins = (rows + columns) // 2 + columns // 2 + 4
        if self._votes.shape != (self._directions.shape[1], bins):
            self._votes = np.zeros((self._directions.shape[1], bins), np.float32)
        self._votes[:] = 0
        ridge_votes(image, prepared.valid, self._directions, (least, 4 * least, float(first)), self._votes)
        cv2.GaussianBlur(self._votes, (3, 3), 0, dst=self._votes)
        # speckle is drawn out along the face, so flat lines gather more by chance: count in deviations of each angle
        self._votes -= self._votes.mean(axis=1, keepdims=True)
        self._votes /= self._votes.std(axis=1, keepdims=True) + 1e-6
        lines: list[Line] = []
        flat = tried = 0
        for _ in range(4 * PEAKS):
            a, r = divmod(int(self._votes.argmax()), self._votes.shape[1])
            if self._votes[a, r] < LEAST_VOTES or tried == PEAKS:
                break
            line = self._entering(a, 2.0 * (r + first) + 1.0, prepared)
            level = line is not None and abs(line[3]) < FLAT_SINE
            if line is not None and not (level and flat >= PEAKS // 2):
                flat += level
                tried += 1
                inward = from_side(line, prepared.field)
                lines += [] if inward is None else [inward]
            self._votes[max(0, a - 3) : a + 4, max(0, r - 4) : r + 5] = 0
        return lines

    def _entering(self, a: int, rho: float, prepared: Prepared) -> Line | None:
        """The line of that bin from the side (or top corner) where it enters, or None if it enters too deep."""
        rows, columns = prepared.field.shape
        c, s = float(self._directions[0, a]), float(self._directions[1, a])
        side = 0.0 if a < self._half else columns - 1.0
        dx, dy = (c, s)
        row = (rho + s * side) / c
        if row > 0.75 * rows:
            return None
        if row < 0:  # enters at the top: only near a corner
            side = -rho / s
            row = 0.0
            if prepared.view.fan is None and not (side < 0.25 * columns or side > 0.75 * columns):
                return None
        return (side, row, dx, dy) if dy > 0 else None

    def _standing(self, prepared: Prepared, line: Line) -> Candidate | None:
        """The shaft on a line of the picture, refined to its crest; None where none lies there."""
        rms = 0.0
        for reach in (5, 3, 2):
            run = self._lines.bright(prepared, line, None)
            if run is None:
                return None
            fitted = self._lines.refit(prepared, prepared.smooth, line, (run[0], run[1], reach))
            if fitted is None:
                return None
            line, rms = fitted
        run = self._lines.bright(prepared, line, None)
        return None if run is None else self._lines.candidate(prepared, line, run, rms)

    def _appeared(self, prepared: Prepared, change: Change, line: Line) -> Candidate | None:
        """The shaft on a line of what changed, refined there, as it stands in the picture now."""
        rms = 0.0
        for reach in (5, 3, 2):
            run = self._lines.fresh(prepared, change, line)
            if run is None:
                return None
            fitted = self._lines.refit(prepared, change.difference, line, (run[0], run[1], reach))
            if fitted is None:
                return None
            line, rms = fitted
        run = self._lines.fresh(prepared, change, line)
        return None if run is None else self._lines.at(prepared, line, run[1] - round(1 / prepared.grid.pixel_mm), rms)

    def _again(self, prepared: Prepared, change: Change | None, hint: Candidate) -> Candidate | None:
        """The shaft on an earlier find's line: moved to what changed, or to its crest, or left where it was."""
        line, step = (*hint.start, *hint.direction), round(hint.last - 1 / prepared.grid.pixel_mm)
        if change is not None:
            run = self._lines.fresh(prepared, change, line)
            if run is not None and (run[1] - run[0]) * prepared.grid.pixel_mm > 2 * LEAST_LENGTH_MM / 3:
                moved = self._appeared(prepared, change, line)
                if moved is not None and same_line(moved, hint):
                    return moved
        run = self._lines.bright(prepared, line, step)
        fitted = None if run is None else self._lines.refit(prepared, prepared.smooth, line, (run[0], run[1], 2))
        if fitted is None or fitted[1] > CROOKED:
            return self._lines.at(prepared, line, step, hint.rms)
        back = (fitted[0][0] - line[0]) * line[2] + (fitted[0][1] - line[1]) * line[3]
        return self._lines.at(prepared, fitted[0], step - round(back), fitted[1])
