"""Sequences with transforms, time stamps and validity: read without their pixels, and written so that nothing is lost.

`.igs.mha` and `.igs.nrrd` are what PLUS and 3D Slicer exchange. What is written here reads back as the same pixels,
matrices and times to the bit, by this package and by those.
"""

import gzip
import re
import shutil
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from inplane.core import FormatError, InputError
from inplane.store import atomic_file
from inplane.store.files import translate_os_errors
from inplane.stream.files.frame_fields import IMAGE_STATUS, PREFIX, Moment, told_of
from inplane.stream.files.header import MAX_LINE_BYTES, open_header
from inplane.stream.files.media import MAX_FRAMES, MediaInfo, Picture
from inplane.stream.files.metaimage import is_metaimage, read_metaimage
from inplane.stream.files.nrrd import is_nrrd, read_nrrd

ENDINGS = (".mha", ".nrrd")
_NAME = re.compile(r"[^\s=:]+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageSequence:
    """What a sequence file says, pixels apart; there may be none.

    Args:
        format: of the file, in words.
        columns, rows: of its pictures; 0 or 1 where it has only poses.
        orientation: PLUS code; "" where unsaid.
        moments: what is said of each frame in turn; empty ones where the file skips a number.
    """

    format: str
    columns: int
    rows: int
    orientation: str
    moments: tuple[Moment, ...]

    @property
    def has_pictures(self) -> bool:
        """Whether there are pixels to be read."""
        return self.columns * self.rows > 1 and bool(self.moments)


def read_sequence(path: Path) -> ImageSequence:
    """What a MetaImage or NRRD file says of its frames: of a tracker alone as well as of pictures.

    Raises:
        FormatError: neither kind of file, or damaged.
        ResourceError: it may not be read.
    """
    with open_header(path) as file:
        head = file.read(512)
    if not (is_metaimage(path, head) or is_nrrd(path, head)):
        raise FormatError(f"'{path.name}' is neither MetaImage nor NRRD. Expected a sequence.")
    stored = read_nrrd(path) if is_nrrd(path, head) else read_metaimage(path)
    if stored.frames > MAX_FRAMES:
        raise FormatError(f"'{path.name}' says {stored.frames} frames. Expected at most {MAX_FRAMES}.")
    return ImageSequence(
        format=stored.format,
        columns=stored.columns,
        rows=stored.rows,
        orientation=stored.orientation,
        moments=tuple(stored.moment(frame) for frame in range(stored.frames)),
    )


def write_sequence(path: Path, pictures: Iterable[Picture], info: MediaInfo, *, compress: bool = True) -> int:
    """Writes pictures with all that was told of them; the number of them. The file is whole, or not there.

    Args:
        path: `....mha` or `....nrrd`; what is there already is replaced.
        pictures: of one size, all grey or all RGB.
        info: of their reader; its orientation and size of a pixel are kept.
        compress: by zlib (MetaImage) or gzip (NRRD).

    Raises:
        InputError: another ending, no pictures, pictures of several sizes, or fields that the format cannot hold.
        ResourceError: the disk is full or the place cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise InputError(f"'{path.name}' ends with {path.suffix!r}. Expected {' or '.join(ENDINGS)}.")
    nrrd = path.suffix.lower() == ".nrrd"
    lines: list[str] = []
    shape: tuple[int, ...] | None = None
    with translate_os_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent) as pixels:
            packer = _packer(pixels, nrrd=nrrd, compress=compress)
            count = 0
            for picture in pictures:
                shape = shape or picture.pixels.shape
                if picture.pixels.shape != shape:
                    raise InputError(
                        f"Picture {count} has shape {picture.pixels.shape}. Expected {shape}, as the first."
                    )
                lines += _frame_lines(count, picture, nrrd=nrrd)
                packer.write(picture.pixels.tobytes())
                count += 1
            packer.close()
            if shape is None:
                raise InputError(f"No pictures for '{path.name}'. Expected one or more.")
            size = pixels.tell()
            pixels.seek(0)
            head = _nrrd_head if nrrd else _mha_head
            with atomic_file(path) as file:
                for line in head((count, *shape), info, lines, size if compress else 0):
                    file.write(line.encode() + b"\n")
                shutil.copyfileobj(pixels, file, 1 << 20)
    return count


def _frame_lines(number: int, picture: Picture, *, nrrd: bool) -> Iterator[str]:
    """Header lines of one frame.

    Raises:
        InputError: a name or a value that would not come back.
    """
    moment = Moment(
        time_s=picture.time_s, valid=picture.valid, transforms=picture.transforms, fields=dict(picture.fields)
    )
    for name, value in told_of(moment, IMAGE_STATUS[nrrd]):
        line = f"{PREFIX}{number:04d}_{name}{':=' if nrrd else ' = '}{value}"
        plain = _NAME.fullmatch(name) and value == value.strip() and len(line.splitlines()) == 1 and "\0" not in line
        if not plain or len(line.encode(errors="replace")) > MAX_LINE_BYTES - 2 or not _is_text(line):
            said = f"{value[:60]!r}{'...' if len(value) > 60 else ''}"
            raise InputError(f"Field {name!r} of picture {number} is {said}. Expected a name and one line of text.")
        yield line


def _is_text(line: str) -> bool:
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True


def _mha_head(shape: tuple[int, ...], info: MediaInfo, frames: list[str], packed: int) -> Iterator[str]:
    count, rows, columns = shape[:3]
    x, y = info.pixel_mm or (1.0, 1.0)
    yield "ObjectType = Image"
    yield "NDims = 3"
    yield "AnatomicalOrientation = RAI"
    yield "BinaryData = True"
    yield "BinaryDataByteOrderMSB = False"
    yield "CenterOfRotation = 0 0 0"
    yield f"CompressedData = {bool(packed)}"
    if packed:
        yield f"CompressedDataSize = {packed}"
    yield f"DimSize = {columns} {rows} {count}"
    yield "Kinds = domain domain list"
    yield f"ElementNumberOfChannels = {3 if len(shape) == 4 else 1}"
    yield f"ElementSpacing = {x!r} {y!r} 1"
    yield "ElementType = MET_UCHAR"
    yield "Offset = 0 0 0"
    yield "TransformMatrix = 1 0 0 0 1 0 0 0 1"
    yield f"UltrasoundImageOrientation = {info.orientation or 'XX'}"
    yield f"UltrasoundImageType = {'RGB_COLOR' if len(shape) == 4 else 'BRIGHTNESS'}"
    yield from frames
    yield "ElementDataFile = LOCAL"


def _nrrd_head(shape: tuple[int, ...], info: MediaInfo, frames: list[str], packed: int) -> Iterator[str]:
    count, rows, columns = shape[:3]
    x, y = info.pixel_mm or (1.0, 1.0)
    color = len(shape) == 4
    yield "NRRD0004"
    yield f"dimension: {4 if color else 3}"
    yield "type: uint8"
    yield f"encoding: {'gzip' if packed else 'raw'}"
    yield "endian: little"
    yield f"kinds: {'vector ' if color else ''}domain domain list"
    yield f"sizes: {'3 ' if color else ''}{columns} {rows} {count}"
    yield "space dimension: 2"
    yield f"space directions: {'none ' if color else ''}({x!r},0) (0,{y!r}) none"
    yield "space origin: (0,0)"
    yield f"ultrasound image orientation:={info.orientation or 'XX'}"
    yield f"ultrasound image type:={'RGB_COLOR' if color else 'BRIGHTNESS'}"
    yield from frames
    yield ""


class _Packer(Protocol):
    def write(self, data: bytes, /) -> object: ...

    def close(self) -> None: ...


def _packer(file: IO[bytes], *, nrrd: bool, compress: bool) -> _Packer:
    """Where pixels are written to; closing it leaves the file open."""
    if not compress:
        return _Plain(file)
    return gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) if nrrd else _Deflated(file)


class _Plain:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, data: bytes, /) -> object:
        return self._file.write(data)

    def close(self) -> None:
        self._file.flush()


class _Deflated(_Plain):
    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._zip = zlib.compressobj(6)

    def write(self, data: bytes, /) -> object:
        return super().write(self._zip.compress(data))

    def close(self) -> None:
        super().write(self._zip.flush())
        super().close()
