"""Every error that inplane raises on purpose.

InplaneError
├── InputError          what arrived cannot be used (exit status 2 at the command line)
│   ├── UnknownNameError    a name that is not in the list of names
│   ├── RangeError          a number outside its allowed range
│   ├── FormatError         a file, a message or a YAML entry of the wrong shape
│   └── SpaceError          transforms or points whose spaces do not meet
└── ResourceError       the machine refused: disk full, port in use, missing package
"""

from collections.abc import Iterable
from math import isfinite


class InplaneError(Exception):
    """Base of every error that inplane raises on purpose; its text is fit for a user."""


class InputError(InplaneError):
    """What arrived cannot be used; the text says what arrived and what was expected."""


class UnknownNameError(InputError):
    """A name that is not among the known ones."""

    def __init__(self, kind: str, name: object, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(f"Unknown {kind} {name!r}. Expected one of: {', '.join(map(repr, self.known)) or 'none'}.")


class RangeError(InputError):
    """A number outside its allowed range."""


class FormatError(InputError):
    """A file, a message or an entry whose shape is wrong."""


class SpaceError(InputError):
    """Transforms or points whose spaces do not meet."""


class ResourceError(InplaneError):
    """The machine refused: the disk is full, the port is in use, a package is missing."""


def require_range(name: str, value: float, low: float, high: float, unit: str = "") -> float:
    """The value itself if it is finite and within [low, high].

    Args:
        name: what the number is, as the user knows it, with its unit in the name if it has one.
        value: the number that arrived.
        low, high: allowed range, both ends included.
        unit: unit for the message.

    Raises:
        RangeError: the value is not a finite number within the range.
    """
    if not isfinite(value) or not low <= value <= high:
        tail = f" {unit}" if unit else ""
        raise RangeError(f"{name} is {value!r}{tail}. Expected a number from {low:g} to {high:g}{tail}.")
    return float(value)
