"""Every procedure that has a patient is played from its lesson page to its result. Coarse patients and pictures."""

from dataclasses import replace

import pytest

from inplane.anatomy import Patient, build_patient, staged, standard_view
from inplane.atlas import load_atlas
from inplane.case import Journal
from inplane.console import SessionChoice, SimulatedSession
from inplane.console.codec import encode
from inplane.console.hands import HandsToControl, starting_hands
from inplane.console.messages import Aftercare, Form
from inplane.console.simulated import Room
from inplane.training import standard_plan
from inplane.world import World


def session_of(procedure_id: str, patient: Patient) -> SimulatedSession:
    atlas = load_atlas()
    procedure = atlas.procedure(procedure_id)
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    return SimulatedSession(
        Room(
            choice=SessionChoice(procedure_id=procedure_id, seed=5),
            patient=patient,
            world=World(patient, probe=probe, needle=needle, seed=5, n_lines=48, n_samples=96),
            procedure=procedure,
            plan=standard_plan(procedure, patient),
        ),
        lambda _name: Journal(),
    )


@pytest.mark.parametrize("procedure_id", staged())
def test_from_the_lesson_to_the_result(procedure_id: str) -> None:
    patient = build_patient(procedure_id, 5, spacing_mm=1.2)
    session = session_of(procedure_id, patient)
    procedure, info = load_atlas().procedure(procedure_id), session.info
    assert info.procedure_name == procedure.name
    assert len(info.lesson) >= 5
    assert all(step.title and step.text for step in info.lesson)
    hands = starting_hands(1, session.start)
    converter = HandsToControl(info.probe, info.needle, session.indentation_mm)
    lines = tuple(line.id for line in info.checklist)
    session.fill_form(Form(indication=info.indication, side="right", checklist=lines, time_out=True))
    for advance_mm in (0.0, 12.0, 12.0, 0.0, 0.0):
        hands = replace(hands, needle=replace(hands.needle, advance_mm=advance_mm))
        moment = session.turn(converter.control(hands, needle_allowed=session.needle_allowed))
        assert moment is not None
    view = standard_view(patient, procedure_id)
    moment = session.turn(replace(moment.control, probe=view))
    layer = session.teacher(moment.frame.sequence)
    assert layer is not None
    assert layer.target_mm is not None  # the competent view holds the target
    session.finish()
    session.aftercare(Aftercare(done=(info.aftercare[0].id,)))
    page = session.result()
    assert procedure.name in page.title
    labels = {line.label: line.value for section in page.sections for line in section.lines}
    assert labels["Needle passes"] == "1"
    encode(page)
