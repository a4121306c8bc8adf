"""One way to print every number: a figure, the report that holds a bench's figures, and the table for people."""

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass
from functools import cache
from importlib.resources import files
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

from rich.table import Table

from inplane.bench.figures import Target, targets_of
from inplane.core import FormatError


class Progress(Protocol):
    """Tells a person what a bench is doing; never prints to standard output."""

    def __call__(self, text: str, fraction: float | None = None, /) -> None:
        """Says what comes next, and how much of the whole is done, 0 to 1, where that is known."""
        ...


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Args:
        name: as in figures.tsv, or a further one of the bench's own.
        value: None where it could not be measured; then `why` says why.
        unit: its unit, "" for none.
        n: how many measurements are behind it.
        why: why it is None, or what has to be known to read it.
        source: the commit that it was measured at, where that was not now.

    Raises:
        FormatError: a value that is not finite, or None without a reason.
    """

    name: str
    value: float | None
    unit: str = ""
    _: KW_ONLY
    n: int | None = None
    why: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        if self.value is None and not self.why:
            raise FormatError(f"Figure '{self.name}' has neither a value nor a reason. Expected one of them.")
        if self.value is not None and not isfinite(self.value):
            raise FormatError(f"Figure '{self.name}' is {self.value}. Expected a finite number, or None with a reason.")

    def to_json(self) -> dict[str, Any]:
        """The figure as it is printed; `from`, `why` and `n` only where there is something to say."""
        value = None if self.value is None else float(self.value)  # a number of NumPy's is none of JSON's
        count = None if self.n is None else int(self.n)
        told: dict[str, Any] = {"name": self.name, "value": value, "unit": self.unit}
        for key, extra in (("n", count), ("why", self.why), ("from", self.source)):
            if extra is not None:
                told[key] = extra
        return told


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one bench found, where and when."""

    bench: str
    commit: str
    quick: bool
    machine: dict[str, Any]
    seconds: float
    figures: tuple[Figure, ...]

    def to_json(self) -> str:
        """The report as one line of JSON."""
        return json.dumps(
            {
                "bench": self.bench,
                "commit": self.commit,
                "quick": self.quick,
                "machine": self.machine,
                "seconds": round(self.seconds, 1),
                "figures": [figure.to_json() for figure in self.figures],
            },
            allow_nan=False,
        )


def complete(bench: str, found: Iterable[Figure]) -> tuple[Figure, ...]:
    """The figures that a bench owes, in the list's order, then its further ones; what it did not return is null."""
    by_name = {figure.name: figure for figure in found}
    owed = [
        by_name.pop(target.name, Figure(target.name, None, target.unit, why="the bench does not measure it yet"))
        for target in targets_of(bench)
    ]
    return (*owed, *by_name.values())


def last_full(bench: str, name: str, *, unit: str = "") -> Figure:
    """A figure from the last full run that is on record, marked with its commit; None where there is none."""
    kept = json.loads(files("inplane.bench").joinpath("last_full.json").read_text(encoding="utf-8"))
    entry = kept.get(bench, {}).get(name)
    if entry is None:
        return Figure(name, None, unit, why="too slow for a quick run, and no full run is on record")
    return Figure(name, entry["value"], entry["unit"], n=entry.get("n"), source=entry["commit"])


def table(report: Report) -> Table:
    """The report as a person reads it: value, target, verdict."""
    told = Table(title=f"{report.bench} at {report.commit[:12]}{' (quick)' if report.quick else ''}")
    for column in ("figure", "value", "unit", "n", "target", "verdict"):
        told.add_column(column, justify="right" if column in ("value", "n") else "left")
    targets = {target.name: target for target in targets_of(report.bench)}
    for figure in report.figures:
        target = targets.get(figure.name)
        value = "-" if figure.value is None else f"{figure.value:.4g}"
        count = "" if figure.n is None else str(figure.n)
        told.add_row(figure.name, value, figure.unit, count, str(target or ""), verdict(figure, target))
    return told


def verdict(figure: Figure, target: Target | None) -> str:
    """Whether a figure reaches its target, in words; with its reason or the commit that it comes from."""
    if figure.value is None:
        return f"not measured: {figure.why}"
    words = [] if target is None else ["met" if target.is_met(figure.value) else "short of target"]
    words += [f"from {figure.source[:12]}"] if figure.source else []
    words += [figure.why] if figure.why else []
    return "; ".join(words)


def describe_machine() -> dict[str, Any]:
    """Cores that this process may use, and the names of CPU and GPU (None where there is none)."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    gpus = _told_by("nvidia-smi", "--query-gpu=name", "--format=csv,noheader")
    return {"cores": cores, "cpu": _cpu_name(), "gpu": gpus.splitlines()[0] if gpus else None}


@cache
def describe_commit() -> str:
    """The commit that runs, with "-dirty" where files differ from it; "unknown" outside a clone."""
    here = str(Path(__file__).parent)
    return _told_by("git", "-C", here, "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*") or "unknown"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _told_by(*words: str) -> str:
    """What a command prints, or nothing where it is missing or fails."""
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
