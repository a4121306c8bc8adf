"""Reference messages of the protocol's authors, images and their place, names, metadata, versions."""

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastcrc import crc64

from inplane.core import FormatError, InputError
from inplane.stream.igtl.arrays import Array, ColorTable, Sensor
from inplane.stream.igtl.bind import Bind, BoundMessage
from inplane.stream.igtl.codec import Message, decode, encode, encode_parts
from inplane.stream.igtl.contents import Unknown, kind_of
from inplane.stream.igtl.header import EXTENDED, HEADER, MAX_BODY, checksum
from inplane.stream.igtl.image import Image, Video, center_of, matrix_from_center, to_other_coordinates
from inplane.stream.igtl.listing import ImageEntry, LabelEntry, Listing, VideoEntry
from inplane.stream.igtl.points import Points, Trajectories
from inplane.stream.igtl.polydata import PolyData
from inplane.stream.igtl.query import Query
from inplane.stream.igtl.text import Capability, Command, Status, String
from inplane.stream.igtl.tracking import Tool, TrackingData
from inplane.stream.igtl.transform import Position, Transform

SCALARS = ["i1", "u1", ">i2", "<i2", ">u2", "<u2", ">i4", "<i4", ">u4", "<u4", ">f4", "<f4", ">f8", "<f8"]
POSE = np.array([[0.0, -0.5, 0.0, 10.0], [0.25, 0.0, 0.0, -20.5], [0.0, 0.0, 2.0, 30.25], [0.0, 0.0, 0.0, 1.0]])


def wire(
    body: bytes, *, kind: bytes = b"TRANSFORM", version: int = 1, crc: int | None = None, size: int | None = None
) -> bytes:
    """A message from its body, made without the codec."""
    head = struct.pack(
        ">H12s20sIIQQ",
        version,
        kind,
        b"Device",
        1700000000,
        2**31,
        len(body) if size is None else size,
        crc64.ecma_182(body) if crc is None else crc,
    )
    return head + body


def only(data: bytes) -> Message:
    found = decode(data)
    assert len(found) == 1
    return found[0]


def image_message(pixels: np.ndarray, version: int = 2, **fields) -> Message:
    return Message(
        type="IMAGE",
        device="Image_Reference",
        time_s=1700000000.5,
        version=version,
        content=Image(pixels=pixels, matrix=POSE, **fields),
    )


# ---- the authors' own messages ----


def reference_messages(data: Path) -> dict[str, bytes]:
    """All messages, those in parts put together as their provenance tells."""
    folder = data / "openigtlink-messages" / "upstream"
    files = {path.name.removeprefix("test_").removesuffix(".bin"): path.read_bytes() for path in folder.glob("*.bin")}
    whole = {name: raw for name, raw in files.items() if not name.endswith(("_header", "_body"))}
    whole["bind"] = b"".join(files[f"bind_message_{part}"] for part in ("header", "bind_header", "bind_body"))
    for name in ("ndarray", "polydata"):
        whole[name] = files[f"{name}_message_header"] + files[f"{name}_message_body"]
    return whole


@pytest.mark.data
def test_every_reference_message_decodes_and_encodes_to_the_same_bytes(data):
    messages = reference_messages(data)
    assert len(messages) == 22
    for name, raw in messages.items():
        message = only(raw)
        assert not isinstance(message.content, Unknown), name
        assert encode(message) == raw, name


@pytest.mark.data
def test_every_reference_message_is_the_same_bytes_when_made_from_its_values_alone(data):
    for name, raw in reference_messages(data).items():
        assert encode(replace(only(raw), wire=None)) == raw, name


@pytest.mark.data
def test_reference_messages_say_what_their_authors_wrote(data):
    found = {name: only(raw) for name, raw in reference_messages(data).items()}
    # Values of igtl_test_data_*.h and igtl_*_test.c of the protocol's authors.
    assert found["string_message"].content == String(text="Welcome to OpenIGTLink")
    assert found["status_message"].content == Status(
        code=15, subcode=10, name="ACTUATOR_DISABLED", text="Actuator A is disabled."
    )
    assert found["position_message"].content.position_mm == pytest.approx((46.0531, 19.4709, 46.0531))
    assert found["command_messageFormat2"].metadata == {"First patient age": "22", "Second patient age": "25"}
    assert found["command_messageFormat2"].content.text == "Start the tracking machine"
    assert found["capability_message"].content.types == ("IMAGE", "GET_IMAGE", "TRANSFORM", "GET_TRANS")
    assert [tool.name for tool in found["tdata_message"].content.tools] == ["Tracker0", "Tracker1", "Tracker2"]
    assert found["transform_message"].content.matrix[:3, 3] == pytest.approx((46.0531, 19.4709, 46.0531))
    assert found["ndarray"].content.values.shape == (5, 4, 3)
    assert found["ndarray"].content.values.ravel().tolist() == list(range(60))
    assert found["polydata"].content.points_mm.shape == (8, 3)
    assert found["polydata"].content.cells[2][0] == 6
    assert found["polydata"].content.attributes[0].values.ravel().tolist() == list(range(8))
    assert [(m.type, m.name) for m in found["bind"].content.messages] == [
        ("TRANSFORM", "ChildTrans"),
        ("IMAGE", "ChildImage"),
        ("SENSOR", "ChildSensor"),
    ]
    inner = found["bind"].content.messages[1]
    assert kind_of(inner.type).decode(memoryview(inner.body)).pixels.shape == (1, 50, 50)
    assert found["sensor_message"].content.values[0] == 123456.78
    assert isinstance(found["trajectory_message"].content, Trajectories)
    assert isinstance(found["point_message"].content, Points)
    assert found["imgmeta_message"].content.entries[0].modality == "CT"


@pytest.mark.data
def test_malformed_messages_of_the_conformance_corpus_are_refused(data):
    folder = data / "openigtlink-messages" / "negative"
    if not folder.is_dir():
        pytest.skip("the malformed messages are not among the recordings here; test_codec_malformed.py makes its own")
    entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))["entries"]
    assert len(entries) == 32
    for entry in entries.values():
        with pytest.raises(FormatError, match="Expected"):
            decode((folder / entry["path"]).read_bytes())


# ---- header ----


def test_the_checksum_is_that_of_ecma_182():
    # Check value of the catalogue of parametrised CRC algorithms (reveng), "CRC-64/ECMA-182" of "123456789".
    assert checksum([b"123456789"]) == 0x6C40DF5F0B497347
    assert checksum([b"1234", memoryview(b"567"), b"", b"89"]) == 0x6C40DF5F0B497347


def test_a_header_is_laid_out_as_the_protocol_says():
    message = Message(type="STRING", device="Probe", time_s=1700000000.25, content=String(text="ab"))
    assert encode(message)[:50] == bytes.fromhex(
        "0001535452494e4700000000000050726f6265" + "00" * 15 + "6553f100400000000000000000000006"
    )


def test_time_stamps_come_back_to_a_quarter_of_a_microsecond_and_are_sent_on_bit_for_bit():
    message = Message(type="STRING", device="", time_s=1700000000.1234567, content=String(text=""))
    back = only(encode(message))
    assert back.time_s == pytest.approx(1700000000.1234567, abs=2.5e-7)
    odd = encode(message)[:38] + b"\xff\xff\xff\xff" + encode(message)[42:]
    assert encode(only(odd)) == odd
    assert encode(replace(only(odd), time_s=2.0))[34:42] == b"\0\0\0\2\0\0\0\0"


@pytest.mark.parametrize("time_s", [-1.0, 2.0**32, float("nan"), float("inf")])
def test_a_time_that_the_header_cannot_hold_is_refused(time_s):
    with pytest.raises(InputError, match="Time stamp .* Expected seconds since 1970"):
        encode(Message(type="STRING", device="", time_s=time_s, content=String(text="")))


def test_bytes_after_the_nul_of_names_are_sent_on_but_not_said():
    raw = bytearray(encode(Message(type="STRING", device="Probe", content=String(text="x"))))
    raw[2 + 7 : 14] = b"junk!"
    raw[14 + 6 : 34] = b"after the nul."
    message = only(bytes(raw))
    assert (message.type, message.device) == ("STRING", "Probe")
    assert encode(message) == bytes(raw)
    assert encode(replace(message, device="Needle"))[14:34] == b"Needle" + bytes(14)


@pytest.mark.parametrize(("field", "value"), [("type", "MUCHTOOLONGNAME"), ("type", "A\0B"), ("device", "A\0B")])
def test_names_that_do_not_fit_are_refused(field, value):
    with pytest.raises(InputError, match="Expected"):
        encode(replace(Message(type="CUSTOM", device="", content=Unknown(body=b"")), **{field: value}))


def test_a_content_of_another_type_is_refused():
    with pytest.raises(InputError, match="'STRING' holds Transform. Expected String"):
        encode(Message(type="STRING", device="", content=Transform(matrix=np.eye(4))))


# ---- version 2 ----


def test_version_1_holds_no_metadata_and_version_2_does():
    message = Message(
        type="TRANSFORM",
        device="ProbeToReference",
        content=Transform(matrix=POSE),
        metadata={"TransformValid": "TRUE", "Größe": "5 µm", "raw": b"\xff\x00"},
        message_id=77,
    )
    assert len(encode(message)) == 58 + 48
    back = only(encode(replace(message, version=2)))
    assert back.metadata == {"TransformValid": "TRUE", "Größe": "5 µm", "raw": b"\xff\x00"}
    assert list(back.metadata) == list(message.metadata)
    assert (back.version, back.message_id) == (2, 77)
    np.testing.assert_array_equal(back.content.matrix, POSE)


def test_metadata_is_laid_out_as_the_protocol_says():
    body = encode(Message(type="GET_STATUS", device="", version=2, content=Query(), metadata={"a": "bc", "µ": "ß"}))[
        58:
    ]
    assert body == bytes.fromhex("000c00120000000700000000000200010003000000020002006a00000002616263c2b5c39f")


def test_an_extended_header_that_is_larger_is_sent_on():
    body = EXTENDED.pack(20, 2, 0, 5) + b"8 future" + bytes(48) + b"\0\0"
    raw = wire(body, version=2)
    message = only(raw)
    assert message.message_id == 5
    assert encode(message) == raw


@pytest.mark.parametrize("version", [2, 3])
def test_version_2_without_any_body_is_taken(version):
    raw = wire(b"", kind=b"GET_STATUS", version=version)
    assert encode(only(raw)) == raw


def test_odd_metadata_is_sent_on_as_it_came():
    twice = b"\0\3" + 2 * struct.pack(">HHI", 1, 3, 1) + struct.pack(">HHI", 1, 999, 2)
    body = EXTENDED.pack(12, len(twice) + 3, 9, 0) + bytes(48) + twice + b"gap" + b"k1k2x\xff\xfe" + b"??"
    raw = wire(body, version=2)
    message = only(raw)
    assert message.metadata == {"k": "2", "x": b"\xff\xfe"}
    assert encode(message) == raw
    assert only(encode(replace(message, metadata={"new": "one"}))).metadata == {"new": "one"}


def test_a_long_device_name_is_cut_and_whole_in_the_metadata():
    name = "VeryLongInstrumentTipToReference"
    message = Message(type="TRANSFORM", device=name, version=2, content=Transform(matrix=POSE))
    raw = encode(message)
    assert raw[14:34] == name.encode()[:20]
    back = only(raw)
    assert back.device == name
    assert back.metadata["IGTL_DEVICE_NAME"] == name
    assert encode(back) == raw
    assert only(encode(replace(back, device="Short"))).device == "Short"
    assert only(encode(replace(message, version=1))).device == name[:20]


def test_a_name_of_twenty_bytes_is_whole_and_a_cut_never_splits_a_character():
    assert encode(Message(type="GET_TRANS", device="NeedleTipToReference", content=Query()))[14:34] == (
        b"NeedleTipToReference"
    )
    raw = encode(Message(type="GET_TRANS", device="abcdefghijklmnopqrsü", content=Query()))
    assert raw[14:34] == b"abcdefghijklmnopqrs\0"


def test_more_metadata_than_its_index_can_hold_is_refused():
    many = {str(i): "" for i in range(8192)}
    with pytest.raises(InputError, match="Metadata has 8192 entries. Expected at most 8191"):
        encode(Message(type="GET_TRANS", device="", version=2, content=Query(), metadata=many))
    with pytest.raises(InputError, match="Metadata key .* Expected at most 65535"):
        encode(Message(type="GET_TRANS", device="", version=2, content=Query(), metadata={"k" * 65536: ""}))


# ---- images ----


@pytest.mark.parametrize("scalar", SCALARS)
@pytest.mark.parametrize("components", [1, 2, 3, 4])
@pytest.mark.parametrize("version", [1, 2])
def test_pixels_of_every_type_and_byte_order_come_back(scalar, components, version):
    rng = np.random.default_rng(7)
    shape = (2, 5, 3) if components == 1 else (2, 5, 3, components)
    pixels = np.frombuffer(rng.bytes(int(np.prod(shape)) * np.dtype(scalar).itemsize), scalar).reshape(shape)
    raw = encode(image_message(pixels, version, coordinates="RAS"))
    back = only(raw)
    assert back.content.pixels.dtype == np.dtype(scalar)
    assert back.content.pixels.tobytes() == pixels.tobytes()
    assert back.content.pixels.shape == shape
    assert not back.content.pixels.flags.writeable
    np.testing.assert_allclose(back.content.matrix, POSE, atol=1e-5)
    assert back.content.coordinates == "RAS"
    assert encode(back) == raw


def test_an_image_header_is_laid_out_as_the_protocol_says():
    raw = encode(image_message(np.zeros((1, 3, 5), ">u2"), 1))
    values = struct.unpack(">H4B3H12f3H3H", raw[58 : 58 + 72])
    assert values[:5] == (1, 1, 5, 1, 2)
    assert values[5:8] == (5, 3, 1)
    # columns (x of the picture), rows, slices, then the centre: POSE @ (2, 1, 0)
    assert values[8:17] == (0.0, 0.25, 0.0, -0.5, 0.0, 0.0, 0.0, 0.0, 2.0)
    assert values[17:20] == (9.5, -20.0, 30.25)
    assert values[20:] == (0, 0, 0, 5, 3, 1)
    assert len(raw) == 58 + 72 + 30


def test_a_part_of_a_volume_keeps_its_place_and_the_centre_is_that_of_the_whole():
    image = Image(pixels=np.ones((1, 4, 6), np.uint8), matrix=POSE, size=(20, 10, 3), offset=(2, 5, 1))
    message = Message(type="IMAGE", device="", content=image)
    back = only(encode(message)).content
    assert (back.size, back.offset, back.whole_size) == ((20, 10, 3), (2, 5, 1), (20, 10, 3))
    np.testing.assert_allclose(back.matrix, POSE, atol=1e-5)
    with pytest.raises(InputError, match="Expected a part of its"):
        encode(replace(message, content=replace(image, offset=(15, 5, 1))))


@pytest.mark.parametrize("size", [(1, 1, 1), (2, 1, 1), (640, 480, 1), (3, 4, 5)])
def test_centre_and_first_pixel_are_two_ways_of_saying_one_place(size):
    center = center_of(POSE, size)
    corners = np.array([[x, y, z, 1.0] for x in (0, size[0] - 1) for y in (0, size[1] - 1) for z in (0, size[2] - 1)])
    np.testing.assert_allclose(center, (POSE @ corners.T).T[:, :3].mean(axis=0))
    np.testing.assert_allclose(matrix_from_center(POSE[:3, :3], center, size), POSE, atol=1e-12)


def test_ras_and_lps_differ_in_the_signs_of_x_and_y():
    np.testing.assert_array_equal(to_other_coordinates(POSE)[0], -POSE[0])
    np.testing.assert_array_equal(to_other_coordinates(POSE)[2:], POSE[2:])
    np.testing.assert_array_equal(to_other_coordinates(to_other_coordinates(POSE)), POSE)


def test_no_pixel_is_copied_on_the_way_out_or_in():
    pixels = np.zeros((1, 1080, 1920), np.uint8)
    parts = encode_parts(image_message(pixels))
    assert any(np.shares_memory(np.frombuffer(part, np.uint8), pixels) for part in parts if len(part) > 1000)
    raw = b"".join(parts)
    content = kind_of("IMAGE").decode(memoryview(raw)[58 + 12 : -2])
    assert np.shares_memory(content.pixels, np.frombuffer(raw, np.uint8))


def test_pixels_that_do_not_lie_in_one_piece_are_sent_right():
    pixels = np.arange(60, dtype=np.uint16).reshape(1, 6, 10)[:, ::2, ::-1]
    np.testing.assert_array_equal(only(encode(image_message(pixels))).content.pixels, pixels)


def test_an_eight_bit_image_may_leave_its_byte_order_unsaid():
    raw = bytearray(encode(image_message(np.arange(6, dtype=np.uint8).reshape(1, 2, 3), 1)))
    raw[58 + 4] = 0
    raw[50:58] = checksum([bytes(raw[58:])]).to_bytes(8, "big")
    message = only(bytes(raw))
    assert message.content.pixels.ravel().tolist() == [0, 1, 2, 3, 4, 5]
    assert encode(message) == bytes(raw)


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((2, 2), np.uint8),
        np.zeros((1, 2, 2), np.int64),
        np.zeros((1, 2, 2), bool),
        np.zeros((1, 2, 2, 256), "u1"),
    ],
)
def test_pixels_that_an_image_cannot_hold_are_refused(pixels):
    with pytest.raises(InputError, match="Image is .* Expected"):
        Image(pixels=pixels, matrix=np.eye(4))


def test_other_values_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="Image has .* Expected \\(4, 4\\), 'RAS' or 'LPS'"):
        Image(pixels=np.zeros((1, 2, 2), np.uint8), matrix=np.eye(3))
    with pytest.raises(InputError, match="Transform is \\(3, 3\\). Expected \\(4, 4\\)"):
        Transform(matrix=np.eye(3))
    with pytest.raises(InputError, match="Position .* Expected 3 numbers, and 0, 3 or 4"):
        Position(position_mm=(1.0, 2.0, 3.0), quaternion=(1.0,))


def test_what_no_receiver_of_ours_would_take_is_not_sent():
    with pytest.raises(InputError, match="Image has 67108864 bytes. Expected less than 67108864"):
        encode_parts(image_message(np.zeros((1, 8192, 8192), np.uint8)))
    with pytest.raises(InputError, match="body of .* Expected at most"):
        encode_parts(Message(type="CUSTOM", device="", content=Unknown(body=bytes(MAX_BODY + 1))))


@pytest.mark.parametrize(
    ("kind", "content", "reason"),
    [
        ("STRING", String(text="x" * 65536), "STRING has 65536 bytes. Expected at most 65535"),
        ("STATUS", Status(code=70000), "STATUS cannot be sent"),
        ("STATUS", Status(name="n" * 21), "Status name .* Expected at most 20"),
        ("SENSOR", Sensor(values=(0.0,) * 256), "SENSOR cannot be sent"),
        ("NDARRAY", Array(values=np.zeros(3, np.int64)), "Array is of int64"),
        ("COLORT", ColorTable(table=np.zeros(255, np.uint8)), "Color table is \\(255,\\)"),
        ("VIDEO", Video(codec="TOOLONG", data=b"", head=bytes(76)), "Expected 4 letters and 76 bytes"),
        ("TRANSFORM", Unknown(body=b""), "'TRANSFORM' holds Unknown"),
        ("BIND", Bind(messages=(BoundMessage(type="STATUS", name="a\0b", body=b""),)), "no NUL"),
        ("CAPABILITY", Capability(types=("x" * 13,)), "Type .* Expected at most 12"),
        ("TDATA", TrackingData(tools=(Tool(name="n" * 21, matrix=np.eye(4)),)), "Tool name .* Expected at most 20"),
        ("STT_TDATA", Query(resolution_ms=2**31), "STT_TDATA cannot be sent"),
        ("RTS_TDATA", Query(status=200), "RTS cannot be sent"),
    ],
)
def test_a_value_that_the_wire_cannot_hold_is_refused_with_its_reason(kind, content, reason):
    with pytest.raises(InputError, match=reason):
        encode(Message(type=kind, device="", content=content))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("GET_TRANS", Query()),
        ("STT_TDATA", Query(resolution_ms=50, coordinate_name="Reference")),
        ("STT_TDATA", Query()),
        ("STP_TDATA", Query()),
        ("RTS_TDATA", Query(status=-1)),
        ("RTS_TDATA", Query()),
        ("STT_VIDEO", Query(body=b"H264\0\0\0\x32")),
        ("RTS_COMMAND", Command(id=4, name="StartRecording", text=b"\xff\xfe")),
        ("QTRANS", Position(position_mm=(1.0, 2.0, 3.0), quaternion=(0.0, 0.0, 0.0, 1.0))),
        ("POSITION", Position(position_mm=(1.0, 2.0, 3.0), quaternion=(0.0, 0.5, 1.0))),
        ("IMGMETA", Listing(entries=(ImageEntry(name="Neck", device="Image", modality="US", stamp=2**63),))),
        ("LBMETA", Listing(entries=(LabelEntry(name="Vein", device="Labels", label=7, owner="Image"),))),
        ("VIDEOMETA", Listing(entries=(VideoEntry(name="Neck", device="Video", matrix=(0.5,) * 12),))),
        ("VENDOR_TYPE", Unknown(body=b"anything")),
    ],
)
def test_a_value_comes_back_as_it_was(kind, content):
    back = only(encode(Message(type=kind, device="D", content=content)))
    assert back.type == kind
    assert back.content == content


def test_meshes_videos_and_tables_come_back():
    cells = ((1, np.array([1, 0], np.uint32)), *((0, np.empty(0, np.uint32)) for _ in range(3)))
    mesh = PolyData(points_mm=np.array([[1.5, 2.0, -3.0]], np.float32), cells=cells)
    back = only(encode(Message(type="POLYDATA", device="", content=mesh))).content
    np.testing.assert_array_equal(back.points_mm, mesh.points_mm)
    assert back.cells[0][1].tolist() == [1, 0]
    video = Video(codec="H264", data=b"compressed", head=bytes(76))
    back = only(encode(Message(type="VIDEO", device="", content=video))).content
    assert (back.codec, back.data, back.size) == ("H264", b"compressed", (0, 0, 0))
    for table in (np.arange(256, dtype=np.uint16), np.zeros((256, 3), np.uint8), np.zeros(65536, np.uint8)):
        back = only(encode(Message(type="COLORT", device="", content=ColorTable(table=table)))).content
        np.testing.assert_array_equal(back.table, table)


def test_the_header_has_58_bytes():
    assert HEADER.size == 58
    assert EXTENDED.size == 12
