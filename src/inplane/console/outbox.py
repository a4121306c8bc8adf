"""Where the engine puts what the page shall get."""

from typing import Any, Protocol

from inplane.console.messages import Tick


class Outbox(Protocol):
    """Called from the engine's thread; each call returns at once."""

    def frame(self, tick: Tick, picture: bytes) -> None:
        """A frame; the newest wins."""
        ...

    def message(self, message: Any) -> None:
        """An event or a state; never dropped while a page is connected."""
        ...

    def state(self, message: Any) -> None:
        """A state; the newest of its type wins."""
        ...
