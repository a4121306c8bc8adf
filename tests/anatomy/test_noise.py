"""Hashed noise: known bits, bounded, continuous, cells whose borders are where two feature points are equally near."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.anatomy._noise import cell_edge_2d, cell_edge_3d, mix, value_noise

pytestmark = pytest.mark.uncompiled

place = st.floats(-500, 500)


def lowbias32(value: int) -> int:
    """The published hash, written plainly."""
    value ^= value >> 16
    value = value * 0x7FEB352D % 2**32
    value ^= value >> 15
    value = value * 0x846CA68B % 2**32
    return value ^ (value >> 16)


@given(st.integers(0, 2**32 - 1))
def test_hash_is_the_published_one(value: int) -> None:
    assert mix(value) == lowbias32(value)


@given(place, place, place, st.integers(0, 1000))
def test_value_noise_is_bounded_and_continuous(x: float, y: float, z: float, seed: int) -> None:
    here = value_noise(x, y, z, seed)
    assert -1 <= here <= 1
    assert value_noise(x + 1e-4, y, z, seed) == pytest.approx(here, abs=1e-3)


@given(place, place, st.integers(0, 1000))
def test_cell_values_are_bounded(x: float, y: float, seed: int) -> None:
    distance, level, code = cell_edge_2d(x, y, 3.0, 1.5, seed)
    assert 0 <= distance <= 3.0
    assert 0 <= level <= 1
    assert 0 <= code < 1


def test_borders_are_where_the_cell_changes() -> None:
    x = np.arange(0, 40, 0.01)
    found = np.array([cell_edge_3d(v, 0.3, 0.7, (4.0, 2.0, 4.0), 5) for v in x])
    changes = np.flatnonzero(np.diff(found[:, 2]) != 0)
    assert changes.size > 5
    assert (found[changes, 0] < 0.02).all()
