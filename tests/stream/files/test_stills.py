"""Stills and folders of stills: every mode of a picture, order, sizes, and damage."""

import random
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from inplane.core import FormatError, InplaneError, InputError
from inplane.stream.files import stills
from inplane.stream.files.stills import StillsReader, is_still, natural_key

LOSSLESS = ["png", "bmp", "tiff", "gif", "pgm"]


def read(path):
    reader = StillsReader(path)
    try:
        return reader.info, list(reader.pictures())
    finally:
        reader.close()


@pytest.fixture
def grey():
    return np.random.default_rng(5).integers(0, 256, (30, 40)).astype(np.uint8)


@pytest.fixture
def color():
    return np.random.default_rng(6).integers(0, 256, (30, 40, 3)).astype(np.uint8)


@pytest.mark.parametrize("suffix", LOSSLESS)
def test_a_grey_still_is_kept(tmp_path, grey, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(grey).save(path)
    assert is_still(path, path.read_bytes()[:512])
    info, (picture,) = read(path)
    np.testing.assert_array_equal(picture.pixels, grey)
    assert (info.rows, info.columns, info.color, info.frames, info.rate_hz) == (30, 40, False, 1, None)
    assert info.notes == ()
    assert picture.time_s is None


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "ppm"])
def test_a_colored_still_is_kept(tmp_path, color, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(color).save(path)
    info, (picture,) = read(path)
    np.testing.assert_array_equal(picture.pixels, color)
    assert info.color


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_a_lossy_still_is_close(tmp_path, suffix):
    ramp = np.tile(np.arange(0, 240, 4, dtype=np.uint8), (40, 1))
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(np.repeat(ramp[..., None], 3, axis=2)).save(path, quality=95)
    assert is_still(path, path.read_bytes()[:512])
    _, (picture,) = read(path)
    assert np.abs(picture.pixels.astype(int) - ramp[..., None]).max() < 8


def test_the_name_does_not_matter(tmp_path, grey):
    Image.fromarray(grey).save(tmp_path / "a.png")
    path = (tmp_path / "a.png").rename(tmp_path / "a.dcm")
    np.testing.assert_array_equal(read(path)[1][0].pixels, grey)
    assert read(path)[0].format == "PNG still"


def test_transparency_is_laid_on_black(tmp_path, color):
    alpha = np.full((30, 40, 1), 255, dtype=np.uint8)
    alpha[:, :20] = 0
    Image.fromarray(np.concatenate((color, alpha), axis=2)).save(tmp_path / "a.png")
    info, (picture,) = read(tmp_path / "a.png")
    assert not picture.pixels[:, :20].any()
    np.testing.assert_array_equal(picture.pixels[:, 20:], color[:, 20:])
    assert info.notes == ("The picture is partly transparent: it is laid on black.",)


def test_palettes_are_looked_up_and_grey_ones_stay_grey(tmp_path, grey):
    table = np.random.default_rng(7).integers(0, 256, (256, 3)).astype(np.uint8)
    image = Image.fromarray(grey, mode=None).convert("P")
    image.putdata(grey.reshape(-1).tolist())
    image.putpalette(table.reshape(-1).tolist())
    image.save(tmp_path / "a.png")
    info, (picture,) = read(tmp_path / "a.png")
    assert info.color
    np.testing.assert_array_equal(picture.pixels, table[grey])
    image.putpalette(np.repeat(np.arange(255, -1, -1, dtype=np.uint8), 3).tolist())
    image.save(tmp_path / "b.png")
    info, (picture,) = read(tmp_path / "b.png")
    assert not info.color
    np.testing.assert_array_equal(picture.pixels, 255 - grey)


def test_16_bits_keep_their_high_byte_unless_only_8_are_in_use(tmp_path, grey):
    Image.fromarray(grey.astype(np.uint16) * 257).save(tmp_path / "a.png")
    info, (picture,) = read(tmp_path / "a.png")
    np.testing.assert_array_equal(picture.pixels, grey)
    assert info.notes == ("The picture has 16 bits: its high 8 are shown.",)
    Image.fromarray(grey.astype(np.uint16)).save(tmp_path / "b.png")
    np.testing.assert_array_equal(read(tmp_path / "b.png")[1][0].pixels, grey)
    Image.fromarray(np.linspace(-1, 3, 1200).reshape(30, 40).astype(np.float32)).save(tmp_path / "c.tiff")
    info, (picture,) = read(tmp_path / "c.tiff")
    assert (picture.pixels[0, 0], picture.pixels[-1, -1]) == (0, 255)
    assert "values from -1 to 3" in info.notes[0]


def test_exif_orientation_is_followed_and_noted(tmp_path, color):
    exif = Image.Exif()
    exif[stills.ORIENTATION_TAG] = 6
    Image.fromarray(color).save(tmp_path / "a.png", exif=exif)
    info, (picture,) = read(tmp_path / "a.png")
    assert (info.rows, info.columns) == (40, 30)
    np.testing.assert_array_equal(picture.pixels, np.rot90(color, -1))
    assert "EXIF orientation 6" in info.notes[0]


def test_an_animated_gif_is_a_cine(tmp_path):
    frames = [Image.fromarray(np.full((30, 40), 60 * i, dtype=np.uint8)) for i in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=50, loop=0)
    info, pictures = read(tmp_path / "a.gif")
    assert (info.frames, info.rate_hz) == (4, 20)
    assert [int(p.pixels.max()) for p in pictures] == [0, 60, 120, 180]
    assert [p.time_s for p in pictures] == pytest.approx([0, 0.05, 0.1, 0.15])


def test_a_folder_is_read_in_natural_order(tmp_path):
    for i in (1, 2, 10, 3, 21):
        Image.fromarray(np.full((30, 40), i, dtype=np.uint8)).save(tmp_path / f"IMG{i}.PNG", format="PNG")
    (tmp_path / "notes.txt").write_text("not a picture")
    assert is_still(tmp_path, b"")
    info, pictures = read(tmp_path)
    assert [int(p.pixels[0, 0]) for p in pictures] == [1, 2, 3, 10, 21]
    assert [p.fields["file"] for p in pictures] == [f"IMG{i}.PNG" for i in (1, 2, 3, 10, 21)]
    assert (info.frames, info.rate_hz, info.notes) == (5, None, ())
    assert sorted(["b2", "B10", "a9", "b1", "10", "b"], key=natural_key) == ["10", "a9", "b", "b1", "b2", "B10"]


def test_of_a_mixed_folder_the_most_frequent_size_is_read(tmp_path, grey, color):
    for i in range(3):
        Image.fromarray(grey).save(tmp_path / f"{i}.png")
    Image.fromarray(color).save(tmp_path / "3.png")
    Image.fromarray(np.zeros((10, 10), dtype=np.uint8)).save(tmp_path / "0-mask.png")
    (tmp_path / "4.png").write_bytes(b"no picture")
    info, pictures = read(tmp_path)
    assert info.frames == 4
    assert info.color
    assert [p.pixels.shape for p in pictures] == [(30, 40, 3)] * 4
    np.testing.assert_array_equal(pictures[0].pixels, np.repeat(grey[..., None], 3, axis=2))
    assert info.notes == (
        "1 file(s) cannot be read and are left out, '4.png' first.",
        "1 of 5 pictures are left out: they are not 40 by 30 pixels as the others are.",
    )


def test_what_is_not_there_or_no_picture_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist. Expected a picture, or a folder of pictures"):
        StillsReader(tmp_path / "nothing.png")
    (tmp_path / "a.png").write_bytes(b"hello")
    with pytest.raises(FormatError, match="'a.png' is no picture that is read. Expected one of PNG"):
        StillsReader(tmp_path / "a.png")
    with pytest.raises(FormatError, match="holds no picture that can be read"):
        StillsReader(tmp_path)
    assert not is_still(tmp_path / "a.png", b"hello")
    assert not is_still(tmp_path / "a.txt", b"BMW is a car")
    (tmp_path / "empty").mkdir()
    assert not is_still(tmp_path / "empty", b"")


def test_too_many_pictures_are_refused(tmp_path, grey, monkeypatch):
    for i in range(3):
        Image.fromarray(grey).save(tmp_path / f"{i}.png")
    monkeypatch.setattr(stills, "MAX_FOLDER", 2)
    with pytest.raises(FormatError, match="holds 3 pictures. Expected at most 2"):
        StillsReader(tmp_path)
    frames = [Image.fromarray(np.full((30, 40), 60 * i, dtype=np.uint8)) for i in range(4)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    monkeypatch.setattr(stills, "MAX_FRAMES", 3)
    with pytest.raises(FormatError, match="claims 4 pictures. Expected at most 3"):
        StillsReader(tmp_path / "a.gif")


def png(columns: int, rows: int, body: bytes) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")


def test_a_bomb_is_refused_by_its_head(tmp_path):
    (tmp_path / "a.png").write_bytes(png(60000, 60000, bytes(1000)))
    with pytest.raises(FormatError, match="'a.png' claims far more pixels than 4096 by 4096"):
        StillsReader(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(png(10000, 10000, bytes(1000)))  # Pillow only warns of this one
    with pytest.raises(FormatError, match="claims 10000 by 10000 pixels. Expected 1 to 4096"):
        StillsReader(tmp_path / "b.png")


def test_damage_is_refused_and_what_came_before_in_a_folder_is_kept(tmp_path, grey):
    for i in range(4):
        Image.fromarray(grey).save(tmp_path / f"{i}.png")
    third = tmp_path / "2.png"
    third.write_bytes(third.read_bytes()[:-300])
    reader, count = StillsReader(tmp_path), 0
    with pytest.raises(FormatError, match="'2.png' is damaged"):
        for _ in reader.pictures():
            count += 1
    assert count == 2
    with pytest.raises(FormatError, match="'2.png' is damaged"):
        StillsReader(third)


def test_a_picture_that_changes_its_size_while_the_folder_is_read_is_said(tmp_path, grey):
    for i in range(2):
        Image.fromarray(grey).save(tmp_path / f"{i}.png")
    reader = StillsReader(tmp_path)
    Image.fromarray(grey[:10]).save(tmp_path / "1.png")
    with pytest.raises(FormatError, match=r"'1.png' is \(10, 40\) pixels. Expected \(30, 40\)"):
        list(reader.pictures())


def test_a_picture_that_vanishes_while_the_folder_is_read_is_said(tmp_path, grey):
    for i in range(2):
        Image.fromarray(grey).save(tmp_path / f"{i}.png")
    reader = StillsReader(tmp_path)
    (tmp_path / "1.png").unlink()
    with pytest.raises(InputError, match="1.png' cannot be opened: No such file or directory. Expected a picture"):
        list(reader.pictures())


def test_damage_behind_the_first_picture_of_a_file_is_said(tmp_path):
    frames = [Image.fromarray(np.full((30, 40), 60 * i, dtype=np.uint8)) for i in range(4)]
    frames[0].save(tmp_path / "a.tiff", save_all=True, append_images=frames[1:])
    data = bytearray((tmp_path / "a.tiff").read_bytes())
    (first,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * entries, len(data) - 3)
    (tmp_path / "a.tiff").write_bytes(data)
    with pytest.raises(FormatError, match="'a.tiff' is damaged"):
        StillsReader(tmp_path / "a.tiff")


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "tiff", "bmp", "webp", "ppm"])
def test_a_damaged_still_is_a_picture_or_an_error_of_ours(tmp_path, color, suffix):
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(color).save(path)
    whole = path.read_bytes()
    for seed in range(120):
        rng, data = random.Random(seed), bytearray(whole)
        for _ in range(rng.choice([1, 2, 8])):
            at = rng.randrange(min(len(data), 120 if rng.random() < 0.5 else len(data)))
            data[at] = rng.randrange(256)
        path.write_bytes(data[: rng.choice([len(data), len(data), rng.randrange(1, len(data))])])
        try:
            info, pictures = read(path)
        except InplaneError:
            continue
        assert all(p.pixels.shape[:2] == (info.rows, info.columns) for p in pictures)


@pytest.mark.data
def test_real_stills_and_folders_are_read(data):
    info, pictures = read(data / "sparq-supraclavicular" / "bmp-screen")
    assert (info.rows, info.columns, info.frames) == (600, 800, len(pictures))
    info, (picture,) = read(data / "itkpocus-handheld" / "sonosite-anon-eye1.jpg")
    assert picture.pixels.shape[:2] == (info.rows, info.columns)
    info, _ = read(data / "itkpocus-handheld" / "interson-phantom.png")
    assert info.format == "PNG still"
