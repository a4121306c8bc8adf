"""What lies between the sheets of a right groin: vessels, nerve, nodes, small muscles, the hip. See `_groin_shape`."""

import numpy as np

from inplane.anatomy._groin_shape import (
    ILIACA,
    MAPS,
    WALL_ARTERY_MM,
    WALL_VEIN_MM,
    Z_HIGH_MM,
    Z_LOW_MM,
    Axes,
    Grid,
    GroinShape,
    Joint,
    Map,
    Tubes,
    fixed,
    soft_plus,
    step,
    unit,
)
from inplane.anatomy._groin_surfaces import LIGAMENT_Z_MM, make_axes, make_maps
from inplane.anatomy._paint_joint import bone_distances
from inplane.anatomy.parameters import EFFUSION_MM, GroinParameters

SAPHENOUS_Z_MM = -17.0
"""Where the great saphenous vein joins. Chosen: three to four centimetres below the ligament."""
BUNDLES = ((-0.56, 0.50, 0.80, -0.28, 0.0), (0.0, 0.62, 1.0, 0.0, 0.03), (0.54, 0.48, 0.84, 0.05, 0.06))
"""The nerve's three bundles: place (of its half width), half width, half thickness (of its own), spread and sinking
(mm a mm) below the division. Chosen: an oval at the crease that fans out distally."""
FASCICLE_MM = (0.28, 1.0)
"""Radii of what shows as a fascicle. Chosen by eye on stills of usgra-seg, whose dark spots are 0.6 to 2 mm across;
ultrasound shows fewer and larger ones than histology counts (Silvestri E et al. Radiology 1995;197:291-296)."""
FASCICLES = 24
"""Chosen: as many are tried; five to eleven find room, which fill some two fifths of the nerve."""
BETWEEN_FASCICLES_MM = 0.25
"""Chosen: the bright mesh between dark spots of a nerve in usgra-seg."""
NERVE_UNDER_ILIACA_MM = 0.55
"""From the middle of fascia iliaca to the epineurium. Chosen: they touch, but for the sheet's own thickness."""

VESSEL_TO_BONE_MM = 2.5
"""Chosen: the least tissue between a femoral vessel and bone."""


def make_shape(seed: int, p: GroinParameters, grid: Grid) -> GroinShape:
    """The geometry of a right groin."""
    axes = make_axes(p, grid.z_mm)
    maps = make_maps(p, axes, grid)
    joint = _clear_of_vessels(p)
    return GroinShape(
        maps=maps,
        tubes=_tubes(p, axes, grid, maps),
        nerve=_nerve(axes, grid),
        fascicles=_fascicles(seed, axes, grid),
        muscles=_muscles(axes, grid, joint, maps),
        joint=joint,
        nodes=_nodes(p),
    )


def _tube(first: Map, second: Map, radius: Map, along: Map) -> Map:
    """(n, 4) centre, radius, cosine of the angle to the axis that it runs along."""
    slope = np.hypot(np.gradient(first, along), np.gradient(second, along))
    return np.column_stack([first, second, radius, 1 / np.sqrt(1 + slope * slope)])


def _tubes(p: GroinParameters, axes: Axes, grid: Grid, maps: Map) -> Tubes:
    z, x = grid.z_mm, grid.x_mm
    run = np.clip(5.0 - p.bifurcation_below_crease_mm - z, 0, None)
    away = np.sqrt(run * run + 16.0) - 4.0
    run = np.clip(SAPHENOUS_Z_MM - z, 0, None)
    column = np.clip(np.searchsorted(x, axes.vein_x + 0.3 * run), 0, x.size - 1)
    over_lata: Map = maps[np.arange(z.size), column, MAPS.index("lata")] - 0.35 * (p.fat_mm - 1.0)
    climb_mm = 1.6 * float(np.interp(SAPHENOUS_Z_MM, z, axes.vein_y - over_lata))
    rise = step(run, 0, max(16.0, climb_mm))
    along_z = np.stack(
        [
            _tube(axes.artery_x, axes.artery_y, axes.artery_r, z),
            _tube(
                axes.artery_x - 0.28 * away, axes.artery_y + 0.52 * away, np.full_like(z, 0.68 * p.artery_radius_mm), z
            ),
            _tube(axes.vein_x, axes.vein_y, axes.vein_r, z),
            _tube(
                axes.vein_x + 0.3 * run,
                axes.vein_y * (1 - rise) + over_lata * rise,
                np.full_like(z, 0.33 * p.vein_radius_mm),
                z,
            ),
        ]
    )
    branches = (
        _lateral_branch(grid, maps, along_z[1], (-p.bifurcation_below_crease_mm - 7.0, 1.25, -0.1)),
        _lateral_branch(grid, maps, along_z[0], (LIGAMENT_Z_MM + 1.0, 0.95, 0.45)),
    )
    return Tubes(along_z=fixed(along_z), along_x=fixed(np.stack(branches)))


def _lateral_branch(grid: Grid, maps: Map, parent: Map, course: tuple[float, float, float]) -> Map:
    """(nx, 4) a small artery that leaves its parent laterally and runs on fascia iliaca.

    Args:
        grid, maps: of the groin.
        parent: (nz, 4) the tube that it leaves.
        course: z at which it leaves (mm), its radius (mm), its climb (mm a mm).
    """
    z_start, radius, climb = course
    x, z = grid.x_mm, grid.z_mm
    from_x = float(np.interp(z_start, z, parent[:, 0]))
    from_y = float(np.interp(z_start, z, parent[:, 1]))
    run = np.clip(from_x - x, 0, None)
    centre_z = z_start + climb * run
    row = np.clip(np.searchsorted(z, centre_z), 0, z.size - 1)
    on_sheet = maps[row, np.arange(x.size), ILIACA] - radius - 0.9
    joined = step(run, 2.0, 12.0)
    depth = from_y * (1 - joined) + on_sheet * joined
    kernel = np.ones(9) / 9
    depth = np.convolve(np.pad(depth, 4, mode="edge"), kernel, mode="valid")
    taper = np.minimum(radius * (1 - 0.004 * run), 0.5 * (60.0 - run))
    reach = np.where((x <= from_x + 0.5) & (taper > -2.0), taper, -50.0)
    return _tube(centre_z, depth, reach, x)


def _nerve(axes: Axes, grid: Grid) -> Map:
    """(nz, 3, 4): overlapping bundles under fascia iliaca that part distally."""
    z = grid.z_mm
    part = soft_plus(-z - 22.0, 4.0) - soft_plus(np.array([-22.0]), 4.0)[0]
    half, thick = axes.nerve_w / 2, axes.nerve_t / 2
    rows: list[Map] = []
    for place, wide, high, spread, sink in BUNDLES:
        middle = NERVE_UNDER_ILIACA_MM + (1 + 0.1 * (1 - high)) * thick + sink * part
        rows.append(np.column_stack([axes.nerve_x + place * half + spread * part, middle, wide * half, high * thick]))
    return fixed(np.stack(rows, axis=1))


def _fascicles(seed: int, axes: Axes, grid: Grid) -> Map:
    """Places of the fascicles within their bundles: darts that keep apart at the crease, large ones first."""
    rng = np.random.Generator(np.random.PCG64([0x6702, seed]))
    row = int(np.argmin(np.abs(grid.z_mm)))
    half, thick = axes.nerve_w[row] / 2, axes.nerve_t[row] / 2
    rows: list[list[float]] = []
    taken: list[tuple[float, float, float]] = []
    most = min(FASCICLE_MM[1], 0.62 * thick)
    for radius in sorted(rng.uniform(FASCICLE_MM[0], most, FASCICLES).round(3).tolist(), reverse=True):
        for _ in range(60):
            branch = int(rng.integers(len(BUNDLES)))
            turn, reach = float(rng.uniform(0, 6.2832)), float(np.sqrt(rng.uniform(0, 1)))
            room = BUNDLES[branch][1] * half - 0.5, BUNDLES[branch][2] * thick - 0.5
            share = [max(0.0, (side + 0.35 - radius) / max(side, 0.1)) * reach for side in room]
            place = round(share[0] * np.cos(turn), 3), round(share[1] * np.sin(turn), 3)
            u, v = BUNDLES[branch][0] * half + place[0] * room[0], place[1] * room[1]
            if all(np.hypot(u - a, v - b) > radius + r + BETWEEN_FASCICLES_MM for a, b, r in taken):
                taken.append((u, v, radius))
                rows.append([branch, *place, radius, float(rng.uniform(0, 6.28))])
                break
    return fixed(np.array(rows))


def _muscles(axes: Axes, grid: Grid, joint: Joint, maps: Map) -> Map:
    z = grid.z_mm
    grow = step(-(z - joint.head_mm[2] - 30), 0, 45)
    front = joint.head_mm[1] - joint.head_radius_mm
    rectus_x = joint.head_mm[0] - 24.0 - 6.0 * grow - 0.12 * z
    rectus_y = front - 3.0 - 3.0 * grow - 0.05 * z
    tendon_x = axes.artery_x - 6.0 + 0.1 * z
    over = joint.head_radius_mm + 8.0  # capsule and half of the tendon above the bone
    aside = (tendon_x - joint.head_mm[0]) ** 2 + (0.7 * (z - joint.head_mm[2])) ** 2
    tendon_y = joint.head_mm[1] - np.sqrt(np.clip(over * over - aside, 100.0, None))
    column = np.clip(np.searchsorted(grid.x_mm, tendon_x), 0, grid.x_mm.size - 1)
    tendon_y = np.maximum(tendon_y, maps[np.arange(z.size), column, ILIACA] + 2.6)
    return fixed(np.column_stack([rectus_x, rectus_y, 3.0 + 9.0 * grow, 2.2 + 5.0 * grow, tendon_x, tendon_y]))


def _clear_of_vessels(p: GroinParameters) -> Joint:
    """The hip as asked for, but as much deeper as femoral artery and vein need to pass in front of its bones."""
    z = np.arange(Z_LOW_MM, Z_HIGH_MM + 1.0)  # the same on every grid
    axes = make_axes(p, z)
    artery_back = float(np.interp(0.0, z, axes.artery_y)) + p.artery_radius_mm + WALL_ARTERY_MM
    joint = _joint(p, artery_back, 0.0)
    lower_mm = 0.0
    for _ in range(6):
        room = _room_mm(joint, axes, z)
        if room >= VESSEL_TO_BONE_MM:
            break
        lower_mm += VESSEL_TO_BONE_MM - room + 0.1
        joint = _joint(p, artery_back, lower_mm)
    return joint


def _room_mm(joint: Joint, axes: Axes, z: Map) -> float:
    """Smallest distance from the walls of femoral artery and vein to bone."""
    least = 1e6
    vein_r = axes.vein_r + WALL_VEIN_MM
    artery_r = axes.artery_r + WALL_ARTERY_MM
    for x, y, r in ((axes.artery_x, axes.artery_y, artery_r), (axes.vein_x, axes.vein_y, vein_r)):
        for n in range(z.size):
            found = bone_distances(float(x[n]), float(y[n]), float(z[n]), joint.numbers(), joint.pieces)
            least = min(least, found[0] - float(r[n]), found[1] - float(r[n]))
    return least


def _joint(p: GroinParameters, artery_back: float, lower_mm: float) -> Joint:
    radius = p.head_radius_mm
    head = np.array([-p.head_lateral_mm, artery_back + p.head_cover_mm + lower_mm + radius, p.head_level_mm])
    tilt, turn = np.pi - p.neck_shaft_rad, p.anteversion_rad
    neck = np.array([-np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn), -np.cos(tilt)])
    socket = np.array([0.68, 0.25, 0.68])
    base = head + 2.05 * radius * neck
    return Joint(
        head_mm=fixed(head),
        head_radius_mm=radius,
        neck=unit(neck),
        socket=unit(socket),
        neck_radius_mm=0.66 * radius,
        base_mm=fixed(base),
        pieces=fixed(_bone_pieces(head, base, radius, artery_back)),
        fluid_mm=EFFUSION_MM[int(p.effusion_grade)],
    )


def _bone_pieces(head: Map, base: Map, radius: float, artery_back: float) -> Map:
    """(n, 8) neck, trochanter, shaft, anterior inferior iliac spine, ilium and superior ramus of the pubis."""
    spine = head + np.array([-11.0, -0.85 * radius, radius + 16.0])
    spine_low = head + np.array([-4.0, -0.35 * radius, radius + 9.0])
    ilium = head + np.array([-22.0, -0.55 * radius, radius + 50.0])
    body = head + np.array([0.95 * radius, -0.35 * radius, 0.35 * radius])
    tubercle = np.array([54.0, artery_back + 10.0, 0.0])
    pieces = (
        (head, base, 0.66 * radius, 1),
        (base, base + np.array([-4.0, 4.0, 14.0]), 0.62 * radius, 2),
        (base, base + np.array([4.0, 2.0, -80.0]), 0.62 * radius, 2),
        (spine_low, spine, 5.0, 3),
        (spine, ilium, 7.0, 3),
        (body, tubercle, 6.5, 3),
    )
    return np.array([[*first, *second, size, float(kind)] for first, second, size, kind in pieces])


def _nodes(p: GroinParameters) -> Map:
    """Two superficial inguinal nodes over fascia lata."""
    high = min(3.4, 0.5 * p.fat_mm - 0.9)
    depth = p.skin_mm + p.fat_mm - high - 0.8
    first = [24.0, depth, 2.0, 2.1 * high, high, 3.2 * high]
    second = [-14.0, depth - 0.4, -46.0, 1.6 * high, 0.8 * high, 2.4 * high]
    return fixed(np.array([first, second]))
