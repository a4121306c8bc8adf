"""The front of the fluid: voxels are filled in order of the resistance on the way from the tip.

The cost T of reaching a place solves the eikonal equation |grad T| = resistance, found by fast marching (Sethian JA.
Proc Natl Acad Sci USA 1996;93:1591-1595): the cheapest place at the front is filled next. A front that stood still at
equal pressure everywhere would do the same as invasion percolation; the cost of the way keeps it smooth and round.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel

FLUID_SHARE = 0.15
"""Resistance of a place that holds fluid already, relative to what it was. Chosen: low, but the way still counts."""

FREE, TRIAL, PASSED = 0, 1, 2


class Front(NamedTuple):
    """What the kernels work on, all changed in place but the last two.

    Args:
        fraction, cost, status: (nz, nx, ny) share filled, T, and FREE, TRIAL or PASSED.
        keys, items: the heap's costs and flat indices.
        medium: (nz, nx, ny) class of each voxel.
        resistance: by class, per voxel's width; infinite is closed.
        capacity: by class, most of a voxel that fluid takes, 0 to 1.
        sinking: (1,) share by which the way down (y) costs less than the level one, and the way up more.
    """

    fraction: NDArray[np.float32]
    cost: NDArray[np.float32]
    status: NDArray[np.uint8]
    keys: NDArray[np.float32]
    items: NDArray[np.int32]
    medium: NDArray[np.uint8]
    resistance: NDArray[np.float32]
    capacity: NDArray[np.float32]
    sinking: NDArray[np.float32]


@kernel(fastmath=False)
def heap_push(keys: NDArray[np.float32], items: NDArray[np.int32], size: int, key: float, item: int) -> int:
    """The heap's size after adding an item; keys[0] stays the least."""
    at = size
    while at > 0:
        up = (at - 1) >> 1
        if keys[up] <= key:
            break
        keys[at], items[at] = keys[up], items[up]
        at = up
    keys[at], items[at] = key, item
    return size + 1


@kernel(fastmath=False)
def heap_drop(keys: NDArray[np.float32], items: NDArray[np.int32], size: int) -> int:
    """The heap's size after its least was taken away."""
    size -= 1
    key, item, at = keys[size], items[size], 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and keys[down + 1] < keys[down]:
            down += 1
        if keys[down] >= key:
            break
        keys[at], items[at] = keys[down], items[down]
        at = down
    keys[at], items[at] = key, item
    return size


@kernel(fastmath=False)
def arrival(cost: NDArray[np.float32], status: NDArray[np.uint8], iz: int, ix: int, iy: int, step: float) -> float:
    """T at a voxel from its passed neighbours: sum over axes of max(T - T_axis, 0)^2 = step^2 (first-order upwind)."""
    nz, nx, ny = cost.shape
    a = b = c = np.inf
    if iz > 0 and status[iz - 1, ix, iy] == PASSED:
        a = min(a, cost[iz - 1, ix, iy])
    if iz < nz - 1 and status[iz + 1, ix, iy] == PASSED:
        a = min(a, cost[iz + 1, ix, iy])
    if ix > 0 and status[iz, ix - 1, iy] == PASSED:
        b = min(b, cost[iz, ix - 1, iy])
    if ix < nx - 1 and status[iz, ix + 1, iy] == PASSED:
        b = min(b, cost[iz, ix + 1, iy])
    if iy > 0 and status[iz, ix, iy - 1] == PASSED:
        c = min(c, cost[iz, ix, iy - 1])
    if iy < ny - 1 and status[iz, ix, iy + 1] == PASSED:
        c = min(c, cost[iz, ix, iy + 1])
    low, high = min(a, b, c), max(a, b, c)
    middle = max(min(a, b), min(max(a, b), c))
    t = low + step
    if t <= middle:
        return t
    t = 0.5 * (low + middle + np.sqrt(max(0.0, 2 * step * step - (low - middle) ** 2)))
    if t <= high:
        return t
    total = low + middle + high
    square = low * low + middle * middle + high * high
    return (total + np.sqrt(max(0.0, total * total - 3 * (square - step * step)))) / 3


@kernel(fastmath=False)
def march(
    front: Front, size: int, voxels: float, filled: NDArray[np.int32], amounts: NDArray[np.float32]
) -> tuple[int, int, float]:
    """Fills `voxels` voxels' worth of fluid, cheapest places first.

    Args:
        front: what is filled and what it costs.
        size: entries in the heap.
        voxels: volume to place, in voxels.
        filled, amounts: room for the flat index and the amount of each voxel that receives fluid.

    Returns:
        Entries in the heap, voxels that received fluid, and what found no room (lists full, or all closed).
    """
    nx, ny = front.cost.shape[1], front.cost.shape[2]
    count = 0
    while voxels > 1e-9 and size > 0 and count < filled.size and size + 8 < front.keys.size:
        item = front.items[0]
        iz, ix, iy = item // (nx * ny), (item // ny) % nx, item % ny
        if front.status[iz, ix, iy] == PASSED:
            size = heap_drop(front.keys, front.items, size)
            continue
        room = float(front.capacity[front.medium[iz, ix, iy]]) - float(front.fraction[iz, ix, iy])
        if room > 1e-6:
            amount = float(min(room, voxels))
            front.fraction[iz, ix, iy] += amount
            voxels -= amount
            filled[count], amounts[count] = item, amount
            count += 1
            if amount < room - 1e-6:
                break
        front.status[iz, ix, iy] = PASSED
        size = heap_drop(front.keys, front.items, size)
        size = spread(front, size, item)
    return size, count, voxels


@kernel(fastmath=False)
def spread(front: Front, size: int, item: int) -> int:
    """The heap's size after the six neighbours of a voxel that was passed got their costs."""
    nz, nx, ny = front.cost.shape
    iz, ix, iy = item // (nx * ny), (item // ny) % nx, item % ny
    for side in range(6):
        jz = iz + (1 if side == 0 else -1 if side == 1 else 0)
        jx = ix + (1 if side == 2 else -1 if side == 3 else 0)
        jy = iy + (1 if side == 4 else -1 if side == 5 else 0)
        if jz < 0 or jx < 0 or jy < 0 or jz >= nz or jx >= nx or jy >= ny:
            continue
        step = float(front.resistance[front.medium[jz, jx, jy]])
        if front.status[jz, jx, jy] == PASSED or step == np.inf:
            continue
        if front.fraction[jz, jx, jy] > 0.5:
            step *= FLUID_SHARE
        if side > 3:
            step *= 1.0 + (float(front.sinking[0]) if side == 5 else -float(front.sinking[0]))
        reached = float(arrival(front.cost, front.status, jz, jx, jy, step))
        if front.status[jz, jx, jy] == FREE or reached < front.cost[jz, jx, jy]:
            front.status[jz, jx, jy] = TRIAL
            front.cost[jz, jx, jy] = reached
            size = heap_push(front.keys, front.items, size, reached, (jz * nx + jx) * ny + jy)
    return size
