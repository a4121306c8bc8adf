"""A connection that is made again when it is lost, for a while, at growing intervals."""

import socket
import threading
import time
from ipaddress import ip_address

from inplane.core import InplaneError
from inplane.stream.igtl.client import Client
from inplane.stream.igtl.inbox import Inbox

FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
"""Between two tries. chosen: a restarted server is found at once, and a missing one is asked once every two seconds."""
FAREWELL_S = 2.0
"""How long a peer that said it would go is tried again. chosen: one that starts anew is back by then."""
CONNECT_S = 3.0
"""How long an answer is waited for, each time."""


class Link:
    """Keeps an inbox filled from a server.

    Args:
        host, port: where it listens.
        inbox: takes the messages; told when the link has ended for good.
        patience_s: how long a lost server is tried again.

    Raises:
        ResourceError: nobody there at the first try.
    """

    def __init__(self, host: str, port: int, inbox: Inbox, *, patience_s: float) -> None:
        self._host, self._port, self._inbox, self._patience_s = host, port, inbox, patience_s
        self._lost, self._closing = threading.Event(), threading.Event()
        self._corrupt_before = 0
        self.ended = False
        self.problem: str | None = None
        self.reconnected = 0
        self._said = ""
        self._client = self._connect()
        self._thread = threading.Thread(target=self._keep, name=f"igtl-link-{host}:{port}", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> bool:
        """Whether messages can come now."""
        return not self.ended and self._client.state == "open"

    @property
    def corrupt(self) -> int:
        """Messages that could not be read; each ends its connection, since what follows cannot be told apart."""
        return self._corrupt_before + self._client.corrupt

    @property
    def text(self) -> str:
        """What became of the connection, in words."""
        if self._client.state == "open":
            return f"igtl://{self._host}:{self._port} is connected."
        return self._said or f"Connection lost: {self._client.reason}"

    def close(self) -> None:
        """Ends it; returns soon."""
        self._closing.set()
        self._lost.set()
        self._client.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(CONNECT_S + 1)
        self.ended = True

    def _connect(self) -> Client:
        return Client(
            self._host,
            self._port,
            on_message=self._inbox.put,
            on_end=self._lost.set,
            connect_timeout_s=CONNECT_S,
        )

    def _keep(self) -> None:
        """The thread that connects again."""
        while True:
            self._lost.wait()
            if self._closing.is_set():
                return
            self._lost.clear()
            if not self._again():
                self.ended = True
                self._inbox.end()
                return

    def _again(self) -> bool:
        """Whether the server was found again in time."""
        lost, farewell = self._client.reason, self._inbox.shutdown
        patience_s = min(self._patience_s, FAREWELL_S) if farewell else self._patience_s
        begun, pause_s, tries = time.monotonic(), FIRST_PAUSE_S, 0
        while (spent_s := time.monotonic() - begun) < patience_s:
            self._said = f"Connection lost: {lost} Trying again: {tries} tries in {spent_s:.0f} s."
            if self._closing.wait(min(pause_s, patience_s - spent_s)):
                return False
            pause_s, tries = min(2 * pause_s, LONGEST_PAUSE_S), tries + 1
            try:
                client = self._connect()
            except InplaneError:
                continue
            if self._closing.is_set():
                client.close()
                return False
            self._corrupt_before += self._client.corrupt
            self._inbox.shutdown = False
            self._client, self._said = client, ""
            self.reconnected += 1
            return True
        self._said = f"{lost} It said that it would go." if farewell else f"{lost} Not found again in {patience_s:g} s."
        self.problem = None if farewell else self._said
        return False


def is_this_machine(host: str) -> bool:
    """Whether a host is this machine by its loopback address, so that both ends have one clock."""
    try:
        found = socket.getaddrinfo(host, None, proto=socket.IPPROTO_TCP)
    except OSError:
        return False
    return all(ip_address(str(place[0]).split("%")[0]).is_loopback for *_, place in found)
