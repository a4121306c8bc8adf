"""The table of real recordings: every file that holds images has its row, and every remark belongs to one."""

import re
from fnmatch import fnmatch
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "real-data.md"
REMARKS = ROOT / "docs" / "reference" / "real-data-remarks.yaml"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = spec_from_file_location("make_data_table", ROOT / "tools" / "make_data_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows() -> list[str]:
    """Set and name of every row."""
    found, group = [], ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:]
        elif line.startswith("| ") and not line.startswith(("| file |", "| ---")):
            found.append(f"{group}/{line.split(' | ')[0][2:]}")
    return found


@pytest.mark.data
def test_every_file_that_holds_images_has_one_row(data: Path, tool: ModuleType) -> None:
    files, left = tool.files_of(data)
    assert sorted(rows()) == sorted(" ".join(path.relative_to(data).as_posix().split()) for path in files)
    assert sum(left.values()) + len(files) == sum(path.is_file() for path in data.rglob("*"))


def test_the_sums_at_the_top_are_those_of_the_rows() -> None:
    text = PAGE.read_text(encoding="utf-8")
    told = re.search(r"\*\*(\d+) files: (\d+) opened, (\d+) refused\.\*\*", text)
    assert told is not None
    refused = len(re.findall(r"\| refused: ", text))
    assert [int(number) for number in told.groups()] == [len(rows()), len(rows()) - refused, refused]


def test_every_remark_belongs_to_a_set_or_a_file() -> None:
    remarks: dict[str, str] = yaml.safe_load(REMARKS.read_text(encoding="utf-8"))
    names = rows()
    groups = {name.split("/")[0] for name in names}
    unused = [key for key in remarks if "/" in key and not any(fnmatch(name, key) for name in names)]
    assert unused == []
    assert groups <= {key for key in remarks if "/" not in key}


def test_the_best_fitting_remark_is_taken(tool: ModuleType) -> None:
    remarks = {"a/*": "any", "a/b*": "some", "a/bc.png": "this"}
    assert [tool.remark_for(name, remarks) for name in ("a/x", "a/bx", "a/bc.png", "c/x")] == [
        "any",
        "some",
        "this",
        "",
    ]


def test_files_without_images_are_left_out_by_kind(tmp_path: Path, tool: ModuleType) -> None:
    for name in ("set/a.png", "set/masks/a.png", "set/README.md", "set/b.mhd", "set/ct.nii.gz", "set/x.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ElementDataFile = b.raw\n")
    (tmp_path / "set" / "b.raw").write_bytes(b"pixels")
    files, left = tool.files_of(tmp_path)
    assert [path.name for path in files] == ["a.png", "b.mhd", "ct.nii.gz"]
    assert left == {
        "text, tables and settings": 1,
        "masks and labels": 1,
        "network messages": 1,
        "pixels of a header file": 1,
    }
