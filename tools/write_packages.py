"""Writes docs/reference/packages.md: every name that each package offers, with the first line of its docstring."""

import inspect
import pkgutil
from importlib import import_module
from pathlib import Path

import inplane

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "packages.md"
HEAD = """# Packages and their names

Every name that a package offers; what is not listed here may change without notice. Written by
`python tools/write_packages.py`; a test compares it with the code.
"""


def packages() -> list[str]:
    """Every package of inplane that has a door."""
    found = pkgutil.walk_packages(inplane.__path__, "inplane.")
    return sorted(["inplane", *(module.name for module in found if module.ispkg)])


def first_line(value: object) -> str:
    """What a name stands for, in one line."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return f"a constant, `{value!r}`" if isinstance(value, int | float | str) else ""
    return (inspect.getdoc(value) or "").split("\n")[0].replace("|", "\\|")


def section(package: str) -> str:
    """One package's part of the page, empty where it offers nothing."""
    module = import_module(package)
    names = sorted(getattr(module, "__all__", []))
    if not names:
        return ""
    rows = [f"| `{name}` | {first_line(getattr(module, name))} |" for name in names]
    told = (module.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
    return "\n".join([f"\n## `{package}`\n", told, "", "| name | what it is |", "| --- | --- |", *rows, ""])


def main() -> None:
    """Writes the page."""
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(HEAD + "".join(map(section, packages())), encoding="utf-8")


if __name__ == "__main__":
    main()
