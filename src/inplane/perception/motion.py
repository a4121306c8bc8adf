"""The temporal witness: what changed since a moment ago, once the picture's own shift is taken out."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import correlation, median, resize, shift
from inplane.perception.prepare import Prepared

SNAPSHOT_S = 0.25
"""Time between kept pictures. chosen: a needle at 5 mm/s grows by one and a quarter millimetres in it."""
MEMORY_S = 1.6
"""Age of the oldest kept picture. chosen: 3 mm/s grows 5 mm in it, and a hand holds still."""
SIMILAR = 0.6
"""Correlation of smoothed pictures from which their difference means something. chosen: half of the variance is shared
at 0.7; below that the probe has moved on."""
TINY = (64, 64)
"""(columns, rows) of the picture used to find the shift. chosen: 0.6 mm pixels, found to a tenth by least squares."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """What changed since an earlier picture.

    Args:
        difference: (rows, columns) float32, smoothed grey now less then, the shift taken out; positive is brighter;
            0 where either picture shows no tissue.
        noise: robust deviation of the difference, at least 2 grey levels and an eighth of the speckle's.
        similarity: correlation of the two pictures, -1 to 1.
    """

    difference: NDArray[np.float32]
    noise: float
    similarity: float


@dataclass(slots=True, kw_only=True, eq=False)
class _Kept:
    """An earlier picture: when it was, its grey, and where its content lay (pixels of TINY, summed shifts)."""

    time_s: float
    smooth: NDArray[np.float32]
    tiny: NDArray[np.float32]
    valid: NDArray[np.uint8]
    place: tuple[float, float]


class Motion:
    """Keeps a few earlier pictures and compares the newest with the oldest that is still like it."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque()
        self._place = (0.0, 0.0)

    def reset(self) -> None:
        """Forget every earlier picture."""
        self._kept.clear()
        self._place = (0.0, 0.0)

    def step(self, prepared: Prepared, time_s: float) -> Change | None:
        """The change since the oldest similar picture; None at the start or when nothing kept is similar."""
        tiny = resize(prepared.coarse, *TINY, area=True)
        if self._kept and (self._kept[0].smooth.shape != prepared.smooth.shape or time_s <= self._kept[-1].time_s):
            self.reset()
        change = None
        for kept in [self._kept[k] for k in {0: 0, max(0, len(self._kept) - 2): 0} if self._kept]:
            if time_s - kept.time_s > 2 * MEMORY_S:
                continue
            change = self._compare(prepared, tiny, kept)
            if change is not None:
                break
        if not self._kept or time_s - self._kept[-1].time_s >= SNAPSHOT_S - 1e-6:
            if change is None:
                self._place = (0.0, 0.0)
                self._kept.clear()
            kept = _Kept(time_s=time_s, smooth=prepared.smooth, tiny=tiny, valid=prepared.valid, place=self._place)
            self._kept.append(kept)
            while self._kept[-1].time_s - self._kept[0].time_s > MEMORY_S + 1e-6:
                self._kept.popleft()
        return change

    def _compare(self, prepared: Prepared, tiny: NDArray[np.float32], kept: _Kept) -> Change | None:
        """The change since one kept picture, or None where the two are not alike."""
        guess = (self._place[0] - kept.place[0], self._place[1] - kept.place[1])
        sx, sy = translation(kept.tiny, tiny, guess, tiny_weight(prepared))
        rows, columns = kept.smooth.shape
        dx, dy = sx * columns / TINY[0], sy * rows / TINY[1]
        then = shift(kept.smooth, dx, dy) if max(abs(dx), abs(dy)) > 0.2 else kept.smooth
        both = _both_valid(prepared, kept.valid, (dx, dy))
        shared = slice(None) if both is None else both[::4, ::4] > 0
        similarity = correlation(prepared.smooth[::4, ::4][shared], then[::4, ::4][shared])
        if similarity < SIMILAR:
            return None
        self._place = (kept.place[0] + sx, kept.place[1] + sy)
        difference = prepared.smooth - then if both is None else (prepared.smooth - then) * both
        noise = max(2.0, 0.12 * prepared.speckle, 1.4826 * median(np.abs(difference[::4, ::4][shared])))
        return Change(
            difference=difference,
            noise=noise,
            similarity=similarity,
        )


def tiny_weight(prepared: Prepared) -> NDArray[np.float32] | None:
    """(TINY rows - 2, TINY columns - 2) 1 where tissue is shown; None where the whole picture shows it."""
    if prepared.view.inside is None and prepared.flow is None:
        return None
    share = resize(prepared.valid_coarse.astype(np.float32), *TINY, area=True)
    return (share[1:-1, 1:-1] > 0.99).astype(np.float32)


def _both_valid(prepared: Prepared, then: NDArray[np.uint8], moved: tuple[float, float]) -> NDArray[np.float32] | None:
    """1 where tissue is shown now and was then, its movement taken out; None where the whole picture shows it."""
    if prepared.view.inside is None and prepared.flow is None:
        return None
    before = shift(then.astype(np.float32), *moved) > 0.99
    return (before & (prepared.valid > 0)).astype(np.float32)


def translation(
    then: NDArray[np.float32],
    now: NDArray[np.float32],
    guess: tuple[float, float],
    weight: NDArray[np.float32] | None = None,
) -> tuple[float, float]:
    """(columns, rows) by which the content moved from `then` to `now`, by least squares on grey (Lucas-Kanade 1981).

    Args:
        then, now: pictures of the same shape.
        guess: where to begin; four steps are taken, each of at most two pixels.
        weight: of each pixel but the outermost; None for 1 everywhere.
    """
    sx, sy = guess
    columns = then.shape[1]
    for _ in range(4):
        moved = shift(then, sx, sy)
        gx = 0.5 * (moved[1:-1, 2:] - moved[1:-1, :-2])
        gy = 0.5 * (moved[2:, 1:-1] - moved[:-2, 1:-1])
        rest = np.clip(now[1:-1, 1:-1] - moved[1:-1, 1:-1], -30, 30)
        if weight is not None:
            gx, gy = gx * weight, gy * weight
        xx, yy, xy = float((gx * gx).sum()), float((gy * gy).sum()), float((gx * gy).sum())
        bx, by = -float((gx * rest).sum()), -float((gy * rest).sum())
        determinant = xx * yy - xy * xy
        if determinant < 1e-3 * (xx + yy) ** 2 + 1e-6:
            break
        ux = min(2.0, max(-2.0, (yy * bx - xy * by) / determinant))
        uy = min(2.0, max(-2.0, (xx * by - xy * bx) / determinant))
        sx, sy = sx + ux, sy + uy
        if abs(ux) + abs(uy) < 0.01:
            break
    limit = 0.15 * columns
    return (sx, sy) if max(abs(sx), abs(sy)) < limit else (0.0, 0.0)
