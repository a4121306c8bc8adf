"""The anatomy net as it is shipped, and how it is asked."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inplane.perception.anatomy_input import CELL, CHANNELS, KINDS, anatomy_stack
from inplane.perception.images import resize
from inplane.perception.onnx_net import Net, Shape
from inplane.perception.prepare import Prepared

NAME = "anatomy"
SHAPE = Shape(channels=CHANNELS, maps=len(KINDS), cell=CELL)


class AnatomyModel(Net):
    """An anatomy net that can be asked; see Net for where it comes from and what is refused."""

    name, shape = NAME, SHAPE

    def look(self, prepared: Prepared) -> NDArray[np.float32]:
        """(kinds, rows / 2, columns / 2) logits of each of KINDS over the coarse picture."""
        maps = self.answer(anatomy_stack(prepared.fine, prepared.valid_coarse))
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
