"""The needle net as it is shipped, and how it is asked."""

from functools import lru_cache
from pathlib import Path

from inplane.perception.motion import Change
from inplane.perception.needle_input import CHANNELS, scaled, stack
from inplane.perception.needle_maps import CELL, MAPS, Maps
from inplane.perception.onnx_net import FOLDER, Net, Shape
from inplane.perception.prepare import Prepared

NAME = "needle"
SHAPE = Shape(channels=CHANNELS, maps=MAPS, cell=CELL)


class NeedleModel:
    """A needle net that can be asked.

    Args:
        path: its ONNX file, with a card of the same name that ends in .json beside it; the shipped one, in
            whole numbers of eight bits, if None.

    Raises:
        ResourceError: a file that is missing.
        FormatError: a card that is none, a file that is not the one that the card is of, or a net of another shape.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._net = Net(FOLDER / f"{NAME}.int8.onnx" if path is None else path, SHAPE)
        self.card = self._net.card

    def look(self, prepared: Prepared, change: Change | None) -> Maps:
        """What the net says of a frame.

        Args:
            prepared: the frame.
            change: what changed since a moment ago; None where unknown.
        """
        shape = prepared.valid_coarse.shape
        moved = None if change is None else scaled(change, (shape[0], shape[1]))
        return Maps(self._net.answer(stack(prepared.fine, prepared.valid_coarse, moved)), *prepared.fine.shape)


@lru_cache(maxsize=1)
def shipped() -> NeedleModel:
    """The model that comes with the program; loaded once."""
    return NeedleModel()
