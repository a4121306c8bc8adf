"""The hand on a needle whose tip is never recognized, in pictures that show its shaft while it lies in the slice."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from inplane.core import Control, LinearGeometry, Signals
from inplane.guidance import advise, begin
from inplane.operators import aim_in_plane, image_line
from inplane.operators.aim import across_plane, turned
from inplane.operators.needle_hand import NeedleHand, Way

GEOMETRY = LinearGeometry(n_lines=192, n_samples=400, width_mm=38.4, depth_mm=40.0)
TARGET_MM, STEP_S, LATE = (0.0, 16.0), 0.1, 3


class Room:
    """Pictures of speckle and one needle, as bright as its shaft lies near the middle of a slice."""

    def __init__(
        self, make, *, sigma_mm: float = 0.2, hidden: bool = False, vessels=(), bone_mm: float = np.inf
    ) -> None:
        speckle = cv2.GaussianBlur(np.random.default_rng(3).normal(0, 1, (192, 400)), (0, 0), 1.5)
        self._tissue = 80 + 20 * speckle / speckle.std()
        self._make, self._sigma_mm, self._hidden, self._vessels = make, sigma_mm, hidden, vessels
        self._bone_mm = bone_mm

    def frame(self, control: Control, time_s: float):
        grey, (entry, held) = self._tissue.copy(), image_line(control.probe, control.needle)
        for along in np.arange(0.0, 0.0 if self._hidden else min(control.needle.advance_mm, self._bone_mm), 0.05):
            x, y, z = entry + along * held
            line, sample = np.rint(GEOMETRY.to_index([x, y])).astype(int)
            if 0 <= line < 192 and 1 <= sample < 398:
                bright = 130 * np.exp(-0.5 * (z / self._sigma_mm) ** 2)
                grey[line, sample - 1 : sample + 2] = 80 + bright
        pixels = grey.clip(0, 255).astype(np.uint8)
        force_n = 1.0 if control.needle.advance_mm < self._bone_mm else 12.0
        felt = self._make.frame(time_s, signals=Signals(hub_force_n=force_n))
        return replace(felt, pixels=pixels, geometry=GEOMETRY)

    def scene(self, time_s: float):
        unseen = self._make.needle(None, state="none", direction=None)
        return self._make.scene(time_s, seen=unseen, vessels=self._vessels)


def pushed(make, procedure, room: Room, *, aside_mm=0.0, heading_rad=0.0, needle_mm=80.0) -> tuple[Way, list[Control]]:
    """One pass, answered a trainee's delay later, until the hand says that it is over."""
    needle = aim_in_plane(make.start, target_mm=TARGET_MM, offset_mm=8.0)
    needle = turned(across_plane(make.start, needle, aside_mm), heading_rad=heading_rad)
    hand = NeedleHand(speed_mm_s=7.0, width_mm=38.4, needle_mm=needle_mm, indentation_mm=0.0)
    control, memory, controls = Control(probe=make.start, needle=needle), begin(make.plan(procedure), procedure), []
    controls, way = [control] * LATE, Way.GOING
    while way is Way.GOING and len(controls) < 1500:
        time_s = len(controls) * STEP_S
        frame, scene = room.frame(controls[-LATE], time_s), room.scene(time_s)
        advice, memory = advise(scene, frame.signals, procedure, memory)
        control, way = hand.step(control, (frame, scene, advice), TARGET_MM, step_s=STEP_S)
        controls.append(control)
    return way, controls


def tip(control: Control) -> np.ndarray:
    entry, held = image_line(control.probe, control.needle)
    return entry + control.needle.advance_mm * held


@pytest.mark.parametrize(("aside_mm", "heading_rad"), [(0.0, 0.0), (0.5, 0.0), (-0.6, 0.004), (0.3, -0.01)])
def test_the_probe_is_brought_over_the_shaft_and_the_needle_arrives(make, procedure, aside_mm, heading_rad) -> None:
    way, controls = pushed(make, procedure, Room(make), aside_mm=aside_mm, heading_rad=heading_rad)
    assert way is Way.ARRIVED
    assert np.abs(tip(controls[-1])[2]) < 0.25
    assert tip(controls[-1])[:2] == pytest.approx(TARGET_MM, abs=2.0)


def test_it_stops_to_look_before_it_is_deep_in_the_picture(make, procedure) -> None:
    _, controls = pushed(make, procedure, Room(make), aside_mm=0.6)
    moved = next(c for c in controls if c.probe != controls[0].probe)
    assert moved.needle.advance_mm < 8.0 / np.cos(moved.needle.steepness_rad) + 12.0


def test_a_needle_that_shows_nothing_is_given_up(make, procedure) -> None:
    way, controls = pushed(make, procedure, Room(make, hidden=True))
    assert way is Way.UNSEEN
    assert max(tip(control)[1] for control in controls) < TARGET_MM[1]


def test_a_vessel_before_a_tip_that_only_the_eye_follows_stops_the_hand(make, procedure) -> None:
    needle = aim_in_plane(make.start, target_mm=TARGET_MM, offset_mm=8.0)
    half_way = tuple(float(mm) for mm in tip(Control(probe=make.start, needle=replace(needle, advance_mm=20.0)))[:2])
    vessel = make.vessel(half_way, semi_axes_mm=(2.0, 2.0))
    way, controls = pushed(make, procedure, Room(make, sigma_mm=2.0, vessels=(vessel,)))
    assert way is Way.VESSEL
    assert controls[-1].needle.advance_mm < 20.0


@pytest.mark.parametrize(("bone_mm", "way"), [(29.0, Way.ARRIVED), (19.0, Way.BONE)])
def test_bone_is_felt_and_what_lies_before_it_decides(make, procedure, bone_mm, way) -> None:
    ended, controls = pushed(make, procedure, Room(make, sigma_mm=2.0, bone_mm=bone_mm))
    assert ended is way
    assert max(control.needle.advance_mm for control in controls) < bone_mm + 4.0
    assert controls[-1].needle.advance_mm < bone_mm + 0.5


def test_a_needle_in_to_its_hub_just_before_the_target_has_arrived(make, procedure) -> None:
    _, controls = pushed(make, procedure, Room(make, sigma_mm=2.0))
    long_mm = controls[-1].needle.advance_mm
    assert pushed(make, procedure, Room(make, sigma_mm=2.0), needle_mm=long_mm)[0] is Way.ARRIVED
    assert pushed(make, procedure, Room(make, sigma_mm=2.0), needle_mm=long_mm - 6.0)[0] is Way.SHORT
