"""The folder that a run leaves: overlay, lines, journal and summary, whole or marked incomplete."""

import json
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.case import Journal
from inplane.cli._overlay_video import OverlayVideo
from inplane.core import ResourceError
from inplane.store import atomic_folder
from inplane.store.files import translate_os_errors
from inplane.stream import require_free

OVERLAY, STILL, LINES, JOURNAL, SUMMARY = "overlay.mp4", "overlay.png", "frames.jsonl", "journal.sqlite", "summary.json"


class OutFolder:
    """The folder being written; use it in a `with` block, and call `finish` within.

    It takes its name when the block ends, also by an error: then what was written is kept, unless nothing was, or the
    disk refused.

    Args:
        path: a folder that does not exist yet, or is empty.
        journal: file for the journal, continued if it is one; in the folder if None.

    Raises:
        InputError: something is at `path` already.
        ResourceError: the disk is full or the place cannot be written.
    """

    def __init__(self, path: Path, journal: Path | None = None) -> None:
        require_free(path)
        self.path, self._journal_at = path, journal
        self.frames = 0
        self._first: NDArray[np.uint8] | None = None

    def __enter__(self) -> "OutFolder":
        if self.path.is_dir():
            self.path.rmdir()
        self._manager = atomic_folder(self.path)
        self._folder = self._manager.__enter__()
        self._lines: TextIO = (self._folder / LINES).open("x", encoding="utf-8", newline="\n")
        self._video = OverlayVideo(self._folder / OVERLAY)
        self.journal = Journal(self._journal_at or self._folder / JOURNAL)
        return self

    def picture(self, picture: NDArray[np.uint8], time_s: float) -> None:
        """One overlay.

        Raises:
            ResourceError: it cannot be written.
        """
        if self.frames <= 1:
            self._first = picture
        self._video.add(picture, time_s)

    def line(self, values: dict[str, Any], *, frame: bool = True) -> None:
        """One JSON line, on its way to the disk at once where it is no frame's.

        Raises:
            ResourceError: the disk is full.
        """
        with translate_os_errors(self.path):
            self._lines.write(json.dumps(values, separators=(",", ":"), allow_nan=False, default=_plain) + "\n")
            if not frame:
                self._lines.flush()
        self.frames += frame

    def finish(self, summary: dict[str, Any]) -> None:
        """Ends every file and writes the summary.

        Raises:
            ResourceError: the disk is full.
        """
        self._close()
        with translate_os_errors(self.path):
            if self.frames == 1 and self._first is not None:
                encoded, data = cv2.imencode(".png", np.ascontiguousarray(self._first[:, :, ::-1]))
                if encoded:
                    (self._folder / STILL).write_bytes(data.tobytes())
            names = sorted(found.name for found in self._folder.iterdir())
            summary |= {"out": str(self.path), "files": sorted({*names, SUMMARY})}
            summary["journal"] = str(self._journal_at or self.path / JOURNAL)
            (self._folder / SUMMARY).write_text(json.dumps(summary, indent=2, default=_plain) + "\n", encoding="utf-8")

    def _close(self) -> None:
        self._lines.close()
        self._video.close()
        self.journal.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(ResourceError, OSError, ValueError):  # the error that is under way says more
                self._close()
        if error is not None and (isinstance(error, OSError | ResourceError) or not self.frames):
            self._manager.__exit__(kind, error, trace)
            return
        self._manager.__exit__(None, None, None)


def _plain(value: object) -> object:
    """Numpy's numbers as JSON knows them.

    Raises:
        TypeError: something else.
    """
    if isinstance(value, np.generic):
        number: Any = value  # pyright: ignore[reportUnknownVariableType]
        return number.item()
    raise TypeError(f"{type(value).__name__} has no place in a line")
