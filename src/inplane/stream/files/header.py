"""Header lines of text before binary data, read with bounds; and where the data of a header lie."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from inplane.core import FormatError, ResourceError
from inplane.stream.files.stored import MAX_HEADER_BYTES

MAX_LINE_BYTES = 1 << 16
"""Longest line of a header. chosen: 16 numbers take 400 bytes; a list of 4000 wires still fits."""


def header_lines(file: IO[bytes], name: str) -> Iterator[str]:
    """Lines without their ends, until the reader stops or the file ends.

    Raises:
        FormatError: a line or the header is longer than any is.
    """
    total = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        total += len(line)
        if len(line) > MAX_LINE_BYTES or total > MAX_HEADER_BYTES:
            raise FormatError(
                f"'{name}' has a header line of more than {MAX_LINE_BYTES} bytes, or a header of more than "
                f"{MAX_HEADER_BYTES}. Expected text before the pixels."
            )
        yield _decoded(line).rstrip("\r\n")


def _decoded(line: bytes) -> str:
    """UTF-8, or what a byte means in Latin-1: old recorders wrote names in the code of their country."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def open_header(path: Path) -> IO[bytes]:
    """The file, opened for its header.

    Raises:
        ResourceError: it is not there or may not be read.
    """
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise ResourceError(f"'{path}' cannot be read: {getattr(error, 'strerror', None) or error}.") from error


def data_file(header: Path, told: str) -> Path:
    """The file with the pixels that a header names: beside it or in a folder below, nowhere else.

    Raises:
        FormatError: a list or pattern of files, a place outside the header's folder, or no such file.
    """
    if told.upper().startswith("LIST") or "%" in told:
        raise FormatError(f"'{header.name}' keeps its pixels in many files ({told!r}). Expected one file.")
    folder = header.parent.resolve()
    try:
        path = (folder / told).resolve()
        inside, there = path.is_relative_to(folder), path.is_file()
    except (OSError, ValueError, RuntimeError) as error:  # RuntimeError: links that lead to each other
        raise FormatError(f"'{header.name}' names {told[:200]!r} as its pixels: {error}.") from error
    if not inside:
        raise FormatError(f"'{header.name}' names {told!r} as its pixels. Expected a file in its own folder.")
    if not there:
        raise FormatError(f"'{header.name}' keeps its pixels in {told!r}, which is not there.")
    return path


def offset_of(path: Path, offset: int, frames_bytes: int, told: int) -> int:
    """Where the pixels begin.

    Args:
        path: the file with the pixels.
        offset: after the header and what it says to skip, where `told` is 0 or more.
        frames_bytes: what all frames take, unpacked.
        told: bytes to skip as the header says; -1 means that the pixels end the file.

    Raises:
        FormatError: before the file's beginning or after its end.
    """
    size = path.stat().st_size
    begin = size - frames_bytes if told == -1 else offset + told
    if told < -1 or not 0 <= begin <= size:
        raise FormatError(f"'{path.name}' has {size} bytes; its pixels are said to begin at {begin}.")
    return begin


def whole_numbers(text: str, what: str, name: str, most: int = 4) -> tuple[int, ...]:
    """Whole numbers from 0.

    Raises:
        FormatError: something else, or more than `most`.
    """
    words = text.split()
    if not 1 <= len(words) <= most or not all(w.isascii() and w.isdigit() and len(w) < 12 for w in words):
        raise FormatError(f"'{name}' has {what} {text[:80]!r}. Expected 1 to {most} whole numbers.")
    return tuple(int(word) for word in words)
