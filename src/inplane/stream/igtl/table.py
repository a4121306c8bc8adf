"""Contents that are rows of one fixed size: how many there are follows from the size of the body."""

import struct
from collections.abc import Iterable
from typing import Any

from inplane.core import FormatError, InputError
from inplane.stream.igtl.header import Buffer


def rows_of(kind: str, layout: struct.Struct, body: Buffer) -> list[tuple[Any, ...]]:
    """The rows of a body.

    Raises:
        FormatError: a body that is no whole number of rows.
    """
    if len(body) % layout.size:
        raise FormatError(f"{kind} has a body of {len(body)} bytes. Expected a multiple of {layout.size}.")
    return list(layout.iter_unpack(body))


def pack_rows(kind: str, layout: struct.Struct, rows: Iterable[tuple[Any, ...]]) -> bytes:
    """The body for rows.

    Raises:
        InputError: a number that does not fit its field.
    """
    try:
        return b"".join(layout.pack(*row) for row in rows)
    except (struct.error, OverflowError) as error:
        raise InputError(f"{kind} cannot be sent: {error}.") from error


def require_size(kind: str, body: Buffer, size: int, *, exact: bool = True) -> None:
    """Refuses a body of another size.

    Raises:
        FormatError: shorter, or (if exact) longer.
    """
    if len(body) < size or (exact and len(body) != size):
        least = "" if exact else "at least "
        raise FormatError(f"{kind} has a body of {len(body)} bytes. Expected {least}{size}.")


def pack(kind: str, layout: struct.Struct, *values: Any) -> bytes:
    """One row.

    Raises:
        InputError: a number that does not fit its field.
    """
    return pack_rows(kind, layout, [values])
