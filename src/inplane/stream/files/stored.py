"""What the header of a MetaImage or NRRD file says, once checked, and the bytes of its frames one at a time."""

import bz2
import gzip
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError, ResourceError
from inplane.stream.files.frame_fields import Moment
from inplane.stream.files.media import MAX_FRAMES, MAX_PICTURE_BYTES, MAX_SIDE

MAX_HEADER_BYTES = 32 << 20
"""Longest header that is read. chosen: 80000 frames with three transforms each."""
MAX_SAMPLES = 1 << 16
"""Samples that a line of RF data may have. chosen: 20 cm at 250 MHz."""
MAX_SHUFFLED_BYTES = 512 << 20
"""What all frames together may take where the file keeps them pixel by pixel, so that none can be had alone."""
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stored:
    """Pictures as a file keeps them.

    Args:
        format: of the file, in words.
        path: the file with the pixels, and `offset` where they begin in it.
        encoding: how they are packed.
        dtype: of one value, with its byte order.
        columns, rows, frames, channels: the column index grows fastest but for the channel.
        list_first: True where the frame index grows fastest of all (older 3D Slicer sequences).
        orientation: PLUS code, "" where unsaid.
        image_type: as PLUS names it ("BRIGHTNESS", "RF_REAL", ...), "" where unsaid.
        spacing: (x, y, z...) as the header has it; empty where it has none.
        fields: everything else that the header says.
        moments: by number of the frame, what it says of it.
        notes: what is odd.
    """

    format: str
    path: Path
    offset: int
    encoding: Literal["raw", "zlib", "gzip", "bzip2"]
    dtype: np.dtype[Any]
    columns: int
    rows: int
    frames: int
    channels: int = 1
    list_first: bool = False
    orientation: str = ""
    image_type: str = ""
    spacing: tuple[float, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    moments: Mapping[int, Moment] = field(default_factory=dict[int, Moment])
    notes: tuple[str, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """What one frame takes, unpacked."""
        return self.columns * self.rows * self.channels * self.dtype.itemsize

    @property
    def has_pictures(self) -> bool:
        """False for a file of poses alone: PLUS writes 0 x 0 or 1 x 1 pixels for those."""
        return self.columns * self.rows > 1 and self.frames > 0

    def moment(self, frame: int) -> Moment:
        """What the header says of a frame; nothing where it does not speak of it."""
        return self.moments.get(frame, _NOTHING)


_NOTHING = Moment()


def require_pictures(stored: Stored) -> None:
    """Refuses what holds no pictures, or larger ones than are read.

    Raises:
        FormatError: so.
    """
    if not stored.has_pictures:
        tracked = len(stored.moments)
        what = f"only what a tracker said at {tracked} moments" if tracked else "nothing else either"
        raise FormatError(
            f"'{stored.path.name}' holds no pictures ({stored.columns} x {stored.rows} pixels), {what}. "
            "Expected pictures; read_sequence() reads the poses."
        )
    rf = stored.image_type.startswith("RF")
    sides = sorted((stored.columns, stored.rows))
    if sides[1] > (MAX_SAMPLES if rf or "F" in stored.orientation[:1] else MAX_SIDE) or sides[0] > MAX_SIDE:
        raise FormatError(
            f"'{stored.path.name}' says {stored.columns} x {stored.rows} pixels. Expected at most {MAX_SIDE} a side."
        )
    if sides[0] < 16:
        raise FormatError(
            f"'{stored.path.name}' has {stored.columns} x {stored.rows} pixels. Expected 16 or more a side."
        )
    if stored.frames > MAX_FRAMES:
        raise FormatError(f"'{stored.path.name}' says {stored.frames} frames. Expected at most {MAX_FRAMES}.")
    if stored.frame_bytes > MAX_PICTURE_BYTES * 8:
        raise FormatError(f"'{stored.path.name}' has pictures of {stored.frame_bytes} bytes. Expected fewer.")


def read_frames(stored: Stored) -> Iterator[NDArray[Any]]:
    """Every frame as (rows, columns, channels) of the file's own type, one at a time.

    Raises:
        FormatError: the data end early, or cannot be unpacked; what came before was good.
        ResourceError: the file may not be read.
    """
    shape = (stored.rows, stored.columns, stored.channels)
    try:
        with stored.path.open("rb") as file:
            file.seek(stored.offset)
            stream = _unpacked(file, stored.encoding)
            if stored.list_first:
                yield from _shuffled(stream, stored, shape)
                return
            for frame in range(stored.frames):
                yield np.frombuffer(_exactly(stream, stored, frame), stored.dtype).reshape(shape)
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        raise FormatError(f"'{stored.path.name}' cannot be unpacked further: {error}.") from error
    except OSError as error:
        if error.errno is None:  # bz2 says so of bad data
            raise FormatError(f"'{stored.path.name}' cannot be unpacked further: {error}.") from error
        raise ResourceError(f"'{stored.path}' cannot be read: {error.strerror or error}.") from error


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def _exactly(stream: _Stream, stored: Stored, frame: int) -> bytearray:
    """The bytes of one frame; memory is asked for as they come, never for what the header claims.

    Raises:
        FormatError: the data end before it is whole.
    """
    data = bytearray()
    while len(data) < stored.frame_bytes:
        chunk = stream.read(min(_CHUNK, stored.frame_bytes - len(data)))
        if not chunk:
            raise FormatError(
                f"'{stored.path.name}' ends within frame {frame}: {len(data)} of {stored.frame_bytes} bytes, "
                f"{frame} of {stored.frames} frames are whole. Expected all of them."
            )
        data += chunk
    return data


def _shuffled(stream: _Stream, stored: Stored, shape: tuple[int, ...]) -> Iterator[NDArray[Any]]:
    """Frames that are kept pixel by pixel: all of them have to be had at once.

    Raises:
        FormatError: too large for that, or cut short.
    """
    size = stored.frame_bytes * stored.frames
    if size > MAX_SHUFFLED_BYTES:
        raise FormatError(
            f"'{stored.path.name}' keeps {stored.frames} frames pixel by pixel, {size} bytes together. "
            f"Expected at most {MAX_SHUFFLED_BYTES}, or a file with one frame after the other."
        )
    data = bytearray()
    while len(data) < size:
        chunk = stream.read(min(_CHUNK, size - len(data)))
        if not chunk:
            raise FormatError(f"'{stored.path.name}' ends after {len(data)} of {size} bytes. Expected all of them.")
        data += chunk
    frames = np.frombuffer(data, stored.dtype).reshape(*shape, stored.frames)
    for frame in range(stored.frames):
        yield np.ascontiguousarray(frames[..., frame])


def _unpacked(file: IO[bytes], encoding: str) -> _Stream:
    if encoding == "gzip":
        return gzip.GzipFile(fileobj=file)
    if encoding == "bzip2":
        return bz2.BZ2File(file)
    return _Inflated(file) if encoding == "zlib" else file


class _Inflated:
    """A zlib (or gzip) stream read as it comes, never more than was asked for; its end is its own, whatever a header
    says of its length.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._zip = file, zlib.decompressobj(wbits=47)  # 47: either header, at most 32 KiB of window

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end.

        Raises:
            zlib.error: not such a stream, or damaged.
        """
        while not self._zip.eof:
            packed = self._zip.unconsumed_tail or self._file.read(_CHUNK)
            if not packed:
                return b""
            data = self._zip.decompress(packed, size)
            if data:
                return data
        return b""
