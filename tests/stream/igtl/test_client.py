"""A client against peers that behave, stall, vanish, refuse or speak something else."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from inplane.core import FormatError, RangeError, ResourceError
from inplane.stream.igtl.client import Client
from inplane.stream.igtl.codec import Decoder, Message, encode
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.text import Status, String

HOST = "127.0.0.1"
STRING = encode(Message(type="STRING", device="Words", content=String(text="hello")))
IMAGE = Message(
    type="IMAGE", device="Image", content=Image(pixels=np.full((1, 480, 640), 7, np.uint8), matrix=np.eye(4)), version=2
)


class Heard:
    """What a client handed on."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.ends = 0
        self._changed = threading.Condition()

    def message(self, message: Message) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def end(self) -> None:
        with self._changed:
            self.ends += 1
            self._changed.notify_all()

    def wait(self, done: Callable[["Heard"], bool]) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: done(self), 5)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as made:
        made.settimeout(5)
        yield made


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def pair(listener: socket.socket, heard: Heard) -> Iterator[tuple[Client, socket.socket]]:
    """A client and the peer's end of its connection."""
    client = Client(HOST, listener.getsockname()[1], on_message=heard.message, on_end=heard.end, stall_s=0.2)
    peer, _ = listener.accept()
    peer.settimeout(5)
    with peer:
        yield client, peer
        client.close()


def first_message(peer: socket.socket) -> Message:
    decoder = Decoder()
    while True:
        found = decoder.feed(peer.recv(1))
        if found:
            return found[0]


def test_it_says_hello_with_a_status_of_version_2(pair):
    message = first_message(pair[1])
    assert (message.type, message.version, message.content.code) == ("STATUS", 2, 1)


def test_it_hands_on_what_comes_however_it_is_split(pair, heard):
    client, peer = pair
    raw = encode(IMAGE)
    peer.sendall(STRING + STRING[:30])
    assert heard.wait(lambda h: len(h.messages) == 1)
    time.sleep(0.05)
    peer.sendall(STRING[30:60])
    time.sleep(0.05)
    peer.sendall(STRING[60:] + raw)
    assert heard.wait(lambda h: len(h.messages) == 3)
    assert [message.type for message in heard.messages] == ["STRING", "STRING", "IMAGE"]
    np.testing.assert_array_equal(heard.messages[2].content.pixels, IMAGE.content.pixels)
    assert (client.received, client.bytes, client.corrupt) == (3, 2 * len(STRING) + len(raw), 0)
    assert (client.state, client.problem) == ("open", None)


def test_it_sends_also_what_the_peer_takes_slowly(listener, heard):
    client = Client(HOST, listener.getsockname()[1], on_message=heard.message, stall_s=5)
    peer, _ = listener.accept()
    large = Message(
        type="IMAGE", device="", content=Image(pixels=np.zeros((1, 4000, 4000), np.uint8), matrix=np.eye(4)), version=2
    )
    sender = threading.Thread(target=client.send, args=(large,))
    sender.start()
    sender.join(0.1)
    assert sender.is_alive(), "it waits for the peer"
    decoder, found = Decoder(), []
    while len(found) < 2:
        found += decoder.feed(peer.recv(1 << 16))
    sender.join(5)
    assert not sender.is_alive()
    assert [message.type for message in found] == ["STATUS", "IMAGE"]
    client.close()
    peer.close()


def test_a_peer_that_takes_nothing_is_given_up_and_said(pair):
    client, _ = pair
    large = Message(
        type="IMAGE", device="", content=Image(pixels=np.zeros((1, 4000, 8000), np.uint8), matrix=np.eye(4)), version=2
    )
    started = time.monotonic()
    with pytest.raises(ResourceError, match="cannot be sent to: it took nothing for 0.2 s. Expected it to read."):
        client.send(large)
    assert time.monotonic() - started < 2
    with pytest.raises(ResourceError, match="is not connected: .*took nothing"):
        client.send(IMAGE)
    assert "took nothing" in (client.problem or "")


def test_a_peer_that_closes_between_messages_is_an_end_and_no_problem(pair, heard):
    client, peer = pair
    peer.sendall(STRING)
    first_message(peer)
    peer.close()
    assert heard.wait(lambda h: h.ends == 1)
    assert (client.state, client.problem, client.received) == ("ended", None, 1)
    assert client.reason.endswith("closed the connection.")


def test_a_peer_that_vanishes_within_a_message_is_a_problem_with_its_reason(pair, heard):
    client, peer = pair
    first_message(peer)
    peer.sendall(STRING + encode(IMAGE)[:1000])
    peer.close()
    assert heard.wait(lambda h: h.ends == 1)
    assert "Stream ended within IMAGE, 942 of" in (client.problem or "")
    assert len(heard.messages) == 1


def test_a_connection_that_is_reset_is_a_problem_with_its_reason(pair, heard):
    client, peer = pair
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
    assert heard.wait(lambda h: h.ends == 1)
    assert "is gone: [Errno 104] Connection reset by peer" in (client.problem or "")


def test_a_peer_that_stops_within_a_message_is_given_up(pair, heard):
    client, peer = pair
    peer.sendall(STRING[:20])
    assert heard.wait(lambda h: h.ends == 1)
    assert "stopped for 0.2 s within a header, 20 of 58 bytes." in (client.problem or "")


def test_silence_between_messages_is_no_end(pair, heard):
    client, peer = pair
    time.sleep(0.4)
    peer.sendall(STRING)
    assert heard.wait(lambda h: len(h.messages) == 1)
    assert client.state == "open"


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak OpenIGTLink"),
        (STRING[:-1] + b"!", "checksum .* corrupt"),
        (STRING[:42] + b"\xff" * 16, "claims a body of 18446744073709551615 bytes"),
    ],
)
def test_what_cannot_be_read_ends_the_connection_with_its_reason(pair, heard, sent, reason):
    client, peer = pair
    peer.sendall(STRING + sent)
    assert heard.wait(lambda h: h.ends == 1)
    with pytest.raises(FormatError, match=reason):
        raise FormatError(client.problem)
    assert (client.corrupt, len(heard.messages)) == (1, 1)


def test_closing_while_the_peer_is_silent_or_within_a_message_takes_no_time(pair, heard):
    client, peer = pair
    peer.sendall(encode(IMAGE)[:5000])
    started = time.monotonic()
    client.close()
    assert time.monotonic() - started < 0.5
    assert (client.state, client.problem, heard.ends) == ("closed", None, 1)
    client.close()
    assert "igtl-client" not in "".join(thread.name for thread in threading.enumerate())
    with pytest.raises(ResourceError, match="is not connected: Closed here."):
        client.send(IMAGE)


def test_it_may_be_closed_from_what_it_calls(listener):
    clients: list[Client] = []
    done = threading.Event()

    def close(_: Message) -> None:
        clients[0].close()
        done.set()

    clients.append(Client(HOST, listener.getsockname()[1], on_message=close))
    peer, _ = listener.accept()
    peer.sendall(STRING + STRING)
    assert done.wait(5)
    clients[0].close()
    assert (clients[0].state, clients[0].received) == ("closed", 1)
    peer.close()


def test_a_failure_of_whoever_listens_ends_the_connection_and_is_said(listener, heard):
    def fail(_: Message) -> None:
        raise FormatError("Picture is upside down. Expected MF.")

    client = Client(HOST, listener.getsockname()[1], on_message=fail, on_end=heard.end)
    peer, _ = listener.accept()
    peer.sendall(STRING)
    assert heard.wait(lambda h: h.ends == 1)
    assert "Picture is upside down" in (client.problem or "")
    client.close()
    peer.close()


def test_nobody_there_is_said_with_what_to_do(heard):
    with socket.create_server((HOST, 0)) as made:
        port = made.getsockname()[1]
    with pytest.raises(ResourceError, match=f"Nothing listens at {HOST}:{port}. Start the server there first"):
        Client(HOST, port, on_message=heard.message)


def test_a_name_that_nobody_knows_is_said(heard):
    with pytest.raises(ResourceError, match="no-such-host.invalid:18944 cannot be reached: .* Check the name"):
        Client("no-such-host.invalid", 18944, on_message=heard.message)


def test_an_address_that_does_not_answer_is_given_up_in_time(heard):
    # A listener whose queue is full does not answer either, and stays on this machine.
    with socket.socket() as full:
        full.bind((HOST, 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        started = time.monotonic()
        with pytest.raises(ResourceError, match="did not answer within 0.3 s. Check the address"):
            Client(HOST, full.getsockname()[1], on_message=heard.message, connect_timeout_s=0.3)
        assert time.monotonic() - started < 1
        for one in waiting:
            one.close()


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_cannot_be_is_refused(heard, port):
    with pytest.raises(RangeError, match="port is"):
        Client(HOST, port, on_message=heard.message)


def test_a_peer_that_refuses_at_once_leaves_no_thread_behind(listener, heard):
    def refuse() -> None:
        connection, _ = listener.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    refusing = threading.Thread(target=refuse)
    refusing.start()
    try:
        client = Client(HOST, listener.getsockname()[1], on_message=heard.message, on_end=heard.end)
        assert heard.wait(lambda h: h.ends == 1)
        assert client.problem
        client.close()
    except ResourceError as error:  # the reset may come while it connects, or before the hello is sent
        assert re.search("cannot be (reached|sent to): .*(reset|pipe)", str(error))  # noqa: PT017  each of these ends is right
    refusing.join(5)
    assert "igtl-client" not in "".join(thread.name for thread in threading.enumerate())


def test_many_threads_may_send_at_once_and_nothing_is_mixed_up(pair):
    client, peer = pair
    senders = [
        threading.Thread(
            target=lambda k=k: [
                client.send(Message(type="STATUS", device=f"D{k}", content=Status(text="x" * 500))) for _ in range(50)
            ]
        )
        for k in range(4)
    ]
    for sender in senders:
        sender.start()
    decoder, found = Decoder(), []
    while len(found) < 201:
        found += decoder.feed(peer.recv(1 << 16))
    for sender in senders:
        sender.join(5)
    assert sorted(message.device for message in found[1:]) == sorted(f"D{k}" for k in range(4) for _ in range(50))
