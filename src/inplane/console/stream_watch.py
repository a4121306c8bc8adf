"""How a real source fares, looked at often enough that a stale input is said in time."""

from dataclasses import dataclass
from typing import Literal

from inplane.console.messages import Stream
from inplane.console.session import Session

LIVE_AGAIN_S = 0.5
"""How long an input must be live before the log says so. chosen: a slow scanner fills no log."""
EVERY_S = 0.1
"""Between two looks: the page hears of its source ten times a second. chosen: twice as often as it must."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something about the source that the log says.

    Args:
        kind: of the event.
        name: its name, in the log and in the journal.
        text, detail: a sentence, and what the source says to it.
    """

    kind: Literal["source", "problem"]
    name: str
    text: str
    detail: str = ""


class StreamWatch:
    """Looks at a session's source now and then."""

    def __init__(self) -> None:
        self.on = False
        self.change: Change | None = None
        self._due_s = 0.0
        self._stale = self._live = False
        self._live_since_s: float | None = None
        self._last: Stream | None = None

    def begin(self, session: Session) -> None:
        """Another session: looked at only where it has a real source."""
        self.on, self._live = session.info.kind != "simulated", session.info.kind == "live"
        self.change, self._due_s, self._stale, self._last = None, 0.0, False, None
        self._live_since_s = None

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next look."""
        return max(self._due_s - now_s, 0.0)

    def due(self, now_s: float) -> bool:
        """Whether it is time to look."""
        return self.on and now_s >= self._due_s

    def look(self, session: Session, now_s: float) -> Stream | None:
        """The state now; `change` then tells whether the input became stale or live again."""
        self._due_s = now_s + EVERY_S
        self._last, self.change = session.stream(), None
        if self._last is not None:
            self._compare(self._last, now_s)
        return self._last

    def _compare(self, state: Stream, now_s: float) -> None:
        """Notes a change: stale at once, live again after a while."""
        if state.status.stale:
            self._live_since_s = None
            if not self._stale:
                self._stale = True
                self.change = Change("source", "input_stale", "Input stale: not live.", state.status.text)
        elif self._stale:
            self._live_since_s = now_s if self._live_since_s is None else self._live_since_s
            if now_s - self._live_since_s >= LIVE_AGAIN_S:
                self._stale = False
                self.change = Change("source", "input_live", "Input live again.", state.status.text)

    def ending(self) -> Change:
        """How the source ended, for the log."""
        if self._last is not None and self._last.problem:
            return Change("problem", "source", self._last.problem)
        return Change("source", "end", "The connection has ended." if self._live else "End of recording.")
