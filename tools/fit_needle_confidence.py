"""Fits how sure a told tip is from its heat, and prints it.

Usage: python tools/fit_needle_confidence.py [PATIENTS [INSERTIONS]]
Insertions of simulated patients that neither a net nor a bench holds are shown to perception. Of each tip that it
tells, the logit of being within 2 mm of where the picture shows it is fitted to the track's heat by maximum
likelihood, with a little ridge. Paste what it prints into `perception.needle_suspects.SURENESS`.
"""

import sys
from math import exp, hypot
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # pyright: ignore[reportUnknownVariableType]

from inplane.bench._perception_clips import Plan, clips
from inplane.bench.perception import HIT_MM
from inplane.core import NeedleState, runtime
from inplane.perception import Perceiver

SEED, FRAMES, HELD_OUT, RIDGE = 77, 150, 2, 0.01
"""Of the patients; frames of an insertion; insertions of each patient under the renderer that no net learned from; cost
of a slope's square."""


def told_tips(patients: int, insertions: int) -> NDArray[np.float64]:
    """(n, 2) heat of each told tip, and 1 where it is a hit."""
    plan = Plan(
        seed=SEED,
        patients=patients,
        insertions=patients * insertions,
        frames=FRAMES,
        free_frames=0,
        held_out=patients * HELD_OUT,
    )
    rows: list[tuple[float, float]] = []
    for clip in clips(plan, lambda what, _: print(what, file=sys.stderr)):
        perceiver = Perceiver()
        for frame, truth in clip.shown:
            needle = perceiver.step(frame).needle
            track = perceiver._needle._track  # its heat is said nowhere
            if needle.state is not NeedleState.TRACKED or needle.tip_mm is None or truth is None or track is None:
                continue
            shown = truth.needle_shown_image_mm
            off = hypot(*(shown[-1][:2] - needle.tip_mm)) if len(shown) else float("inf")
            rows.append((track.heat, float(off <= HIT_MM)))
    return np.array(rows)


def fit(rows: NDArray[np.float64]) -> tuple[float, float]:
    """Offset and slope of the logit over heat."""
    heat, hit = rows.T

    def cost(ab: Any) -> float:
        logit = ab[0] + ab[1] * heat
        return float(np.logaddexp(0, logit).sum() - (hit * logit).sum() + RIDGE * ab[1] ** 2)

    found: Any = minimize(cost, np.array([0.0, 1.0]))  # pyright: ignore[reportUnknownVariableType]
    return float(found.x[0]), float(found.x[1])


def main() -> None:
    """Fits and prints."""
    patients, insertions = (int(word) for word in [*sys.argv[1:3], *("6", "5")[len(sys.argv) - 1 :]])
    runtime.start()
    rows = told_tips(patients, insertions)
    offset, slope = fit(rows)
    print(f"SURENESS = ({offset:.2f}, {slope:.2f})    # {len(rows)} told tips, {rows[:, 1].mean():.3f} of them hits")
    for heat in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        near = rows[np.abs(rows[:, 0] - heat) < 0.05, 1]
        share = f"{near.mean():.2f} of {len(near)}" if len(near) else "none"
        print(f"heat {heat:.1f}: said {1 / (1 + exp(-offset - slope * heat)):.2f}, came true {share}")


if __name__ == "__main__":
    main()
