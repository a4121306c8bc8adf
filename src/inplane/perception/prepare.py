"""A frame made ready: isotropic pixels, where the picture is valid, how wide it has contact, whether it is usable."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import Frame
from inplane.perception.color import colored, split
from inplane.perception.images import blur, box_mean, median, resize
from inplane.perception.view import COARSE_MM, RIM_MM, SMOOTH_MM, Grid, View, eroded, shrunk, view_of

CONTACT_FROM_MM, CONTACT_TO_MM = 7.0, 25.0
"""Depths between which contact is judged. chosen: deeper than a face rings in air, no deeper than a short picture."""
CONTACT_OVER_MM = 3.0
"""Depth over which a beam's grey is averaged; the brightest part counts. chosen: a fascia and its surroundings."""
CONTACT_LEVEL = 14.0
"""Mean grey below which a beam has no tissue signal. chosen: one twentieth of the grey scale."""
CONTACT_SHARE = 0.3
"""A beam's signal relative to the good ones, below which it has lost contact. chosen: -40 dB at a range of 60."""
TEXTURE_LEVEL = 3.0
"""Mean grey step along the face below which a beam holds bands only. chosen: speckle has 20."""
BLACK = 6
"""Largest grey of a row or column of a screen's margin. chosen: compression leaves up to that on black."""
SEEN = 0.2
"""Least share of valid pixels under a filter for its value to mean something. chosen: a fifth."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A frame made ready.

    Args:
        view: how the geometry lies on the grid.
        fine: (rows, columns) uint8 grey; dark where colour shows flow.
        smooth: (rows, columns) float32, Gaussian of 0.25 mm over what lies in the field; 0 outside it.
        coarse: (rows / 2, columns / 2) float32, Gaussian of 0.45 mm, likewise.
        field: (rows, columns) uint8, 1 inside the field of view, a screen's black margins left out.
        valid: (rows, columns) uint8, 1 where the grey is tissue's: not at the field's border, nor under colour.
        valid_coarse: (rows / 2, columns / 2) uint8, the same.
        beams: (rays,) bool, which beams have contact; rays are columns of `coarse` where there is no fan.
        contact: share of the beams with contact.
        speckle: typical deviation of grey from its neighbourhood (robust).
        six_db: grey levels of 6 dB.
        flow: (rows / 2, columns / 2) bool, where colour shows flow; None where the picture has no colour.
    """

    view: View
    fine: NDArray[np.uint8]
    smooth: NDArray[np.float32]
    coarse: NDArray[np.float32]
    field: NDArray[np.uint8]
    valid: NDArray[np.uint8]
    valid_coarse: NDArray[np.uint8]
    beams: NDArray[np.bool_]
    contact: float
    speckle: float
    six_db: float
    flow: NDArray[np.bool_] | None

    @property
    def grid(self) -> Grid:
        """Of `fine`; `coarse` has half its rows and columns and the same extent."""
        return self.view.grid

    @property
    def seeded(self) -> NDArray[np.uint8]:
        """(rows / 2, columns / 2) 1 where a vessel may lie: in tissue, or under the colour of flow."""
        return self.valid_coarse if self.flow is None else self.valid_coarse | self.flow.astype(np.uint8)


def prepare(frame: Frame) -> Prepared:
    """The frame on an isotropic grid, with its masks, contact and grey statistics."""
    view = view_of(frame.geometry)
    grid = view.grid
    deep = resize(frame.pixels, grid.rows, frame.geometry.n_lines, area=True)
    shrinks = grid.columns < frame.geometry.n_lines
    fine = resize(np.ascontiguousarray(deep.T), grid.columns, grid.rows, area=shrinks)
    field = _field(fine, view)
    lit = None if frame.rgb is None else colored(frame.rgb, grid)
    flow, marks = (None, None) if lit is None else split(lit, grid)
    if flow is not None:
        fine = np.where(flow > 0, np.uint8(0), fine)
    half = resize(fine.astype(np.float32), grid.columns // 2, grid.rows // 2, area=True)
    valid = field & _lit(fine) if view.inside is None else eroded(field, round(RIM_MM / grid.pixel_mm))
    if flow is not None and marks is not None:
        valid = valid & (1 - flow) & (1 - marks)
    smooth, coarse = _smoothed(fine, half, view, marks)
    beams, share = _contact(half, field, view)
    scanner = frame.signals.scanner
    dynamic_range_db = scanner.dynamic_range_db if scanner is not None else 60.0
    return Prepared(
        view=view,
        fine=fine,
        smooth=smooth,
        coarse=coarse,
        field=field,
        valid=valid,
        valid_coarse=shrunk(valid),
        beams=beams,
        contact=share,
        speckle=_speckle(half, None if view.inside is None else shrunk(valid)),
        six_db=255.0 * 6.0 / dynamic_range_db,
        flow=None if flow is None else flow[::2, ::2] > 0,
    )


def _field(fine: NDArray[np.uint8], view: View) -> NDArray[np.uint8]:
    """(rows, columns) 1 in the field of view; where that is not known, without the black margins of a screen grab."""
    if view.inside is not None:
        return view.inside
    field = np.zeros(fine.shape, np.uint8)
    lit = _lit(fine)
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if rows.size and columns.size:
        field[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = 1
    return field


def _lit(fine: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(rows, columns) 1 where neither the row nor the column is black from end to end."""
    return ((fine.max(axis=0) > BLACK)[None, :] & (fine.max(axis=1) > BLACK)[:, None]).astype(np.uint8)


def _smoothed(
    fine: NDArray[np.uint8], half: NDArray[np.float32], view: View, marks: NDArray[np.uint8] | None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The smooth and the coarse picture; what lies outside the field or under a mark counts nothing."""
    sigmas = SMOOTH_MM / view.grid.pixel_mm, COARSE_MM / (2 * view.grid.pixel_mm)
    if view.inside is None and marks is None:
        return blur(fine, sigmas[0]), blur(half, sigmas[1])
    inside = np.ones(fine.shape, np.uint8) if view.inside is None else view.inside
    weights = (view.weight, view.half_weight)
    if marks is not None:
        inside = inside & (1 - marks)
        weights = (blur(inside, sigmas[0]), blur(shrunk(inside), sigmas[1]))
    pairs = zip((fine, half), (inside, shrunk(inside)), weights, sigmas, strict=True)
    smooth, coarse = (_masked_blur(*pair) for pair in pairs)
    return smooth, coarse


def _masked_blur(
    image: NDArray[np.uint8] | NDArray[np.float32],
    inside: NDArray[np.uint8],
    weight: NDArray[np.float32] | None,
    sigma: float,
) -> NDArray[np.float32]:
    """Gaussian mean over the pixels inside a mask; 0 where too few lie under it."""
    total = blur(np.asarray(image * inside, dtype=np.float32), sigma)
    below = blur(inside, sigma) if weight is None else weight
    return np.where(below > SEEN, total / np.maximum(below, SEEN), np.float32(0))


def fanned(image: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """(depths, rays) of a coarse picture, along the beams; the picture itself where these are its columns."""
    if view.fan is None:
        return image
    kind = cv2.INTER_LINEAR
    return np.asarray(cv2.remap(image, view.fan.columns, view.fan.rows, interpolation=kind), dtype=np.float32)


def fanned_fine(image: NDArray[np.float32], view: View) -> NDArray[np.float32]:
    """(2 depths, rays) of a fine picture along the beams of a sector."""
    if view.fan is None:
        return image
    kind = cv2.INTER_LINEAR
    fan = view.fan
    return np.asarray(cv2.remap(image, fan.fine_columns, fan.fine_rows, interpolation=kind), dtype=np.float32)


def _contact(half: NDArray[np.float32], field: NDArray[np.uint8], view: View) -> tuple[NDArray[np.bool_], float]:
    """Beams with acoustic contact, and their share of those that lie in the field."""
    inside = shrunk(field).astype(np.float32)
    depths, within = fanned(half * inside, view), fanned(inside, view)
    pixel = 2 * view.grid.pixel_mm
    top = int(np.argmax(within.any(axis=1)))
    beams = contact_of(depths[top:], pixel, *view.ray_mm((CONTACT_FROM_MM + CONTACT_TO_MM) / 2))
    if view.fan is not None and not _reaches(depths):
        beams[:] = False
    counted = within[top : top + round(CONTACT_TO_MM / pixel)].mean(axis=0) > 0.5
    return beams & counted, float(beams[counted].mean()) if bool(counted.any()) else 0.0


def _reaches(depths: NDArray[np.float32]) -> bool:
    """Whether any part of a sector returns an echo from its deeper part; in air only the face's own ringing is seen.

    Texture alone does not tell here: the ringing of a curved face is uneven along it.
    """
    part = max(1, depths.shape[0] // 10)
    deep = depths[3 * depths.shape[0] // 10 :]
    count = deep.shape[0] // part
    windows = deep[: count * part].reshape(count, part, -1).mean(axis=1)
    return bool((windows.max(axis=0) > CONTACT_LEVEL).mean() > 0.1)


def contact_of(depths: NDArray[np.float32], pixel: float, ray_mm: float, apart_mm: float) -> NDArray[np.bool_]:
    """(rays,) whether each beam has acoustic contact.

    A beam without contact shows reverberation near the face only: little grey from 7 mm on, or grey that does not
    change from one place to the next along the face (bands).

    Args:
        depths: (depths, rays) grey along each beam from the probe's face, unsmoothed.
        pixel: mm a row.
        ray_mm: mm from one ray to the next.
        apart_mm: distance along the face at which tissue is another, and a band is still the same.
    """
    first = max(0, min(depths.shape[0] - 8, round(CONTACT_FROM_MM / pixel)))
    last = min(depths.shape[0], max(first + 8, round(CONTACT_TO_MM / pixel)))
    band = depths[first:last]
    level = _brightest(band, pixel)
    step = min(band.shape[1] // 3, max(1, round(apart_mm / ray_mm)))
    change = _brightest(np.abs(band[:, step:] - band[:, :-step]), pixel)
    change = np.concatenate((change[:1].repeat(step // 2), change, change[-1:].repeat(step - step // 2)))
    window = max(1, round(1.5 / ray_mm))
    kernel = np.ones(window) / window
    padded = (window // 2, window - 1 - window // 2)
    level = np.convolve(np.pad(level, padded, mode="edge"), kernel, mode="valid")
    change = np.convolve(np.pad(change, padded, mode="edge"), kernel, mode="valid")
    good = float(np.percentile(level, 90))
    return (level > CONTACT_LEVEL) & (level > CONTACT_SHARE * good) & (change > TEXTURE_LEVEL)


def _brightest(band: NDArray[np.float32], pixel: float) -> NDArray[np.float32]:
    """(rays,) the highest mean over CONTACT_OVER_MM of depth: in a dark picture only its interfaces are seen."""
    rows = min(band.shape[0], max(1, round(CONTACT_OVER_MM / pixel)))
    sums = np.cumsum(np.concatenate((np.zeros((1, band.shape[1]), np.float32), band)), axis=0)
    return np.asarray((sums[rows:] - sums[:-rows]).max(axis=0) / rows, dtype=np.float32)


def _speckle(half: NDArray[np.float32], inside: NDArray[np.uint8] | None) -> float:
    """Robust deviation of grey from its 3 mm neighbourhood; at least 4 grey levels."""
    mean = box_mean(half, 11)
    lit = mean[::3, ::3] > 8
    if inside is not None:
        lit &= inside[::3, ::3] > 0
    sample = np.abs(half - mean)[::3, ::3][lit]
    return max(4.0, 1.4826 * median(sample)) if sample.size > 50 else 4.0
