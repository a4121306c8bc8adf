"""Frames are found where they lie; what is damaged later does not take away what came before."""

import struct

import numpy as np
import pytest

from inplane.core import FormatError
from inplane.stream.files import dicom_frames
from inplane.stream.files.dicom import DicomReader

BASELINE = "1.2.840.10008.1.2.4.50"


def before_and_reason(path):
    """How many pictures came before the end, and why it came."""
    reader, count = DicomReader(path), 0
    try:
        with pytest.raises(FormatError) as refused:
            for _ in reader.pictures():
                count += 1
    finally:
        reader.close()
    return count, str(refused.value)


@pytest.fixture
def cine(make, tmp_path):
    pixels = make.scene(96, 128, frames=4)
    return make.compressed(make.dataset(pixels), tmp_path / "a.dcm", BASELINE, [make.jpeg(frame) for frame in pixels])


def test_a_cut_cine_gives_the_frames_before_the_cut(make, tmp_path, cine):
    data = cine.read_bytes()
    cut = tmp_path / "b.dcm"
    cut.write_bytes(data[: int(len(data) * 0.7)])
    count, reason = before_and_reason(cut)
    assert 1 <= count <= 3
    assert "it is truncated" in reason
    plain = make.save(make.dataset(make.scene(frames=4)), tmp_path / "c.dcm")
    plain.write_bytes(plain.read_bytes()[:-4000])
    assert before_and_reason(plain) == (2, "Pixels end after 2 of 4 frames: 8,288 bytes are there. Expected 12,288.")


def test_a_missing_closing_mark_is_forgiven(tmp_path, cine):
    (tmp_path / "b.dcm").write_bytes(cine.read_bytes()[:-8])
    reader = DicomReader(tmp_path / "b.dcm")
    assert len(list(reader.pictures())) == 4
    reader.close()


def test_fewer_frames_than_claimed_are_given_and_said(make, tmp_path):
    pixels = make.scene(96, 128, frames=2)
    found = make.dataset(pixels, NumberOfFrames=5)
    path = make.compressed(found, tmp_path / "a.dcm", BASELINE, [make.jpeg(frame) for frame in pixels])
    assert before_and_reason(path) == (2, "File holds 2 of the 5 frames that its header names.")


def test_a_damaged_frame_in_the_middle_ends_the_cine_there(tmp_path, cine):
    data = bytearray(cine.read_bytes())
    starts = [i for i in range(len(data) - 3) if data[i : i + 3] == b"\xff\xd8\xff"]
    data[starts[2] : starts[2] + 3] = b"abc"
    (tmp_path / "b.dcm").write_bytes(data)
    count, reason = before_and_reason(tmp_path / "b.dcm")
    assert count == 2
    assert reason.startswith("Frame 3 of 4: Compressed frame begins with bytes 616263")


def test_a_damaged_first_frame_refuses_the_file(tmp_path, cine):
    data = cine.read_bytes()
    (tmp_path / "b.dcm").write_bytes(data.replace(b"\xff\xd8\xff", b"abc", 1))
    with pytest.raises(FormatError, match="'b.dcm', frame 1: Compressed frame begins with bytes 616263"):
        DicomReader(tmp_path / "b.dcm")


def test_a_fragment_that_does_not_begin_is_damage(tmp_path, cine):
    data = cine.read_bytes()
    last = data.rindex(b"\xfe\xff\x00\xe0")
    (tmp_path / "b.dcm").write_bytes(data[:last] + b"JUNK" + data[last + 4 :])
    count, reason = before_and_reason(tmp_path / "b.dcm")
    assert count == 3
    assert "Pixels are damaged at byte" in reason


def test_a_file_that_shrinks_while_it_is_read_is_said(make, tmp_path):
    path = make.save(make.dataset(make.scene(frames=3)), tmp_path / "a.dcm")
    reader = DicomReader(path)
    pictures = reader.pictures()
    next(pictures)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 5000)
    with pytest.raises(FormatError, match="Frame 2 of 3: File ends within frame 2. Expected"):
        list(pictures)
    reader.close()


def test_too_many_fragments_or_too_large_a_frame_are_refused(cine, monkeypatch):
    monkeypatch.setattr(dicom_frames, "MAX_FRAGMENTS", 2)
    with pytest.raises(FormatError, match="Pixels are in more than 2 fragments"):
        DicomReader(cine)
    monkeypatch.setattr(dicom_frames, "MAX_FRAGMENTS", 2000)
    monkeypatch.setattr(dicom_frames, "MAX_FRAME_BYTES", 100)
    with pytest.raises(FormatError, match="One frame claims [\\d,]+ bytes. Expected at most 100"):
        DicomReader(cine)


def test_a_table_that_makes_no_sense_is_not_used(make, tmp_path):
    pixels = make.scene(96, 128, frames=3)
    streams = [make.jpeg(frame) for frame in pixels]
    path = make.compressed(make.dataset(pixels), tmp_path / "a.dcm", BASELINE, streams, fragments_per_frame=2)
    reader = DicomReader(path)
    want = [picture.pixels for picture in reader.pictures()]
    reader.close()
    data = bytearray(path.read_bytes())
    table = data.index(b"\xfe\xff\x00\xe0\x0c\x00\x00\x00") + 8
    data[table : table + 12] = struct.pack("<3I", 0, 11, 22)
    path.write_bytes(data)
    reader = DicomReader(path)
    np.testing.assert_array_equal([picture.pixels for picture in reader.pictures()], want)
    reader.close()
