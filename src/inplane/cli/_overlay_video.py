"""Overlays as a video with the source's own frame times."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.error import FFmpegError
from numpy.typing import NDArray

from inplane.core import ResourceError

PREFERRED = ("libvpx-vp9", {"deadline": "realtime", "cpu-used": "8", "crf": "28", "b": "0", "lag-in-frames": "0"})
"""VP9: browsers play it, its encoder is under a BSD licence; chosen: the fastest setting, which takes 4 ms a picture of
800 x 600, and a quality at which thin lines stay sharp."""
FALLBACK = ("mpeg4", {"qscale": "3"})
"""Of FFmpeg itself (LGPL), where a build lacks the other."""
TICKS = 60_000
"""Units of time a second. chosen: every usual rate divides it, and MPEG-4 takes no more than 65,535."""
MOST_PX = 2160
"""Largest height. chosen: the tallest of common screens."""


class OverlayVideo:
    """A video being written; the first picture gives its size.

    Args:
        path: an MP4 that does not exist yet.

    Raises:
        ResourceError: the place cannot be written, or this machine has no encoder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.codec = ""
        self._closed = False
        self._size: tuple[int, int] | None = None
        self._last = -1
        self._container: Any = av.open(str(path), "w", format="mp4")
        self._stream: Any = None

    def add(self, picture: NDArray[np.uint8], time_s: float) -> None:
        """One picture (height, width, 3) RGB at its time.

        Raises:
            ResourceError: it cannot be written.
        """
        if self._stream is None:
            self._stream = self._begin(picture)
        frame = av.VideoFrame.from_ndarray(self._fitted(picture), format="rgb24")
        self._last = max(self._last + 1, round(time_s * TICKS))
        frame.pts, frame.time_base = self._last, Fraction(1, TICKS)
        self._mux(self._stream, frame)

    def close(self) -> None:
        """Ends the video; without a picture nothing is left. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._stream is not None:
                self._mux(self._stream, None)
        finally:
            stream, self._stream = self._stream, None
            self._container.close()
        if stream is None:
            self.path.unlink(missing_ok=True)

    def _mux(self, stream: Any, frame: av.VideoFrame | None) -> None:
        try:
            for packet in stream.encode(frame):
                self._container.mux(packet)
        except (FFmpegError, OSError) as error:
            raise ResourceError(f"Cannot write '{self.path}': {error.strerror or error}.") from error

    def _begin(self, picture: NDArray[np.uint8]) -> Any:
        """The stream, with the first encoder that this machine has.

        Raises:
            ResourceError: it has none.
        """
        height, width = picture.shape[0] + picture.shape[0] % 2, picture.shape[1] + picture.shape[1] % 2
        self._size = (width, height)
        for codec, options in (PREFERRED, FALLBACK):
            try:
                stream = self._container.add_stream(codec, rate=30, options=options)
            except (ValueError, FFmpegError):
                continue
            self.codec = codec
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.time_base = Fraction(1, TICKS)
            stream.codec_context.thread_count = 1
            return stream
        raise ResourceError("This build of PyAV can encode neither VP9 nor MPEG-4. Expected one of them.")

    def _fitted(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The picture in the video's size: as it is, or shrunk or widened with black where the source changed."""
        width, height = self._size or (picture.shape[1], picture.shape[0])
        rows, columns = picture.shape[:2]
        if rows > height or columns > width:
            scale = min(width / columns, height / rows)
            columns, rows = max(1, int(columns * scale)), max(1, int(rows * scale))
            picture = np.asarray(cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)
        if (rows, columns) == (height, width):
            return np.ascontiguousarray(picture)
        fitted = np.zeros((height, width, 3), np.uint8)
        fitted[:rows, :columns] = picture
        return fitted


def width_for(width_px: int, width_mm: float, depth_mm: float) -> int:
    """The width of an overlay that is at most `width_px` wide and MOST_PX high, in this picture's proportions."""
    return max(64, min(width_px, int(MOST_PX * width_mm / depth_mm)))
