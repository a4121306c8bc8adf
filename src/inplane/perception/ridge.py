"""Kernels that let thin bright ridges vote for straight lines. Pixels are isotropic; both are serial."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel


@kernel(inline=True)
def ridge_at(smooth: NDArray[np.float32], y: int, x: int) -> tuple[float, float, float]:
    """Strength and normal (x, y) of a bright ridge at a pixel; strength 0 where there is none.

    Hessian H of the smoothed grey; its eigenvalues l1 <= l2. A bright ridge has l1 < 0 and its normal is the
    eigenvector of l1; strength r = -l1 - max(0, -l2), so that blobs count little.
    """
    xx = smooth[y, x - 1] - 2.0 * smooth[y, x] + smooth[y, x + 1]
    yy = smooth[y - 1, x] - 2.0 * smooth[y, x] + smooth[y + 1, x]
    xy = 0.25 * (smooth[y - 1, x - 1] + smooth[y + 1, x + 1] - smooth[y - 1, x + 1] - smooth[y + 1, x - 1])
    half_gap = sqrt(0.25 * (xx - yy) * (xx - yy) + xy * xy)
    low = 0.5 * (xx + yy) - half_gap
    high = 0.5 * (xx + yy) + half_gap
    if abs(low - xx) > abs(low - yy):
        nx = xy
        ny = low - xx
    else:
        nx = low - yy
        ny = xy
    size = sqrt(nx * nx + ny * ny)
    if size < 1e-9 or low >= 0.0:
        return 0.0, 0.0, 0.0
    return -low - max(0.0, -high), nx / size, ny / size


@kernel()
def ridge_votes(
    smooth: NDArray[np.float32],
    valid: NDArray[np.uint8],
    directions: NDArray[np.float64],
    setting: tuple[float, float, float],
    votes: NDArray[np.float32],
) -> int:
    """Adds each ridge pixel to the lines through it; returns how many pixels voted.

    A line with normal m gets min(r, cap) (m . n)^8 where |m . n| > 0.9, at rho = m . p, in bins of two pixels.

    Args:
        smooth: (rows, columns) grey.
        valid: 1 inside the field of view.
        directions: (2, a) cosine and sine of the lines' angles; the normal is (-sine, cosine).
        setting: least strength; cap; the first bin's rho / 2.
        votes: (a, bins) to add to.
    """
    rows, columns = smooth.shape
    least, cap, first = setting
    counted = 0
    for y in range(2, rows - 2):
        for x in range(2, columns - 2):
            if valid[y, x] == 0:
                continue
            around = smooth[y, x - 1] + smooth[y, x + 1] + smooth[y - 1, x] + smooth[y + 1, x]
            if around - 4.0 * smooth[y, x] > -least:  # the Laplacian is l1 + l2
                continue
            strength, nx, ny = ridge_at(smooth, y, x)
            if strength < least:
                continue
            counted += 1
            for a in range(directions.shape[1]):
                agree = directions[0, a] * ny - directions[1, a] * nx
                agree *= agree
                if agree < 0.81:
                    continue
                bin_at = int((directions[0, a] * y - directions[1, a] * x) * 0.5 - first)
                if 0 <= bin_at < votes.shape[1]:
                    votes[a, bin_at] += min(strength, cap) * agree * agree * agree * agree
    return counted
