"""The front wall of a vessel is bright with a dark behind it that ends; bone's does not."""

import numpy as np
import pytest

from inplane.perception import Perceiver
from inplane.perception.bone import _to_last_echo


@pytest.mark.parametrize("seed", range(60, 66))
def test_the_wall_of_a_wide_vessel_is_no_bone(phantom, seed):
    tissue = phantom(seed=seed, ellipse=(2.0, 17.0, 7.5, 5.0, 0.1))
    perceiver = Perceiver()
    for k in range(6):
        assert perceiver.step(tissue.frame(k)).bones == ()


def test_bone_is_the_last_echo_before_the_shadow():
    """A capsule as bright as the bone behind it is not taken for it, and an echo's own tail not for another echo."""
    rows = np.arange(80, dtype=np.float32)[:, None] * np.ones((1, 30), np.float32)
    capsule = 100 * np.exp(-(((rows - 30) / 2) ** 2))
    behind = 85 * np.exp(-(((rows - 37) / 2) ** 2))
    tail = np.where(rows > 30, 60 * np.exp(-(rows - 30) / 4), 0).astype(np.float32)
    for image, expected in ((capsule + behind, 37), (capsule + tail, 30), (capsule + 0.3 * behind, 30)):
        path = np.full(20, 30, np.int32)
        _to_last_echo(np.maximum(image, 0).astype(np.float32), path, 5, 0.3)
        assert path.tolist() == [expected] * 20
    some = capsule + np.where(np.arange(30) < 15, behind, 0)
    path = np.full(20, 30, np.int32)
    _to_last_echo(some.astype(np.float32), path, 5, 0.3)
    assert path.tolist() == [30] * 20
