"""A soft edge loses no fluid, and what is added bit by bit is what softening the whole gives."""

import numpy as np
import pytest

from inplane.physics.injectate.soften import ROUNDS, SHARE, soften, spread_soft


@pytest.mark.uncompiled
def test_softening_moves_fluid_but_loses_none() -> None:
    rng = np.random.default_rng(0)
    fraction = (rng.random((5, 6, 7)) > 0.5).astype(np.float32)
    is_open = np.zeros(fraction.shape, np.float32)
    is_open[1:-1, 1:-1, 1:-1] = rng.random((3, 4, 5)) > 0.2
    out = np.empty_like(fraction)
    soften(fraction, is_open, out, 0.14)
    assert out.sum() == pytest.approx(fraction.sum(), rel=1e-6)
    np.testing.assert_array_equal(out[is_open == 0], fraction[is_open == 0])
    assert out.min() >= 0
    assert out.max() <= 1


@pytest.mark.uncompiled
def test_bit_by_bit_is_the_same_as_all_at_once() -> None:
    """The slow twin: ROUNDS rounds over the whole grid."""
    rng = np.random.default_rng(3)
    shape = (9, 8, 10)
    is_open = (rng.random(shape) > 0.2).astype(np.uint8)
    is_open[0] = is_open[-1] = is_open[:, 0] = is_open[:, -1] = is_open[:, :, 0] = is_open[:, :, -1] = 0
    filled = rng.permutation(np.flatnonzero(is_open))[:30].astype(np.int32)
    amounts = rng.random(30).astype(np.float32)
    soft, pool, held = np.zeros(shape, np.float32), np.zeros(shape, np.uint8), np.zeros(4)
    spread_soft(soft, is_open, pool, held, 1, filled[:20], amounts[:20])
    spread_soft(soft, is_open, pool, held, 2, filled[20:], amounts[20:])
    whole = np.zeros(shape, np.float32)
    whole.ravel()[filled] = amounts
    for _ in range(ROUNDS):
        softer = np.empty_like(whole)
        soften(whole, is_open.astype(np.float32), softer, SHARE)
        whole = softer
    np.testing.assert_allclose(soft, whole, atol=1e-6)
    assert held.sum() == pytest.approx(amounts.sum(), rel=1e-6)
    for number in (1, 2):
        assert held[number] == pytest.approx(soft[pool == number].sum(), rel=1e-6)
    assert not soft[pool == 0].any()


def test_at_the_edge_of_the_grid_nothing_is_lost() -> None:
    shape = (6, 6, 6)
    soft, pool, held = np.zeros(shape, np.float32), np.zeros(shape, np.uint8), np.zeros(4)
    filled = np.array([0, 35, 215], np.int32)
    spread_soft(soft, np.ones(shape, np.uint8), pool, held, 1, filled, np.ones(3, np.float32))
    assert soft.sum() == pytest.approx(3, rel=1e-6)
    assert soft.min() >= 0
