"""Spectral (PW) Doppler: what a sample volume hears, pulse by pulse, as one signal that goes on from frame to frame.

    x[n] = sum_k a_k w(p_k) e^(j phi_k) + noise,   phi_k += 2 pi (2 f0 v_k / c) / PRF,   p_k += r_k / PRF

Scatterers k lie in the gate. v_k is blood's speed towards the probe where one lies in a lumen, tissue's elsewhere. Each
crosses the beam while p_k goes from 0 to 1, seen through w = 16 p² (1 - p)², and another takes its place. Nothing else
is needed for: the profile's distribution of speeds, the transit time's broadening (that of the aperture is the same
effect: Newhouse VL et al. IEEE Trans Biomed Eng 1980;27:478), clutter and the flash of moving tissue, and aliasing.
w has the power spectrum's standard deviation sqrt(12) / (2 pi T), a Gaussian beam's is v / (2 pi sqrt(2) sigma):
T = sqrt(24) sigma / v. Attenuation does not lower the centre frequency here.
Jensen, Estimation of Blood Velocities Using Ultrasound, 1996, chapters 3 to 6.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import ProbeModel
from inplane.core import CurvedGeometry, LinearGeometry, ScannerControl, SpectralDoppler
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.beam import aperture_mm, elevation_sigma_mm, lateral_sigma_mm
from inplane.physics.ultrasound.doppler import BLOOD, SOUND_M_S, nyquist_m_s
from inplane.physics.ultrasound.flow import Vessels, speed_at
from inplane.physics.ultrasound.lookup import F0, F1, Placed, displacement, f32
from inplane.physics.ultrasound.receive import NOISE
from inplane.physics.ultrasound.spectrum import Analysis
from inplane.physics.ultrasound.tables import Tissue
from inplane.physics.ultrasound.view import SHORTEST_S

SCATTERERS = 192
"""In the gate. chosen: enough that the signal is Gaussian noise (kurtosis within 2 %), few enough for 1 ms a frame."""
BEFORE = 256
"""Pulses heard and thrown away before the first frame: wall filter and window are then filled."""
FIRST_S = 1.0 / 30.0
"""How much time the first frame tells of."""
LONGEST_S = 0.5
"""Time between frames after which the signal begins anew. chosen: nobody was listening."""
WINDOW_POWER = 256.0 / 630.0
"""Mean of w²."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Gate:
    """A sample volume at one moment.

    Args:
        scanner: the knobs.
        probe: its model, for the beam's width.
        geometry: of the scan lines.
        time_s, sequence: of the frame.
        through: (lines, samples) two-way amplitude of the transmit just made.
    """

    scanner: ScannerControl
    probe: ProbeModel
    geometry: LinearGeometry | CurvedGeometry
    time_s: float
    sequence: int
    through: NDArray[np.float32]

    def middle_mm(self) -> NDArray[np.float64]:
        """(2,) the gate's middle in the PROBE plane."""
        top = self.geometry.top_mm if isinstance(self.geometry, CurvedGeometry) else 0.0
        x, y = self.scanner.gate_mm
        return np.array((x, y + top))

    def beam(self) -> tuple[float, float]:
        """Unit direction of the steered beam at the gate, PROBE plane."""
        x, y = self.middle_mm()
        theta = self.scanner.color_steer_rad
        if isinstance(self.geometry, CurvedGeometry):
            theta += float(np.arctan2(x, y + self.geometry.radius_mm))
        return float(np.sin(theta)), float(np.cos(theta))

    def gain(self) -> float:
        """Two-way amplitude there; 0 outside the picture."""
        line, sample = np.rint(self.geometry.to_index(self.middle_mm())).astype(int)
        inside = 0 <= line < self.through.shape[0] and 0 <= sample < self.through.shape[1]
        return float(self.through[line, sample]) if inside else 0.0

    def widths_mm(self) -> tuple[float, float]:
        """Two-way amplitude standard deviations of the beam at the gate: lateral, elevational."""
        depth = np.array([max(self.scanner.gate_mm[1], 0.5)])
        wavelength = SOUND_M_S * 1e3 / self.scanner.frequency_hz
        lateral = lateral_sigma_mm(depth, (wavelength, wavelength), self.scanner.focus_mm, aperture_mm(self.probe))
        return float(lateral[0]), float(elevation_sigma_mm(depth, wavelength, self.probe)[0])


class Listener:
    """Hears a gate from frame to frame; a pure function of its seed and of the gates since it began.

    Args:
        seed: of scatterers and noise.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        rng = np.random.default_rng([seed, 0x6A7E])
        self._offsets = rng.standard_normal((SCATTERERS, 3))
        self._offsets[:, 0] = (np.arange(SCATTERERS) + rng.random(SCATTERERS)) / SCATTERERS - 0.5
        self._tuned: tuple[float, float] | None = None

    def hear(self, tissue: Tissue, placed: Placed, lumens: Vessels, gate: Gate) -> SpectralDoppler:
        """What was heard since the frame before.

        Args:
            tissue, placed, lumens: what lies there and flows; see there.
            gate: where it listens.
        """
        scanner = gate.scanner
        tuned = (scanner.prf_hz, scanner.frequency_hz)
        now = int(np.floor(gate.time_s * scanner.prf_hz + 1e-6))
        again = self._tuned != tuned or not 0 <= now - self._pulse <= LONGEST_S * scanner.prf_hz
        ends, rest = self._scatterers(tissue, placed, lumens, gate)
        if again:
            self._begin(gate, tuned, now)
            self._rest, self._rest_s = rest, gate.time_s
        elapsed = gate.time_s - self._rest_s
        moving = (rest - self._rest) / 1e3 / elapsed if elapsed > SHORTEST_S else np.zeros(3)
        self._add_motion(ends, gate, placed.rotation.T @ moving)
        self._rest, self._rest_s = rest, gate.time_s
        if again:
            self._ends = ends
            self._analysis.take(self._signal(BEFORE, ends, gate, 1), self._pulse)
        count = now - self._pulse
        self._pulse = now
        heard = self._signal(count, ends, gate, 0)
        rows, first, audio = self._analysis.take(heard, now, gain_db=scanner.color_gain_db)
        return SpectralDoppler(
            spectrum=rows,
            first_s=first / scanner.prf_hz,
            step_s=self._analysis.hop / scanner.prf_hz,
            nyquist_m_s=nyquist_m_s(scanner) / float(np.cos(scanner.gate_angle_rad)),
            prf_hz=scanner.prf_hz,
            audio=audio,
        )

    def _begin(self, gate: Gate, tuned: tuple[float, float], now: int) -> None:
        """Fresh scatterers, anywhere on their way, and a filter and a window that know nothing."""
        rng = np.random.default_rng([self._seed, gate.sequence, 0xB361])
        turn = 2.0 * np.pi * rng.random(SCATTERERS)
        self._state = np.stack((np.cos(turn), np.sin(turn), rng.random(SCATTERERS)), axis=-1).astype(np.float32)
        self._dice = rng.integers(1, 1 << 32, SCATTERERS, dtype=np.uint32)
        self._analysis = Analysis(tuned[0], NOISE * tuned[1] / 1e7)
        self._tuned = tuned
        self._pulse = now - max(1, round(FIRST_S * tuned[0]))

    def _scatterers(
        self, tissue: Tissue, placed: Placed, lumens: Vessels, gate: Gate
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """(SCATTERERS, 4) speed m/s, windows a second, amplitude, 1 in a lumen; and where the middle was at rest."""
        lateral, elevation = gate.widths_mm()
        length, beam, gain = gate.scanner.gate_length_mm, gate.beam(), gate.gain()
        spread = np.array([length, lateral / np.sqrt(2.0), elevation / np.sqrt(2.0)])
        offsets = (self._offsets * spread).astype(np.float32)
        ends = np.empty((SCATTERERS, 4), np.float32)
        rest = np.empty(3, np.float32)
        middle = gate.middle_mm().astype(np.float32)
        scale = f32(gain / np.sqrt(SCATTERERS * WINDOW_POWER))
        crossing = (f32(1e3 / (np.sqrt(24.0) * lateral)), f32(1e3 / length))
        how = (middle, f32(beam[0]), f32(beam[1]), offsets, scale, crossing)
        _look(tissue, placed, lumens, how, ends, rest)
        return ends, rest

    def _add_motion(self, ends: NDArray[np.float32], gate: Gate, moving_m_s: NDArray[np.float64]) -> None:
        """Adds how the gate moves through resting tissue: onwards is tissue coming towards the probe."""
        d0, d1 = gate.beam()
        along = float(moving_m_s[0] * d0 + moving_m_s[1] * d1)
        aside = float(np.hypot(moving_m_s[0] * d1 - moving_m_s[1] * d0, moving_m_s[2]))
        ends[:, 0] += f32(along)
        still = ends[:, 3] == 0
        ends[still, 1] = f32(1e3 * aside / (np.sqrt(24.0) * gate.widths_mm()[0]))

    def _signal(self, count: int, ends: NDArray[np.float32], gate: Gate, salt: int) -> NDArray[np.complex64]:
        """(count,) complex baseband with noise, the scatterers moved on."""
        out = np.zeros((count, 2), np.float32)
        if count:
            per_pulse = f32(2.0 * gate.scanner.frequency_hz / SOUND_M_S / gate.scanner.prf_hz)
            _pulses(self._state, self._dice, (self._ends, ends), (per_pulse, f32(1.0 / gate.scanner.prf_hz)), out)
            rng = np.random.default_rng([self._seed, gate.sequence, 0x9A7E, salt])
            out += f32(NOISE * gate.scanner.frequency_hz / 1e7) * rng.standard_normal(out.shape, np.float32)
            self._ends = ends
        return out.view(np.complex64)[:, 0]


@kernel()
def _look(
    tissue: Tissue,
    placed: Placed,
    lumens: Vessels,
    how: tuple[NDArray[np.float32], float, float, NDArray[np.float32], float, tuple[float, float]],
    ends: NDArray[np.float32],
    rest: NDArray[np.float32],
) -> None:
    """What each scatterer is: speed, windows a second, amplitude, 1 in a lumen; and the middle's place at rest."""
    middle, d0, d1, offsets, scale, (across_per_s, along_per_s) = how
    for k in range(offsets.shape[0]):
        along, aside, z = offsets[k, 0], offsets[k, 1], offsets[k, 2]
        x, y = middle[0] + along * d0 + aside * d1, middle[1] + along * d1 - aside * d0
        v, across, echo, moves = speed_at(tissue, placed, lumens, (x, y, z, d0, d1))
        ends[k, 0] = v
        ends[k, 1] = np.sqrt((across * across_per_s) ** 2 + (v * along_per_s) ** 2)
        ends[k, 2] = scale * (BLOOD if moves > F0 else echo)
        ends[k, 3] = moves
    r, p = placed.rotation, placed.place
    for c in range(3):
        rest[c] = p[c] + r[c, 0] * middle[0] + r[c, 1] * middle[1]
    if placed.moved:
        o, g = placed.moved_origin, F1 / placed.moved_step
        ux, uy, uz = displacement(placed.rest, (rest[2] - o[2]) * g, (rest[0] - o[0]) * g, (rest[1] - o[1]) * g)
        rest[0] += ux
        rest[1] += uy
        rest[2] += uz


@kernel()
def _pulses(
    state: NDArray[np.float32],
    dice: NDArray[np.uint32],
    ends: tuple[NDArray[np.float32], NDArray[np.float32]],
    steps: tuple[float, float],
    out: NDArray[np.float32],
) -> None:
    """Adds every scatterer's signal to out (n, 2); speeds and amplitudes go evenly from what they were to what they
    are. state (k, 3): phase as cosine and sine, p."""
    before, now = ends
    per_pulse, pulse_s = steps
    n = out.shape[0]
    share = F1 / f32(n)
    whole = f32(2.0 * np.pi) * per_pulse
    for k in range(state.shape[0]):
        c, s, p = state[k, 0], state[k, 1], state[k, 2]
        turn, more = whole * before[k, 0], whole * (now[k, 0] - before[k, 0]) * share
        turn_c, turn_s, more_c, more_s = np.cos(turn), np.sin(turn), np.cos(more), np.sin(more)
        rate, rate_more = before[k, 1] * pulse_s, (now[k, 1] - before[k, 1]) * pulse_s * share
        amplitude, amplitude_more = before[k, 2], (now[k, 2] - before[k, 2]) * share
        roll = dice[k]
        for i in range(n):
            c, s = c * turn_c - s * turn_s, c * turn_s + s * turn_c
            turn_c, turn_s = turn_c * more_c - turn_s * more_s, turn_c * more_s + turn_s * more_c
            p += rate
            rate += rate_more
            amplitude += amplitude_more
            if p >= F1:
                p -= np.floor(p)
                roll ^= np.uint32(roll << np.uint32(13))
                roll ^= np.uint32(roll >> np.uint32(17))
                roll ^= np.uint32(roll << np.uint32(5))
                angle = f32(roll) * f32(1.4629181e-9)  # 2 pi / 2^32
                c, s = np.cos(angle), np.sin(angle)
            w = p * (F1 - p)
            w = f32(16.0) * w * w * amplitude
            out[i, 0] += w * c
            out[i, 1] += w * s
        norm = F1 / np.sqrt(c * c + s * s)
        state[k, 0], state[k, 1], state[k, 2] = c * norm, s * norm, p
        dice[k] = roll
