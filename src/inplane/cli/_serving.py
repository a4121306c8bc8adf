"""What `inplane run` and `inplane console` have in common: progress, the link, the browser, the journals."""

import webbrowser
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import platformdirs
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from inplane.case import Journal
from inplane.console import Engine, SessionChoice, SessionFactory, create_app, listen, serve
from inplane.console.session import JournalMaker
from inplane.core import runtime


def serve_sessions(
    factory: SessionFactory, folder: Path, *, port: int, choice: SessionChoice | None = None, open_browser: bool
) -> None:
    """Serves a console until it is stopped from the keyboard.

    Args:
        factory: makes sessions.
        folder: where their journals are kept.
        port: on 127.0.0.1; 0 for any that is free.
        choice: the first session.
        open_browser: whether the link is opened, besides being printed.

    Raises:
        InplaneError: the port is in use, or the first session cannot be made.
    """
    told = Console(stderr=True)
    listener = listen(port)
    try:
        runtime.start()
        app = create_app(factory, choice=choice)
        _prepare(app.state.engine, told)
        link = f"http://127.0.0.1:{listener.getsockname()[1]}/?token={app.state.keys.token}"
        with suppress(KeyboardInterrupt):  # the server has ended by then, in good order
            serve(app, listener, lambda: _tell(link, told, folder, open_browser=open_browser))
    finally:
        listener.close()
    told.print("Stopped.")


def journals_in(folder: Path) -> JournalMaker:
    """Opens journals in a folder, each in a file of its own, named after the moment and the case."""

    def opened(name: str) -> Journal:
        moment = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S-%f")
        return Journal(folder / f"{moment}-{name}.sqlite")

    return opened


def journal_folder(asked: Path | None) -> Path:
    """Where journals are kept: as asked, or in the user's data folder."""
    return asked or Path(platformdirs.user_data_dir("inplane")) / "journals"


def _prepare(engine: Engine, told: Console) -> None:
    """Kernels and the first session, with visible progress; the engine works in its own thread."""
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
