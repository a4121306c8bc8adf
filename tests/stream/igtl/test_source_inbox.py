"""What is kept of a stream: the newest picture, the transforms of its moment; and what time it is."""

import time
from dataclasses import replace
from threading import Thread

import numpy as np
import pytest

from inplane.core import TrackedTransform
from inplane.stream.igtl.clock import Lateness, PictureClock
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.inbox import NAMES, Inbox
from inplane.stream.igtl.plus import PROBE, status_message, transform_message
from inplane.stream.igtl.received import GreyRange, read_image
from inplane.stream.igtl.text import SHUTDOWN, String


def image(device: str = "Image_Reference", *, time_s: float = 1.0, slices: int = 1) -> Message:
    content = Image(pixels=np.zeros((slices, 16, 16), np.uint8), matrix=np.eye(4))
    return Message(type="IMAGE", device=device, content=content, time_s=time_s)


def pose(x_mm: float, time_s: float, name: str = PROBE) -> Message:
    matrix = np.eye(4)
    matrix[0, 3] = x_mm
    return transform_message(TrackedTransform(name=name, matrix=matrix), time_s)


def test_the_newest_picture_wins_and_those_before_are_counted() -> None:
    inbox = Inbox(None)
    for number in range(4):
        inbox.put(image(time_s=float(number)))
    taken = inbox.take(0)
    assert taken is not None
    assert (taken.number, taken.message.time_s) == (3, 3.0)
    assert (inbox.received, inbox.dropped) == (4, 3)
    assert inbox.take(0) is None
    inbox.put(image())
    assert inbox.wait(0)
    assert inbox.dropped == 3


def test_the_first_device_with_a_picture_is_taken_and_others_are_named() -> None:
    inbox = Inbox(None)
    inbox.put(image("Volume_Reference", slices=5))
    inbox.put(image("Image_Reference"))
    inbox.put(image("Other_Image"))
    assert (inbox.device, inbox.received) == ("Image_Reference", 1)
    assert list(inbox.devices) == ["IMAGE Volume_Reference", "IMAGE Image_Reference", "IMAGE Other_Image"]
    assert "5 slices" in inbox.refused


def test_a_device_that_was_asked_for_is_the_only_one() -> None:
    inbox = Inbox("Other_Image")
    inbox.put(image("Image_Reference"))
    assert inbox.take(0) is None
    inbox.put(image("Other_Image"))
    assert inbox.take(0) is not None
    inbox.put(image("Other_Image", slices=2))
    assert inbox.unusable == 1


def test_a_long_name_is_known_where_the_peer_cut_it() -> None:
    inbox = Inbox("LongitudinalImage_Reference")
    inbox.put(image("LongitudinalImage_Re"))
    inbox.put(image("LongitudinalImage"))
    assert inbox.received == 1


def test_a_waiting_reader_is_woken_by_a_picture_and_by_the_end() -> None:
    for wake in (lambda inbox: inbox.put(image()), lambda inbox: inbox.end()):
        inbox = Inbox(None)
        thread = Thread(target=lambda inbox=inbox, wake=wake: (time.sleep(0.05), wake(inbox)))
        begun = time.monotonic()
        thread.start()
        assert inbox.wait(10)
        assert time.monotonic() - begun < 5
        thread.join()


def transforms(inbox: Inbox) -> dict[str, tuple[float, bool]]:
    arrival = inbox.take(0)
    assert arrival is not None
    return {one.name: (one.matrix[0, 3], one.valid) for one in inbox.transforms_at(arrival)}


def test_a_picture_has_the_transforms_of_its_own_stamp() -> None:
    inbox = Inbox(None)
    for number in range(3):
        inbox.put(pose(10.0 + number, 100.0 + number))
    inbox.put(image(time_s=101.0))
    assert transforms(inbox) == {PROBE: (11.0, True)}


def test_without_the_same_stamp_the_last_transforms_are_taken() -> None:
    inbox = Inbox(None)
    inbox.put(pose(10.0, 100.0))
    inbox.put(pose(11.0, 100.5))
    inbox.put(image(time_s=100.6))
    assert transforms(inbox) == {PROBE: (11.0, True)}


def test_an_old_transform_is_not_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    inbox, now = Inbox(None), [50.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    inbox.put(pose(10.0, 100.0))
    inbox.put(pose(20.0, 100.0, "NeedleTipToReference"))
    now[0] += 0.25
    inbox.put(pose(21.0, 100.25, "NeedleTipToReference"))
    inbox.put(image(time_s=100.26))
    assert transforms(inbox) == {PROBE: (10.0, False), "NeedleTipToReference": (21.0, True)}


def test_a_peer_that_invents_names_fills_no_memory() -> None:
    inbox = Inbox(None)
    for number in range(3 * NAMES):
        inbox.put(pose(1.0, 1.0, f"T{number}ToReference"))
        inbox.put(Message(type="STRING", device=f"S{number}", content=String(text="x" * 5000)))
    inbox.put(image())
    assert len(inbox.devices) == NAMES
    assert len(transforms(inbox)) == NAMES
    assert len(inbox.texts()) == NAMES
    assert max(map(len, inbox.texts().values())) == 1000


def test_names_that_no_terminal_should_print_are_made_plain() -> None:
    inbox = Inbox(None)
    inbox.put(pose(1.0, 1.0, "Bad\udc80\x1b[2J"))
    inbox.put(Message(type="STRING", device="S\x07", content=String(text="a\x00b")))
    inbox.put(replace(image(), metadata={"K\udcff": b"\xff\x1b"}, version=2))
    assert next(iter(inbox.devices)) == "TRANSFORM Bad??[2J"
    assert inbox.texts() == {"S?": "a?b"}
    arrival = inbox.take(0)
    assert arrival is not None
    assert [one.name for one in inbox.transforms_at(arrival)] == ["Bad??[2J"]
    assert read_image(arrival.message, GreyRange()).picture.fields == {"K?": "\ufffd?"}


def test_what_the_peer_says_of_itself() -> None:
    inbox = Inbox(None)
    assert not inbox.shutdown
    inbox.put(status_message(SHUTDOWN, "the end", 1.0))
    assert inbox.shutdown
    assert inbox.said == "Shutdown the end"
    inbox.put(Message(type="STRING", device="Depth", content=String(text="40 mm")))
    assert inbox.texts() == {"Depth": "40 mm"}


def test_lateness_on_one_machine_is_the_difference_of_the_clocks() -> None:
    late = Lateness(same_host=True)
    assert late.newest() == (None, "the sender stamps no time")
    for delay_s in (0.004, 0.003, 0.005):
        late.add(1000.0, 1000.0 + delay_s)
    assert late.newest() == (pytest.approx(0.005), "one clock")


@pytest.mark.parametrize(("same_host", "offset_s"), [(False, 0.0), (False, -37.0), (True, 40_000.0), (True, -2.0)])
def test_lateness_between_clocks_is_told_against_the_fastest(same_host: bool, offset_s: float) -> None:
    late = Lateness(same_host=same_host)
    for delay_s in (0.004, 0.003, 0.013):
        late.add(1000.0, 1000.0 + offset_s + delay_s)
    value, how = late.newest()
    assert value == pytest.approx(0.010)
    assert "clocks differ" in how


def test_time_follows_the_stamps() -> None:
    clock = PictureClock()
    assert [clock.at(s, 7.0 + i) for i, s in enumerate((50.0, 50.1, 50.3))] == pytest.approx([0.0, 0.1, 0.3])


def test_time_grows_whatever_the_stamps_do() -> None:
    clock = PictureClock()
    stamps = (50.0, 49.0, 49.0, None, 51.0, 51.5, 9e9, 9e9 + 0.5)
    times = [clock.at(stamp, 10.0 + 0.5 * i) for i, stamp in enumerate(stamps)]
    assert times == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5])
