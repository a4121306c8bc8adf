"""Fluid is dark; bubbles of air in it are bright and hide what lies behind."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.bench._fidelity_phantoms import at, look, scan
from inplane.core import InjectateField
from inplane.physics.ultrasound.fluid import AIR_MG_ML, air_share
from inplane.physics.ultrasound.phantom import phantom

SHARES = (0.0, 0.0005, 0.002, 0.01, 0.05)


@pytest.fixture(scope="module")
def muscle():
    return scan(phantom({"muscle": (None, 0.0, 1.73)}, seed=5), seed=5)


def pool(air=None):
    """A ball of fluid of 5 mm at a depth of 20 mm, with a share of air in it; None for fluid of which nothing is
    known."""
    z, x, y = np.meshgrid(np.arange(-8, 9), np.arange(-8, 9), np.arange(12, 29), indexing="ij")
    inside = np.sqrt(x**2 + (y - 20) ** 2 + z**2) < 5
    return InjectateField(
        origin_mm=np.array([-8.0, 12.0, -8.0]),
        spacing_mm=1.0,
        fraction_zxy=inside.astype(np.float32),
        volume_ml=float(inside.sum()) / 1000,
        pool_zxy=None if air is None else inside.astype(np.uint8),
        pools=() if air is None else ({"air": air * AIR_MG_ML, "lidocaine": 10.0},),
    )


def greys(muscle, injectate):
    """Mean grey in the fluid, and behind it."""
    view = replace(look(at(), dynamic_range_db=80.0), injectate=injectate)
    pixels = muscle.twin().frame(view).pixels.astype(float)
    lines, samples = pixels.shape
    near = np.abs((np.arange(lines) + 0.5 - lines / 2) * 38.4 / lines) < 2.5
    deep = (np.arange(samples) + 0.5) * 40.0 / samples
    return tuple(pixels[near][:, (deep > a) & (deep < b)].mean() for a, b in ((17.5, 22.5), (28.0, 34.0)))


def test_more_air_is_brighter_and_darker_behind(muscle):
    inside, behind = zip(*(greys(muscle, pool(share)) for share in SHARES), strict=True)
    assert list(inside[:3]) == sorted(inside[:3])  # denser ones hide their own far half
    assert list(behind) == sorted(behind, reverse=True)
    tissue, _ = greys(muscle, None)
    assert inside[0] < 0.6 * tissue
    assert inside[3] > 1.05 * tissue
    assert behind[4] < 0.5 * behind[0]


def test_fluid_without_air_is_as_fluid_of_which_nothing_is_known(muscle):
    assert greys(muscle, pool(0.0)) == greys(muscle, pool())
    assert air_share(pool(0.0)) is None
    assert air_share(None) is None


def test_the_share_of_air_is_that_of_what_was_drawn_up():
    found = air_share(pool(0.02))
    assert found is not None
    assert found.max() == pytest.approx(0.02)
    assert (found > 0).sum() == (pool().fraction_zxy > 0).sum()
