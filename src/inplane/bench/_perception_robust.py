"""The same outlined stills as other scanners, codecs and hands would have given them: figures under each change."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.bench._perception_outlines import count_still, new_tallies
from inplane.bench._perception_real import Outlined, held, usgra_stills
from inplane.bench._perception_score import mean, told
from inplane.bench.report import Figure
from inplane.perception import Perceiver
from inplane.trials.outlined import held_out

SURE = 0.9
"""Confidence from which a needle said where there is none is a confident wrong one (the issue's bound is 1 %)."""
SPAN_DB = 60.0
"""Dynamic range that a still's 256 greys are taken to show. chosen: usual; the stills tell none."""
CROPPED = 0.2
"""Share of the width that is cut off at either side."""
Change = Callable[[Outlined], Outlined]


def gained(decibels: float) -> Change:
    """As with so much more gain: the log-compressed greys shift."""
    return lambda still: _drawn(still, still.frame.pixels.astype(np.float32) + np.float32(255 * decibels / SPAN_DB))


def compressed(still: Outlined) -> Outlined:
    """Through a codec at a low quality."""
    coded = cv2.imencode(".jpg", still.frame.pixels, [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    return _drawn(still, np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.float32))


def halved(still: Outlined) -> Outlined:
    """At half the resolution."""
    lines, samples = still.frame.pixels.shape
    small = cv2.resize(still.frame.pixels, (samples // 2, lines // 2), interpolation=cv2.INTER_AREA)
    return _drawn(still, np.asarray(cv2.resize(small, (samples, lines)), np.float32))


def mirrored(still: Outlined) -> Outlined:
    """With the marker at the other side."""
    return Outlined(
        frame=replace(still.frame, pixels=np.ascontiguousarray(still.frame.pixels[::-1])),
        across=still.across[::-1],
        along=still.along[::-1],
        nerves=None if still.nerves is None else still.nerves[::-1],
    )


def cropped(still: Outlined) -> Outlined:
    """With a fifth of the width black at either side; what lies there is not asked for."""
    lines = still.frame.pixels.shape[0]
    gone = np.zeros(lines, np.bool_)
    gone[: round(CROPPED * lines)] = gone[-round(CROPPED * lines) :] = True
    masks = [np.where(gone[:, None], False, mask) for mask in (still.across, still.along)]
    nerves = None if still.nerves is None else np.where(gone[:, None], False, still.nerves)
    pixels = np.where(gone[:, None], 0, still.frame.pixels).astype(np.uint8)
    return Outlined(frame=replace(still.frame, pixels=pixels), across=masks[0], along=masks[1], nerves=nerves)


def smoothed(still: Outlined) -> Outlined:
    """Through a heavy speckle filter."""
    return _drawn(still, np.asarray(cv2.bilateralFilter(still.frame.pixels, 9, 60, 5), np.float32))


SLOW, SLOW_HZ = "15_frames_per_s", 15.0
"""The change that leaves the picture as it is, and comes half as often."""
CHANGES: Mapping[str, Change] = {
    SLOW: lambda still: still,
    "gain_plus_12_db": gained(12.0),
    "gain_minus_12_db": gained(-12.0),
    "jpeg_30": compressed,
    "half_resolution": halved,
    "marker_flipped": mirrored,
    "cropped": cropped,
    "speckle_filter": smoothed,
}


def robust_figures(*, every: int) -> list[Figure]:
    """Nerve and vessel Dice on held-out stills under each change, and needles said with confidence where none is."""
    kept, figures = held_out(), list[Figure]()
    for name, change in CHANGES.items():
        tallies, sure, frames = new_tallies(), 0, 0
        for still in _changed(usgra_stills(lambda each: each in kept, every), change):
            perceiver = Perceiver()
            scenes = [perceiver.step(frame) for frame in held(still.frame, SLOW_HZ if name == SLOW else 30.0)]
            sure += sum(scene.needle.confidence > SURE for scene in scenes)
            frames += len(scenes)
            count_still(still, scenes[-1], tallies)
        for kind, tally in tallies.items():
            figures.append(told(f"{kind}_dice_{name}", mean(tally.dices), "", len(tally.dices), "held-out stills"))
        why = f"of frames without a needle, those that say one with more than {SURE:g}"
        figures.append(told(f"needle_sure_and_wrong_{name}", sure / frames if frames else None, "", frames, why))
    return figures


def _changed(stills: Iterator[Outlined], change: Change) -> Iterator[Outlined]:
    """Each still after a change."""
    for still in stills:
        yield change(still)


def _drawn(still: Outlined, grey: NDArray[np.float32]) -> Outlined:
    """The still with other greys; black stays black."""
    pixels = np.where(still.frame.pixels == 0, 0, np.clip(grey, 0, 255)).astype(np.uint8)
    return replace(still, frame=replace(still.frame, pixels=pixels))
