"""Pictures of needles that are known to the pixel, and torch on one thread, for tests of what nets learn from."""

from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from inplane.trials import learning
from inplane.trials.needle_paste import Background
from inplane.trials.needle_samples import PATH_POINTS, Samples


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """torch with a known seed; tests that ask for it skip themselves where it is not installed."""
    monkeypatch.setattr(learning, "THREADS", 1)
    return learning.load_torch(0)


@pytest.fixture(scope="session")
def speckle() -> Background:
    """Noise as fine as speckle in a picture of 300 by 280, with a border in which no tissue is shown."""
    field = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(300, 280)), (1.0, 1.5))
    valid = np.ones((150, 140), np.uint8)
    valid[:4], valid[-20:], valid[:, :16] = 0, 0, 0
    return Background(fine=np.clip(80 + 40 * field / field.std(), 0, 255).astype(np.uint8), valid=valid, pixel_mm=0.15)


@pytest.fixture
def marked() -> Samples:
    """Two pictures of 120 by 100, each with a needle from the left whose tip is a bright spot that has just appeared;
    of the second, nothing is known of a moment ago."""
    tips = ((30.0, 40.0), (60.0, 90.0))
    fine, change = np.full((2, 120, 100), 60, np.uint8), np.zeros((2, 60, 50), np.int8)
    for number, (column, row) in enumerate((int(x), int(y)) for x, y in tips):
        fine[number, row - 2 : row + 3, column - 2 : column + 3] = 250
        change[number, row // 2 - 1 : row // 2 + 2, column // 2 - 1 : column // 2 + 2] = 100
    return Samples(
        fine=fine,
        valid=np.ones((2, 60, 50), np.uint8),
        change=change,
        known=np.array([True, False]),
        path=np.stack([np.linspace((0, 20, 0), (*tip, 0), PATH_POINTS) for tip in tips]).astype(np.float32),
        contrast_db=np.full((2, PATH_POINTS), 9.0, np.float32),
        pixel_mm=0.15,
    )
