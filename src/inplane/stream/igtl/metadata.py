"""Metadata of a message: keys and values after the content, from header version 2 on."""

import struct
from collections.abc import Mapping

from inplane.core import FormatError, InputError
from inplane.stream.igtl.header import Buffer
from inplane.stream.igtl.text import decode_text, encode_text

_COUNT = struct.Struct(">H")
_ENTRY = struct.Struct(">HHI")
DEVICE_KEY = "IGTL_DEVICE_NAME"
"""Where PLUS puts a device name that has more than 20 bytes."""


def decode_metadata(index: Buffer, values: Buffer) -> dict[str, str | bytes]:
    """Metadata in the sender's order; of a key that comes twice the last value.

    Args:
        index: count, then sizes and encoding of each entry.
        values: keys and values.

    Raises:
        FormatError: an index or values that end too early.
    """
    if not index:
        return {}
    count = _COUNT.unpack_from(index)[0] if len(index) >= _COUNT.size else 0
    if len(index) < _COUNT.size + count * _ENTRY.size:
        raise FormatError(f"Metadata has an index of {len(index)} bytes. Expected {2 + 8 * count} for {count} entries.")
    found: dict[str, str | bytes] = {}
    at = 0
    for key_size, encoding, size in _ENTRY.iter_unpack(index[_COUNT.size : _COUNT.size + count * _ENTRY.size]):
        end = at + key_size + size
        if end > len(values):
            raise FormatError(f"Metadata has {len(values)} bytes. Expected at least {end}.")
        key = bytes(values[at : at + key_size]).decode("utf-8", "surrogateescape")
        found[key] = decode_text(bytes(values[at + key_size : end]), encoding)
        at = end
    return found


def encode_metadata(metadata: Mapping[str, str | bytes]) -> tuple[bytes, bytes]:
    """Index and values for metadata.

    Raises:
        InputError: more entries or longer keys than the index can hold.
    """
    heads: list[bytes] = []
    values: list[bytes] = []
    for key, value in metadata.items():
        raw_key = key.encode("utf-8", "surrogateescape")
        encoding, raw = encode_text(value)
        if len(raw_key) > 0xFFFF:
            raise InputError(f"Metadata key {key[:40]!r}... has {len(raw_key)} bytes. Expected at most 65535.")
        heads.append(_ENTRY.pack(len(raw_key), encoding, len(raw)))
        values += (raw_key, raw)
    # The size of the index is a 16-bit number in the extended header.
    if _COUNT.size + len(heads) * _ENTRY.size > 0xFFFF:
        raise InputError(f"Metadata has {len(heads)} entries. Expected at most {(0xFFFF - 2) // 8}.")
    return _COUNT.pack(len(heads)) + b"".join(heads), b"".join(values)
