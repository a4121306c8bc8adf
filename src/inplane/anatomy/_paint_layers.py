"""Painting the soft tissue of a groin, layer under layer: skin, fat, fasciae, muscles.

Every painter works on `volume` (3, nz, nx, ny) uint8: labels, echogenicity, impedance. An edge at signed distance d
(mm, negative inside) covers a voxel by clip(1/2 - d/h, 0, 1), so brightness and impedance have no voxel staircase.
"""

from inplane.anatomy._noise import cell_edge_2d, cell_edge_3d, value_noise
from inplane.core.runtime import kernel

SKIN, FAT, SUPERFICIAL, LATA, DEEP_FAT, SARTORIUS, TENSOR, ILIACA = 1, 2, 3, 4, 5, 6, 7, 8
ILIOPSOAS, PECTINEUS, PECTINEAL, GLUTEUS, OBTURATOR, RECTUS, TENDON = 9, 10, 11, 12, 13, 14, 15


@kernel(fastmath=False, inline=True)
def clamp(value: float, low: float, high: float) -> float:
    """Value cut off at both ends."""
    return min(max(value, low), high)


@kernel(fastmath=False, inline=True)
def line(distance_mm: float, thickness_mm: float, spacing_mm: float) -> float:
    """How bright a thin sheet at a distance is in a voxel, 0 to 1: a trapezium as wide as sheet and voxel together."""
    reach = 0.5 * (thickness_mm + 1.5 * spacing_mm)
    peak = min(1.0, (thickness_mm + 0.3 * spacing_mm) / spacing_mm)
    return peak * clamp(2.0 * (1.0 - abs(distance_mm) / reach), 0.0, 1.0)


@kernel(fastmath=False, inline=True)
def blend(first: float, second: float, share: float) -> float:
    """First, with a share of second mixed in."""
    return first + (second - first) * share


@kernel(fastmath=False)
def fat_texture(x: float, y: float, z: float, spacing_mm: float, seed: int) -> float:
    """Codes above fat's mean: lobules of slightly different brightness between bright wavy septa parallel to the skin."""
    warp = 2.2 * value_noise(x / 13.0, y / 9.0, z / 13.0, seed + 11)
    edge, code = cell_edge_3d(x / 12.0, (y + warp) / 3.4, z / 11.0, seed + 12)
    gate = clamp(0.55 + 1.1 * value_noise(x / 7.0, y / 3.0, z / 7.0, seed + 13), 0.0, 1.0)
    septum = line(edge * 3.4, 0.28, spacing_mm) * gate
    return 8.0 * (code - 0.5) + 38.0 * septum


@kernel(fastmath=False)
def muscle_texture(u: float, v: float, w: float, spacing_mm: float, seed: int) -> float:
    """Codes above muscle's mean: perimysium as broken streaks that run on along the fibres.

    Args:
        u, v: across the fibres, along and across the skin, mm.
        w: along the fibres, mm.
    """
    bend = 1.4 * value_noise(u / 9.0, v / 6.0, w / 40.0, seed + 21)
    edge, code = cell_edge_2d((u + 0.4 * bend) / 3.6, (v + bend) / 1.7, seed + 22)
    gate = clamp(1.6 * value_noise(u / 2.6, v / 1.8, w / 25.0, seed + 23) - 0.15, 0.0, 1.0)
    streak = line(edge * 1.7, 0.22, spacing_mm) * gate
    return 4.0 * (code - 0.5) + 36.0 * streak


@kernel(fastmath=False, inline=True)
def along_fibers(label: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Muscle coordinates: two across its fibres and one along them (unit vectors, chosen from the muscles' courses)."""
    if label == SARTORIUS:  # (0.32, 0, -0.95): inferomedially
        return 0.947 * x + 0.32 * z, y, 0.32 * x - 0.947 * z
    if label == PECTINEUS or label == OBTURATOR:  # (-0.58, 0.35, -0.74): inferolaterally and back
        return 0.79 * x - 0.62 * z, y + 0.3 * x, -0.58 * x + 0.35 * y - 0.74 * z
    if label == ILIOPSOAS:  # (0.12, 0.10, -0.99)
        return x + 0.12 * z, y + 0.10 * z, -z
    if label == GLUTEUS:  # (-0.4, 0.1, -0.9)
        return 0.91 * x - 0.41 * z, y, -0.4 * x - 0.91 * z
    return x, y + 0.05 * z, -z


@kernel(fastmath=False)
def layer_at(x: float, y: float, surfaces, rectus) -> tuple[int, float]:  # type: ignore[no-untyped-def]
    """The tissue between the fasciae at a point, and its distance (mm) inside from the sheet that wraps it."""
    lata, sartorius, tensor, iliaca = surfaces[2], surfaces[3], surfaces[4], surfaces[5]
    if y < iliaca:
        if sartorius > 0 and lata + 0.7 < y < sartorius:
            return SARTORIUS, min(y - lata - 0.7, sartorius - y)
        if tensor > 0 and lata + 0.7 < y < tensor:
            return TENSOR, min(y - lata - 0.7, tensor - y)
        gap = 9.0
        if sartorius > 0:
            gap = min(gap, y - sartorius)
        if tensor > 0:
            gap = min(gap, y - tensor)
        return DEEP_FAT, max(0.0, gap)
    around = (((x - rectus[0]) / rectus[2]) ** 2 + ((y - rectus[1]) / rectus[3]) ** 2) ** 0.5
    to_rectus = (around - 1.0) * rectus[3]
    if to_rectus < 0:
        return RECTUS, -to_rectus
    depth = y - iliaca
    border = x - surfaces[7] - 0.25 * depth
    if border > 0:
        if depth > 17.0:
            return OBTURATOR, min(min(depth - 17.0, border), to_rectus)
        return PECTINEUS, min(min(17.0 - depth, border), to_rectus)
    outer = x - surfaces[8] + 0.3 * depth
    if outer < 0:
        return GLUTEUS, min(-outer, to_rectus)
    return ILIOPSOAS, min(min(-border, outer), to_rectus)


@kernel(fastmath=False)
def texture(label: int, x: float, y: float, z: float, grain) -> float:  # type: ignore[no-untyped-def]
    """Codes above the mean of that label's tissue; `grain` is (spacing, seed)."""
    spacing, seed = grain[0], int(grain[1])
    if label == FAT or label == DEEP_FAT:
        return fat_texture(x, y, z, spacing, seed + label)
    u, v, w = along_fibers(label, x, y, z)
    return muscle_texture(u, v, w, spacing, seed + 100 * label)


@kernel(fastmath=False)
def paint_layers(volume, frame, maps, muscles, materials) -> None:  # type: ignore[no-untyped-def]
    """Skin, fat, fasciae and muscles of every column.

    Args:
        volume: see module.
        frame: x, y, z of voxel [0, 0, 0], spacing (mm), seed.
        maps, muscles: see GroinShape.
        materials: (n, 2) codes by label.
    """
    h = frame[3]
    grain = (h, frame[4])
    for i in range(volume.shape[1]):
        z = frame[2] + i * h
        rectus = muscles[i]
        for j in range(volume.shape[2]):
            x = frame[0] + j * h
            surfaces = maps[:, i, j]
            for k in range(volume.shape[3]):
                y = frame[1] + k * h
                label, code, stiff = soft_voxel(x, y, z, surfaces, rectus, materials, grain)
                volume[0, i, j, k] = label
                volume[1, i, j, k] = int(clamp(code + 0.5, 0.0, 255.0))
                volume[2, i, j, k] = int(clamp(stiff + 0.5, 0.0, 255.0))


@kernel(fastmath=False)
def soft_voxel(x, y, z, surfaces, rectus, materials, grain):  # type: ignore[no-untyped-def]
    """Label, echogenicity code and impedance code of one voxel of soft tissue."""
    h = grain[0]
    seed = int(grain[1])
    skin, lata, iliaca = surfaces[0], surfaces[2], surfaces[5]
    if y < skin + h and y < lata - h:
        share = clamp(0.5 + (y - skin) / h, 0.0, 1.0)
        grainy = 6.0 * value_noise(x / 1.5, y / 0.5, z / 1.5, seed + 31)
        band = materials[SKIN, 0] + grainy - 14.0 * clamp(1.0 - abs(y / skin - 0.55) * 4.0, 0.0, 1.0)
        under = materials[FAT, 0] + fat_texture(x, y, z, h, seed + FAT)
        stiff = blend(materials[SKIN, 1], materials[FAT, 1], share)
        return (SKIN if y < skin else FAT), blend(band, under, share), stiff
    if y < lata:
        label = FAT
        wrap = 9.0
    else:
        label, wrap = layer_at(x, y, surfaces, rectus)
    code = materials[label, 0] + texture(label, x, y, z, grain)
    stiff = materials[label, 1]
    sheet = 0.0
    if label == DEEP_FAT or label == FAT:
        wrap_line = line(wrap, 0.5, h)
    else:
        wrap_line = line(wrap, 0.45, h) * clamp(0.75 + value_noise(x / 6.0, y / 6.0, z / 9.0, seed + 41), 0.3, 1.0)
    code = blend(code, materials[SUPERFICIAL, 0], 0.85 * wrap_line)
    stiff = blend(stiff, materials[SUPERFICIAL, 1], 0.5 * wrap_line)
    to_superficial = y - surfaces[1]
    broken = clamp(0.7 + 1.2 * value_noise(x / 9.0, 0.5, z / 9.0, seed + 42), 0.15, 1.0)
    sheet = line(to_superficial, 0.35, h) * broken
    code = blend(code, materials[SUPERFICIAL, 0], sheet)
    stiff = blend(stiff, materials[SUPERFICIAL, 1], sheet)
    to_lata = y - lata
    sheet = line(to_lata, 0.7, h)
    code = blend(code, materials[LATA, 0], sheet)
    stiff = blend(stiff, materials[LATA, 1], sheet)
    to_iliaca = (y - iliaca) * surfaces[6]
    iliac = ILIACA if x < surfaces[7] else PECTINEAL
    sheet = line(to_iliaca, 0.6, h)
    code = blend(code, materials[iliac, 0], sheet)
    stiff = blend(stiff, materials[iliac, 1], sheet)
    if abs(y - iliaca) <= max(0.5 * h, 0.3):
        label = iliac
    if abs(to_superficial) <= 0.5 * h and y < lata:
        label = SUPERFICIAL
    if abs(to_lata) <= max(0.5 * h, 0.35):
        label = LATA
    return label, code, stiff
