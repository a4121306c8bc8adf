"""A net as it is shipped: one ONNX file with its card, checked before it is trusted, run on one thread."""

import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inplane.core import FormatError, ResourceError

runtime: Any = onnxruntime  # it comes without types
FOLDER = Path(str(files("inplane.perception") / "data"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a net is shown, and what it answers.

    Args:
        channels: of what it is shown.
        maps: of its answer.
        cell: fine pixels to a cell of the maps.
    """

    channels: int
    maps: int
    cell: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model's card says that the program needs.

    Args:
        name: of the model.
        sha256: of its ONNX file.
        channels, maps, cell: of what it is shown and what it answers.
    """

    name: str
    sha256: str
    channels: int
    maps: int
    cell: int


class Net:
    """A net that can be asked; each kind names its own and its shape.

    Args:
        path: its ONNX file, with a card of the same name that ends in .json beside it; the shipped one, in whole
            numbers of eight bits, if None.

    Raises:
        ResourceError: a file that is missing.
        FormatError: a card that is none, a file that is not the one that the card is of, or a net of another shape.
    """

    name: ClassVar[str]
    shape: ClassVar[Shape]

    def __init__(self, path: Path | None = None) -> None:
        path = FOLDER / f"{self.name}.int8.onnx" if path is None else path
        self.card = read_card(path.with_suffix(".json"))
        self._session = _session(_checked(path, self.card, self.shape), path, self.shape)

    def answer(self, shown: NDArray[np.float32]) -> NDArray[np.float32]:
        """(maps, map rows, map columns) of (channels, rows, columns)."""
        said: list[NDArray[np.float32]] = self._session.run(["maps"], {"shown": shown[None]})
        return said[0][0]


def read_card(path: Path) -> Card:
    """A model's card.

    Raises:
        ResourceError: no such file.
        FormatError: not JSON, or without one of the entries.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Card(
            name=str(said["name"]),
            sha256=str(said["sha256"]),
            channels=int(said["channels"]),
            maps=int(said["maps"]),
            cell=int(said["cell"]),
        )
    except OSError as problem:
        raise ResourceError(f"The model's card {path.name} cannot be read: {problem.strerror}.") from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise FormatError(
            f"The model's card {path.name} is not one ({problem!r}). Expected JSON with name, sha256, channels, maps "
            "and cell."
        ) from problem


def _checked(path: Path, card: Card, shape: Shape) -> bytes:
    """The file's bytes, if they are those that the card is of."""
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise ResourceError(f"The model {path.name} cannot be read: {problem.strerror}.") from problem
    found = hashlib.sha256(data).hexdigest()
    if found != card.sha256:
        raise FormatError(
            f"The model {path.name} is not the one that its card is of: its SHA-256 is {found}. Expected {card.sha256}."
        )
    if Shape(channels=card.channels, maps=card.maps, cell=card.cell) != shape:
        raise FormatError(
            f"The model {path.name} takes {card.channels} channels and gives {card.maps} maps in cells of {card.cell} "
            f"pixels. Expected {shape.channels}, {shape.maps} and {shape.cell}."
        )
    return data


def _session(data: bytes, path: Path, shape: Shape) -> Any:
    """The net, to be run by whoever asks: no threads of its own, none that waits by spinning."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        session = runtime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        shown, maps = session.get_inputs()[0], session.get_outputs()[0]
    except Exception as problem:  # its errors have no common base of their own
        raise FormatError(f"The model {path.name} is no ONNX file that can be run: {problem}") from problem
    if (shown.name, maps.name) != ("shown", "maps") or shown.shape[1] != shape.channels or maps.shape[1] != shape.maps:
        raise FormatError(
            f"The model {path.name} takes {shown.name} {shown.shape} and gives {maps.name} {maps.shape}. "
            f"Expected shown with {shape.channels} channels, and maps with {shape.maps}."
        )
    return session
