"""The needle: published forces and deflections beside ours, the beam against closed forms, and what a step costs.

The cost is CPU of `step_needle` alone per 1/30 s of simulated time, less that of asking for it, over insertions of two
seconds with a hand that trembles, in the groin of the simulated patient (300 x 300 x 200 voxels, a little more than
256 cubed).
"""

import time
from dataclasses import replace
from functools import partial
from math import cos as cosine
from math import cosh, inf, sin, sinh

import numpy as np

import inplane
from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.bench.report import Figure, Progress
from inplane.core import runtime
from inplane.operators import aim_in_plane
from inplane.physics.needle import NeedleState, Structures, Surroundings, step_needle
from inplane.physics.needle.beam import bend_mm
from inplane.physics.needle.published import Comparison, published_deflections, published_forces
from inplane.world import Tissue

PROCEDURE = "femoral_nerve_block"
FRAME_S, STEPS, DEPTH_MM = 1 / 30, 60, 38.0
FULL_RUNS, QUICK_RUNS = 20, 5


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Every figure of the needle."""
    runtime.start(threads=1)
    progress("published forces and deflections", 0.0)
    told = [figure for row in published_forces() + published_deflections() for figure in _compared(row)]
    progress("building the patient", 0.2)
    patient = inplane.patient(PROCEDURE, seed=seed)
    progress("inserting", 0.5)
    costs, rate_hz = _insertions(patient, QUICK_RUNS if quick else FULL_RUNS)
    return [
        Figure(
            "needle_cpu_ms", float(np.median(costs)), "ms", n=len(costs), why="median per 1/30 s; asked: 0.5 at most"
        ),
        Figure("needle_cpu_p90_ms", float(np.percentile(costs, 90)), "ms", n=len(costs)),
        Figure("force_rate_hz", rate_hz, "Hz", why="of simulated time; asked: 100 at least"),
        Figure("beam_error", _beam_error(), why="largest against closed forms, share; asked: 0.01 at most"),
        *told,
    ]


def _compared(row: Comparison) -> list[Figure]:
    """Ours with what was published, and the error."""
    span = f"{row.low:g}" if row.low == row.high else f"{row.low:g} to {row.high:g}"
    why = f"published {span if row.high < inf else f'more than {row.low:g}'} {row.unit}; {row.error:+.0%}; {row.source}"
    return [Figure(row.what, row.ours, "" if row.unit == "1" else row.unit, why=f"{why} ({row.seen})")]


def _beam_error() -> float:
    """Largest error of the beam: a cantilever, and a beam on an elastic foundation fixed at one end, under a force."""
    stiffness, k, force = load_atlas().needle("22g_80mm").bending_stiffness_n_mm2, 0.02, 0.2
    beta, errors = (k / (4 * stiffness)) ** 0.25, list[float]()
    for length in (10.0, 40.0, 80.0):
        depth = np.linspace(0, length, int(length) + 1)
        free = bend_mm(depth, np.zeros(len(depth) - 1), stiffness_n_mm2=stiffness, tip_n=force)[-1]
        errors.append(abs(free / (force * length**3 / (3 * stiffness)) - 1))
        held = bend_mm(depth, np.full(len(depth) - 1, k), stiffness_n_mm2=stiffness, tip_n=force)[-1]
        bl = 2 * beta * length
        closed = force / (2 * stiffness * beta**3) * (sinh(bl) - sin(bl)) / (cosh(bl) + cosine(bl) + 2)
        errors.append(abs(held / closed - 1))
    return max(errors)


def _insertions(patient: Patient, runs: int) -> tuple[list[float], float]:
    """CPU of each step, ms, and forces a second of simulated time; the first insertion, which compiles, is left out."""
    atlas = load_atlas()
    procedure = atlas.procedure(PROCEDURE)
    model, probe = atlas.needle(procedure.needle_id), inplane.standard_view(patient, PROCEDURE)
    target = probe.pose().inverse().apply(patient.targets_mm[PROCEDURE])
    needle = aim_in_plane(probe, target_mm=(float(target[0]), float(target[1])), side=patient.side)
    tissue = Tissue(patient, face_length_mm=atlas.probe(procedure.probe_id).chord_mm)
    structures, costs, samples = Structures(patient.structures), list[float](), 0
    clock_s = _clock_s()
    for run_number in range(runs + 1):
        state, rng = NeedleState(), np.random.default_rng(run_number)
        for step in range(1, STEPS + 1):
            motion = tissue.motion(step * FRAME_S, probe)
            around = Surroundings(
                label_at=partial(tissue.labels_at, motion),
                skin_y_mm=partial(tissue.skin_y_mm, motion),
                structures=structures,
            )
            steep = needle.steepness_rad + float(rng.normal(0, 0.002))
            control = replace(needle, advance_mm=DEPTH_MM * step / STEPS, steepness_rad=steep)
            begun = time.thread_time()
            state, _ = step_needle(state, control, model=model, around=around, dt_s=FRAME_S)
            costs.append((time.thread_time() - begun - clock_s) * 1e3)
            samples += len(state.forces_n)
    return costs[STEPS:], samples / ((runs + 1) * STEPS * FRAME_S)


def _clock_s() -> float:
    """What it costs to ask for the CPU time, median: some systems take as long for it as a step takes."""
    asked = [time.thread_time() for _ in range(201)]
    return float(np.median(np.diff(asked)))
