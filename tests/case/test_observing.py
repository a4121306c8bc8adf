"""Somebody only looks: no procedure, no form, no drug; and no millimetre where no scale is known."""

import json
import re
from dataclasses import replace

import pytest

from inplane.case import Case, Journal, Loop, Step
from inplane.core import Calibration, Control, InputError, NeedleControl, SpreadState

MM = re.compile(r"(?<![a-z])(mm|cm)(?![a-z])")


class Film:
    """A source of empty frames."""

    def __init__(self, make, count):
        self.make, self.left = make, count
        self.count = count

    def next(self, control):  # noqa: ARG002  a recording takes note of no control
        self.left -= 1
        number = self.count - 1 - self.left
        return self.make.frame(number / 30, sequence=number) if self.left >= 0 else None


class Eye:
    """A needle that goes fast for a vessel and is then seen to spread, on one scale."""

    def __init__(self, make, calibration):
        self.make, self.calibration = make, calibration

    def step(self, frame):
        scene = self.make.scene(
            frame.time_s,
            sequence=frame.sequence,
            seen=self.make.needle((0.1 * frame.sequence, 10.0), speed_mm_s=30.0),
            vessels=(self.make.vessel((12.0, 10.0)),),
            bones=(self.make.bone(),),
            state=SpreadState.SPREAD if frame.sequence > 40 else SpreadState.WAITING,
        )
        return replace(scene, calibration=self.calibration)


def observed(make, calibration):
    case = Case(Journal(), None, None)
    ticks = list(Loop(Film(make, 90), Eye(make, calibration), None, None, case).run())
    events = case.journal.events
    case.close()
    return case, ticks, events


@pytest.mark.parametrize("calibration", Calibration)
def test_a_recording_without_a_procedure_goes_through_the_one_loop(make, calibration):
    case, ticks, events = observed(make, calibration)
    assert len(ticks) == 90
    assert case.observing
    assert case.step is Step.SCAN
    assert {event.kind for event in events} >= {"case_opened", "summary", "spread"}
    summary = next(event.fields for event in events if event.kind == "summary")
    assert summary["scale"] == calibration.value
    assert not {"probe", "needle_mm", "advancing_s"} & set(summary)
    assert not [line for line in ticks[-1].advice.cannot_tell if "Dose" in line]
    assert ticks[-1].advice.dose.limit == "nothing was planned"


def test_of_an_uncalibrated_recording_nothing_is_written_in_mm(make):
    _, ticks, events = observed(make, Calibration.UNCALIBRATED)
    told = [event.kind + json.dumps(dict(event.fields)) for event in events]
    for tick in ticks:
        assert tick.advice.path is None
        assert tick.advice.clearances == ()
        told += [*tick.advice.hints, *tick.advice.cannot_tell]
        told += [word for alarm in tick.advice.alarms for word in (alarm.what, alarm.why, alarm.measured, alarm.action)]
    assert [line for line in told if MM.search(line)] == []


def test_on_an_estimated_scale_every_mm_is_marked(make):
    _, ticks, _ = observed(make, Calibration.ESTIMATED)
    told = [word for tick in ticks for word in (*tick.advice.hints, *(a.measured for a in tick.advice.alarms))]
    measured = [line for line in told if MM.search(line)]
    assert measured
    assert [line for line in measured if "estimated scale" not in line] == []


def test_an_observation_has_no_form_and_lets_no_needle_through():
    case = Case(Journal(), None, None)
    assert not case.needle_allowed
    with pytest.raises(InputError, match="somebody only looks"):
        case.advance(Step.INJECTION)
    control = Control(needle=NeedleControl(advance_mm=5.0))
    assert case.permit(control).needle.advance_mm == 0.0
