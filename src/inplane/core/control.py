"""Everything an operator can do, as a state: the newest control wins and none has to be delivered twice.

Hands are described in PATIENT space (LPS, mm) on the skin, which is the plane y = 0 of a patient at rest, so that an
operator who holds both probe and needle can place one against the other without knowing what lies beneath.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray

from inplane.core.errors import FormatError, require_range
from inplane.core.pose import Pose, Space


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeControl:
    """How the probe is held.

    Args:
        x_mm, z_mm: middle of the probe face on the skin (patient left, head), -200 to 200.
        rotate_rad: 0 = marker to the patient's right (transverse); positive turns the marker towards the head.
        tilt_rad: fanning, about the probe's long axis; positive swings the beam towards the probe's z. At most 1.2.
        rock_rad: heel-toe, in plane; positive presses the marked side deeper. At most 0.8.
        press_n: force on the skin, 0 (lifted off, gel contact only) to 40 N.

    Raises:
        RangeError: a number is outside its range.
    """

    x_mm: float = 0.0
    z_mm: float = 0.0
    rotate_rad: float = 0.0
    tilt_rad: float = 0.0
    rock_rad: float = 0.0
    press_n: float = 3.0

    def __post_init__(self) -> None:
        require_range("probe x_mm", self.x_mm, -200, 200, "mm")
        require_range("probe z_mm", self.z_mm, -200, 200, "mm")
        require_range("probe rotate_rad", self.rotate_rad, -2 * pi, 2 * pi, "rad")
        require_range("probe tilt_rad", self.tilt_rad, -1.2, 1.2, "rad")
        require_range("probe rock_rad", self.rock_rad, -0.8, 0.8, "rad")
        require_range("probe press_n", self.press_n, 0, 40, "N")

    def pose(self, indentation_mm: float = 0.0) -> Pose:
        """`T_patient_probe`; the face stands `indentation_mm` below the resting skin."""
        c, s = cos(self.rotate_rad), sin(self.rotate_rad)
        turned = np.array([[-c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, -c]])  # columns: probe x, y, z
        ct, st = cos(self.tilt_rad), sin(self.tilt_rad)
        tilt = np.array([[1.0, 0.0, 0.0], [0.0, ct, -st], [0.0, st, ct]])
        ck, sk = cos(self.rock_rad), sin(self.rock_rad)
        rock = np.array([[ck, -sk, 0.0], [sk, ck, 0.0], [0.0, 0.0, 1.0]])
        return Pose(
            to_space=Space.PATIENT,
            from_space=Space.PROBE,
            rotation=turned @ tilt @ rock,
            translation_mm=np.array([self.x_mm, indentation_mm, self.z_mm]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleControl:
    """How the needle is held.

    Args:
        entry_x_mm, entry_z_mm: where it meets the skin (patient left, head). Once in the skin, the puncture stays.
        heading_rad: direction of advance over the skin; 0 = patient's left, pi/2 = head.
        steepness_rad: below the skin plane, 0 to pi/2.
        advance_mm: shaft beneath the skin; 0 = out of the skin. 0 to 200 (never more than the needle is long).
        bevel_rad: turn of the bevel about the shaft; 0 = bevel up, towards the skin.

    Raises:
        RangeError: a number is outside its range.
    """

    entry_x_mm: float = 0.0
    entry_z_mm: float = 0.0
    heading_rad: float = 0.0
    steepness_rad: float = 0.6
    advance_mm: float = 0.0
    bevel_rad: float = 0.0

    def __post_init__(self) -> None:
        require_range("needle entry_x_mm", self.entry_x_mm, -200, 200, "mm")
        require_range("needle entry_z_mm", self.entry_z_mm, -200, 200, "mm")
        require_range("needle heading_rad", self.heading_rad, -2 * pi, 2 * pi, "rad")
        require_range("needle steepness_rad", self.steepness_rad, 0, pi / 2, "rad")
        require_range("needle advance_mm", self.advance_mm, 0, 200, "mm")
        require_range("needle bevel_rad", self.bevel_rad, -2 * pi, 2 * pi, "rad")

    def direction(self) -> NDArray[np.float64]:
        """(3,) unit vector of advance in PATIENT space."""
        flat = cos(self.steepness_rad)
        return np.array([flat * cos(self.heading_rad), sin(self.steepness_rad), flat * sin(self.heading_rad)])


FASTEST_HAND_ML_S = 5.0
"""Fastest that a plunger is asked to move. Chosen: ten millilitres in two seconds, a hand's hardest flush."""
MOST_SYRINGES = 32
"""Chosen: more than anyone draws up for one procedure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlungerControl:
    """What the syringe was asked for since the start: totals only grow, so no event is lost with a dropped control.

    Args:
        injected_ml: volume the plunger was asked to have delivered in all, 0 to 100.
        aspirations: how often it was pulled back in all.
        rate_ml_s: how fast the thumb wants to push, 0.01 to FASTEST_HAND_ML_S; pressure may allow less.
        syringe: which of the prepared syringes is on the needle, from 0.

    Raises:
        RangeError: a number is outside its range.
    """

    injected_ml: float = 0.0
    aspirations: int = 0
    rate_ml_s: float = 0.5
    syringe: int = 0

    def __post_init__(self) -> None:
        require_range("plunger injected_ml", self.injected_ml, 0, 100, "ml")
        require_range("plunger aspirations", self.aspirations, 0, 1_000_000)
        require_range("plunger rate_ml_s", self.rate_ml_s, 0.01, FASTEST_HAND_ML_S, "ml/s")
        require_range("plunger syringe", self.syringe, 0, MOST_SYRINGES - 1)


class Mode(StrEnum):
    """What the scanner shows, always with the B-mode picture."""

    B = "b"
    COLOR = "color"  # mean velocity in a box
    POWER = "power"  # power of the Doppler signal in a box, without direction
    M = "m"  # one line against time
    PW = "pw"  # spectrum of velocities in a gate against time


class GreyMap(StrEnum):
    """How level becomes grey."""

    SOFT = "soft"
    STANDARD = "standard"
    CONTRAST = "contrast"
    LINEAR = "linear"


TGC_SLIDERS = 8
COMPOUND_ANGLES = (1, 3, 5)

_KNOB_RANGES: dict[str, tuple[float, float, str]] = {
    "depth_mm": (10, 300, "mm"),
    "frequency_hz": (1e6, 25e6, "Hz"),
    "gain_db": (-40, 40, "dB"),
    "dynamic_range_db": (30, 100, "dB"),
    "focus_mm": (3, 300, "mm"),
    "color_steer_rad": (-0.52, 0.52, "rad"),
    "needle_steer_rad": (-0.35, 0.35, "rad"),
    "prf_hz": (200, 20_000, "Hz"),
    "color_gain_db": (-30, 30, "dB"),
    "persistence": (0, 0.9, ""),
    "edge_enhancement": (0, 1, ""),
    "speckle_reduction": (0, 1, ""),
    "transmit_db": (-30, 0, "dB"),
    "gate_length_mm": (0.5, 20, "mm"),
    "gate_angle_rad": (-1.22, 1.22, "rad"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerControl:
    """The scanner's knobs. A probe model's own limits are checked where the probe is known.

    Args:
        mode: what is shown.
        depth_mm: 10 to 300, from the probe's face along the middle line.
        frequency_hz: transmit centre frequency, 1e6 to 25e6.
        gain_db: -40 to 40.
        dynamic_range_db: 30 to 100.
        focus_mm: transmit focus, 3 to 300.
        tgc_db: eight sliders, near to far, each -20 to 20.
        color_box_mm: x0, y0, x1, y1 in IMAGE mm.
        color_steer_rad: beam steering of box and gate, at most 0.52.
        prf_hz: pulse repetition of box and gate, 200 to 20,000.
        color_gain_db: -30 to 30.
        harmonic: receive the second harmonic of what is sent.
        compound_angles: transmit angles that are compounded, one a frame: 1, 3 or 5.
        needle_steer_rad: lean of the beams that are compounded, towards the side where a needle enters (positive: the
            marker's), so that they meet its shaft more squarely; 0 is off, at most 0.35.
        virtual_convex: a linear array's lines fan out, so that the picture widens with depth.
        persistence: share of the picture before that stays, 0 to 0.9.
        grey_map: see GreyMap.
        edge_enhancement: 0 to 1.
        speckle_reduction: 0 (none) to 1: how much of the speckle the screen's processing takes away.
        transmit_db: acoustic output below the most that the probe gives, -30 to 0.
        gate_mm: x, y of the PW gate's middle; M-mode shows the line through it.
        gate_length_mm: 0.5 to 20.
        gate_angle_rad: angle correction, between beam and the flow that is assumed, at most 1.22.

    Raises:
        RangeError: a number is outside its range.
        FormatError: not eight sliders, a box that is empty, or another number of angles.
    """

    mode: Mode = Mode.B
    depth_mm: float = 40.0
    frequency_hz: float = 10e6
    gain_db: float = 0.0
    dynamic_range_db: float = 60.0
    focus_mm: float = 20.0
    tgc_db: tuple[float, ...] = field(default=(0.0,) * TGC_SLIDERS)
    color_box_mm: tuple[float, float, float, float] = (-10.0, 10.0, 10.0, 30.0)
    color_steer_rad: float = 0.0
    prf_hz: float = 3000.0
    color_gain_db: float = 0.0
    harmonic: bool = False
    compound_angles: int = 3
    needle_steer_rad: float = 0.0
    virtual_convex: bool = False
    persistence: float = 0.0
    grey_map: GreyMap = GreyMap.STANDARD
    edge_enhancement: float = 0.5
    speckle_reduction: float = 0.0
    transmit_db: float = 0.0
    gate_mm: tuple[float, float] = (0.0, 20.0)
    gate_length_mm: float = 2.0
    gate_angle_rad: float = 0.0

    def __post_init__(self) -> None:
        for name, (low, high, unit) in _KNOB_RANGES.items():
            require_range(name, getattr(self, name), low, high, unit)
        if len(self.tgc_db) != TGC_SLIDERS:
            raise FormatError(f"tgc_db has {len(self.tgc_db)} sliders. Expected {TGC_SLIDERS}.")
        for slider, value in enumerate(self.tgc_db):
            require_range(f"tgc_db[{slider}]", value, -20, 20, "dB")
        if self.compound_angles not in COMPOUND_ANGLES:
            raise FormatError(f"compound_angles is {self.compound_angles!r}. Expected one of {COMPOUND_ANGLES}.")
        x0, y0, x1, y1 = self.color_box_mm
        for name, value in (("x0", x0), ("y0", y0), ("x1", x1), ("y1", y1)):
            require_range(f"color_box_mm {name}", value, -300, 300, "mm")
        for name, value in zip("xy", self.gate_mm, strict=True):
            require_range(f"gate_mm {name}", value, -300, 300, "mm")
        if x1 <= x0 or y1 <= y0:
            raise FormatError(f"color_box_mm is {self.color_box_mm}. Expected x0 < x1 and y0 < y1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """All that an operator does at one moment."""

    probe: ProbeControl = field(default_factory=ProbeControl)
    needle: NeedleControl = field(default_factory=NeedleControl)
    plunger: PlungerControl = field(default_factory=PlungerControl)
    scanner: ScannerControl = field(default_factory=ScannerControl)
