"""Pictures on one scale, real and simulated alike: how they are brought there, and what is cut out of them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

PIXEL_MM = 0.1
"""Pixel of every picture that is compared. chosen: coarser than any of the real stills (0.058 to 0.1 mm), so that none
is blown up, and as fine as the axial pulse of these probes (0.1 to 0.15 mm)."""
PATCH = 64
"""Side of a patch: 6.4 mm."""
DARK = 3.0
"""Grey up to which a pixel shows nothing. chosen: above the rounding of black."""
MOST_DARK = 0.25
"""Share of a patch that may show nothing. chosen: such pixels hold no order of greys that could be matched."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Still:
    """A picture at PIXEL_MM.

    Args:
        name: of the set and the still.
        group: stills of one group are never divided between training and holding out.
        grey: (rows, columns) float32, 0 to 255; rows go away from the probe.
        kinds: (rows, columns) uint8: 1 nerve, 2 vessel, and for simulated ones more (`_realism_draw.CLASSES`).
    """

    name: str
    group: int
    grey: NDArray[np.float32]
    kinds: NDArray[np.uint8]


def on_scale(
    picture: NDArray[np.uint8], kinds: NDArray[np.uint8], size_mm: tuple[float, float]
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """A picture as its screen showed it, and its masks on their own grid, at PIXEL_MM.

    Args:
        picture: (rows, columns) uint8 grey.
        kinds: (rows', columns') uint8 over the same rectangle.
        size_mm: width and depth of the rectangle.

    Returns:
        Grey, averaged by area, and kinds, of the nearest, both (rows, columns).
    """
    shape = (round(size_mm[0] / PIXEL_MM), round(size_mm[1] / PIXEL_MM))
    grey = np.asarray(cv2.resize(picture.astype(np.float32), shape, interpolation=cv2.INTER_AREA), dtype=np.float32)
    flat = np.ascontiguousarray(kinds)
    return grey, np.asarray(cv2.resize(flat, shape, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)


def patches(still: Still, most: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Places of a still that are mostly lit, (n, PATCH, PATCH), and the depth of their middles, (n,) mm; n <= most."""
    rows, columns = still.grey.shape
    found: list[NDArray[np.float32]] = []
    depths: list[float] = []
    for _ in range(8 * most):
        if len(found) == most or rows < PATCH or columns < PATCH:
            break
        row, column = (int(at) for at in rng.integers(0, (rows - PATCH + 1, columns - PATCH + 1)))
        patch = still.grey[row : row + PATCH, column : column + PATCH]
        if np.count_nonzero(patch <= DARK) <= MOST_DARK * PATCH**2:
            found.append(patch)
            depths.append((row + PATCH / 2) * PIXEL_MM)
    return np.array(found, dtype=np.float32).reshape(-1, PATCH, PATCH), np.array(depths)


def matched(patch: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The patch with its greys replaced by their ranks, 0 to 1: every patch then has the same histogram.

    Equal greys are put in order by chance, so that no histogram with gaps tells a set from another.
    """
    flat = patch.ravel()
    order = np.lexsort((rng.random(flat.size), flat))
    ranks = np.empty(flat.size, np.float32)
    ranks[order] = np.linspace(0, 1, flat.size, dtype=np.float32)
    return ranks.reshape(patch.shape)


def auc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Chance that a positive's score exceeds a negative's, ties counting half (Mann and Whitney's U over n m).

    References:
        Hanley JA, McNeil BJ. Radiology 1982;143:29-36.
    """
    below = np.searchsorted(np.sort(negative), positive, side="left")
    upto = np.searchsorted(np.sort(negative), positive, side="right")
    return float((below + upto).sum() / (2 * len(positive) * len(negative)))


def apart(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """How well a score tells two sets apart whichever is higher: max(AUC, 1 - AUC)."""
    value = auc(positive, negative)
    return max(value, 1 - value)
