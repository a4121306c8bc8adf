"""The atlas, read and checked once a process."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from inplane.atlas.build import build_atlas
from inplane.atlas.check import relation_problems
from inplane.atlas.collection import Atlas
from inplane.atlas.read import DATA, RawAtlas, read_folder
from inplane.atlas.rules import load_rules
from inplane.atlas.shape import shape_problems
from inplane.core import FormatError


def find_problems(folder: Path | None = None) -> list[str]:
    """One line for each thing that is wrong with an atlas folder (the package's own, if None); empty if nothing is.

    Raises:
        FormatError: a file cannot be read at all.
    """
    return list(_problems(read_folder(folder or DATA)))


def _problems(raw: RawAtlas) -> Iterator[str]:
    """Problems of shape; if there are none, problems of relation."""
    found = list(shape_problems(raw))
    yield from found or relation_problems(raw, load_rules())


@cache
def load_atlas(folder: Path | None = None) -> Atlas:
    """The atlas: the package's own, or a folder's with the package's objects where it brings none.

    Args:
        folder: with `objects/KIND.yaml` and `procedures/ID.yaml`; None for the package's own data.

    Raises:
        FormatError: a file is broken, or an entry breaks a rule; the first problem is named.
    """
    raw = read_folder(folder or DATA)
    problems = list(_problems(raw))
    if problems:
        more = f" ({len(problems) - 1} more: see `inplane atlas check`.)" if len(problems) > 1 else ""
        raise FormatError(problems[0] + more)
    return build_atlas(raw, load_rules())
