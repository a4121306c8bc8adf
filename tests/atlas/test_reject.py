"""Broken files are refused with words that name the file, the place and what is allowed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from inplane.atlas import find_problems, load_atlas
from inplane.core import FormatError

CORPUS = Path(__file__).parents[1] / "corpus" / "reject" / "atlas"
INDEX: list[dict[str, Any]] = json.loads((CORPUS / "index.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", INDEX, ids=lambda case: Path(case["file"]).stem)
def test_broken_file_is_refused_with_its_reason(case: dict[str, Any], tmp_path: Path) -> None:
    target = tmp_path / case["goes_to"]
    target.parent.mkdir(parents=True)
    shutil.copy(CORPUS / case["file"], target)
    with pytest.raises(FormatError, match=r"Expected") as raised:
        load_atlas(tmp_path)
    assert any(case["error"] in problem for problem in [str(raised.value), *readable_problems(tmp_path)])


def readable_problems(folder: Path) -> list[str]:
    """Every problem of a folder; none where a file could not be read at all."""
    try:
        return find_problems(folder)
    except FormatError:
        return []


def test_index_lists_every_file_of_the_corpus_once() -> None:
    listed = sorted(case["file"] for case in INDEX)
    assert listed == sorted(path.name for path in CORPUS.glob("*.yaml"))


def test_further_problems_are_counted(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "objects" / "tubing.yaml").write_text("a: {}\nb: {}\n")
    assert len(find_problems(tmp_path)) == 2
    with pytest.raises(FormatError, match=r"tubing.yaml: a: missing field.*\(1 more: see `inplane atlas check`.\)"):
        load_atlas(tmp_path)


def test_unknown_place_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.yml").write_text("a: b\n")
    with pytest.raises(FormatError, match=r"Unknown file notes.yml. Expected procedures/ID.yaml or one of:"):
        load_atlas(tmp_path)


def test_folder_without_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="holds no YAML file. Expected objects/KIND.yaml or procedures/ID.yaml"):
        load_atlas(tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="is not a folder. Expected one with objects/ or procedures/ in it"):
        load_atlas(tmp_path / "nowhere")


def test_own_procedure_uses_the_objects_of_the_package(tmp_path: Path) -> None:
    package = Path(load_atlas.__wrapped__.__code__.co_filename).parent
    (tmp_path / "procedures").mkdir()
    shutil.copy(package / "data" / "procedures" / "femoral_nerve_block.yaml", tmp_path / "procedures")
    atlas = load_atlas(tmp_path)
    assert list(atlas.procedures) == ["femoral_nerve_block"]
    assert atlas.drugs == load_atlas().drugs
