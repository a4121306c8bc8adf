"""Pressure at the hub and the flow that it allows: Poiseuille, order, limits."""

from dataclasses import replace
from math import exp, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.anatomy import Kind
from inplane.atlas import load_atlas
from inplane.core import RangeError
from inplane.physics.injectate import (
    HAND_KPA,
    OPENING_KPA,
    PERINEURAL_KPA,
    Path,
    back_flow_mm,
    cannula_kpa_s_ml,
    flow_of_hand,
    mix,
    opening_pressure_kpa,
    pocket_of,
    tissue_kpa_s_ml,
)
from inplane.physics.injectate.pressure import BURSA, JOINT, KPA_PER_PSI, SHEATH

ATLAS = load_atlas()
NEEDLE = ATLAS.needle("22g_80mm")
HARD = Path(resistance_kpa_s_ml=100.0, threshold_kpa=30.0)


def test_the_cannula_is_poiseuilles() -> None:
    radius = NEEDLE.inner_diameter_mm.value / 2000
    for viscosity in (1e-3, 11.6e-3):
        expected_pa_s_m3 = 8 * viscosity * 0.08 / (pi * radius**4)
        assert cannula_kpa_s_ml(NEEDLE, viscosity) == pytest.approx(expected_pa_s_m3 * 1e-6 / 1e3)


def test_pressure_rises_with_flow_and_resistance_and_falls_with_bore() -> None:
    flows = [flow_of_hand(rate, HARD, 1e4)[1] for rate in (0.1, 0.2, 0.5, 1.0, 5.0)]
    assert flows == sorted(flows)
    firmer = [flow_of_hand(0.5, replace(HARD, resistance_kpa_s_ml=r), 1e4)[1] for r in (1.0, 10.0, 100.0)]
    assert firmer == sorted(firmer)
    by_gauge = [cannula_kpa_s_ml(ATLAS.needle(name)) for name in ("20g_90mm", "22g_90mm", "25g_40mm")]
    assert by_gauge == sorted(by_gauge)
    assert cannula_kpa_s_ml(ATLAS.needle("22g_50mm")) < cannula_kpa_s_ml(NEEDLE)


def test_nothing_flows_nothing_presses() -> None:
    assert flow_of_hand(0.0, HARD, 200.0) == (0.0, 0.0)


def test_a_thumb_that_can_press_no_harder_pushes_slower() -> None:
    assert flow_of_hand(1.0, HARD, 200.0) == (1.0, 130.0)
    assert flow_of_hand(2.0, HARD, 200.0) == pytest.approx((1.7, 200.0))
    assert flow_of_hand(2.0, HARD, 25.0) == (0.0, 25.0)
    with pytest.raises(RangeError, match="asked_ml_s is -1 ml/s"):
        flow_of_hand(-1, HARD, 25.0)


def test_bone_lets_nothing_in_from_the_usual_syringe_and_a_small_one_presses_harder() -> None:
    path = Path(resistance_kpa_s_ml=cannula_kpa_s_ml(NEEDLE), threshold_kpa=OPENING_KPA[Kind.BONE])
    assert flow_of_hand(0.5, path, HAND_KPA[20])[0] == 0
    assert flow_of_hand(0.5, path, HAND_KPA[10])[0] > 0
    sizes = [HAND_KPA[size] for size in sorted(HAND_KPA)]
    assert sizes == sorted(sizes, reverse=True)


def test_tissue_resists_more_the_wider_the_front_and_levels_off() -> None:
    found = [tissue_kpa_s_ml(Kind.MUSCLE, ml) for ml in (0, 0.1, 1, 10, 1000)]
    assert found == sorted(found)
    assert found[0] == 0
    assert found[-1] < 10
    assert tissue_kpa_s_ml(Kind.MUSCLE, 1, 2.004e-3) == pytest.approx(2 * found[2])
    assert tissue_kpa_s_ml(None, 1) == 0


def test_nerve_contact_passes_15_psi_and_loose_tissue_does_not() -> None:
    limit = 15 * KPA_PER_PSI

    def hub(kind: Kind, opening: float) -> float:
        resistance = cannula_kpa_s_ml(NEEDLE) + tissue_kpa_s_ml(kind, 2.0)
        return flow_of_hand(0.5, Path(resistance_kpa_s_ml=resistance, threshold_kpa=opening), HAND_KPA[20])[1]

    for kind in (Kind.NERVE, Kind.FASCICLE):
        assert hub(kind, OPENING_KPA[kind]) > limit
    for kind in (Kind.FAT, Kind.FASCIA, Kind.MUSCLE, Kind.JOINT_FLUID, Kind.VEIN_LUMEN):
        assert hub(kind, OPENING_KPA[kind]) < limit
    assert hub(Kind.FAT, PERINEURAL_KPA) < limit


def test_every_kind_opens_at_some_pressure() -> None:
    assert all(opening_pressure_kpa(kind) > 0 for kind in Kind)


@given(st.floats(0, 60), st.floats(0.01, 20))
def test_a_pocket_is_slack_and_then_presses_the_more_the_fuller(volume: float, more: float) -> None:
    for pocket in (JOINT, BURSA, SHEATH):
        assert pocket.pressure_kpa(volume + more) >= pocket.pressure_kpa(volume) >= 0
        assert pocket.pressure_kpa(pocket.slack_ml) == 0


def test_a_hip_stays_slack_to_ten_millilitres_and_then_rises_exponentially() -> None:
    assert JOINT.pressure_kpa(10.0) == 0
    rise = [JOINT.pressure_kpa(10 + 4 * n) + 1.3 for n in (1, 2, 3)]
    assert rise[1] / rise[0] == pytest.approx(exp(1))
    assert rise[2] / rise[1] == pytest.approx(exp(1))


def test_pockets_by_kind_and_name() -> None:
    assert pocket_of(Kind.JOINT_FLUID, "joint recess") is JOINT
    assert pocket_of(Kind.JOINT_FLUID, "subacromial bursa") is BURSA
    assert pocket_of("bursa", "any") is BURSA
    assert pocket_of("tendon sheath", "any") is SHEATH
    assert pocket_of(Kind.MUSCLE, "bursa") is None
    assert pocket_of(None, "") is None


def test_back_flow_grows_with_flow_and_bore_as_its_scaling_says() -> None:
    once = back_flow_mm(0.5, 0.7176, OPENING_KPA[Kind.MUSCLE])
    assert once == pytest.approx(4.0)
    assert back_flow_mm(16.0, 0.7176, 30.0) == pytest.approx(once * 8)  # 32^(3/5)
    assert back_flow_mm(0.5, 0.7176 * 32, 30.0) == pytest.approx(once * 16)  # 32^(4/5)
    assert back_flow_mm(0.5, 0.7176, 15.0) == pytest.approx(once / 2)
    assert back_flow_mm(0.0, 0.7176, 30.0) == 0


def test_thick_contrast_flows_slower_than_saline() -> None:
    thin, thick = mix(ATLAS, {"saline": 10}), mix(ATLAS, {"iohexol_300": 10})
    flows = [
        flow_of_hand(
            5.0,
            Path(resistance_kpa_s_ml=cannula_kpa_s_ml(NEEDLE, fluid.viscosity_pa_s), threshold_kpa=8.0),
            HAND_KPA[20],
        )[0]
        for fluid in (thin, thick)
    ]
    assert flows[0] / flows[1] == pytest.approx(0.0116 / 0.00102)
