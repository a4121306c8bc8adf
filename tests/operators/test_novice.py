"""Each error that novices make, one by one, seen in the controls of the guided operator."""

from dataclasses import fields

import numpy as np
import pytest

from inplane.core import RangeError, SpreadState
from inplane.operators import ErrorRates, GuidedOperator, NoviceErrors, draw_errors

NAMES = [item.name for item in fields(ErrorRates)]


def guided(make, procedure, errors):
    return GuidedOperator(procedure, make.start, 3, planned_ml=2.0, errors=errors)


def deepest(controls):
    return max(control.needle.advance_mm for control in controls)


def test_a_needle_that_is_not_seen_is_pushed_on_to_the_target(make, procedure):
    careful = guided(make, procedure, NoviceErrors())
    held = make.bedside(blind=True).play(careful, procedure, until_s=200)
    operator = guided(make, procedure, NoviceErrors(advances_unseen=True))
    controls = make.bedside(blind=True).play(operator, procedure, until_s=200)
    assert careful.outcome == "the tip was not seen"
    assert held[-1].plunger.injected_ml == 0
    assert deepest(controls) > deepest(held) + 3
    assert controls[-1].plunger.injected_ml > 0


def test_maldistribution_is_not_heeded(make, procedure):
    operator = guided(make, procedure, NoviceErrors(ignores_spread=True))
    controls = make.bedside(spread=SpreadState.NONE).play(operator, procedure, until_s=150)
    assert controls[-1].plunger.injected_ml == pytest.approx(2.0)
    careful = make.bedside(spread=SpreadState.NONE).play(
        guided(make, procedure, NoviceErrors()), procedure, until_s=150
    )
    assert careful[-1].plunger.injected_ml < 2.0


def test_a_tip_in_the_muscle_before_the_target_is_taken_for_one_that_has_arrived(make, procedure):
    at_target = make.bedside().play(guided(make, procedure, NoviceErrors()), procedure)
    short = make.bedside().play(guided(make, procedure, NoviceErrors(short_mm=8.0)), procedure)
    assert deepest(at_target) - deepest(short) == pytest.approx(8.0, abs=1.0)
    assert short[-1].plunger.injected_ml == pytest.approx(2.0)


def test_sides_are_confused_before_they_are_told_apart(make, procedure):
    def probe_x(errors):
        controls = make.bedside().play(guided(make, procedure, errors), procedure)
        return np.array([control.probe.x_mm for control in controls])

    right, wrong = probe_x(NoviceErrors()), probe_x(NoviceErrors(confuses_sides=True))
    begins = int(np.argmax(np.abs(right[: len(wrong)][: len(right)] - wrong[: len(right)][: len(right)]) > 0))
    goal = right[-1]
    assert np.abs(wrong - goal).max() > np.abs(right - goal).max() + 5
    assert np.sign(wrong[begins] - wrong[begins - 1]) == -np.sign(right[begins] - right[begins - 1])
    assert wrong[-1] == pytest.approx(goal, abs=2.0)


def test_a_poor_entry_makes_the_needle_steep(make, procedure):
    def steepest(errors):
        controls = make.bedside().play(guided(make, procedure, errors), procedure)
        return max(control.needle.steepness_rad for control in controls if control.needle.advance_mm > 0)

    assert steepest(NoviceErrors(enters_steeply=True)) > steepest(NoviceErrors()) + 0.2


def test_errors_come_as_often_as_their_rates_and_the_same_seed_makes_the_same():
    rng = np.random.default_rng(1)
    drawn = [draw_errors(rng) for _ in range(4000)]
    made = np.mean([len(errors.names()) for errors in drawn])
    assert made == pytest.approx(398 / 520, rel=0.06)  # errors a block that Sites and colleagues counted
    assert np.mean([errors.advances_unseen for errors in drawn]) == pytest.approx(0.32, abs=0.03)
    assert draw_errors(np.random.default_rng(9)) == draw_errors(np.random.default_rng(9))


@pytest.mark.parametrize("name", NAMES)
def test_one_rate_of_one_makes_one_error(name):
    nothing = dict.fromkeys(NAMES, 0.0)
    errors = draw_errors(np.random.default_rng(2), ErrorRates(**{**nothing, name: 1.0}))
    assert len(errors.names()) == 1
    assert draw_errors(np.random.default_rng(2), ErrorRates(**nothing)) == NoviceErrors()


@pytest.mark.parametrize("name", NAMES)
def test_a_rate_beyond_one_is_refused(name):
    with pytest.raises(RangeError, match=f"rate of {name} is 1.5"):
        ErrorRates(**{name: 1.5})
