"""The command line's manners: what it prints, where, and with which exit status."""

import errno
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import typer

import inplane.cli
from inplane.cli import main
from inplane.core import RangeError


def run_verb(monkeypatch: pytest.MonkeyPatch, error: BaseException | None, words: list[str]) -> object:
    """Exit status of `inplane try ...`, a verb that raises what it was given."""

    def attempt() -> None:
        if error is not None:
            raise error
        typer.echo("done")

    module = ModuleType("inplane.cli.attempt")
    module.register = lambda app: app.command("attempt")(attempt)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "inplane.cli.attempt", module)
    monkeypatch.setattr(inplane.cli, "verbs", lambda: ["attempt"])
    with pytest.raises(SystemExit) as stopped:
        main(words)
    return stopped.value.code


def test_a_verb_that_works(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_verb(monkeypatch, None, ["attempt"]) == 0
    assert capsys.readouterr() == ("done\n", "")


@pytest.mark.parametrize(
    ("error", "status", "told"),
    [
        (RangeError("depth_mm is 7 mm."), 2, "inplane: depth_mm is 7 mm.\n"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "out"), 2, "inplane: 'out': No space left on device.\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_errors_become_one_line_and_a_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException, status: int, told: str
) -> None:
    assert run_verb(monkeypatch, error, ["attempt"]) == status
    assert capsys.readouterr() == ("", told)


def test_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        run_verb(monkeypatch, ZeroDivisionError(), ["attempt"])


def test_an_unknown_verb_is_a_usage_error(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_verb(monkeypatch, None, ["cure"]) == 2
    assert "No such command 'cure'" in capsys.readouterr().err


@pytest.mark.parametrize("verb", inplane.cli.verbs())
def test_every_verb_tells_how_it_is_used(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A bracket in a help text is markup to what prints it: one verb's help ended in a traceback."""
    with pytest.raises(SystemExit) as stopped:
        main([verb, "--help"])
    assert stopped.value.code == 0
    assert "Usage" in capsys.readouterr().out


def test_a_broken_verb_does_not_hide_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "sound.py").write_text("def register(app):\n    app.command('sound')(lambda: print('works'))\n")
    monkeypatch.setattr(inplane.cli, "__path__", [str(tmp_path)])
    for words, status in ((["--help"], 0), (["sound"], 0), (["broken"], 2)):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == status
        told = capsys.readouterr()
        assert ("works" in told.out) == (words == ["sound"])
        assert ("sound" in told.out) == (words == ["--help"])
        broken = (
            "inplane: The verb 'broken' cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_this_name'."
        )
        assert (broken in told.err) == (words != ["sound"])
    for name in ("broken", "sound"):
        sys.modules.pop(f"inplane.cli.{name}", None)


@pytest.mark.parametrize("start", [["-m", "inplane"], ["-c", "import inplane.cli; inplane.cli.main()"]])
def test_the_version(start: list[str]) -> None:
    done = subprocess.run([sys.executable, *start, "--version"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("inplane 0.")
    assert done.stderr == ""
