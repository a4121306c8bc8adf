"""What every reader of files gives: pictures as they are stored, and all that the file says about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from inplane.core import FieldOfView, FormatError, TrackedTransform

MAX_SIDE = 4096
"""Largest number of rows or columns that is read. chosen: more than any scanner's screen."""
MAX_PICTURE_BYTES = MAX_SIDE * MAX_SIDE * 3
"""What one decoded picture may take; a file that claims more is refused before memory is asked for."""
MAX_FRAMES = 1_000_000
"""Frames that a file may claim. chosen: nine hours at 30 a second."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Picture:
    """One picture as it is stored.

    Args:
        pixels: (rows, columns) grey or (rows, columns, 3) RGB, uint8; the first row is the stored first row.
        time_s: the file's own time stamp; None where it has none.
        valid: False where the file marks this picture as not to be used.
        transforms: tracked poses at this moment.
        fields: what else the file says of this picture, by its own names.

    Raises:
        FormatError: an array of another shape or type.
    """

    pixels: NDArray[np.uint8]
    time_s: float | None = None
    valid: bool = True
    transforms: tuple[TrackedTransform, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        if self.pixels.dtype != np.uint8 or not (len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)):
            raise FormatError(f"Picture is {shape} of {self.pixels.dtype}. Expected (rows, columns[, 3]) of uint8.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of the stored picture, as the file describes it.

    Args:
        x0, y0, x1, y1: stored pixels, the last ones not included; already checked to lie within the picture.
        kind: what it shows.
        pixel_x_mm, pixel_y_mm: size of a pixel, positive; None where the file does not say.
    """

    x0: int
    y0: int
    x1: int
    y1: int
    kind: Literal["tissue", "color", "spectral", "m-mode", "other"]
    pixel_x_mm: float | None = None
    pixel_y_mm: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaInfo:
    """What is known of a file before its first picture.

    Args:
        format: in words, such as "DICOM US multi-frame, RLE Lossless, PALETTE COLOR".
        rows, columns: of the stored pictures.
        color: whether they have three channels.
        frames: how many there are; None where only reading tells.
        rate_hz: pictures a second; None for stills or where unknown.
        orientation: PLUS code of the stored picture ("MF", "UF", "MN", "UN", or three letters); "" where unsaid.
        regions: parts with their scale, the best tissue region first; empty where the file has none.
        pixel_mm: (x, y) size of a stored pixel where the whole picture has one that can be trusted; None otherwise.
        field: the field of view where the file tells it, in stored pixels, not mm (x right, y down).
        whole: True where every stored pixel is picture (raw data, a sequence without a screen): nothing is cropped.
        maker: scanner and probe as the file names them; "" where it does not.
        notes: one sentence each on what is odd, and what was done about it.
    """

    format: str
    rows: int
    columns: int
    color: bool
    frames: int | None
    rate_hz: float | None
    orientation: str = ""
    regions: tuple[Region, ...] = ()
    pixel_mm: tuple[float, float] | None = None
    field: FieldOfView | None = None
    whole: bool = False
    maker: str = ""
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """One open file, or a folder of stills."""

    @property
    def info(self) -> MediaInfo:
        """What is known before the first picture."""
        ...

    def pictures(self) -> Iterator[Picture]:
        """Every picture from the first, one at a time, in bounded memory.

        Raises:
            FormatError: the rest cannot be read, and why; what came before was good.
        """
        ...

    def close(self) -> None:
        """Lets go of the file."""
        ...
