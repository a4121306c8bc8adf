"""What was recognised in a picture, from its pixels, with how sure that is. All positions are IMAGE mm (x, y), MF."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core.geometry import Calibration

Point: TypeAlias = tuple[float, float]


class NeedleState(StrEnum):
    """What the tracker can say of the needle."""

    NONE = "none"  # no needle in the picture so far
    TRACKED = "tracked"  # shaft and tip seen
    SHAFT_ONLY = "shaft only"  # a shaft, but its tip cannot be told
    TIP_PREDICTED = "tip predicted"  # not seen for at most 0.5 s; carried on by its motion
    LOST = "lost"  # was seen and is not any more


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleSeen:
    """The needle as recognised.

    Args:
        state: see NeedleState.
        tip_mm: the tip, or None where it cannot be told.
        entry_mm: where the shaft enters the picture.
        direction: unit vector along the shaft towards the tip.
        tip_sd_mm: one standard deviation along and across the shaft.
        angle_sd_rad: one standard deviation of the direction.
        speed_mm_s: speed of the tip along the shaft, positive forwards.
        confidence: 0 to 1.
        unseen_s: time since the tip was last seen.
    """

    state: NeedleState
    tip_mm: Point | None
    entry_mm: Point | None
    direction: Point | None
    tip_sd_mm: tuple[float, float]
    angle_sd_rad: float
    speed_mm_s: float
    confidence: float
    unseen_s: float

    @classmethod
    def nowhere(cls, state: NeedleState = NeedleState.NONE, unseen_s: float = 0.0) -> "NeedleSeen":
        """No needle, or one that is lost."""
        return cls(
            state=state,
            tip_mm=None,
            entry_mm=None,
            direction=None,
            tip_sd_mm=(0.0, 0.0),
            angle_sd_rad=0.0,
            speed_mm_s=0.0,
            confidence=0.0,
            unseen_s=unseen_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselSeen:
    """A vessel as recognised: a dark round or oval cross-section.

    Args:
        track_id: the same vessel keeps its number from frame to frame.
        centre_mm, semi_axes_mm, angle_rad: ellipse; the first semi-axis is the longer and lies at `angle_rad` from x.
        edge_sd_mm: one standard deviation of its wall's place.
        has_flow: Doppler colour within it; None where no colour box covers it: unknown, never "no flow".
        pulsatile: whether its area or flow beats; None before enough was seen (about 2 s).
        confidence: 0 to 1.
    """

    track_id: int
    centre_mm: Point
    semi_axes_mm: tuple[float, float]
    angle_rad: float
    edge_sd_mm: float
    has_flow: bool | None
    pulsatile: bool | None
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NerveSeen:
    """A nerve as recognised: what looks like a nerve's cross-section, or several that lie together. Not which one.

    Args:
        track_id: the same nerve keeps its number from frame to frame.
        outline_mm: (n, 2) closed outline, n >= 3.
        centre_mm: its centroid.
        area_mm2: inside the outline.
        edge_sd_mm: one standard deviation of its outline's place.
        confidence: 0 to 1.
    """

    track_id: int
    outline_mm: NDArray[np.float64]
    centre_mm: Point
    area_mm2: float
    edge_sd_mm: float
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoneSeen:
    """A bone surface as recognised: a bright line with a shadow behind it.

    Args:
        points_mm: (n, 2) along the surface, by growing x.
        edge_sd_mm: one standard deviation of its depth.
        confidence: 0 to 1.
    """

    points_mm: NDArray[np.float64]
    edge_sd_mm: float
    confidence: float


class SpreadState(StrEnum):
    """What can be said of the injectate."""

    WAITING = "waiting"  # nothing is being injected, or too little for a sign
    SPREAD = "spread"  # local dark growth is seen
    NONE = "none"  # volume was given and no local change is seen
    CANNOT_TELL = "cannot tell"  # tip or volume unknown, or the picture does not allow it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpreadSeen:
    """The injectate as recognised.

    Args:
        state: see SpreadState.
        area_mm2: area that grew dark since the injection began.
        growth_mm2_s: how fast it grows.
        centre_mm: its middle, or None.
        outline_mm: (n, 2) closed outline of its largest part; n = 0 where none.
        injected_ml: volume given since the injection began, None where unknown.
        confidence: 0 to 1.
    """

    state: SpreadState
    area_mm2: float
    growth_mm2_s: float
    centre_mm: Point | None
    outline_mm: NDArray[np.float64]
    injected_ml: float | None
    confidence: float

    @classmethod
    def without_area(cls, state: SpreadState, injected_ml: float | None = None) -> "SpreadSeen":
        """A state of which no area is told."""
        return cls(
            state=state,
            area_mm2=0.0,
            growth_mm2_s=0.0,
            centre_mm=None,
            outline_mm=np.zeros((0, 2)),
            injected_ml=injected_ml,
            confidence=0.0 if state is SpreadState.CANNOT_TELL else 0.5,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CannotTell:
    """Something that the software does not know, and why."""

    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """All that was recognised in one frame.

    Args:
        sequence, time_s: of the frame.
        calibration: how the millimetres of positions are known; where not, nothing may be said in mm.
        contact: share of the picture's width with acoustic contact, 0 to 1.
        needle, vessels, bones, spread, nerves: what was found.
        cannot_tell: what was not, and why.
    """

    sequence: int
    time_s: float
    calibration: Calibration
    contact: float
    needle: NeedleSeen
    vessels: tuple[VesselSeen, ...]
    bones: tuple[BoneSeen, ...]
    spread: SpreadSeen
    cannot_tell: tuple[CannotTell, ...]
    nerves: tuple[NerveSeen, ...] = ()
