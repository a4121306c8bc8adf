"""Questions and orders without content of their own: GET_*, STT_*, STP_*, and RTS_*, the answer to an order."""

import struct
from dataclasses import dataclass

from inplane.core import FormatError
from inplane.stream.igtl.header import Buffer, fixed, text_of
from inplane.stream.igtl.table import pack, require_size

PREFIXES = ("GET_", "STT_", "STP_", "RTS_")
_TRACKING = struct.Struct(">i32s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A GET_*, STT_*, STP_* or RTS_*; which, the message's type says.

    Args:
        resolution_ms: of STT_TDATA and STT_QTDATA: least time between two answers; None elsewhere.
        coordinate_name: likewise, at most 32 bytes.
        status: of RTS_*: 0 is success; None elsewhere.
        body: of any other query that brings one (GET_BIND, STT_BIND, STT_VIDEO), as it is.
    """

    resolution_ms: int | None = None
    coordinate_name: str = ""
    status: int | None = None
    body: bytes = b""


def decode_start(body: Buffer) -> Query:
    """An STT_TDATA or STT_QTDATA.

    Raises:
        FormatError: a body of another size than 36; an empty one asks for everything at once.
    """
    if not body:
        return Query()
    require_size("STT_TDATA", body, _TRACKING.size)
    resolution_ms, name = _TRACKING.unpack(body)
    return Query(resolution_ms=resolution_ms, coordinate_name=text_of(name))


def encode_start(content: Query) -> bytes:
    """The body of an STT_TDATA or STT_QTDATA."""
    if content.resolution_ms is None:
        return content.body
    return pack("STT_TDATA", _TRACKING, content.resolution_ms, fixed(content.coordinate_name, 32, "Coordinate name"))


def decode_answer(body: Buffer) -> Query:
    """An RTS_*.

    Raises:
        FormatError: a body of another size than 1; an empty one says nothing.
    """
    if len(body) > 1:
        raise FormatError(f"RTS has a body of {len(body)} bytes. Expected 0 or 1.")
    return Query(status=int.from_bytes(body, "big", signed=True) if body else None)


def encode_answer(content: Query) -> bytes:
    """The body of an RTS_*."""
    return b"" if content.status is None else pack("RTS", struct.Struct(">b"), content.status)


def decode_query(body: Buffer) -> Query:
    """Any other query."""
    return Query(body=bytes(body))


def encode_query(content: Query) -> bytes:
    """The body of any other query."""
    return content.body
