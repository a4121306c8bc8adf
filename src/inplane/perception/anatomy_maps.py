"""What the anatomy net says of the last pictures, and the regions that it says are of one kind."""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from inplane.perception.images import Ellipse, outline, regions, within, without_tails

LATEST = 0.6
"""Share of the latest look in what is said. chosen: speckle differs from look to look, a moving probe does not wait."""
SAID, FAINT, FIRM = 0.5, 0.25, 0.75
"""Probabilities of a region's border, and of the borders that tell how sharp that is. chosen: as likely as not, and
the quartiles."""
TAIL = 1
"""Radius, in coarse pixels, of the disc that every part of a region holds. chosen: 0.9 mm across; where a needle comes
near a nerve, a thin tail grows towards it along the shaft, and a distance to that tail is none to the nerve. Twice that
takes from real nerves as well: one in fifty held-out outlines."""
QUARTILE_SD = 0.6745
"""Deviations of a normal distribution from its middle to its quartiles."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Region:
    """A connected region of one kind, in coarse pixels.

    Args:
        mask: (rows, columns) bool.
        outline: (n, 2) column and row of its border.
        ellipse: with its moments.
        area: pixels.
        sureness: mean logit within.
        edge_sd: deviation of its border's place, pixels: half the gap between FIRM and FAINT borders.
    """

    mask: NDArray[np.bool_]
    outline: NDArray[np.float64]
    ellipse: Ellipse
    area: float
    sureness: float
    edge_sd: float


class AnatomyMaps:
    """Logits of each kind, averaged over looks."""

    def __init__(self) -> None:
        self._logits: NDArray[np.float32] | None = None

    def reset(self) -> None:
        """Forget every look."""
        self._logits = None

    def take(self, logits: NDArray[np.float32]) -> None:
        """A look: (kinds, rows, columns) logits over the coarse picture."""
        if self._logits is None or self._logits.shape != logits.shape:
            self._logits = logits
        else:
            self._logits = (self._logits + np.float32(LATEST) * (logits - self._logits)).astype(np.float32)

    def of(self, kind: int) -> NDArray[np.float32] | None:
        """(rows, columns) logits of a kind; None before the first look."""
        return None if self._logits is None else self._logits[kind]


def regions_of(logits: NDArray[np.float32], least_pixels: float) -> list[Region]:
    """The regions in which a kind is likelier than not, largest first."""
    likely, faint, firm = (logits > _logit(p) for p in (SAID, FAINT, FIRM))
    count, labels = regions(likely)
    found: list[Region] = []
    for label in range(1, count):
        mask = without_tails(labels == label, TAIL)
        area = float(mask.sum())
        if area < least_pixels:
            continue
        border = outline(mask)
        about = _grown(mask, int(3 + 0.5 * area**0.5))
        gap = float((faint & about).sum()) - float((firm & mask).sum())
        found.append(
            Region(
                mask=mask,
                outline=border,
                ellipse=_ellipse(mask),
                area=area,
                sureness=float(logits[mask].mean()),
                edge_sd=0.5 * gap / _length(border) / QUARTILE_SD,
            )
        )
    return sorted(found, key=lambda region: -region.area)


def mean_within(logits: NDArray[np.float32], ellipse: Ellipse) -> float:
    """Mean of a map within an ellipse; its least value where the ellipse holds no pixel of it."""
    cx, cy, a, _, _ = ellipse
    rows, columns = logits.shape
    top, bottom = max(0, int(cy - a)), min(rows, int(cy + a) + 2)
    left, right = max(0, int(cx - a)), min(columns, int(cx + a) + 2)
    if top >= bottom or left >= right:
        return float(logits.min())
    y, x = np.mgrid[top:bottom, left:right]
    inside = within(ellipse, x, y)
    return float(logits[top:bottom, left:right][inside].mean()) if inside.any() else float(logits.min())


def _length(border: NDArray[np.float64]) -> float:
    """Length of the border of the pixels whose middles are given: half a pixel outside of them."""
    steps = np.diff(np.concatenate((border, border[:1])), axis=0)
    return float(np.hypot(steps[:, 0], steps[:, 1]).sum()) + pi


def _logit(p: float) -> float:
    return float(np.log(p / (1 - p)))


def _grown(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """The box about a mask, wider by some pixels on each side."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = np.zeros_like(mask)
    box[max(0, rows[0] - by) : rows[-1] + by + 1, max(0, columns[0] - by) : columns[-1] + by + 1] = True
    return box


def _ellipse(mask: NDArray[np.bool_]) -> Ellipse:
    """The ellipse with a mask's area and second moments."""
    y, x = np.nonzero(mask)
    cx, cy = float(x.mean()), float(y.mean())
    xx, yy = float(((x - cx) ** 2).mean()) + 1 / 12, float(((y - cy) ** 2).mean()) + 1 / 12
    xy = float(((x - cx) * (y - cy)).mean())
    gap = float(np.hypot(0.5 * (xx - yy), xy))
    a, b = 2 * (0.5 * (xx + yy) + gap) ** 0.5, 2 * max(0.05, 0.5 * (xx + yy) - gap) ** 0.5
    scale = (len(x) / (pi * a * b)) ** 0.5
    angle = 0.5 * float(np.arctan2(2 * xy, xx - yy))
    return cx, cy, scale * a, scale * b, angle
