"""A connection to an OpenIGTLink server: one thread reads, anybody sends.

The reading thread asks the system for a whole header, then for a whole body, and sleeps in it meanwhile. Taking what is
there piece by piece meant four to five turns at the interpreter's lock for a picture of 1920x1080, rather than two;
each may wait 5 ms (`sys.getswitchinterval`) beside a thread that computes without pause.
"""

import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import Literal, TypeAlias

from inplane.core import FormatError, InplaneError, ResourceError, require_range
from inplane.stream.igtl.codec import Decoder, Message, encode_parts
from inplane.stream.igtl.text import Status

STALL_S = 5.0
"""How long a peer may stop within a message, or not take one. chosen: a pause of a network, not of a person."""
KEEP_ALIVE = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3}
"""Seconds of silence before it is asked, between asking, and how often. chosen: a gone peer is found in 11 s."""
State: TypeAlias = Literal["open", "ended", "closed"]


class Client:
    """Connects, says hello with a STATUS of header version 2, and hands on every message that comes.

    Args:
        host, port: of the server.
        on_message: called with each message, in order, from the reading thread; to be quick.
        on_end: called once, from the same thread, when nothing more will come; `reason` is set by then.
        connect_timeout_s: how long the server may take to answer.
        stall_s: how long a peer may stop within a message.

    Raises:
        ResourceError: nobody there, or a name that nobody knows.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        on_message: Callable[[Message], None],
        on_end: Callable[[], None] | None = None,
        connect_timeout_s: float = 3.0,
        stall_s: float = STALL_S,
    ) -> None:
        self.name = f"{host}:{port}"
        self.received = self.corrupt = self.bytes = 0
        self.state: State = "open"
        self.reason = ""
        self.problem: str | None = None
        self._on_message, self._on_end = on_message, on_end
        self._stall_s = require_range("stall_s", stall_s, 0.01, 3600, "s")
        self._decoder = Decoder()
        self._sending = threading.Lock()
        self._socket = _connect(host, port, connect_timeout_s)
        _limit_waits(self._socket, self._stall_s)
        self._thread = threading.Thread(target=self._read, name=f"igtl-client-{self.name}", daemon=True)
        try:
            self.send(Message(type="STATUS", device="inplane", content=Status(), time_s=time.time(), version=2))
        except ResourceError:
            self._socket.close()
            raise
        self._thread.start()

    def send(self, message: Message) -> None:
        """Sends a message, waiting at most `stall_s` for a peer that does not take it.

        Raises:
            InputError: a message that cannot be encoded.
            ResourceError: the connection is gone, or the peer takes nothing.
        """
        parts = [memoryview(part) for part in encode_parts(message)]
        with self._sending:
            if self.state != "open":
                raise ResourceError(f"{self.name} is not connected: {self.reason} Connect again before sending.")
            try:
                while parts:
                    parts = _rest(parts, self._socket.sendmsg(parts))
            except OSError as error:
                took = f"it took nothing for {self._stall_s:g} s" if isinstance(error, BlockingIOError) else str(error)
                reason = f"{self.name} cannot be sent to: {took}. Expected it to read."
                self._end(reason, problem=True)
                self._hang_up()
                raise ResourceError(reason) from error

    def close(self) -> None:
        """Ends the connection; returns within a second, also while the peer stalls."""
        if self.state == "open":
            self.state, self.reason = "closed", "Closed here."
        self._hang_up()
        if threading.current_thread() is not self._thread:
            self._thread.join(1.0)

    def _hang_up(self) -> None:
        """Wakes the reading thread, which lets go of the socket."""
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def _read(self) -> None:
        """The reading thread: until the peer or `close` ends it."""
        try:
            while self._read_once():
                pass
        except FormatError as error:
            self.corrupt += 1
            self._end(f"{self.name} sent what cannot be read: {error}", problem=True)
        except OSError as error:
            self._end(f"{self.name} is gone: {error}.", problem=True)
        except InplaneError as error:
            self._end(str(error), problem=True)
        finally:
            with self._sending:
                self._end("Reading failed.", problem=True)
                self._socket.close()
            if self._on_end is not None:
                self._on_end()

    def _read_once(self) -> bool:
        """Waits for the rest of a header or body, or as much of it as came in `stall_s`; False at an orderly end.

        Raises:
            FormatError: it cannot be read.
            OSError: the connection broke.
            ResourceError: the peer stopped within a message.
        """
        try:
            count = self._socket.recv_into(self._decoder.buffer(), 0, socket.MSG_WAITALL)
        except BlockingIOError:
            begun = self._decoder.begun
            if begun:
                raise ResourceError(f"{self.name} stopped for {self._stall_s:g} s within {begun}.") from None
            return self.state == "open"
        if count == 0:
            if self.state == "open":
                self._decoder.end()
                self._end(f"{self.name} closed the connection.", problem=False)
            return False
        self.bytes += count
        message = self._decoder.received(count)
        if message is not None:
            self.received += 1
            self._on_message(message)
        return self.state == "open"

    def _end(self, reason: str, *, problem: bool) -> None:
        if self.state == "open":
            self.state, self.reason = "ended", reason
            self.problem = reason if problem else None


def _connect(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connected socket.

    Raises:
        ResourceError: nobody there.
    """
    require_range("port", port, 1, 65535)
    try:
        connection = socket.create_connection((host, port), timeout_s)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _keep_alive(connection)
        return connection
    except ConnectionRefusedError as error:
        raise ResourceError(
            f"Nothing listens at {host}:{port}. Start the server there first, or look up its port (usually 18944)."
        ) from error
    except TimeoutError as error:
        raise ResourceError(
            f"{host}:{port} did not answer within {timeout_s:g} s. Check the address, the network and the firewall."
        ) from error
    except OSError as error:
        raise ResourceError(f"{host}:{port} cannot be reached: {error}. Check the name and the network.") from error


def _limit_waits(connection: socket.socket, timeout_s: float) -> None:
    """Lets the system end a wait for sending or receiving after a time, which Python then shows as BlockingIOError."""
    connection.setblocking(True)
    if sys.platform == "win32":
        value = struct.pack("I", max(1, round(timeout_s * 1000)))
    else:
        value = struct.pack("ll", int(timeout_s), int(timeout_s % 1 * 1e6))
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        connection.setsockopt(socket.SOL_SOCKET, option, value)


def _keep_alive(connection: socket.socket) -> None:
    """Lets the system find out that a peer has vanished without a word, as behind a pulled cable: within 11 s."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEP_ALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _rest(parts: list[memoryview], sent: int) -> list[memoryview]:
    """What is left of parts after so many bytes."""
    while parts and sent >= len(parts[0]):
        sent -= len(parts[0])
        parts = parts[1:]
    return [parts[0][sent:], *parts[1:]] if parts else []
