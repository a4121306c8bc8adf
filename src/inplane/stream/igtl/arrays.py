"""Plain numbers: SENSOR, NDARRAY and COLORT (also COLORTABLE)."""

import struct
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, InputError
from inplane.stream.igtl.header import Buffer
from inplane.stream.igtl.image import SCALARS
from inplane.stream.igtl.table import pack, require_size

_SENSOR = struct.Struct(">BBQ")
_ARRAY_SCALARS = SCALARS | {13: "c16"}
_MAX_AXES = 64
"""Axes that an array of NumPy 2 can have."""
_INDEX_COUNTS = {3: 256, 5: 65536}
_MAP_TYPES: dict[int, tuple[str, tuple[int, ...]]] = {3: ("u1", ()), 5: (">u2", ()), 19: ("u1", (3,))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """A SENSOR.

    Args:
        values: at most 255 numbers.
        status: the device's own.
        unit: packed SI unit, 64 bits as on the wire (`unit.md`).
    """

    values: tuple[float, ...]
    status: int = 0
    unit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Array:
    """An NDARRAY: values of any shape; integers, float32, float64 or complex128, at most 255 axes."""

    values: NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColorTable:
    """A COLORT: 256 or 65536 entries, of 8 or 16 bits, or three of 8 bits: (entries[, 3])."""

    table: NDArray[Any]


def decode_sensor(body: Buffer) -> Sensor:
    """A SENSOR.

    Raises:
        FormatError: another size than its count says.
    """
    require_size("SENSOR", body, _SENSOR.size, exact=False)
    count, status, unit = _SENSOR.unpack_from(body)
    require_size("SENSOR", body, _SENSOR.size + 8 * count)
    return Sensor(values=struct.unpack_from(f">{count}d", body, _SENSOR.size), status=status, unit=unit)


def encode_sensor(content: Sensor) -> bytes:
    """The body of a SENSOR."""
    head = pack("SENSOR", _SENSOR, len(content.values), content.status, content.unit)
    return head + pack("SENSOR", struct.Struct(f">{len(content.values)}d"), *content.values)


def decode_array(body: Buffer) -> Array:
    """An NDARRAY.

    Raises:
        FormatError: a scalar type that is not known, or another size than its shape says.
    """
    require_size("NDARRAY", body, 2, exact=False)
    kind, axes = _ARRAY_SCALARS.get(body[0]), body[1]
    if kind is None:
        raise FormatError(f"NDARRAY has scalar type {body[0]}. Expected one of {', '.join(map(str, _ARRAY_SCALARS))}.")
    require_size("NDARRAY", body, 2 + 2 * axes, exact=False)
    shape = struct.unpack_from(f">{axes}H", body, 2)
    dtype = np.dtype(f">{kind}")
    count = prod(shape)
    require_size("NDARRAY", body, 2 + 2 * axes + count * dtype.itemsize)
    if axes > _MAX_AXES:
        raise FormatError(f"NDARRAY has {axes} axes. Expected at most {_MAX_AXES}.")
    values = np.frombuffer(body, dtype, count, 2 + 2 * axes) if count else np.empty(0, dtype)
    return Array(values=values.reshape(shape))


def encode_array(content: Array) -> list[Buffer]:
    """The body of an NDARRAY in two parts.

    Raises:
        InputError: a type or a side that it cannot have.
    """
    values = content.values
    scalar = next((code for code, kind in _ARRAY_SCALARS.items() if values.dtype.str[1:] == kind), None)
    if scalar is None:
        raise InputError(f"Array is of {values.dtype}. Expected a scalar type of an image, or complex128.")
    head = pack("NDARRAY", struct.Struct(f">BB{values.ndim}H"), scalar, values.ndim, *values.shape)
    return [head, values.astype(values.dtype.newbyteorder(">")).tobytes()]


def decode_colors(body: Buffer) -> ColorTable:
    """A COLORT.

    Raises:
        FormatError: an index or map type that is not known, or another size than they say.
    """
    require_size("COLORT", body, 2, exact=False)
    count, kind = _INDEX_COUNTS.get(body[0]), _MAP_TYPES.get(body[1])
    if count is None or kind is None:
        raise FormatError(f"COLORT has index type {body[0]}, map type {body[1]}. Expected 3 or 5; 3, 5 or 19.")
    dtype, tail = np.dtype(kind[0]), kind[1]
    require_size("COLORT", body, 2 + count * dtype.itemsize * prod(tail))
    return ColorTable(table=np.frombuffer(body, dtype, offset=2).reshape(count, *tail))


def encode_colors(content: ColorTable) -> bytes:
    """The body of a COLORT.

    Raises:
        InputError: a table of another shape or type.
    """
    table = content.table
    for index, count in _INDEX_COUNTS.items():
        for code, (kind, tail) in _MAP_TYPES.items():
            if table.shape == (count, *tail) and table.dtype.newbyteorder(">") == np.dtype(kind):
                return bytes((index, code)) + table.astype(kind).tobytes()
    raise InputError(f"Color table is {table.shape} of {table.dtype}. Expected 256 or 65536 of 1 or 2 bytes, or 3.")
