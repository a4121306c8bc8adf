"""Bringing a lost needle back into the picture."""

import numpy as np
import pytest

from inplane.operators.across import REACTION_S, SWEEP_MM, SWEEP_MM_S, TRIM_MM, Sweep

STEP_S = 0.05


def swept(light, **how) -> tuple[Sweep, list[float]]:
    """A whole sweep, with so much light at each place; the eye is late by REACTION_S."""
    sweep, places = Sweep(30.0, **how), [0.0]
    late = round(REACTION_S / STEP_S)
    while not sweep.over:
        sweep.note(float(light(places[max(0, len(places) - 1 - late)])))
        places.append(places[-1] + sweep.move(STEP_S))
    return sweep, places


def needle_at(best_mm: float, *, bright: float, wide_mm: float = 0.2):
    return lambda at_mm: bright * np.exp(-0.5 * ((at_mm - best_mm) / wide_mm) ** 2)


@pytest.mark.parametrize("best_mm", [-0.8, -0.3, 0.0, 0.5, 0.8])
def test_it_goes_to_where_the_needle_shone_most(best_mm: float) -> None:
    sweep, places = swept(needle_at(best_mm, bright=16.0), else_mm=0.8)
    assert sweep.light > 2
    assert places[-1] == pytest.approx(best_mm, abs=0.15)
    assert (max(places), min(places)) == pytest.approx((SWEEP_MM, -SWEEP_MM), abs=0.05)


def test_what_grows_brighter_to_one_side_is_anatomy_and_not_the_needle() -> None:
    needle = needle_at(0.2, bright=9.0)
    sweep, places = swept(lambda at_mm: needle(at_mm) + 14.0 * max(-at_mm - 0.4, 0.0))
    assert sweep.light > 2
    assert places[-1] == pytest.approx(0.2, abs=0.15)


def test_where_the_beam_is_so_thick_that_it_shines_everywhere_it_stays() -> None:
    sweep, places = swept(needle_at(0.6, bright=20.0, wide_mm=3.0), else_mm=0.8)
    assert sweep.light > 2
    assert places[-1] == pytest.approx(0.0)


def test_where_nothing_lights_up_it_goes_where_it_is_told() -> None:
    sweep, places = swept(needle_at(0.4, bright=2.0), else_mm=-0.7)
    assert sweep.light == 0
    assert places[-1] == pytest.approx(-0.7)
    assert Sweep(30.0, else_mm=0.4).best_mm == pytest.approx(0.4)


def test_a_shorter_sweep_goes_less_far() -> None:
    _, places = swept(needle_at(0.3, bright=16.0), reach_mm=TRIM_MM)
    assert (max(places), min(places)) == pytest.approx((TRIM_MM, -TRIM_MM), abs=0.05)
    assert places[-1] == pytest.approx(0.3, abs=0.15)


def test_no_step_is_faster_than_a_slow_hand_until_it_goes_back() -> None:
    sweep, places = Sweep(30.0), [0.0]
    while sweep.sliding:
        places.append(places[-1] + sweep.move(STEP_S))
    assert np.abs(np.diff(places))[:-1].max() == pytest.approx(SWEEP_MM_S * STEP_S)


def test_it_goes_back_by_what_it_moved_while_the_eye_was_late() -> None:
    sweep, at_mm = Sweep(30.0), 0.0
    while sweep.lasted_s < 1.0:
        at_mm += sweep.move(STEP_S)
    assert at_mm + sweep.back_mm == pytest.approx(at_mm - REACTION_S * SWEEP_MM_S)
