"""Colour and power Doppler in their box: autocorrelation R of an ensemble, per pixel of a coarse grid.

    R1 = B H(v) e^(j pi v / vN) + T H(vt) e^(j pi vt / vN) + noise,   v = arg(R1) vN / pi,   vN = c PRF / (4 f0)
    R0 = B H(v) + T H(vt) + noise, which power Doppler shows: no direction, and no aliasing

B blood's power, v blood's speed towards the probe: mean speed times 2 (1 - (rho/R)²) (Poiseuille) along the centreline,
dotted with the steered beam; beams converge on a vessel they cross, which spreads v by a share of the speed across
them.
T tissue's power, which flashes where the probe moves; H the wall filter. Aliasing needs no case: a phase has 2 pi.
Jensen, Estimation of Blood Velocities Using Ultrasound, 1996, chapters 6 to 8. Power: Rubin JM et al. Radiology
1994;190:853.
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from inplane.core import POWER_SPAN_DB, ColorFlow, CurvedGeometry, LinearGeometry, Mode, ScannerControl
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.flow import Vessels, speed_at
from inplane.physics.ultrasound.lines import PARALLEL, Lines, line_start, lines_of
from inplane.physics.ultrasound.lookup import F0, F1, Placed, f32
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
POWER_GATE_DB = 2.5
"""R0 over the noise's mean that is shown, at gain 0. chosen: the mean of 9 pixels of 10 pulses wanders by 0.5 dB, so
that noise shows from some +1.5 dB of gain."""
SOUND_M_S = 1540.0


ndimage: Any = scipy.ndimage
Seen: TypeAlias = tuple[NDArray[np.int8], NDArray[np.uint8], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Motion:
    """How the probe's frame moves against the patient: speed in PROBE coordinates, m/s, (3,)."""

    probe_m_s: NDArray[np.float64]


def nyquist_m_s(scanner: ScannerControl) -> float:
    """c PRF / (4 f0), along the beam."""
    return SOUND_M_S * scanner.prf_hz / (4.0 * scanner.frequency_hz)


def color_flow(
    tissue: Tissue,
    placed: Placed,
    lumens: Vessels,
    marched: Marched,
    how: tuple[ScannerControl, LinearGeometry | CurvedGeometry, Motion, np.random.Generator],
) -> ColorFlow | None:
    """Colour of the box (of a fan: power and velocity on its lines), or None where it does not meet the picture.

    Args:
        tissue, marched: see there.
        placed: with the colour's steering.
        lumens: see Vessels.
        how: knobs (its mode says whether velocity or power is made), the scan lines' geometry, the probe's motion, and
            what noise is drawn from.
    """
    scanner, geometry, motion, rng = how
    first, size = _box(scanner, geometry)
    if size[0] < LINE_STEP or size[1] < SAMPLE_STEP:
        return None
    coarse = (-(-size[0] // LINE_STEP), -(-size[1] // SAMPLE_STEP))
    top = nyquist_m_s(scanner)
    noise = NOISE * scanner.frequency_hz / 1e7
    draws = rng.standard_normal((5, *coarse), np.float32)
    lag = np.empty((3, *coarse), np.float32)
    box = (*first, f32(geometry.sample_pitch_mm))
    scale = (f32(top), f32(noise), np.asarray(motion.probe_m_s, np.float32))
    _autocorrelate(tissue, placed, lumens, marched.through, (lines_of(geometry), box, scale, draws, lag))
    gain = scanner.color_gain_db
    power = scanner.mode is Mode.POWER
    velocity, level, shown = _power(lag[2], noise, gain) if power else _velocity(lag, noise, gain)
    return ColorFlow(
        first_line=first[0],
        first_sample=first[1],
        velocity=_enlarge(velocity, *size),
        has_flow=_enlarge(shown, *size),
        nyquist_m_s=top,
        power=_enlarge(level, *size) if power else None,
    )


def _box(scanner: ScannerControl, geometry: LinearGeometry | CurvedGeometry) -> tuple[tuple[int, int], tuple[int, int]]:
    """First line and sample of the box, and how many of each lie within the picture; of a fan, of all that meets it."""
    x0, y0, x1, y1 = scanner.color_box_mm
    top = geometry.top_mm if isinstance(geometry, CurvedGeometry) else 0.0
    edge = np.linspace(0.0, 1.0, 9)
    x, y = np.meshgrid(x0 + (x1 - x0) * edge, y0 + (y1 - y0) * edge + top)
    index = geometry.to_index(np.stack((x, y), axis=-1))
    low = np.ceil(index.min(axis=(0, 1))).astype(int).clip(0, None)
    high = (np.floor(index.max(axis=(0, 1))) + 1).astype(int)
    n_lines, n_samples = min(high[0], geometry.n_lines) - low[0], min(high[1], geometry.n_samples) - low[1]
    return (int(low[0]), int(low[1])), (int(n_lines), int(n_samples))


def _velocity(
    lag: NDArray[np.float32], noise: float, gain_db: float
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """(velocity int8, level uint8, shown) of the mean R1 of 3 x 3 pixels."""
    real: NDArray[np.float32] = ndimage.uniform_filter(lag[0], 3, mode="nearest")
    imaginary: NDArray[np.float32] = ndimage.uniform_filter(lag[1], 3, mode="nearest")
    power_db = 10.0 * np.log10((np.hypot(real, imaginary) + 1e-12) / noise**2)
    phase: NDArray[np.float32] = np.arctan2(imaginary, real) / f32(np.pi)
    shown = (power_db + gain_db > GATE_DB) & (np.abs(phase) > 0.5 * float(WALL))
    return np.rint(127.0 * phase).astype(np.int8), np.zeros(phase.shape, np.uint8), shown


def _power(r0: NDArray[np.float32], noise: float, gain_db: float) -> Seen:
    """(no velocity, level uint8, shown) of the mean R0 of 3 x 3 pixels, over the noise's own mean power."""
    mean: NDArray[np.float32] = ndimage.uniform_filter(r0, 3, mode="nearest")
    power_db = 10.0 * np.log10(np.maximum(mean, 1e-12) / (2.0 * noise**2)) + gain_db
    level = np.clip(255.0 * power_db / POWER_SPAN_DB, 0.0, 255.0)
    return np.zeros(mean.shape, np.int8), np.rint(level).astype(np.uint8), power_db > POWER_GATE_DB


def _enlarge(coarse: NDArray[Any], n_lines: int, n_samples: int) -> NDArray[Any]:
    return np.ascontiguousarray(coarse.repeat(LINE_STEP, 0).repeat(SAMPLE_STEP, 1)[:n_lines, :n_samples])


@kernel()
def _autocorrelate(
    tissue: Tissue,
    placed: Placed,
    lumens: Vessels,
    through: NDArray[np.float32],
    how: tuple[
        Lines,
        tuple[int, int, float],
        tuple[float, float, NDArray[np.float32]],
        NDArray[np.float32],
        NDArray[np.float32],
    ],
) -> None:
    """R of every colour pixel into lag (3, lines, samples): R1's real and imaginary part, R0."""
    lines, (line0, sample0, sample_mm), (top, noise, moving), draws, lag = how
    n_lines, n_samples = through.shape
    floor = noise * noise / f32(ENSEMBLE) ** f32(0.5)
    length = np.sqrt(placed.steer * placed.steer + F1)
    for i in range(lag.shape[1]):
        line = min(line0 + i * LINE_STEP, n_lines - 1)
        start_x, start_y, ahead_x, ahead_y = line_start(lines, f32(line))
        d0 = (ahead_x + ahead_y * placed.steer) / length
        d1 = (ahead_y - ahead_x * placed.steer) / length
        sideways = np.sqrt(moving[2] * moving[2] + (moving[0] * d1 - moving[1] * d0) ** 2)
        along = moving[0] * d0 + moving[1] * d1  # the probe nears tissue: towards it
        for j in range(lag.shape[2]):
            sample = min(sample0 + j * SAMPLE_STEP, n_samples - 1)
            depth = (f32(sample) + f32(0.5)) * sample_mm
            x, y = start_x + depth * ahead_x, start_y + depth * ahead_y
            if lines.kind == PARALLEL and abs(x - y * placed.steer) > f32(0.5) * f32(n_lines) * lines.pitch:
                lag[:, i, j] = F0
                continue
            speed = speed_at(tissue, placed, lumens, (x, y, F0, d0, d1))
            real, imaginary, power = _lags(speed, (along, sideways), through[line, sample], top, draws[2, i, j])
            lag[0, i, j] = real + floor * draws[0, i, j]
            lag[1, i, j] = imaginary + floor * draws[1, i, j]
            lag[2, i, j] = power * (F1 + f32(0.3) * draws[3, i, j])
            lag[2, i, j] += f32(2.0) * (noise * noise + floor * draws[4, i, j])


@kernel(inline=True)
def _lags(
    speed: tuple[float, float, float, float], moving: tuple[float, float], gain: float, top: float, draw: float
) -> tuple[float, float, float]:
    """R1 (real, imaginary) and R0 of one pixel without noise: blood's, whose mean wanders with its spectrum's
    width, and tissue's flash."""
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
    return real, power * np.sin(turn) + flash * np.sin(tissue_turn), power + flash


@kernel(inline=True)
def _wall(share: float) -> float:
    """Power that the wall filter lets pass at a share of the Nyquist speed: 1 / (1 + (WALL / share)^6)."""
    folded = abs(share - f32(2.0) * np.floor(f32(0.5) * share + f32(0.5))) + f32(1e-6)
    ratio = WALL / folded
    ratio = ratio * ratio
    return F1 / (F1 + ratio * ratio * ratio)
