"""Wall filter, spectra and sound of a signal whose frequency is known."""

import numpy as np
import pytest

from inplane.physics.ultrasound.spectrum import FLOOR_DB, HILBERT_TAPS, SPAN_DB, VELOCITIES, Analysis

PRF_HZ, NOISE = 4000.0, 1e-3


def _tone(frequency_hz: float, amplitude: float = 0.05, n: int = 4000) -> np.ndarray:
    return (amplitude * np.exp(2j * np.pi * frequency_hz * np.arange(n) / PRF_HZ)).astype(np.complex64)


@pytest.mark.parametrize("share", [-0.75, -0.25, 0.125, 0.5, 0.875])
def test_a_tone_lies_in_its_column_at_its_level(share: float) -> None:
    """Column k is (2 k / columns - 1) of half the PRF; level: amplitude² (sum w)² / (2 noise² sum w²)."""
    analysis = Analysis(PRF_HZ, NOISE)
    rows, _, _ = analysis.take(_tone(share * PRF_HZ / 2, 0.004), 4000)
    settled = rows[-20:].astype(float)
    assert (settled.argmax(axis=1) == VELOCITIES * (share + 1) / 2).all()
    w = np.hanning(analysis.window + 2)[1:-1]
    level_db = 10 * np.log10(0.004**2 * w.sum() ** 2 / (2 * NOISE**2 * (w**2).sum()))
    assert settled.max() == pytest.approx(255 * (level_db - FLOOR_DB) / SPAN_DB, abs=2)


@pytest.mark.parametrize("share", [-0.9, -0.3, -0.1, 0.1, 0.5, 0.9])
def test_directions_part_by_thirty_decibels(share: float) -> None:
    _, _, sound = Analysis(PRF_HZ, NOISE).take(_tone(share * PRF_HZ / 2), 4000)
    level = np.sqrt((sound[1000:] ** 2).mean(axis=0))
    heard, other = (level[0], level[1]) if share > 0 else (level[1], level[0])
    assert heard == pytest.approx(0.05 / 0.1 / np.sqrt(2), rel=0.06)  # full sound is 40 dB over the noise: 0.1
    assert other < heard * 10 ** (-30 / 20)


def test_pieces_of_any_length_give_what_the_whole_gives() -> None:
    rng = np.random.default_rng(4)
    whole = (rng.standard_normal((3000, 2)) @ (1, 1j)).astype(np.complex64) * np.float32(0.02)
    rows, first, sound = Analysis(PRF_HZ, NOISE).take(whole, 5000)
    analysis, at, parts, middles = Analysis(PRF_HZ, NOISE), 0, [], []
    for count in (1, 7, 500, 0, 133, 133, 2000, 226):
        parts.append(analysis.take(whole[at : at + count], 2000 + at + count))
        middles += [parts[-1][1] + analysis.hop * row for row in range(len(parts[-1][0]))]
        at += count
    assert at == 3000
    difference = np.abs(np.concatenate([part[0] for part in parts]).astype(int) - rows)
    assert difference.max() <= 1  # rounding of float32 sums
    np.testing.assert_allclose(np.concatenate([part[2] for part in parts]), sound, atol=1e-6)
    assert middles == [first + analysis.hop * row for row in range(len(rows))]
    assert (np.array(middles) + analysis.window / 2).tolist() == np.arange(2016, 5001, 16).tolist()


def test_clutter_is_removed_and_flow_is_not() -> None:
    """A wall's echo 40 dB over blood at a twelfth of the cut-off; blood at four times the cut-off."""
    slow, blood = _tone(10.0, 1.0), _tone(480.0, 0.01)
    analysis = Analysis(PRF_HZ, NOISE)
    _, _, clutter = analysis.take(slow, 4000)
    _, _, flow = Analysis(PRF_HZ, NOISE).take(blood, 4000)
    assert np.abs(clutter[2000:]).max() < 10 ** (-60 / 20) / 0.1
    assert np.abs(flow[2000:, 0]).max() == pytest.approx(0.01 / 0.1, rel=0.03)
    assert HILBERT_TAPS % 2 == 1
