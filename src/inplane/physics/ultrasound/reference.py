"""The slow twin of `splat`: the same sum over scatterers in plain NumPy, without culling, for tissue at rest in which
sound runs at 1540 m/s."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from inplane.core import CurvedGeometry, LinearGeometry
from inplane.physics.ultrasound.beam import Beam, spline
from inplane.physics.ultrasound.lookup import Placed
from inplane.physics.ultrasound.tables import Scatterers, Tissue, points_of

Look = tuple[Beam, Placed, LinearGeometry | CurvedGeometry, float]
"""Beam, place, geometry and steering angle of a transmit."""


def splat_slowly(tissue: Tissue, scatterers: Scatterers, look: Look) -> NDArray[np.complex128]:
    """(lines, samples) complex baseband of every scatterer of the volume.

    Args:
        tissue, scatterers, look: as for `splat`; a deformation is left aside.
    """
    beam, placed, geometry, steer_rad = look
    image = np.zeros((geometry.n_lines + 4, geometry.n_samples + 2), np.complex128)
    base = np.asarray(tissue.origin, np.float64) - float(tissue.spacing) / 2.0
    rotation, edge = placed.rotation.astype(np.float64), float(scatterers.cell)
    cells = [range(-1, n + 1) for n in tissue.loudest.shape]
    for iz, ix, iy in product(*cells):
        corner = base + np.array([ix, iy, iz]) * edge
        middle = (corner + edge / 2.0 - placed.place) @ rotation
        sample = geometry.to_index(middle[:2])[1] + 0.5
        near = int(np.clip(int(sample), 0, geometry.n_samples - 1))
        columns = points_of(scatterers, (ix, iy, iz), float(tissue.spacing))[:, : int(beam.cells[near, 2])]
        probe = (corner + columns[:3].T - placed.place) @ rotation
        voxel = np.floor(columns[3:6].T + np.array([ix, iy, iz]) * edge / tissue.spacing).astype(int)
        code = tissue.echo[
            tuple(np.clip(voxel[:, axis], 0, tissue.echo.shape[k] - 1) for k, axis in enumerate((2, 0, 1)))
        ]
        weight = np.maximum(1.0 - (probe[:, 2] / beam.slab[near]) ** 2, 0.0) ** 2
        weight = weight * columns[6] * beam.cells[near, 1] * tissue.amplitude[code]
        value = weight * np.exp(-2j * np.pi * float(beam.wave) * _path_mm(geometry, probe, steer_rad))
        _spread(image, geometry.to_index(probe[:, :2]), value)
    return image[2:-2, 1:-1]


def _path_mm(
    geometry: LinearGeometry | CurvedGeometry, probe: NDArray[np.float64], steer_rad: float
) -> NDArray[np.float64]:
    """One-way path of a steered transmit: a plane wave's; of a fan the eikonal with impact parameter R sin(steer)."""
    x, y = probe[:, 0], probe[:, 1]
    if isinstance(geometry, LinearGeometry):
        return y * np.cos(steer_rad) + x * np.sin(steer_rad)
    rho, theta = np.hypot(x, y + geometry.radius_mm), np.arctan2(x, y + geometry.radius_mm)
    impact = 0.0 if geometry.flat else geometry.radius_mm * np.sin(steer_rad)
    ray = np.sqrt(np.maximum(rho**2 - impact**2, 0.0))
    return ray - impact * np.arccos(np.clip(impact / rho, -1.0, 1.0)) + impact * theta


def _spread(image: NDArray[np.complex128], index: NDArray[np.float64], value: NDArray[np.complex128]) -> None:
    """Add values at indices (line, sample): quadratic B-spline over lines, linear over samples."""
    n_lines, n_samples = image.shape[0] - 4, image.shape[1] - 2
    line, sample = index[:, 0], index[:, 1]
    row, col = np.floor(line + 0.5).astype(int), np.floor(sample).astype(int)
    inside = (row >= 0) & (row < n_lines) & (sample >= 0) & (col < n_samples - 1)
    for side, step in product((-1, 0, 1), (0, 1)):
        share = spline(line - row - side) * (1.0 - np.abs(sample - col - step))
        np.add.at(image, (row[inside] + side + 2, col[inside] + step + 1), (share * value)[inside])
