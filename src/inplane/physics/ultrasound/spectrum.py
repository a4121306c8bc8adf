"""From a gate's complex signal to what is seen and heard: wall filter, short-time spectra, sound of both directions."""

from typing import Any

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from inplane.physics.ultrasound.doppler import WALL

signal: Any = scipy.signal

VELOCITIES = 128
"""Columns of a spectrum: bins of its Fourier transform."""
WINDOW_S = 0.012
"""Length of the Hann window, from 32 to 128 pulses. chosen: usual scanners analyze 5 to 20 ms; an artery's upstroke
lasts 50 ms."""
HOP_S = 0.004
"""From spectrum to spectrum. chosen: 250 a second, a third of the window."""
FLOOR_DB, SPAN_DB = 6.0, 40.0
"""Power over the noise's mean that is black, and the range from there to white. chosen: noise leaves faint specks, as
on a scanner."""
WALL_ORDER = 4
"""Of the Butterworth high-pass with which clutter is removed. chosen: 24 dB an octave; clutter is 26 dB over blood."""
HILBERT_TAPS = 63
"""Of the phasing filter. chosen: directions part by 30 dB from 0.06 to 0.94 of the Nyquist frequency."""
LOUD_DB = 40.0
"""Amplitude over the noise's that is full sound. chosen: as the spectrum's range."""


class Analysis:
    """Wall filter, spectra and sound of one signal, taken piece by piece.

    Args:
        prf_hz: its sampling rate.
        noise: standard deviation of the noise in each of its components.
    """

    def __init__(self, prf_hz: float, noise: float) -> None:
        self.window = int(np.clip(2 ** round(np.log2(prf_hz * WINDOW_S)), 32, VELOCITIES))
        self.hop = max(1, round(prf_hz * HOP_S))
        self._hann = np.hanning(self.window + 2)[1:-1].astype(np.float32)
        self._floor = 2.0 * noise**2 * float((self._hann**2).sum())
        self._loud = noise * 10.0 ** (LOUD_DB / 20.0)
        self._wall = signal.butter(WALL_ORDER, float(WALL), "highpass", output="sos")
        self._wall_state: NDArray[Any] | None = None
        self._tail = np.zeros(self.window + self.hop, np.complex64)
        self._hilbert = hilbert_taps()
        self._quadrature = np.zeros(HILBERT_TAPS - 1)
        self._delayed = np.zeros(HILBERT_TAPS // 2)

    def take(
        self, heard: NDArray[np.complex64], end: int, *, gain_db: float = 0.0
    ) -> tuple[NDArray[np.uint8], float, NDArray[np.float32]]:
        """(rows, VELOCITIES) spectra that ended within this piece, middle of the first one's window in pulses, sound.

        Args:
            heard: (n,) the next pulses.
            end: index of the pulse that follows them.
            gain_db: raises the spectra and the sound.
        """
        if not len(heard):
            return np.zeros((0, VELOCITIES), np.uint8), float(end), np.zeros((0, 2), np.float32)
        if self._wall_state is None:
            self._wall_state = signal.sosfilt_zi(self._wall) * complex(heard[0])
        passed, self._wall_state = signal.sosfilt(self._wall, heard, zi=self._wall_state)
        filtered: NDArray[np.complex64] = passed.astype(np.complex64)
        all_heard = np.concatenate((self._tail, filtered))
        self._tail = all_heard[-(self.window + self.hop) :]
        begin = end - len(heard)
        stops = (
            np.arange(-(-(begin + 1) // self.hop), end // self.hop + 1) * self.hop
        )  # windows that end in (begin, end]
        rows = self._spectra(all_heard, stops - end + len(all_heard), gain_db)
        first = float(stops[0] if len(stops) else end) - 0.5 * self.window
        return rows, first, self._sound(filtered, gain_db)

    def _spectra(self, heard: NDArray[np.complex64], stops: NDArray[np.int64], gain_db: float) -> NDArray[np.uint8]:
        """Grey of the window before each stop."""
        pieces = heard[stops[:, None] + np.arange(-self.window, 0)] * self._hann
        power = np.abs(np.fft.fftshift(np.fft.fft(pieces, VELOCITIES, axis=1), axes=1)) ** 2 / self._floor
        level = (10.0 * np.log10(power + 1e-6) + gain_db - FLOOR_DB) / SPAN_DB
        return np.rint(255.0 * np.clip(level, 0.0, 1.0)).astype(np.uint8)

    def _sound(self, filtered: NDArray[np.complex64], gain_db: float) -> NDArray[np.float32]:
        """(n, 2) towards, away: (I - H{Q}) / 2 and (I + H{Q}) / 2, H the Hilbert transform."""
        turned, self._quadrature = signal.lfilter(self._hilbert, [1.0], filtered.imag, zi=self._quadrature)
        line = np.concatenate((self._delayed, filtered.real))
        self._delayed = line[len(line) - len(self._delayed) :]
        plain = line[: len(filtered)]
        scale = 10.0 ** (gain_db / 20.0) / self._loud
        both = np.stack((plain - turned, plain + turned), axis=-1) * (0.5 * scale)
        return np.clip(both, -1.0, 1.0).astype(np.float32)


def hilbert_taps() -> NDArray[np.float64]:
    """(HILBERT_TAPS,) 2 / (pi n) at odd n from the middle, Hamming-windowed (Oppenheim & Schafer, chapter 12)."""
    n = np.arange(HILBERT_TAPS) - HILBERT_TAPS // 2
    odd = n % 2 != 0
    taps = np.zeros(HILBERT_TAPS)
    taps[odd] = 2.0 / (np.pi * n[odd])
    return taps * np.hamming(HILBERT_TAPS)
