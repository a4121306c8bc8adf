"""The atlas, read and checked once a process.

INPLANE_ATLAS may name a folder that is laid over the package's own data: what it brings is added, and counts where both
have an entry of one name.
"""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from inplane.atlas.build import build_atlas
from inplane.atlas.check import relation_problems
from inplane.atlas.collection import Atlas
from inplane.atlas.read import DATA, RawAtlas, read_folder
from inplane.atlas.rules import load_rules
from inplane.atlas.shape import shape_problems
from inplane.core import FormatError, UnknownNameError


def find_problems(folder: Path | None = None) -> list[str]:
    """One line for each thing that is wrong with an atlas folder (see `load_atlas`); empty if nothing is.

    Raises:
        FormatError: a file cannot be read at all.
    """
    return list(_problems(_read(folder)))


def procedure_text(procedure_id: str, folder: Path | None = None) -> str:
    """A procedure's own file as it stands, of the atlas that `load_atlas` gives.

    Raises:
        UnknownNameError: the atlas has no such procedure.
        FormatError: see `load_atlas`.
    """
    known = load_atlas(folder).procedures
    if procedure_id not in known:
        raise UnknownNameError("procedure", procedure_id, known)
    places = [folder or _laid_over() or DATA, DATA]
    files = [place / "procedures" / f"{procedure_id}.yaml" for place in places]
    return next(file for file in files if file.is_file()).read_text(encoding="utf-8")


def _laid_over() -> Path | None:
    """The user's folder, if there is one."""
    told = os.environ.get("INPLANE_ATLAS", "")
    return Path(told) if told else None


def _read(folder: Path | None) -> RawAtlas:
    """A folder's files; the package's own, with the user's laid over them, if None."""
    over = _laid_over()
    if folder is not None or over is None:
        return read_folder(folder or DATA)
    own = read_folder(DATA)
    try:
        users = read_folder(over)
    except FormatError as error:
        raise FormatError(f"INPLANE_ATLAS: {error}") from error
    entries = {kind: {**known, **users.entries[kind]} for kind, known in own.entries.items()}
    return RawAtlas(entries=entries, files={**own.files, **users.files})


def _problems(raw: RawAtlas) -> Iterator[str]:
    """Problems of shape; if there are none, problems of relation."""
    found = list(shape_problems(raw))
    yield from found or relation_problems(raw, load_rules())


@cache
def load_atlas(folder: Path | None = None) -> Atlas:
    """The atlas: the package's own with what INPLANE_ATLAS lays over it, or a folder's with the package's objects where
    it brings none.

    Args:
        folder: with `objects/KIND.yaml` and `procedures/ID.yaml`; None for the package's own data and the user's.

    Raises:
        FormatError: a file is broken, or an entry breaks a rule; the first problem is named.
    """
    raw = _read(folder)
    problems = list(_problems(raw))
    if problems:
        more = f" ({len(problems) - 1} more: see `inplane atlas check`.)" if len(problems) > 1 else ""
        raise FormatError(problems[0] + more)
    return build_atlas(raw, load_rules())
