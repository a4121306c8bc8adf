"""Colour Doppler in its box: lag-one autocorrelation R of an ensemble, per pixel of a coarse grid.

    R = B H(v) e^(j pi v / vN) + T H(vt) e^(j pi vt / vN) + noise,   v = arg(R) vN / pi,   vN = c PRF / (4 f0)

B blood's power, v blood's speed towards the probe: mean speed times 2 (1 - (rho/R)²) (Poiseuille) along the centreline,
dotted with the steered beam; beams converge on a vessel they cross, which spreads v by a share of the speed across
them.
T tissue's power, which flashes where the probe moves; H the wall filter. Aliasing needs no case: a phase has 2 pi.
Jensen, Estimation of Blood Velocities Using Ultrasound, 1996, chapters 6 to 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from inplane.anatomy import Structure
from inplane.core import ColorFlow, LinearGeometry, ScannerControl
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import F0, F1, Placed, clip_index, displacement, f32
from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.receive import NOISE
from inplane.physics.ultrasound.tables import Tissue

LINE_STEP, SAMPLE_STEP = 2, 4
"""Frame pixels a colour pixel. chosen: 0.4 x 0.3 mm at 40 mm, about the resolution of colour."""
ENSEMBLE = 10
"""Pulses a line. chosen: usual are 8 to 16."""
BLOOD = f32(0.05)
"""Blood's echo amplitude before the wall filter, of muscle's 1. chosen: no sourced value was found."""
WALL = f32(0.06)
"""Wall filter's cut-off in Nyquist speeds. chosen: usual medium setting."""
SPREAD = f32(0.12)
"""Share of the speed across the beam that broadens the spectrum: half the aperture's half angle, 1/(4 F#)."""
GATE_DB = 9.0
"""R over the noise that is shown, at colour gain 0. chosen: a few noise pixels a frame appear at +6 dB of gain."""
SOUND_M_S = 1540.0


ndimage: Any = scipy.ndimage


class Vessels(NamedTuple):
    """Lumens with flow, as the kernel reads them.

    Attributes:
        row: (256,) int32, by label the first point of its centreline, -1 where none. length: (256,) points.
        speed: (256,) float32 mean m/s. points: (n, 3) mm at rest. radius: (n,) mm.
    """

    row: NDArray[np.int32]
    length: NDArray[np.int32]
    speed: NDArray[np.float32]
    points: NDArray[np.float32]
    radius: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """How the probe's frame moves against the patient: speed in PROBE coordinates, m/s, (3,)."""

    probe_m_s: NDArray[np.float64]


def nyquist_m_s(scanner: ScannerControl) -> float:
    """c PRF / (4 f0); PRF is held to c / (2 depth of the box), as one pulse travels at a time."""
    deepest_m = min(scanner.color_box_mm[3], scanner.depth_mm) / 1000.0
    prf = min(scanner.prf_hz, SOUND_M_S / (2.0 * deepest_m)) if deepest_m > 0 else scanner.prf_hz
    return SOUND_M_S * prf / (4.0 * scanner.frequency_hz)


def vessels(structures: tuple[Structure, ...], flow_m_s: Mapping[int, float]) -> Vessels:
    """The lumens among the structures that have flow and a centreline."""
    row, count = np.full(256, -1, np.int32), np.zeros(256, np.int32)
    speed = np.zeros(256, np.float32)
    points: list[NDArray[np.float64]] = [np.zeros((1, 3))]
    radius: list[NDArray[np.float64]] = [np.ones(1)]
    total = 1
    for structure in structures:
        line, wide = structure.centreline_mm, structure.radius_mm
        if structure.label in flow_m_s and line is not None and wide is not None and len(line) >= 2:
            row[structure.label], count[structure.label] = total, len(line)
            speed[structure.label] = flow_m_s[structure.label]
            points.append(line)
            radius.append(wide)
            total += len(line)
    return Vessels(
        row=row,
        length=count,
        speed=speed,
        points=np.concatenate(points).astype(np.float32),
        radius=np.concatenate(radius).astype(np.float32),
    )


def color_flow(
    tissue: Tissue,
    placed: Placed,
    lumens: Vessels,
    marched: Marched,
    how: tuple[ScannerControl, LinearGeometry, Motion, np.random.Generator],
) -> ColorFlow | None:
    """Colour of the box, or None where the box does not meet the picture.

    Args:
        tissue, marched: see there.
        placed: with the colour's steering.
        lumens: see Vessels.
        how: knobs, the frame's geometry, the probe's motion, and what noise is drawn from.
    """
    scanner, geometry, motion, rng = how
    x0, y0, x1, y1 = scanner.color_box_mm
    low = np.ceil(geometry.to_index([x0, y0])).astype(int).clip(0, None)
    high = (np.floor(geometry.to_index([x1, y1])) + 1).astype(int)
    n_lines = min(high[0], geometry.n_lines) - low[0]
    n_samples = min(high[1], geometry.n_samples) - low[1]
    if n_lines < LINE_STEP or n_samples < SAMPLE_STEP:
        return None
    coarse = (-(-n_lines // LINE_STEP), -(-n_samples // SAMPLE_STEP))
    top = nyquist_m_s(scanner)
    noise = NOISE * scanner.frequency_hz / 1e7
    draws = rng.standard_normal((3, *coarse), np.float32)
    lag = np.empty((2, *coarse), np.float32)
    box = (int(low[0]), int(low[1]), f32(geometry.line_pitch_mm), f32(geometry.sample_pitch_mm))
    scale = (f32(top), f32(noise), np.asarray(motion.probe_m_s, np.float32))
    _autocorrelate(tissue, placed, lumens, marched.through, (box, scale, draws, lag))
    real, imaginary = (
        ndimage.uniform_filter(lag[0], 3, mode="nearest"),
        ndimage.uniform_filter(lag[1], 3, mode="nearest"),
    )
    power_db = 10.0 * np.log10((np.hypot(real, imaginary) + 1e-12) / noise**2)
    shown = power_db + scanner.color_gain_db > GATE_DB
    phase = np.arctan2(imaginary, real) / np.pi
    velocity = np.rint(127.0 * phase).astype(np.int8)
    return ColorFlow(
        first_line=int(low[0]),
        first_sample=int(low[1]),
        velocity=_enlarge(velocity, n_lines, n_samples),
        has_flow=_enlarge(shown & (np.abs(phase) > 0.5 * float(WALL)), n_lines, n_samples),
        nyquist_m_s=top,
    )


def _enlarge(coarse: NDArray[Any], n_lines: int, n_samples: int) -> NDArray[Any]:
    return np.ascontiguousarray(coarse.repeat(LINE_STEP, 0).repeat(SAMPLE_STEP, 1)[:n_lines, :n_samples])


@kernel()
def _autocorrelate(
    tissue: Tissue,
    placed: Placed,
    lumens: Vessels,
    through: NDArray[np.float32],
    how: tuple[
        tuple[int, int, float, float],
        tuple[float, float, NDArray[np.float32]],
        NDArray[np.float32],
        NDArray[np.float32],
    ],
) -> None:
    """R of every colour pixel into lag (2, lines, samples): real, imaginary."""
    (line0, sample0, pitch, sample_mm), (top, noise, moving), draws, lag = how
    n_lines, n_samples = through.shape
    d0, d1 = placed.steer, F1
    length = np.sqrt(d0 * d0 + d1 * d1)
    d0, d1 = d0 / length, d1 / length
    sideways = np.sqrt(moving[2] * moving[2] + (moving[0] * d1 - moving[1] * d0) ** 2)
    along = moving[0] * d0 + moving[1] * d1  # the probe nears tissue: towards it
    floor = noise * noise / f32(ENSEMBLE) ** f32(0.5)
    for i in range(lag.shape[1]):
        line = min(line0 + i * LINE_STEP, n_lines - 1)
        x = (f32(line) - f32(0.5) * f32(n_lines - 1)) * pitch
        for j in range(lag.shape[2]):
            sample = min(sample0 + j * SAMPLE_STEP, n_samples - 1)
            y = (f32(sample) + f32(0.5)) * sample_mm
            wide = f32(0.5) * f32(n_lines) * pitch
            if abs(x - y * placed.steer) > wide:
                lag[0, i, j] = lag[1, i, j] = F0
                continue
            speed = _speed(tissue, placed, lumens, (x, y, d0, d1))
            real, imaginary = _lag_one(speed, (along, sideways), through[line, sample], top, draws[2, i, j])
            lag[0, i, j] = real + floor * draws[0, i, j]
            lag[1, i, j] = imaginary + floor * draws[1, i, j]


@kernel(inline=True)
def _lag_one(
    speed: tuple[float, float, float, float], moving: tuple[float, float], gain: float, top: float, draw: float
) -> tuple[float, float]:
    """R of one pixel without noise: blood's, whose mean wanders with its spectrum's width, and tissue's flash."""
    v, across, echo, moves = speed
    along, sideways = moving
    spread, blur = SPREAD * across, f32(0.2) * sideways
    v += spread * draw * f32(0.6)
    power = (BLOOD * gain) ** 2 * moves * _wall(np.sqrt(v * v + spread * spread) / top)
    flash = (echo * gain) ** 2 * _wall(np.sqrt(along * along + blur * blur) / top)
    if sideways + abs(along) == F0:
        flash = F0
    turn, tissue_turn = f32(np.pi) * v / top, f32(np.pi) * (along + blur * draw) / top
    real = power * np.cos(turn) + flash * np.cos(tissue_turn)
    return real, power * np.sin(turn) + flash * np.sin(tissue_turn)


@kernel(inline=True)
def _wall(share: float) -> float:
    """Power that the wall filter lets pass at a share of the Nyquist speed: 1 / (1 + (WALL / share)^6)."""
    folded = abs(share - f32(2.0) * np.floor(f32(0.5) * share + f32(0.5))) + f32(1e-6)
    ratio = WALL / folded
    ratio = ratio * ratio
    return F1 / (F1 + ratio * ratio * ratio)


@kernel()
def _speed(
    tissue: Tissue, placed: Placed, lumens: Vessels, at: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """At a point of the plane: blood's speed towards the probe, across the beam, tissue's echo, 1 where blood flows."""
    x, y, d0, d1 = at
    r, p = placed.rotation, placed.place
    here = np.empty(3, np.float32)
    for c in range(3):
        here[c] = p[c] + r[c, 0] * x + r[c, 1] * y
    if placed.moved:
        o, g = placed.moved_origin, F1 / placed.moved_step
        ux, uy, uz = displacement(placed.rest, (here[2] - o[2]) * g, (here[0] - o[0]) * g, (here[1] - o[1]) * g)
        here[0] += ux
        here[1] += uy
        here[2] += uz
    nz, nx, ny = tissue.labels.shape
    step = F1 / tissue.spacing
    iz, ix = clip_index((here[2] - tissue.origin[2]) * step, nz), clip_index((here[0] - tissue.origin[0]) * step, nx)
    iy = clip_index((here[1] - tissue.origin[1]) * step, ny)
    label = tissue.labels[iz, ix, iy]
    echo = f32(tissue.amplitude[tissue.echo[iz, ix, iy]])
    if lumens.row[label] < 0:
        return F0, F0, echo, F0
    beam = np.empty(3, np.float32)
    for c in range(3):
        beam[c] = r[c, 0] * d0 + r[c, 1] * d1
    share, cosine = _profile(lumens, label, here, beam)
    v = lumens.speed[label] * f32(2.0) * share
    return -v * cosine, abs(v) * np.sqrt(max(F1 - cosine * cosine, F0)), echo, F1


@kernel()
def _profile(lumens: Vessels, label: int, here: NDArray[np.float32], beam: NDArray[np.float32]) -> tuple[float, float]:
    """1 - (rho/R)² at a resting point of a lumen, and the cosine between its centreline there and the beam."""
    first, count = lumens.row[label], lumens.length[label]
    best, nearest = f32(1e9), first
    for k in range(first, first + count):
        away = F0
        for c in range(3):
            away += (lumens.points[k, c] - here[c]) ** 2
        if away < best:
            best, nearest = away, k
    a, b = max(nearest - 1, first), min(nearest + 1, first + count - 1)
    length, lies, dot = f32(1e-9), F0, F0
    for c in range(3):
        edge = lumens.points[b, c] - lumens.points[a, c]
        length += edge * edge
        lies += edge * (here[c] - lumens.points[nearest, c])
        dot += edge * beam[c]
    rho2 = max(best - lies * lies / length, F0)
    share = max(F1 - rho2 / (lumens.radius[nearest] * lumens.radius[nearest]), f32(0.02))
    return share, dot / np.sqrt(length)
