"""`inplane guide SOURCE`: the one loop over a recording or a live scanner, written down."""

import json
import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from inplane.atlas import load_atlas
from inplane.cli._guide_out import OutFolder
from inplane.cli._guide_run import GuideRun, Options, Outcome
from inplane.core import FormatError, UnknownNameError, require_range, runtime
from inplane.guidance import Plan
from inplane.overlay import LEVELS

LONGEST_S = 86_400.0
SIDES = ("left", "right")
USUAL_KG = 70.0
"""Weight for dose limits where a recording tells none. chosen: the usual adult of dosing tables; said in the notes."""


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("guide")(guide)


def guide(
    source: Annotated[
        str,
        typer.Argument(help="A file, a folder, a recording, or igtl://HOST:PORT/DEVICE."),
    ],
    *,
    out: Annotated[Path | None, typer.Option(help="Folder for what is written; <source>.inplane if left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    procedure: Annotated[str | None, typer.Option(help="Id of what is done; somebody only looks if left out.")] = None,
    side: Annotated[str, typer.Option(help="left or right, with --procedure.")] = "right",
    overlay: Annotated[str, typer.Option(help="off, outline or full.")] = "full",
    width: Annotated[int, typer.Option(help="Width of the overlay, pixels.")] = 640,
    seconds: Annotated[float | None, typer.Option(help="Stop after so long.")] = None,
    config: Annotated[Path | None, typer.Option(help="PLUS configuration with the scale of a sequence.")] = None,
    journal: Annotated[Path | None, typer.Option(help="File for the journal; in --out if left out.")] = None,
) -> None:
    """Run the loop over a source: overlay video, a JSON line a frame, a journal and a summary.

    Exit status 2 where the source cannot be used or breaks midway; what was read is then kept, marked incomplete.
    """
    if overlay not in LEVELS:
        raise UnknownNameError("overlay level", overlay, LEVELS)
    require_range("width", width, 64, 4096, "px")
    if seconds is not None:
        require_range("seconds", seconds, 0.05, LONGEST_S, "s")
    entry = None if procedure is None else load_atlas().procedure(procedure)
    plan = None if procedure is None else _plan(procedure, side)
    options = Options(level=overlay, width_px=width, seconds=seconds, procedure=entry, plan=plan)
    folder = OutFolder(out if out is not None else Path(_folder_name(source)), journal)
    outcome = _run(source, config, folder, options)
    if as_json:
        print(json.dumps(outcome.summary))  # noqa: T201  the one object on standard output
    else:
        _show(outcome.summary)
    if outcome.ended == "keyboard" and outcome.reason is not None:
        sys.exit(130)
    if outcome.reason is not None:
        raise FormatError(f"{outcome.reason.rstrip('.')}. What was read before is kept in '{folder.path}', marked so.")


def _run(source: str, config: Path | None, folder: OutFolder, options: Options) -> Outcome:
    """The whole run, with progress.

    Raises:
        InplaneError: the source cannot be used, or the disk refused.
    """
    from inplane.stream.open import open_source

    told = Console(stderr=True)
    live = "://" in source
    if live:  # a scanner does not wait for kernels
        _warm_up(told)
    opened = open_source(source, config=config)
    try:
        if not live:
            _warm_up(told)
        with folder, _progress(told, opened.info.frames) as (say, report):
            return GuideRun(opened, folder, options, say=say, report=report).run()
    finally:
        opened.close()


def _warm_up(told: Console) -> None:
    """Threads, kernel cache and kernels, before the first frame."""
    from inplane.console.warm_up import warm_up_observing

    runtime.start()
    with told.status("Preparing"):
        warm_up_observing()


def _plan(procedure_id: str, side: str) -> Plan:
    """The procedure's first drug at its first concentration and its usual volume.

    Raises:
        UnknownNameError: no such procedure or side.
    """
    if side not in SIDES:
        raise UnknownNameError("side", side, SIDES)
    atlas = load_atlas()
    procedure = atlas.procedure(procedure_id)
    drug = atlas.drug(procedure.drug_ids[0])
    return Plan(
        procedure_id=procedure.id,
        side="left" if side == "left" else "right",
        drug_id=drug.id,
        concentration_mg_ml=drug.concentrations_mg_ml.values[0],
        weight_kg=USUAL_KG,
        planned_ml=procedure.injectate.planned_ml.value,
    )


def _folder_name(source: str) -> str:
    """A name for the folder, from the source's own."""
    if "://" in source:
        return re.sub(r"[^A-Za-z0-9.]+", "-", source).strip("-") + ".inplane"
    return (Path(source).name or Path(source).resolve().name or "source") + ".inplane"


@contextmanager
def _progress(told: Console, frames: int | None) -> Generator[tuple[Any, Any]]:
    """What takes sentences, and what takes progress; on standard error, as a bar where there is a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.0f} frames"))
    with Progress(*columns, TimeElapsedColumn(), console=told, transient=True, disable=not told.is_terminal) as bar:
        task = bar.add_task("Guiding", total=frames)

        def say(text: str) -> None:
            told.print(text, highlight=False, markup=False, soft_wrap=True)

        def report(done: int, time_s: float) -> None:
            bar.update(task, completed=done, description=f"Guiding, {time_s:.1f} s")

        yield say, report


def _show(summary: dict[str, Any]) -> None:
    from inplane.cli._guide_table import summary_table

    console = Console(width=None if Console().is_terminal else 120)
    console.print(summary_table(summary))
    for note in summary["notes"]:
        console.print(f"note: {note}", highlight=False, markup=False)
    console.print(f"Written to '{summary['out']}': {', '.join(summary['files'])}.", highlight=False, markup=False)
