"""`inplane patient show PROCEDURE`: who a virtual patient is, what lies in the view, and a scene that can be turned."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from inplane.core import InputError, RangeError, UnknownNameError

if TYPE_CHECKING:
    from inplane.anatomy import Patient, Structure

SIDES = ("left", "right")
LEVELS = range(5)


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    verb = typer.Typer(no_args_is_help=True, help="Virtual patients: who they are and what they are made of.")
    verb.command("list")(list_patients)
    verb.command("show")(show)
    app.add_typer(verb, name="patient")


def list_patients() -> None:
    """Procedures that have a virtual patient, and the place that each is looked at."""
    from inplane.anatomy import staged, window_of

    table = Table("procedure", "place", title="Virtual patients")
    for name in staged():
        table.add_row(name, window_of(name))
    _console().print(table)


def show(
    procedure: Annotated[str, typer.Argument(help="Id of a procedure with a patient, see `inplane patient list`.")],
    *,
    seed: Annotated[int, typer.Option(help="Which patient.")] = 7,
    level: Annotated[
        int | None, typer.Option(help="Difficulty, 0 easy to 4 hard; a usual patient if left out.")
    ] = None,
    side: Annotated[str, typer.Option(help="left or right.")] = "right",
    out: Annotated[Path | None, typer.Option(help="Folder for view.png and scene.glb; made if need be.")] = None,
) -> None:
    """Tell a patient's structures, numbers, landmarks and views; with --out also the view's labels and a 3-D scene."""
    if side not in SIDES:
        raise UnknownNameError("side", side, SIDES)
    if level is not None and level not in LEVELS:
        raise RangeError(f"level is {level}. Expected a whole number from {LEVELS[0]} to {LEVELS[-1]}.")
    if out is not None and out.exists() and not out.is_dir():
        raise InputError(f"'{out}' is a file. Expected a folder, or a name that is free.")
    from inplane.anatomy import find_patient, window_of

    place, console = window_of(procedure), _console()
    with Console(stderr=True).status(f"Building patient {seed}"):
        patient = find_patient(procedure, seed, level=level, side="left" if side == "left" else "right")
    console.print(f"Patient {seed}, {patient.side} {place}: {patient.indication[procedure]}", soft_wrap=True)
    console.print(_structures(patient))
    for table in _places(patient, procedure):
        console.print(table)
    if out is not None:
        from inplane.cli._patient_files import write_files

        for line in write_files(patient, procedure, out):
            console.print(line, soft_wrap=True)


def _structures(patient: "Patient") -> Table:
    """What the patient is made of."""
    table = Table("label", "structure", "kind", "tissue", "volume ml", "depth mm", title="Structures")
    counts = np.bincount(patient.labels_zxy.ravel(), minlength=256)
    for part in sorted(patient.structures, key=lambda part: (part.belongs_to, part.label)):
        ml = counts[part.label] * patient.spacing_mm**3 / 1000
        words = (str(part.label), part.name, part.kind, part.tissue, f"{ml:.2f}", _depths(patient, part))
        table.add_row(*words)
    return table


def _depths(patient: "Patient", part: "Structure") -> str:
    """From where to where beneath the skin."""
    found = np.flatnonzero((patient.labels_zxy == part.label).any(axis=(0, 1)))
    ends_mm = patient.origin_mm[1] + patient.spacing_mm * (found[[0, -1]] + np.array([-0.5, 0.5]))
    return f"{max(0.0, ends_mm[0]):.0f} to {ends_mm[1]:.0f}"


def _places(patient: "Patient", procedure: str) -> list[Table]:
    """Landmarks, target and view, and the numbers that the patient was drawn with."""
    points = Table("place", "x mm", "depth mm", "z mm", title="Places: x to the patient's left, z to the head")
    for name, at in {f"target of {procedure}": patient.targets_mm[procedure], **patient.landmarks_mm}.items():
        points.add_row(name, *(f"{value:.1f}" for value in at))
    view, numbers = patient.views[procedure], Table("number", "value", title="Drawn with")
    points.add_row("the view's middle on the skin", f"{view.x_mm:.1f}", "0.0", f"{view.z_mm:.1f}")
    for name, value in patient.parameters.items():
        numbers.add_row(name, f"{value:g}")
    return [points, numbers]


def _console() -> Console:
    """Plain and wide where nobody looks, as in a file."""
    return Console(highlight=False, width=None if Console().is_terminal else 160)
