"""Vessels in one frame: dark round or oval regions, walled all round, not in a shadow."""

from collections.abc import Sequence
from math import hypot, pi

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.perception.blobs import grey_around, grey_behind, region_moments, share_brighter, walls
from inplane.perception.images import Ellipse, box_mean, regions, resize, within
from inplane.perception.prepare import Prepared
from inplane.perception.vessel_signs import Lumen, Signs
from inplane.perception.view import shrunk

RAYS, FACTORS = 40, 26
"""Rays from the middle and places along each. chosen: walls sampled every half millimetre of a 3 mm vessel."""
LEAST_RADIUS_MM, LARGEST_RADIUS_MM = 1.5, 9.0
"""Mean radii looked for. chosen: smaller dark gaps are
everywhere in muscle and fat; the largest is twice a femoral vein's."""
LEAST_RADIUS_PIXELS = 5
"""Smallest radius in coarse pixels. chosen: in deep pictures a smaller dark is a few grains of speckle; its wall is not
resolved."""
LONGEST_ASPECT = 2.6
"""Largest ratio of the axes. chosen: a vein half pressed flat; longer dark regions are muscle or fluid planes."""
LEVELS = 7
"""Thresholds between the darkest and the median grey at which regions are cut out. chosen: regions nest."""
DISC_RADII_MM = (2.0, 2.8, 4.0, 5.6, 8.0)
"""Radii of the discs that are looked for as well. chosen: steps of the root of two over the radii of vessels."""
LEAST_CONTRAST, LEAST_WALLED = 0.5, 0.5
"""Contrast in speckle deviations, and share of rays with a wall, below which a place is not weighed. chosen: less is
speckle's own."""
BEHIND_MM = 4.0
"""Depth behind a lumen that is compared with what lies beside it. chosen: enhancement is plain in that, and few
pictures end sooner behind what they were set to show."""
STREAK = 0.5
"""Share of the contrast above the mean inside from which grey inside is a streak. chosen: nearer to the ring's grey."""
MOST_REGIONS, MOST_DISCS = 14, 16
"""Places looked at in one frame. chosen: bounds the time."""


class VesselFinder:
    """Finds lumens in one prepared frame; keeps its buffers between frames, no memory of what it saw."""

    def __init__(self) -> None:
        self._score = np.zeros((RAYS, FACTORS), np.float32)
        self._back = np.zeros((2 * RAYS, FACTORS), np.int32)
        self._walls = np.zeros((RAYS, 4), np.float32)
        self._grey = np.zeros(5, np.float64)
        self._moments = np.zeros((200, 8))
        self._field = np.zeros((0, 0), np.uint8)

    def find(self, prepared: Prepared, hints: tuple[Ellipse, ...], *, search: bool = True) -> list[Lumen]:
        """Lumens, best first, not overlapping.

        Args:
            prepared: the frame.
            hints: ellipses (coarse pixels) to look at first: where vessels were.
            search: look at the whole picture, not only at the hints.
        """
        lumens = self.measured(prepared, hints)
        if search:
            seeds = [seed for seed in self.seeds(prepared) if not any(_inside(seed, near.ellipse) for near in lumens)]
            lumens += self.measured(prepared, seeds)
        best: list[Lumen] = []
        for lumen in sorted(lumens, key=lambda one: -one.score):
            if not any(overlap(lumen.ellipse, other.ellipse) for other in best):
                best.append(lumen)
        return best

    def measured(self, prepared: Prepared, about: Sequence[Ellipse]) -> list[Lumen]:
        """The lumen about each of those ellipses (coarse pixels) that has one; they may overlap."""
        self._field = shrunk(prepared.field)
        return [lumen for ellipse in about if (lumen := self._measure(prepared, ellipse)) is not None]

    def seeds(self, prepared: Prepared) -> list[Ellipse]:
        """Ellipses of compact dark regions at several thresholds, then discs darker than what lies around them."""
        image, inside = prepared.coarse, prepared.seeded
        kept: list[Ellipse] = []
        found = self._regions(image, inside, 2 * prepared.grid.pixel_mm, LEVELS)
        for seeds, most in ((found, MOST_REGIONS), (_discs(prepared), MOST_REGIONS + MOST_DISCS)):
            for _, seed in sorted(seeds, key=lambda one: -one[0]):
                if len(kept) < most and not any(_near(seed, other) for other in kept):
                    kept.append(seed)
        return kept

    def _regions(
        self, image: NDArray[np.float32], inside: NDArray[np.uint8], pixel: float, levels: int
    ) -> list[tuple[float, Ellipse]]:
        """Ellipses of compact regions darker than each of several levels, with how much darker they are."""
        lit = image[::2, ::2][inside[: image.shape[0] : 2, : image.shape[1] : 2] > 0]
        if lit.size < 30:
            return []
        low, high = np.percentile(lit, (3, 55))
        found: list[tuple[float, Ellipse]] = []
        for step in range(levels):
            level = float(low + (high - low) * (0.12 + 0.88 * step / (levels - 1)))
            _, labels = regions((image < level) & (inside > 0))
            region_moments(labels, image, inside, self._moments)
            for row in self._moments[1:]:
                seed = _ellipse_of(row, pixel) if row[0] > 3 else None
                if seed is not None:
                    found.append((level - row[6] / row[0], seed))
        return found

    def _measure(self, prepared: Prepared, seed: Ellipse) -> Lumen | None:
        """The lumen about an ellipse, its wall found ray by ray; None where there is no closed wall."""
        image, pixel = prepared.coarse, 2 * prepared.grid.pixel_mm
        ellipse = seed
        residual = 0.0
        for low, high in ((0.5, 1.9), (0.7, 1.4)):
            radius = 0.5 * (ellipse[2] + ellipse[3])
            half = 0.35 / pixel / radius
            walls(image, ellipse, (low, high, half), self._score, self._back, self._walls)
            fitted = _fit(self._walls, pixel)
            if fitted is None:
                return None
            ellipse, residual = fitted
            if not _fits_picture(ellipse, image.shape, pixel):
                return None
        return self._judge(prepared, ellipse, residual)

    def _judge(self, prepared: Prepared, ellipse: Ellipse, residual: float) -> Lumen | None:
        """Weighs what speaks for a vessel: darkness, wall all round, size, no streaks within, enhancement behind."""
        pixel = 2 * prepared.grid.pixel_mm
        grey_around(prepared.coarse, ellipse, (0.5 / pixel, 0.4 / pixel, 1.4 / pixel), self._grey)
        look = (*prepared.view.beam(*ellipse[:2]), 0.4 / pixel, BEHIND_MM / pixel)
        grey_behind(prepared.coarse, self._field, ellipse, look, self._grey)
        inside, ring, below, beside, counted = self._grey.tolist()
        contrast = ring - inside
        walled = float((self._walls[:, 2] > 0.25 * max(contrast, 1.0)).mean())
        if contrast < LEAST_CONTRAST * prepared.speckle or walled < LEAST_WALLED:
            return None
        whole = 1.4 * (ellipse[2] * ellipse[3]) ** 0.5 * BEHIND_MM / pixel
        behind = (below - beside) / prepared.speckle if counted > 0.5 * whole else None
        radius_mm = (ellipse[2] * ellipse[3]) ** 0.5 * pixel
        signs = Signs(
            radius_mm=radius_mm,
            aspect=ellipse[2] / ellipse[3],
            contrast=contrast / prepared.speckle,
            darkness=inside / max(ring, 1.0),
            walled=walled,
            ragged=residual * pixel / radius_mm,
            streaks=share_brighter(prepared.coarse, ellipse, 0.5 / pixel, inside + STREAK * contrast),
            behind=behind,
            top_mm=prepared.view.depth_mm(*ellipse[:2]) - ellipse[3] * pixel,
        )
        return Lumen(ellipse=ellipse, residual=residual, signs=signs, score=signs.likelihood())


def _discs(prepared: Prepared) -> list[tuple[float, Ellipse]]:
    """Discs of several radii at the places that are darkest against the ring about them, with by how much."""
    calm = resize(prepared.coarse, prepared.coarse.shape[1] // 2, prepared.coarse.shape[0] // 2, area=True)
    inside = shrunk(prepared.seeded)
    calm, inside = calm[: inside.shape[0], : inside.shape[1]], inside[: calm.shape[0], : calm.shape[1]]
    pixel = 4 * prepared.grid.pixel_mm
    weight = inside.astype(np.float32)
    found: list[tuple[float, Ellipse]] = []
    for radius_mm in DISC_RADII_MM:
        inner, outer = (max(1, 2 * round(share * radius_mm / pixel) + 1) for share in (0.7, 1.6))
        if outer >= min(calm.shape):
            continue
        dark = box_mean(calm * weight, inner) / np.maximum(box_mean(weight, inner), 0.05)
        around = box_mean(calm * weight, outer) / np.maximum(box_mean(weight, outer), 0.05)
        step = np.where(box_mean(weight, inner) > 0.99, around - dark, -1)
        peak = np.asarray(cv2.dilate(step, np.ones((inner, inner), np.uint8)), dtype=np.float32)
        rows, columns = np.nonzero((step >= peak) & (step > 0.2 * prepared.speckle))
        for y, x in zip(rows.tolist(), columns.tolist(), strict=True):
            radius = 2 * radius_mm / pixel
            found.append((float(step[y, x]), (2 * x + 0.5, 2 * y + 0.5, radius, radius, 0.0)))
    return found


def _ellipse_of(row: NDArray[np.float64], pixel: float) -> Ellipse | None:
    """The ellipse with a region's moments; None if too small, large, long or ragged, or at the border."""
    count = row[0]
    area_mm2 = count * pixel * pixel
    if not pi * LEAST_RADIUS_MM**2 * 0.5 < area_mm2 < pi * LARGEST_RADIUS_MM**2 or row[7] > 0.15 * count**0.5:
        return None
    x, y = row[1] / count, row[2] / count
    xx, yy, xy = row[3] / count - x * x + 1 / 12, row[4] / count - y * y + 1 / 12, row[5] / count - x * y
    gap = hypot(0.5 * (xx - yy), xy)
    a, b = 2 * (0.5 * (xx + yy) + gap) ** 0.5, 2 * max(0.1, 0.5 * (xx + yy) - gap) ** 0.5
    if a > 1.3 * LONGEST_ASPECT * b or count < 0.78 * pi * a * b:
        return None
    return x, y, a, b, 0.5 * float(np.arctan2(2 * xy, xx - yy))


def _fit(wall: NDArray[np.float32], pixel: float) -> tuple[Ellipse, float] | None:
    """The ellipse through wall points, the worst fifth left out, and the robust deviation from it."""
    points = wall[:, :2]
    cx = cy = a = b = angle = residual = 0.0
    for _ in range(2):
        (cx, cy), (d1, d2), degrees = cv2.fitEllipseDirect(np.ascontiguousarray(points))
        a, b, angle = 0.5 * d1, 0.5 * d2, degrees * pi / 180
        if not np.isfinite((cx, cy, a, b)).all() or min(a, b) < 0.6 * LEAST_RADIUS_MM / pixel:
            return None
        c, s = np.cos(angle), np.sin(angle)
        u = (c * (wall[:, 0] - cx) + s * (wall[:, 1] - cy)) / a
        v = (-s * (wall[:, 0] - cx) + c * (wall[:, 1] - cy)) / b
        off = np.abs(np.sqrt(u * u + v * v) - 1) * (a * b) ** 0.5
        order = np.sort(off)
        residual = 1.4826 * float(order[len(order) // 2])
        points = wall[off <= order[4 * len(order) // 5], :2]
    if a < b:
        a, b, angle = b, a, angle + pi / 2
    angle = (angle + pi / 2) % pi - pi / 2
    return (float(cx), float(cy), float(a), float(b), float(angle)), residual


def _fits_picture(ellipse: Ellipse, shape: tuple[int, ...], pixel: float) -> bool:
    """Whether an ellipse has a vessel's size and shape and lies within the picture, but for a fifth at a side."""
    cx, cy, a, b, _ = ellipse
    radius_mm = (a * b) ** 0.5 * pixel
    inside = 0.6 * b < cx < shape[1] - 1 - 0.6 * b and 0.6 * b < cy < shape[0] - 1 - 0.6 * b
    resolved = radius_mm >= LEAST_RADIUS_PIXELS * pixel
    fits = LEAST_RADIUS_MM <= radius_mm <= LARGEST_RADIUS_MM and a <= LONGEST_ASPECT * b
    return fits and resolved and inside


def _near(one: Ellipse, other: Ellipse) -> bool:
    """Whether two seeds are the same region at two thresholds: same centre and size within a third."""
    apart = hypot(one[0] - other[0], one[1] - other[1])
    small, large = sorted(((one[2] * one[3]) ** 0.5, (other[2] * other[3]) ** 0.5))
    return apart < 0.4 * large and small > 0.6 * large


def _inside(one: Ellipse, other: Ellipse) -> bool:
    """Whether the centre of one ellipse lies in the other."""
    dx, dy = one[0] - other[0], one[1] - other[1]
    c, s = np.cos(other[4]), np.sin(other[4])
    return bool(((c * dx + s * dy) / other[2]) ** 2 + ((-s * dx + c * dy) / other[3]) ** 2 < 1)


def overlap(one: Ellipse, other: Ellipse) -> bool:
    """Whether one's centre lies in the other, or their mean circles overlap by half of the smaller radius."""
    if _inside(one, other) or _inside(other, one):
        return True
    r1, r2 = (one[2] * one[3]) ** 0.5, (other[2] * other[3]) ** 0.5
    return hypot(one[0] - other[0], one[1] - other[1]) < r1 + r2 - 0.5 * min(r1, r2)


def share_within(ellipse: Ellipse, mask: NDArray[np.bool_]) -> float:
    """Share of an ellipse that lies in a mask of the coarse picture, 0 to 1."""
    y, x = np.nonzero(mask)
    return float(within(ellipse, x, y).sum()) / max(1.0, pi * ellipse[2] * ellipse[3])
