"""`inplane learn`: what it refuses before any work, and what it hands on."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from inplane.cli import learn as verb
from inplane.cli import main
from inplane.trials import anatomy_course, needle_course
from inplane.trials.course import Course
from inplane.trials.learning import MISSING


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["learn", *words])
    return stopped.value.code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["vessel"], "Unknown model 'vessel'. Expected one of: 'needle', 'anatomy'."),
        (["needle", "--seed", "100"], "seed is 100. Expected a number from 0 to 99."),
        (["needle", "--patients", "0"], "patients is 0. Expected a number from 1 to 1000."),
        (["needle", "--clips", "101"], "clips is 101. Expected a number from 1 to 100."),
        (["needle", "--steps", "10"], "steps is 10. Expected a number from 20 to 1e+06."),
        (["anatomy", "--begin", "x.onnx"], "--begin is for the needle net. Expected none with 'anatomy'."),
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
    assert given == [(tmp_path, {"patients": 2, "clips": 3, "course": Course(steps=20, seed=4), "begin": None})]
    said = capsys.readouterr().err
    assert "[half] way" in said
    assert f"'{tmp_path / 'needle.onnx'}', with its card beside it." in said


def test_the_anatomy_net_has_its_own_usual_amounts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[tuple[Path, dict[str, Any]]] = []

    def make(folder: Path, **how: Any) -> Path:
        how.pop("told")
        given.append((folder, how))
        return folder / "anatomy.onnx"

    monkeypatch.setattr(verb, "torch_there", lambda: True)
    monkeypatch.setattr(anatomy_course, "make", make)
    assert run("anatomy", "--out", str(tmp_path), "--seed", "4") == 0
    course = anatomy_course.anatomy_course(steps=3600, seed=4)
    assert given == [(tmp_path, {"patients": 40, "count": 8, "course": course})]


def test_a_course_that_begins_with_a_net_names_it_by_its_hash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[dict[str, Any]] = []

    def make(folder: Path, **how: Any) -> Path:
        given.append(how)
        return folder / "needle.onnx"

    monkeypatch.setattr(verb, "torch_there", lambda: True)
    monkeypatch.setattr(needle_course, "make", make)
    (begin := tmp_path / "before.onnx").write_bytes(b"weights")
    assert run("needle", "--out", str(tmp_path), "--begin", str(begin)) == 0
    assert given[0]["begin"] == begin
    assert given[0]["course"].begun_with == hashlib.sha256(b"weights").hexdigest()
    assert given[0]["course"].rate == needle_course.BEGUN_RATE


def test_a_net_to_begin_with_that_is_not_there_is_told_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begin, out = tmp_path / "none.onnx", tmp_path / "out"
    assert run("needle", "--out", str(out), "--begin", str(begin)) == 2
    assert capsys.readouterr() == ("", f"inplane: '{begin}' is not there. Expected a needle.onnx to begin with.\n")
    assert not out.exists()
