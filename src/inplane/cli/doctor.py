"""`inplane doctor [SOURCE]`: what is wrong with the machine or a source, and what to do about it."""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from inplane.cli._doctor_machine import Check

STYLES = {"fine": "green", "note": "yellow", "wrong": "red"}


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("doctor")(doctor)


def doctor(
    source: Annotated[
        str | None, typer.Argument(help="A file, a folder, or igtl://host[:port]; the machine alone if left out.")
    ] = None,
    *,
    config: Annotated[Path | None, typer.Option(help="PLUS configuration with the scale of a sequence.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Check this machine and, if one is named, a source. Exit status 2 when something is wrong."""
    from inplane.cli._doctor_machine import machine_checks
    from inplane.cli._doctor_source import source_checks

    told = Console(stderr=True)
    with told.status("Looking"):
        machine = list(machine_checks(Path.cwd()))
        found = None if source is None else list(source_checks(source, config))
    everything = [*machine, *(found or ())]
    fine = all(check.state != "wrong" for check in everything)
    if as_json:
        of_source = None if found is None else [asdict(check) for check in found]
        print(json.dumps({"fine": fine, "machine": [asdict(check) for check in machine], "source": of_source}))  # noqa: T201  the one object on standard output
    else:
        _show("This machine", machine)
        if found is not None:
            _show(str(source), found)
        Console().print("Nothing is wrong." if fine else "Something is wrong: see the lines in red.")
    if not fine:
        sys.exit(2)


def _show(title: str, checks: "Iterable[Check]") -> None:
    console = Console(width=None if Console().is_terminal else 140)
    table = Table("what", "", "found", "what to do", title=Text(title), title_justify="left")
    for check in checks:
        style = STYLES[check.state]
        table.add_row(Text(check.name), Text(check.state, style=style), Text(check.found), Text(check.do))
    console.print(table)
