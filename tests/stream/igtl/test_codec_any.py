"""Any message there can be is decoded and encoded to the same bytes; any other bytes are refused, and nothing worse."""

import struct
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastcrc import crc64
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inplane.core import FormatError
from inplane.stream.igtl.codec import FIRST_BYTES, Decoder, Message, decode, encode
from inplane.stream.igtl.contents import KINDS, Unknown
from inplane.stream.igtl.header import text_of
from inplane.stream.igtl.image import SCALARS
from inplane.stream.igtl.text import String

SEEDS = sorted((Path(__file__).parents[2] / "corpus" / "fuzz" / "igtl").iterdir())
ROWS = {"TDATA": 70, "QTDATA": 50, "POINT": 136, "TRAJ": 150, "IMGMETA": 260, "LBMETA": 116, "VIDEOMETA": 322}
U8, U16, U32, U64 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32, 64))


def any_bytes(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


@st.composite
def rows(draw: st.DrawFn) -> tuple[str, bytes]:
    """Types whose rows may hold any bytes at all: padding, reserved bytes, numbers that are none."""
    kind = draw(st.sampled_from(sorted(ROWS)))
    return kind, draw(any_bytes(ROWS[kind] * draw(st.integers(0, 3))))


@st.composite
def images(draw: st.DrawFn) -> tuple[str, bytes]:
    scalar = draw(st.sampled_from(sorted(SCALARS)))
    components = draw(st.sampled_from([1, 1, 2, 3, 4, 9]))
    part = [draw(st.integers(0, 4)) for _ in range(3)]
    offset = [draw(st.integers(0, 9)) for _ in range(3)]
    size = [p + o + draw(st.integers(0, 2)) for p, o in zip(part, offset, strict=True)]
    count = part[0] * part[1] * part[2] * components * np.dtype(SCALARS[scalar]).itemsize
    head = struct.pack(">H4B3H", draw(U16), components, scalar, draw(st.integers(1, 2)), draw(st.integers(1, 2)), *size)
    return "IMAGE", head + draw(any_bytes(48)) + struct.pack(">6H", *offset, *part) + draw(any_bytes(count))


@st.composite
def words(draw: st.DrawFn) -> tuple[str, bytes]:
    text = draw(st.binary(max_size=30))
    encoding = draw(st.sampled_from([0, 3, 106, 2, 1015]))
    kind = draw(st.sampled_from(["STRING", "COMMAND", "RTS_COMMAND", "STATUS", "CAPABILITY"]))
    if kind == "STRING":
        return kind, struct.pack(">HH", encoding, len(text)) + text
    if kind == "STATUS":
        return kind, draw(any_bytes(30)) + text
    if kind == "CAPABILITY":
        return kind, draw(any_bytes(12 * draw(st.integers(0, 4))))
    return kind, draw(any_bytes(132)) + struct.pack(">HI", encoding, len(text)) + text


@st.composite
def arrays(draw: st.DrawFn) -> tuple[str, bytes]:
    kind = draw(st.sampled_from(["SENSOR", "NDARRAY", "COLORT", "COLORTABLE"]))
    if kind == "SENSOR":
        count = draw(st.integers(0, 5))
        return kind, bytes([count]) + draw(any_bytes(9 + 8 * count))
    if kind == "NDARRAY":
        shape = [draw(st.integers(0, 3)) for _ in range(draw(st.integers(0, 4)))]
        scalar = draw(st.sampled_from([*SCALARS, 13]))
        width = 16 if scalar == 13 else np.dtype(SCALARS[scalar]).itemsize
        data = draw(any_bytes(int(np.prod(shape, dtype=int)) * width))
        return kind, bytes([scalar, len(shape)]) + struct.pack(f">{len(shape)}H", *shape) + data
    mapped, width = draw(st.sampled_from([(3, 1), (5, 2), (19, 3)]))
    return kind, bytes([3, mapped]) + draw(any_bytes(16)) * (16 * width)


@st.composite
def meshes(draw: st.DrawFn) -> tuple[str, bytes]:
    points = draw(st.integers(0, 3))
    sizes = [4 * draw(st.integers(0, 3)) for _ in range(4)]
    pairs = [number for size in sizes for number in (draw(U32), size)]
    heads, names, values = b"", b"", b""
    count = draw(st.integers(0, 3))
    for _ in range(count):
        kind, components, n = draw(st.sampled_from([0, 1, 2, 3, 4, 5, 0x10, 0x11])), draw(U8), draw(st.integers(0, 2))
        width = {1: 3, 2: 3, 3: 9, 4: 4}.get(kind & 15, components)
        heads += struct.pack(">BBI", kind, components, n)
        names += draw(st.binary(max_size=5)).replace(b"\0", b"n") + b"\0"
        values += draw(any_bytes(4)) * (width * n)
    names += draw(any_bytes(1)) if len(names) % 2 else b""
    start = struct.pack(">10I", points, *pairs, count) + draw(any_bytes(12 * points + sum(sizes)))
    return "POLYDATA", start + heads + names + values


@st.composite
def bound(draw: st.DrawFn) -> tuple[str, bytes]:
    heads, names, bodies = b"", b"", b""
    count = draw(st.integers(0, 3))
    for _ in range(count):
        body = draw(st.binary(max_size=9))
        heads += draw(any_bytes(12)) + struct.pack(">Q", len(body))
        names += draw(st.binary(max_size=5)).replace(b"\0", b"n") + b"\0"
        bodies += body + draw(any_bytes(len(body) % 2))
    names += draw(st.binary(max_size=4))
    names += draw(any_bytes(len(names) % 2))
    return "BIND", struct.pack(">H", count) + heads + struct.pack(">H", len(names)) + names + bodies


@st.composite
def others(draw: st.DrawFn) -> tuple[str, bytes]:
    sizes = {"TRANSFORM": [48], "POSITION": [12, 24, 28], "QTRANS": [28], "RTS_TDATA": [0, 1], "STT_TDATA": [0, 36]}
    kind = draw(st.sampled_from([*sizes, "VIDEO", "GET_IMAGE", "STT_BIND", "VENDOR"]))
    if kind in sizes:
        return kind, draw(any_bytes(draw(st.sampled_from(sizes[kind]))))
    return kind, draw(st.binary(max_size=20)) + (draw(any_bytes(76)) if kind == "VIDEO" else b"")


@st.composite
def metadata(draw: st.DrawFn) -> tuple[bytes, bytes]:
    index, values = b"", b""
    count = draw(st.integers(0, 3))
    for _ in range(count):
        key, value = draw(st.sampled_from([b"a", b"IGTL_DEVICE_NAME", b"\xff", b""])), draw(st.binary(max_size=25))
        index += struct.pack(">HHI", len(key), draw(st.sampled_from([3, 106, 2, 0])), len(value))
        values += key + value
    return struct.pack(">H", count) + index + draw(st.binary(max_size=2)), values + draw(st.binary(max_size=2))


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """The bytes of a message that is valid, made without the codec; whatever may be odd in it is."""
    kind, body = draw(st.one_of(rows(), images(), words(), arrays(), meshes(), bound(), others()))
    version = draw(st.sampled_from([1, 2, 3]))
    if version > 1:
        index, values = draw(metadata())
        extra = draw(st.binary(max_size=4))
        body = struct.pack(">HHII", 12 + len(extra), len(index), len(values), draw(U32)) + extra + body + index + values
    name = kind.encode()
    name += b"" if len(name) == 12 else b"\0" + draw(any_bytes(11 - len(name)))
    head = struct.pack(">H12s20sQQQ", version, name, draw(any_bytes(20)), draw(U64), len(body), crc64.ecma_182(body))
    return head + body


@settings(max_examples=400)
@given(messages())
def test_any_valid_message_is_sent_on_byte_for_byte(raw):
    found = decode(raw)
    assert len(found) == 1
    assert encode(found[0]) == raw
    assert found[0].type in KINDS or found[0].type.startswith(("GET_", "STT_", "STP_", "RTS_", "VENDOR"))


@settings(max_examples=300)
@given(messages())
def test_values_alone_say_all_that_matters(raw):
    once = encode(replace(decode(raw)[0], wire=None, device="D", metadata={}, time_s=1.5))
    assert encode(replace(decode(once)[0], wire=None)) == once


@settings(max_examples=100)
@given(
    st.text(max_size=40), st.dictionaries(st.text(max_size=9), st.text(max_size=30), max_size=5), st.text(max_size=20)
)
def test_any_text_comes_back(text, fields, device):
    device, fields = (
        device.replace("\0", ""),
        {k: v for k, v in fields.items() if not k.startswith("IGTL_")},
    )
    message = Message(type="STRING", device=device, version=2, content=String(text=text), metadata=fields)
    back = decode(encode(message))[0]
    assert (back.content, back.device) == (String(text=text), device)
    assert {k: v for k, v in back.metadata.items() if k != "IGTL_DEVICE_NAME"} == fields


@given(any_bytes(20))
def test_names_of_any_bytes_are_said_up_to_the_nul(raw):
    assert "\0" not in text_of(raw)
    assert text_of(raw).encode("utf-8", "surrogateescape") == raw.split(b"\0")[0]


def fed(data: bytes, cuts: list[int]) -> tuple[list[bytes], str]:
    """Messages and the reason of the end, of bytes that come in pieces."""
    decoder, found, at = Decoder(), [], 0
    try:
        for cut in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
            found += decoder.feed(data[at:cut])
            at = cut
        decoder.end()
    except FormatError as error:
        return [encode(message) for message in found], "Expected" if "Expected" in str(error) else repr(error)
    return [encode(message) for message in found], ""


@settings(max_examples=300)
@given(st.lists(messages(), min_size=1, max_size=3), st.lists(U32, max_size=5), st.data())
def test_bytes_that_were_changed_are_refused_or_are_another_message(raws, cuts, data):
    stream = bytearray(b"".join(raws))
    for _ in range(data.draw(st.integers(0, 4))):
        stream[data.draw(st.integers(0, len(stream) - 1))] = data.draw(U8)
    whole, ended = fed(bytes(stream), [])
    assert ended in ("", "Expected")
    assert b"".join(whole) == bytes(stream[: sum(map(len, whole))])
    assert fed(bytes(stream), cuts) == (whole, ended)


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=150).map(lambda tail: b"\0\1IMAGE" + tail)))
@example(b"\0\1IMAGE" + bytes(7 + 20 + 8) + b"\0\0\0\0\4\0\0\0" + bytes(8))
def test_any_bytes_end_in_messages_or_a_reason(data):
    assert fed(data, [7, 60])[1] in ("", "Expected")


@settings(max_examples=200)
@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300), st.sampled_from([1, 2]))
def test_any_body_with_a_right_checksum_is_a_message_or_has_a_reason(kind, body, version):
    head = struct.pack(">H12s20sQQQ", version, kind.encode(), b"", 0, len(body), crc64.ecma_182(body))
    found, _ = fed(head + body, [])
    assert found in ([], [head + body])


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.name)
def test_seeds_of_the_fuzzer_end_in_messages_or_a_reason(seed):
    data = seed.read_bytes()
    whole, ended = fed(data, [])
    assert b"".join(whole) == data[: sum(map(len, whole))]
    assert fed(data, list(range(len(data)))) == (whole, ended)


def test_there_are_seeds():
    assert len(SEEDS) >= 20


@settings(max_examples=60)
@given(st.sampled_from(["IMAGE", "NDARRAY", "POLYDATA", "BIND", "SENSOR", "COMMAND", "TDATA"]), st.binary(max_size=120))
def test_no_body_makes_the_decoder_ask_for_more_than_was_sent(kind, body):
    head = struct.pack(">H12s20sQQQ", 1, kind.encode(), b"", 0, len(body), crc64.ecma_182(body))
    tracemalloc.start()
    try:
        fed(head + body, [])
        fed(head[:42] + struct.pack(">Q", 2**26) + head[50:] + body, [])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < FIRST_BYTES + 500_000


def test_an_unknown_type_is_given_as_it_is():
    raw = struct.pack(">H12s20sQQQ", 1, b"ULTRASOUND", b"", 0, 3, crc64.ecma_182(b"abc")) + b"abc"
    found = decode(raw)[0]
    assert found.content == Unknown(body=b"abc")
    assert encode(found) == raw
