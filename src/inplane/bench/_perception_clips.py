"""Short simulated clips with their truth: insertions and needle-free views, drawn by seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos

import numpy as np

from inplane.anatomy import build_groin, build_patient, difficulty_parameters, standard_view
from inplane.anatomy.windows import WINDOWS
from inplane.atlas import load_atlas
from inplane.bench.report import Progress
from inplane.core import Control, Frame, ProbeControl, ScannerControl
from inplane.operators import Doses, StagedInsertion, scanner_for
from inplane.trials.needle_clips import drawn_knobs
from inplane.world import Truth, World

PROCEDURES = ("femoral_nerve_block", "hip_joint_injection")
FIRST_SEED = 100_000
"""Patients and insertions below it were used while perception was written; those from it on never."""
REST_S = 1.0
"""Time before a staged needle moves."""
LEAD_S = 0.4
"""How long before the tip enters the picture a clip begins. chosen: a few frames without a needle."""
SKIP_S = 0.1
"""Step of the simulated room while no picture is taken. chosen: a needle goes on by a millimetre."""
FRAME_S = 1 / 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is simulated.

    Args:
        seed: of everything.
        patients: how many, each with its own difficulty from 0 to 4.
        insertions: in all, shared among the patients.
        frames: of each insertion.
        free_frames: of each patient's needle-free clip.
        held_out: insertions in all that are drawn by the renderer that no model learned from, shared likewise.
        elsewhere: places outside the groin, each with a patient and an insertion of its own.
    """

    seed: int
    patients: int
    insertions: int
    frames: int
    free_frames: int
    held_out: int
    elsewhere: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clip:
    """One clip.

    Args:
        patient: its number.
        angle_rad: of the needle against the probe's face; None without a needle.
        shown: each frame with its truth; the truth is None on frames that are not scored.
        held_out: drawn by the renderer that no model learned from.
        place: name of the window outside the groin; empty in the groin.
    """

    patient: int
    angle_rad: float | None
    shown: Iterator[tuple[Frame, Truth | None]]
    held_out: bool = False
    place: str = ""


def clips(plan: Plan, progress: Progress) -> Iterator[Clip]:
    """Each patient's needle-free clip, then its insertions; then an insertion at each place outside the groin."""
    yield from _groins(plan, progress)
    for index in range(plan.elsewhere):
        yield _elsewhere(plan, index, progress)


def _elsewhere(plan: Plan, index: int, progress: Progress) -> Clip:
    """An insertion at one place outside the groin, by the first of its procedures: its probe, needle and knobs."""
    atlas, window = load_atlas(), WINDOWS[index % len(WINDOWS)]
    procedure, seed = atlas.procedure(window.procedures[0]), FIRST_SEED + 1000 * plan.seed + 500 + index
    progress(f"{window.name}: insertion", index / plan.elsewhere)
    patient = build_patient(procedure.id, seed, level=index % 5)
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    world = World(patient, probe=probe, needle=needle, seed=seed, bare=True)
    view, knobs = standard_view(patient, procedure.id), scanner_for(procedure)
    clip = _insertion(world, view, knobs, (plan.patients + index, 1000 * seed, plan.frames), held_out=False)
    return replace(clip, place=window.name)


def _groins(plan: Plan, progress: Progress) -> Iterator[Clip]:
    """Each patient's needle-free clip, then its insertions."""
    atlas = load_atlas()
    for index in range(plan.patients):
        progress(f"building patient {index + 1} of {plan.patients}", index / plan.patients)
        patient_seed = FIRST_SEED + 1000 * plan.seed + index
        patient = build_groin(patient_seed, parameters=difficulty_parameters(patient_seed, index % 5))
        procedure = atlas.procedure(PROCEDURES[index % len(PROCEDURES)])
        world = World(
            patient,
            probe=atlas.probe(procedure.probe_id),
            needle=atlas.needle(procedure.needle_id),
            seed=patient_seed,
            bare=True,
        )
        view, scanner = standard_view(patient, procedure.id), scanner_for(procedure)
        still = Control(probe=view, scanner=scanner)
        yield Clip(patient=index, angle_rad=None, shown=_still(world, still, plan.free_frames))
        shares = [_share(whole, plan.patients, index) for whole in (plan.insertions, plan.held_out)]
        for number in range(sum(shares)):
            done = (index + number / max(1, sum(shares))) / plan.patients
            progress(f"patient {index + 1}: insertion {number + 1} of {sum(shares)}", done)
            seed, held_out = 1000 * patient_seed + number, number >= shares[0]
            knobs = drawn_knobs(np.random.default_rng(seed), world.probe, held_out=True) if held_out else scanner
            yield _insertion(world, view, knobs, (index, seed, plan.frames), held_out=held_out)


def _share(whole: int, patients: int, index: int) -> int:
    """How many of all are this patient's."""
    return whole // patients + (index < whole % patients)


def _insertion(
    world: World, view: ProbeControl, scanner: ScannerControl, which: tuple[int, int, int], *, held_out: bool
) -> Clip:
    """The clip of one insertion: patient, seed and frames are `which`."""
    patient, seed, frames = which
    insertion = StagedInsertion(
        seed,
        view,
        width_mm=world.probe.width_mm.value,
        depth_mm=scanner.depth_mm,
        doses=Doses(planned_ml=0.0),
        scanner=scanner,
        needle_mm=world.needle.length_mm.value,
    )
    shown = _inserted(world, insertion, frames)
    return Clip(patient=patient, angle_rad=insertion.parameters.angle_rad, shown=shown, held_out=held_out)


def _still(world: World, control: Control, frames: int) -> Iterator[tuple[Frame, Truth | None]]:
    """A probe that is held still; truth of the last frame."""
    world.reset()
    for number in range(frames):
        world.step(control, FRAME_S)
        frame = world.observe()
        yield frame, world.truth() if number == frames - 1 else None


def _inserted(world: World, insertion: StagedInsertion, frames: int) -> Iterator[tuple[Frame, Truth | None]]:
    """A staged insertion from shortly before its tip enters the picture; truth of every frame."""
    world.reset()
    p = insertion.parameters
    outside_mm = abs(p.entry_x_mm) - 0.5 * world.probe.width_mm.value
    begin_s = max(0.0, REST_S + max(0.0, outside_mm) / cos(p.angle_rad) / p.speed_mm_s - LEAD_S)
    now_s = 0.0
    while now_s < begin_s - 1e-9:
        step_s = min(SKIP_S, begin_s - now_s)
        now_s += step_s
        world.step(insertion.at(now_s), step_s)
    for _ in range(frames):
        now_s += FRAME_S
        world.step(insertion.at(now_s), FRAME_S)
        frame = world.observe()
        yield frame, world.truth()
