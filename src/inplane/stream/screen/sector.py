"""A sector's numbers, exact: all points near its border at once, and its tip."""

from dataclasses import replace
from math import hypot

import numpy as np

from inplane.core import Sector
from inplane.stream.screen.content import Content
from inplane.stream.screen.edges import Outline, Points

FARTHEST = 2400.0
"""Largest coordinate or radius in the pixels that are searched: there are up to four times as many stored ones, and a
field of view has at most 10,000. With an apex farther away than that, sides are as good as upright."""
TIP = 0.12
"""Inner radius, as a share of the outer, below which a sector's tip is looked for once more."""


def refined(sector: Sector, outline: Outline, slack: float) -> Sector:
    """Apex, radii and edges together, by least squares over all points that lie near the sector's border.

    Gauss-Newton on the distances of the points from their edge: for a ray at angle t from the apex,
    (x - ax) cos t - (y - ay) sin t; for an arc, the distance from the apex less the radius.
    """
    state = np.array(
        [*sector.apex_mm, sector.inner_mm, sector.outer_mm, sector.from_rad, sector.to_rad], dtype=np.float64
    )
    for near in (slack, slack, slack / 2 + 0.5, slack / 2 + 0.5):
        rows, off = _equations(state, outline, near)
        if len(off) < 24:
            return sector
        pull = np.diag([1e-3, 1e-3, 1e-3, 1e-3, 1e-3, 1e-3])  # what no point tells stays as it is
        change = np.linalg.solve(rows.T @ rows + pull, -rows.T @ off)
        if not np.isfinite(change).all() or hypot(change[0], change[1]) > 0.2 * sector.outer_mm:
            return sector
        state = state + change
    ax, ay, inner, outer, start, end = (float(value) for value in state)
    if sector.inner_mm == 0:
        inner = 0.0
    if not (0 <= inner < outer < FARTHEST and max(abs(ax), abs(ay)) < FARTHEST and -1.55 < start < end < 1.55):
        return sector
    return Sector(apex_mm=(ax, ay), inner_mm=inner, outer_mm=outer, from_rad=start, to_rad=end)


def with_tip(sector: Sector, content: Content) -> Sector:
    """The sector with its narrow tip, which went with the small things: content goes on towards the apex."""
    if sector.inner_mm > TIP * sector.outer_mm:
        return sector
    reach = round(1.2 * TIP * sector.outer_mm)
    ax, ay = sector.apex_mm
    x0, y0 = max(0, round(ax) - reach), max(0, round(ay))
    part = content.raw[y0 : round(ay) + reach + 1, x0 : round(ax) + reach + 1]
    if part.size == 0:
        return sector
    y, x = np.mgrid[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] + 0.5
    radius, angle = np.hypot(x - ax, y - ay), np.arctan2(x - ax, y - ay)
    inside = (angle > sector.from_rad) & (angle < sector.to_rad)
    rings = np.floor(radius[inside]).astype(np.int64)
    total = np.bincount(rings, minlength=reach + 1)
    filled = np.bincount(rings, weights=part[inside], minlength=reach + 1)
    empty = np.flatnonzero((total > 0) & (filled < 0.5 * total) & (np.arange(len(total)) < sector.inner_mm))
    inner = float(empty[-1] + 1) if len(empty) else 0.0
    if inner < 0.02 * sector.outer_mm:
        inner = 0.0
    return replace(sector, inner_mm=min(sector.inner_mm, inner))


def _equations(state: Points, outline: Outline, near: float) -> tuple[Points, Points]:
    """(n, 6) derivatives and (n,) distances of the points near the border of a sector."""
    ax, ay, inner, outer, start, end = state
    rows: list[Points] = []
    off: list[Points] = []
    for index, points, angle in ((4, outline.left, start), (5, outline.right, end)):
        free = points[~outline.cut[0 if index == 4 else 2]]
        x, y = free[:, 0] - ax, free[:, 1] - ay
        distance, along = x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle)
        on = (np.abs(distance) <= near) & (along > inner) & (along < outer)
        row = np.zeros((int(on.sum()), 6))
        row[:, 0], row[:, 1], row[:, index] = -np.cos(angle), np.sin(angle), -along[on]
        rows.append(row)
        off.append(distance[on])
    for index, points, radius, cut in ((2, outline.top, inner, 1), (3, outline.bottom, outer, 3)):
        free = points[~outline.cut[cut]]
        x, y = free[:, 0] - ax, free[:, 1] - ay
        far, turn = np.hypot(x, y), np.arctan2(x, y)
        on = (np.abs(far - radius) <= near) & (turn > start) & (turn < end) & (far > 1)
        row = np.zeros((int(on.sum()), 6))
        row[:, 0], row[:, 1], row[:, index] = -x[on] / far[on], -y[on] / far[on], -1
        rows.append(row)
        off.append(far[on] - radius)
    return np.concatenate(rows), np.concatenate(off)
