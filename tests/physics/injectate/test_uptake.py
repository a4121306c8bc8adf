"""Absorption loses nothing; a block comes and goes as published."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.core import InjectateField, RangeError
from inplane.physics.injectate import Depot, Uptake, absorbed, block_depth, covered_share, nerve_rings
from inplane.physics.injectate.medium import Medium, survey
from inplane.physics.injectate.uptake import A90_MG, EFFECT_S, FAST_S, SLOW_S


def test_what_leaves_the_depot_is_in_the_blood() -> None:
    depot, gone = Depot().given(100.0), 0.0
    for _ in range(50):
        depot, part = absorbed(depot, 137.0)
        gone += part
    assert depot.left_mg + gone == pytest.approx(100)


def test_each_part_halves_in_its_half_life() -> None:
    depot, _ = absorbed(Depot(fast_mg=40.0, slow_mg=60.0), FAST_S)
    assert depot.fast_mg == pytest.approx(20)
    depot, _ = absorbed(Depot(fast_mg=40.0, slow_mg=60.0), SLOW_S)
    assert depot.slow_mg == pytest.approx(30)


def test_one_step_is_as_good_as_many() -> None:
    once, _ = absorbed(Depot().given(50.0), 1000.0)
    many = Depot().given(50.0)
    for _ in range(100):
        many, _ = absorbed(many, 10.0)
    assert many.left_mg == pytest.approx(once.left_mg)


def test_block_at_the_published_amount_is_nine_tenths() -> None:
    assert block_depth(A90_MG) == pytest.approx(0.9)
    assert block_depth(0.0) == 0
    depths = [block_depth(mg) for mg in range(1, 60)]
    assert depths == sorted(depths)


def test_a_bare_nerve_is_not_blocked_and_a_covered_one_is_and_recovers() -> None:
    bare, covered = (Uptake().later(0.0, dose_mg=100.0, covered=share) for share in (0.0, 1.0))
    peak = 0.0
    for minute in range(240 * 60):
        bare, covered = bare.later(60.0, covered=0.0), covered.later(60.0, covered=1.0)
        peak = max(peak, covered.block)
        if minute == 0:
            assert covered.block < 0.01
    assert bare.block == 0
    assert peak > 0.95
    assert covered.block < 0.05
    assert covered.absorbed_mg == pytest.approx(100, rel=0.01)


def test_the_effect_site_follows_with_its_half_life() -> None:
    depot = Depot(slow_mg=10.0)
    later = Uptake(depot=depot).later(EFFECT_S)
    assert later.effect_mg == pytest.approx(0.5 * later.depot.left_mg)


def test_nonsense_is_refused() -> None:
    with pytest.raises(RangeError, match="dose_mg is -1"):
        Depot().given(-1)
    with pytest.raises(RangeError, match="dt_s is -1"):
        absorbed(Depot(), -1)
    with pytest.raises(RangeError, match="covered is 2"):
        Uptake().later(1.0, covered=2)


def test_a_ring_lies_about_the_nerve_and_is_covered_where_fluid_is(block: Patient) -> None:
    ground = survey(block, 0.8)
    rings = nerve_rings(ground)
    assert len(rings) == ground.medium_zxy.shape[0]
    away = np.hypot(rings[0][:, 0], rings[0][:, 1] - 24)
    assert away.min() > 2.5
    assert away.max() < 4.6
    half = InjectateField(
        origin_mm=ground.origin_mm,
        spacing_mm=0.8,
        fraction_zxy=np.zeros(ground.medium_zxy.shape, np.float32),
        volume_ml=1.0,
    )
    assert covered_share(half, rings[0]) == 0
    half.fraction_zxy[:, ground.medium_zxy.shape[1] // 2 :] = 1  # x above 0
    assert covered_share(half, rings[0]) == pytest.approx(0.5, abs=0.1)
    assert covered_share(None, rings[0]) == 0
    medium = np.where(ground.medium_zxy == Medium.NERVE, Medium.FAT, ground.medium_zxy).astype(np.uint8)
    assert not nerve_rings(replace(ground, medium_zxy=medium))
