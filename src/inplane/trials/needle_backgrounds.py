"""Real pictures without a needle that may be learned from, by set, and samples with needles drawn onto them.

Of two sets every second still is left out, of one the scanners of two of its parts: benches judge by what is left.
"""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from inplane.perception.images import resize
from inplane.perception.prepare import prepare
from inplane.trials.needle_paste import Background, Drawn, draw
from inplane.trials.needle_samples import Samples
from inplane.trials.real_sets import frames_of, opened, paths_of

SETS: dict[str, tuple[tuple[str, ...], int]] = {
    "usgra-seg": (("usgra-seg/images/*.png",), 2),
    "timtrack-muscle": (("timtrack-muscle/timtrack-paper/dataset [12]/*",), 1),
    "ctu-carotids": (("ctu-carotids/localization_samples/*/*.png", "ctu-carotids/classification_samples/*.png"), 1),
    "nhbs-hip": (("nhbs-hip/*/*.png", "nhbs-hip/*/*/*.png"), 2),
}
"""Patterns of each set, and which of its sorted files are learned from: every first, or every second."""
MOST = 120
"""Files of a set, and frames of a file, at most."""
APART = 4
"""Frames of a sequence from one picture to the next that is learned from."""
NOMINAL_MM = 0.15
LEAST_SIDE = 150
"""Smallest side of a picture in pixels of `fine`."""


def learned_paths() -> set[Path]:
    """Every file and folder that is learned from, of those that are at hand."""
    return {path for patterns, every in SETS.values() for path in paths_of(patterns)[::every][:MOST]}


def backgrounds() -> Iterator[tuple[str, Background]]:
    """Each set's name with each of its pictures."""
    for name, (patterns, every) in SETS.items():
        for path in paths_of(patterns)[::every][:MOST]:
            source = opened(path)
            for frame in () if source is None else [*frames_of(source, MOST)][::APART]:
                made = prepare(frame)
                if min(made.fine.shape) >= LEAST_SIDE and float(made.valid_coarse.mean()) > 0.3:
                    yield name, Background(fine=made.fine, valid=made.valid_coarse, pixel_mm=NOMINAL_MM)


def pasted(pictures: list[Background], rng: np.random.Generator, count: int) -> Samples:
    """Samples of one picture, looked at in another size and with other gain each batch of `count`."""
    whole = pictures[int(rng.integers(len(pictures)))]
    view = _looked_at(whole, rng)
    drawn = [draw(view, rng) for _ in range(count)]
    return _packed(view, drawn)


def _looked_at(whole: Background, rng: np.random.Generator) -> Background:
    """The picture at another zoom, at most 320 pixels wide and deep."""
    zoom = float(rng.uniform(0.75, 1.3))
    rows, columns = (2 * round(side * zoom / 2) for side in whole.fine.shape)
    fine = resize(whole.fine, columns, rows, area=zoom < 1)
    valid = np.asarray(cv2.resize(whole.valid, (columns // 2, rows // 2), interpolation=cv2.INTER_NEAREST), np.uint8)
    top = 2 * int(rng.integers(0, max(1, (rows - 320) // 2 + 1)))
    left = 2 * int(rng.integers(0, max(1, (columns - 320) // 2 + 1)))
    fine, valid = (
        fine[top : top + 320, left : left + 320],
        valid[top // 2 : top // 2 + 160, left // 2 : left // 2 + 160],
    )
    gain = float(rng.uniform(0.7, 1.4))
    fine = np.clip(gain * fine.astype(np.float32) + float(rng.uniform(-15, 15)) * (fine > 3), 0, 255).astype(np.uint8)
    return Background(fine=fine, valid=valid, pixel_mm=whole.pixel_mm)


def _packed(view: Background, drawn: list[Drawn]) -> Samples:
    """What was drawn, as arrays."""
    return Samples(
        fine=np.stack([each.fine for each in drawn]),
        valid=np.stack([view.valid] * len(drawn)),
        change=np.stack([each.change for each in drawn]),
        known=np.array([each.known for each in drawn]),
        path=np.stack([each.path for each in drawn]),
        contrast_db=np.stack([each.contrast_db for each in drawn]),
        pixel_mm=view.pixel_mm,
    )
