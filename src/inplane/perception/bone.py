"""Bone: a bright line across the picture with a shadow behind it. Without the shadow nothing is said."""

from math import exp, log

import numpy as np
from numpy.typing import NDArray

from inplane.core import BoneSeen
from inplane.core.runtime import kernel
from inplane.perception.prepare import Prepared, fanned, fanned_fine

LEAST_WIDTH_MM = 5.0
"""Narrowest surface that is said. chosen: narrower shadows are edges of vessels and needles."""
LEAST_BEHIND_MM = 6.0
"""Depth of picture that must lie behind a surface to judge its shadow. chosen: less is not told from attenuation."""
LEAST_DEPTH_MM = 6.0
"""Depth from which a surface is said. chosen: a dark that begins nearer to the face is mostly lost contact."""
TAIL_MM = 2.2
"""Where behind its crest a surface's echo has ended. chosen: bone's echo is that thick at common gains."""
SHADOW_REACH_MM = 25.0
"""How far behind a surface it must stay dark. chosen: farther than the widest vessel and its bright far wall."""
SHADOW_RATIO = 0.55
"""Largest share of the grey in front that may remain behind, on average. chosen: bone takes 30 dB or more, half of a
60 dB grey scale, and reverberation gives a part of it back."""
EMPTY_RATIO, STREAK_MM = 0.5, 1.0
"""Largest share of the surface's own grey that any such piece behind it may have. chosen: 30 dB in a 60 dB grey scale;
behind a fascia the next one is brighter than that, however dark the muscle between them."""
STEEPEST_STEP = 2
"""Rows from one beam to the next above which a path is no surface. chosen: 63 degrees, from which a smooth surface
sends nothing back; there the path jumps from one surface to another."""
BRIDGE_MM = 1.5
"""Widest gap in a surface that is bridged. chosen: a vessel's or a needle's own shadow in front of it."""
LAST_ECHO_MM, LAST_ECHO, LAST_ECHO_RAYS = (0.7, 4.5), 0.6, 0.6
"""A surface's last echo: how far behind the brightest it may lie, its least grey against that, and the share of beams
that must have it. chosen: behind a joint's capsule lie two millimetres of cartilage and then bone, which need not be
brighter; an echo's own tail has no crest."""
SAY_SCORE = 0.3
"""Score from which a column belongs to a surface. chosen: bright and shadowed by half of what is expected each."""
SURENESS, MOST_SURE = (-8.96, 5.49, 2.05), 0.95
"""Logit of being bone: constant, of the mean score, of the logarithm of the width in mm; and the most that is said. By
tools/fit_bone_confidence.py, from surfaces in real stills that one reader took for bone or for none
(`bench/usgra_bones.tsv`): a short bright piece of fascia over dark muscle looks the same."""
SAY = 0.25
"""Confidence from which a surface is said. chosen: one in four is worth a look, said as possible: a rib under a pleura
shows no more than 9 mm, and is not to be passed over."""


@kernel()
def surface_score(
    image: NDArray[np.float32],
    spans: tuple[int, int, int, int, int, int],
    limits: tuple[float, float, float, float],
    out: NDArray[np.float32],
) -> None:
    """How much each pixel looks like bone: brightness over what lies before it, times the loss of echoes behind it.

    score = clip((g - before) / bright) * min(dark, empty), with `before` the mean in front, level = max(before, 0.3 g):
    dark = clip(2 (ratio level - mean behind) / (ratio level)): on average little comes back;
    empty = clip(3 (streak g - brightest behind) / (streak g)): no single echo does, as a vessel's far wall would.

    Args:
        image: (rows, columns) smoothed grey.
        spans: pixels: before the line that belongs to it; window before that; behind the line that belongs to it; how
            far behind that is looked, and at least; thickness of a single echo.
        limits: grey over `before` that is fully bright; ratio; streak; least grey before.
        out: (rows, columns) the score.
    """
    rows, columns = image.shape
    gap, before_span, tail, reach, window, short = spans
    bright, ratio, streak, least = limits
    total = np.empty(rows + 1)
    for x in range(columns):
        total[0] = 0.0
        for y in range(rows):
            total[y + 1] = total[y] + image[y, x]
        for y in range(rows):
            out[y, x] = 0.0
            first = max(0, y - gap - before_span)
            begin = y + tail
            last = min(rows, begin + reach)
            if y - gap - first < before_span // 2 or last - begin < window:
                continue
            before = (total[y - gap] - total[first]) / (y - gap - first)
            shine = min(1.0, max(0.0, (image[y, x] - before) / bright))
            level = ratio * max(before, 0.3 * image[y, x])
            dark = min(1.0, max(0.0, 2.0 * (level - (total[last] - total[begin]) / (last - begin)) / max(level, 1.0)))
            if before <= least or shine <= 0.0 or dark <= 0.0:
                continue
            peak = 0.0
            for start in range(begin, last - short + 1):
                peak = max(peak, (total[start + short] - total[start]) / short)
            most = streak * image[y, x]
            out[y, x] = shine * min(dark, min(1.0, max(0.0, 3.0 * (most - peak) / max(most, 1.0))))


@kernel()
def best_path(score: NDArray[np.float32], stiffness: float, best: NDArray[np.float32], path: NDArray[np.int32]) -> None:
    """The row in each column that maximizes the summed score less stiffness per row stepped (dynamic programming).

    Args:
        score: (rows, columns).
        stiffness: cost of one row of step between neighbouring columns; at most three rows are stepped.
        best: (rows, columns) scratch.
        path: (columns,) the rows.
    """
    rows, columns = score.shape
    for y in range(rows):
        best[y, 0] = score[y, 0]
    for x in range(1, columns):
        for y in range(rows):
            top = best[y, x - 1]
            for step in range(1, 4):
                cost = stiffness * step
                if y >= step and best[y - step, x - 1] - cost > top:
                    top = best[y - step, x - 1] - cost
                if y + step < rows and best[y + step, x - 1] - cost > top:
                    top = best[y + step, x - 1] - cost
            best[y, x] = top + score[y, x]
    at = 0
    for y in range(rows):
        if best[y, columns - 1] > best[at, columns - 1]:
            at = y
    path[columns - 1] = at
    for x in range(columns - 2, -1, -1):
        here = best[path[x + 1], x + 1] - score[path[x + 1], x + 1]
        chosen = path[x + 1]
        for step in range(-3, 4):
            y = path[x + 1] + step
            if 0 <= y < rows and abs(best[y, x] - stiffness * abs(step) - here) < 1e-4:
                chosen = y
                break
        path[x] = chosen


class BoneFinder:
    """Finds bone surfaces in one prepared frame; keeps its buffers between frames, no memory of what it saw."""

    def __init__(self) -> None:
        self._score = np.zeros((0, 0), np.float32)
        self._best = np.zeros((0, 0), np.float32)
        self._path = np.zeros(0, np.int32)

    def find(self, prepared: Prepared) -> tuple[BoneSeen, ...]:
        """Surfaces from left to right in the picture that are said to be bone; none where there is no shadow."""
        return tuple(bone for bone, _ in self.surfaces(prepared) if bone.confidence >= SAY)

    def surfaces(self, prepared: Prepared) -> list[tuple[BoneSeen, float]]:
        """Every bright line with a dark along the beams behind it, said or not, with its mean score."""
        view, pixel = prepared.view, 2 * prepared.grid.pixel_mm
        image = fanned(prepared.coarse, view)
        if self._score.shape != image.shape:
            self._score, self._best = np.zeros_like(image), np.zeros_like(image)
            self._path = np.zeros(image.shape[1], np.int32)
        gap, front = round(1.2 / pixel), round(5 / pixel)
        tail, reach = round(TAIL_MM / pixel), round(SHADOW_REACH_MM / pixel)
        spans = (gap, front, tail, reach, round(LEAST_BEHIND_MM / pixel), max(1, round(STREAK_MM / pixel)))
        surface_score(image, spans, (1.5 * prepared.speckle, SHADOW_RATIO, EMPTY_RATIO, 15.0), self._score)
        self._score[: round(LEAST_DEPTH_MM / pixel)] = 0
        self._score[:, ~prepared.beams] = 0
        if view.inside is not None or prepared.flow is not None:
            self._score[fanned(prepared.valid_coarse.astype(np.float32), view) < 0.99] = 0
        best_path(self._score, 0.12, self._best, self._path)
        at: NDArray[np.intp] = np.arange(image.shape[1], dtype=np.intp)
        along = np.convolve(self._score[self._path, at], np.ones(5) / 5, mode="same")
        steep = np.abs(np.diff(self._path, prepend=self._path[0])) > STEEPEST_STEP
        found: list[tuple[BoneSeen, float]] = []
        ray_mm = (
            view.ray_mm(float(np.median(self._path[along > SAY_SCORE])) * pixel)[0] if (along > SAY_SCORE).any() else 1
        )
        for first, last in _runs(along > SAY_SCORE, steep, round(BRIDGE_MM / ray_mm), round(LEAST_WIDTH_MM / ray_mm)):
            _to_last_echo(image, self._path[first : last + 1], first, pixel)
            score = float(along[first : last + 1].mean())
            found.append((_bone(prepared, self._path, (first, last), score), score))
        return found


def _to_last_echo(image: NDArray[np.float32], path: NDArray[np.int32], first: int, pixel: float) -> None:
    """Moves a path (changed in place) down to the last echo before the shadow, where most of its beams have one there.

    Args:
        image: (rows, rays) smoothed grey.
        path: (n,) rows of a surface on the rays from `first` on.
        first: see there.
        pixel: mm a row.
    """
    begin, end = (round(mm / pixel) for mm in LAST_ECHO_MM)
    moved: list[int | None] = []
    for number, row in enumerate(path.tolist()):
        column = image[row : row + end + 2, first + number]
        least = LAST_ECHO * float(column[0])
        crests = [
            k
            for k in range(begin, len(column) - 1)
            if column[k] >= least and column[k - 1] <= column[k] > column[k + 1]
        ]
        moved.append(crests[-1] if crests else None)
    there = [step for step in moved if step is not None]
    if len(there) < LAST_ECHO_RAYS * len(path):
        return
    usual = int(np.median(there))
    path += np.array([usual if step is None else step for step in moved], dtype=np.int32)


def _runs(good: NDArray[np.bool_], broken: NDArray[np.bool_], gap: int, least: int) -> list[tuple[int, int]]:
    """First and last index of each run of good beams of at least `least`, gaps up to `gap` bridged, no break."""
    found: list[tuple[int, int]] = []
    for index in np.flatnonzero(good).tolist():
        if found and index - found[-1][1] <= gap + 1 and not broken[found[-1][1] + 1 : index + 1].any():
            found[-1] = (found[-1][0], index)
        else:
            found.append((index, index))
    return [run for run in found if run[1] - run[0] + 1 >= least]


def _bone(prepared: Prepared, path: NDArray[np.int32], run: tuple[int, int], score: float) -> BoneSeen:
    """A surface with its depth refined on the fine picture: the crest of grey within 0.9 mm."""
    view = prepared.view
    rays = np.arange(run[0], run[1] + 1)
    reach = round(0.9 / view.grid.pixel_mm)
    offsets = np.arange(-reach, reach + 1)
    fine = prepared.smooth[:, ::2] if view.fan is None else fanned_fine(prepared.smooth, view)
    rows = np.clip(2 * path[rays][:, None] + offsets[None, :], 0, fine.shape[0] - 1)
    grey = fine[rows, rays[:, None]]
    crest = np.clip(grey.argmax(axis=1), 1, 2 * reach - 1)
    index = np.arange(len(rays))
    left, middle, right = grey[index, crest - 1], grey[index, crest], grey[index, crest + 1]
    bend = left - 2 * middle + right
    part = np.where(bend < -1e-3, 0.5 * (left - right) / np.minimum(bend, -1e-3), 0.0)
    depth = np.asarray(2 * path[rays] + offsets[crest] + np.clip(part, -0.5, 0.5) + 0.5, dtype=np.float64)
    smooth = _median_of_five(depth)
    points_mm = view.along_beams(rays, smooth)
    return BoneSeen(
        points_mm=points_mm[np.argsort(points_mm[:, 0], kind="stable")],
        edge_sd_mm=max(0.2, float(np.std(depth - smooth)) * view.grid.pixel_mm),
        confidence=sureness(score, float(np.ptp(points_mm[:, 0]))),
    )


def sureness(score: float, width_mm: float) -> float:
    """How likely a surface of such a mean score and width is bone."""
    constant, of_score, of_width = SURENESS
    return min(MOST_SURE, 1 / (1 + exp(-constant - of_score * score - of_width * log(max(width_mm, 1e-3)))))


def _median_of_five(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Running median over five neighbours."""
    padded = np.pad(values, 2, mode="edge")
    return np.sort(np.stack([padded[k : k + len(values)] for k in range(5)]), axis=0)[2]
