"""What the needle net says of a picture: where a tip may be, how sure its place is, where a shaft runs."""

from dataclasses import dataclass
from math import atan2, cos, exp, hypot, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

MAPS = 7
"""Heat of the tip, its offset (column, row) in cells, log of that place's spread, shaft, its doubled direction (2)."""
CELL = 4
"""Fine pixels to a cell of the maps."""
LEAST_HEAT = 0.15
"""Heat below which no tip is followed up. chosen: what is said of a tip is decided by more than one look."""
MOST_TIPS = 4
"""Tips of one picture that are followed up. chosen: one needle, and what looks most like one."""
ABOUT = 4
"""Cells about a tip over which the shaft's direction is averaged. chosen: 2.4 mm, as far as the last part is straight.
"""
BACK: NDArray[np.float32] = np.arange(1, 13, dtype=np.float32)
ASIDE: NDArray[np.float32] = np.linspace(-1.8, 1.8, 7, dtype=np.float32)
"""Cells behind a tip and beside its shaft over which the shaft's middle is looked for. chosen: 7 mm, and its width."""
LEAST_SEEN, LEAST_ROWS = 0.8, 4
"""Shaft across a row from which it counts, and rows for a line. chosen: one cell's worth; 2.4 mm."""
SHAFT = 0.3
"""Shaft probability from which a cell carries the way back to the skin."""
TURN = 0.3
"""Share of a cell's own direction in the way's. chosen: a bent needle turns within a few cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TipLook:
    """A tip as one look at the maps shows it, in fine pixels.

    Args:
        at: (column, row).
        heat: 0 to 1, how much like a tip it is.
        sd: deviation of its place, as the net says.
        direction: unit vector of the last part of the shaft, towards the tip.
        entry: (column, row) where the shaft, followed back, comes into the picture.
        shaft: share of the way back that shows a shaft.
        length: of the way back.
    """

    at: tuple[float, float]
    heat: float
    sd: float
    direction: tuple[float, float]
    entry: tuple[float, float]
    shaft: float
    length: float


class Maps:
    """The net's answer for one picture.

    Args:
        raw: (MAPS, map rows, map columns) float32, as the net gives it.
        rows, columns: of the fine picture; what lies beyond was filled up.
    """

    def __init__(self, raw: NDArray[np.float32], rows: int, columns: int) -> None:
        self.shape = (max(1, rows // CELL), max(1, columns // CELL))
        part = raw[:, : self.shape[0], : self.shape[1]]
        self.heat = _sigmoid(part[0])
        self.shaft = _sigmoid(part[4])
        self._offset, self._spread, self._turn = part[1:3], part[3], part[5:7]

    def tips(self) -> list[TipLook]:
        """The hottest places, best first."""
        top = np.asarray(cv2.dilate(self.heat, np.ones((5, 5), np.uint8)), dtype=np.float32)
        rows, columns = np.nonzero((self.heat >= top) & (self.heat > LEAST_HEAT))
        order = np.argsort(-self.heat[rows, columns])[:MOST_TIPS]
        return [self._look(int(rows[k]), int(columns[k])) for k in order]

    def _look(self, row: int, column: int) -> TipLook:
        """The tip of a cell."""
        dx, dy = (float(v) for v in self._offset[:, row, column])
        x = column + min(2.0, max(-2.0, dx))
        y = row + min(2.0, max(-2.0, dy))
        direction = self._direction(x, y)
        entry, share, length = self.way_back((x, y), direction)
        return TipLook(
            at=_to_fine(x, y),
            heat=float(self.heat[row, column]),
            sd=CELL * 2**0.5 * exp(min(3.0, max(-3.0, float(self._spread[row, column])))),
            direction=direction,
            entry=_to_fine(*entry),
            shaft=share,
            length=CELL * length,
        )

    def _direction(self, x: float, y: float) -> tuple[float, float]:
        """Of the shaft's last part: the axis that the cells about the tip say, away from where more shaft lies."""
        row, column = round(y), round(x)
        part = (slice(max(0, row - ABOUT), row + ABOUT + 1), slice(max(0, column - ABOUT), column + ABOUT + 1))
        weight = self.shaft[part] + 1e-4
        angle = 0.5 * atan2(float((weight * self._turn[1][part]).sum()), float((weight * self._turn[0][part]).sum()))
        dx, dy = cos(angle), sin(angle)
        behind = sum(
            self._shaft_at(x - k * dx, y - k * dy) - self._shaft_at(x + k * dx, y + k * dy) for k in range(2, 9)
        )
        towards = behind + (1.0 if dy > 0 else -1.0)  # needles come from the skin
        return self._laid((x, y), (dx, dy) if towards > 0 else (-dx, -dy))

    def _laid(self, tip: tuple[float, float], direction: tuple[float, float]) -> tuple[float, float]:
        """The direction of the line through the shaft's middle over its last part; as it was where too little shows."""
        (x, y), (dx, dy) = tip, direction
        columns = x - BACK[:, None] * dx - ASIDE * dy
        rows = y - BACK[:, None] * dy + ASIDE * dx
        seen = np.asarray(cv2.remap(self.shaft, columns, rows, cv2.INTER_LINEAR), dtype=np.float32)
        weight = seen.sum(axis=1)
        weight[weight < LEAST_SEEN] = 0.0
        if np.count_nonzero(weight) < LEAST_ROWS:
            return direction
        middle = (seen * ASIDE).sum(axis=1) / np.maximum(weight, LEAST_SEEN)
        from_mean = BACK - (weight * BACK).sum() / weight.sum()
        slope = float((weight * from_mean * middle).sum() / (weight * from_mean**2).sum())
        turned = (dx + slope * dy, dy - slope * dx)
        size = hypot(*turned)
        return (turned[0] / size, turned[1] / size)

    def way_back(
        self, tip: tuple[float, float], direction: tuple[float, float]
    ) -> tuple[tuple[float, float], float, float]:
        """Where a shaft, followed back from its tip, enters the picture; the share of cells that show it; the length.

        Args:
            tip: (column, row) in cells.
            direction: towards the tip.
        """
        (x, y), (dx, dy) = tip, (-direction[0], -direction[1])
        shown = steps = 0
        while 0 < x < self.shape[1] - 1 and 0 < y < self.shape[0] - 1 and steps < 400:
            row, column = round(y), round(x)
            steps += 1
            if self.shaft[row, column] > SHAFT:
                shown += 1
                turn = 0.5 * atan2(float(self._turn[1, row, column]), float(self._turn[0, row, column]))
                tx, ty = cos(turn), sin(turn)
                sign = 1.0 if tx * dx + ty * dy > 0 else -1.0
                if abs(tx * dx + ty * dy) > 0.9:
                    dx, dy = (1 - TURN) * dx + TURN * sign * tx, (1 - TURN) * dy + TURN * sign * ty
                    size = hypot(dx, dy)
                    dx, dy = dx / size, dy / size
            x, y = x + dx, y + dy
        return (x, y), shown / max(1, steps), float(steps)

    def along(self, tip: tuple[float, float], direction: tuple[float, float]) -> float:
        """Share of cells over the last 12 mm or so before a place, in fine pixels, that show a shaft."""
        x, y = ((v - 0.5 * (CELL - 1)) / CELL for v in tip)
        return sum(self._shaft_at(x - k * direction[0], y - k * direction[1]) > SHAFT for k in range(20)) / 20

    def _shaft_at(self, x: float, y: float) -> float:
        """Shaft probability of the cell at a place, the greatest of it and the four beside it; 0 outside."""
        row, column = round(y), round(x)
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            return 0.0
        return float(self.shaft[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2].max())


def turned_by(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Angle between two directions, 0 to pi."""
    turn = abs(atan2(one[1], one[0]) - atan2(other[1], other[0]))
    return min(turn, 2 * pi - turn)


def _sigmoid(logit: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of what the net says; capped, so that nothing overflows."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)


def _to_fine(x: float, y: float) -> tuple[float, float]:
    """A place in cells as one in fine pixels; the middle of a cell lies between its second and third pixel."""
    return (CELL * x + 0.5 * (CELL - 1), CELL * y + 0.5 * (CELL - 1))
