"""Other pictures of the same needle: shifted, mirrored, with other greys, and without what changed."""

from math import cos, sin
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import blur
from inplane.perception.needle_input import CHANGE_CAP, stack
from inplane.trials.needle_samples import Samples
from inplane.trials.needle_targets import targets

SIDE = 160
"""Cells of two pixels along the sides of what the net learns from."""
WARPED = 0.7
"""Share of pictures that are turned, stretched and shifted. chosen: most, as patients are few and pictures many."""
MOST_TURN_RAD, SCALES, MOST_SHIFT = 0.2, (0.8, 1.25), 0.12
"""Largest turn, smallest and largest scale, and largest shift in shares of the sides. chosen: a fascia that was level
still looks like one."""
Number = TypeVar("Number", np.uint8, np.float32)
FORGOTTEN = 0.3
"""Share of pictures of which nothing is known of a moment ago, beside those of which it is not."""


def drawn(samples: Samples, number: int, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the net is shown, (CHANNELS, SIDE, SIDE), and what it should say, (TARGETS, SIDE / 2, SIDE / 2)."""
    fine, valid = samples.fine[number], samples.valid[number]
    change = samples.change[number].astype(np.float32) * np.float32(CHANGE_CAP / 127)
    path = samples.path[number].copy()
    if rng.random() < 0.5:
        fine, valid, change = fine[:, ::-1], valid[:, ::-1], change[:, ::-1]
        path[:, 0] = fine.shape[1] - 1 - path[:, 0]
    if rng.random() < WARPED:
        move = affine(rng, fine.shape)
        fine, valid, change = _warped(fine, move), _warped(valid, halved(move)), _warped(change, halved(move))
        path[:, :2] = path[:, :2] @ move[:, :2].T + move[:, 2]
    fine = greys(fine, rng)
    known = bool(samples.known[number]) and rng.random() > FORGOTTEN
    if known:
        stronger = np.clip(change * float(rng.uniform(0.6, 1.5)), -CHANGE_CAP, CHANGE_CAP)
        change = np.asarray(stronger, dtype=np.float32)
    shown = stack(fine, valid, change if known else None)
    rows, columns = valid.shape
    out = np.zeros((shown.shape[0], SIDE, SIDE), np.float32)
    seen = np.zeros((SIDE, SIDE), np.uint8)
    out[:, :rows, :columns] = shown[:, :rows, :columns]
    seen[:rows, :columns] = valid
    return out, targets(path, samples.contrast_db[number], seen, (SIDE // 2, SIDE // 2))


def any_of(samples: Samples, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """One of the pictures of a clip, as `drawn` draws it."""
    return drawn(samples, int(rng.integers(len(samples.known))), rng)


def affine(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """(2, 3) a turn, two scales and a shift of (column, row) about the middle of a picture of that shape."""
    turn = float(rng.uniform(-MOST_TURN_RAD, MOST_TURN_RAD))
    wide, tall = (float(rng.uniform(*SCALES)) for _ in range(2))
    linear = np.array([[wide * cos(turn), -tall * sin(turn)], [wide * sin(turn), tall * cos(turn)]])
    middle = 0.5 * np.array([shape[1] - 1, shape[0] - 1])
    moved = rng.uniform(-MOST_SHIFT, MOST_SHIFT, 2) * np.array([shape[1], shape[0]])
    return np.column_stack((linear, middle - linear @ middle + moved))


def halved(move: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same move of cells of two pixels, whose middles lie between the first and the second."""
    return np.column_stack((move[:, :2], 0.5 * (move[:, 2] + 0.5 * move[:, :2].sum(axis=1) - 0.5)))


def _warped(image: NDArray[Number], move: NDArray[np.float64]) -> NDArray[Number]:
    """The image moved, of the same size; what comes in from beyond its border is 0."""
    rows, columns = (int(side) for side in image.shape)
    kind = cv2.INTER_NEAREST if image.dtype == np.uint8 and image.max(initial=0) <= 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.warpAffine(np.ascontiguousarray(image), move, (columns, rows), flags=kind), image.dtype)


def greys(fine: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """The picture with other gain, curve and sharpness, through a codec, or with noise."""
    grey = fine.astype(np.float32)
    if rng.random() < 0.7:
        curve = float(np.exp(rng.normal(0, 0.2)))
        grey = np.asarray(255 * (grey / 255) ** curve * float(np.exp(rng.normal(0, 0.2))), dtype=np.float32)
        grey += float(rng.normal(0, 8)) * (fine > 2)
    if rng.random() < 0.2:
        grey = blur(grey, float(rng.uniform(0.4, 1.2)))
    if rng.random() < 0.2:
        grey = grey + rng.normal(0, float(rng.uniform(1, 8)), grey.shape).astype(np.float32)
    if rng.random() < 0.15:
        depth = np.linspace(0, 1, grey.shape[0], dtype=np.float32)[:, None]
        grey = grey * (1 + float(rng.uniform(-0.6, 0.4)) * depth)
    made = np.clip(grey, 0, 255).astype(np.uint8)
    if rng.random() < 0.15:
        coded = cv2.imencode(".jpg", made, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])[1]
        made = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return made
