"""Delay, lapses and tremor around an operator that answers each frame with the frame's own time."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from inplane.core import Control, NeedleControl, ProbeControl
from inplane.operators import NoviceErrors, Person, Skill
from inplane.operators.hand import draw_tremor

RATE_HZ = 200.0


@dataclass
class Echo:
    """Pushes the needle as deep as the scene's time says, and remembers what it was shown."""

    first: Control = field(default_factory=Control)
    done: bool = False
    shown: list[tuple[float, float]] = field(default_factory=list)

    def __call__(self, frame, scene, advice):  # noqa: ARG002
        self.shown.append((frame.time_s, scene.time_s))
        return Control(needle=NeedleControl(advance_mm=10 + scene.time_s), probe=ProbeControl(x_mm=5.0))


def play(make, person, *, seconds, rate_hz=RATE_HZ):
    """Controls and their times."""
    found = []
    for number in range(int(seconds * rate_hz)):
        time_s = number / rate_hz
        scene = make.scene(time_s, sequence=number)
        found.append((time_s, person(make.frame(time_s), scene, None)))
    return found


def test_the_answer_to_a_frame_comes_after_the_delay(make):
    echo = Echo()
    person = Person(echo, Skill(name="slow", delay_s=0.4), 1)
    for time_s, control in play(make, person, seconds=2, rate_hz=20):
        seen_s = control.needle.advance_mm - 10
        if time_s < 0.39:
            assert control == echo.first
        else:
            assert time_s - seen_s == pytest.approx(0.4, abs=1e-6)


def test_without_skill_to_speak_of_it_is_the_operator_itself(make):
    person = Person(Echo(), Skill(name="steady"), 1)
    for time_s, control in play(make, person, seconds=0.5):
        assert control.needle.advance_mm == pytest.approx(10 + time_s)
        assert control.probe.x_mm == 5.0


def test_tremor_has_its_size_and_its_band(make):
    person = Person(Echo(), Skill(name="trembling", needle_tremor_mm=0.1, probe_tremor_mm=0.05), 7)
    controls = play(make, person, seconds=40)
    times = np.array([time_s for time_s, _ in controls])
    along = np.array([control.needle.advance_mm for _, control in controls]) - 10 - times
    across = np.array([[control.probe.x_mm - 5, control.probe.z_mm] for _, control in controls])
    assert np.sqrt((along**2).mean()) == pytest.approx(0.1, rel=0.1)
    assert np.sqrt((across**2).mean(axis=0)) == pytest.approx([0.05, 0.05], rel=0.1)
    for signal in (along, across[:, 0], across[:, 1]):
        power = np.abs(np.fft.rfft(signal * np.hanning(len(signal)))) ** 2
        hertz = np.fft.rfftfreq(len(signal), 1 / RATE_HZ)
        assert power[(hertz > 7.8) & (hertz < 12.2)].sum() > 0.99 * power.sum()


def test_a_needle_out_of_the_skin_and_one_that_is_all_in_do_not_tremble_out_of_bounds(make):
    def held(advance_mm):
        operator = Echo()
        operator.__class__ = type(
            "Still", (Echo,), {"__call__": lambda *_: Control(needle=NeedleControl(advance_mm=advance_mm))}
        )
        person = Person(operator, Skill(name="t", needle_tremor_mm=2.0), 3, needle_mm=80)
        return [control.needle.advance_mm for _, control in play(make, person, seconds=2)]

    assert set(held(0.0)) == {0.0}
    assert max(held(80.0)) == 80.0
    assert min(held(2.5)) >= 0.5


def test_in_a_lapse_the_last_thing_seen_is_acted_on_while_time_goes_on(make):
    echo = Echo()
    person = Person(echo, Skill(name="absent", lapses_per_min=12, lapse_s=1.0), 5)
    play(make, person, seconds=30, rate_hz=20)
    stale = [(now, seen) for now, seen in echo.shown if now - seen > 1e-9]
    assert stale
    assert max(now - seen for now, seen in stale) <= 30
    for now, seen in stale:
        assert not person.attends(now)
        assert person.attends(seen)
    assert all(seen == now for now, seen in echo.shown if person.attends(now))


def test_lapses_come_as_often_as_they_should():
    counts = [len(Person(Echo(), Skill(name="a", lapses_per_min=2, lapse_s=1), seed).lapses_s) for seed in range(40)]
    assert np.mean(counts) == pytest.approx(2 * 15, rel=0.1)  # fifteen minutes are drawn


def test_the_same_seed_trembles_the_same_and_another_does_not(make):
    skill = Skill(name="t", needle_tremor_mm=0.1, lapses_per_min=3, lapse_s=0.5)
    runs = [play(make, Person(Echo(), skill, seed), seconds=1) for seed in (1, 1, 2)]
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]


def test_a_probe_that_is_not_watched_drifts_while_the_needle_is_in(make):
    errors = NoviceErrors(drift_mm_s=0.5, drift_rad=0.0)
    controls = play(make, Person(Echo(), Skill(name="steady"), 1, errors=errors), seconds=10, rate_hz=20)
    assert controls[-1][1].probe.x_mm - 5 == pytest.approx(5.0, abs=0.1)
    assert controls[-1][1].probe.z_mm == pytest.approx(0)
    long = play(make, Person(Echo(), Skill(name="steady"), 1, errors=errors), seconds=60, rate_hz=5)
    assert long[-1][1].probe.x_mm - 5 == pytest.approx(12)


def test_fatigue_makes_tremor_and_delay_grow(make):
    skill = Skill(name="t", needle_tremor_mm=0.1, delay_s=0.2)
    fresh = Person(Echo(), skill, 3)
    tired = Person(Echo(), skill, 3, errors=NoviceErrors(tires_per_min=1.0))
    assert fresh.weariness(120) == 1
    echo = tired.operator
    play(make, tired, seconds=60, rate_hz=20)
    assert tired.weariness(60) == pytest.approx(2)
    assert echo.shown[-1][0] == pytest.approx(59.95 - 0.4, abs=0.06)


def test_tremor_is_a_function_of_time_alone():
    tremor = draw_tremor(np.random.default_rng(3), 0.2)
    assert tremor.at(1.25) == tremor.at(1.25)
    assert replace(tremor, rms=0.4).at(1.25) == pytest.approx(2 * tremor.at(1.25))
