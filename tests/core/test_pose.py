"""Rigid transforms: the axioms of a group, distances kept, and spaces that have to meet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import FormatError, Pose, Space, SpaceError

# Products of a few rotations in double precision: 1e-9 of lengths up to 1e3 mm leaves four digits of room.
TOLERANCE_MM = 1e-9

numbers = st.floats(-300, 300)


@st.composite
def poses(draw: st.DrawFn, to_space: Space = Space.PATIENT, from_space: Space = Space.PROBE) -> Pose:
    """Any rotation (from a quaternion, so that no direction is special) and any shift within 300 mm."""
    w, x, y, z = draw(st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 0.1))
    norm = w * w + x * x + y * y + z * z
    rotation = np.array(
        [
            [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
        ]
    )
    shift = np.array(draw(st.lists(numbers, min_size=3, max_size=3)))
    return Pose(to_space=to_space, from_space=from_space, rotation=rotation / norm, translation_mm=shift)


points = st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=5)


def identity() -> Pose:
    return Pose(to_space=Space.PATIENT, from_space=Space.PATIENT, rotation=np.eye(3), translation_mm=np.zeros(3))


@given(pose=poses(), points_mm=points)
def test_the_inverse_leads_back(pose: Pose, points_mm: list[list[float]]) -> None:
    back = pose.inverse()
    assert (back.to_space, back.from_space) == (pose.from_space, pose.to_space)
    np.testing.assert_allclose(back.apply(pose.apply(points_mm)), points_mm, atol=TOLERANCE_MM)
    np.testing.assert_allclose((pose @ back).matrix(), np.eye(4), atol=TOLERANCE_MM)


@given(
    a=poses(Space.PATIENT, Space.PROBE),
    b=poses(Space.PROBE, Space.IMAGE),
    c=poses(Space.IMAGE, Space.NEEDLE),
    points_mm=points,
)
def test_composition_is_associative_and_means_one_after_the_other(
    a: Pose, b: Pose, c: Pose, points_mm: list[list[float]]
) -> None:
    np.testing.assert_allclose(((a @ b) @ c).matrix(), (a @ (b @ c)).matrix(), atol=TOLERANCE_MM)
    np.testing.assert_allclose((a @ b @ c).apply(points_mm), a.apply(b.apply(c.apply(points_mm))), atol=TOLERANCE_MM)
    assert ((a @ b @ c).to_space, (a @ b @ c).from_space) == (Space.PATIENT, Space.NEEDLE)


@given(pose=poses(), points_mm=points)
def test_apply_is_the_homogeneous_matrix(pose: Pose, points_mm: list[list[float]]) -> None:
    homogeneous = np.column_stack([points_mm, np.ones(len(points_mm))])
    np.testing.assert_allclose(pose.apply(points_mm), (homogeneous @ pose.matrix().T)[:, :3], atol=TOLERANCE_MM)
    np.testing.assert_array_equal(identity().apply(points_mm), points_mm)


@given(pose=poses(), points_mm=points)
def test_distances_and_handedness_stay(pose: Pose, points_mm: list[list[float]]) -> None:
    before, after = np.array(points_mm), pose.apply(points_mm)
    np.testing.assert_allclose(
        np.linalg.norm(after - after[0], axis=1), np.linalg.norm(before - before[0], axis=1), atol=TOLERANCE_MM
    )
    x, y, z = pose.rotate(np.eye(3))
    np.testing.assert_allclose(np.cross(x, y), z, atol=TOLERANCE_MM)


@given(pose=poses())
def test_a_direction_is_not_shifted(pose: Pose) -> None:
    np.testing.assert_allclose(
        pose.rotate([0, 0, 5.0]), pose.apply([0, 0, 5.0]) - pose.apply([0, 0, 0.0]), atol=TOLERANCE_MM
    )


def test_a_mismatch_names_both() -> None:
    pose = Pose(to_space=Space.PATIENT, from_space=Space.PROBE, rotation=np.eye(3), translation_mm=np.zeros(3))
    with pytest.raises(SpaceError, match="T_patient_probe @ T_patient_probe: 'probe' does not meet 'patient'"):
        pose @ pose


@pytest.mark.parametrize(
    ("rotation", "shift", "told"),
    [
        (np.eye(2), np.zeros(3), r"rotation \(2, 2\) and translation \(3,\). Expected \(3, 3\) and \(3,\)"),
        (np.eye(3), np.zeros(2), r"translation \(2,\)"),
        (np.eye(3), np.array([0, np.nan, 0]), "not finite"),
        (2 * np.eye(3), np.zeros(3), "not a rotation"),
        (np.diag([1.0, 1.0, -1.0]), np.zeros(3), "not a rotation"),
    ],
)
def test_what_is_no_pose_is_refused(rotation: np.ndarray, shift: np.ndarray, told: str) -> None:
    with pytest.raises(FormatError, match=told):
        Pose(to_space=Space.PATIENT, from_space=Space.PROBE, rotation=rotation, translation_mm=shift)


def test_a_pose_cannot_be_changed_from_outside() -> None:
    rotation = np.eye(3)
    pose = Pose(to_space=Space.PATIENT, from_space=Space.PROBE, rotation=rotation, translation_mm=np.zeros(3))
    rotation[0, 0] = 5
    assert pose.rotation[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        pose.rotation[0, 0] = 5
