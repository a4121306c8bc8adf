"""The one loop: order of the stages, who controls, what passes, and what it costs."""

from dataclasses import replace
from statistics import median

import pytest

from inplane.case import Case, Journal, Loop, Step, complete_answers
from inplane.core import Control, NeedleControl, Scene


class Film:
    """A source that plays empty frames and keeps what it was asked with."""

    def __init__(self, make, count):
        self.make, self.count, self.asked = make, count, []

    def next(self, control):
        self.asked.append(control)
        number = len(self.asked) - 1
        return self.make.frame(number / 30, sequence=number) if number < self.count else None


class Eye:
    """A perceiver that sees the same needle and vessel in every frame."""

    def __init__(self, make):
        self.make = make

    def step(self, frame) -> Scene:
        scene = self.make.scene(frame.time_s, sequence=frame.sequence, vessels=(self.make.vessel(),))
        return replace(scene, bones=(self.make.bone(),))


@pytest.fixture
def loop(make, procedure, plan):
    case = Case(Journal(), procedure, plan)
    return Loop(Film(make, 20), Eye(make), procedure, plan, case)


def test_a_step_gives_frame_scene_and_advice_of_one_sequence(loop):
    tick = loop.step(Control())
    assert tick.frame.sequence == tick.scene.sequence == tick.advice.sequence == 0
    assert tick.cpu_s.total >= tick.cpu_s.guide > 0


def test_the_end_of_the_source_ends_the_loop(loop):
    assert len(list(loop.run())) == 20
    assert loop.step(Control()) is None


def test_the_operator_answers_each_frame(loop):
    def operator(frame, scene, advice):
        assert frame.sequence == scene.sequence == advice.sequence
        return Control(needle=NeedleControl(advance_mm=frame.sequence))

    loop.case.advance(Step.INJECTION, complete_answers(loop.procedure, loop.case.plan))
    ticks = list(loop.run(operator, until=lambda tick: tick.frame.sequence == 9))
    assert [tick.control.needle.advance_mm for tick in ticks] == [0, *range(9)]


def test_the_needle_does_not_reach_the_source_before_the_form(loop):
    loop.operator = lambda *_: Control(needle=NeedleControl(advance_mm=30))
    ticks = list(loop.run(first=Control(needle=NeedleControl(advance_mm=30))))
    assert {tick.control.needle.advance_mm for tick in ticks} == {0}
    assert {control.needle.advance_mm for control in loop.source.asked} == {0}


def test_recording_a_frame_costs_little(make, procedure, plan, tmp_path):
    case = Case(Journal(tmp_path / "journal.sqlite"), procedure, plan)
    loop = Loop(Film(make, 300), Eye(make), procedure, plan, case)
    ticks = list(loop.run())
    case.close()
    # medians: a collection of the whole test run's garbage may fall into any one frame
    assert 0 < median(tick.cpu_s.record for tick in ticks) < 0.2e-3
    assert 0 < median(tick.cpu_s.guide for tick in ticks) < 1e-3
