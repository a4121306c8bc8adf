"""Simulated views with the nerves and vessels that they show, drawn by seed: what the anatomy net learns from.

Hands and knobs are drawn as for the needle net; half of the views hold a needle on its way, so that its echoes and
shadows are not taken for anatomy. Patients of these seeds are nobody else's.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind
from inplane.atlas import Atlas
from inplane.core import ProbeControl
from inplane.perception.prepare import prepare
from inplane.trials.anatomy_samples import Outline, outline_of
from inplane.trials.bodies import somebody
from inplane.trials.needle_clips import NEEDLES, drawn_knobs, insertion_of, wandered
from inplane.trials.outlined import NERVE, VESSEL
from inplane.world import World

FIRST_SEED = 850_000
"""Patients from it on are the anatomy net's."""
PROBES = ("linear_12_4", "linear_15_6", "linear_12_3", "linear_22_10")
PROBE_SHARES = (0.35, 0.35, 0.2, 0.1)
KINDS = {
    Kind.NERVE: NERVE,
    Kind.FASCICLE: NERVE,
    Kind.ARTERY_LUMEN: VESSEL,
    Kind.VEIN_LUMEN: VESSEL,
}
"""What a pixel is, by the kind of its structure."""
BLOCK_SHARE = 0.25
"""Share of the patients that are blocks of one tissue; the others are groins. What nerves and vessels of the other
places can be seen at all is not yet told apart, so they do not take part."""
NEEDLE_SHARE, SETTLE, FRAME_S = 0.5, 4, 1 / 30
SKIP_S = 0.12
VIEWS_A_ROOM = 4
"""Views before the probe changes."""


def views(atlas: Atlas, *, seed: int, index: int, count: int) -> Iterator[Outline]:
    """Views of one patient.

    Args:
        atlas: of probes and needles.
        seed: of everything; the patients of one seed are those of no other.
        index: which patient, below 1000.
        count: how many.
    """
    number = FIRST_SEED + 1000 * seed + index
    rng = np.random.Generator(np.random.PCG64([0xA7A7, number]))
    body = somebody(rng, number, blocks=BLOCK_SHARE, windows=0.0)
    patient = body.patient
    table = np.zeros(256, np.uint8)
    for structure in patient.structures:
        table[structure.label] = KINDS.get(structure.kind, 0)
    for begun in range(0, count, VIEWS_A_ROOM):
        probe = atlas.probe(str(rng.choice(PROBES, p=PROBE_SHARES)))
        needle = atlas.needle(str(rng.choice(NEEDLES)))
        world = World(patient, probe=probe, needle=needle, seed=int(rng.integers(1 << 30)))
        for _ in range(min(VIEWS_A_ROOM, count - begun)):
            yield _view(world, body.hold, table, rng)


def _view(world: World, hold: ProbeControl, table: NDArray[np.uint8], rng: np.random.Generator) -> Outline:
    """One view, with or without a needle on its way."""
    world.reset()
    view = wandered(hold, rng, 0.3 if hold == ProbeControl() else 1.0)
    scanner = drawn_knobs(rng, world.probe)
    insertion = insertion_of(rng, view, world.probe, scanner, world.needle.length_mm.value)
    now_s, until_s = 0.0, 0.1
    if rng.random() < NEEDLE_SHARE:
        until_s = float(rng.uniform(0.5, max(0.6, insertion.duration_s)))
    while now_s < until_s:
        now_s += SKIP_S
        world.step(insertion.at(now_s), SKIP_S)
    for _ in range(SETTLE):
        now_s += FRAME_S
        world.step(insertion.at(now_s), FRAME_S)
        world.observe()  # averaging over frames and angles settles
    now_s += FRAME_S
    world.step(insertion.at(now_s), FRAME_S)
    return outline_of(prepare(world.observe()), table[world.truth().labels_line_sample])
