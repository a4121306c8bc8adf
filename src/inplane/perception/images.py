"""The few OpenCV calls that perception needs, with types: arrays in, arrays out, one thread."""

from math import cos, sin
from typing import Any, TypeAlias, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", np.uint8, np.float32)
Ellipse: TypeAlias = tuple[float, float, float, float, float]
"""Centre (column, row), semi-axes with the longer first, angle of the first from x in (-pi/2, pi/2]."""


def resize(image: NDArray[Scalar], columns: int, rows: int, *, area: bool) -> NDArray[Scalar]:
    """The image at another size; by area (averaging) where it shrinks, else linear."""
    kind = cv2.INTER_AREA if area else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, (columns, rows), interpolation=kind), dtype=image.dtype)


def blur(image: NDArray[np.uint8] | NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian of `sigma` pixels, as float32."""
    return np.asarray(cv2.GaussianBlur(image.astype(np.float32), (0, 0), sigma), dtype=np.float32)


def box_mean(image: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Mean over a square of `side` pixels."""
    return np.asarray(cv2.blur(image, (side, side)), dtype=np.float32)


def shift(image: NDArray[np.float32], dx: float, dy: float) -> NDArray[np.float32]:
    """The image moved by (dx, dy) pixels, its border repeated."""
    rows, columns = image.shape
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    return np.asarray(cv2.warpAffine(image, move, (columns, rows), borderMode=cv2.BORDER_REPLICATE), dtype=np.float32)


def regions(mask: NDArray[np.bool_]) -> tuple[int, NDArray[np.int32]]:
    """Number of labels (0 is background) and the label of each pixel, by 4-connectedness."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4, ltype=cv2.CV_32S)
    return int(count), np.asarray(labels, dtype=np.int32)


def without_tails(mask: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """A mask without the parts that hold no disc of so many pixels; as it is where none of it would be left."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    left = np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc), np.bool_)
    return left if left.any() else mask


def outline(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, 2) pixel positions (column, row) along the longest outer contour of a mask; n = 0 where it is empty."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if len(found) == 0:
        return np.zeros((0, 2))
    longest = max(found, key=len)
    return np.asarray(longest, dtype=np.float64).reshape(-1, 2)


def within(ellipse: Ellipse, x: NDArray[Any], y: NDArray[Any]) -> NDArray[np.bool_]:
    """Which places (column, row) lie inside an ellipse."""
    cx, cy, a, b, angle = ellipse
    c, s = cos(angle), sin(angle)
    u, v = (c * (x - cx) + s * (y - cy)) / a, (c * (y - cy) - s * (x - cx)) / b
    return np.asarray(u * u + v * v < 1, np.bool_)


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Pearson correlation; 1 where both are flat."""
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 1e-3 else 1.0


def median(values: NDArray[np.float32]) -> float:
    """The middle value (the upper of the two middle ones of an even number); 0 of nothing."""
    flat = values.ravel()
    if flat.size == 0:
        return 0.0
    return float(np.partition(flat, flat.size // 2)[flat.size // 2])
