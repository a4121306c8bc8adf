"""Streams over the network: lateness beside pyigtl's in the same run, losses, memory, and from glass to overlay.

Everything runs on the loopback of this machine. Sender and receiver are two processes; both libraries send the same
noise, grey, at 30 pictures a second, in blocks that alternate, and each end has imported and warmed up before. Lateness
runs from before the message is made to when the receiver has the pixels as an array. pyigtl is used as its own examples
use it: its client is asked for the newest message, which looks every 10 ms.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from inplane.bench._streams_glass import figures as glass_figures
from inplane.bench._streams_glass import measure, record, served
from inplane.bench._streams_pairs import Pair, growth_mb
from inplane.bench._streams_peers import LIBRARIES, Job
from inplane.bench.report import Figure, Progress
from inplane.core import ResourceError

SIZES = ((640, 480), (1920, 1080))
RATE_HZ = 30.0
FULL_S, QUICK_S = 15.0, 1.5
"""Of one block."""
WARM_S = 0.5
FULL_ORDER, QUICK_ORDER = ("ours", "pyigtl", "pyigtl", "ours"), ("ours", "pyigtl")
LOSS_SIZE, LOSS_RATE_HZ = (640, 480), 60.0
FULL_LOSS_S, QUICK_LOSS_S = 600.0, 10.0
FULL_GLASS, QUICK_GLASS = 1200, 90
"""Pictures."""


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Every figure of this bench."""
    with ExitStack() as stack:
        pairs = {name: stack.enter_context(Pair(name)) for name in LIBRARIES}
        progress("simulating an insertion", None)
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="inplane-streams-")))
        recording = record(folder, seed)  # meanwhile both pairs import what they need
        port = stack.enter_context(served(recording))  # it sends nothing before somebody listens
        for pair in pairs.values():
            pair.ready()
        return [
            *(
                figure
                for size in SIZES
                for figure in _told(
                    f"p95_ratio_{_words(size)}",
                    partial(_beside, pairs, size, quick=quick, seed=seed, progress=progress),
                )
            ),
            *_told("pictures_lost", partial(_endurance, pairs["ours"], quick=quick, seed=seed, progress=progress)),
            *_told(
                "glass_to_overlay_p99_ms",
                lambda: glass_figures(measure(port, QUICK_GLASS if quick else FULL_GLASS, progress)),
            ),
        ]


def _told(name: str, part: Callable[[], list[Figure]]) -> list[Figure]:
    """The figures of one part; the one of that name without a value where the machine refused."""
    try:
        return part()
    except ResourceError as error:
        return [Figure(name, None, why=str(error))]


def _words(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def _beside(
    pairs: Mapping[str, Pair], size: tuple[int, int], *, quick: bool, seed: int, progress: Progress
) -> list[Figure]:
    """Lateness of ours and of pyigtl at one size, block by block in turn."""
    columns, rows = size
    late: dict[str, list[float]] = {name: [] for name in pairs}
    warm, order = round(WARM_S * RATE_HZ), QUICK_ORDER if quick else FULL_ORDER
    pictures = warm + round((QUICK_S if quick else FULL_S) * RATE_HZ)
    lost = dict.fromkeys(pairs, 0)
    for number, name in enumerate(order if seed % 2 == 0 else order[::-1]):
        progress(f"{columns} x {rows}, {name}", number / len(order))
        job = Job(columns=columns, rows=rows, rate_hz=RATE_HZ, pictures=pictures, seed=seed)
        done = pairs[name].exchange(job)
        late[name] += done.late_ms(warm)
        lost[name] += done.lost
    return _lateness(_words(size), late, lost)


def _lateness(size: str, late: Mapping[str, list[float]], lost: Mapping[str, int]) -> list[Figure]:
    """Percentiles of both libraries, and how ours compare."""
    found: list[Figure] = []
    p95: dict[str, float] = {}
    for name, values in late.items():
        if not values:
            found.append(Figure(f"{name}_p95_ms_{size}", None, "ms", why="no picture came"))
            continue
        p50, p95[name] = (float(np.percentile(values, share)) for share in (50, 95))
        n, why = len(values), f"{lost[name]} pictures lost"
        found.append(Figure(f"{name}_p50_ms_{size}", p50, "ms", n=n, why=why))
        found.append(Figure(f"{name}_p95_ms_{size}", p95[name], "ms", n=n, why=why))
    if len(p95) == len(late):
        n = min(len(values) for values in late.values())
        found.append(Figure(f"p95_ratio_{size}", p95["ours"] / p95["pyigtl"], "", n=n, why="ours to pyigtl; aim 0.2"))
    return found


def _endurance(pair: Pair, *, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Pictures lost at 60 a second, and what both ends grew by."""
    seconds = QUICK_LOSS_S if quick else FULL_LOSS_S
    progress(f"{seconds:g} s at {LOSS_RATE_HZ:g}/s", None)
    columns, rows = LOSS_SIZE
    pictures = round(seconds * LOSS_RATE_HZ)
    done = pair.exchange(Job(columns=columns, rows=rows, rate_hz=LOSS_RATE_HZ, pictures=pictures, seed=seed))
    told = f"{seconds:g} s at {LOSS_RATE_HZ:g}/s, {columns} x {rows}"
    in_order = done.receiver.numbers == sorted(done.receiver.numbers)
    return [
        Figure("pictures_lost", float(done.lost), "", n=done.sender.sent, why=told),
        Figure("pictures_in_order", float(in_order), "", n=len(done.receiver.numbers), why=told),
        Figure("endurance_p99_ms", float(np.percentile(done.late_ms(0) or [0.0], 99)), "ms", n=pictures, why=told),
        *(
            _growth(name, end.rss_mb, told, quick=quick)
            for name, end in (("sender", done.sender), ("receiver", done.receiver))
        ),
    ]


def _growth(name: str, rss_mb: Sequence[float], told: str, *, quick: bool) -> Figure:
    """How much more memory one end takes at the end than after its warm-up."""
    grown = growth_mb(rss_mb, 2 if quick else 30)
    why = f"{told}; resident memory" if grown is not None else "this system does not tell a process's memory"
    return Figure(f"rss_growth_{name}_mib", grown, "MiB", n=len(rss_mb), why=why)
