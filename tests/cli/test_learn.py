"""`inplane learn`: what it refuses before any work, and what it hands on."""

from pathlib import Path
from typing import Any

import pytest

from inplane.cli import learn as verb
from inplane.cli import main
from inplane.trials import needle_course
from inplane.trials.learning import MISSING
from inplane.trials.needle_learn import Course


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["learn", *words])
    return stopped.value.code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["vessel"], "Unknown model 'vessel'. Expected one of: 'needle'."),
        (["needle", "--seed", "100"], "seed is 100. Expected a number from 0 to 99."),
        (["needle", "--patients", "0"], "patients is 0. Expected a number from 1 to 1000."),
        (["needle", "--clips", "101"], "clips is 101. Expected a number from 1 to 100."),
        (["needle", "--steps", "10"], "steps is 10. Expected a number from 20 to 1e+06."),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(*words, "--out", str(tmp_path / "out")) == 2
    assert capsys.readouterr() == ("", f"inplane: {told}\n")
    assert list(tmp_path.iterdir()) == []


def test_missing_torch_is_told_before_any_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verb, "torch_there", lambda: False)
    assert run("needle", "--out", str(tmp_path / "out")) == 2
    assert capsys.readouterr() == ("", f"inplane: {MISSING}.\n")
    assert list(tmp_path.iterdir()) == []


def test_what_was_asked_for_is_handed_on(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given: list[tuple[Path, dict[str, Any]]] = []

    def make(folder: Path, **how: Any) -> Path:
        how.pop("told")("[half] way")
        given.append((folder, how))
        return folder / "needle.onnx"

    monkeypatch.setattr(verb, "torch_there", lambda: True)
    monkeypatch.setattr(needle_course, "make", make)
    words = ("--seed", "4", "--patients", "2", "--clips", "3", "--steps", "20")
    assert run("needle", "--out", str(tmp_path), *words) == 0
    assert given == [(tmp_path, {"patients": 2, "clips": 3, "course": Course(steps=20, seed=4)})]
    said = capsys.readouterr().err
    assert "[half] way" in said
    assert f"'{tmp_path / 'needle.onnx'}', with its card beside it." in said
