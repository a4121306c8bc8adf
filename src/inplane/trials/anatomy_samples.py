"""Outlined pictures that the anatomy net learns from: real stills and simulated views, and how they are kept."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.prepare import Prepared, prepare
from inplane.trials.outlined import held_out, usgra_labelled, usgra_names


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """A picture with what its pixels are.

    Args:
        fine: (rows, columns) uint8 grey, as `perception.prepare` makes it.
        valid: (rows / 2, columns / 2) uint8, 1 where tissue is shown.
        kinds: (rows / 2, columns / 2) uint8: `outlined.NERVE`, `outlined.VESSEL` or 0.
        pixel_mm: of `fine`; nominal where the picture tells no scale.
    """

    fine: NDArray[np.uint8]
    valid: NDArray[np.uint8]
    kinds: NDArray[np.uint8]
    pixel_mm: float


def outline_of(prepared: Prepared, kinds: NDArray[np.uint8]) -> Outline:
    """A prepared picture with the kinds of its frame, (lines, samples), of a linear array."""
    rows, columns = prepared.valid_coarse.shape
    flat = np.ascontiguousarray(kinds.T)
    return Outline(
        fine=prepared.fine,
        valid=prepared.valid_coarse,
        kinds=np.asarray(cv2.resize(flat, (columns, rows), interpolation=cv2.INTER_NEAREST), np.uint8),
        pixel_mm=prepared.grid.pixel_mm,
    )


def real_outlines(*, held: bool = False) -> Iterator[tuple[str, Outline]]:
    """Name and outline of each still of usgra-seg: those to learn from, or those that are held out."""
    kept = held_out()
    for name, frame, mask in usgra_labelled(name for name in usgra_names() if (name in kept) is held):
        yield name, outline_of(prepare(frame), mask)


def save(outline: Outline, path: Path) -> None:
    """Keeps an outline in one file that holds arrays alone; another name until it is whole."""
    part = path.with_suffix(".part.npz")
    arrays = {each.name: getattr(outline, each.name) for each in fields(outline)}
    np.savez_compressed(part, allow_pickle=False, **arrays)
    part.replace(path)


def load(path: Path) -> Outline:
    """What `save` kept."""
    with np.load(path, allow_pickle=False) as kept:
        arrays = {each.name: kept[each.name] for each in fields(Outline)}
    return replace(Outline(**arrays), pixel_mm=float(arrays["pixel_mm"]))
