"""The color table of a PALETTE COLOR picture. DICOM PS3.3 C.7.6.3.1.5 and C.7.9.2 (segmented tables)."""

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError
from inplane.stream.files.dicom_tags import Tags

MAX_ENTRIES = 1 << 16
COLORS = ("Red", "Green", "Blue")
DISCRETE, LINEAR, INDIRECT = 0, 1, 2
"""Kinds of segments (PS3.3 C.7.9.2)."""


def palette_of(tags: Tags, bits: int, big: bool) -> NDArray[np.uint8]:
    """(2 ** bits, 3) RGB of every stored value.

    Args:
        tags: of the file.
        bits: allocated for a stored value, 8 or 16.
        big: whether the file is big endian.

    Raises:
        FormatError: a table is missing or broken.
    """
    channels: list[NDArray[np.int64]] = []
    first = 0
    for color in COLORS:
        descriptor = tags.numbers(f"{color}PaletteColorLookupTableDescriptor")
        if len(descriptor) < 3:
            raise FormatError(f"PALETTE COLOR picture has no {color.lower()} table. Expected three color tables.")
        entries, first = int(descriptor[0]) % MAX_ENTRIES or MAX_ENTRIES, int(descriptor[1])
        channels.append(_table(tags, color, (entries, int(descriptor[2])), big))
    count = min(len(channel) for channel in channels)
    table = np.stack([channel[:count] for channel in channels], axis=1)
    stored = np.clip(np.arange(1 << bits) - first, 0, count - 1)
    return _eight_bits(table)[stored]


def _table(tags: Tags, color: str, layout: tuple[int, int], big: bool) -> NDArray[np.int64]:
    entries, depth = layout
    order = ">" if big else "<"
    if (data := tags.data(f"{color}PaletteColorLookupTableData")) is not None:
        wide = len(data) >= 2 * entries or (depth > 8 and len(data) != entries)
        values = np.frombuffer(data[: len(data) // 2 * 2] if wide else data, dtype=f"{order}u2" if wide else "u1")
        if not wide and big:  # bytes of an OW value, written as words
            even = values[: len(values) // 2 * 2]
            values = even.reshape(-1, 2)[:, ::-1].reshape(-1)
        found = values[:entries].astype(np.int64)
    elif (data := tags.data(f"Segmented{color}PaletteColorLookupTableData")) is not None:
        wide = depth > 8
        values = np.frombuffer(data[: len(data) // 2 * 2], dtype=f"{order}u2" if wide else "u1")
        found = np.array(expand_segments(values.tolist(), entries, wide=wide), dtype=np.int64)
    else:
        found = np.zeros(0, dtype=np.int64)
    if not len(found):
        raise FormatError(f"PALETTE COLOR picture has an empty {color.lower()} table. Expected {entries} entries.")
    return found


def _eight_bits(table: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Entries of 16 bits by their high byte; entries that never pass 255 are 8 bits whatever the file says."""
    return (table >> 8 if table.max() > 255 else table).astype(np.uint8)


def expand_segments(values: list[int], entries: int, *, wide: bool) -> list[int]:
    """The entries of a segmented table, at most `entries`; an indirect segment repeats earlier ones, and none other.

    Raises:
        FormatError: an unknown kind of segment, one that ends early, or a first one that needs one before it.
    """
    found: list[int] = []
    at = 0
    while at + 1 < len(values) and len(found) < entries:
        if values[at] == INDIRECT:
            size = 2 if wide else 4
            parts = values[at + 2 : at + 2 + size]
            back = sum(part << (16 if wide else 8) * i for i, part in enumerate(parts))
            here = back
            for _ in range(values[at + 1]):
                if here >= at or len(found) >= entries:
                    break
                here = _expand(values, here, found, entries)
            at += 2 + size
        else:
            at = _expand(values, at, found, entries)
    return found[:entries]


def _expand(values: list[int], at: int, found: list[int], entries: int) -> int:
    """Adds one discrete or linear segment at `at`; returns where the next one begins."""
    if at + 2 >= len(values):
        raise FormatError("Segmented color table ends within a segment. Expected its values.")
    kind, length = values[at], min(values[at + 1], entries)
    if kind == DISCRETE:
        found.extend(values[at + 2 : at + 2 + length])
        return at + 2 + values[at + 1]
    if kind != LINEAR or not found:
        raise FormatError(f"Segmented color table has a segment of kind {kind} where it cannot be. Expected 0, 1 or 2.")
    last, target = found[-1], values[at + 2]
    found.extend(round(last + (target - last) * i / length) for i in range(1, length + 1))
    return at + 3
