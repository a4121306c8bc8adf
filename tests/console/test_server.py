"""Serving: a port that is in use or impossible is told."""

import socket

import pytest

from inplane.console import listen
from inplane.core import RangeError, ResourceError


def test_a_port_in_use_is_named() -> None:
    with listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ResourceError, match=f"Cannot serve on port {port}: .*--port"):
            listen(port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(RangeError, match="port is"):
        listen(port)


def test_only_this_machine_can_reach_it() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"
        assert listener.family == socket.AF_INET
