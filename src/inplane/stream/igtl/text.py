"""Words: STATUS, STRING, COMMAND and its reply, CAPABILITY."""

import struct
from dataclasses import dataclass

from inplane.core import InputError
from inplane.stream.igtl.header import Buffer, fixed, text_of
from inplane.stream.igtl.table import pack, pack_rows, require_size, rows_of

ASCII, UTF8, UNKNOWN_ENCODING = 3, 106, 2
"""IANA MIBenum of character sets."""
OK, NOT_FOUND, NOT_READY, UNKNOWN_INSTRUCTION, SHUTDOWN = 1, 4, 13, 12, 19
"""Status codes (OpenIGTLink protocol, `status.md`)."""
_STATUS = struct.Struct(">Hq20s")
_STRING = struct.Struct(">HH")
_COMMAND = struct.Struct(">I128sHI")
_TYPE_NAME = struct.Struct(">12s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A STATUS.

    Args:
        code: 1 is OK, 13 not ready, 19 shut down; unknown ones are kept.
        subcode: the device's own.
        name: of the error, at most 20 bytes.
        text: for a person.
    """

    code: int = OK
    subcode: int = 0
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class String:
    """A STRING: text, or bytes where the encoding is neither ASCII nor UTF-8; at most 65535 bytes."""

    text: str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A COMMAND, or RTS_COMMAND, its answer.

    Args:
        id: chosen by the sender; the answer has the same.
        name: at most 128 bytes; in an answer the error.
        text: usually XML; bytes where the encoding is neither ASCII nor UTF-8.
    """

    id: int
    name: str
    text: str | bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A CAPABILITY: the message types that the sender takes."""

    types: tuple[str, ...]


def decode_text(raw: bytes, encoding: int) -> str | bytes:
    """Text of ASCII and UTF-8; the bytes themselves where it is another encoding or not what it says."""
    try:
        return raw.decode("ascii" if encoding == ASCII else "utf-8") if encoding in (ASCII, UTF8) else raw
    except UnicodeDecodeError:
        return raw


def encode_text(text: str | bytes) -> tuple[int, bytes]:
    """Encoding and bytes of a text: ASCII where it can be."""
    if isinstance(text, bytes):
        return UNKNOWN_ENCODING, text
    return (ASCII if text.isascii() else UTF8), text.encode("utf-8", "surrogateescape")


def decode_status(body: Buffer) -> Status:
    """A STATUS; the NUL at its end may be missing.

    Raises:
        FormatError: fewer than 30 bytes.
    """
    require_size("STATUS", body, _STATUS.size, exact=False)
    code, subcode, name = _STATUS.unpack_from(body)
    return Status(code=code, subcode=subcode, name=text_of(name), text=text_of(bytes(body[_STATUS.size :])))


def encode_status(content: Status) -> bytes:
    """The body of a STATUS."""
    head = pack("STATUS", _STATUS, content.code, content.subcode, fixed(content.name, 20, "Status name"))
    return head + content.text.encode("utf-8", "surrogateescape") + b"\0"


def decode_string(body: Buffer) -> String:
    """A STRING.

    Raises:
        FormatError: another size than its length says.
    """
    require_size("STRING", body, _STRING.size, exact=False)
    encoding, length = _STRING.unpack_from(body)
    require_size("STRING", body, _STRING.size + length)
    return String(text=decode_text(bytes(body[_STRING.size :]), encoding))


def encode_string(content: String) -> bytes:
    """The body of a STRING.

    Raises:
        InputError: more than 65535 bytes.
    """
    encoding, raw = encode_text(content.text)
    if len(raw) > 0xFFFF:
        raise InputError(f"STRING has {len(raw)} bytes. Expected at most 65535.")
    return _STRING.pack(encoding, len(raw)) + raw


def decode_command(body: Buffer) -> Command:
    """A COMMAND.

    Raises:
        FormatError: another size than its length says.
    """
    require_size("COMMAND", body, _COMMAND.size, exact=False)
    number, name, encoding, length = _COMMAND.unpack_from(body)
    require_size("COMMAND", body, _COMMAND.size + length)
    return Command(id=number, name=text_of(name), text=decode_text(bytes(body[_COMMAND.size :]), encoding))


def encode_command(content: Command) -> bytes:
    """The body of a COMMAND."""
    encoding, raw = encode_text(content.text)
    return pack("COMMAND", _COMMAND, content.id, fixed(content.name, 128, "Command"), encoding, len(raw)) + raw


def decode_capability(body: Buffer) -> Capability:
    """A CAPABILITY.

    Raises:
        FormatError: a body that is no whole number of names.
    """
    return Capability(types=tuple(text_of(row[0]) for row in rows_of("CAPABILITY", _TYPE_NAME, body)))


def encode_capability(content: Capability) -> bytes:
    """The body of a CAPABILITY."""
    return pack_rows("CAPABILITY", _TYPE_NAME, ((fixed(name, 12, "Type"),) for name in content.types))
