"""Figures on real pictures: false finds on needle-free sets, vessels on outlined stills, bone on a drawn surface."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.bench._perception_real import CINES, STILLS, Outlined, bone_frames, ctu_stills, held, usgra_stills
from inplane.bench._perception_score import dice, ellipse_mask
from inplane.bench.report import Figure
from inplane.core import Frame, NeedleState, Scene
from inplane.perception import Perceiver
from inplane.trials.needle_backgrounds import learned_paths
from inplane.trials.real_sets import data_folder, frames_of, opened, paths_of

LEAST_PIXELS = 100
"""Smallest outlined vessel that counts. chosen: less than a millimetre across at the nominal scale."""
SAME = 0.5
"""Overlap over union from which a said vessel is an outlined one (figures.tsv)."""
WITHIN = 0.8
"""Share of a said vessel that must lie in a lumen drawn lengthwise to be right there. chosen: all but its wall."""
OFF_BONE_MM = 2.0
"""Distance from the drawn surface from which a said point is not on it. chosen: twice the width of its echo."""
FITTED = "weights were fitted on every second still; these are the others"


@dataclass(slots=True)
class VesselTally:
    """What was counted over outlined stills."""

    there: int = 0
    found: int = 0
    said: int = 0
    right: int = 0
    lengthwise: int = 0
    empty: int = 0
    said_on_empty: int = 0
    dices: list[float] = field(default_factory=list[float])

    @property
    def f1(self) -> float | None:
        """Of lumens cut across; None where there are none and none was said."""
        total = self.there + self.said - self.lengthwise
        return 2 * self.found / total if total else None

    def figures(self, name: str, why: str) -> list[Figure]:
        """Precision, recall, F1 and Dice of a set."""
        return [
            told(f"vessel_precision_{name}", self.right / self.said if self.said else None, "", self.said, why),
            told(f"vessel_recall_{name}", self.found / self.there if self.there else None, "", self.there, why),
            told(f"vessel_f1_{name}", self.f1, "", self.there, why),
            told(f"vessel_dice_{name}", mean(self.dices), "", len(self.dices), f"{why}; stills with vessels"),
        ]


def has_needle(scene: Scene) -> bool:
    """Whether a scene says that there is a needle."""
    return scene.needle.tip_mm is not None or scene.needle.state is NeedleState.SHAFT_ONLY


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


def real_figures(*, quick: bool) -> list[Figure]:
    """Every figure on real pictures; null where the recordings are not at hand."""
    if not data_folder().is_dir():
        why = "no real recordings here (set INPLANE_DATA)"
        owed = (("needle_false_per_minute", "1/min"), ("vessel_dice", ""), ("vessel_f1", ""))
        return [Figure(name, None, unit, why=why) for name, unit in owed]
    return [*vessels_on_stills(every=17 if quick else 1), *bone_on_real(), *false_finds(quick=quick)]


def false_finds(*, quick: bool) -> list[Figure]:
    """Needles said in real pictures that hold none, by set: recordings, and stills shown for half a second.

    What the needle net learned from is left out.
    """
    figures, learned = list[Figure](), learned_paths()
    total, minutes, sets = 0, 0.0, 0
    for name, patterns in CINES.items():
        clips = (_moving(path, 12 if quick else 6000) for path in paths_of(patterns) if path not in learned)
        count, seconds, frames = _finds(clips)
        figures.append(_finds_of(name, count, seconds, frames))
        total, minutes, sets = total + count, minutes + seconds / 60, sets + (frames > 0)
    why = f"{total} finds in {minutes:.2f} min of {sets} sets that move; upper 95 % bound {bound(total, minutes):.2f}"
    first = told("needle_false_per_minute", total / minutes if minutes else None, "1/min", total, why)
    for name, patterns in STILLS.items():
        kept = [path for path in paths_of(patterns) if path not in learned]
        clips = (list(held(frame)) for path in kept[:: 25 if quick else 1] for frame in _moving(path, 1))
        figures.append(_finds_of(name, *_finds(clips)))
    return [first, *figures]


def bound(count: int, minutes: float) -> float:
    """Upper 95 % bound of a rate by its Poisson count: 3.0 of none, else Byar's approximation."""
    more = count + 1
    upper = 3.0 if count == 0 else more * (1 - 1 / (9 * more) + 1.645 / (3 * more**0.5)) ** 3
    return upper / max(minutes, 1e-9)


def _finds_of(name: str, count: int, seconds: float, frames: int) -> Figure:
    """False finds of one set with its minutes and bound."""
    minutes = seconds / 60
    why = f"in {minutes:.2f} min; upper 95 % bound {bound(count, minutes):.1f} a minute"
    return told(f"needle_false_finds_{name}", float(count) if frames else None, "", frames, why)


def _moving(path: Path, most: int) -> Iterator[Frame]:
    """The first frames of a recording; none where it holds no pictures."""
    source = opened(path)
    if source is not None:
        yield from frames_of(source, most)


def _finds(clips: Iterable[Iterable[Frame]]) -> tuple[int, float, int]:
    """Needles said anew, seconds and frames, each clip seen by a fresh perceiver."""
    count, seconds, frames = 0, 0.0, 0
    for clip in clips:
        perceiver, before, first_s, last_s, shown = Perceiver(), False, 0.0, 0.0, 0
        for frame in clip:
            seen = has_needle(perceiver.step(frame))
            count += seen and not before
            first_s = frame.time_s if shown == 0 else first_s
            before, last_s, shown = seen, frame.time_s, shown + 1
        if shown > 1:
            seconds += (last_s - first_s) * shown / (shown - 1)
        frames += shown
    return count, seconds, frames


def vessels_on_stills(*, every: int) -> list[Figure]:
    """Vessels on usgra-seg and ctu-carotids, each still shown for half a second."""
    unseen = count_vessels(usgra_stills(slice(1, None, 2 * every)))
    fitted: list[Figure] = []
    if every == 1:
        why = "the stills that the weights were fitted on"
        fitted = count_vessels(usgra_stills(slice(0, None, 2))).figures("usgra_seg_fitted", why)
    carotids = count_vessels(ctu_stills())
    counted = f"classical; usgra-seg: {unseen.found} of {unseen.there} found, {unseen.said} said"
    drawn = "classical; outlines of one observer; lumens lengthwise count only where something is said"
    figures = [
        told("vessel_dice", mean(unseen.dices), "", len(unseen.dices), f"classical; usgra-seg; {FITTED}"),
        told("vessel_f1", unseen.f1, "", unseen.there, f"{counted}; {FITTED}"),
        *unseen.figures("usgra_seg", f"classical; {FITTED}"),
        told(
            "vessel_said_on_empty",
            unseen.said_on_empty / unseen.empty if unseen.empty else None,
            "",
            unseen.empty,
            "per still without vessels",
        ),
        *carotids.figures("ctu_carotids", drawn),
    ]
    return [*figures, *fitted]


def count_vessels(stills: Iterable[Outlined]) -> VesselTally:
    """Counts vessels said against outlined ones."""
    tally = VesselTally()
    for still in stills:
        perceiver = Perceiver()
        scene = [perceiver.step(frame) for frame in held(still.frame)][-1]
        masks = [ellipse_mask(still.frame, vessel, still.across.shape) for vessel in scene.vessels]
        parts = _instances(still.across)
        hits = [any(_iou(part, mask) >= SAME for part in parts) for mask in masks]
        within = [int((mask & still.along).sum()) > WITHIN * int(mask.sum()) for mask in masks]
        tally.there += len(parts)
        tally.found += sum(any(_iou(part, mask) >= SAME for mask in masks) for part in parts)
        tally.said += len(masks)
        tally.right += sum(hits)
        lengthwise = sum(lies and not hit for hit, lies in zip(hits, within, strict=True))
        tally.right, tally.lengthwise = tally.right + lengthwise, tally.lengthwise + lengthwise
        if parts:
            union = np.any(np.stack(masks), axis=0) if masks else np.zeros_like(still.across)
            tally.dices.append(dice(union, still.across))
        elif not bool(still.along.any()):
            tally.empty, tally.said_on_empty = tally.empty + 1, tally.said_on_empty + len(masks)
    return tally


def bone_on_real() -> list[Figure]:
    """Bone said on the tracked real bone against a surface drawn by one observer, in mm of its calibration."""
    perceiver, off = Perceiver(), 0
    errors: list[float] = []
    shares: list[float] = []
    for frame, drawn in bone_frames():
        covered = np.zeros(len(drawn), np.bool_)
        for bone in perceiver.step(frame).bones:
            x, y = bone.points_mm[:, 0], bone.points_mm[:, 1]
            apart = np.abs(y - np.interp(x, drawn[:, 0], drawn[:, 1], left=np.inf, right=np.inf))
            off += int((apart >= OFF_BONE_MM).sum())
            errors += apart[apart < OFF_BONE_MM].tolist()
            said = np.interp(drawn[:, 0], x, y, left=np.inf, right=np.inf)
            covered |= np.abs(said - drawn[:, 1]) < OFF_BONE_MM
        shares.append(float(covered.mean()))
    count, why = len(errors) + off, "BoneUltrasound_L14; one observer's surface; in depth"
    return [
        told("bone_surface_error_mm_p50_plus_tracked", percentile(errors, 50), "mm", len(errors), why),
        told("bone_surface_error_mm_p95_plus_tracked", percentile(errors, 95), "mm", len(errors), why),
        told("bone_recall_plus_tracked", mean(shares), "", len(shares), "share of the drawn surface that is said"),
        told(
            "bone_wrong_share_plus_tracked", off / count if count else None, "", count, "said points 2 mm off or more"
        ),
    ]


def _instances(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Each connected part of a mask that is large enough to count."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    parts = [np.asarray(labels, dtype=np.int32) == label for label in range(1, int(count))]
    return [part for part in parts if int(part.sum()) >= LEAST_PIXELS]


def _iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Overlap over union; 0 where both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 0.0
