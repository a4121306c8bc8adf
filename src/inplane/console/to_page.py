"""What the page is sent: how a session stands, one tick with each frame, events, and the result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.console.from_page import Hands, OverlayLevel
from inplane.console.page_info import SessionInfo, SourceAbout
from inplane.core import Advice, Scene, Signals
from inplane.stream.source import StreamStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """What a page needs to begin or to go on: the session and how hands and knobs stand; no hands at a real source."""

    session: int
    info: SessionInfo
    hands: Hands | None
    frozen: bool
    teach: bool
    scene3d: bool
    overlay: OverlayLevel
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A patient is being made; `fraction` from 0 to 1."""

    text: str
    fraction: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleNow:
    """Where the needle is held on the skin, for the map: patient mm and degrees."""

    inserted: bool
    entry_x_mm: float
    entry_z_mm: float
    heading_deg: float
    steepness_deg: float
    advance_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What belongs to the frame that follows it.

    Args:
        delivery: number of this delivery, to be acknowledged with Drawn.
        sequence, time_s: of the frame.
        stamp_ms: the page's clock of the newest hands in it.
        cine_back, cine_count: which frame of the ring this is, and how many there are; live frames have 0.
        frames_per_s: made by the engine over the last second.
        cpu_ms: CPU time by stage.
        scene, advice, signals: see core.
        vessel_names, nerve_names: what guidance says of each vessel and nerve of the scene, in a few words.
        needle: for the map; None where no hand holds one.
        teacher: the teacher's layer, where it is on.
        scene3d: what moves in the 3-D scene, where it is on.
        arrived_ms: when the picture had arrived here, by the program's clock; None where nothing is live.
        valid: False where the source marks the picture as not to be used.
        position: which picture of a recording this is, from 1; 0 of a simulated patient.
    """

    delivery: int
    sequence: int
    time_s: float
    stamp_ms: float
    cine_back: int
    cine_count: int
    frames_per_s: float
    cpu_ms: Mapping[str, float]
    scene: Scene
    advice: Advice
    signals: Signals
    vessel_names: tuple[str, ...]
    nerve_names: tuple[str, ...]
    needle: NeedleNow | None
    teacher: "TeacherLayer | None"
    scene3d: "Scene3dNow | None" = None
    arrived_ms: float | None = None
    valid: bool = True
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """How a real source fares: a state of which the newest counts, sent at least five times a second.

    Args:
        clock_ms: the program's clock now; the page learns from it how its own clock stands to that.
        status: what the source says of itself.
        skipped: pictures of a recording left out to keep up with its time.
        slow: a recording is played slower than it was made: this machine cannot do more.
        ended: no picture comes any more.
        problem: why it ended before it should have; "" where it did not.
        about: what is known of the source by now; notes may be added while it is read.
    """

    clock_ms: float
    status: StreamStatus
    skipped: int
    slow: bool
    ended: bool
    problem: str
    about: SourceAbout


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherShape:
    """The true outline of one structure in the imaging plane."""

    name: str
    kind: str
    points_mm: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeacherLayer:
    """The truth of one frame, from the model: never shown unless asked for, and marked as what it is."""

    shapes: tuple[TeacherShape, ...]
    needle_mm: tuple[tuple[float, float, float], ...]
    tip_structure: str
    tip_off_plane_mm: float | None
    target_mm: tuple[float, float, float] | None
    spread_mm: tuple[tuple[tuple[float, float], ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene3dNow:
    """What moves in the 3-D scene, put back to where its surroundings lie at rest: truth, as the teacher's layer.

    Args:
        plane_mm: (side * side, 3) patient mm, the picture's lines one after another, each from the skin down.
        edge_mm: (n, 3) patient mm, closed, about what the picture shows.
        face_mm: (3,) patient mm, the middle of the probe's face.
        probe_axes: (3, 3) the probe's x to its marker, y into the patient and z across, one a row.
        needle_mm: (n, 3) patient mm, from the puncture to the tip; n = 0 outside the patient.
        target_mm: (3,) patient mm, where a perfect tip would be; empty where the procedure has none here.
        sector: whether the picture shows less than its rectangle.
    """

    plane_mm: NDArray[np.float64]
    edge_mm: NDArray[np.float64]
    face_mm: tuple[float, float, float]
    probe_axes: NDArray[np.float64]
    needle_mm: NDArray[np.float64]
    target_mm: tuple[float, ...]
    sector: bool


EventKind: TypeAlias = Literal[
    "alarm", "alarm_over", "acknowledged", "step", "plunger", "lesson", "problem", "note", "source"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """Something that happened; numbered, kept and never dropped.

    Args:
        number: counts up from 0.
        kind: see EventKind.
        time_s: on the session's clock.
        name: the condition, the step or the lesson's page.
        priority: of an alarm, else "".
        text, detail, action: sentences for the log.
    """

    number: int
    kind: EventKind
    time_s: float
    name: str
    priority: Literal["", "high", "medium", "low"]
    text: str
    detail: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultLine:
    """One line of the result: what, how much, and where that comes from."""

    label: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultSection:
    """Lines under a title."""

    title: str
    lines: tuple[ResultLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """The one-page result.

    Args:
        title, sections: what was done and how it went.
        alarms, remarks: in words.
        picture: at the target, as a data URL; empty where there is none.
        picture_text: what it shows.
        footer: what this page is not.
    """

    title: str
    sections: tuple[ResultSection, ...]
    alarms: tuple[str, ...]
    remarks: tuple[str, ...]
    picture: str
    picture_text: str
    footer: str
