"""Stored pictures turned into MF frames and back: the one place where an orientation code is acted upon.

A code names, letter by letter, which way along the probe the picture's column index and its row index grow: M and U to
the marked and the unmarked side, F and N away from the probe and towards it. "MF": columns grow to the marked side,
rows away from the probe. In "FM" the axes are swapped: each stored row is one scan line. A third letter, A or D, says
on which side of the picture a volume would grow (ascending, descending); it changes no pixel of a single picture.

References:
    IGSIO, `US_IMAGE_ORIENTATION` in igsioCommon.h: "image x axis = marked transducer axis, image y axis = far
    transducer axis"; letters are compared without regard to case.
"""

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError

_PLANE = ("MF", "MN", "UF", "UN", "FM", "FU", "NM", "NU")
ORIENTATIONS = (*_PLANE, *(code + side for code in _PLANE for side in "AD"))
"""Every code that is understood; AMF, whose columns leave the imaging plane, is that of a volume and no picture."""


def to_mf(pixels: NDArray[np.generic], code: str) -> NDArray[np.generic]:
    """A stored picture as MF: (lines, samples)[, 3], lines growing to the marked side, samples away from the probe.

    Args:
        pixels: (rows, columns) or (rows, columns, channels), as stored.
        code: how they lie.

    Returns:
        A contiguous array of the same type; never a view of `pixels`.

    Raises:
        FormatError: unknown code, or an array of another shape.
    """
    first, second = _letters(code)
    _require_picture(pixels)
    lines = pixels if first in "FN" else pixels.swapaxes(0, 1)
    return np.array(_flipped(lines, first + second), order="C")


def from_mf(pixels: NDArray[np.generic], code: str) -> NDArray[np.generic]:
    """The picture (rows, columns)[, 3] that is stored with this code, of an MF one; the inverse of `to_mf`.

    Raises:
        FormatError: unknown code, or an array of another shape.
    """
    first, second = _letters(code)
    _require_picture(pixels)
    lines = _flipped(pixels, first + second)
    return np.array(lines if first in "FN" else lines.swapaxes(0, 1), order="C")


def _flipped(lines: NDArray[np.generic], letters: str) -> NDArray[np.generic]:
    """(lines, samples) with lines turned over where they grow to U, samples where they grow to N."""
    lines = lines[::-1] if "U" in letters else lines
    return lines[:, ::-1] if "N" in letters else lines


def _letters(code: str) -> tuple[str, str]:
    plain = code.strip().upper()
    if plain not in ORIENTATIONS:
        raise FormatError(f"Unknown orientation {code!r}. Expected one of: {', '.join(ORIENTATIONS)}.")
    return plain[0], plain[1]


def _require_picture(pixels: NDArray[np.generic]) -> None:
    if pixels.ndim not in (2, 3):
        raise FormatError(f"Picture has shape {pixels.shape}. Expected (rows, columns) or (rows, columns, channels).")
