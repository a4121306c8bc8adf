"""The heap keeps its order; the front is a ball in even tissue, and sinks where its fluid is heavy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.physics.injectate.front import FREE, TRIAL, Front, arrival, heap_drop, heap_push, march


def make_front(shape: tuple[int, int, int], resistance: tuple[float, ...] = (np.inf, 1.0)) -> Front:
    room = 7 * int(np.prod(shape))
    return Front(
        fraction=np.zeros(shape, np.float32),
        cost=np.full(shape, np.inf, np.float32),
        status=np.full(shape, FREE, np.uint8),
        keys=np.empty(room, np.float32),
        items=np.empty(room, np.int32),
        medium=np.ones(shape, np.uint8),
        resistance=np.array(resistance, np.float32),
        capacity=np.ones(len(resistance), np.float32),
        sinking=np.zeros(1, np.float32),
    )


def start(front: Front, at: tuple[int, int, int]) -> int:
    front.cost[at], front.status[at] = 0, TRIAL
    return heap_push(front.keys, front.items, 0, 0.0, int(np.ravel_multi_index(at, front.cost.shape)))


@pytest.mark.uncompiled
@given(st.lists(st.floats(0, 100, width=32), min_size=1, max_size=40))
def test_the_heap_gives_back_the_least_first(keys: list[float]) -> None:
    heap, items, size = np.empty(64, np.float32), np.empty(64, np.int32), 0
    for index, key in enumerate(keys):
        size = heap_push(heap, items, size, key, index)
    given_back = []
    while size:
        given_back.append(float(heap[0]))
        size = heap_drop(heap, items, size)
    assert given_back == sorted(keys)


@pytest.mark.uncompiled
def test_arrival_is_exact_for_a_plane_wave() -> None:
    cost, status = np.full((3, 3, 3), np.inf, np.float32), np.zeros((3, 3, 3), np.uint8)
    direction = np.array([2.0, 1.0, 2.0]) / 3  # z, x, y
    for z, x, y in ((0, 1, 1), (1, 0, 1), (1, 1, 0)):
        cost[z, x, y], status[z, x, y] = direction @ [z, x, y], 2
    assert arrival(cost, status, 1, 1, 1, 1.0) == pytest.approx(direction.sum(), rel=1e-6)


@pytest.mark.uncompiled
def test_volume_is_placed_to_the_last_drop_and_closed_places_stay_empty() -> None:
    front = make_front((6, 6, 6))
    front.medium[:, :, 3] = 0
    filled, amounts = np.empty(300, np.int32), np.empty(300, np.float32)
    size, count, left = march(front, start(front, (3, 3, 1)), 60.5, filled, amounts)
    assert left == 0
    assert front.fraction.sum() == pytest.approx(60.5)
    assert amounts[:count].sum() == pytest.approx(60.5)
    assert not front.fraction[:, :, 3:].any()
    _, _, left = march(front, size, 100, filled, amounts)
    assert left == pytest.approx(160.5 - 108)  # all that is open is full


def test_the_front_is_a_ball_in_even_tissue() -> None:
    front = make_front((41, 41, 41))
    filled, amounts = np.empty(20_000, np.int32), np.empty(20_000, np.float32)
    march(front, start(front, (20, 20, 20)), 8000, filled, amounts)
    z, x, y = np.nonzero(front.fraction > 0.5)
    radius = (3 * 8000 / (4 * np.pi)) ** (1 / 3)
    away = np.sqrt((z - 20) ** 2 + (x - 20) ** 2 + (y - 20) ** 2)
    assert away.max() < radius * 1.08 + 1
    np.testing.assert_allclose(np.abs([z.mean() - 20, x.mean() - 20, y.mean() - 20]), 0, atol=0.1)
    for axis in range(3):  # symmetric up to the last shell, which is filled voxel by voxel
        assert np.abs(front.fraction - np.flip(front.fraction, axis)).sum() < 0.02 * 8000


def test_a_harder_half_takes_less() -> None:
    front = make_front((41, 41, 41), (np.inf, 1.0, 3.0))
    front.medium[:, :, 20:] = 2
    filled, amounts = np.empty(20_000, np.int32), np.empty(20_000, np.float32)
    march(front, start(front, (20, 20, 19)), 4000, filled, amounts)
    assert front.fraction[:, :, 20:].sum() < 0.2 * 4000


@pytest.mark.parametrize(("sinking", "sign"), [(0.1, 1), (-0.1, -1)])
def test_heavy_fluid_sinks_and_light_fluid_rises(sinking: float, sign: int) -> None:
    front = make_front((41, 41, 41))
    front.sinking[0] = sinking
    filled, amounts = np.empty(20_000, np.int32), np.empty(20_000, np.float32)
    march(front, start(front, (20, 20, 20)), 4000, filled, amounts)
    z, x, y = (np.arange(41) - 20,) * 3
    assert sign * (front.fraction.sum(axis=(0, 1)) @ y) / 4000 > 0.3
    for axis, place in ((1, z), (0, x)):
        assert abs(front.fraction.sum(axis=(axis, 2)) @ place) / 4000 < 0.1


@pytest.mark.uncompiled
def test_a_place_that_takes_little_fills_to_that_and_no_more() -> None:
    front = make_front((5, 5, 5))
    front.capacity[1] = 0.25
    filled, amounts = np.empty(200, np.int32), np.empty(200, np.float32)
    _, _, left = march(front, start(front, (2, 2, 2)), 10, filled, amounts)
    assert left == 0
    assert front.fraction.max() == pytest.approx(0.25)
    assert (front.fraction > 0).sum() == 40
