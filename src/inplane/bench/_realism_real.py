"""The real sets on one scale: outlined stills of the groin's scanner, muscle, bone, carotids, a second scanner."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inplane.bench._perception_real import bone_frames, ctu_stills
from inplane.bench._realism_still import Still, on_scale
from inplane.core import Calibration, Frame, PictureGeometry
from inplane.trials.look_alikes import look_alikes
from inplane.trials.outlined import usgra_labelled, usgra_names
from inplane.trials.real_sets import frames_of, opened, paths_of

APERTURE_MM = 38.4
"""Width of a still of usgra-seg, which tells no scale. Estimated: 128 elements of 0.3 mm, the class of its probe. With
it the depths of its stills come out at 25, 30, 35, 40 and 50 mm, as a scanner's knob goes, whatever their shapes."""
MUSCLE: Mapping[str, float] = {
    "timtrack-muscle/timtrack-paper/dataset 1/*": 50.0,
    "timtrack-muscle/timtrack-paper/dataset 2/*": 50.0,
    "timtrack-muscle/timtrack-paper/dataset 3/*": 60.0,
}
"""Width in mm of sequences of long muscles. Estimated: apertures of the ML6-15 (the reader reads 50.05 mm off the ruler
of dataset 2) and of the LV7.5/60. The steered pictures of dataset 4 are left out."""
FRAMES = 6
"""Frames taken of a sequence. chosen: neighbours are alike."""
SPARQ = ("sparq-supraclavicular/dicom-session-1/*/*",)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RealSet:
    """A real set.

    Args:
        name: as in the table.
        stills: at one scale.
        why: what has to be known of it.
    """

    name: str
    stills: tuple[Still, ...]
    why: str


def usgra(*, every: int = 1) -> RealSet:
    """Stills with outlined nerves and vessels, in groups of look-alikes."""
    found = [
        (name, *on_scale(frame.pixels.T, mask.T, (APERTURE_MM, APERTURE_MM * _tall(frame))))
        for name, frame, mask in usgra_labelled(usgra_names()[::every])
    ]
    groups = look_alikes([grey for _, grey, _ in found])
    stills = tuple(
        Still(name=f"usgra-seg {name}", group=group, grey=grey, kinds=kinds)
        for (name, grey, kinds), group in zip(found, groups, strict=True)
    )
    return RealSet(name="usgra_seg", stills=stills, why=f"scale estimated: pictures {APERTURE_MM} mm wide")


def muscle(*, most: int = FRAMES) -> RealSet:
    """Long muscles; each sequence is a group of its own."""
    stills: list[Still] = []
    sequences = [(path, width_mm) for pattern, width_mm in MUSCLE.items() for path in paths_of((pattern,))]
    for group, (path, width_mm) in enumerate(sequences):
        source = opened(path)
        shown = [] if source is None else list(frames_of(source, 60))
        for frame in shown[:: max(1, len(shown) // most)][:most]:
            size_mm = (width_mm, width_mm * _tall(frame))
            stills.append(_still(f"timtrack {path.name} {frame.sequence}", group, frame, size_mm))
    return RealSet(name="timtrack_muscle", stills=tuple(stills), why="scale estimated by the probes' apertures")


def sparq() -> RealSet:
    """Stills of a second scanner, calibrated; for looking only, never to be trained on."""
    paths = paths_of(SPARQ)
    folders = sorted({path.parent for path in paths})
    stills = [
        _still(f"sparq {path.parent.name} {path.name}", folders.index(path.parent), frame)
        for path in paths
        for frame in _first(path)
    ]
    return RealSet(name="sparq_supraclavicular", stills=tuple(stills), why="calibrated; never trained on")


def carotids() -> RealSet:
    """Carotids whose lumens one observer drew; only those with a scale."""
    stills = tuple(
        _masked(f"ctu {number}", number, still.frame, 2 * still.across.astype(np.uint8))
        for number, still in enumerate(ctu_stills())
        if still.frame.calibration is not Calibration.UNCALIBRATED
    )
    return RealSet(name="ctu_carotids", stills=stills, why="scale read off the ruler")


def bone() -> RealSet:
    """The tracked bone with its drawn surface as a line 1 mm thick; one group, as it is one recording."""
    stills: list[Still] = []
    for frame, drawn in bone_frames():
        kinds = np.zeros(frame.pixels.shape, np.uint8)
        for offset_mm in np.arange(-0.5, 0.5, 0.04):
            line, sample = np.round(frame.geometry.to_index(drawn + np.array((0.0, offset_mm)))).astype(np.int64).T
            kinds[line, np.clip(sample, 0, frame.pixels.shape[1] - 1)] = 4
        stills.append(_masked(f"bone {frame.sequence}", 0, frame, kinds))
    return RealSet(name="plus_tracked_bone", stills=tuple(stills), why="calibrated; one recording")


def _first(path: Path) -> Iterator[Frame]:
    source = opened(path)
    if source is not None:
        yield from frames_of(source, 1)


def _tall(frame: Frame) -> float:
    """Depth over width of a picture of square pixels."""
    return frame.pixels.shape[1] / frame.pixels.shape[0]


def _still(name: str, group: int, frame: Frame, size_mm: tuple[float, float] | None = None) -> Still:
    """A still without masks."""
    return _masked(name, group, frame, np.zeros(frame.pixels.shape, np.uint8), size_mm)


def _masked(
    name: str, group: int, frame: Frame, kinds: NDArray[np.uint8], size_mm: tuple[float, float] | None = None
) -> Still:
    """A frame's field of view at one scale; its own scale where no size is given."""
    size = size_mm or (frame.geometry.width_mm, frame.geometry.depth_mm)
    grey, there = on_scale(frame.pixels.T, kinds.T, size)
    if isinstance(frame.geometry, PictureGeometry) and frame.geometry.field is not None:
        lit = np.flatnonzero(grey.mean(axis=0) > 1.0)  # a rectangle within its screen
        grey, there = grey[:, lit[0] : lit[-1] + 1], there[:, lit[0] : lit[-1] + 1]
    return Still(name=name, group=group, grey=grey, kinds=there)
