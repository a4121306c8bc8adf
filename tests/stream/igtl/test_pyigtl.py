"""Another implementation at the other end: pyigtl as client of our server and as server of our client."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib import import_module
from importlib.util import find_spec
from threading import Thread
from typing import Any

import numpy as np
import pytest

from inplane.core import Calibration, Control, Frame, LinearGeometry, Signals, TrackedTransform
from inplane.stream.igtl.client import Client
from inplane.stream.igtl.codec import Message
from inplane.stream.igtl.plus import NEEDLE_TIP, PROBE, messages_of, probe_from_pixels, transform_message
from inplane.stream.igtl.received import transforms_of
from inplane.stream.igtl.server import Server
from inplane.stream.igtl.source import IgtlSource

pyigtl: Any = import_module("pyigtl") if find_spec("pyigtl") else None
pytestmark = pytest.mark.peer("pyigtl")

GEOMETRY = LinearGeometry(n_lines=48, n_samples=64, width_mm=38.4, depth_mm=32.0)
POSE = np.array([[0.0, -1.0, 0.0, 5.0], [1.0, 0.0, 0.0, -6.0], [0.0, 0.0, 1.0, 7.5], [0.0, 0.0, 0.0, 1.0]])
LIMIT_S = 10.0


def frame(*, color: bool = False) -> Frame:
    rng = np.random.default_rng(4)
    pixels = rng.integers(0, 256, (48, 64), dtype=np.uint8)
    return Frame(
        sequence=0,
        time_s=0.0,
        pixels=pixels,
        geometry=GEOMETRY,
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
        rgb=rng.integers(0, 256, (48, 64, 3), dtype=np.uint8) if color else None,
    )


@pytest.fixture
def server() -> Iterator[Server]:
    with closing(Server(0)) as server:
        yield server


@pytest.fixture
def peer_client(server: Server) -> Iterator[Any]:
    """pyigtl's client, connected to our server."""
    client = pyigtl.OpenIGTLinkClient("127.0.0.1", server.port)
    until(lambda: len(server.clients) == 1)
    yield client
    client.stop()


@pytest.fixture
def peer_server() -> Iterator[Any]:
    """pyigtl's server, at a port that is free."""
    with closing(Server(0)) as probe:
        port = probe.port
    server = pyigtl.OpenIGTLinkServer(port=port, local_server=True)
    yield server
    server.stop()


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.01)


@pytest.mark.parametrize("color", [False, True])
def test_pyigtl_gets_our_pixels_and_their_place(server: Server, peer_client: Any, color: bool) -> None:
    sent = frame(color=color)
    tracked = [TrackedTransform(name=PROBE, matrix=POSE)]
    for message in messages_of(sent, time_s=1234.5, tracked=tracked):
        server.send(message)
    got = peer_client.wait_for_message("Image_Reference", timeout=LIMIT_S)
    assert got is not None
    expected = sent.pixels if sent.rgb is None else sent.rgb
    np.testing.assert_array_equal(got.image[0], expected.swapaxes(0, 1))
    assert got.world_coordinate_system == "ras"
    assert got.timestamp == pytest.approx(1234.5, abs=1e-6)
    np.testing.assert_allclose(got.ijk_to_world_matrix, POSE @ probe_from_pixels(GEOMETRY), atol=1e-4)


def test_pyigtl_gets_our_transforms(server: Server, peer_client: Any) -> None:
    for message in messages_of(frame(), time_s=2.0, tracked=[TrackedTransform(name=PROBE, matrix=POSE)]):
        server.send(message)
    probe = peer_client.wait_for_message(PROBE, timeout=LIMIT_S)
    needle = peer_client.wait_for_message(NEEDLE_TIP, timeout=LIMIT_S)
    np.testing.assert_allclose(probe.matrix, POSE, atol=1e-6)
    np.testing.assert_array_equal(needle.matrix, np.eye(4))


def test_pyigtl_reads_our_metadata_once_it_has_shown_that_it_can(server: Server, peer_client: Any) -> None:
    hello = pyigtl.StringMessage("hello", device_name="pyigtl")
    hello.header_version = 2
    peer_client.send_message(hello, wait=True)
    until(lambda: server.clients[0].version == 2)
    server.send(transform_message(TrackedTransform(name="SomethingLongToReference", matrix=POSE, valid=False), 1.0))
    got = peer_client.wait_for_message("SomethingLongToRefer", timeout=LIMIT_S)
    assert got.metadata == {
        "TransformValid": "FALSE",
        "TransformStatus": "INVALID",
        "IGTL_DEVICE_NAME": "SomethingLongToReference",
    }


@pytest.mark.parametrize("system", ["ras", "lps"])
def test_our_source_gets_pyigtls_pixels_place_and_transforms(peer_server: Any, system: str) -> None:
    pixels = np.random.default_rng(5).integers(0, 256, (1, 64, 48), dtype=np.uint8)
    matrix = POSE @ np.diag([0.4, 0.25, 0.3, 1.0])
    image = pyigtl.ImageMessage(
        pixels, ijk_to_world_matrix=matrix, world_coordinate_system=system, device_name="Image_Reference"
    )
    pose = pyigtl.TransformMessage(POSE, device_name=PROBE)
    stop: list[bool] = []

    def serve() -> None:
        while not stop:
            for message in (pose, image):
                peer_server.send_message(message, wait=False)
            time.sleep(0.02)

    thread = Thread(target=serve)
    thread.start()
    try:
        source = IgtlSource("127.0.0.1", peer_server.port, look_s=0.05)
        got = source.next(Control())
        source.close()
    finally:
        stop.append(True)
        thread.join()
    assert got is not None
    assert got.calibration is Calibration.CALIBRATED
    told = {one.name: one for one in got.signals.transforms}
    np.testing.assert_allclose(told[PROBE].matrix, POSE, atol=1e-6)
    turn = np.eye(4) if system == "ras" else np.diag([-1.0, -1.0, 1.0, 1.0])
    np.testing.assert_allclose(told["ImageToReference"].matrix, turn @ matrix, atol=1e-5)
    geometry = got.geometry
    assert (geometry.line_pitch_mm, geometry.sample_pitch_mm) == pytest.approx((0.4, 0.25), abs=1e-6)


def test_our_client_gets_pyigtls_pixels_as_they_are(peer_server: Any) -> None:
    pixels = np.random.default_rng(6).integers(0, 4096, (1, 20, 30)).astype(np.uint16)
    got: list[Message] = []
    with closing(Client("127.0.0.1", peer_server.port, on_message=got.append)):
        until(peer_server.is_connected)
        peer_server.send_message(pyigtl.ImageMessage(pixels, device_name="Raw"), wait=True)
        until(lambda: got)
    np.testing.assert_array_equal(got[0].content.pixels, pixels)  # type: ignore[union-attr]


def test_transforms_go_from_our_client_to_pyigtls_server(peer_server: Any) -> None:
    with closing(Client("127.0.0.1", peer_server.port, on_message=lambda _: None)) as client:
        client.send(transform_message(TrackedTransform(name=PROBE, matrix=POSE), 3.0))
        got = peer_server.wait_for_message(PROBE, timeout=LIMIT_S)
    np.testing.assert_allclose(got.matrix, POSE, atol=1e-6)
    assert got.metadata["TransformStatus"] == "OK"


def test_transforms_go_from_pyigtls_client_to_our_server() -> None:
    got: list[Message] = []
    with closing(Server(0, on_message=lambda _, message: got.append(message))) as server:
        client = pyigtl.OpenIGTLinkClient("127.0.0.1", server.port)
        client.send_message(pyigtl.TransformMessage(POSE, device_name=PROBE), wait=True)
        until(lambda: got)
        client.stop()
    (came,) = transforms_of(got[0])
    assert (came.name, came.valid) == (PROBE, True)
    np.testing.assert_allclose(came.matrix, POSE, atol=1e-6)
