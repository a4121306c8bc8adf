"""One door per package: what `__all__` lists is what can be imported, and what the documentation lists."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

import inplane

PACKAGE = Path(inplane.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "packages.md"
DOORS = sorted(
    ".".join(("inplane", *path.parent.relative_to(PACKAGE).parts))
    for path in PACKAGE.rglob("__init__.py")
    if "data" not in path.parts
)


def imported_names(package: str) -> set[str]:
    """Public names that a package's `__init__.py` imports from the package itself."""
    source = Path(import_module(package).__file__ or "").read_text(encoding="utf-8")
    found: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            found |= {alias.asname or alias.name for alias in node.names}
    return {name for name in found if not name.startswith("_")}


def documented_names() -> dict[str, list[str]]:
    """Package by package, the names that the page lists."""
    sections = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        section.split("\n", 1)[0].strip("` "): re.findall(r"^\| `(\w+)`", section, re.MULTILINE) for section in sections
    }


@pytest.mark.parametrize("package", DOORS)
def test_every_listed_name_exists_once(package: str) -> None:
    module = import_module(package)
    listed = getattr(module, "__all__", [])
    assert len(listed) == len(set(listed))
    missing = [name for name in listed if not hasattr(module, name)]
    assert missing == []


@pytest.mark.parametrize("package", [package for package in DOORS if package not in ("inplane", "inplane.bench")])
def test_what_is_imported_is_listed(package: str) -> None:
    listed = set(getattr(import_module(package), "__all__", []))
    assert imported_names(package) <= listed


@pytest.mark.parametrize("package", DOORS)
def test_every_package_says_what_it_is(package: str) -> None:
    assert import_module(package).__doc__


def test_the_documentation_lists_the_same_names() -> None:
    expected = {package: sorted(getattr(import_module(package), "__all__", [])) for package in DOORS}
    expected = {package: names for package, names in expected.items() if names}
    assert documented_names() == expected, "run `python tools/write_packages.py`"
