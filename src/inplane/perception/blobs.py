"""Kernels for dark round regions: moments of labelled regions, walls along rays, grey inside and around an ellipse."""

from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.perception.ridge import sample


@kernel()
def region_moments(labels: NDArray[np.int32], image: NDArray[np.float32], out: NDArray[np.float64]) -> None:
    """Sums over each labelled region: (n, 8) count, x, y, xx, yy, xy, grey, pixels on the border of the picture."""
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
            if x == 0 or y == 0 or x == columns - 1 or y == rows - 1:
                out[k, 7] += 1.0


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
    cx, cy, a, b, angle = ellipse
    rays, factors = score.shape
    low, high, half = reach
    c, s = cos(angle), sin(angle)
    for k in range(rays):
        u = a * cos(2 * pi * k / rays)
        v = b * sin(2 * pi * k / rays)
        ex = c * u - s * v
        ey = s * u + c * v
        for j in range(factors):
            f = low + (high - low) * j / (factors - 1)
            outer = sample(image, cx + (f + half) * ex, cy + (f + half) * ey)
            inner = sample(image, cx + (f - half) * ex, cy + (f - half) * ey)
            score[k, j] = outer - inner
    best = score[0].copy()
    total = np.empty_like(best)
    for turn in range(1, 2 * rays):
        k = turn % rays
        for j in range(factors):
            top = best[j]
            at = j
            if j > 0 and best[j - 1] - 1.0 > top:
                top = best[j - 1] - 1.0
                at = j - 1
            if j < factors - 1 and best[j + 1] - 1.0 > top:
                top = best[j + 1] - 1.0
                at = j + 1
            total[j] = top + score[k, j]
            back[turn, j] = at
        best[:] = total
    j = 0
    for i in range(factors):
        if best[i] > best[j]:
            j = i
    mean = 0.0
    for turn in range(2 * rays - 1, rays - 1, -1):
        k = turn % rays
        f = low + (high - low) * j / (factors - 1)
        u = a * cos(2 * pi * k / rays)
        v = b * sin(2 * pi * k / rays)
        out[k, 0] = cx + f * (c * u - s * v)
        out[k, 1] = cy + f * (s * u + c * v)
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
    """Mean grey of an ellipse's parts.

    Args:
        image: smoothed grey.
        ellipse: centre (column, row), semi-axes, angle of the first from x.
        margins: pixels by which the inside is shrunk, where the ring begins, where it ends.
        out: (7,): inside; deviation inside; ring; ring's darkest quarter; below the ellipse; beside that on both sides;
            pixels counted below.
    """
    cx, cy, a, b, angle = ellipse
    shrink, begin, end = margins
    rows, columns = image.shape
    c, s = cos(angle), sin(angle)
    inside = 0.0
    square = 0.0
    n_inside = 0
    ring = 0.0
    n_ring = 0
    quarters = np.zeros(4)
    counts = np.zeros(4)
    big = max(a, b) + end + 1
    for y in range(max(0, int(cy - big)), min(rows, int(cy + big) + 1)):
        for x in range(max(0, int(cx - big)), min(columns, int(cx + big) + 1)):
            u = c * (x - cx) + s * (y - cy)
            v = -s * (x - cx) + c * (y - cy)
            p = (u / max(1.0, a - shrink)) ** 2 + (v / max(1.0, b - shrink)) ** 2
            if p < 1:
                inside += image[y, x]
                square += image[y, x] * image[y, x]
                n_inside += 1
                continue
            if (u / (a + begin)) ** 2 + (v / (b + begin)) ** 2 > 1 and (u / (a + end)) ** 2 + (v / (b + end)) ** 2 < 1:
                ring += image[y, x]
                n_ring += 1
                q = (2 if y > cy else 0) + (1 if x > cx else 0)
                quarters[q] += image[y, x]
                counts[q] += 1
    out[0] = inside / max(1, n_inside)
    out[1] = max(0.0, square / max(1, n_inside) - out[0] * out[0]) ** 0.5
    out[2] = ring / max(1, n_ring)
    out[3] = 1e9
    for q in range(4):
        if counts[q] > 0:
            out[3] = min(out[3], quarters[q] / counts[q])
    half_x = (a * a * c * c + b * b * s * s) ** 0.5
    half_y = (a * a * s * s + b * b * c * c) ** 0.5
    first = int(cy + half_y + begin)
    last = int(cy + half_y + begin + 4 * (end - begin))
    below = 0.0
    n_below = 0
    beside = 0.0
    n_beside = 0
    for y in range(max(0, first), min(rows, last + 1)):
        for x in range(max(0, int(cx - half_x - 2 * end)), min(columns, int(cx + half_x + 2 * end) + 1)):
            off = abs(x - cx)
            if off < 0.7 * half_x:
                below += image[y, x]
                n_below += 1
            elif off > half_x + begin:
                beside += image[y, x]
                n_beside += 1
    out[4] = below / max(1, n_below)
    out[5] = beside / max(1, n_beside)
    out[6] = n_below if n_beside > 0 else 0
