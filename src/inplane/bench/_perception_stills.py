"""Figures on real pictures: false finds on needle-free cines, vessels on outlined stills."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.bench._perception_real import CINES, cine, data_folder, vessel_stills
from inplane.bench._perception_score import dice
from inplane.bench.report import Figure
from inplane.core import Frame, NeedleState, Scene
from inplane.perception import Perceiver

LOOKS = 15
"""Times that a still is shown. chosen: half a second, in which the tracker says what it would of a held probe."""
LEAST_PIXELS = 100
"""Smallest outlined vessel that counts. chosen: less than a millimetre across at the nominal scale."""


def has_needle(scene: Scene) -> bool:
    """Whether a scene says that there is a needle."""
    return scene.needle.tip_mm is not None or scene.needle.state is NeedleState.SHAFT_ONLY


def percentile(values: list[float], share: float) -> float | None:
    """The percentile, None of nothing."""
    return float(np.percentile(values, share)) if values else None


def told(name: str, value: float | None, unit: str, count: int, why: str | None = None) -> Figure:
    """A figure, null with a reason where nothing could be counted."""
    return Figure(
        name, value, unit, n=count, why=why if value is not None else "nothing that could be counted was drawn"
    )


def real_figures(*, quick: bool) -> list[Figure]:
    """False finds on needle-free cines, and vessels on stills; null where the recordings are not at hand."""
    if not data_folder().is_dir():
        why = "no real recordings here (set INPLANE_DATA)"
        owed = (("needle_false_per_minute", "1/min"), ("vessel_dice", ""), ("vessel_f1", ""))
        return [Figure(name, None, unit, why=why) for name, unit in owed]
    return [*false_finds(), *vessels_on_stills(every=20 if quick else 1)]


def false_finds() -> list[Figure]:
    """Needles said in real cines that hold none."""
    figures: list[Figure] = []
    finds, minutes = 0, 0.0
    for name, rate_hz, part in CINES:
        perceiver, before, count, frames = Perceiver(), False, 0, 0
        for frame in cine(name, rate_hz, part):
            seen = has_needle(perceiver.step(frame))
            count += seen and not before
            before, frames = seen, frames + 1
        label = name.split("/")[0].replace("-", "_")
        figures.append(told(f"needle_false_finds_{label}", float(count), "", frames, f"in {frames / rate_hz:.1f} s"))
        finds, minutes = finds + count, minutes + frames / rate_hz / 60
    # upper 95 % bound of a Poisson count: 3.0 of none, else the normal approximation of Byar
    bound = 3.0 if finds == 0 else (finds + 1) * (1 - 1 / (9 * (finds + 1)) + 1.645 / (3 * (finds + 1) ** 0.5)) ** 3
    why = f"{finds} finds in {minutes:.2f} min of {len(CINES)} cines; upper 95 % bound {bound / max(minutes, 1e-9):.1f}"
    return [told("needle_false_per_minute", finds / minutes if minutes else None, "1/min", finds, why), *figures]


def vessels_on_stills(*, every: int) -> list[Figure]:
    """Dice and F1 of vessels on usgra-seg: each still shown for half a second, every so many of them."""
    dices: list[float] = []
    empty, empty_said, hits, said, there = 0, 0, 0, 0, 0
    for frame, mask in vessel_stills(every):
        found, parts = _said(frame), _instances(mask)
        there, said = there + len(parts), said + len(found)
        hits += sum(any(_iou(part, one) >= 0.5 for one in found) for part in parts)
        if not parts:
            empty, empty_said = empty + 1, empty_said + len(found)
            continue
        union = np.any(np.stack(found), axis=0) if found else np.zeros_like(mask)
        dices.append(dice(union, mask))
    f1 = 2 * hits / (there + said) if there + said else None
    mean = float(np.mean(dices)) if dices else None
    return [
        told("vessel_dice", mean, "", len(dices), "classical; usgra-seg, stills with vessels; nothing was trained"),
        told("vessel_f1", f1, "", there, f"classical; usgra-seg: {hits} of {there} found, {said} said"),
        told("vessel_said_on_empty", empty_said / empty if empty else None, "", empty, "per still without vessels"),
    ]


def _said(frame: Frame) -> list[NDArray[np.bool_]]:
    """(rows, columns) inside of each vessel said after half a second of the same picture."""
    perceiver = Perceiver()
    scene = [perceiver.step(replace(frame, sequence=k, time_s=k / 30)) for k in range(LOOKS)][-1]
    geometry = frame.geometry
    lines, samples = np.arange(geometry.n_lines), np.arange(geometry.n_samples)
    at = geometry.to_mm(np.stack(np.meshgrid(lines, samples, indexing="ij"), axis=-1))
    found: list[NDArray[np.bool_]] = []
    for vessel in scene.vessels:
        x, y = at[..., 0] - vessel.centre_mm[0], at[..., 1] - vessel.centre_mm[1]
        c, s = np.cos(vessel.angle_rad), np.sin(vessel.angle_rad)
        u, v = (c * x + s * y) / vessel.semi_axes_mm[0], (c * y - s * x) / vessel.semi_axes_mm[1]
        found.append((u * u + v * v <= 1).T)
    return found


def _instances(mask: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Each connected part of a mask that is large enough to count."""
    count, labels = cv2.connectedComponents(mask.astype(np.uint8))
    parts = [np.asarray(labels, dtype=np.int32) == label for label in range(1, int(count))]
    return [part for part in parts if int(part.sum()) >= LEAST_PIXELS]


def _iou(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Overlap over union; 0 where both are empty."""
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 0.0
