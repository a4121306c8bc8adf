"""What the pictures of one source show together: the brightest and the darkest that each pixel was."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MAX_PICTURES = 16
"""Pictures that are looked at. chosen: half a second of a cine; more say nothing new about the screen."""
MAX_SIDE = 1100
"""Longer side, in pixels, in which shapes are searched. chosen: a pixel is then below 0.1 % of the picture."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """Pictures of one source, laid upon each other.

    Args:
        high, low: (rows, columns) uint8, the largest and the smallest value of any channel in any picture.
        moved: (rows, columns) uint8, how much a pixel's brightness changed between pictures; all 0 of a still.
        still: (rows, columns) uint8, the least that a pixel's brightest channel was: what stands still stays bright.
        pictures: how many there were.
    """

    high: NDArray[np.uint8]
    low: NDArray[np.uint8]
    moved: NDArray[np.uint8]
    still: NDArray[np.uint8]
    pictures: int

    @property
    def size(self) -> int:
        """Longer side in pixels: what small lengths are measured by."""
        return max(self.high.shape)

    def shrunk(self) -> tuple["Look", int]:
        """The same at a size in which shapes are searched, and how many stored pixels one of its pixels is wide."""
        factor = -(-self.size // MAX_SIDE)
        if factor == 1:
            return self, 1
        rows, columns = (side // factor * factor for side in self.high.shape)
        if min(rows, columns) // factor < 16:
            return self, 1

        def cut(layer: NDArray[np.uint8]) -> NDArray[np.uint8]:
            return _array(
                cv2.resize(layer[:rows, :columns], (columns // factor, rows // factor), interpolation=cv2.INTER_AREA)
            )

        smaller = Look(
            high=cut(self.high), low=cut(self.low), moved=cut(self.moved), still=cut(self.still), pictures=self.pictures
        )
        return smaller, factor


def look_at(pictures: Sequence[NDArray[np.uint8]]) -> Look:
    """The first pictures of a source laid upon each other; those of another size than the first are left out."""
    first = pictures[0]
    same = [picture for picture in pictures[:MAX_PICTURES] if picture.shape[:2] == first.shape[:2]]
    high, low = _extremes(same[0])
    bright, dim = high.copy(), high.copy()
    for picture in same[1:]:
        upper, lower = _extremes(picture)
        cv2.max(high, upper, dst=high)
        cv2.min(low, lower, dst=low)
        cv2.max(bright, upper, dst=bright)
        cv2.min(dim, upper, dst=dim)
    return Look(high=high, low=low, moved=_array(cv2.subtract(bright, dim)), still=dim, pictures=len(same))


def _extremes(picture: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    if picture.ndim == 2:
        grey = np.ascontiguousarray(picture)
        return grey.copy(), grey.copy()
    red, green, blue = cv2.split(np.ascontiguousarray(picture[..., :3]))
    return _array(cv2.max(cv2.max(red, green), blue)), _array(cv2.min(cv2.min(red, green), blue))


def _array(layer: object) -> NDArray[np.uint8]:
    return np.asarray(layer, dtype=np.uint8)
