"""Vessels by two witnesses: dark walled regions, weighed by what the anatomy net says of them, and its own regions."""

from dataclasses import replace
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from inplane.perception.anatomy_maps import Region, mean_within, regions_of
from inplane.perception.images import within
from inplane.perception.vessel_signs import Lumen
from inplane.perception.vessels import LARGEST_RADIUS_MM, LEAST_RADIUS_MM, overlap, share_within
from inplane.perception.view import Grid

JOINT = (-0.71, 0.63, 0.43)
"""Constant, and weights of the logit of a lumen's own score and of the net's mean logit within it, by
tools/fit_anatomy_confidence.py: 472 dark regions of held-out stills, 40 of them vessels."""
ALONE = (-4.68, 1.14)
"""Constant and weight of the net's mean logit where no wall was found round its region, by the same: 68 regions, 35 of
them vessels. Nets that learned from few pictures are too sure."""
COLORED = 0.25
"""Share of a lumen under burnt-in color from which the net is not heard: it never learned from such pictures, and is
shown a hole there. chosen: a patch, not single pixels."""
CAP = 6.0
"""Largest logit of either witness. chosen: neither was ever tested on enough to be surer than 400 to 1."""


def vessel_regions(logits: NDArray[np.float32], grid: Grid) -> list[Region]:
    """The regions of a vessel's size in which the net finds a vessel likelier than not."""
    pixel = 2 * grid.pixel_mm
    most = np.pi * (LARGEST_RADIUS_MM / pixel) ** 2
    return [region for region in regions_of(logits, np.pi * (LEAST_RADIUS_MM / pixel) ** 2) if region.area <= most]


def joined(
    lumens: list[Lumen], regions: list[Region], logits: NDArray[np.float32], flow: NDArray[np.bool_] | None
) -> list[Lumen]:
    """Lumens with the score of both witnesses, best first, not overlapping.

    Args:
        lumens: dark walled regions with their own scores.
        regions: as `vessel_regions` finds them.
        logits: (rows, columns) of vessels over the coarse picture, by the anatomy net.
        flow: (rows, columns) where color shows flow; None without color. A colored lumen keeps its own score.
    """
    weighed = [
        lumen
        if flow is not None and share_within(lumen.ellipse, flow) >= COLORED
        else replace(lumen, score=_both(lumen.score, mean_within(logits, lumen.ellipse)))
        for lumen in lumens
    ]
    for region in regions:
        if not any(_same(region, lumen) for lumen in weighed):
            score = _alone(region.sureness)
            weighed.append(Lumen(ellipse=region.ellipse, residual=region.edge_sd, signs=None, score=score))
    best: list[Lumen] = []
    for lumen in sorted(weighed, key=lambda one: -one.score):
        if not any(overlap(lumen.ellipse, other.ellipse) for other in best):
            best.append(lumen)
    return best


def _same(region: Region, lumen: Lumen) -> bool:
    """Whether a lumen's walls were found round a region: their overlap over union is half or more."""
    y, x = np.nonzero(region.mask)
    both = float(within(lumen.ellipse, x, y).sum())
    return both >= 0.5 * (region.area + np.pi * lumen.ellipse[2] * lumen.ellipse[3] - both)


def _both(score: float, net: float) -> float:
    """How likely it is a vessel, by its signs and by the net."""
    bounded = min(1 - 1e-9, max(1e-9, score))
    constant, signs, by_net = JOINT
    return _share(constant + signs * _capped(log(bounded / (1 - bounded))) + by_net * _capped(net))


def _alone(net: float) -> float:
    """How likely it is a vessel, by the net alone."""
    return _share(ALONE[0] + ALONE[1] * _capped(net))


def _capped(logit: float) -> float:
    return min(CAP, max(-CAP, logit))


def _share(logit: float) -> float:
    return 1 / (1 + exp(-logit))
