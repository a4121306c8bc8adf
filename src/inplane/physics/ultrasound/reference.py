"""The slow twin of `splat`: the same sum over scatterers in plain NumPy, without culling, for tissue at rest."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from inplane.physics.ultrasound.beam import Beam, spline
from inplane.physics.ultrasound.lookup import Placed
from inplane.physics.ultrasound.tables import CELL_MM, SET_SIZE, SETS, Scatterers, Tissue, hash3


def splat_slowly(
    tissue: Tissue, scatterers: Scatterers, beam: Beam, placed: Placed, shape: tuple[int, int]
) -> NDArray[np.complex128]:
    """(lines, samples) complex baseband of every scatterer of the volume.

    Args:
        tissue, scatterers, beam, placed: as for `splat`; a deformation is left aside.
        shape: lines and samples of the picture.
    """
    image = np.zeros((shape[0] + 4, shape[1] + 2), np.complex128)
    base = np.asarray(tissue.origin, np.float64) - float(tissue.spacing) / 2.0
    rotation = placed.rotation.astype(np.float64)
    cells = [range(-1, n + 1) for n in tissue.loudest.shape]
    for iz, ix, iy in product(*cells):
        corner = base + np.array([ix, iy, iz]) * CELL_MM
        middle = (corner + CELL_MM / 2.0 - placed.place) @ rotation
        near = int(np.clip(int(middle[1] / beam.sample), 0, shape[1] - 1))
        chosen = hash3(ix, iy, iz, scatterers.salt) % SETS
        columns = scatterers.sets[chosen].reshape(7, SET_SIZE)[:, : int(beam.cells[near, 2])].astype(np.float64)
        probe = (corner + columns[:3].T - placed.place) @ rotation
        voxel = np.floor(columns[3:6].T + np.array([ix, iy, iz]) * CELL_MM / tissue.spacing).astype(int)
        code = tissue.echo[
            tuple(np.clip(voxel[:, axis], 0, tissue.echo.shape[k] - 1) for k, axis in enumerate((2, 0, 1)))
        ]
        weight = np.maximum(1.0 - (probe[:, 2] / beam.slab[near]) ** 2, 0.0) ** 2
        weight = weight * columns[6] * beam.cells[near, 1] * tissue.amplitude[code]
        path = (probe[:, 1] + probe[:, 0] * placed.steer) / np.sqrt(1.0 + placed.steer**2)
        _spread(image, probe, weight * np.exp(-2j * np.pi * beam.wave * path), (beam, shape))
    return image[2:-2, 1:-1]


def _spread(
    image: NDArray[np.complex128],
    probe: NDArray[np.float64],
    value: NDArray[np.complex128],
    grid: tuple[Beam, tuple[int, int]],
) -> None:
    """Add values at probe points: quadratic B-spline over lines, linear over samples."""
    beam, shape = grid
    line = probe[:, 0] / beam.pitch + (shape[0] - 1) / 2.0
    sample = probe[:, 1] / beam.sample - 0.5
    row, col = np.floor(line + 0.5).astype(int), np.floor(sample).astype(int)
    inside = (row >= 0) & (row < shape[0]) & (sample >= 0) & (col < shape[1] - 1)
    for side, step in product((-1, 0, 1), (0, 1)):
        share = spline(line - row - side) * (1.0 - np.abs(sample - col - step))
        np.add.at(image, (row[inside] + side + 2, col[inside] + step + 1), (share * value)[inside])
