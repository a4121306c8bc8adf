"""Color tables of 8 and 16 bits, whole and in segments."""

import numpy as np
import pytest
from pydicom.uid import ExplicitVRBigEndian

from inplane.core import FormatError
from inplane.stream.files.dicom import DicomReader
from inplane.stream.files.dicom_palette import expand_segments

COLORS = ("Red", "Green", "Blue")


def with_palette(make, pixels, tables, *, descriptor, segmented=False, **tags):
    found = make.dataset(pixels, "PALETTE COLOR", **tags)
    for color, table in zip(COLORS, tables, strict=True):
        setattr(found, f"{color}PaletteColorLookupTableDescriptor", descriptor)
        name = f"{'Segmented' if segmented else ''}{color}PaletteColorLookupTableData"
        setattr(found, name, table)
        found[name].VR = "OW"
    return found


def read(path):
    reader = DicomReader(path)
    pixels = np.stack([picture.pixels for picture in reader.pictures()])
    reader.close()
    return reader.info, pixels


@pytest.fixture
def table():
    """(256, 3) of colors."""
    return np.random.default_rng(3).integers(0, 256, (256, 3)).astype(np.uint8)


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("big", [False, True])
def test_every_entry_is_looked_up(make, tmp_path, table, bits, big):
    pixels = make.scene(frames=2)
    order = ">" if big else "<"
    if bits == 16:
        tables = [(table[:, i].astype(f"{order}u2") * 256 + 7).astype(f"{order}u2").tobytes() for i in range(3)]
    else:
        tables = [table[:, i].tobytes() for i in range(3)]
        if big:
            tables = [np.frombuffer(one, dtype="u2").byteswap().tobytes() for one in tables]
    found = with_palette(make, pixels, tables, descriptor=[256, 0, bits])
    how = {}
    if big:
        found.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
        how = {"implicit_vr": False, "little_endian": False}
    info, got = read(make.save(found, tmp_path / "a.dcm", **how))
    np.testing.assert_array_equal(got, table[pixels])
    assert info.color


def test_a_table_of_greys_makes_a_grey_picture(make, tmp_path):
    pixels = make.scene()
    ramp = np.arange(255, -1, -1, dtype=np.uint8)
    info, got = read(
        make.save(with_palette(make, pixels, [ramp.tobytes()] * 3, descriptor=[256, 0, 8]), tmp_path / "a")
    )
    assert not info.color
    np.testing.assert_array_equal(got, 255 - pixels)


def test_entries_of_16_bits_that_never_pass_255_are_8_bits(make, tmp_path, table):
    pixels = make.scene()
    tables = [table[:, i].astype("<u2").tobytes() for i in range(3)]
    _, got = read(make.save(with_palette(make, pixels, tables, descriptor=[256, 0, 16]), tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got, table[pixels])


def test_values_outside_the_table_take_its_ends(make, tmp_path):
    pixels = np.array([[[0, 99, 100, 101, 103, 104, 255, 100]]], dtype=np.uint8).repeat(2, axis=1)
    tables = [bytes([10, 20, 30, 40]), bytes([11, 21, 31, 41]), bytes([12, 22, 32, 42])]
    _, got = read(make.save(with_palette(make, pixels, tables, descriptor=[4, 100, 8]), tmp_path / "a.dcm"))
    np.testing.assert_array_equal(got[0, 0, :, 0], [10, 10, 10, 20, 40, 40, 40, 10])


def test_segments_are_expanded(make, tmp_path):
    # two entries as they are, a line of 4 up to 1000, then both segments again by reference, then a line to the end
    segments = np.array([0, 2, 0x100, 0x200, 1, 4, 0x600, 2, 2, 0, 0, 1, 244, 0xFF00], dtype="<u2")
    want = [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]
    pixels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
    found = with_palette(make, pixels, [segments.tobytes()] * 3, descriptor=[256, 0, 16], segmented=True)
    _, got = read(make.save(found, tmp_path / "a.dcm"))
    assert got.reshape(-1)[:12].tolist() == want
    assert got.reshape(-1)[-1] == 255
    assert (np.diff(got.reshape(-1)[12:].astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1, 4, 9], "segment of kind 1 where it cannot be"),
        ([7, 1, 9], "segment of kind 7"),
        ([0, 2], "ends within a segment"),
    ],
)
def test_broken_segments_are_refused(values, why):
    with pytest.raises(FormatError, match=why):
        expand_segments(values, 256, wide=True)


def test_segments_that_refer_to_themselves_end():
    assert expand_segments([0, 1, 5, 2, 60000, 0, 0], 65536, wide=True) == [5, 5]
    with pytest.raises(FormatError, match="segment of kind 2 where it cannot be"):
        expand_segments([0, 1, 5, 2, 1, 0, 0, 2, 60000, 3, 0], 65536, wide=True)
    assert len(expand_segments([0, 65535, 5], 100, wide=True)) <= 100


def test_an_empty_table_is_refused(make, tmp_path):
    found = with_palette(make, make.scene(), [b"\1\2"] * 3, descriptor=[256, 0, 16])
    del found.GreenPaletteColorLookupTableData
    with pytest.raises(FormatError, match="has an empty green table. Expected 256 entries"):
        DicomReader(make.save(found, tmp_path / "a.dcm"))
