"""Fine structure of soft tissue: septa of fat, perimysium of muscle; codes to add to a tissue's mean brightness, and
the share of each voxel that sheets of connective tissue take up."""

from math import exp, log

from inplane.anatomy._materials import NEPERS
from inplane.anatomy._noise import cell_edge_2d, cell_edge_3d, value_noise
from inplane.core.runtime import kernel

FAT, DEEP_FAT, SARTORIUS, ILIOPSOAS, PECTINEUS, GLUTEUS, OBTURATOR, OBLIQUE = 2, 5, 6, 9, 10, 12, 13, 43


@kernel(fastmath=False, inline=True)
def clamp(value: float, low: float, high: float) -> float:
    """Value cut off at both ends."""
    return min(max(value, low), high)


@kernel(fastmath=False, inline=True)
def blend(first: float, second: float, share: float) -> float:
    """First, with a share of second mixed in."""
    return first + (second - first) * share


@kernel(fastmath=False, inline=True)
def line(distance_mm: float, thickness_mm: float, spacing_mm: float) -> float:
    """Share of a voxel that a thin sheet at a distance takes up: clip((t/2 + h/2 - |d|) / h, 0, min(1, t/h))."""
    reach = 0.5 * (thickness_mm + spacing_mm)
    return clamp((reach - abs(distance_mm)) / spacing_mm, 0.0, min(1.0, thickness_mm / spacing_mm))


@kernel(fastmath=False, inline=True)
def mix(first: float, second: float, share: float) -> float:
    """Code of a voxel that holds a share of a second tissue: powers add up. Decibels do not: lines drawn in them come
    out soft and beaded."""
    if share <= 0.0:
        return first
    if share >= 1.0:
        return second
    return second + log(share + (1.0 - share) * exp((first - second) * NEPERS)) / NEPERS


@kernel(fastmath=False)
def fat_texture(x: float, y: float, z: float, spacing_mm: float, seed: int) -> tuple[float, float]:
    """Lobules of slightly different brightness between bright wavy septa, most of them level with the skin."""
    warp = 1.3 * value_noise(x / 14.0, y / 8.0, z / 14.0, seed + 11)
    ripple = 0.25 * value_noise(x / 2.6, y / 2.6, z / 2.6, seed + 14)
    cell = (15.0, 2.6, 14.0)
    edge, level, code = cell_edge_3d(x + 2.0 * warp, y + warp + ripple, z, cell, seed + 12)
    gate = clamp(0.6 + 1.3 * warp / 1.3 + 1.1 * ripple, 0.0, 1.0)
    level *= level
    septum = line(edge, 0.06 + 0.1 * gate, spacing_mm) * gate * gate * (0.03 + 0.97 * level * level)
    return 7.0 * (code - 0.5) + 28.0 * ripple, septum


@kernel(fastmath=False)
def areolar_texture(x: float, y: float, z: float, spacing_mm: float, seed: int) -> tuple[float, float]:
    """The fat around vessels: fine strands, most of them level with the skin, brighter in patches."""
    warp = 1.2 * value_noise(x / 8.0, y / 4.0, z / 9.0, seed + 15)
    ripple = 0.35 * value_noise(x / 1.9, y / 1.9, z / 3.0, seed + 18)
    edge, level, code = cell_edge_3d(x + warp, y + 0.8 * warp + ripple, z, (9.0, 2.0, 9.0), seed + 16)
    gate = clamp(0.5 + 2.0 * value_noise(x / 4.0, y / 2.0, z / 6.0, seed + 17), 0.0, 1.0)
    level *= level
    strand = line(edge, 0.16, spacing_mm) * gate * (0.03 + 0.97 * level * level)
    return 9.0 * (code - 0.5) + 10.0 * warp + 14.0 * ripple, strand


MUSCLE_DARK = 8.0
"""Codes (3 dB) by which muscle between its perimysium lies below the atlas's muscle. Chosen by eye on usgra-seg,
where it is dark between white streaks."""


@kernel(fastmath=False)
def muscle_texture(u: float, v: float, w: float, spacing_mm: float, seed: int) -> tuple[float, float]:
    """Dark fascicles between perimysium: long, broken bright streaks, in patches, that run on along the fibres.

    Args:
        u, v: across the fibres, level with the skin and away from it, mm.
        w: along the fibres, mm.
        spacing_mm, seed: of grid and muscle.
    """
    bend = 1.2 * value_noise(u / 11.0, v / 6.0, w / 45.0, seed + 21)
    ripple = 0.35 * value_noise(u / 2.2, v / 1.1, w / 24.0, seed + 24)
    edge, level, code = cell_edge_2d(u + 0.5 * bend, v + bend + ripple, 4.6, 1.5, seed + 22)
    patch = value_noise(u / 8.0, v / 5.0, w / 40.0, seed + 25)
    gate = clamp(3.0 * value_noise(u / 2.6, v / 0.8, w / 26.0, seed + 23) - 0.15 + patch, 0.0, 1.0)
    fine = value_noise(u / 0.8, v / 0.5, w / 12.0, seed + 26)
    level *= level
    streak = line(edge, 0.16, spacing_mm) * gate * gate * (0.05 + 0.95 * level * level)
    return 5.0 * (code - 0.5) + 6.0 * patch + 8.0 * fine - MUSCLE_DARK, streak


@kernel(fastmath=False, inline=True)
def along_fibers(label: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Muscle coordinates: two across its fibres and one along them (unit vectors, chosen from the muscles' courses)."""
    if label == SARTORIUS:  # (0.32, 0, -0.95): inferomedially
        return 0.947 * x + 0.32 * z, y, 0.32 * x - 0.947 * z
    if label in (PECTINEUS, OBTURATOR):  # (-0.58, 0.35, -0.74): inferolaterally and back
        return 0.79 * x - 0.62 * z, y + 0.3 * x, -0.58 * x + 0.35 * y - 0.74 * z
    if label == ILIOPSOAS:  # (0.12, 0.10, -0.99)
        return x + 0.12 * z, y + 0.10 * z, -z
    if label == GLUTEUS:  # (-0.4, 0.1, -0.9)
        return 0.91 * x - 0.41 * z, y, -0.4 * x - 0.91 * z
    if label == OBLIQUE:  # (0.914, 0, -0.406): medially and a little down
        return 0.406 * x + 0.914 * z, y, 0.914 * x - 0.406 * z
    return x, y + 0.05 * z, -z


@kernel(fastmath=False)
def texture(label: int, x: float, y: float, z: float, grain: tuple[float, int]) -> tuple[float, float]:
    """Codes above the mean of that label's tissue, and share of sheets; `grain` is (spacing, seed)."""
    spacing, seed = grain
    if label == FAT:
        return fat_texture(x, y, z, spacing, seed)
    if label == DEEP_FAT:
        return areolar_texture(x, y, z, spacing, seed)
    u, v, w = along_fibers(label, x, y, z)
    return muscle_texture(u, v, w, spacing, seed + 100 * label)
