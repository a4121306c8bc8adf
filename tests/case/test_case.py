"""Steps in their order, the form before the needle, and what becomes an event."""

import pytest

from inplane.case import ANSWERS, Step, complete_answers
from inplane.core import (
    AspirationResult,
    Control,
    FormatError,
    InputError,
    NeedleControl,
    NeedleState,
    PlungerControl,
    Priority,
    Signals,
    SpreadState,
    UnknownNameError,
)
from inplane.guidance import advise, begin


def kinds(case):
    return [event.kind for event in case.journal.events]


def of_kind(case, kind):
    return [event.fields for event in case.journal.events if event.kind == kind]


def ready(case):
    case.advance(Step.INJECTION, complete_answers(case.procedure, case.plan))
    return case


def test_a_case_opens_with_its_plan(case):
    assert case.step == Step.INDICATION
    assert of_kind(case, "case_opened")[0]["side"] == "right"


def test_the_short_form_may_be_filled_at_once(case):
    assert not case.needle_allowed
    ready(case)
    assert case.step == Step.INJECTION
    assert case.missing == ()
    assert case.needle_allowed
    assert set(of_kind(case, "answers")[0]) == set(ANSWERS)


def test_scanning_is_allowed_before_the_form(case):
    case.advance(Step.SCAN)
    assert case.step == Step.SCAN


@pytest.mark.parametrize("left_out", ANSWERS)
def test_the_needle_waits_for_the_whole_form(case, left_out):
    answers = complete_answers(case.procedure, case.plan)
    del answers[left_out]
    with pytest.raises(InputError, match="Cannot begin the injection. Still open"):
        case.advance(Step.INJECTION, answers)
    assert not case.needle_allowed


def test_one_unchecked_item_keeps_the_needle_away(case):
    answers = complete_answers(case.procedure, case.plan)
    answers["checklist"] = [item for item in case.procedure.checklist_ids if item != "asepsis"]
    with pytest.raises(InputError, match="Still open: Asepsis: hand hygiene"):
        case.advance(Step.INJECTION, answers)
    case.advance(Step.INJECTION, {"checklist": ["asepsis"]})
    assert case.needle_allowed


def test_the_wrong_side_is_refused_and_written_down(case):
    with pytest.raises(InputError, match="Side is 'left', and the plan says 'right'. Expected the same"):
        case.advance(Step.CHECKLIST, {"side": "left"})
    assert case.step == Step.INDICATION
    assert "Side is 'left'" in str(of_kind(case, "answer_refused")[0]["reason"])


@pytest.mark.parametrize(
    ("answers", "error", "message"),
    [
        ({"colour": "red"}, UnknownNameError, "Unknown answer 'colour'"),
        ({"indication": " "}, FormatError, "Answer 'indication' is ' '. Expected a sentence"),
        ({"side": "both"}, FormatError, "Answer 'side' is 'both'"),
        ({"checklist": "asepsis"}, FormatError, "Expected a list of item ids"),
        ({"checklist": ["coffee"]}, UnknownNameError, "Unknown checklist item 'coffee'"),
        ({"time_out": "yes"}, FormatError, "Answer 'time_out' is 'yes'. Expected true"),
    ],
)
def test_answers_that_do_not_fit_are_refused(case, answers, error, message):
    with pytest.raises(error, match=message):
        case.advance(Step.CHECKLIST, answers)


def test_steps_go_forwards_and_only_from_the_injection_back_to_scanning(case):
    ready(case)
    case.advance(Step.SCAN)
    case.advance(Step.INJECTION)
    with pytest.raises(InputError, match="Cannot go from 'injection' back to 'side'"):
        case.advance(Step.SIDE)
    with pytest.raises(InputError, match="Cannot go from 'injection' to 'result'. Expected 'aftercare' first"):
        case.advance(Step.RESULT)
    case.advance(Step.AFTERCARE)
    case.advance(Step.RESULT)
    assert [fields["step"] for fields in of_kind(case, "step")][-2:] == ["aftercare", "result"]


def test_the_needle_is_withheld_until_it_is_allowed(case):
    wanted = Control(needle=NeedleControl(advance_mm=20), plunger=PlungerControl(injected_ml=1.0, aspirations=1))
    for _ in range(3):
        passed = case.permit(wanted)
        assert passed.needle.advance_mm == 0
        assert passed.plunger == PlungerControl()
    assert kinds(case).count("needle_withheld") == 1
    ready(case)
    assert case.permit(wanted) is wanted
    case.advance(Step.AFTERCARE)
    assert case.permit(wanted).needle.advance_mm == 0
    assert case.permit(wanted).plunger == wanted.plunger


def play(case, make, courses):
    """Frames of (needle, signals, control, state, vessels) at 30/s."""
    memory = begin(case.plan, case.procedure)
    for number, (seen, signals, control, state, vessels) in enumerate(courses):
        scene = make.scene(number / 30, sequence=number, seen=seen, state=state, vessels=vessels)
        frame = make.frame(number / 30, sequence=number, signals=signals)
        advice, memory = advise(scene, signals, case.procedure, memory)
        case.record(frame, scene, advice, control)


def pushed(advance_mm):
    return Control(needle=NeedleControl(advance_mm=advance_mm))


def test_alarms_are_written_when_raised_and_ended_and_can_be_acknowledged(case, make):
    vessel = (make.vessel((0.0, 10.0), semi_axes_mm=(3.0, 3.0)),)
    touching = [(make.needle((-3.0, 10.0)), Signals(), Control(), SpreadState.WAITING, vessel)] * 5
    away = [(make.needle((-12.0, 10.0)), Signals(), Control(), SpreadState.WAITING, vessel)] * 45
    play(case, make, touching)
    case.acknowledge("vessel_contact")
    with pytest.raises(UnknownNameError, match="Unknown active alarm 'dose_limit'"):
        case.acknowledge("dose_limit")
    play(case, make, touching + away)
    raised = next(event for event in case.journal.events if event.kind == "alarm_raised")
    assert raised.priority == Priority.HIGH
    assert raised.fields["condition"] == "vessel_contact"
    assert kinds(case).count("alarm_raised") == kinds(case).count("alarm_ended") == 1
    assert of_kind(case, "alarm_ended")[0]["lasted_s"] > 1.0
    assert "alarm_acknowledged" in kinds(case)


def test_injection_aspiration_and_spread_are_events(case, make):
    courses = []
    volume = 0.0
    for number in range(60):
        injecting = 10 <= number < 40
        volume += 0.02 if injecting else 0.0
        signals = Signals(
            injected_ml=volume,
            injecting=injecting,
            aspirations=int(number >= 5) + int(number >= 50),
            aspirated=AspirationResult.BLOOD if number >= 50 else AspirationResult.NOTHING if number >= 5 else None,
        )
        state = SpreadState.SPREAD if number > 20 else SpreadState.WAITING
        courses.append((make.needle(), signals, Control(), state, ()))
    play(case, make, courses)
    assert [fields["result"] for fields in of_kind(case, "aspirated")] == ["nothing", "blood"]
    assert of_kind(case, "injection_started")[0]["given_ml"] == pytest.approx(0.02)
    assert of_kind(case, "injection_ended")[0]["volume_ml"] == pytest.approx(0.58)
    assert [fields["state"] for fields in of_kind(case, "spread")] == ["spread"]


def test_passes_are_counted_by_skin_and_by_drawing_back(case, make):
    depths = [0, 5, 10, 20, 18, 20, 30, 22, 24, 21, 27, 30, 10, 0, 0, 8, 12, 0]
    play(case, make, [(make.needle(), Signals(), pushed(d), SpreadState.WAITING, ()) for d in depths])
    assert [fields["number"] for fields in of_kind(case, "needle_pass")] == [1, 2, 3]
    assert [fields["deepest_mm"] for fields in of_kind(case, "needle_out")] == [30, 12]


def test_there_is_one_summary_a_second_whatever_the_frame_rate(case, make):
    course = []
    for number in range(151):
        seen = make.needle(state=NeedleState.TRACKED if number < 90 else NeedleState.SHAFT_ONLY)
        vessels = (make.vessel((20.0, 10.0)),)
        course.append((seen, Signals(), pushed(1 + number * 0.1), SpreadState.WAITING, vessels))
    play(case, make, course)
    case.close()
    assert len(of_kind(case, "summary")) == 5
    totals = of_kind(case, "totals")[0]
    assert totals["frames"] == 151
    assert totals["advancing_s"] == pytest.approx(5.0, abs=0.01)
    assert totals["advancing_seen_s"] == pytest.approx(89 / 30, abs=0.01)
    assert totals["nearest_vessel_mm"] == pytest.approx(16)
    assert len(case.journal.events) < 25


def test_other_events_carry_their_fields(case):
    case.event("overlay", level="full")
    assert of_kind(case, "overlay") == [{"level": "full"}]
