"""The engine: pauses when nobody looks, freezes, steps through its cine, tells alarms and refusals."""

import threading
import time
from typing import Any

import pytest

from inplane.console import Engine, SessionChoice
from inplane.console.actions import ACTIONS
from inplane.console.messages import FROM_PAGE, Drawn, Hands, Hello
from inplane.core import InputError, ResourceError


def frames_of(console: Any) -> int:
    return console.app.state.engine.session.frames


def form(page: Any) -> None:
    page.send(type="Form", indication="pain", side="right", checklist=[], time_out=True)
    page.wait_for("Happened", kind="step", name="injection")


def test_every_event_of_the_page_has_an_action() -> None:
    assert set(ACTIONS) == set(FROM_PAGE) - {kind.__name__ for kind in (Hello, Hands, Drawn)}


def test_nothing_turns_while_nobody_looks(run_console: Any, small: Any) -> None:
    with run_console(small) as console:
        time.sleep(0.3)
        assert frames_of(console) == 0


def test_it_pauses_when_the_page_goes(served: Any, page: Any) -> None:
    page.wait_for("Tick")
    page.socket.close()
    time.sleep(0.3)
    before = frames_of(served)
    time.sleep(0.3)
    assert frames_of(served) == before


def test_pace_is_thirty_a_second(served: Any, page: Any) -> None:
    page.wait_for("Tick")
    begun, at = time.monotonic(), frames_of(served)
    while time.monotonic() - begun < 1.5:
        page.wait_for("Tick")
    made = (frames_of(served) - at) / (time.monotonic() - begun)
    assert made < 33
    assert made > 15  # a busy machine may fall behind, never ahead


def test_frozen_frames_stand_and_can_be_stepped_through(served: Any, page: Any) -> None:
    for _ in range(12):
        page.wait_for("Tick")
    page.send(type="Freeze", on=True)
    page.wait_for("Tick")
    with pytest.raises(TimeoutError):  # those that were under way, then nothing
        while True:
            message = page.receive(timeout_s=0.5)
            if not isinstance(message, bytes) and message["type"] == "Tick":
                page.send(type="Drawn", delivery=message["delivery"], sequence=message["sequence"])
    before = frames_of(served)
    page.send(type="Cine", back=5)
    shown = page.wait_for("Tick", cine_back=5)
    assert shown["sequence"] == before - 6
    frame = page.receive()
    assert frame[64] == shown["sequence"] % 256
    page.send(type="Cine", back=10_000)
    oldest = page.wait_for("Tick", sequence=0)
    assert oldest["cine_back"] == oldest["cine_count"] - 1
    assert frames_of(served) == before
    page.send(type="Freeze", on=False)
    page.wait_for("Tick", cine_back=0)
    assert ("freeze", {"on": True}) in served.app.state.engine.session.notes


def test_cine_needs_a_frozen_picture(page: Any) -> None:
    page.wait_for("Tick")
    page.send(type="Cine", back=3)
    for _ in range(5):
        assert page.wait_for("Tick")["cine_back"] == 0


def test_the_needle_waits_for_the_form(served: Any, page: Any) -> None:
    page.move(needle={"advance_mm": 20.0})
    for _ in range(3):
        assert not page.wait_for("Tick")["needle"]["inserted"]
    page.send(type="Form", indication="pain", side="right", checklist=[], time_out=False)
    assert "time-out is missing" in page.wait_for("Happened", kind="problem")["text"]
    form(page)
    page.wait_for("Tick", needle=page.wait_for("Tick")["needle"])
    assert served.app.state.engine.session.controls[-1].needle.advance_mm == 20.0


def test_an_alarm_is_told_once_latched_and_acknowledged(page: Any) -> None:
    form(page)
    page.move(needle={"advance_mm": 20.0})
    alarm = page.wait_for("Happened", kind="alarm")
    assert (alarm["name"], alarm["priority"]) == ("too deep", "high")
    assert "over 10 mm" in alarm["detail"]
    page.move(needle={"advance_mm": 5.0})
    over = page.wait_for("Happened", kind="alarm_over")
    assert over["number"] == alarm["number"] + 1
    page.send(type="Acknowledge", condition="too deep")
    page.wait_for("Happened", kind="acknowledged", name="too deep")
    page.send(type="Acknowledge", condition="too deep")  # nothing is latched any more
    page.move(needle={"advance_mm": 20.0})
    assert page.wait_for("Happened")["kind"] == "alarm"


def test_impossible_hands_are_told_and_the_loop_goes_on(page: Any) -> None:
    page.move(probe={"press_n": 39.0})
    assert "gentle hand" in page.wait_for("Happened", kind="problem")["text"]
    page.move(probe={"press_n": 3.0})
    page.wait_for("Tick", stamp_ms=page.hands["stamp_ms"])
    page.wait_for("Tick")


def test_truth_is_asked_for_only_while_the_layer_is_on(page: Any) -> None:
    assert page.wait_for("Tick")["teacher"] is None
    page.send(type="Teach", on=True)
    until = time.monotonic() + 5
    layer = None
    while layer is None and time.monotonic() < until:
        tick = page.wait_for("Tick")
        layer = tick["teacher"]
    assert layer is not None
    assert layer["notes"] == [str(tick["sequence"])]
    page.send(type="Teach", on=False)
    for _ in range(4):
        page.wait_for("Tick")
    assert page.wait_for("Tick")["teacher"] is None


def test_the_layer_comes_while_frozen_too(page: Any) -> None:
    page.wait_for("Tick")
    page.send(type="Freeze", on=True)
    page.send(type="Teach", on=True)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if page.wait_for("Tick")["teacher"] is not None:
            return
    raise AssertionError("No layer came.")


def test_reset_and_retry_begin_a_new_session(page: Any) -> None:
    first = page.hands["session"]
    page.send(type="Again", how="retry")
    assert page.wait_for("Welcome")["step"] == "indication"
    page.send(type="Again", how="reset")
    again = page.wait_for("Welcome")
    assert (again["step"], again["session"]) == ("injection", first + 2)


def test_a_step_of_the_lesson_can_be_skipped(page: Any) -> None:
    page.send(type="Skip")
    page.wait_for("Happened", kind="lesson", name="first")


def test_another_patient_or_none(page: Any) -> None:
    chosen = {"procedure_id": "hip_joint_injection", "side": "left", "level": 2, "lesson": False}
    page.send(type="Choose", seed=13, **chosen)
    assert "Seed 13" in page.wait_for("Happened", kind="problem")["text"]
    page.wait_for("Tick")
    page.send(type="Choose", seed=5, **chosen)
    assert page.wait_for("Building")["text"] == "Making"
    info = page.wait_for("Welcome")["info"]
    assert (info["seed"], info["side"], info["level"]) == (5, "left", 2)


def test_to_the_result_and_no_further(served: Any, page: Any) -> None:
    form(page)
    page.send(type="Overlay", level="outline")
    page.send(type="Finish")
    page.wait_for("Happened", kind="step", name="aftercare")
    page.send(type="Aftercare", done=[])
    assert page.wait_for("ResultPage")["title"] == "Result"
    time.sleep(0.2)
    before = frames_of(served)
    time.sleep(0.2)
    assert frames_of(served) == before
    assert ("overlay", {"level": "outline"}) in served.app.state.engine.session.notes


def test_what_cannot_be_made_at_the_start_is_told_to_who_waits(small: Any) -> None:
    engine = Engine(small, SessionChoice(seed=13))
    engine.start()
    with pytest.raises(InputError, match="Seed 13 cannot be made"):
        engine.wait(10)
    engine.stop()


def test_a_fault_of_ours_at_the_start_does_not_leave_anyone_waiting() -> None:
    def broken(choice: SessionChoice, progress: Any) -> Any:
        raise ZeroDivisionError(f"{choice.seed} {progress}")

    engine = Engine(broken, SessionChoice())
    engine.start()
    with pytest.raises(ResourceError, match="first session could not be made: ZeroDivisionError"):
        engine.wait(10)
    engine.stop()


def test_progress_is_told_while_the_first_session_is_made(small: Any) -> None:
    told: list[tuple[str, float]] = []
    engine = Engine(small, SessionChoice())
    engine.start(lambda text, share: told.append((text, share)))
    assert engine.wait(10)
    engine.start()  # a second time changes nothing
    engine.stop()
    assert told == [("Making", 0.5)]
    assert not any(thread.name == "inplane-engine" for thread in threading.enumerate())


def test_no_message_is_handled_before_there_is_a_session(small: Any) -> None:
    engine = Engine(small, SessionChoice())
    with pytest.raises(RuntimeError, match="before its first session"):
        ACTIONS["Finish"](engine, None)


def test_a_loop_that_is_always_late_goes_on_and_lets_commands_in(small: Any) -> None:
    engine = Engine(small, SessionChoice(), clock=Late())
    engine.start()
    assert engine.wait(10)
    engine.call(lambda: setattr(engine, "watched", True))
    begun = time.monotonic()
    for _ in range(100):
        done = threading.Event()
        engine.call(done.set)
        assert done.wait(5)
        before = engine.session.frames
        until = time.monotonic() + 5
        while engine.session.frames == before and time.monotonic() < until:
            time.sleep(0.001)
        assert engine.session.frames > before
    assert time.monotonic() - begun < 10  # 60 s where the loop does not let go of its queue
    engine.stop()


class Late:
    """A clock that goes a second at each look."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        self.now_s += 1.0
        return self.now_s
