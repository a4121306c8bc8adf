"""Scan conversion: the picture that a screen shows, of a fan's lines and samples.

Where each pixel reads is worked out once, in double precision, by `CurvedGeometry.to_index`; a frame is then two
look-ups along and two across, weighted in 256ths (so at most 1/512 of a line or sample from the exact place). In a
column the field is one run of rows, so only those are kept. Pixels within half a line or sample of the field's edge
take the value at the edge.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core import CurvedGeometry, FormatError, PictureGeometry
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import i32, i64

u64: Any = np.uint64
STEPS = 256
"""Parts of a line or sample that a place is rounded to. chosen: 24 bits hold grey times both weights, and the error
stays below a quarter of a grey level where neighbours differ by less than half of white."""


class FanTable(NamedTuple):
    """Where the pixels of a picture read, column by column; of m pixels within the field of view.

    Attributes:
        top: (columns,) int32 first row within the field. starts: (columns + 1,) int32 a column's pixels among the m.
        at: (m,) uint32 line times n_samples plus sample, both at most the last but one. across, along: (m,) int16 how
            far on to the next line and sample, 0 to STEPS.
        n_lines, n_samples: of the fan. n_rows: of the picture.
    """

    top: NDArray[np.int32]
    starts: NDArray[np.int32]
    at: NDArray[np.uint32]
    across: NDArray[np.int16]
    along: NDArray[np.int16]
    n_lines: int
    n_samples: int
    n_rows: int


def fan_table(geometry: CurvedGeometry, picture: PictureGeometry) -> FanTable:
    """Where each pixel of a fan's picture reads.

    Args:
        geometry: the fan.
        picture: what `geometry.picture` gives.
    """
    mask = picture.mask()
    counts = mask.sum(axis=1)
    pixels = picture.to_mm(np.argwhere(mask)) + np.array([0.0, geometry.top_mm])
    line, sample = np.moveaxis(geometry.to_index(pixels), -1, 0)
    lines, across = _split(line, geometry.n_lines)
    samples, along = _split(sample, geometry.n_samples)
    return FanTable(
        top=np.argmax(mask, axis=1).astype(np.int32),
        starts=np.concatenate(([0], np.cumsum(counts))).astype(np.int32),
        at=(lines * geometry.n_samples + samples).astype(np.uint32),
        across=across,
        along=along,
        n_lines=geometry.n_lines,
        n_samples=geometry.n_samples,
        n_rows=picture.n_samples,
    )


def _split(index: NDArray[np.float64], size: int) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Whole part, at most size - 2, and the rest in STEPS."""
    steps = np.rint(np.clip(index, 0, size - 1) * STEPS).astype(np.int64)
    whole = np.minimum(steps // STEPS, size - 2)
    return whole, (steps - whole * STEPS).astype(np.int16)


ROWS = 512
"""Rows of a converted picture. chosen: a pixel of 0.08 mm at 40 mm and 0.3 mm at 150 mm, no coarser than the pulse."""


def picture_of(geometry: CurvedGeometry) -> PictureGeometry:
    """The picture that a screen shows of a fan."""
    return geometry.picture((geometry.depth_mm - geometry.top_mm) / ROWS)


def convert(polar: NDArray[np.uint8], table: FanTable, out: NDArray[np.uint8]) -> None:
    """Grey values of the picture, between lines and samples; 0 outside the field.

    Args:
        polar: (lines, samples) of the fan that the table was made of, contiguous.
        table: see `fan_table`.
        out: (columns, rows), overwritten.

    Raises:
        FormatError: arrays of another shape than the table's.
    """
    if polar.shape != (table.n_lines, table.n_samples):
        raise FormatError(f"Fan has shape {polar.shape}. Expected {(table.n_lines, table.n_samples)}, as the table.")
    _require_shape(table, out)
    _convert(polar.reshape(-1), table, out)


def _require_shape(table: FanTable, out: NDArray[Any]) -> None:
    expected = (table.top.size, table.n_rows)
    if out.shape != expected:
        raise FormatError(f"Picture has shape {out.shape}. Expected {expected}, as the table.")


@kernel()
def _convert(flat: NDArray[np.uint8], table: FanTable, out: NDArray[np.uint8]) -> None:
    for column in range(out.shape[0]):
        _column(flat, table, column, out[column])


@kernel()
def _column(flat: NDArray[np.uint8], table: FanTable, column: int, out: NDArray[np.uint8]) -> None:
    """One column: (p00 + (p01 - p00) a) + (p10 + (p11 - p10) a - ...) b in 256ths, rounded.

    Numba tests signed indices for being negative, which takes as long as the sum; these have no sign.
    """
    begin, end = i64(table.starts[column]), i64(table.starts[column + 1])
    top, below = i64(table.top[column]), u64(table.n_samples)
    out[:top] = 0
    out[top + end - begin :] = 0
    places, across, along = table.at[begin:end], table.across[begin:end], table.along[begin:end]
    shown = out[top : top + end - begin]
    for row in range(end - begin):
        at, a, b = u64(places[row]), i32(along[row]), i32(across[row])
        p, q = i32(flat[at]), i32(flat[at + below])
        near = (p << 8) + (i32(flat[at + u64(1)]) - p) * a
        far = (q << 8) + (i32(flat[at + below + u64(1)]) - q) * a
        shown[row] = ((near << 8) + (far - near) * b + i32(32768)) >> 16
