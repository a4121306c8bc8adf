"""Pictures of a real source at their time: a recording at its own time stamps, a scanner as its pictures come.

Both stand between the source and the loop, and tell the engine when a turn is due. Neither ever raises: a source that
breaks has ended, with a reason.
"""

import time
from collections.abc import Callable
from typing import Protocol

from inplane.console.pace import Pace
from inplane.core import Control, Frame, InplaneError
from inplane.stream.source import FrameSource

POLL_S = 0.004
"""Between two looks for a live picture. chosen: adds 2 ms to its age, at 250 looks a second of a few microseconds."""
GAP_S = 1.0
"""A longer pause between two pictures of a recording is played as this one. chosen: nobody waits at a still screen."""
CATCH_UP_S = 0.05
"""Reading on to catch up may take so long a turn. chosen: at least twenty turns a second remain on a slow machine."""
SLOW_SAID_S = 2.0
"""How long "slower than recorded" stays said. chosen: long enough to be read."""
STILL = Control()


class Feed(Pace, Protocol):
    """What a session on a real source needs of it."""

    @property
    def ended(self) -> bool:
        """Whether no picture comes any more."""
        ...

    @property
    def problem(self) -> str:
        """Why it ended before it should have; "" where it did not."""
        ...

    @property
    def given(self) -> int:
        """Pictures that had their turn so far, those left out among them."""
        ...

    @property
    def skipped(self) -> int:
        """Pictures of a recording that were left out to keep up with its time."""
        ...

    @property
    def slow(self) -> bool:
        """Whether a recording is played slower than it was made."""
        ...

    @property
    def arrived_s(self) -> float | None:
        """When the last picture that was given had arrived, by the feed's clock; None of a recording."""
        ...

    def next(self, control: Control) -> Frame | None:
        """The picture whose turn it is; None at the end."""
        ...


class _Reading:
    """Reads a source and keeps why it ended."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source
        self.ended, self.problem = False, ""

    def read(self) -> Frame | None:
        """The source's next picture."""
        if self.ended:
            return None
        try:
            frame = self._source.next(STILL)
        except InplaneError as error:
            frame, self.problem = None, str(error)
        if frame is None:
            self.ended = True
            self.problem = self.problem or self._source.problem or ""
        return frame


class PlayedFeed:
    """A recording at its own time stamps: never faster, and where the machine is late, the newest that is due wins.

    Args:
        source: the recording.
        clock: seconds, monotonic.
    """

    def __init__(self, source: FrameSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._reading, self._clock = _Reading(source), clock
        self._ahead: Frame | None = None
        self._ahead_due_s = 0.0
        self._last: Frame | None = None
        self._last_due_s: float | None = None
        self._slow_until_s = float("-inf")
        self.given = self.skipped = 0
        self.arrived_s: float | None = None

    @property
    def slow(self) -> bool:
        """Whether it is played slower than it was made, or was a moment ago."""
        return self._clock() < self._slow_until_s

    @property
    def ended(self) -> bool:
        """Whether the last picture was given."""
        return self._reading.ended and self._ahead is None

    @property
    def problem(self) -> str:
        """Why it ended before it should have."""
        return self._reading.problem

    def wait_s(self, now_s: float) -> float:
        """Until the next picture's time; it is read by then. 0 at the end, which the next turn finds."""
        self._look_ahead(now_s)
        return 0.0 if self._ahead is None else max(self._ahead_due_s - now_s, 0.0)

    def turned(self, now_s: float) -> None:
        """Nothing: pictures carry their time."""

    def resume(self, now_s: float) -> None:
        """The next picture is due at once."""
        self._ahead_due_s = now_s
        self._last_due_s = None

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002  a recording takes note of no control
        """The newest picture that is due; those that it overtakes are counted."""
        begun_s = self._clock()
        self._look_ahead(begun_s)
        frame = self._take()
        while frame is not None:
            self._look_ahead(begun_s)
            if self._ahead is None or self._ahead_due_s > begun_s:
                break
            if self._clock() - begun_s > CATCH_UP_S:
                self._ahead_due_s = self._last_due_s = self._clock()
                self._slow_until_s = self._ahead_due_s + SLOW_SAID_S
                break
            frame = self._take()
            self.skipped += 1
        return frame

    def _take(self) -> Frame | None:
        """The picture ahead, which is given now."""
        frame, self._ahead = self._ahead, None
        if frame is not None:
            self._last, self._last_due_s = frame, self._ahead_due_s
            self.given += 1
        return frame

    def _look_ahead(self, now_s: float) -> None:
        """Reads the picture after the last, and works out when it is due."""
        if self._ahead is not None:
            return
        self._ahead = self._reading.read()
        if self._ahead is None:
            return
        if self._last is None or self._last_due_s is None:
            self._ahead_due_s = now_s
        else:
            step_s = self._ahead.time_s - self._last.time_s
            self._ahead_due_s = self._last_due_s + min(max(step_s, 0.0), GAP_S)


class LiveFeed:
    """Pictures as they come: the newest wins, and nobody waits for one.

    Args:
        source: the scanner.
        clock: seconds, monotonic.
    """

    def __init__(self, source: FrameSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source, self._reading, self._clock = source, _Reading(source), clock
        self.arrived_s: float | None = None
        self.given, self.skipped, self.slow = 0, 0, False

    @property
    def ended(self) -> bool:
        """Whether the scanner is gone for good."""
        return self._reading.ended

    @property
    def problem(self) -> str:
        """Why it is gone."""
        return self._reading.problem

    def wait_s(self, now_s: float) -> float:  # noqa: ARG002  a scanner has its own time
        """0 where a picture is there."""
        return 0.0 if self._source.wait(0) else POLL_S

    def turned(self, now_s: float) -> None:
        """Nothing: pictures come when they come."""

    def resume(self, now_s: float) -> None:
        """Nothing: the newest picture is shown next."""

    def next(self, control: Control) -> Frame | None:  # noqa: ARG002  a scanner takes note of no control
        """The newest picture."""
        age_s = self._source.status().age_s or 0.0
        begun_s = self._clock()
        frame = self._reading.read()
        if frame is not None:
            self.arrived_s = begun_s - age_s
            self.given += 1
        return frame
