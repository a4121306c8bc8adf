"""A classifier that tells two sets of pictures apart by patches of the same scale and histogram, and its AUC."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.bench._realism_net import patch_classifier
from inplane.bench._realism_still import Still, apart, matched, patches
from inplane.trials.learning import Training, load_torch, train
from inplane.trials.look_alikes import folds

PATCHES = 12
"""Patches of each picture. chosen: they cover most of what is lit."""
TRAINING = Training(steps=700, batch=48, rate=3e-3)
"""chosen: the loss no longer falls on held-out pictures of the first engine."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Told:
    """How well two sets are told apart.

    Args:
        by_picture: max(AUC, 1 - AUC) of the mean score of a picture's patches, every picture held out once.
        by_patch: the same of single patches.
        pictures: how many of each set.
        scores: mean score of each picture, of the first set, then of the second.
        patches, patch_scores, depths_mm: each held-out patch (n, 64, 64) of ranks, its score, the depth of its middle.
        first: (n,) bool, whether a patch is of the first set.
    """

    by_picture: float
    by_patch: float
    pictures: tuple[int, int]
    scores: NDArray[np.float64]
    patches: NDArray[np.float32]
    patch_scores: NDArray[np.float64]
    depths_mm: NDArray[np.float64]
    first: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Cut:
    """Patches of both sets with the picture that each is of, and the part that each picture falls into."""

    patches: NDArray[np.float32]
    depths_mm: NDArray[np.float64]
    picture: NDArray[np.int64]
    of_first: NDArray[np.bool_]
    part: NDArray[np.int64]


def told_apart(
    first: Sequence[Still],
    second: Sequence[Still],
    *,
    seed: int,
    parts: int = 3,
    training: Training = TRAINING,
    told: Callable[[float], None] = lambda _: None,
) -> Told:
    """Trains the classifier on all parts but one, `parts` times, and scores what it was not trained on.

    Args:
        first, second: two sets; pictures of one group are never on both sides.
        seed: of the parts, the patches and the weights.
        parts: how many times it is trained.
        training: how long each time.
        told: given the share that is done.
    """
    rng = np.random.Generator(np.random.PCG64([0xC1A5, seed]))
    cut = _cut(first, second, parts, rng)
    scores = np.zeros(len(cut.picture))
    for part in range(parts):
        held = cut.part[cut.picture] == part
        scores[held] = _scored(cut, held, seed=seed * parts + part, training=training)
        told((part + 1) / parts)
    shown = np.unique(cut.picture)
    means = np.array([scores[cut.picture == number].mean() for number in shown])
    is_first = np.array([bool(cut.of_first[cut.picture == number][0]) for number in shown])
    return Told(
        by_picture=apart(means[is_first], means[~is_first]),
        by_patch=apart(scores[cut.of_first], scores[~cut.of_first]),
        pictures=(int(is_first.sum()), int((~is_first).sum())),
        scores=np.concatenate((means[is_first], means[~is_first])),
        patches=cut.patches,
        patch_scores=scores,
        depths_mm=cut.depths_mm,
        first=cut.of_first,
    )


def _cut(first: Sequence[Still], second: Sequence[Still], parts: int, rng: np.random.Generator) -> _Cut:
    """The histogram-matched patches of two sets."""
    found: list[NDArray[np.float32]] = []
    picture: list[int] = []
    depths: list[NDArray[np.float64]] = []
    for number, still in enumerate([*first, *second]):
        cut, deep = patches(still, PATCHES, rng)
        found += [matched(patch, rng) for patch in cut]
        picture += [number] * len(cut)
        depths.append(deep)
    part = np.concatenate([folds([still.group for still in each], parts, rng) for each in (first, second)])
    whose = np.array(picture, dtype=np.int64)
    return _Cut(
        patches=np.array(found, dtype=np.float32),
        depths_mm=np.concatenate(depths),
        picture=whose,
        of_first=whose < len(first),
        part=part,
    )


def _scored(cut: _Cut, held: NDArray[np.bool_], *, seed: int, training: Training) -> NDArray[np.float64]:
    """Logits of the held-out patches, of a net trained on the others, both sets shown equally often."""
    torch = load_torch(seed)
    net = patch_classifier(torch)
    rng = np.random.Generator(np.random.PCG64([0xBA7C, seed]))
    pools = [np.flatnonzero(~held & (cut.of_first == side)) for side in (True, False)]
    loss_function = torch.nn.functional.binary_cross_entropy_with_logits
    target = torch.from_numpy(np.repeat(np.array([1.0, 0.0], np.float32), training.batch // 2))

    def loss_of(_: int) -> Any:
        chosen = np.concatenate([rng.choice(pool, training.batch // 2) for pool in pools])
        batch = cut.patches[chosen]
        batch = batch[:, :, ::-1] if rng.random() < 0.5 else batch
        return loss_function(net(_tensor(torch, batch))[:, 0].float(), target)

    train(torch, net, loss_of, training, lambda _: None)
    with torch.no_grad():
        shown = cut.patches[held]
        logits = [net(_tensor(torch, shown[at : at + 256]))[:, 0].numpy() for at in range(0, len(shown), 256)]
    return np.concatenate(logits).astype(np.float64)


def _tensor(torch: Any, batch: NDArray[np.float32]) -> Any:
    """(n, 1, 64, 64) of ranks about zero."""
    return torch.from_numpy(np.ascontiguousarray(batch[:, None] * 2 - 1, dtype=np.float32))
