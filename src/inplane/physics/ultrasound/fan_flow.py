"""Colour and power Doppler of a fan of lines, as part of its scan-converted picture."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.core import ColorFlow, CurvedGeometry, PictureGeometry


def flow_in_picture(color: ColorFlow, fan: CurvedGeometry, picture: PictureGeometry) -> ColorFlow | None:
    """The box on the picture's pixels, each the nearest of the fan's; None where no pixel lies in it.

    Args:
        color: on lines and samples of the fan.
        fan: where those run.
        picture: `fan.picture(...)`.
    """
    first, size = (color.first_line, color.first_sample), color.velocity.shape
    place = _places(fan, picture, first, size)
    if place is None:
        return None
    (column, row), line, sample, inside = place

    def taken(values: NDArray[Any]) -> NDArray[Any]:
        return np.where(inside, values[line, sample], values.dtype.type(0))

    return ColorFlow(
        first_line=column,
        first_sample=row,
        velocity=taken(color.velocity),
        has_flow=taken(color.has_flow),
        nyquist_m_s=color.nyquist_m_s,
        power=None if color.power is None else taken(color.power),
    )


@lru_cache(maxsize=4)
def _places(
    fan: CurvedGeometry, picture: PictureGeometry, first: tuple[int, int], size: tuple[int, int]
) -> tuple[tuple[int, int], NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]] | None:
    """Of the smallest part of the picture that holds the box: its corner; line and sample within the box of each of its
    pixels; whether it lies in it."""
    columns, rows = np.meshgrid(np.arange(picture.n_lines), np.arange(picture.n_samples), indexing="ij")
    mm = picture.to_mm(np.stack((columns, rows), axis=-1)) + (0.0, fan.top_mm)  # noqa: RUF005  adds to each point
    index = np.rint(fan.to_index(mm)) - first
    line, sample = index[..., 0], index[..., 1]
    inside: NDArray[np.bool_] = (line >= 0) & (line < size[0]) & (sample >= 0) & (sample < size[1])
    if not inside.any():
        return None
    across, down = (np.flatnonzero(np.any(inside, axis=axis)) for axis in (1, 0))
    part = (slice(across[0], across[-1] + 1), slice(down[0], down[-1] + 1))
    near = np.clip(line[part], 0, size[0] - 1).astype(np.int32)
    deep = np.clip(sample[part], 0, size[1] - 1).astype(np.int32)
    return (int(across[0]), int(down[0])), near, deep, inside[part]
