"""IMAGE: pixels with their place, and VIDEO, whose compressed pixels are left as they are.

Source: OpenIGTLink protocol documentation, `image.md` and `video.md`. On the wire an image is placed by its *centre*,
(N - 1) / 2 along each axis; `Image.matrix` leads to the middle of the first pixel, as everywhere else here.
"""

import struct
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, InputError
from inplane.stream.igtl.header import MAX_BODY, Buffer
from inplane.stream.igtl.table import pack, require_size

IMAGE_HEADER = struct.Struct(">H4B3H12f3H3H")
_VIDEO_HEADER = struct.Struct(">HB4sHB3H12f3H3H")
SCALARS = {2: "i1", 3: "u1", 4: "i2", 5: "u2", 6: "i4", 7: "u4", 10: "f4", 11: "f8"}
"""Scalar type on the wire, and in NumPy."""
Coordinates: TypeAlias = Literal["RAS", "LPS"]
_CODES: dict[str, int] = {"RAS": 1, "LPS": 2}
_NAMES: dict[int, Coordinates] = {1: "RAS", 2: "LPS"}
Triple: TypeAlias = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Image:
    """An IMAGE.

    Args:
        pixels: (slices, rows, columns) or (slices, rows, columns, components) of one of SCALARS, either byte order.
            What was received cannot be written to. Not to be changed once sent.
        matrix: (4, 4) float64, mm: from (column, row, slice) of the whole volume to the sender's coordinates.
        coordinates: which way those point: "RAS" or "LPS".
        size: columns, rows, slices of the whole volume; None where the pixels are the whole.
        offset: column, row, slice of the volume where the pixels begin.

    Raises:
        InputError: a shape or type that an IMAGE cannot have.
    """

    pixels: NDArray[Any]
    matrix: NDArray[np.float64]
    coordinates: Coordinates = "LPS"
    size: Triple | None = None
    offset: Triple = (0, 0, 0)

    def __post_init__(self) -> None:
        shape, kind = self.pixels.shape, self.pixels.dtype.str[1:]
        if kind not in SCALARS.values() or len(shape) not in (3, 4) or (len(shape) == 4 and not 1 <= shape[3] <= 255):
            raise InputError(
                f"Image is {shape} of {self.pixels.dtype}. Expected (slices, rows, columns[, components]) of 8, 16 or "
                "32 bit integers, float32 or float64."
            )
        if self.matrix.shape != (4, 4) or self.coordinates not in _CODES:
            raise InputError(f"Image has {self.matrix.shape}, {self.coordinates!r}. Expected (4, 4), 'RAS' or 'LPS'.")

    @property
    def whole_size(self) -> Triple:
        """Columns, rows, slices of the whole volume."""
        slices, rows, columns = self.pixels.shape[:3]
        return self.size or (columns, rows, slices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A VIDEO: one compressed picture, left as it is.

    Args:
        codec: FourCC, four bytes, as "H264".
        data: the compressed bytes.
        head: the 76 bytes before them, as on the wire; the size and place are read from it.
    """

    codec: str
    data: bytes
    head: bytes

    @property
    def size(self) -> Triple:
        """Columns, rows, slices."""
        values = _VIDEO_HEADER.unpack(self.head)
        return values[5], values[6], values[7]


def center_of(matrix: NDArray[np.float64], size: Triple) -> NDArray[np.float64]:
    """(3,) middle of a volume, mm: the place of voxel (N - 1) / 2, which may lie between two.

    Args:
        matrix: (4, 4), from (column, row, slice) to mm.
        size: columns, rows, slices.
    """
    middle = (np.asarray(size, dtype=np.float64) - 1) / 2
    with np.errstate(invalid="ignore", over="ignore"):  # a peer's matrix may hold anything
        return matrix[:3, :3] @ middle + matrix[:3, 3]


def matrix_from_center(axes: NDArray[np.float64], center: NDArray[np.float64], size: Triple) -> NDArray[np.float64]:
    """(4, 4) from (column, row, slice) to mm, of a volume given by its middle; the inverse of `center_of`.

    Args:
        axes: (3, 3), mm per pixel along columns, rows and slices, one a column.
        center: (3,) middle of the volume, mm.
        size: columns, rows, slices.
    """
    matrix = np.eye(4)
    matrix[:3, :3] = axes
    matrix[:3, 3] = center - axes @ ((np.asarray(size, dtype=np.float64) - 1) / 2)
    return matrix


def to_other_coordinates(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same place said in LPS instead of RAS, or the other way round: x and y change sign."""
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix


def _checked_part(size: Triple, offset: Triple, part: Triple) -> None:
    """Refuses a part that is not within its volume.

    Raises:
        FormatError: it begins or ends outside.
    """
    if any(o + p > s for s, o, p in zip(size, offset, part, strict=True)):
        raise FormatError(f"IMAGE holds {part} pixels from {offset} on. Expected a part of its {size}.")


def decode_image(body: memoryview) -> Image:
    """An IMAGE; the pixels are a view of `body`, nothing is copied.

    Raises:
        FormatError: a header that cannot be, or another size than it says.
    """
    require_size("IMAGE", body, IMAGE_HEADER.size, exact=False)
    _, components, scalar, endian, coordinates, *rest = IMAGE_HEADER.unpack_from(body)
    size, numbers, offset, part = (tuple(rest[a:b]) for a, b in ((0, 3), (3, 15), (15, 18), (18, 21)))
    kind = SCALARS.get(scalar)
    if kind is None:
        raise FormatError(f"IMAGE has scalar type {scalar}. Expected one of {', '.join(map(str, SCALARS))}.")
    dtype = np.dtype((">" if endian == 1 else "<") + kind)
    if components < 1 or (endian not in (1, 2) and dtype.itemsize > 1) or coordinates not in _NAMES:
        raise FormatError(
            f"IMAGE has {components} components, byte order {endian}, coordinates {coordinates}. "
            "Expected at least 1; 1 or 2; 1 or 2."
        )
    _checked_part(size, offset, part)
    require_size("IMAGE", body, IMAGE_HEADER.size + prod(part) * components * dtype.itemsize)
    pixels = np.frombuffer(body, dtype, offset=IMAGE_HEADER.size) if prod(part) else np.empty(0, dtype)
    pixels.flags.writeable = False
    shape = (*part[::-1], components) if components > 1 else part[::-1]
    with np.errstate(invalid="ignore", over="ignore"):
        columns = np.array(numbers, dtype=np.float64).reshape(4, 3).T
        matrix = matrix_from_center(columns[:, :3], columns[:, 3], size)
    whole = offset == (0, 0, 0) and part == size
    return Image(
        pixels=pixels.reshape(shape),
        matrix=matrix,
        coordinates=_NAMES[coordinates],
        size=None if whole else size,
        offset=offset,
    )


def pack_image_header(content: Image) -> bytes:
    """The 72 bytes before the pixels.

    Raises:
        InputError: sides or a matrix that do not fit.
    """
    slices, rows, columns = content.pixels.shape[:3]
    part, size = (columns, rows, slices), content.whole_size
    if any(o < 0 or o + p > s for s, o, p in zip(size, content.offset, part, strict=True)):
        raise InputError(f"Image holds {part} pixels from {content.offset} on. Expected a part of its {size}.")
    components = content.pixels.shape[3] if content.pixels.ndim == 4 else 1
    dtype = content.pixels.dtype
    scalar = next(code for code, kind in SCALARS.items() if dtype.str[1:] == kind)
    endian = 1 if dtype.str[0] == ">" else 2
    center = center_of(content.matrix, size)
    axes = (*content.matrix[:3, :3].T.ravel().tolist(), *center.tolist())
    head = (1, components, scalar, endian, _CODES[content.coordinates])
    return pack("IMAGE", IMAGE_HEADER, *head, *size, *axes, *content.offset, *part)


def encode_image(content: Image) -> list[Buffer]:
    """The body of an IMAGE in two parts: header, and the pixels themselves where they lie in one piece.

    Raises:
        InputError: larger than a body may be.
    """
    if content.pixels.nbytes + IMAGE_HEADER.size > MAX_BODY:
        raise InputError(f"Image has {content.pixels.nbytes} bytes. Expected less than {MAX_BODY}.")
    flat = np.ascontiguousarray(content.pixels).reshape(-1)
    return [pack_image_header(content), flat.view(np.uint8).data]


def decode_video(body: Buffer) -> Video:
    """A VIDEO.

    Raises:
        FormatError: fewer than 76 bytes.
    """
    require_size("VIDEO", body, _VIDEO_HEADER.size, exact=False)
    head = bytes(body[: _VIDEO_HEADER.size])
    return Video(codec=head[3:7].decode("latin-1"), data=bytes(body[_VIDEO_HEADER.size :]), head=head)


def encode_video(content: Video) -> list[Buffer]:
    """The body of a VIDEO.

    Raises:
        InputError: a head of another size, or a codec that is no FourCC.
    """
    codec = content.codec.encode("latin-1", "replace")
    if len(content.head) != _VIDEO_HEADER.size or len(codec) != 4:
        raise InputError(f"Video has {content.codec!r} and {len(content.head)} bytes. Expected 4 letters and 76 bytes.")
    return [content.head[:3] + codec + content.head[7:], content.data]
