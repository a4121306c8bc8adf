"""Figures on real pictures: false finds on needle-free sets, bone on a drawn surface, and those on outlined stills."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from inplane.bench._perception_outlines import outline_figures
from inplane.bench._perception_real import CINES, STILLS, bone_frames, held, judged_surfaces
from inplane.bench._perception_robust import robust_figures
from inplane.bench._perception_score import Told, calibration_error, mean, percentile, told
from inplane.bench.report import Figure
from inplane.core import Frame, NeedleState, Scene
from inplane.perception import Perceiver
from inplane.perception.bone import BoneFinder
from inplane.perception.prepare import prepare
from inplane.trials.needle_backgrounds import learned_paths
from inplane.trials.real_sets import data_folder, frames_of, opened, paths_of

OUTLINED = (
    "nerve_dice",
    "vessel_dice",
    "nerve_f1",
    "vessel_f1",
    "nerve_centre_hit",
    "expected_calibration_error_real",
)
"""Figures that need outlined stills."""
OFF_BONE_MM = 2.0
"""Distance from the drawn surface from which a said point is not on it. chosen: twice the width of its echo."""
SAME_SURFACE_MM = 3.0
"""Distance of a judged place from which a surface is another. chosen: surfaces that far apart in depth are two."""


def has_needle(scene: Scene) -> bool:
    """Whether a scene says that there is a needle."""
    return scene.needle.tip_mm is not None or scene.needle.state is NeedleState.SHAFT_ONLY


def real_figures(*, quick: bool) -> list[Figure]:
    """Every figure on real pictures; null where the recordings are not at hand."""
    if not data_folder().is_dir():
        why = "no real recordings here (set INPLANE_DATA)"
        owed = (("needle_false_per_minute", "1/min"), *((name, "") for name in OUTLINED))
        return [Figure(name, None, unit, why=why) for name, unit in owed]
    few = 6 if quick else 1
    robust = [] if quick else robust_figures(every=1)
    return [*outline_figures(every=few), *robust, *bone_on_real(), *bone_on_stills(), *false_finds(quick=quick)]


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


def bone_on_stills() -> list[Figure]:
    """Surfaces in stills of another scanner, of each of which one reader judged whether it is bone."""
    bones, said = 0, list[Told]()
    for frame, places in judged_surfaces():
        found = BoneFinder().find(prepare(frame))
        for x, y, is_bone in places:
            bones += is_bone
            near = [bone for bone in found if np.hypot(*(bone.points_mm - (x, y)).T).min() < SAME_SURFACE_MM]
            said += [Told(confidence=bone.confidence, off_mm=float(not is_bone), within=is_bone) for bone in near[:1]]
    right = sum(each.within for each in said)
    why = "usgra-seg; judged by one reader who is no clinician; confidence was fitted on them"
    return [
        told(
            "bone_precision_usgra_seg", right / len(said) if said else None, "", len(said), f"of said surfaces; {why}"
        ),
        told("bone_recall_usgra_seg", right / bones if bones else None, "", bones, why),
        told("bone_calibration_error_usgra_seg", calibration_error(said, 0.5), "", len(said), why),
    ]
