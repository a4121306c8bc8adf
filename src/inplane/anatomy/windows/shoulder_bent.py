"""Layers of the shoulder that follow a round bone: surfaces given as depths over the skin, textures bent along them.

A surface is the depth (mm) of something over the skin, (nz, nx, 1); a layer lies between two of them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.interpolate import PchipInterpolator

from inplane.anatomy._block_nerve import FIBRILS
from inplane.anatomy._block_soft import DARK_DB, DB, ENDOMYSIUM, PERIMYSIUM
from inplane.anatomy._canvas import Canvas, Part
from inplane.anatomy._strands import Field

STEEPEST = 2.2
"""Most that a layer is thickened along the beam where its surface is steep. Chosen: beyond, nothing of it is seen."""
MARGIN_MM = 1.0


def profile(places: Field, knots: Sequence[tuple[float, float]]) -> Field:
    """A smooth curve through knots (place, value), level beyond its ends; rounded so that no last bits show."""
    table = np.array(sorted(knots), np.float64)
    smooth: Any = PchipInterpolator(table[:, 0], table[:, 1])
    at = np.clip(places.astype(np.float64), table[0, 0], table[-1, 0])
    return np.asarray(np.round(smooth(at) * 1024) / 1024, np.float32)


def steepness(c: Canvas, surface: Field) -> Field:
    """How much longer a layer's thickness is along the beam than across it: 1 / cos of a surface's slope across."""
    slope = np.gradient(surface, c.spacing_mm, axis=1)
    return np.clip(np.sqrt(1 + slope * slope), 1.0, STEEPEST).astype(np.float32)


def below(c: Canvas, surface: Field) -> Field:
    """Signed distance (mm, about) to what lies deeper than a surface."""
    return ((surface - c.y) / steepness(c, surface)).astype(np.float32)


def between(c: Canvas, top: Field, bottom: Field) -> Field:
    """Signed distance (mm, about) to a layer."""
    return np.maximum(below(c, top), -below(c, bottom)).astype(np.float32)


def bent(c: Canvas, flat: Field, level_mm: Field) -> Field:
    """A texture taken at another depth of each column; `level_mm` that depth from the first row of `flat`."""
    at = np.clip(level_mm / np.float32(c.spacing_mm), 0, flat.shape[2] - 1.001)
    low = at.astype(np.int32)
    part = at - low
    first = np.take_along_axis(flat, low, axis=2)
    return first + (np.take_along_axis(flat, low + 1, axis=2) - first) * part


def _level(c: Canvas, top: Field, bottom: Field, thick_mm: float) -> Field:
    """Depth within a layer, as if it were of one thickness everywhere."""
    share = np.clip((c.y - top) / np.maximum(bottom - top, 0.3), 0, 1)
    return (share * thick_mm).astype(np.float32)


def _strands(
    c: Canvas, along: tuple[float, float, float], form: tuple[float, ...], salt: int, thick_mm: float
) -> tuple[Field, Field]:
    """Strands of a level layer of a thickness."""
    first = float(c.y.ravel()[0])
    flat = c.window((-1e3, 1e3), (first, min(first + thick_mm + 1.0, float(c.y.ravel()[-1]))))
    return flat.strands(np.ones(flat.labels.shape, np.bool_), along, form, salt)


def muscle_layer(
    c: Canvas, parts: tuple[Part, Part], ends: tuple[Field, Field], along: tuple[float, float, float], salt: int
) -> None:
    """A muscle between two surfaces, its bundles bent as they are; the second part is its perimysium."""
    distance = between(c, *ends)
    part, sheet = parts
    thick = min(float(np.median(ends[1] - ends[0])), 16.0)
    level = _level(c, *ends, thick)
    coarse, bundle = (bent(c, field, level) for field in _strands(c, along, PERIMYSIUM, salt, thick))
    fine, fiber = (bent(c, field, level) for field in _strands(c, along, ENDOMYSIUM, salt + 1, thick))
    patchy = 7.0 * c.noise((14.0, 4.0, 7.0), salt + 2)
    c.lay(part, distance, 5.0 * bundle + 6.0 * fiber + patchy - DARK_DB * DB)
    inside = np.clip(0.5 - distance / np.float32(c.spacing_mm), 0, 1)
    c.mix(sheet, np.clip(coarse + 0.7 * fine, 0, 1) * inside)


def tendon_layer(
    c: Canvas, parts: Sequence[tuple[Part, Field]], ends: tuple[Field, Field], salt: int, dull: Field | float = 0.0
) -> Field:
    """A flat tendon along u between two surfaces, its fibrils bent as they are.

    Args:
        c: the canvas.
        parts: what it is made of, each where its signed distance is negative: zones whose fibers run differently.
        ends: upper and lower surface.
        salt: of the fine structure.
        dull: codes added to its brightness.

    Returns:
        Signed distance to all of it.
    """
    distance = between(c, *ends)
    thick = float(np.percentile(ends[1] - ends[0], 80))
    level = _level(c, *ends, thick)
    lines, fibril = (bent(c, field, level) for field in _strands(c, (1.0, 0.0, 0.06), FIBRILS, salt, thick))
    texture = 12.0 * fibril - 16.0 + 44.0 * lines + dull
    for part, zone in parts:
        c.lay(part, np.maximum(distance, zone), texture)
    return distance
