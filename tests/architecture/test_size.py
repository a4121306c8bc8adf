"""Small files, small functions, few positional parameters; nothing of one machine written down."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import inplane

PACKAGE = Path(inplane.__file__).parent
ROOT = Path(__file__).parents[2]
SOURCES = sorted(PACKAGE.rglob("*.py"))
FILE_LINES, FUNCTION_LINES, POSITIONAL = 300, 40, 5
ONE_MACHINE = re.compile(
    r"(?<![\w.])/(home|root|work|Users|opt|mnt|srv)/\w|pypi\.org|pythonhosted\.org|registry\.npmjs"
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    """Every function of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def lines_without_docstring(function: Function) -> int:
    """Length of a function from `def` to its end, its docstring left out."""
    length = (function.end_lineno or 0) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        length -= (first.end_lineno or 0) - first.lineno + 1
    return length


def is_kernel(function: Function) -> bool:
    """Whether Numba compiles it: it then takes plain numbers and arrays, and cannot take them by keyword only."""
    return any("kernel" in ast.unparse(decorator) for decorator in function.decorator_list)


def positional(function: Function) -> int:
    """Positional parameters apart from `self`."""
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    return len([name for name in names if name not in ("self", "cls")])


def named(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_files_and_functions_are_small(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length < FILE_LINES, f"{length} lines"
    large = {
        f.name: lines_without_docstring(f) for f in functions(path) if lines_without_docstring(f) >= FUNCTION_LINES
    }
    assert large == {}
    many = {f.name: positional(f) for f in functions(path) if not is_kernel(f) and positional(f) > POSITIONAL}
    assert many == {}


def test_nothing_of_one_machine_is_written_down() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git clone")
    found: list[str] = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name}: {match.group()}" for match in ONE_MACHINE.finditer(text)]
    assert found == []
