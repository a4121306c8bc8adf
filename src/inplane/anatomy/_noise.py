"""Procedural texture from integer hashing: the same bits on any machine, for any order of evaluation.

The hash is the 32-bit finaliser "lowbias32" (C. Wellons, Prospecting for hash functions, 2018), chained over lattice
coordinates. Value noise after K. Perlin, An image synthesizer, SIGGRAPH 1985 (doi:10.1145/325165.325247); cells after
S. Worley, A cellular texture basis function, SIGGRAPH 1996 (doi:10.1145/237170.237267).
"""

from math import floor, sqrt

from inplane.core.runtime import kernel

MASK = 0xFFFFFFFF


@kernel(fastmath=False, inline=True)
def mix(value: int) -> int:
    """A well-mixed 32-bit integer of a 32-bit integer (lowbias32)."""
    value = value & MASK
    value = ((value ^ (value >> 16)) * 0x7FEB352D) & MASK
    value = ((value ^ (value >> 15)) * 0x846CA68B) & MASK
    return value ^ (value >> 16)


@kernel(fastmath=False, inline=True)
def lattice(ix: int, iy: int, iz: int, seed: int) -> int:
    """32-bit hash of a lattice point."""
    return mix(iz + mix(iy + mix(ix + mix(seed))))


@kernel(fastmath=False, inline=True)
def unit(value: int) -> float:
    """A hash as a number in [0, 1)."""
    return value * (1.0 / 4294967296.0)


@kernel(fastmath=False)
def value_noise(x: float, y: float, z: float, seed: int) -> float:
    """Smooth noise in [-1, 1] with features of unit size: hashed lattice values, blended by 3 t^2 - 2 t^3."""
    ix, iy, iz = floor(x), floor(y), floor(z)
    fx, fy, fz = x - ix, y - iy, z - iz
    fx, fy, fz = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy), fz * fz * (3 - 2 * fz)
    total = 0.0
    for dx in range(2):
        wx = fx if dx == 1 else 1 - fx
        for dy in range(2):
            wy = fy if dy == 1 else 1 - fy
            for dz in range(2):
                wz = fz if dz == 1 else 1 - fz
                total += wx * wy * wz * unit(lattice(ix + dx, iy + dy, iz + dz, seed))
    return 2 * total - 1


@kernel(fastmath=False)
def cell_edge_2d(x: float, y: float, sx: float, sy: float, seed: int) -> tuple[float, float, float]:
    """Border between the two nearest cells of a jittered lattice with cells of sx by sy mm.

    With p1, p2 the nearest feature points in units of a cell and n the unit vector between them, the distance there is
    (|q - p2|^2 - |q - p1|^2) / (2 |p2 - p1|); in mm it is that over |(nx / sx, ny / sy)|.

    Returns:
        Distance (mm), how level the border lies (1: across y, 0: along y), this cell's hash in [0, 1).
    """
    qx, qy = x / sx, y / sy
    ix, iy = floor(qx), floor(qy)
    best, second = 1e9, 1e9
    x1 = y1 = x2 = y2 = 0.0
    code = 0
    for dx in range(-1, 2):
        for dy in range(-1, 2):
            h = lattice(ix + dx, iy + dy, 0, seed)
            px = ix + dx + 0.1 + 0.8 * unit(h)
            py = iy + dy + 0.1 + 0.8 * unit(mix(h + 1))
            d = (px - qx) ** 2 + (py - qy) ** 2
            if d < best:
                second, x2, y2 = best, x1, y1
                best, x1, y1, code = d, px, py, h
            elif d < second:
                second, x2, y2 = d, px, py
    gx, gy = (x2 - x1) / sx, (y2 - y1) / sy
    steep = sqrt(gx * gx + gy * gy) + 1e-9
    return (second - best) / (2 * steep), abs(gy) / steep, unit(mix(code + 7))


@kernel(fastmath=False)
def cell_edge_3d(
    x: float, y: float, z: float, cell: tuple[float, float, float], seed: int
) -> tuple[float, float, float]:
    """As `cell_edge_2d`, in three dimensions; `cell` is its size in x, y, z (mm)."""
    qx, qy, qz = x / cell[0], y / cell[1], z / cell[2]
    ix, iy, iz = floor(qx), floor(qy), floor(qz)
    best, second = 1e9, 1e9
    x1 = y1 = z1 = x2 = y2 = z2 = 0.0
    code = 0
    for dx in range(-1, 2):
        for dy in range(-1, 2):
            for dz in range(-1, 2):
                h = lattice(ix + dx, iy + dy, iz + dz, seed)
                px = ix + dx + 0.1 + 0.8 * unit(h)
                py = iy + dy + 0.1 + 0.8 * unit(mix(h + 1))
                pz = iz + dz + 0.1 + 0.8 * unit(mix(h + 2))
                d = (px - qx) ** 2 + (py - qy) ** 2 + (pz - qz) ** 2
                if d < best:
                    second, x2, y2, z2 = best, x1, y1, z1
                    best, x1, y1, z1, code = d, px, py, pz, h
                elif d < second:
                    second, x2, y2, z2 = d, px, py, pz
    gx, gy, gz = (x2 - x1) / cell[0], (y2 - y1) / cell[1], (z2 - z1) / cell[2]
    steep = sqrt(gx * gx + gy * gy + gz * gz) + 1e-9
    return (second - best) / (2 * steep), abs(gy) / steep, unit(mix(code + 7))
