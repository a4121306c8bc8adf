"""What a scene means for the procedure. Each piece carries its reason and where the number behind it comes from."""

from dataclasses import dataclass
from enum import StrEnum

from inplane.core.scene import Point


class Priority(StrEnum):
    """Alarm priority after IEC 60601-1-8."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True, kw_only=True)
class PathCone:
    """Where the needle goes if it is pushed on: a cone, because nobody knows exactly.

    Args:
        tip_mm, direction: where it begins and whither, IMAGE mm.
        length_mm: how far it was drawn.
        radius_at_tip_mm, half_angle_rad: two standard deviations: radius(s) = radius_at_tip_mm + s tan(half_angle_rad).
    """

    tip_mm: Point
    direction: Point
    length_mm: float
    radius_at_tip_mm: float
    half_angle_rad: float


class ClearanceKind(StrEnum):
    """What a clearance is to."""

    VESSEL = "vessel"
    NERVE = "nerve"
    BONE = "bone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearance:
    """Distance from the needle's tip to a recognised structure.

    Args:
        kind: of the structure.
        structure: what it is, in the words that may be said ("vessel, likely").
        track_id: which vessel or nerve; None for bone.
        distance_mm: signed; negative is inside.
        sd_mm: one standard deviation.
        on_path: whether the path cone meets it.
        time_to_contact_s: at the present speed; None where the needle does not move towards it.
    """

    kind: ClearanceKind
    structure: str
    track_id: int | None
    distance_mm: float
    sd_mm: float
    on_path: bool
    time_to_contact_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A condition that a person should know about now.

    Args:
        condition: its name; at most one alarm of each is active.
        priority: see Priority.
        what, why, action: one short sentence each.
        measured: the measurement and the threshold, with units.
        source: citation keys of the threshold, or one sentence beginning with "chosen:".
        since_s: when it began.
    """

    condition: str
    priority: Priority
    what: str
    why: str
    measured: str
    action: str
    source: tuple[str, ...]
    since_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseStatus:
    """Local anaesthetic given so far against its limits.

    Args:
        fraction: sum of dose_i / limit_i over everything given; must stay <= 1. None where volume or plan is unknown.
        given_ml: volume given so far, None where unknown.
        limit: the limit in words, with its source and grade.
    """

    fraction: float | None
    given_ml: float | None
    limit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What to tell the operator at one frame.

    Args:
        sequence, time_s: of the frame.
        path: projected path, None where the tip is not known.
        clearances: nearest first.
        alarms: active ones, most urgent first.
        hints: short sentences for the guidance panel, most useful first.
        cannot_tell: sentences that say what is not known.
        dose: local anaesthetic so far.
    """

    sequence: int
    time_s: float
    path: PathCone | None
    clearances: tuple[Clearance, ...]
    alarms: tuple[Alarm, ...]
    hints: tuple[str, ...]
    cannot_tell: tuple[str, ...]
    dose: DoseStatus
