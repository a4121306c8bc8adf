"""The anatomy net as it is shipped, and how it is asked."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inplane.perception.anatomy_input import CELL, CHANNELS, KINDS, anatomy_stack
from inplane.perception.images import resize
from inplane.perception.onnx_net import FOLDER, Net, Shape
from inplane.perception.prepare import Prepared

NAME = "anatomy"
SHAPE = Shape(channels=CHANNELS, maps=len(KINDS), cell=CELL)


class AnatomyModel:
    """An anatomy net that can be asked.

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

    def look(self, prepared: Prepared) -> NDArray[np.float32]:
        """(kinds, rows / 2, columns / 2) logits of each of KINDS over the coarse picture."""
        maps = self._net.answer(anatomy_stack(prepared.fine, prepared.valid_coarse))
        rows, columns = prepared.valid_coarse.shape
        step = CELL // 2
        _, map_rows, map_columns = maps.shape
        return np.stack(
            [resize(each, step * map_columns, step * map_rows, area=False)[:rows, :columns] for each in maps]
        )


@lru_cache(maxsize=1)
def shipped() -> AnatomyModel:
    """The model that comes with the program; loaded once."""
    return AnatomyModel()
