"""Whole steps of perception on drawn pictures whose truth is known."""

from dataclasses import fields, is_dataclass, replace
from math import atan2, cos, degrees, hypot, isfinite, pi, sin

import numpy as np
import pytest

from inplane.core import ColorFlow, Frame, NeedleState, Scene, Signals, SpreadState
from inplane.perception import Perceiver


def flat(value: object) -> list[object]:
    """Every number and word of a scene, in order; arrays as bytes."""
    if isinstance(value, np.ndarray):
        return [value.shape, value.tobytes()]
    if is_dataclass(value):
        return [item for f in fields(value) for item in flat(getattr(value, f.name))]
    if isinstance(value, tuple):
        return [item for part in value for item in flat(part)]
    return [value]


def assert_finite(scene: Scene) -> None:
    numbers = [item for item in flat(scene) if isinstance(item, float)]
    assert all(isfinite(number) for number in numbers)
    arrays = [scene.spread.outline_mm, *(bone.points_mm for bone in scene.bones)]
    assert all(np.isfinite(array).all() for array in arrays)


def insertion(phantom, seed, frames=60, *, stop=1e9, gone=1e9):
    """Frames of a needle that comes in at 12 mm/s after ten frames, its true tip and angle; hidden from `gone` on."""
    rng = np.random.default_rng(seed)
    tissue = phantom(seed=seed)
    side = rng.choice([-1, 1])
    angle = rng.uniform(0.35, 0.75)
    entry = (side * tissue.width_mm / 2, rng.uniform(1, 6))
    direction = atan2(sin(angle), -side * cos(angle))
    for k in range(frames):
        length = max(0.0, min(k, stop) - 10) * 12 / 30
        visible = length > 0 and k < gone
        frame = tissue.frame(k, shaft=(*entry, direction, length) if visible else None)
        tip = (entry[0] + length * cos(direction), entry[1] + length * sin(direction))
        yield frame, (tip if visible else None), direction


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_drawn_needle_is_found_within_a_millimetre(phantom, seed):
    perceiver, found, errors, turns = Perceiver(), 0, [], []
    for frame, tip, direction in insertion(phantom, seed):
        needle = perceiver.step(frame).needle
        if tip is None:
            assert needle.state is NeedleState.NONE
        elif needle.state is NeedleState.TRACKED:
            found += 1
            errors.append(hypot(needle.tip_mm[0] - tip[0], needle.tip_mm[1] - tip[1]))
            turns.append(abs(degrees(atan2(needle.direction[1], needle.direction[0]) - direction)))
    assert found >= 25
    assert np.median(errors) < 0.5
    assert np.percentile(errors, 90) < 1.0
    assert np.median(turns) < 1.0


def test_an_unseen_tip_is_predicted_for_half_a_second_and_then_lost(phantom):
    perceiver, states = Perceiver(), []
    for frame, _, _ in insertion(phantom, 2, 80, gone=50):
        needle = perceiver.step(frame).needle
        states.append(needle.state)
        if needle.state is NeedleState.TIP_PREDICTED:
            assert needle.unseen_s <= 0.5
            assert needle.tip_mm is not None
        if needle.state is NeedleState.LOST:
            assert needle.tip_mm is None
    assert NeedleState.TRACKED in states[46:50]
    assert states[52] is NeedleState.TIP_PREDICTED
    assert states[75] is NeedleState.LOST
    predicted = sum(state is NeedleState.TIP_PREDICTED for state in states[50:])
    assert predicted <= 16


def test_a_needle_that_stands_still_stays_tracked(phantom):
    perceiver = Perceiver()
    states = [perceiver.step(frame).needle.state for frame, _, _ in insertion(phantom, 3, 130, stop=50)]
    assert states[-1] is NeedleState.TRACKED
    assert sum(state is NeedleState.TRACKED for state in states[60:]) > 60


@pytest.mark.parametrize("seed", range(20, 26))
def test_speckle_and_fascia_are_no_needle(phantom, seed):
    tissue, perceiver = phantom(seed=seed, fasciae=seed % 7), Perceiver()
    for k in range(40):
        scene = perceiver.step(tissue.frame(k))
        assert scene.needle.state is NeedleState.NONE
        assert scene.needle.tip_mm is None


@pytest.mark.parametrize("seed", [30, 31, 32])
def test_a_drawn_vessel_is_found_with_its_size(phantom, seed):
    rng = np.random.default_rng(seed)
    x, y, a = rng.uniform(-8, 8), rng.uniform(12, 24), rng.uniform(3, 4.5)
    tissue = phantom(seed=seed, fasciae=2, ellipse=(x, y, a, 0.8 * a, 0.3))
    perceiver = Perceiver()
    scene = [perceiver.step(tissue.frame(k)) for k in range(10)][-1]
    assert len(scene.vessels) == 1
    vessel = scene.vessels[0]
    assert hypot(vessel.centre_mm[0] - x, vessel.centre_mm[1] - y) < 0.4
    assert abs(vessel.semi_axes_mm[0] - a) < 0.6
    assert abs(vessel.semi_axes_mm[1] - 0.8 * a) < 0.6
    assert vessel.has_flow is None
    assert vessel.pulsatile is None


def test_flow_is_unknown_without_a_box_and_said_with_colour_in_it(phantom):
    tissue = phantom(seed=30, ellipse=(0.0, 18.0, 4.0, 3.5, 0.0))
    perceiver = Perceiver()
    for k in range(8):
        assert all(v.has_flow is None for v in perceiver.step(tissue.frame(k)).vessels)
    for lit, expected in ((True, True), (False, False)):
        for k in range(8, 8 + 70):
            scene = perceiver.step(with_color(tissue.frame(k + 100 * (not lit)), lit))
        assert [v.has_flow for v in scene.vessels] == [expected]


def test_power_says_flow_and_no_speed(phantom):
    """Its velocities are not known: they must not be taken for a speed of 0, which would hide a pulse."""
    tissue = phantom(seed=30, ellipse=(0.0, 18.0, 4.0, 3.5, 0.0))
    perceiver, scene = Perceiver(), None
    for k in range(78):
        frame = with_color(tissue.frame(k), lit=True)
        assert frame.color is not None
        nothing = np.zeros_like(frame.color.velocity)
        power = replace(frame.color, velocity=nothing, power=np.full(nothing.shape, 200, np.uint8))
        scene = perceiver.step(replace(frame, color=power))
    assert scene is not None
    assert [v.has_flow for v in scene.vessels] == [True]
    assert not any(vessel.speeds for vessel in perceiver._vessels._vessels)


def with_color(frame: Frame, lit: bool) -> Frame:
    color = ColorFlow(
        first_line=40,
        first_sample=100,
        velocity=np.full((112, 300), 60, np.int8),
        has_flow=np.full((112, 300), lit),
        nyquist_m_s=0.2,
    )
    return replace(frame, color=color)


def test_a_beating_area_is_pulsatile(phantom):
    perceiver, last = Perceiver(), None
    for k in range(80):
        a = 3.6 * (1 + 0.08 * sin(2 * pi * 1.2 * k / 30))
        last = perceiver.step(phantom(seed=33, fasciae=1, ellipse=(0.0, 18.0, a, a, 0.0)).frame(k))
    assert last is not None
    assert [v.pulsatile for v in last.vessels] == [True]


@pytest.mark.parametrize("seed", [40, 41, 42])
def test_a_drawn_bone_is_found_and_its_shadow_is_no_vessel(phantom, seed):
    rng = np.random.default_rng(seed)
    tissue = phantom(seed=seed, bone=(rng.uniform(-5, 5), rng.uniform(22, 28), rng.uniform(15, 25)))
    perceiver = Perceiver()
    scene = [perceiver.step(tissue.frame(k)) for k in range(6)][-1]
    assert scene.vessels == ()
    points = np.concatenate([bone.points_mm for bone in scene.bones])
    truth = tissue.bone_depth(points[:, 0])
    on_bone = truth < 1e3
    assert on_bone.mean() > 0.9
    assert np.median(np.abs(points[on_bone, 1] - truth[on_bone])) < 0.5
    assert np.ptp(points[:, 0]) > 8


def test_a_bright_line_without_shadow_is_no_bone(phantom):
    perceiver = Perceiver()
    for k in range(5):
        assert perceiver.step(phantom(seed=43, fasciae=6).frame(k)).bones == ()


def test_without_contact_it_abstains(phantom):
    tissue = phantom(seed=50, ellipse=(0.0, 18.0, 4.0, 3.5, 0.0))
    perceiver = Perceiver()
    for k in range(6):
        scene = perceiver.step(tissue.frame(k, contact=0.0))
    assert scene.contact < 0.1
    assert scene.vessels == ()
    assert scene.bones == ()
    assert any(c.subject == "picture" for c in scene.cannot_tell)
    half = perceiver.step(tissue.frame(7, contact=0.7))
    assert abs(half.contact - 0.7) < 0.1
    assert not any(c.subject == "picture" for c in half.cannot_tell)


def test_nerves_are_never_recognised_and_an_uncalibrated_picture_says_so(phantom, uncalibrated):
    frame = phantom(seed=51).frame(0)
    known, unknown = Perceiver().step(frame), Perceiver().step(uncalibrated(frame))
    for scene in (known, unknown):
        assert scene.cannot_tell[0].subject == "nerve"
    assert known.calibration.in_mm
    assert not any(c.subject == "scale" for c in known.cannot_tell)
    assert not unknown.calibration.in_mm
    assert any(c.subject == "scale" for c in unknown.cannot_tell)


def test_the_same_frames_give_the_same_scenes_to_the_bit(phantom):
    frames = [frame for frame, _, _ in insertion(phantom, 1, 45)]
    perceiver = Perceiver()
    first = [flat(perceiver.step(frame)) for frame in frames]
    perceiver.reset()
    again = [flat(perceiver.step(frame)) for frame in frames]
    fresh = Perceiver()
    assert first == again == [flat(fresh.step(frame)) for frame in frames]


def test_every_number_is_finite_on_odd_pictures(phantom):
    perceiver = Perceiver()
    frame = phantom(seed=52, lines=128, samples=300, width_mm=50, depth_mm=90).frame(0)
    for k, level in enumerate((0, 255, 128)):
        from dataclasses import replace

        odd = replace(frame, sequence=k, time_s=k / 30, pixels=np.full_like(frame.pixels, level))
        assert_finite(perceiver.step(odd))
    noise = np.random.default_rng(5).integers(0, 256, frame.pixels.shape, dtype=np.uint8)
    assert_finite(perceiver.step(replace(frame, sequence=3, time_s=0.1, pixels=noise)))
    for seed in (1, 2):
        for shown, _, _ in insertion(phantom, seed, 30):
            assert_finite(perceiver.step(shown))


def injection(phantom, grows, *, needle=True, known=True, frames=150):
    """A needle goes in, stops, and from frame 60 on 0.5 ml/s flow, with or without a dark disc growing at its tip."""
    seed, direction = 61, 0.5
    tissue = phantom(seed=seed, fasciae=2)
    entry = (-tissue.width_mm / 2, 4.0)
    for k in range(frames):
        length = max(0, min(k, 50) - 10) * 12 / 30
        given = max(0, k - 60) * 0.5 / 30
        tip = (entry[0] + length * cos(direction), entry[1] + length * sin(direction))
        radius = 2.2 * given ** (1 / 3)
        fluid = (tip[0] + 0.5, tip[1] + 1.0, radius) if grows and given > 0 else None
        signals = Signals(injected_ml=given, injecting=k > 60) if known else Signals()
        shaft = (*entry, direction, length) if needle and length > 0 else None
        yield tissue.frame(k, shaft=shaft, fluid=fluid, signals=signals), given


def test_growing_darkness_at_the_tip_is_spread(phantom):
    perceiver, scenes = Perceiver(), []
    for frame, given in injection(phantom, grows=True):
        scenes.append((perceiver.step(frame).spread, given))
    assert all(spread.state is SpreadState.WAITING for spread, given in scenes if given == 0)
    last, given = scenes[-1]
    assert last.state is SpreadState.SPREAD
    assert last.area_mm2 > 8
    assert last.injected_ml == pytest.approx(given)
    assert len(last.outline_mm) > 8
    assert any(s.growth_mm2_s > 0 for s, _ in scenes)


def test_volume_without_darkness_is_no_spread(phantom):
    perceiver, scenes = Perceiver(), []
    for frame, given in injection(phantom, grows=False):
        scenes.append((perceiver.step(frame).spread, given))
    assert scenes[-1][0].state is SpreadState.NONE
    assert not any(spread.state is SpreadState.SPREAD for spread, _ in scenes)
    assert all(spread.state is not SpreadState.NONE for spread, given in scenes if given < 0.5)


def test_spread_cannot_be_told_without_tip_or_signal(phantom):
    perceiver = Perceiver()
    scene = [perceiver.step(frame) for frame, _ in injection(phantom, grows=False, needle=False, frames=100)][-1]
    assert scene.spread.state is SpreadState.CANNOT_TELL
    assert any(c.subject == "spread" and "tip" in c.reason for c in scene.cannot_tell)
    perceiver.reset()
    scene = [perceiver.step(frame) for frame, _ in injection(phantom, grows=False, known=False, frames=5)][-1]
    assert scene.spread.state is SpreadState.CANNOT_TELL
    assert scene.spread.injected_ml is None


@pytest.mark.parametrize("needle", [True, False])
def test_own_fluid_is_no_vessel(phantom, needle):
    """Fluid is as dark and round as a vessel; what tells it is that nothing was there before the injection."""
    perceiver = Perceiver()
    scenes = [perceiver.step(frame) for frame, _ in injection(phantom, grows=True, needle=needle, frames=240)]
    assert not any(scene.vessels for scene in scenes)


def test_the_same_fluid_seen_without_an_injection_is_a_vessel_for_all_that_is_known(phantom):
    perceiver = Perceiver()
    frames = [frame for frame, given in injection(phantom, grows=True, needle=False, frames=240) if given > 2.5]
    scenes = [perceiver.step(replace(frame, signals=Signals())) for frame in frames]
    assert scenes[-1].vessels


def test_a_needle_that_is_drawn_back_is_followed(phantom):
    perceiver, errors = Perceiver(), []
    tissue = phantom(seed=4, fasciae=3)
    entry, angle = (-tissue.width_mm / 2, 4.0), 0.5
    for k in range(110):
        length = max(0.0, min(k, 60) - 10) * 12 / 30 - max(0, k - 80) * 12 / 30
        needle = perceiver.step(tissue.frame(k, shaft=(*entry, angle, length) if length > 0 else None)).needle
        if needle.tip_mm is not None and k > 80:
            tip = (entry[0] + length * cos(angle), entry[1] + length * sin(angle))
            errors.append(hypot(needle.tip_mm[0] - tip[0], needle.tip_mm[1] - tip[1]))
    assert len(errors) > 20
    assert np.median(errors) < 1.0
    assert np.percentile(errors, 90) < 2.0


def test_bone_of_a_slow_scanner_is_looked_for_by_time(phantom, monkeypatch):
    """At ten frames a second a surface that is kept for eight frames would be 6 mm off where a probe slides."""
    asked: dict[float, list[float]] = {}
    for rate in (10.0, 30.0):
        perceiver, times = Perceiver(), asked.setdefault(rate, [])
        find = perceiver._bone_finder.find
        now = [0.0]
        monkeypatch.setattr(perceiver._bone_finder, "find", lambda p, f=find, t=times, n=now: t.append(n[0]) or f(p))
        tissue = phantom(seed=5)
        for k in range(33):
            now[0] = k / rate
            perceiver.step(replace(tissue.frame(k), time_s=now[0]))
    assert np.diff(asked[10.0]).max() <= 0.31
    assert len(asked[30.0]) <= 6
