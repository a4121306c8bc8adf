"""Fits the weights of `perception.vessel_signs` anew and prints them: python tools/fit_vessel_signs.py [PATIENTS].

Dark regions of every second still of usgra-seg (INPLANE_DATA) and of simulated views of patients that no bench draws;
a region is a vessel where it overlaps an outlined or true one by Dice 0.5, none where by less than 0.2, and is left out
between. Both sources weigh alike. Each sign enters as `Signs.terms` bounds it and counts only the way that physics
says; a little ridge keeps like signs apart.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # pyright: ignore[reportUnknownVariableType]

from inplane.anatomy import Kind, build_groin, difficulty_parameters, standard_view
from inplane.atlas import load_atlas
from inplane.core import Control, Frame, runtime
from inplane.operators import scanner_for
from inplane.perception.prepare import prepare
from inplane.perception.vessel_signs import NAMES, Lumen
from inplane.perception.vessels import VesselFinder
from inplane.trials.outlined import VESSEL, usgra_labelled, usgra_names
from inplane.world import World

FIRST_SEED = 700_000
SLIDES_MM = (-24.0, -16.0, -8.0, 0.0, 8.0)
SETTLE, RIDGE = 8, 3.0
WAYS = (1, -1, 1, -1, 1, -1, -1, 1, 1)
"""Whether more of a sign speaks for a vessel, in the order of NAMES."""

Labelled = tuple[list[list[float]], list[bool], list[float]]


def real_frames(part: slice) -> Iterator[tuple[Frame, NDArray[np.bool_]]]:
    """Stills with where their vessels are, (lines, samples)."""
    for _, frame, mask in usgra_labelled(usgra_names()[part]):
        yield frame, mask == VESSEL


def simulated_frames(first: int, patients: int) -> Iterator[tuple[Frame, NDArray[np.bool_]]]:
    """Views along the groin with where their lumens are."""
    atlas = load_atlas()
    for index in range(patients):
        seed = first + index
        rng = np.random.default_rng(seed)
        procedure = atlas.procedure(("femoral_nerve_block", "hip_joint_injection")[index % 2])
        patient = build_groin(seed, parameters=difficulty_parameters(seed, index % 4))
        world = World(
            patient, probe=atlas.probe(procedure.probe_id), needle=atlas.needle(procedure.needle_id), seed=seed
        )
        hold, scanner = standard_view(patient, procedure.id), scanner_for(procedure)
        for slide_mm in SLIDES_MM:
            knobs = replace(scanner, gain_db=float(rng.uniform(-4, 4)))
            probe = replace(hold, x_mm=hold.x_mm + slide_mm, z_mm=hold.z_mm + float(rng.normal(0, 5)))
            for _ in range(SETTLE):
                world.step(Control(probe=probe, scanner=knobs), 1 / 30)
                world.observe()
            frame, truth = world.observe(), world.truth()
            lumens = {o.name for o in truth.outlines if o.kind in (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN)}
            labels = [label for label, name in truth.label_names.items() if name in lumens]
            yield frame, np.isin(truth.labels_line_sample, labels)


def labelled(frames: Iterator[tuple[Frame, NDArray[np.bool_]]]) -> Labelled:
    """Terms of each dark region, whether it is a vessel, and its score as it is now."""
    terms, vessel, scores = list[list[float]](), list[bool](), list[float]()
    finder = VesselFinder()
    for frame, mask in frames:
        prepared = prepare(frame)
        lumens = finder.measured(prepared, finder.seeds(prepared))
        for lumen in distinct(lumens):
            share = overlap_of(lumen, mask, prepared.coarse.shape)
            if 0.2 <= share < 0.5:
                continue
            terms.append(lumen.signs.terms())
            vessel.append(share >= 0.5)
            scores.append(lumen.score)
    return terms, vessel, scores


def distinct(lumens: list[Lumen]) -> list[Lumen]:
    """Those that are not the same region found twice."""
    kept: list[Lumen] = []
    for lumen in lumens:
        same = (np.allclose(lumen.ellipse[:4], other.ellipse[:4], atol=1.5) for other in kept)
        if not any(same):
            kept.append(lumen)
    return kept


def overlap_of(lumen: Lumen, mask: NDArray[np.bool_], shape: tuple[int, ...]) -> float:
    """Dice of an ellipse with the part of a mask that is one piece with it; the mask is (lines, samples)."""
    rows, columns = shape
    at_row = ((np.arange(rows) + 0.5) / rows * mask.shape[1]).astype(int)
    at_column = ((np.arange(columns) + 0.5) / columns * mask.shape[0]).astype(int)
    there = mask[at_column][:, at_row].T
    cx, cy, a, b, angle = lumen.ellipse
    y, x = np.mgrid[:rows, :columns]
    c, s = np.cos(angle), np.sin(angle)
    ellipse = ((c * (x - cx) + s * (y - cy)) / a) ** 2 + ((c * (y - cy) - s * (x - cx)) / b) ** 2 < 1
    wide = ((x - cx) ** 2 + (y - cy) ** 2) < (1.5 * a) ** 2
    total = int(ellipse.sum()) + int((there & wide).sum())
    return 2 * int((ellipse & there).sum()) / total if total else 0.0


def fitted(x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the logistic sum, the constant first."""
    middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack((np.ones(len(x)), (x - middle) / spread))

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        s = z @ w
        p = 1 / (1 + np.exp(-s))
        value = float((weight * (np.logaddexp(0, s) - y * s)).sum() + 0.5 * RIDGE * (w[1:] ** 2).sum())
        slope = z.T @ (weight * (p - y))
        slope[1:] += RIDGE * w[1:]
        return value, slope

    bounds = [(None, None), *((0, None) if way > 0 else (None, 0) for way in WAYS)]
    start = np.zeros(z.shape[1])
    fit: Any = minimize  # pyright: ignore[reportUnknownVariableType]
    w = np.asarray(fit(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x, dtype=np.float64)
    return np.concatenate(([w[0] - float((w[1:] * middle / spread).sum())], w[1:] / spread))


def tell(name: str, score: NDArray[np.float64], vessel: NDArray[np.bool_]) -> None:
    """How well a score tells vessels from others."""
    order = np.argsort(np.argsort(score)) + 1
    n, m = int(vessel.sum()), int((~vessel).sum())
    auc = (float(order[vessel].sum()) - n * (n + 1) / 2) / (n * m)
    said = score >= 0.5
    right, found = float(vessel[said].mean()) if said.any() else 0.0, float(said[vessel].mean())
    print(f"{name:28s} {n:4d} of {n + m:5d}, AUC {auc:.3f}, said {said.sum()}, right {right:.2f}, found {found:.2f}")


def main() -> None:
    """Gathers, fits on one half, prints the weights and how they do on both."""
    runtime.start()
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    sets = {
        "real, even": labelled(real_frames(slice(0, None, 2))),
        "real, odd": labelled(real_frames(slice(1, None, 2))),
        "simulated": labelled(simulated_frames(FIRST_SEED, patients)),
        "simulated, others": labelled(simulated_frames(FIRST_SEED + 500, max(4, patients // 2))),
    }
    x = {name: np.array(terms) for name, (terms, _, _) in sets.items()}
    y = {name: np.array(vessel) for name, (_, vessel, _) in sets.items()}
    trained = ("real, even", "simulated")
    each = [np.full(len(y[name]), 200 / max(1, y[name].sum())) for name in trained]
    weights = fitted(
        np.concatenate([x[name] for name in trained]),
        np.concatenate([y[name] for name in trained]).astype(float),
        np.concatenate(each),
    )
    print(f"{'constant':20s} {weights[0]:8.2f}")
    for name, value in zip(NAMES, weights[1:], strict=True):
        print(f"{name:20s} {value:8.2f}")
    for name in sets:
        tell(f"{name}: now", np.array(sets[name][2]), y[name])
        tell(f"{name}: fitted", 1 / (1 + np.exp(-(weights[0] + x[name] @ weights[1:]))), y[name])


if __name__ == "__main__":
    main()
