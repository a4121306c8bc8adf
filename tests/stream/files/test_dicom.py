"""DICOM files of every transfer syntax that can be written here come out as they were made."""

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian, RLELossless

from inplane.core import FormatError, InputError
from inplane.stream.files.dicom import DicomReader, is_dicom

LOSSLESS = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"]
BASELINE = "1.2.840.10008.1.2.4.50"
J2K, J2K_LOSSLESS = "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.90"


def read(path):
    """(info, stacked pixels, times)."""
    reader = DicomReader(path)
    try:
        pictures = list(reader.pictures())
        return reader.info, np.stack([p.pixels for p in pictures]), [p.time_s for p in pictures]
    finally:
        reader.close()


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("implicit", [False, True])
def test_uncompressed_pixels_are_kept(make, tmp_path, color, implicit):
    pixels = make.scene(frames=3, color=color)
    found = make.dataset(pixels, "RGB" if color else "MONOCHROME2")
    if implicit:
        found.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    info, got, times = read(make.save(found, tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, pixels)
    assert (info.rows, info.columns, info.frames, info.color) == (48, 64, 3, color)
    assert times == [None] * 3
    assert info.format.startswith("DICOM US multi-frame, ")
    assert info.maker == "Acme Sono 1"
    assert info.notes == ()


@pytest.mark.parametrize("words", [False, True])
def test_big_endian_bytes_are_swapped_only_where_they_lie_in_words(make, tmp_path, words):
    pixels = make.scene(rows=9, columns=7, frames=3)  # 63 bytes a frame: words span two frames
    found = make.dataset(pixels)
    found.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    if words:
        flat = np.frombuffer(found.PixelData, dtype="u2")
        found.PixelData = flat.byteswap().tobytes()
        found["PixelData"].VR = "OW"
    _, got, _ = read(make.save(found, tmp_path / "a.dcm", implicit_vr=False, little_endian=False))
    np.testing.assert_array_equal(got, pixels)


def test_big_endian_words_are_read_as_such(make, tmp_path):
    pixels = make.scene().astype(np.uint16) * 257
    found = make.dataset(pixels)
    found.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    found.PixelData = pixels.astype(">u2").tobytes()
    _, got, _ = read(make.save(found, tmp_path / "a.dcm", implicit_vr=False, little_endian=False))
    np.testing.assert_array_equal(got, pixels >> 8)


def test_planes_of_color_are_put_together(make, tmp_path):
    pixels = make.scene(frames=2, color=True)
    found = make.dataset(pixels, "RGB", PlanarConfiguration=1)
    found.PixelData = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)).tobytes()
    _, got, _ = read(make.save(found, tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, pixels)


@pytest.mark.parametrize("color", [False, True])
def test_rle_is_kept(make, tmp_path, color):
    pixels = make.scene(frames=2, color=color)
    found = make.dataset(pixels, "RGB" if color else "MONOCHROME2")
    found.compress(RLELossless, generate_instance_uid=False)
    _, got, _ = read(make.save(found, tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, pixels)


def test_rle_of_two_bytes_is_kept(make, tmp_path):
    pixels = make.scene(frames=2).astype(np.uint16) * 257
    found = make.dataset(pixels)
    found.compress(RLELossless, generate_instance_uid=False)
    _, got, _ = read(make.save(found, tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, pixels >> 8)


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("syntax", LOSSLESS)
def test_lossless_streams_are_kept(make, tmp_path, syntax, color):
    pixels = make.scene(frames=2, color=color)
    path = make.by_gdcm(make.dataset(pixels, "RGB" if color else "MONOCHROME2"), tmp_path / "a.dcm", syntax)
    _, got, _ = read(path)
    np.testing.assert_array_equal(got, pixels)


@pytest.mark.parametrize("syntax", LOSSLESS[2:])
def test_lossless_streams_of_16_bits_keep_their_high_byte(make, tmp_path, syntax):
    pixels = make.scene(frames=2).astype(np.uint16) * 257
    info, got, _ = read(make.by_gdcm(make.dataset(pixels), tmp_path / "a.dcm", syntax))
    np.testing.assert_array_equal(got, pixels >> 8)
    assert any("16 bits" in note for note in info.notes)


@pytest.mark.parametrize("photometric", ["YBR_FULL_422", "RGB"])
def test_a_baseline_jpeg_is_shown_as_its_stream_is_whatever_the_tags_say(make, tmp_path, photometric):
    pixels = make.scene(96, 128, color=True)
    found = make.dataset(pixels, photometric)
    info, got, _ = read(make.compressed(found, tmp_path / "a.dcm", BASELINE, [make.jpeg(pixels[0])]))
    assert np.abs(got[0].astype(int) - pixels[0]).mean() < 6
    red = got[0, 40, 48].astype(int)
    np.testing.assert_allclose(red, (200, 30, 10), atol=12)
    assert (info.notes != ()) == (photometric == "RGB")


def test_an_unmarked_ybr_jpeg_under_rgb_tags_is_told_by_its_grey_pixels(make, tmp_path):
    pixels = make.scene(96, 128, color=True)
    stream = make.jpeg(pixels[0], subsampling=0)
    bare = stream[:2] + stream[4 + int.from_bytes(stream[4:6], "big") :]  # without the JFIF marker
    info, got, _ = read(make.compressed(make.dataset(pixels, "RGB"), tmp_path / "a.dcm", BASELINE, [bare]))
    np.testing.assert_allclose(got[0, 40, 48].astype(int), (200, 30, 10), atol=12)
    assert info.notes == ("Tags say RGB, the pixels are YBR: shown as YBR.",)


def test_a_jpeg_that_really_is_rgb_stays_rgb(make, tmp_path):
    pixels = make.scene(96, 128, color=True)
    stream = make.jpeg(pixels[0], keep_rgb=True)
    info, got, _ = read(make.compressed(make.dataset(pixels, "RGB"), tmp_path / "a.dcm", BASELINE, [stream]))
    np.testing.assert_allclose(got[0, 40, 48].astype(int), (200, 30, 10), atol=12)
    assert info.notes == ()


@pytest.mark.parametrize("photometric", ["YBR_RCT", "RGB"])
def test_a_jpeg_2000_component_transform_is_undone(make, tmp_path, photometric):
    pixels = make.scene(color=True)
    stream = make.j2k(pixels[0], irreversible=False, mct=1)
    info, got, _ = read(make.compressed(make.dataset(pixels, photometric), tmp_path / "a.dcm", J2K_LOSSLESS, [stream]))
    np.testing.assert_array_equal(got, pixels)
    assert info.notes == ()


def test_a_lossy_jpeg_2000_is_close(make, tmp_path):
    pixels = make.scene(96, 128, color=True)
    stream = make.j2k(pixels[0], irreversible=True, mct=1, quality_mode="dB", quality_layers=[45])
    _, got, _ = read(make.compressed(make.dataset(pixels, "YBR_ICT"), tmp_path / "a.dcm", J2K, [stream]))
    assert np.abs(got[0].astype(int) - pixels[0]).mean() < 3


def test_ybr_samples_become_rgb(make, tmp_path):
    from PIL import Image

    pixels = make.scene(color=True)
    ycc = np.asarray(Image.fromarray(pixels[0]).convert("YCbCr"))[None]
    _, got, _ = read(make.save(make.dataset(ycc, "YBR_FULL"), tmp_path / "a.dcm"))
    np.testing.assert_allclose(got.astype(int), pixels, atol=2)
    pairs = np.concatenate((ycc[0, :, 0::2, :1], ycc[0, :, 1::2, :1], ycc[0, :, 0::2, 1:]), axis=2)
    found = make.dataset(ycc, "YBR_FULL_422")
    found.PixelData = np.ascontiguousarray(pairs).tobytes()
    _, half, _ = read(make.save(found, tmp_path / "b.dcm"))
    np.testing.assert_allclose(half[0, 10, 30].astype(int), pixels[0, 10, 30], atol=2)
    np.testing.assert_allclose(half[0, 20, 26].astype(int), (200, 30, 10), atol=2)


def test_rgb_samples_under_ybr_tags_are_told_by_their_grey_pixels(make, tmp_path):
    pixels = make.scene(color=True)
    info, got, _ = read(make.save(make.dataset(pixels, "YBR_FULL"), tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, pixels)
    assert info.notes == ("Tags say YBR_FULL, the pixels are RGB: shown as RGB.",)


def test_monochrome1_is_inverted(make, tmp_path):
    pixels = make.scene()
    _, got, _ = read(make.save(make.dataset(pixels, "MONOCHROME1"), tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, 255 - pixels)


def test_wide_and_signed_samples_become_8_bits_and_a_note_says_how(make, tmp_path):
    ramp = np.linspace(0, 4095, 48 * 64).round().astype(np.uint16).reshape(1, 48, 64)
    info, got, _ = read(make.save(make.dataset(ramp, BitsStored=12, HighBit=11), tmp_path / "a.dcm"))
    np.testing.assert_allclose(got, ramp / 4095 * 255, atol=0.51)
    assert info.notes == ("Samples have 12 bits: 0 to 4095 are shown, which the first frame needs.",)
    windowed = make.dataset(ramp, BitsStored=12, HighBit=11, WindowCenter=1024.5, WindowWidth=1025)
    info, got, _ = read(make.save(windowed, tmp_path / "b.dcm"))
    np.testing.assert_allclose(got, np.clip((ramp - 512.0) / 1024 * 255, 0, 255), atol=0.51)
    assert info.notes == ("Samples have 12 bits: window 512 to 1536 of the file.",)
    signed = (ramp.astype(np.int32) - 2048).astype(np.int16)
    info, got, _ = read(make.save(make.dataset(signed, BitsStored=12, HighBit=11), tmp_path / "c.dcm"))
    np.testing.assert_allclose(got, ramp / 4095 * 255, atol=0.51)
    assert "signed" in info.notes[0]
    eight = make.scene().astype(np.uint16)
    _, got, _ = read(make.save(make.dataset(eight), tmp_path / "d.dcm"))
    np.testing.assert_array_equal(got, eight)


def test_frames_are_found_by_their_beginnings_where_the_table_is_empty(make, tmp_path):
    pixels = make.scene(96, 128, frames=3)
    streams = [make.jpeg(frame) for frame in pixels]
    found = make.dataset(pixels)
    whole = make.compressed(found, tmp_path / "a.dcm", BASELINE, streams, fragments_per_frame=2, has_bot=True)
    _, want, _ = read(whole)
    bare = make.compressed(found, tmp_path / "b.dcm", BASELINE, streams, fragments_per_frame=2, has_bot=False)
    _, got, _ = read(bare)
    np.testing.assert_array_equal(got, want)
    assert len(want) == 3
    one = make.dataset(pixels[:1])
    _, single, _ = read(make.compressed(one, tmp_path / "c.dcm", BASELINE, streams[:1], fragments_per_frame=3))
    np.testing.assert_array_equal(single, want[:1])


def test_a_file_without_preamble_or_without_meta_is_read(make, tmp_path):
    pixels = make.scene()
    whole = make.save(make.dataset(pixels), tmp_path / "a.dcm").read_bytes()
    (tmp_path / "b.dcm").write_bytes(whole[132:])
    begin = whole.index(b"\x08\x00\x16\x00UI")
    (tmp_path / "c").write_bytes(whole[begin:])
    for name in ("b.dcm", "c"):
        path = tmp_path / name
        assert is_dicom(path, path.read_bytes()[:512])
        _, got, _ = read(path)
        np.testing.assert_array_equal(got, pixels)


def test_the_reader_is_closed_and_can_be_read_twice(make, tmp_path):
    pixels = make.scene(frames=2)
    reader = DicomReader(make.save(make.dataset(pixels), tmp_path / "a.dcm"))
    for _ in range(2):
        np.testing.assert_array_equal(np.stack([p.pixels for p in reader.pictures()]), pixels)
    reader.close()


def test_no_word_of_a_patient_leaves_the_file(make, tmp_path):
    found = make.dataset(
        make.scene(), PatientBirthDate="19700101", SpecificCharacterSet="ISO_IR", InstitutionName="SECRET"
    )
    found.SequenceOfUltrasoundRegions = [make.region()]
    info, _, _ = read(make.save(found, tmp_path / "a.dcm"))
    assert "SECRET" not in repr(info)
    found.Modality = "CT"
    with pytest.raises(FormatError) as refused:
        DicomReader(make.save(found, tmp_path / "b.dcm"))
    assert "SECRET" not in str(refused.value)


def test_what_cannot_be_opened_is_said(tmp_path):
    with pytest.raises(InputError, match="cannot be opened: No such file"):
        DicomReader(tmp_path / "nothing.dcm")
    (tmp_path / "a.dcm").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(600))
    with pytest.raises(FormatError, match="begins with bytes 89504e470d0a1a0a, which is not DICOM"):
        DicomReader(tmp_path / "a.dcm")
