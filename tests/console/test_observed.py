"""A session on a real source without page: what it tells, how it ends, what the journal keeps, and its messages."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inplane.atlas import load_atlas
from inplane.case import Journal
from inplane.console import ObservedSession, ObservedSessions, SessionChoice
from inplane.console.cine import CINE_BYTES, CINE_FRAMES, CineRing
from inplane.console.codec import encode
from inplane.console.observed import observing_plan
from inplane.console.publisher import Publisher
from inplane.console.session import HandledSession
from inplane.console.stream_watch import StreamWatch
from inplane.core import Calibration, Control, InputError, UnknownNameError
from inplane.stream import Recorder
from inplane.stream.open import open_source

sys.path.insert(0, str(Path(__file__).parent))
from fake_sources import FakeRecording, FakeScanner, Pictures  # a file beside this one


def session_of(opener: Callable[[], Any], procedure_id: str | None = None) -> ObservedSession:
    return ObservedSessions(opener, procedure_id=procedure_id)(SessionChoice(), lambda _text, _share: None)


def test_it_tells_what_the_source_tells_and_nothing_of_hands() -> None:
    session = session_of(lambda: FakeRecording(3, Pictures(calibration=Calibration.ESTIMATED)))
    info = session.info
    assert (info.source, info.kind, info.patient) == ("RECORDING", "recording", "a recording.test")
    assert info.calibration is Calibration.ESTIMATED
    assert (info.probe, info.needle, info.plan, info.seed, info.level, info.side) == (None,) * 6
    assert info.landmarks == info.lesson == info.checklist == ()
    assert not isinstance(session, HandledSession)
    about = info.about_source
    assert about is not None
    told = {line.id: line.name for line in about.lines}
    assert told["Format"] == "made by a test"
    assert told["Pictures"] == "3, 20 a second"
    assert told["Size"] == "160 x 128 pixels"
    assert "estimated" in told["Scale"]
    assert about.notes == ("One thing is odd.",)


def test_turns_to_the_end_and_the_journal_says_how_it_ended() -> None:
    session = session_of(lambda: FakeRecording(3, breaks="The file is cut off."))
    moments = [session.turn(Control()) for _ in range(5)]
    assert [moment and moment.position for moment in moments] == [1, 2, 3, None, None]
    stream = session.stream()
    assert (stream.ended, stream.problem) == (True, "The file is cut off.")
    events = session.case.journal.events
    assert [event.kind for event in events].count("source_ended") == 1
    ended = next(event for event in events if event.kind == "source_ended")
    assert ended.fields == {"pictures": 3, "problem": "The file is cut off."}
    assert next(event for event in events if event.kind == "source").fields["calibration"] == "calibrated"
    assert session.step == "scan"
    assert session.case.observing


def test_position_counts_round_in_a_loop() -> None:
    class Looped(FakeRecording):
        @property
        def info(self) -> Any:
            return self.pictures.info(live=False, frames=2)

    session = session_of(lambda: Looped(5))
    moments = [session.turn(Control()) for _ in range(5)]
    assert [moment and moment.position for moment in moments] == [1, 2, 1, 2, 1]


def test_a_procedure_is_watched_and_an_unknown_one_refused() -> None:
    session = session_of(lambda: FakeRecording(2), "femoral_nerve_block")
    assert session.info.procedure_name == "Femoral nerve block"
    assert session.info.side is None
    assert session.turn(Control()) is not None
    assert not session.case.needle_allowed
    with pytest.raises(UnknownNameError, match="lobotomy"):
        session_of(lambda: FakeRecording(2), "lobotomy")
    procedure = load_atlas().procedure("femoral_nerve_block")
    assert [observing_plan(procedure, side).side for side in ("left", "right", None)] == ["left", "right", "right"]


def test_again_opens_anew_and_stays_where_that_fails() -> None:
    made: list[FakeRecording] = []

    def opener() -> FakeRecording:
        if len(made) == 2:
            raise InputError("The file is gone.")
        made.append(FakeRecording(4))
        return made[-1]

    session = session_of(opener)
    session.turn(Control())
    again = session.again("retry")
    assert made[0].closed
    assert again.turn(Control()).frame.sequence == 0  # type: ignore[union-attr]
    with pytest.raises(InputError, match="The file is gone"):
        again.again("retry")
    assert not made[1].closed
    assert again.turn(Control()) is not None


def test_a_source_that_cannot_be_presented_is_closed_again() -> None:
    source = FakeRecording(2)

    def broken(_name: str) -> Journal:
        raise InputError("No journal here.")

    with pytest.raises(InputError, match="No journal here"):
        ObservedSessions(lambda: source, journals=broken)(SessionChoice(), lambda _text, _share: None)
    assert source.closed


def test_odd_fields_and_poses_of_a_frame_do_not_go_to_the_page() -> None:
    session = session_of(lambda: FakeRecording(2))
    moment = session.turn(Control())
    assert moment is not None
    assert moment.frame.signals.fields == {"odd": "field"}
    tick, picture = Publisher().keep(moment, stamp_ms=0.0, hands=False)
    told = json.loads(encode(tick))
    assert told["signals"]["fields"] == {}
    assert told["needle"] is None
    assert told["valid"]
    assert len(picture) == 64 + 160 * 128


def test_the_cine_keeps_ten_seconds_or_what_memory_allows() -> None:
    tick: Any = None
    ring = CineRing()
    for _ in range(CINE_FRAMES + 5):
        ring.add(tick, b"small")
    assert len(ring.kept) == CINE_FRAMES
    assert ring.held_bytes == 5 * CINE_FRAMES
    ring.clear()
    large = bytes(CINE_BYTES // 4)
    for _ in range(9):
        ring.add(tick, large)
    assert len(ring.kept) == 4
    ring.add(tick, bytes(CINE_BYTES + 1))
    assert len(ring.kept) == 1  # the picture on the screen always


def test_our_own_recording_is_played_with_its_colors(tmp_path: Path) -> None:
    pictures = Pictures(colored=True)
    with Recorder(tmp_path / "recording", pictures.info(live=False, frames=4)) as recorder:
        for number in range(4):
            recorder.write(pictures.frame(number), Control())
    # by a clock that stands still no picture is overtaken, however slow this machine is
    sessions = ObservedSessions(lambda: open_source(str(tmp_path / "recording")), clock=lambda: 0.0)
    session = sessions(SessionChoice(), lambda _text, _share: None)
    moments = [session.turn(Control()) for _ in range(4)]
    assert session.turn(Control()) is None
    for number, moment in enumerate(moments):
        assert moment is not None
        assert moment.frame.rgb is not None
        assert (moment.frame.rgb == pictures.frame(number).rgb).all()
    session.close()


# --- through engine and hub ----------------------------------------------------------------------------------------


@pytest.fixture
def watched(run_console: Any, another_page: Any) -> Any:
    """Serves a source and gives its page."""

    def opened(opener: Callable[[], Any]) -> Any:
        return another_page(run_console(ObservedSessions(opener)))

    return opened


def test_the_stream_is_told_at_least_five_times_a_second_even_while_frozen(watched: Any) -> None:
    console, page = watched(lambda: FakeScanner().start())
    page.wait_for("Tick")
    page.send(type="Freeze", on=True)
    begun, told = time.monotonic(), 0
    while time.monotonic() - begun < 1.5:
        page.wait_for("Stream")
        told += 1
    assert told / (time.monotonic() - begun) >= 5
    assert console.app.state.engine.frozen


def test_stale_and_live_again_are_logged_and_journaled(watched: Any) -> None:
    made: list[FakeScanner] = []

    def opener() -> FakeScanner:
        made.append(FakeScanner().start())
        return made[-1]

    console, page = watched(opener)
    tick = page.wait_for("Tick")
    assert tick["arrived_ms"] == pytest.approx(1e3 * time.monotonic(), abs=2000)
    made[0].stalled.set()
    assert page.wait_for("Happened", kind="source")["name"] == "input_stale"
    assert page.wait_for("Stream")["status"]["stale"]
    made[0].stalled.clear()
    assert page.wait_for("Happened", kind="source")["name"] == "input_live"
    kinds = [event.kind for event in console.app.state.engine.session.case.journal.events]
    assert kinds.index("input_stale") < kinds.index("input_live")


def test_what_has_no_hands_refuses_them_and_goes_on(watched: Any) -> None:
    _, page = watched(lambda: FakeRecording(400))
    assert page.hands is None
    for refused in (
        {"type": "Form", "indication": "", "side": "left", "checklist": [], "time_out": True},
        {"type": "Finish"},
        {"type": "Skip"},
        {"type": "Choose", "procedure_id": "x", "side": "left", "seed": 1, "level": 0, "lesson": False},
    ):
        page.send(**refused)
        assert "Nothing is done here" in page.wait_for("Happened", kind="problem")["text"]
    page.wait_for("Tick")


def test_the_cine_can_be_stepped_through_at_the_end_without_freezing(watched: Any) -> None:
    slow = Pictures(rate_hz=4)  # so that none is overtaken on a busy machine
    console, page = watched(lambda: FakeRecording(5, slow, breaks="Cut off after five."))
    problem = page.wait_for("Happened", kind="problem")
    assert problem["text"] == "Cut off after five."
    assert page.wait_for("Stream", ended=True)["problem"] == "Cut off after five."
    page.send(type="Cine", back=2)
    assert page.wait_for("Tick", cine_back=2)["sequence"] == 2
    page.send(type="Freeze", on=True)  # there is nothing to freeze
    page.send(type="Again", how="retry")
    assert page.wait_for("Welcome")["session"] == 2
    page.wait_for("Tick", sequence=0)
    assert not console.app.state.engine.frozen


def test_one_picture_that_the_loop_cannot_take_is_left_out_and_told_once(
    watched: Any, caplog: pytest.LogCaptureFixture
) -> None:
    console, page = watched(lambda: FakeRecording(60))
    page.wait_for("Tick")
    session = console.app.state.engine.session
    good = session.turn

    def odd(control: Control) -> Any:
        moment = good(control)
        if moment is not None and moment.frame.sequence % 8 < 3:
            raise ZeroDivisionError("an odd picture")
        return moment

    session.turn = odd
    told = page.wait_for("Happened", kind="problem")["text"]
    assert told == "A fault of ours, this picture is left out: ZeroDivisionError: an odd picture."
    page.wait_for("Happened", kind="source", name="end")
    problems = [event for event in console.app.state.engine.log.events if event.kind == "problem"]
    assert len(problems) == 1
    assert [record.exc_info is not None for record in caplog.records if record.name.startswith("inplane")] == [True]


def test_a_slow_scanner_fills_no_log() -> None:
    class State:
        def __init__(self) -> None:
            self.info, self.stale = session_of(lambda: FakeRecording(1)).info, False

        def stream(self) -> Any:
            told = session_of(lambda: FakeRecording(1)).stream()
            return replace(told, status=replace(told.status, stale=self.stale))

    state: Any = State()
    watch = StreamWatch()
    watch.begin(state)
    changes = []
    for look in range(40):
        state.stale = look < 30 and look % 2 == 1  # four pictures a second
        watch.look(state, 0.125 * look)
        if watch.change is not None:
            changes.append((look, watch.change.name))
    assert changes == [(1, "input_stale"), (34, "input_live")]
