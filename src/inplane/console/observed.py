"""Sessions on a real source: a recording or a scanner, looked at through the same loop; nothing is done there."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from inplane.atlas import Procedure, load_atlas
from inplane.case import Case, Loop
from inplane.console.describe_source import about_source, observed_info
from inplane.console.feed import Feed, LiveFeed, PlayedFeed
from inplane.console.messages import Stream
from inplane.console.page_info import SessionInfo
from inplane.console.session import JournalMaker, Moment, Progress, SessionChoice, in_memory
from inplane.console.warm_up import warm_up_observing
from inplane.console.words import cpu_ms, nerve_name, vessel_name
from inplane.core import Control, InplaneError
from inplane.guidance import Plan, Side, settings_from_atlas
from inplane.perception import Perceiver
from inplane.stream.source import FrameSource

Opener: TypeAlias = Callable[[], FrameSource]
"""Opens the source, from its beginning."""
Clock: TypeAlias = Callable[[], float]
USUAL_WEIGHT_KG = 70.0
"""Chosen: as in training; nobody is dosed from a recording, but a plan has a weight."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opened:
    """A real source, how to open it again, and what is done there.

    Args:
        source: open, at its beginning.
        opener: opens it again.
        procedure: whose conditions guidance watches; None where somebody only looks.
    """

    source: FrameSource
    opener: Opener
    procedure: Procedure | None


class ObservedSession:
    """One case on a real source.

    Args:
        opened: the source.
        journals: opens the case's journal.
        clock: by which a recording is played, seconds, monotonic.
    """

    def __init__(self, opened: Opened, journals: JournalMaker, clock: Clock = time.monotonic) -> None:
        self._opened, self._journals, self._clock = opened, journals, clock
        source, procedure = opened.source, opened.procedure
        told = source.info
        self.pace: Feed = LiveFeed(source) if told.live else PlayedFeed(source, clock)
        plan = None if procedure is None else observing_plan(procedure, told.side)
        self._case = Case(journals("live" if told.live else "recording"), procedure, plan)
        self._case.event("source", name=told.name, format=told.format, calibration=told.calibration.value)
        self._loop = Loop(self.pace, Perceiver(), procedure, plan, self._case)
        self._settings = settings_from_atlas()
        self._noted_problem = False
        self._info = observed_info(told, procedure)

    @property
    def info(self) -> SessionInfo:
        """What the page must know."""
        return self._info

    @property
    def case(self) -> Case:
        """The case, with its journal."""
        return self._case

    @property
    def step(self) -> str:
        """The case's step now."""
        return self._case.step.value

    def turn(self, control: Control) -> Moment | None:
        """One turn of the loop; None when no picture comes any more.

        Raises:
            InplaneError: a picture that the loop cannot take; the next one may be good.
        """
        tick = self._loop.step(control)
        if tick is None:
            self._note_end()
            return None
        return Moment(
            frame=tick.frame,
            scene=tick.scene,
            advice=tick.advice,
            control=tick.control,
            cpu_ms=cpu_ms(tick.cpu_s, source="read"),
            vessel_names=tuple(vessel_name(vessel, self._settings) for vessel in tick.scene.vessels),
            nerve_names=tuple(nerve_name(nerve, self._settings) for nerve in tick.scene.nerves),
            arrived_s=self.pace.arrived_s,
            position=self._position(),
        )

    def stream(self) -> Stream:
        """How the source fares."""
        return Stream(
            clock_ms=1e3 * time.monotonic(),
            status=self._opened.source.status(),
            skipped=self.pace.skipped,
            slow=self.pace.slow,
            ended=self.pace.ended,
            problem=self.pace.problem,
            about=about_source(self._opened.source.info),
        )

    def teacher(self, sequence: int) -> None:
        """None: what a real picture shows is not known."""

    def note(self, kind: str, **fields: str | float | bool) -> None:
        """Writes what the person did at the console into the journal."""
        self._case.write(kind, fields)

    def again(self, how: Literal["reset", "retry"]) -> "ObservedSession":
        """The same source from its beginning, in a new case; this one stays where it cannot be opened.

        Raises:
            InplaneError: it cannot be opened any more.
        """
        opened = Opened(source=self._opened.opener(), opener=self._opened.opener, procedure=self._opened.procedure)
        self._case.event(how)
        self.close()
        return ObservedSession(opened, self._journals, self._clock)

    def close(self) -> None:
        """Ends the case's journal and the source."""
        self._case.close()
        self._opened.source.close()

    def _position(self) -> int:
        """Which picture of the recording was given last, from 1; a loop begins at 1 again."""
        frames, given = self._opened.source.info.frames, self.pace.given
        return (given - 1) % frames + 1 if frames and given else given

    def _note_end(self) -> None:
        """The journal says once how the source ended."""
        if not self._noted_problem:
            self._noted_problem = True
            self._case.event("source_ended", pictures=self.pace.given, problem=self.pace.problem)


class ObservedSessions:
    """Makes sessions on one real source.

    Args:
        opener: opens it.
        procedure_id: whose conditions guidance watches; None where somebody only looks.
        journals: opens a case's journal; in memory only if None.
        clock: by which recordings are played, seconds, monotonic.
    """

    def __init__(
        self,
        opener: Opener,
        *,
        procedure_id: str | None = None,
        journals: JournalMaker | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        self._opener, self._procedure_id, self._clock = opener, procedure_id, clock
        self._journals: JournalMaker = journals or in_memory
        self._warm = False

    def __call__(self, choice: SessionChoice, progress: Progress) -> ObservedSession:  # noqa: ARG002  one source alone
        """The source from its beginning.

        Raises:
            UnknownNameError: no such procedure.
            InplaneError: the source cannot be opened; the text says why.
        """
        procedure = None if self._procedure_id is None else load_atlas().procedure(self._procedure_id)
        if not self._warm:
            progress("Warming up", 0.1)
            warm_up_observing()
            self._warm = True
        progress("Opening the source", 0.7)
        source = self._opener()
        try:
            opened = Opened(source=source, opener=self._opener, procedure=procedure)
            session = ObservedSession(opened, self._journals, self._clock)
        except InplaneError:
            source.close()
            raise
        progress("Ready", 1.0)
        return session


def observing_plan(procedure: Procedure, side: str | None) -> Plan:
    """A plan for a procedure that is only watched: its first drug, and right where the source does not tell the side.

    Args:
        procedure: what is watched.
        side: as the source tells it.

    Raises:
        UnknownNameError: the procedure's drug is not in the atlas.
    """
    drug = load_atlas().drug(procedure.drug_ids[0])
    known: Side = "left" if side == "left" else "right"
    return Plan(
        procedure_id=procedure.id,
        side=known,
        drug_id=drug.id,
        concentration_mg_ml=drug.concentrations_mg_ml.values[0],
        weight_kg=USUAL_WEIGHT_KG,
        planned_ml=procedure.injectate.planned_ml.value,
    )
