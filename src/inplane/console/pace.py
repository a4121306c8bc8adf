"""When a session's next turn is due."""

from typing import Protocol


class Pace(Protocol):
    """Asked by the engine, in its thread alone."""

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next turn is due; 0 where it is due now."""
        ...

    def turned(self, now_s: float) -> None:
        """A turn begins now."""
        ...

    def resume(self, now_s: float) -> None:
        """Goes on from now, without making up for lost time."""
        ...


class SteadyPace:
    """So many turns a second, never more; a late turn is not made up for.

    Args:
        rate_hz: turns a second.
    """

    def __init__(self, rate_hz: float) -> None:
        self._step_s = 1 / rate_hz
        self._due_s = 0.0

    def wait_s(self, now_s: float) -> float:
        """Seconds until the next turn is due."""
        return max(self._due_s - now_s, 0.0)

    def turned(self, now_s: float) -> None:
        """A turn begins now."""
        self._due_s = max(self._due_s + self._step_s, now_s)

    def resume(self, now_s: float) -> None:
        """The next turn is due at once."""
        self._due_s = now_s
