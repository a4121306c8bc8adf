"""Laws that hold whatever the seed, measured on the engine's output: the fidelity checks that are quick."""

from collections.abc import Callable

import pytest

from inplane.bench import _fidelity_beam as beam
from inplane.bench import _fidelity_medium as medium
from inplane.bench import _fidelity_speckle as speckle


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.parametrize(
    "check",
    [
        beam.speckle_snr,
        beam.tissue_lock,
        speckle.elevation,
        speckle.compounding,
        speckle.gcnr,
        medium.attenuation,
        medium.interface,
        medium.enhancement,
        medium.doppler_alias,
    ],
)
def test_law_holds(check: Callable[[int, bool], tuple[float, int, bool]], seed: int) -> None:
    """Speckle SNR 1.82-2.00, tissue lock >= 0.95, decorrelation by elevation, SNR of averaged looks, gCNR, slope
    2 alpha f, R and (1 - R)², enhancement and shadow, aliasing."""
    value, _, holds = check(seed, True)
    assert holds, value


@pytest.mark.slow
@pytest.mark.parametrize("check", [beam.axial_width, beam.lateral_width, beam.speckle_width])
def test_point_spread_holds(check: Callable[[int, bool], tuple[float, int, bool]]) -> None:
    """Widths of a point target and of speckle."""
    value, _, holds = check(13, True)
    assert holds, value
