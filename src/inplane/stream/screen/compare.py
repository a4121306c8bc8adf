"""How well a shape explains a piece of screen: what it leaves out, what it holds empty, and how much border is seen."""

from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import FieldOfView
from inplane.stream.screen.content import Content
from inplane.stream.screen.edges import Points

EMPTY_COST = 0.35
"""What a pixel inside a shape without content costs against content outside it. chosen: tissue may be black."""
COARSE = 220
"""Longer side in pixels at which shapes are compared. chosen: a pixel is then half a percent."""

Bounds: TypeAlias = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A field of view in pixels of the picture that was searched.

    Args:
        box: (x0, y0, x1, y1), what to crop to.
        field: sector or convex outline; None for a rectangle.
        fit: 1 where it explains the piece wholly; less what lies outside, and part of what is empty inside.
        support: share of its border, without what the region cuts off, that is the border of the piece.
    """

    box: Bounds
    field: FieldOfView | None
    fit: float
    support: float


class Coarse:
    """A piece at a size at which many shapes can be compared with it."""

    def __init__(self, content: Content) -> None:
        self._step = max(1, round(max(content.mask.shape) / COARSE))
        half = self._step // 2
        self._mask = np.ascontiguousarray(content.mask[half :: self._step, half :: self._step])
        self._area = max(1, int(self._mask.sum()))
        self._box = content.box
        piece = self._mask.astype(np.uint8)
        around = np.asarray(cv2.dilate(piece, np.ones((3, 3), np.uint8)), dtype=np.uint8)
        within = np.asarray(cv2.erode(piece, np.ones((3, 3), np.uint8)), dtype=np.uint8)
        self._border = around > within

    def tried(self, field: FieldOfView | None, box: Bounds) -> Shape:
        """A field of view within a box, with how well it explains the piece."""
        whole = corners_of(box)
        corners = whole if field is None else clipped(field.outline(), box)
        if len(corners) < 3:
            return Shape(box=box, field=field, fit=-1, support=0)
        following = np.roll(corners, -1, axis=0)
        return Shape(box=box, field=field, fit=self._fit(corners), support=self.seen(corners, following))

    def roundness(self) -> float:
        """How well an ellipse of the same moments explains the piece; 1 for a round body."""
        ys, xs = np.nonzero(self._mask)
        if len(xs) < 16:
            return 0.0
        spread = np.cov(np.stack((xs, ys)))
        width, turn = np.linalg.eigh(spread)
        angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
        # the second moments of an ellipse are a quarter of its half axes squared
        circle = np.stack((np.cos(angles), np.sin(angles))) * (2 * np.sqrt(np.maximum(width, 1e-9)))[:, None]
        corners = (turn @ circle).T + np.array((xs.mean(), ys.mean()))
        return self._fit((corners + 0.5) * self._step + 0.5)

    def _fit(self, corners: Points) -> float:
        drawn = np.zeros(self._mask.shape, dtype=np.uint8)
        places = np.clip((corners - 0.5) / self._step, -2000, 2000)
        cv2.fillPoly(drawn, [np.round(places * 16).astype(np.int32)], (1,), shift=4)
        inside = drawn > 0
        missed = int((self._mask & ~inside).sum())
        empty = int((inside & ~self._mask).sum())
        return 1 - (missed + EMPTY_COST * empty) / self._area

    def seen(self, starts: Points, ends: Points) -> float:
        """Share of straight pieces of border within the region, (n, 2) each, that is the border of the piece."""
        walked = _walked(starts, ends, self._step)
        x0, y0, x1, y1 = self._box
        low, high = np.array((x0 + 2.0, y0 + 2.0)), np.array((x1 - 2.0, y1 - 2.0))
        walked = walked[((walked >= low) & (walked <= high)).all(axis=1)]
        if len(walked) < 4:
            return 0.0
        limit = np.array(self._mask.shape[::-1]) - 1
        place = np.clip(np.floor(walked / self._step).astype(np.int64), 0, limit)
        return float(self._border[place[:, 1], place[:, 0]].mean())


def _walked(starts: Points, ends: Points, step: float) -> Points:
    """Places along straight pieces, one a step."""
    lengths: NDArray[np.float64] = np.hypot(ends[:, 0] - starts[:, 0], ends[:, 1] - starts[:, 1])
    counts = np.maximum(1, np.round(lengths / max(step, float(lengths.sum()) / 2000))).astype(np.int64)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    number = np.arange(int(counts.sum()), dtype=np.float64) - firsts
    along: Points = (number / np.repeat(counts, counts))[:, None]
    return np.repeat(starts, counts, axis=0) * (1 - along) + np.repeat(ends, counts, axis=0) * along


def corners_of(box: Bounds) -> Points:
    """(4, 2) corners of a box."""
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)


def segment_in(start: Points, end: Points, box: Bounds) -> tuple[Points, Points] | None:
    """The ends of what of a straight piece lies in a box; None where nothing does."""
    first, last = 0.0, 1.0
    for axis, low, high in ((0, box[0], box[2]), (1, box[1], box[3])):
        way = float(end[axis] - start[axis])
        if way == 0:
            if not low <= start[axis] <= high:
                return None
            continue
        ins = sorted(((low - float(start[axis])) / way, (high - float(start[axis])) / way))
        first, last = max(first, ins[0]), min(last, ins[1])
    if first >= last:
        return None
    return start + (end - start) * first, start + (end - start) * last


def clipped(corners: Points, box: Bounds) -> Points:
    """(m, 2) what of a polygon lies in a box, side by side (Sutherland and Hodgman 1974, doi:10.1145/360767.360802)."""
    for axis, limit, keep in ((0, box[0], 1), (0, box[2], -1), (1, box[1], 1), (1, box[3], -1)):
        if len(corners) == 0:
            break
        before = np.roll(corners, 1, axis=0)
        off, off_before = keep * (corners[:, axis] - limit), keep * (before[:, axis] - limit)
        out: list[Points] = []
        for here, there, now, then in zip(corners, before, off, off_before, strict=True):
            if (now >= 0) != (then >= 0):
                out.append(there + (here - there) * (then / (then - now)))
            if now >= 0:
                out.append(here)
        corners = np.array(out, dtype=np.float64).reshape(-1, 2)
    return corners
