"""One compressed frame of a DICOM file to its samples as they are stored, without any change of color.

Streams are known by their first bytes, not by what the file says of them. Sizes and counts inside a stream are checked
against the file's tags before a decoder sees it. JPEG (baseline, extended, lossless) of 8 bits and JPEG 2000 go to
Pillow, which holds libjpeg-turbo and OpenJPEG; JPEG-LS goes to GDCM, which holds CharLS. Lossless JPEG of more bits is
not read: the one decoder here that knows it, GDCM's libjpeg, ends the program when a stream is damaged.

GDCM makes its C++ library visible to all that is loaded later. Loaded before NumPy it breaks Numba's compiler, so NumPy
comes first here, as in all of this package.
"""

import io
import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import JPEGLSNearLossless

from inplane.core import FormatError
from inplane.stream.files.dicom_rle import decode_rle
from inplane.stream.files.quiet import quiet

Samples: TypeAlias = NDArray[np.uint8 | np.uint16]
Coding: TypeAlias = Literal["JPEG", "lossless JPEG", "JPEG-LS", "JPEG 2000"]

MAX_SCANS = 64
"""Scans of a progressive JPEG. chosen: encoders write about ten; thousands are a way to make a decoder slow."""
MAX_TILES = 4096
"""Tiles of a JPEG 2000 picture. chosen: 64 by 64; scanners write one."""
SOF_CODINGS: dict[int, Coding] = {0xC0: "JPEG", 0xC1: "JPEG", 0xC2: "JPEG", 0xC3: "lossless JPEG", 0xF7: "JPEG-LS"}
"""Start-of-frame markers that are read (ITU-T T.81 table B.1, T.87)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What the head of a compressed stream says.

    Args:
        coding: how it is compressed.
        rows, columns, components, bits: of the picture.
        color: "ycc" or "rgb" where markers tell the components; "" where they do not.
    """

    coding: Coding
    rows: int
    columns: int
    components: int
    bits: int
    color: Literal["ycc", "rgb", ""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the tags say of every frame: rows, columns, samples a pixel, bits allocated."""

    rows: int
    columns: int
    samples: int
    bits: int


def decode(data: bytes, shape: Shape, *, rle: bool) -> Samples:
    """(rows, columns) or (rows, columns, 3) samples as stored.

    Args:
        data: one frame.
        shape: what the tags say.
        rle: whether the file's transfer syntax is RLE, which has no mark of its own.

    Raises:
        FormatError: the stream cannot be read, or is not what the tags say.
    """
    stream = head_of(data)
    if stream is None:
        if rle:
            return decode_rle(data, (shape.rows, shape.columns, shape.samples), shape.bits // 8)
        raise FormatError(
            f"Compressed frame begins with bytes {data[:4].hex() or 'of length zero'}. "
            "Expected JPEG, JPEG-LS or JPEG 2000."
        )
    if (stream.rows, stream.columns, stream.components) != (shape.rows, shape.columns, shape.samples):
        raise FormatError(
            f"{stream.coding} stream is {stream.columns} by {stream.rows} with {stream.components} component(s), the "
            f"tags say {shape.columns} by {shape.rows} with {shape.samples}. Expected the same."
        )
    if stream.bits > shape.bits:
        raise FormatError(f"{stream.coding} stream has {stream.bits} bits a sample. Expected at most {shape.bits}.")
    return _by_gdcm(data, stream) if stream.coding == "JPEG-LS" else _by_pillow(data, stream)


def head_of(data: bytes) -> Stream | None:
    """What the stream says of itself; None where it is none that has a head.

    Raises:
        FormatError: it begins as one, and goes on as none.
    """
    try:
        if data.startswith(b"\xff\xd8"):
            return _jpeg_head(data)
        if data.startswith(b"\x00\x00\x00\x0cjP"):
            begin = data.find(b"\xff\x4f\xff\x51")
            return _j2k_head(data[begin:]) if begin > 0 else None
        return _j2k_head(data) if data.startswith(b"\xff\x4f\xff\x51") else None
    except (struct.error, IndexError) as error:
        raise FormatError("Compressed frame ends within its head: it is truncated.") from error


def _jpeg_head(data: bytes) -> Stream:
    """Markers up to the first scan (ITU-T T.81 annex B); Adobe's and JFIF's application markers tell the color."""
    at, color = 2, ""
    adobe: int | None = None
    frame: tuple[int, bytes] | None = None
    while at < len(data):
        if data[at] != 0xFF:
            raise FormatError(f"JPEG stream is damaged at byte {at}: no marker where one is due.")
        marker = data[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD8:
            at += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if length < 2:
            raise FormatError(f"JPEG stream is damaged at byte {at}: a marker of length {length}.")
        if marker == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
        elif marker == 0xE0 and body.startswith(b"JFIF"):
            color = "ycc"
        elif marker == 0xF8:
            _check_preset(body)
        elif marker in SOF_CODINGS and frame is None:
            frame = (marker, body)
        elif marker in SOF_CODINGS or (0xC5 <= marker <= 0xCF and marker not in (0xC8, 0xCC)):
            raise FormatError(
                f"JPEG stream has a frame header {marker:02x} that is not read. Expected a single known one."
            )
        elif marker == 0xDA and frame is not None:
            return _sof(data, *frame, color if adobe is None else ("rgb", "ycc")[adobe == 1])
        elif marker in (0xDA, 0xD9):
            break
        at += 2 + length
    raise FormatError("JPEG stream has no frame header before a scan. Expected both.")


def _check_preset(body: bytes) -> None:
    """Raises for parameters that no JPEG-LS encoder writes (ITU-T T.87 C.2.4.1); tables and sizes are not read."""
    kind, top, *steps, reset = struct.unpack_from(">B5H", body)
    top = top or 0xFFFF  # zeros stand for what the standard gives
    grows = all(low <= high for low, high in pairwise([0, *steps, top]))
    if kind != 1 or not grows or not (reset == 0 or 3 <= reset <= max(255, top)):
        raise FormatError("JPEG-LS stream has parameters that make no sense. Expected thresholds that grow.")


def _sof(data: bytes, marker: int, body: bytes, color: str) -> Stream:
    bits, rows, columns, components = struct.unpack_from(">BHHB", body)
    ids = [body[6 + 3 * i] for i in range(components)]
    sampling = {body[7 + 3 * i] for i in range(components)}
    coding = SOF_CODINGS[marker]
    if components not in (1, 3) or not rows or not columns:
        raise FormatError(f"JPEG stream is {columns} by {rows}, {components} component(s). Expected 1 or 3, not empty.")
    if bits != 8 and (coding != "JPEG-LS" or not 2 <= bits <= 16):
        raise FormatError(f"{coding} stream has {bits} bits a sample. Expected 8.")
    if coding != "JPEG-LS" and data.count(b"\xff\xda") > MAX_SCANS:
        raise FormatError(f"JPEG stream has more than {MAX_SCANS} scans. Expected a single one, or a progressive few.")
    if ids == [ord("R"), ord("G"), ord("B")]:
        color = "rgb"
    if len(sampling) > 1:
        color = "ycc"  # only chroma is ever stored at half the resolution
    known: dict[str, Literal["ycc", "rgb", ""]] = {"rgb": "rgb", "ycc": "ycc"}
    return Stream(
        coding=coding, rows=rows, columns=columns, components=components, bits=bits, color=known.get(color, "")
    )


def _j2k_head(data: bytes) -> Stream:
    """SIZ and COD markers (ITU-T T.800 annex A.5.1, A.6.1); with a component transform the samples come out as RGB."""
    _, x1, y1, x0, y0, tile_x, tile_y, off_x, off_y, components = struct.unpack_from(">H8IH", data, 6)
    columns, rows, bits = x1 - x0, y1 - y0, (data[42] & 0x7F) + 1
    steps = [data[43 + 3 * i : 45 + 3 * i] for i in range(min(components, 3))]
    if components not in (1, 3) or rows <= 0 or columns <= 0 or bits > 16 or any(s != b"\x01\x01" for s in steps):
        raise FormatError(
            f"JPEG 2000 stream is {columns} by {rows}, {components} component(s) of {bits} bits. "
            "Expected 1 or 3 of at most 16, equally sampled."
        )
    if not tile_x or not tile_y or -(-(x1 - off_x) // tile_x) * -(-(y1 - off_y) // tile_y) > MAX_TILES:
        raise FormatError(f"JPEG 2000 stream has tiles of {tile_x} by {tile_y}. Expected at most {MAX_TILES} tiles.")
    cod = data.find(b"\xff\x52", 6)
    mixed = components == 3 and cod > 0 and data[cod + 8] == 1
    return Stream(
        coding="JPEG 2000",
        rows=rows,
        columns=columns,
        components=components,
        bits=bits,
        color="rgb" if mixed else "",
    )


def _by_pillow(data: bytes, stream: Stream) -> Samples:
    """Samples as stored: a JPEG is told by Adobe's marker that its components are not to be changed."""
    kind = "JPEG2000"
    if stream.coding != "JPEG 2000":
        kind, data = "JPEG", _unmarked(data)
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            found = cast(Samples, np.asarray(image))
    except Exception as error:  # a decoder's errors are of every kind
        raise FormatError(f"{stream.coding} stream cannot be decoded. Expected a whole one.") from error
    return checked(found if found.dtype.itemsize == 1 else found.astype(np.uint16), stream)


def _unmarked(data: bytes) -> bytes:
    """The stream with Adobe's marker for "no transform" first, and without those that say otherwise."""
    parts, at = [b"\xff\xd8", b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] not in (0xC0, 0xC1, 0xC2, 0xC3, 0xDA):
        if data[at + 1] == 0xFF:
            at += 1
            continue
        length = 2 + struct.unpack_from(">H", data, at + 2)[0]
        if data[at + 1] not in (0xE0, 0xE1, 0xEE):
            parts.append(data[at : at + length])
        at += length
    return b"".join([*parts, data[at:], b"\xff\xd9"])


def _by_gdcm(data: bytes, stream: Stream) -> Samples:
    syntax = JPEGLSNearLossless  # CharLS reads both kinds alike
    size = len(data) + len(data) % 2
    items = struct.pack("<HHIHHI", 0xFFFE, 0xE000, 0, 0xFFFE, 0xE000, size) + data.ljust(size, b"\0")
    options: dict[str, Any] = {
        "transfer_syntax_uid": syntax,
        "rows": stream.rows,
        "columns": stream.columns,
        "number_of_frames": 1,
        "samples_per_pixel": stream.components,
        "photometric_interpretation": "MONOCHROME2" if stream.components == 1 else "RGB",
        "planar_configuration": 0,
        "bits_allocated": 8 if stream.bits <= 8 else 16,
        "bits_stored": stream.bits,
        "pixel_representation": 0,
        "pixel_keyword": "PixelData",
    }
    whole = items + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    try:
        with quiet():
            found, _ = get_decoder(syntax).as_array(whole, index=0, raw=True, decoding_plugin="gdcm", **options)
    except Exception as error:  # a decoder's errors are of every kind
        raise FormatError(f"{stream.coding} stream cannot be decoded. Expected a whole one.") from error
    return checked(found.astype(np.uint8 if stream.bits <= 8 else np.uint16), stream)


def checked(found: Samples, stream: Stream) -> Samples:
    """The samples, if they have the size that the stream's head told.

    Raises:
        FormatError: they have not.
    """
    expected = (stream.rows, stream.columns) if stream.components == 1 else (stream.rows, stream.columns, 3)
    if found.shape != expected:
        raise FormatError(f"{stream.coding} stream was decoded to {found.shape}. Expected {expected}.")
    return found
