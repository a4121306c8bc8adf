"""Serving the console on 127.0.0.1, and nowhere else."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from inplane.console.messages import MAX_MESSAGE_BYTES
from inplane.core import ResourceError, require_range

ADDRESS = "127.0.0.1"
PING_S = 5.0
"""Seconds between pings; a page that does not answer within as long again is gone (chosen: a reload finds it free)."""


def listen(port: int) -> socket.socket:
    """A listening socket on 127.0.0.1.

    Args:
        port: 0 for any that is free.

    Raises:
        RangeError: no port has that number.
        ResourceError: the port is in use.
    """
    require_range("port", port, 0, 65535)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(16)
    except OSError as error:
        listener.close()
        told = f"Cannot serve on port {port}: {error.strerror}. Stop what uses it, or choose another with --port."
        raise ResourceError(told) from None
    return listener


def serve(app: Starlette, listener: socket.socket, started: Callable[[], None] | None = None) -> None:
    """Serves until it is stopped from the keyboard.

    Args:
        app: the console.
        listener: from `listen`.
        started: called once when the server answers.
    """
    make_server(app, started).run(sockets=[listener])


def make_server(app: Starlette, started: Callable[[], None] | None = None) -> uvicorn.Server:
    """The server: no per-message deflate (it costs 4 ms a frame), pings, small messages only."""
    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=MAX_MESSAGE_BYTES,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        ws_per_message_deflate=False,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )
    return _Server(config, started)


class _Server(uvicorn.Server):
    """A server that says when it answers."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to answer."""
        await super().startup(sockets)
        if self._told is not None and self.started:
            self._told()
