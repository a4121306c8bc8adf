"""Any source by its name: what its content says counts, and what cannot be used is told."""

import gzip
import os
import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from inplane.core import (
    Calibration,
    Control,
    FormatError,
    Frame,
    InputError,
    PictureGeometry,
    RangeError,
    ResourceError,
    Signals,
)
from inplane.stream import Recorder, SourceInfo
from inplane.stream.file_source import FileSource
from inplane.stream.open import open_reader, open_source
from inplane.stream.played import PlayedSource

CONTROL = Control()


def tissue(number: int = 0) -> np.ndarray:
    rng = np.random.default_rng(number)
    grey = np.clip(90 * rng.rayleigh(0.8, (180, 240)), 0, 255).astype(np.uint8)
    return cv2.GaussianBlur(grey, (0, 0), 1.0)


def video(path: Path, frames: int = 5, container: str = "mp4", codec: str = "mpeg4") -> Path:
    with av.open(str(path), "w", format=container) as out:
        stream = out.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 240, 180, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(frames):
            pixels = np.repeat(tissue(number)[:, :, None], 3, axis=2)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def still(path: Path, ending: str = ".png") -> Path:
    path.write_bytes(cv2.imencode(ending, tissue())[1].tobytes())
    return path


def count(source) -> int:
    frames = 0
    while source.next(CONTROL) is not None:
        frames += 1
    source.close()
    return frames


def test_a_still_a_folder_and_a_video_become_frames(tmp_path):
    assert count(open_source(str(still(tmp_path / "a.png")))) == 1
    still(tmp_path / "b.jpg", ".jpg")
    assert count(open_source(str(tmp_path))) == 2
    assert count(open_source(str(video(tmp_path / "c.mp4")))) == 5


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("a.mp4", still, "The name 'a.mp4' says a video; its content is a still picture."),
        ("a.dcm", video, "The name 'a.dcm' says DICOM; its content is a video."),
        ("a.nrrd", still, "The name 'a.nrrd' says NRRD; its content is a still picture."),
    ],
)
def test_a_lying_name_is_noted_and_the_content_read(tmp_path, name, make, words):
    source = open_source(str(make(tmp_path / name)))
    assert words in source.info.notes
    assert count(source) >= 1


def test_a_name_that_says_nothing_is_no_lie(tmp_path):
    source = open_source(str(still(tmp_path / "picture")))
    assert not any("The name" in note for note in source.info.notes)
    source.close()


NIFTI = bytes(344) + b"n+1\x00" + bytes(400)
PACKED = gzip.compress(NIFTI, mtime=0)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("x.docx", b"PK\x03\x04" + bytes(60), "'x.docx' is a Zip archive. Expected ultrasound as DICOM, MP4"),
        ("x.pdf", b"%PDF-1.7 and so on", "'x.pdf' is a PDF document. Expected"),
        ("ct.nii.gz", PACKED, "is a NIfTI volume, as CT and MR are kept, not ultrasound pictures"),
        ("ct.nii", NIFTI, "is a NIfTI volume"),
        ("x.gz", b"\x1f\x8b\x08broken", "'x.gz' is gzip-compressed."),
        ("x.csv", b"a,b,c\n1,2,3\n", "'x.csv' is text. Expected"),
        ("x", bytes(range(256)) * 2, "'x' is of an unknown kind. Expected"),
        ("x.mp4", b"once upon a time", "'x.mp4' is called a video, but its content is text."),
        ("x.dcm", bytes(1000), "'x.dcm' is called DICOM, but its content is zeros from its first byte on."),
        ("x.png", b"", "'x.png' is empty: 0 bytes. Expected"),
        ("x.svg", b"<?xml version='1.0'?><svg/>", "'x.svg' is XML text."),
    ],
)
def test_what_is_no_ultrasound_is_called_by_its_name(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FormatError) as refused:
        open_reader(tmp_path / name)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_bare_pixels_point_to_their_header(tmp_path):
    (tmp_path / "scan.igs.mhd").write_text("ObjectType = Image\nElementDataFile = scan.raw\n")
    (tmp_path / "scan.raw").write_bytes(bytes(range(200)) * 20)
    with pytest.raises(FormatError, match="'scan.raw' holds the pixels of 'scan.igs.mhd'. Expected that file."):
        open_reader(tmp_path / "scan.raw")


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("", InputError, "'' does not exist. Expected a file, a folder, or igtl://host:port."),
        ("no/such/thing", InputError, "'no/such/thing' does not exist."),
        ("a\0b", InputError, "a.*x00b. does not exist."),
        ("x" * 5000, InputError, "is no path"),
        ("ftp://host/x", InputError, "Unknown kind of address 'ftp://'."),
        ("igtl://", InputError, "No host in 'igtl://'."),
        ("igtl://a b:1", InputError, "No host in 'igtl://a b:1'."),
        ("igtl://host:0", RangeError, "Port is '0'. Expected a whole number from 1 to 65535."),
        ("igtl://host:+1", RangeError, "Port is '\\+1'."),
        ("igtl://host:", RangeError, "Port is ''."),
    ],
)
def test_a_name_of_nothing_is_refused(text, error, told):
    with pytest.raises(error, match=told):
        open_source(text)


def test_neither_file_nor_folder_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is neither a file nor a folder"):
        open_source(str(tmp_path / "pipe"))


def test_folders_without_pictures_say_what_they_hold(tmp_path):
    with pytest.raises(FormatError, match="holds no still pictures: it is empty."):
        open_source(str(tmp_path))
    for number in range(5):
        (tmp_path / f"IM{number}").write_bytes(b"hello")
    with pytest.raises(FormatError, match=r"but 5 other things: 'IM0', 'IM1', 'IM2' .... Give one file. Expected a"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("method", ["open", "iterdir"])
def test_what_may_not_be_read_is_told(tmp_path, monkeypatch, method):
    still(tmp_path / "a.png")
    place = tmp_path / "a.png" if method == "open" else tmp_path

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", lambda *_: iter(()))
    monkeypatch.setattr(Path, method, refuse)
    with pytest.raises(ResourceError, match="cannot be read: Permission denied."):
        open_reader(place)


def test_a_configuration_is_for_sequences(tmp_path):
    with pytest.raises(InputError, match="--config is for MetaImage and NRRD sequences. 'a.png' is a still picture."):
        open_source(str(still(tmp_path / "a.png")), config=tmp_path / "x.xml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("igtl://scanner", ("scanner", 18944, None)),
        ("igtl://scanner:18945/Image_Reference", ("scanner", 18945, "Image_Reference")),
        ("IGTL://[::1]:18944", ("::1", 18944, None)),
        ("igtl://[fe80::1]/Image", ("fe80::1", 18944, "Image")),
    ],
)
def test_addresses_are_taken_apart(monkeypatch, text, expected):
    import inplane.stream.igtl.source as igtl

    monkeypatch.setattr(igtl, "IgtlSource", lambda host, port, *, device: (host, port, device))
    assert open_source(text) == expected


def recording(path: Path) -> Path:
    geometry = PictureGeometry(n_lines=240, n_samples=180, line_pitch_mm=0.2, sample_pitch_mm=0.2)
    info = SourceInfo(
        name="made up",
        simulated=False,
        calibration=Calibration.CALIBRATED,
        procedure_id=None,
        side=None,
        probe_name="",
        n_lines=240,
        n_samples=180,
        width_mm=48.0,
        frame_rate_hz=20.0,
        format="PNG",
    )
    with Recorder(path, info) as recorder:
        for number in range(4):
            frame = Frame(
                sequence=number,
                time_s=number / 20,
                pixels=np.ascontiguousarray(tissue(number).T),
                geometry=geometry,
                calibration=Calibration.CALIBRATED,
                signals=Signals(),
            )
            recorder.write(frame, CONTROL)
    return path


def test_a_recording_of_ours_is_played_and_looped(tmp_path):
    path = recording(tmp_path / "recording")
    source = open_source(str(path))
    assert isinstance(source, PlayedSource)
    assert source.info.frames == 4
    assert source.wait(0.0)
    assert count(source) == 4
    assert source.problem is None
    assert not source.status().connected
    looped = open_source(str(path), loop=True)
    frames = [looped.next(CONTROL) for _ in range(10)]
    assert [frame.sequence for frame in frames if frame] == list(range(10))
    assert (np.diff([frame.time_s for frame in frames if frame]) > 0).all()
    assert (frames[1].pixels == frames[5].pixels).all()


def test_a_recording_that_was_not_finished_says_so_at_its_end(tmp_path):
    path = recording(tmp_path / "recording")
    manifest = path / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"complete":true', '"complete":false'))
    source = open_source(str(path))
    assert source.problem is None
    assert count(source) == 4
    assert source.problem == "The recording was not finished: it ends too early."


def test_a_recording_that_is_damaged_is_refused(tmp_path):
    path = recording(tmp_path / "recording")
    pixels = path / "pixels-00000.npz"
    pixels.write_bytes(pixels.read_bytes()[:-10])
    with pytest.raises(FormatError, match="truncated or changed"):
        open_source(str(path))


def test_a_cut_video_gives_what_it_holds_and_tells_why_it_ends(tmp_path):
    whole = video(tmp_path / "whole.avi", frames=30, container="avi", codec="mjpeg").read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) * 66 // 100])
    source = open_source(str(cut))
    assert isinstance(source, FileSource)
    frames = count(source)
    assert 5 < frames < 30
    assert source.problem is not None
    assert f"{frames} of 30 pictures" in source.problem or "cannot be decoded" in source.problem


@pytest.mark.data
def test_real_files_open_by_content_whatever_they_are_called(data, tmp_path):
    for file, name in (
        ("dicom-us/robyoung/US1_RLE", "video.mp4"),
        ("plus-tracked/NwirePhantomFreehand.igs.nrrd", "still.png"),
        ("itkpocus-handheld/sonosite-anon-eye1.jpg", "sequence.mha"),
    ):
        shutil.copy(data / file, tmp_path / name)
        source = open_source(str(tmp_path / name))
        assert any(f"The name '{name}' says" in note for note in source.info.notes)
        assert source.next(CONTROL) is not None
        source.close()
