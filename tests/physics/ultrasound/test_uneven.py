"""Tissue weakens the beam unevenly: bands that stay with the tissue and go down from where they begin."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inplane.bench._fidelity_phantoms import scan
from inplane.core import ProbeControl, ScannerControl
from inplane.physics.ultrasound import View
from inplane.physics.ultrasound.phantom import phantom
from inplane.physics.ultrasound.uneven import UNEVEN, uneven

SHIFT_MM = 4.0


def _bands(tissue: str, *, aside_mm: float = 0.0) -> NDArray[np.float64]:
    """(lines, 16 depths) dB that unevenness adds to the amplitude, of one seed of the tissue."""
    control = replace(ProbeControl(), x_mm=aside_mm)
    view = View(
        T_patient_probe=control.pose(), scanner=ScannerControl(frequency_hz=9e6, gain_db=0.0), time_s=0.0, sequence=0
    )
    even, body = (scan(phantom({tissue: (None, 0.0, 1.7)}, seed=3), seed=3, n_samples=512) for _ in range(2))
    body.clutter = 1.0
    levels = [
        np.log10((one.envelope(view) ** 2).reshape(one.shape[0], 16, -1).mean(axis=2)) * 10 for one in (even, body)
    ]
    return np.asarray(levels[1] - levels[0], np.float64)


def test_bands_grow_with_depth_and_with_the_tissues_own_loss() -> None:
    muscle, blood = _bands("muscle"), _bands("blood")
    assert muscle[:, 12].std() > 2.0 * muscle[:, 3].std()
    assert muscle[:, 12].std() > 1.0
    assert blood[:, 12].std() < 0.6 * muscle[:, 12].std()


def test_bands_stay_with_the_tissue() -> None:
    here, there = _bands("muscle"), _bands("muscle", aside_mm=SHIFT_MM)
    lines = round(SHIFT_MM / (39.0 / here.shape[0]))
    a, b = here[:-lines, 8:12].mean(axis=1), there[lines:, 8:12].mean(axis=1)
    assert np.corrcoef(a, b)[0, 1] > 0.8
    assert np.corrcoef(here[lines:, 8:12].mean(axis=1), b)[0, 1] < 0.6


def test_the_noise_lies_between_minus_a_half_and_one_and_hangs_on_the_salt() -> None:
    rng = np.random.default_rng(1)
    places = [tuple(row) for row in rng.uniform(-60.0, 60.0, (4000, 3)).astype(np.float32)]
    values = np.array([uneven(place, 77) for place in places])
    assert -0.5 <= values.min() < -0.3
    assert 0.6 < values.max() <= 1.0
    assert abs(values.mean()) < 0.15
    others = np.array([uneven(place, 78) for place in places])
    assert abs(np.corrcoef(values, others)[0, 1]) < 0.1
    assert 0.0 < UNEVEN < 1.0  # a place that gave amplitude back would be no loss
