"""The shape of the project's nets: plain convolutions that halve the picture four times and come back to half of it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from inplane.trials.learning import convolution

RARE = -4.0
"""Logit that a map of something rare begins with. chosen: about the share of cells that hold it, 2 %."""


def halving_net(torch: Any, channels: int, widths: Sequence[int], maps: int, *, rare: Sequence[int]) -> Any:
    """(n, channels, rows, columns) to (n, maps, rows / 2, columns / 2); both sides multiples of 16 for five widths.

    A module with `forward`, so that it can be exported as one graph.

    Args:
        torch: the library.
        channels: of what it is shown.
        widths: channels at each size, from the largest.
        maps: of its answer.
        rare: maps that begin with RARE.
    """
    nn = torch.nn

    class HalvingNet(nn.Module):
        """Down, up, and one head for all maps."""

        def __init__(self) -> None:
            super().__init__()  # pyright: ignore[reportUnknownMemberType]  torch is handed over, without types
            w = widths
            self.stem = convolution(nn, (channels, w[0]))
            self.down = nn.ModuleList(
                nn.Sequential(convolution(nn, (a, b), stride=2), convolution(nn, (b, b))) for a, b in pairwise(w)
            )
            self.narrow = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(w[1:]))
            self.up = nn.ModuleList(convolution(nn, (2 * a, a)) for a in w[1:-1])
            self.head = nn.Sequential(convolution(nn, (w[1], w[1])), nn.Conv2d(w[1], maps, 1))
            with torch.no_grad():
                for number in rare:
                    self.head[1].bias[number] = RARE

        def forward(self, shown: Any) -> Any:
            """The maps."""
            now, levels = self.stem(shown), list[Any]()
            for step in self.down:
                now = step(now)
                levels.append(now)
            for level in range(len(self.up) - 1, -1, -1):
                larger = nn.functional.interpolate(self.narrow[level](now), scale_factor=2.0, mode="nearest")
                now = self.up[level](torch.cat((larger, levels[level]), dim=1))
            return self.head(now)

    return HalvingNet()
