"""Kernels that look for thin straight bright lines: ridge votes, profiles along a line, where a profile ends.

Pixels are isotropic; a line is a point (column, row) and a unit direction. All kernels are serial.
"""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel


@kernel()
def ridge_votes(
    smooth: NDArray[np.float32],
    valid: NDArray[np.uint8],
    cosine: NDArray[np.float64],
    sine: NDArray[np.float64],
    setting: tuple[float, float, float],
    votes: NDArray[np.float32],
) -> int:
    """Adds each ridge pixel to the lines through it; returns how many pixels voted.

    Hessian H of the smoothed grey; its eigenvalues l1 <= l2. A bright ridge has l1 < 0 and its normal n is the
    eigenvector of l1; strength r = -l1 - max(0, -l2), so that blobs count little. A line with normal m gets
    min(r, cap) (m . n)^8 where |m . n| > 0.9, at rho = m . p: rows of `votes` are lines' normals, columns rho.

    Args:
        smooth: (rows, columns) grey.
        valid: 1 inside the field of view.
        cosine, sine: (a,) components of the lines' directions (cos, sin); the normal is (-sin, cos).
        setting: least strength; cap; rho of the first bin in bins of two pixels, subtracted.
        votes: (a, bins) to add to.
    """
    rows, columns = smooth.shape
    least, cap, first = setting
    counted = 0
    for y in range(2, rows - 2):
        for x in range(2, columns - 2):
            xx = smooth[y, x - 1] - 2.0 * smooth[y, x] + smooth[y, x + 1]
            yy = smooth[y - 1, x] - 2.0 * smooth[y, x] + smooth[y + 1, x]
            if xx + yy >= -least or valid[y, x] == 0:
                continue
            xy = 0.25 * (smooth[y - 1, x - 1] + smooth[y + 1, x + 1] - smooth[y - 1, x + 1] - smooth[y + 1, x - 1])
            half_gap = sqrt(0.25 * (xx - yy) * (xx - yy) + xy * xy)
            middle = 0.5 * (xx + yy)
            low = middle - half_gap
            high = middle + half_gap
            strength = -low - max(0.0, -high)
            if strength < least:
                continue
            # eigenvector of the lower eigenvalue: the ridge's normal
            if abs(low - xx) > abs(low - yy):
                nx = xy
                ny = low - xx
            else:
                nx = low - yy
                ny = xy
            size = sqrt(nx * nx + ny * ny)
            if size < 1e-9:
                continue
            nx /= size
            ny /= size
            weight = min(strength, cap)
            counted += 1
            for a in range(cosine.shape[0]):
                agree = -sine[a] * nx + cosine[a] * ny
                agree *= agree
                if agree < 0.81:
                    continue
                bin_at = int((-sine[a] * x + cosine[a] * y) * 0.5 - first)
                if 0 <= bin_at < votes.shape[1]:
                    votes[a, bin_at] += weight * agree * agree * agree * agree
    return counted


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
def profile(
    image: NDArray[np.float32],
    line: tuple[float, float, float, float],
    flank: tuple[float, float],
    out: NDArray[np.float32],
) -> int:
    """Grey along a line and beside it; returns the number of steps that lie inside the image.

    Args:
        image: smoothed grey.
        line: start (column, row) and unit direction; one step is one pixel.
        flank: nearest and farthest offset of the flanks in pixels.
        out: (3, n): on the line (mean over half a pixel to each side), above it, below it (image y grows downwards).
    """
    x0, y0, dx, dy = line
    near, far = flank
    rows, columns = image.shape
    nx = -dy
    ny = dx
    if ny < 0:
        nx = -nx
        ny = -ny
    inside = 0
    for k in range(out.shape[1]):
        x = x0 + k * dx
        y = y0 + k * dy
        if x < -0.5 or y < -0.5 or x > columns - 0.5 or y > rows - 0.5:
            break
        inside += 1
        out[0, k] = 0.25 * (
            2 * sample(image, x, y)
            + sample(image, x - 0.7 * nx, y - 0.7 * ny)
            + sample(image, x + 0.7 * nx, y + 0.7 * ny)
        )
        above = 0.0
        below = 0.0
        for s in range(3):
            offset = near + (far - near) * s / 2
            above += sample(image, x - offset * nx, y - offset * ny)
            below += sample(image, x + offset * nx, y + offset * ny)
        out[1, k] = above / 3
        out[2, k] = below / 3
    return inside


@kernel()
def best_run(evidence: NDArray[np.float32], count: int) -> tuple[int, int, float]:
    """The run [first, last] of steps with the largest sum of evidence, and that sum (Kadane)."""
    best = 0.0
    first = 0
    last = -1
    total = 0.0
    begin = 0
    for k in range(count):
        if total <= 0.0:
            total = 0.0
            begin = k
        total += evidence[k]
        if total > best:
            best = total
            first = begin
            last = k
    return first, last, best


@kernel()
def crest(
    image: NDArray[np.float32],
    line: tuple[float, float, float, float],
    span: tuple[int, int],
    reach: float,
    out: NDArray[np.float32],
) -> None:
    """Where the crest lies beside a line.

    Args:
        image: smoothed grey.
        line: start (column, row) and unit direction.
        span: first and last step.
        reach: farthest offset to look at, pixels.
        out: (2, n): offset of the crest along (-dy, dx) in pixels (parabola through the largest of three) and its
            height over the mean of the looked-at offsets.
    """
    x0, y0, dx, dy = line
    steps = int(2 * reach) + 1
    for k in range(span[0], span[1] + 1):
        best = -1e9
        at = 0
        mean = 0.0
        for s in range(steps):
            offset = -reach + s
            value = sample(image, x0 + k * dx - offset * dy, y0 + k * dy + offset * dx)
            mean += value
            if value > best:
                best = value
                at = s
        offset = -reach + at
        if 0 < at < steps - 1:
            left = sample(image, x0 + k * dx - (offset - 1) * dy, y0 + k * dy + (offset - 1) * dx)
            right = sample(image, x0 + k * dx - (offset + 1) * dy, y0 + k * dy + (offset + 1) * dx)
            bend = left - 2 * best + right
            if bend < -1e-6:
                offset += 0.5 * (left - right) / bend
        out[0, k] = offset
        out[1, k] = max(0.0, best - mean / steps)


@kernel()
def run_through(evidence: NDArray[np.float32], count: int, through: int) -> tuple[int, int, float]:
    """The run [first, last] that holds step `through` with the largest sum of evidence, and that sum."""
    first = through
    last = through
    total = 0.0
    best = 0.0
    for k in range(through + 1, count):
        total += evidence[k]
        if total > best:
            best = total
            last = k
    total = 0.0
    back = 0.0
    for k in range(through - 1, -1, -1):
        total += evidence[k]
        if total > back:
            back = total
            first = k
    return first, last, best + back + evidence[through]


@kernel()
def run_contrast(
    image: NDArray[np.float32], line: tuple[float, float, float, float], run: tuple[int, int], flank: float, reach: int
) -> float:
    """The largest mean contrast over the flanks along a run, over lines beside the given one.

    Args:
        image: smoothed grey.
        line: start (column, row) and unit direction.
        run: first and last step.
        flank: offset of the flanks from the line looked at, pixels.
        reach: farthest offset of that line from the given one, pixels.
    """
    x0, y0, dx, dy = line
    best = -1e9
    for offset in range(-reach, reach + 1):
        total = 0.0
        for k in range(run[0], run[1] + 1, 2):
            x = x0 + k * dx - offset * dy
            y = y0 + k * dy + offset * dx
            beside = sample(image, x - flank * dy, y + flank * dx) + sample(image, x + flank * dy, y - flank * dx)
            total += sample(image, x, y) - 0.5 * beside
        best = max(best, total / ((run[1] - run[0]) // 2 + 1))
    return best
