"""How long a command takes until the console that it starts has sent its first live frame to a page."""

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect
from websockets.typing import Origin

from inplane.core import ResourceError

LINK = re.compile(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+")
HELLO = json.dumps({"type": "Hello", "page": "bench-start", "last_event": -1})
MAGIC = b"INP1"


def seconds_to_first_frame(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], limit_s: float
) -> float:
    """Starts a command that serves the console; returns the seconds until its first frame arrived, then stops it.

    Args:
        command: words of the command; it has to print the console's link.
        folder: where it is started.
        environment: variables on top of this process's own.
        limit_s: when to give up.

    Raises:
        ResourceError: no frame within the limit, or the command ended; tells its last words.
    """
    begun = time.perf_counter()
    with _running(command, folder, environment) as (process, lines):
        link = _wait_for_link(process, lines, begun + limit_s)
        _receive_frame(link, max(1.0, begun + limit_s - time.perf_counter()))
        return time.perf_counter() - begun


@contextmanager
def running_console(
    command: Sequence[str], *, folder: Path, limit_s: float, environment: Mapping[str, str] | None = None
) -> Generator[str]:
    """The link of a console that a command serves, for as long as the block runs.

    Args:
        command, folder, environment, limit_s: as for `seconds_to_first_frame`.

    Raises:
        ResourceError: no link within the limit.
    """
    with _running(command, folder, environment or {}) as (process, lines):
        yield _wait_for_link(process, lines, time.perf_counter() + limit_s)


@contextmanager
def _running(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Generator[tuple["subprocess.Popen[str]", "queue.Queue[str]"]]:
    """The process, in a group of its own, with the lines that it prints; the whole group is ended afterwards."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: queue.Queue[str] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        _end(process)
        reader.join(5)


def _read(process: "subprocess.Popen[str]", lines: "queue.Queue[str]") -> None:
    with process.stdout or open(os.devnull) as printed:
        for line in printed:
            lines.put(line)


def _end(process: "subprocess.Popen[str]") -> None:
    """Interrupts the whole group, as Ctrl-C would; what does not stop is killed."""
    for how, patience_s in ((signal.SIGINT, 5.0), (signal.SIGTERM, 2.0)):
        if sys.platform == "win32":
            process.terminate()
        elif process.poll() is None:
            os.killpg(process.pid, how)
        try:
            process.wait(patience_s)
            return
        except subprocess.TimeoutExpired:
            continue
    process.kill() if sys.platform == "win32" else os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _wait_for_link(process: "subprocess.Popen[str]", lines: "queue.Queue[str]", deadline: float) -> str:
    """The link, once it was printed.

    Raises:
        ResourceError: it was not.
    """
    last: list[str] = []
    while time.perf_counter() < deadline:
        ended = process.poll() is not None
        try:
            last = [*last[-4:], lines.get(timeout=0.2)]
        except queue.Empty:
            if ended:
                raise ResourceError(f"The console ended with status {process.returncode}: {_tail(last)}") from None
            continue
        if found := LINK.search(last[-1]):
            return found.group()
    raise ResourceError(f"The console printed no link in time: {_tail(last)}")


def _receive_frame(link: str, limit_s: float) -> None:
    """Opens the page's link as a browser would, and waits for one frame.

    Raises:
        ResourceError: it did not come.
    """
    place = urlsplit(link).netloc
    deadline = time.perf_counter() + limit_s
    try:
        with urlopen(link, timeout=limit_s) as answer:  # a page of this machine; the cookie is its key
            cookie = str(answer.headers["set-cookie"]).split(";")[0]
        headers = {"Cookie": cookie}
        address = f"ws://{place}/live"
        with connect(
            address, origin=Origin(f"http://{place}"), additional_headers=headers, max_size=None, proxy=None
        ) as socket:
            socket.send(HELLO)
            while True:
                received = socket.recv(timeout=max(0.1, deadline - time.perf_counter()))
                if isinstance(received, bytes) and received.startswith(MAGIC):
                    return
    except (OSError, WebSocketException) as error:
        raise ResourceError(f"The console sent no frame: {type(error).__name__}: {error}") from error


def _tail(lines: Sequence[str]) -> str:
    return " / ".join(line.strip() for line in lines if line.strip()) or "it printed nothing"
