"""The needle net's shape and size, and a loss that is least where the maps are right."""

from typing import Any

import numpy as np
import pytest

from inplane.perception.needle_input import CHANNELS, MULTIPLE
from inplane.perception.needle_maps import MAPS
from inplane.trials.learning import MISSING, parameter_count, torch_there
from inplane.trials.needle_net import loss, needle_net
from inplane.trials.needle_samples import PATH_POINTS
from inplane.trials.needle_targets import targets

pytestmark = pytest.mark.skipif(not torch_there(), reason=MISSING)

SHAPE = (24, 32)


def asked(torch: Any, across_mm: float = 0.0) -> Any:
    """(1, 9, *SHAPE) of a straight needle so far from the plane."""
    path = np.linspace((0, 10, across_mm), (80, 61, across_mm), PATH_POINTS).astype(np.float32)
    valid = np.ones((2 * SHAPE[0], 2 * SHAPE[1]), np.uint8)
    return torch.from_numpy(targets(path, np.full(PATH_POINTS, 9.0, np.float32), valid, SHAPE)[None])


def right(torch: Any, said: Any) -> Any:
    """(1, MAPS, *SHAPE) that say what they should."""
    maps = torch.zeros(1, MAPS, *SHAPE)
    maps[:, 0], maps[:, 4] = 16 * (said[:, 0] > 0.99) - 8, 16 * said[:, 5] - 8
    maps[:, 1:3], maps[:, 3], maps[:, 5:7] = said[:, 2:4], -2.0, said[:, 6:8]
    return maps


def test_it_is_small_and_its_maps_have_half_the_rows_and_columns(torch: Any) -> None:
    net = needle_net(torch).eval()
    assert 0.1e6 < parameter_count(net) < 0.5e6
    with torch.no_grad():
        for rows, columns in ((MULTIPLE, MULTIPLE), (64, 48)):
            assert net(torch.zeros(2, CHANNELS, rows, columns)).shape == (2, MAPS, rows // 2, columns // 2)


def test_what_is_right_costs_less_than_nothing_said_and_each_mistake_costs_more(torch: Any) -> None:
    said = asked(torch)
    best = right(torch, said)
    least = float(loss(torch, best, said))
    assert np.isfinite(least)
    assert least < float(loss(torch, torch.zeros_like(best), said)) - 1
    wrong = {name: best.clone() for name in ("tip", "ghost", "place", "shaft", "turn")}
    wrong["tip"][:, 0] = -8
    wrong["ghost"][:, 0, 2, 28] = 8
    wrong["place"][:, 1:3] += 1
    wrong["shaft"][:, 4] *= -1
    wrong["turn"][:, 5:7] *= -1
    for name, maps in wrong.items():
        assert float(loss(torch, maps, said)) > least + 0.1, name


def test_what_is_neither_right_nor_wrong_costs_the_same(torch: Any) -> None:
    said = asked(torch, across_mm=2.0)
    unsaid = right(torch, said)
    unsaid[:, 4] = -8
    claimed = unsaid.clone()
    claimed[:, 0][said[:, 1] == 0] = 8
    claimed[:, 4][said[:, 8] == 0] = 8
    assert (claimed != unsaid).any()
    assert float(loss(torch, claimed, said)) == pytest.approx(float(loss(torch, unsaid, said)), abs=1e-6)


@pytest.mark.parametrize("size", [0.0, 1.0, 1e4])
def test_gradients_are_finite_however_far_off_the_maps_are(size: float, torch: Any) -> None:
    maps = (size * torch.randn(1, MAPS, *SHAPE)).requires_grad_()
    loss(torch, maps, asked(torch)).backward()
    assert torch.isfinite(maps.grad).all()
    nothing = torch.zeros(1, 9, *SHAPE)
    nothing[:, [1, 8]] = 1
    maps.grad = None
    loss(torch, maps, nothing).backward()
    assert torch.isfinite(maps.grad).all()


def test_every_part_of_the_net_is_taught(torch: Any) -> None:
    net = needle_net(torch).train()
    loss(torch, net(torch.randn(1, CHANNELS, 2 * SHAPE[0] // 16 * 16, 2 * SHAPE[1])), asked(torch)).backward()
    for name, parameter in net.named_parameters():
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.abs().max() > 0, name
