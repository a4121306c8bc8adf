"""Pressure at the hub: Poiseuille, and the order of tissues."""

from math import pi

import pytest

from inplane.anatomy import Kind
from inplane.atlas import load_atlas
from inplane.physics.injectate import OPENING_KPA, PERINEURAL_KPA, hub_pressure_kpa
from inplane.physics.injectate.pressure import KPA_PER_PSI, flow_pressure_kpa

NEEDLE = load_atlas().needle("22g_80mm")


def test_flow_alone_is_poiseuille() -> None:
    radius = NEEDLE.inner_diameter_mm.value / 2000
    expected = 8 * 1e-3 * 0.08 * 0.5e-6 / (pi * radius**4) / 1000
    assert flow_pressure_kpa(0.5, NEEDLE) == pytest.approx(expected)
    assert flow_pressure_kpa(1.0, NEEDLE) == pytest.approx(2 * expected)


def test_nothing_flows_nothing_presses() -> None:
    assert hub_pressure_kpa(0.0, NEEDLE, 100.0) == 0.0


def test_nerve_contact_passes_15_psi_and_loose_tissue_does_not() -> None:
    limit = 15 * KPA_PER_PSI
    assert hub_pressure_kpa(0.5, NEEDLE, OPENING_KPA[Kind.NERVE]) > limit
    assert hub_pressure_kpa(0.5, NEEDLE, OPENING_KPA[Kind.FASCICLE]) > limit
    for kind in (Kind.FAT, Kind.FASCIA, Kind.MUSCLE, Kind.JOINT_FLUID, Kind.VEIN_LUMEN):
        assert hub_pressure_kpa(0.5, NEEDLE, OPENING_KPA[kind]) < limit
    assert hub_pressure_kpa(0.5, NEEDLE, PERINEURAL_KPA) < limit


def test_every_kind_has_an_opening_pressure() -> None:
    assert set(OPENING_KPA) == set(Kind)
