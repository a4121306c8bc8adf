"""Painting what lies within the soft tissue of a groin: nerve, vessels, nodes, tendon. See `_paint_layers`."""

from math import cos, exp, sin, sqrt

import numpy as np

from inplane.anatomy._noise import value_noise
from inplane.anatomy._paint_layers import Table, Volume
from inplane.anatomy._texture import blend, clamp, line, mix
from inplane.core.runtime import kernel

SUPERFICIAL, TENDON, NERVE, FASCICLE, ARTERY_WALL, VEIN_WALL, NODE, HILUM = 3, 15, 16, 17, 18, 26, 40, 41
FAR = 1e6
PERINEURIUM_MM, EPINEURIUM_MM = 0.25, 0.3
"""Chosen: thinner than they can be resolved; perineurium with what of the epineurium clings to it."""


@kernel(fastmath=False, inline=True)
def put(volume: Volume, place: tuple[int, int, int], code: float, stiff: float, share: float) -> None:
    """Mix a share of a tissue's brightness and impedance into a voxel."""
    i, j, k = place
    volume[1, i, j, k] = int(clamp(mix(float(volume[1, i, j, k]), code, share) + 0.5, 0.0, 255.0))
    volume[2, i, j, k] = int(clamp(blend(float(volume[2, i, j, k]), stiff, share) + 0.5, 0.0, 255.0))


@kernel(fastmath=False)
def nerve_distance(x: float, depth: float, bundles: Table) -> tuple[float, float]:
    """Signed distances (mm, about) to the union of three bundles: rounded off, and sharp.

    Each is an ellipse, d = (|p / axes| - 1) |p| / |p / axes|; the union is softened over 0.6 mm.
    """
    soft, sharp = FAR, FAR
    for b in range(bundles.shape[0]):
        u, v = x - bundles[b, 0], depth - bundles[b, 1]
        q = sqrt((u / bundles[b, 2]) ** 2 + (v / bundles[b, 3]) ** 2) + 1e-9
        d = (q - 1.0) * max(sqrt(u * u + v * v) / q, 0.2)
        t = clamp(0.5 + 0.5 * (d - soft) / 0.6, 0.0, 1.0)
        soft = d if soft == FAR else blend(d, soft, t) - 0.6 * t * (1.0 - t)
        sharp = min(sharp, d)
    return soft, sharp


@kernel(fastmath=False)
def fascicle_distance(x: float, depth: float, z: float, bundles: Table, fascicles: Table) -> tuple[float, float]:
    """Distance (mm) to the surface of the nearest fascicle, and how level that lies with the skin (0 to 1); each
    wanders slowly in its bundle along the nerve."""
    best, level = FAR, 0.0
    for f in range(fascicles.shape[0]):
        b = int(fascicles[f, 0])
        turn = z / 14.0 + fascicles[f, 4]
        u = x - bundles[b, 0] - (fascicles[f, 1] + 0.07 * sin(turn)) * (bundles[b, 2] - 0.5)
        v = depth - bundles[b, 1] - (fascicles[f, 2] + 0.07 * cos(1.3 * turn)) * (bundles[b, 3] - 0.5)
        away = sqrt(u * u + v * v)
        if away - fascicles[f, 3] < best:
            best, level = away - fascicles[f, 3], abs(v) / (away + 1e-9)
    return best, level


@kernel(fastmath=False)
def nerve_code(point: tuple[float, float, float], outside: float, within: tuple[float, float], codes: Table) -> float:
    """Brightness in a nerve: dark fascicles, each in a perineurium that is bright where it lies level, in bright
    epineurium, whose outer sheet is denser.

    Args:
        point: x, depth below fascia iliaca, z (mm).
        outside: distance to the nerve's surface (mm), negative inside.
        within: see `fascicle_distance`.
        codes: epineurium, fascicle, sheet of connective tissue, spacing of the voxels (mm).
    """
    h = codes[3]
    inner, level = within
    uneven = value_noise(point[0] / 2.2, point[1] / 1.5, point[2] / 6.0, 52)
    grain = 9.0 * value_noise(point[0] / 1.3, point[1] / 0.5, point[2] / 5.0, 51)
    code = mix(codes[0] + grain, codes[1], clamp(0.5 - inner / h, 0.0, 1.0))
    code = mix(code, codes[2], line(inner - 0.08, PERINEURIUM_MM, h) * level**4)
    return mix(code, codes[2], line(outside + 0.15, EPINEURIUM_MM, h) * clamp(0.5 + uneven, 0.1, 1.0))


@kernel(fastmath=False)
def paint_nerve(volume: Volume, frame: Table, iliaca: Table, shape: tuple[Table, Table], materials: Table) -> None:
    """The femoral nerve under fascia iliaca. `shape` is (nerve, fascicles).

    It ends where its epineurium ends, as on real stills; muscle beside and beneath it is dark up to there.
    """
    nerve, fascicles = shape
    h = frame[3]
    codes = np.array([materials[NERVE, 0], materials[FASCICLE, 0], materials[SUPERFICIAL, 0], h])
    for i in range(volume.shape[1]):
        z = frame[2] + i * h
        bundles = nerve[i]
        for j in range(volume.shape[2]):
            x = frame[0] + j * h
            if x < bundles[0, 0] - bundles[0, 2] - 2.0 or x > bundles[2, 0] + bundles[2, 2] + 2.0:
                continue
            first = max(0, int((iliaca[i, j] - frame[1]) / h) - 1)
            for k in range(first, min(volume.shape[3], first + int(14.0 / h))):
                depth = frame[1] + k * h - iliaca[i, j]
                outside, _ = nerve_distance(x, depth, bundles)
                if outside > h or depth < 0.31:
                    continue
                inner, level = fascicle_distance(x, depth, z, bundles, fascicles)
                within = inner + 0.15 * value_noise(x / 0.7, depth / 0.7, z / 8.0, 53), level
                code = nerve_code((x, depth, z), outside, within, codes)
                put(volume, (i, j, k), code, materials[NERVE, 1], clamp(0.5 - outside / h, 0.0, 1.0))
                if outside < 0:
                    volume[0, i, j, k] = FASCICLE if within[0] < 0 else NERVE


@kernel(fastmath=False)
def vessel_distance(
    point: tuple[float, float, float], place: tuple[int, int], tubes: tuple[Table, Table], labels: Table
) -> tuple[float, int]:
    """Distance (mm) to the union of lumina, and which tube is nearest.

    A lumen is an oval `labels[t, 2]` times wider than its radius and as much flatter, and its wall wavers by up to
    `labels[t, 3]` mm.

    Args:
        point: x, y, z (mm).
        place: row and column.
        tubes, labels: see `paint_vessels`.
    """
    x, y, z = point
    along_z, along_x = tubes
    best, which = FAR, -1
    for t in range(along_z.shape[0]):
        tube = along_z[t, place[0]]
        d = sqrt(((x - tube[0]) / labels[t, 2]) ** 2 + ((y - tube[1]) * labels[t, 2]) ** 2) * tube[3] - tube[2]
        if d < best:
            best, which = d, t
    for t in range(along_x.shape[0]):
        tube = along_x[t, place[1]]
        d = sqrt((z - tube[0]) ** 2 + (y - tube[1]) ** 2) * tube[3] - tube[2]
        if d < best:
            best, which = d, along_z.shape[0] + t
    if best < 3.0:
        best += labels[which, 3] * value_noise(x / 4.5, y / 4.5, z / 9.0, 55 + which)
    return best, which


@kernel(fastmath=False, inline=True)
def wall_level(
    point: tuple[float, float, float], place: tuple[int, int], which: int, tubes: tuple[Table, Table]
) -> float:
    """How level with the skin a tube's wall lies at a point: 1 above and below it, 0 at its sides."""
    x, y, z = point
    n = tubes[0].shape[0]
    if which < n:
        aside, deep = x - tubes[0][which, place[0], 0], y - tubes[0][which, place[0], 1]
    else:
        aside, deep = z - tubes[1][which - n, place[1], 0], y - tubes[1][which - n, place[1], 1]
    return abs(deep) / sqrt(aside * aside + deep * deep + 1e-9)


@kernel(fastmath=False, inline=True)
def wall_code(distance_mm: float, wall_mm: float, base: float, level: float) -> float:
    """Brightness across a vessel wall: intima and adventitia bright where the beam meets them squarely (`level` near
    one), media dark between them."""
    intima = exp(-(((distance_mm - 0.15) / 0.15) ** 2))
    adventitia = exp(-(((distance_mm - wall_mm - 0.1) / 0.2) ** 2))
    level *= level
    return base - 26.0 + (8.0 + 50.0 * level * level) * max(0.7 * intima, adventitia)


@kernel(fastmath=False)
def paint_vessels(volume: Volume, frame: Table, tubes: tuple[Table, Table], labels: Table, materials: Table) -> None:
    """One set of joined vessels: wall, then lumen.

    Args:
        volume, frame, materials: see `paint_layers`.
        tubes: along z and along x, see Tubes.
        labels: (n, 4) wall label, wall thickness (mm), oval, wavering (mm) by tube.
    """
    h = frame[3]
    for i in range(volume.shape[1]):
        z = frame[2] + i * h
        for j in range(volume.shape[2]):
            x = frame[0] + j * h
            low, high = FAR, -FAR
            for t in range(tubes[0].shape[0]):
                tube = tubes[0][t, i]
                if abs(x - tube[0]) < tube[2] / tube[3] + 3.0:
                    low, high = min(low, tube[1] - tube[2] / tube[3]), max(high, tube[1] + tube[2] / tube[3])
            for t in range(tubes[1].shape[0]):
                tube = tubes[1][t, j]
                if abs(z - tube[0]) < tube[2] / tube[3] + 3.0:
                    low, high = min(low, tube[1] - tube[2] / tube[3]), max(high, tube[1] + tube[2] / tube[3])
            for k in range(max(0, int((low - 3.0) / h)), min(volume.shape[3], int((high + 3.0) / h) + 1)):
                y = frame[1] + k * h
                d, t = vessel_distance((x, y, z), (i, j), tubes, labels)
                if d > 2.5:
                    continue
                label, wall = int(labels[t, 0]), labels[t, 1]
                lumen = clamp(0.5 - d / h, 0.0, 1.0)
                level = wall_level((x, y, z), (i, j), t, tubes)
                code = mix(wall_code(d, wall, materials[label, 0], level), materials[label + 1, 0], lumen)
                stiff = blend(materials[label, 1], materials[label + 1, 1], lumen)
                halo = exp(-((max(0.0, d - wall - 0.15) / 0.3) ** 2)) * clamp(1.4 - d / 2.0, 0.0, 1.0)
                put(volume, (i, j, k), code, stiff, halo)
                if d < 0:
                    volume[0, i, j, k] = label + 1
                elif d <= max(wall, 1.4 * h) and not is_lumen(volume[0, i, j, k], labels):
                    volume[0, i, j, k] = label


@kernel(fastmath=False, inline=True)
def is_lumen(label: int, labels: Table) -> bool:
    """Whether a label is a lumen of this set of vessels."""
    found = False
    for t in range(labels.shape[0]):
        found = found or label == labels[t, 0] + 1
    return found


@kernel(fastmath=False)
def paint_nodes(volume: Volume, frame: Table, nodes: Table, materials: Table) -> None:
    """Lymph nodes: dark cortex with a bright hilum, in a thin capsule."""
    h = frame[3]
    for n in range(nodes.shape[0]):
        node = nodes[n]
        for i in range(volume.shape[1]):
            w = (frame[2] + i * h - node[2]) / node[5]
            if abs(w) > 1.3:
                continue
            for j in range(volume.shape[2]):
                u = (frame[0] + j * h - node[0]) / node[3]
                if abs(u) > 1.3:
                    continue
                for k in range(volume.shape[3]):
                    v = (frame[1] + k * h - node[1]) / node[4]
                    if abs(v) > 1.6:
                        continue
                    q = sqrt(u * u + v * v + w * w)
                    d = (q - 1.0) * node[4]
                    middle = (sqrt(u * u + (v / 0.8) ** 2 + w * w) / 0.55 - 1.0) * 0.45 * node[4]
                    core = clamp(0.5 - middle / (2 * h), 0.0, 1.0)
                    code = mix(materials[NODE, 0], materials[HILUM, 0], core) + 24.0 * line(d, 0.2, h)
                    stiff = blend(materials[NODE, 1], materials[HILUM, 1], core)
                    put(volume, (i, j, k), code, stiff, clamp(0.5 - d / h, 0.0, 1.0))
                    if d < 0:
                        volume[0, i, j, k] = HILUM if middle < 0 else NODE


@kernel(fastmath=False)
def paint_tendon(volume: Volume, frame: Table, muscles: Table, iliaca: Table, materials: Table) -> None:
    """The psoas tendon: an oval bundle of bright fibrils deep in iliopsoas, never above fascia iliaca."""
    h = frame[3]
    for i in range(volume.shape[1]):
        z = frame[2] + i * h
        cx, cy = muscles[i, 4], muscles[i, 5]
        for j in range(volume.shape[2]):
            x = frame[0] + j * h
            if abs(x - cx) > 7.0:
                continue
            for k in range(max(0, int((cy - 5.0) / h)), min(volume.shape[3], int((cy + 5.0) / h))):
                y = frame[1] + k * h
                d = (sqrt(((x - cx) / 4.2) ** 2 + ((y - cy) / 2.3) ** 2) - 1.0) * 2.3
                d = max(d, iliaca[i, j] + 1.0 - y)
                if d > h:
                    continue
                code = materials[TENDON, 0] + 14.0 * value_noise(x / 0.8, y / 0.5, z / 30.0, int(frame[4]) + 61)
                put(volume, (i, j, k), code, materials[TENDON, 1], clamp(0.5 - d / h, 0.0, 1.0))
                if d < 0:
                    volume[0, i, j, k] = TENDON
