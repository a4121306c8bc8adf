"""Reading the atlas's YAML files strictly: no aliases, no duplicate keys, no surprises in size, depth or numbers."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import yaml

from inplane.core import FormatError

OBJECT_KINDS = (
    "citations",
    "tissues",
    "structures",
    "landmarks",
    "views",
    "probes",
    "presets",
    "tubing",
    "points",
    "needles",
    "mechanics",
    "drugs",
    "agents",
    "thresholds",
    "checklists",
    "statements",
)
"""Kinds of entry, each with a file `objects/KIND.yaml`, or files `objects/KIND/*.yaml` where there are many."""
DATA = Path(__file__).parent / "data"
"""The package's own data."""
MAX_BYTES = 1_000_000
"""Largest file. Chosen: twenty times the largest of ours."""
MAX_DEPTH = 20
"""Deepest nesting. Chosen: three times the deepest of ours."""
LARGEST_NUMBER = 1e12
"""Chosen: nothing in the atlas comes near it, and every smaller integer is exact as a float."""

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Base):
    """A safe YAML loader that refuses duplicate keys, keys that are not text, and merge keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping of a node."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if key_node.tag != "tag:yaml.org,2002:str":
                raise FormatError(f"line {line}: key {key!r} is not text. Expected a name; put numbers in quotes.")
            if key in seen:
                raise FormatError(f"line {line}: key {key!r} appears twice. Expected each key once.")
            seen.add(key)
        return cast(dict[Hashable, Any], _Base.construct_mapping(self, node, deep))


@dataclass(frozen=True, slots=True, kw_only=True)
class RawAtlas:
    """Files as read, before any check: entries by kind ("procedures" is a kind), and the file of each kind or entry."""

    entries: dict[str, dict[str, Any]]
    files: dict[str, str]


def read_yaml(path: Path, name: str) -> Any:
    """What one YAML file holds.

    Args:
        path: the file.
        name: how messages call it.

    Raises:
        FormatError: not readable, not UTF-8, too large, too deep, not YAML, an alias, a duplicate key, or a number
            that is not finite.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise FormatError(f"{name} has {size} bytes. Expected at most {MAX_BYTES}.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FormatError(f"{name} cannot be read: {error.strerror}. Expected a YAML file.") from error
    except UnicodeDecodeError as error:
        raise FormatError(f"{name} is not UTF-8 at byte {error.start}. Expected UTF-8 text.") from error
    try:
        _refuse_aliases(text)
        content = yaml.load(text, Loader=_StrictLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise FormatError(f"{name}: line {line}: {error.problem}. Expected YAML.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise FormatError(f"{name} is not YAML: {str(error).splitlines()[0]}. Expected YAML.") from error
    except FormatError as error:
        raise FormatError(f"{name}: {error}") from error
    for where, number in numbers(content):
        if not abs(number) <= LARGEST_NUMBER:  # refuses NaN and infinity too, and integers that no float holds
            raise FormatError(f"{name}: {where} is {_short(number)}. Expected a finite number.")
    return content


def _short(number: float) -> str:
    text = repr(number)
    return text if len(text) <= 24 else text[:20] + "..."


def _refuse_aliases(text: str) -> None:
    """Refuse aliases (a few lines of them unfold into gigabytes) and nesting that is too deep."""
    depth = 0
    parse: Any = yaml.parse  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    for event in parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1
            raise FormatError(f"line {line}: alias *{event.anchor}. Expected plain values; aliases are not allowed.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                line = event.start_mark.line + 1
                raise FormatError(f"line {line}: nested deeper than {MAX_DEPTH}. Expected at most {MAX_DEPTH} levels.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def numbers(content: Any, where: str = "") -> Iterator[tuple[str, float]]:
    """Every number in nested lists and mappings, with its dotted place."""
    if isinstance(content, dict):
        for key, inner in cast(dict[str, Any], content).items():
            yield from numbers(inner, f"{where}.{key}" if where else key)
    elif isinstance(content, list):
        for index, inner in enumerate(cast(list[Any], content)):
            yield from numbers(inner, f"{where}[{index}]")
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield where, content


def read_folder(folder: Path) -> RawAtlas:
    """Every file of an atlas folder: `objects/KIND.yaml` or `objects/KIND/*.yaml`, and `procedures/ID.yaml`.

    Objects that the folder does not bring are the package's own, so that a folder may hold one procedure only.

    Raises:
        FormatError: no such folder, no file in it, a file of an unknown name, or a file that cannot be read.
    """
    if not folder.is_dir():
        raise FormatError(f"{folder} is not a folder. Expected one with objects/ or procedures/ in it.")
    levels = ("*.y*ml", "*/*.y*ml", "*/*/*.y*ml")
    found = sorted(path for level in levels for path in folder.glob(level) if path.is_file())
    if folder != DATA:  # which also holds the schema and the rules
        _refuse_unknown_files(folder, found)
    entries: dict[str, dict[str, Any]] = {"procedures": {}}
    files: dict[str, str] = {}
    for kind in OBJECT_KINDS:
        own = _files_of(kind, folder)
        entries[kind], named = _joined(kind, own) if own else _of_the_package(kind)
        files.update(named)
    for path in found:
        if path.parent == folder / "procedures":
            files[f"procedures.{path.stem}"] = f"procedures/{path.name}"
            entries["procedures"][path.stem] = read_yaml(path, f"procedures/{path.name}")
    return RawAtlas(entries=entries, files=files)


def _files_of(kind: str, folder: Path) -> list[Path]:
    """The files of one kind of object: `KIND.yaml`, or all in the folder `KIND`."""
    alone = folder / "objects" / f"{kind}.yaml"
    return [alone] if alone.is_file() else sorted((folder / "objects" / kind).glob("*.yaml"))


@cache
def _of_the_package(kind: str) -> tuple[Any, dict[str, str]]:
    """The package's own entries of a kind, read once a process, as `_joined` gives them."""
    return _joined(kind, _files_of(kind, DATA))


def _joined(kind: str, paths: list[Path]) -> tuple[Any, dict[str, str]]:
    """The entries of all files of a kind; the file of the kind and, where there are several, of each entry.

    Raises:
        FormatError: an entry stands in two files, or one of several files does not hold entries by name.
    """
    if len(paths) == 1 and paths[0].stem == kind:
        name = f"objects/{kind}.yaml"
        return read_yaml(paths[0], name), {kind: name}
    entries: dict[str, Any] = {}
    files = {kind: f"objects/{kind}"}
    for path in paths:
        name = f"objects/{kind}/{path.name}"
        content = read_yaml(path, name)
        if not isinstance(content, dict):
            raise FormatError(f"{name} holds no entries by name. Expected a name, a colon and fields for each entry.")
        for key, entry in cast(dict[str, Any], content).items():
            if key in entries:
                raise FormatError(f"{name}: {key!r} stands in {files[f'{kind}.{key}']} too. Expected it once.")
            entries[key], files[f"{kind}.{key}"] = entry, name
    return entries, files


def _refuse_unknown_files(folder: Path, found: list[Path]) -> None:
    if not found:
        raise FormatError(f"{folder} holds no YAML file. Expected objects/KIND.yaml or procedures/ID.yaml.")
    known = {folder / "objects" / f"{kind}.yaml" for kind in OBJECT_KINDS}
    folders = {folder / "procedures", *(folder / "objects" / kind for kind in OBJECT_KINDS)}
    for path in found:
        if path not in known and (path.parent not in folders or path.suffix != ".yaml"):
            raise FormatError(
                f"Unknown file {path.relative_to(folder)}. Expected procedures/ID.yaml or one of: "
                f"{', '.join(f'objects/{kind}.yaml' for kind in OBJECT_KINDS)}."
            )
