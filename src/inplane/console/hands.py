"""From what the page says of the hands to a `Control` in patient space, and back.

Out of the skin the needle is held against the probe, as a person does: at one end, so far away, so steep. From the
moment it enters, the puncture stays in the patient while the probe may go; steepness and yaw then turn the needle about
its puncture by as much as the hand turns.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import asin, atan2, cos, degrees, pi, radians, sin

import numpy as np
from numpy.typing import NDArray

from inplane.console.messages import (
    End,
    Hands,
    NeedleHand,
    NeedleNow,
    PlungerHand,
    ProbeHand,
    ScannerKnobs,
)
from inplane.console.page_info import NeedleInfo, ProbeInfo
from inplane.core import Control, NeedleControl, PlungerControl, ProbeControl, ScannerControl


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How a session begins: where the probe is put, how the knobs stand, at which end of the probe the needle waits."""

    probe: ProbeControl
    scanner: ScannerControl
    needle_end: End = "marker"


@dataclass(frozen=True, slots=True)
class Puncture:
    """A needle in the skin: where, and how it pointed when it entered, by patient and by hand."""

    entry_x_mm: float
    entry_z_mm: float
    heading_rad: float
    steepness_rad: float
    hand: NeedleHand


def aim(
    probe: ProbeControl, hand: NeedleHand, *, probe_width_mm: float, indentation_mm: float = 0.0
) -> tuple[float, float, float, float]:
    """Entry (x, z) on the resting skin in mm, heading and steepness in rad, of a needle held against the probe.

    The entry lies where the imaging plane cuts the skin, or beside it by the hand's offset. Along the level axes of the
    imaging plane (x to the marker, y into it, z across) the needle advances along
    `cos(a) cos(w) (-e) x + sin(a) y + cos(a) sin(w) z`, with steepness a, yaw w and e = +1 at the marked end: without
    yaw it lies in the imaging plane, however the probe is tilted, rocked or pressed.
    """
    end = 1.0 if hand.end == "marker" else -1.0
    T_patient_image = probe.pose(indentation_mm)
    across, down = T_patient_image.rotation[:, 0], T_patient_image.rotation[:, 1]
    reach = end * (probe_width_mm / 2 + hand.distance_mm)
    entry = T_patient_image.apply([reach, -(indentation_mm + float(across[1]) * reach) / float(down[1]), 0.0])
    beside = (-sin(probe.rotate_rad), -cos(probe.rotate_rad))
    level = replace(probe, rock_rad=0.0).pose()
    a, w = radians(hand.steepness_deg), radians(hand.yaw_deg)
    along: NDArray[np.float64] = level.rotate([-end * cos(a) * cos(w), sin(a), cos(a) * sin(w)])
    steepness = asin(max(0.0, min(1.0, float(along[1]))))
    return (
        float(entry[0]) + hand.offset_mm * beside[0],
        float(entry[2]) + hand.offset_mm * beside[1],
        atan2(float(along[2]), float(along[0])),
        steepness,
    )


def _no_indentation(probe: ProbeControl) -> float:  # noqa: ARG001  skin as it rests
    """Where nobody says how deep the face stands."""
    return 0.0


class HandsToControl:
    """Turns each `Hands` into a `Control`; remembers the puncture.

    Args:
        probe, needle: their widths, lengths and limits.
        indentation_mm: how deep the probe's face stands in the skin, which the hand sees.
    """

    def __init__(
        self, probe: ProbeInfo, needle: NeedleInfo, indentation_mm: Callable[[ProbeControl], float] | None = None
    ) -> None:
        self._probe, self._needle = probe, needle
        self._indentation_mm = indentation_mm or _no_indentation
        self._puncture: Puncture | None = None

    def control(self, hands: Hands, *, needle_allowed: bool) -> Control:
        """The control, with needle and plunger at rest until they are allowed.

        Raises:
            RangeError: a number that core refuses.
            FormatError: an empty colour box.
        """
        probe = probe_control(hands.probe)
        return Control(
            probe=probe,
            needle=self._needle_control(probe, hands.needle, allowed=needle_allowed),
            plunger=plunger_control(hands.plunger) if needle_allowed else PlungerControl(),
            scanner=scanner_control(hands.scanner, self._probe),
        )

    def _needle_control(self, probe: ProbeControl, hand: NeedleHand, *, allowed: bool) -> NeedleControl:
        """The needle in patient space."""
        advance = min(hand.advance_mm, self._needle.length_mm) if allowed else 0.0
        held = self._puncture
        if held is None or advance <= 0:
            x, z, heading, steepness = aim(
                probe, hand, probe_width_mm=self._probe.width_mm, indentation_mm=self._indentation_mm(probe)
            )
            x, z = float(np.clip(x, -200, 200)), float(np.clip(z, -200, 200))
            held = Puncture(x, z, heading, steepness, hand)
            self._puncture = held if advance > 0 else None
        turn = -1.0 if held.hand.end == "marker" else 1.0  # see `aim`: with yaw the heading falls at the marked end
        heading = held.heading_rad + turn * radians(hand.yaw_deg - held.hand.yaw_deg)
        steepness = held.steepness_rad + radians(hand.steepness_deg - held.hand.steepness_deg)
        return NeedleControl(
            entry_x_mm=held.entry_x_mm,
            entry_z_mm=held.entry_z_mm,
            heading_rad=(heading + pi) % (2 * pi) - pi,
            steepness_rad=min(max(steepness, 0.0), pi / 2),
            advance_mm=advance,
            bevel_rad=radians(hand.bevel_deg),
        )


def probe_control(hand: ProbeHand) -> ProbeControl:
    """The probe in core's units."""
    return ProbeControl(
        x_mm=hand.x_mm,
        z_mm=hand.z_mm,
        rotate_rad=radians(hand.rotate_deg),
        tilt_rad=radians(hand.tilt_deg),
        rock_rad=radians(hand.rock_deg),
        press_n=hand.press_n,
    )


def plunger_control(hand: PlungerHand) -> PlungerControl:
    """The plunger in core's units."""
    return PlungerControl(injected_ml=hand.injected_ml, aspirations=hand.aspirations)


def scanner_control(knobs: ScannerKnobs, probe: ProbeInfo) -> ScannerControl:
    """The scanner in core's units, with depth and frequency kept within what the probe can do.

    Lines of a virtual convex fan out already: the needle's beam is off with it.
    """
    low, high = probe.frequency_min_mhz, probe.frequency_max_mhz
    return ScannerControl(
        mode=knobs.mode,
        depth_mm=min(max(knobs.depth_mm, probe.depth_min_mm), probe.depth_max_mm),
        frequency_hz=min(max(knobs.frequency_mhz, low), high) * 1e6,
        gain_db=knobs.gain_db,
        dynamic_range_db=knobs.dynamic_range_db,
        focus_mm=knobs.focus_mm,
        tgc_db=knobs.tgc_db,
        color_box_mm=knobs.color_box_mm,
        color_steer_rad=radians(knobs.color_steer_deg),
        prf_hz=knobs.prf_hz,
        color_gain_db=knobs.color_gain_db,
        harmonic=knobs.harmonic,
        compound_angles=knobs.compound_angles,
        needle_steer_rad=0.0 if knobs.virtual_convex else radians(knobs.needle_steer_deg),
        virtual_convex=knobs.virtual_convex,
        persistence=knobs.persistence,
        grey_map=knobs.grey_map,
        edge_enhancement=knobs.edge_enhancement,
        speckle_reduction=knobs.speckle_reduction,
        transmit_db=knobs.transmit_db,
        gate_mm=knobs.gate_mm,
        gate_length_mm=knobs.gate_length_mm,
        gate_angle_rad=radians(knobs.gate_angle_deg),
    )


def scanner_knobs(scanner: ScannerControl) -> ScannerKnobs:
    """The knobs as the page holds them; the sliders of TGC begin in the middle."""
    return ScannerKnobs(
        mode=scanner.mode,
        depth_mm=scanner.depth_mm,
        frequency_mhz=scanner.frequency_hz / 1e6,
        gain_db=scanner.gain_db,
        dynamic_range_db=scanner.dynamic_range_db,
        focus_mm=scanner.focus_mm,
        tgc_db=(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        color_box_mm=scanner.color_box_mm,
        color_steer_deg=degrees(scanner.color_steer_rad),
        prf_hz=scanner.prf_hz,
        color_gain_db=scanner.color_gain_db,
        harmonic=scanner.harmonic,
        compound_angles=scanner.compound_angles,
        needle_steer_deg=degrees(scanner.needle_steer_rad),
        virtual_convex=scanner.virtual_convex,
        persistence=scanner.persistence,
        grey_map=scanner.grey_map,
        edge_enhancement=scanner.edge_enhancement,
        speckle_reduction=scanner.speckle_reduction,
        transmit_db=scanner.transmit_db,
        gate_mm=scanner.gate_mm,
        gate_length_mm=scanner.gate_length_mm,
        gate_angle_deg=degrees(scanner.gate_angle_rad),
    )


def needle_now(control: Control) -> NeedleNow:
    """The needle for the page's map."""
    needle = control.needle
    return NeedleNow(
        inserted=needle.advance_mm > 0,
        entry_x_mm=needle.entry_x_mm,
        entry_z_mm=needle.entry_z_mm,
        heading_deg=degrees(needle.heading_rad),
        steepness_deg=degrees(needle.steepness_rad),
        advance_mm=needle.advance_mm,
    )


def starting_hands(session: int, start: Start) -> Hands:
    """Hands at the beginning: the probe where it is put, the needle beside it and out of the skin."""
    probe, scanner = start.probe, start.scanner
    return Hands(
        session=session,
        stamp_ms=0.0,
        probe=ProbeHand(
            x_mm=probe.x_mm,
            z_mm=probe.z_mm,
            rotate_deg=degrees(probe.rotate_rad),
            tilt_deg=degrees(probe.tilt_rad),
            rock_deg=degrees(probe.rock_rad),
            press_n=probe.press_n,
        ),
        needle=NeedleHand(
            end=start.needle_end,
            distance_mm=12.0,
            offset_mm=0.0,
            yaw_deg=0.0,
            steepness_deg=30.0,
            advance_mm=0.0,
            bevel_deg=0.0,
        ),
        plunger=PlungerHand(injected_ml=0.0, aspirations=0),
        scanner=scanner_knobs(scanner),
    )
