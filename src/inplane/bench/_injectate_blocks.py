"""Blocks that bench `injectate` fills: one thing each in muscle, plain enough that what is measured has one meaning."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import ECHOGENICITY_ZERO, IMPEDANCE_STEP_MRAYL, Kind, Patient, Physiology, Structure
from inplane.physics.injectate import Injectate, Mixture, Opening

Named = tuple[str, Kind]
Labels = NDArray[np.uint8]
Grid = NDArray[np.float64]
STEP_ML = 0.05
"""Volume given at once. Chosen: three frames of a usual hand."""
_AT_REST = Physiology(
    heart_rate_hz=1.0,
    artery_strain=0.05,
    artery_peak_m_s=1.0,
    vein_mean_m_s=0.15,
    vein_closing_n=10.0,
    breathing_rate_hz=0.25,
)


class Places(NamedTuple):
    """Open grids of places, mm, that broadcast to (nz, nx, ny)."""

    x: Grid
    y: Grid
    z: Grid


Painter = Callable[[Labels, Places], None]


def block(
    parts: Sequence[Named],
    size_mm: tuple[float, float, float],
    spacing_mm: float,
    paint: Painter,
) -> Patient:
    """A patient of labelled shapes.

    Args:
        parts: names and kinds, labels 1, 2 and so on; all of it is the first one at the beginning.
        size_mm: x, y, z; x and z are centred on 0, y begins at 0.
        spacing_mm: of its voxels.
        paint: changes labels (nz, nx, ny) at places.
    """
    nx, ny, nz = (round(size / spacing_mm) for size in size_mm)
    origin = np.array([-size_mm[0] / 2, 0.0, -size_mm[2] / 2]) + spacing_mm / 2
    labels = np.ones((nz, nx, ny), np.uint8)
    x, y, z = (origin[axis] + spacing_mm * np.arange(n) for axis, n in enumerate((nx, ny, nz)))
    paint(labels, Places(x=x[None, :, None], y=y[None, None, :], z=z[:, None, None]))
    return Patient(
        region="block",
        seed=0,
        parameters={},
        side="right",
        origin_mm=origin,
        spacing_mm=spacing_mm,
        labels_zxy=labels,
        echogenicity_zxy=np.full(labels.shape, ECHOGENICITY_ZERO, np.uint8),
        impedance_zxy=np.full(labels.shape, round(1.7 / IMPEDANCE_STEP_MRAYL), np.uint8),
        structures=tuple(
            Structure(label=label, name=name, kind=kind, tissue="muscle", belongs_to=name)
            for label, (name, kind) in enumerate(parts, 1)
        ),
        landmarks_mm={},
        targets_mm={},
        physiology=_AT_REST,
        indication={},
    )


def plain() -> Patient:
    """Muscle and nothing else, 64 mm a side."""
    return block((("muscle", Kind.MUSCLE),), (64.0, 64.0, 64.0), 0.8, lambda _labels, _at: None)


def over_bone() -> Patient:
    """Muscle over bone, whose face is at y = 32."""

    def paint(labels: Labels, at: Places) -> None:
        labels[np.broadcast_to(at.y > 32, labels.shape)] = 2

    return block((("muscle", Kind.MUSCLE), ("bone", Kind.BONE)), (64.0, 48.0, 64.0), 0.8, paint)


def plane() -> Patient:
    """Two muscles and the fascia between them, at y = 24, 150 by 150 mm."""

    def paint(labels: Labels, at: Places) -> None:
        labels[np.broadcast_to(at.y > 24, labels.shape)] = 3
        labels[np.broadcast_to(np.abs(at.y - 24) < 0.8, labels.shape)] = 2

    parts = (("upper muscle", Kind.MUSCLE), ("fascia", Kind.FASCIA), ("lower muscle", Kind.MUSCLE))
    return block(parts, (150.0, 48.0, 150.0), 0.8, paint)


def nerve(half_mm: tuple[float, float]) -> Patient:
    """A nerve of oval section along z, half axes x and y, in loose fat 3 mm about it between muscle."""

    def paint(labels: Labels, at: Places) -> None:
        def oval(more: float) -> NDArray[np.bool_]:
            inside = (at.x / (half_mm[0] + more)) ** 2 + ((at.y - 20) / (half_mm[1] + more)) ** 2 < 1
            return np.broadcast_to(inside, labels.shape)

        labels[oval(3.0)] = 2
        labels[oval(0.0)] = 3

    parts = (("muscle", Kind.MUSCLE), ("fat", Kind.FAT), ("nerve", Kind.NERVE))
    return block(parts, (48.0, 40.0, 160.0), 0.4, paint)


def joint() -> Patient:
    """A recess of 2 mm between bone at y = 30 and a capsule, 40 by 40 mm, muscle over it."""

    def paint(labels: Labels, at: Places) -> None:
        labels[np.broadcast_to(at.y > 30, labels.shape)] = 2
        within = (np.abs(at.x) < 20) & (np.abs(at.z) < 20)
        labels[np.broadcast_to(within & (at.y > 26.4) & (at.y <= 28), labels.shape)] = 3
        labels[np.broadcast_to(within & (at.y > 28) & (at.y <= 30), labels.shape)] = 4

    return block((*_POCKET, ("joint recess", Kind.JOINT_FLUID)), (96.0, 48.0, 96.0), 0.8, paint)


def bursa() -> Patient:
    """A slit of 0.8 mm between two walls over bone, 30 by 40 mm, muscle over it."""

    def paint(labels: Labels, at: Places) -> None:
        labels[np.broadcast_to(at.y > 28, labels.shape)] = 2
        within = (np.abs(at.x) < 15) & (np.abs(at.z) < 20)
        labels[np.broadcast_to(within & (at.y > 22.4) & (at.y <= 24.8), labels.shape)] = 3
        labels[np.broadcast_to(within & (at.y > 23.2) & (at.y <= 24), labels.shape)] = 4

    return block((*_POCKET, ("subacromial bursa", Kind.JOINT_FLUID)), (96.0, 48.0, 96.0), 0.4, paint)


def sheath() -> Patient:
    """A tendon of 5 mm along z in its sheath of 0.8 mm, walled."""

    def paint(labels: Labels, at: Places) -> None:
        away = np.broadcast_to(np.hypot(at.x, at.y - 20), labels.shape)
        for radius, label in ((4.1, 3), (3.3, 4), (2.5, 5)):
            labels[away < radius] = label

    parts = (*_POCKET, ("biceps tendon sheath", Kind.JOINT_FLUID), ("biceps tendon", Kind.TENDON))
    return block(parts, (48.0, 40.0, 96.0), 0.4, paint)


_POCKET = (("muscle", Kind.MUSCLE), ("bone", Kind.BONE), ("wall", Kind.CAPSULE))


def give(fluid: Injectate, volume_ml: float, opening: Opening, mixture: Mixture | None = None) -> None:
    """Gives a volume in small steps and lets tissue come to rest."""
    steps = max(1, round(volume_ml / STEP_ML))
    for _ in range(steps):
        if mixture is None:
            fluid.inject(volume_ml / steps, opening)
        else:
            fluid.inject(volume_ml / steps, opening, mixture)
    for _ in range(60):
        fluid.settle()
