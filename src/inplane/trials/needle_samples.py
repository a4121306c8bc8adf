"""Samples that the needle net learns from, and how they are kept."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PATH_POINTS = 24
"""Places along a shaft that are kept. chosen: a bent needle's curve in steps of 2 to 3 mm."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """n pictures of one clip.

    Args:
        fine: (n, rows, columns) uint8 grey, as `perception.prepare` makes it.
        valid: (n, rows / 2, columns / 2) uint8, 1 where tissue is shown.
        change: (n, rows / 2, columns / 2) int8, `needle_input.scaled` times 127 / CHANGE_CAP.
        known: (n,) bool, whether anything is known of a moment ago.
        path: (n, PATH_POINTS, 3) float32 from puncture to tip: column and row in `fine`, mm across the imaging plane;
            NaN where there is no needle.
        contrast_db: (n, PATH_POINTS) float32, how much each place of the path is brighter than without the needle; NaN
            where it is not in the picture.
        pixel_mm: of `fine`.
    """

    fine: NDArray[np.uint8]
    valid: NDArray[np.uint8]
    change: NDArray[np.int8]
    known: NDArray[np.bool_]
    path: NDArray[np.float32]
    contrast_db: NDArray[np.float32]
    pixel_mm: float


def save(samples: Samples, path: Path) -> None:
    """Keeps samples in one file that holds arrays alone; another name until it is whole."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(
        part, allow_pickle=False, **{each.name: getattr(samples, each.name) for each in fields(samples)}
    )
    part.replace(path)


def load(path: Path) -> Samples:
    """What `save` kept."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {each.name: kept[each.name] for each in fields(Samples)}
    return replace(Samples(**arrays), pixel_mm=float(arrays["pixel_mm"]))


def loaded(folder: Path, pattern: str) -> list[Samples]:
    """The samples whose files match, in order of their names."""
    return [load(path) for path in sorted(folder.glob(pattern))]


def along(points: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """(count, 3) places at equal distances along a line of points, its two ends among them."""
    steps = np.concatenate(([0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))))
    at = np.linspace(0, float(steps[-1]), count)
    return np.stack([np.interp(at, steps, points[:, axis]) for axis in range(points.shape[1])], axis=1)
