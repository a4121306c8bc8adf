"""Kernels that read a straight line of a picture: profiles, runs, the crest beside it, its contrast.

Pixels are isotropic; a line is a point (column, row) and a unit direction, one step is one pixel. All are serial.
"""

from math import sqrt

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
def profile(
    image: NDArray[np.float32],
    field: NDArray[np.uint8],
    line: tuple[float, float, float, float],
    flank: tuple[float, float],
    out: NDArray[np.float32],
) -> int:
    """Grey along a line and beside it; returns the number of steps that lie inside the field of view.

    Args:
        image: smoothed grey.
        field: (rows, columns) 1 in the field of view; a line ends where it leaves it.
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
        if field[min(max(int(y + 0.5), 0), rows - 1), min(max(int(x + 0.5), 0), columns - 1)] == 0 and k > 1:
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
def enter(field: NDArray[np.uint8], line: tuple[float, float, float, float]) -> float:
    """Steps from a line's start to where it first lies in the field of view; -1 where it never does."""
    rows, columns = field.shape
    for k in range(rows + columns):
        x = int(line[0] + k * line[2] + 0.5)
        y = int(line[1] + k * line[3] + 0.5)
        x = columns - 1 if x == columns else x
        if 0 <= x < columns and 0 <= y < rows and field[y, x] > 0:
            return float(k)
    return -1.0


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
    reach: tuple[int, int],
    out: NDArray[np.float32],
) -> None:
    """Where the crest lies beside a line, on grey averaged along the line: what crosses it counts little.

    Args:
        image: smoothed grey.
        line: start (column, row) and unit direction.
        span: first and last step.
        reach: farthest offset to look at; half-length of the average along the line; pixels.
        out: (2, n): offset of the crest along (-dy, dx) in pixels (parabola through the largest of three) and its
            height over the mean of the looked-at offsets.
    """
    x0, y0, dx, dy = line
    far, half = reach
    offsets = 2 * far + 1
    steps = span[1] - span[0] + 1
    total = np.zeros((steps + 1, offsets))
    for k in range(steps):
        x = x0 + (span[0] + k) * dx
        y = y0 + (span[0] + k) * dy
        for s in range(offsets):
            total[k + 1, s] = total[k, s] + sample(image, x - (s - far) * dy, y + (s - far) * dx)
    mean = np.empty(offsets)
    for k in range(steps):
        first = max(0, k - half)
        last = min(steps, k + half + 1)
        at = 0
        for s in range(offsets):
            mean[s] = (total[last, s] - total[first, s]) / (last - first)
            if mean[s] > mean[at]:
                at = s
        offset = float(at - far)
        if 0 < at < offsets - 1:
            bend = mean[at - 1] - 2 * mean[at] + mean[at + 1]
            if bend < -1e-6:
                offset += 0.5 * (mean[at - 1] - mean[at + 1]) / bend
        out[0, span[0] + k] = offset
        out[1, span[0] + k] = max(0.0, mean[at] - mean.mean())


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


@kernel()
def fit_crest(crests: NDArray[np.float32], span: tuple[int, int], cap: float) -> tuple[float, float, float]:
    """Offset at step 0 and slope of the straight line through a crest, and the rms deviation from it, pixels.

    Least squares weighted by the crest's height up to `cap`, then once more with each weight over 1 + (r / 0.8)^2, r
    being the deviation, so that other structures on the way count little.

    Args:
        crests: (2, n) offset and height, as `crest` leaves them.
        span: first and last step.
        cap: largest weight.
    """
    a = 0.0
    b = 0.0
    rms = -1.0
    for turn in range(2):
        w = 0.0
        wt = 0.0
        wo = 0.0
        wtt = 0.0
        wto = 0.0
        for k in range(span[0], span[1] + 1):
            weight = min(cap, crests[1, k])
            if turn == 1:
                weight /= 1.0 + ((crests[0, k] - a - b * k) / 0.8) ** 2
            w += weight
            wt += weight * k
            wo += weight * crests[0, k]
            wtt += weight * k * k
            wto += weight * k * crests[0, k]
        spread = wtt - wt * wt / max(w, 1e-9)
        if w < 1e-6 or spread < 1e-6:
            return 0.0, 0.0, -1.0
        b = (wto - wt * wo / w) / spread
        a = (wo - b * wt) / w
    square = 0.0
    total = 0.0
    for k in range(span[0], span[1] + 1):
        rest = crests[0, k] - a - b * k
        weight = min(cap, crests[1, k]) / (1.0 + (rest / 0.8) ** 2)
        square += weight * rest * rest
        total += weight
    rms = sqrt(square / max(total, 1e-9))
    return a, b, rms


@kernel()
def shaft_evidence(
    sides: NDArray[np.float32], count: int, deviation: float, null: float, out: NDArray[np.float32]
) -> None:
    """Contrast of a profile in deviations less what speaks for nothing, clipped so that no spot dominates.

    e = clip((middle - 0.7 above - 0.3 below) / deviation - null, -1.2, 2); what is below counts less, for there the
    reverberations of a needle lie.

    Args:
        sides: (3, n) as `profile` leaves them.
        count: steps inside the picture.
        deviation: one deviation, grey.
        null: contrast in deviations that speaks neither for nor against.
        out: (n,) the evidence.
    """
    for k in range(count):
        contrast = (sides[0, k] - 0.7 * sides[1, k] - 0.3 * sides[2, k]) / deviation
        out[k] = min(2.0, max(-1.2, contrast - null))
