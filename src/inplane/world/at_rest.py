"""Where imaging plane and needle lie among structures that no probe presses: for scenes of the patient at rest."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inplane.core import Geometry, PictureGeometry
from inplane.world.mapping import points_rest
from inplane.world.moment import Moment
from inplane.world.truth import edges_mm

SIDE = 9
"""Points along each side of the plane's grid. Chosen: every 5 mm, and a pressed plane bends over no less."""
MASK_SIDE = 96
"""Columns and rows in which a sector's edge is looked for. Chosen: finer than a pixel of a scene."""

EDGE_POINTS = 60
"""Points that a sector's edge is thinned to, about. Chosen: every few millimetres."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtRest:
    """Imaging plane and needle, put back to where the tissue about them lies at rest.

    Args:
        plane_mm: (SIDE * SIDE, 3) PATIENT mm, line by line from the first to the last, each from the upper edge down.
        edge_mm: (n, 3) closed, PATIENT mm, about what the picture shows: a rectangle or a sector.
        face_mm: (3,) PATIENT mm, the middle of the probe's face.
        probe_axes: (3, 3) the probe's x to its marker, y into the patient and z across, one a row.
        needle_mm: (n, 3) PATIENT mm from the puncture to the tip; n = 0 outside the patient.
        sector: whether the picture shows less than its rectangle.
    """

    plane_mm: NDArray[np.float64]
    edge_mm: NDArray[np.float64]
    face_mm: NDArray[np.float64]
    probe_axes: NDArray[np.float64]
    needle_mm: NDArray[np.float64]
    sector: bool


def at_rest(moment: Moment) -> AtRest:
    """Imaging plane and needle of a moment, among structures at rest; less than a millisecond of work."""
    geometry = moment.geometry
    x_mm, z_mm, indentation_mm = moment.motion.press[[0, 1, 6]]
    lines, samples = (np.linspace(-0.5, n - 0.5, SIDE) for n in (geometry.n_lines, geometry.n_samples))
    index = np.stack(np.meshgrid(lines, samples, indexing="ij"), axis=-1).reshape(-1, 2)
    return AtRest(
        plane_mm=_rest(moment, geometry.to_mm(index)),
        edge_mm=_rest(moment, _edge_mm(geometry)),
        face_mm=points_rest(moment.motion, np.array([[x_mm, indentation_mm, z_mm]]))[0],
        probe_axes=moment.T_patient_image.rotation.T,
        needle_mm=points_rest(moment.motion, np.ascontiguousarray(moment.needle.path_mm, np.float64))
        if moment.needle.shape
        else np.zeros((0, 3)),
        sector=isinstance(geometry, PictureGeometry) and geometry.field is not None,
    )


def _rest(moment: Moment, image_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) where what lies now at points (n, 2) of the imaging plane lay at rest."""
    flat = np.concatenate((image_mm, np.zeros((len(image_mm), 1))), axis=1)
    return points_rest(moment.motion, np.ascontiguousarray(moment.T_patient_image.apply(flat)))


def _edge_mm(geometry: Geometry) -> NDArray[np.float64]:
    """(n, 2) closed edge of what a picture shows, IMAGE mm."""
    if isinstance(geometry, PictureGeometry) and geometry.field is not None:
        coarse = replace(
            geometry,
            n_lines=MASK_SIDE,
            n_samples=MASK_SIDE,
            line_pitch_mm=geometry.width_mm / MASK_SIDE,
            sample_pitch_mm=geometry.depth_mm / MASK_SIDE,
        )
        edge = max(edges_mm(coarse.mask(), coarse), key=len)
        edge = edge[:: max(1, len(edge) // EDGE_POINTS)]
        return np.concatenate((edge, edge[:1]))
    n_lines, n_samples = geometry.n_lines, geometry.n_samples
    corners = np.array([[0, 0], [n_lines, 0], [n_lines, n_samples], [0, n_samples], [0, 0]]) - 0.5
    along = np.linspace(0, 4, 4 * (SIDE - 1) + 1)
    return geometry.to_mm(np.stack([np.interp(along, np.arange(5), corners[:, k]) for k in range(2)], axis=-1))
