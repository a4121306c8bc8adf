"""Real recordings, opened as a user opens them."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import cast

from inplane.core import Control, Frame, InplaneError
from inplane.stream.file_source import FileSource
from inplane.stream.open import open_source


def data_folder() -> Path:
    """Where the real recordings lie: INPLANE_DATA, or beside the repository."""
    return Path(os.environ.get("INPLANE_DATA") or Path(__file__).parents[4] / "shared" / "data")


def paths_of(patterns: tuple[str, ...]) -> list[Path]:
    """The files and folders of a set, sorted."""
    return sorted({path for pattern in patterns for path in data_folder().glob(pattern)})


def opened(path: Path, config: Path | None = None) -> FileSource | None:
    """A recording as `inplane guide` opens it; None where it holds no pictures."""
    with suppress(InplaneError):
        return cast(FileSource, open_source(str(path), config=config))
    return None


def frames_of(source: FileSource, most: int) -> Iterator[Frame]:
    """The first frames of a source, which is closed after them."""
    nobody = cast(Control, None)  # a file takes note of no control
    try:
        for _ in range(most):
            frame = source.next(nobody)
            if frame is None:
                return
            yield frame
    finally:
        source.close()
