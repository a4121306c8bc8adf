"""From a picture's time stamp at the sender to the overlay drawn on it here: server, network, source, loop, drawing.

The sender is `inplane serve` in a process of its own, with a recording of a simulated insertion that was made just
before; what is timed ends when the overlay is drawn and the frame is in the bytes that a page gets.
"""

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer

import numpy as np

import inplane
from inplane.atlas import load_atlas
from inplane.bench.report import Figure, Progress
from inplane.case import Case, Journal, Loop
from inplane.core import Control, ResourceError, runtime
from inplane.operators import StagedInsertion, scanner_for
from inplane.overlay import draw
from inplane.perception import Perceiver
from inplane.stream import encode_frame, write_recording
from inplane.stream.igtl.source import IgtlSource

PROCEDURE = "femoral_nerve_block"
RATE_HZ = 30.0
BEGIN_S, FRAMES = 1.5, 45
"""Which part of the insertion is sent again and again: the needle on its way in. chosen: a second and a half of it."""
WARM = 30
"""Pictures that do not count. chosen: until perception has had each of its searches."""
START_S = 60.0


@dataclass(slots=True, kw_only=True)
class Glass:
    """What was measured, ms of each picture; and how many never reached the loop."""

    late_ms: list[float] = field(default_factory=list[float])
    network_ms: list[float] = field(default_factory=list[float])
    dropped: int = 0


def record(folder: Path, seed: int) -> Path:
    """A recording of a needle on its way in, in a folder."""
    runtime.start(threads=2)
    patient = inplane.patient(PROCEDURE, seed=seed)
    source = inplane.simulate(patient, PROCEDURE, seed=seed, frame_rate_hz=RATE_HZ)
    scanner = scanner_for(load_atlas().procedure(PROCEDURE))
    view = inplane.standard_view(patient, PROCEDURE)
    hand = StagedInsertion(seed, view, side=patient.side, depth_mm=scanner.depth_mm, scanner=scanner)
    path = folder / "insertion"

    def frames() -> Generator[tuple[inplane.Frame, Control, None]]:
        for number in range(FRAMES):
            control = hand.at(BEGIN_S + number / RATE_HZ)
            yield source.next(control), control, None

    write_recording(path, source.info, frames())
    source.close()
    return path


def command(path: Path) -> list[str]:
    """What sends a recording again and again, and prints its address first."""
    return [sys.executable, "-m", "inplane", "serve", str(path), "--loop", "--igtl", "0", "--rate", str(RATE_HZ)]


@contextmanager
def served(path: Path) -> Generator[int]:
    """The port at which a recording is sent, again and again, by another process."""
    with subprocess.Popen(command(path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        guard = Timer(START_S, process.kill)
        guard.start()
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            guard.cancel()
            if not line:
                words = process.communicate()[1].strip().splitlines() or ["it said nothing"]
                raise ResourceError(f"The sender did not begin: {words[-1]}")
            yield int(line.rsplit(":", 1)[1])
        finally:
            guard.cancel()
            process.kill()


def measure(port: int, pictures: int, progress: Progress) -> Glass:
    """Lateness of so many pictures, after the warm-up."""
    source = IgtlSource("127.0.0.1", port)
    case = Case(Journal(), None, None)
    loop, found, still = Loop(source, Perceiver(), None, None, case), Glass(), Control()
    begun = 0
    try:
        for number in range(WARM + pictures):
            tick = loop.step(still)
            if tick is None:
                raise ResourceError(f"The sender has gone: {source.status().text}")
            draw(tick.frame, tick.scene, tick.advice, level="full")
            encode_frame(tick.frame, geometry_version=1)
            now_s, stamp_s = time.time(), tick.frame.signals.timestamp_s
            if number == WARM:
                begun = source.status().dropped
            if number >= WARM and stamp_s is not None:
                found.late_ms.append((now_s - stamp_s) * 1e3)
                found.network_ms.append((source.status().latency_s or 0.0) * 1e3)
            if number % 300 == 0:
                progress("glass to overlay", number / (WARM + pictures))
        found.dropped = source.status().dropped - begun
    finally:
        source.close()
        case.close()
    return found


def figures(found: Glass) -> list[Figure]:
    """What was measured, as it is printed."""
    late, network = np.asarray(found.late_ms), np.asarray(found.network_ms)
    n = len(late)
    why = "stamp at the sender to overlay drawn and page bytes made; 192 x 512 simulated, 30/s"
    return [
        Figure("glass_to_overlay_p50_ms", float(np.percentile(late, 50)), "ms", n=n, why=why),
        Figure("glass_to_overlay_p99_ms", float(np.percentile(late, 99)), "ms", n=n, why=why),
        Figure(
            "glass_network_p50_ms", float(np.percentile(network, 50)), "ms", n=n, why="of it, until the message came"
        ),
        Figure("glass_overtaken", float(found.dropped), "", n=n, why="pictures that a newer one overtook"),
    ]
