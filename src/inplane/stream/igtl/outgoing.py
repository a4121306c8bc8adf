"""What waits to be sent to one client: bounded, and of images only the newest of each device."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from inplane.stream.igtl.codec import Message, encode_parts
from inplane.stream.igtl.header import MAX_BODY, Buffer
from inplane.stream.igtl.image import Image

MAX_WAITING = 256
"""Messages that may wait for one client. chosen: four seconds of a tracker at 60 a second."""
_BATCH = 64
"""Buffers that one call sends. chosen: far below the 1024 that POSIX systems take, more than any frame needs."""

_STATE = frozenset(
    ("IMAGE", "VIDEO", "TRANSFORM", "TDATA", "QTDATA", "POSITION", "QTRANS", "POINT", "SENSOR", "NDARRAY", "POLYDATA")
)
"""Types that newer ones make worthless; only these are ever dropped."""


@dataclass(slots=True, kw_only=True, eq=False)
class Entry:
    """One encoded message.

    Args:
        parts: its bytes.
        key: of images the device: a newer one takes the place of one that waits; None for all others.
        state: whether it may be dropped because newer ones follow (images, poses); words never are.
        size: in bytes.
    """

    parts: Sequence[Buffer]
    key: str | None
    state: bool
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(len(part) for part in self.parts)


class Outgoing:
    """Messages in order. What is under way is never dropped: the client could not find the next header."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._sent_of_first = 0
        self._bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Entry) -> bool:
        """Adds a message; False where only words wait, too many of them: this client does not listen.

        What is dropped to make room is counted in `dropped`.
        """
        if entry.key is not None:
            self._drop_first(lambda other: other.key == entry.key)
        self._entries.append(entry)
        self._bytes += entry.size
        while len(self._entries) > MAX_WAITING or (self._bytes > MAX_BODY and len(self._entries) > 2):
            if not self._drop_first(lambda other: other.state):
                return len(self._entries) <= MAX_WAITING and self._bytes <= 2 * MAX_BODY
        return True

    def _drop_first(self, matches: Callable[[Entry], bool]) -> bool:
        """Drops the oldest entry that matches and is not under way; whether there was one."""
        for index, entry in enumerate(self._entries):
            if matches(entry) and not (index == 0 and self._sent_of_first):
                del self._entries[index]
                self._bytes -= entry.size
                self.dropped += 1
                return True
        return False

    def buffers(self) -> list[memoryview]:
        """What to send next, from the first byte that was not sent; empty where nothing waits."""
        found: list[memoryview] = []
        skip = self._sent_of_first
        for entry in self._entries:
            for part in entry.parts:
                if skip < len(part):
                    found.append(memoryview(part)[skip:])
                skip = max(0, skip - len(part))
            if len(found) >= _BATCH:
                break
        return found[:_BATCH]

    def sent(self, count: int) -> int:
        """Notes that so many bytes went out; how many messages are complete with them."""
        self._sent_of_first += count
        complete = 0
        while self._entries and self._sent_of_first >= self._entries[0].size:
            entry = self._entries.popleft()
            self._sent_of_first -= entry.size
            self._bytes -= entry.size
            complete += 1
        return complete


def own(message: Message) -> Message:
    """The message with pixels that nobody can change any more: what can be written to is copied."""
    if not isinstance(message.content, Image) or not message.content.pixels.flags.writeable:
        return message
    pixels = message.content.pixels.copy()
    pixels.flags.writeable = False
    return replace(message, content=replace(message.content, pixels=pixels))


def entry_of(message: Message, version: int) -> Entry:
    """A message as it is sent to clients of one header version.

    Raises:
        InputError: it cannot be encoded.
    """
    parts = encode_parts(replace(message, version=version))
    key = message.device if message.type == "IMAGE" else None
    return Entry(parts=parts, key=key, state=message.type in _STATE)
