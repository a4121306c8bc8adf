"""The needle as it lies, and what it lies in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inplane.core import NeedleShape
from inplane.physics.needle.force import Grip
from inplane.physics.needle.meeting import LabelAt, Structures
from inplane.physics.needle.tip import TipIn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layers:
    """What lies along a shaft: labels (n,) of undragged tissue at depths (n,), growing, mm."""

    depth_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    label: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeedleState:
    """The needle as it lies now.

    Args:
        path_mm: (n, 3) from the puncture to the tip, STEP_MM apart but for the last; empty outside the skin.
        advance_mm: shaft beneath the skin, which may be less than the hand asks for.
        inside: label of what the tip is in; 0 outside the body.
        tip_in: the same in words, or what hard structure the tip touches.
        blocked_by: label of the hard structure that stops the tip; 0 where nothing does.
        passes: how often the needle was pushed in.
        peak_mm, low_mm: deepest and, since then, shallowest advance, from which passes are counted.
        met: depth at which the tip was last before and in each label, so that one that trembles meets it once.
        grip: how needle and tissue hold each other.
        layers: what lies along the shaft.
        forces_n: (n,) force on the hub along the shaft during the last step, evenly spaced in time and up to its end;
            positive resists advance, negative resists withdrawal.
        shape: what an image shows of it; None outside the skin.
    """

    path_mm: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 3)))
    advance_mm: float = 0.0
    inside: int = 0
    tip_in: TipIn = TipIn.OUTSIDE
    blocked_by: int = 0
    passes: int = 0
    peak_mm: float = 0.0
    low_mm: float = 0.0
    met: Mapping[tuple[int, bool], float] = field(default_factory=dict[tuple[int, bool], float])
    grip: Grip = field(default_factory=Grip)
    layers: Layers = field(default_factory=Layers)
    forces_n: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    shape: NeedleShape | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a needle meets: tissue as it lies now, but for what the needle itself carries along.

    Args:
        label_at: labels of what would lie now at points (n, 3) if the needle carried nothing.
        skin_y_mm: depth of the skin now at (x, z).
        structures: what the labels mean.
    """

    label_at: LabelAt
    skin_y_mm: Callable[[float, float], float]
    structures: Structures


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What lies on the way.

    Args:
        depth_mm, place_mm, label: depths (n,), PROFILE_MM apart, behind the tip and ahead of it; places (n, 3) there,
        and undragged labels (n,).
        layers: all along the shaft and ahead.
        end_mm: depth that the tip reaches before something hard; infinite where nothing is.
        hard: label of that; 0 where nothing is.
    """

    depth_mm: NDArray[np.float64]
    place_mm: NDArray[np.float64]
    label: NDArray[np.uint8]
    layers: Layers
    end_mm: float
    hard: int
