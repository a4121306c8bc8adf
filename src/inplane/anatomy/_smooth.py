"""Smoothing a coded volume in place."""

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel


@kernel(fastmath=False, parallel=True)
def smooth_volume(codes: NDArray[np.uint8]) -> None:
    """Each axis in turn with weights (1, 2, 1) / 4, rounded to whole codes; the ends stay as they are."""
    nz, nx, ny = codes.shape
    for i in numba.prange(nz):
        for j in range(nx):
            before = int(codes[i, j, 0])
            for k in range(1, ny - 1):
                here = int(codes[i, j, k])
                codes[i, j, k] = (before + 2 * here + int(codes[i, j, k + 1]) + 2) // 4
                before = here
    for i in numba.prange(nz):
        for k in range(ny):
            before = int(codes[i, 0, k])
            for j in range(1, nx - 1):
                here = int(codes[i, j, k])
                codes[i, j, k] = (before + 2 * here + int(codes[i, j + 1, k]) + 2) // 4
                before = here
    for j in numba.prange(nx):
        for k in range(ny):
            before = int(codes[0, j, k])
            for i in range(1, nz - 1):
                here = int(codes[i, j, k])
                codes[i, j, k] = (before + 2 * here + int(codes[i + 1, j, k]) + 2) // 4
                before = here
