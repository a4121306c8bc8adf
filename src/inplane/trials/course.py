"""Trains a net on samples that lie in a folder, and writes it down as one ONNX file."""

import hashlib
import json
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from inplane.core import InputError, runtime
from inplane.perception.onnx_net import Shape
from inplane.trials.begin import begin_with
from inplane.trials.learning import half_precision

WORKERS = 2
"""Processes that simulate, each on one thread. chosen: the two cores that the project counts on."""
CHECK_EVERY = 250
"""Steps between checkpoints. chosen: some minutes' work."""
UNFOLD_BATCHES = 4
"""Batches on which a net that is begun with is unfolded. chosen: 128 pictures, millions of places of each channel."""
PARTS = ("net", "optimizer", "schedule")
"""Of a checkpoint, beside its step and its course."""
Sample = TypeVar("Sample")
Pair = tuple[NDArray[np.float32], NDArray[np.float32]]
"""What a net is shown of a picture, and what it should say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Generic[Sample]):
    """A net and what it learns.

    Args:
        net: makes it, given torch.
        loss: of its maps and what they should be, given torch.
        drawn: a picture of a sample, with other hands and knobs each time.
        channels: of what it is shown.
    """

    net: Callable[[Any], Any]
    loss: Callable[[Any, Any, Any], Any]
    drawn: Callable[[Sample, np.random.Generator], Pair]
    channels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a net is taught.

    Args:
        steps: batches in all.
        batch: pictures in each.
        rate: highest step length of AdamW.
        real_share: of the pictures that are real ones.
        seed: of everything drawn.
        begun_with: sha256 of the exported net whose weights it begins with; empty where it begins with chance.
    """

    steps: int
    batch: int = 32
    rate: float = 2e-3
    real_share: float = 0.35
    seed: int = 0
    begun_with: str = ""


class Batches(Generic[Sample]):
    """Batches drawn from samples, made while the net learns from the one before."""

    def __init__(
        self,
        task: Task[Sample],
        samples: tuple[Sequence[Sample], Sequence[Sample]],
        course: Course,
        first: int,
    ) -> None:
        self._drawn, self._parts = task.drawn, samples
        self._course = course
        self._maker = ThreadPoolExecutor(1)
        self._next = self._maker.submit(self.make, first)

    def take(self, step: int) -> Pair:
        """The batch of a step; the one after it is begun."""
        made = self._next.result()
        self._next = self._maker.submit(self.make, step + 1)
        return made

    def make(self, step: int) -> Pair:
        """The pictures of a step, and what the net should say of them."""
        rng = np.random.Generator(np.random.PCG64([0xBA7C, self._course.seed, step]))
        pairs = [self._one(rng) for _ in range(self._course.batch)]
        return np.stack([shown for shown, _ in pairs]), np.stack([said for _, said in pairs])

    def _one(self, rng: np.random.Generator) -> Pair:
        simulated, real = self._parts
        part = real if real and (not simulated or rng.random() < self._course.real_share) else simulated
        return self._drawn(part[int(rng.integers(len(part)))], rng)


def learn(
    torch: Any,
    task: Task[Sample],
    samples: tuple[Sequence[Sample], Sequence[Sample]],
    course: Course,
    folder: Path,
    *,
    told: Callable[[str], None],
    begin: Path | None = None,
) -> Any:
    """The trained net; a course that was stopped goes on where its last checkpoint is.

    Args:
        torch: the library.
        task: what is learned.
        samples: simulated ones, and real ones.
        course: how.
        folder: for checkpoint and log.
        told: is given a line of progress now and then.
        begin: an exported net whose weights a new course begins with.
    """
    net = task.net(torch).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), lr=course.rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=course.rate, total_steps=course.steps, pct_start=0.1
    )
    kept = folder / "checkpoint.pt"
    taught = (net, optimizer, schedule)
    first = _resumed(torch, kept, taught, course) if kept.is_file() else 0
    batches, begun, losses = Batches(task, samples, course, first), time.monotonic(), list[float]()
    if begin is not None and not first:
        begin_with(torch, net, begin, np.concatenate([batches.make(step)[0] for step in range(UNFOLD_BATCHES)]))
    for step in range(first, course.steps):
        losses.append(_taught(torch, task, taught, batches.take(step)))
        if step % CHECK_EVERY == CHECK_EVERY - 1 or step == course.steps - 1:
            rate = (step + 1 - first) * course.batch / (time.monotonic() - begun)
            mean = sum(losses) / len(losses)
            line = {"step": step + 1, "loss": round(mean, 4), "pictures_a_second": round(rate, 1)}
            losses.clear()
            with (folder / "log.jsonl").open("a", encoding="utf-8") as log:
                log.write(json.dumps(line) + "\n")
            told(json.dumps(line))
            _keep(torch, kept, taught, step + 1, course)
    return net.eval()


def pictures_of(
    task: Task[Sample], samples: tuple[Sequence[Sample], Sequence[Sample]], course: Course, count: int
) -> list[NDArray[np.float32]]:
    """So many pictures such as a course shows its net."""
    rng = np.random.Generator(np.random.PCG64([0x51DE, course.seed]))
    parts = [part for part in samples if part]
    drawn = (parts[number % len(parts)] for number in range(count))
    return [task.drawn(part[int(rng.integers(len(part)))], rng)[0] for part in drawn]


def _taught(torch: Any, task: Task[Any], taught: tuple[Any, Any, Any], batch: Pair) -> float:
    """Teaches one batch; its loss."""
    net, optimizer, schedule = taught
    shown, said = (torch.from_numpy(array) for array in batch)
    net.train()
    optimizer.zero_grad()
    with half_precision(torch):
        maps = net(shown.to(memory_format=torch.channels_last))
    value = task.loss(torch, maps.float(), said)
    value.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimizer.step()
    schedule.step()
    return float(value.detach())


def _keep(torch: Any, path: Path, taught: tuple[Any, Any, Any], step: int, course: Course) -> None:
    """Writes a checkpoint of net, optimizer and schedule, whole or not at all."""
    part = path.with_suffix(".part")
    state = {name: each.state_dict() for name, each in zip(PARTS, taught, strict=True)}
    torch.save({**state, "step": step, "course": asdict(course)}, part)
    part.replace(path)


def _resumed(torch: Any, path: Path, taught: tuple[Any, Any, Any], course: Course) -> int:
    """The step to go on with; 0 where the checkpoint is another course's."""
    kept = torch.load(path, weights_only=True)
    if kept["course"] != asdict(course):
        return 0
    for name, each in zip(PARTS, taught, strict=True):
        each.load_state_dict(kept[name])
    return int(kept["step"])


def require_same(path: Path, words: Mapping[str, object]) -> None:
    """Writes down what a folder's samples and checkpoint are of; refuses another course in the same folder.

    Raises:
        InputError: it holds another's.
    """
    text = json.dumps(words, sort_keys=True)
    if path.is_file() and (found := path.read_text(encoding="utf-8")) != text:
        raise InputError(
            f"'{path.parent}' holds a course of {found}. Expected the same, not {text}, or another folder."
        )
    path.write_text(text, encoding="utf-8")


def each_patient(
    simulate: Callable[[int], None], owed: Sequence[int], patients: int, told: Callable[[str], None]
) -> None:
    """Runs what simulates a patient, given its number, for all that are owed, in WORKERS processes."""
    begin = partial(runtime.start, threads=1)
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn"), initializer=begin) as pool:
        jobs = [pool.submit(simulate, index) for index in owed]
        try:
            for number, job in enumerate(as_completed(jobs)):
                job.result()
                told(f"patient {patients - len(owed) + number + 1} of {patients} simulated")
        finally:
            pool.shutdown(cancel_futures=True)


def write_model_card(path: Path, shape: Shape, course: Course, more: Mapping[str, object]) -> None:
    """Writes the card of an ONNX file beside it: what it is, how it was taught, and what else is told of it."""
    card = {
        "name": path.stem,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        **asdict(shape),
        "course": asdict(course),
        **more,
    }
    path.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")


def export(torch: Any, net: Any, path: Path, *, channels: int) -> None:
    """Writes the net as ONNX, for pictures of any size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch would rather export by its other way
        torch.onnx.export(
            net.cpu().eval(),
            (torch.zeros(1, channels, 160, 128),),
            str(path),
            input_names=["shown"],
            output_names=["maps"],
            dynamic_axes={"shown": {2: "rows", 3: "columns"}, "maps": {2: "map_rows", 3: "map_columns"}},
            opset_version=17,
            dynamo=False,
        )
