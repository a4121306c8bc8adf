"""`inplane learn needle`: simulate what the needle net learns from, train it, and write it down with its card."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from inplane.core import ResourceError, UnknownNameError, require_range
from inplane.trials.learning import MISSING, torch_there

MODELS = ("needle",)


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("learn")(learn)


def learn(
    model: Annotated[str, typer.Argument(help="Which model: needle.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for samples, checkpoint, log and model; a stopped run goes on.")],
    seed: Annotated[int, typer.Option(help="Of everything that is drawn, 0 to 99.")] = 1,
    patients: Annotated[int, typer.Option(help="Simulated patients, 1 to 1000.")] = 140,
    clips: Annotated[int, typer.Option(help="Clips of each, 1 to 100.")] = 12,
    steps: Annotated[int, typer.Option(help="Batches of 32 pictures, 20 to 1000000.")] = 6000,
    begin: Annotated[
        Path | None, typer.Option(help="A needle.onnx whose weights to begin with; from chance without it.")
    ] = None,
) -> None:
    """Train a model on this machine. Needs the extra 'train'; Ctrl-C stops it, the same words go on."""
    if model not in MODELS:
        raise UnknownNameError("model", model, MODELS)
    for name, value, low, high in (
        ("seed", seed, 0, 99),
        ("patients", patients, 1, 1000),
        ("clips", clips, 1, 100),
        ("steps", steps, 20, 1_000_000),  # the rate rises over a tenth of them, which takes more than one
    ):
        require_range(name, value, low, high)
    if begin is not None and not begin.is_file():
        raise ResourceError(f"'{begin}' is not there. Expected a needle.onnx to begin with.")
    if not torch_there():
        raise ResourceError(f"{MISSING}.")
    from inplane.trials.needle_course import begun_course, make
    from inplane.trials.needle_learn import Course

    console = Console(stderr=True)
    course = Course(steps=steps, seed=seed) if begin is None else begun_course(begin, steps=steps, seed=seed)

    def told(line: str) -> None:
        console.print(line, highlight=False, markup=False, soft_wrap=True)

    path = make(out, patients=patients, clips=clips, course=course, told=told, begin=begin)
    told(f"'{path}', with its card beside it.")
