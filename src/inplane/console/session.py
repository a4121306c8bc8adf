"""What the engine asks of a session, whatever stands behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from inplane.anatomy import Patient
from inplane.case import Journal
from inplane.console.hands import Start
from inplane.console.messages import Aftercare, Form, ResultPage, Scene3dNow, Stream, TeacherLayer
from inplane.console.pace import Pace
from inplane.console.page_info import SessionInfo
from inplane.core import Advice, Control, Frame, ProbeControl, Scene

Progress: TypeAlias = Callable[[str, float], None]
"""Told what is being made, and how far it is, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChoice:
    """Which session to make: a pure function of these."""

    procedure_id: str = "femoral_nerve_block"
    side: Literal["left", "right"] = "right"
    seed: int = 7
    level: int = 0
    lesson: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moment:
    """One turn of the loop: what was seen and what it means.

    Args:
        frame, scene, advice: see core.
        control: what was done.
        cpu_ms: CPU time by stage.
        vessel_names, nerve_names: what guidance says of each vessel and nerve of the scene, in a few words.
        lesson_done: pages of the lesson that were completed with it.
        arrived_s: when the picture had arrived here, by the engine's clock; None where nothing is live.
        position: which picture of a recording this is, from 1; 0 of a simulated patient.
    """

    frame: Frame
    scene: Scene
    advice: Advice
    control: Control
    cpu_ms: Mapping[str, float]
    vessel_names: tuple[str, ...] = ()
    nerve_names: tuple[str, ...] = ()
    lesson_done: tuple[str, ...] = ()
    arrived_s: float | None = None
    position: int = 0


class JournalMaker(Protocol):
    """Opens a journal for a new case."""

    def __call__(self, name: str) -> Journal:
        """The journal of a case with that name."""
        ...


def in_memory(name: str) -> Journal:  # noqa: ARG001  the name is for files
    """A journal that ends with the process."""
    return Journal()


class Session(Protocol):
    """One case on one source. Used from the engine's thread alone, except for `info`."""

    @property
    def info(self) -> SessionInfo:
        """What the page must know."""
        ...

    @property
    def step(self) -> str:
        """The case's step now: a value of `case.Step`."""
        ...

    @property
    def pace(self) -> Pace:
        """When the next turn is due."""
        ...

    def turn(self, control: Control) -> Moment | None:
        """One turn of the loop; None at the end of a recording."""
        ...

    def stream(self) -> Stream | None:
        """How a real source fares; None of a simulated patient."""
        ...

    def teacher(self, sequence: int) -> TeacherLayer | None:
        """The truth of a recent frame, or None where the source has none."""
        ...

    def note(self, kind: str, **fields: str | float | bool) -> None:
        """Writes what the person did at the console into the journal."""
        ...

    def again(self, how: Literal["reset", "retry"]) -> "Session":
        """The same patient or recording from the beginning, in a new case."""
        ...

    def close(self) -> None:
        """Ends the case's journal and the source."""
        ...


@runtime_checkable
class HandledSession(Session, Protocol):
    """A session in which the page's hands hold probe and needle, from the form to the result."""

    @property
    def start(self) -> Start:
        """How probe and knobs begin, and at which end of the probe the needle waits."""
        ...

    @property
    def needle_allowed(self) -> bool:
        """Whether form and time-out are done and the injection is not over."""
        ...

    def indentation_mm(self, probe: ProbeControl) -> float:
        """How deep the probe's face stands in the skin, which a hand sees."""
        ...

    def fill_form(self, form: Form) -> None:
        """Indication, side, checklist and time-out.

        Raises:
            InputError: something is missing or wrong; its text says what.
        """
        ...

    def finish(self) -> None:
        """The injection is over."""
        ...

    def aftercare(self, done: Aftercare) -> None:
        """Aftercare is done."""
        ...

    def skip(self) -> tuple[str, ...]:
        """Leaves the lesson's present step undone; returns its id."""
        ...

    def result(self) -> ResultPage:
        """The one-page result."""
        ...


@runtime_checkable
class ModeledSession(Session, Protocol):
    """A session on a virtual patient, which can be shown as a whole."""

    @property
    def patient(self) -> Patient:
        """Who lies there; from any thread."""
        ...

    def scene3d(self, sequence: int) -> Scene3dNow | None:
        """What moves in a scene of the patient at rest, of a recent frame; None for an older one."""
        ...


class SessionFactory(Protocol):
    """Makes sessions."""

    def __call__(self, choice: SessionChoice, progress: Progress) -> Session:
        """A new session, ready for its first turn."""
        ...
