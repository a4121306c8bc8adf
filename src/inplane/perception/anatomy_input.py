"""What the anatomy net is shown of a prepared frame: the same numbers when it learns and when it is asked."""

import numpy as np
from numpy.typing import NDArray

from inplane.perception.needle_input import stack

CHANNELS = 5
"""The four pixels of each cell of two by two, and where tissue is shown."""
KINDS = ("nerve", "vessel")
"""What each map of its answer is of."""
CELL = 4
"""Fine pixels to a cell of the maps."""
_SHOWN = (0, 1, 2, 3, 6)


def anatomy_stack(fine: NDArray[np.uint8], valid: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(CHANNELS, rows / 2, columns / 2), filled up with zeros as the needle net's are.

    Args:
        fine: (rows, columns) grey, both even.
        valid: (rows / 2, columns / 2) 1 where tissue is shown.
    """
    return np.ascontiguousarray(stack(fine, valid, None)[_SHOWN, :, :])
