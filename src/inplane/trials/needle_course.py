"""From nothing to a needle net that can be shipped: simulate, draw onto real pictures, learn, write down."""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import numpy as np

from inplane.atlas import load_atlas
from inplane.perception.needle_input import CHANNELS
from inplane.perception.needle_model import SHAPE
from inplane.trials.course import (
    Course,
    Task,
    each_patient,
    export,
    learn,
    pictures_of,
    require_same,
    write_model_card,
)
from inplane.trials.learning import load_torch
from inplane.trials.needle_augment import any_of
from inplane.trials.needle_backgrounds import SETS, backgrounds, pasted
from inplane.trials.needle_clips import FIRST_SEED, samples
from inplane.trials.needle_net import loss, needle_net
from inplane.trials.needle_paste import Background
from inplane.trials.needle_samples import Samples, loaded, save
from inplane.trials.quantize import CALIBRATED_ON, quantize
from inplane.trials.real_sets import paths_of

REAL_CLIPS, REAL_BATCH = 700, 9
"""Batches of real pictures with needles drawn onto them, and how many each holds."""
BEGUN_RATE = 1e-3
"""Highest step length of a net that begins with another's weights. chosen: half of that from chance, so that what was
learned is not shaken off."""
SET_SHARES = {"usgra-seg": 0.5, "timtrack-muscle": 0.25, "ctu-carotids": 0.1, "nhbs-hip": 0.15}
LEARNED_FROM = {
    "usgra-seg": "CC BY 4.0; every second still, the others are for testing",
    "timtrack-muscle": "CC0; data sets 1 and 2 (GE Logiq E9), the others are for testing",
    "ctu-carotids": "MIT; Mindray",
    "nhbs-hip": "Apache-2.0; every second still",
}
NEEDLE: Task[Samples] = Task(net=needle_net, loss=loss, drawn=any_of, channels=CHANNELS)
LIMITS = (
    "Learned from simulated patients of thirty places, blocks of single tissues, and needles drawn onto real "
    "pictures. No licensed video of a real insertion was found: no figure of it is a patient's. Linear arrays above "
    "all; steep needles in bright tissue are not seen. Not a medical device."
)


def make(
    folder: Path, *, patients: int, clips: int, course: Course, told: Callable[[str], None], begin: Path | None = None
) -> Path:
    """The trained net's ONNX file, with its card and its twin in whole numbers beside it.

    What a stopped run had made is used again.

    Args:
        folder: for samples, checkpoint, log and model.
        patients, clips: simulated patients, and clips of each.
        course: how the net is taught.
        told: is given lines of progress.
        begin: an exported net whose weights it begins with, the one that `course.begun_with` names; None for chance.

    Raises:
        ModuleNotFoundError: torch is not installed.
        FormatError: the file to begin with holds another net.
        InputError: the folder holds another course's samples.
    """
    torch = load_torch(course.seed)
    kept = folder / "samples"
    kept.mkdir(parents=True, exist_ok=True)
    require_same(folder / "words.json", {"patients": patients, "clips": clips, **asdict(course)})
    simulate(kept, seed=course.seed, patients=patients, clips=clips, told=told)
    paste(kept, seed=course.seed, told=told)
    simulated, real = loaded(kept, "simulated-*.npz"), loaded(kept, "real-*.npz")
    told(f"{len(simulated)} simulated clips, {len(real)} real pictures with drawn needles")
    net = learn(torch, NEEDLE, (simulated, real), course, folder, told=told, begin=begin)
    path = folder / "needle.onnx"
    export(torch, net, path, channels=CHANNELS)
    write_card(path, course, simulated=len(simulated), real=len(real))
    quantize(path, pictures_of(NEEDLE, (simulated, real), course, CALIBRATED_ON))
    return path


def begun_course(begin: Path, *, steps: int, seed: int) -> Course:
    """The course of a net that begins with the weights of another."""
    sha256 = hashlib.sha256(begin.read_bytes()).hexdigest()
    return Course(steps=steps, seed=seed, rate=BEGUN_RATE, begun_with=sha256)


def simulate(folder: Path, *, seed: int, patients: int, clips: int, told: Callable[[str], None]) -> None:
    """The simulated samples, patient by patient, those that are there already left as they are."""
    owed = [index for index in range(patients) if not (folder / _name(index, clips - 1)).is_file()]
    each_patient(partial(simulate_patient, folder, seed, clips=clips), owed, patients, told)


def simulate_patient(folder: Path, seed: int, index: int, *, clips: int) -> None:
    """The samples of one patient."""
    for number, made in enumerate(samples(load_atlas(), seed=seed, index=index, clips=clips)):
        save(made, folder / _name(index, number))


def paste(folder: Path, *, seed: int, told: Callable[[str], None]) -> None:
    """Real pictures with needles drawn onto them; nothing where no recordings are at hand."""
    last = folder / f"real-{REAL_CLIPS - 1:04d}.npz"
    if last.is_file():
        return
    sets: dict[str, list[Background]] = defaultdict(list)
    for name, picture in backgrounds():
        sets[name].append(picture)
    if not sets:
        told("no real recordings here (set INPLANE_DATA): learning from simulation alone")
        return
    names = list(sets)
    shares = np.array([SET_SHARES[name] for name in names])
    rng = np.random.Generator(np.random.PCG64([0x9A57E, seed]))
    for number in range(REAL_CLIPS):
        name = str(rng.choice(names, p=shares / shares.sum()))
        save(pasted(sets[name], rng, REAL_BATCH), folder / f"real-{number:04d}.npz")
    told(f"{sum(map(len, sets.values()))} real pictures of {len(sets)} sets")


def write_card(path: Path, course: Course, *, simulated: int, real: int) -> None:
    """Writes a model's card: what it is, what it learned from, what it cannot do."""
    more = {
        "simulated_clips": simulated,
        "simulated_patients_from": FIRST_SEED + 1000 * course.seed,
        "real_batches": real,
        "learned_from": {
            name: LEARNED_FROM[name] for name, (patterns, _) in SETS.items() if real and paths_of(patterns)
        },
        "limits": LIMITS,
    }
    write_model_card(path, SHAPE, course, more)


def _name(index: int, clip: int) -> str:
    """Of a simulated clip's file."""
    return f"simulated-{index:04d}-{clip:02d}.npz"
