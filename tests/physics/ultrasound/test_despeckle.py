"""Speckle reduction: it takes speckle and leaves levels, lines, points and the picture's symmetry."""

import numpy as np
import pytest
from scipy import ndimage

from inplane.atlas import load_atlas
from inplane.core import CurvedGeometry
from inplane.physics.ultrasound.beam import build_beam
from inplane.physics.ultrasound.despeckle import cells_of, despeckle
from inplane.physics.ultrasound.lines import fan_of

SHAPE = (192, 512)


@pytest.fixture(scope="module", params=["linear_12_4", "curved_5_1"])
def beam(request):
    probe = load_atlas().probe(request.param)
    scanner = probe.default_scanner()
    geometry = fan_of(probe, scanner, SHAPE)
    assert isinstance(geometry, CurvedGeometry) == request.param.startswith("curved")
    return build_beam(scanner, probe, geometry, cell_mm=0.5)


def smoothed(beam, levels, share=1.0):
    levels = np.ascontiguousarray(levels, np.float32)
    out = np.empty_like(levels)
    despeckle(beam, levels, share, cells_of(levels.shape, beam), out)
    return out


def speckle(seed=0):
    """Compounded speckle in dB: three looks, a few samples and lines wide, mean power 1."""
    rng = np.random.default_rng(seed)
    looks = [
        ndimage.gaussian_filter(rng.standard_normal(SHAPE) + 1j * rng.standard_normal(SHAPE), (1.0, 1.2))
        for _ in range(3)
    ]
    amplitude = np.mean([np.abs(look) / np.sqrt((np.abs(look) ** 2).mean()) for look in looks], axis=0)
    return 20 * np.log10(amplitude)


def test_nothing_to_take_is_left_alone(beam):
    even = np.full(SHAPE, 7.0)
    assert smoothed(beam, even) == pytest.approx(even, abs=1e-4)


def test_no_share_takes_nothing(beam):
    levels = speckle()
    assert smoothed(beam, levels, 0.0) == pytest.approx(levels.astype(np.float32), abs=1e-5)


def test_speckle_goes_and_its_mean_stays(beam):
    levels = speckle()
    out = smoothed(beam, levels)
    inside = (slice(8, -8), slice(16, -16))
    assert out[inside].std() < 0.55 * levels[inside].std()
    assert out.mean() == pytest.approx(levels.mean(), abs=0.05)


def test_half_of_the_share_takes_half(beam):
    levels = speckle()
    half = smoothed(beam, levels, 0.5)
    assert half == pytest.approx((smoothed(beam, levels, 1.0) + levels) / 2, abs=1e-3)


@pytest.mark.parametrize("slope", [-0.8, -0.3, 0.0, 0.5])
def test_a_thin_line_keeps_its_level_and_its_place(beam, slope):
    line, sample = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    middle = 256 + slope * (line - 96)
    levels = speckle() + 20 * np.exp(-0.5 * ((sample - middle) / 3.0) ** 2)
    out = smoothed(beam, levels)
    inner = slice(40, -40)
    crest = np.argmax(ndimage.gaussian_filter1d(out, 2.0, axis=1), axis=1)[inner]
    assert np.abs(crest - middle[inner, 0]).max() < 6
    on_line = [out[k, round(middle[k, 0])] for k in range(40, SHAPE[0] - 40)]
    was = [levels[k, round(middle[k, 0])] for k in range(40, SHAPE[0] - 40)]
    assert np.mean(on_line) == pytest.approx(np.mean(was), abs=3.0)
    assert np.std(on_line) < 0.6 * np.std(was)


def test_a_bright_point_is_not_smeared(beam):
    line, sample = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]]
    point = 30 * np.exp(-0.5 * (((line - 100) / 1.5) ** 2 + ((sample - 300) / 2.5) ** 2))
    out = smoothed(beam, speckle() + point)
    peak = np.unravel_index(out.argmax(), SHAPE)
    assert abs(peak[0] - 100) <= 1
    assert abs(peak[1] - 300) <= 2
    assert out.max() > 20


def test_a_mirrored_picture_comes_out_mirrored(beam):
    levels = speckle()
    assert smoothed(beam, levels[::-1]) == pytest.approx(smoothed(beam, levels)[::-1], abs=1e-3)
