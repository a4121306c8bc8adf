"""Laws of the force along the shaft: closed forms of its limits, relaxation, reversal, the pop, gauge and speed."""

import numpy as np
import pytest

from inplane.atlas import load_atlas
from inplane.physics.needle.force import (
    FEW,
    RELAXATION_S,
    RELAXED_SHARE,
    SAMPLE_S,
    SHAFT_N_MM2,
    STIFFENING_N_MM2,
    STIFFNESS_N_MM,
    Resistances,
    push,
)
from inplane.physics.needle.published import BACK, PERINEUM, insert

ATLAS = load_atlas()
NEEDLE = ATLAS.needle("22g_89mm_spinal")
CUTTING, FRICTION, PUNCTURE = 0.5, 0.01, 2.0
RESIST = Resistances(
    puncture=np.array([0, PUNCTURE] + [CUTTING] * 254),
    cutting=np.full(256, CUTTING),
    friction=np.full(256, FRICTION),
    hard=np.zeros(256, np.bool_),
)
WAY = np.ones(800, np.uint8)


class Hand:
    """A hub that is moved in one tissue under a membrane."""

    def __init__(self) -> None:
        self.start = np.zeros(4)
        self.at, self.asked, self.inside = 0.0, 0.0, 0

    def move(self, to_mm: float, seconds: float, hard_mm: float = np.inf) -> np.ndarray:
        forces, met = np.zeros(max(round(seconds / SAMPLE_S), 1)), np.zeros((FEW, 5))
        hand = np.array([self.at, self.asked, to_mm, hard_mm])
        u, q, opened, self.inside, _ = push(
            self.start, hand, seconds / len(forces), WAY, 0.0, self.inside, RESIST, forces, met
        )
        self.at, self.asked = min(to_mm, hard_mm), to_mm
        self.start = np.array([u, q, opened, FRICTION * max(self.at - u, 0.0)])
        return forces


@pytest.mark.uncompiled
def test_the_first_indentation_is_the_polynomial() -> None:
    """Slower than anything relaxes it is (1 - r) K(u); faster, K(u) itself. The tip has not moved in the tissue."""
    fast = Hand().move(1.0, 0.005)
    assert fast[-1] == pytest.approx(STIFFNESS_N_MM + STIFFENING_N_MM2, rel=1e-6)
    slow = Hand().move(1.0, 100 * RELAXATION_S)
    assert slow[-1] == pytest.approx((1 - RELAXED_SHARE) * (STIFFNESS_N_MM + STIFFENING_N_MM2), rel=0.03)


@pytest.mark.uncompiled
def test_it_pops_at_the_puncture_force_and_falls_to_cutting_and_friction() -> None:
    hand = Hand()
    forces = hand.move(30.0, 3.0)
    peak = int(np.argmax(forces[:100]))
    assert forces[peak] == pytest.approx(PUNCTURE, rel=0.03)
    assert forces[peak + 1] < CUTTING + FRICTION * 6
    depth = 30.0 * np.arange(1, len(forces) + 1) / len(forces)
    late = slice(300, None)
    lag = hand.start[0]
    np.testing.assert_allclose(forces[late], CUTTING + FRICTION * (depth[late] - lag), atol=0.03)


@pytest.mark.uncompiled
def test_a_force_that_is_held_relaxes_by_its_share_and_time() -> None:
    """F(t) = (1 - r) K + r K exp(-t / tau) after an instant push that pierced nothing."""
    hand = Hand()
    first = hand.move(1.5, 0.005)[-1]
    held = hand.move(1.5, 4 * RELAXATION_S)
    times = SAMPLE_S * np.arange(1, len(held) + 1)
    closed = first * (1 - RELAXED_SHARE + RELAXED_SHARE * np.exp(-times / RELAXATION_S))
    np.testing.assert_allclose(held, closed, rtol=0.01)


@pytest.mark.uncompiled
def test_pulling_back_is_resisted_by_friction_alone() -> None:
    hand = Hand()
    hand.move(30.0, 3.0)
    inside = hand.at - hand.start[0]
    back = hand.move(22.0, 0.8)
    assert back.min() == pytest.approx(-FRICTION * inside, rel=0.15)
    assert (back >= -FRICTION * inside - 1e-6).all()
    again = hand.move(28.0, 0.6)  # an open way: no cutting
    assert again.max() < 0.6 * CUTTING + FRICTION * 30


@pytest.mark.uncompiled
def test_work_is_never_gained_over_a_cycle() -> None:
    """In and out: the hand does work on the tissue, whatever the depth and pace."""
    for depth, seconds in ((1.0, 0.1), (5.0, 0.5), (30.0, 2.0)):
        hand = Hand()
        forces = np.concatenate((hand.move(depth, seconds), hand.move(0.2, seconds)))
        way = np.concatenate(
            (np.linspace(0, depth, round(seconds / SAMPLE_S)), np.linspace(depth, 0.2, len(forces) // 2))
        )
        assert float(np.sum(0.5 * (forces[1:] + forces[:-1]) * np.diff(way))) > 0


@pytest.mark.uncompiled
def test_before_bone_nothing_is_carried_and_the_force_is_hard() -> None:
    hand = Hand()
    hand.move(19.0, 2.0, hard_mm=20.0)
    assert 0 < hand.start[0] <= 1.0 + 0.03
    forces = hand.move(21.0, 0.2, hard_mm=20.0)
    assert abs(hand.start[0]) < 0.05
    assert forces[-1] > 4
    assert hand.move(40.0, 2.0, hard_mm=20.0).max() < 14


def test_tissue_is_never_carried_further_than_its_forces_ask() -> None:
    """u at the end of a slow push is the root of (1 - r) K(u) = R + Ff."""
    hand = Hand()
    force = hand.move(40.0, 40.0)[-1]
    u = hand.start[0]
    elastic = (STIFFNESS_N_MM + SHAFT_N_MM2 * (40 - u)) * u + STIFFENING_N_MM2 * u * u
    assert (1 - RELAXED_SHARE) * elastic == pytest.approx(force, rel=0.1)


def test_forces_grow_with_the_gauge_and_the_grind() -> None:
    """In proportion to the diameter; a short bevel takes 1.4 times as much as a Quincke point to pierce."""

    def peak(needle: str) -> float:
        return float(insert((("skin", 2.0), ("fat", 8.0)), ATLAS.needle(needle)).force_n.max())

    wide = ATLAS.needle("20g_90mm_spinal").outer_diameter_mm.value / NEEDLE.outer_diameter_mm.value
    assert peak("20g_90mm_spinal") / peak("22g_89mm_spinal") == pytest.approx(wide, rel=0.03)
    assert peak("22g_80mm") / peak("22g_89mm_spinal") == pytest.approx(1.4, rel=0.03)
    by_gauge = [peak(f"{name}") for name in ("18g_40mm", "21g_40mm", "23g_25mm", "26g_13mm", "30g_13mm")]
    assert by_gauge == sorted(by_gauge, reverse=True)


def test_faster_pushes_pierce_with_less_indentation_and_no_more_force() -> None:
    """As Mahvash and Dupont (IEEE Trans Biomed Eng 2010;57:934-943; from memory) found of the indentation, and
    Schneider (1978) of the force."""
    slow, fast = (insert(PERINEUM, NEEDLE, speed_mm_s=speed) for speed in (2.0, 100.0))
    assert fast.pierced[0][1] < slow.pierced[0][1]
    assert fast.force_n.max() == pytest.approx(slow.force_n.max(), rel=0.1)


def test_every_membrane_on_the_way_pops_once_and_in_order() -> None:
    spinal = insert(BACK, NEEDLE)
    assert [name for name, _, _ in spinal.pierced] == [name for name, _ in BACK]
    force = [newtons for _, _, newtons in spinal.pierced]
    assert force[2] > force[1]  # ligament over fat
    assert force[4] > force[5]  # dura over the fluid beneath


def test_the_same_push_gives_the_same_forces() -> None:
    first, second = (insert(PERINEUM, NEEDLE) for _ in range(2))
    np.testing.assert_array_equal(first.force_n, second.force_n)
