"""What perception saw against what is really there: one tally over many clips."""

from dataclasses import dataclass, field
from math import atan2, cos, degrees, hypot, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind
from inplane.bench.report import Figure
from inplane.core import BoneSeen, Frame, NeedleSeen, Scene, VesselSeen
from inplane.world import Truth

MISS_MM = 50.0
"""What a miss or an abstention counts (figures.tsv)."""
CONTRAST_DB = 6.0
"""Contrast of the tip in truth from which a frame counts (figures.tsv)."""
LAST = 5
"""Places of the shown needle, half a millimetre apart, over which its direction is taken. chosen: its last 2 mm."""
LIES_ON, LEAST_NERVE = 0.3, 100
"""Share of a said nerve that must lie on nerve, and pixels of nerve from which a view shows one. chosen: two nerves
may be said as one; less is the corner of a nerve."""
WRONG_MM = 5.0
"""Distance from the true tip from which a shown tip is called wrong. chosen: no longer the same place for a needle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A tip that was told, in plane or not.

    Args:
        confidence: with which.
        off_mm: from where the picture shows it; MISS_MM where it shows none.
        within: whether it is shown within two of the told standard deviations, along the shaft and across it.
    """

    confidence: float
    off_mm: float
    within: bool


@dataclass(slots=True)
class Tally:
    """What was counted over all clips."""

    errors: list[tuple[float, float, float]] = field(default_factory=list[tuple[float, float, float]])
    turns: list[float] = field(default_factory=list[float])
    apart: list[float] = field(default_factory=list[float])
    told: list[Told] = field(default_factory=list[Told])
    wrong: int = 0
    shown: int = 0
    free_frames: int = 0
    free_finds: int = 0
    bone: list[float] = field(default_factory=list[float])
    lumens: int = 0
    lumens_found: int = 0
    lumen_dice: list[float] = field(default_factory=list[float])
    nerve_dice: list[float] = field(default_factory=list[float])
    nerves_said: int = 0
    nerves_wrong: int = 0
    vessels_said: int = 0
    vessels_wrong: int = 0
    cpu_s: list[float] = field(default_factory=list[float])
    last_frames: list[Frame] = field(default_factory=list[Frame])


def percentile(values: list[float], share: float) -> float | None:
    """The percentile, None of nothing."""
    return float(np.percentile(values, share)) if values else None


def mean(values: list[float]) -> float | None:
    """The mean, None of nothing."""
    return float(np.mean(values)) if values else None


def told(name: str, value: float | None, unit: str, count: int, why: str | None = None) -> Figure:
    """A figure, null with a reason where nothing could be counted."""
    return Figure(
        name, value, unit, n=count, why=why if value is not None else "nothing that could be counted was drawn"
    )


def score_needle(frame: Frame, needle: NeedleSeen, truth: Truth, angle_rad: float, tally: Tally) -> None:
    """Counts one frame of an insertion: perception is held to where the needle is shown, as pixels are all it has."""
    shown = truth.needle_shown_image_mm
    tip = shown[-1] if len(shown) else None
    if needle.tip_mm is not None:
        tally.shown += 1
        off = MISS_MM if tip is None else hypot(needle.tip_mm[0] - tip[0], needle.tip_mm[1] - tip[1])
        tally.wrong += off > WRONG_MM
        tally.told.append(Told(confidence=needle.confidence, off_mm=off, within=_within(needle, tip)))
    if tip is None or truth.tip_image_mm is None or not truth.tip_in_plane or not frame.geometry.contains(tip[:2]):
        return
    contrast_db = truth.tip_contrast_db
    if contrast_db is None or contrast_db < CONTRAST_DB:
        return
    tally.apart.append(hypot(*(tip - truth.tip_image_mm)[:2]))
    error = MISS_MM
    if needle.tip_mm is not None and needle.direction is not None:
        error = min(MISS_MM, hypot(needle.tip_mm[0] - tip[0], needle.tip_mm[1] - tip[1]))
        true = tip - shown[-LAST]
        turn = atan2(needle.direction[1], needle.direction[0]) - atan2(float(true[1]), float(true[0]))
        tally.turns.append(abs(degrees(atan2(sin(turn), cos(turn)))))
    tally.errors.append((error, degrees(angle_rad), contrast_db))


def _within(needle: NeedleSeen, tip: NDArray[np.float64] | None) -> bool:
    """Whether the shown tip lies within two standard deviations of the told one."""
    if tip is None or needle.tip_mm is None or needle.direction is None:
        return False
    dx, dy = needle.direction
    x, y = float(tip[0]) - needle.tip_mm[0], float(tip[1]) - needle.tip_mm[1]
    along_sd, across_sd = needle.tip_sd_mm
    return abs(x * dx + y * dy) <= 2 * along_sd and abs(y * dx - x * dy) <= 2 * across_sd


def calibration_error(told: list[Told], hit_mm: float) -> float | None:
    """Expected calibration error: mean distance of confidence from the share of hits, over ten equal bins of it.

    References:
        Naeini MP, Cooper GF, Hauskrecht M. Obtaining well calibrated probabilities using Bayesian binning. AAAI 2015.
    """
    if not told:
        return None
    bins = [[each for each in told if min(9, int(10 * each.confidence)) == k] for k in range(10)]
    return sum(
        abs(sum(each.confidence for each in part) - sum(each.off_mm <= hit_mm for each in part)) for part in bins
    ) / len(told)


def score_anatomy(frame: Frame, scene: Scene, truth: Truth, tally: Tally) -> None:
    """Counts one frame's bones and vessels."""
    names = {o.name: o.kind for o in truth.outlines}
    bones = [label for label, name in truth.label_names.items() if names.get(name) is Kind.BONE]
    for bone in scene.bones:
        tally.bone += bone_errors(frame, bone, truth, bones)
    lumens = [
        label for label, name in truth.label_names.items() if names.get(name) in (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN)
    ]
    shape = truth.labels_line_sample.shape
    masks = [ellipse_mask(frame, vessel, shape) for vessel in scene.vessels]
    hit: set[int] = set()
    for label in lumens:
        lumen = truth.labels_line_sample == label
        if not whole(lumen):
            continue
        tally.lumens += 1
        best = max(range(len(masks)), key=lambda k: dice(masks[k], lumen), default=None)
        if best is not None and dice(masks[best], lumen) > 0.5:
            tally.lumens_found += 1
            tally.lumen_dice.append(dice(masks[best], lumen))
            hit.add(best)
    any_lumen = np.isin(truth.labels_line_sample, lumens)
    tally.vessels_said += len(masks)
    tally.vessels_wrong += sum(dice(mask, any_lumen & mask) < 0.5 for k, mask in enumerate(masks) if k not in hit)


def score_nerves(frame: Frame, scene: Scene, truth: Truth, tally: Tally) -> None:
    """Counts one frame's nerves: overlap with all nerve that is there, and said ones that hardly lie on any."""
    names = {o.name: o.kind for o in truth.outlines}
    labels = [label for label, name in truth.label_names.items() if names.get(name) in (Kind.NERVE, Kind.FASCICLE)]
    there = np.isin(truth.labels_line_sample, labels)
    masks = [outline_mask(frame, nerve.outline_mm, there.shape) for nerve in scene.nerves]
    tally.nerves_said += len(masks)
    tally.nerves_wrong += sum(int((mask & there).sum()) < LIES_ON * int(mask.sum()) for mask in masks)
    if int(there.sum()) > LEAST_NERVE:
        union = np.any(np.stack(masks), axis=0) if masks else np.zeros_like(there)
        tally.nerve_dice.append(dice(union, there))


def bone_errors(frame: Frame, bone: BoneSeen, truth: Truth, labels: list[int]) -> list[float]:
    """Distance in depth (mm) from each point of a seen surface to the nearest true one on its line; MISS_MM if none."""
    lines, samples = truth.labels_line_sample.shape
    step_mm = frame.geometry.depth_mm / samples
    is_bone = np.isin(truth.labels_line_sample, labels)
    found: list[float] = []
    for x_mm, y_mm in bone.points_mm.tolist():
        line = min(lines - 1, max(0, round((x_mm / frame.geometry.width_mm + 0.5) * lines - 0.5)))
        column = is_bone[line]
        begins = np.flatnonzero(column & ~np.concatenate(([False], column[:-1])))
        found.append(float(np.abs(begins * step_mm - y_mm).min()) if begins.size else MISS_MM)
    return found


def ellipse_mask(frame: Frame, vessel: VesselSeen, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(lines, samples) of the truth's grid: inside of a vessel's ellipse."""
    x = ((np.arange(shape[0]) + 0.5) / shape[0] - 0.5) * frame.geometry.width_mm - vessel.centre_mm[0]
    y = (np.arange(shape[1]) + 0.5) / shape[1] * frame.geometry.depth_mm - vessel.centre_mm[1]
    c, s = cos(vessel.angle_rad), sin(vessel.angle_rad)
    u, v = c * x[:, None] + s * y[None, :], c * y[None, :] - s * x[:, None]
    return (u / vessel.semi_axes_mm[0]) ** 2 + (v / vessel.semi_axes_mm[1]) ** 2 <= 1


def outline_mask(frame: Frame, outline_mm: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(lines, samples) of the truth's grid: inside of a closed outline, IMAGE mm."""
    x = (outline_mm[:, 0] / frame.geometry.width_mm + 0.5) * shape[0] - 0.5
    y = outline_mm[:, 1] / frame.geometry.depth_mm * shape[1] - 0.5
    drawn = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(drawn, [np.round(np.stack((y, x), axis=1)).astype(np.int32)], 1)
    return drawn > 0


def whole(mask: NDArray[np.bool_]) -> bool:
    """Whether a region is there and does not touch the border of the picture."""
    border = mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any()
    return bool(mask.sum() > 100 and not border)


def dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Twice the overlap over the sum; 0 where both are empty."""
    total = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / total if total else 0.0
