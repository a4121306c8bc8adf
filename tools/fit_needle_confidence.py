"""Fits how sure a told tip and its place are from its heat, and prints both.

Usage: python tools/fit_needle_confidence.py [PATIENTS [INSERTIONS]]
Insertions of simulated patients that neither a net nor a bench holds are shown to perception. Of each tip that it
tells, the logit of being within 2 mm of where the picture shows it is fitted to the track's heat by maximum
likelihood, with a little ridge. Of the hits, the deviation along the shaft is fitted so that two of it hold 95 %, by
quantile regression. Paste what it prints into `perception.needle_suspects`.
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

SEED, FRAMES, HELD_OUT, ELSEWHERE, RIDGE, WITHIN = 77, 150, 2, 3, 0.01, 0.95
"""Of the patients; frames of an insertion; insertions of each patient under the renderer that no net learned from, and
at places outside the groin for each patient; cost of a slope's square; share of hits that two deviations hold."""


def told_tips(patients: int, insertions: int) -> NDArray[np.float64]:
    """(n, 4) of each told tip: heat, whether it is a hit, mm it is off along the shaft, the filter's variance."""
    plan = Plan(
        seed=SEED,
        patients=patients,
        insertions=patients * insertions,
        frames=FRAMES,
        free_frames=0,
        held_out=patients * HELD_OUT,
        elsewhere=patients * ELSEWHERE,
    )
    rows: list[tuple[float, float, float, float]] = []
    for clip in clips(plan, lambda what, _: print(what, file=sys.stderr)):
        perceiver = Perceiver()
        for frame, truth in clip.shown:
            needle = perceiver.step(frame).needle
            track = perceiver._needle._track  # its heat is said nowhere
            if needle.state is not NeedleState.TRACKED or needle.tip_mm is None or truth is None or track is None:
                continue
            shown = truth.needle_shown_image_mm
            away = shown[-1][:2] - needle.tip_mm if len(shown) else np.full(2, np.inf)
            along_mm = abs(float(away @ np.array(needle.direction)))
            rows.append((track.heat, float(hypot(*away) <= HIT_MM), along_mm, track.var_tip))
    return np.array(rows)


def fit(rows: NDArray[np.float64]) -> tuple[float, float]:
    """Offset and slope of the logit over heat."""
    heat, hit = rows[:, :2].T

    def cost(ab: Any) -> float:
        logit = ab[0] + ab[1] * heat
        return float(np.logaddexp(0, logit).sum() - (hit * logit).sum() + RIDGE * ab[1] ** 2)

    found: Any = minimize(cost, np.array([0.0, 1.0]))  # pyright: ignore[reportUnknownVariableType]
    return float(found.x[0]), float(found.x[1])


def fit_deviation(rows: NDArray[np.float64]) -> tuple[float, float]:
    """Deviation (mm) at heat 1 and slope of its logarithm, so that two of it hold WITHIN of the hits.

    References:
        Koenker R, Bassett G. Regression quantiles. Econometrica 1978;46:33-50. doi:10.2307/1913643
    """
    heat, _, along_mm, variance = rows[rows[:, 1] > 0].T

    def cost(ab: Any) -> float:
        rest = along_mm - 2 * np.sqrt(variance + np.exp(2 * (ab[0] + ab[1] * (1 - heat))))
        return float(np.where(rest > 0, WITHIN * rest, (WITHIN - 1) * rest).mean())

    found: Any = minimize(cost, np.array([-2.0, 3.0]), method="Nelder-Mead")  # pyright: ignore[reportUnknownVariableType]
    return exp(float(found.x[0])), float(found.x[1])


def main() -> None:
    """Fits and prints."""
    patients, insertions = (int(word) for word in [*sys.argv[1:3], *("6", "5")[len(sys.argv) - 1 :]])
    runtime.start()
    rows = told_tips(patients, insertions)
    offset, slope = fit(rows)
    least_mm, steep = fit_deviation(rows)
    print(f"ALONG_SD = ({least_mm:.2f}, {steep:.1f})")
    print(f"SURENESS = ({offset:.2f}, {slope:.2f})    # {len(rows)} told tips, {rows[:, 1].mean():.3f} of them hits")
    for heat in (0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        near = rows[np.abs(rows[:, 0] - heat) < 0.05, 1]
        share = f"{near.mean():.2f} of {len(near)}" if len(near) else "none"
        print(f"heat {heat:.1f}: said {1 / (1 + exp(-offset - slope * heat)):.2f}, came true {share}")


if __name__ == "__main__":
    main()
