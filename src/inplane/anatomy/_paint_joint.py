"""Painting the hip joint of a groin: bones, cartilage, labrum, capsule and the fluid between. See `_paint_layers`.

Bones are unions of spheres and round-ended cylinders, joined by the polynomial smooth minimum, whose gradient never
exceeds one: so a cortical shell thicker than a voxel leaves no hole.
"""

from math import sqrt

import numba

from inplane.anatomy._noise import value_noise
from inplane.anatomy._paint_layers import Table, Volume
from inplane.anatomy._paint_organs import put
from inplane.anatomy._texture import blend, clamp, line, mix
from inplane.core.runtime import kernel

FEMUR_CANCELLOUS, ACETABULUM, PELVIS_CANCELLOUS = 33, 34, 35
CARTILAGE, CAPSULE, LABRUM, RECESS = 36, 37, 38, 39
CORTEX_MM, CARTILAGE_MM, CAPSULE_MM, GAP_MM, RIM_MM = 1.6, 1.8, 3.0, 3.4, 7.0
"""Chosen within what is usual: cartilage of the femoral head 1-3 mm, capsule with its ligament 2-5 mm."""
LABRUM_MM, LABRUM_LENGTH_MM, SOCKET_SHARE = 5.0, 7.0, 0.16
FAR = 1e6


@kernel(fastmath=False, inline=True)
def smooth_min(a: float, b: float, softness: float) -> float:
    """min(a, b), rounded off over `softness` (I. Quilez, Smooth minimum): b + (a - b) t - s t (1 - t)."""
    t = clamp(0.5 + 0.5 * (b - a) / softness, 0.0, 1.0)
    return blend(b, a, t) - softness * t * (1.0 - t)


@kernel(fastmath=False)
def piece_distance(x: float, y: float, z: float, piece: Table) -> float:
    """Signed distance (mm) to a round-ended cylinder given by its ends and radius."""
    ax, ay, az = piece[3] - piece[0], piece[4] - piece[1], piece[5] - piece[2]
    px, py, pz = x - piece[0], y - piece[1], z - piece[2]
    t = clamp((px * ax + py * ay + pz * az) / (ax * ax + ay * ay + az * az), 0.0, 1.0)
    return sqrt((px - t * ax) ** 2 + (py - t * ay) ** 2 + (pz - t * az) ** 2) - piece[6]


@kernel(fastmath=False)
def bone_distances(x: float, y: float, z: float, hip: Table, pieces: Table) -> tuple[float, float, float, int]:
    """Distances (mm) to femur and hip bone, distance from the head's centre, and the femur's nearest part (0, 1, 2).

    `hip` is head centre (3), head radius, neck axis (3), socket axis (3), fluid.
    """
    px, py, pz = x - hip[0], y - hip[1], z - hip[2]
    rho = sqrt(px * px + py * py + pz * pz)
    radius = hip[3]
    femur = rho - radius
    part, nearest = 0, femur
    inward = px * hip[7] + py * hip[8] + pz * hip[9]
    shell = abs(rho - radius - GAP_MM - 0.5 * RIM_MM) - 0.5 * RIM_MM
    pelvis = -smooth_min(-shell, inward - SOCKET_SHARE * radius, 5.0)
    for n in range(pieces.shape[0]):
        d = piece_distance(x, y, z, pieces[n])
        kind = int(pieces[n, 7])
        if kind == 3:
            pelvis = smooth_min(pelvis, d, 4.0)
        else:
            if d < nearest:
                part, nearest = kind, d
            femur = smooth_min(femur, d, 5.0)
    return femur, max(pelvis, radius + GAP_MM - rho), rho, part


@kernel(fastmath=False)
def joint_layers(place: tuple[float, float, float], rho: float, hip: Table) -> tuple[float, float, float, float]:
    """Thickness (mm) of cartilage, fluid and capsule at a point around head and neck, and of labrum beyond the head.

    Within the socket the cartilages of both bones fill the gap.
    """
    px, py, pz = place
    radius = hip[3]
    along = px * hip[4] + py * hip[5] + pz * hip[6]
    inward = px * hip[7] + py * hip[8] + pz * hip[9]
    on_head = clamp((0.72 * rho - along) / 4.0, 0.0, 1.0)
    junction = 0.78 * radius
    rise = clamp((along - 0.25 * radius) / (junction + 3.0 - 0.25 * radius), 0.0, 1.0)
    fall = clamp((junction + 27.0 - along) / 17.0, 0.0, 1.0)
    fluid = 0.15 + (hip[10] - 0.15) * rise * rise * (3 - 2 * rise) * fall * fall * (3 - 2 * fall)
    capsule = CAPSULE_MM * clamp((junction + 29.0 - along) / 6.0, 0.0, 1.0)
    over = 1.0 - (SOCKET_SHARE * radius - inward) / LABRUM_LENGTH_MM
    labrum = LABRUM_MM * clamp(over, 0.0, 1.0) if over < 1.0 else LABRUM_MM
    cartilage = GAP_MM if inward > SOCKET_SHARE * radius else CARTILAGE_MM * on_head
    return cartilage, fluid, capsule, labrum


@kernel(fastmath=False, parallel=True)
def paint_joint(volume: Volume, frame: Table, hip: Table, pieces: Table, materials: Table) -> None:
    """Capsule, fluid, cartilage, labrum and bones of the hip."""
    h = frame[3]
    front = hip[1] - hip[3] - 26.0
    for i in numba.prange(volume.shape[1]):
        z = frame[2] + i * h
        for j in range(volume.shape[2]):
            x = frame[0] + j * h
            for k in range(max(0, int((front - frame[1]) / h)), volume.shape[3]):
                y = frame[1] + k * h
                femur, pelvis, rho, part = bone_distances(x, y, z, hip, pieces)
                if min(femur, pelvis) > 15.0:
                    continue
                paint_soft_joint(volume, (i, j, k), (femur, pelvis, rho), (x, y, z), hip, materials, h)
                paint_bone(volume, (i, j, k), (femur, 30 + part, FEMUR_CANCELLOUS), (x, y, z), materials, h)
                paint_bone(volume, (i, j, k), (pelvis, ACETABULUM, PELVIS_CANCELLOUS), (x, y, z), materials, h)


@kernel(fastmath=False)
def paint_soft_joint(
    volume: Volume,
    voxel: tuple[int, int, int],
    distances: tuple[float, float, float],
    point: tuple[float, float, float],
    hip: Table,
    materials: Table,
    spacing_mm: float,
) -> None:
    """Capsule, fluid, labrum and cartilage at one voxel, from the outside inwards."""
    femur, _, rho = distances
    if femur < -spacing_mm or femur > 15.0:
        return
    px, py, pz = point[0] - hip[0], point[1] - hip[1], point[2] - hip[2]
    cartilage, fluid, capsule, labrum = joint_layers((px, py, pz), rho, hip)
    beyond_rim = px * hip[7] + py * hip[8] + pz * hip[9] - SOCKET_SHARE * hip[3]
    near_rim = labrum if rho - hip[3] < 12.0 else 0.0
    inner = max(cartilage + fluid, GAP_MM - 0.5 + near_rim if near_rim > 0 else 0.0)
    if capsule > 0 and beyond_rim < 4.0:
        outside = femur - inner - capsule
        grain = 10.0 * value_noise(point[0] / 2.5, point[1] / 0.7, point[2] / 2.5, 71)
        code = materials[CAPSULE, 0] + grain + 12.0 * line(outside + 0.3, 0.5, spacing_mm)
        cover(volume, voxel, (CAPSULE, outside, code), materials, spacing_mm)
        cover(volume, voxel, (RECESS, femur - inner, materials[RECESS, 0]), materials, spacing_mm)
    if near_rim > 0 and beyond_rim <= 1.0:
        beyond = rho - hip[3] - GAP_MM + 0.8
        cover(volume, voxel, (LABRUM, max(beyond - near_rim, -beyond), materials[LABRUM, 0]), materials, spacing_mm)
    if cartilage > 0:
        code = materials[CARTILAGE, 0] + 60.0 * line(femur - cartilage, 0.2, spacing_mm)
        cover(volume, voxel, (CARTILAGE, femur - cartilage, code), materials, spacing_mm)


@kernel(fastmath=False)
def cover(
    volume: Volume, voxel: tuple[int, int, int], tissue: tuple[int, float, float], materials: Table, spacing_mm: float
) -> None:
    """Lay a tissue over a voxel; `tissue` is its label, signed distance from its surface (mm) and brightness code."""
    i, j, k = voxel
    label, distance, code = tissue
    put(volume, voxel, code, materials[label, 1], clamp(0.5 - distance / spacing_mm, 0.0, 1.0))
    if distance < 0:
        volume[0, i, j, k] = label


@kernel(fastmath=False)
def paint_bone(
    volume: Volume,
    voxel: tuple[int, int, int],
    bone: tuple[float, int, int],
    point: tuple[float, float, float],
    materials: Table,
    spacing_mm: float,
) -> None:
    """Cortex and cancellous bone at one voxel; `bone` is distance, cortical label, cancellous label."""
    i, j, k = voxel
    distance, cortical, cancellous = bone
    h = spacing_mm
    share = clamp(0.5 - distance / h, 0.0, 1.0)
    if share <= 0:
        return
    shell = max(CORTEX_MM, 1.3 * h)
    inside = clamp(0.5 - (distance + shell) / h, 0.0, 1.0)
    rough = 10.0 * value_noise(point[0] / 1.2, point[1] / 1.2, point[2] / 1.2, 81)
    code = mix(materials[cortical, 0] + rough, materials[cancellous, 0], inside)
    put(volume, voxel, code, blend(materials[cortical, 1], materials[cancellous, 1], inside), share)
    if distance < 0:
        volume[0, i, j, k] = cancellous if distance < -shell else cortical
