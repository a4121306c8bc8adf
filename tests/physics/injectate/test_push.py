"""Tissue pushed apart: flux, symmetry, and the way there and back."""

from math import pi

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.physics.injectate.push import NODE_SPACING_MM, NODES, Push, add_sources


def test_a_point_source_pushes_its_volume_through_a_ball() -> None:
    """Closed form: |w| = V / (4 pi r^2) outside, V r / (4 pi a^3) inside."""
    grid = np.zeros((9, 9, 9, 3), np.float32)
    source = np.array([[4.0, 4.0, 4.0, 50.0]], np.float32)
    add_sources(grid, np.zeros(3, np.float32), 1.0, source, 0.5)
    for step in (1, 2, 4):
        assert grid[4, 4 + step, 4, 0] == pytest.approx(-50 / (4 * pi * step**2), rel=1e-5)
        assert np.linalg.norm(grid[4 - step, 4, 4]) == pytest.approx(50 / (4 * pi * step**2), rel=1e-5)
    np.testing.assert_array_equal(grid[4, 4, 4], 0)


@pytest.mark.uncompiled
def test_sources_add_up() -> None:
    first, both = np.zeros((2, 2, 3, 3), np.float32), np.zeros((2, 2, 3, 3), np.float32)
    sources = np.array([[0.3, 0.2, 0.1, 5.0], [1.2, 0.7, 0.4, 7.0]], np.float32)
    for source in sources:
        add_sources(first, np.zeros(3, np.float32), 1.0, source[None], 0.5)
    add_sources(both, np.zeros(3, np.float32), 1.0, sources, 0.5)
    np.testing.assert_allclose(first, both, rtol=1e-5)


def test_there_and_back(plain_block: Patient) -> None:
    """u and w undo each other at the nodes after a millilitre that came in drops."""
    push = Push(plain_block, np.array([0.0, 22.0, 0.0]))
    rng = np.random.default_rng(1)
    for _ in range(20):
        points = np.array([0.0, 22.0, 0.0]) + rng.uniform(-5, 5, (30, 3))
        push.add(points, np.full(30, 50 / 30), 0.8)
    field = push.deformation()
    nodes = np.stack(np.meshgrid(*[np.arange(NODES)] * 3, indexing="ij"), axis=-1)  # z, x, y
    moved = nodes + field.to_now_zxy_mm[..., [2, 0, 1]] / NODE_SPACING_MM
    low = np.clip(moved.astype(int), 0, NODES - 2)
    share = moved - low
    back = np.zeros_like(field.to_rest_zxy_mm)
    for corner in np.ndindex(2, 2, 2):
        weight = np.prod(np.where(np.array(corner) > 0, share, 1 - share), axis=-1)
        back += weight[..., None] * field.to_rest_zxy_mm[tuple(np.moveaxis(low + corner, -1, 0))]
    assert np.abs(field.to_now_zxy_mm + back).max() < 0.1
    assert np.abs(field.to_now_zxy_mm).max() > 1


def test_bone_skin_and_the_edge_hold_still(block: Patient) -> None:
    push = Push(block, np.array([0.0, 28.0, 0.0]))
    push.add(np.array([[0.0, 28.0, 0.0]]), np.array([2000.0]), 0.8)
    field = push.deformation()
    y = field.origin_mm[1] + NODE_SPACING_MM * np.arange(NODES)
    size = np.linalg.norm(field.to_rest_zxy_mm, axis=-1)
    assert size.max() > 3
    assert size[:, :, y > 39].max() < 1e-6
    assert size[:, :, y <= 0].max() < 1e-6
    assert max(size[0].max(), size[-1].max(), size[:, 0].max(), size[:, -1].max()) < 1e-6
