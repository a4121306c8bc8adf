"""`inplane bench NAME`: run one benchmark and print its figures."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.status import Status

from inplane.bench import Progress, run_bench, table


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("bench")(bench)


def bench(
    name: Annotated[str, typer.Argument(help="Which benchmark, such as 'live'.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="End within 50 s on two cores, with fewer cases.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Draws other cases; results must hold for any.")] = 0,
    only: Annotated[list[str] | None, typer.Option(help="A procedure to look at; may be given again.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for a table of its cases, where a bench has one.")] = None,
) -> None:
    """Measure one benchmark and print its figures with targets. Exit status 0 when it ran, whatever it found."""
    told = Console(stderr=True)
    with told.status(f"{name}: starting") as status, _standard_output_kept_clear():
        telling = _live(status, name) if told.is_terminal else _plain(told, name)
        report = run_bench(name, quick=quick, seed=seed, progress=telling, out=out, only=only or ())
    if as_json:
        print(report.to_json())  # noqa: T201  the one object on standard output
    else:
        Console().print(table(report))


def _live(status: Status, name: str) -> Progress:
    """Progress as one line that changes."""

    def progress(text: str, fraction: float | None = None, /) -> None:
        share = "" if fraction is None else f" {fraction:4.0%}"
        status.update(f"{name}:{share} {text}")

    return progress


def _plain(told: Console, name: str) -> Progress:
    """Progress as lines, for logs."""

    def progress(text: str, fraction: float | None = None, /) -> None:
        share = "" if fraction is None else f" {fraction:4.0%}"
        told.print(f"{name}:{share} {text}", highlight=False, markup=False)

    return progress


@contextmanager
def _standard_output_kept_clear() -> Generator[None]:
    """Whatever is printed inside, even by compiled libraries, goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
