"""Painting the soft tissue of a groin, layer under layer: skin, fat, fasciae, muscles.

Every painter works on `volume` (3, nz, nx, ny) uint8: labels, echogenicity, impedance. An edge at signed distance d
(mm, negative inside) covers a voxel by clip(1/2 - d/h, 0, 1), so brightness and impedance have no voxel staircase.
"""

from typing import TypeAlias

import numba
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy._noise import value_noise
from inplane.anatomy._texture import blend, clamp, fat_texture, line, mix, texture
from inplane.core.runtime import kernel

Volume: TypeAlias = NDArray[np.uint8]
Table: TypeAlias = NDArray[np.float64]

SKIN, FAT, SUPERFICIAL, LATA, DEEP_FAT, SARTORIUS, TENSOR, ILIACA = 1, 2, 3, 4, 5, 6, 7, 8
ILIOPSOAS, PECTINEUS, PECTINEAL, GLUTEUS, OBTURATOR, RECTUS = 9, 10, 11, 12, 13, 14
LIGAMENT, OBLIQUE = 42, 43
LIGAMENT_HALF_WIDTH_MM, LIGAMENT_MM = 4.0, 1.8
"""Chosen: the inguinal ligament as a band, as it looks when cut across."""


@kernel(fastmath=False)
def above_iliaca(y: float, surfaces: Table) -> tuple[int, float]:
    """The tissue between fascia lata and fascia iliaca, and its distance (mm) from the sheet that wraps it."""
    top = surfaces[2] + 0.7
    beyond = surfaces[9]
    if abs(beyond) < LIGAMENT_HALF_WIDTH_MM:
        round_off = LIGAMENT_MM * (1.0 - (beyond / LIGAMENT_HALF_WIDTH_MM) ** 2)
        if y < surfaces[2] + 0.4 + round_off:
            return LIGAMENT, 9.0
    gap = 9.0
    for n in range(3, 5):
        if surfaces[n] > 0:
            if top < y < surfaces[n]:
                return (SARTORIUS if n == 3 else TENSOR), min(y - top, surfaces[n] - y)
            gap = min(gap, y - surfaces[n])
    floor = min(top + 7.0 * clamp((beyond - 4.0) / 12.0, 0.0, 1.0), surfaces[5] - 2.0)
    if beyond > 4.0:
        if top < y < floor:
            return OBLIQUE, min(y - top, floor - y)
        gap = min(gap, y - floor)
    return DEEP_FAT, max(0.0, gap)


@kernel(fastmath=False)
def below_iliaca(x: float, y: float, surfaces: Table, rectus: Table) -> tuple[int, float]:
    """The muscle beneath fascia iliaca, and the distance (mm) from the sheet that wraps it."""
    around = (((x - rectus[0]) / rectus[2]) ** 2 + ((y - rectus[1]) / rectus[3]) ** 2) ** 0.5
    to_rectus = (around - 1.0) * rectus[3]
    if to_rectus < 0:
        return RECTUS, -to_rectus
    depth = y - surfaces[5]
    border = x - surfaces[7] - 0.25 * depth
    if border > 0:
        if depth > 17.0:
            return OBTURATOR, min(min(depth - 17.0, border), to_rectus)
        return PECTINEUS, min(min(17.0 - depth, border), to_rectus)
    outer = x - surfaces[8] + 0.3 * depth
    if outer < 0:
        return GLUTEUS, min(-outer, to_rectus)
    return ILIOPSOAS, min(min(-border, outer), to_rectus)


@kernel(fastmath=False, parallel=True)
def paint_layers(volume: Volume, frame: Table, maps: Table, muscles: Table, materials: Table) -> None:
    """Skin, fat, fasciae and muscles of every column.

    Args:
        volume: see module.
        frame: x, y, z of voxel [0, 0, 0], spacing (mm), seed.
        maps: (nz, nx, n) see MAPS.
        muscles: see GroinShape.
        materials: (n, 2) codes by label.
    """
    h = frame[3]
    grain = (h, int(frame[4]))
    for i in numba.prange(volume.shape[1]):
        z = frame[2] + i * h
        for j in range(volume.shape[2]):
            x = frame[0] + j * h
            surfaces = maps[i, j]
            for k in range(volume.shape[3]):
                point = (x, frame[1] + k * h, z)
                if point[1] < surfaces[0] + h and point[1] < surfaces[2] - h:
                    label, code, stiff = skin_voxel(point, surfaces, materials, grain)
                else:
                    label, code, stiff = soft_voxel(point, surfaces, muscles[i], materials, grain)
                volume[0, i, j, k] = label
                volume[1, i, j, k] = int(clamp(code + 0.5, 0.0, 255.0))
                volume[2, i, j, k] = int(clamp(stiff + 0.5, 0.0, 255.0))


@kernel(fastmath=False)
def skin_voxel(
    point: tuple[float, float, float], surfaces: Table, materials: Table, grain: tuple[float, int]
) -> tuple[int, float, float]:
    """Label, echogenicity code and impedance code in and just below the skin: bright, its middle darker."""
    x, y, z = point
    h, seed = grain
    share = clamp(0.5 + (y - surfaces[0]) / h, 0.0, 1.0)
    grainy = 9.0 * value_noise(x / 1.5, y / 0.5, z / 1.5, seed + 31)
    middle = clamp(1.0 - abs(y / surfaces[0] - 0.5) * 3.2, 0.0, 1.0)
    lobule, septum = fat_texture(x, y, z, h, seed)
    below = mix(materials[FAT, 0] + lobule, materials[SUPERFICIAL, 0], septum)
    code = mix(materials[SKIN, 0] + grainy - 18.0 * middle, below, share)
    label = SKIN if y < surfaces[0] else FAT
    return label, code, blend(materials[SKIN, 1], materials[FAT, 1], share)


@kernel(fastmath=False)
def soft_voxel(
    point: tuple[float, float, float], surfaces: Table, rectus: Table, materials: Table, grain: tuple[float, int]
) -> tuple[int, float, float]:
    """Label, echogenicity code and impedance code of one voxel of fat or muscle, with the sheets that cross it."""
    x, y, z = point
    h, seed = grain
    wrap = 9.0
    if y < surfaces[2]:
        label = FAT
    elif y < surfaces[5]:
        label, wrap = above_iliaca(y, surfaces)
    else:
        label, wrap = below_iliaca(x, y, surfaces, rectus)
    above, sheets = texture(label, x, y, z, grain)
    code = mix(materials[label, 0] + above, materials[SUPERFICIAL, 0], sheets)
    stiff = blend(materials[label, 1], materials[SUPERFICIAL, 1], sheets)
    if wrap < 1.0:
        patchy = clamp(0.7 + value_noise(x / 5.0, y / 5.0, z / 9.0, seed + 41), 0.25, 1.0)
        sheet = line(wrap, 0.2, h) * patchy
        code = mix(code, materials[SUPERFICIAL, 0], sheet)
        stiff = blend(stiff, materials[SUPERFICIAL, 1], sheet)
    return add_sheets(point, surfaces, materials, grain, (label, code, stiff))


@kernel(fastmath=False)
def add_sheets(
    point: tuple[float, float, float],
    surfaces: Table,
    materials: Table,
    grain: tuple[float, int],
    voxel: tuple[int, float, float],
) -> tuple[int, float, float]:
    """The voxel with superficial fascia, fascia lata and fascia iliaca (medially: of pectineus) drawn through it."""
    x, y, z = point
    h, seed = grain
    label, code, stiff = voxel
    iliac = ILIACA if x < surfaces[7] else PECTINEAL
    for sheet_label, distance, thickness in (
        (SUPERFICIAL, y - surfaces[1], 0.2),
        (LATA, y - surfaces[2], 0.32),
        (iliac, (y - surfaces[5]) * surfaces[6], 0.3),
    ):
        if abs(distance) > 1.5 + h:
            continue
        share = line(distance, thickness, h)
        if sheet_label == SUPERFICIAL:
            share *= clamp(0.7 + 1.2 * value_noise(x / 9.0, 0.5, z / 9.0, seed + 42), 0.15, 1.0)
        else:
            share *= clamp(0.75 + 0.6 * value_noise(x / 6.0, y / 3.0, z / 6.0, seed + 43), 0.35, 1.0)
        seen = share * surfaces[6] ** 4 if sheet_label == iliac else share
        code = mix(code, materials[sheet_label, 0], seen)
        stiff = blend(stiff, materials[sheet_label, 1], share)
    if abs(y - surfaces[1]) <= 0.5 * h and y < surfaces[2]:
        label = SUPERFICIAL
    if abs(y - surfaces[5]) <= max(0.5 * h, 0.3 / surfaces[6]):
        label = iliac
    if abs(y - surfaces[2]) <= max(0.5 * h, 0.35):
        label = LATA
    return label, code, stiff
