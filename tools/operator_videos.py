"""Plays chosen cases of `inplane bench operator` again and writes each as a video and as a sheet of its moments.

Usage: python tools/operator_videos.py FOLDER [--worst N] [--seed N --procedure ID]

FOLDER holds the bench's `cases.jsonl` (`inplane bench operator --out FOLDER`). Without a seed the N worst guided cases
are shown (10 by default): failed first, then harm, missed and stopped, then successes, by what they took. The overlay
is what the operator saw; dotted in white, and never shown to it, are needle and target by the model.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import build_groin
from inplane.atlas import load_atlas
from inplane.bench._operator_case import play_guided
from inplane.case import Tick
from inplane.cli._overlay_video import OverlayVideo
from inplane.core import Geometry, runtime
from inplane.operators import skill
from inplane.overlay import draw
from inplane.stream import SimulatedSource
from inplane.world import Truth

WORSE = ("failed", "harm", "missed", "stopped", "success")
WIDTH_PX, SHEET, COLUMNS = 480, 15, 5
"""Size of a picture; pictures of a sheet, and in a row."""
TRUTH_RGB = (255, 255, 255)


def worst(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The guided cases that went worst."""
    guided = [row for row in rows if row["operator"] == "guided"]
    return sorted(guided, key=lambda row: (WORSE.index(row["ending"]), -row["passes"], -row["duration_s"]))[:count]


class Film:
    """The video of one case, and a sheet of moments spread evenly over it."""

    def __init__(self, path: Path) -> None:
        self._video = OverlayVideo(path.with_suffix(".mp4"))
        self._sheet_at = path.with_suffix(".png")
        self._stills: list[NDArray[np.uint8]] = []
        self._frames = 0

    def look(self, tick: Tick, source: SimulatedSource) -> None:
        """One turn of the loop."""
        alarms = "; ".join(alarm.what for alarm in tick.advice.alarms)
        words = f"{tick.frame.time_s:.1f} s  {tick.control.needle.advance_mm:.0f} mm in  {alarms}"
        picture = draw(tick.frame, tick.scene, tick.advice, level="full", width_px=WIDTH_PX, banner=words)
        truth = source.truth(tick.frame.sequence)
        if truth is not None:
            _mark(picture, truth, tick.frame.geometry)
        self._video.add(picture, tick.frame.time_s)
        if self._frames % 10 == 0:
            self._stills.append(cv2.resize(picture, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA))
        self._frames += 1

    def close(self) -> None:
        """Ends the video and writes the sheet."""
        self._video.close()
        chosen = [self._stills[i] for i in np.linspace(0, len(self._stills) - 1, SHEET).round().astype(int)]
        height, width = max(s.shape[0] for s in chosen), max(s.shape[1] for s in chosen)
        rows: list[NDArray[np.uint8]] = []
        for first in range(0, SHEET, COLUMNS):
            row = [np.zeros((height, width, 3), np.uint8) for _ in range(COLUMNS)]
            for place, still in zip(row, chosen[first : first + COLUMNS], strict=False):
                place[: still.shape[0], : still.shape[1]] = still
            rows.append(np.hstack(row))
        cv2.imwrite(str(self._sheet_at), cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR))


def _mark(picture: NDArray[np.uint8], truth: Truth, geometry: Geometry) -> None:
    """Needle and targets by the model, as dots; the picture's scale is found from its proportions."""
    scale = picture.shape[1] / geometry.width_mm
    top_px = max(0.0, picture.shape[0] - scale * geometry.depth_mm)
    flat = [point[:2] for point in truth.needle_points_image_mm[::2]]
    for x_mm, y_mm in flat:
        _dot(picture, (geometry.width_mm / 2 - x_mm) * scale, top_px + y_mm * scale, 1)
    for target in truth.targets_image_mm.values():
        _dot(picture, (geometry.width_mm / 2 - target[0]) * scale, top_px + target[1] * scale, 3)


def _dot(picture: NDArray[np.uint8], x_px: float, y_px: float, radius: int) -> None:
    cv2.circle(picture, (round(float(x_px)), round(float(y_px))), radius, TRUTH_RGB, -1)


def main() -> None:
    """Plays and writes."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--worst", type=int, default=10)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--procedure")
    asked = parser.parse_args()
    lines = (asked.folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    if asked.seed is not None:
        wanted = (asked.seed, asked.procedure)
        chosen = [r for r in rows if r["operator"] == "guided" and (r["seed"], r["procedure"]) == wanted]
    else:
        chosen = worst(rows, asked.worst)
    runtime.start()
    for row in chosen:
        if row["ending"] == "failed" and "seed is" in row["outcome"]:
            continue
        name = f"{row['procedure']}-{row['seed']}-{row['ending']}"
        film = Film(asked.folder / name)
        try:
            again = play_guided(
                build_groin(row["seed"]), load_atlas().procedure(row["procedure"]), skill(row["skill"]), look=film.look
            )
            print(f"{name}: {again.outcome}; {', '.join(again.reasons)}; {', '.join(again.harm)}")
        except Exception as error:  # what failed in the bench fails here as well, and is shown up to then
            print(f"{name}: {type(error).__name__}: {error}")
        film.close()


if __name__ == "__main__":
    main()
