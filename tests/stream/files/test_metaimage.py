"""MetaImage: what the header says is what comes out; what cannot be followed is refused with its reason."""

import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest

from inplane.core import FormatError, ResourceError
from inplane.stream.files.media import Picture
from inplane.stream.files.metaimage import ELEMENT_TYPES, MetaImageReader, is_metaimage

RNG = np.random.default_rng(8)
FRAMES = RNG.integers(0, 256, (3, 20, 32)).astype(np.uint8)
HEADER = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "BinaryDataByteOrderMSB": "False",
    "CompressedData": "False",
    "DimSize": "32 20 3   ",
    "ElementSpacing": "1 1 1",
    "ElementType": "MET_UCHAR",
    "Kinds": "domain domain list",
    "UltrasoundImageOrientation": "MFA",
    "UltrasoundImageType": "BRIGHTNESS",
    "Seq_Frame0000_ProbeToTrackerTransform": "1 0 0 10.5 0 1 0 -2e-005 0 0 1 3 0 0 0 1 ",
    "Seq_Frame0000_ProbeToTrackerTransformStatus": "OK",
    "Seq_Frame0000_Timestamp": "100.25",
    "Seq_Frame0000_FrameNumber": "41",
    "Seq_Frame0000_ImageStatus": "OK",
    "Seq_Frame0001_ProbeToTrackerTransform": "1 0 0 1.#QNAN 0 1 0 0 0 0 1 3 0 0 0 1",
    "Seq_Frame0001_ProbeToTrackerTransformStatus": "OUT_OF_VIEW",
    "Seq_Frame0001_Timestamp": "100.35",
    "Seq_Frame0001_ImageStatus": "INVALID",
}


def text_of(header: dict[str, str], data_file: str = "LOCAL") -> bytes:
    lines = "".join(f"{key} = {value}\n" for key, value in header.items())
    return (lines + f"ElementDataFile = {data_file}\n").encode()


def write(
    folder: Path,
    changes: dict[str, str | None] | None = None,
    data: bytes = FRAMES.tobytes(),
    name: str = "made.igs.mha",
) -> Path:
    header = {key: value for key, value in (HEADER | (changes or {})).items() if value is not None}
    path = folder / name
    path.write_bytes(text_of(header) + data)
    return path


def read(path: Path) -> list[Picture]:
    return list(MetaImageReader(path).pictures())


def test_pixels_transforms_times_and_validity_are_as_written(tmp_path: Path) -> None:
    reader = MetaImageReader(write(tmp_path))
    pictures = list(reader.pictures())
    assert (reader.info.columns, reader.info.rows, reader.info.frames) == (32, 20, 3)
    assert (reader.info.orientation, reader.info.color, reader.info.pixel_mm) == ("MFA", False, None)
    assert reader.info.rate_hz == pytest.approx(10)
    np.testing.assert_array_equal([picture.pixels for picture in pictures], FRAMES)
    first, second, third = pictures
    (pose,) = first.transforms
    assert (pose.name, pose.valid, first.time_s, first.valid) == ("ProbeToTracker", True, 100.25, True)
    np.testing.assert_array_equal(pose.matrix[:, 3], [10.5, -2e-5, 3, 1])
    assert first.fields == {"FrameNumber": "41"}
    assert (second.transforms[0].valid, second.valid) == (False, False)
    assert second.fields == {"ProbeToTrackerTransformStatus": "OUT_OF_VIEW"}
    assert (third.transforms, third.time_s, third.valid) == ((), None, True)
    assert any("1 of 3 pictures have no fields" in note for note in reader.info.notes)
    assert any("stands for unknown" in note for note in reader.info.notes)


def test_reading_twice_and_closing_midway(tmp_path: Path) -> None:
    reader = MetaImageReader(write(tmp_path))
    assert len(list(reader.pictures())) == len(list(reader.pictures())) == 3
    pictures = reader.pictures()
    next(pictures)
    reader.close()
    assert list(pictures) == []


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("element", ELEMENT_TYPES)
def test_every_type_and_byte_order_gives_the_same_greys(tmp_path: Path, element: str, order: str) -> None:
    dtype = np.dtype(ELEMENT_TYPES[element]).newbyteorder(order)
    values = np.clip(FRAMES.astype(np.int64), 0, 127).astype(dtype)
    changes = {"ElementType": element, "BinaryDataByteOrderMSB": str(order == ">")}
    reader = MetaImageReader(write(tmp_path, changes, values.tobytes()))
    pictures = list(reader.pictures())
    if dtype.kind in "iu":
        np.testing.assert_array_equal([picture.pixels for picture in pictures], values.astype(np.uint8))
    else:
        assert any("(black)" in note and "(white)" in note for note in reader.info.notes)
        order_kept = np.argsort(values[0].ravel(), kind="stable")
        assert (np.diff(pictures[0].pixels.ravel()[order_kept].astype(int)) >= 0).all()
        assert pictures[0].pixels.max() == 255


def test_deep_values_are_spread_between_stated_limits(tmp_path: Path) -> None:
    values = (FRAMES.astype(np.int32) * 100 - 5000).astype("<i2")
    reader = MetaImageReader(write(tmp_path, {"ElementType": "MET_SHORT"}, values.tobytes()))
    pixels = np.array([picture.pixels for picture in reader.pictures()]).astype(int)
    assert np.abs(pixels - FRAMES).max() <= 3
    assert any("Values of int16 from" in note for note in reader.info.notes)


@pytest.mark.parametrize("said", ["right", "0", "7", "999999999999", None])
def test_compressed_pixels_whatever_their_size_is_said_to_be(tmp_path: Path, said: str | None) -> None:
    packed = zlib.compress(FRAMES.tobytes())
    changes = {"CompressedData": "True", "CompressedDataSize": str(len(packed)) if said == "right" else said}
    np.testing.assert_array_equal([p.pixels for p in read(write(tmp_path, changes, packed))], FRAMES)


@pytest.mark.parametrize("channels", [3, 4])
def test_color_comes_as_rgb(tmp_path: Path, channels: int) -> None:
    frames = RNG.integers(0, 256, (3, 20, 32, channels)).astype(np.uint8)
    changes = {"ElementNumberOfChannels": str(channels), "UltrasoundImageType": "RGB_COLOR"}
    reader = MetaImageReader(write(tmp_path, changes, frames.tobytes()))
    assert reader.info.color
    np.testing.assert_array_equal([p.pixels for p in reader.pictures()], frames[..., :3])
    assert any("transparency" in note for note in reader.info.notes) == (channels == 4)


def test_pixels_in_a_file_beside_the_header_with_a_header_of_their_own(tmp_path: Path) -> None:
    for skip, lead in (("7", b"1234567"), ("-1", b"anything")):
        (tmp_path / "pixels.raw").write_bytes(lead + FRAMES.tobytes())
        (tmp_path / "made.mhd").write_bytes(text_of(HEADER | {"HeaderSize": skip}, "pixels.raw"))
        np.testing.assert_array_equal([p.pixels for p in read(tmp_path / "made.mhd")], FRAMES)


def test_a_spacing_is_believed_where_ultrasound_can_have_it(tmp_path: Path) -> None:
    believed = MetaImageReader(write(tmp_path, {"ElementSpacing": "0.5 0.75 1"})).info
    assert believed.pixel_mm == (0.5, 0.75)
    for odd in ("5000 5000 1", "0.001 0.001 1", "0 0 0", "1 1 1", "-1 2 3", "a b c", None):
        assert MetaImageReader(write(tmp_path, {"ElementSpacing": odd})).info.pixel_mm is None


def test_cut_short_gives_what_is_whole_then_says_so(tmp_path: Path) -> None:
    for changes, data in (
        ({}, FRAMES.tobytes()[:-100]),
        ({"CompressedData": "True"}, zlib.compress(FRAMES.tobytes())[:-40]),
    ):
        pictures, seen = MetaImageReader(write(tmp_path, changes, data)).pictures(), []
        with pytest.raises(FormatError, match=r"ends within frame 2: .* 2 of 3 frames are whole"):
            for picture in pictures:
                seen.append(picture.pixels)
        np.testing.assert_array_equal(seen, FRAMES[:2])


def test_damaged_compression_is_told(tmp_path: Path) -> None:
    noise = RNG.integers(0, 256, (40, 200, 200)).astype(np.uint8)
    packed = bytearray(zlib.compress(noise.tobytes(), 1))
    packed[len(packed) // 2 : len(packed) // 2 + 200] = bytes(200)
    path = write(tmp_path, {"DimSize": "200 200 40", "CompressedData": "True"}, bytes(packed))
    with pytest.raises(FormatError, match="cannot be unpacked further|ends within"):
        read(path)


def test_a_bomb_asks_for_no_more_memory_than_a_picture(tmp_path: Path) -> None:
    bomb = zlib.compress(bytes(200 << 20), 9)
    path = write(tmp_path, {"DimSize": "1000 1000 100000", "CompressedData": "True"}, bomb)
    tracemalloc.start()
    with pytest.raises(FormatError, match="ends within frame 209"):
        for _ in MetaImageReader(path).pictures():
            pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20


REFUSED: dict[str, tuple[dict[str, str | None], str]] = {
    "no size": ({"DimSize": None}, "has no DimSize"),
    "size in words": ({"DimSize": "many few"}, "Expected 1 to 4 whole numbers"),
    "negative size": ({"DimSize": "-32 20 3"}, "Expected 1 to 4 whole numbers"),
    "one axis": ({"DimSize": "32"}, "Expected columns and rows"),
    "no pictures": ({"DimSize": "0 0 3"}, "holds no pictures .*only what a tracker said at 2 moments"),
    "one pixel": ({"DimSize": "1 1 3"}, "holds no pictures"),
    "no frames": ({"DimSize": "32 20 0"}, "holds no pictures"),
    "tiny": ({"DimSize": "32 8 3"}, "32 x 8 pixels. Expected 16 or more"),
    "absurd side": ({"DimSize": "100000 20 3"}, "says 100000 x 20 pixels"),
    "absurd count": ({"DimSize": "32 20 99999999999"}, "says 99999999999 frames"),
    "absurd channels": ({"ElementNumberOfChannels": "99999999"}, "pictures of .* bytes"),
    "two channels": ({"ElementNumberOfChannels": "2"}, "have 2 channels"),
    "unknown type": ({"ElementType": "MET_OTHER"}, "has ElementType 'MET_OTHER'"),
    "text pixels": ({"BinaryData": "False"}, "as text"),
    "volumes": ({"DimSize": "32 20 3 4"}, "4 volumes of 3 slices"),
    "header beyond the file": ({"HeaderSize": "99999"}, "are said to begin at"),
    "header of half a byte": ({"HeaderSize": "0.5"}, "HeaderSize '0.5'"),
    "three IQ samples": (
        {"UltrasoundImageType": "RF_IQ_LINE", "UltrasoundImageOrientation": "FM", "DimSize": "31 20 3"},
        "in pairs",
    ),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, reason: str) -> None:
    changes, message = REFUSED[reason]
    with pytest.raises(FormatError, match=message):
        read(write(tmp_path, changes))


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("LIST", "in many files"),
        ("slice%03d.raw 1 3 1", "in many files"),
        ("../made.raw", "in its own folder"),
        ("/etc/passwd", "in its own folder"),
        ("missing.raw", "which is not there"),
        ("\0", "names"),
    ],
)
def test_pixels_elsewhere_are_refused(tmp_path: Path, named: str, message: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "made.raw").write_bytes(FRAMES.tobytes())
    (folder / "made.mhd").write_bytes(text_of(HEADER, named))
    with pytest.raises(FormatError, match=message):
        read(folder / "made.mhd")


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (tmp_path / "secret.raw").write_bytes(FRAMES.tobytes())
    (folder / "pixels.raw").symlink_to(tmp_path / "secret.raw")
    (folder / "made.mhd").write_bytes(text_of(HEADER, "pixels.raw"))
    with pytest.raises(FormatError, match="in its own folder"):
        read(folder / "made.mhd")
    (folder / "pixels.raw").unlink()
    (folder / "pixels.raw").symlink_to(folder / "pixels.raw")
    with pytest.raises(FormatError, match="names 'pixels.raw' as its pixels|which is not there"):
        read(folder / "made.mhd")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ObjectType = Image\nNDims = 3\n", "no ElementDataFile"),
        (b"P5 20 20 255\n" + bytes(400), "does not begin with a MetaImage header"),
        (b"ObjectType = Image\n" + b"x" * 70_000, "header line of more than"),
    ],
)
def test_what_is_no_header_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "made.mha").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        MetaImageReader(tmp_path / "made.mha")


def test_a_header_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inplane.stream.files.header.MAX_HEADER_BYTES", 1000)
    (tmp_path / "made.mha").write_bytes(b"ObjectType = Image\n" + b"a = b\n" * 1000)
    with pytest.raises(FormatError, match="a header of more than 1000"):
        MetaImageReader(tmp_path / "made.mha")


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="cannot be read: No such file"):
        MetaImageReader(tmp_path / "made.mha")


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    path = write(tmp_path)
    reader = MetaImageReader(path)
    path.unlink()
    with pytest.raises(ResourceError, match="cannot be read: No such file"):
        next(reader.pictures())


def test_numbers_that_are_none_make_no_picture(tmp_path: Path) -> None:
    nothing = np.full((3, 20, 32), np.nan, "<f4")
    with pytest.raises(FormatError, match="holds no finite number"):
        read(write(tmp_path, {"ElementType": "MET_FLOAT"}, nothing.tobytes()))
    nothing[:, 3, 4:9] = (-np.inf, np.inf, 1e38, -1e38, 2)
    pictures = read(write(tmp_path, {"ElementType": "MET_FLOAT"}, nothing.tobytes()))
    assert [pictures[0].pixels[3, k] for k in (3, 4, 5)] == [0, 0, 255]
    rf = {"ElementType": "MET_FLOAT", "UltrasoundImageType": "RF_REAL", "UltrasoundImageOrientation": "FM"}
    assert len(read(write(tmp_path, rf, nothing.tobytes()))) == 3
    with pytest.raises(FormatError, match="RF data have 3 channels"):
        read(write(tmp_path, rf | {"ElementNumberOfChannels": "3", "DimSize": "32 20 1"}, nothing.tobytes()))


def _bare(**changes: str) -> dict[str, str | None]:
    """A header without a word on frames or ultrasound."""
    return {key: None for key in HEADER if key.startswith(("Seq_", "Ultra"))} | changes


def test_a_volume_is_told_from_a_sequence(tmp_path: Path) -> None:
    for volume in (_bare(Kinds="domain domain domain"), _bare(ElementSpacing="0.5 0.5 0.5")):
        with pytest.raises(FormatError, match="is a volume of 32 x 20 x 3 voxels, not a sequence"):
            read(write(tmp_path, volume, name="made.mha"))
    assert len(read(write(tmp_path, _bare(), name="made.mha"))) == 3  # a list, with a third spacing of 1
    assert len(read(write(tmp_path, _bare(DimSize="32 20 1 3", Kinds="domain domain domain list")))) == 3
    assert len(read(write(tmp_path, _bare(DimSize="32 20 1", ElementSpacing="0.5 0.5 0.5")))) == 1
    path = write(tmp_path, _bare(ElementSpacing="0.5 0.5 0.5"), name="2CH_sequence.mha")
    reader = MetaImageReader(path)
    assert reader.info.frames == 3
    assert any("taken as time" in note for note in reader.info.notes)


def test_the_first_bytes_tell(tmp_path: Path) -> None:
    assert is_metaimage(tmp_path, text_of(HEADER)[:512])
    assert is_metaimage(tmp_path, b"\xef\xbb\xbfNDims = 2\r\n")
    for other in (b"NRRD0004\n", b"", b"ObjectTypes = 3", bytes(512)):
        assert not is_metaimage(tmp_path, other)


def _echo(lines: int, samples: int) -> np.ndarray:
    """(lines, samples) RF at a quarter of the sampling rate: a strong echo at sample 400, one of -40 dB at 800."""
    at = np.arange(samples)
    size = np.exp(-(((at - 400) / 20) ** 2)) + 0.01 * np.exp(-(((at - 800) / 20) ** 2))
    return np.tile(size * np.cos(np.pi / 2 * at), (lines, 1))


@pytest.mark.parametrize("kind", ["RF_REAL", "RF_IQ_LINE", "RF_I_LINE_Q_LINE", "two channels"])
def test_echoes_become_brightness_over_sixty_decibels(tmp_path: Path, kind: str) -> None:
    at = np.arange(1200)
    carrier = np.exp(-0.5j * np.pi * at)
    size = np.exp(-(((at - 400) / 20) ** 2)) + 0.01 * np.exp(-(((at - 800) / 20) ** 2))
    iq = np.tile(size * carrier, (20, 1)) * 30_000
    stored = {
        "RF_REAL": iq.real,
        "RF_IQ_LINE": np.stack((iq.real, iq.imag), axis=2).reshape(20, -1),
        "RF_I_LINE_Q_LINE": np.stack((iq.real, iq.imag), axis=1).reshape(40, -1),
        "two channels": np.stack((iq.real, iq.imag), axis=2),
    }[kind]
    rows, columns = stored.shape[:2]
    changes: dict[str, str | None] = {
        "ElementType": "MET_SHORT",
        "DimSize": f"{columns} {rows} 1",
        "UltrasoundImageType": "RF_IQ_LINE" if kind == "two channels" else kind,
        "UltrasoundImageOrientation": "FM",
        "ElementNumberOfChannels": "2" if kind == "two channels" else "1",
    }
    reader = MetaImageReader(write(tmp_path, changes, np.rint(stored).astype("<i2").tobytes()))
    (picture,) = reader.pictures()
    assert picture.pixels.shape == (20, 600)  # 1200 samples, two averaged
    assert (reader.info.orientation, reader.info.whole, reader.info.pixel_mm) == ("FM", True, None)
    assert picture.pixels[:, 195:205].max() == 255
    # -40 of 60 dB below the strong echo's top is a third of the greys
    assert picture.pixels[5, 400] == pytest.approx(85, abs=8)
    assert any("60 dB" in note for note in reader.info.notes)
    assert any("no scan conversion is known" in note for note in reader.info.notes)


def test_echoes_in_columns_are_turned_into_lines(tmp_path: Path) -> None:
    stored = np.rint(_echo(20, 1000).T * 30_000).astype("<i2")
    changes = {"ElementType": "MET_SHORT", "DimSize": "20 1000 1", "UltrasoundImageType": "RF_REAL"}
    reader = MetaImageReader(write(tmp_path, changes, stored.tobytes()))
    (picture,) = reader.pictures()
    assert picture.pixels.shape == (20, 1000)
    assert reader.info.orientation == "FM"
    assert picture.pixels[3].argmax() == pytest.approx(400, abs=8)
