"""Messages to bytes, and out of bytes that arrive at any pace, split anywhere.

Memory follows what arrived: a body begins with at most FIRST_BYTES and doubles as it fills, up to what the header says,
which is at most MAX_BODY. A header is judged by its first two bytes, then as a whole, before its body is waited for.
"""

import numpy as np

from inplane.core import FormatError
from inplane.stream.igtl.header import HEADER, MAX_BODY, Buffer, Header, check_version, parse_header
from inplane.stream.igtl.message import Message, decode_body, encode, encode_parts

__all__ = ["FIRST_BYTES", "Decoder", "Message", "decode", "encode", "encode_parts"]

FIRST_BYTES = 8 * 1024 * 1024
"""What is asked for at once for a body. chosen: an RGB picture of 1920x1080 fits, so it is never moved."""


class Decoder:
    """The receiving end of one connection. After an error it reads nothing more: where the next message begins is lost.

    Two ways in: `feed` takes bytes; `buffer` and `received` let a socket write where the message will stay.

    Args:
        max_body: largest body that is taken, at most MAX_BODY.
    """

    def __init__(self, max_body: int = MAX_BODY) -> None:
        self._max_body = min(max_body, MAX_BODY)
        self._head = bytearray(HEADER.size)
        self._header: Header | None = None
        self._body = np.empty(0, np.uint8)
        self._filled = 0
        self.problem: FormatError | None = None

    def feed(self, data: Buffer) -> list[Message]:
        """The messages that are complete with `data`, in order.

        Raises:
            FormatError: the stream is broken. Messages before the break are given first: then the next call raises.
        """
        found: list[Message] = []
        view = memoryview(data)
        try:
            while len(view) and self.problem is None:
                room = self.buffer()
                n = min(len(room), len(view))
                room[:n] = view[:n]
                view = view[n:]
                message = self.received(n)
                if message is not None:
                    found.append(message)
        except FormatError:
            if not found:
                raise
        if self.problem is not None and not found:
            raise self.problem
        return found

    def buffer(self) -> memoryview:
        """Where the next bytes belong; never empty, and never more than the message under way still needs.

        Raises:
            FormatError: the stream is broken.
        """
        if self.problem is not None:
            raise self.problem
        if self._header is None:
            return memoryview(self._head)[self._filled :]
        if self._filled == len(self._body):
            larger = np.empty(min(self._header.size, 2 * len(self._body)), np.uint8)
            larger[: self._filled] = self._body
            self._body = larger
        return self._body.data[self._filled :]

    def received(self, count: int) -> Message | None:
        """The message that `count` bytes, written into `buffer()`, complete; None where it needs more.

        Raises:
            FormatError: the stream is broken.
        """
        self._filled += count
        try:
            if self._header is None:
                self._read_header()
            header = self._header
            if header is None or self._filled < header.size:
                return None
            body = self._body
            self._header, self._filled, self._body = None, 0, np.empty(0, np.uint8)
            body.flags.writeable = False
            return decode_body(header, body.data)
        except FormatError as error:
            self.problem = error
            raise

    def _read_header(self) -> None:
        if self._filled >= 2:
            check_version(self._head[: self._filled])
        if self._filled == HEADER.size:
            self._header, self._filled = parse_header(self._head, self._max_body), 0
            self._body = np.empty(min(self._header.size, FIRST_BYTES), np.uint8)

    @property
    def begun(self) -> str:
        """What is under way, as "IMAGE, 100 of 307272 bytes"; "" between two messages."""
        if self._header is not None:
            return f"{self._header.type}, {self._filled} of {self._header.size} bytes"
        return f"a header, {self._filled} of {HEADER.size} bytes" if self._filled else ""

    def end(self) -> None:
        """Says that no more bytes will come.

        Raises:
            FormatError: a message was under way, or the stream was broken before.
        """
        if self.problem is not None:
            raise self.problem
        if self.begun:
            self.problem = FormatError(f"Stream ended within {self.begun}. Expected the whole message.")
            raise self.problem


def decode(data: Buffer) -> list[Message]:
    """All messages of bytes that are complete.

    Raises:
        FormatError: anything that is wrong with them, also after good messages.
    """
    decoder = Decoder()
    found = decoder.feed(data)
    decoder.end()
    return found
