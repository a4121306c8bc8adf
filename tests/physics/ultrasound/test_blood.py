"""Blood's speckle is other blood's once it has flowed by; the tissue about it stays as it is."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.bench._fidelity_phantoms import at, look, scan
from inplane.physics.ultrasound.phantom import cylinder, phantom

LUMEN = cylinder(0.0, 20.0, 6.0)
PARTS = {"muscle": (None, 0.0, 1.73), "blood": (LUMEN, -20.0, 1.66)}


def made(seed):
    """A tube of blood in muscle; the receiver's noise is the same for every seed."""
    along = np.linspace(-6.0, 6.0, 25)
    axis = np.stack([0 * along, 20.0 + 0 * along, along], axis=-1)
    return scan(phantom(PARTS, seed=seed, vessel=(axis, 6.0)), seed=3)


@pytest.fixture(scope="module")
def tube():
    return made(3)


def shown(tube, flowed_mm):
    """The picture after blood has flowed so far, and where lumen and tissue are plain in it."""
    view = replace(look(at()), flowed_mm=flowed_mm, scanner=replace(look(at()).scanner, gain_db=15.0))
    pixels = tube.twin().frame(view).pixels.astype(float)
    x = (np.arange(pixels.shape[0]) + 0.5 - pixels.shape[0] / 2) * 38.4 / pixels.shape[0]
    y = (np.arange(pixels.shape[1]) + 0.5) * 40.0 / pixels.shape[1]
    off = np.hypot(x[:, None], y[None, :] - 20.0)
    return pixels, off < 3.5, off > 8.0


def likeness(tube, flowed_mm):
    """Correlation with the picture of blood that stands: in the lumen, and in tissue."""
    still, lumen, tissue = shown(tube, None)
    now, _, _ = shown(tube, flowed_mm)
    return tuple(float(np.corrcoef(still[part], now[part])[0, 1]) for part in (lumen, tissue))


def test_blood_that_has_passed_is_other_blood(tube):
    lumen, tissue = likeness(tube, {2: 5.0})
    still, inside, _ = shown(tube, None)
    another, _, _ = shown(made(4), None)
    strangers = float(np.corrcoef(still[inside], another[inside])[0, 1])  # not 0: noise, and the gain's fall with depth
    assert abs(lumen - strangers) < 0.25
    assert tissue == pytest.approx(1.0, abs=1e-4)  # filters reach over the wall


def test_it_is_renewed_bit_by_bit(tube):
    likenesses = [likeness(tube, {2: way_mm})[0] for way_mm in (0.0, 0.2, 0.4, 0.8)]
    assert likenesses[0] == pytest.approx(1.0, abs=1e-6)
    assert likenesses == sorted(likenesses, reverse=True)
    assert likenesses[1] > 0.5


def test_its_brightness_stays(tube):
    means = [pixels[lumen].mean() for pixels, lumen, _ in (shown(tube, {2: way}) for way in (0.0, 3.0, 6.0, 9.0))]
    assert np.ptp(means) < 0.06 * np.mean(means)


def test_the_wall_and_what_lies_about_it_never_flicker(tube):
    still, _, _ = shown(tube, None)
    now, _, _ = shown(tube, {2: 5.0})
    x = (np.arange(still.shape[0]) + 0.5 - still.shape[0] / 2) * 38.4 / still.shape[0]
    y = (np.arange(still.shape[1]) + 0.5) * 40.0 / still.shape[1]
    outside = np.hypot(x[:, None], y[None, :] - 20.0) > 6.6
    assert np.abs(still - now)[outside].mean() < 0.3


def test_only_cells_that_hold_one_lumen_alone_are_renewed(tube):
    tissue = tube.tissue
    where = np.argwhere(tissue.lumen > 0) * 0.8 + 0.4
    x, y = where[:, 1] - 24.0, where[:, 2]
    assert len(where) > 100
    assert np.hypot(x, y - 20.0).max() < 6.0
    assert set(np.unique(tissue.lumen)) == {0, 2}
