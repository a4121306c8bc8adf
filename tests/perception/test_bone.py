"""The front wall of a vessel is bright with a dark behind it that ends; bone's does not."""

import numpy as np
import pytest

from inplane.core import BoneSeen
from inplane.perception import Perceiver
from inplane.perception.bone import MOST_SURE, SAY, BoneFinder, _to_last_echo, sureness
from inplane.perception.prepare import prepare


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


def test_a_short_piece_of_fascia_is_less_likely_bone_than_a_long_surface():
    assert sureness(0.66, 6.9) < SAY < sureness(0.8, 10.0) < 0.6 < sureness(0.92, 25.0) <= MOST_SURE
    assert sureness(0.0, 0.0) >= 0.0


def test_what_is_hardly_bone_is_found_and_not_said(phantom, monkeypatch):
    """The finder keeps every surface with its score; only likely ones are told."""
    finder, prepared = BoneFinder(), prepare(phantom(seed=3).frame(0))
    line = np.stack((np.linspace(-3, 3, 13), np.full(13, 20.0)), axis=1)
    weak, strong = (BoneSeen(points_mm=line, edge_sd_mm=0.2, confidence=c) for c in (SAY - 0.01, SAY))
    monkeypatch.setattr(finder, "surfaces", lambda _: [(weak, 0.5), (strong, 0.9)])
    assert finder.find(prepared) == (strong,)
