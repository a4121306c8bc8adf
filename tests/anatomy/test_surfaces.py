"""Surfaces of patients: closed, few, where the voxels are, and facing outwards."""

from collections import Counter

import numpy as np
import pytest

from inplane.anatomy import Patient, build_groin
from inplane.anatomy.surfaces import MOST_TRIANGLES, SHOWN, Surface, surfaces
from inplane.anatomy.window import build_window
from inplane.anatomy.windows import WINDOWS
from inplane.core import RangeError

PLACES = ("volar wrist", "middle of the thigh", "groin")


@pytest.fixture(scope="module", params=PLACES)
def patient(request: pytest.FixtureRequest) -> Patient:
    if request.param == "groin":
        return build_groin(3, spacing_mm=0.8)
    return build_window(next(w for w in WINDOWS if w.name == request.param), 3, spacing_mm=0.8)


@pytest.fixture(scope="module")
def made(patient: Patient) -> tuple[Surface, ...]:
    return surfaces(patient)


def volume_mm3(surface: Surface) -> float:
    """By the divergence theorem: positive where triangles are counter-clockwise from outside."""
    a, b, c = surface.points_mm.astype(np.float64)[surface.triangles].transpose(1, 0, 2)
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)


def test_there_are_few_and_each_structure_has_its_own(patient: Patient, made: tuple[Surface, ...]) -> None:
    assert sum(len(each.triangles) for each in made) <= MOST_TRIANGLES
    named = [(each.name, each.look) for each in made]
    assert len(set(named)) == len(named)
    assert set(named) == {(s.belongs_to, SHOWN[s.kind]) for s in patient.structures if s.kind in SHOWN}


def test_each_is_closed(made: tuple[Surface, ...]) -> None:
    """Every edge is shared by two triangles, one in each direction."""
    for each in made:
        edges = np.concatenate([each.triangles[:, [0, 1]], each.triangles[:, [1, 2]], each.triangles[:, [2, 0]]])
        counts = Counter(map(tuple, edges.tolist()))
        assert set(counts.values()) == {1}, each.name
        assert all((b, a) in counts for a, b in counts), each.name


def test_each_lies_where_its_voxels_are_and_faces_outwards(patient: Patient, made: tuple[Surface, ...]) -> None:
    for each in made:
        labels = [s.label for s in patient.structures if s.belongs_to == each.name and SHOWN.get(s.kind) == each.look]
        places = np.argwhere(np.isin(patient.labels_zxy, labels))[:, [1, 2, 0]]
        voxels = patient.origin_mm + patient.spacing_mm * places
        volume = len(places) * patient.spacing_mm**3
        assert 0.1 * volume < volume_mm3(each) < 2.0 * volume + 200, each.name
        low, high = each.points_mm.min(axis=0), each.points_mm.max(axis=0)
        assert (low > voxels.min(axis=0) - 6).all(), each.name
        assert (high < voxels.max(axis=0) + 6).all(), each.name  # a branch begins within its trunk
        assert (low < np.quantile(voxels, 0.1, axis=0) + 1).all(), each.name  # thin edges are smoothed away
        assert (high > np.quantile(voxels, 0.9, axis=0) - 1).all(), each.name


def test_a_smaller_budget_is_kept(patient: Patient) -> None:
    assert sum(len(each.triangles) for each in surfaces(patient, most=9000)) <= 9000
    with pytest.raises(RangeError, match="most is 10 triangles"):
        surfaces(patient, most=10)
