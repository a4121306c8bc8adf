"""The straight edges of a piece of screen: where each row of it begins and ends, and the lines these points lie on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.stream.screen.content import Content

Points = NDArray[np.float64]

PAIRS = 36
"""Rows between which trial lines are drawn. chosen: 630 lines find an edge of which a fifth is seen."""
STEEPEST = 4.0
"""Largest step sideways a row; 76 degrees from straight down. chosen: the widest probes open to 150 degrees."""
OUTSIDE_COST = 1.0
"""What a point outside an edge costs against one on it. chosen: nothing lies outside an edge but writing."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """Outermost pixels of a piece, as coordinates of pixel edges (0 = left or upper edge of the stored picture).

    Args:
        left, right: (n, 2) points (x, y), one a row.
        top, bottom: (n, 2) points (x, y), one a column.
        cut: whether the left, top, right, bottom points lie on the border of the region, (n,) each.
        size: longer side of the piece, pixels.
    """

    left: Points
    right: Points
    top: Points
    bottom: Points
    cut: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A straight side x = at + step * y, with how many of the rows lie on it (share, 0 to 1)."""

    at: float
    step: float
    share: float

    def x(self, y: float) -> float:
        """Where it is at a height."""
        return self.at + self.step * y


def outline_of(content: Content) -> Outline:
    """The outermost pixels of a piece of content, row by row and column by column."""
    solid = content.mask & content.raw
    if not solid.any():
        solid = content.mask
    x0, y0, x1, y1 = content.box
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    across, down = solid[rows], solid[:, columns]
    left = np.argmax(across, axis=1)
    right = solid.shape[1] - np.argmax(across[:, ::-1], axis=1)
    top = np.argmax(down, axis=0)
    bottom = solid.shape[0] - np.argmax(down[::-1], axis=0)
    return Outline(
        left=_points(left, rows + 0.5),
        right=_points(right, rows + 0.5),
        top=_points(columns + 0.5, top),
        bottom=_points(columns + 0.5, bottom),
        cut=(left <= x0, top <= y0, right >= x1, bottom >= y1),
        size=int(max(rows[-1] - rows[0], columns[-1] - columns[0])) + 1,
    )


def side_lines(points: Points, cut: NDArray[np.bool_], *, sign: int, slack: float) -> list[Edge]:
    """The best straight edges through the points of one side, at most three, best first.

    Args:
        points: (n, 2).
        cut: (n,) points at the region's border, which are no edge of the field of view.
        sign: -1 for the left side, whose outside is to the left; +1 for the right one.
        slack: distance in pixels at which a point is on a line.
    """
    free = points[~cut]
    if len(free) < 8:
        return []
    chosen = free[np.linspace(0, len(free) - 1, min(PAIRS, len(free))).round().astype(np.int64)]
    first, second = np.triu_indices(len(chosen), 1)
    apart = chosen[second, 1] - chosen[first, 1]
    good = apart >= max(3.0, 0.06 * (points[-1, 1] - points[0, 1]))
    first, second, apart = first[good], second[good], apart[good]
    step = (chosen[second, 0] - chosen[first, 0]) / apart
    keep = np.abs(step) <= STEEPEST
    step, start = step[keep], chosen[first[keep]]
    at = start[:, 0] - step * start[:, 1]
    thin = free[:: max(1, len(free) // 160)]
    score = _scores(thin, at, step, sign=sign, slack=slack)
    found: list[Edge] = []
    while len(found) < 3 and score.size and score.max() > 0.1:
        best = int(score.argmax())
        found.append(_refined(free, Edge(at=float(at[best]), step=float(step[best]), share=0), slack))
        score = np.where(np.abs(step - step[best]) < 0.08 * (1 + step[best] ** 2), 0, score)
    return found


def _scores(points: Points, at: Points, step: Points, *, sign: int, slack: float) -> Points:
    """For each line, the share of points on it less those outside; a row of a flat line is a long piece of edge."""
    length = np.sqrt(1 + step**2)
    off = sign * (points[None, :, 0] - at[:, None] - step[:, None] * points[None, :, 1]) / length[:, None]
    on, outside = np.abs(off) <= slack, off > slack
    return np.asarray((on.sum(axis=1) - OUTSIDE_COST * outside.sum(axis=1)) * np.sqrt(length) / len(points))


def _refined(points: Points, edge: Edge, slack: float) -> Edge:
    """Least squares through the points on an edge, twice, the second time closer."""
    for near in (slack, slack / 2 + 0.5):
        off = (points[:, 0] - edge.at - edge.step * points[:, 1]) / np.hypot(1, edge.step)
        on = np.abs(off) <= near
        if on.sum() < 6 or np.ptp(points[on, 1]) < 3:
            break
        step, at = _straight(points[on, 1], points[on, 0])
        edge = Edge(at=float(at), step=float(step), share=float(on.mean()))
    return edge


def _straight(y: Points, x: Points) -> tuple[float, float]:
    """(step, at) of the line x = at + step y by least squares."""
    middle, off = float(y.mean()), float(x.mean())
    step = float(((y - middle) * (x - off)).sum() / ((y - middle) ** 2).sum())
    return step, off - step * middle


def level_line(points: Points, *, lowest: bool, slack: float) -> tuple[float, float]:
    """(height, share) of the horizontal line that most points of an upper or lower side lie on."""
    heights = points[:, 1]
    tries = np.unique(heights)
    if len(tries) > 200:
        tries = np.quantile(heights, np.linspace(0, 1, 200))
    on = (np.abs(heights[None, :] - tries[:, None]) <= slack).mean(axis=1)
    outside = (heights[None, :] - tries[:, None] > slack) if lowest else (tries[:, None] - heights[None, :] > slack)
    best = int((on - OUTSIDE_COST * outside.mean(axis=1)).argmax())
    near = np.abs(heights - tries[best]) <= slack
    return float(np.median(heights[near])), float(near.mean())


def arc(points: Points, apex: tuple[float, float], *, outer: bool, slack: float) -> tuple[float, float]:
    """(radius, share) of the circle around an apex that most points of an upper or lower side lie on."""
    radii = np.hypot(points[:, 0] - apex[0], points[:, 1] - apex[1])
    return level_line(np.stack((points[:, 0], radii), axis=1), lowest=outer, slack=slack)


def _points(x: NDArray[np.generic], y: NDArray[np.generic]) -> Points:
    return np.stack((x.astype(np.float64), y.astype(np.float64)), axis=1)
