"""Figures on real stills whose nerves and vessels somebody outlined: overlap, borders, instances, confidence."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inplane.bench._perception_real import Outlined, ctu_stills, held, usgra_stills
from inplane.bench._perception_score import Told, calibration_error, dice, ellipse_mask, mean, outline_mask, told
from inplane.bench.report import Figure
from inplane.core import Scene
from inplane.perception import Perceiver
from inplane.trials.outlined import held_out

LEAST_PIXELS = 100
"""Smallest outlined part that counts. chosen: less than a millimetre across at the nominal scale."""
SAME = 0.5
"""Overlap over union from which a said structure is an outlined one (figures.tsv)."""
WITHIN = 0.8
"""Share of a said vessel that must lie in a lumen drawn lengthwise to be right there. chosen: all but its wall."""
NEAR_MM = 1.0
"""Tolerance of the normalised surface Dice. chosen: what two who outline differ by."""
KINDS = ("nerve", "vessel")
WALLS = "the classical witness alone; its weights were fitted on every second still, half of these among them"
ONE_SCANNER = "usgra-seg, its held-out look-alike groups; scale nominal"
Mask = NDArray[np.bool_]


@dataclass(slots=True)
class KindTally:
    """What was counted of one kind over outlined stills."""

    there: int = 0
    found: int = 0
    said: int = 0
    right: int = 0
    lengthwise: int = 0
    centred: int = 0
    empty: int = 0
    said_on_empty: int = 0
    dices: list[float] = field(default_factory=list[float])
    hd95_mm: list[float] = field(default_factory=list[float])
    near: list[float] = field(default_factory=list[float])
    told: list[Told] = field(default_factory=list[Told])

    @property
    def f1(self) -> float | None:
        """Of structures cut across; None where there are none and none was said."""
        total = self.there + self.said - self.lengthwise
        return 2 * self.found / total if total else None

    def figures(self, kind: str, name: str, why: str) -> list[Figure]:
        """Precision, recall, F1, Dice and borders of a set."""
        shown = f"{why}; stills that show one"
        return [
            told(f"{kind}_precision_{name}", self.right / self.said if self.said else None, "", self.said, why),
            told(f"{kind}_recall_{name}", self.found / self.there if self.there else None, "", self.there, why),
            told(f"{kind}_f1_{name}", self.f1, "", self.there, why),
            told(f"{kind}_dice_{name}", mean(self.dices), "", len(self.dices), shown),
            told(f"{kind}_hd95_{name}", mean(self.hd95_mm), "mm", len(self.hd95_mm), f"{shown}, where said"),
            told(f"{kind}_surface_dice_{name}", mean(self.near), "", len(self.near), f"{shown}, within {NEAR_MM:g} mm"),
        ]


def outline_figures(*, every: int) -> list[Figure]:
    """Nerves and vessels on usgra-seg and ctu-carotids, each still shown for half a second.

    Args:
        every: take one still in so many.
    """
    kept = held_out()
    unseen = counted(usgra_stills(lambda name: name in kept, every), Perceiver)
    walls = counted(usgra_stills(lambda name: name in kept, every), lambda: Perceiver(walls_alone=True))["vessel"]
    carotids = counted(ctu_stills(), Perceiver)["vessel"]
    drawn = "outlines of one observer; lumens lengthwise count only where something is said"
    figures = headlines(unseen)
    for kind in KINDS:
        figures += unseen[kind].figures(kind, "usgra_seg", ONE_SCANNER)
    figures += walls.figures("vessel", "usgra_seg_walls_alone", f"{WALLS}; {ONE_SCANNER}")
    figures += carotids.figures("vessel", "ctu_carotids", drawn)
    if every == 1:
        learned = counted(usgra_stills(lambda name: name not in kept, 3), Perceiver)
        for kind in KINDS:
            figures += learned[kind].figures(kind, "usgra_seg_learned", "every third still that the net learned from")
    empty, said = unseen["vessel"].empty, unseen["vessel"].said_on_empty
    figures.append(told("vessel_said_on_empty", said / empty if empty else None, "", empty, "a still without vessels"))
    return figures


def headlines(tallies: dict[str, KindTally]) -> list[Figure]:
    """The figures that have targets."""
    figures: list[Figure] = []
    for kind in KINDS:
        tally = tallies[kind]
        counts = f"{ONE_SCANNER}: {tally.found} of {tally.there} found, {tally.said} said"
        figures.append(told(f"{kind}_dice", mean(tally.dices), "", len(tally.dices), ONE_SCANNER))
        figures.append(told(f"{kind}_f1", tally.f1, "", tally.there, counts))
    nerves, instances = tallies["nerve"], [each for kind in KINDS for each in tallies[kind].told]
    hit = nerves.centred / nerves.said if nerves.said else None
    why = "held-out stills of one scanner; a hit overlaps by half; the numbers of confidence were fitted on them"
    error = calibration_error(instances, 0.5)
    return [
        *figures,
        told("nerve_centre_hit", hit, "", nerves.said, "of said nerves, those whose centre lies in an outline"),
        told("expected_calibration_error_real", error, "", len(instances), why),
    ]


def new_tallies() -> dict[str, KindTally]:
    """Nothing counted yet, of either kind."""
    return {kind: KindTally() for kind in KINDS}


def counted(stills: Iterable[Outlined], perceiver: Callable[[], Perceiver]) -> dict[str, KindTally]:
    """Counts what a fresh perceiver says of each still against what is outlined."""
    tallies = new_tallies()
    for still in stills:
        watcher = perceiver()
        scene = [watcher.step(frame) for frame in held(still.frame)][-1]
        count_still(still, scene, tallies)
    return tallies


def count_still(still: Outlined, scene: Scene, tallies: dict[str, KindTally]) -> None:
    """Counts one scene."""
    shape, none = still.across.shape, np.zeros_like(still.across)
    vessels = [(ellipse_mask(still.frame, vessel, shape), vessel.confidence) for vessel in scene.vessels]
    nerves = [(outline_mask(still.frame, nerve.outline_mm, shape), nerve.confidence) for nerve in scene.nerves]
    pixel_mm = (still.frame.geometry.width_mm / shape[0], still.frame.geometry.depth_mm / shape[1])
    _count(vessels, (still.across, still.along), pixel_mm, tallies["vessel"])
    if still.nerves is not None:
        _count(nerves, (still.nerves, none), pixel_mm, tallies["nerve"])
        middles = [_at(still.nerves, still, nerve.centre_mm) for nerve in scene.nerves]
        tallies["nerve"].centred += sum(middles)


def _count(
    said: Sequence[tuple[Mask, float]], there: tuple[Mask, Mask], pixel_mm: tuple[float, float], tally: KindTally
) -> None:
    """Counts what was said of one kind in one still; `there` is what is outlined across, and along."""
    across, along = there
    masks, parts = [mask for mask, _ in said], instances(across)
    hits = [any(iou(part, mask) >= SAME for part in parts) for mask in masks]
    within = [int((mask & along).sum()) > WITHIN * int(mask.sum()) for mask in masks]
    tally.there += len(parts)
    tally.found += sum(any(iou(part, mask) >= SAME for mask in masks) for part in parts)
    tally.said += len(masks)
    lengthwise = sum(lies and not hit for hit, lies in zip(hits, within, strict=True))
    tally.right += sum(hits) + lengthwise
    tally.lengthwise += lengthwise
    for (_, confidence), hit, lies in zip(said, hits, within, strict=True):
        tally.told.append(Told(confidence=confidence, off_mm=0.0 if hit or lies else 1.0, within=hit or lies))
    if parts:
        union = np.any(np.stack(masks), axis=0) if masks else np.zeros_like(across)
        tally.dices.append(dice(union, across))
        if masks:
            off_mm = border_distances(union, across, pixel_mm)
            tally.hd95_mm.append(float(np.percentile(off_mm, 95)))
            tally.near.append(float((off_mm <= NEAR_MM).mean()))
    elif not bool(along.any()):
        tally.empty, tally.said_on_empty = tally.empty + 1, tally.said_on_empty + len(masks)


def border_distances(one: Mask, other: Mask, pixel_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Distance (mm) of each border pixel of two masks to the other's border, both ways."""
    of: Any = ndimage  # it comes without types
    borders = [mask & ~np.asarray(of.binary_erosion(mask), np.bool_) for mask in (one, other)]
    away = [np.asarray(of.distance_transform_edt(~border, sampling=pixel_mm), np.float64) for border in borders]
    return np.concatenate((away[1][borders[0]], away[0][borders[1]]))


def instances(mask: Mask) -> list[Mask]:
    """Each connected part of a mask that is large enough to count."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    parts = [np.asarray(labels, dtype=np.int32) == label for label in range(1, int(count))]
    return [part for part in parts if int(part.sum()) >= LEAST_PIXELS]


def iou(one: Mask, other: Mask) -> float:
    """Overlap over union; 0 where both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 0.0


def _at(mask: Mask, still: Outlined, point_mm: tuple[float, float]) -> bool:
    """Whether a place lies in a mask."""
    line, sample = still.frame.geometry.to_index(point_mm)
    at = (round(float(line)), round(float(sample)))
    return 0 <= at[0] < mask.shape[0] and 0 <= at[1] < mask.shape[1] and bool(mask[at])
