"""The field of view that explains a piece of screen best: a rectangle, a sector of a ring, or a convex outline.

Straight edges are found first (edges.py). Where they meet above the picture is the apex of a sector. Every shape that
the edges allow is drawn and compared with the piece; the one that leaves least unexplained is kept.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import atan

import numpy as np

from inplane.core import FieldOfView, Polygon, Sector
from inplane.stream.screen.compare import Bounds, Coarse, Shape, clipped, segment_in
from inplane.stream.screen.content import Content, bounds
from inplane.stream.screen.edges import Edge, Outline, Points, arc, level_line, outline_of, side_lines
from inplane.stream.screen.sector import FARTHEST, refined, with_tip

SLACK = 0.006
"""Distance from an edge at which a point is on it, as a share of the longer side. chosen: 3 pixels of 500."""
PARALLEL = 0.05
"""Difference of the steps of two sides below which they do not meet. chosen: 3 degrees, an apex 20 widths away."""
SLANTED_COST = 0.01
"""What a shape with slanted sides must explain more than a rectangle. chosen: two coarse pixels all along a side."""
SUPPORT_GAIN = 0.25
"""What it is worth when all of a shape's border lies on the border of the piece. chosen: as much as a dark corner."""
UPRIGHT = 0.02
"""Step of a side below which it is upright. chosen: one degree."""
SECTOR_SIDE = 0.3
"""Share of each straight side of a sector that must be seen. chosen: the deeper half of a fan is often black."""
SLANTED_SIDE = 0.6
"""The same for other slanted sides: there is no second side and no arc to confirm them."""
SLANT_SHARE = 0.03
"""Way aside, as a share of the width, below which a side is upright. chosen: above what faded tissue or a bar does."""
CUT_SHARE = 0.2
"""Share of the rows that end at one upright line where a screen cuts a sector off. chosen: above a sector's corner."""
SLANT_HEIGHT = 0.35
"""Share of the height that a slanted side goes along. chosen: a steered picture is cut off by its window at 0.43."""
ROUND = 0.94
"""How well an ellipse must explain a round body. chosen: 0.95 to 0.98 in CT, at most 0.90 of any field of view."""
ROUND_SUPPORT = 0.8
"""Share of a field of view's border that, when seen, outweighs a round outline."""
LINE_FILLED = 0.9
"""Share of a row that is lit where the row belongs to a rectangle. chosen: writing fills a third."""
LINE_MARGIN = 5
"""How far beside a rectangle such a row must be dark, in slacks."""
LINE_BELOW = 0.1
"""How far below a rectangle such rows are looked for, as a share of its height; above, as far as it is high."""


def is_round(content: Content, shape: Shape) -> bool:
    """Whether a piece is round all about, as a body is in a slice, and no field of view is to be seen in it."""
    return shape.support < ROUND_SUPPORT and Coarse(content).roundness() > ROUND


def find_shape(content: Content) -> Shape:
    """The shape that explains a piece of content best."""
    outline = outline_of(content)
    slack = max(1.5, SLACK * outline.size)
    coarse = Coarse(content)
    rectangle = _rectangle(outline, slack)
    best = coarse.tried(None, rectangle)
    for left, right in _sides(outline, slack):
        for field in _fields(left, right, outline, slack):
            limits = _limits(content, field, outline)
            if not _sides_seen(coarse, field, limits):
                continue
            tried = coarse.tried(field, limits)
            if tried.fit + SUPPORT_GAIN * tried.support - SLANTED_COST > best.fit + SUPPORT_GAIN * best.support:
                best = tried
    if best.field is None:
        return replace(best, box=_lengthened(best.box, content, slack))
    if isinstance(best.field, Polygon):
        corners = clipped(best.field.outline(), best.box)
        return replace(best, field=Polygon(points_mm=tuple((float(x), float(y)) for x, y in corners)))
    field = with_tip(refined(best.field, outline, slack), content)
    return coarse.tried(field, _limits(content, field, outline))


def _sides_seen(coarse: Coarse, field: FieldOfView, limits: Bounds) -> bool:
    """Whether each slanted side is itself to be seen, as far as it lies within the limits."""
    if isinstance(field, Sector):
        starts, ends = field.outline(2)[[0, 1]], field.outline(2)[[3, 2]]
        least = SECTOR_SIDE
    else:
        starts, ends = field.outline()[[0, 1]], field.outline()[[3, 2]]
        least = SLANTED_SIDE
    slants = 0
    for start, end in zip(starts, ends, strict=True):
        inside = segment_in(start, end, limits)
        if inside is None:
            return False
        aside, down = abs(inside[1] - inside[0])
        if aside < SLANT_SHARE * (limits[2] - limits[0]):
            continue
        slants += 1
        if down < SLANT_HEIGHT * (limits[3] - limits[1]) and isinstance(field, Polygon):
            return False
        if coarse.seen(inside[0][None], inside[1][None]) < least:
            return False
    return slants == 2 if isinstance(field, Sector) else slants > 0


def _limits(content: Content, field: FieldOfView, outline: Outline) -> Bounds:
    """What a slanted field of view is cut to: the region, or nearer, where the piece ends at an upright line."""
    around = bounds(content.mask)
    if isinstance(field, Polygon):
        return _meet(field.outline(), around)
    sides = [float(side) for side in content.box]
    for side, points, lowest in ((0, outline.left, False), (2, outline.right, True)):
        at, share = level_line(points[:, ::-1], lowest=lowest, slack=0.75)
        if share > CUT_SHARE:
            sides[side] = at
    return _meet(field.outline(), (sides[0], sides[1], sides[2], sides[3]))


def _lengthened(box: Bounds, content: Content, slack: float) -> Bounds:
    """A rectangle with the bright lines above and below that are just as wide, such as a probe's face upon water."""
    x0, x1 = round(box[0]), round(box[2])
    beyond = round(LINE_MARGIN * slack)
    left, right = max(content.box[0], x0 - beyond), min(content.box[2], x1 + beyond)
    wide = content.raw[:, left:right]
    inner = content.raw[:, x0:x1]
    if inner.shape[1] == 0:
        return box
    outside = wide.sum(axis=1) - inner.sum(axis=1)
    full = (inner.mean(axis=1) > LINE_FILLED) & (outside <= 0.2 * (wide.shape[1] - inner.shape[1]) + slack)
    full[: content.box[1]] = full[content.box[3] :] = False
    rows = np.flatnonzero(full)
    if len(rows) == 0:
        return box
    high = box[3] - box[1]
    top = rows[rows >= box[1] - high]
    bottom = rows[rows < box[3] + LINE_BELOW * high]
    y0 = min(box[1], float(top[0])) if len(top) else box[1]
    y1 = max(box[3], float(bottom[-1]) + 1) if len(bottom) else box[3]
    return box[0], y0, box[2], y1


def _sides(outline: Outline, slack: float) -> Iterator[tuple[Edge, Edge]]:
    lefts = side_lines(outline.left, outline.cut[0], sign=-1, slack=slack)
    rights = side_lines(outline.right, outline.cut[2], sign=1, slack=slack)
    lefts.append(_upright(outline.left, lowest=False, slack=slack))
    rights.append(_upright(outline.right, lowest=True, slack=slack))
    for left in lefts:
        for right in rights:
            if abs(left.step) > UPRIGHT or abs(right.step) > UPRIGHT:
                yield left, right


def _upright(points: Points, *, lowest: bool, slack: float) -> Edge:
    at, share = level_line(points[:, ::-1], lowest=lowest, slack=slack)
    return Edge(at=at, step=0, share=share)


def _fields(left: Edge, right: Edge, outline: Outline, slack: float) -> Iterator[FieldOfView]:
    """Sector and outlines between two sides."""
    ceiling, _ = level_line(outline.top, lowest=False, slack=slack)
    floor, _ = level_line(outline.bottom, lowest=True, slack=slack)
    highest, deepest = float(outline.top[:, 1].min()), float(outline.bottom[:, 1].max())
    opening = right.step - left.step
    if opening > PARALLEL:
        y = (left.at - right.at) / opening
        apex = (left.x(y), y)
        if y <= highest + 0.06 * outline.size and left.step < right.step:
            field = _sector(apex, left, right, outline, slack)
            if field is not None:
                yield field
    for lower in {floor, deepest}:
        corners = [
            (left.x(ceiling), ceiling),
            (right.x(ceiling), ceiling),
            (right.x(lower), lower),
            (left.x(lower), lower),
        ]
        far = max(abs(value) for corner in corners for value in corner) > FARTHEST
        if not far and corners[1][0] - corners[0][0] > 2 and corners[2][0] - corners[3][0] > 2:
            yield Polygon(points_mm=tuple(corners))


def _sector(apex: tuple[float, float], left: Edge, right: Edge, outline: Outline, slack: float) -> Sector | None:
    outer, outer_share = (
        arc(outline.bottom[~outline.cut[3]], apex, outer=True, slack=slack)
        if (~outline.cut[3]).sum() > 8
        else (0.0, 0.0)
    )
    farthest = float(np.hypot(outline.bottom[:, 0] - apex[0], outline.bottom[:, 1] - apex[1]).max())
    if outer_share < 0.15:
        outer = farthest
    inner, inner_share = arc(_between(outline.top, left, right), apex, outer=False, slack=slack)
    nearest = float(np.hypot(outline.top[:, 0] - apex[0], outline.top[:, 1] - apex[1]).min())
    if inner_share < 0.15:
        inner = nearest
    if inner < 0.02 * outer:
        inner = 0.0
    if not (
        np.isfinite(outer)
        and 0 <= inner < 0.98 * outer < FARTHEST
        and abs(apex[1]) < FARTHEST
        and abs(apex[0]) < FARTHEST
    ):
        return None
    return Sector(apex_mm=apex, inner_mm=inner, outer_mm=outer, from_rad=atan(left.step), to_rad=atan(right.step))


def _between(top: Points, left: Edge, right: Edge) -> Points:
    """The upper points that lie between two sides and not on them."""
    inside = (top[:, 0] > left.at + left.step * top[:, 1] + 2) & (top[:, 0] < right.at + right.step * top[:, 1] - 2)
    # beside the face, the upper pixel of a column lies on a slanted side
    return top[inside] if inside.sum() >= 8 else top


def _rectangle(outline: Outline, slack: float) -> Bounds:
    """Where most rows begin and end, and most columns; where no line is, where nearly all of them do."""
    sides: list[float] = []
    for points, lowest in (
        (outline.left[:, ::-1], False),
        (outline.top, False),
        (outline.right[:, ::-1], True),
        (outline.bottom, True),
    ):
        at, share = level_line(points, lowest=lowest, slack=slack)
        sides.append(at if share > 0.25 else float(np.quantile(points[:, 1], 0.98 if lowest else 0.02)))
    return sides[0], sides[1], sides[2], sides[3]


def _meet(corners: Points, box: Bounds) -> Bounds:
    """The box around a shape, as far as it lies in another box."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    return max(low[0], box[0]), max(low[1], box[1]), min(high[0], box[2]), min(high[1], box[3])
