"""Where each frame of a DICOM file lies: found from the lengths in the file, read one at a time.

Encapsulated pixels: DICOM PS3.5 A.4. A file that ends early gives the frames before its end, and says what is missing.
"""

import struct
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import BinaryIO

import numpy as np

from inplane.core import FormatError
from inplane.stream.files.media import MAX_PICTURE_BYTES

ITEM, DELIMITER = (0xFFFE, 0xE000), (0xFFFE, 0xE0DD)
UNDEFINED = 0xFFFFFFFF
MAX_FRAME_BYTES = 2 * MAX_PICTURE_BYTES
"""What one compressed frame may take. chosen: twice the pixels themselves; 16-bit pixels need as much."""
MAX_FRAGMENTS = 200_000
"""Fragments that are listed. chosen: an hour of single-fragment frames at 50 a second; the list takes some 30 MB."""
STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP")
"""First bytes of a JPEG or JPEG-LS stream, of a JPEG 2000 codestream, and of one in a file of its own."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """Frames as they lie in the file.

    Args:
        count: frames that are wholly there.
        compressed: whether they are encapsulated.
        spans: of each compressed frame, its parts as (offset, length) in the file.
        first, frame_bytes: where frames that are not compressed begin, and their length; they follow each other.
        swapped: whether their bytes lie in words whose bytes are swapped.
        problem: what is missing after the last one; None where nothing is.
    """

    count: int
    compressed: bool
    spans: tuple[tuple[Span, ...], ...] = ()
    first: int = 0
    frame_bytes: int = 0
    swapped: bool = False
    problem: str | None = None

    def read(self, file: BinaryIO, index: int) -> bytes:
        """The bytes of one frame.

        Raises:
            FormatError: the file has become shorter meanwhile.
        """
        if self.compressed:
            return b"".join(_read(file, span, index) for span in self.spans[index])
        skip = index * self.frame_bytes
        if not self.swapped:
            return _read(file, (self.first + skip, self.frame_bytes), index)
        odd = skip % 2  # words may span two frames
        words = _read(file, (self.first + skip - odd, (odd + self.frame_bytes + 1) // 2 * 2), index)
        flat = np.frombuffer(words, dtype="u2").byteswap().tobytes()
        return flat[odd : odd + self.frame_bytes]


def _read(file: BinaryIO, span: Span, index: int) -> bytes:
    offset, length = span
    file.seek(offset)
    part = file.read(length)
    if len(part) < length:
        raise FormatError(f"File ends within frame {index + 1}. Expected {length - len(part)} bytes more.")
    return part


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The pixels' value in the file.

    Args:
        offset: where it begins.
        length: in bytes; UNDEFINED for encapsulated pixels.
        words: whether it is written as words (VR OW), whose bytes a big endian file swaps.
    """

    offset: int
    length: int
    words: bool


def find_pixels(file: BinaryIO, big: bool) -> Block | None:
    """The pixels' value, at whose tag the file stands; None where there is no such tag.

    Whether a VR is written is seen from the bytes.
    """
    order = ">" if big else "<"
    at = file.tell()
    head = file.read(12)
    if len(head) < 8 or struct.unpack(f"{order}HH", head[:4]) != (0x7FE0, 0x0010):
        return None
    if head[4:6] in (b"OB", b"OW", b"UN", b"OF", b"OD") and len(head) == 12:
        (length,) = struct.unpack(f"{order}I", head[8:12])
        return Block(offset=at + 12, length=length, words=head[4:6] == b"OW")
    (length,) = struct.unpack(f"{order}I", head[4:8])
    return Block(offset=at + 8, length=length, words=True)


def native_frames(size: int, block: Block, layout: tuple[int, int], *, swapped: bool) -> Frames:
    """Frames that lie one after the other.

    Args:
        size: of the file, bytes.
        block: the pixels' value.
        layout: bytes of one frame, and how many the header names.
        swapped: whether bytes lie in words whose bytes are swapped.
    """
    frame_bytes, claimed = layout
    there = min(block.length, max(0, size - block.offset))
    whole = min(claimed, there // frame_bytes)
    problem = None
    if whole < claimed:
        problem = (
            f"Pixels end after {whole} of {claimed} frames: {there:,} bytes are there. "
            f"Expected {claimed * frame_bytes:,}."
        )
    return Frames(
        count=whole,
        compressed=False,
        first=block.offset,
        frame_bytes=frame_bytes,
        swapped=swapped,
        problem=problem,
    )


def encapsulated_frames(file: BinaryIO, size: int, offset: int, claimed: int) -> Frames:
    """Frames in fragments, found from the table of offsets, else from the fragments themselves.

    Args:
        file: open for reading.
        size: of the file, bytes.
        offset: where the pixels' value begins.
        claimed: frames that the header names.

    Raises:
        FormatError: there are more fragments than a file may have.
    """
    items, problem = _items(file, size, offset)
    table, fragments = _table(file, items[0]), items[1:]
    groups = _grouped(file, fragments, table, claimed)
    if problem is None and len(groups) < claimed:
        problem = f"File holds {len(groups)} of the {claimed} frames that its header names."
    elif problem is not None and len(groups) >= claimed:
        problem = None  # only the closing mark is missing
    for group in groups:
        if (total := sum(length for _, length in group)) > MAX_FRAME_BYTES:
            raise FormatError(f"One frame claims {total:,} bytes. Expected at most {MAX_FRAME_BYTES:,}.")
    return Frames(count=min(claimed, len(groups)), compressed=True, spans=tuple(groups[:claimed]), problem=problem)


def _items(file: BinaryIO, size: int, offset: int) -> tuple[list[Span], str | None]:
    """The table's span and those of all whole fragments; and why the list ended, where it should not have."""
    found: list[Span] = []
    at = offset
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return found or [(at, 0)], "File ends before its pixels do: it is truncated."
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) == DELIMITER:
            return found or [(at, 0)], None
        if (group, element) != ITEM:
            return found or [(at, 0)], f"Pixels are damaged at byte {at:,}: no fragment begins there."
        if length == UNDEFINED or at + 8 + length > size:
            return found or [(at, 0)], f"File ends within a fragment: it is truncated, or damaged at byte {at:,}."
        found.append((at + 8, length))
        if len(found) > MAX_FRAGMENTS:
            raise FormatError(f"Pixels are in more than {MAX_FRAGMENTS:,} fragments. Expected fewer.")
        at += 8 + length


def _table(file: BinaryIO, span: Span) -> list[int]:
    """Offsets of the frames from the first fragment's tag; [] where the table is empty or makes no sense."""
    offset, length = span
    if length == 0 or length % 4 or length > 4 * MAX_FRAGMENTS:
        return []
    file.seek(offset)
    table = list(struct.unpack(f"<{length // 4}I", file.read(length)))
    return table if table[0] == 0 and all(a < b for a, b in pairwise(table)) else []


def _grouped(file: BinaryIO, fragments: list[Span], table: list[int], claimed: int) -> list[tuple[Span, ...]]:
    """Fragments of each frame (PS3.5 A.4, and how files that leave the table out are read)."""
    if len(fragments) <= claimed or not fragments:
        return [(one,) for one in fragments]
    if claimed == 1:
        return [tuple(fragments)]
    if len(table) == claimed and (by_table := _by_table(fragments, table)):
        return by_table
    groups: list[list[Span]] = []
    for offset, length in fragments:
        file.seek(offset)
        if not groups or file.read(6).startswith(STARTS):
            groups.append([])
        groups[-1].append((offset, length))
    return [tuple(group) for group in groups]


def _by_table(fragments: list[Span], table: list[int]) -> list[tuple[Span, ...]]:
    """Grouped by offsets; [] where one of them is not the beginning of a fragment."""
    begins = [offset - 8 - (fragments[0][0] - 8) for offset, _ in fragments]
    if not set(table) <= set(begins):
        return []
    groups: list[list[Span]] = [[] for _ in table]
    for begin, fragment in zip(begins, fragments, strict=True):
        groups[bisect_right(table, begin) - 1].append(fragment)
    return [tuple(group) for group in groups]
