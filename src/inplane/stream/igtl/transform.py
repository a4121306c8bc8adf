"""One pose: TRANSFORM as a matrix, POSITION and QTRANS as a point with a quaternion."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, InputError
from inplane.stream.igtl.header import Buffer
from inplane.stream.igtl.table import pack, require_size

_MATRIX_BYTES = 48


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transform:
    """A TRANSFORM: the pose that its device name tells, `<From>To<To>`.

    Args:
        matrix: (4, 4) float64, mm; the last row is 0 0 0 1. Coordinates are the sender's.

    Raises:
        InputError: another shape.
    """

    matrix: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.matrix.shape != (4, 4):
            raise InputError(f"Transform is {self.matrix.shape}. Expected (4, 4).")


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A POSITION or QTRANS: where something is and, unless it is a bare point, how it is turned.

    Args:
        position_mm: x, y, z.
        quaternion: x, y, z, w; three numbers where w was left out; none for a bare point.

    Raises:
        InputError: another count of numbers.
    """

    position_mm: tuple[float, float, float]
    quaternion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.position_mm) != 3 or len(self.quaternion) not in (0, 3, 4):
            raise InputError(f"Position {self.position_mm}, {self.quaternion}. Expected 3 numbers, and 0, 3 or 4.")


def matrix_of(body: Buffer) -> NDArray[np.float64]:
    """(4, 4) of 48 bytes: 12 float32, column by column, the last row left out."""
    matrix = np.eye(4)
    with np.errstate(invalid="ignore"):  # a signaling NaN is a NaN like others
        matrix[:3] = np.frombuffer(body, ">f4", 12).reshape(4, 3).T
    return matrix


def pack_matrix(matrix: NDArray[np.float64]) -> bytes:
    """The 48 bytes of a (4, 4) matrix."""
    with np.errstate(over="ignore", invalid="ignore"):
        return matrix[:3].T.astype(">f4").tobytes()


def decode_transform(body: Buffer) -> Transform:
    """A TRANSFORM.

    Raises:
        FormatError: a body of another size than 48.
    """
    require_size("TRANSFORM", body, _MATRIX_BYTES)
    return Transform(matrix=matrix_of(body))


def encode_transform(content: Transform) -> bytes:
    """The body of a TRANSFORM."""
    return pack_matrix(content.matrix)


def decode_position(body: Buffer) -> Position:
    """A POSITION: 12 bytes, or 24 or 28 with a quaternion of three or four numbers.

    Raises:
        FormatError: a body of another size.
    """
    if len(body) not in (12, 24, 28):
        raise FormatError(f"POSITION has a body of {len(body)} bytes. Expected 12, 24 or 28.")
    numbers = struct.unpack(f">{len(body) // 4}f", body)
    return Position(position_mm=(numbers[0], numbers[1], numbers[2]), quaternion=numbers[3:])


def decode_qtrans(body: Buffer) -> Position:
    """A QTRANS: always 28 bytes.

    Raises:
        FormatError: a body of another size.
    """
    require_size("QTRANS", body, 28)
    return decode_position(body)


def encode_position(content: Position) -> bytes:
    """The body of a POSITION or QTRANS."""
    numbers = (*content.position_mm, *content.quaternion)
    return pack("POSITION", struct.Struct(f">{len(numbers)}f"), *numbers)
