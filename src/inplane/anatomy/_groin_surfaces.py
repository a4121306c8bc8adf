"""Courses of vessels and nerve down a right leg, and the sheets that follow from them. See `_groin_shape`."""

import numpy as np

from inplane.anatomy._groin_shape import (
    WALL_ARTERY_MM,
    WALL_VEIN_MM,
    X_HIGH_MM,
    X_LOW_MM,
    Axes,
    Grid,
    Map,
    fixed,
    soft_plus,
    step,
)
from inplane.anatomy.parameters import GroinParameters

LIGAMENT_Z_MM, LIGAMENT_SLOPE = 22.0, 0.557
"""The inguinal ligament's height above the crease at x = 0, and its fall towards the midline. Chosen: it joins the two
bony landmarks, and the crease lies about two fingers below it."""


def make_axes(p: GroinParameters, z: Map) -> Axes:
    """Where artery, vein and nerve run; the vein winds behind the artery downwards, the nerve flattens and widens."""
    down, up = soft_plus(-z, 6.0), soft_plus(z - 18.0, 6.0)
    below = step(-z, p.bifurcation_below_crease_mm - 5, p.bifurcation_below_crease_mm + 9)
    artery_r = p.artery_radius_mm * (1 - 0.2 * below)
    artery_x = 0.07 * down + 0.25 * up + 0.6 * np.sin(z / 17.0 + p.vessel_gap_mm)
    artery_x = artery_x - np.interp(0.0, z, artery_x)
    front = p.skin_mm + p.fat_mm + p.artery_cover_mm
    artery_y = front + WALL_ARTERY_MM + p.artery_radius_mm + 0.11 * down + 0.3 * up
    turn = np.minimum(p.vein_behind_rad + 0.012 * down, 1.4)
    vein_r = p.vein_radius_mm * (1 - 0.12 * below)
    apart = artery_r + vein_r + WALL_ARTERY_MM + WALL_VEIN_MM + p.vessel_gap_mm
    flatter = step(-z, 5, 45)
    width = p.nerve_width_mm * (1 + 0.25 * flatter)
    return Axes(
        artery_x=artery_x,
        artery_y=artery_y,
        artery_r=artery_r,
        vein_x=artery_x + apart * np.cos(turn),
        vein_y=artery_y + apart * np.sin(turn),
        vein_r=vein_r,
        nerve_x=artery_x - artery_r - WALL_ARTERY_MM - p.nerve_gap_mm - 0.06 * down - width / 2,
        nerve_w=width,
        nerve_t=p.nerve_thickness_mm * (1 - 0.3 * flatter) * (1 + 0.2 * step(z, 10, 45)),
    )


def make_maps(p: GroinParameters, axes: Axes, grid: Grid) -> Map:
    """(nz, nx, n) see MAPS."""
    z, x = grid.z_mm[:, None], grid.x_mm[None, :]
    phase = 7.0 * p.nerve_gap_mm
    skin = p.skin_mm + 0.08 * np.sin(x / 7.0 + z / 9.0 + phase)
    lata = _lata(p, x, z, phase)
    lata = np.maximum(lata, skin + 2.0)
    superficial = skin + (lata - skin) * (0.56 + 0.05 * np.sin(x / 19.0 + z / 13.0 + phase))
    sartorius = _lens(x - (-45.0 - 0.34 * z), lata, half_mm=15.0, high_mm=9.5)
    tensor = _lens(x + 76.0 + 0.1 * z, lata, half_mm=18.0, high_mm=13.0)
    iliaca = np.maximum(_iliaca(p, axes, grid), lata + 2.0)
    iliaca = np.maximum(iliaca, np.maximum(sartorius, tensor) + 0.9)
    slope_z, slope_x = np.gradient(iliaca, grid.spacing_mm)
    cosine = 1 / np.sqrt(1 + slope_z * slope_z + slope_x * slope_x)
    medial = np.broadcast_to(axes.artery_x[:, None] + 5.0 + 1.2 * np.sin(z / 21.0), iliaca.shape)
    outer = np.broadcast_to(axes.nerve_x[:, None] - 36.0 - 0.05 * z, iliaca.shape)
    above = (z - LIGAMENT_Z_MM + LIGAMENT_SLOPE * x) / np.sqrt(1 + LIGAMENT_SLOPE**2)
    every = [skin, superficial, lata, sartorius, tensor, iliaca, cosine, medial, outer, above]
    return fixed(np.stack(every, axis=-1))


def _lata(p: GroinParameters, x: Map, z: Map, phase: float) -> Map:
    """Depth of fascia lata: gently wavy, thinner fat laterally; at the artery and the crease as the parameters say."""

    def sheet(x: Map, z: Map) -> Map:
        waves = 0.5 * np.sin(x / 11.0 + z / 23.0 + phase) + 0.3 * np.sin(x / 5.3 - z / 14.0 + 2.1 * phase)
        thick = p.fat_mm * (1 - 0.22 * step(-x, 10, 70) + 0.1 * step(x, 5, 45))
        return thick + waves + 0.3 * np.sin(z / 8.7 + 1.3 * phase) + 0.05 * soft_plus(-z, 8.0)

    zero = np.zeros((1, 1))
    return p.skin_mm + p.fat_mm + sheet(x, z) - sheet(zero, zero)


def _lens(away: Map, lata: Map, *, half_mm: float, high_mm: float) -> Map:
    """Lower border of a flat muscle under fascia lata, as wide as 2 half_mm; -1 where it is not."""
    inside = np.clip(1 - (away / half_mm) ** 2, 0, None)
    return np.where(inside > 0, lata + 0.7 + high_mm * np.sqrt(inside), -1.0)


def _iliaca(p: GroinParameters, axes: Axes, grid: Grid) -> Map:
    """Depth of fascia iliaca (medially: of the fascia on pectineus): under the vessels, over nerve and iliopsoas."""
    x = np.linspace(X_LOW_MM - 10, X_HIGH_MM + 10, 561)
    rows = [np.interp(grid.x_mm, x, _iliaca_row(p, axes, row, x, float(z))) for row, z in enumerate(grid.z_mm)]
    return np.stack(rows)


def _iliaca_row(p: GroinParameters, axes: Axes, row: int, x: Map, z: float) -> Map:
    """The sheet in one slice: a smoothed polygon over the nerve, pressed down beneath artery and vein."""
    ax, ay, ar = axes.artery_x[row], axes.artery_y[row], axes.artery_r[row]
    nx, half = axes.nerve_x[row], axes.nerve_w[row] / 2
    over = ay + p.nerve_drop_mm - axes.nerve_t[row] / 2 - 0.6
    knots_x = [-90, nx - 38, nx - 24, nx - half - 6, nx - half, nx + half, ax, ax + 12, ax + 30, ax + 60]
    knots_y = [ay + 14, ay + 5, ay - 2.5, over - 2.2, over - 0.8, over + 0.8, ay + ar, ay + ar, ay + 6, ay + 4]
    depth = np.interp(x, knots_x, knots_y)
    for _ in range(2):
        depth = _moving_mean(depth, 7)
    depth = depth + 0.25 * np.sin(x / 6.1 + z / 15.0 + p.nerve_gap_mm)
    vein = (axes.vein_x[row], axes.vein_y[row], axes.vein_r[row] + WALL_VEIN_MM)
    for cx, cy, cr in ((ax, ay, ar + WALL_ARTERY_MM), vein):
        inside = np.clip(1 - ((x - cx) / (cr + 1.6)) ** 2, 0, None)
        depth = np.where(inside > 0, np.maximum(depth, cy + (cr + 1.0) * np.sqrt(inside)), depth)
    return _moving_mean(depth, 4)


def _moving_mean(values: Map, half: int) -> Map:
    """Mean over 2 half + 1 neighbours; the ends are carried on."""
    return np.convolve(np.pad(values, half, mode="edge"), np.ones(2 * half + 1) / (2 * half + 1), mode="valid")
