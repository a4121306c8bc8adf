"""What comes again: A-lines and comet tails behind gas, nothing else behind it."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.bench._fidelity_phantoms import SILENT_DB, at, look, scan
from inplane.physics.ultrasound import Scan
from inplane.physics.ultrasound.phantom import below, phantom

DEPTH_MM, SAMPLES, PLEURA_MM = 40.0, 1024, 9.0


@pytest.fixture(scope="module")
def lung() -> Scan:
    parts = {"muscle": (None, -20.0, 1.73), "inflated_lung": (below(PLEURA_MM), SILENT_DB, 0.37)}
    return scan(phantom(parts, seed=5, size_mm=(48.0, 20.0, 12.0)), seed=5, n_samples=SAMPLES)


def test_a_lines_repeat_the_pleura_at_its_own_depth(lung: Scan) -> None:
    """The pleural line at d comes again at 2 d and 3 d, each weaker."""
    free = lung._marched  # pyright: ignore[reportPrivateUsage]
    shown = lung.envelope(look(at())).astype(np.float64)
    quiet = shown[free.comet == 0.0]
    row = quiet.mean(axis=0)
    found = [int(np.argmax(row[start : start + 120])) + start for start in (180, 410, 640)]
    mm = (np.array(found) + 0.5) * DEPTH_MM / SAMPLES
    assert np.abs(mm - mm[0] * np.array([1.0, 2.0, 3.0])).max() < 0.15
    assert row[found[0]] > 2.0 * row[found[1]] > 4.0 * row[found[2]] > 0.0


def test_comet_tails_slide_with_the_lung(lung: Scan) -> None:
    """Some lines have a tail; when the lung slides, others have."""
    lung.envelope(look(at()))
    first = lung._marched.comet.copy()  # pyright: ignore[reportPrivateUsage]
    lung.envelope(replace(look(at()), slide_mm=4.0))
    second = lung._marched.comet.copy()  # pyright: ignore[reportPrivateUsage]
    assert 0.02 < (first > 0).mean() < 0.5
    assert (first != second).any()


def test_beyond_gas_no_tissue_is_seen(lung: Scan) -> None:
    lung.envelope(look(at()))
    through = lung._marched.through[:, 400:]  # pyright: ignore[reportPrivateUsage]
    assert through.max() < 0.05
