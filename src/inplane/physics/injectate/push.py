"""Tissue pushed apart by injected fluid: the field of an incompressible source.

Fluid of volume V that comes to a place pushes a volume V through every closed surface about it, so what lies now at y
was at y + w(y), w = -V (y - p) / (4 pi |y - p|^3), outside the fluid (potential flow of a point source, Batchelor GK.
An Introduction to Fluid Dynamics, 1967, 2.5). Within a voxel's own radius the field grows linearly, as that of a ball.
Sources add up, so they are gathered at the nodes of the grid (each shared among the eight about it, which keeps its
volume and its middle), and every step adds the fields of the nodes that owe most. Bone and the skin hold still and the
field fades towards the edge of its grid (chosen: so that it ends without a jump); there, and only there, volume is not
conserved.
"""

from math import pi
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy import Kind, Patient
from inplane.core import Deformation
from inplane.core.runtime import kernel

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown

NODES = 24
"""Nodes along each side of the grid."""
NODE_SPACING_MM = 3.0
"""Chosen: the field is smooth outside the fluid, and inside it fluid is shown, not tissue."""
SKIN_FADE_MM = 8.0
"""Depth over which the field grows from nothing at the skin. Chosen: the probe holds the skin down."""
FADE_FROM = 0.6
"""Share of the half width of the grid beyond which the field fades. Chosen: 22 mm."""
NODES_A_STEP = 16
"""Nodes whose field is added in one step, those that owe most. Chosen: some 0.3 ms of one core; what half a millilitre
a second leaves over follows within the next steps."""
LEAST_MM3 = 0.2
"""Volume at a node that is not worth a step of its own before the flow ends. Chosen: a hundredth of a voxel's drop."""
INVERSE_ROUNDS = 1
"""Fixed-point rounds u <- -w(X + u) after each change, each from the last u: what is left of the error shrinks with
every step. Chosen: see the test of the round trip."""
LAST_ROUNDS = 4
"""Rounds once nothing is owed any more."""


@kernel()
def add_sources(
    to_rest: NDArray[np.float32],
    first_mm: NDArray[np.float32],
    spacing_mm: float,
    sources_mm: NDArray[np.float32],
    radius_mm: float,
) -> None:
    """Adds w(y) = -V (y - p) / (4 pi max(|y - p|, radius)^3) of sources (n, 4: x, y, z, V mm^3) to nodes in place."""
    nz, nx, ny = to_rest.shape[:3]
    least = np.float32(radius_mm * radius_mm)
    for iz in range(nz):
        z = np.float32(first_mm[2] + iz * spacing_mm)
        for ix in range(nx):
            x = np.float32(first_mm[0] + ix * spacing_mm)
            for source in range(len(sources_mm)):
                dx, dz = x - sources_mm[source, 0], z - sources_mm[source, 2]
                strength = np.float32(-sources_mm[source, 3] / (4 * pi))
                for iy in range(ny):
                    dy = np.float32(first_mm[1] + iy * spacing_mm) - sources_mm[source, 1]
                    square = max(dx * dx + dy * dy + dz * dz, least)
                    pull = strength / (square * np.sqrt(square))
                    to_rest[iz, ix, iy, 0] += pull * dx
                    to_rest[iz, ix, iy, 1] += pull * dy
                    to_rest[iz, ix, iy, 2] += pull * dz


@kernel()
def invert(
    to_now: NDArray[np.float32], to_rest: NDArray[np.float32], fade: NDArray[np.float32], spacing_mm: float, rounds: int
) -> None:
    """Refines u at every node in place by u <- -(fade w)(X + u), trilinear between nodes."""
    nz, nx, ny = fade.shape
    for iz in range(nz):
        for ix in range(nx):
            for iy in range(ny):
                for _ in range(rounds if fade[iz, ix, iy] > 0 else 0):  # elsewhere nothing moves
                    gx = min(max(ix + to_now[iz, ix, iy, 0] / spacing_mm, 0.0), nx - 1.001)
                    gy = min(max(iy + to_now[iz, ix, iy, 1] / spacing_mm, 0.0), ny - 1.001)
                    gz = min(max(iz + to_now[iz, ix, iy, 2] / spacing_mm, 0.0), nz - 1.001)
                    jx, jy, jz = int(gx), int(gy), int(gz)
                    wx, wy, wz = gx - jx, gy - jy, gz - jz
                    sx = sy = sz = 0.0
                    for corner in range(8):
                        cz, cx, cy = jz + (corner >> 2), jx + ((corner >> 1) & 1), jy + (corner & 1)
                        weight = (
                            (wz if corner >> 2 else 1 - wz)
                            * (wx if (corner >> 1) & 1 else 1 - wx)
                            * (wy if corner & 1 else 1 - wy)
                            * fade[cz, cx, cy]
                        )
                        sx += weight * to_rest[cz, cx, cy, 0]
                        sy += weight * to_rest[cz, cx, cy, 1]
                        sz += weight * to_rest[cz, cx, cy, 2]
                    to_now[iz, ix, iy, 0] = -sx
                    to_now[iz, ix, iy, 1] = -sy
                    to_now[iz, ix, iy, 2] = -sz


@kernel()
def gather(
    owed: NDArray[np.float32], first_mm: NDArray[np.float64], spacing_mm: float, sources: NDArray[np.float64]
) -> None:
    """Shares sources (n, 4: x, y, z, V mm^3) among the eight nodes about each; those beyond the grid are left out."""
    nz, nx, ny = owed.shape
    for source in range(len(sources)):
        gx = (sources[source, 0] - first_mm[0]) / spacing_mm
        gy = (sources[source, 1] - first_mm[1]) / spacing_mm
        gz = (sources[source, 2] - first_mm[2]) / spacing_mm
        if gx < 0 or gy < 0 or gz < 0 or gx >= nx - 1 or gy >= ny - 1 or gz >= nz - 1:
            continue
        ix, iy, iz = int(gx), int(gy), int(gz)
        for corner in range(8):
            jz, jx, jy = corner >> 2, (corner >> 1) & 1, corner & 1
            weight = (1 - jz + (2 * jz - 1) * (gz - iz)) * (1 - jx + (2 * jx - 1) * (gx - ix))
            weight *= 1 - jy + (2 * jy - 1) * (gy - iy)
            owed[iz + jz, ix + jx, iy + jy] += weight * sources[source, 3]


@kernel()
def add_nodes(
    to_rest: NDArray[np.float32], unit: NDArray[np.float32], nodes: NDArray[np.int64], volumes: NDArray[np.float32]
) -> None:
    """Adds the fields of sources on nodes (flat indices); `unit` is that of 1 mm^3 in the middle of its grid."""
    nz, nx, ny = to_rest.shape[:3]
    for index in range(len(nodes)):
        at, volume = nodes[index], volumes[index]
        sz, sx, sy = at // (nx * ny), (at // ny) % nx, at % ny
        for iz in range(nz):
            for ix in range(nx):
                row = unit[iz - sz + nz - 1, ix - sx + nx - 1]
                for iy in range(ny):
                    for axis in range(3):
                        to_rest[iz, ix, iy, axis] += volume * row[iy - sy + ny - 1, axis]


class Push:
    """The displacement that sources of fluid about one place make."""

    def __init__(self, patient: Patient, middle_mm: NDArray[np.float64]) -> None:
        half = (NODES - 1) / 2 * NODE_SPACING_MM
        self.origin_mm = np.round((middle_mm - half) / NODE_SPACING_MM) * NODE_SPACING_MM
        self._middle_mm = self.origin_mm + half
        self._to_rest = np.zeros((NODES, NODES, NODES, 3), np.float32)
        self._to_now = np.zeros_like(self._to_rest)
        self._owed_mm3 = np.zeros((NODES, NODES, NODES), np.float32)
        self._unit = _unit_field()
        self._rounds_left = 0
        self._fade = self._fading(patient, half)

    def reaches(self, point_mm: NDArray[np.float64]) -> bool:
        """Whether a point lies where the field has not faded, so that fluid there moves what is about it."""
        away = np.abs(point_mm - self._middle_mm)
        return bool(away.max() <= FADE_FROM * (NODES - 1) / 2 * NODE_SPACING_MM)

    def add(self, points_mm: NDArray[np.float64], volumes_mm3: NDArray[np.float64]) -> None:
        """More fluid at points (n, 3); tissue gives way to it in the next steps."""
        gather(self._owed_mm3, self.origin_mm, NODE_SPACING_MM, np.column_stack((points_mm, volumes_mm3)))

    def step(self) -> bool:
        """Lets tissue give way where most fluid waits; whether anything moved."""
        owed = self._owed_mm3.ravel()
        nodes = np.flatnonzero(owed > LEAST_MM3)
        if len(nodes) > NODES_A_STEP:
            nodes = np.sort(nodes[np.argpartition(owed[nodes], -NODES_A_STEP)[-NODES_A_STEP:]])
        if len(nodes):
            volumes = owed[nodes]
            add_nodes(self._to_rest, self._unit, nodes, volumes)
            owed[nodes] = 0
            self._rounds_left = LAST_ROUNDS
        elif not self._rounds_left:
            return False
        else:
            self._rounds_left -= 1
        invert(self._to_now, self._to_rest, self._fade, NODE_SPACING_MM, INVERSE_ROUNDS)
        return True

    def catch_up(self) -> None:
        """Lets tissue give way to all fluid that waits, at once: some ten milliseconds after ten millilitres."""
        owed = self._owed_mm3.ravel()
        nodes = np.flatnonzero(owed > LEAST_MM3)
        add_nodes(self._to_rest, self._unit, nodes, owed[nodes])
        owed[nodes] = 0
        invert(self._to_now, self._to_rest, self._fade, NODE_SPACING_MM, LAST_ROUNDS)

    def deformation(self) -> Deformation:
        """A copy of the field as it is now."""
        return Deformation(
            origin_mm=self.origin_mm,
            spacing_mm=NODE_SPACING_MM,
            to_rest_zxy_mm=self._to_rest * self._fade[..., None],
            to_now_zxy_mm=self._to_now.copy(),
        )

    def _fading(self, patient: Patient, half_mm: float) -> NDArray[np.float32]:
        """(NODES,)*3 factor: 1 in soft tissue, 0 in bone, at the skin and at the grid's edge."""
        x, y, z = (self.origin_mm[axis] + NODE_SPACING_MM * np.arange(NODES) for axis in range(3))
        hard = np.zeros(256)
        for structure in patient.structures:
            hard[structure.label] = structure.kind in (Kind.BONE, Kind.CARTILAGE)
        picks = [
            np.clip(np.rint((at - patient.origin_mm[axis]) / patient.spacing_mm), 0, n - 1).astype(int)
            for at, axis, n in zip((z, x, y), (2, 0, 1), patient.labels_zxy.shape, strict=True)
        ]
        bone = ndimage.gaussian_filter(hard[patient.labels_zxy[np.ix_(*picks)]], 1.0, mode="nearest")
        skin = np.clip(y / SKIN_FADE_MM, 0, 1)
        fade = np.clip(1 - 2 * bone, 0, 1) * (skin * skin * (3 - 2 * skin))
        for axis, at in enumerate((z, x, y)):
            away = np.abs(at - at.mean()) / half_mm
            edge = np.clip((0.97 - away) / (0.97 - FADE_FROM), 0, 1)
            shape = [1, 1, 1]
            shape[axis] = NODES
            fade = fade * (edge * edge * (3 - 2 * edge)).reshape(shape)
        return fade.astype(np.float32)


def _unit_field() -> NDArray[np.float32]:
    """(2 n - 1,) * 3 + (3,) field of 1 mm^3 spread over a node's own ball."""
    side = 2 * NODES - 1
    field = np.zeros((side, side, side, 3), np.float32)
    first = np.full(3, -(NODES - 1) * NODE_SPACING_MM, np.float32)
    radius = NODE_SPACING_MM * (3 / (4 * pi)) ** (1 / 3)
    add_sources(field, first, NODE_SPACING_MM, np.array([[0.0, 0.0, 0.0, 1.0]], np.float32), radius)
    return field
