"""Injections into vessel and nerve are told once each."""

from inplane.anatomy import Kind
from inplane.physics.needle import Meeting, MeetingKind
from inplane.world.events import INTRANEURAL, INTRAVASCULAR, EventLog


def test_injections_into_vessel_and_nerve_are_told_once() -> None:
    log = EventLog({"vein lumen": Kind.VEIN_LUMEN, "nerve": Kind.NERVE, "muscle": Kind.MUSCLE})
    log.given({"vein lumen": 0.01, "muscle": 1.0}, 1.0)
    assert log.events == ()
    log.given({"vein lumen": 0.03, "muscle": 1.0, "elsewhere": 1.0}, 2.0)
    log.given({"vein lumen": 0.5, "nerve": 0.1}, 3.0)
    assert [(e.kind, e.structure, e.time_s) for e in log.events] == [
        (INTRAVASCULAR, "vein lumen", 2.0),
        (INTRANEURAL, "nerve", 3.0),
    ]


def test_meetings_become_events() -> None:
    log = EventLog({})
    log.met((Meeting(kind=MeetingKind.BONE, structure="femoral head", label=3, depth_mm=31.25),), 4.0)
    event = log.events[0]
    assert (event.kind, event.structure, event.time_s) == ("bone contact", "femoral head", 4.0)
    assert event.detail == "at 31.2 mm"
