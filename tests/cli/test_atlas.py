"""`inplane atlas list | show | check`."""

import shutil
from pathlib import Path

import pytest

from inplane.cli import main

CORPUS = Path(__file__).parents[1] / "corpus" / "reject" / "atlas"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[object, str, str]:
    """Exit status, standard output and standard error of `inplane atlas ...`."""
    with pytest.raises(SystemExit) as stopped:
        main(["atlas", *words])
    told = capsys.readouterr()
    return stopped.value.code or 0, told.out, told.err


def test_list_names_everything(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "list")
    assert (status, err) == (0, "")
    for name in ("femoral_nerve_block", "hip_joint_injection", "ropivacaine", "linear_12_4", "pressure_stop_kpa"):
        assert name in out


@pytest.mark.parametrize("name", ["femoral_nerve_block", "ropivacaine", "muscle", "GADS14", "skin", "time_out"])
def test_show_prints_an_entry_with_its_sources(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, err = run(capsys, "show", name)
    assert (status, err) == (0, "")
    assert name in out
    if name == "ropivacaine":
        assert "C provisional" in out
        assert "ORACLE" in out
        assert "unreviewed" in out
    if name == "femoral_nerve_block":
        assert "time_out" in out


def test_show_of_an_unknown_name_says_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "show", "femoral_nerve_blok")
    assert (status, out) == (2, "")
    assert "Unknown atlas entry 'femoral_nerve_blok'" in err
    assert "femoral_nerve_block" in err
    assert err.count("\n") == 1


def test_check_counts_what_is_not_settled(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "check")
    assert (status, err) == (0, "")
    assert "The atlas is consistent: 50 procedures" in out
    assert "Unreviewed by a clinician:" in out
    assert "Provisional until a label or guideline is cited:" in out


def test_check_of_a_broken_folder_stops_with_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    shutil.copy(CORPUS / "bad_grade.yaml", tmp_path / "objects" / "drugs.yaml")
    status, out, err = run(capsys, "check", "--path", str(tmp_path))
    assert (status, out) == (2, "")
    assert err == (
        "inplane: objects/drugs.yaml: lidocaine.max_mg.grade: 'E' is not known. Expected one of: 'A', 'B', 'C', 'D'.\n"
    )


def test_check_names_every_problem(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "tubing.yaml").write_text("a: {}\nb: {}\n")
    status, _, err = run(capsys, "check", "--path", str(tmp_path))
    assert status == 2
    assert len(err.splitlines()) == 2


def test_check_of_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = run(capsys, "check", "--path", str(tmp_path / "nowhere"))
    assert status == 2
    assert "is not a folder" in err
