"""Fine structure of fibre tissue and fat over whole small volumes: what is added to brightness, and sheets' share.

A texture is asked for in the tissue's own coordinates: u and v across its fibres, w along them (mm).
"""

from typing import Any, TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._noise import cell_edge_2d, cell_edge_3d, value_noise
from inplane.anatomy._texture import clamp
from inplane.core.runtime import kernel

Field: TypeAlias = NDArray[Any]
"""Numbers over a volume, float32, or what broadcasts to it."""
Numbers: TypeAlias = NDArray[np.float64]


@kernel(fastmath=False, parallel=True)
def fill_noise(out: Field, frame: Numbers, across: Numbers, seed: int) -> None:
    """Smooth noise in [-1, 1]: `value_noise` at M (x, y, z).

    Args:
        out: (nz, nx, ny).
        frame: x, y, z of voxel [0, 0, 0], spacing (mm).
        across: (3, 3) M, 1/mm.
        seed: of the noise.
    """
    nz, nx, ny = out.shape
    for i in numba.prange(nz):
        z = frame[2] + i * frame[3]
        for j in range(nx):
            x = frame[0] + j * frame[3]
            for k in range(ny):
                y = frame[1] + k * frame[3]
                u = across[0, 0] * x + across[0, 1] * y + across[0, 2] * z
                v = across[1, 0] * x + across[1, 1] * y + across[1, 2] * z
                w = across[2, 0] * x + across[2, 1] * y + across[2, 2] * z
                out[i, j, k] = value_noise(u, v, w, seed)


@kernel(fastmath=False, inline=True)
def thin(distance_mm: float, thick_mm: float, spacing_mm: float) -> float:
    """Share of a voxel that a sheet takes up: clip((t/2 + h/2 - |d|) / h, 0, min(1, t/h))."""
    return clamp((0.5 * (thick_mm + spacing_mm) - abs(distance_mm)) / spacing_mm, 0.0, min(1.0, thick_mm / spacing_mm))


@kernel(fastmath=False)
def strands(u: float, v: float, w: float, form: Numbers, seed: int) -> tuple[float, float]:
    """Sheets between parallel bundles: how much of one lies at a point (0 to 1), and the bundle's own hash in [0, 1).

    The bundles are the cells of a jittered lattice across the fibres, bent slowly along them. A sheet's walls that
    stand along the beam send little back, and each comes and goes along the fibres.

    Args:
        u, v, w: see module.
        form: bundle width and height, sheet thickness, bend, length over which a sheet comes and goes, share of sheets
            that are bright (-1 to 1), spacing of the voxels, all but the share in mm.
        seed: of the tissue.
    """
    wide, high, thick, bend, run, often, spacing = form[0], form[1], form[2], form[3], form[4], form[5], form[6]
    sway = bend * value_noise(u / (2.5 * wide), v / (3.0 * high), w / (1.5 * run), seed + 21)
    ripple = 0.3 * high * value_noise(u / (0.5 * wide), v / high, w / run, seed + 24)
    edge, level, code = cell_edge_2d(u + 0.4 * sway, v + sway + ripple, wide, high, seed + 22)
    often += 0.7 * value_noise(u / (2.5 * wide), v / (5.0 * high), w / (2.5 * run), seed + 25)
    gate = clamp(0.5 + often + 3.0 * value_noise(u / (0.4 * wide), v / (0.7 * high), w / run, seed + 23), 0.0, 1.0)
    level *= level
    return thin(edge, thick, spacing) * gate * gate * (0.02 + 0.98 * level * level), code


@kernel(fastmath=False, parallel=True)
def fill_strands(out: Field, where: NDArray[np.bool_], frame: Numbers, across: Numbers, form: Numbers) -> None:
    """`strands` where asked for: out[0] the sheets' share, out[1] the bundle's hash less a half.

    Args:
        out: (2, nz, nx, ny).
        where: (nz, nx, ny).
        frame: x, y, z of voxel [0, 0, 0], spacing (mm), seed.
        across: (3, 3) rows u, v, w of (x, y, z).
        form: see `strands`.
    """
    nz, nx, ny = where.shape
    for i in numba.prange(nz):
        z = frame[2] + i * frame[3]
        for j in range(nx):
            x = frame[0] + j * frame[3]
            for k in range(ny):
                if not where[i, j, k]:
                    continue
                y = frame[1] + k * frame[3]
                u = across[0, 0] * x + across[0, 1] * y + across[0, 2] * z
                v = across[1, 0] * x + across[1, 1] * y + across[1, 2] * z
                w = across[2, 0] * x + across[2, 1] * y + across[2, 2] * z
                share, code = strands(u, v, w, form, int(frame[4]))
                out[0, i, j, k] = share
                out[1, i, j, k] = code - 0.5


@kernel(fastmath=False, parallel=True)
def fill_septa(out: Field, where: NDArray[np.bool_], frame: Numbers, cell: Numbers) -> None:
    """Lobules between wavy septa, most of them level with the skin: out[0] the septa's share, out[1] as above.

    Args:
        out, where, frame: as `fill_strands`.
        cell: x, y, z size of a lobule, thickness of a septum (mm).
    """
    nz, nx, ny = where.shape
    seed, h = int(frame[4]), frame[3]
    for i in numba.prange(nz):
        z = frame[2] + i * h
        for j in range(nx):
            x = frame[0] + j * h
            for k in range(ny):
                if not where[i, j, k]:
                    continue
                y = frame[1] + k * h
                warp = value_noise(x / cell[0], y / (2.5 * cell[1]), z / cell[2], seed + 11)
                ripple = value_noise(x / (0.25 * cell[0]), y / cell[1], z / (0.25 * cell[2]), seed + 14)
                size = (cell[0], cell[1], cell[2])
                place = y + (0.6 * warp + 0.12 * ripple) * cell[1]
                edge, level, code = cell_edge_3d(x + 0.3 * warp * cell[0], place, z, size, seed + 12)
                gate = clamp(0.65 + 1.3 * warp + 0.8 * ripple, 0.0, 1.0)
                level *= level
                out[0, i, j, k] = (
                    thin(edge, cell[3] * (0.6 + 0.4 * gate), h) * gate * gate * (0.03 + 0.97 * level * level)
                )
                out[1, i, j, k] = code - 0.5
