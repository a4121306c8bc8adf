"""What holds for every patient, however drawn: a hundred seeds on coarse grids, each place with ten of them."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.anatomy import Kind, Patient, build_groin
from inplane.anatomy.window import build_window
from inplane.anatomy.windows import WINDOWS
from inplane.bench._patient_invariants import broken

SPACING_MM, SEEDS = 1.2, 100
PLACES = (*WINDOWS, None)
"""Every window, and the groin."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_nothing_is_broken_in_a_patient_of_any_seed(seed: int) -> None:
    """Every seed at three of the thirty places, so that every place is drawn ten times."""
    for number in range(seed % 10, len(PLACES), 10):
        window = PLACES[number]
        patient = built(number, seed)
        assert broken(patient) == [], "groin" if window is None else window.name
        if number < 10:
            assert np.array_equal(patient.labels_zxy, built(number, seed).labels_zxy)


def built(number: int, seed: int) -> Patient:
    window = PLACES[number]
    if window is None:
        return build_groin(seed, spacing_mm=SPACING_MM)
    return build_window(window, seed, spacing_mm=SPACING_MM)


@pytest.fixture(scope="module")
def thigh() -> Patient:
    return build_window(next(w for w in WINDOWS if w.name == "middle of the thigh"), 1, spacing_mm=SPACING_MM)


def changed(patient: Patient, name: str, other: str, *, rows: slice = slice(None)) -> Patient:
    """A patient in whom a structure is another one, in some slices."""
    labels = patient.labels_zxy.copy()
    part = labels[rows]
    part[part == patient.structure(name).label] = patient.structure(other).label
    return replace(patient, labels_zxy=labels)


def test_what_is_broken_is_told(thigh: Patient) -> None:
    """Each rule, on a patient who breaks it."""
    assert broken(thigh) == []
    fat, middle = "subcutaneous fat", thigh.labels_zxy.shape[0] // 2
    bare = broken(changed(thigh, "femoral artery wall", fat))
    assert any(word.startswith("femoral artery lumen lies open to") and fat in word for word in bare)
    cut = broken(changed(thigh, "femoral artery lumen", "femoral artery wall", rows=slice(middle, middle + 2)))
    assert "femoral artery lumen is in 2 pieces" in cut
    thin = broken(changed(thigh, "femoral vein lumen", "femoral vein wall", rows=slice(3 * middle // 2)))
    assert any(word.startswith("femoral vein lumen has") for word in thin)
    assert "femur is spongy on its surface" in broken(changed(thigh, "femur", fat))
    away = replace(thigh, targets_mm={name: point + 500.0 for name, point in thigh.targets_mm.items()})
    assert any("lies outside the body" in word for word in broken(away))
    peeled = changed(thigh, "skin", fat)
    assert any(word.startswith("something lies on top") for word in broken(peeled))
    bone = [s.label for s in thigh.structures if s.kind is Kind.BONE]
    hollow = thigh.labels_zxy.copy()
    z, x, y = (int(v) for v in np.argwhere(np.isin(hollow, bone)).mean(axis=0))
    hollow[z - 2 : z + 2, x - 1 : x + 2, y - 1 : y + 2] = thigh.structure(fat).label
    assert any("femur is hollow" in word for word in broken(replace(thigh, labels_zxy=hollow)))
    unnamed = replace(thigh, structures=tuple(s for s in thigh.structures if s.name != fat))
    assert "some voxels belong to no structure" in broken(unnamed)
