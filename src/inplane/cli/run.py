"""`inplane run`: serve the console on this machine and open it."""

import webbrowser
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from inplane.atlas import load_atlas
from inplane.case import Journal
from inplane.console import Engine, SessionChoice, SimulatedSessions, create_app, listen, serve
from inplane.core import RangeError, UnknownNameError, runtime

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
    told = Console(stderr=True)
    listener = listen(port)
    try:
        runtime.start()
        folder = journals or Path(platformdirs.user_data_dir("inplane")) / "journals"
        app = create_app(SimulatedSessions(lambda name: _journal(folder, name)), choice=choice)
        engine: Engine = app.state.engine
        _prepare(engine, told)
        link = f"http://127.0.0.1:{listener.getsockname()[1]}/?token={app.state.keys.token}"
        with suppress(KeyboardInterrupt):  # the server has ended by then, in good order
            serve(app, listener, lambda: _tell(link, told, folder, open_browser=not no_browser))
    finally:
        listener.close()
    told.print("Stopped.")


def _choice(procedure: str, side: str, seed: int, level: int, *, lesson: bool) -> SessionChoice:
    """What was asked for, checked before anything is started.

    Raises:
        UnknownNameError: no such procedure or side.
        RangeError: seed or level outside their ranges.
    """
    load_atlas().procedure(procedure)
    if side not in SIDES:
        raise UnknownNameError("side", side, SIDES)
    if level not in LEVELS:
        raise RangeError(f"level is {level}. Expected a whole number from {LEVELS[0]} to {LEVELS[-1]}.")
    if not 0 <= seed < 2**31:
        raise RangeError(f"seed is {seed}. Expected a whole number from 0 to {2**31 - 1}.")
    known: Literal["left", "right"] = "left" if side == "left" else "right"
    return SessionChoice(procedure_id=procedure, side=known, seed=seed, level=level, lesson=lesson)


def _prepare(engine: Engine, told: Console) -> None:
    """Kernels and the first patient, with visible progress; the engine works in its own thread."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    last = ""
    with Progress(*columns, console=told, disable=not told.is_terminal) as progress:
        task = progress.add_task("Starting", total=1.0)

        def report(text: str, share: float) -> None:
            nonlocal last
            progress.update(task, description=text, completed=share)
            if not told.is_terminal and text != last:
                told.print(text)
            last = text

        engine.start(report)
        while not engine.wait(0.2):
            pass


def _journal(folder: Path, name: str) -> Journal:
    """A journal in a file of its own, named after the moment and the case."""
    moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
    return Journal(folder / f"{moment}-{name}.sqlite")


def _tell(link: str, told: Console, folder: Path, *, open_browser: bool) -> None:
    """The link on a line of its own, and the browser where there is one."""
    told.print("The console is served on this machine alone. Research and training software, not a medical device.")
    told.print(f"Journals of cases: {folder}", soft_wrap=True)
    told.print("Open this link; it works once. Ctrl-C stops.")
    typer.echo(link)
    if open_browser:
        _open(link)


def _open(link: str) -> None:
    """Opens the link in a graphical browser; a text browser would take the terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if not isinstance(browser, webbrowser.GenericBrowser) or isinstance(browser, webbrowser.BackgroundBrowser):
        browser.open(link)
