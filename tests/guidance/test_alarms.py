"""The five conditions: when they are raised, held and ended, at any frame rate, and what stays silent."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import AspirationResult, NeedleState, Priority, Signals, SpreadState
from inplane.guidance import CONDITIONS, GivenDose, advise, begin


def play(memory, procedure, frames):
    """Advice of each (scene, signals)."""
    found = []
    for scene, signals in frames:
        advice, memory = advise(scene, signals, procedure, memory)
        found.append(advice)
    return found, memory


def names(advice):
    return [alarm.condition for alarm in advice.alarms]


def approach(make, *, speed_mm_s, start_mm=-30.0, until_s=4.0, rate_hz=30.0, beside_mm=0.0):
    """A needle that moves along x towards a round vessel of 3 mm at the origin, passing its centre at a distance."""
    vessel = make.vessel((0.0, 10.0 + beside_mm), semi_axes_mm=(3.0, 3.0))
    for number in range(int(until_s * rate_hz)):
        time_s = number / rate_hz
        seen = make.needle((start_mm + speed_mm_s * time_s, 10.0), speed_mm_s=speed_mm_s)
        yield make.scene(time_s, sequence=number, seen=seen, vessels=(vessel,)), Signals()


def test_a_path_into_a_vessel_is_warned_of_at_least_a_second_before(make, memory, procedure):
    found, _ = play(memory, procedure, approach(make, speed_mm_s=10.0))
    first = next(advice for advice in found if advice.alarms)
    contact_s = (30 - 3) / 10
    assert first.alarms[0].condition == "vessel_contact"
    assert first.alarms[0].priority == Priority.MEDIUM
    assert contact_s - first.time_s >= 1.0


def test_contact_is_high_and_immediate(make, memory, procedure):
    scene = make.scene(seen=make.needle((-3.0, 10.0)), vessels=(make.vessel((0.0, 10.0), semi_axes_mm=(3.0, 3.0)),))
    (advice,), _ = play(memory, procedure, [(scene, Signals())])
    assert names(advice) == ["vessel_contact"]
    assert advice.alarms[0].priority == Priority.HIGH
    assert "contact" not in advice.alarms[0].what
    assert "mm" in advice.alarms[0].measured
    assert advice.alarms[0].source


@pytest.mark.parametrize("speed_mm_s", [3.0, 8.0, 15.0])
@pytest.mark.parametrize("gap_mm", [2.0, 4.0])
def test_a_correct_pass_beside_a_vessel_is_silent(make, memory, procedure, speed_mm_s, gap_mm):
    found, _ = play(memory, procedure, approach(make, speed_mm_s=speed_mm_s, beside_mm=3.0 + gap_mm, until_s=10))
    assert not any(advice.alarms for advice in found)


def test_a_still_needle_near_a_vessel_is_silent_and_mentioned(make, memory, procedure):
    scene = make.scene(seen=make.needle((-5.0, 10.0)), vessels=(make.vessel((0.0, 10.0), semi_axes_mm=(3.0, 3.0)),))
    (advice,), _ = play(memory, procedure, [(scene, Signals())])
    assert not advice.alarms
    assert any(hint.startswith("Tip 2.0 ±") for hint in advice.hints)


def test_an_unsure_vessel_raises_no_alarm(make, memory, procedure):
    dark = make.vessel((0.0, 10.0), confidence=0.3)
    (advice,), _ = play(memory, procedure, [(make.scene(vessels=(dark,)), Signals())])
    assert not advice.alarms
    assert advice.clearances[0].structure == "dark and round, vessel possible"


def test_contact_ends_after_it_has_been_gone_for_a_second(make, memory, procedure):
    vessel = make.vessel((0.0, 10.0), semi_axes_mm=(3.0, 3.0))
    at = {True: make.needle((-3.0, 10.0)), False: make.needle((-9.0, 10.0))}
    frames = [(make.scene(n / 30, sequence=n, seen=at[n < 15], vessels=(vessel,)), Signals()) for n in range(60)]
    found, memory = play(memory, procedure, frames)
    ended_s = max(advice.time_s for advice in found if advice.alarms)
    assert ended_s == pytest.approx(14 / 30 + 1.0, abs=2 / 30)
    assert memory.raised == (("vessel_contact", 0.0),)


def condition_frames(make, *, rate_hz, lasts_s, until_s=3.0, drop=0, jump_at_s=None, jump_s=0.0):
    """High pressure while injecting, from 0.5 s on for a while: a condition with the usual persistence."""
    for number in range(int(until_s * rate_hz) + 1):
        if drop and number % drop == 1:
            continue
        time_s = number / rate_hz
        pressed = 0.5 - 1e-9 <= time_s <= 0.5 + lasts_s + 1e-9
        shown_s = time_s + (jump_s if jump_at_s is not None and time_s >= jump_at_s else 0.0)
        signals = Signals(injected_ml=0.0, injecting=True, pressure_kpa=150.0 if pressed else 10.0)
        yield make.scene(shown_s, sequence=number), signals


@given(rate_hz=st.floats(5, 200), lasts_s=st.floats(0, 2.0), drop=st.integers(0, 4))
def test_persistence_does_not_depend_on_the_frame_rate(make, plan, procedure, rate_hz, lasts_s, drop):
    drop = 0 if drop < 3 or rate_hz < 12 else drop
    found, _ = play(
        begin(plan, procedure), procedure, condition_frames(make, rate_hz=rate_hz, lasts_s=lasts_s, drop=drop)
    )
    raised = [advice.alarms[0].since_s for advice in found if advice.alarms]
    grain_s = (3 if drop else 2) / rate_hz
    if lasts_s > 0.5 + grain_s:
        assert raised
        assert raised[0] == pytest.approx(1.0, abs=grain_s)
    elif lasts_s < 0.5 - grain_s:
        assert not raised


@given(jump_s=st.floats(-100, 100), jump_at_s=st.floats(0.0, 2.0))
def test_a_jump_of_the_clock_neither_raises_nor_loses_an_alarm(make, plan, procedure, jump_s, jump_at_s):
    brief = condition_frames(make, rate_hz=30, lasts_s=0.2, jump_at_s=jump_at_s, jump_s=jump_s)
    found, _ = play(begin(plan, procedure), procedure, brief)
    assert not any(advice.alarms for advice in found)
    lasting = condition_frames(make, rate_hz=30, lasts_s=1.2, jump_at_s=jump_at_s, jump_s=jump_s)
    found, memory = play(begin(plan, procedure), procedure, lasting)
    assert any(advice.alarms for advice in found)
    assert [name for name, _ in memory.raised] == ["injecting_without_spread"]


def test_a_short_drop_out_does_not_restart_a_condition(make, memory, procedure):
    frames = []
    for number in range(30):
        kpa = 10.0 if number % 5 == 4 else 150.0
        signals = Signals(injected_ml=0.0, injecting=True, pressure_kpa=kpa)
        frames.append((make.scene(number / 30, sequence=number), signals))
    found, _ = play(memory, procedure, frames)
    assert any(advice.alarms for advice in found)


def injection(make, state, *, rate_ml_s=0.5, until_ml=1.5, rate_hz=30.0):
    number, volume = 0, 0.0
    while volume <= until_ml:
        signals = Signals(injected_ml=volume, injecting=True)
        yield make.scene(number / rate_hz, sequence=number, state=state), signals
        number, volume = number + 1, volume + rate_ml_s / rate_hz


@pytest.mark.parametrize(("planned_ml", "limit_ml"), [(12.0, 0.5), (2.0, 0.4), (1.0, 0.2)])
def test_volume_without_spread_is_called_at_its_limit(make, plan, procedure, planned_ml, limit_ml):
    memory = begin(replace(plan, planned_ml=planned_ml), procedure)
    found, _ = play(memory, procedure, injection(make, SpreadState.NONE))
    first = next(advice for advice in found if advice.alarms)
    assert first.alarms[0].priority == Priority.HIGH
    assert first.dose.given_ml == pytest.approx(limit_ml, abs=0.5 / 30 + 1e-9)


def test_spread_that_cannot_be_judged_is_medium(make, memory, procedure):
    found, _ = play(memory, procedure, injection(make, SpreadState.CANNOT_TELL, until_ml=2))
    assert {alarm.priority for advice in found for alarm in advice.alarms} == {Priority.MEDIUM}
    assert found[-1].alarms[0].what == "Injecting, and spread cannot be judged."


@pytest.mark.parametrize("state", [SpreadState.SPREAD, SpreadState.WAITING])
def test_seen_spread_is_silent(make, memory, procedure, state):
    found, _ = play(memory, procedure, injection(make, state))
    assert not any(advice.alarms for advice in found)


def test_volume_counts_anew_after_the_needle_was_moved(make, memory, procedure):
    frames = list(injection(make, SpreadState.NONE, until_ml=0.4))
    moved = make.needle((6.0, 10.0))
    frames.append((make.scene(2.0, seen=moved), Signals(injected_ml=0.4, injecting=False)))
    frames += [
        (
            make.scene(3.0 + n / 30, seen=moved, state=SpreadState.NONE),
            Signals(injected_ml=0.4 + n / 60, injecting=True),
        )
        for n in range(24)
    ]
    found, _ = play(memory, procedure, frames)
    assert not any(advice.alarms for advice in found)


def test_blood_is_high_until_an_aspiration_brings_none(make, memory, procedure):
    def pulled(count, result):
        return Signals(injected_ml=0.0, injecting=False, aspirations=count, aspirated=result)

    steps = [(0, None), (1, AspirationResult.BLOOD), (1, AspirationResult.BLOOD), (2, AspirationResult.NOTHING)]
    frames = [(make.scene(n * 2.0, sequence=n), pulled(*step)) for n, step in enumerate(steps)]
    frames += [(make.scene(6.0 + n * 0.2), pulled(2, AspirationResult.NOTHING)) for n in range(1, 8)]
    found, _ = play(memory, procedure, frames)
    assert [names(advice) for advice in found[:3]] == [[], ["blood_aspirated"], ["blood_aspirated"]]
    assert found[1].alarms[0].priority == Priority.HIGH
    assert names(found[-1]) == []
    assert any("pressed vein gives nothing" in hint for hint in found[-1].hints)


def test_blood_seen_for_one_frame_only_is_not_lost(make, memory, procedure):
    signals = [
        Signals(aspirations=0),
        Signals(aspirations=1, aspirated=AspirationResult.BLOOD),
        Signals(aspirations=2, aspirated=AspirationResult.NOTHING),
    ]
    found, memory = play(memory, procedure, [(make.scene(n / 30), s) for n, s in enumerate(signals)])
    assert names(found[-1]) == ["blood_aspirated"]
    assert memory.raised[0][0] == "blood_aspirated"


def test_blood_is_forgotten_once_the_tip_has_moved(make, memory, procedure):
    blood = Signals(aspirations=1, aspirated=AspirationResult.BLOOD)
    frames = [(make.scene(0.0), blood)]
    frames += [(make.scene(0.2 * n, seen=make.needle((-5.0, 10.0))), blood) for n in range(1, 10)]
    found, _ = play(memory, procedure, frames)
    assert names(found[0]) == ["blood_aspirated"]
    assert names(found[-1]) == []


def lost(make, *, speed_mm_s, state=NeedleState.LOST, rate_hz=30.0):
    for number in range(90):
        unseen_s = max(0.0, (number - 30) / rate_hz)
        tracked = number <= 30
        seen = make.needle(
            (0.0, 10.0) if tracked else None,
            state=NeedleState.TRACKED if tracked else state,
            speed_mm_s=speed_mm_s if tracked else 0.0,
            unseen_s=unseen_s,
        )
        yield make.scene(number / rate_hz, sequence=number, seen=seen), Signals()


@pytest.mark.parametrize("state", [NeedleState.LOST, NeedleState.SHAFT_ONLY])
def test_a_tip_lost_while_advancing_is_medium(make, memory, procedure, state):
    found, _ = play(memory, procedure, lost(make, speed_mm_s=8.0, state=state))
    first = next(advice for advice in found if advice.alarms)
    assert names(first) == ["advancing_unseen"]
    assert first.alarms[0].priority == Priority.MEDIUM
    assert first.time_s == pytest.approx(1.5, abs=2 / 30)


@pytest.mark.parametrize("speed_mm_s", [0.0, -10.0])
def test_a_tip_lost_at_rest_or_on_the_way_out_is_silent(make, memory, procedure, speed_mm_s):
    found, _ = play(memory, procedure, lost(make, speed_mm_s=speed_mm_s))
    assert not any(advice.alarms for advice in found)


def test_dose_warns_at_eighty_percent_and_alarms_at_the_limit(make, plan, procedure):
    near = begin(replace(plan, given_before=(GivenDose(drug_id="ropivacaine", dose_mg=150),)), procedure)
    found, _ = play(near, procedure, injection(make, SpreadState.SPREAD, until_ml=13, rate_ml_s=6))
    levels = [(advice.dose.fraction, advice.alarms[0].priority if advice.alarms else None) for advice in found]
    assert {priority for fraction, priority in levels if fraction < 0.8} == {None}
    assert {priority for fraction, priority in levels if 0.8 <= fraction < 1} == {Priority.MEDIUM}
    assert {priority for fraction, priority in levels if fraction >= 1} == {Priority.HIGH}


def test_there_are_never_more_than_five_and_the_most_urgent_is_first(make, plan, procedure):
    memory = begin(replace(plan, given_before=(GivenDose(drug_id="ropivacaine", dose_mg=200),)), procedure)
    vessel = make.vessel((0.0, 10.0))
    frames = list(lost(make, speed_mm_s=8.0))
    seen = make.needle((0.0, 10.0))
    signals = Signals(
        injected_ml=1.0, injecting=True, aspirations=1, aspirated=AspirationResult.BLOOD, pressure_kpa=150.0
    )
    frames += [(make.scene(3.0 + n / 30, seen=seen, vessels=(vessel,)), signals) for n in range(20)]
    found, _ = play(memory, procedure, frames)
    assert set(names(found[-1])) == set(CONDITIONS)
    assert found[-1].alarms[-1].priority == Priority.MEDIUM
    assert all(alarm.what and alarm.why and alarm.measured and alarm.action for alarm in found[-1].alarms)
