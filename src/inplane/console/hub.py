"""The one console at a time: its connection, its credit of two frames, and what waits for it.

Frames are a state, so the newest replaces one that has not been sent; messages are events and all of them are sent, in
order. A page that lost its connection comes back under its own name and is given what it missed; another page is told
that the console is in use.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from inplane.console.codec import decode, encode
from inplane.console.engine import Engine
from inplane.console.messages import FROM_PAGE, MAX_MESSAGE_BYTES, Drawn, Happened, Hello, Tick
from inplane.core import FormatError, InputError
from inplane.stream.wire import with_delivery

CREDIT = 2
"""Frames under way that the page has not drawn yet."""
HELLO_TIMEOUT_S = 5.0

CLOSE_MALFORMED = 4400
CLOSE_REFUSED = 4403
CLOSE_IN_USE = 4409
CLOSE_REPLACED = 4410


class Connection:
    """One page's connection: what waits to be sent, and the credit it has."""

    def __init__(self, socket: WebSocket, page: str) -> None:
        self.socket, self.page = socket, page
        self.messages: deque[str] = deque()
        self.states: dict[str, str] = {}
        self.newest: tuple[Tick, bytes] | None = None
        self.wake = asyncio.Event()
        self.sent, self.drawn = 0, 0
        self.closed = False

    def put_message(self, text: str) -> None:
        """An event or a state to send."""
        self.messages.append(text)
        self.wake.set()

    def put_state(self, kind: str, text: str) -> None:
        """A state to send; it replaces one of its kind that waits."""
        self.states[kind] = text
        self.wake.set()

    def put_frame(self, tick: Tick, picture: bytes) -> None:
        """A frame to send; it replaces one that waits."""
        self.newest = (tick, picture)
        self.wake.set()

    def acknowledge(self, drawn: Drawn) -> None:
        """Takes a credit back.

        Raises:
            FormatError: a delivery that was never made, or acknowledged out of order.
        """
        if not self.drawn < drawn.delivery <= self.sent:
            raise FormatError(
                f"Drawn.delivery is {drawn.delivery}. Expected a number from {self.drawn + 1} to {self.sent}."
            )
        self.drawn = drawn.delivery
        self.wake.set()

    async def send_all(self) -> None:
        """Sends what waits, for as long as the connection stands."""
        while True:
            await self.wake.wait()
            self.wake.clear()
            while self.messages:
                await self.socket.send_text(self.messages.popleft())
            while self.states:
                await self.socket.send_text(self.states.pop(next(iter(self.states))))
            if self.newest is not None and self.sent - self.drawn < CREDIT:
                (tick, picture), self.newest = self.newest, None
                self.sent += 1
                await self.socket.send_text(encode(replace(tick, delivery=self.sent)))
                await self.socket.send_bytes(with_delivery(picture, self.sent))


class Hub:
    """Between engine and connections.

    Args:
        engine: where messages go and frames come from.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.current: Connection | None = None
        self.drawn: deque[int] = deque(maxlen=1000)
        self._loop: asyncio.AbstractEventLoop | None = None
        engine.attach(self)

    # --- from the engine's thread ------------------------------------------------------------------------------

    def frame(self, tick: Tick, picture: bytes) -> None:
        """A frame for the page; the newest wins."""
        self._soon(lambda connection: connection.put_frame(tick, picture))

    def message(self, message: Any) -> None:
        """An event or a state for the page; never dropped."""
        text = encode(message)
        self._soon(lambda connection: connection.put_message(text))

    def state(self, message: Any) -> None:
        """A state for the page; the newest of its type wins."""
        kind, text = type(message).__name__, encode(message)
        self._soon(lambda connection: connection.put_state(kind, text))

    def _soon(self, put: Callable[[Connection], None]) -> None:
        """Puts something before the connection, in the web side's thread."""

        def now() -> None:
            if self.current is not None:
                put(self.current)

        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(now)

    # --- in the web side's thread --------------------------------------------------------------------------------

    async def serve(self, socket: WebSocket) -> None:
        """One connection from its first message to its end."""
        self._loop = asyncio.get_running_loop()
        await socket.accept()
        try:
            hello = await asyncio.wait_for(self._hello(socket), HELLO_TIMEOUT_S)
            if self.current is not None and self.current.page != hello.page:
                await socket.close(CLOSE_IN_USE, "In use: another window is this console's. Close it, then try again.")
                return
            await self._run(socket, hello)
        except TimeoutError:
            await _close(socket, CLOSE_MALFORMED, f"No Hello within {HELLO_TIMEOUT_S:g} s.")
        except InputError as error:
            await _close(socket, CLOSE_MALFORMED, str(error))
        except WebSocketDisconnect:
            pass

    async def _hello(self, socket: WebSocket) -> Hello:
        """The first message.

        Raises:
            FormatError: it is something else.
        """
        hello = await _receive(socket)
        if not isinstance(hello, Hello):
            raise FormatError(f"The first message is {type(hello).__name__}. Expected Hello.")
        return hello

    async def _run(self, socket: WebSocket, hello: Hello) -> None:
        """A connection that may stay."""
        before, connection = self.current, Connection(socket, hello.page)
        self.current = connection
        if before is not None:
            await _close(before.socket, CLOSE_REPLACED, "Replaced by a newer connection of the same page.")
        self.engine.call(lambda: self._resume(hello))
        sender = asyncio.create_task(connection.send_all())
        try:
            while True:
                message = await _receive(socket)
                if isinstance(message, Drawn):
                    connection.acknowledge(message)
                    self.drawn.append(message.sequence)
                elif isinstance(message, Hello):
                    raise FormatError("Hello came twice. Expected it once.")
                else:
                    self.engine.post(message)
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            if self.current is connection:
                self.current = None
                self.engine.call(self._leave)

    def _resume(self, hello: Hello) -> None:
        """In the engine's thread: tells a page where things stand, and turns the loop for it."""
        engine = self.engine
        engine.welcome()
        missed: list[Happened] = engine.log.since(hello.last_event)
        for event in missed:
            engine.tell(event)
        if engine.result is not None:
            engine.tell(engine.result)
        engine.watched = True
        engine.resume()
        engine.show_again()
        engine.tell_stream()

    def _leave(self) -> None:
        """In the engine's thread: nobody looks any more."""
        self.engine.watched = self.current is not None


async def _receive(socket: WebSocket) -> Any:
    """The next message, checked.

    Raises:
        WebSocketDisconnect: the page is gone.
        FormatError, RangeError: what arrived cannot be used.
    """
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received.get("code", 1005), received.get("reason"))
    text = received.get("text")
    if text is None:
        raise FormatError("A message is binary. Expected text.")
    if len(text) > MAX_MESSAGE_BYTES:
        raise FormatError(f"A message has {len(text)} characters. Expected at most {MAX_MESSAGE_BYTES}.")
    return decode(text, FROM_PAGE)


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    """Closes a connection, which may be gone already; a reason may have at most 123 bytes."""
    with suppress(RuntimeError, WebSocketDisconnect):
        await socket.close(code, reason.encode()[:120].decode(errors="ignore"))
