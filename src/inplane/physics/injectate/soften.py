"""A soft edge for fluid that fills a grid voxel by voxel, so that it shows no steps.

Each added bit of fluid is spread by rounds of f <- f + share m sum_n m_n (f_n - f) over six neighbours, m being 1 where
fluid may pass. What one place gains another loses, so no fluid is lost; the rounds are linear in f, so that only what
is new has to be spread, in the box of voxels that it can reach.
"""

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel

ROUNDS = 3
"""How far the edge reaches, voxels. Chosen: it grows soft by a voxel and a half."""
SHARE = 0.14
"""Exchanged between neighbours in a round; a hundredth of a millilitre may so overlap the edge of a nerve. Chosen:
below the stable 1/6."""
SIDE = 2 * ROUNDS + 3


@kernel()
def soften(fraction: NDArray[np.float32], is_open: NDArray[np.float32], out: NDArray[np.float32], share: float) -> None:
    """One round over a whole grid, the slow twin of `spread_soft`.

    Args:
        fraction: (nz, nx, ny) f.
        is_open: m, 1 where fluid may pass and 0 elsewhere; 0 on all faces of the grid.
        out: receives the result.
        share: at most 1/6.
    """
    nz, nx, ny = fraction.shape
    out[:] = fraction
    part = np.float32(share)
    for iz in range(1, nz - 1):
        for ix in range(1, nx - 1):
            for iy in range(1, ny - 1):
                here = fraction[iz, ix, iy]
                gain = is_open[iz - 1, ix, iy] * (fraction[iz - 1, ix, iy] - here)
                gain += is_open[iz + 1, ix, iy] * (fraction[iz + 1, ix, iy] - here)
                gain += is_open[iz, ix - 1, iy] * (fraction[iz, ix - 1, iy] - here)
                gain += is_open[iz, ix + 1, iy] * (fraction[iz, ix + 1, iy] - here)
                gain += is_open[iz, ix, iy - 1] * (fraction[iz, ix, iy - 1] - here)
                gain += is_open[iz, ix, iy + 1] * (fraction[iz, ix, iy + 1] - here)
                out[iz, ix, iy] = here + part * is_open[iz, ix, iy] * gain


@kernel()
def spread_soft(
    soft: NDArray[np.float32],
    is_open: NDArray[np.uint8],
    pool: NDArray[np.uint8],
    held: NDArray[np.float64],
    which: int,
    filled: NDArray[np.int32],
    amounts: NDArray[np.float32],
) -> None:
    """Adds what was filled to the softened fluid in place, and counts which pool it lies in.

    Args:
        soft: (nz, nx, ny) softened share of each voxel.
        is_open: m, as in `soften`.
        pool: number of the pool that reached a voxel first, 0 where none did; what is reached anew becomes `which`.
        held: by pool, voxels' worth of softened fluid in it.
        which: pool that is being filled.
        filled, amounts: flat index and amount of each voxel that received fluid.
    """
    nx, ny = soft.shape[1], soft.shape[2]
    middle = ROUNDS + 1
    here, there = np.zeros((SIDE, SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE, SIDE), np.float32)
    gate = np.zeros((SIDE, SIDE, SIDE), np.float32)
    for index in range(len(filled)):
        item = filled[index]
        cz, cx, cy = item // (nx * ny), (item // ny) % nx, item % ny
        fill_gate(is_open, gate, cz - middle, cx - middle, cy - middle)
        here[:] = 0.0
        here[middle, middle, middle] = amounts[index]
        for reach in range(1, ROUNDS + 1):
            exchange(here, there, gate, middle - reach, middle + reach + 1)
            here, there = there, here
        for kz in range(1, SIDE - 1):
            for kx in range(1, SIDE - 1):
                for ky in range(1, SIDE - 1):
                    gain = here[kz, kx, ky]
                    if gain > 0:
                        jz, jx, jy = cz + kz - middle, cx + kx - middle, cy + ky - middle
                        if pool[jz, jx, jy] == 0:
                            pool[jz, jx, jy] = which
                        soft[jz, jx, jy] += gain
                        held[pool[jz, jx, jy]] += gain


@kernel()
def fill_gate(is_open: NDArray[np.uint8], gate: NDArray[np.float32], z: int, x: int, y: int) -> None:
    """m about a voxel; closed beyond the grid."""
    nz, nx, ny = is_open.shape
    if z >= 0 and x >= 0 and y >= 0 and z + SIDE <= nz and x + SIDE <= nx and y + SIDE <= ny:
        for kz in range(SIDE):
            for kx in range(SIDE):
                for ky in range(SIDE):
                    gate[kz, kx, ky] = np.float32(is_open[z + kz, x + kx, y + ky])
        return
    gate[:] = 0.0
    for kz in range(max(0, -z), min(SIDE, nz - z)):
        for kx in range(max(0, -x), min(SIDE, nx - x)):
            for ky in range(max(0, -y), min(SIDE, ny - y)):
                gate[kz, kx, ky] = np.float32(is_open[z + kz, x + kx, y + ky])


@kernel()
def exchange(
    here: NDArray[np.float32], there: NDArray[np.float32], gate: NDArray[np.float32], low: int, high: int
) -> None:
    """One round within a box; what lies outside it is empty."""
    there[:] = 0.0
    part = np.float32(SHARE)
    for kz in range(low, high):
        for kx in range(low, high):
            for ky in range(low, high):
                f = here[kz, kx, ky]
                gain = gate[kz - 1, kx, ky] * (here[kz - 1, kx, ky] - f)
                gain += gate[kz + 1, kx, ky] * (here[kz + 1, kx, ky] - f)
                gain += gate[kz, kx - 1, ky] * (here[kz, kx - 1, ky] - f)
                gain += gate[kz, kx + 1, ky] * (here[kz, kx + 1, ky] - f)
                gain += gate[kz, kx, ky - 1] * (here[kz, kx, ky - 1] - f)
                gain += gate[kz, kx, ky + 1] * (here[kz, kx, ky + 1] - f)
                there[kz, kx, ky] = f + part * gate[kz, kx, ky] * gain
