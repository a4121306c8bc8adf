"""Where things lie in a right groin: surfaces as depth maps, tubes as tables of centre and radius. Pure geometry.

Right leg: lateral is -x, medial +x, head +z, deep +y; the artery crosses the inguinal crease at x = 0, z = 0. Maps and
tables are rounded to 1/1024 mm, so that the last bits of a machine's sine cannot change a label.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy.parameters import EFFUSION_MM, GroinParameters

Map = NDArray[np.float64]

X_LOW_MM, X_HIGH_MM = -75.0, 45.0
Z_LOW_MM, Z_HIGH_MM = -70.0, 50.0
DEPTH_MM = 72.0
WALL_ARTERY_MM = 0.9
"""Intima, media and adventitia as drawn. Chosen: intima and media of the femoral artery measure 0.5-0.8 mm."""
WALL_VEIN_MM = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Voxel centres of a right groin.

    Args:
        spacing_mm: isotropic.
        x_mm, z_mm, y_mm: along each axis.
    """

    spacing_mm: float
    x_mm: Map
    z_mm: Map
    y_mm: Map


def make_grid(spacing_mm: float) -> Grid:
    """The groin's grid; the first voxel's top is the skin."""

    def centres(low: float, high: float) -> Map:
        count = round((high - low) / spacing_mm)
        return low + (np.arange(count) + 0.5) * spacing_mm

    return Grid(
        spacing_mm=spacing_mm,
        x_mm=centres(X_LOW_MM, X_HIGH_MM),
        z_mm=centres(Z_LOW_MM, Z_HIGH_MM),
        y_mm=centres(0.0, DEPTH_MM),
    )


def _fixed(values: Map) -> Map:
    """Rounded to 1/1024 mm."""
    return np.round(np.asarray(values, dtype=np.float64) * 1024) / 1024


def _soft_plus(values: Map, softness: float) -> Map:
    """max(0, x), rounded off over `softness`: (x + sqrt(x^2 + s^2)) / 2."""
    return 0.5 * (values + np.sqrt(values * values + softness * softness))


def _step(values: Map, low: float, high: float) -> Map:
    """Smooth step from 0 at low to 1 at high."""
    t = np.clip((values - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tubes:
    """Tubes that cross every slice of an axis once: (n, slices, 4) of centre (two), radius, cosine of the tilt."""

    along_z: Map
    along_x: Map


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joint:
    """The hip: centre and radius of the head, axes, layers.

    Args:
        head_mm: (3,) centre of the head.
        head_radius_mm: bone, without cartilage.
        neck: (3,) unit vector from the head along the neck.
        socket: (3,) unit vector from the head into the acetabulum.
        neck_radius_mm: at its narrowest.
        capsules: (n, 8) round-ended bone pieces: ends, radius, label.
        fluid_mm: between bone and capsule at the head-neck junction.
    """

    head_mm: Map
    head_radius_mm: float
    neck: Map
    socket: Map
    neck_radius_mm: float
    capsules: Map
    fluid_mm: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroinShape:
    """Everything that the painters need.

    Args:
        maps: (n, nz, nx) depths, see MAPS.
        tubes: vessels, see Z_TUBES and X_TUBES.
        nerve: (nz, 3 branches, 4) centre x, depth of the middle below fascia iliaca, half width, half thickness.
        fascicles: (n, 5) branch, place within it (two, -1 to 1), radius, phase.
        muscles: (nz, 6) centre x, y, half width, half height of rectus femoris; centre x and y of psoas tendon.
        joint: the hip.
        nodes: (n, 6) centre and half axes (x, y, z).
    """

    maps: Map
    tubes: Tubes
    nerve: Map
    fascicles: Map
    muscles: Map
    joint: Joint
    nodes: Map


MAPS = ("skin", "superficial", "lata", "sartorius", "tensor", "iliaca", "iliaca_cosine", "medial", "lateral")
Z_TUBES = ("artery", "profunda", "vein", "saphenous")
X_TUBES = ("circumflex", "deep_iliac")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Axis:
    """Middle lines against z of what everything else is placed by."""

    artery_x: Map
    artery_y: Map
    artery_r: Map
    vein_x: Map
    vein_y: Map
    vein_r: Map
    nerve_x: Map
    nerve_w: Map
    nerve_t: Map


def _axis(p: GroinParameters, z: Map) -> _Axis:
    down, up = _soft_plus(-z, 6.0), _soft_plus(z - 18.0, 6.0)
    rest = _soft_plus(np.array([0.0]), 6.0)[0]
    top = p.skin_mm + p.fat_mm + p.artery_cover_mm
    below = _step(-z, p.bifurcation_below_crease_mm - 5, p.bifurcation_below_crease_mm + 9)
    artery_r = p.artery_radius_mm * (1 - 0.2 * below)
    artery_x = 0.07 * (down - rest) + 0.25 * up + 0.6 * np.sin(z / 17.0 + p.vessel_gap_mm)
    artery_x = artery_x - np.interp(0.0, z, artery_x)
    artery_y = top + WALL_ARTERY_MM + p.artery_radius_mm + 0.11 * (down - rest) + 0.3 * up
    turn = np.minimum(p.vein_behind_rad + 0.012 * (down - rest), 1.4)
    vein_r = p.vein_radius_mm * (1 - 0.12 * below)
    apart = artery_r + vein_r + WALL_ARTERY_MM + WALL_VEIN_MM + p.vessel_gap_mm
    width = p.nerve_width_mm * (1 + 0.25 * _step(-z, 5, 45))
    thick = p.nerve_thickness_mm * (1 - 0.3 * _step(-z, 5, 45)) * (1 + 0.2 * _step(z, 10, 45))
    gap = p.nerve_gap_mm + 0.06 * (down - rest)
    return _Axis(
        artery_x=artery_x,
        artery_y=artery_y,
        artery_r=artery_r,
        vein_x=artery_x + apart * np.cos(turn),
        vein_y=artery_y + apart * np.sin(turn),
        vein_r=vein_r,
        nerve_x=artery_x - artery_r - WALL_ARTERY_MM - gap - width / 2,
        nerve_w=width,
        nerve_t=thick,
    )


def _surface_waves(x: Map, z: Map, phase: float) -> Map:
    """Gentle undulation of a sheet, about +-1 mm."""
    return (
        0.55 * np.sin(x / 11.0 + z / 23.0 + phase)
        + 0.35 * np.sin(x / 5.3 - z / 14.0 + 2.1 * phase)
        + 0.3 * np.sin(z / 8.7 + 1.3 * phase)
    )


def _iliaca(p: GroinParameters, axis: _Axis, grid: Grid) -> Map:
    """Depth of fascia iliaca (medially: of the fascia on pectineus): under the vessels, over nerve and iliopsoas."""
    out = np.empty((grid.z_mm.size, grid.x_mm.size))
    x = np.linspace(X_LOW_MM - 10, X_HIGH_MM + 10, 561)
    for row in range(grid.z_mm.size):
        ax, ay, ar = axis.artery_x[row], axis.artery_y[row], axis.artery_r[row]
        nx, half = axis.nerve_x[row], axis.nerve_w[row] / 2
        over = ay + p.nerve_drop_mm - axis.nerve_t[row] / 2 - 0.6
        knots_x = [-90, nx - 38, nx - 24, nx - half - 6, nx - half, nx + half, ax, ax + 12, ax + 30, ax + 60]
        knots_y = [ay + 14, ay + 5, ay - 2.5, over - 2.2, over - 0.8, over + 0.6, ay + ar, ay + ar, ay + 6, ay + 4]
        depth = np.interp(x, knots_x, knots_y)
        for _ in range(2):
            depth = np.convolve(np.pad(depth, 7, mode="edge"), np.ones(15) / 15, mode="valid")
        depth += 0.25 * np.sin(x / 6.1 + grid.z_mm[row] / 15.0 + p.nerve_gap_mm)
        for cx, cy, cr in ((ax, ay, ar + WALL_ARTERY_MM), (axis.vein_x[row], axis.vein_y[row], axis.vein_r[row] + 0.6)):
            inside = np.clip(1 - ((x - cx) / (cr + 1.6)) ** 2, 0, None)
            depth = np.where(inside > 0, np.maximum(depth, cy + (cr + 1.0) * np.sqrt(inside)), depth)
        depth = np.convolve(np.pad(depth, 4, mode="edge"), np.ones(9) / 9, mode="valid")
        out[row] = np.interp(grid.x_mm, x, depth)
    return out


def _maps(p: GroinParameters, axis: _Axis, grid: Grid) -> Map:
    z, x = grid.z_mm[:, None], grid.x_mm[None, :]
    phase = 7.0 * p.nerve_gap_mm
    skin = p.skin_mm + 0.08 * np.sin(x / 7.0 + z / 9.0 + phase)
    lateral = _step(-x, 10, 70)
    lata = p.skin_mm + p.fat_mm * (1 - 0.22 * lateral + 0.1 * _step(x, 5, 45)) + _surface_waves(x, z, phase)
    lata = lata - np.interp(0.0, grid.z_mm, lata[:, np.argmin(np.abs(grid.x_mm))]) + p.skin_mm + p.fat_mm
    lata = np.maximum(lata, skin + 2.0) + 0.05 * _soft_plus(-z, 8.0)
    superficial = skin + (lata - skin) * (0.58 + 0.05 * np.sin(x / 19.0 + z / 13.0 + phase))
    from_path = x - (-45.0 + 0.34 * -z)
    half = 15.0 + 0.0 * z
    sartorius = np.where(
        np.abs(from_path) < half, lata + 0.7 + 11.0 * np.sqrt(np.clip(1 - (from_path / half) ** 2, 0, None)), -1.0
    )
    from_tensor = x + 76.0 + 0.1 * z
    tensor = np.where(
        np.abs(from_tensor) < 18, lata + 0.7 + 13.0 * np.sqrt(np.clip(1 - (from_tensor / 18) ** 2, 0, None)), -1.0
    )
    iliaca = np.maximum(_iliaca(p, axis, grid), lata + 2.0)
    iliaca = np.maximum(iliaca, np.maximum(sartorius, tensor) + 0.9)
    gz, gx = np.gradient(iliaca, grid.spacing_mm)
    cosine = 1 / np.sqrt(1 + gz * gz + gx * gx)
    medial = np.broadcast_to(axis.artery_x[:, None] + 5.0 + 1.2 * np.sin(z / 21.0), iliaca.shape)
    outer = np.broadcast_to(axis.nerve_x[:, None] - 36.0 - 0.05 * z, iliaca.shape)
    return _fixed(np.stack([skin, superficial, lata, sartorius, tensor, iliaca, cosine, medial, outer]))


def _tilt(centre: Map, along: Map) -> Map:
    """Cosine of the angle between a tube and the axis it runs along; `centre` is (n, 2)."""
    slope = np.gradient(centre, along, axis=0)
    return 1 / np.sqrt(1 + (slope * slope).sum(axis=1))


def _tube(first: Map, second: Map, radius: Map, along: Map) -> Map:
    centre = np.stack([first, second], axis=1)
    return np.column_stack([centre, radius, _tilt(centre, along)])


def _tubes(p: GroinParameters, axis: _Axis, grid: Grid, maps: Map) -> Tubes:
    z, x = grid.z_mm, grid.x_mm
    start = -p.bifurcation_below_crease_mm + 5.0
    run = np.clip(start - z, 0, None)
    away = np.sqrt(run * run + 16.0) - 4.0
    deep_x, deep_y = axis.artery_x - 0.42 * away, axis.artery_y + 0.55 * away
    join = -17.0
    run = np.clip(join - z, 0, None)
    rise = _step(run, 0, 16)
    column = np.clip(np.searchsorted(x, axis.vein_x + 0.3 * run), 0, x.size - 1)
    target = maps[2][np.arange(z.size), column] - 0.35 * (p.fat_mm - 1.0)
    saphenous_y = axis.vein_y * (1 - rise) + target * rise
    along_z = np.stack(
        [
            _tube(axis.artery_x, axis.artery_y, axis.artery_r, z),
            _tube(deep_x, deep_y, np.full(z.size, 0.68 * p.artery_radius_mm), z),
            _tube(axis.vein_x, axis.vein_y, axis.vein_r, z),
            _tube(axis.vein_x + 0.3 * run, saphenous_y, np.full(z.size, 0.33 * p.vein_radius_mm), z),
        ]
    )
    return Tubes(along_z=_fixed(along_z), along_x=_fixed(_lateral_branches(p, axis, grid, along_z)))


def _lateral_branches(p: GroinParameters, axis: _Axis, grid: Grid, along_z: Map) -> Map:
    """Lateral circumflex femoral and deep circumflex iliac artery, as tubes along x (centre z, centre y)."""
    x, z = grid.x_mm, grid.z_mm
    rows = []
    for z_start, tube, radius, rise in (
        (-p.bifurcation_below_crease_mm - 7.0, 1, 1.25, -0.1),
        (24.0, 0, 0.95, 0.45),
    ):
        from_x = float(np.interp(z_start, z, along_z[tube, :, 0]))
        from_y = float(np.interp(z_start, z, along_z[tube, :, 1]))
        run = np.clip(from_x - x, 0, None)
        centre_z = z_start + rise * run
        surface = from_y + 2.5 * np.sin(run / 20.0) - (0.12 * run if tube == 0 else 0.05 * run)
        reach = np.where((x <= from_x + 0.5) & (run < 62), radius * (1 - 0.004 * run), -50.0)
        rows.append(_tube(centre_z, surface, reach, x))
    return np.stack(rows)


def _nerve(p: GroinParameters, axis: _Axis, grid: Grid) -> Map:
    """(nz, 3, 4): three overlapping bundles that part distally: posterior, middle, anterior division."""
    z = grid.z_mm
    part = _soft_plus(-z - 22.0, 4.0) - _soft_plus(np.array([-22.0]), 4.0)[0]
    half, thick = axis.nerve_w / 2, axis.nerve_t / 2
    rows = []
    for place, wide, high, spread, sink in (
        (-0.56, 0.50, 0.78, -0.28, 0.0),
        (0.0, 0.62, 1.0, 0.0, 0.03),
        (0.54, 0.48, 0.72, 0.05, 0.06),
    ):
        rows.append(
            np.column_stack(
                [
                    axis.nerve_x + place * half + spread * part,
                    thick + 0.55 + 0.1 * (1 - high) * thick + sink * part,
                    wide * half,
                    high * thick,
                ]
            )
        )
    return _fixed(np.stack(rows, axis=1))


def _fascicles(seed: int) -> Map:
    """Places of the fascicles within their bundles: jittered rings, so that they never lie on each other."""
    rng = np.random.Generator(np.random.PCG64([0x6702, seed]))
    rows: list[list[float]] = []
    for branch, count in ((0, 5), (1, 8), (2, 5)):
        golden = 2.399963
        for k in range(count):
            reach = 0.8 * float(np.sqrt((k + 0.4) / count))
            turn = golden * k + float(rng.uniform(-0.3, 0.3)) + branch
            radius = float(rng.uniform(0.34, 0.52))
            rows.append([branch, reach * np.cos(turn), reach * np.sin(turn), radius, float(rng.uniform(0, 6.28))])
    return _fixed(np.array(rows))


def _muscles(p: GroinParameters, axis: _Axis, grid: Grid, joint: Joint) -> Map:
    z = grid.z_mm
    grow = _step(-(z - joint.head_mm[2] - 30), 0, 45)
    front = joint.head_mm[1] - joint.head_radius_mm
    rectus_x = joint.head_mm[0] - 24.0 - 6.0 * grow + 0.12 * -z
    rectus_y = front - 3.0 - 3.0 * grow + 0.05 * -z
    tendon_x = axis.artery_x - 6.0 + 0.1 * z
    bulge = np.sqrt(np.clip(1 - ((z - joint.head_mm[2]) / (joint.head_radius_mm + 14)) ** 2, 0, None))
    tendon_y = joint.head_mm[1] - (joint.head_radius_mm + 11.0) * bulge + 8 * (1 - bulge)
    return _fixed(np.column_stack([rectus_x, rectus_y, 3.0 + 9.0 * grow, 2.2 + 5.0 * grow, tendon_x, tendon_y]))


def _joint(p: GroinParameters, axis: _Axis, grid: Grid) -> Joint:
    radius = p.head_radius_mm
    artery_back = float(np.interp(0.0, grid.z_mm, axis.artery_y)) + p.artery_radius_mm + WALL_ARTERY_MM
    head = np.array([-p.head_lateral_mm, artery_back + p.head_cover_mm + radius, p.head_level_mm])
    tilt, turn = np.pi - p.neck_shaft_rad, p.anteversion_rad
    neck = np.array([-np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn), -np.cos(tilt)])
    socket = np.array([0.68, 0.25, 0.68])
    socket = socket / np.sqrt(socket @ socket)
    base = head + 2.05 * radius * neck
    summit = base + np.array([-4.0, 4.0, 14.0])
    shaft = base + np.array([4.0, 2.0, -80.0])
    spine_low = head + np.array([-4.0, -0.45 * radius, radius + 10.0])
    spine = head + np.array([-11.0, -radius - 1.0, radius + 15.0])
    ilium = head + np.array([-22.0, -0.7 * radius, radius + 45.0])
    body = head + np.array([0.95 * radius, -0.42 * radius, 0.35 * radius])
    tubercle = np.array([52.0, artery_back + 9.0, 12.0])
    pieces = [
        (head, base, 0.66 * radius, 1),
        (base, summit, 0.62 * radius, 2),
        (base, shaft, 0.62 * radius, 2),
        (spine_low, spine, 5.0, 3),
        (spine, ilium, 7.0, 3),
        (body, tubercle, 6.5, 3),
    ]
    rows = [[*first, *second, size, float(kind)] for first, second, size, kind in pieces]
    return Joint(
        head_mm=_fixed(head),
        head_radius_mm=radius,
        neck=neck,
        socket=socket,
        neck_radius_mm=0.66 * radius,
        capsules=_fixed(np.array(rows)),
        fluid_mm=EFFUSION_MM[int(p.effusion_grade)],
    )


def _nodes(p: GroinParameters, axis: _Axis) -> Map:
    high = min(3.4, 0.5 * p.fat_mm - 0.9)
    depth = p.skin_mm + p.fat_mm - high - 0.8
    first = [24.0, depth, 6.0, 2.1 * high, high, 3.2 * high]
    second = [-14.0, depth - 0.4, -46.0, 1.6 * high, 0.8 * high, 2.4 * high]
    return _fixed(np.array([first, second]))


def make_shape(seed: int, p: GroinParameters, grid: Grid) -> GroinShape:
    """The geometry of a right groin."""
    axis = _axis(p, grid.z_mm)
    maps = _maps(p, axis, grid)
    joint = _joint(p, axis, grid)
    return GroinShape(
        maps=maps,
        tubes=_tubes(p, axis, grid, maps),
        nerve=_nerve(p, axis, grid),
        fascicles=_fascicles(seed),
        muscles=_muscles(p, axis, grid, joint),
        joint=joint,
        nodes=_nodes(p, axis),
    )
