"""Benchmarks: one file each, found by its name, all printing figures in one way.

A bench file exposes `run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]`; one that can leave a table of
its cases behind also takes `out: Path | None`.
"""

import pkgutil
import time
from collections.abc import Sequence
from importlib import import_module
from inspect import signature
from pathlib import Path

from inplane.bench.figures import Target, load_targets, targets_of
from inplane.bench.report import (
    Figure,
    Progress,
    Report,
    complete,
    describe_commit,
    describe_machine,
    last_full,
    table,
)
from inplane.core import InputError, UnknownNameError

__all__ = [
    "Figure",
    "Progress",
    "Report",
    "Target",
    "bench_names",
    "last_full",
    "load_targets",
    "run_bench",
    "table",
    "targets_of",
]

_NOT_BENCHES = {"figures", "report"}


def bench_names() -> list[str]:
    """Names of the benches that can be run, by the files that hold them."""
    found = (module.name for module in pkgutil.iter_modules(__path__))
    return sorted(name for name in found if name not in _NOT_BENCHES and not name.startswith("_"))


def run_bench(
    name: str, *, quick: bool, seed: int, progress: Progress, out: Path | None = None, only: Sequence[str] = ()
) -> Report:
    """Runs one bench.

    Args:
        name: one of `bench_names()`.
        quick: end within 50 s on two cores.
        seed: which cases to draw.
        progress: told what is being done.
        out: folder for a table of its cases, for benches that leave one.
        only: procedures, for benches that go through them; all of theirs if empty.

    Raises:
        UnknownNameError: there is no such bench, or no such procedure in it.
        InputError: a folder for a bench that leaves no table, or procedures for one that goes through none.
    """
    if name not in bench_names():
        raise UnknownNameError("bench", name, bench_names())
    begun = time.perf_counter()
    measure = import_module(f"inplane.bench.{name}").run
    if out is not None and "out" not in signature(measure).parameters:
        raise InputError(f"Bench {name!r} leaves no table of its cases. Expected no folder '{out}'.")
    if only and "only" not in signature(measure).parameters:
        raise InputError(f"Bench {name!r} goes through no procedures. Expected none, not {', '.join(only)}.")
    asked = ({} if out is None else {"out": out}) | ({"only": tuple(only)} if only else {})
    found = measure(quick=quick, seed=seed, progress=progress, **asked)
    return Report(
        bench=name,
        commit=describe_commit(),
        quick=quick,
        machine=describe_machine(),
        seconds=time.perf_counter() - begun,
        figures=complete(name, found),
    )
