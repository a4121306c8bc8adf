"""The front wall of a vessel is bright with a dark behind it that ends; bone's does not."""

import pytest

from inplane.perception import Perceiver


@pytest.mark.parametrize("seed", range(60, 66))
def test_the_wall_of_a_wide_vessel_is_no_bone(phantom, seed):
    tissue = phantom(seed=seed, ellipse=(2.0, 17.0, 7.5, 5.0, 0.1))
    perceiver = Perceiver()
    for k in range(6):
        assert perceiver.step(tissue.frame(k)).bones == ()
