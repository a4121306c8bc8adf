"""`inplane run`: serve the console on this machine and open it."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from inplane.anatomy import window_of
from inplane.cli._serving import journal_folder, journals_in, serve_sessions
from inplane.console import SessionChoice, SimulatedSessions
from inplane.core import RangeError, UnknownNameError

LEVELS = range(5)
SIDES = ("left", "right")


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("run")(run)


def run(
    *,
    port: Annotated[int, typer.Option(help="Port on 127.0.0.1; 0 takes any that is free.")] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the link only.")] = False,
    seed: Annotated[int, typer.Option(help="Which patient; the same number is always the same patient.")] = 7,
    procedure: Annotated[
        str, typer.Option(help="Id of the procedure, see `inplane atlas list`.")
    ] = "femoral_nerve_block",
    side: Annotated[str, typer.Option(help="left or right.")] = "right",
    level: Annotated[int, typer.Option(help="Difficulty, 0 easy to 4 hard.")] = 0,
    lesson: Annotated[bool, typer.Option(help="Begin with the lesson, or with free play.")] = True,
    journals: Annotated[Path | None, typer.Option(help="Folder for the cases' journals.")] = None,
) -> None:
    """Serve the console on this machine alone and print its link. Ctrl-C stops it."""
    choice = _choice(procedure, side, seed, level, lesson=lesson)
    folder = journal_folder(journals)
    sessions = SimulatedSessions(journals_in(folder))
    serve_sessions(sessions, folder, port=port, choice=choice, open_browser=not no_browser)


def _choice(procedure: str, side: str, seed: int, level: int, *, lesson: bool) -> SessionChoice:
    """What was asked for, checked before anything is started.

    Raises:
        UnknownNameError: no such procedure or side.
        RangeError: seed or level outside their ranges.
    """
    window_of(procedure)
    if side not in SIDES:
        raise UnknownNameError("side", side, SIDES)
    if level not in LEVELS:
        raise RangeError(f"level is {level}. Expected a whole number from {LEVELS[0]} to {LEVELS[-1]}.")
    if not 0 <= seed < 2**31:
        raise RangeError(f"seed is {seed}. Expected a whole number from 0 to {2**31 - 1}.")
    known: Literal["left", "right"] = "left" if side == "left" else "right"
    return SessionChoice(procedure_id=procedure, side=known, seed=seed, level=level, lesson=lesson)
