"""A file of pictures as a source: the first ones tell the layout, and none of them is lost."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core import Control, FormatError, Frame, InplaneError
from inplane.stream.files.media import MediaInfo, Picture, Reader
from inplane.stream.frame_maker import FrameMaker, has_color, upright
from inplane.stream.screen.layout import Layout
from inplane.stream.source import SourceInfo, StreamStatus
from inplane.world import Truth

__all__ = ["FileSource", "FrameMaker", "SourceClock"]

LOOKED_AT = 16
"""Pictures that are looked at for the layout."""
LOOKED_AT_BYTES = 1 << 27
"""What they may take in memory together. chosen: 128 MiB, sixteen pictures of 2400 x 1200 in colour."""
NOMINAL_HZ = 30.0
"""Rate of a source that tells none. chosen: what most screens show."""
LONGEST_GAP_S = 3600.0
"""A step of the time stamps from which they are not believed. chosen: no recording pauses for an hour."""
MISSING_SHARE = 0.02
"""Share of the pictures told that may be missing. chosen: some writers count one more than they write."""
LOOP_PAUSE_S = 1.0
"""Time between the end and the next beginning of a looped file. chosen: trackers let go of what they followed."""

Finder: TypeAlias = Callable[[Sequence[NDArray[np.uint8]], MediaInfo], Layout]


class SourceClock:
    """Time of each picture since the first, always growing, from whatever stamps there are.

    Args:
        rate_hz: of pictures without a stamp; None where nothing is known.
    """

    def __init__(self, rate_hz: float | None) -> None:
        self._step_s = 1 / rate_hz if rate_hz and 0.01 <= rate_hz <= 10_000 else 1 / NOMINAL_HZ
        self._told = rate_hz is not None
        self._last_s: float | None = None
        self._stamp_s: float | None = None
        self._noted: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What was odd about the stamps."""
        return tuple(self._noted)

    def at(self, stamp_s: float | None) -> float:
        """Time of the next picture, s."""
        before, self._stamp_s = self._stamp_s, stamp_s if stamp_s is not None and isfinite(stamp_s) else None
        if self._last_s is None:
            self._last_s = 0.0
        elif self._stamp_s is None or before is None:
            if self._stamp_s is None:
                rate = "the rate that the source states" if self._told else f"{NOMINAL_HZ:g} a second"
                self._noted[f"Pictures without a time stamp are taken to come at {rate}."] = None
            self._last_s += self._step_s
        elif not 0 < self._stamp_s - before < LONGEST_GAP_S:
            self._noted["Time stamps do not always grow; where they do not, the rate tells the time."] = None
            self._last_s += self._step_s
        else:
            self._last_s += self._stamp_s - before
        return self._last_s

    def begin_again(self) -> None:
        """The same pictures come once more."""
        self._stamp_s = None
        if self._last_s is not None:
            self._last_s += LOOP_PAUSE_S - self._step_s


class FileSource:
    """Frames of a file or of a folder of stills.

    Args:
        reader: the open file; it is closed with the source.
        name: as a user reads it.
        loop: begin again at the end, for ever.
        find: finds the layout; `screen.find.find_layout` if None.

    Raises:
        FormatError: it holds no picture that can be used.
    """

    def __init__(self, reader: Reader, *, name: str, loop: bool = False, find: Finder | None = None) -> None:
        self._reader, self._name, self._loop, self._find = reader, name, loop, find
        self._pictures: Iterator[Picture] = reader.pictures()
        self._waiting: deque[Picture] = deque()
        self._clock = SourceClock(reader.info.rate_hz)
        self._count = self._since_begun = 0
        self._ended = self._broken = False
        self._problem: str | None = None
        self._keep_color = False
        self._notes: dict[str, None] = dict.fromkeys(reader.info.notes)
        first = self._pull()
        if first is None:
            reader.close()
            raise FormatError(self._problem or f"'{name}' holds no picture. Expected at least one.")
        try:
            self._maker = self._lay(first)
        except InplaneError:
            reader.close()
            raise

    @property
    def info(self) -> SourceInfo:
        """What is known so far; notes may be added while it is read."""
        told, geometry = self._reader.info, self._maker.geometry
        return SourceInfo(
            name=self._name,
            simulated=False,
            calibration=self._maker.calibration,
            procedure_id=None,
            side=None,
            probe_name=told.maker or "not told",
            n_lines=geometry.n_lines,
            n_samples=geometry.n_samples,
            width_mm=geometry.width_mm,
            frame_rate_hz=told.rate_hz or NOMINAL_HZ,
            frames=told.frames,
            format=told.format,
            orientation=told.orientation,
            notes=(*self._notes, *self._clock.notes),
        )

    @property
    def layout(self) -> Layout:
        """Where the picture lies on the screen now."""
        return self._maker.layout

    @property
    def problem(self) -> str | None:
        """Why the pictures ended before they should have."""
        return self._problem

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002  a file takes note of no control
        """The next frame; None at the end, and `problem` then says whether it came too early."""
        picture = self._waiting.popleft() if self._waiting else self._pull()
        if picture is None:
            self._count_up()
        if picture is None and self._loop and self._since_begun:
            self._begin_again()
            picture = self._pull()
        if picture is None:
            self._ended = True
            return None
        turned, _ = upright(picture, self._reader.info)
        if not self._maker.fits(turned):
            rows, columns = turned.pixels.shape[:2]
            self._notes[f"From frame {self._count} on the pictures are {columns} x {rows}: looked at anew."] = None
            try:
                self._maker = self._lay(picture)
            except InplaneError as error:
                self._fail(error)
                self._loop, self._ended = False, True
                return None
            turned, _ = upright(self._waiting.popleft(), self._reader.info)
        frame = self._maker.frame(turned, self._count, self._clock.at(turned.time_s), keep_color=self._keep_color)
        self._count += 1
        self._since_begun += 1
        return frame

    def truth(self, sequence: int) -> Truth | None:  # noqa: ARG002  nobody knows what a real picture shows
        """None: what a real picture shows is not known."""
        return None

    def wait(self, timeout_s: float) -> bool:  # noqa: ARG002  a file never makes anybody wait
        """True: a file answers at once."""
        return True

    def status(self) -> StreamStatus:
        """How it fares now."""
        text = self._problem or ("The end of the file." if self._ended else f"Reading '{self._name}'.")
        return StreamStatus(
            connected=not self._ended,
            age_s=None,
            latency_s=None,
            received=self._count,
            dropped=0,
            corrupt=0 if self._problem is None else 1,
            stale=False,
            text=text,
        )

    def close(self) -> None:
        """Lets go of the file."""
        self._ended = True
        self._waiting.clear()
        self._reader.close()

    def _pull(self) -> Picture | None:
        """The next picture as it is stored; None at the end or where the rest cannot be read."""
        if self._broken:
            return None
        try:
            return next(self._pictures, None)
        except (InplaneError, OSError) as error:
            self._fail(error)
            return None

    def _fail(self, error: Exception) -> None:
        told = f"'{self._name}': {error.strerror or error}." if isinstance(error, OSError) else str(error)
        self._problem, self._broken = self._problem or told, True

    def _count_up(self) -> None:
        """At the end: whether as many pictures came as the file had told."""
        told, came = self._reader.info.frames or 0, self._since_begun
        if self._broken or came >= told:
            return
        if told - came > max(1.0, MISSING_SHARE * told):
            self._fail(FormatError(f"'{self._name}' ends after {came} of {told} pictures: cut short?"))
        else:
            self._notes[f"The file tells {told} pictures and holds {came}."] = None

    def _begin_again(self) -> None:
        """From the first picture; a file whose rest cannot be read is looped as far as it can."""
        self._pictures, self._since_begun, self._broken = self._reader.pictures(), 0, False
        self._clock.begin_again()

    def _lay(self, first: Picture) -> FrameMaker:
        """The maker for pictures of this size, from this and the next ones, which wait to be given out.

        Raises:
            FormatError: no usable part was found.
        """
        shape, size = first.pixels.shape, first.pixels.nbytes
        looked = [first, *self._waiting]
        while len(looked) < LOOKED_AT and (len(looked) + 1) * size <= LOOKED_AT_BYTES:
            more = self._pull()
            if more is None:
                break
            looked.append(more)
        self._waiting = deque(looked)
        same = [picture for picture in looked if picture.pixels.shape == shape]
        told = self._told_of(shape)
        turned = [upright(picture, told) for picture in same]
        pictures, info = [picture.pixels for picture, _ in turned], turned[0][1]
        maker = FrameMaker(info, (self._find or _find_layout())(pictures, info))
        box = maker.layout
        parts = [pixels[box.y0 : box.y1, box.x0 : box.x1] for pixels in pictures if pixels.ndim == 3]
        self._keep_color = any(has_color(np.ascontiguousarray(part)) for part in parts)
        self._notes.update(dict.fromkeys(maker.notes))
        return maker

    def _told_of(self, shape: tuple[int, ...]) -> MediaInfo:
        """What the file says of pictures of this size: its parts and scale hold for the size that it states only."""
        info = self._reader.info
        if shape[:2] == (info.rows, info.columns):
            return info
        return replace(info, rows=shape[0], columns=shape[1], regions=(), pixel_mm=None, field=None)


def _find_layout() -> Finder:
    from inplane.stream.screen.find import find_layout

    return find_layout
