"""Real pictures for perception, opened as a user opens them: needle-free sets, outlined vessels, a drawn bone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import Frame
from inplane.trials.outlined import NERVE, VESSEL, as_framed, usgra_labelled, usgra_names
from inplane.trials.real_sets import data_folder, frames_of, opened

LOOKS = 15
"""Times that a still is shown. chosen: half a second, in which the tracker says what it would of a held probe."""
BONE = "plus-tracked/BoneUltrasound_L14.igs.mha"
BONE_CONFIG = "plus-tracked/calibration/BoneUltrasound_L14_config.xml"
CINES: dict[str, tuple[str, ...]] = {
    "imfusion_liver_sweep": ("imfusion-liver-sweep/liver_sweep.mp4",),
    "sparq_supraclavicular": ("sparq-supraclavicular/cine/*.MP4",),
    "itkpocus_handheld": ("itkpocus-handheld/*.mp4",),
    "flowave_doppler": ("flowave-doppler/*.mov",),
    "plus_tracked": ("plus-tracked/*.igs.mha", "plus-tracked/Prostate10_video.igs.mhd"),
    "timtrack_muscle": ("timtrack-muscle/timtrack-paper/*/*",),
}
"""Needle-free recordings that move, by set; folders hold the pictures of a sequence at their own, unknown rate."""
STILLS: dict[str, tuple[str, ...]] = {
    "usgra_seg": ("usgra-seg/images/*.png",),
    "nhbs_hip": ("nhbs-hip/*/*.png", "nhbs-hip/*/*/*.png"),
    "ctu_carotids": ("ctu-carotids/classification_samples/*.png", "ctu-carotids/localization_samples/*/*.png"),
    "sparq_supraclavicular_stills": ("sparq-supraclavicular/dicom-session-1/*/*",),
    "clarius_convex_contact": ("clarius-convex-contact/*.png",),
}
"""Needle-free stills, by set."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlined:
    """A still with the vessels that somebody outlined.

    Args:
        frame: the picture.
        across: (lines, samples) bool, lumens cut across.
        along: (lines, samples) bool, lumens that lie along the picture; nothing need be said of them.
        nerves: (lines, samples) bool; None where nobody outlined nerves.
    """

    frame: Frame
    across: NDArray[np.bool_]
    along: NDArray[np.bool_]
    nerves: NDArray[np.bool_] | None = None


def held(frame: Frame, rate_hz: float = 30.0) -> Iterator[Frame]:
    """A still as a held probe would give it for half a second, or LOOKS times at another rate."""
    for number in range(LOOKS):
        yield replace(frame, sequence=number, time_s=number / rate_hz)


def usgra_stills(chosen: Callable[[str], bool], every: int) -> Iterator[Outlined]:
    """Stills of usgra-seg with their outlined nerves and vessels: one in so many of those whose names are chosen."""
    for _, frame, mask in usgra_labelled([name for name in usgra_names() if chosen(name)][::every]):
        across = mask == VESSEL
        yield Outlined(frame=frame, across=across, along=np.zeros_like(across), nerves=mask == NERVE)


def ctu_stills() -> Iterator[Outlined]:
    """Stills of ctu-carotids with lumens that one observer drew (`ctu_lumens.tsv`)."""
    for name, kind, numbers in table_rows("ctu_lumens.tsv"):
        source = opened(data_folder() / "ctu-carotids" / name)
        if source is None:
            continue
        values = [int(number) for number in numbers.split()]
        drawn = np.zeros((source.layout.y1, source.layout.x1), np.uint8)
        if kind == "ellipse":
            x, y, a, b = values
            cv2.ellipse(drawn, (x, y), (a, b), 0, 0, 360, 1, -1)
        else:
            cv2.fillPoly(drawn, [np.array(values, np.int32).reshape(-1, 2)], 1)
        mask = as_framed(drawn, source) > 0
        empty = np.zeros_like(mask)
        for frame in frames_of(source, 1):
            yield Outlined(
                frame=frame, across=mask if kind == "ellipse" else empty, along=empty if kind == "ellipse" else mask
            )


def bone_frames() -> Iterator[tuple[Frame, NDArray[np.float64]]]:
    """Frames of the tracked bone with its drawn surface (`bone_l14.tsv`): (n, 2) x and depth, mm."""
    (_, *columns), *rows = table_rows("bone_l14.tsv")
    x_mm = np.array([float(column) for column in columns])
    drawn = {int(row[0]): np.array([np.nan if v == "-" else float(v) for v in row[1:]]) for row in rows}
    source = opened(data_folder() / BONE, data_folder() / BONE_CONFIG)
    if source is None:
        return
    for number, frame in enumerate(frames_of(source, len(drawn))):
        there = ~np.isnan(drawn[number])
        yield frame, np.stack((x_mm[there], drawn[number][there]), axis=1)


def judged_surfaces() -> Iterator[tuple[Frame, list[tuple[float, float, bool]]]]:
    """Stills of usgra-seg with places on surfaces (x and depth, mm) and whether they were taken for bone
    (`usgra_bones.tsv`)."""
    judged: dict[str, list[tuple[float, float, bool]]] = {}
    for name, x, y, what in table_rows("usgra_bones.tsv"):
        judged.setdefault(name, []).append((float(x), float(y), what == "bone"))
    for name, frame, _ in usgra_labelled(judged):
        yield frame, judged[name]


def table_rows(name: str) -> list[list[str]]:
    """Fields of each line of a table of ours, without its remarks."""
    lines = files("inplane.bench").joinpath(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
