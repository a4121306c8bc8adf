"""What is refused before a pixel is looked at, and the reason that a user reads."""

import time
import tracemalloc

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import CTImageStorage, DeflatedExplicitVRLittleEndian, SecondaryCaptureImageStorage

from inplane.core import FormatError
from inplane.stream.files.dicom import DicomReader


def refusal(path) -> str:
    with pytest.raises(FormatError) as refused:
        DicomReader(path)
    return str(refused.value)


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"Modality": "CT", "SOPClassUID": CTImageStorage}, "holds CT (CT Image Storage). Expected ultrasound (US)."),
        ({"Modality": "XA"}, "holds XA"),
        ({"Rows": 0}, "claims 64 by 0 pixels. Expected 1 to 4096 each way."),
        ({"Columns": 60000}, "claims 60000 by 48 pixels"),
        ({"NumberOfFrames": 0}, "claims 0 frames. Expected 1 to 1,000,000."),
        ({"NumberOfFrames": 2_000_000_000}, "claims 2000000000 frames"),
        ({"BitsAllocated": 32}, "has 32 bits a sample. Expected 8 or 16."),
        ({"SamplesPerPixel": 4}, "has 4 sample(s) a pixel of kind 'MONOCHROME2'"),
        ({"PhotometricInterpretation": "CMYK"}, "of kind 'CMYK'. Expected one of MONOCHROME1"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "has no red table. Expected three color tables."),
        (
            {"SamplesPerPixel": 3, "PhotometricInterpretation": "YBR_FULL_422", "Columns": 63},
            "with 63 columns. Expected an even number.",
        ),
        (
            {"Rows": 480},
            "Pixels end after 0 of 1 frames: 3,072 bytes are there. Expected 30,720. Expected at least one.",
        ),
    ],
)
def test_a_file_is_refused_with_its_reason(make, tmp_path, tags, reason):
    path = make.save(make.dataset(make.scene(), **tags), tmp_path / "a.dcm")
    assert reason in refusal(path)


def test_a_claim_of_much_memory_is_refused_before_any_is_taken(make, tmp_path):
    pixels = make.scene()
    path = make.save(make.dataset(pixels, Rows=4096, Columns=4096, NumberOfFrames=900_000), tmp_path / "a.dcm")
    tracemalloc.start()
    began = time.perf_counter()
    assert "Pixels end after 0 of 900000 frames" in refusal(path)
    assert time.perf_counter() - began < 2
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()


def test_what_has_no_pixels_is_named(make, tmp_path):
    report = make.dataset(make.scene(), Modality="SR", SOPClassUID="1.2.840.10008.5.1.4.1.1.88.33")
    del report.PixelData
    assert "holds no pixels (modality 'SR', Comprehensive SR Storage)" in refusal(make.save(report, tmp_path / "a.dcm"))
    locked = make.dataset(make.scene())
    del locked.PixelData
    locked.EncryptedAttributesSequence = [Dataset()]
    assert "is encrypted: its pixels cannot be read" in refusal(make.save(locked, tmp_path / "b.dcm"))
    folder = make.dataset(make.scene())
    folder.DirectoryRecordSequence = [Dataset()]
    assert "is a DICOMDIR, a list of files" in refusal(make.save(folder, tmp_path / "c.dcm"))


@pytest.mark.parametrize(
    ("syntax", "reason"),
    [
        (str(DeflatedExplicitVRLittleEndian), "Deflated Explicit VR Little Endian, which is not read"),
        ("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000"),
        ("1.2.840.10008.1.2.4.102", "holds a video stream (MPEG-4 AVC/H.264 High Profile / Level 4.1)"),
    ],
)
def test_transfer_syntaxes_that_are_not_read_are_named(make, tmp_path, syntax, reason):
    path = make.compressed(make.dataset(make.scene()), tmp_path / "a.dcm", syntax, [b"\0" * 100])
    assert reason in refusal(path)


def test_a_deflated_bomb_is_refused_before_it_is_inflated(make, tmp_path):
    import zlib

    whole = make.save(make.dataset(make.scene()), tmp_path / "a.dcm").read_bytes()
    begin = whole.index(b"\x08\x00\x16\x00UI")
    meta = whole[:begin].replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.1.99")
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = squeezer.compress(bytes(64 << 20)) + squeezer.flush()
    (tmp_path / "b.dcm").write_bytes(
        meta.replace(b"UI\x14\0" + b"1.2.840.10008.1.2.1.99", b"UI\x16\0" + b"1.2.840.10008.1.2.1.99") + body
    )
    tracemalloc.start()
    assert "Deflated Explicit VR Little Endian, which is not read" in refusal(tmp_path / "b.dcm")
    assert tracemalloc.get_traced_memory()[1] < 16 << 20
    tracemalloc.stop()


def test_a_secondary_capture_is_read_and_noted(make, tmp_path):
    found = make.dataset(make.scene(), Modality="OT", SOPClassUID=SecondaryCaptureImageStorage)
    reader = DicomReader(make.save(found, tmp_path / "a.dcm"))
    reader.close()
    assert reader.info.notes == ("The file calls itself 'OT', not ultrasound: whether it is one is not checked.",)


def test_broken_character_sets_and_values_warn_nobody(make, tmp_path, capfd, caplog):
    found = make.dataset(make.scene(), SpecificCharacterSet="ISO_IR", TransducerData=["L12-4", "UNUSED", ""])
    path = make.save(found, tmp_path / "a.dcm")
    data = path.read_bytes().replace(b"Sono 1", b"S\xf6no\xff1")
    path.write_bytes(data)
    caplog.clear()
    reader = DicomReader(path)
    pictures = list(reader.pictures())
    reader.close()
    assert len(pictures) == 1
    assert reader.info.maker.startswith("Acme S")
    assert reader.info.maker.endswith(", L12-4")
    assert reader.info.maker.isascii()
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []


def test_large_private_elements_are_skipped(make, tmp_path):
    found = make.dataset(make.scene())
    found.add_new(0x200D0010, "LO", "Philips US Imaging DD 001")
    found.add_new(0x200D1001, "OB", bytes(40 << 20))
    path = make.save(found, tmp_path / "a.dcm")
    tracemalloc.start()
    reader = DicomReader(path)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    np.testing.assert_array_equal(next(iter(reader.pictures())).pixels, make.scene()[0])
    reader.close()


def test_a_header_without_end_is_refused(make, tmp_path):
    whole = make.save(make.dataset(make.scene()), tmp_path / "a.dcm").read_bytes()
    begin = whole.index(b"\x08\x00\x16\x00UI")
    empty = b"\x09\x00\x01\x00LO\x00\x00"
    (tmp_path / "b.dcm").write_bytes(whole[:begin] + empty * 500_000)
    assert "DICOM header takes more than 32 MiB or 200,000 tags" in refusal(tmp_path / "b.dcm")


def test_sequences_nested_without_end_are_refused(make, tmp_path):
    whole = make.save(make.dataset(make.scene()), tmp_path / "a.dcm").read_bytes()
    begin = whole.index(b"\x28\x00\x02\x00US")
    nest = b"\x18\x00\x11\x60SQ\x00\x00\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    (tmp_path / "b.dcm").write_bytes(whole[:begin] + nest * 5000)
    assert "DICOM header cannot be read (RecursionError)" in refusal(tmp_path / "b.dcm")
