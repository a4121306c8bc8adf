"""Reading grids at points: small scalar functions, shared by all kernels. Numbers are float32 unless said otherwise."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core import Deformation, FormatError, InjectateField, Pose
from inplane.core.runtime import kernel

f32: Any = np.float32
i32: Any = np.int32
i64: Any = np.int64
"""Numba reads a Python number as 64 bits, and one such number makes a whole formula so; kernels convert with these."""
u64: Any = np.uint64
"""An index that cannot be negative: spares Numba's test for counting from the end, without which a loop vectorizes."""

F0, F1, HALF = f32(0.0), f32(1.0), f32(0.5)
QUARTER = f32(0.25)
S1, S3, S5, S7 = (f32(c) for c in (6.2831853, -41.341702, 81.605249, -76.705860))
"""Taylor coefficients of sin(2 pi q); within a quarter turn the error is 1.6e-4."""


A1, A3, A5 = f32(0.99999209), f32(-0.33302396), f32(0.19648489)
A7, A9, A11 = f32(-0.12508202), f32(0.063632206), f32(-0.016741103)
"""Coefficients of arctan, fitted over -0.9 to 0.9."""

Triple: TypeAlias = tuple[float, float, float]
Four: TypeAlias = tuple[float, float, float, float]
Six: TypeAlias = tuple[float, float, float, float, float, float]
STILL: Four = (F0, F0, F0, F0)


class Placed(NamedTuple):
    """Where the probe is, what moved, and what fluid lies there, as the kernels read it.

    Attributes:
        rotation: (3, 3) float32, columns are the probe's x, y, z in the patient. place: (3,) probe face, mm.
        moved: whether there is a deformation. rest, now: (nz, nx, ny, 3) float32. moved_origin: (3,). moved_step: mm.
        wet: whether there is injectate. fluid: (nz, nx, ny) float32. fluid_origin: (3,). fluid_step: mm.
        fizzy: whether it holds bubbles. air: (nz, nx, ny) float32, share of space that they are.
        steer: tangent of the transmit's steering angle.
        flowed: (256,) float32, mm that a lumen's blood has flowed, by label; 0 where it stands.
    """

    rotation: NDArray[np.float32]
    place: NDArray[np.float32]
    moved: bool
    rest: NDArray[np.float32]
    now: NDArray[np.float32]
    moved_origin: NDArray[np.float32]
    moved_step: float
    wet: bool
    fluid: NDArray[np.float32]
    fluid_origin: NDArray[np.float32]
    fluid_step: float
    fizzy: bool
    air: NDArray[np.float32]
    steer: float
    flowed: NDArray[np.float32]


class Fixed(NamedTuple):
    """The numbers of Placed without its grids: what inner loops read. Taking an array out of a tuple counts a
    reference, which costs more than a cell's arithmetic; numbers do not, but tuples of numbers cannot cross into a
    parallel loop.

    Attributes:
        rotation: 9 numbers, row by row. place, moved_origin, fluid_origin: 3 each, mm.
        moved, moved_per_mm, wet, fluid_per_mm, fizzy: as in Placed, steps as nodes a mm.
    """

    rotation: tuple[float, float, float, float, float, float, float, float, float]
    place: Triple
    moved_origin: Triple
    fluid_origin: Triple
    moved: bool
    moved_per_mm: float
    wet: bool
    fluid_per_mm: float
    fizzy: bool


@kernel()
def fix(placed: Placed) -> Fixed:
    """The numbers of a Placed."""
    r, p, o, f = placed.rotation, placed.place, placed.moved_origin, placed.fluid_origin
    return Fixed(
        (r[0, 0], r[0, 1], r[0, 2], r[1, 0], r[1, 1], r[1, 2], r[2, 0], r[2, 1], r[2, 2]),
        (p[0], p[1], p[2]),
        (o[0], o[1], o[2]),
        (f[0], f[1], f[2]),
        placed.moved,
        F1 / placed.moved_step,
        placed.wet,
        F1 / placed.fluid_step,
        placed.fizzy,
    )


def place(
    T_patient_probe: Pose,
    deformation: Deformation | None,
    injectate: InjectateField | None,
    steer: float,
    *,
    flowed_mm: Mapping[int, float] | None = None,
    air: NDArray[np.float32] | None = None,
) -> Placed:
    """What the kernels need of a view's pose, deformation and fluid.

    Raises:
        FormatError: a deformation or an injectate of the wrong shape, or that is not finite.
    """
    nothing, still = np.zeros((2, 2, 2), np.float32), np.zeros((2, 2, 2, 3), np.float32)
    rest, now, wet = still, still, nothing
    if deformation is not None:
        rest = _checked("Deformation.to_rest_zxy_mm", deformation.to_rest_zxy_mm, 4)
        now = _checked("Deformation.to_now_zxy_mm", deformation.to_now_zxy_mm, 4)
    if injectate is not None:
        wet = _checked("InjectateField.fraction_zxy", injectate.fraction_zxy, 3)
    zero, flowed = np.zeros(3, np.float32), np.zeros(256, np.float32)
    for label, way_mm in (flowed_mm or {}).items():
        flowed[label] = way_mm
    return Placed(
        rotation=T_patient_probe.rotation.astype(np.float32),
        place=T_patient_probe.translation_mm.astype(np.float32),
        moved=deformation is not None,
        rest=rest,
        now=now,
        moved_origin=zero if deformation is None else np.asarray(deformation.origin_mm, np.float32),
        moved_step=f32(1.0 if deformation is None else deformation.spacing_mm),
        wet=injectate is not None and injectate.volume_ml > 0,
        fluid=wet,
        fluid_origin=zero if injectate is None else np.asarray(injectate.origin_mm, np.float32),
        fluid_step=f32(1.0 if injectate is None else injectate.spacing_mm),
        fizzy=air is not None,
        air=nothing if air is None else air,
        steer=f32(steer),
        flowed=flowed,
    )


def _checked(name: str, grid: NDArray[np.float32], n_axes: int) -> NDArray[np.float32]:
    """The grid, contiguous float32, at least 2 nodes a side, finite."""
    if grid.ndim != n_axes or min(grid.shape[:3]) < 2 or (n_axes == 4 and grid.shape[3] != 3):
        raise FormatError(f"{name} has shape {grid.shape}. Expected (nz, nx, ny{', 3' * (n_axes - 3)}), each >= 2.")
    grid = np.ascontiguousarray(grid, np.float32)
    if not (np.isfinite(grid.max()) and np.isfinite(grid.min())):
        raise FormatError(f"{name} holds numbers that are not finite.")
    return grid


@kernel(inline=True)
def sine(turns: float) -> float:
    """sin(2 pi turns), error below 2e-4; period folded onto a quarter turn."""
    t = turns - np.floor(turns + HALF)
    q = QUARTER - abs(QUARTER - abs(t))
    q = q if t >= F0 else -q
    s = q * q
    return q * (S1 + s * (S3 + s * (S5 + s * S7)))


@kernel(inline=True)
def half_arctan(t: float) -> float:
    """arctan of a number within 0.9, error below 2e-6 (least-squares polynomial): theta = 2 half_arctan(x/(rho + y))
    of a point x, y at distance rho. Plain arithmetic, so that loops over points vectorize."""
    q = t * t
    return t * (A1 + q * (A3 + q * (A5 + q * (A7 + q * (A9 + q * A11)))))


@kernel(inline=True)
def trilinear(grid: NDArray[Any], z: float, x: float, y: float) -> float:
    """A scalar grid at a point in voxels, its edge continued outwards."""
    nz, nx, ny = grid.shape
    z = min(max(z, F0), f32(nz - 1.001))
    x = min(max(x, F0), f32(nx - 1.001))
    y = min(max(y, F0), f32(ny - 1.001))
    i, j, k = i64(z), i64(x), i64(y)
    u, v, w = z - f32(i), x - f32(j), y - f32(k)
    i0, i1, j0, j1, k0, k1 = u64(i), u64(i + 1), u64(j), u64(j + 1), u64(k), u64(k + 1)
    a = (F1 - w) * grid[i0, j0, k0] + w * grid[i0, j0, k1]
    b = (F1 - w) * grid[i0, j1, k0] + w * grid[i0, j1, k1]
    c = (F1 - w) * grid[i1, j0, k0] + w * grid[i1, j0, k1]
    d = (F1 - w) * grid[i1, j1, k0] + w * grid[i1, j1, k1]
    return (F1 - u) * ((F1 - v) * a + v * b) + u * ((F1 - v) * c + v * d)


@kernel(inline=True)
def displacement(grid: NDArray[np.float32], z: float, x: float, y: float) -> tuple[float, float, float]:
    """A displacement grid at a point in nodes: (x, y, z) mm; zero outside the grid."""
    nz, nx, ny, _ = grid.shape
    if z < F0 or x < F0 or y < F0 or z > f32(nz - 1) or x > f32(nx - 1) or y > f32(ny - 1):
        return F0, F0, F0
    i, j, k = min(i64(z), nz - 2), min(i64(x), nx - 2), min(i64(y), ny - 2)
    u, v, w = z - f32(i), x - f32(j), y - f32(k)
    ox = oy = oz = F0
    for corner in range(8):
        di, dj, dk = corner >> 2, (corner >> 1) & 1, corner & 1
        weight = (u if di else F1 - u) * (v if dj else F1 - v) * (w if dk else F1 - w)
        iz, ix, iy = u64(i + di), u64(j + dj), u64(k + dk)
        ox += weight * grid[iz, ix, iy, 0]
        oy += weight * grid[iz, ix, iy, 1]
        oz += weight * grid[iz, ix, iy, 2]
    return ox, oy, oz


@kernel(inline=True)
def displacement_slopes(grid: NDArray[np.float32], z: float, x: float, y: float) -> tuple[Four, Four, Four]:
    """A displacement grid about a point in nodes, of each component x, y and z its change a node along x, y and z, and
    itself as a fourth number, mm; zero outside the grid."""
    nz, nx, ny, _ = grid.shape
    if z < F0 or x < F0 or y < F0 or z > f32(nz - 1) or x > f32(nx - 1) or y > f32(ny - 1):
        return STILL, STILL, STILL
    i, j, k = min(i64(z), nz - 2), min(i64(x), nx - 2), min(i64(y), ny - 2)
    at, part = (i, j, k), (z - f32(i), x - f32(j), y - f32(k))
    return _slopes(grid, at, part, 0), _slopes(grid, at, part, 1), _slopes(grid, at, part, 2)


@kernel(inline=True)
def _slopes(grid: NDArray[np.float32], at: tuple[int, int, int], part: Triple, c: int) -> Four:
    """One component within a voxel of nodes."""
    (i, j, k), (u, v, w) = at, part
    i0, i1, j0, j1, k0, k1 = u64(i), u64(i + 1), u64(j), u64(j + 1), u64(k), u64(k + 1)
    e00, e01 = grid[i0, j0, k1, c] - grid[i0, j0, k0, c], grid[i0, j1, k1, c] - grid[i0, j1, k0, c]
    e10, e11 = grid[i1, j0, k1, c] - grid[i1, j0, k0, c], grid[i1, j1, k1, c] - grid[i1, j1, k0, c]
    a00, a01 = grid[i0, j0, k0, c] + w * e00, grid[i0, j1, k0, c] + w * e01
    a10, a11 = grid[i1, j0, k0, c] + w * e10, grid[i1, j1, k0, c] + w * e11
    upper, lower = a00 + v * (a01 - a00), a10 + v * (a11 - a10)
    along_x = (F1 - u) * (a01 - a00) + u * (a11 - a10)
    along_y = (F1 - u) * ((F1 - v) * e00 + v * e01) + u * ((F1 - v) * e10 + v * e11)
    return along_x, along_y, lower - upper, upper + u * (lower - upper)


@kernel(inline=True)
def shifts(fixed: Fixed, rest: NDArray[np.float32], ray: Four, far: float, ahead: float) -> Six:
    """Displacement (x, y, z) to the resting place at a point of a line, and `ahead` of it, mm."""
    (ax, ay, az), (bx, by, bz) = _shift(fixed, rest, ray, far), _shift(fixed, rest, ray, far + ahead)
    return ax, ay, az, bx, by, bz


@kernel(inline=True)
def _shift(fixed: Fixed, rest: NDArray[np.float32], ray: Four, far: float) -> Triple:
    """The same at one point."""
    r, p, o, g = fixed.rotation, fixed.place, fixed.moved_origin, fixed.moved_per_mm
    x, depth = ray[0] + far * ray[2], ray[1] + far * ray[3]
    qx = (p[0] + r[0] * x + r[1] * depth - o[0]) * g
    qy = (p[1] + r[3] * x + r[4] * depth - o[1]) * g
    qz = (p[2] + r[6] * x + r[7] * depth - o[2]) * g
    return displacement(rest, qz, qx, qy)


@kernel(inline=True)
def resting(fixed: Fixed, ray: Four, far: float, part: float, w: Six) -> Triple:
    """Resting place of the tissue at a point of a line, `part` of the way between the two displacements `w`."""
    r, p = fixed.rotation, fixed.place
    x, y = ray[0] + far * ray[2], ray[1] + far * ray[3]
    return (
        p[0] + r[0] * x + r[1] * y + w[0] + part * (w[3] - w[0]),
        p[1] + r[3] * x + r[4] * y + w[1] + part * (w[4] - w[1]),
        p[2] + r[6] * x + r[7] * y + w[2] + part * (w[5] - w[2]),
    )


@kernel(inline=True)
def clip_index(value: float, size: int) -> int:
    """The nearest voxel's index, its edge continued outwards."""
    return min(max(i64(np.floor(value + HALF)), 0), size - 1)
