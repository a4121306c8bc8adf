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
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel

REACH = 3.0
"""Radii beyond which a vessel's change is not felt. Chosen: the field has fallen to a ninth there and fades to zero."""
DRAG_WIDTH_MM = 3.0
"""Width of the tissue that a moving shaft takes along. Chosen by eye on needle insertions."""
DRAG_ROUNDS = 4


class Motion(NamedTuple):
    """How everything is shifted at one moment.

    Args:
        press: x, z of the face's middle; cos, sin of its long axis over the skin; half length, half thickness; depth of
            its middle; slope along it; width of the skin's slope beside it; depth H at which nothing moves, mm.
        vessels: (vessel, slice, 5): x, y of the centre, radius at rest, scale of the half axes along x and y.
        first_z_mm, slice_mm: of the slices.
        push_origin_mm, push_spacing_mm, push_to_rest, push_to_now: the injectate's grids, one node where there is none.
        drag: entry (3), direction (3), length, mm dragged along.
    """

    press: NDArray[np.float64]
    vessels: NDArray[np.float64]
    first_z_mm: float
    slice_mm: float
    push_origin_mm: NDArray[np.float64]
    push_spacing_mm: float
    push_to_rest: NDArray[np.float32]
    push_to_now: NDArray[np.float32]
    drag: NDArray[np.float64]


@kernel()
def skin_shift(press: NDArray[np.float64], x: float, z: float) -> float:
    """S: how deep the probe holds the resting skin at (x, z), mm, not negative."""
    dx, dz = x - press[0], z - press[1]
    along, across = dx * press[2] + dz * press[3], dz * press[2] - dx * press[3]
    inner = min(max(along, -press[4]), press[4])
    outside_along = along - inner
    outside_across = max(abs(across) - press[5], 0.0)
    fall = 1 + (outside_along * outside_along + outside_across * outside_across) / (press[8] * press[8])
    return max(press[6] + press[7] * inner, 0.0) / (fall * fall)


@kernel()
def press_depth(y: float, skin: float, floor: float) -> float:
    """Depth now of what lay at depth y."""
    if y >= floor:
        return y
    rest = 1 - max(y, 0.0) / floor
    return y + skin * rest * rest


@kernel()
def release_depth(y: float, skin: float, floor: float) -> float:
    """Depth at rest of what lies at depth y now: the root of S q^2 - H q + (H - y) = 0 with q = 1 - rest / H."""
    if y >= floor or skin <= 0:
        return y
    if y <= skin:
        return y - skin
    room = floor - y
    q = 2 * room / (floor + sqrt(max(floor * floor - 4 * skin * room, 0.0)))
    return floor * (1 - q)


@kernel()
def nearness(r: float, radius: float) -> float:
    """g(r) outside the lumen."""
    t = (r - radius) / ((REACH - 1) * radius)
    if t >= 1:
        return 0.0
    fade = 1 - t * t
    return radius * radius / (r * r) * fade * fade


@kernel()
def slice_at(motion: Motion, vessel: int, z: float) -> tuple[float, float, float, float, float]:
    """Centre, radius and scales of a vessel at height z, linear between slices; radius 0 where it is not."""
    last = motion.vessels.shape[1] - 1
    at = (z - motion.first_z_mm) / motion.slice_mm
    if at < 0 or at >= last:
        return 0.0, 0.0, 0.0, 1.0, 1.0
    low = int(at)
    share = at - low
    a, b = motion.vessels[vessel, low], motion.vessels[vessel, low + 1]
    if a[2] <= 0 or b[2] <= 0:
        return 0.0, 0.0, 0.0, 1.0, 1.0
    return (
        a[0] + share * (b[0] - a[0]),
        a[1] + share * (b[1] - a[1]),
        a[2] + share * (b[2] - a[2]),
        a[3] + share * (b[3] - a[3]),
        a[4] + share * (b[4] - a[4]),
    )


@kernel()
def vessels_now(motion: Motion, x: float, y: float, z: float) -> tuple[float, float]:
    """x, y after every vessel changed."""
    for vessel in range(motion.vessels.shape[0]):
        cx, cy, radius, kx, ky = slice_at(motion, vessel, z)
        px, py = x - cx, y - cy
        square = px * px + py * py
        if radius <= 0 or square >= (REACH * radius) ** 2:
            continue
        g = 1.0 if square <= radius * radius else nearness(sqrt(square), radius)
        x, y = cx + px * (1 + (kx - 1) * g), cy + py * (1 + (ky - 1) * g)
    return x, y


@kernel()
def vessels_rest(motion: Motion, x: float, y: float, z: float) -> tuple[float, float]:
    """x, y before any vessel changed; outside a lumen, r is found by bisection and secant (Illinois) steps."""
    for vessel in range(motion.vessels.shape[0] - 1, -1, -1):
        cx, cy, radius, kx, ky = slice_at(motion, vessel, z)
        qx, qy = x - cx, y - cy
        if radius <= 0 or qx * qx + qy * qy >= (REACH * radius) ** 2:
            continue
        inner = (qx / kx) ** 2 + (qy / ky) ** 2
        if inner <= radius * radius:
            x, y = cx + qx / kx, cy + qy / ky
            continue
        low, high = radius, REACH * radius
        f_low, f_high = inner - radius * radius, qx * qx + qy * qy - high * high
        g = 1.0
        for _ in range(24):
            r = (low * f_high - high * f_low) / (f_high - f_low)
            g = nearness(r, radius)
            px, py = qx / (1 + (kx - 1) * g), qy / (1 + (ky - 1) * g)
            f = px * px + py * py - r * r
            if abs(f) < 1e-3 * r:
                break
            if f > 0:
                low, f_low, f_high = r, f, 0.5 * f_high
            else:
                high, f_high, f_low = r, f, 0.5 * f_low
        x, y = cx + qx / (1 + (kx - 1) * g), cy + qy / (1 + (ky - 1) * g)
    return x, y


@kernel()
def pushed(
    grid: NDArray[np.float32], origin_mm: NDArray[np.float64], spacing_mm: float, x: float, y: float, z: float
) -> tuple[float, float, float]:
    """A grid's shift at a point, trilinear; nothing outside."""
    nz, nx, ny = grid.shape[:3]
    gx, gy, gz = (x - origin_mm[0]) / spacing_mm, (y - origin_mm[1]) / spacing_mm, (z - origin_mm[2]) / spacing_mm
    if gx < 0 or gy < 0 or gz < 0 or gx >= nx - 1 or gy >= ny - 1 or gz >= nz - 1:
        return 0.0, 0.0, 0.0
    ix, iy, iz = int(gx), int(gy), int(gz)
    sx = sy = sz = 0.0
    for corner in range(8):
        jz, jx, jy = corner >> 2, (corner >> 1) & 1, corner & 1
        weight = (gz - iz if jz else 1 - gz + iz) * (gx - ix if jx else 1 - gx + ix) * (gy - iy if jy else 1 - gy + iy)
        node = grid[iz + jz, ix + jx, iy + jy]
        sx += weight * node[0]
        sy += weight * node[1]
        sz += weight * node[2]
    return sx, sy, sz


@kernel()
def drag_share(drag: NDArray[np.float64], x: float, y: float, z: float) -> float:
    """G: 1 at the shaft, a bell across it, nothing beyond its ends but the bell."""
    dx, dy, dz = x - drag[0], y - drag[1], z - drag[2]
    along = min(max(dx * drag[3] + dy * drag[4] + dz * drag[5], 0.0), drag[6])
    ex, ey, ez = dx - along * drag[3], dy - along * drag[4], dz - along * drag[5]
    square = (ex * ex + ey * ey + ez * ez) / (DRAG_WIDTH_MM * DRAG_WIDTH_MM)
    return 0.0 if square > 12 else exp(-square) * min(1.0, along / 5 + 0.2)


@kernel()
def point_now(motion: Motion, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Where what lay at a point at rest lies now."""
    x, y = vessels_now(motion, x, y, z)
    if motion.push_to_now.shape[0] > 1:
        sx, sy, sz = pushed(motion.push_to_now, motion.push_origin_mm, motion.push_spacing_mm, x, y, z)
        x, y, z = x + sx, y + sy, z + sz
    y = press_depth(y, skin_shift(motion.press, x, z), motion.press[9])
    if abs(motion.drag[7]) > 1e-3:
        g = drag_share(motion.drag, x, y, z)
        for _ in range(DRAG_ROUNDS if g > 0 else 0):
            moved = motion.drag[7] * g
            g = drag_share(
                motion.drag, x + moved * motion.drag[3], y + moved * motion.drag[4], z + moved * motion.drag[5]
            )
        moved = motion.drag[7] * g
        x, y, z = x + moved * motion.drag[3], y + moved * motion.drag[4], z + moved * motion.drag[5]
    return x, y, z


@kernel()
def point_unpressed(motion: Motion, x: float, y: float, z: float) -> tuple[float, float, float]:
    """What lies at a point now, put back to before the probe pressed and the needle dragged."""
    if abs(motion.drag[7]) > 1e-3:
        moved = motion.drag[7] * drag_share(motion.drag, x, y, z)
        x, y, z = x - moved * motion.drag[3], y - moved * motion.drag[4], z - moved * motion.drag[5]
    return x, release_depth(y, skin_shift(motion.press, x, z), motion.press[9]), z


@kernel()
def point_rest(motion: Motion, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Where what lies at a point now lay at rest."""
    x, y, z = point_unpressed(motion, x, y, z)
    if motion.push_to_rest.shape[0] > 1:
        sx, sy, sz = pushed(motion.push_to_rest, motion.push_origin_mm, motion.push_spacing_mm, x, y, z)
        x, y, z = x + sx, y + sy, z + sz
    x, y = vessels_rest(motion, x, y, z)
    return x, y, z


@kernel()
def points_rest(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """`point_rest` of points (n, 3)."""
    out = np.empty_like(points)
    for i in range(len(points)):
        out[i, 0], out[i, 1], out[i, 2] = point_rest(motion, points[i, 0], points[i, 1], points[i, 2])
    return out


@kernel()
def points_now(motion: Motion, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """`point_now` of points (n, 3)."""
    out = np.empty_like(points)
    for i in range(len(points)):
        out[i, 0], out[i, 1], out[i, 2] = point_now(motion, points[i, 0], points[i, 1], points[i, 2])
    return out


@kernel()
def fill_grids(
    motion: Motion,
    origin_mm: NDArray[np.float64],
    spacing_mm: float,
    to_rest: NDArray[np.float32],
    to_now: NDArray[np.float32],
) -> None:
    """w and u at every node of a grid."""
    nz, nx, ny = to_rest.shape[:3]
    for iz in range(nz):
        z = origin_mm[2] + iz * spacing_mm
        for ix in range(nx):
            x = origin_mm[0] + ix * spacing_mm
            for iy in range(ny):
                y = origin_mm[1] + iy * spacing_mm
                a, b, c = point_rest(motion, x, y, z)
                to_rest[iz, ix, iy, 0], to_rest[iz, ix, iy, 1], to_rest[iz, ix, iy, 2] = a - x, b - y, c - z
                a, b, c = point_now(motion, x, y, z)
                to_now[iz, ix, iy, 0], to_now[iz, ix, iy, 1], to_now[iz, ix, iy, 2] = a - x, b - y, c - z
