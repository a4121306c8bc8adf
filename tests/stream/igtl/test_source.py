"""A scanner on the network: the newest frame, what it lacks said plainly, and a peer that goes and comes back."""

import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.core import Calibration, Control, Frame, LinearGeometry, ResourceError, Signals, TrackedTransform
from inplane.stream import STALE_S, FrameSource
from inplane.stream.files.media import MediaInfo
from inplane.stream.igtl.codec import Message, encode
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.link import is_this_machine
from inplane.stream.igtl.plus import NEEDLE_TIP, PROBE, messages_of, status_message
from inplane.stream.igtl.source import IgtlSource
from inplane.stream.igtl.text import SHUTDOWN, String
from inplane.stream.screen.layout import Layout

STILL = Control()


class Peer:
    """A server of one client that sends what a test says, in the test's own words."""

    def __init__(self, port: int = 0) -> None:
        self._listener = socket.create_server(("127.0.0.1", port))
        self._listener.settimeout(10)
        self.port = self._listener.getsockname()[1]
        self._socket: socket.socket | None = None

    def accept(self) -> None:
        self.hang_up()
        self._socket, _ = self._listener.accept()

    def send(self, *messages: Message | bytes) -> None:
        assert self._socket is not None
        for message in messages:
            self._socket.sendall(message if isinstance(message, bytes) else encode(message))

    def hang_up(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def close(self) -> None:
        self.hang_up()
        self._listener.close()


def whole(pictures: Sequence[NDArray[np.uint8]], info: MediaInfo) -> Layout:
    """A layout that crops nothing and believes what it is told."""
    rows, columns = pictures[-1].shape[:2]
    known = Calibration.UNCALIBRATED if info.pixel_mm is None else Calibration.CALIBRATED
    return Layout(x0=0, y0=0, x1=columns, y1=rows, field=None, pixel_mm=info.pixel_mm, calibration=known)


def frame(number: int, *, n_lines: int = 24, n_samples: int = 32, width_mm: float = 24.0) -> Frame:
    return Frame(
        sequence=number,
        time_s=0.1 * number,
        pixels=np.full((n_lines, n_samples), number, np.uint8),
        geometry=LinearGeometry(n_lines=n_lines, n_samples=n_samples, width_mm=width_mm, depth_mm=16.0),
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
    )


def sent(number: int, **more: float) -> list[Message]:
    tracked = TrackedTransform(name=PROBE, matrix=np.eye(4))
    return messages_of(frame(number, **more), time_s=time.time(), tracked=[tracked])  # type: ignore[arg-type]


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.close()


@contextmanager
def live(peer: Peer, *first: Message, **options: object) -> Iterator[IgtlSource]:
    """A source that got its first messages; nobody waits longer than needed."""
    messages = first or tuple(sent(1))

    def serve() -> None:
        peer.accept()
        peer.send(*messages)

    thread = Thread(target=serve)
    thread.start()
    try:
        source = IgtlSource("127.0.0.1", peer.port, find=whole, look_s=0.05, **options)  # type: ignore[arg-type]
        thread.join()
        yield source
        source.close()
    finally:
        thread.join()


def until(condition: object, limit_s: float = 5.0) -> None:
    """Waits until something is so."""
    end = time.monotonic() + limit_s
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.01)


def take(source: IgtlSource) -> Frame:
    found = source.next(STILL)
    assert found is not None
    return found


def test_frames_come_with_scale_place_and_time(peer: Peer) -> None:
    with live(peer) as source:
        kept: FrameSource = source  # the protocol is met
        first = take(source)
        peer.send(*sent(2))
        second = take(source)
    assert kept.info.live
    assert kept.info.name == f"igtl://127.0.0.1:{peer.port}/Image_Reference"
    assert (kept.info.n_lines, kept.info.n_samples, kept.info.calibration) == (24, 32, Calibration.CALIBRATED)
    assert (first.sequence, second.sequence, first.time_s) == (0, 1, 0.0)
    assert 0 < second.time_s < 5
    np.testing.assert_array_equal(second.pixels, np.full((24, 32), 2))
    assert second.geometry.line_pitch_mm == pytest.approx(1.0, abs=1e-6)
    assert second.geometry.sample_pitch_mm == pytest.approx(0.5, abs=1e-6)
    stamp_s = second.signals.timestamp_s
    assert stamp_s is not None
    assert abs(stamp_s - time.time()) < 60
    assert kept.truth(0) is None


def test_pixels_keep_their_lines_and_samples(peer: Peer) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (24, 32), dtype=np.uint8)
    message = messages_of(replace(frame(1), pixels=pixels), time_s=1.0)
    with live(peer, *message) as source:
        np.testing.assert_array_equal(take(source).pixels, pixels)


def test_transforms_come_with_the_frame_and_lost_ones_are_not_valid(peer: Peer) -> None:
    with live(peer) as source:
        signals = take(source).signals
    told = {one.name: one.valid for one in signals.transforms}
    assert told == {PROBE: True, NEEDLE_TIP: False, "ImageToReference": True}


def test_texts_of_the_peer_are_fields_of_the_frame(peer: Peer) -> None:
    text = Message(type="STRING", device="DepthMm", content=String(text="40"))
    with live(peer, text, *sent(1)) as source:
        fields = take(source).signals.fields
    assert fields["DepthMm"] == "40"
    assert fields["FrameNumber"] == "1"


def test_the_newest_frame_wins_and_a_gap_tells_what_was_dropped(peer: Peer) -> None:
    with live(peer) as source:
        assert take(source).sequence == 0
        for number in range(2, 7):
            peer.send(*sent(number))
        until(lambda: source.status().received == 6)
        newest = take(source)
        status = source.status()
    assert (newest.sequence, int(newest.pixels[0, 0])) == (5, 6)
    assert (status.received, status.dropped) == (6, 4)


def test_wait_tells_whether_a_frame_is_there(peer: Peer) -> None:
    with live(peer) as source:
        assert source.wait(0)
        take(source)
        assert not source.wait(0.02)
        peer.send(*sent(2))
        assert source.wait(5)
        assert take(source).sequence == 1


def test_an_input_that_stops_is_stale_at_its_limit(peer: Peer) -> None:
    with live(peer) as source:
        take(source)
        seen = [source.status()]
        while not (seen[0].age_s or 0) < 0.1:  # a busy machine: once more
            peer.send(*sent(2))
            take(source)
            seen = [source.status()]
        end_s = time.monotonic() + 5
        while not seen[-1].stale and time.monotonic() < end_s:
            time.sleep(0.005)
            seen.append(source.status())
    assert [status.stale for status in seen] == [status.age_s > STALE_S for status in seen]  # type: ignore[operator]
    assert seen[-1].stale
    assert ": live" in seen[0].text
    assert "is connected, but sent no picture for" in seen[-1].text
    assert seen[-1].connected


def test_latency_on_this_machine_is_by_one_clock(peer: Peer) -> None:
    with live(peer) as source:
        take(source)
        status = source.status()
    assert status.latency_s is not None
    assert 0 <= status.latency_s < 5
    assert "(one clock)" in status.text


def test_latency_between_two_clocks_says_so(peer: Peer) -> None:
    old = [replace(message, time_s=message.time_s - 1e6) for message in sent(1)]
    with live(peer, *old) as source:
        take(source)
        status = source.status()
    assert status.latency_s == 0.0
    assert "clocks differ" in status.text


def test_a_lost_peer_is_found_again(peer: Peer) -> None:
    with live(peer) as source:
        take(source)
        peer.hang_up()
        until(lambda: not source.status().connected)
        assert source.status().stale
        assert "Connection lost" in source.status().text
        peer.accept()
        peer.send(*sent(2))
        again = take(source)
        assert again.sequence == 1
        until(lambda: source.status().connected)
        assert "live" in source.status().text


def test_frames_end_when_the_peer_stays_away(peer: Peer) -> None:
    with live(peer, patience_s=0.3) as source:
        take(source)
        peer.close()
        begun = time.monotonic()
        assert source.next(STILL) is None
        assert time.monotonic() - begun < 3
        assert source.wait(0)  # the end is an answer, too
        assert source.problem is not None
        assert "Not found again in 0.3 s" in source.problem
        assert source.status().text == source.problem


def test_a_peer_that_says_goodbye_is_no_problem(peer: Peer) -> None:
    with live(peer, patience_s=0.2) as source:
        take(source)
        peer.send(status_message(SHUTDOWN, "the recording is over", 1.0))
        peer.close()
        assert source.next(STILL) is None
        assert source.problem is None
        assert "It said that it would go" in source.status().text


def test_a_corrupt_message_is_counted_and_the_next_connection_is_read(peer: Peer) -> None:
    with live(peer) as source:
        take(source)
        broken = bytearray(encode(sent(2)[-1]))
        broken[-60] ^= 0xFF
        peer.send(bytes(broken))
        until(lambda: source.status().corrupt == 1)
        peer.accept()
        peer.send(*sent(3))
        assert int(take(source).pixels[0, 0]) == 3
        assert source.status().corrupt == 1


def test_another_size_or_scale_is_looked_at_anew(peer: Peer) -> None:
    with live(peer) as source:
        assert take(source).pixels.shape == (24, 32)
        peer.send(*sent(2, n_lines=40, n_samples=48))
        assert take(source).pixels.shape == (40, 48)
        peer.send(*sent(3, n_lines=40, n_samples=48, width_mm=60.0))
        assert take(source).geometry.line_pitch_mm == pytest.approx(1.5, abs=1e-6)
        assert source.info.n_lines == 40
        assert any("looked at anew" in note for note in source.info.notes)


def test_pictures_in_which_nothing_is_found_are_taken_whole(peer: Peer) -> None:
    def refuse(pictures: Sequence[NDArray[np.uint8]], info: MediaInfo) -> Layout:  # noqa: ARG001
        raise ResourceError("nothing there")

    thread = Thread(target=lambda: (peer.accept(), peer.send(*sent(1))))
    thread.start()
    source = IgtlSource("127.0.0.1", peer.port, find=refuse, look_s=0.05)
    thread.join()
    assert take(source).pixels.shape == (24, 32)
    assert any("the whole picture is taken: nothing there" in note for note in source.info.notes)
    source.close()


def test_without_a_scale_no_millimetre_is_known(peer: Peer) -> None:
    pixels = np.zeros((1, 32, 24), np.uint8)
    plain = Message(
        type="IMAGE", device="Image_Image", content=Image(pixels=pixels, matrix=np.eye(4), coordinates="RAS")
    )
    with live(peer, plain) as source:
        assert take(source).calibration is Calibration.UNCALIBRATED
        assert any("spacing is exactly 1" in note for note in source.info.notes)
        assert any("Orientation assumed: MF" in note for note in source.info.notes)


def test_nobody_there_is_said(peer: Peer) -> None:
    port = peer.port
    peer.close()
    with pytest.raises(ResourceError, match=f"Nothing listens at 127.0.0.1:{port}"):
        IgtlSource("127.0.0.1", port)


def refused(peer: Peer, *messages: Message, device: str | None = None) -> str:
    """What is said where no picture comes."""
    thread = Thread(target=lambda: (peer.accept(), peer.send(*messages)))
    thread.start()
    with pytest.raises(ResourceError) as told:
        IgtlSource("127.0.0.1", peer.port, device=device, first_s=0.3, find=whole)
    thread.join()
    return str(told.value)


def test_a_peer_without_pictures_is_told_by_what_it_sends(peer: Peer) -> None:
    told = refused(peer, status_message(13, "no scanner", 1.0), *sent(1)[:2])
    assert "is connected, but no image came in 0.3 s" in told
    assert "devices seen: STATUS inplane, TRANSFORM ProbeToReference, TRANSFORM NeedleTipToReference." in told
    assert "no scanner" in told


def test_a_volume_is_told_as_not_usable(peer: Peer) -> None:
    volume = Message(
        type="IMAGE", device="Volume", content=Image(pixels=np.zeros((9, 16, 16), np.uint8), matrix=np.eye(4))
    )
    assert "Not usable: Volume: Image has 9 slices" in refused(peer, volume)


def test_a_device_that_is_not_sent_is_told_with_those_that_are(peer: Peer) -> None:
    told = refused(peer, *sent(1), device="Other_Image")
    assert "no image of 'Other_Image' came" in told
    assert "IMAGE Image_Reference" in told


def test_a_peer_that_goes_before_the_first_picture(peer: Peer) -> None:
    thread = Thread(target=lambda: (peer.accept(), peer.close()))
    thread.start()
    with pytest.raises(ResourceError, match="Connection lost|closed the connection"):
        IgtlSource("127.0.0.1", peer.port, first_s=0.3)
    thread.join()


def test_a_peer_behind_a_pulled_cable_is_asked_for_by_the_system(peer: Peer) -> None:
    with live(peer) as source:
        connection = source._link._client._socket
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) != 0
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 5


def test_closing_wakes_whoever_waits(peer: Peer) -> None:
    with live(peer) as source:
        take(source)
        got: list[Frame | None] = []
        thread = Thread(target=lambda: got.append(source.next(STILL)))
        thread.start()
        time.sleep(0.05)
        source.close()
        thread.join(5)
        assert got == [None]
        assert "was closed" in source.status().text
        assert source.next(STILL) is None


def test_other_images_are_named(peer: Peer) -> None:
    other = replace(sent(9)[-1], device="Second_Image")
    with live(peer, *sent(1), other) as source:
        until(lambda: any("IMAGE Second_Image" in note for note in source.info.notes))
        assert source.status().received == 1


def test_the_loopback_is_this_machine() -> None:
    assert is_this_machine("127.0.0.1")
    assert is_this_machine("localhost")
    assert not is_this_machine("192.0.2.1")
