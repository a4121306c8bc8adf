"""`inplane console`: a recording or a scanner on the network, in the browser, through the same loop."""

from pathlib import Path
from typing import Annotated

import typer

from inplane.atlas import load_atlas
from inplane.cli._serving import journal_folder, journals_in, serve_sessions
from inplane.console import ObservedSessions
from inplane.stream.open import open_source


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("console")(console)


def console(
    *,
    source: Annotated[
        str, typer.Option(help="A file or folder of pictures, a recording, or igtl://host:port.", show_default=False)
    ],
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link only.")] = False,
    procedure: Annotated[
        str | None, typer.Option(help="Id of a procedure whose conditions are watched; without one you only look.")
    ] = None,
    loop: Annotated[bool, typer.Option(help="Begin a recording again at its end.")] = False,
    journals: Annotated[Path | None, typer.Option(help="Folder for the journals.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="PLUS configuration with the scale of a sequence that has none.")
    ] = None,
) -> None:
    """Show a recording or a live scanner in the browser, on this machine alone. Ctrl-C stops it."""
    if procedure is not None:
        load_atlas().procedure(procedure)
    folder = journal_folder(journals)
    sessions = ObservedSessions(
        lambda: open_source(source, config=config, loop=loop), procedure_id=procedure, journals=journals_in(folder)
    )
    serve_sessions(sessions, folder, port=port, open_browser=not no_browser)
