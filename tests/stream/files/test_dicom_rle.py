"""RLE frames, well formed and not."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import FormatError
from inplane.stream.files.dicom_rle import decode_rle, unpack_bits


def packed(planes: list[bytes]) -> bytes:
    offsets, body = [], b""
    for plane in planes:
        offsets.append(64 + len(body))
        body += plane
    return struct.pack("<16I", len(planes), *offsets, *([0] * (15 - len(offsets)))) + body


def slow_unpack(data: bytes, size: int) -> bytes:
    """As the standard puts it, a byte at a time."""
    found, at = bytearray(), 0
    while at < len(data) and len(found) < size:
        count = data[at]
        at += 1
        if count < 128:
            found += data[at : at + count + 1]
            at += count + 1
        elif count > 128 and at < len(data):
            found += data[at : at + 1] * (257 - count)
            at += 1
    return bytes(found[:size])


@given(data=st.binary(max_size=200), size=st.integers(1, 300))
def test_the_kernel_does_what_its_slow_twin_does(data, size):
    plane = np.zeros(size, dtype=np.uint8)
    filled = unpack_bits(np.frombuffer(data, dtype=np.uint8), plane)
    want = slow_unpack(data, size)
    assert plane[:filled].tobytes() == want
    assert not plane[filled:].any()


def test_runs_and_copies_make_a_plane():
    data = packed([bytes([2, 1, 2, 3, 254, 9, 128, 255, 4])])  # three as they are, three nines, nothing, two fours
    np.testing.assert_array_equal(decode_rle(data, (2, 4, 1), 1), [[1, 2, 3, 9], [9, 9, 4, 4]])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\1\0", "RLE frame is 2 bytes. Expected at least its head of 64"),
        (packed([b"\0\1"] * 2), "RLE frame has 2 planes. Expected 1"),
        (packed([b"\0\1"]), "RLE plane 1 ends after 1 of 8 pixels"),
        (struct.pack("<16I", 1, 9000, *([0] * 14)) + b"\0\1", "RLE plane 1 spans bytes 9000 to 66 of 66"),
    ],
)
def test_broken_frames_are_refused(data, why):
    with pytest.raises(FormatError, match=why):
        decode_rle(data, (2, 4, 1), 1)
