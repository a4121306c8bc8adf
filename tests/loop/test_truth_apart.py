"""Scene and advice come from pixels and signals alone.

With the source's truth present, absent or swapped for another patient's, not a bit of them differs; and a recording
played again gives the same advice, its truth deleted or not.
"""

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inplane.anatomy import Patient, build_groin, standard_view
from inplane.atlas import load_atlas
from inplane.case import Case, Journal, Loop, Step, Tick, complete_answers
from inplane.core import Control, Frame
from inplane.operators import Doses, StagedInsertion
from inplane.perception import Perceiver
from inplane.stream import RecordedSource, SimulatedSource, write_recording
from inplane.training import standard_plan
from inplane.world import Truth, World

PROCEDURE = "femoral_nerve_block"
FRAMES = 75
SEED = 3


class OtherTruth:
    """Frames of one source with the truth of another, or with none."""

    def __init__(self, source: SimulatedSource, truth: Callable[[int], Truth | None]) -> None:
        self.source, self.truth, self.asked = source, truth, 0

    def next(self, control: Control) -> Frame | None:
        frame = self.source.next(control)
        self.truth(frame.sequence)
        return frame


@pytest.fixture(scope="module")
def patients() -> tuple[Patient, Patient]:
    return build_groin(SEED, spacing_mm=0.8), build_groin(SEED + 1, spacing_mm=0.8)


def simulated(patient: Patient) -> SimulatedSource:
    atlas = load_atlas()
    world = World(patient, probe=atlas.probe("linear_12_4"), needle=atlas.needle("22g_80mm"), seed=1, n_samples=256)
    return SimulatedSource(world, procedure_id=PROCEDURE)


def play(source: Any, patient: Patient, folder: Path) -> list[Tick]:
    procedure = load_atlas().procedure(PROCEDURE)
    plan = standard_plan(procedure, patient)
    case = Case(Journal(folder / f"{len(list(folder.iterdir()))}.db"), procedure, plan)
    case.advance(Step.INJECTION, complete_answers(procedure, plan))
    script = StagedInsertion(SEED, standard_view(patient, PROCEDURE), doses=Doses(planned_ml=1.0))
    loop = Loop(source, Perceiver(), procedure, plan, case)
    ticks: list[Tick] = []
    for tick in loop.run(script, first=script.first):
        ticks.append(tick)
        if len(ticks) == FRAMES:
            break
    case.close()
    return ticks


def same(one: Any, other: Any) -> bool:
    """Whether two values are alike to the bit, through dataclasses, sequences and arrays."""
    if type(one) is not type(other):
        return False
    if dataclasses.is_dataclass(one):
        return all(same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, (tuple, list)):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other or (one != one and other != other)


def agree(one: list[Tick], other: list[Tick]) -> bool:
    return len(one) == len(other) and all(
        same(a.scene, b.scene) and same(a.advice, b.advice) for a, b in zip(one, other, strict=True)
    )


def test_scene_and_advice_do_not_know_whether_truth_is_there_absent_or_anothers(
    patients: tuple[Patient, Patient], tmp_path: Path
) -> None:
    patient, stranger = patients
    another = simulated(stranger)
    view = standard_view(stranger, PROCEDURE)
    for _ in range(5):
        another.next(Control(probe=view))
    present = simulated(patient)
    with_truth = play(OtherTruth(present, present.truth), patient, tmp_path)
    without = play(OtherTruth(simulated(patient), lambda _: None), patient, tmp_path)
    swapped = play(OtherTruth(simulated(patient), lambda _: another.truth(2)), patient, tmp_path)
    assert any(tick.scene.vessels for tick in with_truth), "the test must see something to compare"
    assert agree(with_truth, without)
    assert agree(with_truth, swapped)


def test_comparison_notices_one_bit(patients: tuple[Patient, Patient], tmp_path: Path) -> None:
    ticks = play(simulated(patients[0]), patients[0], tmp_path)
    moved = dataclasses.replace(ticks[0].scene, contact=np.nextafter(ticks[0].scene.contact, 2.0).item())
    assert not same(ticks[0].scene, moved)


def test_recording_played_again_gives_the_same_advice(patients: tuple[Patient, Patient], tmp_path: Path) -> None:
    patient = patients[0]
    journals = tmp_path / "journals"
    journals.mkdir()
    source = simulated(patient)
    live = play(source, patient, journals)
    recording = tmp_path / "recording"
    write_recording(
        recording,
        source.info,
        ((tick.frame, tick.control, source.truth(tick.frame.sequence)) for tick in live),
        structures=patient.structures,
    )
    again = play(RecordedSource(recording), patient, journals)
    assert agree(live, again)
    shutil.rmtree(recording / "truth")
    assert agree(live, play(RecordedSource(recording), patient, journals))
