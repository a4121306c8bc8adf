"""Videos: greys and times as they were, broken pictures told, what is no video of this machine refused."""

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from inplane.core import FormatError, InputError, ResourceError
from inplane.stream.files.media import Picture
from inplane.stream.files.video import VideoReader, container_of, is_video

RNG = np.random.default_rng(5)
ROWS, COLUMNS = 96, 128


def scene(number: int, *, color: bool = False) -> np.ndarray:
    """(rows, columns, 3) of soft shapes; the left upper corner is bright, and a bar moves down."""
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    grey = 60 + 50 * np.sin(rows / 9) * np.cos(columns / 13)
    grey[:24, :32] = 230
    grey[40 + number % 40 : 46 + number % 40] = 10
    rgb = np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    if color:
        rgb[60:80, 60:100] = (200, 30, 30)
    return rgb


def encode(
    path: Path,
    count: int = 12,
    *,
    codec: str = "mpeg4",
    pix_fmt: str = "yuv420p",
    color: bool = False,
    pts: list[int] | None = None,
    container: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
    size: tuple[int, int] | None = None,
    aspect: Fraction | None = None,
) -> Path:
    """A video of `scene`; time stamps in thousandths of a second, but AVI counts pictures."""
    tick = 50 if path.suffix == ".avi" else 1
    with av.open(str(path), "w", options=container or {}) as out:
        stream = out.add_stream(codec, rate=20, options=options or {"qscale": "1", "b": "8M"})
        stream.width, stream.height = size or (COLUMNS, ROWS)
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = Fraction(tick, 1000)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for number in range(count):
            frame = av.VideoFrame.from_ndarray(scene(number, color=color), format="rgb24")
            frame = frame.reformat(format=pix_fmt)
            frame.pts = (pts[number] if pts else 50 * number) // tick
            frame.time_base = Fraction(tick, 1000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def read(path: Path) -> list[Picture]:
    return list(VideoReader(path).pictures())


def wrong(pictures: list[Picture]) -> float:
    """Largest mean difference of a picture to the scene it should show, grey levels."""
    return max(float(np.abs(p.pixels.astype(int) - scene(k)[..., 0]).mean()) for k, p in enumerate(pictures))


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mp4", "mpeg4", "yuv420p"),
        ("a.mov", "mpeg4", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.mkv", "mpeg4", "yuv420p"),
        ("a.avi", "mjpeg", "yuvj420p"),
        ("a.mkv", "ffv1", "yuv444p"),
        ("a.mkv", "ffv1", "gray"),
        ("a.mov", "png", "rgb24"),
        ("a.mkv", "ffv1", "yuv420p10le"),
        ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.ts", "mpeg2video", "yuv420p"),
        ("a.wmv", "wmv2", "yuv420p"),
        ("a.flv", "flv1", "yuv420p"),
    ],
)
def test_greys_of_every_container_are_as_they_were(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    # Some codecs know only the usual rates; what matters here is the luma's range, which shifts greys by up to 16.
    with av.open(str(tmp_path / name), "w") as out:
        stream = out.add_stream(codec, rate=25, options={"qscale": "1", "b": "8M"})
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, pix_fmt
        for number in range(12):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(scene(number), format="rgb24").reformat(format=pix_fmt)))
        out.mux(stream.encode(None))
    reader = VideoReader(tmp_path / name)
    pictures = list(reader.pictures())
    assert len(pictures) == 12
    assert (reader.info.columns, reader.info.rows, reader.info.color) == (COLUMNS, ROWS, False)
    assert wrong(pictures) < 3.5
    assert all(picture.valid for picture in pictures)
    times = [picture.time_s for picture in pictures]
    assert np.diff(times) == pytest.approx(0.04, abs=0.002)


def test_color_is_kept_where_there_is_color(tmp_path: Path) -> None:
    reader = VideoReader(encode(tmp_path / "a.mp4", color=True))
    assert reader.info.color
    picture = next(reader.pictures())
    assert picture.pixels.shape == (ROWS, COLUMNS, 3)
    assert np.abs(picture.pixels[65:75, 66:94].mean((0, 1)) - (200, 30, 30)).max() < 12


def test_luma_of_unsaid_full_range_is_told_by_what_is_blacker_than_black(tmp_path: Path) -> None:
    luma = np.full((ROWS, COLUMNS), 3, np.uint8)
    luma[20:60, 30:90] = 250
    with av.open(str(tmp_path / "a.mkv"), "w") as out:
        stream = out.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, "yuv420p"
        planes = np.concatenate((luma, np.full((ROWS // 2, COLUMNS), 128, np.uint8)))
        for _ in range(3):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(planes, format="yuv420p")))
        out.mux(stream.encode(None))
    reader = VideoReader(tmp_path / "a.mkv")
    np.testing.assert_array_equal(next(reader.pictures()).pixels, luma)
    assert any("full range" in note for note in reader.info.notes)


def test_times_are_the_file_s_own_where_the_rate_varies(tmp_path: Path) -> None:
    pts = [0, 40, 130, 170, 400, 410, 480, 600]
    reader = VideoReader(encode(tmp_path / "a.mp4", 8, pts=pts))
    assert [p.time_s for p in reader.pictures()] == pytest.approx([t / 1000 for t in pts], abs=1e-3)
    assert any("frame rate varies" in note for note in reader.info.notes)


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    reader = VideoReader(encode(tmp_path / "a.mp4", 3, aspect=Fraction(16, 15)))
    assert (reader.info.columns, reader.info.rows) == (137, ROWS)
    assert any("not square (16:15)" in note for note in reader.info.notes)


def test_a_picture_turned_by_the_file_comes_upright(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", 3)
    data = bytearray(path.read_bytes())
    unturned = (0x10000).to_bytes(4, "big") + bytes(12) + (0x10000).to_bytes(4, "big") + bytes(12)
    at = data.index(unturned, data.index(b"tkhd"))
    quarter = bytes(4) + (0x10000).to_bytes(4, "big") + bytes(4) + (2**32 - 0x10000).to_bytes(4, "big") + bytes(16)
    data[at : at + 32] = quarter  # a quarter to the right: what was left is at the top
    path.write_bytes(data)
    reader = VideoReader(path)
    assert (reader.info.columns, reader.info.rows) == (ROWS, COLUMNS)
    picture = next(reader.pictures()).pixels.astype(int)
    assert np.abs(picture - np.rot90(scene(0)[..., 0], -1)).mean() < 3
    assert any("turned by" in note for note in reader.info.notes)


def test_pictures_damaged_in_the_middle_are_skipped_or_marked_until_a_whole_one(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", 36, options={"qscale": "2", "g": "12", "b": "4M"})
    whole = read(path)
    data = bytearray(path.read_bytes())
    begin, end = data.index(b"mdat") + 4, data.index(b"moov")
    at = begin + (end - begin) * 40 // 100
    data[at : at + 900] = RNG.integers(0, 256, 900).astype(np.uint8).tobytes()
    path.write_bytes(data)
    reader = VideoReader(path)
    pictures = list(reader.pictures())
    by_time = {picture.time_s: picture for picture in whole}
    good = [picture for picture in pictures if picture.valid]
    assert 20 <= len(good) < 36
    doubtful = [picture for picture in pictures if not picture.valid]
    skipped = sum(int(picture.fields.get("skipped before", 0)) for picture in pictures)
    assert len(doubtful) + skipped >= 1
    assert len(pictures) + skipped == 36
    for picture in good[:10] + good[-8:]:
        np.testing.assert_array_equal(picture.pixels, by_time[picture.time_s].pixels)


@pytest.mark.parametrize("name", ["a.mp4", "a.avi"])
def test_cut_short_gives_what_is_there_then_says_so(tmp_path: Path, name: str) -> None:
    front = {"movflags": "faststart"} if name.endswith("mp4") else {}
    path = encode(tmp_path / name, 30, container=front)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    pictures, seen = VideoReader(path).pictures(), 0
    with pytest.raises(FormatError, match=r"is cut short: \d+ of 30 pictures|cannot be (read|decoded) after picture"):
        for _ in pictures:
            seen += 1
    assert 5 < seen < 30


def test_without_its_index_it_is_refused(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(FormatError, match="cannot be opened as mov: its index is missing, cut short?"):
        VideoReader(path)


def test_pictures_that_nobody_can_decode_are_refused(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4")
    data = bytearray(path.read_bytes())
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    data[begin:end] = bytes(end - begin)
    path.write_bytes(data)
    with pytest.raises(FormatError, match=r"holds no picture that can be decoded \(mpeg4\)"):
        VideoReader(path)


def test_what_was_decoded_before_the_rest_broke_is_kept(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", 30)
    data = bytearray(path.read_bytes())
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    middle = begin + (end - begin) // 2
    data[middle:end] = bytes(end - middle)
    path.write_bytes(data)
    seen = 0
    with pytest.raises(FormatError, match=r"cannot be decoded after picture \d+: its last \d+ are damaged"):
        for picture in VideoReader(path).pictures():
            seen += picture.valid
    assert 10 < seen < 16


def test_more_pictures_than_are_read_end_the_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = encode(tmp_path / "a.mkv")
    monkeypatch.setattr("inplane.stream.files.video_stream.MAX_FRAMES", 5)
    with pytest.raises(FormatError, match="has more than 5 pictures"):
        read(path)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    reader = VideoReader(encode(tmp_path / "a.mp4"))
    (tmp_path / "a.mp4").unlink()
    with pytest.raises(ResourceError, match="cannot be read: No such file"):
        next(reader.pictures())
    with pytest.raises(InputError, match="cannot be read|is not a file"):
        VideoReader(Path("a\0b"))


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        stream = out.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with pytest.raises(FormatError, match="holds no pictures, only audio"):
        VideoReader(tmp_path / "a.mp4")
    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 8, "NONE", ""))
        sound.writeframes(bytes(1600))
    with pytest.raises(FormatError, match="is no video that is known"):
        VideoReader(tmp_path / "a.wav")


@pytest.mark.parametrize("size", [(6000, 32), (32, 8), (8, 64)])
def test_absurd_sizes_are_refused_before_a_picture_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    path = encode(tmp_path / "a.mp4", 2, size=size)
    monkeypatch.setattr("inplane.stream.files.video.sample", lambda *_: pytest.fail("decoded"))
    with pytest.raises(FormatError, match=rf"pictures of {size[0]} x {size[1]} pixels. Expected 16 to 4096 a side"):
        VideoReader(path)


def test_a_size_that_changes_ends_the_reading(tmp_path: Path) -> None:
    first = encode(tmp_path / "a.ts", 5, size=(COLUMNS, ROWS), pts=[40 * k for k in range(5)])
    second = encode(tmp_path / "b.ts", 5, size=(64, 64), pts=[1000 + 40 * k for k in range(5)])
    (tmp_path / "c.ts").write_bytes(first.read_bytes() + second.read_bytes())
    seen = 0
    with pytest.raises(FormatError, match=r"changes from 128 x 96 to 64 x 64 pixels at picture"):
        for _ in VideoReader(tmp_path / "c.ts").pictures():
            seen += 1
    assert seen >= 4


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/a.mp4", "rtsp://127.0.0.1/a", "/dev/null", "nowhere.mp4"])
def test_only_files_of_this_machine_are_opened(address: str) -> None:
    with pytest.raises(InputError, match="is not a file on this machine"):
        VideoReader(Path(address))


def test_a_playlist_leads_nowhere(tmp_path: Path) -> None:
    video = encode(tmp_path / "a.ts", pts=[40 * k for k in range(12)])
    for text in (f"#EXTM3U\n#EXTINF:1,\n{video}\n#EXT-X-ENDLIST\n", f"ffconcat version 1.0\nfile {video}\n"):
        (tmp_path / "a.mp4").write_text(text)
        with pytest.raises(FormatError, match="is no video that is known"):
            VideoReader(tmp_path / "a.mp4")


def test_a_name_that_looks_like_an_address_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    encode(tmp_path / "plain.mp4", 3).rename(tmp_path / "concat:x|y.mp4")
    assert len(read(Path("concat:x|y.mp4"))) == 3


def test_reading_twice_and_closing_midway(tmp_path: Path) -> None:
    reader = VideoReader(encode(tmp_path / "a.mp4"))
    assert len(list(reader.pictures())) == len(list(reader.pictures())) == 12
    pictures = reader.pictures()
    next(pictures)
    reader.close()
    assert list(pictures) == []


def test_the_first_bytes_tell() -> None:
    assert container_of(b"\x00\x00\x00\x1cftypisom") == "mov"
    assert container_of(b"RIFF\x10\x00\x00\x00AVI LIST") == "avi"
    assert container_of((b"\x47" + bytes(187)) * 3) == "mpegts"
    assert container_of((bytes(4) + b"\x47" + bytes(187)) * 3) == "mpegts"
    for other in (
        b"",
        b"RIFF\x10\x00\x00\x00WAVE",
        b"\x00\x00\x00\x1cftypheic",
        b"#EXTM3U",
        b"\x89PNG\r\n",
        bytes(512),
    ):
        assert not is_video(Path("a"), other)
