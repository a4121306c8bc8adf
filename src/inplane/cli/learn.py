"""`inplane learn needle` and `inplane learn anatomy`: simulate, train, and write the model down with its card."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inplane.core import InputError, ResourceError, UnknownNameError, require_range
from inplane.trials.learning import MISSING, torch_there


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a course takes where nothing else is said.

    Args:
        patients, clips, steps: simulated patients, clips or views of each, and batches.
    """

    patients: int
    clips: int
    steps: int


MODELS = {"needle": Usual(patients=140, clips=12, steps=6000), "anatomy": Usual(patients=40, clips=8, steps=3600)}


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("learn")(learn)


def learn(
    model: Annotated[str, typer.Argument(help="Which model: needle or anatomy.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for samples, checkpoint, log and model; a stopped run goes on.")],
    seed: Annotated[int, typer.Option(help="Of everything that is drawn, 0 to 99.")] = 1,
    patients: Annotated[int | None, typer.Option(help="Simulated patients, 1 to 1000; 140, or 40 for anatomy.")] = None,
    clips: Annotated[int | None, typer.Option(help="Clips of each, 1 to 100; 12, or 8 views for anatomy.")] = None,
    steps: Annotated[int | None, typer.Option(help="Batches, 20 to 1000000; 6000, or 3600 for anatomy.")] = None,
    begin: Annotated[
        Path | None, typer.Option(help="A needle.onnx whose weights to begin with; from chance without it.")
    ] = None,
) -> None:
    """Train a model on this machine. Needs the extra 'train'; Ctrl-C stops it, the same words go on."""
    if model not in MODELS:
        raise UnknownNameError("model", model, tuple(MODELS))
    usual = MODELS[model]
    amount = Usual(
        patients=usual.patients if patients is None else patients,
        clips=usual.clips if clips is None else clips,
        steps=usual.steps if steps is None else steps,
    )
    _require(model, amount, seed, begin)
    console = Console(stderr=True)

    def told(line: str) -> None:
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    made = _anatomy(out, amount, seed, told) if model == "anatomy" else _needle(out, amount, seed, told, begin=begin)
    told(f"'{made}', with its card beside it.")


def _require(model: str, amount: Usual, seed: int, begin: Path | None) -> None:
    """Refuses what cannot be, before any work.

    Raises:
        RangeError: an amount out of range.
        InputError: a net to begin with for one that begins with none.
        ResourceError: no such net, or no torch.
    """
    for name, value, low, high in (
        ("seed", seed, 0, 99),
        ("patients", amount.patients, 1, 1000),
        ("clips", amount.clips, 1, 100),
        ("steps", amount.steps, 20, 1_000_000),  # the rate rises over a tenth of them, which takes more than one
    ):
        require_range(name, value, low, high)
    if begin is not None and model != "needle":
        raise InputError(f"--begin is for the needle net. Expected none with '{model}'.")
    if begin is not None and not begin.is_file():
        raise ResourceError(f"'{begin}' is not there. Expected a needle.onnx to begin with.")
    if not torch_there():
        raise ResourceError(f"{MISSING}.")


def _needle(out: Path, amount: Usual, seed: int, told: Callable[[str], None], *, begin: Path | None) -> Path:
    """Teaches the needle net."""
    from inplane.trials.course import Course
    from inplane.trials.needle_course import begun_course, make

    steps = amount.steps
    course = Course(steps=steps, seed=seed) if begin is None else begun_course(begin, steps=steps, seed=seed)
    return make(out, patients=amount.patients, clips=amount.clips, course=course, told=told, begin=begin)


def _anatomy(out: Path, amount: Usual, seed: int, told: Callable[[str], None]) -> Path:
    """Teaches the anatomy net."""
    from inplane.trials.anatomy_course import anatomy_course, make

    course = anatomy_course(steps=amount.steps, seed=seed)
    return make(out, patients=amount.patients, count=amount.clips, course=course, told=told)
