"""Stored values made into what a screen can show: 8-bit grey or RGB, with what was done told in words."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError

Shown: TypeAlias = Callable[[NDArray[Any]], NDArray[np.uint8]]
"""(rows, columns, channels) of a file's type to (rows, columns)[, 3] of uint8."""
TAIL = 0.001
"""Share of values that may be blacker or whiter than what is shown. chosen: single stray pixels set no window."""


def shown_values(first: NDArray[Any]) -> tuple[Shown, tuple[str, ...]]:
    """How pictures of this type are shown, fixed by the first one, and notes on it.

    Args:
        first: (rows, columns, channels) of the first picture.

    Raises:
        FormatError: channels that are neither grey nor RGB.
    """
    channels = first.shape[2]
    if channels not in (1, 3, 4):
        raise FormatError(f"Pictures have {channels} channels. Expected 1 (grey), 3 (RGB) or 4 (RGBA).")
    notes = ("A fourth channel is left out: transparency is no picture.",) if channels == 4 else ()
    if first.dtype == np.uint8:
        return _plain, notes
    finite = first[np.isfinite(first)] if first.dtype.kind == "f" else first
    if not finite.size:
        raise FormatError("The first picture holds no finite number. Expected grey values.")
    low, high = (float(value) for value in np.quantile(finite, (TAIL, 1 - TAIL)))
    if float(finite.min()) >= 0 and 1 < float(finite.max()) <= 255 and first.dtype.kind in "iu":
        low, high = 0.0, 255.0
    elif not np.isfinite(high - low) or high <= low:
        low, high = float(finite.min()), max(float(finite.max()), float(finite.min()) + 1)
    said = f"Values of {first.dtype.name} from {low:g} (black) to {high:g} (white) are shown, by the first picture."
    return _Window(low, high), (*notes, said)


def _plain(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(values[..., 0] if values.shape[2] == 1 else values[..., :3])


class _Window:
    """Values between two limits spread over the greys."""

    def __init__(self, low: float, high: float) -> None:
        self._low, self._high = low, high

    def __call__(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        with np.errstate(over="ignore", invalid="ignore"):
            share = (values.astype(np.float64) - self._low) / (self._high - self._low)
        grey = np.clip(np.nan_to_num(share, nan=0.0, posinf=1.0, neginf=0.0), 0, 1) * 255
        return _plain(np.rint(grey).astype(np.uint8))
