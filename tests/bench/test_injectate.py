"""Bench `injectate`: laws on its blocks, and measures that are right where the answer is known."""

import numpy as np
import pytest

from inplane.anatomy import Kind
from inplane.bench._injectate_blocks import bursa, give, joint, nerve, plane, sheath
from inplane.bench._injectate_spread import around_a_nerve, ball_mm, extents_mm, onset, pockets, pressures, shifted
from inplane.bench.injectate import patients
from inplane.core import Deformation, InjectateField
from inplane.physics.injectate import Injectate, Opening


def slab(shape: tuple[int, int, int], wet: tuple[int, int, int]) -> InjectateField:
    fraction = np.zeros(shape, np.float32)
    fraction[: wet[0], : wet[1], : wet[2]] = 1
    return InjectateField(origin_mm=np.zeros(3), spacing_mm=0.5, fraction_zxy=fraction, volume_ml=1.0)


def test_extents_and_thickness_of_a_slab() -> None:
    field = slab((40, 50, 20), (30, 20, 4))
    assert extents_mm(field) == (10.0, 15.0, 2.0)
    assert ball_mm(field) == pytest.approx(2.0, abs=0.3)
    assert extents_mm(slab((4, 4, 4), (0, 0, 0))) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("volume_ml", [5.0, 20.0])
def test_a_plane_opens_ten_times_as_wide_as_thick(volume_ml: float) -> None:
    fluid = Injectate(plane())
    give(fluid, volume_ml, Opening(tip_mm=np.array([0.0, 25.8, 0.0]), kind=Kind.MUSCLE, structure="lower muscle"))
    assert fluid.field is not None
    wide, long, thick = extents_mm(fluid.field)
    assert min(wide, long) >= 10 * thick
    assert wide == pytest.approx(long, rel=0.05)
    assert fluid.volumes_ml.get("upper muscle", 0.0) < 0.02 * volume_ml  # the sheet holds


def test_more_fluid_covers_more_of_a_nerve_until_it_is_surrounded() -> None:
    area, shares = around_a_nerve((1.4, 1.4), 1.0)
    assert area == pytest.approx(6.16, abs=0.01)
    found = list(shares.values())
    assert found == sorted(found)
    assert found[0] < 0.6
    assert found[-1] == 1.0


def test_blocks_hold_what_their_names_say() -> None:
    for build, word in ((joint, "joint recess"), (bursa, "subacromial bursa"), (sheath, "biceps tendon sheath")):
        patient = build()
        label = patient.structure(word).label
        volume_ml = (patient.labels_zxy == label).sum() * patient.spacing_mm**3 / 1000
        assert 0.5 < volume_ml < 4
    patient = nerve((6.0, 3.2))
    found = (patient.labels_zxy[0] == patient.structure("nerve").label).sum() * patient.spacing_mm**2
    assert found == pytest.approx(60.3, rel=0.02)


def test_a_shift_moves_points_by_itself() -> None:
    shift = np.zeros((4, 4, 4, 3), np.float32) + np.array([1.0, 2.0, 3.0], np.float32)
    field = Deformation(origin_mm=np.zeros(3), spacing_mm=2.0, to_rest_zxy_mm=-shift, to_now_zxy_mm=shift)
    np.testing.assert_allclose(shifted(field, field.to_now_zxy_mm, np.array([[1.0, 3.0, 2.5]])), [[2.0, 5.0, 5.5]])


def test_every_figure_says_what_it_stands_beside() -> None:
    figures = [*pockets(), *pressures(), *onset()]
    names = [figure.name for figure in figures]
    assert len(names) == len(set(names))
    for figure in figures:
        assert figure.value is not None
        assert figure.why is not None
        assert "published" in figure.why or "no figure was read" in figure.why


def test_patients_can_be_added() -> None:
    assert "groin" in patients(0, 0.8)
