"""The values that describe where things lie in a right groin: surfaces as depth maps, tubes as tables. Pure geometry.

Right leg: lateral is -x, medial +x, head +z, deep +y; the artery crosses the inguinal crease at x = 0, z = 0. Maps and
tables are rounded to 1/1024 mm, so that the last bits of a machine's sine cannot change a label.
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Map: TypeAlias = NDArray[np.float64]

X_LOW_MM, X_HIGH_MM = -75.0, 45.0
Z_LOW_MM, Z_HIGH_MM = -70.0, 50.0
DEPTH_MM = 80.0
WALL_ARTERY_MM = 0.7
"""Intima and media as drawn. Chosen: they measure 0.5 to 0.8 mm; adventitia lies beyond."""
WALL_VEIN_MM = 0.45
"""Chosen: thinner than the artery's."""

MAPS = (
    "skin",
    "superficial",
    "lata",
    "sartorius",
    "tensor",
    "iliaca",
    "iliaca cosine",
    "medial",
    "lateral",
    "ligament",
)
"""Depth of each sheet or lower border (mm; -1 where there is none), cosine of fascia iliaca's slope, x of iliopsoas's
medial and lateral border (mm), distance above the inguinal ligament's middle (mm)."""
ILIACA = MAPS.index("iliaca")
Z_TUBES = ("artery", "profunda", "vein", "saphenous")
X_TUBES = ("circumflex", "deep iliac")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Voxel centres of a right groin.

    Args:
        spacing_mm: isotropic.
        x_mm, z_mm, y_mm: along each axis.
    """

    spacing_mm: float
    x_mm: Map
    z_mm: Map
    y_mm: Map


def make_grid(spacing_mm: float) -> Grid:
    """The groin's grid; the first voxel's top is the skin."""

    def centres(low: float, high: float) -> Map:
        count = round((high - low) / spacing_mm)
        return low + (np.arange(count, dtype=np.float64) + 0.5) * spacing_mm

    return Grid(
        spacing_mm=spacing_mm,
        x_mm=centres(X_LOW_MM, X_HIGH_MM),
        z_mm=centres(Z_LOW_MM, Z_HIGH_MM),
        y_mm=centres(0.0, DEPTH_MM),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axes:
    """Courses of artery, vein and nerve down the leg, (nz,) each, mm; the others are placed by them."""

    artery_x: Map
    artery_y: Map
    artery_r: Map
    vein_x: Map
    vein_y: Map
    vein_r: Map
    nerve_x: Map
    nerve_w: Map
    nerve_t: Map


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tubes:
    """Tubes that cross every slice of an axis once: centre (two), radius (-50 where there is none), cosine of the tilt.

    Args:
        along_z: (4, nz, 4) Z_TUBES, centre x, y.
        along_x: (2, nx, 4) X_TUBES, centre z, y.
    """

    along_z: Map
    along_x: Map


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """The hip: centre and radius of the head, axes, layers.

    Args:
        head_mm: (3,) centre of the head.
        head_radius_mm: bone, without cartilage.
        neck: (3,) unit vector from the head along the neck.
        socket: (3,) unit vector from the head into the acetabulum.
        neck_radius_mm: at its narrowest.
        base_mm: (3,) where the neck's axis meets the shaft.
        pieces: (n, 8) round-ended bone pieces: ends, radius, and 1 neck, 2 trochanter and shaft, 3 hip bone.
        fluid_mm: between bone and capsule at the head-neck junction.
    """

    head_mm: Map
    head_radius_mm: float
    neck: Map
    socket: Map
    neck_radius_mm: float
    base_mm: Map
    pieces: Map
    fluid_mm: float

    def numbers(self) -> Map:
        """(11,) head centre, head radius, neck axis, socket axis, fluid: what the kernels take."""
        return np.array([*self.head_mm, self.head_radius_mm, *self.neck, *self.socket, self.fluid_mm])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroinShape:
    """Everything that the painters need.

    Args:
        maps: (nz, nx, n) see MAPS.
        tubes: vessels.
        nerve: (nz, 3 bundles, 4) centre x, depth of the middle below fascia iliaca, half width, half thickness.
        fascicles: (n, 5) bundle, place within it (two, -1 to 1), radius, phase.
        muscles: (nz, 6) centre x, y, half width, half height of rectus femoris; centre x and y of psoas tendon.
        joint: the hip.
        nodes: (n, 6) centre and half axes (x, y, z).
    """

    maps: Map
    tubes: Tubes
    nerve: Map
    fascicles: Map
    muscles: Map
    joint: Joint
    nodes: Map


def fixed(values: Map) -> Map:
    """Rounded to 1/1024 mm."""
    return np.round(np.asarray(values, dtype=np.float64) * 1024) / 1024


def unit(vector: Map) -> Map:
    """(3,) the vector at length one, rounded to 2^-20 for the same reason."""
    length = float(np.linalg.norm(vector))
    return np.round(np.asarray(vector / length, dtype=np.float64) * 2**20) / 2**20


def soft_plus(values: Map, softness: float) -> Map:
    """max(0, x), rounded off over `softness` and zero at zero: (x + sqrt(x^2 + s^2) - s) / 2."""
    return 0.5 * (values + np.sqrt(values * values + softness * softness) - softness)


def step(values: Map, low: float, high: float) -> Map:
    """Smooth step from 0 at low to 1 at high: 3 t^2 - 2 t^3."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)
