"""BIND: several bodies in one message, each with its type and name."""

import struct
from dataclasses import dataclass

from inplane.core import FormatError, InputError
from inplane.stream.igtl.header import Buffer, fixed, text_of
from inplane.stream.igtl.table import require_size

_ENTRY = struct.Struct(">12sQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundMessage:
    """One message within a BIND; `contents.kind_of(type).decode` reads its body."""

    type: str
    name: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A BIND: messages in the sender's order."""

    messages: tuple[BoundMessage, ...]


def _names(raw: bytes, count: int) -> list[str]:
    """The names of a table, each ended by a NUL."""
    parts = raw.split(b"\0")
    if len(parts) <= count:
        raise FormatError(f"BIND names {len(parts) - 1} messages. Expected {count}.")
    return [text_of(part) for part in parts[:count]]


def decode_bind(body: Buffer) -> Bind:
    """A BIND.

    Raises:
        FormatError: sizes that do not add up to the body's, or names that are missing.
    """
    require_size("BIND", body, 2, exact=False)
    count = int.from_bytes(body[:2], "big")
    at = 2 + count * _ENTRY.size
    require_size("BIND", body, at + 2, exact=False)
    entries = [(text_of(kind), size) for kind, size in _ENTRY.iter_unpack(body[2:at])]
    names_size = int.from_bytes(body[at : at + 2], "big")
    if names_size % 2:
        raise FormatError(f"BIND has a table of names of {names_size} bytes. Expected an even number.")
    start = at + 2 + names_size
    require_size("BIND", body, start + sum(size + size % 2 for _, size in entries))
    names = _names(bytes(body[at + 2 : start]), count)
    messages: list[BoundMessage] = []
    for (kind, size), name in zip(entries, names, strict=True):
        messages.append(BoundMessage(type=kind, name=name, body=bytes(body[start : start + size])))
        start += size + size % 2
    return Bind(messages=tuple(messages))


def encode_bind(content: Bind) -> bytes:
    """The body of a BIND; odd bodies and an odd table of names are followed by a NUL.

    Raises:
        InputError: more messages or longer names than it can hold.
    """
    names = b"".join(m.name.encode("utf-8", "surrogateescape") + b"\0" for m in content.messages)
    names += bytes(len(names) % 2)
    count = len(content.messages)
    if len(names) > 0xFFFF or count > 0xFFFF or any("\0" in m.name for m in content.messages):
        raise InputError(f"BIND of {count} messages, {len(names)} bytes of names. Expected at most 65535 each, no NUL.")
    heads = b"".join(_ENTRY.pack(fixed(m.type, 12, "Type"), len(m.body)) for m in content.messages)
    bodies = b"".join(m.body + bytes(len(m.body) % 2) for m in content.messages)
    return struct.pack(">H", count) + heads + struct.pack(">H", len(names)) + names + bodies
