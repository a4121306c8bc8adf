"""The shipped nets in whole numbers of eight bits, from the float32 ones beside them.

    python tools/quantize_models.py [needle] [anatomy]

A course does this at its end with the samples that it learned from; where these are gone, this draws others by seed:
a few simulated patients, and real pictures. Prints how far the answers of both differ on pictures that set no range.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inplane.atlas import load_atlas
from inplane.core import runtime
from inplane.perception.onnx_net import FOLDER
from inplane.trials.anatomy_course import ANATOMY
from inplane.trials.anatomy_samples import real_outlines
from inplane.trials.anatomy_views import views
from inplane.trials.course import Course, Task, pictures_of
from inplane.trials.needle_backgrounds import backgrounds, pasted
from inplane.trials.needle_clips import samples
from inplane.trials.needle_course import NEEDLE
from inplane.trials.quantize import CALIBRATED_ON, quantize

SEED, PATIENTS = 9, 4
COURSE = Course(steps=20, seed=SEED)


def needle_samples() -> tuple[Sequence[Any], Sequence[Any]]:
    """Clips of a few patients, and needles drawn onto real pictures."""
    atlas, rng = load_atlas(), np.random.Generator(np.random.PCG64([0x0A11, SEED]))
    simulated = [clip for index in range(PATIENTS) for clip in samples(atlas, seed=SEED, index=index, clips=3)]
    pictures = [picture for _, picture in backgrounds()]
    return simulated, [pasted(pictures, rng, 3) for _ in range(12)] if pictures else []


def anatomy_samples() -> tuple[Sequence[Any], Sequence[Any]]:
    """Views of a few patients, and outlined stills that are not held out."""
    atlas = load_atlas()
    simulated = [view for index in range(PATIENTS) for view in views(atlas, seed=SEED, index=index, count=4)]
    return simulated, [outline for _, outline in real_outlines()]


def differ(path: Path, made: Path, pictures: list[NDArray[np.float32]]) -> list[str]:
    """By map, the mean distance between both answers, and the spread of the first."""
    runtime_of: Any = onnxruntime
    one, other = (runtime_of.InferenceSession(str(p), providers=["CPUExecutionProvider"]) for p in (path, made))
    told: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []
    for shown in pictures:
        a, b = (session.run(["maps"], {"shown": shown[None]})[0][0] for session in (one, other))
        told.append((np.abs(a - b).mean(axis=(1, 2)), a.std(axis=(1, 2))))
    apart, spread = (np.mean([pair[k] for pair in told], axis=0) for k in (0, 1))
    return [f"map {k}: {x:.3f} apart, spread {y:.3f}" for k, (x, y) in enumerate(zip(apart, spread, strict=True))]


def main(names: list[str]) -> None:
    """Quantizes the nets of these names, or all."""
    runtime.start()
    made_of: dict[str, tuple[Task[Any], Any]] = {
        "needle": (NEEDLE, needle_samples),
        "anatomy": (ANATOMY, anatomy_samples),
    }
    for name in names or list(made_of):
        task, gather = made_of[name]
        found = gather()
        path = FOLDER / f"{name}.onnx"
        made = quantize(path, pictures_of(task, found, COURSE, CALIBRATED_ON))
        print(f"{made.name}: {made.stat().st_size / 1e6:.2f} MB, {path.name} {path.stat().st_size / 1e6:.2f} MB")
        for line in differ(path, made, pictures_of(task, found, replace(COURSE, seed=SEED + 1), 16)):
            print(f"  {line}")


if __name__ == "__main__":
    main(sys.argv[1:])
