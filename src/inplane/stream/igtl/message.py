"""OpenIGTLink messages as values, to bytes and back.

What values cannot hold (bytes after a NUL, reserved bits, an extension of the extended header, half a microsecond) is
kept beside them as `Wire`, so that a message that was received is sent on byte for byte.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from inplane.core import FormatError, InputError
from inplane.stream.igtl.contents import Content, Unknown, kind_of
from inplane.stream.igtl.header import (
    EXTENDED,
    Buffer,
    Header,
    checksum,
    fixed,
    pack_header,
    seconds_of,
    short_device,
    stamp_of,
    text_of,
)
from inplane.stream.igtl.metadata import DEVICE_KEY, decode_metadata, encode_metadata

Metadata = Mapping[str, str | bytes]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wire:
    """What came and the values do not say; each part holds as long as the value that it belongs to is the same one.

    Args:
        header: as it came.
        device: name that it gave.
        extension: extended header beyond its 12 bytes.
        bare: version 2 or later without an extended header, which some send where there is no content.
        content, content_raw: the content, and its bytes (of an image: its 72) where encoding it gives others.
        metadata, metadata_raw: likewise, index and values.
    """

    header: Header
    device: str
    extension: bytes
    bare: bool
    content: Content
    content_raw: bytes | None
    metadata: Metadata
    metadata_raw: tuple[bytes, bytes] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Message:
    """One OpenIGTLink message.

    Args:
        type: at most 12 characters, as "IMAGE", "TRANSFORM" or "GET_TRANS".
        device: name of what it is about, as "Image_Reference" or "ProbeToReference". More than 20 bytes are cut on the
            wire, and whole in the metadata from version 2 on.
        content: what it says.
        time_s: when that was so, seconds since 1970; 0 where the sender had no clock.
        version: of the header. Metadata is sent from 2 on only.
        metadata: more, as text; bytes where a value is neither ASCII nor UTF-8.
        message_id: the sender's own, from version 2 on.
        wire: what was received beyond that; None for a message that was made here.
    """

    type: str
    device: str
    content: Content
    time_s: float = 0.0
    version: int = 1
    metadata: Metadata = field(default_factory=dict[str, "str | bytes"])
    message_id: int = 0
    wire: Wire | None = None


def decode_body(header: Header, body: memoryview) -> Message:
    """The message of a header and its body; pixels are views of the body.

    Args:
        header: already checked.
        body: as long as the header says.

    Raises:
        FormatError: a wrong checksum, or a body that does not hold what it claims.
    """
    crc = checksum([body])
    if crc != header.crc:
        raise FormatError(f"{header.type} has a body with checksum {crc:016x}. Expected {header.crc:016x}: corrupt.")
    bare = header.version < 2 or not body
    if bare:
        extension, message_id, content_raw, index, values = b"", 0, body, body[:0], body[:0]
    else:
        extension, message_id, content_raw, index, values = _split(header.type, body)
    metadata = decode_metadata(index, values)
    content = kind_of(header.type).decode(content_raw)
    named = metadata.get(DEVICE_KEY)
    device = named if isinstance(named, str) and "\0" not in named else text_of(header.device_raw)
    wire = Wire(
        header=header,
        device=device,
        extension=extension,
        bare=bare,
        content=content,
        content_raw=_unsaid(header.type, content, content_raw),
        metadata=metadata,
        metadata_raw=_unsaid_metadata(metadata, index, values),
    )
    return Message(
        type=header.type,
        device=device,
        content=content,
        time_s=seconds_of(header.stamp),
        version=header.version,
        metadata=metadata,
        message_id=message_id,
        wire=wire,
    )


def _split(kind: str, body: memoryview) -> tuple[bytes, int, memoryview, memoryview, memoryview]:
    """Extension, message id, content, metadata's index and values of a body of version 2.

    Raises:
        FormatError: sizes that the body cannot hold.
    """
    if len(body) < EXTENDED.size:
        raise FormatError(f"{kind} has a body of {len(body)} bytes. Expected an extended header of at least 12.")
    size, index_size, values_size, message_id = EXTENDED.unpack_from(body)
    if size < EXTENDED.size or size + index_size + values_size > len(body):
        raise FormatError(
            f"{kind} has a body of {len(body)} bytes, of which the extended header takes {size}, metadata {index_size} "
            f"and {values_size}. Expected at least 12, and no more than there are."
        )
    end = len(body) - values_size
    parts = body[size : end - index_size], body[end - index_size : end], body[end:]
    return bytes(body[EXTENDED.size : size]), message_id, *parts


def _parts(kind: str, content: Content) -> list[Buffer]:
    """The body of a content, without extended header and metadata."""
    found = kind_of(kind)
    if not isinstance(content, found.content):
        raise InputError(f"Message {kind!r} holds {type(content).__name__}. Expected {found.content.__name__}.")
    encoded = found.encode(content)
    return encoded if isinstance(encoded, list) else [encoded]


def _unsaid(kind: str, content: Content, raw: memoryview) -> bytes | None:
    """The bytes of a content where encoding it would give others; of pixels never, as they are those that came."""
    if isinstance(content, Unknown):
        return None
    try:
        parts = _parts(kind, content)
    except InputError:
        return bytes(raw)
    if kind == "IMAGE":
        head = bytes(raw[: len(parts[0])])
        return None if parts[0] == head else head
    came = bytes(raw)
    return None if b"".join(parts) == came else came


def _unsaid_metadata(metadata: Metadata, index: memoryview, values: memoryview) -> tuple[bytes, bytes] | None:
    """Index and values where encoding the metadata would give others."""
    return None if encode_metadata(metadata) == (index, values) else (bytes(index), bytes(values))


def _content_parts(message: Message) -> list[Buffer]:
    """The body of a message without extended header and metadata; as it came, where it is still that."""
    wire = message.wire
    same = wire is not None and wire.content is message.content and wire.header.type == message.type
    if wire is None or not same or wire.content_raw is None:
        return _parts(message.type, message.content)
    if message.type == "IMAGE":
        return [wire.content_raw, *_parts(message.type, message.content)[1:]]
    return [wire.content_raw]


def _metadata_parts(message: Message, cut: bool) -> tuple[bytes, bytes]:
    """Index and values; with the whole device name where it had to be cut or is said there already."""
    wire = message.wire
    if wire is not None and wire.metadata is message.metadata and wire.device == message.device:
        return wire.metadata_raw or encode_metadata(message.metadata)
    named = {DEVICE_KEY: message.device} if cut or DEVICE_KEY in message.metadata else {}
    return encode_metadata({**message.metadata, **named})


def encode_parts(message: Message) -> list[Buffer]:
    """The bytes of a message in parts, for `socket.sendmsg`; pixels that lie in one piece are not copied.

    Raises:
        InputError: a value that the wire cannot hold, or a content that is not of the message's type.
    """
    wire = message.wire
    device = short_device(message.device)
    cut = len(device) < len(message.device.encode("utf-8", "surrogateescape"))
    parts = _content_parts(message)
    if message.version >= 2 and not (wire is not None and wire.bare and not any(parts) and not message.metadata):
        index, values = _metadata_parts(message, cut)
        extension = wire.extension if wire is not None else b""
        sizes = (EXTENDED.size + len(extension), len(index), len(values), message.message_id)
        parts = [EXTENDED.pack(*sizes) + extension, *parts, index, values]
    kind, stamp = fixed(message.type, 12, "Message type"), None
    if wire is not None:
        kind = wire.header.type_raw if wire.header.type == message.type else kind
        device = wire.header.device_raw if wire.device == message.device else device
        stamp = wire.header.stamp if seconds_of(wire.header.stamp) == message.time_s else None
    head = pack_header(message.version, (kind, device), stamp_of(message.time_s) if stamp is None else stamp, parts)
    return [head, *(part for part in parts if len(part))]


def encode(message: Message) -> bytes:
    """The bytes of a message.

    Raises:
        InputError: as `encode_parts`.
    """
    return b"".join(encode_parts(message))
