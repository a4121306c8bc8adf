"""From moments to what the page is sent: the tick with its picture, the cine, and how many turns a second are made."""

from collections import deque
from dataclasses import replace
from typing import Any

from inplane.console.cine import CineRing
from inplane.console.hands import needle_now
from inplane.console.messages import Tick
from inplane.console.outbox import Outbox
from inplane.console.session import Moment
from inplane.console.truth_shown import ShownTruth
from inplane.stream.wire import SHOWN_SIDE, GeometryVersions, encode_frame

RATE_OVER = 31
"""Turns over which their rate is taken. chosen: a second's."""


class Publisher:
    """Sends the page what it shows."""

    def __init__(self) -> None:
        self.cine = CineRing()
        self.outbox: Outbox | None = None
        self._geometry = GeometryVersions()
        self._turned: deque[float] = deque(maxlen=RATE_OVER)

    def clear(self) -> None:
        """Forgets what was shown."""
        self.cine.clear()
        self.resume()

    def resume(self) -> None:
        """Counts turns from now."""
        self._turned.clear()

    def turned(self, now_s: float) -> None:
        """A turn was made that gave a picture."""
        self._turned.append(now_s)

    def keep(self, moment: Moment, *, stamp_ms: float, hands: bool) -> tuple[Tick, bytes]:
        """The newest moment, as it is sent, kept for the cine."""
        picture = encode_frame(moment.frame, geometry_version=self._geometry.of(moment.frame.geometry), side=SHOWN_SIDE)
        tick = _tick(moment, stamp_ms=stamp_ms, hands=hands)
        self.cine.add(tick, picture)
        return tick, picture

    def send(self, tick: Tick, picture: bytes, *, back: int, shown: ShownTruth) -> None:
        """A tick and its picture to the page."""
        if self.outbox is None:
            return
        span = self._turned[-1] - self._turned[0] if len(self._turned) > 1 else 0.0
        sent = replace(
            tick,
            cine_back=back,
            cine_count=len(self.cine.kept),
            frames_per_s=(len(self._turned) - 1) / span if span > 0 else 0.0,
            teacher=shown.teacher,
            scene3d=shown.scene3d,
        )
        self.outbox.frame(sent, picture)

    def tell(self, message: Any) -> None:
        """An event to the page, if there is one."""
        if self.outbox is not None:
            self.outbox.message(message)

    def state(self, message: Any) -> None:
        """A state to the page, if there is one."""
        if self.outbox is not None:
            self.outbox.state(message)


def _tick(moment: Moment, *, stamp_ms: float, hands: bool) -> Tick:
    """What belongs to a moment's picture; poses and fields of the source stay here, since the page shows none."""
    return Tick(
        delivery=0,
        sequence=moment.frame.sequence,
        time_s=moment.frame.time_s,
        stamp_ms=stamp_ms,
        cine_back=0,
        cine_count=0,
        frames_per_s=0.0,
        cpu_ms=moment.cpu_ms,
        scene=moment.scene,
        advice=moment.advice,
        signals=replace(moment.frame.signals, transforms=(), fields={}),
        vessel_names=moment.vessel_names,
        nerve_names=moment.nerve_names,
        needle=needle_now(moment.control) if hands else None,
        teacher=None,
        arrived_ms=None if moment.arrived_s is None else 1e3 * moment.arrived_s,
        valid=moment.frame.valid,
        position=moment.position,
    )
