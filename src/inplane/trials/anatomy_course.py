"""From nothing to an anatomy net that can be shipped: simulate views, prepare outlined stills, learn, write down."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from inplane.atlas import load_atlas
from inplane.core import ResourceError
from inplane.perception.anatomy_input import CHANNELS
from inplane.perception.anatomy_model import SHAPE
from inplane.trials.anatomy_augment import anatomy_drawn
from inplane.trials.anatomy_net import anatomy_net, loss
from inplane.trials.anatomy_samples import Outline, load, real_outlines, save
from inplane.trials.anatomy_views import FIRST_SEED, views
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
from inplane.trials.quantize import CALIBRATED_ON, quantize

BATCH, REAL_SHARE = 16, 0.65
"""Pictures of a batch, and the share of real ones. chosen: real outlines are what it is for; simulated ones keep what
no still shows: needles, curves of grey, blocks without any nerve."""
ANATOMY: Task[Outline] = Task(net=anatomy_net, loss=loss, drawn=anatomy_drawn, channels=CHANNELS)
LEARNED_FROM = {"usgra-seg": "CC BY 4.0, Timm Kandaouroff; three quarters, the others are for testing; masks in part"}
LIMITS = (
    "Learned from outlined stills of one scanner (Mindray TE7, L14-6Ns; one annotator) and from simulated views of the "
    "groin. Arteries and veins are one kind. Which nerve it is, it does not know. No moving picture of a patient was "
    "learned from. Linear arrays only. Not a medical device."
)


def anatomy_course(*, steps: int, seed: int) -> Course:
    """The course of an anatomy net."""
    return Course(steps=steps, batch=BATCH, real_share=REAL_SHARE, seed=seed)


def make(folder: Path, *, patients: int, count: int, course: Course, told: Callable[[str], None]) -> Path:
    """The trained net's ONNX file, with its card and its twin in whole numbers beside it.

    What a stopped run had made is used again.

    Args:
        folder: for samples, checkpoint, log and model.
        patients, count: simulated patients, and views of each.
        course: how the net is taught.
        told: is given lines of progress.

    Raises:
        ModuleNotFoundError: torch is not installed.
        InputError: the folder holds another course's samples.
        ResourceError: the outlined stills are not at hand.
    """
    torch = load_torch(course.seed)
    kept = folder / "samples"
    kept.mkdir(parents=True, exist_ok=True)
    require_same(folder / "words.json", {"patients": patients, "views": count, **asdict(course)})
    real = [outline for _, outline in real_outlines()]
    if not real:
        raise ResourceError("The outlined stills of usgra-seg are not here. Expected them under INPLANE_DATA.")
    simulate(kept, seed=course.seed, patients=patients, count=count, told=told)
    simulated = [load(path) for path in sorted(kept.glob("simulated-*.npz"))]
    told(f"{len(simulated)} simulated views, {len(real)} outlined stills")
    net = learn(torch, ANATOMY, (simulated, real), course, folder, told=told)
    path = folder / "anatomy.onnx"
    export(torch, net, path, channels=CHANNELS)
    write_card(path, course, simulated=len(simulated), real=len(real))
    quantize(path, pictures_of(ANATOMY, (simulated, real), course, CALIBRATED_ON))
    return path


def simulate(folder: Path, *, seed: int, patients: int, count: int, told: Callable[[str], None]) -> None:
    """The simulated views, patient by patient, those that are there already left as they are."""
    owed = [index for index in range(patients) if not (folder / _name(index, count - 1)).is_file()]
    each_patient(partial(simulate_patient, folder, seed, count=count), owed, patients, told)


def simulate_patient(folder: Path, seed: int, index: int, *, count: int) -> None:
    """The views of one patient."""
    for number, outline in enumerate(views(load_atlas(), seed=seed, index=index, count=count)):
        save(outline, folder / _name(index, number))


def write_card(path: Path, course: Course, *, simulated: int, real: int) -> None:
    """Writes a model's card: what it is, what it learned from, what it cannot do."""
    more = {
        "simulated_views": simulated,
        "simulated_patients_from": FIRST_SEED + 1000 * course.seed,
        "real_stills": real,
        "learned_from": LEARNED_FROM,
        "limits": LIMITS,
    }
    write_model_card(path, SHAPE, course, more)


def _name(index: int, number: int) -> str:
    """Of a simulated view's file."""
    return f"simulated-{index:04d}-{number:02d}.npz"
