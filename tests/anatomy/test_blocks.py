"""Blocks: each holds what it is called after, the same to the bit for the same seed, and refuses what it has not."""

from functools import lru_cache

import numpy as np
import pytest

from inplane.anatomy import BLOCK_KINDS, Kind, Patient, build_block, structure_at
from inplane.anatomy._materials import codes_of, power_of
from inplane.core import RangeError, UnknownNameError

HOLDS: dict[str, tuple[str, ...]] = {
    "muscle": ("skin", "subcutaneous fat", "deep fascia", "muscle", "deep muscle"),
    "fat": ("skin", "subcutaneous fat", "deep fascia", "muscle"),
    "nerve": ("skin", "superficial muscle", "deep muscle", "fat around the nerve", "nerve", "nerve fascicle"),
    "vessel": ("skin", "perivascular fat", "artery wall", "artery lumen", "vein wall", "vein lumen"),
    "tendon": ("skin", "muscle", "fat pad", "tendon", "bone cortex"),
    "bone": ("skin", "muscle", "bone cortex", "cancellous bone"),
    "pleura": ("skin", "chest muscle", "intercostal muscle", "pleura", "lung"),
    "node": ("skin", "subcutaneous fat", "lymph node", "lymph node hilum"),
    "cartilage": ("skin", "tendon", "fat pad", "joint fluid", "cartilage", "bone cortex"),
}
FIBRES = (Kind.MUSCLE, Kind.TENDON, Kind.NERVE, Kind.FASCICLE)
blocks = pytest.mark.parametrize(("kind", "section"), [(k, s) for k in BLOCK_KINDS for s in ("short", "long")])


@lru_cache(maxsize=64)
def coarse(kind: str, section: str, seed: int = 3) -> Patient:
    return build_block(kind, seed=seed, section=section, spacing_mm=0.8)


def test_every_kind_is_looked_into() -> None:
    assert set(HOLDS) == set(BLOCK_KINDS)


@blocks
def test_a_block_holds_what_it_is_called_after(kind: str, section: str) -> None:
    for seed in range(4):
        block = coarse(kind, section, seed)
        present = set(np.unique(block.labels_zxy).tolist())
        assert present == {s.label for s in block.structures}
        assert 0 not in present
        assert set(HOLDS[kind]) <= {s.name for s in block.structures}
        assert np.array(block.labels_zxy.shape) * 0.8 == pytest.approx((12, 44, 45), abs=0.8)


def test_ribs_are_seen_across_and_the_space_between_them_along() -> None:
    assert {s.tissue for s in coarse("pleura", "short").structures} >= {"cortical_bone", "inflated_lung"}
    assert "cortical_bone" not in {s.tissue for s in coarse("pleura", "long").structures}


@pytest.mark.parametrize("section", ["short", "long"])
def test_vessels_have_a_centreline_within_their_blood(section: str) -> None:
    block = coarse("vessel", section)
    for name in ("artery lumen", "vein lumen"):
        tube = block.structure(name)
        assert tube.centreline_mm is not None
        assert tube.radius_mm is not None
        found = structure_at(block, tube.centreline_mm.mean(axis=0))
        assert found is not None
        assert found.name == name
        assert np.ptp(tube.centreline_mm[:, 0 if section == "long" else 2]) > 10


def test_power_is_what_adds_up() -> None:
    codes = np.array([0.0, 100.0, 128.0, 255.0])
    assert codes_of(power_of(codes)) == pytest.approx(codes, abs=1e-3)
    assert power_of(128.0 + 10 / 0.375) == pytest.approx(10.0, rel=1e-5)


@blocks
def test_fibres_have_a_direction_of_length_one(kind: str, section: str) -> None:
    for structure in coarse(kind, section).structures:
        if structure.kind in FIBRES:
            assert structure.fiber_direction is not None
            assert np.linalg.norm(structure.fiber_direction) == pytest.approx(1)
            run = structure.fiber_direction[0 if section == "long" else 2]
            assert abs(run) > 0.9


@blocks
def test_the_same_seed_is_the_same_block_to_the_bit_and_another_is_not(kind: str, section: str) -> None:
    first, again = coarse(kind, section), build_block(kind, seed=3, section=section, spacing_mm=0.8)
    other = coarse(kind, section, 4)
    for name in ("labels_zxy", "echogenicity_zxy", "impedance_zxy"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))
    assert first.parameters == again.parameters
    assert first.parameters != other.parameters


def test_what_there_is_not_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown block 'liver'. Expected one of: 'muscle', "):
        build_block("liver", seed=1)
    with pytest.raises(UnknownNameError, match="Unknown section 'oblique'. Expected one of: 'short', 'long'."):
        build_block("muscle", seed=1, section="oblique")
    with pytest.raises(RangeError, match="seed is -1"):
        build_block("muscle", seed=-1)
    with pytest.raises(RangeError, match="spacing_mm is 0.05 mm"):
        build_block("muscle", seed=1, spacing_mm=0.05)
