"""A needle's echoes: walked by arc length, each step adds complex points to the lines it lies on.

Near and far wall, reverberation within the lumen, bevel, tip, echogenic dots, side-lobe ghosts; how bright each is
follows from its own angle to the (steered) beam, see needle_law. The lateral and the axial kernel spread what is
added here; a step's amplitude is set so that what is *seen* has the law's level: with widths (integral over peak)
W_l across the lines, W_a along them and W_e out of the plane, points every STEP along a unit direction (c, s, e) add up
to 1 / (STEP sqrt((c/W_l)² + (s/W_a)² + (e/W_e)²)) times a point's own peak, whatever line pitch, depth or direction.
"""

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import HALF_WIDTH, Beam, fan
from inplane.physics.ultrasound.lines import PARALLEL, line_start, pitch_mm, to_line
from inplane.physics.ultrasound.lookup import F0, F1, HALF, QUARTER, f32, i64, sine
from inplane.physics.ultrasound.needle_law import FALL_DB_RAD, REFERENCE_MM, STEP_MM, Shaft
from inplane.physics.ultrasound.tables import hash3

STEP = f32(STEP_MM)
FALL = f32(FALL_DB_RAD * np.log(10.0) / 20.0)
"""Of amplitude, 1/rad: exp(-FALL angle)."""
REFERENCE = f32(REFERENCE_MM)
ROOT_TAU = f32(2.5066283)
LUMEN_SPEED = f32(1540.0 / 1482.0)
"""Reverberation spacing is d 1540 / c_lumen, water within (Reusz et al., Br J Anaesth 2014;112:794, name the
artefact)."""
FAR = f32(0.6)
"""Far wall to near wall, amplitude. chosen: -4 dB, as the second line of a flat needle in phantom pictures."""
WALL, WALL_MM, WALL_STEP, WALL_STEPS = f32(0.12), f32(0.3), f32(0.08), 8
"""The wall itself rings: of steel against water (46 to 1.5 MRayl) R = 0.94; 1 - R² enters, and each turn in a wall of
0.15 mm (0.04 mm as shown, at 5800 m/s) keeps R²: 1/e after 0.3 mm."""
CLEAR, DECAY = 3, f32(0.5)
"""The first echoes stand apart, each half the one before. chosen: 2 to 4 clear lines in phantom pictures."""
RIPPLE, SLOW = 10, f32(0.84)
"""Then come finer ones, twice as dense, that die slowly. chosen: the ripple behind the clear lines in phantom
pictures."""
TIP, INNER_RIM_MM = f32(16.0), f32(0.16)
"""Amplitude of heel and point of the bevel at any angle, over muscle's 1. chosen: 24 dB: edges scatter, so the tip is
still seen where the shaft is lost. The lumen's edge follows a wall's thickness deeper."""
RIM_UP, RIM_DOWN, RIM_ASIDE = f32(1.4), f32(1.0), f32(0.6)
"""Times TIP, by where the bevel faces. chosen: in the order that Hopkins & Bradley 2001 found."""
GLINT = f32(1.0)
BACK = f32(0.25)
"""Ground face seen from behind, through metal. chosen: -12 dB; tips show best with the bevel facing the probe or
turned by 180 degrees (Hopkins & Bradley, Clin Radiol 2001;56:499)."""
COMET, COMET_MM, COMET_STEP = f32(0.35), f32(4.0), f32(0.18)
"""Ring-down behind the tip: amplitude to the shaft's, and depth in which it falls to 1/e. chosen: after phantom
pictures."""
DOT_LOW, DOT_MEAN = f32(0.2), f32(0.5236)
"""Between dots, amplitude to the dots'; exp of the mean logarithm of 0.6 + 0.4 cos, (0.6 + sqrt(0.36 - 0.16)) / 2."""
SIDE_LOBE, SIDE_LOBE_MM, SIDE_REACH_MM = f32(0.047), f32(2.0), f32(6.0)
"""Side lobes' amplitude to the main lobe's: two ways -13.3 dB of a rectangular aperture. How far off it falls to 1/e,
and how far it is drawn: chosen."""
SHADOW = f32(0.3)
"""Share of amplitude that 22 gauge in the plane takes from what lies behind; in proportion to the diameter. chosen:
-3 dB, the faint shadow of phantom pictures."""
GHOST_EVERY = 16
THREE_QUARTERS, EIGHTH = f32(0.75), f32(0.125)


@kernel()
def needle_echo(shaft: Shaft, beam: Beam, steer: float, grid: NDArray[np.float32], cover: NDArray[np.float32]) -> None:
    """Add the needle to `grid` and note its shadow.

    Args:
        shaft, beam: see there.
        steer: tangent of the steering angle; the beam meets the shaft under an angle changed by it.
        grid: (lines + 2, 2 samples) float32; line l lies in row l + 1.
        cover: (2, lines): depth mm of the needle on each transmitted path (by the line where it leaves the face),
            amplitude that passes it.
    """
    points, tangent, slabs, lateral = shaft.points, shaft.tangent, beam.slab, beam.lateral
    n, n_lines, n_samples = points.shape[0], grid.shape[0] - 2, grid.shape[1] // 2
    lines, turn = fan(beam), F1 / np.sqrt(F1 + steer * steer)
    long: float = np.sum(beam.axial) * beam.sample  # pyright: ignore[reportAssignmentType]
    for i in range(n):
        e = points[i, 2]
        line, depth = to_line(lines, points[i, 0], points[i, 1])
        if line <= -F1 or line >= f32(n_lines) or depth <= F0 or depth >= f32(n_samples) * beam.sample:
            continue
        near = min(i64(depth / beam.sample), n_samples - 1)
        sigma = HALF * slabs[near]
        weight = np.exp(-e * e / (f32(2.0) * sigma * sigma)) + f32(0.03) * np.exp(-abs(e) / sigma)
        if weight < f32(0.004):
            continue
        _, _, bx, by = line_start(lines, line)
        tx, ty, tz = tangent[i, 0], tangent[i, 1], tangent[i, 2]
        across, along = tx * by - ty * bx, tx * bx + ty * by
        beside = lateral[HALF_WIDTH - 1, 2 * near] + lateral[HALF_WIDTH + 1, 2 * near]
        peak = THREE_QUARTERS * lateral[HALF_WIDTH, 2 * near] + EIGHTH * beside
        pitch = pitch_mm(lines, depth)
        u, v, w = across * peak / pitch, along / long, tz / (ROOT_TAU * sigma)
        dense = STEP * np.sqrt(u * u + v * v + w * w) / peak
        angle = np.arcsin(min(abs(along + steer * across) * turn, F1))
        square = max(np.sqrt(max(F1 - along * along, F0)), HALF)
        here = (line, depth, weight * dense, angle, weight / peak, square)
        _walls(shaft, beam, grid, here, n - 1 - i)
        if f32(n - 1 - i) * STEP <= shaft.bevel + HALF * STEP:
            steered = ((bx + steer * by) * turn, (by - steer * bx) * turn)
            _tip(shaft, beam, grid, (here, (bx, by), steered, (pitch, peak, long, ROOT_TAU * sigma)), (i, n - 1 - i))
        if (n - 1 - i) % GHOST_EVERY == 0:
            _ghost(grid, beam.sample, (line, depth, pitch, across, along), shaft.gain * here[2] * peak, n - 1 - i)
        left = line - steer * depth / pitch if lines.kind == PARALLEL else line  # where its path leaves the face
        where = i64(left + HALF)
        if 0 <= where < n_lines:
            cover[0, where] = min(cover[0, where], depth + shaft.outer)
            cover[1, where] = min(cover[1, where], max(F1 - SHADOW * shaft.outer / REFERENCE * weight, QUARTER))


@kernel()
def _walls(
    shaft: Shaft,
    beam: Beam,
    grid: NDArray[np.float32],
    here: tuple[float, float, float, float, float, float],
    back: int,
) -> None:
    """Near wall, far wall, reverberations and echogenic dots of the shaft `back` steps from the tip.

    Every further pass through the lumen meets the walls once more under the same angle and loses as much again.
    """
    line, depth, share, angle, _, square = here
    to_tip = f32(back) * STEP
    half, lost = HALF * shaft.outer / square, np.exp(-FALL * angle)
    if to_tip < shaft.bevel:
        half *= to_tip / shaft.bevel
    turns = f32(0.5) * _wander(back, 3)
    near = shaft.gain * share * lost * (f32(0.4) + f32(0.6) * _wander(back, 11) + f32(0.6) * _wander(back >> 2, 12))
    top = (depth - half) / beam.sample - HALF
    if to_tip < shaft.bevel:
        near *= f32(0.5)  # the wall opposite the ground face is all that is left
    point(grid, line, top, near, turns)
    if shaft.dots > F0 and shaft.bevel < to_tip < shaft.pattern:
        beat = f32(to_tip / shaft.period)
        bright = DOT_LOW + (F1 - DOT_LOW) * (HALF + HALF * sine(beat + QUARTER))
        phase = f32(hash3(i64(beat + HALF), 17, 1, 0) & 255) / f32(255.0)
        point(grid, line, top, shaft.dots * share * bright / DOT_MEAN, phase)
    if to_tip < shaft.bevel or lost < f32(0.1):
        return
    _ring(grid, line, (top, beam.sample), near)
    gap, wall = shaft.inner * LUMEN_SPEED, HALF * (shaft.outer - shaft.inner)
    deeper, echo = depth - half + wall + gap, near * FAR * np.sqrt(lost)
    point(grid, line, deeper / beam.sample - HALF, echo, turns + QUARTER)
    for j in range(1, CLEAR + RIPPLE + 1):
        clear = j <= CLEAR
        deeper += gap if clear else HALF * gap
        echo *= lost * (DECAY if clear else SLOW)
        if echo < f32(0.02) * share:
            break
        patchy = _wander(back + 131 * j, 5 + j)
        strength = echo * (f32(0.3) + f32(1.4) * patchy * patchy)
        point(grid, line, deeper / beam.sample - HALF, strength, turns + f32(0.37) * f32(j) + HALF * patchy)


@kernel(inline=True)
def _ring(grid: NDArray[np.float32], line: float, at: tuple[float, float], near: float) -> None:
    """The near wall rings down behind itself."""
    top, sample = at
    for j in range(1, WALL_STEPS + 1):
        deeper = f32(j) * WALL_STEP
        fade = WALL * near * np.exp(-deeper / WALL_MM)
        point(grid, line, top + deeper / sample, fade, f32(0.61) * f32(j))


@kernel()
def _tip(
    shaft: Shaft,
    beam: Beam,
    grid: NDArray[np.float32],
    seen: tuple[
        tuple[float, float, float, float, float, float],
        tuple[float, float],
        tuple[float, float],
        tuple[float, float, float, float],
    ],
    which: tuple[int, int],
) -> None:
    """Ground face, heel and point of the bevel, and the ring-down behind the point.

    The face runs from the heel, on the bevel's side, to the point on the other: it has its own density and normal.
    """
    (line, depth, _, angle, single, _), (bx, by), (sx, sy), local = seen
    i, back = which
    side, tangent, normal = shaft.side, shaft.tangent, shaft.normal
    half, long = HALF * shaft.outer, max(shaft.bevel, STEP)
    aside, deep = side[0] * by - side[1] * bx, side[0] * bx + side[1] * by
    off = half * (f32(2.0) * f32(back) * STEP / long - F1)
    row = line + off * aside / local[0]
    sample = (depth + off * deep) / beam.sample - HALF
    lean = shaft.outer / long
    u = (tangent[i, 0] * by - tangent[i, 1] * bx - lean * aside) * local[1] / local[0]
    v = (tangent[i, 0] * bx + tangent[i, 1] * by - lean * deep) / local[2]
    w = (tangent[i, 2] - lean * side[2]) / local[3]
    facing = -(normal[0] * sx + normal[1] * sy)
    level = shaft.gain * np.exp(-FALL * np.arccos(min(abs(facing), F1))) * (GLINT if facing > F0 else BACK)
    point(grid, row, sample, level * single * STEP * np.sqrt(u * u + v * v + w * w), f32(0.3))
    heel = back == i64(shaft.bevel / STEP)
    if back == 0 or heel:
        up = -(side[0] * sx + side[1] * sy)
        rim = RIM_ASIDE + max(up, F0) * (RIM_UP - RIM_ASIDE) + max(-up, F0) * (RIM_DOWN - RIM_ASIDE)
        edge = TIP * rim * single * (F1 if back == 0 else f32(0.6))
        point(grid, row, sample, edge, f32(0.05) if heel else f32(0.6))
        point(grid, row, sample + INNER_RIM_MM / beam.sample, f32(0.7) * edge, f32(0.4))
    if back == 0:
        ring = max(COMET * shaft.gain * np.exp(-f32(2.0) * FALL * angle), f32(0.15) * TIP) * single
        _comet(grid, row, (depth + half) / beam.sample - HALF, (ring, beam.sample))


@kernel()
def _comet(grid: NDArray[np.float32], line: float, top: float, of: tuple[float, float]) -> None:
    """Ring-down of the tip: a tail of irregular echoes along the line."""
    ring, sample = of
    for j in range(60):
        deeper = f32(j) * COMET_STEP
        fade = ring * np.exp(-deeper / COMET_MM) * (f32(0.4) + f32(hash3(j, 29, 1, 0) & 255) / f32(255.0))
        point(grid, line, top + deeper / sample, fade, f32(0.31) * f32(j))


@kernel()
def _ghost(
    grid: NDArray[np.float32], sample: float, at: tuple[float, float, float, float, float], level: float, back: int
) -> None:
    """The same step as lines beside it see it through their side lobes: at its distance, sqrt(depth² + u²), as bright
    as its angle to the ray from there makes it. Past the tip this is an arc; behind the shaft, haze."""
    line, depth, pitch, across, along = at
    reach = min(i64(SIDE_REACH_MM / pitch), 64)
    phase = f32(hash3(back, 41, 1, 0) & 255) / f32(255.0)
    for j in range(-reach, reach + 1):
        if -2 < j < 2:
            continue
        u = f32(j) * pitch
        far = np.sqrt(depth * depth + u * u)
        angle = np.arcsin(min(abs(depth * along - u * across) / far, F1))
        lobe = SIDE_LOBE * np.exp(-abs(u) / SIDE_LOBE_MM - FALL * angle) * f32(GHOST_EVERY) * level
        if lobe > f32(0.01):
            point(grid, line + f32(j), far / sample - HALF, lobe, phase)


@kernel(inline=True)
def _wander(i: int, salt: int) -> float:
    """Smooth noise along the shaft, 0 to 1, that changes over 0.8 mm (16 steps)."""
    cell, part = i >> 4, f32(i & 15) / f32(16.0)
    a = f32(hash3(cell, salt, 1, 0) & 1023) / f32(1023.0)
    b = f32(hash3(cell + 1, salt, 1, 0) & 1023) / f32(1023.0)
    return a + (b - a) * part


@kernel(inline=True)
def point(grid: NDArray[np.float32], line: float, sample: float, amplitude: float, turns: float) -> None:
    """Add a complex point, linear in line and sample; outside the picture it is left out."""
    row = line + F1
    if row < F0 or sample < F0 or row >= f32(grid.shape[0] - 1) or sample >= f32(grid.shape[1] // 2 - 1):
        return
    i, j = i64(row), i64(sample)
    u, v = row - f32(i), sample - f32(j)
    re, im = amplitude * sine(turns + QUARTER), amplitude * sine(turns)
    for side in range(2):
        wide = u if side else F1 - u
        grid[i + side, 2 * j] += wide * (F1 - v) * re
        grid[i + side, 2 * j + 1] += wide * (F1 - v) * im
        grid[i + side, 2 * j + 2] += wide * v * re
        grid[i + side, 2 * j + 3] += wide * v * im
