"""POLYDATA: a mesh with its attributes, as VTK holds one."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError
from inplane.stream.igtl.header import Buffer, text_of
from inplane.stream.igtl.table import pack, require_size

_HEADER = struct.Struct(">10I")
_ATTRIBUTE = struct.Struct(">BBI")
_COMPONENTS = {1: 3, 2: 3, 3: 9, 4: 4}
"""Numbers of a vector, a normal, a tensor, a color (`polydata.md`); scalars and texture say theirs."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attribute:
    """Values at points or cells.

    Args:
        name: of the attribute.
        kind: 0 scalar, 1 vector, 2 normal, 3 tensor, 4 color, 5 texture; 16 more at cells.
        values: (n, components) float32.
        components: as the sender wrote it, which for vectors and tensors may be another number; 0 to 255.
    """

    name: str
    kind: int
    values: NDArray[np.float32]
    components: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolyData:
    """A POLYDATA.

    Args:
        points_mm: (n, 3) float32.
        cells: of vertices, lines, polygons and triangle strips each how many, and their uint32 numbers: for every cell
            the count of its points, then the points.
        attributes: in the sender's order.
    """

    points_mm: NDArray[np.float32]
    cells: tuple[tuple[int, NDArray[np.uint32]], ...]
    attributes: tuple[Attribute, ...] = ()


def _names(raw: bytes, count: int) -> tuple[list[str], int]:
    """The names before the attributes' values, and how many bytes they take with their padding."""
    names: list[str] = []
    at = 0
    for _ in range(count):
        end = raw.find(b"\0", at)
        if end < 0:
            raise FormatError(f"POLYDATA names {len(names)} attributes. Expected {count}.")
        names.append(text_of(raw[at:end]))
        at = end + 1
    return names, at + at % 2


def _widths(heads: list[tuple[int, int, int]], size: int) -> list[int]:
    """How many numbers a value of each attribute has: by its kind, or as written where only that fits the body."""
    by_kind = [_COMPONENTS.get(kind & 15, written) for kind, written, _ in heads]
    as_written = [written for _, written, _ in heads]
    for widths in (by_kind, as_written):
        if sum(4 * width * head[2] for width, head in zip(widths, heads, strict=True)) == size:
            return widths
    raise FormatError(f"POLYDATA has {size} bytes of attributes. Expected what their {len(heads)} headers say.")


def _attributes(body: Buffer, count: int) -> tuple[Attribute, ...]:
    """The attributes at the end of a body."""
    start = count * _ATTRIBUTE.size
    require_size("POLYDATA", body, start, exact=False)
    heads = list(_ATTRIBUTE.iter_unpack(body[:start]))
    names, used = _names(bytes(body[start:]), count)
    at = start + used
    require_size("POLYDATA", body, at, exact=False)
    found: list[Attribute] = []
    for name, (kind, written, n), width in zip(names, heads, _widths(heads, len(body) - at), strict=True):
        values = np.frombuffer(body, ">f4", n * width, at) if n * width else np.empty(0, ">f4")
        at += 4 * n * width
        found.append(Attribute(name=name, kind=kind, values=values.reshape(n, width), components=written))
    return tuple(found)


def decode_polydata(body: Buffer) -> PolyData:
    """A POLYDATA.

    Raises:
        FormatError: sizes that do not add up to the body's.
    """
    require_size("POLYDATA", body, _HEADER.size, exact=False)
    points, *pairs, attributes = _HEADER.unpack_from(body)
    counts, sizes = pairs[::2], pairs[1::2]
    if any(size % 4 for size in sizes):
        raise FormatError(f"POLYDATA has cells of {sizes} bytes. Expected multiples of 4.")
    at = _HEADER.size + 12 * points
    require_size("POLYDATA", body, at + sum(sizes), exact=False)
    cells: list[tuple[int, NDArray[np.uint32]]] = []
    points_mm = np.frombuffer(body, ">f4", 3 * points, _HEADER.size).reshape(points, 3) if points else np.empty((0, 3))
    for count, size in zip(counts, sizes, strict=True):
        cells.append((count, np.frombuffer(body[at : at + size], ">u4").astype(np.uint32)))
        at += size
    return PolyData(
        points_mm=points_mm.astype(np.float32), cells=tuple(cells), attributes=_attributes(body[at:], attributes)
    )


def encode_polydata(content: PolyData) -> bytes:
    """The body of a POLYDATA; an odd table of names is followed by a NUL."""
    pairs = [number for count, numbers in content.cells for number in (count, 4 * numbers.size)]
    head = pack("POLYDATA", _HEADER, len(content.points_mm), *pairs, len(content.attributes))
    names = b"".join(a.name.encode("utf-8", "surrogateescape") + b"\0" for a in content.attributes)
    heads = (pack("POLYDATA", _ATTRIBUTE, a.kind, a.components, len(a.values)) for a in content.attributes)
    return b"".join(
        (
            head,
            content.points_mm.astype(">f4").tobytes(),
            *(numbers.astype(">u4").tobytes() for _, numbers in content.cells),
            *heads,
            names,
            bytes(len(names) % 2),
            *(a.values.astype(">f4").tobytes() for a in content.attributes),
        )
    )
