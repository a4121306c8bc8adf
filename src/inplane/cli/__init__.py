"""The command line: one thin file a verb, each with `register(app)`, loaded only when it is asked for.

Exit status: 0 done; 2 what arrived cannot be used or the machine refused, told in one line on standard error; 130
stopped from the keyboard; 1 a fault of ours, with its traceback.
"""

import pkgutil
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from inplane.core import InplaneError, ResourceError

__all__ = ["main"]

_HELP = "Guide, simulate, train: ultrasound-guided needle procedures. Not a medical device."


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with its status.

    Args:
        arguments: words after `inplane`; those of the process if None.

    Raises:
        SystemExit: always.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _build(words)(args=words, prog_name="inplane")
    except InplaneError as error:
        _stop(str(error))
    except OSError as error:
        _stop(_told(error))
    except KeyboardInterrupt:
        sys.exit(130)


def verbs() -> list[str]:
    """Names of all verbs, by the files that hold them."""
    return sorted(found.name for found in pkgutil.iter_modules(__path__) if not found.name.startswith("_"))


def _build(words: Sequence[str]) -> typer.Typer:
    """The application with the one verb that was asked for, or with all where none was."""
    app = typer.Typer(help=_HELP, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)
    app.callback()(_options)
    asked = next((word for word in words if not word.startswith("-")), None)
    if asked in verbs():
        _load(app, asked)
        return app
    for verb in verbs():
        try:
            _load(app, verb)
        except ResourceError as error:
            print(f"inplane: {error}", file=sys.stderr)  # noqa: T201  the other verbs still work
    return app


def _load(app: typer.Typer, verb: str) -> None:
    """Adds one verb.

    Raises:
        ResourceError: its file cannot be imported.
    """
    try:
        import_module(f"inplane.cli.{verb}").register(app)
    except InplaneError:
        raise
    except Exception as error:
        raise ResourceError(f"The verb '{verb}' cannot be loaded: {type(error).__name__}: {error}.") from error


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"inplane {version('inplane')}")
        raise typer.Exit


def _options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Stands for `inplane` itself, whose options come before the verb."""


def _told(error: OSError) -> str:
    """What the operating system said, and about what, in one line."""
    place = f"'{error.filename}': " if error.filename else ""
    return f"{place}{error.strerror or error}."


def _stop(told: str) -> None:
    print(f"inplane: {told}", file=sys.stderr)  # noqa: T201  this is where a user reads it
    sys.exit(2)
