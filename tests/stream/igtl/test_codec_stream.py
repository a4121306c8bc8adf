"""Bytes that arrive at any pace: headers split anywhere, several messages at once, lengths that lie, memory."""

import struct
import tracemalloc

import numpy as np
import pytest
from fastcrc import crc64

from inplane.core import FormatError
from inplane.stream.igtl.codec import FIRST_BYTES, Decoder, Message, encode
from inplane.stream.igtl.contents import Unknown
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.query import Query
from inplane.stream.igtl.text import String
from inplane.stream.igtl.transform import Transform

MESSAGES = [
    Message(type="GET_TRANS", device="", content=Query()),
    Message(type="STRING", device="Names", version=2, content=String(text="Vena jugularis"), metadata={"k": "v"}),
    Message(type="TRANSFORM", device="ProbeToReference", content=Transform(matrix=np.eye(4))),
    Message(
        type="IMAGE",
        device="Image",
        version=2,
        content=Image(pixels=np.arange(35, dtype=np.uint8).reshape(1, 5, 7), matrix=np.eye(4)),
    ),
    Message(type="VENDOR", device="", content=Unknown(body=b"\0\1\2")),
]
RAW = [encode(message) for message in MESSAGES]
STREAM = b"".join(RAW)


def again(messages: list[Message]) -> list[bytes]:
    return [encode(message) for message in messages]


def test_several_messages_in_one_piece_come_in_order():
    decoder = Decoder()
    assert again(decoder.feed(STREAM)) == RAW
    assert decoder.begun == ""
    decoder.end()


def test_a_stream_may_be_split_at_every_byte():
    for at in range(len(STREAM) + 1):
        decoder = Decoder()
        found = decoder.feed(STREAM[:at]) + decoder.feed(STREAM[at:])
        assert again(found) == RAW, at
        decoder.end()


def test_a_stream_may_drip_byte_by_byte_and_each_message_comes_with_its_last():
    decoder = Decoder()
    ends = np.cumsum([len(raw) for raw in RAW]).tolist()
    came = [at + 1 for at in range(len(STREAM)) if decoder.feed(STREAM[at : at + 1])]
    assert came == ends


def test_any_kind_of_bytes_can_be_fed():
    for kind in (bytes, bytearray, memoryview):
        assert again(Decoder().feed(kind(STREAM))) == RAW
    assert Decoder().feed(b"") == []


def test_what_is_under_way_is_said():
    decoder = Decoder()
    decoder.feed(RAW[3][:10])
    assert decoder.begun == "a header, 10 of 58 bytes"
    decoder.feed(RAW[3][10:100])
    assert decoder.begun == f"IMAGE, 42 of {len(RAW[3]) - 58} bytes"
    with pytest.raises(FormatError, match="Stream ended within IMAGE, 42 of .* Expected the whole message"):
        decoder.end()


def test_pixels_stay_when_the_next_message_comes():
    decoder = Decoder()
    first = decoder.feed(RAW[3])[0]
    other = Message(
        type="IMAGE", device="", content=Image(pixels=np.full((1, 5, 7), 255, np.uint8), matrix=np.eye(4)), version=2
    )
    decoder.feed(encode(other))
    assert first.content.pixels.ravel().tolist() == list(range(35))


def test_a_socket_can_write_where_the_message_stays():
    decoder, at, found = Decoder(), 0, []
    while at < len(STREAM):
        room = decoder.buffer()
        assert len(room) > 0
        n = min(len(room), 11, len(STREAM) - at)
        room[:n] = STREAM[at : at + n]
        at += n
        message = decoder.received(n)
        if message is not None:
            found.append(message)
    assert again(found) == RAW


def head_of(size: int, kind: bytes = b"VENDOR", crc: int = 0) -> bytes:
    return struct.pack(">H12s20sIIQQ", 1, kind, b"", 0, 0, size, crc)


def test_a_header_that_lies_asks_for_no_more_than_one_piece():
    tracemalloc.start()
    try:
        decoder = Decoder()
        decoder.feed(head_of(64 * 1024 * 1024))
        decoder.feed(bytes(1000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < FIRST_BYTES + 100_000


def test_a_large_body_grows_as_it_comes_and_is_whole():
    body = np.random.default_rng(3).bytes(3 * FIRST_BYTES + 12345)
    decoder = Decoder()
    view = memoryview(head_of(len(body), crc=crc64.ecma_182(body)) + body)
    found = [message for at in range(0, len(view), 1_000_003) for message in decoder.feed(view[at : at + 1_000_003])]
    assert len(found) == 1
    assert found[0].content == Unknown(body=body)


def test_a_thousand_messages_leave_nothing_behind():
    decoder = Decoder()
    decoder.feed(STREAM)
    tracemalloc.start()
    try:
        for _ in range(20):
            decoder.feed(STREAM)
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(200):
            decoder.feed(STREAM)
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert after - before < 20_000
