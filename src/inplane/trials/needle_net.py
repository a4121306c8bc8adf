"""The needle net, and how far what it says lies off what it should say."""

from typing import Any

from inplane.perception.needle_input import CHANNELS
from inplane.perception.needle_maps import MAPS
from inplane.trials.halving_net import halving_net

WIDTHS = (16, 24, 48, 64, 96)
"""Channels at each size, from the cells of two pixels down."""


def needle_net(torch: Any) -> Any:
    """(n, CHANNELS, rows / 2, columns / 2) to (n, MAPS, rows / 4, columns / 4); both halves multiples of 16."""
    return halving_net(torch, CHANNELS, WIDTHS, MAPS, rare=(0, 4))  # tips and shafts are rare


def loss(torch: Any, maps: Any, targets: Any) -> Any:
    """How far maps lie off their targets.

    The tip's heat by a focal loss (Law & Deng 2018, doi:10.1007/s11263-019-01204-1), its place by a Laplacian
    likelihood with the spread that the net itself says, the shaft by cross-entropy and Dice, its direction by the
    cosine of the doubled angle's difference, which has no sign to get wrong.

    Args:
        torch: the library.
        maps: (n, MAPS, rows, columns) of the net.
        targets: (n, 9, rows, columns) as `needle_targets.targets` makes them.
    """
    functional = torch.nn.functional
    heat, known, near = targets[:, 0], targets[:, 1], targets[:, 4]
    p = torch.sigmoid(maps[:, 0]).clamp(1e-5, 1 - 1e-5)
    at_tip = (heat > 0.99).to(p.dtype)
    hit = at_tip * (1 - p) ** 2 * -torch.log(p)
    miss = (1 - at_tip) * (1 - heat) ** 4 * p**2 * -torch.log(1 - p)
    tip = (known * (hit + miss)).sum() / (at_tip.sum() + 1)
    apart = (maps[:, 1:3] - targets[:, 2:4]).abs().sum(dim=1)
    spread = maps[:, 3].clamp(-3, 3)
    place = (near * (apart * torch.exp(-spread) + 2 * spread)).sum() / (near.sum() + 1)
    on, looked = targets[:, 5], targets[:, 8]
    shaft = (looked * functional.binary_cross_entropy_with_logits(maps[:, 4], on, reduction="none")).mean()
    share = torch.sigmoid(maps[:, 4]) * looked
    dice = 1 - (2 * (share * on).sum() + 1) / (share.sum() + (on * looked).sum() + 1)
    turn = ((maps[:, 5:7] - targets[:, 6:8]) ** 2).sum(dim=1)
    direction = (on * turn).sum() / (on.sum() + 1)
    return tip + 0.3 * place + 3 * shaft + 0.5 * dice + 0.5 * direction
