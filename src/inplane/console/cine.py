"""The last frames, kept so that a frozen picture can be stepped through."""

from collections import deque
from dataclasses import dataclass, field

from inplane.console.messages import Tick

CINE_FRAMES = 300
"""Frames kept: ten seconds, 30 MB (chosen: as long as truth is kept for the teacher's layer)."""
CINE_BYTES = 192 * 1024 * 1024
"""Memory that large pictures may take; fewer are kept then. chosen: 100 pictures in colour as large as a page gets."""


@dataclass(slots=True)
class CineRing:
    """Ticks with their encoded pictures, oldest first, and which of them is shown.

    Args:
        back: frames from the newest to the one shown; 0 while live.
        held_bytes: of the pictures that are kept.
    """

    kept: deque[tuple[Tick, bytes]] = field(default_factory=deque[tuple[Tick, bytes]])
    back: int = 0
    held_bytes: int = 0

    def add(self, tick: Tick, picture: bytes) -> None:
        """The newest, which is shown now."""
        self.kept.append((tick, picture))
        self.held_bytes += len(picture)
        while len(self.kept) > CINE_FRAMES or (self.held_bytes > CINE_BYTES and len(self.kept) > 1):
            self.held_bytes -= len(self.kept.popleft()[1])
        self.back = 0

    def show(self, back: int) -> tuple[Tick, bytes] | None:
        """The frame so far back from the newest, or the oldest; None where there is none at all."""
        if not self.kept:
            return None
        self.back = min(max(back, 0), len(self.kept) - 1)
        return self.kept[-1 - self.back]

    def clear(self) -> None:
        """Forgets all."""
        self.kept.clear()
        self.back = self.held_bytes = 0
