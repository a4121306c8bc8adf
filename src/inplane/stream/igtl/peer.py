"""One client of a server: what it gets, how fast it takes it, and when it is given up."""

import socket
import threading
from dataclasses import dataclass

from inplane.stream.igtl.answers import Wishes
from inplane.stream.igtl.codec import Decoder
from inplane.stream.igtl.outgoing import Entry, Outgoing

UNSENT_BYTES = 1024 * 1024
"""What the system may hold unsent for a client, or two images where that is more. chosen: three pictures of 640x480; it
would hold 4 MB, which a slow network shows seconds late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientState:
    """How one client fares.

    Args:
        name: address and port.
        version: of the headers that it gets: 2 once it has sent one itself.
        sent, dropped, received: messages to it; that newer ones replaced while they waited; from it.
        waiting: messages that wait for it.
        reason: why it was let go; "" while it is connected.
    """

    name: str
    version: int
    sent: int
    dropped: int
    received: int
    waiting: int
    reason: str = ""


class Peer:
    """A client's socket with what waits for it. `offer` and `flush` are safe from any thread and never wait."""

    def __init__(self, connection: socket.socket, name: str, max_body: int) -> None:
        connection.setblocking(False)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = connection
        self.name = name
        self.decoder = Decoder(max_body)
        self.wishes = Wishes()
        self.version = 1
        self.received = 0
        self.reason = ""
        self.blocked_since_s: float | None = None
        self._sent = self._unsent_bytes = 0
        self._outgoing = Outgoing()
        self._lock = threading.Lock()

    def offer(self, entry: Entry, now_s: float) -> None:
        """Sends a message as far as it goes at once; the rest waits. Afterwards `blocked_since_s` or `reason` tell."""
        with self._lock:
            if self.reason:
                return
            if entry.key is not None and 2 * entry.size > self._unsent_bytes:
                self._limit_unsent(max(2 * entry.size, UNSENT_BYTES))
            if not self._outgoing.put(entry):
                self.reason = "It does not listen: only words wait for it, too many of them."
            elif self.blocked_since_s is None:
                self._push(now_s)

    def _limit_unsent(self, size: int) -> None:
        """Lets an image into the socket whole, but not many behind one another: there they could not be dropped."""
        self._unsent_bytes = size
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):
            try:
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, size)
            except OSError as error:
                self.reason = f"It is gone: {error}."

    def flush(self, now_s: float) -> None:
        """Sends on what waits."""
        with self._lock:
            if not self.reason:
                self._push(now_s)

    def _push(self, now_s: float) -> None:
        moved = False
        try:
            while buffers := self._outgoing.buffers():
                self._sent += self._outgoing.sent(self.socket.sendmsg(buffers))
                moved = True
            self.blocked_since_s = None
        except BlockingIOError:
            self.blocked_since_s = now_s if moved or self.blocked_since_s is None else self.blocked_since_s
        except OSError as error:
            self.reason = f"It is gone: {error}."

    def state(self) -> ClientState:
        """How it fares now."""
        with self._lock:
            return ClientState(
                name=self.name,
                version=self.version,
                sent=self._sent,
                dropped=self._outgoing.dropped,
                received=self.received,
                waiting=len(self._outgoing),
                reason=self.reason,
            )

    def let_go(self, reason: str) -> ClientState:
        """Closes the socket; the first reason stays. How it fared."""
        with self._lock:
            self.reason = self.reason or reason
            self.socket.close()
        return self.state()
