"""Streams between two processes of this machine, and what both ends measured."""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from inplane.bench._streams_peers import Job, Measured
from inplane.core import ResourceError

START_S = 60.0
"""For both processes to begin. chosen: many times what a busy machine needs."""
MODULE = "inplane.bench._streams_peers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What both ends of one stream measured."""

    sender: Measured
    receiver: Measured

    def late_ms(self, warm: int) -> list[float]:
        """Lateness of each picture that came, but for the first `warm` that were sent."""
        both = zip(self.receiver.numbers, self.receiver.late_ms, strict=True)
        return [late for number, late in both if number >= warm]

    @property
    def lost(self) -> int:
        """Pictures that were sent and never came."""
        return self.sender.sent - len(set(self.receiver.numbers))


class Pair:
    """A sender and a receiver of one library, each a process that waits for jobs; use it in a `with` block.

    Args:
        library: "ours" or "pyigtl".
    """

    def __init__(self, library: str) -> None:
        self.library = library
        self._ends = tuple(
            subprocess.Popen(
                [sys.executable, "-m", MODULE, library],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        )

    def __enter__(self) -> "Pair":
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._ends:
            process.kill()
            process.communicate()

    def ready(self) -> None:
        """Waits until both have imported what they need; once, before the first job.

        Raises:
            ResourceError: one has failed.
        """
        for process in self._ends:
            self._line(process, START_S)

    def exchange(self, job: Job) -> Exchange:
        """Sends a job's pictures from one process to the other.

        Raises:
            ResourceError: a process failed or did not end in time.
        """
        sender, receiver = self._ends
        limit_s = START_S + job.pictures / job.rate_hz * 1.5
        self._ask(sender, {"job": asdict(job)})
        self._ask(receiver, {"job": asdict(job), "port": int(self._line(sender, START_S))})
        came, sent = (Measured(**json.loads(self._line(end, limit_s))) for end in (receiver, sender))
        return Exchange(sender=sent, receiver=came)

    def _ask(self, process: "subprocess.Popen[str]", job: dict[str, Any]) -> None:
        assert process.stdin is not None
        process.stdin.write(json.dumps(job) + "\n")
        process.stdin.flush()

    def _line(self, process: "subprocess.Popen[str]", limit_s: float) -> str:
        """The next line that a process prints.

        Raises:
            ResourceError: it ended or printed none in time; tells its last words.
        """
        assert process.stdout is not None
        guard = threading.Timer(limit_s, process.kill)
        guard.start()
        line = process.stdout.readline()
        guard.cancel()
        if not line:
            words = process.communicate()[1].strip().splitlines() or [f"it said nothing within {limit_s:.0f} s"]
            raise ResourceError(f"A stream of {self.library} failed: {words[-1]}")
        return line


def growth_mb(rss_mb: Sequence[float], warm: int) -> float | None:
    """How much more memory is taken at the end of a run than after its warm-up, MiB; None where it was not told.

    Args:
        rss_mb: one a second.
        warm: seconds of warm-up.
    """
    steady = np.asarray(rss_mb[warm:], dtype=np.float64)
    if len(steady) < 2:
        return None
    tenth = max(1, len(steady) // 10)
    return float(np.median(steady[-tenth:]) - np.median(steady[:tenth]))
