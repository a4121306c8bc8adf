"""How real the pictures are: transfer of a net trained on real stills, a classifier, and image statistics.

Nothing here is tuned to the simulator: nets, patches, statistics and splits are what they are for any two sets, and the
same classifier is run on the first engine, which it must find out, and on two real scanners, which show what "another
scanner" alone does. See docs/reference/realism.md.
"""

from inplane.bench import _realism_real as real_sets
from inplane.bench._realism_classifier import Told, told_apart
from inplane.bench._realism_draw import drawn_views
from inplane.bench._realism_keys import key_figures
from inplane.bench._realism_real import RealSet
from inplane.bench._realism_sim import BLOCK_KINDS, FirstEngine, as_stills, blocks, cache_folder
from inplane.bench._realism_table import Sets, table_figures
from inplane.bench._realism_transfer import TRAINING, Dices, transfer
from inplane.bench.report import Figure, Progress, last_full
from inplane.core import runtime
from inplane.store.cache import Cache
from inplane.trials.learning import MISSING, torch_there
from inplane.trials.real_sets import data_folder

NO_DATA = "no real recordings here (set INPLANE_DATA)"
PATIENTS = 24
BLOCKS = 4
PROVEN_AUC = 0.95
"""What the classifier must reach on the first engine before its word on this one counts (figures.tsv)."""
CACHE_BYTES = 200_000_000
SLOW = ("transfer_ratio", "classifier_auc")


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Every figure of realism."""
    if not data_folder().is_dir():
        return [Figure(name, None, why=NO_DATA) for name in SLOW]
    runtime.start()
    return quick_figures(seed, progress) if quick else full_figures(seed, progress)


def quick_figures(seed: int, progress: Progress) -> list[Figure]:
    """The statistics of a few frames; what is trained keeps its last full value."""
    progress("simulated views", 0.1)
    views = as_stills(list(drawn_views(seed, 2)), "simulated")
    progress("real stills", 0.5)
    real = {"usgra_seg": real_sets.usgra(every=12).stills, "plus_tracked_bone": real_sets.bone().stills[::5]}
    table = table_figures(Sets(views=views, blocks={}, real=real))
    return [*(last_full("realism", name) for name in SLOW), *table]


def full_figures(seed: int, progress: Progress) -> list[Figure]:
    """All of it: the first engine draws in a process of its own meanwhile."""
    first = FirstEngine(seed=seed, patients=PATIENTS, folder=cache_folder())
    try:
        progress("simulated views", 0.02)
        views = as_stills(list(drawn_views(seed, PATIENTS)), "simulated")
        progress("blocks of single tissues", 0.2)
        found = {kind: blocks(kind, seed=seed, count=BLOCKS) for kind in BLOCK_KINDS}
        progress("real stills", 0.3)
        real = {each.name: each for each in _real()}
        progress("image statistics", 0.35)
        sets = Sets(
            views=views,
            blocks={kind: stills for kind, stills in found.items() if stills},
            real={name: each.stills for name, each in real.items()},
        )
        table = table_figures(sets)
        if not torch_there():
            return [*(Figure(name, None, why=MISSING) for name in SLOW), *table]
        told = _classified(sets, first, seed, progress)
        return [*_transferred(sets, seed, progress), *told, *table]
    finally:
        first.stop()


def _real() -> tuple[RealSet, ...]:
    return (real_sets.usgra(), real_sets.muscle(), real_sets.sparq(), real_sets.carotids(), real_sets.bone())


def _classified(sets: Sets, first: FirstEngine, seed: int, progress: Progress) -> list[Figure]:
    """The classifier on this engine, on the first one, and on two real scanners; and what it keys on."""
    usgra = sets.real["usgra_seg"]
    progress("classifier: simulated against real", 0.4)
    ours = told_apart(sets.views, usgra, seed=seed)
    progress("classifier: the first engine against real", 0.5)
    stills = first.stills()
    proof = told_apart(stills, usgra, seed=seed) if stills else None
    progress("classifier: two real scanners", 0.55)
    scanners = told_apart(sets.real["timtrack_muscle"], usgra, seed=seed)
    return [*classifier_figures(ours, proof, first.why), *_scanner_figures(scanners), *key_figures(ours)]


def classifier_figures(ours: Told, proof: Told | None, why: str) -> list[Figure]:
    """The classifier's AUC, null where it has not shown on the first engine that it can tell.

    Args:
        ours: simulated against real.
        proof: the first engine against real; None where it could not be drawn.
        why: why it could not.
    """
    reached = proof.by_picture if proof is not None else None
    measured = f"by picture {ours.by_picture:.3f}, {ours.pictures[0]} simulated, {ours.pictures[1]} real"
    if reached is None:
        value, note = None, f"not proven on the first engine: {why}; {measured}"
    elif reached < PROVEN_AUC:
        value, note = None, f"the classifier reached only {reached:.3f} on the first engine; {measured}"
    else:
        value, note = ours.by_picture, f"{measured}; {reached:.3f} on the first engine"
    return [
        Figure("classifier_auc", value, n=sum(ours.pictures), why=note),
        Figure("classifier_auc_by_patch", ours.by_patch, n=len(ours.patch_scores)),
        Figure("classifier_auc_first_engine", reached, n=sum(proof.pictures) if proof else None, why=why or None),
    ]


def _scanner_figures(scanners: Told) -> list[Figure]:
    """Real against real."""
    why = "timtrack-muscle (GE, Telemed) against usgra-seg (Mindray): scanners and anatomy differ"
    return [
        Figure("classifier_auc_real_against_real", scanners.by_picture, n=sum(scanners.pictures), why=why),
        Figure("classifier_auc_real_against_real_by_patch", scanners.by_patch, n=len(scanners.patch_scores), why=why),
    ]


def _transferred(sets: Sets, seed: int, progress: Progress) -> list[Figure]:
    """Dice of the net that was trained on real stills, on held-out real stills and on simulated views."""
    cache = Cache(folder=cache_folder(), limit_bytes=CACHE_BYTES)
    real, simulated = transfer(
        sets.real["usgra_seg"],
        sets.views,
        seed=seed,
        training=TRAINING,
        cache=cache,
        told=lambda share: progress("net trained on real stills", 0.6 + 0.4 * share),
    )
    return transfer_figures(real, simulated)


def transfer_figures(real: Dices, simulated: Dices) -> list[Figure]:
    """The ratio and the four means of Dice behind it."""
    ratio = simulated.mean / real.mean if real.mean > 0 else None
    why = "mean of nerve and vessel on simulated views over that on held-out real stills"
    return [
        Figure("transfer_ratio", ratio, n=simulated.nerves + simulated.vessels, why=why),
        Figure("transfer_dice_nerve_real", real.nerve, n=real.nerves),
        Figure("transfer_dice_vessel_real", real.vessel, n=real.vessels),
        Figure("transfer_dice_nerve_simulated", simulated.nerve, n=simulated.nerves),
        Figure("transfer_dice_vessel_simulated", simulated.vessel, n=simulated.vessels),
    ]
