"""Our own recordings, played as any other source of pictures is."""

from dataclasses import replace
from pathlib import Path

from inplane.core import Control, Frame, InplaneError
from inplane.stream.replay import RecordedSource
from inplane.stream.source import SourceInfo, StreamStatus
from inplane.world import Truth

LOOP_PAUSE_S = 1.0
"""Time between the end and the next beginning of a looped recording. chosen: trackers let go of what they followed."""


class PlayedSource:
    """A recording as a FrameSource.

    Args:
        path: a folder that `Recorder` wrote.
        loop: begin again at the end, for ever.

    Raises:
        InputError: there is no such folder.
        FormatError: it is not a recording, of another version, damaged, or without frames.
    """

    def __init__(self, path: Path, *, loop: bool = False) -> None:
        self._recorded, self._loop = RecordedSource(path), loop
        self._count, self._shift_s, self._last_s = 0, 0.0, 0.0
        self._ended = False
        self._problem = None if self._recorded.complete else "The recording was not finished: it ends too early."

    @property
    def info(self) -> SourceInfo:
        """What the recording tells of its source."""
        told = self._recorded.info
        return replace(
            told, live=False, frames=len(self._recorded), format=f"inplane recording of: {told.format or told.name}"
        )

    @property
    def problem(self) -> str | None:
        """Why the frames end before they should have, once they have ended."""
        return self._problem if self._ended else None

    @property
    def control(self) -> Control | None:
        """What the operator had done at the last frame."""
        return self._recorded.control

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002  a recording takes note of no control
        """The next frame; None at the end."""
        try:
            frame = self._recorded.next()
            if frame is None and self._loop and self._count:
                self._recorded.rewind()
                self._shift_s = self._last_s + LOOP_PAUSE_S
                frame = self._recorded.next()
        except InplaneError as error:
            self._problem, frame = str(error), None
        if frame is None:
            self._ended = True
            return None
        if self._shift_s:
            frame = replace(frame, sequence=self._count, time_s=frame.time_s + self._shift_s)
        self._count, self._last_s = self._count + 1, frame.time_s
        return frame

    def truth(self, sequence: int) -> Truth | None:
        """What a frame really shows; None where the recording does not tell."""
        return self._recorded.truth(sequence)

    def wait(self, timeout_s: float) -> bool:  # noqa: ARG002  a file never makes anybody wait
        """True: a file answers at once."""
        return True

    def status(self) -> StreamStatus:
        """How it fares now."""
        text = self.problem or ("The end of the recording." if self._ended else "Playing a recording.")
        return StreamStatus(
            connected=not self._ended,
            age_s=None,
            latency_s=None,
            received=self._count,
            dropped=0,
            corrupt=0,
            stale=False,
            text=text,
        )

    def close(self) -> None:
        """Lets go of the files."""
        self._ended = True
        self._recorded.close()
