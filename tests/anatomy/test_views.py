"""Looking into a patient: slices agree with the volume, standard views show what they are for."""

from functools import cache

import numpy as np
import pytest

from inplane.anatomy import Patient, build_groin, slice_labels, standard_view, structure_at
from inplane.core import ProbeControl, UnknownNameError


@cache
def groin() -> Patient:
    """One groin for all."""
    return build_groin(2, spacing_mm=4.0)


@pytest.mark.uncompiled
def test_slice_has_the_label_of_the_structure_there() -> None:
    pose = ProbeControl(x_mm=-5.0, z_mm=3.0, rotate_rad=0.4, tilt_rad=-0.2, rock_rad=0.1).pose()
    labels = slice_labels(groin(), pose, width_mm=40.0, depth_mm=60.0, shape=(20, 30))
    for line, sample in np.random.default_rng(1).integers(0, (20, 30), (60, 2)):
        point = pose.apply([(line + 0.5) * 2.0 - 20.0, (sample + 0.5) * 2.0, 0.0])
        found = structure_at(groin(), point)
        assert labels[line, sample] == (0 if found is None else found.label)


def test_outside_the_patient_there_is_nothing() -> None:
    assert structure_at(groin(), np.array([0.0, -5.0, 0.0])) is None
    assert structure_at(groin(), np.array([500.0, 5.0, 0.0])) is None
    skin = structure_at(groin(), np.array([0.0, 0.5, 0.0]))
    assert skin is not None
    lifted = ProbeControl().pose(indentation_mm=-10.0)
    assert (slice_labels(groin(), lifted, width_mm=20.0, depth_mm=9.0, shape=(10, 9)) == 0).all()


@pytest.mark.parametrize("side", ["right", "left"])
def test_femoral_view_shows_artery_nerve_and_target(side: str) -> None:
    patient = build_groin(4, spacing_mm=4.0, side=side)  # type: ignore[arg-type]
    view = standard_view(patient, "femoral_nerve_block")
    to_image = view.pose().inverse()
    target = to_image.apply(patient.targets_mm["femoral_nerve_block"])
    assert abs(target[0]) < 19
    assert abs(target[2]) < 1.5
    for name in ("femoral artery lumen", "femoral nerve"):
        line = patient.structure(name).centreline_mm
        assert line is not None
        seen = to_image.apply(line)
        nearest = seen[np.abs(seen[:, 2]).argmin()]
        assert abs(nearest[0]) < 19
        assert nearest[1] < 50


@pytest.mark.parametrize("side", ["right", "left"])
def test_hip_view_lies_along_the_neck_through_the_target(side: str) -> None:
    patient = build_groin(4, spacing_mm=4.0, side=side)  # type: ignore[arg-type]
    to_image = standard_view(patient, "hip_joint_injection").pose().inverse()
    target = to_image.apply(patient.targets_mm["hip_joint_injection"])
    assert abs(target[2]) < 1e-6
    assert abs(target[0]) < 19
    neck = patient.structure("femoral neck").centreline_mm
    assert neck is not None
    direction = to_image.rotate(neck[-1] - neck[0])
    assert abs(direction[2]) < 1e-6
    head = to_image.apply(neck[0])
    assert np.sign(head[0]) != np.sign(target[0])


def test_views_of_the_two_sides_mirror_each_other() -> None:
    left = build_groin(2, spacing_mm=4.0, side="left")
    for procedure in groin().targets_mm:
        one, other = standard_view(groin(), procedure), standard_view(left, procedure)
        assert other.x_mm == pytest.approx(-one.x_mm)
        assert other.z_mm == pytest.approx(one.z_mm)
        assert other.rotate_rad == pytest.approx(-one.rotate_rad)


def test_a_procedure_without_a_view_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Unknown procedure with a standard view 'knee'. Expected one of: 'fem"):
        standard_view(groin(), "knee")
