"""Windows of the body: names of the vocabulary, numbers in their ranges, right sides, the same patient on every run."""

from functools import cache

import numpy as np
import pytest

from inplane.anatomy import Kind, Patient, build_patient, needle_side, staged, standard_view, structure_at, window_of
from inplane.anatomy.regions import find_window
from inplane.anatomy.window import Window, build_window, draw
from inplane.anatomy.windows import KNEE_FRONT, WINDOWS
from inplane.atlas import load_atlas
from inplane.bench._patient_checks import ordered
from inplane.core import RangeError, UnknownNameError

ATLAS = load_atlas()
SHOWN = [(window, pid) for window in WINDOWS for pid in window.procedures]
each_window = pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
each_shown = pytest.mark.parametrize(("window", "pid"), SHOWN, ids=[pid for _, pid in SHOWN])


WHOLE_OF = {"tibial nerve": "sciatic nerve", "common peroneal nerve": "sciatic nerve"}
"""Above where they part, the two are one."""


@cache
def coarse(name: str, seed: int = 3) -> Patient:
    return build_window(next(w for w in WINDOWS if w.name == name), seed, spacing_mm=0.8)


@each_window
def test_every_name_is_one_of_the_atlas(window: Window) -> None:
    patient = coarse(window.name)
    assert {s.belongs_to for s in patient.structures} <= set(ATLAS.structures)
    assert set(patient.landmarks_mm) <= set(ATLAS.landmarks)
    assert {*window.variants, *window.beyond, *window.goes_to.values()} <= set(ATLAS.structures)


@each_window
def test_labels_and_structures_are_the_same_set(window: Window) -> None:
    patient = coarse(window.name)
    assert set(np.unique(patient.labels_zxy)) == {s.label for s in patient.structures}
    assert len({s.name for s in patient.structures}) == len(patient.structures)
    assert patient.labels_zxy.min() > 0  # skin down to the last voxel, nothing left empty


@each_window
@pytest.mark.parametrize("spacing_mm", [1.2, 1.5, 2.0, 2.5])
def test_any_spacing_can_be_built(window: Window, spacing_mm: float) -> None:
    patient = build_window(window, 2, spacing_mm=spacing_mm)
    assert patient.spacing_mm == spacing_mm
    assert {s.label for s in patient.structures} >= set(np.unique(patient.labels_zxy))


@each_window
def test_skin_lies_on_top_and_nothing_but_skin(window: Window) -> None:
    patient = coarse(window.name)
    skin = patient.structure("skin").label
    assert (patient.labels_zxy[:, :, 0] == skin).all()


@each_window
@pytest.mark.parametrize("level", [None, 0, 4])
def test_numbers_lie_in_their_ranges_and_name_a_source(window: Window, level: int | None) -> None:
    for seed in range(40):
        for name, value in draw(window, seed, level).items():
            bounds = window.all_ranges[name]
            assert bounds.low <= value <= bounds.high, name
            assert len(bounds.source) > len("chosen: ")
            assert not name.endswith("_grade") or value == int(value)
    for pid in window.procedures:  # bone marrow is fetched from a healthy place: its grades are of the fat over it
        fetched = ATLAS.procedure(pid).family == "regenerative" and window.region == "iliac crest"
        assert fetched or any(name.endswith("_grade") for name in window.ranges), "what the patient comes for is graded"


@each_window
def test_the_same_seed_is_the_same_patient_and_another_one_is_not(window: Window) -> None:
    first, again, other = coarse(window.name), build_window(window, 3, spacing_mm=0.8), coarse(window.name, 4)
    assert np.array_equal(first.labels_zxy, again.labels_zxy)
    assert np.array_equal(first.echogenicity_zxy, again.echogenicity_zxy)
    assert not np.array_equal(first.labels_zxy, other.labels_zxy)


@each_window
def test_the_left_side_is_the_mirror_image(window: Window) -> None:
    right, left = coarse(window.name), build_window(window, 3, side="left", spacing_mm=0.8)
    assert np.array_equal(right.labels_zxy[:, ::-1], left.labels_zxy)
    for pid in window.procedures:
        ends = [needle_side(p, pid) * p.views[pid].pose().rotation[:, 0] for p in (right, left)]
        assert ends[1] == pytest.approx(ends[0] * [-1, 1, 1]), "the needle comes from the same side of both"
        assert left.targets_mm[pid] == pytest.approx(right.targets_mm[pid] * [-1, 1, 1])
        assert structure_at(left, left.targets_mm[pid]) == structure_at_of(right, pid, left)
        assert needle_side(left, pid) in (-1.0, 1.0)


def structure_at_of(patient: Patient, pid: str, other: Patient) -> object:
    """The structure of `other` that has the name of the one at this patient's target."""
    found = structure_at(patient, patient.targets_mm[pid])
    return None if found is None else other.structure(found.name)


@each_shown
def test_a_procedure_is_staged_as_the_atlas_has_it(window: Window, pid: str) -> None:
    procedure, patient = ATLAS.procedure(pid), coarse(window.name)
    assert procedure.staging.patient == window.region == patient.region
    assert find_window(pid) is window
    assert patient.indication[pid]
    depth, told = patient.targets_mm[pid][1], procedure.target.depth_mm
    assert told.low - 1 <= depth <= told.high + 1
    assert standard_view(patient, pid).press_n <= 5


@each_shown
def test_neighbors_lie_where_they_should(window: Window, pid: str) -> None:
    assert len(window.order) >= 3
    assert ordered(coarse(window.name), ATLAS.procedure(pid), window.order) == ""


@each_window
def test_tubes_run_through_themselves(window: Window) -> None:
    """A nerve's or a large vessel's centreline lies within its own label or wall, but for where a neighbor presses."""
    patient = build_window(window, 5, spacing_mm=0.5)
    for s in patient.structures:
        if s.kind in (Kind.NERVE, Kind.ARTERY_LUMEN) and s.centreline_mm is not None and s.radius_mm is not None:
            inside = [structure_at(patient, point) for point in s.centreline_mm]
            there = [found for found in inside if found is not None]
            own = [found for found in there if found.belongs_to in (s.belongs_to, WHOLE_OF.get(s.belongs_to))]
            if float(s.radius_mm.mean()) > 2 * patient.spacing_mm and there:
                assert len(own) >= 0.9 * len(there), s.name


def test_every_patient_is_found_by_its_procedure() -> None:
    assert set(staged()) <= set(ATLAS.procedures)
    assert window_of("hip_joint_injection") == window_of("femoral_nerve_block") == "groin"
    assert find_window("hip_joint_injection") is None
    with pytest.raises(UnknownNameError, match="Unknown procedure with a virtual patient 'tooth_block'"):
        build_patient("tooth_block", 1)


def test_nonsense_is_refused() -> None:
    window = WINDOWS[0]
    with pytest.raises(UnknownNameError, match="Unknown side 'both'"):
        build_window(window, 1, side="both")  # pyright: ignore[reportArgumentType]
    with pytest.raises(RangeError, match="spacing_mm is 9"):
        build_window(window, 1, spacing_mm=9.0)
    with pytest.raises(RangeError, match="difficulty level is 7"):
        build_window(window, 1, level=7, spacing_mm=2.0)
    with pytest.raises(UnknownNameError, match="Unknown number of window"):
        build_window(window, 1, values={"length_of_nose_mm": 3.0}, spacing_mm=2.0)
    with pytest.raises(RangeError, match="skin_mm is 99"):
        build_window(window, 1, values={"skin_mm": 99.0}, spacing_mm=2.0)


@pytest.mark.parametrize("seed", [504, 515])
def test_the_recess_of_a_knee_with_little_fluid_and_some_synovitis_is_open_at_its_target(seed: int) -> None:
    little = {"effusion_grade": 0.0, "synovitis_grade": 1.0}
    patient = build_window(KNEE_FRONT, seed, values=little, spacing_mm=0.6)
    at_tip = structure_at(patient, patient.targets_mm["knee_joint_injection"])
    assert at_tip is not None
    assert at_tip.name == "suprapatellar recess"
