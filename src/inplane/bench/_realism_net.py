"""Two small nets and how they are trained; torch is an extra (`train`) and is imported when they are, never before."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

MISSING = "torch is not installed; it comes with the extra 'train' (pip install 'inplane[train]')"
THREADS = 2


def torch_there() -> bool:
    """Whether torch can be imported."""
    return find_spec("torch") is not None


def load_torch(seed: int) -> Any:
    """torch, with its threads limited and its chance seeded; threads that wait do not spin, as cores are few."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # read when torch is loaded
    torch = import_module("torch")
    torch.set_num_threads(THREADS)
    torch.manual_seed(seed)
    return torch


def half_precision(torch: Any) -> Any:
    """A context in which convolutions run in bfloat16 where this processor has instructions for it, else as usual."""
    there = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=bool(there))


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """How long a net is trained.

    Args:
        steps: batches.
        batch: pictures in each.
        rate: highest step length of AdamW; it rises over a tenth of the steps and falls along a cosine to nothing.
    """

    steps: int
    batch: int
    rate: float


def convolution(nn: Any, channels: tuple[int, int], *, stride: int = 1) -> Any:
    """A plain 3x3 convolution with batch normalization and ReLU."""
    first, second = channels
    return nn.Sequential(
        nn.Conv2d(first, second, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(second), nn.ReLU()
    )


def patch_classifier(torch: Any) -> Any:
    """Patches (n, 1, 64, 64) to one logit each; 0.09 M parameters, plain 3x3 convolutions, mean over what is left."""
    nn = torch.nn
    return nn.Sequential(
        convolution(nn, (1, 24), stride=2),
        convolution(nn, (24, 32), stride=2),
        convolution(nn, (32, 48)),
        convolution(nn, (48, 64), stride=2),
        convolution(nn, (64, 64)),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.2),
        nn.Linear(64, 1),
    )


SEGMENTER_WIDTHS = (16, 32, 64, 96, 144)


def segmenter(torch: Any) -> Any:
    """The parts of a small U-Net with a stem of stride 2; 1.0 M parameters. Run it with `segment`."""
    nn = torch.nn
    w = SEGMENTER_WIDTHS
    parts = nn.ModuleDict()
    parts["down0"] = nn.Sequential(convolution(nn, (1, w[0]), stride=2), convolution(nn, (w[0], w[0])))
    for level in range(1, len(w)):
        parts[f"down{level}"] = nn.Sequential(
            convolution(nn, (w[level - 1], w[level]), stride=2), convolution(nn, (w[level], w[level]))
        )
    for level in range(len(w) - 2, -1, -1):
        parts[f"up{level}"] = nn.Sequential(
            convolution(nn, (w[level + 1] + w[level], w[level])), convolution(nn, (w[level], w[level]))
        )
    parts["out"] = nn.Conv2d(w[0], 3, 1)
    return parts


def segment(torch: Any, parts: Any, pictures: Any) -> Any:
    """(n, 3, side, side) logits of background, nerve and vessel for (n, 1, side, side) pictures."""
    resize = torch.nn.functional.interpolate
    levels: list[Any] = []
    now = pictures
    for level in range(len(SEGMENTER_WIDTHS)):
        now = parts[f"down{level}"](now)
        levels.append(now)
    for level in range(len(SEGMENTER_WIDTHS) - 2, -1, -1):
        larger = resize(now, size=levels[level].shape[-2:], mode="bilinear", align_corners=False)
        now = parts[f"up{level}"](torch.cat((larger, levels[level]), dim=1))
    return resize(parts["out"](now), size=pictures.shape[-2:], mode="bilinear", align_corners=False)


def parameter_count(net: Any) -> int:
    """How many numbers a net learns."""
    return sum(int(p.numel()) for p in net.parameters())


Loss = Callable[[int], Any]
"""Loss of the batch of one step."""


def train(torch: Any, net: Any, loss_of: Loss, training: Training, told: Callable[[float], None]) -> None:
    """Trains a net by AdamW on one rising and falling rate; `told` is given the share of the steps that is done."""
    optimizer = torch.optim.AdamW(net.parameters(), lr=training.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=training.rate, total_steps=training.steps, pct_start=0.1
    )
    net.to(memory_format=torch.channels_last).train()
    for step in range(training.steps):
        optimizer.zero_grad()
        with half_precision(torch):
            loss = loss_of(step)
        loss.backward()
        optimizer.step()
        schedule.step()
        if step % 20 == 0:
            told(step / training.steps)
    net.eval()


def dice_and_entropy(torch: Any, logits: Any, target: Any) -> Any:
    """Cross-entropy plus one less the mean soft Dice of nerve and vessel over the batch.

    References:
        Milletari F et al. 3DV 2016, doi:10.1109/3DV.2016.79 (the Dice loss).
    """
    entropy = torch.nn.functional.cross_entropy(logits, target)
    share = torch.softmax(logits, dim=1)[:, 1:]
    truth = torch.nn.functional.one_hot(target, 3).permute(0, 3, 1, 2)[:, 1:].to(share.dtype)
    both = (share * truth).sum(dim=(0, 2, 3))
    each = share.sum(dim=(0, 2, 3)) + truth.sum(dim=(0, 2, 3))
    return entropy + 1 - ((2 * both + 1) / (each + 1)).mean()


def weights_of(net: Any) -> dict[str, NDArray[np.generic]]:
    """A net's weights as arrays."""
    return {name: np.asarray(value.detach().cpu().numpy()) for name, value in net.state_dict().items()}


def with_weights(torch: Any, net: Any, weights: Mapping[str, NDArray[np.generic]]) -> Any:
    """The net with these weights, ready to be asked."""
    net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    return net.to(memory_format=torch.channels_last).eval()
