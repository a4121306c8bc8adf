"""The example runs from its first cell to its last, and the notebook in the repository is made from it."""

import importlib.util
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))


def maker():
    spec = importlib.util.spec_from_file_location("make_notebook", ROOT / "tools" / "make_notebook.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_notebook_holds_the_cells_of_its_script(script):
    kept = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    assert [cell.source for cell in kept.cells] == [cell.source for cell in maker().cells_of(script.read_text())]
    assert any(cell.get("outputs") for cell in kept.cells)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore:.*:UserWarning")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_example_runs(script, monkeypatch):
    cells = maker().cells_of(script.read_text())
    shown: list[object] = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    names: dict[str, object] = {}
    for cell in cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, script.name, "exec"), names)
    assert len(shown) == 3
