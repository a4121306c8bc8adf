"""Playing a recording: the same frames in the same order, whatever the operator does now."""

import json
import zlib
from functools import lru_cache
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from inplane.core import Control, FormatError, Frame, InputError
from inplane.stream.lines import Line, control_of, frame_of, read_line, source_of
from inplane.stream.recorder import FORMAT, VERSION, sha256_of
from inplane.stream.truth_lines import structures_of, truth_of_line
from inplane.world import Truth, label_grid

LARGEST_FILE = 1 << 30
"""Bytes that the arrays of one file of a recording may take. Chosen: 32 of 1920 x 1080 in color are a quarter of it."""


class RecordedSource:
    """A recording as a source. Controls that it is given are ignored; `control` is the one that was recorded.

    Args:
        path: a folder that `Recorder` wrote.

    Raises:
        InputError: there is no such folder.
        FormatError: it is not a recording, of another version, or damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = _Recorded(path)
        manifest = self._part.manifest
        self.complete = bool(manifest.get("complete", False))
        self.info = source_of(manifest.get("source") or {})
        self.control: Control | None = None
        self._at = 0
        self._truth: _Recorded | None = None

    def __len__(self) -> int:
        """How many frames there are."""
        return len(self._part.lines)

    def next(self, control: Control | None = None) -> Frame | None:  # noqa: ARG002  a recording takes note of no control
        """The next frame; None at the end.

        Raises:
            FormatError: it is damaged.
        """
        if self._at >= len(self):
            return None
        line, arrays = self._part.row(self._at)
        self._at += 1
        self.control = control_of(line)
        return frame_of(line, arrays)

    def truth(self, sequence: int) -> Truth | None:
        """What a frame really shows; None where the recording has no truth, or not of that frame.

        Raises:
            FormatError: the truth is damaged.
        """
        folder = self.path / "truth"
        if sequence not in self._part.rows or not folder.is_dir():
            return None
        self._truth = self._truth or _Recorded(folder)
        if sequence not in self._truth.rows:
            return None
        line, arrays = self._truth.row(self._truth.rows[sequence])
        frame_row, frame_arrays = self._part.row(self._part.rows[sequence])
        geometry = frame_of(frame_row, frame_arrays).geometry
        grid = label_grid(geometry)
        try:
            spread = np.unpackbits(arrays["spread"], axis=1, count=grid.n_samples).astype(np.bool_)
            labels = arrays["labels"]
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(
                f"'{self._truth.folder}': the maps of frame {sequence} cannot be read: {error}."
            ) from error
        return truth_of_line(line, labels, spread, structures_of(self._truth.manifest.get("structures", [])), grid)

    def rewind(self) -> None:
        """Starts again from the first frame."""
        self._at, self.control = 0, None

    def close(self) -> None:
        """Nothing is held open."""


class _Recorded:
    """Lines and arrays of one folder of a recording, checked against its hashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = _read_manifest(folder)
        for name, expected in self.manifest["sha256"].items():
            _check(folder, name, expected)
        self.lines = _read_lines(folder / "frames.jsonl")
        if len(self.lines) != self.manifest.get("frames"):
            raise FormatError(
                f"'{folder}' holds {len(self.lines)} frames. Expected {self.manifest.get('frames')!r} by its manifest."
            )
        self.rows = {_sequence(line): row for row, line in enumerate(self.lines)}
        self._a_file: int = self.manifest["frames_a_file"]
        self._stem = next((name.split("-")[0] for name in self.manifest["sha256"] if name.endswith(".npz")), "")
        self._arrays = lru_cache(maxsize=2)(self._load)

    def row(self, row: int) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """A frame's line and arrays by their names."""
        loaded = self._arrays(row // self._a_file)
        ending = f"_{row:06d}"
        return dict(self.lines[row]), {
            name.removesuffix(ending): array for name, array in loaded.items() if name.endswith(ending)
        }

    def _load(self, file: int) -> dict[str, NDArray[Any]]:
        path = self.folder / f"{self._stem}-{file:05d}.npz"
        try:
            return _arrays_of(path)
        except (OSError, ValueError, EOFError, RuntimeError, NotImplementedError, BadZipFile, zlib.error) as error:
            raise FormatError(f"'{path}' cannot be read: {error}.") from error


def _arrays_of(path: Path) -> dict[str, NDArray[Any]]:
    """Every array of a file, each no larger than it says, and all together within LARGEST_FILE.

    Raises:
        ValueError: too large, or another size than it says.
    """
    arrays: dict[str, NDArray[Any]] = {}
    with ZipFile(path) as archive:
        members = archive.infolist()
        if sum(member.file_size for member in members) > LARGEST_FILE:
            raise ValueError(f"it holds more than {LARGEST_FILE} bytes")
        for member in members:
            data = BytesIO(archive.read(member))
            version = np.lib.format.read_magic(data)
            reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, fortran, dtype = reader(data)
            if dtype.hasobject or data.tell() + prod(shape) * dtype.itemsize != member.file_size:
                raise ValueError(f"{member.filename} says {shape} of {dtype}, and holds {member.file_size} bytes")
            array = np.frombuffer(data.getbuffer()[data.tell() :], dtype).copy()
            arrays[member.filename.removesuffix(".npy")] = array.reshape(shape, order="F" if fortran else "C")
    return arrays


def _sequence(line: Line) -> int:
    sequence = line.get("sequence")
    return sequence if isinstance(sequence, int) else -1


def _read_lines(path: Path) -> list[Line]:
    """Every line of a part.

    Raises:
        FormatError: not text, or a line that is no object.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"'{path}' is not text: {error}.") from error
    return [read_line(line, f"'{path}' line {number}") for number, line in enumerate(text.splitlines(), 1)]


def _read_manifest(folder: Path) -> Line:
    """A folder's manifest.

    Raises:
        InputError: there is no such folder.
        FormatError: no manifest, or not one of ours.
    """
    if not folder.is_dir():
        raise InputError(f"'{folder}' is not a folder. Expected a recording.")
    path = folder / "manifest.json"
    try:
        manifest: Any = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise FormatError(f"'{folder}' has no manifest.json. Expected a recording.") from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"'{path}' is not JSON: {error}.") from error
    if not isinstance(manifest, dict) or cast(Line, manifest).get("format") != FORMAT:
        raise FormatError(f"'{path}' does not say that its format is '{FORMAT}'.")
    line = cast(Line, manifest)
    if line.get("version") not in range(1, VERSION + 1):
        raise FormatError(f"'{path}' has version {line.get('version')!r}. Expected 1 to {VERSION}.")
    a_file = line.get("frames_a_file")
    if type(a_file) is not int or a_file < 1:
        raise FormatError(f"'{path}' has {a_file!r} frames a file. Expected a number from 1.")
    if not isinstance(line.get("sha256"), dict) or "frames.jsonl" not in line["sha256"]:
        raise FormatError(f"'{path}' lists no hash of frames.jsonl. Expected one of every file.")
    return line


def _check(folder: Path, name: str, expected: object) -> None:
    """Refuses a file that is not there, not what it was, or not in the folder.

    Raises:
        FormatError: missing, changed or elsewhere.
    """
    path = folder / name
    if Path(name).name != name or not path.is_file():
        raise FormatError(f"'{path}' is missing. Expected every file that the manifest lists.")
    found = sha256_of(path)
    if found != expected:
        raise FormatError(f"'{path}' has SHA-256 {found[:12]}. Expected {str(expected)[:12]}: truncated or changed.")
