"""The needle net as it is shipped, and how it is asked."""

from functools import lru_cache

from inplane.perception.motion import Change
from inplane.perception.needle_input import CHANNELS, scaled, stack
from inplane.perception.needle_maps import CELL, MAPS, Maps
from inplane.perception.onnx_net import Net, Shape
from inplane.perception.prepare import Prepared

NAME = "needle"
SHAPE = Shape(channels=CHANNELS, maps=MAPS, cell=CELL)


class NeedleModel(Net):
    """A needle net that can be asked; see Net for where it comes from and what is refused."""

    name, shape = NAME, SHAPE

    def look(self, prepared: Prepared, change: Change | None) -> Maps:
        """What the net says of a frame.

        Args:
            prepared: the frame.
            change: what changed since a moment ago; None where unknown.
        """
        shape = prepared.valid_coarse.shape
        moved = None if change is None else scaled(change, (shape[0], shape[1]))
        return Maps(self.answer(stack(prepared.fine, prepared.valid_coarse, moved)), *prepared.fine.shape)


@lru_cache(maxsize=1)
def shipped() -> NeedleModel:
    """The model that comes with the program; loaded once."""
    return NeedleModel()
