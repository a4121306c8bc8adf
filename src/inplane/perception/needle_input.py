"""What the needle net is shown of a prepared frame: the same numbers when it learns and when it is asked."""

import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import resize
from inplane.perception.motion import Change

CHANNELS = 7
"""The four pixels of each cell of two by two, what changed, whether that is known, and where tissue is shown."""
MULTIPLE = 16
"""Rows and columns are filled up to a multiple of it: the net halves them four times."""
GREY_MIDDLE, GREY_SPAN = 40.0, 40.0
"""Grey that is shown as 0, and the step shown as 1. chosen: about the mean and the deviation of tissue's grey."""
CHANGE_SPAN, CHANGE_CAP = 4.0, 2.0
"""Change in deviations of its noise that is shown as 1, and the cap. chosen: a shaft that appears gives 5 to 10."""


def stack(fine: NDArray[np.uint8], valid: NDArray[np.uint8], change: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """(CHANNELS, rows / 2, columns / 2), filled up with zeros to a MULTIPLE.

    Args:
        fine: (rows, columns) grey, both even.
        valid: (rows / 2, columns / 2) 1 where tissue is shown.
        change: (rows / 2, columns / 2) as `scaled` gives it; None where nothing is known of a moment ago.
    """
    rows, columns = valid.shape
    shown = np.zeros((CHANNELS, -rows % MULTIPLE + rows, -columns % MULTIPLE + columns), np.float32)
    cells = shown[:, :rows, :columns]
    for number, (down, right) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        cells[number] = fine[down : 2 * rows : 2, right : 2 * columns : 2]
    cells[:4] -= GREY_MIDDLE
    cells[:4] *= valid / GREY_SPAN
    if change is not None:
        cells[4] = change
        cells[5] = valid
    cells[6] = valid
    return shown


def scaled(change: Change, shape: tuple[int, int]) -> NDArray[np.float32]:
    """(rows / 2, columns / 2) the change in units of CHANGE_SPAN deviations of its noise, capped."""
    half = resize(change.difference, shape[1], shape[0], area=True)
    return np.clip(half / np.float32(CHANGE_SPAN * change.noise), -CHANGE_CAP, CHANGE_CAP)
