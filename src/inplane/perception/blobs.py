"""Kernels for dark round regions: moments of labelled regions, walls along rays, grey inside and around an ellipse."""

from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel


@kernel(inline=True)
def sample(image: NDArray[np.float32], x: float, y: float) -> float:
    """Bilinear value at (column, row); the nearest pixel's beyond the border."""
    rows, columns = image.shape
    x = min(max(x, 0.0), columns - 1.001)
    y = min(max(y, 0.0), rows - 1.001)
    i = int(x)
    j = int(y)
    fx = x - i
    fy = y - j
    top = image[j, i] * (1 - fx) + image[j, i + 1] * fx
    bottom = image[j + 1, i] * (1 - fx) + image[j + 1, i + 1] * fx
    return top * (1 - fy) + bottom * fy


@kernel()
def region_moments(
    labels: NDArray[np.int32], image: NDArray[np.float32], inside: NDArray[np.uint8], out: NDArray[np.float64]
) -> None:
    """Sums over each labelled region: (n, 8) count, x, y, xx, yy, xy, grey, pixels at the border of the field.

    Args:
        labels: (rows, columns), 0 is background.
        image: grey.
        inside: 1 in the field of view.
        out: (n, 8) to fill.
    """
    rows, columns = labels.shape
    out[:] = 0.0
    for y in range(rows):
        for x in range(columns):
            k = labels[y, x]
            if k == 0 or k >= out.shape[0]:
                continue
            out[k, 0] += 1.0
            out[k, 1] += x
            out[k, 2] += y
            out[k, 3] += x * x
            out[k, 4] += y * y
            out[k, 5] += x * y
            out[k, 6] += image[y, x]
            at_border = x == 0 or y == 0 or x == columns - 1 or y == rows - 1
            if at_border or min(inside[y, x - 1], inside[y, x + 1], inside[y - 1, x], inside[y + 1, x]) == 0:
                out[k, 7] += 1.0


@kernel(inline=True)
def radius_at(ellipse: tuple[float, float, float, float, float], turn: float) -> tuple[float, float]:
    """From the centre to the ellipse at a share of a full turn: (a cos, b sin), turned by its angle."""
    u = ellipse[2] * cos(2 * pi * turn)
    v = ellipse[3] * sin(2 * pi * turn)
    c, s = cos(ellipse[4]), sin(ellipse[4])
    return c * u - s * v, s * u + c * v


@kernel()
def closed_path(score: NDArray[np.float32], back: NDArray[np.int32]) -> int:
    """Where the best path over the rays ends that steps by at most one factor, each step costing 1; gone round twice.

    Args:
        score: (rays, factors).
        back: (2 rays, factors) filled with where each place was reached from.
    """
    rays, factors = score.shape
    best = score[0].copy()
    total = np.empty_like(best)
    for turn in range(1, 2 * rays):
        for j in range(factors):
            at = j
            if j > 0 and best[j - 1] - 1.0 > best[at]:
                at = j - 1
            if j < factors - 1 and best[j + 1] - 1.0 > best[j] and (at == j or best[j + 1] > best[at]):
                at = j + 1
            total[j] = best[at] - (1.0 if at != j else 0.0) + score[turn % rays, j]
            back[turn, j] = at
        best[:] = total
    j = 0
    for i in range(factors):
        if best[i] > best[j]:
            j = i
    return j


@kernel()
def walls(
    image: NDArray[np.float32],
    ellipse: tuple[float, float, float, float, float],
    reach: tuple[float, float, float],
    score: NDArray[np.float32],
    back: NDArray[np.int32],
    out: NDArray[np.float32],
) -> float:
    """Where the wall lies on rays from the middle of an ellipse; returns the mean grey step over the wall.

    On ray k, at factor f of the ellipse's radius, the step is g(f + w) - g(f - w): bright outside. A closed path over
    the rays, at most one step of factor between neighbours, maximizes the sum (dynamic programming, gone round twice).

    Args:
        image: smoothed grey.
        ellipse: centre (column, row), semi-axes, angle of the first from x.
        reach: smallest and largest factor, and half-width w of the step in factors.
        score: (rays, factors) scratch.
        back: (2 rays, factors) scratch.
        out: (rays, 4): column, row of the wall, its step, and its factor.
    """
    rays, factors = score.shape
    low, high, half = reach
    for k in range(rays):
        ex, ey = radius_at(ellipse, k / rays)
        for j in range(factors):
            f = low + (high - low) * j / (factors - 1)
            outer = sample(image, ellipse[0] + (f + half) * ex, ellipse[1] + (f + half) * ey)
            score[k, j] = outer - sample(image, ellipse[0] + (f - half) * ex, ellipse[1] + (f - half) * ey)
    j = closed_path(score, back)
    mean = 0.0
    for turn in range(2 * rays - 1, rays - 1, -1):
        k = turn % rays
        f = low + (high - low) * j / (factors - 1)
        ex, ey = radius_at(ellipse, k / rays)
        out[k, 0] = ellipse[0] + f * ex
        out[k, 1] = ellipse[1] + f * ey
        out[k, 2] = score[k, j]
        out[k, 3] = f
        mean += score[k, j] / rays
        j = back[turn, j]
    return mean


@kernel()
def grey_around(
    image: NDArray[np.float32],
    ellipse: tuple[float, float, float, float, float],
    margins: tuple[float, float, float],
    out: NDArray[np.float64],
) -> None:
    """Mean grey inside an ellipse and of the ring about it.

    Args:
        image: smoothed grey.
        ellipse: centre (column, row), semi-axes, angle of the first from x.
        margins: pixels by which the inside is shrunk, where the ring begins, where it ends.
        out: (5,), of which it fills the first: inside; ring.
    """
    cx, cy, a, b, angle = ellipse
    shrink, begin, end = margins
    c, s = cos(angle), sin(angle)
    sums = np.zeros((2, 2))  # inside, ring: count, grey
    big = max(a, b) + end + 1
    for y in range(max(0, int(cy - big)), min(image.shape[0], int(cy + big) + 1)):
        for x in range(max(0, int(cx - big)), min(image.shape[1], int(cx + big) + 1)):
            u = c * (x - cx) + s * (y - cy)
            v = -s * (x - cx) + c * (y - cy)
            part = -1
            if (u / max(1.0, a - shrink)) ** 2 + (v / max(1.0, b - shrink)) ** 2 < 1:
                part = 0
            elif (u / (a + begin)) ** 2 + (v / (b + begin)) ** 2 > 1 > (u / (a + end)) ** 2 + (v / (b + end)) ** 2:
                part = 1
            if part >= 0:
                sums[part, 0] += 1
                sums[part, 1] += image[y, x]
    for part in range(2):
        out[part] = sums[part, 1] / max(1.0, sums[part, 0])


@kernel()
def share_brighter(
    image: NDArray[np.float32], ellipse: tuple[float, float, float, float, float], shrink: float, level: float
) -> float:
    """Share of the inside of an ellipse, shrunk by some pixels, that is brighter than a level, 0 to 1."""
    cx, cy, a, b, angle = ellipse
    a, b = max(1.0, a - shrink), max(1.0, b - shrink)
    c, s = cos(angle), sin(angle)
    big = max(a, b) + 1
    there, bright = 0, 0
    for y in range(max(0, int(cy - big)), min(image.shape[0], int(cy + big) + 1)):
        for x in range(max(0, int(cx - big)), min(image.shape[1], int(cx + big) + 1)):
            u = (c * (x - cx) + s * (y - cy)) / a
            v = (c * (y - cy) - s * (x - cx)) / b
            if u * u + v * v < 1:
                there += 1
                bright += image[y, x] > level
    return bright / max(1, there)


@kernel()
def grey_behind(
    image: NDArray[np.float32],
    inside: NDArray[np.uint8],
    ellipse: tuple[float, float, float, float, float],
    look: tuple[float, float, float, float],
    out: NDArray[np.float64],
) -> None:
    """Mean grey behind an ellipse along the beam, and beside that: enhancement or shadow.

    Args:
        image: smoothed grey.
        inside: (rows, columns) 1 in the field of view.
        ellipse: centre (column, row), semi-axes, angle of the first from x.
        look: unit vector of the beam (column, row); pixels behind the wall at which it begins; its depth in pixels.
        out: (5,), of which it fills the last three: behind; beside that on both sides; pixels counted behind, 0 where
            none lie beside.
    """
    cx, cy, a, b, angle = ellipse
    bx, by, begin, depth = look
    c = cos(angle) * bx + sin(angle) * by
    s = -sin(angle) * bx + cos(angle) * by
    half_along = ((a * c) ** 2 + (b * s) ** 2) ** 0.5
    half_across = ((a * s) ** 2 + (b * c) ** 2) ** 0.5
    first = half_along + begin
    big = max(first + depth, 2 * half_across + 2 * begin) + 1
    below = 0.0
    n_below = 0
    beside = 0.0
    n_beside = 0
    for y in range(max(0, int(cy - big)), min(image.shape[0], int(cy + big) + 2)):
        for x in range(max(0, int(cx - big)), min(image.shape[1], int(cx + big) + 2)):
            along = bx * (x - cx) + by * (y - cy) - first
            if along < 0 or along > depth or inside[y, x] == 0:
                continue
            across = abs(by * (x - cx) - bx * (y - cy))
            if across < 0.7 * half_across:
                below += image[y, x]
                n_below += 1
            elif half_across + begin < across < 2 * half_across + 2 * begin:
                beside += image[y, x]
                n_beside += 1
    out[2] = below / max(1, n_below)
    out[3] = beside / max(1, n_beside)
    out[4] = n_below if n_beside > 0 else 0
