"""Sequences: what is written comes back to the bit, by our reader and by others'; poses are read without pictures."""

from collections.abc import Iterator
from pathlib import Path

import nrrd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inplane.core import FormatError, InputError, ResourceError, TrackedTransform
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.files.metaimage import MetaImageReader
from inplane.stream.files.nrrd import NrrdReader
from inplane.stream.files.sequence import read_sequence, write_sequence

ENDINGS = ("made.igs.mha", "made.igs.nrrd")


def info_of(pictures: list[Picture], **told: object) -> MediaInfo:
    rows, columns = pictures[0].pixels.shape[:2]
    color = pictures[0].pixels.ndim == 3
    known: dict = {"format": "made", "frames": None, "rate_hz": None, "orientation": "UF"}
    return MediaInfo(rows=rows, columns=columns, color=color, **(known | told))


def reader_of(path: Path) -> MetaImageReader | NrrdReader:
    return NrrdReader(path) if path.suffix == ".nrrd" else MetaImageReader(path)


def require_same(read: Picture, written: Picture) -> None:
    np.testing.assert_array_equal(read.pixels, written.pixels)
    assert (read.time_s, read.valid, read.fields) == (written.time_s, written.valid, written.fields)
    assert len(read.transforms) == len(written.transforms)
    for one, other in zip(read.transforms, written.transforms, strict=True):
        assert (one.name, one.valid) == (other.name, other.valid)
        if other.valid or np.isfinite(other.matrix).all():
            assert one.matrix.tobytes() == other.matrix.tobytes()
        else:
            np.testing.assert_array_equal(one.matrix, other.matrix)


FINITE = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}To[A-Z][a-z]{0,8}", fullmatch=True)
FIELD_NAMES = st.from_regex(r"(Frame|Unfiltered|Depth)[A-Za-z0-9_]{1,8}", fullmatch=True).filter(
    lambda name: "Transform" not in name
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=20)


@st.composite
def transforms(draw: st.DrawFn) -> tuple[TrackedTransform, ...]:
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    out = []
    for name in names:
        valid = draw(st.booleans())
        numbers = FINITE if valid else st.floats(allow_nan=True)
        matrix = np.array(draw(st.lists(numbers, min_size=16, max_size=16))).reshape(4, 4)
        out.append(TrackedTransform(name=name, matrix=matrix, valid=valid))
    return tuple(out)


@st.composite
def sequences(draw: st.DrawFn) -> list[Picture]:
    rows, columns, count = draw(st.integers(16, 20)), draw(st.integers(16, 24)), draw(st.integers(1, 4))
    shape = (rows, columns, 3) if draw(st.booleans()) else (rows, columns)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    return [
        Picture(
            pixels=rng.integers(0, 256, shape).astype(np.uint8),
            time_s=draw(st.none() | FINITE),
            valid=draw(st.booleans()),
            transforms=draw(transforms()),
            fields=draw(st.dictionaries(FIELD_NAMES, TEXT, max_size=3)),
        )
        for _ in range(count)
    ]


@settings(max_examples=60)
@given(
    pictures=sequences(),
    compress=st.booleans(),
    ending=st.sampled_from(ENDINGS),
    pixel_mm=st.none() | st.tuples(st.floats(0.7, 2), st.floats(0.7, 2)).filter(lambda size: size != (1, 1)),
)
def test_what_is_written_comes_back_to_the_bit(
    tmp_path_factory: pytest.TempPathFactory,
    pictures: list[Picture],
    compress: bool,
    ending: str,
    pixel_mm: tuple[float, float] | None,
) -> None:
    path = tmp_path_factory.getbasetemp() / ending
    assert write_sequence(path, pictures, info_of(pictures, pixel_mm=pixel_mm), compress=compress) == len(pictures)
    reader = reader_of(path)
    assert (reader.info.orientation, reader.info.pixel_mm, reader.info.frames) == ("UF", pixel_mm, len(pictures))
    for read, written in zip(reader.pictures(), pictures, strict=True):
        require_same(read, written)
    again = path.with_name("again." + ending)
    write_sequence(again, reader.pictures(), reader.info, compress=compress)
    assert again.read_bytes() == path.read_bytes()


def test_a_nrrd_of_ours_is_read_by_another_library(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for shape in ((20, 30), (20, 30, 3)):
        pictures = [Picture(pixels=rng.integers(0, 256, shape).astype(np.uint8), time_s=k / 3) for k in range(4)]
        path = tmp_path / "made.igs.nrrd"
        write_sequence(path, pictures, info_of(pictures))
        values, header = nrrd.read(str(path), index_order="C")
        np.testing.assert_array_equal(values, [picture.pixels for picture in pictures])
        assert float(header["Seq_Frame0003_Timestamp"]) == 1.0
        assert header["Seq_Frame0003_Status"] == "OK"


def test_a_compressed_file_says_its_true_size_and_is_smaller(tmp_path: Path) -> None:
    pictures = [Picture(pixels=np.zeros((64, 64), np.uint8))] * 5
    sizes = [
        (path := tmp_path / "made.igs.mha", write_sequence(path, pictures, info_of(pictures), compress=packed))
        and path.stat().st_size
        for packed in (False, True)
    ]
    header, _, data = path.read_bytes().partition(b"ElementDataFile = LOCAL\n")
    assert f"CompressedDataSize = {len(data)}\n".encode() in header
    assert sizes[1] < sizes[0] - 4 * 64 * 64


@pytest.mark.parametrize(
    ("field", "value"),
    [("A b", "x"), ("A=b", "x"), ("A:b", "x"), ("", "x"), ("A", "two\nlines"), ("A", " led"), ("A", "x" * 70_000)],
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_field_that_would_not_come_back_is_refused(tmp_path: Path, ending: str, field: str, value: str) -> None:
    pictures = [Picture(pixels=np.zeros((20, 20), np.uint8), fields={field: value})]
    with pytest.raises(InputError, match=r"Field .* of picture 0 is .*Expected a name and one line of text"):
        write_sequence(tmp_path / ending, pictures, info_of(pictures))
    assert list(tmp_path.iterdir()) == []


def test_what_makes_no_sequence_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    grey, wide = Picture(pixels=np.zeros((20, 20), np.uint8)), Picture(pixels=np.zeros((20, 21), np.uint8))

    def broken() -> Iterator[Picture]:
        yield grey
        raise FormatError("the rest cannot be read")

    for pictures, message in (
        ([grey, wide], r"Picture 1 has shape \(20, 21\). Expected \(20, 20\)"),
        ([], "No pictures for"),
        (broken(), "the rest cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            write_sequence(tmp_path / "made.mha", pictures, info_of([grey]))
    with pytest.raises(InputError, match=r"ends with '.mp4'. Expected .mha or .nrrd"):
        write_sequence(tmp_path / "made.mp4", [grey], info_of([grey]))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("inplane.stream.files.sequence.shutil.copyfileobj", full)
    grey = Picture(pixels=np.zeros((20, 20), np.uint8))
    with pytest.raises(ResourceError, match=r"Cannot write .*: the disk is full"):
        write_sequence(tmp_path / "made.mha", [grey], info_of([grey]))
    assert list(tmp_path.iterdir()) == []


def test_poses_are_read_where_there_are_no_pictures(tmp_path: Path) -> None:
    lines = ["ObjectType = Image", "NDims = 3", "DimSize = 0 0 3", "ElementType = MET_OTHER"]
    lines += [f"Seq_Frame000{k}_StylusToTrackerTransform = 1 0 0 {k} 0 1 0 0 0 0 1 0 0 0 0 1" for k in (0, 2)]
    lines += ["Seq_Frame0002_Timestamp = 0.5", "ElementDataFile = LOCAL", ""]
    (tmp_path / "poses.seq.mha").write_text("\n".join(lines))
    sequence = read_sequence(tmp_path / "poses.seq.mha")
    assert not sequence.has_pictures
    assert [len(moment.transforms) for moment in sequence.moments] == [1, 0, 1]
    assert sequence.moments[2].time_s == 0.5
    assert sequence.moments[2].transforms[0].matrix[0, 3] == 2


def test_a_sequence_of_a_million_frames_more_is_refused(tmp_path: Path) -> None:
    lines = ["NDims = 3", "DimSize = 0 0 9999999999", "Kinds = domain domain list", "ElementType = MET_UCHAR"]
    (tmp_path / "x.mha").write_text("\n".join([*lines, "ElementDataFile = LOCAL", ""]))
    with pytest.raises(FormatError, match="says 9999999999 frames"):
        read_sequence(tmp_path / "x.mha")
    (tmp_path / "x.mha").write_text("something else")
    with pytest.raises(FormatError, match="neither MetaImage nor NRRD"):
        read_sequence(tmp_path / "x.mha")
