"""The stream of pictures within a video: found, sampled, and decoded from its first packet to its last."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np
from av.stream import Disposition
from numpy.typing import NDArray

from inplane.core import FormatError
from inplane.stream.files.media import MAX_FRAMES, MAX_SIDE

MOST_BROKEN = 500
"""Pictures in a row that may be undecodable before the rest is given up. chosen: twenty seconds."""
SAMPLES = 8
"""Pictures that are looked at in one place before the first is given. chosen: a third of a second."""
SAMPLED_BYTES = 32 << 20
"""What they may take together; of larger pictures fewer are looked at."""
NOT_SQUARE = 0.01
"""Pixels whose sides differ by more are made square. chosen: over 500 pixels that is five."""


class Walk:
    """Decoding from the first packet to the last, with a count of what went wrong."""

    def __init__(self, name: str, packets: int) -> None:
        self._name, self._expected = name, packets
        self._packets = self._broken = 0
        self.given = 0
        self.last_s: float | None = None

    def frames(self, container: Any, stream: Any) -> Iterator[tuple[Any, bool, int]]:
        """Each frame, whether it is doubtful, and how many were skipped before it.

        Raises:
            FormatError: the rest cannot be read.
        """
        doubtful = False
        for packet in self._demuxed(container, stream):
            try:
                frames = packet.decode()
            except (av.error.FFmpegError, ValueError):
                doubtful = True
                self._broken += 1
                if self._broken > MOST_BROKEN:
                    break
                continue
            for frame in frames:
                doubtful = bool(frame.is_corrupt) or (doubtful and not frame.key_frame)
                if self.given >= MAX_FRAMES:
                    raise FormatError(f"'{self._name}' has more than {MAX_FRAMES} pictures. Expected fewer.")
                yield frame, doubtful, self._broken
                self._broken = 0

    def _demuxed(self, container: Any, stream: Any) -> Iterator[Any]:
        try:
            for packet in container.demux(stream):
                self._packets += bool(packet.size)
                yield packet
        except (av.error.FFmpegError, ValueError) as error:
            raise FormatError(f"'{self._name}' cannot be read after picture {self.given}: {error}.") from error

    def require_whole(self) -> None:
        """Refuses an end that came too early.

        Raises:
            FormatError: so.
        """
        if self._packets < self._expected:
            raise FormatError(
                f"'{self._name}' is cut short: {self.given} of {self._expected} pictures could be read. Expected all."
            )
        if self._broken:
            raise FormatError(
                f"'{self._name}' cannot be decoded after picture {self.given}: its last {self._broken} are damaged."
            )


def stream_frames(told: int) -> int | None:
    """How many pictures there are where only the container's count tells; None where it tells none."""
    return told if 0 < told <= MAX_FRAMES else None


def expected_packets(path: Path, container: str, indexed: int, told: int) -> int:
    """How many packets a whole file gives; 0 where nobody can tell.

    MOV and MP4 list every one. AVI says a number that recorders often get wrong: it counts only where the file is
    shorter than its own first chunk. Other containers list some, or none.
    """
    if container == "mov":
        return indexed
    if container != "avi":
        return 0
    with path.open("rb") as file:
        said = int.from_bytes(file.read(8)[4:], "little") + 8
    return told if path.stat().st_size + 1 < said else 0


def video_stream(container: Any, name: str) -> tuple[Any, tuple[str, ...]]:
    """The stream with pictures, and notes on others.

    Raises:
        FormatError: there is none.
    """
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    streams = [s for s in streams if s.codec_context is not None]
    if not streams:
        kinds = sorted({stream.type for stream in container.streams}) or ["nothing"]
        raise FormatError(f"'{name}' holds no pictures, only {' and '.join(kinds)}. Expected a video.")
    notes = (f"The first of {len(streams)} video streams is read.",) if len(streams) > 1 else ()
    return streams[0], notes


def require_size(stream: Any, name: str) -> None:
    """Refuses pictures before any is decoded.

    Raises:
        FormatError: too small or too large, or nobody could find out.
    """
    columns, rows = stream.codec_context.width, stream.codec_context.height
    if not columns or not rows:
        raise undecodable(stream, name)
    if not (16 <= columns <= MAX_SIDE and 16 <= rows <= MAX_SIDE):
        raise FormatError(f"'{name}' has pictures of {columns} x {rows} pixels. Expected 16 to {MAX_SIDE} a side.")


def undecodable(stream: Any, name: str) -> FormatError:
    """What to say where no picture comes out."""
    return FormatError(f"'{name}' holds no picture that can be decoded ({codec_of(stream)}).")


def sample(container: Any, stream: Any, place: float) -> Iterator[Any]:
    """A few frames from a place in the video; none where it cannot be found or decoded."""
    try:
        if place:
            if not container.duration or container.duration < 0:
                return
            container.seek(int((container.start_time or 0) + place * container.duration))
        size = stream.codec_context.width * stream.codec_context.height * 3
        most = min(max(SAMPLED_BYTES // max(size, 1), 1), SAMPLES)
        found = 0
        for tried, packet in enumerate(container.demux(stream)):
            for frame in _decoded(packet):
                if not frame.is_corrupt and found < most:
                    found += 1
                    yield frame
            if found >= most or tried > MOST_BROKEN:
                return
    except (av.error.FFmpegError, ValueError):
        return


def _decoded(packet: Any) -> list[Any]:
    try:
        return packet.decode()
    except (av.error.FFmpegError, ValueError):
        return []


def codec_of(stream: Any) -> str:
    """The codec's name."""
    return str(stream.codec_context.codec.name)


def rate_of(stream: Any) -> float | None:
    """Pictures a second on average; None where unknown."""
    rate: Fraction | None = stream.average_rate or stream.guessed_rate
    return float(rate) if rate is not None and 0.01 <= rate <= 10_000 else None


def is_odd(aspect: Fraction | None) -> bool:
    """Whether pixels are not square, and plausibly so."""
    return aspect is not None and Fraction(1, 4) <= aspect <= 4 and abs(float(aspect) - 1) > NOT_SQUARE


def grow(times: list[int | None]) -> bool:
    """Whether time stamps are all there, each later than the one before."""
    known = [time for time in times if time is not None]
    return len(known) == len(times) and all(a < b for a, b in pairwise(known))


def steps(times: list[int]) -> tuple[str, ...]:
    """A note where the distances of time stamps vary by more than a fifth."""
    distances: NDArray[np.int64] = np.diff(np.array(times[:10_000], np.int64))
    distances = distances[distances > 0]
    if len(distances) < 2 or distances.max() <= 1.2 * distances.min():
        return ()
    return ("The frame rate varies; each picture has its own time stamp.",)
