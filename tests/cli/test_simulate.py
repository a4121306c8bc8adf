"""`inplane simulate`: what it refuses before any work, and a short recording."""

import json
from pathlib import Path

import pytest

from inplane.cli import main
from inplane.core import Control
from inplane.stream import RecordedSource


def run(*words: str) -> object:
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", *words])
    return stopped.value.code


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["knee_surgery"], "Unknown procedure with a virtual patient 'knee_surgery'. Expected one of: "),
        (["femoral_nerve_block", "--side", "middle"], "Unknown side 'middle'. Expected one of: 'left', 'right'."),
        (["femoral_nerve_block", "--level", "9"], "level is 9. Expected a whole number from 0 to 4."),
        (["femoral_nerve_block", "--seed", "-1"], "seed is -1. Expected a whole number from 0"),
        (["femoral_nerve_block", "--seconds", "0"], "seconds is 0.0 s. Expected a number from 0.1 to 600 s."),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert run(*words, "--out", str(tmp_path / "out")) == 2
    said = capsys.readouterr().err
    assert told in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "note").write_text("mine")
    assert run("femoral_nerve_block", "--out", str(tmp_path)) == 2
    assert "exists already" in capsys.readouterr().err
    assert [found.name for found in tmp_path.iterdir()] == ["note"]


@pytest.mark.slow
def test_a_short_recording(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run("femoral_nerve_block", "--seed", "3", "--seconds", "2", "--out", str(out)) == 0
    source = RecordedSource(out)
    assert source.complete
    assert source.info.procedure_id == "femoral_nerve_block"
    assert len(source) == 60
    first = source.next(Control())
    assert first is not None
    assert first.pixels.shape == (source.info.n_lines, source.info.n_samples)
    truth = source.truth(59)
    assert truth is not None
    assert truth.tip_image_mm is not None  # the script begins to advance after a second
    assert json.loads((out / "manifest.json").read_text())["frames"] == 60
