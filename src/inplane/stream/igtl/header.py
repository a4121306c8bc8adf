"""The 58 bytes before every OpenIGTLink message: layout, bounds, time stamps and the checksum.

Source: OpenIGTLink protocol documentation, `header.md` and `timestamp.md` (github.com/openigtlink/OpenIGTLink).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

from fastcrc import crc64

from inplane.core import FormatError, InputError

Buffer: TypeAlias = bytes | memoryview
HEADER = struct.Struct(">H12s20sIIQQ")
"""Version, type, device name, seconds, fraction in 2^-32 s, size of the body, CRC-64 of the body."""
EXTENDED = struct.Struct(">HHII")
"""From version 2 on, the start of the body: own size, size of the metadata's index, of the metadata, message id."""
MAX_BODY = 64 * 1024 * 1024
"""Largest body that is read. chosen: ten RGB pictures of 1920x1080; a header that claims more is refused."""
VERSIONS = (1, 2, 3)
"""Header versions that are read; 3 is laid out as 2."""
DEFAULT_PORT = 18944
_TYPE_BYTES, _DEVICE_BYTES = 12, 20
_FRACTION = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a header says, before a byte of the body has come.

    Args:
        version: of the header: 1, 2 or 3.
        type: of the message, at most 12 ASCII characters.
        type_raw, device_raw: both names as 12 and 20 bytes, with what follows their NUL.
        stamp: time stamp, seconds in the upper 32 bits, fraction of 2^-32 s in the lower.
        size: of the body in bytes, at most MAX_BODY.
        crc: CRC-64 that the body must have.
    """

    version: int
    type: str
    type_raw: bytes
    device_raw: bytes
    stamp: int
    size: int
    crc: int


def check_version(start: Buffer | bytearray) -> None:
    """Refuses a stream by its first two bytes, so that a peer that speaks something else is named at once.

    Raises:
        FormatError: a version that nobody has defined.
    """
    version = int.from_bytes(start[:2], "big")
    if version not in VERSIONS:
        seen = bytes(start[:12])
        raise FormatError(
            f"Header version {version} (first bytes {seen!r}). Expected 1, 2 or 3: the peer does not speak OpenIGTLink."
        )


def parse_header(data: Buffer | bytearray, max_body: int = MAX_BODY) -> Header:
    """What the 58 bytes say, checked against the bounds.

    Raises:
        FormatError: a version, type or size that cannot be.
    """
    if len(data) != HEADER.size:
        raise FormatError(f"Header has {len(data)} bytes. Expected {HEADER.size}.")
    check_version(data)
    version, type_raw, device_raw, seconds, fraction, size, crc = HEADER.unpack(data)
    name: bytes = type_raw.split(b"\0", 1)[0]
    if not name or not all(0x20 < byte < 0x7F for byte in name):
        raise FormatError(f"Message type {name!r}. Expected 1 to {_TYPE_BYTES} printable ASCII characters.")
    if size > max_body:
        raise FormatError(f"{name.decode()} claims a body of {size} bytes. Expected at most {max_body}.")
    return Header(
        version=version,
        type=name.decode("ascii"),
        type_raw=type_raw,
        device_raw=device_raw,
        stamp=seconds << 32 | fraction,
        size=size,
        crc=crc,
    )


def pack_header(version: int, names: tuple[bytes, bytes], stamp: int, body: Sequence[Buffer]) -> bytes:
    """The 58 bytes for a body that is given in parts.

    Args:
        version: of the header.
        names: type and device, at most 12 and 20 bytes.
        stamp: time stamp as on the wire, 64 bits.
        body: its parts, in order.

    Raises:
        InputError: a body that no receiver of ours would take.
    """
    size = sum(len(part) for part in body)
    if size > MAX_BODY:
        raise InputError(f"Message has a body of {size} bytes. Expected at most {MAX_BODY}.")
    return HEADER.pack(version, *names, stamp >> 32, stamp & 0xFFFFFFFF, size, checksum(body))


def checksum(parts: Sequence[Buffer]) -> int:
    """CRC-64 (ECMA-182) over parts as if they were one; nothing is copied."""
    crc = 0
    for part in parts:
        crc = crc64.ecma_182(part, crc)
    return crc


def stamp_of(time_s: float) -> int:
    """The 64 bits for a time in seconds since 1970.

    Raises:
        InputError: a time that 32 bits of seconds cannot hold.
    """
    if not isfinite(time_s) or not 0 <= time_s < _FRACTION:
        raise InputError(f"Time stamp {time_s!r} s. Expected seconds since 1970, from 0 to 2^32.")
    return min(round(time_s * _FRACTION), (1 << 64) - 1)


def seconds_of(stamp: int) -> float:
    """Seconds since 1970 of 64 bits on the wire; a float holds today's to a quarter of a microsecond."""
    return stamp / _FRACTION


def text_of(raw: bytes) -> str:
    """What a field of fixed width says: up to its first NUL. Bytes that are no UTF-8 survive as surrogates."""
    return raw.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")


def fixed(text: str, size: int, what: str) -> bytes:
    """A text as the bytes of a field; `struct` pads it with NUL.

    Raises:
        InputError: more bytes than the field has, or a NUL within.
    """
    raw = text.encode("utf-8", "surrogateescape")
    if len(raw) > size or b"\0" in raw:
        raise InputError(f"{what} {text!r} has {len(raw)} bytes. Expected at most {size}, without NUL.")
    return raw


def short_device(device: str) -> bytes:
    """A device name cut to its 20 bytes, never within a character."""
    raw = device.encode("utf-8", "surrogateescape")
    if b"\0" in raw:
        raise InputError(f"Device name {device!r} holds a NUL. Expected text.")
    if len(raw) <= _DEVICE_BYTES:
        return raw
    cut = _DEVICE_BYTES
    while cut > 0 and raw[cut] & 0xC0 == 0x80:
        cut -= 1
    return raw[:cut]
