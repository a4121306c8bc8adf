"""A session on a simulated patient without web and page: steps, refusals, truth, result. A coarse patient will do."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inplane.anatomy import staged
from inplane.atlas import load_atlas
from inplane.case import Journal, read_journal
from inplane.console import ObservedSessions, SessionChoice, SimulatedSession, SimulatedSessions
from inplane.console.codec import encode, to_wire
from inplane.console.describe import aftercare_lines, told_source
from inplane.console.hands import HandsToControl, starting_hands
from inplane.console.messages import Aftercare, Form, Hands
from inplane.console.scoring import result_page
from inplane.console.simulated import Room
from inplane.core import Control, InputError, UnknownNameError
from inplane.stream import Recorder, SimulatedSource
from inplane.stream.open import open_source
from inplane.training import Item, Origin, Result, Section


class Hand:
    """Turns the loop with hands, as the engine does."""

    def __init__(self, session: SimulatedSession) -> None:
        self.session = session
        self.hands: Hands = starting_hands(1, session.start)
        self.converter = HandsToControl(session.info.probe, session.info.needle, session.indentation_mm)

    def turn(self, count: int = 1) -> Any:
        for _ in range(count):
            control = self.converter.control(self.hands, needle_allowed=self.session.needle_allowed)
            moment = self.session.turn(control)
        return moment

    def advance(self, mm: float) -> None:
        self.hands = replace(self.hands, needle=replace(self.hands.needle, advance_mm=mm))


def answers(session: SimulatedSession, **changes: Any) -> Form:
    lines = tuple(line.id for line in session.info.checklist)
    form = Form(indication=session.info.indication, side="right", checklist=lines, time_out=True)
    return replace(form, **changes)


def test_the_page_is_told_what_the_atlas_says(session: SimulatedSession) -> None:
    info = session.info
    assert info.source == "SIMULATION"
    assert info.procedure_name == "Femoral nerve block"
    assert {choice.id for choice in info.procedures} == set(staged())
    assert all("grade" in line.source and line.review == "unreviewed" for line in info.checklist + info.aftercare)
    assert "time_out" not in {line.id for line in info.checklist}  # it has a question of its own
    assert info.lesson
    assert info.plan.syringe_ml >= info.plan.planned_ml
    encode_info = to_wire(info)
    assert encode_info["probe"]["frequency_max_mhz"] <= 25


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"time_out": False}, "time-out"),
        ({"indication": ""}, "indication"),
        ({"checklist": ()}, "Still open"),
        ({"side": "left"}, "the plan says 'right'"),
        ({"checklist": ("nonsense",)}, "checklist item"),
    ],
)
def test_the_needle_waits_for_a_whole_form(session: SimulatedSession, changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        session.fill_form(answers(session, **changes))
    assert not session.needle_allowed
    session.fill_form(answers(session))
    assert session.needle_allowed
    assert session.step == "injection"


def test_from_the_form_to_the_result(session: SimulatedSession) -> None:
    hand = Hand(session)
    hand.turn(3)
    hand.advance(20.0)
    assert hand.turn().control.needle.advance_mm == 0
    session.fill_form(answers(session))
    moment = hand.turn(4)
    assert moment.control.needle.advance_mm == 20
    assert len(moment.vessel_names) == len(moment.scene.vessels)
    with pytest.raises(InputError, match="needle is still in the skin"):
        session.finish()
    hand.advance(0.0)
    hand.turn(2)
    session.finish()
    with pytest.raises(InputError, match="Aftercare has no item"):
        session.aftercare(Aftercare(done=("nonsense",)))
    session.aftercare(Aftercare(done=(session.info.aftercare[0].id,)))
    assert session.step == "result"
    page = session.result()
    assert "Femoral nerve block" in page.title
    labels = {line.label: line.value for section in page.sections for line in section.lines}
    assert labels["Needle passes"] == "1"
    assert page.picture.startswith("data:image/png;base64,")
    kinds = [event.kind for event in session.case.journal.events]
    assert kinds.count("aftercare") == 1
    encode(page)


def test_aftercare_has_its_turn(session: SimulatedSession) -> None:
    with pytest.raises(InputError, match="Expected 'aftercare'"):
        session.aftercare(Aftercare(done=()))


def test_truth_is_known_to_the_teacher_only(session: SimulatedSession) -> None:
    moment = Hand(session).turn()
    layer = session.teacher(moment.frame.sequence)
    assert layer is not None
    names = {shape.name for shape in layer.shapes}
    assert any("artery" in name for name in names)
    assert all(len(shape.points_mm) <= 125 and shape.points_mm[0] == shape.points_mm[-1] for shape in layer.shapes)
    assert layer.target_mm is not None
    assert session.teacher(10_000) is None
    assert "femoral" not in encode(moment.scene)


def test_reset_keeps_the_form_and_retry_does_not(session: SimulatedSession) -> None:
    session.fill_form(answers(session))
    hand = Hand(session)
    hand.advance(15.0)
    hand.turn(2)
    again = session.again("reset")
    assert again.needle_allowed
    moment = Hand(again).turn()
    assert moment.frame.sequence == 0
    assert moment.frame.signals.injected_ml == 0
    assert not again.again("retry").needle_allowed


def test_a_step_of_the_lesson_can_be_skipped_and_that_is_written_down(session: SimulatedSession) -> None:
    first = session.info.lesson[0].id
    assert session.skip() == (first,)
    event = session.case.journal.events[-1]
    assert (event.kind, event.fields["skipped"]) == ("lesson_step", True)


@pytest.mark.parametrize(("side", "end"), [("right", "marker"), ("left", "other")])
def test_the_needle_waits_at_the_lateral_end(room: Room, side: Any, end: str) -> None:
    patient = replace(room.patient, side=side)
    session = SimulatedSession(replace(room, patient=patient), lambda _name: Journal())
    assert session.start.needle_end == end


def test_free_play_has_no_lesson(room: Room) -> None:
    session = SimulatedSession(replace(room, choice=replace(room.choice, lesson=False)), lambda _name: Journal())
    assert session.info.lesson == ()
    assert session.skip() == ()
    assert Hand(session).turn().lesson_done == ()


def test_what_a_person_did_is_in_a_journal_on_the_disk(room: Room, tmp_path: Path) -> None:
    session = SimulatedSession(room, lambda name: Journal(tmp_path / f"{name}.sqlite"))
    session.note("freeze", on=True)
    session.close()
    [path] = tmp_path.glob("*.sqlite")
    events = read_journal(path)
    assert any(event.kind == "freeze" and event.fields["on"] is True for event in events)


def test_an_unknown_procedure_is_refused_before_anything_is_built() -> None:
    told: list[str] = []
    with pytest.raises(UnknownNameError, match="Unknown procedure 'lobotomy'"):
        SimulatedSessions()(SessionChoice(procedure_id="lobotomy"), lambda text, _share: told.append(text))
    assert told == []


def test_aftercare_is_the_atlas_in_sentences() -> None:
    for procedure in load_atlas().procedures.values():
        lines = aftercare_lines(procedure)
        assert len({line.id for line in lines}) == len(lines) >= 2
        assert all(line.text[0].isupper() and line.text.endswith(".") for line in lines)


def test_sources_say_when_they_cover_a_part_only() -> None:
    approach = load_atlas().procedure("femoral_nerve_block").approach
    assert told_source(replace(approach, partial=True)).endswith("(in part)")


def test_a_result_without_picture_or_truth() -> None:
    item = Item(id="a", label="A", text="unknown", number=None, unit="", origin=Origin.MODEL)
    section = Section(title="S", items=(item,))
    result = Result(
        title="T", sections=(section,), alarms=("x",), remarks=(), picture=None, picture_truth=None, footer="F"
    )
    page = result_page(result)
    assert (page.picture, page.picture_text) == ("", "")
    assert page.sections[0].lines[0].origin == "from the model (truth)"


def test_the_results_picture_is_a_png(session: SimulatedSession) -> None:
    session.fill_form(answers(session))
    hand = Hand(session)
    hand.advance(12.0)
    hand.turn(3)
    data = base64.b64decode(session.result().picture.split(",")[1])
    assert data.startswith(b"\x89PNG")


def test_a_recording_of_a_simulated_patient_is_played_as_a_recording(room: Room, tmp_path: Path) -> None:
    room.world.reset()
    source = SimulatedSource(room.world)
    with Recorder(tmp_path / "recording", source.info) as recorder:
        recorded = [source.next(Control()) for _ in range(4)]
        for frame in recorded:
            recorder.write(frame, Control())
    # by a clock that stands still no picture is overtaken, however slow this machine is
    sessions = ObservedSessions(lambda: open_source(str(tmp_path / "recording")), clock=lambda: 0.0)
    session = sessions(SessionChoice(), lambda _text, _share: None)
    for frame in recorded:
        moment = session.turn(Control())
        assert moment is not None
        assert (moment.frame.pixels == frame.pixels).all()
    assert session.turn(Control()) is None
    assert (session.info.source, session.info.side) == ("RECORDING", "right")
    assert session.info.about_source is not None
    assert ("Patient", "simulated") in {(line.id, line.name) for line in session.info.about_source.lines}
    session.close()
