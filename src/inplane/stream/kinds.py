"""Kinds of files that are read, and what to say of the others."""

import zlib
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

HEAD_BYTES = 512
"""First bytes of a file that tell what it is."""
EXPECTED = "Expected ultrasound as DICOM, MP4, MOV, AVI, MetaImage, NRRD, Clarius raw, PNG, JPEG, BMP or TIFF"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of file: who knows it, who reads it, and how its files are usually called."""

    words: str
    module: str
    known: str
    reader: str
    suffixes: tuple[str, ...]


KINDS = (
    Kind(words="DICOM", module="dicom", known="is_dicom", reader="DicomReader", suffixes=(".dcm", ".dicom", ".ima")),
    Kind(words="NRRD", module="nrrd", known="is_nrrd", reader="NrrdReader", suffixes=(".nrrd", ".nhdr", ".seq.nrrd")),
    Kind(
        words="MetaImage",
        module="metaimage",
        known="is_metaimage",
        reader="MetaImageReader",
        suffixes=(".mha", ".mhd", ".seq.mha"),
    ),
    Kind(words="Clarius raw", module="clarius", known="is_clarius", reader="ClariusReader", suffixes=(".raw",)),
    Kind(
        words="a still picture",
        module="stills",
        known="is_still",
        reader="StillsReader",
        suffixes=(".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"),
    ),
    Kind(
        words="a video",
        module="video",
        known="is_video",
        reader="VideoReader",
        suffixes=(".mp4", ".mov", ".avi", ".mkv", ".webm", ".m4v", ".mpg", ".mpeg", ".wmv"),
    ),
)
MOST_HEADERS, MOST_HEADER_BYTES = 100, 1 << 22
"""Headers beside a file of pixels that are looked into, and how far. chosen: a folder of recordings, 4 MiB."""
_OTHERS = (
    (b"PK\x03\x04", "a Zip archive"),
    (b"PK\x05\x06", "an empty Zip archive"),
    (b"%PDF", "a PDF document"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89HDF", "HDF5 data"),
    (b"MATLAB", "a MATLAB file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"SQLite format 3", "a database"),
    (b"ID3", "a sound"),
    (b"<?xml", "XML text"),
    (b"<html", "a web page"),
    (b"<!DOCTYPE", "a web page"),
)
"""Beginnings of files that people give by mistake, and what they are."""


def unknown(path: Path, head: bytes) -> str:
    """What to say of a file that no reader knows."""
    called = next((kind.words for kind in KINDS if named_as(path, kind)), None)
    what = _looks_like(path, head)
    if called is not None:
        return f"'{path.name}' is called {called}, but its content is {what}. {EXPECTED}."
    return f"'{path.name}' is {what}. {EXPECTED}."


def header_of(path: Path) -> Path | None:
    """The header file beside a file of bare pixels that names it; None where there is none."""
    if path.suffix.lower() not in (".raw", ".zraw", ".gz", ".bin"):
        return None
    for header in sorted((*path.parent.glob("*.mhd"), *path.parent.glob("*.nhdr")))[:MOST_HEADERS]:
        with header.open("rb") as handle:
            if path.name.encode() in handle.read(MOST_HEADER_BYTES):
                return header
    return None


def _looks_like(path: Path, head: bytes) -> str:
    if head.startswith(b"\x1f\x8b"):
        with path.open("rb") as raw:
            inner = _inflated(raw.read(1 << 16))
        if inner[344:348] in (b"n+1\x00", b"ni1\x00"):
            return "a NIfTI volume, as CT and MR are kept, not ultrasound pictures"
    if head[344:348] in (b"n+1\x00", b"ni1\x00"):
        return "a NIfTI volume, as CT and MR are kept, not ultrasound pictures"
    for beginning, what in _OTHERS:
        if head.startswith(beginning):
            return what
    if not any(head):
        return "zeros from its first byte on"
    try:
        head[: max(1, len(head) - 3)].decode("utf-8")
    except UnicodeDecodeError:
        return "of an unknown kind"
    return "text" if all(byte >= 32 or byte in b"\t\r\n\f" for byte in head) else "of an unknown kind"


def _inflated(data: bytes) -> bytes:
    """The first bytes within gzip data; none where it is damaged."""
    try:
        return zlib.decompressobj(wbits=31).decompress(data, HEAD_BYTES)
    except zlib.error:
        return b""


def named_as(path: Path, kind: Kind) -> bool:
    """Whether a file is called as this kind usually is."""
    return path.name.lower().endswith(kind.suffixes)


def module_of(kind: Kind) -> Any:
    """The module with its reader, loaded when it is needed: DICOM and video take a while to load."""
    return import_module(f"inplane.stream.files.{kind.module}")
