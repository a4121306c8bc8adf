"""Frames as PLUS's messages, and the way back: names, places, scales, status, colour and numbers."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from inplane.core import (
    Calibration,
    FormatError,
    Frame,
    LinearGeometry,
    PictureGeometry,
    Pose,
    Signals,
    Space,
    TrackedTransform,
)
from inplane.stream.igtl.codec import Message, decode, encode
from inplane.stream.igtl.image import Image
from inplane.stream.igtl.plus import (
    NEEDLE_TIP,
    PROBE,
    image_message,
    messages_of,
    patient_pose,
    probe_from_pixels,
    status_message,
    tracked_of,
    transform_message,
)
from inplane.stream.igtl.received import GreyRange, pixel_size_mm, read_image, transforms_of
from inplane.stream.igtl.text import SHUTDOWN, Status
from inplane.stream.igtl.tracking import Tool, TrackingData
from inplane.stream.igtl.transform import Position, Transform

GEOMETRY = LinearGeometry(n_lines=20, n_samples=40, width_mm=40.0, depth_mm=60.0)
QUARTER_TURN = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])


def frame_of(
    pixels: NDArray[np.uint8] | None = None, *, calibration: Calibration = Calibration.CALIBRATED, **more: object
) -> Frame:
    """A frame whose pixels tell their line and sample."""
    if pixels is None:
        line, sample = np.meshgrid(np.arange(20), np.arange(40), indexing="ij")
        pixels = (line * 10 + sample).astype(np.uint8)
    signals = more.pop("signals", Signals())
    return Frame(
        sequence=5, time_s=1.0, pixels=pixels, geometry=GEOMETRY, calibration=calibration, signals=signals, **more
    )  # type: ignore[arg-type]


def told(name: str, matrix: NDArray[np.float64], *, valid: bool = True) -> TrackedTransform:
    return TrackedTransform(name=name, matrix=matrix, valid=valid)


def placed(rotation: NDArray[np.float64], at_mm: tuple[float, float, float]) -> NDArray[np.float64]:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, at_mm
    return matrix


def over_the_wire(message: Message) -> Message:
    (came,) = decode(encode(message))
    return came


def test_a_frame_is_three_messages_with_the_names_of_plus() -> None:
    sent = messages_of(frame_of(), time_s=100.5, tracked=[told(PROBE, np.eye(4)), told(NEEDLE_TIP, np.eye(4))])
    assert [(one.type, one.device) for one in sent] == [
        ("TRANSFORM", "ProbeToReference"),
        ("TRANSFORM", "NeedleTipToReference"),
        ("IMAGE", "Image_Reference"),
    ]
    assert {one.time_s for one in sent} == {100.5}
    assert {one.version for one in sent} == {2}
    needle = encode(sent[1])
    assert needle[14:34] == b"NeedleTipToReference"  # exactly the 20 bytes of the header
    assert b"IGTL_DEVICE_NAME" not in needle


def test_a_long_name_is_whole_at_the_other_end() -> None:
    name = "SomethingLongToReference"
    sent = encode(transform_message(told(name, np.eye(4)), 1.0))
    assert sent[14:34] == b"SomethingLongToRefer"
    (came,) = decode(sent)
    assert [one.name for one in transforms_of(came)] == [name]


def test_pixels_scale_and_place_survive_the_wire() -> None:
    probe = placed(QUARTER_TURN, (5.0, 6.0, 7.0))
    sent = frame_of()
    received = read_image(over_the_wire(messages_of(sent, time_s=9.25, tracked=[told(PROBE, probe)])[-1]), GreyRange())
    np.testing.assert_array_equal(received.picture.pixels, sent.pixels.T)  # rows are samples, columns are lines
    assert received.picture.time_s == 9.25
    assert received.info.pixel_mm == pytest.approx((2.0, 1.5), abs=1e-6)
    assert (received.info.orientation, received.info.whole) == ("MF", True)
    assert received.calibration is Calibration.CALIBRATED
    assert received.pose is not None
    assert received.pose.name == "ImageToReference"
    # pixel (3, 4) lies at x = (3 - 9.5) * 2, y = 4.5 * 1.5 of the probe, by geometry.py; turned by 90 degrees and moved
    x, y = -13.0, 6.75
    np.testing.assert_allclose(received.pose.matrix @ [3, 4, 0, 1], [5 - y, 6 + x, 7, 1], atol=1e-4)


def test_the_wire_holds_the_centre_of_the_volume() -> None:
    sent = encode(messages_of(frame_of(), time_s=1.0, tracked=[told(PROBE, np.eye(4))])[-1])
    body = sent[58 + 12 :]  # header, extended header
    centre = np.frombuffer(body, ">f4", 3, 12 + 36)
    # (20 - 1) / 2 is the middle of the width; (40 - 1) / 2 is 19.5, whose place is 20 samples of 1.5 mm deep
    np.testing.assert_allclose(centre, [0.0, 30.0, 0.0], atol=1e-5)


def test_an_image_in_lps_is_told_in_ras() -> None:
    matrix = placed(np.diag([0.2, 0.2, 0.2]), (10.0, 20.0, 30.0))
    sent = Message(
        type="IMAGE",
        device="Image_Reference",
        content=Image(pixels=np.zeros((1, 32, 32), np.uint8), matrix=matrix, coordinates="LPS"),
    )
    pose = read_image(over_the_wire(sent), GreyRange()).pose
    assert pose is not None
    np.testing.assert_allclose(pose.matrix @ [0, 0, 0, 1], [-10, -20, 30, 1], atol=1e-4)
    np.testing.assert_allclose(pose.matrix[:3, 0], [-0.2, 0, 0], atol=1e-6)


@pytest.mark.parametrize("rotation", [np.eye(3), np.diag([-1.0, -1.0, 1.0]), QUARTER_TURN])
def test_a_spacing_of_exactly_one_is_no_millimetre(rotation: NDArray[np.float64]) -> None:
    size, remark = pixel_size_mm(placed(rotation, (1.0, 2.0, 3.0)).astype(np.float32).astype(np.float64))
    assert size is None
    assert "exactly 1" in remark


@pytest.mark.parametrize(
    ("matrix", "remark"),
    [
        (np.diag([np.nan, 1, 1, 1]), "not finite"),
        (np.diag([0.0, 0.2, 1, 1]), "not believed"),
        (np.diag([0.2, 900.0, 1, 1]), "not believed"),
    ],
)
def test_an_absurd_matrix_tells_no_scale(matrix: NDArray[np.float64], remark: str) -> None:
    size, said = pixel_size_mm(matrix)
    assert size is None
    assert remark in said


def test_an_uncalibrated_frame_stays_so_even_where_its_probe_is_tracked() -> None:
    tracked = [told(PROBE, placed(QUARTER_TURN, (5.0, 6.0, 7.0)))]
    sent = messages_of(frame_of(calibration=Calibration.UNCALIBRATED), time_s=1.0, tracked=tracked)[-1]
    assert isinstance(sent.content, Image)
    np.testing.assert_array_equal(sent.content.matrix, np.eye(4))
    received = read_image(over_the_wire(sent), GreyRange())
    assert received.info.pixel_mm is None
    assert received.pose is None


def test_a_sender_that_says_uncalibrated_is_believed_more_than_its_matrix() -> None:
    sent = image_message(frame_of(), None, time_s=1.0)
    lying = replace(sent, metadata={**sent.metadata, "InplaneCalibration": "uncalibrated"})
    assert read_image(over_the_wire(lying), GreyRange()).info.pixel_mm is None


def test_an_estimated_scale_is_told_as_estimated() -> None:
    sent = image_message(frame_of(calibration=Calibration.ESTIMATED), None, time_s=1.0)
    received = read_image(over_the_wire(sent), GreyRange())
    assert received.calibration is Calibration.ESTIMATED
    assert received.info.pixel_mm == pytest.approx((2.0, 1.5), abs=1e-6)


def test_colour_goes_and_comes() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (20, 40, 3), dtype=np.uint8)
    sent = frame_of(np.full((20, 40), 7, np.uint8), rgb=rgb, valid=False)
    picture = read_image(over_the_wire(image_message(sent, None, time_s=1.0)), GreyRange()).picture
    np.testing.assert_array_equal(picture.pixels, rgb.swapaxes(0, 1))
    assert not picture.valid


def test_what_the_source_says_of_a_frame_goes_along() -> None:
    signals = Signals(fields={"Gain": "60", "InplaneCalibration": "calibrated"})
    sent = image_message(
        frame_of(calibration=Calibration.UNCALIBRATED, signals=signals),
        None,
        time_s=1.0,
        fields={"InplaneNotes": "Odd."},
    )
    received = read_image(over_the_wire(sent), GreyRange())
    assert received.picture.fields["Gain"] == "60"
    assert received.calibration is Calibration.UNCALIBRATED  # our own words are never those of the source
    assert "The sender notes: Odd." in received.info.notes


def test_a_picture_geometry_has_its_own_pixel_size() -> None:
    geometry = PictureGeometry(n_lines=30, n_samples=50, line_pitch_mm=0.3, sample_pitch_mm=0.2)
    matrix = probe_from_pixels(geometry)
    np.testing.assert_allclose((matrix @ [29, 49, 0, 1])[:2], geometry.to_mm((29, 49)))
    assert np.linalg.det(matrix[:3, :3]) > 0


def test_the_status_of_a_transform_goes_and_comes() -> None:
    matrix = placed(QUARTER_TURN, (1.0, -2.0, 3.5))
    for valid in (True, False):
        (came,) = transforms_of(over_the_wire(transform_message(told(PROBE, matrix, valid=valid), 1.0)))
        assert (came.name, came.valid) == (PROBE, valid)
        np.testing.assert_allclose(came.matrix, matrix if valid else np.eye(4))


@pytest.mark.parametrize(
    ("fields", "valid"),
    [
        ({}, True),
        ({"TransformStatus": "OK"}, True),
        ({"TransformStatus": "INVALID"}, False),
        ({"TransformStatus": "OUT_OF_VIEW"}, False),
        ({"TransformStatus": "MISSING"}, False),
        ({"TransformValid": "true"}, True),
        ({"TransformValid": "1", "TransformStatus": "OK"}, True),
        ({"TransformValid": "0"}, False),
        ({"TransformValid": "False", "TransformStatus": "OK"}, False),
    ],
)
def test_words_for_a_status(fields: dict[str, str], valid: bool) -> None:
    message = Message(type="TRANSFORM", device=PROBE, content=Transform(matrix=np.eye(4)), version=2, metadata=fields)
    assert [one.valid for one in transforms_of(over_the_wire(message))] == [valid]


def test_a_transform_that_is_not_finite_is_not_valid() -> None:
    message = Message(type="TRANSFORM", device=PROBE, content=Transform(matrix=np.full((4, 4), np.nan)))
    assert [one.valid for one in transforms_of(over_the_wire(message))] == [False]


def test_tracking_data_tells_a_transform_a_tool() -> None:
    tools = tuple(
        Tool(name=name, matrix=placed(np.eye(3), (i, 0.0, 0.0))) for i, name in enumerate((PROBE, NEEDLE_TIP))
    )
    message = Message(
        type="TDATA",
        device="TDATA_2Elem",
        content=TrackingData(tools=tools),
        version=2,
        metadata={"NeedleTipToReferenceStatus": "MISSING"},
    )
    came = list(transforms_of(over_the_wire(message)))
    assert [(one.name, one.valid, one.matrix[0, 3]) for one in came] == [(PROBE, True, 0.0), (NEEDLE_TIP, False, 1.0)]


def test_a_position_tells_a_turn_by_its_quaternion() -> None:
    half = np.sqrt(0.5)
    message = Message(
        type="POSITION", device=PROBE, content=Position(position_mm=(1.0, 2.0, 3.0), quaternion=(0.0, 0.0, half, half))
    )
    (came,) = transforms_of(over_the_wire(message))
    np.testing.assert_allclose(came.matrix, placed(QUARTER_TURN, (1.0, 2.0, 3.0)), atol=1e-6)
    bare = Message(type="POSITION", device=PROBE, content=Position(position_mm=(1.0, 2.0, 3.0)))
    assert [one.valid for one in transforms_of(over_the_wire(bare))] == [False]  # it tells no turn


def test_reference_is_found_from_what_the_tracker_tells() -> None:
    reference, probe = placed(QUARTER_TURN, (1.0, 0.0, 0.0)), placed(np.eye(3), (0.0, 5.0, 0.0))
    transforms = (told("ReferenceToTracker", reference), told("ProbeToTracker", probe))
    sent = messages_of(frame_of(signals=Signals(transforms=transforms)), time_s=1.0)
    assert [one.device for one in sent] == [
        PROBE,
        NEEDLE_TIP,
        "ReferenceToTracker",
        "ProbeToTracker",
        "Image_Reference",
    ]
    content = sent[0].content
    assert isinstance(content, Transform)
    np.testing.assert_allclose(reference @ content.matrix, probe, atol=1e-12)
    assert [one.metadata.get("TransformStatus") for one in sent[:2]] == ["OK", "INVALID"]


def test_what_the_tracker_lost_is_sent_as_invalid() -> None:
    transforms = (told("ReferenceToTracker", np.eye(4), valid=False), told("ProbeToTracker", np.eye(4)))
    sent = messages_of(frame_of(signals=Signals(transforms=transforms)), time_s=1.0)
    assert {one.device: one.metadata["TransformStatus"] for one in sent[:-1]} == {
        PROBE: "INVALID",
        NEEDLE_TIP: "INVALID",
        "ReferenceToTracker": "INVALID",
        "ProbeToTracker": "OK",
    }


def test_a_probe_of_another_frame_than_ours_does_not_place_the_image() -> None:
    transforms = (told(PROBE, placed(QUARTER_TURN, (50.0, 0.0, 0.0))),)
    sent = messages_of(frame_of(signals=Signals(transforms=transforms)), time_s=1.0)[-1]
    assert isinstance(sent.content, Image)
    np.testing.assert_allclose(sent.content.matrix, probe_from_pixels(GEOMETRY))
    received = read_image(over_the_wire(sent), GreyRange())
    assert received.info.pixel_mm == pytest.approx((2.0, 1.5), abs=1e-6)
    assert received.pose is None  # the scale alone is no place


class Needle:
    """A shaft's points, patient LPS mm."""

    def __init__(self, *points: tuple[float, float, float]) -> None:
        self.path_mm = np.array(points, dtype=np.float64).reshape(-1, 3)


class Room:
    """What `tracked_of` looks at of a moment."""

    def __init__(self, pose: Pose, needle: Needle) -> None:
        self.T_patient_image, self.needle = pose, needle


def room(*points: tuple[float, float, float]) -> Room:
    pose = Pose(
        to_space=Space.PATIENT,
        from_space=Space.IMAGE,
        rotation=QUARTER_TURN,
        translation_mm=np.array([10.0, 20.0, 30.0]),
    )
    return Room(pose, Needle(*points))


def test_the_simulated_patient_is_ras_on_the_wire_and_lps_in_memory() -> None:
    probe, needle = tracked_of(room((0.0, 0.0, 0.0), (0.0, 3.0, 4.0)))  # type: ignore[arg-type]
    np.testing.assert_allclose(probe.matrix[:3, 3], [-10.0, -20.0, 30.0])  # right, anterior are negative: left, back
    assert np.linalg.det(probe.matrix[:3, :3]) == pytest.approx(1.0)
    np.testing.assert_allclose(patient_pose(probe)[:3, :3], QUARTER_TURN, atol=1e-12)
    np.testing.assert_allclose(patient_pose(probe)[:3, 3], [10.0, 20.0, 30.0])
    tip = patient_pose(needle)
    np.testing.assert_allclose(tip[:3, 3], [0.0, 3.0, 4.0])
    np.testing.assert_allclose(tip[:3, 0], [0.0, 0.6, 0.8], atol=1e-12)  # x runs along the shaft to the tip
    np.testing.assert_allclose(tip[:3, :3] @ tip[:3, :3].T, np.eye(3), atol=1e-12)
    assert np.linalg.det(tip[:3, :3]) == pytest.approx(1.0)


def test_a_needle_outside_the_skin_is_not_tracked() -> None:
    _, needle = tracked_of(room())  # type: ignore[arg-type]
    assert (needle.name, needle.valid) == (NEEDLE_TIP, False)


def test_numbers_beyond_bytes_are_mapped_the_same_way_in_every_picture() -> None:
    grey = GreyRange()
    first = grey.to_8_bits(np.array([[0, 1000, 4000]], np.uint16))
    np.testing.assert_array_equal(first, [[0, 64, 255]])
    second = grey.to_8_bits(np.array([[0, 1000, 1000]], np.uint16))
    np.testing.assert_array_equal(second, [[0, 64, 64]])  # darker pictures are not stretched
    assert "16-bit whole numbers: 0 to 4000" in grey.note


def test_small_numbers_in_wide_pixels_stay_as_they_are() -> None:
    grey = GreyRange()
    np.testing.assert_array_equal(grey.to_8_bits(np.array([[0, 7, 255]], np.int16)), [[0, 7, 255]])
    assert "as they are" in grey.note


def test_other_numbers() -> None:
    pixels = np.array([[0.0, 0.5, 1.0, np.nan]], ">f4")
    np.testing.assert_array_equal(GreyRange().to_8_bits(pixels), [[0, 128, 255, 0]])
    np.testing.assert_array_equal(GreyRange().to_8_bits(np.array([[-100, 0, 100]], "<i2")), [[0, 128, 255]])
    np.testing.assert_array_equal(GreyRange().to_8_bits(np.array([[-1, 1]], np.int8)), [[255, 1]])


@pytest.mark.parametrize(
    ("shape", "told"),
    [
        ((3, 32, 32), "Image has 3 slices. Expected one"),
        ((1, 8, 32), "Image has 32 x 8 pixels. Expected 16 to 4096"),
        ((1, 32, 5000), "Image has 5000 x 32 pixels"),
        ((1, 32, 32, 2), "Image has 2 channels. Expected 1, 3 or 4."),
    ],
)
def test_what_is_no_picture_is_refused(shape: tuple[int, ...], told: str) -> None:
    message = Message(type="IMAGE", device="x", content=Image(pixels=np.zeros(shape, np.uint8), matrix=np.eye(4)))
    with pytest.raises(FormatError, match=told):
        read_image(message, GreyRange())


def test_a_part_of_a_picture_is_refused() -> None:
    part = Image(pixels=np.zeros((1, 32, 32), np.uint8), matrix=np.eye(4), size=(64, 64, 1))
    with pytest.raises(FormatError, match="holds a part"):
        read_image(Message(type="IMAGE", device="x", content=part), GreyRange())


def test_another_message_is_no_picture() -> None:
    with pytest.raises(FormatError, match="Message is STATUS. Expected IMAGE."):
        read_image(status_message(1, "", 1.0), GreyRange())


def test_the_fourth_channel_is_left_out() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (1, 20, 24, 4), dtype=np.uint8)
    message = Message(type="IMAGE", device="x", content=Image(pixels=pixels, matrix=np.eye(4)))
    np.testing.assert_array_equal(read_image(over_the_wire(message), GreyRange()).picture.pixels, pixels[0, :, :, :3])


def test_a_farewell() -> None:
    came = over_the_wire(status_message(SHUTDOWN, "the recording is over", 1.0)).content
    assert isinstance(came, Status)
    assert (came.code, came.name, came.text) == (SHUTDOWN, "Shutdown", "the recording is over")
