"""What a page may send: its hands as a state, of which the newest wins, and events, which are never dropped.

Degrees and millimetres: this is an edge.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from inplane.core import FormatError, GreyMap, Mode, RangeError, require_range

End: TypeAlias = Literal["marker", "other"]
OverlayLevel: TypeAlias = Literal["off", "outline", "full"]


# --- hands and knobs: state, the newest wins ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeHand:
    """How the probe is held; as `core.ProbeControl`, in degrees."""

    x_mm: float
    z_mm: float
    rotate_deg: float
    tilt_deg: float
    rock_deg: float
    press_n: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleHand:
    """How the needle is held against the probe while it is out of the skin; in the skin its puncture stays.

    Args:
        end: at which end of the probe: the one with the marker, or the other.
        distance_mm: along the skin from the probe's edge to the puncture, 0 to 60.
        offset_mm: beside the imaging plane, -20 to 20.
        yaw_deg: turned out of the imaging plane, -45 to 45.
        steepness_deg: below the skin, 0 to 89.
        advance_mm: shaft beneath the skin, 0 to 200.
        bevel_deg: turn of the bevel, -180 to 180; 0 looks up.

    Raises:
        RangeError: a number is outside its range.
    """

    end: End
    distance_mm: float
    offset_mm: float
    yaw_deg: float
    steepness_deg: float
    advance_mm: float
    bevel_deg: float

    def __post_init__(self) -> None:
        require_range("needle distance_mm", self.distance_mm, 0, 60, "mm")
        require_range("needle offset_mm", self.offset_mm, -20, 20, "mm")
        require_range("needle yaw_deg", self.yaw_deg, -45, 45, "deg")
        require_range("needle steepness_deg", self.steepness_deg, 0, 89, "deg")
        require_range("needle advance_mm", self.advance_mm, 0, 200, "mm")
        require_range("needle bevel_deg", self.bevel_deg, -180, 180, "deg")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlungerHand:
    """Totals since the start, as `core.PlungerControl`."""

    injected_ml: float
    aspirations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerKnobs:
    """The scanner's knobs, as `core.ScannerControl`, in MHz and degrees."""

    mode: Mode
    depth_mm: float
    frequency_mhz: float
    gain_db: float
    dynamic_range_db: float
    focus_mm: float
    tgc_db: tuple[float, float, float, float, float, float, float, float]
    color_box_mm: tuple[float, float, float, float]
    color_steer_deg: float
    prf_hz: float
    color_gain_db: float
    harmonic: bool
    compound_angles: int
    needle_steer_deg: float
    virtual_convex: bool
    persistence: float
    grey_map: GreyMap
    edge_enhancement: float
    speckle_reduction: float
    transmit_db: float
    gate_mm: tuple[float, float]
    gate_length_mm: float
    gate_angle_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hands:
    """All that the operator's hands do now.

    Args:
        session: number of the session that it is meant for; one for an earlier session is ignored.
        stamp_ms: the page's clock when it was sent, given back with the first frame made from it.
        probe, needle, plunger, scanner: see there.
    """

    session: int
    stamp_ms: float
    probe: ProbeHand
    needle: NeedleHand
    plunger: PlungerHand
    scanner: ScannerKnobs


# --- events from the page ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """First message of a page.

    Args:
        page: a name that the page made up when it was loaded, to tell its reconnection from a second console.
        last_event: number of the last event it has shown; -1 if none.
    """

    page: str
    last_event: int

    def __post_init__(self) -> None:
        if not 8 <= len(self.page) <= 64:
            raise FormatError(f"Hello.page has {len(self.page)} characters. Expected 8 to 64.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The page has drawn this delivery; it gives one credit back."""

    delivery: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """Freeze the picture, or go on."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cine:
    """Show a frozen frame, counted back from the newest."""

    back: int

    def __post_init__(self) -> None:
        require_range("Cine.back", self.back, 0, 100_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Teach:
    """Show or hide the teacher's layer."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene3d:
    """Show or hide the 3-D scene of the simulated patient."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """How much is drawn over the picture; logged."""

    level: OverlayLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The one short form before the needle: indication, side, checklist, time-out."""

    indication: str
    side: Literal["left", "right"]
    checklist: tuple[str, ...]
    time_out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """The injection is done; on to aftercare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftercare:
    """Aftercare items that were done; on to the result."""

    done: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """The person has taken note of an alarm."""

    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Goes on to the lesson's next step without this one's goal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """The same patient again: `reset` keeps the form's answers, `retry` begins with the form."""

    how: Literal["reset", "retry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """Another session.

    Raises:
        RangeError: seed or level outside their ranges.
    """

    procedure_id: str
    side: Literal["left", "right"]
    seed: int
    level: int
    lesson: bool

    def __post_init__(self) -> None:
        require_range("seed", self.seed, 0, 2**31 - 1)
        if not 0 <= self.level <= 4:
            raise RangeError(f"level is {self.level}. Expected a whole number from 0 to 4.")
