"""What the page must know about a session before its first frame."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from inplane.core import Calibration

SourceKind: TypeAlias = Literal["simulated", "recording", "live"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChoice:
    """Something that can be chosen."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeInfo:
    """The probe and the limits of its knobs."""

    id: str
    name: str
    width_mm: float
    frequency_min_mhz: float
    frequency_max_mhz: float
    depth_min_mm: float
    depth_max_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleInfo:
    """The needle."""

    id: str
    name: str
    length_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInfo:
    """What is in the syringe and how much of it is meant to be given."""

    drug: str
    planned_ml: float
    test_dose_ml: float
    aliquot_ml: float
    syringe_ml: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A line to tick; `source` and `review` as the atlas has them."""

    id: str
    text: str
    source: str
    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """A palpable point on the skin."""

    name: str
    x_mm: float
    z_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPage:
    """One page of a lesson: what to do, and by which keys."""

    id: str
    title: str
    text: str
    keys: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAbout:
    """A real source as the panel "About this source" tells it.

    Args:
        name: of the file, the folder or the scanner's address.
        lines: what is known, such as the format, by name.
        notes: one sentence each on what is odd about it, and what was done about it.
        frames: pictures in all; None where nobody knows.
        orientation: how the stored pictures lie; "" where nothing said so, and the marker's side is assumed.
        rate_hz: nominal pictures a second.
    """

    name: str
    lines: tuple[NamedChoice, ...]
    notes: tuple[str, ...]
    frames: int | None
    orientation: str
    rate_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionInfo:
    """A session as the page presents it.

    A real source has no probe, needle or syringe of ours, no form, lesson or map: those are None or empty.

    Args:
        source: what stands in the banner, such as "SIMULATION".
        kind: what is behind it.
        calibration: how the source's millimetres are known; each frame says so too.
        about_source: of a real source; None of a simulated patient.
        version: of the program.
        patient: a line such as "Simulated patient 7".
        seed, level, region, side, procedure_id, procedure_name, family, indication: what was chosen.
        about: sentences on the procedure: target, at risk, expected spread.
        procedures: what can be chosen instead.
        probe, needle, plan: what is held; None where the page's hands hold nothing.
        checklist, aftercare: lines to tick.
        landmarks: for the map of the skin.
        lesson: its pages; empty in free play.
        lesson_title: its title.
    """

    source: str
    kind: SourceKind = "simulated"
    calibration: Calibration = Calibration.CALIBRATED
    about_source: SourceAbout | None = None
    version: str
    patient: str
    seed: int | None = None
    level: int | None = None
    region: str = ""
    side: Literal["left", "right"] | None = None
    procedure_id: str = ""
    procedure_name: str = ""
    family: str = ""
    indication: str = ""
    about: tuple[NamedChoice, ...] = ()
    procedures: tuple[NamedChoice, ...] = ()
    probe: ProbeInfo | None = None
    needle: NeedleInfo | None = None
    plan: PlanInfo | None = None
    checklist: tuple[CheckLine, ...] = ()
    aftercare: tuple[CheckLine, ...] = ()
    landmarks: tuple[Landmark, ...] = ()
    lesson: tuple[LessonPage, ...] = ()
    lesson_title: str = ""
