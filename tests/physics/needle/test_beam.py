"""A beam on an elastic foundation in its two limits, and stiffness by gauge."""

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.physics.needle.beam import (
    STEERING_22G_PER_MM,
    bending_stiffness_n_mm2,
    deflection_mm,
    foundation_wavenumber_per_mm,
    steering_per_mm,
)


def test_a_short_shaft_swings_as_a_rod() -> None:
    depth = np.linspace(0, 0.5, 6)
    np.testing.assert_allclose(deflection_mm(depth, inserted_mm=0.5, beta_per_mm=0.04), depth, rtol=2e-3)


def test_a_long_shaft_bends_by_the_skin_and_its_tip_stays() -> None:
    beta = 0.04
    depth = np.linspace(0, 400, 401)
    shift = deflection_mm(depth, inserted_mm=400.0, beta_per_mm=beta)
    bent = np.exp(-beta * depth) * np.sin(beta * depth) / beta
    assert np.abs(shift - bent).max() < 2  # a rigid share of 1 / 257 is left
    assert shift[50:].max() < 0.1 * 400


def test_a_thicker_needle_is_stiffer_and_steers_less() -> None:
    atlas = load_atlas()
    thin, thick = atlas.needle("22g_80mm"), atlas.needle("20g_90mm_echogenic")
    assert bending_stiffness_n_mm2(thick) > bending_stiffness_n_mm2(thin)
    assert steering_per_mm(thick) < steering_per_mm(thin)
    assert steering_per_mm(thin) == pytest.approx(STEERING_22G_PER_MM, rel=0.1)
    assert 1 / foundation_wavenumber_per_mm(thin) == pytest.approx(26, abs=3)
