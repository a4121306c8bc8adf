"""One console at a time: credit, newest frame, events that are never dropped, and bad messages that harm only their own
connection."""

import json
import struct
import time
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

LIMIT = 64 * 1024


def closed_with(page: Any, timeout_s: float = 5.0) -> tuple[int, str]:
    """Code and reason with which a connection ends."""
    with pytest.raises(ConnectionClosed) as closed:
        for _ in range(100):
            page.socket.recv(timeout=timeout_s)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def test_frames_come_in_order_each_with_its_tick(page: Any) -> None:
    seen: list[int] = []
    while len(seen) < 20:
        tick = page.wait_for("Tick")
        frame = page.receive()
        assert isinstance(frame, bytes)
        assert frame[:4] == b"INP1"
        delivery, sequence = struct.unpack_from("<II", frame, 4)
        assert (delivery, sequence) == (tick["delivery"], tick["sequence"])
        assert frame[64] == sequence % 256
        seen.append(sequence)
    assert seen == sorted(set(seen))


def test_without_acknowledgment_two_frames_come_and_no_more(page: Any) -> None:
    ticks: list[dict[str, Any]] = []
    with pytest.raises(TimeoutError):
        while True:
            message = page.receive(timeout_s=1.0)
            if not isinstance(message, bytes):
                ticks.append(message)
    assert [tick["type"] for tick in ticks] == ["Tick", "Tick"]
    page.send(type="Drawn", delivery=ticks[-1]["delivery"], sequence=ticks[-1]["sequence"])
    newest = page.wait_for("Tick")
    assert newest["sequence"] > ticks[-1]["sequence"] + 10  # the newest, not the next


@pytest.mark.parametrize("delivery", [0, 3, 99])
def test_a_frame_that_was_not_sent_cannot_be_acknowledged(page: Any, delivery: int) -> None:
    page.wait_for("Tick", drawing=False)
    page.wait_for("Tick", drawing=False)
    page.send(type="Drawn", delivery=delivery, sequence=0)
    code, reason = closed_with(page)
    assert code == 4400
    assert "Drawn.delivery" in reason


def test_hands_reach_the_loop_and_their_stamp_comes_back(served: Any, page: Any) -> None:
    page.hands["stamp_ms"] = 123.5
    page.move(probe={"x_mm": 17.0})
    page.wait_for("Tick", stamp_ms=123.5)
    assert served.app.state.engine.session.controls[-1].probe.x_mm == 17.0


def test_hands_of_an_earlier_session_are_ignored(served: Any, page: Any) -> None:
    page.hands["session"] += 7
    page.move(probe={"x_mm": 55.0})
    for _ in range(4):
        page.wait_for("Tick")
    assert all(control.probe.x_mm != 55.0 for control in served.app.state.engine.session.controls)


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("no JSON", "is not JSON"),
        ('{"type": "Shout"}', "has type 'Shout'"),
        ('{"type": "Hello", "page": "page-of-a-test", "last_event": 0}', "Hello came twice"),
        (b"\x00\x01", "is binary"),
        ('{"type": "Freeze", "on": "yes"}', "Freeze.on"),
    ],
    ids=["text", "type", "hello", "binary", "field"],
)
def test_a_malformed_message_closes_its_connection_and_nothing_else(
    served: Any, page: Any, another: Any, sent: str | bytes, told: str
) -> None:
    page.socket.send(sent)
    code, reason = closed_with(page)
    assert code == 4400
    assert told in reason
    after = another()
    after.wait_for("Welcome")
    after.wait_for("Tick")
    after.socket.close()
    assert not served.app.state.engine.session.closed


def test_an_oversized_message_closes_its_connection_and_nothing_else(served: Any, page: Any, another: Any) -> None:
    text = json.dumps({"type": "Form", "indication": "x" * LIMIT, "side": "left", "checklist": [], "time_out": True})
    page.socket.send(text)
    code, _ = closed_with(page)
    assert code == 1009
    after = another()
    after.wait_for("Tick")
    after.socket.close()
    assert not served.app.state.engine.session.closed


def test_a_message_just_within_the_limit_is_read(page: Any) -> None:
    page.send(type="Form", indication="x" * (LIMIT - 200), side="left", checklist=[], time_out=True)
    page.wait_for("Happened", kind="step", name="injection")


def test_silence_instead_of_hello_ends_the_connection(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inplane.console.hub.HELLO_TIMEOUT_S", 0.2)
    with served.open() as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400
    assert "No Hello" in closed.value.rcvd.reason


def test_the_first_message_must_be_hello(served: Any) -> None:
    with served.open() as socket, pytest.raises(ConnectionClosed) as closed:
        socket.send('{"type": "Freeze", "on": true}')
        socket.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert "Expected Hello" in closed.value.rcvd.reason


def test_a_second_console_is_told_and_the_first_goes_on(page: Any, another: Any) -> None:
    second = another(name="another-window")
    code, reason = closed_with(second)
    assert code == 4409
    assert "In use" in reason
    page.wait_for("Tick")


def test_the_same_page_may_come_back_and_is_given_what_it_missed(page: Any, another: Any) -> None:
    page.send(type="Form", indication="pain", side="right", checklist=[], time_out=True)
    page.wait_for("Happened", kind="step")
    page.move(needle={"advance_mm": 20.0})
    alarm = page.wait_for("Happened", kind="alarm")
    back = another(last_event=alarm["number"] - 1)
    assert back.wait_for("Welcome")["hands"]["needle"]["advance_mm"] == 20.0
    assert back.wait_for("Happened", kind="alarm")["number"] == alarm["number"]
    assert closed_with(page)[0] == 4410
    back.wait_for("Tick")
    back.socket.close()


def test_after_the_first_has_gone_another_may_come(page: Any, another: Any) -> None:
    page.socket.close()
    until = time.monotonic() + 5
    while time.monotonic() < until:
        second = another(name="another-window")
        try:
            second.wait_for("Tick")
        except ConnectionClosed:
            time.sleep(0.1)
            continue
        second.socket.close()
        return
    raise AssertionError("The console stayed in use.")
