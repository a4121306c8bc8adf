"""Writing a recording: a folder of frames without loss, with signals, controls and hashes; the truth in a folder apart.

manifest.json          format, version, source, counts, SHA-256 of every file beside it; whether it is complete
frames.jsonl           a line a frame: sequence, time, geometry, calibration, signals with transforms, control
pixels-00000.npz ...   the pixels (colour flow, spectra and their sound, RGB) of at most FRAMES_A_FILE frames each
truth/                 the same arrangement for what is really there; it can be taken away
"""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Protocol, TextIO

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Structure
from inplane.core import Control, Frame, InputError, ResourceError
from inplane.store import atomic_folder
from inplane.stream.lines import frame_arrays, frame_line, to_json
from inplane.stream.source import SourceInfo
from inplane.stream.truth_lines import structure_table, truth_line
from inplane.world import Truth

FORMAT, VERSION = "inplane recording", 2
"""Version 1 had linear pictures without RGB, transforms and time stamps, and a calibration that was true or false."""
FRAMES_A_FILE = 32
"""Chosen: about a second; an interruption loses none of what came before it."""
BYTES_A_FILE = 64 << 20
"""What may wait in memory before it is written: fewer frames share a file where frames are large. Chosen: 8 of
1920 x 1080 in color."""


def require_free(path: Path) -> None:
    """Refuses a place where something is already; an empty folder is nothing.

    Raises:
        InputError: something is at `path`.
    """
    if path.exists() and not (path.is_dir() and not any(path.iterdir())):
        raise InputError(f"'{path}' exists already. Expected a folder that does not exist yet or is empty.")


class Sink(Protocol):
    """Something that takes frames."""

    def write(self, frame: Frame, control: Control, truth: Truth | None = None) -> None:
        """Takes one frame, the control that led to it, and what it really shows where that is known."""
        ...


class Recorder:
    """A recording being written; use it in a `with` block.

    The folder takes its name when the block ends: complete if it ended well, kept and marked incomplete if it was
    interrupted after its first frame, not at all if the disk refused.

    Args:
        path: a folder that does not exist yet, or is empty.
        info: of the source.
        structures: of the patient, where truth is written.

    Raises:
        InputError: something is at `path` already.
        ResourceError: the disk is full or the place cannot be written.
    """

    def __init__(self, path: Path, info: SourceInfo, *, structures: Iterable[Structure] = ()) -> None:
        require_free(path)
        self.path = path
        self._info, self._structures = info, tuple(structures)
        self._main: _Part | None = None
        self._truth: _Part | None = None
        self._count = 0

    def __enter__(self) -> "Recorder":
        if self.path.is_dir():
            self.path.rmdir()
        self._manager = atomic_folder(self.path)
        folder = self._manager.__enter__()
        self._folder = folder
        self._main = _Part(folder, "pixels")
        return self

    def write(self, frame: Frame, control: Control, truth: Truth | None = None) -> None:
        """Takes one frame.

        Raises:
            InputError: the recording is not open.
        """
        if self._main is None:
            raise InputError("The recording is not open. Expected write() within its with block.")
        self._count += 1
        self._main.add(frame_line(frame, control), frame_arrays(frame))
        if truth is not None:
            if self._truth is None:
                (self._folder / "truth").mkdir()
                self._truth = _Part(self._folder / "truth", "labels")
            arrays: dict[str, NDArray[Any]] = {
                "labels": truth.labels_line_sample,
                "spread": np.packbits(truth.spread_line_sample, axis=1),
            }
            self._truth.add(truth_line(truth), arrays)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, OSError | ResourceError) or (error is not None and not self._count):
            self._abandon()
            self._manager.__exit__(kind, error, trace)
            return
        try:
            self._finish(complete=error is None)
        except BaseException as failed:
            self._abandon()
            self._manager.__exit__(type(failed), failed, failed.__traceback__)
            raise
        self._manager.__exit__(None, None, None)

    def _finish(self, *, complete: bool) -> None:
        for part, extra in (
            (self._main, {"complete": complete, "source": asdict(self._info)}),
            (self._truth, {"structures": structure_table(self._structures)}),
        ):
            if part is not None:
                part.finish({"format": FORMAT, "version": VERSION, **extra})

    def _abandon(self) -> None:
        for part in (self._main, self._truth):
            if part is not None:
                part.close()


class _Part:
    """Lines and arrays of one folder of a recording."""

    def __init__(self, folder: Path, stem: str) -> None:
        self._folder, self._stem = folder, stem
        self._lines: TextIO = (folder / "frames.jsonl").open("x", encoding="utf-8", newline="\n")
        self._waiting: dict[str, NDArray[Any]] = {}
        self._count = 0
        self._a_file = FRAMES_A_FILE

    def add(self, line: str, arrays: dict[str, NDArray[Any]]) -> None:
        """One frame's line and arrays."""
        self._lines.write(line + "\n")
        if not self._count:
            size = sum(array.nbytes for array in arrays.values())
            self._a_file = min(max(BYTES_A_FILE // max(size, 1), 1), FRAMES_A_FILE)
        self._waiting |= {f"{name}_{self._count:06d}": array for name, array in arrays.items()}
        self._count += 1
        if self._count % self._a_file == 0:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            name = f"{self._stem}-{(self._count - 1) // self._a_file:05d}.npz"
            with (self._folder / name).open("xb") as handle:
                _save(handle, self._waiting)
            self._waiting = {}

    def finish(self, manifest: dict[str, Any]) -> None:
        """What is still waiting, then the manifest with everybody's hash."""
        self._flush()
        self._lines.close()
        files = {path.name: sha256_of(path) for path in sorted(self._folder.iterdir()) if path.is_file()}
        manifest |= {"frames": self._count, "frames_a_file": self._a_file, "sha256": files}
        (self._folder / "manifest.json").write_text(to_json(manifest) + "\n", encoding="utf-8")

    def close(self) -> None:
        """Lets go of the files; what is in them will be thrown away."""
        self._lines.close()


def _save(handle: BinaryIO, arrays: dict[str, NDArray[Any]]) -> None:
    np.savez_compressed(handle, **arrays)  # pyright: ignore[reportArgumentType]


def sha256_of(path: Path) -> str:
    """The hash of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_recording(
    path: Path,
    info: SourceInfo,
    frames: Iterable[tuple[Frame, Control, Truth | None]],
    *,
    structures: Iterable[Structure] = (),
) -> int:
    """Writes every frame that comes into a recording; the number of them.

    Args:
        path: a folder that does not exist yet, or is empty.
        info: of the source.
        frames: each with the control that led to it and, where known, the truth.
        structures: of the patient, where truth is written.

    Raises:
        InputError: something is at `path` already.
        ResourceError: the disk is full or the place cannot be written; nothing is left at `path`.
    """
    count = 0
    with Recorder(path, info, structures=structures) as recorder:
        for frame, control, truth in frames:
            recorder.write(frame, control, truth)
            count += 1
    return count
