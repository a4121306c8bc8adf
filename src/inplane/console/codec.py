"""Frozen dataclasses to JSON and back; whatever arrives is checked field by field against its type.

One pair of functions serves every message, so that what the page may send, what it is sent, and the types generated
for it (`tools/make_console_types.py`) all follow from the same declarations.
"""

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from math import isfinite
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError

Message = TypeVar("Message")

DECIMALS = 4
"""Digits after the point in what the page is sent (chosen: 0.1 um, far below a pixel, and short text)."""


def to_wire(value: Any) -> Any:
    """The value as JSON can hold it: dataclasses as objects, arrays as lists, numbers that are not finite as null."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float | np.floating):
        number = float(cast(float, value))
        return round(number, DECIMALS) if isfinite(number) else None
    if isinstance(value, np.ndarray):
        array = cast("NDArray[Any]", value)
        return np.round(array, DECIMALS).tolist() if array.dtype.kind == "f" else array.tolist()
    if isinstance(value, np.integer | np.bool_):
        return cast(Any, value).item()
    if isinstance(value, Mapping):
        return {str(key): to_wire(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, tuple | list):
        return [to_wire(item) for item in cast("tuple[Any, ...]", value)]
    if is_dataclass(value):
        return {name: to_wire(getattr(value, name)) for name in _names(type(value))}
    raise FormatError(f"A message holds a {type(value).__name__}. Expected numbers, text, lists or dataclasses.")


def encode(message: Any) -> str:
    """The message as one line of JSON, its `type` being the name of its class."""
    return json.dumps({"type": type(message).__name__, **to_wire(message)}, separators=(",", ":"), allow_nan=False)


def decode(text: str, known: Mapping[str, type[Any]]) -> Any:
    """The message that a line of JSON holds.

    Args:
        text: one JSON object with a `type`.
        known: what may arrive, by class name.

    Raises:
        FormatError: not JSON, not an object, of an unknown type, or with fields missing, unknown or of the wrong type.
        RangeError: a number that its own message refuses.
    """
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"A message is not JSON: {error}.") from None
    if not isinstance(data, dict):
        raise FormatError(f"A message is a {type(data).__name__}. Expected an object with a type.")
    data = cast("dict[str, Any]", data)
    name = data.pop("type", None)
    if not isinstance(name, str) or name not in known:
        raise FormatError(f"A message has type {name!r}. Expected one of: {', '.join(sorted(known))}.")
    return from_wire(known[name], data, name)


def from_wire(expected: Any, value: Any, where: str) -> Any:
    """The value, checked against the type `expected`; dataclasses are built, which checks their ranges.

    Raises:
        FormatError: it is something else.
    """
    origin = get_origin(expected)
    if is_dataclass(expected):
        return _build(cast("type[Any]", expected), value, where)
    if origin is Literal or (isinstance(expected, type) and issubclass(expected, Enum)):
        return _choice(expected, value, where)
    if origin in (Union, types.UnionType):
        inner = [option for option in get_args(expected) if option is not type(None)]
        return None if value is None else from_wire(inner[0], value, where)
    if origin is tuple:
        return _items(get_args(expected), value, where)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise _wrong(where, value, "an object")
        pairs = cast("dict[str, Any]", value).items()
        return {key: from_wire(get_args(expected)[1], item, f"{where}.{key}") for key, item in pairs}
    return _plain(expected, value, where)


def _build(expected: type[Message], value: Any, where: str) -> Message:
    """A dataclass from an object with exactly its fields."""
    if not isinstance(value, dict):
        raise _wrong(where, value, "an object")
    data = cast("dict[str, Any]", value)
    hints = _hints(expected)
    if unknown := sorted(set(data) - set(hints)):
        raise FormatError(f"{where} has unknown fields {unknown}. Expected: {', '.join(hints)}.")
    if missing := [name for name in hints if name not in data]:
        raise FormatError(f"{where} lacks {', '.join(missing)}.")
    return expected(**{name: from_wire(hint, data[name], f"{where}.{name}") for name, hint in hints.items()})


def _choice(expected: Any, value: Any, where: str) -> Any:
    """One of a closed list of names."""
    allowed = get_args(expected) or tuple(member.value for member in cast("type[Enum]", expected))
    if not isinstance(value, str) or value not in allowed:
        raise _wrong(where, value, "one of " + ", ".join(map(repr, allowed)))
    return value if get_args(expected) else cast("type[Enum]", expected)(value)


def _items(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    """A tuple, either of one kind and any length or of a fixed list of kinds."""
    if not isinstance(value, list):
        raise _wrong(where, value, "a list")
    items = cast("list[Any]", value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(items)
    if len(items) != len(kinds):
        raise FormatError(f"{where} has {len(items)} items. Expected {len(kinds)}.")
    return tuple(
        from_wire(kind, item, f"{where}[{index}]") for index, (kind, item) in enumerate(zip(kinds, items, strict=True))
    )


def _plain(expected: Any, value: Any, where: str) -> Any:
    """A bool, a whole number, a finite number or a text."""
    if expected is float and isinstance(value, int | float) and not isinstance(value, bool):
        number = float(value) if abs(value) < 1e300 else float("inf")
        if isfinite(number):
            return number
    if expected in (bool, int, str) and type(value) is expected:
        return value
    raise _wrong(
        where, value, {"float": "a finite number", "int": "a whole number"}.get(expected.__name__, expected.__name__)
    )


def _wrong(where: str, value: Any, expected: str) -> FormatError:
    """The error for a value of the wrong kind; what arrived is cut short."""
    return FormatError(f"{where} is {repr(value)[:60]}. Expected {expected}.")


def _refuse_constant(name: str) -> float:
    """NaN and infinities, which JSON does not know."""
    raise ValueError(f"{name} is not a JSON number")


@cache
def _hints(expected: type[Any]) -> dict[str, Any]:
    """Field types by name, in order."""
    hints = get_type_hints(expected)
    return {field.name: hints[field.name] for field in fields(expected)}


@cache
def _names(expected: type[Any]) -> tuple[str, ...]:
    """Field names in order."""
    return tuple(field.name for field in fields(expected))
