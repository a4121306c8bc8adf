"""Frames are sent at the pace at which they were taken, to whoever listens; nothing is spent on nobody."""

import time
from collections.abc import Iterator
from contextlib import closing
from threading import Thread

import numpy as np
import pytest

from inplane.core import Calibration, Control, Frame, LinearGeometry, Signals
from inplane.stream.igtl.client import Client
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.sender import LONGEST_GAP_S, Pace, Sender, Shot
from inplane.stream.igtl.server import Server
from inplane.stream.igtl.source import IgtlSource


def shot(number: int, time_s: float) -> Shot:
    frame = Frame(
        sequence=number,
        time_s=time_s,
        pixels=np.full((32, 32), number, np.uint8),
        geometry=LinearGeometry(n_lines=32, n_samples=32, width_mm=16.0, depth_mm=16.0),
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
    )
    return Shot(frame=frame, fields={"Note": f"n{number}"})


class Clock:
    """Time that passes as it is told."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def waits(pace: Pace, clock: Clock, times_s: list[float], work_s: float = 0.0) -> list[float]:
    """How long each frame has to wait, where every one takes `work_s` to send."""
    found: list[float] = []
    for number, time_s in enumerate(times_s):
        found.append(pace.due_in(shot(number, time_s).frame))
        clock.now_s += found[-1] + work_s
    return found


def test_frames_are_due_by_their_stamps() -> None:
    clock = Clock()
    assert waits(Pace(None, clock), clock, [5.0, 5.1, 5.3, 5.3, 5.2]) == pytest.approx([0, 0.1, 0.2, 0, 0])


def test_work_does_not_add_to_the_pace() -> None:
    clock = Clock()
    assert waits(Pace(None, clock), clock, [0.0, 0.1, 0.2], work_s=0.04) == pytest.approx([0, 0.06, 0.06])


def test_a_rate_overrides_the_stamps() -> None:
    clock = Clock()
    assert waits(Pace(50.0, clock), clock, [0.0, 9.0, 9.0]) == pytest.approx([0, 0.02, 0.02])


def test_long_pauses_are_shortened_and_lost_time_is_not_made_up_for() -> None:
    clock = Clock()
    pace = Pace(None, clock)
    assert waits(pace, clock, [0.0, 500.0]) == pytest.approx([0, LONGEST_GAP_S])
    clock.now_s += 3.0  # the machine was busy: no burst follows
    assert waits(pace, clock, [500.1, 500.2, 500.3]) == pytest.approx([0, 0.1, 0.1])
    clock.now_s += 7.0
    pace.begin_again()
    assert waits(pace, clock, [600.0, 600.1]) == pytest.approx([0, 0.1])


def test_nothing_is_taken_while_nobody_listens() -> None:
    def shots() -> Iterator[Shot]:
        raise AssertionError("taken")
        yield

    with closing(Server(0)) as server:
        sender = Sender(server, tell=lambda _: None, pace=Pace(None), until_s=time.monotonic() + 0.15)
        sender.run(shots(), alone=False)
    assert sender.sent == 0


def test_a_scanner_goes_on_alone() -> None:
    with closing(Server(0)) as server:
        sender = Sender(server, tell=lambda _: None, pace=Pace(None), until_s=None)
        sender.run(iter([shot(0, 0.0), shot(1, 0.01)]), alone=True)
    assert sender.sent == 2


def test_two_clients_get_every_frame_and_the_farewell_and_are_told_of() -> None:
    told: list[str] = []
    got: tuple[list[Message], list[Message]] = ([], [])
    with closing(Server(0)) as server:
        clients = [Client("127.0.0.1", server.port, on_message=kept.append) for kept in got]
        end_s = time.monotonic() + 5
        while len(server.clients) < 2:
            assert time.monotonic() < end_s
            time.sleep(0.01)
        sender = Sender(server, tell=told.append, pace=Pace(100.0), until_s=None)
        sender.run(iter([shot(number, 0.0) for number in range(5)]), alone=False)
        sender.farewell("the end")
    end_s = time.monotonic() + 5
    while not all(kept and kept[-1].type == "STATUS" for kept in got):  # what was sent before the end still comes
        assert time.monotonic() < end_s, [[message.type for message in kept] for kept in got]
        time.sleep(0.01)
    for client in clients:
        client.close()
    for kept in got:
        types = [message.type for message in kept]
        assert types == ["TRANSFORM", "TRANSFORM", "IMAGE"] * 5 + ["STATUS"]
        images = [message for message in kept if message.type == "IMAGE"]
        assert [message.metadata["Note"] for message in images] == ["n0", "n1", "n2", "n3", "n4"]
    assert len(told) == 2
    assert all(sentence.endswith("has connected.") for sentence in told)


def test_a_source_gets_what_a_sender_sends_and_ends_with_it() -> None:
    with closing(Server(0)) as server:
        told: list[str] = []
        sender = Sender(server, tell=told.append, pace=Pace(100.0), until_s=time.monotonic() + 0.6)

        def shots() -> Iterator[Shot]:
            number = 0
            while True:
                yield shot(number % 200, 0.0)
                number += 1

        def serve() -> None:
            sender.run(shots(), alone=False)
            sender.farewell("the end")
            server.close()

        thread = Thread(target=serve)
        thread.start()
        source = IgtlSource("127.0.0.1", server.port, look_s=0.05, patience_s=0.2)
        frames = 0
        while source.next(Control()) is not None:
            frames += 1
        thread.join()
    assert frames > 10
    assert source.problem is None
    source.close()
    assert told[0].endswith("has connected.")
