"""The import contract holds, and it would notice if it did not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Checks the contract of the copy of inplane in a folder."""
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__", "data", "page"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contract_holds() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_package_without_a_place_fails(copy: Path) -> None:
    (copy / "src" / "inplane" / "attic").mkdir()
    (copy / "src" / "inplane" / "attic" / "__init__.py").write_text('"""Nobody said where this belongs."""\n')
    done = lint(copy)
    assert done.returncode != 0
    assert "inplane.attic" in done.stdout


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("core", "import inplane.store"),
        ("perception", "import inplane.world"),
        ("guidance", "import inplane.anatomy"),
        ("guidance", "import inplane.perception"),
        ("case", "import inplane.operators"),
        ("operators", "import inplane.world"),
        ("operators", "import inplane.anatomy"),
        ("operators", "import inplane.perception"),
        ("physics/ultrasound", "import inplane.physics.needle"),
    ],
)
def test_an_import_the_wrong_way_fails(copy: Path, room: str, line: str) -> None:
    (copy / "src" / "inplane" / room / "wrong_way.py").write_text(f"{line}\n")
    done = lint(copy)
    assert done.returncode != 0
    assert "wrong_way" in done.stdout
