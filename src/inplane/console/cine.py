"""The last frames, kept so that a frozen picture can be stepped through."""

from collections import deque
from dataclasses import dataclass, field

from inplane.console.session import Moment

CINE_FRAMES = 300
"""Frames kept: ten seconds, 30 MB (chosen: as long as truth is kept for the teacher's layer)."""


@dataclass(slots=True)
class CineRing:
    """Moments with their encoded pictures, oldest first, and which of them is shown.

    Args:
        back: frames from the newest to the one shown; 0 while live.
    """

    kept: deque[tuple[Moment, bytes]] = field(default_factory=lambda: deque(maxlen=CINE_FRAMES))
    back: int = 0

    def add(self, moment: Moment, picture: bytes) -> None:
        """The newest, which is shown now."""
        self.kept.append((moment, picture))
        self.back = 0

    def show(self, back: int) -> tuple[Moment, bytes] | None:
        """The frame so far back from the newest, or the oldest; None where there is none at all."""
        if not self.kept:
            return None
        self.back = min(max(back, 0), len(self.kept) - 1)
        return self.kept[-1 - self.back]

    def clear(self) -> None:
        """Forgets all."""
        self.kept.clear()
        self.back = 0
