"""How scan lines are made of their neighbours."""

import numpy as np

from inplane.bench._fidelity_phantoms import at, look, scan
from inplane.physics.ultrasound.phantom import phantom


def test_the_last_lines_are_as_bright_as_the_others() -> None:
    """Beyond the picture's end the beam meets tissue too."""
    made = scan(phantom({"water": (None, 0.0, 1.5)}, seed=2, size_mm=(48.0, 44.0, 40.0)), seed=2)
    power = np.mean([made.envelope(look(at(0.0, 0.0, z))).astype(np.float64) ** 2 for z in range(-15, 16, 3)], axis=0)
    for depth in (slice(60, 160), slice(220, 300), slice(350, 450)):  # before, in and behind the focus
        line = power[:, depth].mean(axis=1)
        assert 0.75 < line[:3].mean() / line[10:-10].mean() < 1.25
        assert 0.75 < line[-3:].mean() / line[10:-10].mean() < 1.25
