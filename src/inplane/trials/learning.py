"""How nets are trained; torch is an extra (`train`) and is imported when they are, never before."""

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


def weights_of(net: Any) -> dict[str, NDArray[np.generic]]:
    """A net's weights as arrays."""
    return {name: np.asarray(value.detach().cpu().numpy()) for name, value in net.state_dict().items()}


def with_weights(torch: Any, net: Any, weights: Mapping[str, NDArray[np.generic]]) -> Any:
    """The net with these weights, ready to be asked."""
    net.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in weights.items()})
    return net.to(memory_format=torch.channels_last).eval()
