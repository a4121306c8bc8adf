"""`inplane simulate PROCEDURE`: a scripted insertion on a simulated patient, as a recording with its truth apart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from inplane.anatomy import Patient, find_patient, standard_view, window_of
from inplane.atlas import Atlas, Procedure, load_atlas
from inplane.case import Case, Journal, Loop, Step, Tick, complete_answers
from inplane.core import Control, RangeError, UnknownNameError, require_range, runtime
from inplane.operators import StagedInsertion, scanner_for
from inplane.perception import Perceiver
from inplane.stream import Recorder, SimulatedSource, require_free
from inplane.training import standard_plan
from inplane.world import World

LEVELS = range(5)
SIDES = ("left", "right")
LONGEST_S = 600.0


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("simulate")(simulate)


def simulate(
    procedure: Annotated[str, typer.Argument(help="Id of the procedure, see `inplane atlas list`.")],
    *,
    out: Annotated[Path, typer.Option(help="Folder for the recording; it must not exist yet, or be empty.")],
    seed: Annotated[int, typer.Option(help="Which patient and which insertion.")] = 7,
    side: Annotated[str, typer.Option(help="left or right.")] = "right",
    level: Annotated[int, typer.Option(help="Difficulty, 0 easy to 4 hard.")] = 1,
    seconds: Annotated[float | None, typer.Option(help="Stop after so long; the whole script if left out.")] = None,
) -> None:
    """Record a scripted insertion: frames, signals and controls, and the truth in a folder of its own.

    Ctrl-C ends it early; what was recorded is kept and marked incomplete.
    """
    atlas = load_atlas()
    window_of(procedure)
    entry = atlas.procedure(procedure)
    _require(seed, side, level, seconds)
    require_free(out)
    runtime.start()
    told = Console(stderr=True)
    with told.status(f"Building patient {seed}"):
        patient = find_patient(procedure, seed, level=level, side="left" if side == "left" else "right")
    with told.status("Preparing the scanner"):
        source, operator, loop = _stage(atlas, entry, patient, seed)
    frames = _play(loop, operator, seconds)
    with Recorder(out, source.info, structures=patient.structures) as recorder, _progress(told) as progress:
        task = progress.add_task("Recording", total=_length_s(operator, seconds))
        count = 0
        for tick in frames:
            recorder.write(tick.frame, tick.control, source.truth(tick.frame.sequence))
            progress.update(task, completed=tick.frame.time_s)
            count += 1
    told.print(f"{count} frames in '{out}'; the truth is apart, in '{out / 'truth'}'.", soft_wrap=True)


def _require(seed: int, side: str, level: int, seconds: float | None) -> None:
    """Refuses options outside their ranges.

    Raises:
        UnknownNameError: no such side.
        RangeError: a number outside its range.
    """
    if side not in SIDES:
        raise UnknownNameError("side", side, SIDES)
    if level not in LEVELS:
        raise RangeError(f"level is {level}. Expected a whole number from {LEVELS[0]} to {LEVELS[-1]}.")
    if not 0 <= seed < 2**31:
        raise RangeError(f"seed is {seed}. Expected a whole number from 0 to {2**31 - 1}.")
    if seconds is not None:
        require_range("seconds", seconds, 0.1, LONGEST_S, "s")


def _stage(
    atlas: Atlas, procedure: Procedure, patient: Patient, seed: int
) -> tuple[SimulatedSource, StagedInsertion, Loop]:
    """Room, script and loop, with the form filled in as a script does."""
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    source = SimulatedSource(
        World(patient, probe=probe, needle=needle, seed=seed, bare=True), procedure_id=procedure.id
    )
    scanner = scanner_for(procedure)
    operator = StagedInsertion(
        seed,
        standard_view(patient, procedure.id),
        side=patient.side,
        end="lateral" if patient.needle_from.get(procedure.id, "lateral") == "lateral" else "medial",
        width_mm=probe.width_mm.value,
        depth_mm=scanner.depth_mm,
        scanner=scanner,
        needle_mm=needle.length_mm.value,
    )
    plan = standard_plan(procedure, patient)
    case = Case(Journal(), procedure, plan)
    case.advance(Step.SCAN, complete_answers(procedure, plan))
    case.advance(Step.INJECTION)
    return source, operator, Loop(source, Perceiver(), procedure, plan, case, operator=operator)


def _play(loop: Loop, operator: StagedInsertion, seconds: float | None) -> Iterator[Tick]:
    """Turns of the loop until the script or the time is over."""
    end_s = _length_s(operator, seconds)
    first: Control = operator.first
    return loop.run(first=first, until=lambda tick: operator.done or tick.frame.time_s >= end_s - 1e-9)


def _length_s(operator: StagedInsertion, seconds: float | None) -> float:
    """Simulated time that will be recorded at most."""
    return operator.duration_s if seconds is None else min(seconds, operator.duration_s)


def _progress(told: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:.1f} s"))
    return Progress(*columns, TimeRemainingColumn(), console=told, transient=True)
