"""Runs examples/*.py as notebooks and writes them, with what they printed and drew, beside the scripts."""

import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def cells_of(script: str) -> list[nbformat.NotebookNode]:
    """The cells of a script whose cells begin with '# %%'."""
    cells: list[nbformat.NotebookNode] = []
    for kind, body in re.findall(r"^# %%( \[markdown\])?\n(.*?)(?=^# %%|\Z)", script, re.M | re.S):
        if kind:
            text = "\n".join(line.removeprefix("#").strip() for line in body.strip().splitlines())
            cells.append(nbformat.v4.new_markdown_cell(text))
        else:
            cells.append(nbformat.v4.new_code_cell(body.strip()))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return cells


def executed(script: Path) -> nbformat.NotebookNode:
    """The notebook of a script, run from its first cell to its last.

    Raises:
        CellExecutionError: a cell failed.
    """
    notebook = nbformat.v4.new_notebook(cells=cells_of(script.read_text(encoding="utf-8")))
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of the day
    notebook.metadata.pop("language_info", None)
    return notebook


if __name__ == "__main__":
    for script in sorted(EXAMPLES.glob("*.py")):
        if not sys.argv[1:] or script.stem in sys.argv[1:]:
            nbformat.write(executed(script), script.with_suffix(".ipynb"))
            print(f"wrote {script.with_suffix('.ipynb').name}")
