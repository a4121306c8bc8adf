"""The two ends of a stream, each a process of its own: `python -m inplane.bench._streams_peers LIBRARY`.

A job a line comes by standard input: a sender prints its port, then sends; a receiver connects. Both print what they
measured as one line of JSON. The number of each picture is in its first eight pixels, its moment of sending in the
message's time stamp: both ends share the machine's clock.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

DEVICE = "Image_Reference"
RING = 8
"""Different pictures that are sent in turn. chosen: more than any cache of the processor holds at the larger size."""
SILENCE_S = 5.0
"""After so long without a picture a receiver stops waiting. chosen: longer than any pause of a busy machine."""
CONNECT_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One stream.

    Args:
        columns, rows: of its pictures, grey.
        rate_hz: pictures a second.
        pictures: how many, the warm-up among them.
        seed: draws the pixels.
    """

    columns: int
    rows: int
    rate_hz: float
    pictures: int
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class Measured:
    """What one end found out.

    Args:
        numbers: of the pictures, in the order in which they came; empty for a sender.
        late_ms: from sending to having the pixels, likewise.
        sent: pictures.
        rss_mb: resident memory every second, MiB; empty where the system does not tell.
    """

    numbers: list[int] = field(default_factory=list[int])
    late_ms: list[float] = field(default_factory=list[float])
    sent: int = 0
    rss_mb: list[float] = field(default_factory=list[float])


class Notebook:
    """Takes notes of the pictures that come, in memory that is taken before the first: what grows is not of ours.

    Args:
        pictures: how many will come.
    """

    def __init__(self, pictures: int) -> None:
        self._numbers, self._late_ms = np.full(pictures, -1), np.full(pictures, -1.0)
        self._count = 0

    def take(self, pixels: NDArray[np.uint8], stamp_s: float) -> int:
        """Notes a picture that has come; returns its number."""
        late_s = time.time() - stamp_s
        number = int.from_bytes(pixels.reshape(-1)[:8].tobytes(), "little")
        if self._count < len(self._numbers):
            self._numbers[self._count], self._late_ms[self._count] = number, late_s * 1e3
            self._count += 1
        return number

    def write_to(self, measured: Measured) -> None:
        """The notes, as lists."""
        measured.numbers = self._numbers[: self._count].tolist()
        measured.late_ms = self._late_ms[: self._count].tolist()


class Sends(Protocol):
    """A library's server, at a free port."""

    port: int

    def has_client(self) -> bool:
        """Whether somebody has connected."""
        ...

    def send(self, pixels: NDArray[np.uint8]) -> None:
        """Sends one picture, stamped with the present moment."""
        ...

    def close(self) -> None:
        """Sends what waits, and ends."""
        ...


class OurServer:
    """Our server at a free port."""

    def __init__(self) -> None:
        from inplane.stream.igtl.server import Server

        self._server = Server(0)
        self.port = self._server.port

    def has_client(self) -> bool:
        """Whether somebody has connected."""
        return any(client.version == 2 for client in self._server.clients)

    def send(self, pixels: NDArray[np.uint8]) -> None:
        """Sends one picture."""
        from inplane.stream.igtl.codec import Message
        from inplane.stream.igtl.image import Image

        stamp_s = time.time()
        content = Image(pixels=pixels[None], matrix=np.eye(4), coordinates="RAS")
        self._server.send(Message(type="IMAGE", device=DEVICE, content=content, time_s=stamp_s, version=2))

    def close(self) -> None:
        """Ends."""
        self._server.close()


class TheirServer:
    """pyigtl's server at a free port, used as its own examples do: send, and wait until it was sent."""

    def __init__(self) -> None:
        import socket

        import pyigtl  # pyright: ignore[reportMissingTypeStubs]

        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self._library: Any = pyigtl
        self._server: Any = self._library.OpenIGTLinkServer(port=self.port, local_server=True)

    def has_client(self) -> bool:
        """Whether somebody has connected."""
        return bool(self._server.is_connected())

    def send(self, pixels: NDArray[np.uint8]) -> None:
        """Sends one picture."""
        message = self._library.ImageMessage(
            pixels[None],
            ijk_to_world_matrix=np.eye(4),
            world_coordinate_system="ras",
            timestamp=time.time(),
            device_name=DEVICE,
        )
        self._server.send_message(message, wait=True)

    def close(self) -> None:
        """Ends."""
        self._server.stop()


NEEDED = {"ours": "inplane.stream.igtl.source", "pyigtl": "pyigtl"}
"""What is imported before the first job, so that no job pays for it."""
LIBRARIES: dict[str, Callable[[], Sends]] = {"ours": OurServer, "pyigtl": TheirServer}


def send(library: str, job: Job, tell: Callable[[str], None]) -> Measured:
    """Sends a job's pictures to the one client that comes, each when it is due; `tell` is given the port."""
    found = LIBRARIES[library]()
    tell(str(found.port))
    measured, end_s = Measured(), time.monotonic() + CONNECT_S
    while not found.has_client() and time.monotonic() < end_s:
        time.sleep(0.01)
    pictures = _pictures(job)
    with Memory(measured):
        due = time.perf_counter() + 0.2
        for number in range(job.pictures):
            pixels = next(pictures)
            pixels.reshape(-1)[:8] = np.frombuffer(number.to_bytes(8, "little"), np.uint8)
            time.sleep(max(0.0, due - time.perf_counter()))
            due = max(due + 1 / job.rate_hz, time.perf_counter())
            found.send(pixels)
            measured.sent += 1
        time.sleep(0.5)
    found.close()
    return measured


def receive(library: str, job: Job, port: int) -> Measured:
    """Takes pictures until the last has come, or none for a while."""
    measured, notes = Measured(), Notebook(job.pictures)
    with Memory(measured):
        (_receive_ours if library == "ours" else _receive_theirs)(job, port, notes)
    notes.write_to(measured)
    return measured


def _receive_ours(job: Job, port: int, notes: Notebook) -> None:
    from inplane.stream.igtl.client import Client
    from inplane.stream.igtl.codec import Message
    from inplane.stream.igtl.image import Image

    done, last_s = threading.Event(), [time.monotonic()]

    def take(message: Message) -> None:
        if isinstance(message.content, Image):
            last_s[0] = time.monotonic()
            if notes.take(message.content.pixels, message.time_s) == job.pictures - 1:
                done.set()

    client = Client("127.0.0.1", port, on_message=take, on_end=done.set)
    while not done.wait(0.5) and time.monotonic() - last_s[0] < SILENCE_S:
        pass
    client.close()


def _receive_theirs(job: Job, port: int, notes: Notebook) -> None:
    import pyigtl  # pyright: ignore[reportMissingTypeStubs]

    library: Any = pyigtl
    client: Any = library.OpenIGTLinkClient("127.0.0.1", port)
    while (message := client.wait_for_message(DEVICE, timeout=SILENCE_S)) is not None:
        if notes.take(message.image, message.timestamp) == job.pictures - 1:
            break
    client.stop()


def _pictures(job: Job) -> Iterator[NDArray[np.uint8]]:
    """Noise, in turn; the caller may write into it until it asks for the next."""
    rng = np.random.default_rng(job.seed)
    ring = [rng.integers(0, 256, (job.rows, job.columns), dtype=np.uint8) for _ in range(RING)]
    while True:
        yield from ring


class Memory:
    """Notes the resident memory every second, from a thread of its own, while the block runs."""

    def __init__(self, measured: Measured) -> None:
        self._measured, self._stop = measured, threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(1.0):
            if (now := rss_mb()) is not None:
                self._measured.rss_mb.append(now)


def rss_mb() -> float | None:
    """Resident memory of this process, MiB; None where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def main(library: str) -> None:
    """Plays one end of one job after another: `{"port": ..., "job": {...}}` a line, without a port to send."""

    def tell(text: str) -> None:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    import_module(NEEDED[library])
    tell("ready")
    for line in sys.stdin:
        told = json.loads(line)
        job, port = Job(**told["job"]), told.get("port")
        measured = send(library, job, tell) if port is None else receive(library, job, port)
        tell(json.dumps(asdict(measured)))
    os._exit(0)  # pyigtl's threads would keep the process


if __name__ == "__main__":
    main(sys.argv[1])
