"""Video files: MP4, MOV, AVI, MKV, WebM, MPEG and what else FFmpeg's demuxers know, through PyAV.

Only local files are opened, by the container that their first bytes name: a playlist, which may lead anywhere, is none.
A picture that the decoder could not make is skipped and counted; one that it patched up, or predicted from a patched
one, is marked as not to be used.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import av.container
import av.error

from inplane.core import FormatError, InputError, ResourceError
from inplane.stream.files.media import MAX_SIDE, MediaInfo, Picture
from inplane.stream.files.video_picture import look_at, picture_of
from inplane.stream.files.video_stream import (
    SAMPLES,
    Walk,
    codec_of,
    expected_packets,
    grow,
    is_odd,
    rate_of,
    require_size,
    sample,
    steps,
    stream_frames,
    undecodable,
    video_stream,
)

PLACES = (0.0, 0.5, 0.9)
"""Where in the video they are, as shares of its length: colour may come late."""
_OPTIONS = {"protocol_whitelist": "file", "max_pixels": str(MAX_SIDE * MAX_SIDE), "threads": "1"}
_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_STILL_BRANDS = (b"heic", b"heix", b"mif1", b"avif")
_TS = ((0, 188), (4, 192))
"""First packet and length of packets of transport streams, of cameras too."""
_STARTS = (
    (b"\x1aE\xdf\xa3", "matroska"),
    (b"0&\xb2u\x8ef\xcf\x11", "asf"),
    (b"\x00\x00\x01\xba", "mpeg"),
    (b"\x00\x00\x01\xb3", "mpegvideo"),
    (b"\x00\x00\x00\x01\x67", "h264"),
    (b"\x00\x00\x00\x01\x27", "h264"),
    (b"\x00\x00\x00\x01\x09", "h264"),
    (b"FLV\x01", "flv"),
    (b"OggS", "ogg"),
)


def is_video(path: Path, head: bytes) -> bool:  # noqa: ARG001  every kind is asked the same way
    """Whether a file's first bytes are those of a video."""
    return container_of(head) is not None


def container_of(head: bytes) -> str | None:
    """FFmpeg's name of the container that a file's first bytes (400 or more) show; None where it is none."""
    if head[4:8] in _BOXES and head[8:12] not in _STILL_BRANDS:
        return "mov"
    if head[:4] == b"RIFF" and head[8:12] in (b"AVI ", b"AVIX"):
        return "avi"
    if any(
        len(head) > at + 2 * step and {head[at], head[at + step], head[at + 2 * step]} == {0x47} for at, step in _TS
    ):
        return "mpegts"
    return next((name for start, name in _STARTS if head.startswith(start)), None)


class VideoReader:
    """Pictures of a video file.

    Args:
        path: a local file.

    Raises:
        InputError: there is no such file.
        FormatError: no video, only sound, no picture that can be decoded, absurd sizes; the text says which.
        ResourceError: it may not be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._format = _recognized(path)
        self._closed = False
        with self._open() as container:
            stream, notes = video_stream(container, path.name)
            require_size(stream, path.name)
            # What the index says is copied while the file is open: its entries are FFmpeg's own memory.
            listed = [entry.timestamp for entry in stream.index_entries if not entry.is_discard]
            hidden = len(stream.index_entries) - len(listed)
            self._packets = expected_packets(path, self._format, len(listed) + hidden, int(stream.frames))
            self._rate = rate_of(stream)
            frames = [frame for place in PLACES for frame in sample(container, stream, place)]
            if not frames:
                raise undecodable(stream, path.name)
            aspect = stream.sample_aspect_ratio
            words = f"video, {self._format}, {codec_of(stream)}, {stream.codec_context.pix_fmt or 'unknown pixels'}"
            tags = {key.lower().rsplit(".", 1)[-1]: value for key, value in container.metadata.items()}
            told = len(listed) if self._format == "mov" else stream_frames(int(stream.frames))
            self._times_grow = grow([frame.pts for frame in frames[:SAMPLES]])
        self._look, seen = look_at(frames, aspect if is_odd(aspect) else None)
        shape = picture_of(frames[0], self._look).shape
        if hidden:
            notes = (*notes, f"An edit list hides {hidden} of {len(listed) + hidden} stored pictures.")
        if not self._times_grow:
            notes = (*notes, "Its time stamps do not grow; times are counted from the frame rate.")
        self.info = MediaInfo(
            format=words,
            rows=shape[0],
            columns=shape[1],
            color=len(shape) == 3,
            frames=told,
            rate_hz=self._rate,
            maker=" ".join(tags[key] for key in ("make", "model") if key in tags),
            notes=(*notes, *seen, *steps(listed)),
        )

    def pictures(self) -> Iterator[Picture]:
        """Every picture from the first.

        Raises:
            FormatError: the rest cannot be read; what came before was good.
            ResourceError: the file is gone.
        """
        with self._open() as container:
            stream, _ = video_stream(container, self._path.name)
            stream.codec_context.thread_count = 2
            stream.thread_type = "SLICE"
            walk = Walk(self._path.name, self._packets)
            for frame, doubtful, skipped in walk.frames(container, stream):
                if self._closed:
                    return
                time_s = self._time(frame, walk.given, walk.last_s)
                walk.last_s = time_s
                fields = {"decoder": "patched up, or made from what was"} if doubtful else {}
                fields |= {"skipped before": str(skipped)} if skipped else {}
                pixels = picture_of(frame, self._look)
                if pixels.shape != self._shape:
                    raise FormatError(
                        f"'{self._path.name}' changes from {self._shape[1]} x {self._shape[0]} to {pixels.shape[1]} x "
                        f"{pixels.shape[0]} pixels at picture {walk.given}. Expected one size."
                    )
                walk.given += 1
                yield Picture(pixels=pixels, time_s=time_s, valid=not doubtful, fields=fields)
            walk.require_whole()

    def close(self) -> None:
        """Ends what is still being read; the file is open only while pictures are taken from it."""
        self._closed = True

    @property
    def _shape(self) -> tuple[int, ...]:
        plane = (self.info.rows, self.info.columns)
        return (*plane, 3) if self.info.color else plane

    def _time(self, frame: Any, given: int, last_s: float | None) -> float | None:
        """Seconds on the video's clock, always growing."""
        if self._times_grow and frame.time is not None and (last_s is None or frame.time > last_s):
            return float(frame.time)
        if self._rate is None:
            return None
        return given / self._rate if last_s is None else last_s + 1 / self._rate

    def _open(self) -> av.container.InputContainer:
        """The file, opened anew.

        Raises:
            FormatError: it cannot be followed.
            ResourceError: it may not be read.
        """
        try:
            return av.open(
                f"file:{self._path.absolute()}", format=self._format, options=_OPTIONS, metadata_errors="replace"
            )
        except (av.error.PermissionError, av.error.FileNotFoundError) as error:
            raise ResourceError(f"'{self._path}' cannot be read: {error.strerror}.") from error
        except (av.error.FFmpegError, ValueError) as error:
            said = "its index is missing, cut short?" if self._format == "mov" else "damaged or cut short"
            raise FormatError(f"'{self._path.name}' cannot be opened as {self._format}: {said} ({error}).") from error


def _recognized(path: Path) -> str:
    """FFmpeg's name of the container.

    Raises:
        InputError: there is no such file.
        FormatError: it is no video.
        ResourceError: it may not be read.
    """
    try:
        if not path.is_file():
            raise InputError(f"'{path}' is not a file on this machine. Expected a local video file.")
        with path.open("rb") as file:
            name = container_of(file.read(512))
    except (OSError, ValueError) as error:
        raise ResourceError(f"'{path}' cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if name is None:
        raise FormatError(f"'{path.name}' is no video that is known. Expected MP4, MOV, AVI, MKV, WebM, MPEG or WMV.")
    return name
