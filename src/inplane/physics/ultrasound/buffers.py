"""The buffers of one scan: what it writes for a picture, and what it keeps from one to the next."""

import numba
import numpy as np

from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.receive import ANGLES, Grid
from inplane.physics.ultrasound.travel import nodes

POOL = 1 << 18
"""Numbers in the pool of electronic noise, from which each line reads somewhere. chosen: many pictures' worth."""


def grid_for(shape: tuple[int, int], seed: int) -> Grid:
    """Buffers for (lines, samples), with nothing in them but the noise that follows from the seed."""
    (n_lines, n_samples), chunks = shape, numba.get_num_threads()
    wide = (n_lines + 2, 2 * n_samples)
    return Grid(
        splat=np.zeros((chunks, *wide), np.float32),
        needle=np.zeros(wide, np.float32),
        field=np.zeros((n_lines, 2 * n_samples), np.float32),
        noise=np.random.default_rng([seed, 0xE1EC]).standard_normal(POOL + 2 * n_samples, np.float32),
        history=np.zeros((ANGLES, *shape), np.float32),
        memory=np.zeros(shape, np.float32),
        levels=np.zeros((2, *shape), np.float32),
        cover=np.ones((2, n_lines), np.float32),
    )


def marched_for(shape: tuple[int, int], depth_mm: float) -> Marched:
    """Room for what the march writes of (lines, samples), down to a depth."""
    n_lines, n_samples = shape
    return Marched(
        through=np.zeros(shape, np.float32),
        echo=np.zeros(shape, np.float32),
        surface=np.zeros((n_lines, 2 * n_samples), np.float32),
        bone=np.zeros(n_lines, np.float32),
        gas=np.zeros(n_lines, np.float32),
        comet=np.zeros(n_lines, np.float32),
        late=np.zeros((n_lines, nodes(depth_mm)), np.float32),
        sends=np.zeros((n_lines, 256), np.float32),
    )
