"""Reading grids at points."""

import numpy as np
import pytest

from inplane.physics.ultrasound.lookup import displacement, displacement_slopes, f32

pytestmark = pytest.mark.uncompiled


def test_slopes_of_a_displacement_are_its_changes_a_node() -> None:
    rng = np.random.default_rng(5)
    grid = rng.normal(size=(4, 5, 6, 3)).astype(np.float32)
    for z, x, y in rng.uniform(0.05, 0.85, (20, 3)) + rng.integers(0, 3, (20, 3)):
        out = np.array(displacement_slopes(grid, f32(z), f32(x), f32(y))).T
        here = np.array(displacement(grid, f32(z), f32(x), f32(y)))
        assert np.allclose(out[3], here, atol=1e-5)
        for row, (dz, dx, dy) in enumerate(((0, 0.1, 0), (0, 0, 0.1), (0.1, 0, 0))):
            there = np.array(displacement(grid, f32(z + dz), f32(x + dx), f32(y + dy)))
            assert np.allclose(out[row], (there - here) / 0.1, atol=1e-4)


def test_there_is_no_displacement_outside_the_grid() -> None:
    grid = np.ones((2, 2, 2, 3), np.float32)
    assert not np.array(displacement_slopes(grid, f32(-0.1), f32(0.5), f32(0.5))).any()
    assert displacement(grid, f32(0.5), f32(1.1), f32(0.5)) == (0.0, 0.0, 0.0)
