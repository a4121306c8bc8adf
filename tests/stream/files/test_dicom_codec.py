"""Heads of compressed streams are checked before a decoder sees them."""

import io
import struct
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from inplane.core import FormatError
from inplane.stream.files.dicom_codec import Shape, checked, decode, head_of


def shape(rows=48, columns=64, samples=1, bits=8):
    return Shape(rows=rows, columns=columns, samples=samples, bits=bits)


def sof(stream: bytes, marker: int = 0xC0) -> int:
    return stream.index(bytes([0xFF, marker]))


def changed(stream: bytes, at: int, new: bytes) -> bytes:
    return stream[:at] + new + stream[at + len(new) :]


@pytest.fixture
def grey(make):
    return make.jpeg(make.scene()[0])


@pytest.fixture
def wavelet(make):
    return make.j2k(make.scene()[0])


def test_a_head_tells_size_and_color(make, grey, wavelet):
    color = make.scene(color=True)[0]
    stream = head_of(make.jpeg(color))
    assert (stream.coding, stream.rows, stream.columns, stream.components, stream.color) == ("JPEG", 48, 64, 3, "ycc")
    assert head_of(make.jpeg(color, keep_rgb=True)).color == "rgb"
    assert head_of(grey).components == 1
    stream = head_of(wavelet)
    assert (stream.coding, stream.rows, stream.columns, stream.bits) == ("JPEG 2000", 48, 64, 8)
    assert head_of(make.j2k(color, mct=1)).color == "rgb"
    assert head_of(make.j2k(color, mct=0)).color == ""
    assert head_of(b"RLE has no head") is None


def test_a_codestream_in_a_file_of_its_own_is_read(make):
    buffer = io.BytesIO()
    Image.fromarray(make.scene()[0]).save(buffer, "JPEG2000")
    np.testing.assert_array_equal(decode(buffer.getvalue(), shape(), rle=False), make.scene()[0])


def test_a_stream_of_another_size_than_the_tags_is_refused_undecoded(grey, wavelet):
    bomb = changed(grey, sof(grey) + 5, struct.pack(">HH", 65000, 65000))
    with pytest.raises(
        FormatError, match="JPEG stream is 65000 by 65000 with 1 component.*the tags say 64 by 48 with 1"
    ):
        decode(bomb, shape(), rle=False)
    with pytest.raises(FormatError, match="JPEG 2000 stream is 64 by 48 with 1 component.*the tags say 64 by 50"):
        decode(wavelet, shape(rows=50), rle=False)
    with pytest.raises(FormatError, match="with 1 component.*the tags say 64 by 48 with 3"):
        decode(grey, shape(samples=3), rle=False)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (b"\xff\xc9", "frame header c9 that is not read"),
        (b"\xff\xcb", "frame header cb that is not read"),
        (b"\xff\xfe", "no frame header before a scan"),
        (b"\x00\x00", "no marker where one is due"),
    ],
)
def test_other_frames_are_refused(grey, new, why):
    with pytest.raises(FormatError, match=why):
        decode(changed(grey, sof(grey), new), shape(), rle=False)


def test_heads_that_make_no_sense_are_refused(make, grey, wavelet):
    at = sof(grey)
    with pytest.raises(FormatError, match="has 12 bits a sample. Expected 8"):
        decode(changed(grey, at + 4, b"\x0c"), shape(), rle=False)
    with pytest.raises(FormatError, match="64 by 0, 1 component.*Expected 1 or 3, not empty"):
        decode(changed(grey, at + 5, b"\0\0"), shape(), rle=False)
    with pytest.raises(FormatError, match="a marker of length 1"):
        decode(changed(grey, at + 2, b"\0\1"), shape(), rle=False)
    with pytest.raises(FormatError, match="ends within its head"):
        decode(grey[: at + 3], shape(), rle=False)
    scans = grey + b"\xff\xda" * 100
    with pytest.raises(FormatError, match="has more than 64 scans"):
        decode(scans, shape(), rle=False)
    with pytest.raises(FormatError, match="has tiles of 1 by 1. Expected at most 4096"):
        decode(changed(make.j2k(make.scene(96, 128)[0]), 24, struct.pack(">II", 1, 1)), shape(96, 128), rle=False)
    with pytest.raises(FormatError, match="has tiles of 0 by 64"):
        decode(changed(wavelet, 24, struct.pack(">II", 0, 64)), shape(), rle=False)
    with pytest.raises(FormatError, match="component.*of 8 bits. Expected 1 or 3"):
        decode(changed(wavelet, 40, b"\0\2"), shape(), rle=False)


def test_streams_that_end_early_are_refused(make, tmp_path, wavelet):
    with pytest.raises(FormatError, match="Compressed frame begins with bytes of length zero"):
        decode(b"", shape(), rle=False)
    with pytest.raises(FormatError, match="JPEG 2000 stream cannot be decoded"):
        decode(wavelet[:120], shape(), rle=False)
    path = make.by_gdcm(make.dataset(make.scene()), tmp_path / "a.dcm", "1.2.840.10008.1.2.4.80")
    data = path.read_bytes()
    stream = data[data.index(b"\xff\xd8\xff\xf7") :]
    np.testing.assert_array_equal(decode(stream, shape(), rle=False), make.scene()[0])
    with pytest.raises(FormatError, match="JPEG-LS stream cannot be decoded"):
        decode(stream[:200], shape(), rle=False)
    wide = changed(stream, sof(stream, 0xF7) + 4, b"\x0c")
    with pytest.raises(FormatError, match="JPEG-LS stream has 12 bits a sample. Expected at most 8"):
        decode(wide, shape(), rle=False)


def test_what_a_decoder_gives_has_the_size_that_the_head_told(grey):
    with pytest.raises(FormatError, match=r"JPEG stream was decoded to \(2, 2\). Expected \(48, 64\)"):
        checked(np.zeros((2, 2), dtype=np.uint8), head_of(grey))


def test_presets_of_jpeg_ls_that_make_no_sense_are_refused(make, tmp_path):
    path = make.by_gdcm(make.dataset(make.scene()), tmp_path / "a.dcm", "1.2.840.10008.1.2.4.80")
    data = path.read_bytes()
    stream = data[data.index(b"\xff\xd8\xff\xf7") :]
    for preset in (struct.pack(">B5H", 4, 255, 3, 7, 21, 64), struct.pack(">B5H", 1, 255, 9, 7, 21, 64)):
        lse = b"\xff\xf8" + struct.pack(">H", 13) + preset
        with pytest.raises(FormatError, match="parameters that make no sense"):
            decode(stream[:2] + lse + stream[2:], shape(), rle=False)
    good = b"\xff\xf8" + struct.pack(">HB5H", 13, 1, 0, 0, 0, 0, 0)
    assert head_of(stream[:2] + good + stream[2:]).coding == "JPEG-LS"


def test_lossless_jpeg_of_more_than_8_bits_is_refused_before_gdcm_sees_it(make, tmp_path):
    pixels = make.scene().astype(np.uint16)
    path = make.by_gdcm(make.dataset(pixels), tmp_path / "a.dcm", "1.2.840.10008.1.2.4.70")
    data = path.read_bytes()
    with pytest.raises(FormatError, match="lossless JPEG stream has 16 bits a sample. Expected 8"):
        decode(data[data.index(b"\xff\xd8\xff") :], shape(bits=16), rle=False)


def test_compiled_kernels_and_the_library_of_jpeg_ls_live_in_one_program(make, tmp_path):
    streams = make.by_gdcm(make.dataset(make.scene(color=True), "RGB"), tmp_path / "a.dcm", "1.2.840.10008.1.2.4.80")
    squeezed = make.dataset(make.scene(color=True), "RGB")
    squeezed.compress("1.2.840.10008.1.2.5", generate_instance_uid=False)
    packed = make.save(squeezed, tmp_path / "b.dcm")
    program = (
        "import sys; from pathlib import Path; from inplane.stream.files.dicom import DicomReader\n"
        "for name in sys.argv[1:]:\n"
        "    reader = DicomReader(Path(name))\n"
        "    print(sum(int(p.pixels.sum()) for p in reader.pictures()))\n"
        "    reader.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(streams), str(packed), str(streams)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.split()) == {str(int(make.scene(color=True).sum()))}
