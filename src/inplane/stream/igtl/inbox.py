"""What has come from a peer: its newest picture, its last transforms, and what else it sends. Bounded in all of it."""

import threading
import time
from collections import deque
from dataclasses import dataclass, replace

from inplane.core import FormatError, TrackedTransform
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.header import short_device
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.received import plain, require_picture, transforms_of
from inplane.stream.igtl.text import SHUTDOWN, Status, String
from inplane.stream.source import STALE_S

NAMES = 64
"""Transforms, texts and devices that are kept. chosen: more than any tracker has tools; a peer can invent names."""
KEPT = 4
"""Moments of each transform. chosen: a picture may come some frames later than the poses of its moment."""
TEXT = 1000
"""Letters of a text that are kept. chosen: a sentence, not a document."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrival:
    """An image that came.

    Args:
        message: as it came.
        number: of the images of this device, from 0, those that were overtaken too.
        at_s, wall_s: when it came, monotonic and since 1970.
    """

    message: Message
    number: int
    at_s: float
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """A transform with its moment: the sender's stamp, and when it came, monotonic."""

    transform: TrackedTransform
    stamp_s: float
    at_s: float


class Inbox:
    """Takes messages from the thread that reads the socket; gives the newest picture to whoever asks.

    Args:
        device: whose images are taken, also where its name came cut to 20 bytes; the first with a picture if None.
    """

    def __init__(self, device: str | None) -> None:
        self.device = device
        self._cut = "" if device is None else short_device(device).decode(errors="ignore")
        self.devices: dict[str, None] = {}
        self.refused = ""
        self.said = ""
        self.shutdown = False
        self.received = self.dropped = self.unusable = 0
        self._ready = threading.Condition()
        self._newest: Arrival | None = None
        self._last: Arrival | None = None
        self._told: dict[str, deque[_Told]] = {}
        self._texts: dict[str, str] = {}
        self._ended = False

    @property
    def last(self) -> Arrival | None:
        """The newest picture, whether or not it was taken; None before the first."""
        return self._last

    def put(self, message: Message) -> None:
        """One message; from the reading thread."""
        at_s, wall_s = time.monotonic(), time.time()
        name = plain(message.device)
        if len(self.devices) < NAMES:
            self.devices.setdefault(f"{message.type} {name}")
        if isinstance(message.content, Image):
            self._put_image(message, name, at_s, wall_s)
        elif isinstance(message.content, Status):
            self._put_status(message.content)
        elif isinstance(message.content, String):
            self._put_text(name, message.content.text)
        else:
            self._put_transforms(message, at_s)

    def _put_image(self, message: Message, name: str, at_s: float, wall_s: float) -> None:
        if self.device is not None and name not in (self.device, self._cut):
            return
        try:
            require_picture(message)
        except FormatError as error:
            self.refused = f"{name}: {error}"
            self.unusable += 0 if self.device is None else 1
            return
        with self._ready:
            self.device = self.device or name
            arrival = Arrival(message=message, number=self.received, at_s=at_s, wall_s=wall_s)
            self.received += 1
            self.dropped += self._newest is not None
            self._newest = self._last = arrival
            self._ready.notify_all()

    def _put_status(self, status: Status) -> None:
        self.shutdown = status.code == SHUTDOWN
        self.said = plain(f"{status.name or status.code} {status.text}".strip())[:TEXT]

    def _put_text(self, name: str, text: str | bytes) -> None:
        if isinstance(text, str) and (name in self._texts or len(self._texts) < NAMES):
            self._texts = self._texts | {name: plain(text[:TEXT])}

    def _put_transforms(self, message: Message, at_s: float) -> None:
        with self._ready:
            for told in transforms_of(message):
                if told.name in self._told or len(self._told) < NAMES:
                    kept = self._told.setdefault(told.name, deque(maxlen=KEPT))
                    kept.append(_Told(transform=told, stamp_s=message.time_s, at_s=at_s))

    def texts(self) -> dict[str, str]:
        """The last text of each device that sends any."""
        return self._texts

    def transforms_at(self, arrival: Arrival) -> tuple[TrackedTransform, ...]:
        """The transforms of a picture's moment: those of its very stamp, else the last; not valid where stale."""
        stamp_s = arrival.message.time_s
        with self._ready:
            chosen = [
                next((told for told in reversed(kept) if stamp_s and told.stamp_s == stamp_s), kept[-1])
                for kept in self._told.values()
            ]
        return tuple(
            replace(told.transform, valid=False)
            if told.stamp_s != stamp_s and arrival.at_s - told.at_s > STALE_S
            else told.transform
            for told in chosen
        )

    def take(self, timeout_s: float) -> Arrival | None:
        """The newest picture that was not taken yet, within that time; None where none came, or at the end."""
        with self._ready:
            self._ready.wait_for(lambda: self._newest is not None or self._ended, timeout_s)
            taken, self._newest = self._newest, None
            return taken

    def wait(self, timeout_s: float) -> bool:
        """Whether a picture is there, or none can come any more, within that time."""
        with self._ready:
            return self._ready.wait_for(lambda: self._newest is not None or self._ended, timeout_s)

    def end(self) -> None:
        """Nothing will come any more."""
        with self._ready:
            self._ended = True
            self._ready.notify_all()
