"""Whatever numbers a peer sends, they become a picture or a refusal in words; nothing else."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inplane.core import Calibration, FormatError, Frame, InputError
from inplane.stream.files.media import MediaInfo
from inplane.stream.igtl.codec import Message, decode, encode
from inplane.stream.igtl.image import SCALARS, Image
from inplane.stream.igtl.inbox import Inbox
from inplane.stream.igtl.layer import Layer
from inplane.stream.igtl.received import GreyRange, read_image
from inplane.stream.igtl.tracking import Tool, TrackingData
from inplane.stream.igtl.transform import Position, Transform
from inplane.stream.screen.layout import Layout

NUMBERS = (
    st.floats(-(2.0**120), 2.0**120, width=32)
    | st.sampled_from([np.nan, np.inf, -np.inf])
    | st.sampled_from([0.0, 1.0, -1.0, 0.2, 1e-30, 1e36])
)
MATRICES = st.lists(NUMBERS, min_size=16, max_size=16).map(lambda numbers: np.array(numbers).reshape(4, 4))
WORDS = st.sampled_from(["", "TRUE", "FALSE", "OK", "INVALID", "UN", "uncalibrated", "estimated", "x"]) | st.text(
    max_size=8
)
KEYS = st.sampled_from(
    [
        "UltrasoundImageOrientation",
        "InplaneCalibration",
        "InplaneWholePicture",
        "InplaneValid",
        "InplanePlaced",
        "TransformStatus",
        "TransformValid",
    ]
)
FIELDS = st.dictionaries(KEYS, WORDS, max_size=4)


def whole(pictures: Sequence[NDArray[np.uint8]], info: MediaInfo) -> Layout:
    """A layout that believes every scale that it is told."""
    rows, columns = pictures[-1].shape[:2]
    known = Calibration.UNCALIBRATED if info.pixel_mm is None else Calibration.CALIBRATED
    return Layout(x0=0, y0=0, x1=columns, y1=rows, field=None, pixel_mm=info.pixel_mm, calibration=known)


@st.composite
def images(draw: st.DrawFn) -> Message:
    shape = draw(st.tuples(st.sampled_from([1, 1, 1, 2]), st.integers(15, 20), st.integers(15, 20)))
    channels = draw(st.sampled_from([0, 0, 2, 3, 4]))
    full = (*shape, channels) if channels else shape
    kind = np.dtype(draw(st.sampled_from("<>")) + draw(st.sampled_from(list(SCALARS.values()))))
    raw = np.random.default_rng(draw(st.integers(0, 9))).bytes(int(np.prod(full)) * kind.itemsize)
    content = Image(
        pixels=np.frombuffer(raw, kind).reshape(full),
        matrix=draw(MATRICES),
        coordinates=draw(st.sampled_from(["RAS", "LPS"])),
    )
    device = draw(
        st.sampled_from(["Image_Reference", "", "_", "Image"]) | st.text(max_size=6).filter(lambda t: "\0" not in t)
    )
    time_s = draw(st.sampled_from([0.0, 1.0, 4e9]))
    return Message(type="IMAGE", device=device, content=content, time_s=time_s, version=2, metadata=draw(FIELDS))


@settings(max_examples=80)
@given(images())
def test_an_image_becomes_a_frame_or_is_refused_in_words(message: Message) -> None:
    (came,) = decode(encode(message))
    inbox, layer = Inbox(None), Layer(whole)
    inbox.put(came)
    arrival = inbox.take(0)
    if arrival is None:
        with pytest.raises(FormatError, match="Expected"):
            read_image(came, GreyRange())
        return
    received = read_image(came, GreyRange())
    frame = layer.frame(received, number=0, time_s=0.0)
    assert isinstance(frame, Frame)
    assert frame.pixels.dtype == np.uint8
    assert frame.calibration.in_mm == (received.info.pixel_mm is not None)
    assert received.pose is None or np.isfinite(received.pose.matrix).all()


@settings(max_examples=60)
@given(
    MATRICES, FIELDS, st.text(max_size=20).filter(lambda t: "\0" not in t), st.lists(NUMBERS, min_size=3, max_size=3)
)
def test_poses_of_any_numbers_are_finite_or_not_valid(
    matrix: NDArray[np.float64], fields: dict[str, str], name: str, numbers: list[float]
) -> None:
    x, y, z = numbers
    contents = (
        ("TRANSFORM", Transform(matrix=matrix)),
        ("TDATA", TrackingData(tools=(Tool(name=name[:4], matrix=matrix),))),
        ("POSITION", Position(position_mm=(x, y, z), quaternion=(x, y, z, x))),
        ("POSITION", Position(position_mm=(x, y, z), quaternion=(x, y, z))),
    )
    inbox = Inbox(None)
    for kind, content in contents:
        for came in decode(encode(Message(type=kind, device=name, content=content, version=2, metadata=fields))):
            inbox.put(came)
    picture = Image(pixels=np.zeros((1, 16, 16), np.uint8), matrix=np.eye(4))
    inbox.put(Message(type="IMAGE", device="Image", content=picture))
    arrival = inbox.take(0)
    assert arrival is not None
    for told in inbox.transforms_at(arrival):
        assert not told.valid or np.isfinite(told.matrix).all()
        assert told.name.isprintable()


def test_nothing_is_known_of_pictures_before_the_first() -> None:
    with pytest.raises(InputError, match="No picture was looked at yet"):
        _ = Layer(whole).geometry
