"""`inplane serve SOURCE --igtl PORT`: any source sent over OpenIGTLink, as PLUS would send it."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Annotated

import typer
from rich.console import Console

import inplane
from inplane.anatomy import Patient, window_of
from inplane.atlas import load_atlas
from inplane.core import FormatError, InputError, RangeError, require_range, runtime
from inplane.operators import StagedInsertion, scanner_for
from inplane.stream import FrameSource, SimulatedSource
from inplane.stream.igtl.header import DEFAULT_PORT
from inplane.stream.igtl.link import is_this_machine
from inplane.stream.igtl.plus import SIMULATION, tracked_of
from inplane.stream.igtl.sender import Pace, Sender, Shot, shots_of
from inplane.stream.igtl.server import Server
from inplane.stream.open import open_source

SIMULATED = "simulated"
RATE_HZ = 30.0
IN_PLANE = 3
"""Seed of an insertion in plane at 19 degrees. chosen: something to see; others are steep, or beside the plane."""
LONGEST_S = 86_400.0
WARM_MOMENTS = 12
"""chosen: before the needle, while it goes in, and after each dose."""


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command("serve")(serve)


def serve(
    source: Annotated[
        str, typer.Argument(help="'simulated', a file, a folder, a recording, or igtl://host:port to pass on.")
    ] = SIMULATED,
    *,
    igtl: Annotated[int, typer.Option(help="Port; 0 takes any that is free.")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen at; this machine alone by default.")] = "127.0.0.1",
    rate: Annotated[float | None, typer.Option(help="Frames a second; by the time stamps if left out.")] = None,
    loop: Annotated[bool, typer.Option("--loop", help="Begin a file again at its end.")] = False,
    seed: Annotated[int, typer.Option(help="Which simulated patient and insertion.")] = IN_PLANE,
    procedure: Annotated[str, typer.Option(help="What is done to the simulated patient.")] = "femoral_nerve_block",
    seconds: Annotated[float | None, typer.Option(help="Stop after so long; never if left out.")] = None,
) -> None:
    """Send a source over OpenIGTLink as PLUS would: Image_Reference, ProbeToReference, NeedleTipToReference.

    Several clients may listen at once. Frames wait until the first has come. Ctrl-C stops.
    """
    _require(rate, seconds, seed)
    told = Console(stderr=True)
    _warn_of(host, told)
    Server(igtl, host).close()  # a port in use is said at once, and nobody is let in before there is something to send
    feed = _simulated(procedure, seed, rate, told) if source == SIMULATED else _opened(source, loop=loop)
    with closing(feed), closing(Server(igtl, host)) as server:
        typer.echo(f"igtl://{host}:{server.port}")
        told.print(f"Sending {feed.name} as Image_Reference. Ctrl-C stops.", markup=False, soft_wrap=True)
        until_s = None if seconds is None else time.monotonic() + seconds

        def tell(text: str) -> None:
            told.print(text, markup=False, soft_wrap=True)

        sender = Sender(server, tell=tell, pace=Pace(rate), until_s=until_s)
        try:
            sender.run(feed.shots, alone=feed.live)
        except KeyboardInterrupt:
            told.print("Stopped.")
        finally:
            sender.farewell("inplane serve has ended.")
            told.print(f"{sender.sent} frames were sent.")
    if feed.problem:
        raise FormatError(feed.problem)


@dataclass(slots=True)
class _Feed:
    """What is sent.

    Args:
        name: as a person reads it.
        shots: the frames.
        source: where they come from.
        live: whether it goes on while nobody listens.
    """

    name: str
    shots: Iterator[Shot]
    source: SimulatedSource | FrameSource
    live: bool = False

    @property
    def problem(self) -> str | None:
        """Why the frames ended before they should have."""
        return None if isinstance(self.source, SimulatedSource) else self.source.problem

    def close(self) -> None:
        """Lets go of the source."""
        self.source.close()


def _require(rate: float | None, seconds: float | None, seed: int) -> None:
    """Refuses options outside their ranges.

    Raises:
        RangeError: a number outside its range.
    """
    if rate is not None:
        require_range("rate", rate, 0.1, 200, "Hz")
    if seconds is not None:
        require_range("seconds", seconds, 0.1, LONGEST_S, "s")
    if not 0 <= seed < 2**31:
        raise RangeError(f"seed is {seed}. Expected a whole number from 0 to {2**31 - 1}.")


def _warn_of(host: str, told: Console) -> None:
    if not is_this_machine(host):
        told.print(
            f"Warning: '{host}' can be reached from other machines. OpenIGTLink has neither encryption nor passwords: "
            "everybody there can read the pictures.",
            markup=False,
            soft_wrap=True,
        )


def _opened(text: str, *, loop: bool) -> _Feed:
    """A file, a folder, a recording or another server.

    Raises:
        InputError, ResourceError: it cannot be used; the text says why.
    """
    try:
        found = open_source(text, loop=loop)
    except InputError as error:
        hint = f" Or '{SIMULATED}' for the simulated patient." if "does not exist" in str(error) else ""
        raise type(error)(f"{error}{hint}") if hint else error from None
    return _Feed(name=found.info.name, shots=shots_of(found), source=found, live=found.info.live)


def _simulated(procedure: str, seed: int, rate: float | None, told: Console) -> _Feed:
    """The simulated patient, and a staged insertion for ever.

    Raises:
        UnknownNameError: no such procedure.
    """
    window_of(procedure)
    runtime.start()
    told.print(
        f"Building patient {seed} and preparing the scanner; the first time, this takes a minute.", soft_wrap=True
    )
    patient = inplane.patient(procedure, seed=seed)
    made = inplane.simulate(patient, procedure, seed=seed, frame_rate_hz=max(1.0, rate or RATE_HZ))
    _warm(made, _operator(made, patient, procedure, seed))
    shots = insertions(made, patient, procedure, seed)
    return _Feed(name=f"{made.info.name}, {procedure}", shots=shots, source=made)


def insertions(source: SimulatedSource, patient: Patient, procedure: str, seed: int) -> Iterator[Shot]:
    """The insertion that the seed draws, again and again, with what a tracker would tell."""
    begun_s = 0.0
    while True:
        source.reset()
        operator = _operator(source, patient, procedure, seed)
        frame = source.next(operator.first)
        while frame.time_s < operator.duration_s:
            shown = replace(frame, time_s=begun_s + frame.time_s)
            yield Shot(frame=shown, tracked=tracked_of(source.world.moment()), fields={SIMULATION: "TRUE"})
            frame = source.next(operator.at(frame.time_s))
        begun_s += frame.time_s


def _operator(source: SimulatedSource, patient: Patient, procedure: str, seed: int) -> StagedInsertion:
    """The hand that the seed draws, as `inplane simulate` stages it."""
    entry = load_atlas().procedure(procedure)
    scanner, needle = scanner_for(entry), load_atlas().needle(entry.needle_id)
    return StagedInsertion(
        seed,
        inplane.standard_view(patient, procedure),
        side=patient.side,
        width_mm=source.world.probe.width_mm.value,
        depth_mm=scanner.depth_mm,
        scanner=scanner,
        needle_mm=needle.length_mm.value,
    )


def _warm(source: SimulatedSource, operator: StagedInsertion) -> None:
    """Some moments of an insertion, so that whatever has to be compiled is compiled before anybody listens."""
    for share in range(WARM_MOMENTS):
        source.next(operator.at(operator.duration_s * share / WARM_MOMENTS))
