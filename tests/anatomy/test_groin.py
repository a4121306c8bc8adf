"""A groin: reproducible to the bit, closed tubes and bones, everything where anatomy has it."""

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from inplane.anatomy import (
    GroinParameters,
    Kind,
    Patient,
    build_groin,
    difficulty_parameters,
    sample_parameters,
    structure_at,
)
from inplane.anatomy._groin_contents import make_shape
from inplane.anatomy._groin_shape import make_grid
from inplane.anatomy.patient import ECHOGENICITY_STEP_DB
from inplane.core import RangeError, UnknownNameError

BuildGroin = Callable[[int, int | None], Patient]

CASES = [(0, None), (1, None), (2, 0), (3, 4), (4, 2), (5, None), (11, 4), (12, None), (77, 3), (1_000_000, 1)]
VESSELS = (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN, Kind.ARTERY_WALL, Kind.VEIN_WALL)
cases = pytest.mark.parametrize(("seed", "level"), CASES)


def labels_of(patient: Patient, *kinds: Kind) -> list[int]:
    return [s.label for s in patient.structures if s.kind in kinds]


def where(patient: Patient, *kinds: Kind) -> NDArray[np.bool_]:
    return np.isin(patient.labels_zxy, labels_of(patient, *kinds))


def neighbours(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Voxels outside the mask that share a face with it."""
    return ndimage.binary_dilation(mask) & ~mask


def digest(patient: Patient) -> str:
    return hashlib.sha256(patient.labels_zxy.tobytes()).hexdigest()


@pytest.mark.uncompiled
def test_the_same_arguments_build_the_same_patient() -> None:
    first, second = (build_groin(3, spacing_mm=4.0) for _ in range(2))
    for name in ("labels_zxy", "echogenicity_zxy", "impedance_zxy"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    assert first.parameters == second.parameters
    assert digest(build_groin(4, spacing_mm=4.0)) != digest(first)


@pytest.mark.uncompiled
def test_labels_are_the_same_compiled_or_not_and_on_every_machine() -> None:
    assert digest(build_groin(7, spacing_mm=4.0)) == "1cb6cc277989cc65f442e48bb8d385152b2cb9cfaa3c3b5d636bef27283137cc"


def test_labels_have_not_changed_unnoticed(coarse_groin: BuildGroin) -> None:
    assert digest(coarse_groin(7, None)) == "0f4da5a955d0ba6cf8c62516de4791ea8bc7d05437bd99136ddf84428145df46"


@cases
def test_every_voxel_belongs_to_a_named_structure(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    present = set(np.unique(patient.labels_zxy).tolist())
    assert present == {s.label for s in patient.structures}
    assert 0 not in present
    assert len({s.name for s in patient.structures}) == len(patient.structures)
    for name in (
        "skin",
        "subcutaneous fat",
        "fascia lata",
        "fascia iliaca",
        "sartorius",
        "iliopsoas",
        "pectineus",
        "rectus femoris",
        "femoral nerve",
        "femoral nerve fascicle",
        "femoral artery lumen",
        "deep femoral artery lumen",
        "femoral vein lumen",
        "great saphenous vein lumen",
        "femoral head",
        "femoral neck",
        "acetabular rim",
        "articular cartilage",
        "anterior joint capsule",
        "acetabular labrum",
        "joint recess",
        "inguinal lymph node",
    ):
        assert patient.structure(name).label in present


@cases
def test_lumina_are_closed_by_walls(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    wall = where(patient, Kind.ARTERY_WALL, Kind.VEIN_WALL)
    for kind in (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN):
        assert not (neighbours(where(patient, kind)) & ~wall).any()


@cases
def test_artery_and_vein_run_through_unbroken(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    for name in ("femoral artery lumen", "femoral vein lumen"):
        lumen = patient.labels_zxy == patient.structure(name).label
        assert lumen.any(axis=(1, 2)).all()
        assert ndimage.label(lumen, structure=np.ones((3, 3, 3)))[1] == 1


@cases
def test_nerve_lies_lateral_to_the_artery_under_fascia_iliaca(
    coarse_groin: BuildGroin, seed: int, level: int | None
) -> None:
    patient = coarse_groin(seed, level)
    z = patient.origin_mm[2] + np.arange(patient.labels_zxy.shape[0]) * patient.spacing_mm
    near = np.abs(z) <= 20
    nerve = where(patient, Kind.NERVE, Kind.FASCICLE)[near]
    artery = patient.labels_zxy[near] == patient.structure("femoral artery lumen").label
    fascia = patient.labels_zxy[near] == patient.structure("fascia iliaca").label
    across = np.arange(nerve.shape[1])
    for row in range(nerve.shape[0]):
        assert (across * nerve[row].any(axis=1)).max() < across[artery[row].any(axis=1)].min()
    both = nerve.any(axis=2) & fascia.any(axis=2)
    assert both.mean() > 0.5 * nerve.any(axis=2).mean()
    last_of_fascia = fascia.shape[2] - 1 - fascia[..., ::-1].argmax(axis=2)
    assert (last_of_fascia < nerve.argmax(axis=2))[both].all()


@cases
def test_vein_is_medial_to_the_artery(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    artery, vein = (patient.structure(f"femoral {name} lumen").centreline_mm for name in ("artery", "vein"))
    assert artery is not None
    assert vein is not None
    near = np.abs(artery[:, 2]) < 5
    assert (vein[near, 0] > artery[near, 0]).all()


@cases
def test_bone_is_watertight(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    bone = where(patient, Kind.BONE)
    cancellous = np.isin(patient.labels_zxy, [s.label for s in patient.structures if s.tissue == "cancellous_bone"])
    assert cancellous.any()
    assert not (neighbours(cancellous) & ~bone).any()


@cases
def test_targets_lie_outside_what_must_not_be_hit(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    for target in patient.targets_mm.values():
        found = structure_at(patient, target)
        assert found is not None
        assert found.kind not in (Kind.NERVE, Kind.FASCICLE, *VESSELS)
    block = structure_at(patient, patient.targets_mm["femoral_nerve_block"])
    assert block is not None
    assert block.kind is not Kind.BONE


@pytest.mark.parametrize("grade", [0, 1, 2, 3])
def test_fine_grid_has_the_hip_target_in_the_recess_and_the_block_beside_the_nerve(grade: int) -> None:
    patient = build_groin(grade, parameters=GroinParameters(effusion_grade=grade, fat_mm=6.0), spacing_mm=0.6)
    hip = structure_at(patient, patient.targets_mm["hip_joint_injection"])
    assert hip is not None
    assert hip.name == "joint recess"
    nerve = np.argwhere(where(patient, Kind.NERVE, Kind.FASCICLE)) * patient.spacing_mm
    points = patient.origin_mm + nerve[:, [1, 2, 0]]
    away = np.sqrt(((points - patient.targets_mm["femoral_nerve_block"]) ** 2).sum(axis=1)).min()
    assert 0.6 < away < 2.2
    recess = patient.labels_zxy == patient.structure("joint recess").label
    assert recess.sum() * patient.spacing_mm**3 > 100 * grade


@cases
def test_dimensions_are_those_asked_for(coarse_groin: BuildGroin, seed: int, level: int | None) -> None:
    patient = coarse_groin(seed, level)
    asked = patient.parameters
    row = int(np.argmin(np.abs(patient.origin_mm[2] + np.arange(patient.labels_zxy.shape[0]) * patient.spacing_mm)))
    at_crease = patient.labels_zxy[row]
    pixel_mm2 = patient.spacing_mm**2
    for name, radius_mm in (("artery", asked["artery_radius_mm"]), ("vein", asked["vein_radius_mm"])):
        area_mm2 = (at_crease == patient.structure(f"femoral {name} lumen").label).sum() * pixel_mm2
        assert area_mm2 == pytest.approx(np.pi * radius_mm**2, rel=0.12)
    nerve = np.isin(at_crease, labels_of(patient, Kind.NERVE, Kind.FASCICLE))
    width_mm = nerve.any(axis=1).sum() * patient.spacing_mm
    assert width_mm == pytest.approx(asked["nerve_width_mm"], abs=2 * patient.spacing_mm)
    depth_mm = asked["skin_mm"] + asked["fat_mm"] + asked["artery_cover_mm"]
    artery = (at_crease == patient.structure("femoral artery lumen").label).any(axis=0)
    assert patient.origin_mm[1] + artery.argmax() * patient.spacing_mm == pytest.approx(
        depth_mm, abs=1.5 * patient.spacing_mm
    )


@pytest.mark.parametrize("seed", [0, 7, 300_001])
def test_fascicles_lie_apart_and_within_the_nerve(seed: int) -> None:
    grid = make_grid(2.0)
    shape = make_shape(seed, sample_parameters(seed), grid)
    bundles = shape.nerve[int(np.argmin(np.abs(grid.z_mm)))][shape.fascicles[:, 0].astype(int)]
    place = bundles[:, :2] + shape.fascicles[:, 1:3] * (bundles[:, 2:] - 0.5)
    radius = shape.fascicles[:, 3]
    assert 4 <= len(radius) <= 24
    away = np.hypot(*(place[:, None] - place[None]).T) - radius[:, None] - radius[None]
    assert away[~np.eye(len(radius), dtype=bool)].min() > 0.24
    assert (((place - bundles[:, :2]) / bundles[:, 2:]) ** 2).sum(axis=1).max() < 1


def test_a_nerve_is_brighter_than_the_muscle_beneath_it_right_up_to_its_border() -> None:
    patient = build_groin(7, spacing_mm=0.6)
    near = slice(95, 105)
    nerve = where(patient, Kind.NERVE, Kind.FASCICLE)[near]
    muscle = (patient.labels_zxy == patient.structure("iliopsoas").label)[near]
    beneath = np.roll(nerve, 3, axis=2) & muscle & ~ndimage.binary_dilation(nerve)
    code = patient.echogenicity_zxy[near].astype(float)
    assert code[nerve].mean() - code[beneath].mean() > 8 / ECHOGENICITY_STEP_DB


def test_the_left_leg_is_the_mirror_image() -> None:
    right, left = build_groin(5, spacing_mm=4.0), build_groin(5, spacing_mm=4.0, side="left")
    assert left.side == "left"
    for name in ("labels_zxy", "echogenicity_zxy", "impedance_zxy"):
        assert np.array_equal(getattr(left, name), getattr(right, name)[:, ::-1])
    flip = np.array([-1, 1, 1])
    for name, target in right.targets_mm.items():
        assert np.array_equal(left.targets_mm[name], target * flip)
    for one, other in zip(right.structures, left.structures, strict=True):
        assert one.name == other.name
        if one.centreline_mm is not None:
            assert other.centreline_mm is not None
            assert np.array_equal(other.centreline_mm, one.centreline_mm * flip)
    last = right.origin_mm[0] + (right.labels_zxy.shape[1] - 1) * right.spacing_mm
    assert left.origin_mm[0] == -last


def test_progress_is_told_and_ends() -> None:
    told: list[tuple[str, float]] = []
    build_groin(1, spacing_mm=4.0, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert told[-1] == ("done", 1.0)


def test_echo_texture_of_fluid_is_dark_and_of_bone_bright(coarse_groin: BuildGroin) -> None:
    patient = coarse_groin(1, None)

    def mean(*kinds: Kind) -> float:
        return float(patient.echogenicity_zxy[where(patient, *kinds)].mean())

    assert mean(Kind.ARTERY_LUMEN) < mean(Kind.MUSCLE) - 30
    assert mean(Kind.FASCIA) > mean(Kind.MUSCLE) + 15
    assert mean(Kind.NERVE) > mean(Kind.MUSCLE)
    cortex = patient.labels_zxy == patient.structure("femoral head").label
    between_septa = np.median(patient.echogenicity_zxy[where(patient, Kind.MUSCLE)])
    assert (patient.echogenicity_zxy[cortex].mean() - between_septa) * ECHOGENICITY_STEP_DB > 10


@cases
def test_every_fibre_tissue_has_a_direction_of_length_one(
    coarse_groin: BuildGroin, seed: int, level: int | None
) -> None:
    fibred = (Kind.MUSCLE, Kind.TENDON, Kind.NERVE, Kind.FASCICLE)
    for structure in coarse_groin(seed, level).structures:
        if structure.kind in fibred:
            assert structure.fiber_direction is not None, structure.name
            assert np.linalg.norm(structure.fiber_direction) == pytest.approx(1)


def test_physiology_and_indication_follow_the_parameters() -> None:
    asked = GroinParameters(heart_rate_hz=1.5, effusion_grade=3)
    patient = build_groin(1, parameters=asked, spacing_mm=4.0)
    assert patient.physiology.heart_rate_hz == 1.5
    assert patient.parameters == asked.as_mapping()
    assert "large effusion" in patient.indication["hip_joint_injection"]
    assert set(patient.indication) == set(patient.targets_mm) == {"femoral_nerve_block", "hip_joint_injection"}
    assert all(point[1] == 0 for point in patient.landmarks_mm.values())


def test_given_parameters_and_drawn_ones_agree() -> None:
    drawn = build_groin(9, spacing_mm=4.0)
    given = build_groin(9, parameters=sample_parameters(9), spacing_mm=4.0)
    assert digest(drawn) == digest(given)
    assert digest(build_groin(9, parameters=difficulty_parameters(9, 4), spacing_mm=4.0)) != digest(drawn)


@pytest.mark.uncompiled
def test_bad_arguments_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="Unknown side 'both'. Expected one of: 'left', 'right'."):
        build_groin(1, side="both", spacing_mm=4.0)  # type: ignore[arg-type]
    with pytest.raises(RangeError, match="seed is -1. Expected a number from 0"):
        build_groin(-1, spacing_mm=4.0)
    with pytest.raises(RangeError, match="spacing_mm is 0.1 mm. Expected a number from 0.3 to 4 mm."):
        build_groin(1, spacing_mm=0.1)
    deepest = GroinParameters(fat_mm=30, artery_cover_mm=12, head_cover_mm=20)
    with pytest.raises(
        RangeError, match="depth of the target of hip_joint_injection is .* Expected a number from 0 to"
    ):
        build_groin(1, parameters=deepest, spacing_mm=4.0)
    with pytest.raises(UnknownNameError, match="Unknown structure 'tibia'. Expected one of: '"):
        build_groin(1, spacing_mm=4.0).structure("tibia")
