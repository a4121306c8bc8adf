"""The line that a needle lies on: (n, 3) points from the puncture to the tip, STEP_MM apart but for the last."""

from math import cos, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from inplane.core import NeedleControl
from inplane.core.runtime import kernel

STEP_MM = 1.0
"""Distance between points of the path."""


def unit(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vector (3,) with length 1."""
    return vector / max(sqrt(float(vector @ vector)), 1e-12)


def length_mm(path: NDArray[np.float64]) -> float:
    """Length of a path."""
    return float(depths_mm(path)[-1])


@kernel(fastmath=False)
def depths_mm(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) distances along a path from its first point."""
    out = np.zeros(len(path))
    for i in range(1, len(path)):
        x, y, z = path[i, 0] - path[i - 1, 0], path[i, 1] - path[i - 1, 1], path[i, 2] - path[i - 1, 2]
        out[i] = out[i - 1] + sqrt(x * x + y * y + z * z)
    return out


@kernel(fastmath=False)
def keep_lengths(points: NDArray[np.float64], depths: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same directions from point to point, with the distances that steel keeps."""
    out = np.empty_like(points)
    out[0] = points[0]
    for i in range(1, len(points)):
        x, y, z = points[i, 0] - points[i - 1, 0], points[i, 1] - points[i - 1, 1], points[i, 2] - points[i - 1, 2]
        share = (depths[i] - depths[i - 1]) / max(sqrt(x * x + y * y + z * z), 1e-12)
        out[i, 0], out[i, 1], out[i, 2] = (
            out[i - 1, 0] + share * x,
            out[i - 1, 1] + share * y,
            out[i - 1, 2] + share * z,
        )
    return out


def places_on(path: NDArray[np.float64], at_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) points of a path at depths (n,) that it reaches."""
    depths = depths_mm(path)
    return np.stack([np.interp(at_mm, depths, path[:, axis]) for axis in range(3)], axis=1)


def places_ahead(
    tip: NDArray[np.float64],
    direction: NDArray[np.float64],
    side: NDArray[np.float64],
    beyond_mm: NDArray[np.float64],
    curvature_per_mm: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(n, 3) points ahead of a tip that is turned away from the side its bevel faces.

    Args:
        tip: (3,) where it is.
        direction: (3,) unit vector of advance.
        side: (3,) unit vector across it that the bevel faces.
        beyond_mm: (n,) distances along the way, growing.
        curvature_per_mm: (n,) of the way up to each; negative turns it to the side that the bevel faces.
    """
    step = np.diff(beyond_mm, prepend=0.0)
    turned = np.cumsum(curvature_per_mm * step)
    middle = turned - 0.5 * curvature_per_mm * step
    along, aside = np.cumsum(np.cos(middle) * step), np.cumsum(np.sin(middle) * step)
    return tip + along[:, None] * direction - aside[:, None] * side


def bevel_side(direction: NDArray[np.float64], control: NeedleControl) -> NDArray[np.float64]:
    """(3,) unit vector across the shaft to the side that the bevel faces; turn 0 is up, towards the skin."""
    rise, flat = sin(control.steepness_rad), cos(control.steepness_rad)
    ux, uy, uz = rise * cos(control.heading_rad), -flat, rise * sin(control.heading_rad)
    dx, dy, dz = direction.tolist()
    along = ux * dx + uy * dy + uz * dz
    ux, uy, uz = ux - along * dx, uy - along * dy, uz - along * dz
    c, s = cos(control.bevel_rad), sin(control.bevel_rad)
    size = max(sqrt(ux * ux + uy * uy + uz * uz), 1e-12)
    up, aside = np.array([ux, uy, uz]), np.array([dy * uz - dz * uy, dz * ux - dx * uz, dx * uy - dy * ux])
    return (c * up + s * aside) / size


def shortened(path: NDArray[np.float64], to_mm: float) -> NDArray[np.float64]:
    """The path cut off at a depth."""
    depths = depths_mm(path)
    kept = max(int(np.searchsorted(depths, to_mm - 1e-9)), 1)
    share = (to_mm - depths[kept - 1]) / max(depths[kept] - depths[kept - 1], 1e-12)
    tip = path[kept - 1] + share * (path[kept] - path[kept - 1])
    return np.concatenate((path[:kept], tip[None]))


def lengthened(
    path: NDArray[np.float64], ahead_mm: NDArray[np.float64], ahead: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The path with what lies ahead of its tip, points STEP_MM apart and the tip.

    Args:
        path: as it is.
        ahead_mm: (n,) depths ahead, growing from the tip's own to the new tip's.
        ahead: (n, 3) places there, the first the tip.
    """
    at = length_mm(path)
    kept = path[:-1] if len(path) > 1 and at < (len(path) - 1) * STEP_MM - 1e-9 else path
    knots = np.arange(len(kept) * STEP_MM, ahead_mm[-1] - 1e-9, STEP_MM)
    depths = np.concatenate((knots, ahead_mm[-1:]))
    new = np.stack([np.interp(depths, ahead_mm, ahead[:, axis]) for axis in range(3)], axis=1)
    whole = np.concatenate((kept, new))
    nominal = np.concatenate((depths_mm(kept), depths))
    return keep_lengths(whole, nominal)


def limited(direction: NDArray[np.float64], *, about: NDArray[np.float64], angle_rad: float) -> NDArray[np.float64]:
    """The unit vector itself, or turned towards `about` until it is within an angle of it."""
    along = float(np.clip(direction @ about, -1, 1))
    if along >= cos(angle_rad):
        return direction
    across = direction - along * about
    size = sqrt(float(across @ across))
    return about if size < 1e-9 else cos(angle_rad) * about + sin(angle_rad) * across / size
