"""Rulers: marks in one upright row, as far from each other as the next, some of them larger than the rest."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.stream.screen.marks import Box, Marks

LEAST_TICKS = 4
"""Ticks that a ruler has at least. chosen: three things stand evenly spaced by chance on every screen."""
LEAST_SPAN = 0.4
"""Share of the part's height that a ruler goes along. chosen: a depth scale goes along all of it, or is half hidden."""
OCCUPIED = 0.7
"""Share of places of a ruler at which a tick is seen. chosen: a focus mark or a label hides one here and there."""
THIN = 0.45
"""Height of a tick, as a share of the distance to the next. chosen: lines of writing have 0.5 to 0.8."""
ABOVE, BELOW = 0.04, 0.1
"""Shares of the part's height above and below it in which ticks are looked for; a ruler begins at the probe's face."""
UPON = 6
"""Ticks that a ruler upon the picture has at least. chosen: echoes make up four now and then."""
OUTER_GROUPS, INNER_GROUPS = 16, 6
"""Upright rows of marks beside the part, and of all, that are looked at, for each alignment, fullest first."""
CROWD = 3
"""Marks close by in the same line beyond which a mark is a letter. chosen: a tick has a number of three digits."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ruler:
    """Evenly spaced ticks.

    Args:
        start: height of tick 0 in stored pixels.
        period: distance of neighbors in stored pixels, to a fraction of one.
        places: (n,) numbers of the ticks that were seen.
        members: (n,) their marks.
        x: where it stands.
        every: each how manieth tick is a larger one; 1 where all are equal.
        first: number of the first larger tick, below `every`.
    """

    start: float
    period: float
    places: NDArray[np.int64]
    members: NDArray[np.int64]
    x: float
    every: int = 1
    first: int = 0

    @property
    def span(self) -> float:
        """From the first tick to the last, in pixels."""
        return float(np.ptp(self.places)) * self.period


def find_rulers(marks: Marks, part: Box) -> list[Ruler]:
    """Upright rulers beside or upon a part of the screen, most convincing first."""
    y0, y1 = part[1], part[3]
    height = y1 - y0
    near = np.flatnonzero((marks.y > y0 - ABOVE * height) & (marks.y < y1 + BELOW * height))
    outer = (marks.x[near] < part[0]) | (marks.x[near] > part[2])
    beside = near[outer]
    rows = _rows(marks, beside[_apart(marks, beside)], OUTER_GROUPS) + _rows(marks, near, INNER_GROUPS)
    found: list[Ruler] = []
    for members in rows:
        ruler = _fitted(marks, members)
        if ruler is None or ruler.span < LEAST_SPAN * height or _apart(marks, ruler.members).mean() < OCCUPIED:
            continue
        if part[0] <= ruler.x <= part[2] and not _alike(marks, ruler):
            continue
        same = [other for other in found if abs(ruler.x - other.x) < 8 and abs(ruler.period - other.period) < 0.5]
        if any(len(other.places) >= len(ruler.places) for other in same):
            continue
        found = [other for other in found if other not in same]
        found.append(_graded(marks, ruler))
    found.sort(key=lambda ruler: -(len(ruler.places) * ruler.span / (np.ptp(ruler.places) + 1) / ruler.period))
    return found


def _alike(marks: Marks, ruler: Ruler) -> bool:
    """Whether marks upon the picture itself are ticks: many, and of one or two sizes, as echoes are not."""
    high = marks.bottom[ruler.members] - marks.top[ruler.members]
    usual = np.abs(high - np.median(high)) <= 2
    return len(high) >= UPON and float(usual.mean()) >= OCCUPIED


def _rows(marks: Marks, near: NDArray[np.int64], most: int) -> list[NDArray[np.int64]]:
    """Groups of marks that share a left edge, a right edge or a middle."""
    groups: list[tuple[int, NDArray[np.int64]]] = []
    for key in (marks.left, marks.right, marks.x):
        place = np.round(key[near]).astype(np.int64)
        if place.size == 0:
            continue
        place = np.clip(place, 0, None)
        counts = np.convolve(np.bincount(place, minlength=int(place.max()) + 2), (1, 1, 1), mode="same")
        for _ in range(most):
            best = int(counts.argmax())
            if counts[best] < LEAST_TICKS:
                break
            groups.append((int(counts[best]), near[np.abs(place - best) <= 1]))
            counts[max(0, best - 1) : best + 2] = 0
    groups.sort(key=lambda group: -group[0])
    return [members for _, members in groups]


def _fitted(marks: Marks, members: NDArray[np.int64]) -> Ruler | None:
    """The evenly spaced ticks among marks in a row; None where they are not."""
    order = members[np.argsort(marks.y[members])]
    heights = marks.y[order]
    steps = np.diff(heights)
    best: Ruler | None = None
    tried: list[float] = []
    for step in np.sort(steps[steps >= 4]):
        if any(abs(step - other) < 0.06 * other for other in tried) or len(tried) >= 6:
            continue
        tried.append(float(step))
        ruler = _grown(heights, order, float(step))
        if ruler is None:
            continue
        thick = float(np.median(marks.bottom[ruler.members] - marks.top[ruler.members]))
        if thick > THIN * ruler.period:
            continue
        if best is None or len(ruler.places) > len(best.places):
            best = ruler
    if best is None:
        return None
    x = float(np.median(marks.x[best.members]))
    return Ruler(start=best.start, period=best.period, places=best.places, members=best.members, x=x)


def _grown(heights: NDArray[np.float64], order: NDArray[np.int64], step: float) -> Ruler | None:
    """A ruler of about this step, grown from where it is most even, the period growing more exact with its length."""
    even = np.abs(np.diff(heights) - step) < 0.05 * step + 0.8
    if not even.any():
        return None
    seed = _longest_run(even)
    start, period = float(heights[seed]), float(step)
    places: NDArray[np.int64] = np.array([0], dtype=np.int64)
    chosen: NDArray[np.int64] = np.array([seed], dtype=np.int64)
    for reach in (3, 6, 12, 25, 50, 100, 200):
        number = np.round((heights - start) / period).astype(np.int64)
        off = np.abs(heights - start - number * period)
        good = (off <= max(1.0, min(2.5, 0.05 * period))) & (np.abs(number) <= reach)
        index = np.flatnonzero(good)
        if len(index) < 2:
            return None
        _, first = np.unique(number[index], return_index=True)
        chosen, places = index[first], number[index][first]
        if len(places) < 2:
            return None
        mean_place, mean_height = places.mean(), heights[chosen].mean()
        spread = float(((places - mean_place) ** 2).sum())
        period = float(((places - mean_place) * (heights[chosen] - mean_height)).sum() / spread)
        start = float(mean_height - period * mean_place)
        if period < 3:
            return None
    total = int(np.ptp(places)) + 1
    between = (heights > heights[chosen[0]] - 0.3 * period) & (heights < heights[chosen[-1]] + 0.3 * period)
    stray = int(between.sum()) - len(places)
    if len(places) < LEAST_TICKS or len(places) < OCCUPIED * total or stray > 0.5 * len(places):
        return None
    off = heights[chosen] - start - places * period
    if float(np.sqrt((off**2).mean())) > max(0.7, 0.02 * period):
        return None
    return Ruler(
        start=start + period * int(places[0]), period=period, places=places - places[0], members=order[chosen], x=0.0
    )


def _longest_run(even: NDArray[np.bool_]) -> int:
    """Where the longest run of True begins."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], even.view(np.int8), [0]))))
    starts, ends = edges[::2], edges[1::2]
    return int(starts[(ends - starts).argmax()])


def _apart(marks: Marks, chosen: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some marks are no letters: at most a short number stands close by in the same line."""
    high = np.maximum(8.0, marks.bottom - marks.top)[chosen]
    crowd = np.zeros(len(chosen), dtype=np.int64)
    for start in range(0, len(chosen), 256):
        here = chosen[start : start + 256]
        tall = high[start : start + 256, None]
        level = np.abs(marks.y[None, :] - marks.y[here][:, None]) < 0.8 * tall
        gap = np.maximum(marks.left[None, :], marks.left[here][:, None]) - np.minimum(
            marks.right[None, :], marks.right[here][:, None]
        )
        crowd[start : start + 256] = (level & (gap < 3 * tall)).sum(axis=1) - 1
    return crowd <= CROWD


def _graded(marks: Marks, ruler: Ruler) -> Ruler:
    """The ruler with its larger ticks: each second, fifth or tenth is wider, higher or of another tint."""
    best, gain = (1, 0), 0.0
    for feature in (
        marks.right - marks.left,
        marks.bottom - marks.top,
        marks.ink,
        marks.tint,
    ):
        values = feature[ruler.members]
        for every in (2, 5, 10):
            if np.ptp(ruler.places) < every + 1:
                continue
            for first in range(every):
                large = ruler.places % every == first
                gap = _gap(values, large)
                if gap > gain:
                    best, gain = (every, first), gap
    return Ruler(
        start=ruler.start,
        period=ruler.period,
        places=ruler.places,
        members=ruler.members,
        x=ruler.x,
        every=best[0],
        first=best[1],
    )


def _gap(values: NDArray[np.float64], large: NDArray[np.bool_]) -> float:
    """How clearly one set of values lies above the rest; 0 unless all but one in ten do, by a quarter.

    Two larger ones among few are chance: a label or a mark may stick to a tick.
    """
    if large.sum() < 2 or (~large).sum() < 2 or (large.sum() < 3 and len(values) < 11):
        return 0.0
    above, below = np.sort(values[large]), np.sort(values[~large])
    low, high = float(above[len(above) // 10]), float(below[-1 - len(below) // 10])
    if low < 1.25 * high + 1:
        return 0.0
    return (low - high) / (low + high)
