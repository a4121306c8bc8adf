"""A net that finds nerves and vessels, trained on real stills only, and its Dice on real and on simulated pictures."""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.bench._realism_net import dice_and_entropy, segment, segmenter
from inplane.bench._realism_still import PIXEL_MM, Still
from inplane.store.cache import Cache
from inplane.trials.learning import Training, half_precision, load_torch, train, weights_of, with_weights
from inplane.trials.look_alikes import folds

SIDE = 192
"""Side of what the net sees; with SIDE_PIXEL_MM 38.4 mm, a real still's whole width."""
SIDE_PIXEL_MM = 0.2
PARTS = 4
"""One part of the real stills in so many is held out."""
TRAINING = Training(steps=2000, batch=12, rate=2e-3)
"""chosen: about a quarter of an hour of one core."""
LEAST_MM2 = 1.0
"""Smallest outlined area for which a picture counts for a kind. chosen: less is the corner of something."""
KINDS = {"nerve": 1, "vessel": 2}

Pair = tuple[NDArray[np.float32], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dices:
    """Mean Dice of each kind over the pictures that show it, and how many those are."""

    nerve: float
    vessel: float
    nerves: int
    vessels: int

    @property
    def mean(self) -> float:
        """Of the two kinds, each counting the same."""
        return 0.5 * (self.nerve + self.vessel)


def transfer(
    real: Sequence[Still],
    simulated: Sequence[Still],
    *,
    seed: int,
    training: Training,
    cache: Cache,
    told: Callable[[float], None],
) -> tuple[Dices, Dices]:
    """Dice on held-out real stills and on simulated ones, of one net trained on the other real stills."""
    rng = np.random.Generator(np.random.PCG64([0xD1CE, seed]))
    part = folds([still.group for still in real], PARTS, rng)
    shown = [as_seen(still) for still, fold in zip(real, part, strict=True) if fold != 0]
    held = [as_seen(still) for still, fold in zip(real, part, strict=True) if fold == 0]
    torch = load_torch(seed)
    net = _trained(torch, shown, rng, (seed, training), (cache, told))
    return dices_of(torch, net, held), dices_of(torch, net, [as_seen(still) for still in simulated])


def as_seen(still: Still) -> Pair:
    """(SIDE, SIDE) grey 0 to 1 and kinds: the upper 38.4 mm, in the middle, black where the picture ends."""
    shrink = PIXEL_MM / SIDE_PIXEL_MM
    size = (round(still.grey.shape[1] * shrink), round(still.grey.shape[0] * shrink))
    small = np.asarray(cv2.resize(still.grey, size, interpolation=cv2.INTER_AREA), dtype=np.float32) / 255
    masks = np.asarray(cv2.resize(still.kinds, size, interpolation=cv2.INTER_NEAREST), dtype=np.int64)
    masks[masks > 2] = 0
    grey, kinds = np.zeros((SIDE, SIDE), np.float32), np.zeros((SIDE, SIDE), np.int64)
    rows, columns = min(SIDE, size[1]), min(SIDE, size[0])
    cut, to = (size[0] - columns) // 2, (SIDE - columns) // 2
    grey[:rows, to : to + columns] = small[:rows, cut : cut + columns]
    kinds[:rows, to : to + columns] = masks[:rows, cut : cut + columns]
    return grey, kinds


def varied(pair: Pair, rng: np.random.Generator) -> Pair:
    """A picture as another day would have given it: mirrored, moved, stretched, brighter or darker, noisier."""
    grey, kinds = pair
    across, along = rng.uniform(0.85, 1.2, 2)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    middle = (SIDE - 1) / 2
    shift = rng.uniform(-12, 12), rng.uniform(-8, 8)
    affine = np.array(
        [[mirror * across, 0.0, middle - mirror * across * middle + shift[0]], [0.0, along, shift[1]]], np.float64
    )
    moved = np.asarray(cv2.warpAffine(grey, affine, (SIDE, SIDE), flags=cv2.INTER_LINEAR), dtype=np.float32)
    masks = np.asarray(cv2.warpAffine(kinds.astype(np.uint8), affine, (SIDE, SIDE), flags=cv2.INTER_NEAREST), np.int64)
    bright = np.clip(moved, 1e-4, 1) ** float(rng.uniform(0.7, 1.4)) * float(rng.uniform(0.7, 1.3))
    slope = np.linspace(-1, 1, SIDE, dtype=np.float32)[:, None] * float(rng.uniform(-0.15, 0.15))
    noise = rng.normal(0, float(rng.uniform(0, 0.04)), bright.shape)
    return np.clip(bright * (1 + slope) + noise, 0, 1).astype(np.float32), masks


def _trained(
    torch: Any,
    pairs: list[Pair],
    rng: np.random.Generator,
    how: tuple[int, Training],
    around: tuple[Cache, Callable[[float], None]],
) -> Any:
    """The trained net; the weights of an earlier run on the same stills, seed and settings are taken as they are."""
    cache, told = around
    net = segmenter(torch)
    key = _key(pairs, how)
    kept = cache.get(key)
    if kept is not None:
        with np.load(io.BytesIO(kept), allow_pickle=False) as arrays:
            return with_weights(torch, net, dict(arrays))
    training = how[1]

    def loss_of(_: int) -> Any:
        batch = [varied(pairs[int(at)], rng) for at in rng.integers(len(pairs), size=training.batch)]
        logits = segment(torch, net, _tensor(torch, [grey for grey, _ in batch])).float()
        return dice_and_entropy(torch, logits, torch.from_numpy(np.stack([kinds for _, kinds in batch])))

    train(torch, net, loss_of, training, told)
    packed = io.BytesIO()
    np.savez_compressed(packed, allow_pickle=False, **weights_of(net))  # pyright: ignore[reportArgumentType]
    cache.put(key, packed.getvalue())
    return net


def _key(pairs: list[Pair], how: tuple[int, Training]) -> str:
    """Name of the weights that come of these stills, this seed and these settings."""
    digest = hashlib.sha256(repr((how, SIDE, SIDE_PIXEL_MM)).encode())
    for grey, kinds in pairs:
        digest.update(grey.tobytes())
        digest.update(kinds.tobytes())
    return f"segmenter-{digest.hexdigest()[:32]}.npz"


def dices_of(torch: Any, net: Any, pairs: Sequence[Pair]) -> Dices:
    """Mean Dice of each kind over the pictures in which at least LEAST_MM2 of it is outlined."""
    found: dict[str, list[float]] = {name: [] for name in KINDS}
    for grey, kinds in pairs:
        with torch.no_grad(), half_precision(torch):
            said = segment(torch, net, _tensor(torch, [grey]))[0].argmax(dim=0).numpy()
        for name, kind in KINDS.items():
            there, seen = kinds == kind, said == kind
            if there.sum() * SIDE_PIXEL_MM**2 >= LEAST_MM2:
                found[name].append(float(2 * (there & seen).sum() / (there.sum() + seen.sum())))
    return Dices(
        nerve=_mean(found["nerve"]),
        vessel=_mean(found["vessel"]),
        nerves=len(found["nerve"]),
        vessels=len(found["vessel"]),
    )


def _mean(values: list[float]) -> float:
    """0 where nothing counts."""
    return float(np.mean(values)) if values else 0.0


def _tensor(torch: Any, greys: list[NDArray[np.float32]]) -> Any:
    """(n, 1, SIDE, SIDE) about zero."""
    return torch.from_numpy(np.stack(greys)[:, None] * 4 - 1).contiguous(memory_format=torch.channels_last)
