"""Tissue pushed apart: flux, symmetry, and the way there and back."""

from math import pi

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.physics.injectate.push import NODE_SPACING_MM, NODES, Push, add_nodes, add_sources, gather


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


def settle(push: Push) -> None:
    """Steps until tissue has given way to all fluid."""
    for _ in range(200):
        if not push.step():
            return
    pytest.fail("tissue never comes to rest")


@pytest.mark.uncompiled
def test_gathering_keeps_volume_and_middle() -> None:
    sources = np.array([[1.2, 0.7, 2.4, 5.0], [0.3, 1.9, 1.1, 7.0], [99.0, 1.0, 1.0, 3.0]])
    owed = np.zeros((5, 4, 6), np.float32)
    gather(owed, np.zeros(3), 1.0, sources)
    assert owed.sum() == pytest.approx(12, rel=1e-6)  # the one beyond the grid moves nothing
    for axis, column in ((0, 2), (1, 0), (2, 1)):
        moment = np.moveaxis(owed, axis, 0).sum(axis=(1, 2)) @ np.arange(owed.shape[axis])
        assert moment == pytest.approx(sources[:2, 3] @ sources[:2, column], rel=1e-6)


def test_fields_of_nodes_are_those_of_the_closed_form() -> None:
    """The slow twin adds each source where it is."""
    unit, found, expected = np.zeros((7, 7, 7, 3), np.float32), *np.zeros((2, 4, 4, 4, 3), np.float32)
    add_sources(unit, np.full(3, -9.0, np.float32), 3.0, np.array([[0, 0, 0, 1.0]], np.float32), 1.8)
    nodes, volumes = np.array([5, 42]), np.array([3.0, 8.0], np.float32)
    add_nodes(found, unit, nodes, volumes)
    z, x, y = np.unravel_index(nodes, (4, 4, 4))
    sources = np.column_stack((3.0 * x, 3.0 * y, 3.0 * z, volumes)).astype(np.float32)
    add_sources(expected, np.zeros(3, np.float32), 3.0, sources, 1.8)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_pool_pushes_its_volume_through_a_box_about_it(plain_block: Patient) -> None:
    push = Push(plain_block, np.array([0.0, 24.0, 0.0]))
    points = np.array([0.0, 24.0, 0.0]) + np.random.default_rng(2).uniform(-4, 4, (400, 3))
    push.add(points, np.full(400, 1.0))
    settle(push)
    field = push.deformation()
    low = np.rint((np.array([-15.0, 12.0, -15.0]) - field.origin_mm) / NODE_SPACING_MM).astype(int)
    high = np.rint((np.array([15.0, 36.0, 15.0]) - field.origin_mm) / NODE_SPACING_MM).astype(int)
    w = -field.to_rest_zxy_mm[low[2] : high[2] + 1, low[0] : high[0] + 1, low[1] : high[1] + 1]
    flux = 0.0
    for axis, component in ((0, 2), (1, 0), (2, 1)):
        faces = np.moveaxis(w[..., component], axis, 0)
        weights = [np.r_[0.5, np.ones(n - 2), 0.5] for n in faces.shape[1:]]
        flux += float(((faces[-1] - faces[0]) * np.outer(*weights)).sum()) * NODE_SPACING_MM**2
    assert flux == pytest.approx(400, rel=0.03)


def test_there_and_back(plain_block: Patient) -> None:
    """u and w undo each other at the nodes after a millilitre that came in drops."""
    push = Push(plain_block, np.array([0.0, 22.0, 0.0]))
    rng = np.random.default_rng(1)
    for _ in range(20):
        points = np.array([0.0, 22.0, 0.0]) + rng.uniform(-5, 5, (30, 3))
        push.add(points, np.full(30, 50 / 30))
        push.step()
    settle(push)
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
    push.add(np.array([[0.0, 28.0, 0.0]]), np.array([2000.0]))
    settle(push)
    field = push.deformation()
    y = field.origin_mm[1] + NODE_SPACING_MM * np.arange(NODES)
    size = np.linalg.norm(field.to_rest_zxy_mm, axis=-1)
    assert size.max() > 3
    assert size[:, :, y > 39].max() < 1e-6
    assert size[:, :, y <= 0].max() < 1e-6
    assert max(size[0].max(), size[-1].max(), size[:, 0].max(), size[:, -1].max()) < 1e-6
