"""A hand pushes, turns and withdraws a needle in a block of tissue."""

from collections.abc import Callable
from math import pi
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import NeedleControl, RangeError
from inplane.physics.needle import Meeting, MeetingKind, NeedleState, Structures, Surroundings, TipIn, step_needle
from inplane.physics.needle.beam import steering_in
from inplane.physics.needle.insertion import LARGEST_BEND_RAD
from inplane.physics.needle.path import bevel_side

NEEDLE = load_atlas().needle("22g_80mm")


def surroundings(patient: Patient, shift_mm: float = 0.0) -> Surroundings:
    """A patient at rest, or with everything `shift_mm` nearer to the skin."""

    def label_at(points: NDArray[np.float64]) -> NDArray[np.uint8]:
        at = np.rint((points + np.array([0, shift_mm, 0]) - patient.origin_mm) / patient.spacing_mm).astype(int)[
            :, [2, 0, 1]
        ]
        inside = ((at >= 0) & (at < patient.labels_zxy.shape)).all(axis=1)
        labels = patient.labels_zxy[tuple(np.clip(at, 0, np.array(patient.labels_zxy.shape) - 1).T)]
        return np.where(inside, labels, 0).astype(np.uint8)

    return Surroundings(label_at=label_at, skin_y_mm=lambda *_: 0.0, structures=Structures(patient.structures))


def hold(x: float = 0.0, z: float = 0.0, *, advance: float, steepness: float = pi / 2, **more: float) -> NeedleControl:
    return NeedleControl(entry_x_mm=x, entry_z_mm=z, steepness_rad=steepness, advance_mm=advance, **more)


def play(controls: list[NeedleControl], around: Surroundings) -> tuple[NeedleState, list[Meeting]]:
    state, met = NeedleState(), list[Meeting]()
    for control in controls:
        state, found = step_needle(state, control, model=NEEDLE, around=around, dt_s=0.1)
        met += found
    return state, met


Push = Callable[..., tuple[NeedleState, list[Meeting]]]


@pytest.mark.uncompiled
def test_out_of_the_skin_there_is_no_needle(plain_block: Patient) -> None:
    state, met = play([hold(advance=10), hold(advance=0)], surroundings(plain_block))
    assert state.shape is None
    assert state.passes == 1
    assert [found.kind for found in met] == [MeetingKind.SKIN]


def test_a_straight_push_goes_where_the_hand_points(plain_block: Patient) -> None:
    control = hold(-20, 3, advance=30, steepness=0.5, heading_rad=0.1)
    state, _ = play([control], surroundings(plain_block))
    assert state.shape is not None
    straight = np.array([-20, 0, 3]) + 30 * control.direction()
    aside = float(np.linalg.norm(state.shape.tip_mm - straight))
    assert aside == pytest.approx(0.5 * steering_in(NEEDLE, "muscle") * 30**2, rel=0.1)  # the bevel steers 1 mm in 30
    assert state.advance_mm == pytest.approx(30)


def test_the_bevel_steers_away_from_the_side_it_faces(plain_block: Patient) -> None:
    tips = []
    for bevel in (0.0, pi / 2, pi):
        control = hold(-25, advance=40, steepness=0.4, bevel_rad=bevel)
        state, _ = play([control], surroundings(plain_block))
        tips.append(state.path_mm[-1] - (np.array([-25, 0, 0]) + 40 * control.direction()))
        away = -0.5 * steering_in(NEEDLE, "muscle") * 40**2
        assert float(tips[-1] @ bevel_side(control.direction(), control)) == pytest.approx(away, rel=0.1)
    across = bevel_side(control.direction(), control)
    assert float(tips[0] @ across) == pytest.approx(-float(tips[2] @ across), abs=0.05)


def test_the_puncture_stays_whatever_the_hand_does(plain_block: Patient) -> None:
    rng = np.random.default_rng(4)
    controls = [hold(5, -2, advance=20, steepness=0.7)]
    controls += [
        hold(*rng.uniform(-30, 30, 2), advance=rng.uniform(5, 40), steepness=rng.uniform(0.4, 1.0)) for _ in range(30)
    ]
    state, _ = play(controls, surroundings(plain_block))
    np.testing.assert_array_equal(state.path_mm[0], [5, 0, -2])


@example(moves=[(18.0, 0.5, 1.0), (10.0, 1.0, 1.0), (54.0, 1.0, 2.0), (43.0, 1.0, 0.0)])
@given(st.lists(st.tuples(st.floats(0.1, 60), st.floats(0.3, 1.5), st.floats(-3, 3)), min_size=1, max_size=8))
def test_nothing_goes_through_bone_and_steel_keeps_its_length(
    block: Patient, blocks: ModuleType, moves: list[tuple[float, float, float]]
) -> None:
    around = surroundings(block)
    controls = [hold(2, advance=advance, steepness=angle, heading_rad=heading) for advance, angle, heading in moves]
    state = NeedleState()
    for control in controls:
        state, _ = step_needle(state, control, model=NEEDLE, around=around, dt_s=0.1)
        labels = around.label_at(state.path_mm)
        assert not (labels == blocks.LABEL["bone"]).any()
        assert state.advance_mm <= control.advance_mm + 1e-6
        steps = np.linalg.norm(np.diff(state.path_mm, axis=0), axis=1)
        assert steps.sum() == pytest.approx(state.advance_mm)


def test_bone_stops_the_tip_and_is_told_once(block: Patient, blocks: ModuleType) -> None:
    around = surroundings(block)
    state, met = play([hold(-25, advance=depth) for depth in np.arange(1, 60, 1.5)], around)
    assert state.advance_mm == pytest.approx(blocks.BONE_MM, abs=0.8)
    assert state.blocked_by == blocks.LABEL["bone"]
    assert [found.kind for found in met] == [MeetingKind.SKIN, MeetingKind.FASCIA, MeetingKind.BONE]
    state, _ = step_needle(state, hold(-25, advance=20), model=NEEDLE, around=around, dt_s=0.1)
    assert state.blocked_by == 0
    assert state.advance_mm == pytest.approx(20)


def test_bone_that_moves_onto_the_tip_pushes_it_back(block: Patient, blocks: ModuleType) -> None:
    state, _ = play([hold(-25, advance=33)], surroundings(block))
    state, _ = step_needle(
        state, hold(-25, advance=33), model=NEEDLE, around=surroundings(block, shift_mm=1.5), dt_s=0.1
    )
    assert state.advance_mm == pytest.approx(blocks.BONE_MM - 1.5, abs=0.8)


def test_through_a_vein_into_the_nerve(block: Patient) -> None:
    around = surroundings(block)
    controls = [hold(10, advance=depth) for depth in np.arange(1, 20, 1.0)]
    _, met = play(controls, around)
    kinds = [found.kind for found in met]
    assert kinds == [MeetingKind.SKIN, MeetingKind.FASCIA, MeetingKind.VESSEL_WALL, MeetingKind.VESSEL]
    _, met = play([hold(0, advance=depth) for depth in np.arange(1, 27, 1.0)], around)
    assert [found.kind for found in met][-3:] == [MeetingKind.NERVE, MeetingKind.EPINEURIUM, MeetingKind.FASCICLE]


def test_a_shallow_needle_follows_the_hand_and_a_deep_one_hardly(plain_block: Patient) -> None:
    around, turned = surroundings(plain_block), []
    for depth in (5.0, 40.0):
        before, _ = play([hold(-20, advance=depth, steepness=0.5)], around)
        after, _ = step_needle(before, hold(-20, advance=depth, steepness=0.6), model=NEEDLE, around=around, dt_s=0.1)
        swing = after.path_mm[-1] - before.path_mm[-1]
        turned.append(float(np.linalg.norm(swing)) / (0.1 * depth))
    assert turned[0] > 0.85
    assert turned[1] < 0.4


def test_the_hand_slips_beyond_a_bend(plain_block: Patient) -> None:
    around = surroundings(plain_block)
    state, _ = play([hold(-20, advance=40, steepness=0.5)], around)
    for _ in range(20):
        state, _ = step_needle(state, hold(-20, advance=40, steepness=1.5), model=NEEDLE, around=around, dt_s=0.1)
        base, chord = state.path_mm[1] - state.path_mm[0], state.path_mm[-1] - state.path_mm[0]
        angle = np.arccos(base @ chord / np.linalg.norm(base) / np.linalg.norm(chord))
        assert angle < LARGEST_BEND_RAD + 0.1


def test_passes_are_counted(plain_block: Patient) -> None:
    depths = [20, 18, 20, 10, 25, 2, 15, 0, 5]
    state, _ = play([hold(advance=float(depth)) for depth in depths], surroundings(plain_block))
    assert state.passes == 4


def test_a_needle_is_not_longer_than_made(plain_block: Patient) -> None:
    with pytest.raises(RangeError, match=r"advance_mm is 80\.5 mm\. Expected a number from 0 to 80 mm"):
        play([hold(advance=80.5)], surroundings(plain_block))


def test_a_membrane_is_tented_then_gives_way_with_a_pop(block: Patient, blocks: ModuleType) -> None:
    """Before fascia the tip stays where it is in the tissue while the hand goes on and the force grows; at the pop the
    force falls, tissue springs back over the tip, and the puncture is told once with the force that it took."""
    around, state = surroundings(block), NeedleState()
    places, forces, met, carried = [], [], [], []
    for depth in np.arange(0.1, 18, 0.1):
        state, found = step_needle(state, hold(-25, advance=float(depth)), model=NEEDLE, around=around, dt_s=1 / 30)
        places.append(state.tip_in)
        carried.append(state.grip.carried_mm)
        forces.append(state.forces_n.max())
        met += found
    pop = next(found for found in met if found.kind is MeetingKind.FASCIA)
    assert [found.kind for found in met].count(MeetingKind.FASCIA) == 1
    at = round(pop.depth_mm / 0.1) - 1
    assert pop.force_n == pytest.approx(max(forces[at - 1 : at + 2]), rel=0.1)
    before, after = slice(at - 8, at), at + 3
    assert {places[i] for i in range(at - 8, at - 1)} == {TipIn.MUSCLE}  # the block has muscle above its fascia
    assert (np.diff(forces[before]) > 0).all()
    np.testing.assert_allclose(np.diff(carried[before]), 0.1, atol=1e-6)  # all of the way is the tissue's
    assert forces[after] < 0.7 * pop.force_n
    assert carried[after] < carried[at - 1] - 0.3
    fascia_mm = blocks.FASCIA_MM - 0.8
    assert pop.depth_mm - carried[at - 1] == pytest.approx(fascia_mm, abs=0.6)


def test_the_tip_is_in_what_it_has_pierced(block: Patient) -> None:
    """What the tip is in, in words, on the way down through everything, and bone where it stops."""
    around, state, seen = surroundings(block), NeedleState(), [TipIn.OUTSIDE]
    for depth in np.arange(0.2, 25, 0.2):
        state, _ = step_needle(state, hold(0, advance=float(depth)), model=NEEDLE, around=around, dt_s=1 / 30)
        seen += [state.tip_in] if state.tip_in is not seen[-1] else []
    order = [TipIn.OUTSIDE, TipIn.SKIN, TipIn.FAT, TipIn.MUSCLE, TipIn.FASCIA, TipIn.MUSCLE]
    assert seen[:6] == order
    assert seen[6:8] == [TipIn.EPINEURIUM, TipIn.FASCICLE]
    state, _ = play([hold(-25, advance=depth) for depth in np.arange(1, 60, 1.5)], around)
    assert state.tip_in is TipIn.BONE_CONTACT


def test_bone_is_felt_and_lets_go(block: Patient) -> None:
    around = surroundings(block)
    state, _ = play([hold(-25, advance=float(depth)) for depth in np.arange(1, 37, 0.5)], around)
    assert state.forces_n[-1] > 5
    state, _ = step_needle(state, hold(-25, advance=36.5), model=NEEDLE, around=around, dt_s=0.1)
    steady = state.forces_n[-1]
    state, _ = step_needle(state, hold(-25, advance=36.5), model=NEEDLE, around=around, dt_s=0.1)
    assert state.forces_n[-1] == pytest.approx(steady, abs=0.2)  # no saw tooth from step to step
    state, _ = step_needle(state, hold(-25, advance=20), model=NEEDLE, around=around, dt_s=0.5)
    assert state.forces_n[-1] < 0


def test_a_nerve_that_moves_onto_the_tip_is_not_pierced_by_that(block: Patient) -> None:
    """Tissue that moves a fifth of a millimetre to and fro under a tip before a membrane carries it on the tip."""
    still, beaten = surroundings(block), surroundings(block, shift_mm=0.2)
    state, depth, met = NeedleState(), 0.0, list[Meeting]()
    while MeetingKind.NERVE not in {found.kind for found in met}:
        depth += 0.1
        state, found = step_needle(state, hold(0, advance=depth), model=NEEDLE, around=still, dt_s=1 / 30)
        met += found
    assert state.tip_in is TipIn.MUSCLE
    for beat in range(6):
        around = beaten if beat % 2 == 0 else still
        state, found = step_needle(state, hold(0, advance=depth), model=NEEDLE, around=around, dt_s=1 / 30)
        assert found == ()
        assert state.tip_in is TipIn.MUSCLE
