"""The engine's own scatterers as a list, for another simulator to image the very same field."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from inplane.core import LinearGeometry
from inplane.physics.ultrasound import Scan, View
from inplane.physics.ultrasound.beam import build_beam
from inplane.physics.ultrasound.tables import CELL_MM, points_of

Floats = NDArray[np.float64]


def field(made: Scan, view: View, shape: tuple[int, int], box_mm: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Every scatterer that the engine would sum in a box of the probe's space: where (n, 3), how strong (n,).

    As in `splat`: the hash of a lattice cell picks its set, the depth of its middle how many of it count, and each
    takes the echo of its voxel. Left out is what belongs to the scanner: gain over depth, elevation weight, carrier.

    Args:
        made, view: as for `Scan.envelope`; a deformation is left aside.
        shape: lines and samples of its picture.
        box_mm: lowest and highest corner, (3,) each, x, y, z of the probe.
    """
    tissue, scatterers, pose = made.tissue, made.scatterers, view.T_patient_probe
    beam = build_beam(view.scanner, made.probe, _lines(made, view, shape))
    low_mm, high_mm = box_mm
    base = np.asarray(tissue.origin, np.float64) - float(tissue.spacing) / 2.0
    corners = np.array([pose.apply(np.array(c)) for c in product(*zip(low_mm, high_mm, strict=True))])
    first = np.floor((corners.min(axis=0) - base) / CELL_MM).astype(int)
    last = np.floor((corners.max(axis=0) - base) / CELL_MM).astype(int)
    places: list[Floats] = []
    strengths: list[Floats] = []
    for index in product(*(range(a, b + 1) for a, b in zip(first, last, strict=True))):
        cell = np.array(index)
        corner = base + cell * CELL_MM
        middle = pose.rotation.T @ (corner + CELL_MM / 2.0 - pose.translation_mm)
        near = int(np.clip(int(middle[1] / beam.sample), 0, len(beam.cells) - 1))
        columns = points_of(scatterers, (index[0], index[1], index[2]), float(tissue.spacing))
        columns = columns[:, : int(beam.cells[near, 2])]
        places.append((corner + columns[:3].T - pose.translation_mm) @ pose.rotation)
        voxel = np.floor(columns[3:6].T + cell * CELL_MM / float(tissue.spacing)).astype(int)
        z, x, y = (np.clip(voxel[:, k], 0, n - 1) for k, n in zip((2, 0, 1), tissue.echo.shape, strict=True))
        strengths.append(columns[6] * tissue.amplitude[tissue.echo[z, x, y]])
    where, strength = np.concatenate(places), np.concatenate(strengths)
    inside = ((where >= low_mm) & (where <= high_mm)).all(axis=1) & (strength != 0.0)
    return where[inside], strength[inside]


def _lines(made: Scan, view: View, shape: tuple[int, int]) -> LinearGeometry:
    width, depth = made.probe.width_mm.value, view.scanner.depth_mm
    return LinearGeometry(n_lines=shape[0], n_samples=shape[1], width_mm=width, depth_mm=depth)
