"""Messages that are broken in one way each: every one is refused, with the reason that fits."""

import struct

import pytest
from fastcrc import crc64

from inplane.core import FormatError
from inplane.stream.igtl.codec import Decoder, decode
from inplane.stream.igtl.header import MAX_BODY, parse_header


def wire(
    kind: bytes,
    body: bytes,
    *,
    version: int = 1,
    crc: int | None = None,
    size: int | None = None,
    cut: int | None = None,
) -> bytes:
    """A message made without the codec; its header may lie."""
    crc = crc64.ecma_182(body) if crc is None else crc
    size = len(body) if size is None else size
    head = struct.pack(">H12s20sIIQQ", version, kind, b"Device", 0, 0, size, crc)
    return (head + body)[:cut]


def extended(size: int = 12, index: int = 2, values: int = 0) -> bytes:
    return struct.pack(">HHII", size, index, values, 0)


def image(components=1, scalar=3, endian=2, coordinates=2, size=(4, 4, 1), offset=(0, 0, 0), part=(4, 4, 1)) -> bytes:
    numbers = [0.0] * 12
    return struct.pack(">H4B3H12f3H3H", 1, components, scalar, endian, coordinates, *size, *numbers, *offset, *part)


POLY = struct.Struct(">10I")
ENTRY = struct.pack(">12sQ", b"STATUS", 10)
WORDS = struct.pack(">I128sHI", 1, b"Start", 3, 5)

BROKEN = {
    "header_of_42_bytes": (wire(b"TRANSFORM", bytes(48), cut=42), "ended within a header, 42 of 58"),
    "header_of_57_bytes": (wire(b"TRANSFORM", bytes(48), cut=57), "ended within a header, 57 of 58"),
    "one_byte": (b"\0", "ended within a header, 1 of 58"),
    "version_0": (wire(b"TRANSFORM", bytes(48), version=0), "Header version 0 .*does not speak OpenIGTLink"),
    "version_99": (wire(b"TRANSFORM", bytes(48), version=99), "Header version 99"),
    "http": (b"HTTP/1.1 400 Bad Request\r\n\r\n", "Header version 18516 .*HT.*does not speak OpenIGTLink"),
    "no_type": (wire(b"", bytes(48)), "Message type b''. Expected 1 to 12 printable"),
    "type_not_ascii": (wire(b"TR\xc4NS", bytes(48)), "Message type b'TR.xc4NS'"),
    "type_with_a_blank": (wire(b"A B", b""), "Message type b'A B'"),
    "size_2_63": (
        wire(b"IMAGE", b"", size=2**63),
        "IMAGE claims a body of 9223372036854775808 bytes. Expected at most",
    ),
    "size_2_64_minus_1": (wire(b"IMAGE", b"", size=2**64 - 1), "claims a body of 18446744073709551615"),
    "size_just_beyond": (wire(b"IMAGE", b"", size=MAX_BODY + 1), f"Expected at most {MAX_BODY}"),
    "body_cut": (wire(b"TRANSFORM", bytes(48), cut=68), "ended within TRANSFORM, 10 of 48 bytes"),
    "crc": (
        wire(b"TRANSFORM", bytes(48), crc=0xDEADBEEFCAFEF00D),
        "checksum 0000000000000000. Expected deadbeefcafef00d",
    ),
    "crc_of_nothing": (wire(b"GET_STATUS", b"", crc=1), "Expected 0000000000000001"),
    "body_longer_than_said": (
        wire(b"TRANSFORM", bytes(50), size=48, crc=0),
        "ended within a header, 2 of 58|version 0",
    ),
    "body_shorter_than_said": (
        wire(b"TRANSFORM", b"x" * 47, size=48) + b"\0",
        "TRANSFORM has a body with checksum",
    ),
    "no_room_for_extended": (wire(b"TRANSFORM", bytes(11), version=2), "Expected an extended header of at least 12"),
    "extended_of_8": (wire(b"TRANSFORM", extended(8, 0), version=2), "extended header takes 8"),
    "extended_beyond_body": (wire(b"TRANSFORM", extended(100, 0), version=2), "extended header takes 100"),
    "metadata_beyond_body": (wire(b"TRANSFORM", extended(12, 4, 1000), version=2), "metadata 4 and 1000"),
    "metadata_index_of_1": (wire(b"X", extended(12, 1) + b"\1", version=2), "index of 1 bytes. Expected 2"),
    "metadata_index_cut": (
        wire(b"X", extended(12, 10) + b"\0\5" + bytes(8), version=2),
        "index of 10 bytes. Expected 42 for 5",
    ),
    "metadata_value_huge": (
        wire(b"X", extended(12, 10, 1) + b"\0\1" + struct.pack(">HHI", 1, 3, 2**32 - 1) + b"k", version=2),
        "Metadata has 1 bytes. Expected at least 4294967296",
    ),
    "metadata_key_long": (
        wire(b"X", extended(12, 10, 1) + b"\0\1" + struct.pack(">HHI", 2, 3, 0) + b"k", version=2),
        "Metadata has 1 bytes. Expected at least 2",
    ),
    "transform_47": (wire(b"TRANSFORM", bytes(47)), "TRANSFORM has a body of 47 bytes. Expected 48"),
    "transform_49": (wire(b"TRANSFORM", bytes(49)), "TRANSFORM has a body of 49 bytes. Expected 48"),
    "position_20": (wire(b"POSITION", bytes(20)), "POSITION has a body of 20 bytes. Expected 12, 24 or 28"),
    "position_32": (wire(b"POSITION", bytes(32)), "POSITION has a body of 32"),
    "qtrans_24": (wire(b"QTRANS", bytes(24)), "QTRANS has a body of 24 bytes. Expected 28"),
    "tdata_69": (wire(b"TDATA", bytes(69)), "TDATA has a body of 69 bytes. Expected a multiple of 70"),
    "qtdata_51": (wire(b"QTDATA", bytes(51)), "Expected a multiple of 50"),
    "point_135": (wire(b"POINT", bytes(135)), "Expected a multiple of 136"),
    "traj_151": (wire(b"TRAJ", bytes(151)), "Expected a multiple of 150"),
    "imgmeta_259": (wire(b"IMGMETA", bytes(259)), "Expected a multiple of 260"),
    "lbmeta_117": (wire(b"LBMETA", bytes(117)), "Expected a multiple of 116"),
    "videometa_1": (wire(b"VIDEOMETA", bytes(1)), "Expected a multiple of 322"),
    "capability_13": (wire(b"CAPABILITY", bytes(13)), "Expected a multiple of 12"),
    "status_29": (wire(b"STATUS", bytes(29)), "STATUS has a body of 29 bytes. Expected at least 30"),
    "string_3": (wire(b"STRING", bytes(3)), "STRING has a body of 3 bytes. Expected at least 4"),
    "string_length": (wire(b"STRING", b"\0\3\0\x64hello"), "STRING has a body of 9 bytes. Expected 104"),
    "string_longer": (wire(b"STRING", b"\0\3\0\1hello"), "STRING has a body of 9 bytes. Expected 5"),
    "command_137": (wire(b"COMMAND", bytes(137)), "COMMAND has a body of 137 bytes. Expected at least 138"),
    "command_length": (wire(b"COMMAND", WORDS + b"four"), "COMMAND has a body of 142 bytes. Expected 143"),
    "sensor_9": (wire(b"SENSOR", bytes(9)), "SENSOR has a body of 9 bytes. Expected at least 10"),
    "sensor_count": (wire(b"SENSOR", b"\x0a" + bytes(17)), "SENSOR has a body of 18 bytes. Expected 90"),
    "array_empty": (wire(b"NDARRAY", b"\3"), "NDARRAY has a body of 1 bytes. Expected at least 2"),
    "array_sides": (wire(b"NDARRAY", b"\3\3\0\1\0\1"), "NDARRAY has a body of 6 bytes. Expected at least 8"),
    "array_200_axes": (wire(b"NDARRAY", b"\3\xc8"), "Expected at least 402"),
    "array_65_axes": (wire(b"NDARRAY", b"\3\x41" + b"\0\1" * 65 + b"x"), "NDARRAY has 65 axes. Expected at most 64"),
    "array_type": (wire(b"NDARRAY", b"\0\1\0\1" + bytes(4)), "NDARRAY has scalar type 0"),
    "array_data": (wire(b"NDARRAY", b"\x0b\1\0\3" + bytes(16)), "NDARRAY has a body of 20 bytes. Expected 28"),
    "array_overflow": (wire(b"NDARRAY", b"\x0b\4" + b"\xff" * 8), "Expected 147564945596578005010"),
    "image_71": (wire(b"IMAGE", bytes(71)), "IMAGE has a body of 71 bytes. Expected at least 72"),
    "image_type": (wire(b"IMAGE", image(scalar=13) + bytes(16)), "IMAGE has scalar type 13"),
    "image_components": (wire(b"IMAGE", image(components=0)), "IMAGE has 0 components"),
    "image_endian": (wire(b"IMAGE", image(scalar=5, endian=3) + bytes(32)), "byte order 3"),
    "image_coordinates": (wire(b"IMAGE", image(coordinates=0) + bytes(16)), "coordinates 0. Expected"),
    "image_pixels_few": (wire(b"IMAGE", image() + bytes(15)), "IMAGE has a body of 87 bytes. Expected 88"),
    "image_pixels_many": (wire(b"IMAGE", image() + bytes(17)), "IMAGE has a body of 89 bytes. Expected 88"),
    "image_part": (wire(b"IMAGE", image(offset=(1, 0, 0)) + bytes(16)), "Expected a part of its \\(4, 4, 1\\)"),
    "image_huge": (wire(b"IMAGE", image(size=(65535,) * 3, part=(65535,) * 3)), "Expected 281462092005447"),
    "video_75": (wire(b"VIDEO", bytes(75)), "VIDEO has a body of 75 bytes. Expected at least 76"),
    "color_1": (wire(b"COLORT", b"\3"), "COLORT has a body of 1 bytes"),
    "color_index": (wire(b"COLORT", b"\0\3" + bytes(256)), "COLORT has index type 0, map type 3"),
    "color_map": (wire(b"COLORT", b"\3\x11" + bytes(256)), "COLORT has index type 3, map type 17"),
    "color_size": (wire(b"COLORT", b"\3\5" + bytes(256)), "COLORT has a body of 258 bytes. Expected 514"),
    "poly_39": (wire(b"POLYDATA", bytes(39)), "POLYDATA has a body of 39 bytes. Expected at least 40"),
    "poly_points": (wire(b"POLYDATA", POLY.pack(2**32 - 1, *[0] * 9)), "Expected at least 51539607580"),
    "poly_cells": (wire(b"POLYDATA", POLY.pack(0, 1, 7, *[0] * 7) + bytes(7)), "Expected multiples of 4"),
    "poly_attributes": (wire(b"POLYDATA", POLY.pack(*[0] * 9, 2**32 - 1)), "Expected at least 25769803770"),
    "poly_name": (wire(b"POLYDATA", POLY.pack(*[0] * 9, 1) + bytes(6) + b"no end"), "names 0 attributes. Expected 1"),
    "poly_padding": (
        wire(b"POLYDATA", POLY.pack(*[0] * 9, 1) + bytes(6) + b"\0"),
        "has a body of 7 bytes. Expected at least 8",
    ),
    "poly_values": (
        wire(b"POLYDATA", POLY.pack(*[0] * 9, 1) + b"\0\1\0\0\0\2n\0" + bytes(4)),
        "has 4 bytes of attributes",
    ),
    "bind_1": (wire(b"BIND", b"\0"), "BIND has a body of 1 bytes. Expected at least 2"),
    "bind_10000": (wire(b"BIND", b"\x27\x10"), "Expected at least 200004"),
    "bind_odd_names": (wire(b"BIND", b"\0\0\0\3abc"), "table of names of 3 bytes. Expected an even number"),
    "bind_bodies": (wire(b"BIND", b"\0\1" + ENTRY + b"\0\2A\0" + bytes(4)), "BIND has a body of 30 bytes. Expected 36"),
    "bind_names": (wire(b"BIND", b"\0\1" + ENTRY + b"\0\2AB" + bytes(10)), "BIND names 0 messages. Expected 1"),
    "start_35": (wire(b"STT_TDATA", bytes(35)), "STT_TDATA has a body of 35 bytes. Expected 36"),
    "answer_2": (wire(b"RTS_TDATA", bytes(2)), "RTS has a body of 2 bytes. Expected 0 or 1"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_message_is_refused_with_its_reason(name):
    raw, reason = BROKEN[name]
    with pytest.raises(FormatError, match=reason) as caught:
        decode(raw)
    assert "Expected" in str(caught.value)


@pytest.mark.parametrize("name", BROKEN)
def test_the_reason_is_the_same_when_the_bytes_come_one_by_one(name):
    raw, reason = BROKEN[name]
    decoder = Decoder()

    def drip() -> None:
        for at in range(len(raw)):
            decoder.feed(raw[at : at + 1])
        decoder.end()

    with pytest.raises(FormatError, match=reason):
        drip()


def test_a_broken_stream_stays_broken():
    decoder = Decoder()
    with pytest.raises(FormatError, match="version 0"):
        decoder.feed(bytes(2))
    for again in (lambda: decoder.feed(wire(b"TRANSFORM", bytes(48))), decoder.buffer, decoder.end):
        with pytest.raises(FormatError, match="version 0"):
            again()


def test_good_messages_before_a_broken_one_are_given_first():
    good = wire(b"STRING", b"\0\3\0\2ok")
    decoder = Decoder()
    assert [message.content.text for message in decoder.feed(good + good + b"GARBAGE")] == ["ok", "ok"]
    assert decoder.problem is not None
    with pytest.raises(FormatError, match="does not speak OpenIGTLink"):
        decoder.feed(b"")


def test_a_header_of_another_length_is_refused():
    with pytest.raises(FormatError, match="Header has 57 bytes. Expected 58"):
        parse_header(bytes(57))


def test_a_bound_of_ones_own_is_kept():
    with pytest.raises(FormatError, match="claims a body of 48 bytes. Expected at most 47"):
        Decoder(47).feed(wire(b"TRANSFORM", bytes(48)))
    assert len(Decoder(48).feed(wire(b"TRANSFORM", bytes(48)))) == 1
