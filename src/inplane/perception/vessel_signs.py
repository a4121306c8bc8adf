"""What a dark walled region has of a vessel: signs with their weights, and what it is where it lies on bone."""

from dataclasses import dataclass
from math import exp, hypot, log

import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import Ellipse
from inplane.perception.view import Grid

ON_BONE_MM, ON_BONE_SHARE, ON_BONE_ASPECT = 1.5, 0.5, 1.5
"""Distance of a bone from a lumen's far wall, share of the lumen's width along it, and aspect, from which the lumen is
fluid on bone. chosen: fluid in a joint spreads along the bone; an artery on a rib stays round."""

UNKNOWN_BEHIND = -1.5
"""Stands for what lies behind where there is no picture: nothing shows that it is no shadow."""
NAMES = (
    "log radius",
    "aspect",
    "log contrast",
    "darkness",
    "walled",
    "ragged",
    "streaks",
    "behind",
    "top",
)
CONSTANT = -5.6
WEIGHTS = (3.3, -1.0, 2.4, -7.5, 1.7, -67.0, -1.5, 0.4, 0.4)
"""Of the signs in the order of NAMES, and the constant, rounded: tools/fit_vessel_signs.py with 12 patients; every
second still of usgra-seg (238 of 1585 dark regions are vessels) and 60 simulated views. The other stills and views are
for checking: told apart with an area under the curve of 0.86 and 0.98."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What speaks for a vessel, and against it.

    Args:
        radius_mm: mean radius; nominal where the scale is.
        aspect: longer over shorter axis.
        contrast: grey of the ring less grey inside, in speckle deviations.
        darkness: grey inside over grey of the ring; 0 is anechoic.
        walled: share of the rays with a clear grey step.
        ragged: robust deviation of the wall from the ellipse over the radius.
        streaks: share of the inside that is nearer to the ring's grey than to its own mean: muscle's perimysium.
        behind: grey below less grey beside that along the beam, in speckle deviations: enhancement, or a shadow; None
            where there is no picture below.
        top_mm: depth of its upper wall; near the face lie reverberations and the skin's layers.
    """

    radius_mm: float
    aspect: float
    contrast: float
    darkness: float
    walled: float
    ragged: float
    streaks: float
    behind: float | None
    top_mm: float

    def terms(self) -> list[float]:
        """The signs in the order of NAMES, each bounded where more tells no more."""
        behind = UNKNOWN_BEHIND if self.behind is None else min(1.5, max(-1.5, self.behind))
        return [
            log(min(5.0, max(0.5, self.radius_mm))),
            self.aspect,
            log(min(4.5, max(0.3, self.contrast))),
            self.darkness,
            self.walled,
            self.ragged,
            self.streaks,
            behind,
            min(8.0, max(0.0, self.top_mm)),
        ]

    def likelihood(self) -> float:
        """How likely this is a vessel, 0 to 1: a logistic sum of the signs (WEIGHTS)."""
        total = CONSTANT + sum(weight * term for weight, term in zip(WEIGHTS, self.terms(), strict=True))
        return 1 / (1 + exp(-total))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lumen:
    """A dark walled region in coarse pixels.

    Args:
        ellipse: centre (column, row), semi-axes (longer first), angle of the first from x in (-pi/2, pi/2].
        residual: robust deviation of the wall from the ellipse, pixels.
        signs: what speaks for a vessel; None where the anatomy net alone says so.
        score: how likely it is one, 0 to 1.
    """

    ellipse: Ellipse
    residual: float
    signs: Signs | None
    score: float


def on_bone(lumen: Lumen, bones_mm: list[NDArray[np.float64]], grid: Grid) -> bool:
    """Whether a lumen's far wall is a bone's surface for most of its width: fluid in a joint or bursa, no vessel.

    Args:
        lumen: in coarse pixels.
        bones_mm: (n, 2) points along each bone's surface.
        grid: of the fine picture.
    """
    cx, cy, a, b, angle = lumen.ellipse
    if a < ON_BONE_ASPECT * b:
        return False
    across = max(1e-6, hypot(a * np.cos(angle), b * np.sin(angle)))
    for points_mm in bones_mm:
        x = (points_mm[:, 0] + 0.5 * grid.width_mm) / (2 * grid.pixel_x_mm) - 0.5
        y = points_mm[:, 1] / (2 * grid.pixel_y_mm) - 0.5
        c, s = np.cos(angle), np.sin(angle)
        u, v = c * (x - cx) + s * (y - cy), -s * (x - cx) + c * (y - cy)
        reach = ON_BONE_MM / (2 * grid.pixel_mm)
        at_wall = (np.hypot(u / (a + reach), v / (b + reach)) < 1) & (y > cy)
        if bool(at_wall.any()) and np.ptp(x[at_wall]) > ON_BONE_SHARE * 2 * across:
            return True
    return False
