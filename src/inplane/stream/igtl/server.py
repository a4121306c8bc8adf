"""An OpenIGTLink server: one thread for all clients; a slow one never holds up the sender or the others.

A message goes into a client's socket in the thread that sends it, as far as the socket takes it without waiting; the
server's thread does the rest. So nothing is handed from thread to thread while clients keep up.
"""

import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable

from inplane.core import FormatError, InputError, ResourceError, require_range
from inplane.stream.igtl.answers import Desk, answers
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.command import Handler
from inplane.stream.igtl.header import DEFAULT_PORT
from inplane.stream.igtl.outgoing import Entry, entry_of, own
from inplane.stream.igtl.peer import ClientState, Peer
from inplane.stream.igtl.poses import Poses
from inplane.stream.igtl.text import Status

MAX_CLIENTS = 16
"""Clients at once; further ones are refused. chosen: more than an operating room has screens."""
STALL_S = 5.0
"""How long a client may take nothing while something waits; until then frames are dropped. chosen: a short pause."""
LINGER_S = 0.3
"""How long `close` still sends what waits. chosen: a goodbye arrives, and closing stays below a second."""
_READS = 8
"""Reads of one client before the others have their turn."""
_KEPT = ("IMAGE", "TRANSFORM", "TDATA", "QTDATA", "POSITION", "QTRANS", "POINT", "SENSOR", "STRING", "NDARRAY")
"""Types of which the newest is kept for those who ask with GET_*."""
_MAX_KEPT = 64
"""Devices of which the newest message is kept. chosen: more than anybody sends."""
_MAX_HEARD = 8 * 1024 * 1024
"""Largest body that a client may send. chosen: a picture; clients ask, and sixteen of them share the memory."""


class Server:
    """Listens at once; sends every message to every client that wants it.

    Args:
        port: to listen at; 0 for any that is free, which `port` then tells.
        host: address to listen at; this machine only by default.
        on_message: called with a client's name and every message of it that is no question; from the server's thread,
            to be quick.
        on_command: does commands other than listings, and replies; from the server's thread.
        stall_s: how long a client may take nothing.

    Raises:
        ResourceError: the port is in use, or the address is not this machine's.
    """

    def __init__(
        self,
        port: int = DEFAULT_PORT,
        host: str = "127.0.0.1",
        on_message: Callable[[str, Message], None] | None = None,
        *,
        on_command: Handler | None = None,
        stall_s: float = STALL_S,
    ) -> None:
        self.stall_s = require_range("stall_s", stall_s, 0.01, 3600, "s")
        self.status = Status()
        self.closed: deque[ClientState] = deque(maxlen=100)
        self._on_message = on_message
        self._newest: dict[tuple[str, str], Message] = {}
        self._desk = Desk(newest=self._newest, status=lambda: self.status, handler=on_command)
        self._poses = Poses()
        self._peers: tuple[Peer, ...] = ()
        self._stopping = False
        self._stop_at_s = 0.0
        self._listener = _listen(host, port)
        self.host, self.port = host, int(self._listener.getsockname()[1])
        self._selector = selectors.DefaultSelector()
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_out.setblocking(False)
        self._wake_in.setblocking(False)
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._wake_in, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name=f"igtl-server-{self.port}", daemon=True)
        self._thread.start()

    @property
    def clients(self) -> tuple[ClientState, ...]:
        """How each client fares now."""
        return tuple(peer.state() for peer in self._peers)

    def send(self, message: Message) -> None:
        """Sends a message to every client that wants it; never waits for one.

        Pixels that can be written to are copied first, so that the caller may go on using them.

        Raises:
            InputError: a message that cannot be encoded.
        """
        message = own(message)
        if message.type in _KEPT and ((message.type, message.device) in self._newest or len(self._newest) < _MAX_KEPT):
            self._newest[message.type, message.device] = message
        blocked = self._send(message)
        tracking = self._poses.add(message)
        if tracking is not None and any("TDATA" in peer.wishes.started for peer in self._peers):
            blocked = self._send(tracking) or blocked
        if blocked:
            self._wake()

    def _send(self, message: Message) -> bool:
        """Offers a message to all who want it; whether the server's thread has to see to one of them."""
        now_s = time.monotonic()
        encoded: dict[int, Entry] = {}
        blocked = False
        for peer in self._peers:
            if not peer.wishes.wants(message.type, now_s):
                continue
            version = peer.version
            if version not in encoded:
                encoded[version] = entry_of(message, version)
            peer.offer(encoded[version], now_s)
            blocked = blocked or peer.blocked_since_s is not None or bool(peer.reason)
        return blocked

    def close(self) -> None:
        """Sends what waits for at most LINGER_S, then lets all clients go; returns within a second."""
        self._stop_at_s, self._stopping = time.monotonic() + LINGER_S, True
        self._wake()
        if threading.current_thread() is not self._thread:
            self._thread.join(1.0)

    def _wake(self) -> None:
        try:
            self._wake_out.send(b"\0")
        except (BlockingIOError, OSError):
            return

    def _run(self) -> None:
        """The server's thread."""
        try:
            while not self._stopping or (time.monotonic() < self._stop_at_s and self._waiting()):
                self._turn()
        finally:
            for peer in self._peers:
                self._let_go(peer, "The server was closed.")
            for one in (self._listener, self._wake_in, self._wake_out, self._selector):
                one.close()

    def _waiting(self) -> bool:
        return any(peer.blocked_since_s is not None for peer in self._peers)

    def _turn(self) -> None:
        """Waits for whatever comes first, and does it."""
        for key, events in self._selector.select(self._patience_s()):
            peer = key.data
            if isinstance(peer, Peer):
                if events & selectors.EVENT_WRITE:
                    peer.flush(time.monotonic())
                if events & selectors.EVENT_READ:
                    self._read(peer)
            elif key.fileobj is self._listener:
                self._accept()
            else:
                self._wake_in.recv(4096)
        for peer in self._peers:
            if peer.reason or self._stalled(peer):
                self._let_go(peer, f"It took nothing for {self.stall_s:g} s.")
                continue
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if peer.blocked_since_s is not None else 0)
            if self._selector.get_key(peer.socket).events != wanted:
                self._selector.modify(peer.socket, wanted, peer)

    def _stalled(self, peer: Peer) -> bool:
        """Whether a client takes nothing. It is tried once more: a socket says that it has room only when much is free,
        and a slow client is none that stalls."""
        since_s, now_s = peer.blocked_since_s, time.monotonic()
        if since_s is None or now_s - since_s < self.stall_s:
            return False
        peer.flush(now_s)
        return peer.blocked_since_s is not None and now_s - peer.blocked_since_s >= self.stall_s

    def _patience_s(self) -> float | None:
        """Until the first client is given up, or closing must end; None where nothing waits."""
        moments = [p.blocked_since_s + self.stall_s for p in self._peers if p.blocked_since_s is not None]
        if self._stopping:
            moments.append(self._stop_at_s)
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _accept(self) -> None:
        try:
            connection, address = self._listener.accept()
            peer = Peer(connection, f"{address[0]}:{address[1]}", _MAX_HEARD)
        except OSError:  # it is gone again
            return
        if len(self._peers) >= MAX_CLIENTS or self._stopping:
            self.closed.append(peer.let_go(f"Refused: {len(self._peers)} clients are connected. Expected fewer."))
            return
        self._selector.register(connection, selectors.EVENT_READ, peer)
        self._peers = (*self._peers, peer)

    def _let_go(self, peer: Peer, reason: str) -> None:
        self._selector.unregister(peer.socket)
        self._peers = tuple(other for other in self._peers if other is not peer)
        self.closed.append(peer.let_go(reason))

    def _read(self, peer: Peer) -> None:
        """Takes what a client sent; sets its reason where it cannot be understood or is gone."""
        try:
            for _ in range(_READS):
                count = peer.socket.recv_into(peer.decoder.buffer())
                if count == 0:
                    peer.reason = peer.reason or "It closed the connection."
                    return
                message = peer.decoder.received(count)
                if message is not None:
                    self._heard(peer, message)
        except BlockingIOError:
            return
        except FormatError as error:
            peer.reason = peer.reason or f"It sent what cannot be read: {error}"
        except OSError as error:
            peer.reason = peer.reason or f"It is gone: {error}."
        except Exception as error:  # whoever listens may fail, and that client must not take the others with it
            peer.reason = peer.reason or f"It could not be served: {error!r}"

    def _heard(self, peer: Peer, message: Message) -> None:
        peer.received += 1
        peer.version = max(peer.version, min(message.version, 2))
        found = answers(message, peer.wishes, self._desk, time.time())
        for reply in found:
            peer.offer(entry_of(reply, peer.version), time.monotonic())
        if not found and self._on_message is not None:
            self._on_message(peer.name, message)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        ResourceError: it cannot be had, and what to do.
    """
    if not 0 <= port <= 65535:
        raise InputError(f"Port {port}. Expected 0 to 65535.")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=MAX_CLIENTS)
    except OSError as error:
        raise ResourceError(
            f"Port {port} of {host} cannot be listened at: {error}. Another server may run there: stop it, or take "
            f"another port, such as {port + 1 if 1023 < port < 65535 else DEFAULT_PORT + 1}."
        ) from error
    listener.setblocking(False)
    return listener
