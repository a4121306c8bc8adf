"""The whole room on the block: refusals, reproducibility, aspiration, spread, truth."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from inplane.anatomy import Kind, Patient
from inplane.atlas import load_atlas
from inplane.core import (
    AspirationResult,
    Control,
    Frame,
    InputError,
    NeedleControl,
    PlungerControl,
    ProbeControl,
    RangeError,
    ScannerControl,
)
from inplane.world import World

SCANNER = ScannerControl(depth_mm=40.0)
DOWN = 1.5707963
MakeWorld = Callable[..., World]


@pytest.fixture(scope="module")
def make_world(block: Patient) -> MakeWorld:
    """A function to a small room with the block in it."""
    atlas = load_atlas()

    def make(seed: int = 3, patient: Patient = block, *, bare: bool = False) -> World:
        return World(
            patient,
            probe=atlas.probe("linear_12_4"),
            needle=atlas.needle("22g_80mm"),
            seed=seed,
            n_lines=64,
            n_samples=128,
            bare=bare,
        )

    return make


def held(x: float, advance: float, *, press_n: float = 3.0, z: float = 12.0, **plunger: float) -> Control:
    """A needle straight down beside the probe, which stands across the leg."""
    return Control(
        probe=ProbeControl(press_n=press_n),
        scanner=SCANNER,
        needle=NeedleControl(entry_x_mm=x, entry_z_mm=z, steepness_rad=DOWN, advance_mm=advance),
        plunger=PlungerControl(injected_ml=plunger.get("ml", 0.0), aspirations=int(plunger.get("pulls", 0))),
    )


def play(world: World, controls: list[Control], dt_s: float = 0.1) -> Frame:
    for control in controls:
        world.step(control, dt_s)
    return world.observe()


def test_what_cannot_be_is_refused_before_anything_moves(make_world: MakeWorld) -> None:
    world = make_world()
    play(world, [held(-25, 20, ml=0.5)] * 3)
    before = (world.time_s, world.control)
    for control, message in (
        (held(-25, 90, ml=0.5), r"needle advance_mm is 90\.? mm|needle advance_mm is 90"),
        (held(-25, 20, ml=0.1), r"injected_ml is 0\.1\. Expected at least 0\.5"),
        (replace(held(-25, 20), plunger=PlungerControl(injected_ml=0.5, syringe=7)), r"plunger syringe is 7"),
        (replace(held(-25, 20, ml=0.5), scanner=ScannerControl(depth_mm=149)), r"depth_mm of .* is 149"),
        (replace(held(-25, 20, ml=0.5), scanner=ScannerControl(frequency_hz=2e6)), r"frequency_hz of .* Hz"),
        (replace(held(-25, 20, ml=0.5), scanner=ScannerControl(focus_mm=50)), r"focus_mm within .* is 50 mm"),
    ):
        with pytest.raises(RangeError, match=message):
            world.step(control, 0.1)
        assert (world.time_s, world.control) == before
    with pytest.raises(RangeError, match=r"dt_s is -0\.1 s"):
        world.step(held(-25, 20, ml=0.5), -0.1)


def test_truth_needs_a_picture(make_world: MakeWorld) -> None:
    with pytest.raises(InputError, match="No picture was taken yet"):
        make_world().truth()


def test_the_same_controls_give_the_same_frames_and_truth(make_world: MakeWorld) -> None:
    controls = [held(-25, 0.8 * i, ml=0.03 * i, press_n=2 + 0.1 * i) for i in range(30)]
    worlds = [make_world(), make_world()]
    frames = [[], []]
    for world, seen in zip(worlds, frames, strict=True):
        for control in controls:
            world.step(control, 1 / 30)
            seen.append(world.observe())
    worlds[0].reset()
    again = []
    for control in controls:
        worlds[0].step(control, 1 / 30)
        again.append(worlds[0].observe())
    for a, b, c in zip(*frames, again, strict=True):
        np.testing.assert_array_equal(a.pixels, b.pixels)
        np.testing.assert_array_equal(a.pixels, c.pixels)
        assert a.signals == b.signals == c.signals
        assert (a.sequence, a.time_s) == (c.sequence, c.time_s)
    first, second = (world.truth() for world in worlds)
    np.testing.assert_array_equal(first.labels_line_sample, second.labels_line_sample)
    np.testing.assert_array_equal(first.spread_line_sample, second.spread_line_sample)
    assert first.tip_image_mm is not None
    np.testing.assert_array_equal(first.tip_image_mm, second.tip_image_mm)
    assert (first.injected_ml, first.events) == (second.injected_ml, second.events)


def test_another_seed_changes_only_the_noise(make_world: MakeWorld) -> None:
    frames = [play(make_world(seed=seed), [held(-25, 10)] * 2) for seed in (1, 2)]
    assert (frames[0].pixels != frames[1].pixels).any()
    assert np.abs(frames[0].pixels.astype(int) - frames[1].pixels).mean() < 20


def test_asking_for_truth_changes_no_frame(make_world: MakeWorld) -> None:
    controls = [held(-25, 1.0 * i, ml=0.05 * i) for i in range(12)]
    silent, asked = make_world(), make_world()
    for control in controls:
        silent.step(control, 0.05)
        asked.step(control, 0.05)
        a, b = silent.observe(), asked.observe()
        asked.truth()
        np.testing.assert_array_equal(a.pixels, b.pixels)


def test_no_frame_holds_the_truth(make_world: MakeWorld) -> None:
    frame = play(make_world(), [held(-25, 10)])
    assert {name for name in dir(frame) if "truth" in name or "label" in name} == set()
    assert frame.signals.mechanical_index is not None
    assert 0.0 < frame.signals.mechanical_index <= 1.9
    assert frame.signals.scanner == SCANNER


@pytest.mark.parametrize(("press_n", "result"), [(2.0, AspirationResult.BLOOD), (13.0, AspirationResult.NOTHING)])
def test_a_closed_vein_gives_no_blood_and_takes_the_drug_all_the_same(
    make_world: MakeWorld, blocks: ModuleType, press_n: float, result: AspirationResult
) -> None:
    """The trap: aspiration is negative because the probe presses, and what is injected is carried off."""
    world = make_world()
    depth = _vein_depth(world, blocks, press_n)
    held_there = [held(blocks.VEIN[0], depth, press_n=press_n, z=0.0)] * 2
    held_there += [held(blocks.VEIN[0], depth, press_n=press_n, z=0.0, pulls=1)] * 11
    frame = play(world, held_there)
    assert (frame.signals.aspirations, frame.signals.aspirated) == (1, result)
    frame = play(world, [held(blocks.VEIN[0], depth, press_n=press_n, z=0.0, pulls=1, ml=0.5)] * 15)
    truth = world.truth()
    assert frame.signals.injected_ml == pytest.approx(0.5)
    assert truth.injected_ml.get("vein lumen", 0.0) > 0.1
    assert "intravascular injection" in {event.kind for event in truth.events}
    assert (truth.vein_open == 0) == (result is AspirationResult.NOTHING)


def _vein_depth(world: World, blocks: ModuleType, press_n: float) -> float:
    """Shaft beneath the skin with the bevel's middle in the vein's."""
    probe = ProbeControl(press_n=press_n)
    motion = world.tissue.motion(0.2, probe)
    middle = world.tissue.now(motion, np.array([[*blocks.VEIN, 0.0]]))[0, 1]
    return float(middle - world.tissue.indentation_mm(probe)) + 0.5 * world.needle.bevel_length_mm.value


def test_the_vein_is_drawn_flat_when_pressed_flat(make_world: MakeWorld) -> None:
    world, heights = make_world(), []
    for press_n in (0.5, 4.0, 7.0, 12.0):
        play(world, [held(-25, 0, press_n=press_n)])
        outline = world.truth().outline("vein lumen")
        assert outline is not None
        heights.append(float(np.ptp(outline.points_mm[:, 1])))
    assert heights == sorted(heights, reverse=True)
    assert heights[-1] < 0.25 * heights[0]


def test_injecting_changes_the_picture_and_the_truth(make_world: MakeWorld) -> None:
    world = make_world()
    before = play(world, [held(-25, 22, z=0.0)] * 2)
    after = play(world, [held(-25, 22, z=0.0, ml=3.0)] * 70)
    truth = world.truth()
    assert after.signals.injected_ml == pytest.approx(3.0)
    assert truth.spread_line_sample.sum() > 50
    assert sum(truth.injected_ml.values()) == pytest.approx(3.0, rel=0.01)
    labels = truth.labels_line_sample
    assert labels.shape == (64, 64)
    dark = after.pixels[:, ::2][truth.spread_line_sample].mean()
    assert dark < before.pixels[:, ::2][truth.spread_line_sample].mean()


def push(world: World, steepness_rad: float, advance_mm: float, *, z_mm: float = 0.0) -> NeedleControl:
    """A needle from the left, pushed in and looked at."""
    needle = NeedleControl(
        entry_x_mm=-28, entry_z_mm=z_mm, heading_rad=0.0, steepness_rad=steepness_rad, advance_mm=advance_mm
    )
    world.step(Control(probe=ProbeControl(press_n=2.0), scanner=SCANNER, needle=needle), 0.1)
    world.observe()
    return needle


def test_the_tip_is_where_the_hand_put_it(make_world: MakeWorld) -> None:
    world = make_world()
    needle = push(world, 0.8, 20.0)
    truth = world.truth()
    entry = np.array([-28, world.tissue.skin_y_mm(world.moment().motion, -28, 0), 0])
    tip = entry + 20 * needle.direction()
    indentation = world.tissue.indentation_mm(ProbeControl(press_n=2.0))
    assert truth.tip_image_mm is not None
    np.testing.assert_allclose(truth.tip_image_mm, [-tip[0], tip[1] - indentation, 0], atol=0.25)
    assert truth.tip_in_plane
    assert truth.tip_contrast_db is None  # nothing was drawn without the needle
    assert truth.advance_unseen_mm == 0
    assert truth.needle_passes == 1


@pytest.mark.parametrize(("z_mm", "low_db", "high_db"), [(0.0, 8.0, 60.0), (9.0, -1.0, 1.0)])
def test_a_tips_contrast_is_what_the_needle_adds_to_the_picture(
    make_world: MakeWorld, z_mm: float, low_db: float, high_db: float
) -> None:
    world = make_world(bare=True)
    push(world, 0.4, 30.0, z_mm=z_mm)
    contrast_db = world.truth().tip_contrast_db
    assert contrast_db is not None
    assert low_db < contrast_db < high_db


def test_a_needle_under_fat_is_shown_deeper_than_it_lies(make_world: MakeWorld) -> None:
    """A scanner counts with 1540 m/s; sound goes slower through fat, faster through muscle."""
    world = make_world()
    push(world, 0.25, 36.0)
    truth = world.truth()
    assert truth.tip_image_mm is not None
    assert np.linalg.norm(np.diff(truth.needle_shown_image_mm, axis=0), axis=1) == pytest.approx(0.5, abs=0.1)
    apart = truth.needle_shown_image_mm[-1] - truth.tip_image_mm
    assert abs(apart[0]) < 0.2
    assert 0.02 < apart[1] < 0.8
    world.step(Control(probe=ProbeControl(press_n=2.0), scanner=SCANNER), 0.1)
    world.observe()
    assert world.truth().needle_shown_image_mm.shape == (0, 3)


def test_a_picture_without_the_needle_leaves_the_one_with_it_as_it_is(make_world: MakeWorld) -> None:
    plain, both = make_world(), make_world(bare=True)
    for number in range(4):
        frames = []
        for world in (plain, both):
            world.step(held(-5.0, 4.0 * number, z=0.0), 0.1)
            frames.append(world.observe().pixels)
        np.testing.assert_array_equal(*frames)
        bare = both.moment().bare
        assert plain.moment().bare is None
        assert bare is not None
        assert (bare != frames[1]).any() == (number > 0)


def test_advancing_out_of_plane_is_unseen(make_world: MakeWorld) -> None:
    world = make_world()
    play(world, [held(-25, 1.0 * i, z=12.0) for i in range(1, 16)])
    truth = world.truth()
    assert not truth.tip_in_plane
    assert truth.advance_unseen_mm == pytest.approx(15, abs=0.1)


def test_truth_names_what_the_block_holds(make_world: MakeWorld, block: Patient) -> None:
    world = make_world()
    play(world, [held(-25, 0)])
    truth = world.truth()
    named = {outline.name: outline for outline in truth.outlines}
    assert {"skin", "fat", "fascia", "muscle", "artery lumen", "artery wall", "nerve", "bone"} <= set(named)
    assert named["nerve"].kind is Kind.NERVE
    assert set(truth.label_names) == {s.label for s in block.structures}
    np.testing.assert_allclose(truth.targets_image_mm["femoral_nerve_block"][:2], [0, 23], atol=1.5)
    assert truth.outline("no such thing") is None
    assert truth.tip_image_mm is None
    assert truth.tip_contrast_db is None


def test_pressure_at_the_hub_rises_and_falls(make_world: MakeWorld) -> None:
    world = make_world()
    flowing = play(world, [held(-25, 22, ml=1.0)] * 15).signals.pressure_kpa
    still = play(world, [held(-25, 22, ml=1.0)] * 30).signals.pressure_kpa
    assert flowing is not None
    assert still is not None
    assert flowing > 50
    assert still < 1


def test_forces_come_as_a_signal_of_more_than_a_hundred_a_second(make_world: MakeWorld) -> None:
    """Evenly spaced in simulated time, none lost between frames and none twice, whatever the steps are."""
    world, heard = make_world(), []
    depth = 0.0
    for step_s in [1 / 30] * 12 + [0.1] * 3 + [1 / 60] * 6:
        depth += 12 * step_s
        world.step(held(-25, depth), step_s)
        signals = world.observe().signals
        assert signals.hub_forces
        assert signals.hub_force_n == signals.hub_forces[-1][1]
        heard += signals.hub_forces
    times = np.array([time_s for time_s, _ in heard])
    assert (np.diff(times) > 0).all()
    assert np.diff(times).max() <= 0.01
    assert times[-1] == pytest.approx(world.time_s, abs=1e-5)
    assert max(force for _, force in heard) > 1.0


def test_forces_of_steps_without_a_picture_wait_for_the_next(make_world: MakeWorld) -> None:
    world = make_world()
    for step in range(6):
        world.step(held(-25, 0.3 * step), 1 / 30)
    assert len(world.observe().signals.hub_forces) >= 20
    assert world.observe().signals.hub_forces == ()
    world.step(held(-25, 2.0), 10.0)
    assert world.observe().signals.hub_forces[0][0] > world.time_s - 1.0  # not more than a second is kept


def test_a_needle_that_is_too_long_is_refused_before_anything_is_felt(make_world: MakeWorld) -> None:
    world = make_world()
    play(world, [held(-25, 20)] * 3)
    before = (world.time_s, world.truth().tip_image_mm, world.observe().signals.hub_forces)
    with pytest.raises(RangeError, match=r"needle advance_mm is 81 mm\. Expected a number from 0 to 80 mm"):
        world.step(held(-25, 81), 0.1)
    assert world.time_s == before[0]
    np.testing.assert_array_equal(world.truth().tip_image_mm, before[1])
    assert world.observe().signals.hub_forces == ()


def test_tented_fascia_is_seen_before_it_is_pierced(make_world: MakeWorld, blocks: ModuleType) -> None:
    """Truth's map shows fascia pushed in front of the tip while truth says that the tip is still in muscle; after the
    pop it has come back and the puncture is told with its force."""
    world, tented, place = make_world(), 0.0, None
    for step in range(1, 60):
        play(world, [held(-25, 0.25 * step, z=0.0)], 1 / 30)
        truth = world.truth()
        if any(event.kind == "fascia pop" for event in truth.events):
            break
        tented, place = world.moment().motion.drag[7], truth.tip_in
        behind_mm = world.moment().needle.path_mm[-1:] - [[0.0, 0.15, 0.0]]  # the edge itself is known to a tenth
        assert world.tissue.labels_at(world.moment().motion, behind_mm)[0] != blocks.LABEL["fascia"]
    assert place == "muscle"
    assert tented > 1.2
    pop = next(event for event in truth.events if event.kind == "fascia pop")
    assert "N" in pop.detail
    assert truth.tip_in in ("fascia", "muscle")
    assert world.moment().motion.drag[7] < tented - 0.3


def test_what_the_tip_is_in_is_told_by_truth_alone(make_world: MakeWorld) -> None:
    world = make_world()
    frame = play(world, [held(-25, depth, z=0.0) for depth in np.arange(0, 22, 1.0)])
    assert world.truth().tip_in == "muscle"
    assert not any("tip_in" in name for name in (*dir(frame), *dir(frame.signals)))
