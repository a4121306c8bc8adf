"""Writes the page's types from the console's message dataclasses.

python tools/make_console_types.py            writes src/inplane/console/page/messages.d.ts
python tools/make_console_types.py --check    exit status 1 where the file differs from what would be written
"""

import sys
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from inplane.console.messages import FROM_PAGE, TO_PAGE

TARGET = Path(__file__).parent.parent / "src" / "inplane" / "console" / "page" / "messages.d.ts"

HEAD = """// Written by tools/make_console_types.py from console/messages.py. Do not edit.
"""


def typescript_of(hint: Any, needed: list[type]) -> str:
    """The TypeScript type of a field; dataclasses on the way are added to `needed`.

    Raises:
        TypeError: a type that no message may hold.
    """
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (float, int):
        return "number"
    if hint in (str, bool, type(None)):
        return {str: "string", bool: "boolean"}.get(hint, "null")
    if origin is Literal:
        return " | ".join(f'"{name}"' for name in inner)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(f'"{member.value}"' for member in hint)
    if is_dataclass(hint):
        needed.append(hint)
        return hint.__name__
    if origin in (Union, types.UnionType):
        return " | ".join(typescript_of(option, needed) for option in inner)
    if origin is np.ndarray:
        return "number[][]"
    if origin is tuple and inner[1:] == (Ellipsis,):
        return _wrapped(typescript_of(inner[0], needed)) + "[]"
    if origin is tuple:
        return "[" + ", ".join(typescript_of(item, needed) for item in inner) + "]"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"{{ [name: string]: {typescript_of(inner[1], needed)} }}"
    raise TypeError(f"No type for {hint!r}. Expected numbers, text, tuples, mappings, arrays or dataclasses.")


def interface_of(message: type, needed: list[type]) -> str:
    """One dataclass as an interface, its documentation's first line above it."""
    hints = get_type_hints(message)
    lines = [f"/** {(message.__doc__ or '').splitlines()[0]} */", f"export interface {message.__name__} {{"]
    lines += [f"  {field.name}: {typescript_of(hints[field.name], needed)};" for field in fields(message)]
    return "\n".join([*lines, "}"])


def make() -> str:
    """The whole file."""
    waiting, done, parts = [*FROM_PAGE.values(), *TO_PAGE.values()], set[type](), [HEAD]
    while waiting:
        message = waiting.pop(0)
        if message not in done:
            done.add(message)
            parts.append(interface_of(message, waiting))
    for name, known in (("FromPage", FROM_PAGE), ("ToPage", TO_PAGE)):
        options = "".join(f'\n  | ({{ type: "{message}" }} & {message})' for message in known)
        parts.append(f"export type {name} ={options};")
    return "\n\n".join(parts) + "\n"


def _wrapped(kind: str) -> str:
    """A union in brackets, so that it can be followed by []."""
    return f"({kind})" if " | " in kind else kind


def main() -> int:
    """Writes or checks; returns the exit status."""
    text = make()
    if "--check" in sys.argv[1:]:
        same = TARGET.exists() and TARGET.read_text(encoding="utf-8") == text
        print("same" if same else f"{TARGET.name} differs: run tools/make_console_types.py")
        return 0 if same else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
