"""Ultrasound DICOM files: single pictures and cines, one frame in memory at a time."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pydicom.uid import UID

from inplane.core import FormatError, InputError
from inplane.stream.files.dicom_codec import Samples, Shape, decode, head_of
from inplane.stream.files.dicom_color import Conversion, conversion_of
from inplane.stream.files.dicom_frames import UNDEFINED, Block, Frames, encapsulated_frames, find_pixels, native_frames
from inplane.stream.files.dicom_header import (
    RLE,
    Header,
    header_of,
    maker_of,
    refuse_other_content,
    refuse_syntax,
)
from inplane.stream.files.dicom_palette import palette_of
from inplane.stream.files.dicom_regions import scale_of
from inplane.stream.files.dicom_tags import Tags, read_tags
from inplane.stream.files.dicom_times import times_of
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.files.quiet import quiet

MAGIC = b"DICM"
FIRST_GROUPS = (b"\x02\x00", b"\x08\x00", b"\x00\x02", b"\x00\x08")
"""Groups 0002 and 0008, little and big endian, with which a file without preamble begins."""


def is_dicom(path: Path, head: bytes) -> bool:  # noqa: ARG001 - the signature that all readers share
    """Whether a file begins as DICOM: by its mark, or by tags where it has no preamble.

    Args:
        path: of the file; not looked at.
        head: its first 512 bytes.
    """
    if head[128:132] == MAGIC:
        return True
    big = head[:2] in FIRST_GROUPS[2:]
    element = int.from_bytes(head[2:4], "big" if big else "little")
    explicit = head[4:6] in (b"UI", b"UL", b"CS", b"DA", b"LO", b"OB", b"SH", b"DT", b"TM")
    implicit = not big and 0 < int.from_bytes(head[4:8], "little") <= 64
    return len(head) >= 16 and head[:2] in FIRST_GROUPS and element <= 0x0070 and (explicit or implicit)


class DicomReader:
    """One ultrasound DICOM file.

    Args:
        path: of the file.

    Raises:
        FormatError: it cannot be read as an ultrasound picture, and why.
        InputError: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: BinaryIO = path.open("rb")
        except OSError as error:
            raise InputError(f"'{path}' cannot be opened: {error.strerror}. Expected a DICOM file.") from error
        try:
            self._open()
        except BaseException:
            self._file.close()
            raise

    @property
    def info(self) -> MediaInfo:
        """What is known before the first picture."""
        return self._info

    def pictures(self) -> Iterator[Picture]:
        """Every picture from the first; each is read and decoded when it is asked for.

        Raises:
            FormatError: a frame is damaged or missing, and which; what came before was good.
        """
        for index in range(self._frames.count):
            try:
                pixels = self._conversion.apply(self._samples(index))
            except FormatError as error:
                raise FormatError(f"Frame {index + 1} of {self._header.frames}: {error}") from error
            yield Picture(pixels=pixels, time_s=self._times.time_s(index))
        if self._frames.problem is not None:
            raise FormatError(self._frames.problem)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _open(self) -> None:
        path, file = self._path, self._file
        if not is_dicom(path, head := file.read(512)):
            raise FormatError(f"'{path.name}' begins with bytes {head[:8].hex()}, which is not DICOM. Expected DICOM.")
        file.seek(0)
        with quiet():
            tags, syntax, big = read_tags(file)
            block = find_pixels(file, big)
            notes = refuse_other_content(tags, path, pixels=block is not None)
            if block is None:  # refused above
                return
            refuse_syntax(syntax, path)
            self._header = header = header_of(tags, path)
            self._syntax, self._big = syntax, big
            self._frames = self._find_frames(block)
            self._times = times_of(tags, header.frames)
            self._conversion = self._convert(tags)
            self._info = self._describe(tags, notes)

    def _find_frames(self, block: Block) -> Frames:
        size = self._path.stat().st_size
        header = self._header
        if block.length == UNDEFINED:
            frames = encapsulated_frames(self._file, size, block.offset, header.frames)
        else:
            swapped = self._big and block.words and header.pixel.bits == 8  # PS3.5 annex A.3
            frames = native_frames(size, block, (header.frame_bytes, header.frames), swapped=swapped)
        if frames.count == 0:
            raise FormatError(f"'{self._path.name}': {frames.problem or 'no frame is there'} Expected at least one.")
        return frames

    def _convert(self, tags: Tags) -> Conversion:
        header = self._header
        palette = None
        if header.pixel.photometric == "PALETTE COLOR":
            palette = palette_of(tags, header.pixel.bits, self._big)
        data = self._frames.read(self._file, 0)
        stream = head_of(data) if self._frames.compressed else None
        try:
            return conversion_of(header.pixel, self._samples(0), stream, palette)
        except FormatError as error:
            raise FormatError(f"'{self._path.name}', frame 1: {error}") from error

    def _describe(self, tags: Tags, notes: tuple[str, ...]) -> MediaInfo:
        header, times = self._header, self._times
        scale = scale_of(tags, header.rows, header.columns)
        many = " multi-frame" if header.frames > 1 else ""
        modality = tags.text("Modality") or "picture"
        syntax = UID(self._syntax).name if self._syntax else "no transfer syntax"
        return MediaInfo(
            format=f"DICOM {modality}{many}, {syntax}, {header.pixel.photometric}",
            rows=header.rows,
            columns=header.columns,
            color=self._conversion.color,
            frames=header.frames,
            rate_hz=times.rate_hz,
            regions=scale.regions,
            pixel_mm=scale.pixel_mm,
            maker=maker_of(tags),
            notes=(*notes, *header.notes, *self._conversion.notes, *times.notes, *scale.notes),
        )

    def _samples(self, index: int) -> Samples:
        """(rows, columns[, 3]) of one frame as stored."""
        header = self._header
        data = self._frames.read(self._file, index)
        if self._frames.compressed:
            pixel = header.pixel
            shape = Shape(rows=header.rows, columns=header.columns, samples=pixel.samples, bits=pixel.bits)
            return decode(data, shape, rle=self._syntax == RLE)
        return native_samples(data, header, self._big)


def native_samples(data: bytes, header: Header, big: bool) -> Samples:
    """(rows, columns[, 3]) of one frame that is not compressed. DICOM PS3.3 C.7.6.3.1.3."""
    rows, columns, pixel = header.rows, header.columns, header.pixel
    order = ">u2" if big else "<u2"
    flat = np.frombuffer(data, np.uint8) if pixel.bits == 8 else np.frombuffer(data, order).astype(np.uint16)
    if pixel.photometric == "YBR_FULL_422":  # Y1 Y2 Cb Cr for two pixels
        pairs = flat.reshape(-1, 4)
        chroma = np.repeat(pairs[:, 2:], 2, axis=0)
        return np.concatenate((pairs[:, :2].reshape(-1, 1), chroma), axis=1).reshape(rows, columns, 3)
    if pixel.samples == 1:
        return flat.reshape(rows, columns)
    if header.planar:
        return np.ascontiguousarray(flat.reshape(3, rows, columns).transpose(1, 2, 0))
    return flat.reshape(rows, columns, 3)
