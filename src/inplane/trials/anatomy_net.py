"""The anatomy net, and how far what it says lies off what it should say."""

from typing import Any

from inplane.perception.anatomy_input import CHANNELS, KINDS
from inplane.trials.halving_net import halving_net

WIDTHS = (16, 32, 64, 96, 128)
"""Channels at each size, from the cells of two pixels down; 0.75 M parameters."""


def anatomy_net(torch: Any) -> Any:
    """(n, CHANNELS, rows / 2, columns / 2) to (n, 2, rows / 4, columns / 4) logits; both halves multiples of 16."""
    return halving_net(torch, CHANNELS, WIDTHS, len(KINDS), rare=range(len(KINDS)))


def loss(torch: Any, maps: Any, targets: Any) -> Any:
    """Cross-entropy plus one less the soft Dice of each kind over the batch, where tissue is shown.

    References:
        Milletari F et al. 3DV 2016, doi:10.1109/3DV.2016.79 (the Dice loss).

    Args:
        torch: the library.
        maps: (n, 2, rows, columns) logits of the net.
        targets: (n, 3, rows, columns) share of each cell that is nerve, that is vessel, and whether tissue is shown.
    """
    seen, there = targets[:, 2:], targets[:, :2]
    entropy = torch.nn.functional.binary_cross_entropy_with_logits(maps, there, reduction="none")
    share = torch.sigmoid(maps) * seen
    both = (share * there).sum(dim=(0, 2, 3))
    each = share.sum(dim=(0, 2, 3)) + (there * seen).sum(dim=(0, 2, 3))
    return 2 * (entropy * seen).mean() + 1 - ((2 * both + 1) / (each + 1)).mean()
