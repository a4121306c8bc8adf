"""Frames sent to whoever listens, as fast as they were taken."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from inplane.core import Control, Frame, TrackedTransform
from inplane.stream.igtl.plus import NOTES, messages_of, status_message
from inplane.stream.igtl.server import Server
from inplane.stream.igtl.text import SHUTDOWN
from inplane.stream.source import FrameSource

LONGEST_GAP_S = 2.0
"""Pause between two frames that is kept. chosen: a recording that paused for minutes need not be waited for."""
LATE_S = 0.25
"""Lateness from which the lost time is given up instead of being made up for. chosen: no burst of old pictures."""
LONGEST_NOTES = 1000
"""Letters of notes that go along with each frame. chosen: a few sentences."""
LOOK_S = 0.05
"""How often it is looked whether somebody has come, or whether to stop."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shot:
    """A frame, with what is tracked beside it.

    Args:
        frame: the picture.
        tracked, fields: see `messages_of`.
    """

    frame: Frame
    tracked: tuple[TrackedTransform, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


class Pace:
    """When each frame is due.

    Args:
        rate_hz: frames a second; by their own time stamps if None.
        clock: seconds, monotonic.
    """

    def __init__(self, rate_hz: float | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate_hz, self._clock = rate_hz, clock
        self._due_s: float | None = None
        self._before_s = 0.0

    def due_in(self, frame: Frame) -> float:
        """Seconds until a frame is due, 0 where it is now or was before; each frame is asked about once."""
        now_s = self._clock()
        step_s = frame.time_s - self._before_s if self._rate_hz is None else 1 / self._rate_hz
        self._before_s = frame.time_s
        due_s = now_s if self._due_s is None else self._due_s + min(max(step_s, 0.0), LONGEST_GAP_S)
        self._due_s = now_s if due_s < now_s - LATE_S else due_s
        return max(0.0, self._due_s - now_s)

    def begin_again(self) -> None:
        """The next frame is due at once."""
        self._due_s = None


class Sender:
    """Sends shots to the clients of a server, and tells who comes and goes.

    Args:
        server: listens already.
        tell: says a sentence to a person.
        pace: when each frame is due.
        until_s: monotonic time at which to stop; None for never.
    """

    def __init__(self, server: Server, *, tell: Callable[[str], None], pace: Pace, until_s: float | None) -> None:
        self._server, self._tell, self._pace, self._until_s = server, tell, pace, until_s
        self._known: frozenset[str] = frozenset()
        self.sent = 0

    def run(self, shots: Iterator[Shot], *, alone: bool) -> None:
        """Sends until there is nothing more, or the time is over.

        Args:
            shots: what to send; nothing is taken from it before its turn.
            alone: go on while nobody listens, as a scanner does; else the shots wait for somebody.
        """
        while self._wait(0.0) and (alone or self._somebody()):
            shot = next(shots, None)
            if shot is None:
                return
            if not self._wait(self._pace.due_in(shot.frame)):
                return
            told = messages_of(shot.frame, time_s=time.time(), tracked=shot.tracked, fields=shot.fields)
            for message in told:
                self._server.send(message)
            self.sent += 1

    def farewell(self, why: str) -> None:
        """Tells the clients that nothing more will come."""
        self._server.status = replace(self._server.status, code=SHUTDOWN, text=why)
        self._server.send(status_message(SHUTDOWN, why, time.time()))

    def _somebody(self) -> bool:
        """Waits for the first client; False where the time is over before."""
        if self._known:
            return True
        self._pace.begin_again()
        while not self._known:
            if not self._wait(LOOK_S):
                return False
        return True

    def _wait(self, seconds: float) -> bool:
        """Lets time pass and tells who came and went; False where the time is over."""
        end_s = time.monotonic() + seconds
        while True:
            self._greet()
            now_s = time.monotonic()
            if self._until_s is not None and now_s >= self._until_s:
                return False
            if now_s >= end_s:
                return True
            time.sleep(min(LOOK_S, end_s - now_s))

    def _greet(self) -> None:
        here = frozenset(client.name for client in self._server.clients)
        if here == self._known:
            return
        reasons = {client.name: client for client in self._server.closed}
        for name in sorted(here - self._known):
            self._tell(f"{name} has connected.")
        for name in sorted(self._known - here):
            gone = reasons.get(name)
            told = "" if gone is None else f" {gone.reason} {gone.sent} messages were sent, {gone.dropped} dropped."
            self._tell(f"{name} has gone.{told}")
        self._known = here


def shots_of(source: FrameSource) -> Iterator[Shot]:
    """Every frame of a source, with what is odd about it."""
    still = Control()
    while (frame := source.next(still)) is not None:
        notes = " ".join(source.info.notes)[:LONGEST_NOTES]
        yield Shot(frame=frame, fields={NOTES: notes} if notes else {})
