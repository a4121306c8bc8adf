"""How tissue moves: one map from rest to now and its inverse, point by point and on a grid.

A point X at rest is moved by its vessels (pulse, collapse), then by injected fluid, then by the probe's pressure, then
by a moving needle; the inverse undoes the four in the opposite order. Each step has its own inverse, so the two agree.

Vessel (radius a, place p across it, r = |p|): q_i = (1 + (k_i - 1) g(r)) p_i with k the scale of each half axis and
g = 1 for r <= a, (a / r)^2 tau(r) outside, the field of an incompressible tissue round a circle that becomes an
ellipse, faded to nothing by tau = (1 - t^2)^2 at t = 1, r = REACH a. Computed in slices of constant z, which is exact
for vessels along the leg and near enough for those that run within some 30 degrees of it.
Probe: y_now = y + S (1 - y / H)^2, S the resting skin's depth under and about the face; its inverse is a quadratic.
Injectate: the two grids of `physics.injectate`. Needle: what lies at x was at x - m G(x), with m the drag along the
shaft and G a bell about it.
"""

from math import exp, sqrt
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel

REACH = 3.0
"""Radii beyond which a vessel's change is not felt. Chosen: the field has fallen to a ninth there and fades to zero."""
DRAG_WIDTH_MM = 3.0
"""Width of the tissue that a moving shaft takes along. Chosen by eye on needle insertions."""
SKIN_SHARE, HELD_MM = 0.2, 4.0
"""Share of what a needle carries along that skin follows at the puncture, and depth from which all of it does; at the
tip of a shorter shaft. Chosen: skin is held by its surface."""
BELL_END = 7.0
"""Square of the bell's widths beyond which nothing is taken along. Chosen: the bell has fallen to a thousandth there,
a micrometre or two of what a needle carries at most."""
NO_DRAG_MM = 1e-3
"""A smaller drag moves nothing that an image shows."""
DRAG_ROUNDS, STILL_MM = 8, 1e-4
"""Rounds at most, and the change that ends them. Chosen: a thousandth of a wavelength."""
PUSH_ROUNDS = 2
EXACT_MM = 0.2
"""Smaller shifts by fluid are not made exact between nodes. Chosen: their error is a tenth of them at most."""
CLOSE_MM = 0.005
"""Twice the error of r at which the search for it stops. Chosen: far below what an image shows."""


Tube: TypeAlias = tuple[float, float, float, float, float]
"""A vessel in one slice: centre x, y, radius at rest, mm; scales of the half axes along x and y."""


class Motion(NamedTuple):
    """How everything is shifted at one moment.

    Args:
        press: x, z of the face's middle; cos, sin of its long axis over the skin; half length, half thickness; depth of
            its middle; slope along it; width of the skin's slope beside it; depth H at which nothing moves; radius of a
            convex face, 0 if flat, mm.
        vessels: (vessel, slice, 5): x, y of the centre, radius at rest, scale of the half axes along x and y.
        levels: z of the first slice, and distance between slices, mm.
        push_box: x, y, z of the injectate's first node, and its nodes' spacing, mm.
        push_to_rest, push_to_now: the injectate's grids, one node where there is none.
        drag: entry (3), direction (3), length, mm dragged along.
    """

    press: NDArray[np.float64]
    vessels: NDArray[np.float64]
    levels: NDArray[np.float64]
    push_box: NDArray[np.float64]
    push_to_rest: NDArray[np.float32]
    push_to_now: NDArray[np.float32]
    drag: NDArray[np.float64]


@kernel(inline=True)
def skin_shift(press: NDArray[np.float64], x: float, z: float) -> float:
    """S: how deep the probe holds the resting skin at (x, z), mm, not negative."""
    dx, dz = x - press[0], z - press[1]
    along, across = dx * press[2] + dz * press[3], dz * press[2] - dx * press[3]
    inner = min(max(along, -press[4]), press[4])
    outside_along = along - inner
    outside_across = max(abs(across) - press[5], 0.0)
    fall = 1 + (outside_along * outside_along + outside_across * outside_across) / (press[8] * press[8])
    rise = 0.0  # of a convex face towards its ends
    if press[10] > 0:
        reach = min(abs(inner), press[10])
        rise = press[10] - sqrt(press[10] * press[10] - reach * reach)
    return max(press[6] + press[7] * inner - rise, 0.0) / (fall * fall)


@kernel(inline=True)
def press_depth(y: float, skin: float, floor: float) -> float:
    """Depth now of what lay at depth y."""
    if y >= floor:
        return y
    rest = 1 - max(y, 0.0) / floor
    return y + skin * rest * rest


@kernel(inline=True)
def release_depth(y: float, skin: float, floor: float) -> float:
    """Depth at rest of what lies at depth y now: the root of S q^2 - H q + (H - y) = 0 with q = 1 - rest / H."""
    if y >= floor or skin <= 0:
        return y
    if y <= skin:
        return y - skin
    room = floor - y
    q = 2 * room / (floor + sqrt(max(floor * floor - 4 * skin * room, 0.0)))
    return floor * (1 - q)


@kernel(inline=True)
def nearness(r: float, radius: float) -> float:
    """g(r) outside the lumen."""
    t = (r - radius) / ((REACH - 1) * radius)
    if t >= 1:
        return 0.0
    fade = 1 - t * t
    return radius * radius / (r * r) * fade * fade


@kernel(inline=True)
def nearness_slope(r: float, radius: float) -> float:
    """dg/dr outside the lumen, per mm."""
    wide = (REACH - 1) * radius
    t = (r - radius) / wide
    if t >= 1:
        return 0.0
    fade = 1 - t * t
    return -radius * radius / (r * r) * fade * (2 * fade / r + 4 * t / wide)


@kernel(inline=True)
def slice_at(vessels: NDArray[np.float64], levels: NDArray[np.float64], vessel: int, z: float) -> Tube:
    """Centre, radius and scales of a vessel at height z, linear between slices; radius 0 where it is not."""
    at = (z - levels[0]) / levels[1]
    if at < 0 or at >= vessels.shape[1] - 1:
        return 0.0, 0.0, 0.0, 1.0, 1.0
    low = int(at)
    b = at - low
    a = 1 - b
    if vessels[vessel, low, 2] <= 0 or vessels[vessel, low + 1, 2] <= 0:
        return 0.0, 0.0, 0.0, 1.0, 1.0
    return (
        a * vessels[vessel, low, 0] + b * vessels[vessel, low + 1, 0],
        a * vessels[vessel, low, 1] + b * vessels[vessel, low + 1, 1],
        a * vessels[vessel, low, 2] + b * vessels[vessel, low + 1, 2],
        a * vessels[vessel, low, 3] + b * vessels[vessel, low + 1, 3],
        a * vessels[vessel, low, 4] + b * vessels[vessel, low + 1, 4],
    )


@kernel(inline=True)
def tube_now(tube: Tube, x: float, y: float) -> tuple[float, float]:
    """x, y after one vessel changed."""
    cx, cy, radius, kx, ky = tube
    px, py = x - cx, y - cy
    square = px * px + py * py
    if radius <= 0 or square >= (REACH * radius) ** 2:
        return x, y
    g = 1.0 if square <= radius * radius else nearness(sqrt(square), radius)
    return cx + px * (1 + (kx - 1) * g), cy + py * (1 + (ky - 1) * g)


@kernel(inline=True)
def tube_rest(tube: Tube, x: float, y: float) -> tuple[float, float]:
    """x, y before one vessel changed; outside its lumen, r is found by Newton's steps, halved ones where they leave the
    bracket."""
    cx, cy, radius, kx, ky = tube
    qx, qy = x - cx, y - cy
    square = qx * qx + qy * qy
    if radius <= 0 or square >= (REACH * radius) ** 2:
        return x, y
    if (qx / kx) ** 2 + (qy / ky) ** 2 <= radius * radius:
        return cx + qx / kx, cy + qy / ky
    low, high = radius, REACH * radius
    r = min(max(sqrt(square), low), high)
    px, py = qx, qy
    for _ in range(24):
        g = nearness(r, radius)
        ax, ay = 1 / (1 + (kx - 1) * g), 1 / (1 + (ky - 1) * g)
        px, py = qx * ax, qy * ay
        f = px * px + py * py - r * r
        if abs(f) < CLOSE_MM * r:
            break
        low, high = (r, high) if f > 0 else (low, r)
        fall = 2 * nearness_slope(r, radius) * ((kx - 1) * ax * px * px + (ky - 1) * ay * py * py) + 2 * r
        r += f / fall
        if r <= low or r >= high:
            r = 0.5 * (low + high)
    return cx + px, cy + py


@kernel(inline=True)
def vessels_now(
    vessels: NDArray[np.float64], levels: NDArray[np.float64], x: float, y: float, z: float
) -> tuple[float, float]:
    """x, y after every vessel changed."""
    for vessel in range(vessels.shape[0]):
        x, y = tube_now(slice_at(vessels, levels, vessel, z), x, y)
    return x, y


@kernel(inline=True)
def vessels_rest(
    vessels: NDArray[np.float64], levels: NDArray[np.float64], x: float, y: float, z: float
) -> tuple[float, float]:
    """x, y before any vessel changed."""
    for vessel in range(vessels.shape[0] - 1, -1, -1):
        x, y = tube_rest(slice_at(vessels, levels, vessel, z), x, y)
    return x, y


@kernel(inline=True)
def pushed(
    grid: NDArray[np.float32], box: NDArray[np.float64], x: float, y: float, z: float
) -> tuple[float, float, float]:
    """A grid's shift at a point, trilinear; nothing outside."""
    nz, nx, ny = grid.shape[0], grid.shape[1], grid.shape[2]
    gx, gy, gz = (x - box[0]) / box[3], (y - box[1]) / box[3], (z - box[2]) / box[3]
    sx = sy = sz = 0.0
    if gx < 0 or gy < 0 or gz < 0 or gx >= nx - 1 or gy >= ny - 1 or gz >= nz - 1:
        return sx, sy, sz
    ix, iy, iz = int(gx), int(gy), int(gz)
    for corner in range(8):
        jz, jx, jy = corner >> 2, (corner >> 1) & 1, corner & 1
        weight = (1 - jz + (2 * jz - 1) * (gz - iz)) * (1 - jx + (2 * jx - 1) * (gx - ix))
        weight *= 1 - jy + (2 * jy - 1) * (gy - iy)
        sx += weight * grid[iz + jz, ix + jx, iy + jy, 0]
        sy += weight * grid[iz + jz, ix + jx, iy + jy, 1]
        sz += weight * grid[iz + jz, ix + jx, iy + jy, 2]
    return sx, sy, sz


@kernel(inline=True)
def pushed_now(
    to_now: NDArray[np.float32],
    to_rest: NDArray[np.float32],
    box: NDArray[np.float64],
    x: float,
    y: float,
    z: float,
) -> tuple[float, float, float]:
    """A point after fluid pushed it: u between nodes is a first guess, made exact for w by rounds s <- -w(x + s)."""
    sx, sy, sz = pushed(to_now, box, x, y, z)
    for _ in range(PUSH_ROUNDS if sx * sx + sy * sy + sz * sz > EXACT_MM * EXACT_MM else 0):
        wx, wy, wz = pushed(to_rest, box, x + sx, y + sy, z + sz)
        sx, sy, sz = -wx, -wy, -wz
    return x + sx, y + sy, z + sz


@kernel(inline=True)
def drag_width(drag: NDArray[np.float64]) -> float:
    """Width of the bell, mm."""
    return DRAG_WIDTH_MM + abs(drag[7])


@kernel(inline=True)
def drag_share(drag: NDArray[np.float64], x: float, y: float, z: float) -> float:
    """G: 1 at the tip and along the shaft but near the skin, a bell across it, nothing beyond its ends but the bell.

    The bell is as wide as DRAG_WIDTH_MM and what is carried, so that tissue is never folded: its steepest slope along
    the shaft, 0.86 m / (w + m), stays below 1.
    """
    dx, dy, dz = x - drag[0], y - drag[1], z - drag[2]
    along = min(max(dx * drag[3] + dy * drag[4] + dz * drag[5], 0.0), drag[6])
    ex, ey, ez = dx - along * drag[3], dy - along * drag[4], dz - along * drag[5]
    wide = drag_width(drag)
    square = (ex * ex + ey * ey + ez * ez) / (wide * wide)
    held = min(HELD_MM, max(drag[6], 1e-6))
    return 0.0 if square > BELL_END else exp(-square) * min(1.0, SKIN_SHARE + (1 - SKIN_SHARE) * along / held)


@kernel(inline=True)
def dragged(drag: NDArray[np.float64], x: float, y: float, z: float) -> tuple[float, float, float]:
    """A point after the needle took it along: x + m G(x'), x' where it then lies, by fixed-point rounds."""
    moved = drag[7] * drag_share(drag, x, y, z)
    if moved == 0.0:  # beyond its reach, and so where it lay
        return x, y, z
    for _ in range(DRAG_ROUNDS):
        before = moved
        moved = drag[7] * drag_share(drag, x + moved * drag[3], y + moved * drag[4], z + moved * drag[5])
        if abs(moved - before) < STILL_MM:
            break
    return x + moved * drag[3], y + moved * drag[4], z + moved * drag[5]


@kernel(inline=True)
def undragged(drag: NDArray[np.float64], x: float, y: float, z: float) -> tuple[float, float, float]:
    """A point before the needle took it along."""
    moved = drag[7] * drag_share(drag, x, y, z)
    return x - moved * drag[3], y - moved * drag[4], z - moved * drag[5]
