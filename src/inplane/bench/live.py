"""The live loop: CPU of each stage per frame, time from control to wire bytes, and frames that a browser really draws.

Paced at 30 frames/s on one moving needle, 192 lines of 512 samples, three blocks; the best block's percentiles count,
since other people's work on a shared machine only ever adds to them. A fixed control kernel is timed beside.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import sin, tau
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import inplane
from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.bench._browser import browser_fps
from inplane.bench.report import Figure, Progress
from inplane.case import Case, Journal, Loop, Step, complete_answers
from inplane.core import Control, Priority, runtime
from inplane.operators import aim_in_plane, scanner_for
from inplane.perception import Perceiver
from inplane.stream import encode_frame
from inplane.training import standard_plan

FRAME_RATE_HZ = 30.0
BLOCKS = 3
FULL_FRAMES, QUICK_FRAMES = 1000, 120
WARM_FRAMES = 30
PROCEDURE = "femoral_nerve_block"


@dataclass(slots=True)
class Block:
    """What was measured in one block of frames, ms."""

    frame: list[float] = field(default_factory=list[float])
    simulate: list[float] = field(default_factory=list[float])
    perceive: list[float] = field(default_factory=list[float])
    guide: list[float] = field(default_factory=list[float])
    encode: list[float] = field(default_factory=list[float])
    whole: list[float] = field(default_factory=list[float])


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Every figure of the live loop."""
    frames = QUICK_FRAMES if quick else FULL_FRAMES
    with live_loop(seed, progress) as (loop, controls):
        for _ in range(WARM_FRAMES):
            loop.step(next(controls))
        blocks = [_measure(loop, controls, frames, progress, block) for block in range(BLOCKS)]
        journal_ms = _journal_event_ms(loop.case)
    progress("a browser draws", 0.9)
    return [*_figures(blocks, journal_ms), browser_fps(quick=quick, seed=seed)]


@contextmanager
def live_loop(seed: int, progress: Progress) -> Generator[tuple[Loop, Iterator[Control]]]:
    """A loop over a simulated femoral nerve block past its form, and the controls of a needle that moves in and out."""
    runtime.start(threads=2)
    progress("building the patient", 0.0)
    patient = inplane.patient(PROCEDURE, seed=seed)
    source = inplane.simulate(patient, PROCEDURE, seed=seed, frame_rate_hz=FRAME_RATE_HZ)
    procedure = load_atlas().procedure(PROCEDURE)
    plan = standard_plan(procedure, patient)
    with TemporaryDirectory() as folder:
        case = Case(Journal(Path(folder) / "journal.db"), procedure, plan)
        case.advance(Step.INJECTION, complete_answers(procedure, plan))
        try:
            yield Loop(source, Perceiver(), procedure, plan, case), _controls(patient)
        finally:
            case.close()
            source.close()


def _controls(patient: Patient) -> Iterator[Control]:
    """A needle in plane that moves in and out once in six seconds under a still probe."""
    view = inplane.standard_view(patient, PROCEDURE)
    target = view.pose().inverse().apply(patient.targets_mm[PROCEDURE])
    needle = aim_in_plane(view, target_mm=(float(target[0]), float(target[1])), side=patient.side)
    scanner = scanner_for(load_atlas().procedure(PROCEDURE))
    frame = 0
    while True:
        deep_mm = 22.0 + 14.0 * sin(tau * frame / (6 * FRAME_RATE_HZ))
        yield Control(probe=view, needle=replace(needle, advance_mm=deep_mm), scanner=scanner)
        frame += 1


def _measure(loop: Loop, controls: Iterator[Control], frames: int, progress: Progress, block: int) -> Block:
    """One block, paced."""
    found = Block()
    due = time.perf_counter()
    for number in range(frames):
        if number % 50 == 0:
            progress(f"block {block + 1} of {BLOCKS}", (block + number / frames) / BLOCKS * 0.85 + 0.05)
        control = next(controls)
        time.sleep(max(0.0, due - time.perf_counter()))
        due = max(due + 1 / FRAME_RATE_HZ, time.perf_counter())
        begun, cpu_at = time.perf_counter(), time.process_time()
        tick = loop.step(control)
        if tick is None:
            break
        encode_at = time.thread_time()
        encode_frame(tick.frame, geometry_version=1)
        encoded_at = time.thread_time()
        found.frame.append((time.perf_counter() - begun) * 1e3)
        found.whole.append((time.process_time() - cpu_at) * 1e3)
        found.encode.append((encoded_at - encode_at) * 1e3)
        found.simulate.append(tick.cpu_s.simulate * 1e3)
        found.perceive.append(tick.cpu_s.perceive * 1e3)
        found.guide.append(tick.cpu_s.guide * 1e3)
    return found


def _figures(blocks: list[Block], journal_ms: float) -> list[Figure]:
    """Percentiles of the best block, mean CPU of the best block."""
    n = sum(len(block.frame) for block in blocks)

    def best(name: str, percentile: float | None = None) -> float:
        rows = [np.asarray(getattr(block, name)) for block in blocks]
        return float(min(row.mean() if percentile is None else np.percentile(row, percentile) for row in rows))

    return [
        Figure("frame_p50_ms", best("frame", 50), "ms", n=n),
        Figure("frame_p99_ms", best("frame", 99), "ms", n=n),
        Figure("cpu_ms", best("whole"), "ms", n=n),
        Figure("simulate_cpu_ms", best("simulate"), "ms", n=n),
        Figure("perceive_cpu_ms", best("perceive"), "ms", n=n),
        Figure("guide_cpu_ms", best("guide"), "ms", n=n),
        Figure("encode_cpu_ms", best("encode"), "ms", n=n),
        Figure("journal_event_ms", journal_ms, "ms", n=200),
        Figure("control_kernel_ms", _control_kernel_ms(), "ms", n=20, why="a fixed numpy task, to compare machines"),
    ]


def _journal_event_ms(case: Case) -> float:
    """Median cost of one event to the thread that writes it."""
    costs: list[float] = []
    for number in range(200):
        at = time.perf_counter()
        case.event("bench", priority=Priority.LOW if number % 50 == 0 else None, number=number)
        costs.append((time.perf_counter() - at) * 1e3)
        time.sleep(0.002)
    return float(np.median(costs))


def _control_kernel_ms() -> float:
    """Best time of a fixed task: FFT of 192 lines of 4096 samples."""
    block = np.random.default_rng(0).standard_normal((192, 4096))
    costs: list[float] = []
    for _ in range(20):
        at = time.perf_counter()
        np.fft.fft(block, axis=1)
        costs.append((time.perf_counter() - at) * 1e3)
    return min(costs)
