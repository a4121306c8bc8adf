"""Other pictures of the same anatomy: shifted, turned, stretched, mirrored, bent, in part in shadow, in other greys."""

from math import exp, log

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.anatomy_input import CHANNELS, KINDS, anatomy_stack
from inplane.perception.images import blur
from inplane.trials.anatomy_samples import Outline
from inplane.trials.needle_augment import affine, greys, halved

SIDE = 144
"""Cells of two pixels along the sides of what the net learns from. chosen: most outlined stills fit into it."""
WARPED, BENT, SHADOWED, NARROWED = 0.9, 0.5, 0.25, 0.15
"""Shares of pictures that are moved, bent, that have a shadow, and that lose a part at a side. chosen: outlined stills
are few; a neighbour's arm is not the same arm moved stiffly, and a face that lifts off throws a shadow."""
ZOOMS = (0.75, 1.35)
"""Smallest and largest zoom beside that of `affine`. chosen: many pictures tell no scale, and their nominal one may be
off by a third."""
BEND_PIXELS, BEND_OVER = 60.0, 24.0
"""Strength of the bend, and the deviation of the Gaussian that smooths it. chosen: moves by 3 pixels in the mean."""


def anatomy_drawn(outline: Outline, rng: np.random.Generator) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What the net is shown, (CHANNELS, SIDE, SIDE), and what it should say, (3, SIDE / 2, SIDE / 2)."""
    fine, valid, kinds = outline.fine, outline.valid, outline.kinds
    if rng.random() < 0.5:
        fine, valid, kinds = fine[:, ::-1], valid[:, ::-1], kinds[:, ::-1]
    if rng.random() < WARPED:
        fine, valid, kinds = _moved(fine, valid, kinds, rng)
    fine = greys(np.ascontiguousarray(fine), rng)
    if rng.random() < SHADOWED:
        fine = _shadowed(fine, rng)
    if rng.random() < NARROWED:
        valid = _narrowed(valid, rng)
    return _cut(fine, valid, kinds, rng)


def _moved(
    fine: NDArray[np.uint8], valid: NDArray[np.uint8], kinds: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Picture and masks moved, zoomed and perhaps bent, all by the same map."""
    rows, columns = valid.shape
    zoom = exp(rng.uniform(log(ZOOMS[0]), log(ZOOMS[1])))
    move = affine(rng, fine.shape)
    middle = 0.5 * np.array([fine.shape[1] - 1, 0.0])
    move[:, :2] *= zoom
    move[:, 2] = zoom * (move[:, 2] - middle) + middle
    back = np.asarray(cv2.invertAffineTransform(halved(move)), np.float64)
    down, right = (np.asarray(each, np.float64) for each in np.indices((rows, columns)))
    grid = np.stack((right, down), axis=-1)
    at = np.asarray(grid @ back[:, :2].T + back[:, 2], dtype=np.float32)
    if rng.random() < BENT:
        bends = [blur(rng.normal(size=(rows, columns)).astype(np.float32), BEND_OVER) for _ in range(2)]
        at += np.stack(bends, axis=-1) * np.float32(BEND_PIXELS * float(rng.uniform(0.3, 1)))
    large = np.asarray(cv2.resize(2 * at + 0.5, (2 * columns, 2 * rows)), np.float32)
    return (
        _looked_up(fine, large, cv2.INTER_LINEAR),
        _looked_up(valid, at, cv2.INTER_NEAREST),
        _looked_up(kinds, at, cv2.INTER_NEAREST),
    )


def _looked_up(image: NDArray[np.uint8], at: NDArray[np.float32], kind: int) -> NDArray[np.uint8]:
    """The image as it is at places, (rows, columns, 2) of (column, row); 0 beyond its border."""
    flat = np.ascontiguousarray(image)
    return np.asarray(cv2.remap(flat, at[:, :, 0], at[:, :, 1], interpolation=kind), np.uint8)


def _shadowed(fine: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A band of columns is darker from some depth on."""
    columns = int(fine.shape[1])
    middle, half = float(rng.uniform(0, columns)), float(rng.uniform(0.03, 0.2)) * columns
    apart = (np.arange(columns, dtype=np.float64) - middle) / half
    across = np.exp(-np.power(apart, 4))
    from_row = int(rng.integers(0, max(1, fine.shape[0] // 2)))
    dark = np.ones(fine.shape, np.float32)
    dark[from_row:] -= (float(rng.uniform(0.3, 1)) * across)[None, :].astype(np.float32)
    return (fine * dark).astype(np.uint8)


def _narrowed(valid: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """A part at one side is not shown."""
    lost = int(rng.integers(1, max(2, valid.shape[1] // 3)))
    narrow = valid.copy()
    if rng.random() < 0.5:
        narrow[:, :lost] = 0
    else:
        narrow[:, -lost:] = 0
    return narrow


def _cut(
    fine: NDArray[np.uint8], valid: NDArray[np.uint8], kinds: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What fits into SIDE cells, some part of the width where it is wider, and the shares of its cells of two."""
    rows, columns = valid.shape
    left = int(rng.integers(0, max(1, columns - SIDE + 1)))
    rows, columns = min(rows, SIDE), min(columns, SIDE)
    near = slice(left, left + columns)
    valid, kinds = valid[:rows, near], kinds[:rows, near]
    stacked = anatomy_stack(np.ascontiguousarray(fine[: 2 * rows, 2 * left : 2 * (left + columns)]), valid)
    shown = np.zeros((CHANNELS, SIDE, SIDE), np.float32)
    shown[:, :rows, :columns] = stacked[:, :rows, :columns]
    said = np.zeros((len(KINDS) + 1, SIDE, SIDE), np.float32)
    for number in range(len(KINDS)):
        said[number, :rows, :columns] = kinds == number + 1
    said[-1, :rows, :columns] = valid
    halves = said.reshape(len(said), SIDE // 2, 2, SIDE // 2, 2).mean(axis=(2, 4))
    halves[-1] = halves[-1] > 0.5
    return shown, halves
