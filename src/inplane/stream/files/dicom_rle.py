"""RLE Lossless of DICOM: byte planes, each packed as PackBits. DICOM PS3.5 annex G."""

import struct

import numpy as np
from numpy.typing import NDArray

from inplane.core import FormatError
from inplane.core.runtime import kernel


@kernel(fastmath=False)
def unpack_bits(packed: NDArray[np.uint8], plane: NDArray[np.uint8]) -> int:
    """Fills `plane` (n,) from `packed` (m,) and returns how many bytes were filled.

    A count c of 0 to 127 is followed by c + 1 bytes as they are, one of 129 to 255 by one byte that stands for 257 - c;
    128 stands for nothing (PS3.5 G.3.1). Never reads or writes outside its arrays.
    """
    at, filled = 0, 0
    while at < packed.size and filled < plane.size:
        count = int(packed[at])
        at += 1
        if count < 128:
            run = min(count + 1, plane.size - filled, packed.size - at)
            for i in range(run):
                plane[filled + i] = packed[at + i]
            at += count + 1
            filled += run
        elif count > 128 and at < packed.size:
            run = min(257 - count, plane.size - filled)
            for i in range(run):
                plane[filled + i] = packed[at]
            at += 1
            filled += run
    return filled


def decode_rle(data: bytes, shape: tuple[int, int, int], sample_bytes: int) -> NDArray[np.uint8 | np.uint16]:
    """(rows, columns[, 3]) samples of one frame, uint8 or uint16.

    Args:
        data: the frame: 64 bytes of head (number of planes, their offsets), then the planes.
        shape: rows, columns, samples a pixel.
        sample_bytes: bytes a sample, 1 or 2; the high byte's plane comes first (PS3.5 G.2).

    Raises:
        FormatError: planes are missing or end early.
    """
    rows, columns, samples = shape
    planes = samples * sample_bytes
    if len(data) < 64:
        raise FormatError(f"RLE frame is {len(data)} bytes. Expected at least its head of 64.")
    count, *offsets = struct.unpack("<16I", data[:64])
    if count != planes:
        raise FormatError(f"RLE frame has {count} planes. Expected {planes}: {samples} sample(s) of {sample_bytes} B.")
    packed = np.frombuffer(data, dtype=np.uint8)
    found = np.zeros((planes, rows * columns), dtype=np.uint8)
    for i in range(planes):
        begin, end = offsets[i], offsets[i + 1] if i + 1 < planes else len(data)
        if not 64 <= begin < end <= len(data):
            raise FormatError(f"RLE plane {i + 1} spans bytes {begin} to {end} of {len(data)}. Expected them in order.")
        if (filled := unpack_bits(packed[begin:end], found[i])) < found.shape[1]:
            raise FormatError(f"RLE plane {i + 1} ends after {filled:,} of {found.shape[1]:,} pixels.")
    if sample_bytes == 2:
        wide = found[0::2].astype(np.uint16) * np.uint16(256) + found[1::2]
        return wide.T.reshape((rows, columns) if samples == 1 else shape)
    return np.ascontiguousarray(found.T).reshape((rows, columns) if samples == 1 else shape)
