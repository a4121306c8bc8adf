"""The needle net as it is shipped: one ONNX file with its card, checked before it is trusted, run on one thread."""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inplane.core import FormatError, ResourceError
from inplane.perception.motion import Change
from inplane.perception.needle_input import CHANNELS, scaled, stack
from inplane.perception.needle_maps import CELL, MAPS, Maps
from inplane.perception.prepare import Prepared

runtime: Any = onnxruntime  # it comes without types
NAME = "needle"
FOLDER = Path(str(files("inplane.perception") / "data"))


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


class NeedleModel:
    """A needle net that can be asked.

    Args:
        path: its ONNX file, with a card of the same name that ends in .json beside it; the shipped one if None.

    Raises:
        ResourceError: a file that is missing.
        FormatError: a card that is none, a file that is not the one that the card is of, or a net of another shape.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = FOLDER / f"{NAME}.onnx" if path is None else path
        self.card = read_card(path.with_suffix(".json"))
        self._session = _session(_checked(path, self.card), path)

    def look(self, prepared: Prepared, change: Change | None) -> Maps:
        """What the net says of a frame.

        Args:
            prepared: the frame.
            change: what changed since a moment ago; None where unknown.
        """
        shape = prepared.valid_coarse.shape
        moved = None if change is None else scaled(change, (shape[0], shape[1]))
        shown = stack(prepared.fine, prepared.valid_coarse, moved)
        answer: list[NDArray[np.float32]] = self._session.run(["maps"], {"shown": shown[None]})
        return Maps(answer[0][0], *prepared.fine.shape)


@lru_cache(maxsize=1)
def shipped() -> NeedleModel:
    """The model that comes with the program; loaded once."""
    return NeedleModel()


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


def _checked(path: Path, card: Card) -> bytes:
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
    if (card.channels, card.maps, card.cell) != (CHANNELS, MAPS, CELL):
        raise FormatError(
            f"The model {path.name} takes {card.channels} channels and gives {card.maps} maps in cells of {card.cell} "
            f"pixels. Expected {CHANNELS}, {MAPS} and {CELL}."
        )
    return data


def _session(data: bytes, path: Path) -> Any:
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
    if (shown.name, maps.name) != ("shown", "maps") or shown.shape[1] != CHANNELS or maps.shape[1] != MAPS:
        raise FormatError(
            f"The model {path.name} takes {shown.name} {shown.shape} and gives {maps.name} {maps.shape}. "
            f"Expected shown with {CHANNELS} channels, and maps with {MAPS}."
        )
    return session
