"""Pictures that may show the same person, so that none of them judges what another taught."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

LIKE = 0.5
"""Correlation of thumbnails from which stills are look-alikes. chosen: below it single linkage begins to join all
(at 0.5 it makes 125 groups of 204 stills, the largest of 40); the two stills surely of one volunteer have 0.96."""


def look_alikes(pictures: Sequence[NDArray[np.float32]]) -> list[int]:
    """Group number of each picture: those whose thumbnails correlate by LIKE or more, mirrored or not, are joined.

    Thumbnails are 32 by 32, of the logarithm of grey without what is smooth over a quarter of them: gain and fall-off
    with depth say nothing of who is shown.
    """
    flat = np.array([_thumbnail(picture) for picture in pictures])
    mirrored = flat[:, :, ::-1].reshape(len(flat), -1)
    upright = flat.reshape(len(flat), -1)
    alike = np.maximum(upright @ upright.T, upright @ mirrored.T) / upright.shape[1] >= LIKE
    group = np.arange(len(flat))
    while True:
        joined = np.where(alike, group[None, :], len(flat)).min(axis=1)
        joined = np.minimum(joined, group)
        if np.array_equal(joined, group):
            return [int(number) for number in group]
        group = joined


def _thumbnail(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """(32, 32) of zero mean and unit variance."""
    small = np.asarray(cv2.resize(picture, (32, 32), interpolation=cv2.INTER_AREA), dtype=np.float32)
    log = np.log(small + 5)
    log -= np.asarray(cv2.GaussianBlur(log, (0, 0), 8), dtype=np.float32)
    log -= log.mean()
    return log / max(float(log.std()), 1e-6)


def folds(groups: Sequence[int], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which of `count` parts each still falls into; stills of one group fall together, parts are about equal."""
    names, sizes = np.unique(np.asarray(groups), return_counts=True)
    order = sorted(rng.permutation(len(names)).tolist(), key=lambda at: -int(sizes[at]))
    filled = [0] * count
    part: dict[int, int] = {}
    for at in order:
        least = int(np.argmin(filled))
        part[int(names[at])] = least
        filled[least] += int(sizes[at])
    return np.array([part[int(group)] for group in groups], dtype=np.int64)
