"""How a real source fares, looked at often enough that a stale input is said in time."""

from dataclasses import dataclass
from typing import Literal

from inplane.console.messages import Stream
from inplane.console.session import Session

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
        self._last: Stream | None = None

    def begin(self, session: Session) -> None:
        """Another session: looked at only where it has a real source."""
        self.on, self._live = session.info.kind != "simulated", session.info.kind == "live"
        self.change, self._due_s, self._stale, self._last = None, 0.0, False, None

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
        stale = self._last is not None and self._last.status.stale
        if self._last is not None and stale != self._stale:
            name, text = ("input_stale", "Input stale: not live.") if stale else ("input_live", "Input live again.")
            self.change = Change("source", name, text, self._last.status.text)
        self._stale = stale
        return self._last

    def ending(self) -> Change:
        """How the source ended, for the log."""
        if self._last is not None and self._last.problem:
            return Change("problem", "source", self._last.problem)
        return Change("source", "end", "The connection has ended." if self._live else "End of recording.")
