"""The time to the first frame is taken from a console that really serves one; here a very small one stands in."""

import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from inplane.bench import Figure, start
from inplane.bench._first_frame import running_console, seconds_to_first_frame
from inplane.core import ResourceError

# Prints a link after half a second, wants the cookie, the origin and a Hello, then sends text and one frame.
CONSOLE = """
import http, json, sys, time
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.sync.server import serve
def page(connection, request):
    if request.path == "/?token=T0ken":
        return Response(200, "OK", Headers({"Set-Cookie": "inplane=key; Path=/", "Content-Length": "0"}), b"")
    if request.headers.get("Cookie") != "inplane=key" or not request.headers["Origin"].startswith("http://127.0.0.1:"):
        return Response(403, "Forbidden", Headers({"Content-Length": "0"}), b"")
def live(connection):
    assert json.loads(connection.recv())["type"] == "Hello"
    connection.send("{}")
    connection.send(b"INP1" + bytes(60))
    connection.recv()
with serve(live, "127.0.0.1", 0, process_request=page) as server:
    time.sleep(0.5)
    print("Open", f"http://127.0.0.1:{server.socket.getsockname()[1]}/?token=" + sys.argv[1])
    server.serve_forever()
"""


def wait(program: str, *words: str, limit_s: float = 20) -> float:
    return seconds_to_first_frame(
        [sys.executable, "-c", program, *words], folder=Path.cwd(), environment={}, limit_s=limit_s
    )


def silent(text: str, fraction: float | None = None, /) -> None:
    """A progress that tells nobody."""


def test_the_time_to_the_first_frame() -> None:
    assert 0.5 < wait(CONSOLE, "T0ken") < 15


def test_a_console_for_a_while() -> None:
    with running_console([sys.executable, "-c", CONSOLE, "T0ken"], folder=Path.cwd(), limit_s=20) as link:
        assert link.endswith("/?token=T0ken")
    with pytest.raises(OSError, match="refused"):
        urlopen(link, timeout=5)


def test_a_console_that_refuses() -> None:
    with pytest.raises(ResourceError, match="The console sent no frame: HTTPError"):
        wait(CONSOLE, "0ther")


def test_a_console_that_ends() -> None:
    with pytest.raises(ResourceError, match="The console ended with status 3: no room"):
        wait("import sys; print('no room'); sys.exit(3)")


def test_a_console_that_says_nothing() -> None:
    with pytest.raises(ResourceError, match="The console printed no link in time: it printed nothing"):
        wait("import time; time.sleep(60)", limit_s=1)


def test_the_first_start_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = iter([90.0, 6.0, 5.0, 7.0])
    monkeypatch.setattr(start, "seconds_to_first_frame", lambda *_, **__: next(spent))
    assert start.measure_warm(quick=False, progress=silent) == Figure("warm_to_first_frame_s", 6.0, "s", n=3)


def test_a_quick_run_with_cold_kernels_keeps_the_last_full_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> float:
        raise ResourceError("not in time")

    kept = Figure("warm_to_first_frame_s", 5.0, "s", source="abc")
    monkeypatch.setattr(start, "seconds_to_first_frame", refuse)
    monkeypatch.setattr(start, "last_full", lambda *_, **__: kept)
    assert start.measure_warm(quick=True, progress=silent) is kept
    assert start.measure_warm(quick=False, progress=silent).why == "not in time"
    assert start.run(quick=True, seed=0, progress=silent) == [kept, kept]
