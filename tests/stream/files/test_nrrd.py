"""NRRD: what the header says is what comes out; what cannot be followed is refused with its reason."""

import bz2
import gzip
from pathlib import Path

import numpy as np
import pytest

from inplane.core import FormatError
from inplane.stream.files.media import Picture
from inplane.stream.files.nrrd import TYPES, NrrdReader, is_nrrd

RNG = np.random.default_rng(9)
FRAMES = RNG.integers(0, 256, (3, 20, 32)).astype(np.uint8)
FIELDS = {
    "type": "uint8",
    "dimension": "3",
    "sizes": "32 20 3",
    "kinds": "domain domain list",
    "encoding": "raw",
    "endian": "little",
    "space dimension": "2",
    "space directions": "(1,0) (0,1) none",
}
KEYS = {
    "ultrasound image orientation": "UNA",
    "ultrasound image type": "BRIGHTNESS",
    "Seq_Frame0000_ProbeToTrackerTransform": "1 0 0 10.5 0 1 0 -2e-005 0 0 1 3 0 0 0 1",
    "Seq_Frame0000_ProbeToTrackerTransformStatus": "INVALID",
    "Seq_Frame0000_Timestamp": "7.5",
    "Seq_Frame0001_Status": "INVALID",
    "Seq_Frame0001_Timestamp": "7.75",
    "Seq_Frame0001_UnfilteredTimestamp": "7.80",
}


def text_of(fields: dict[str, str | None], keys: dict[str, str | None]) -> bytes:
    lines = ["NRRD0005", "# a comment"]
    lines += [f"{key}: {value}" for key, value in fields.items() if value is not None]
    lines += [f"{key}:={value}" for key, value in keys.items() if value is not None]
    return ("\n".join(lines) + "\n").encode()


def write(
    folder: Path,
    changes: dict[str, str | None] | None = None,
    data: bytes = FRAMES.tobytes(),
    *,
    keys: dict[str, str | None] | None = None,
    name: str = "made.nrrd",
) -> Path:
    path = folder / name
    path.write_bytes(text_of(FIELDS | (changes or {}), KEYS if keys is None else keys) + b"\n" + data)
    return path


def read(path: Path) -> list[Picture]:
    return list(NrrdReader(path).pictures())


def test_pixels_transforms_times_and_validity_are_as_written(tmp_path: Path) -> None:
    reader = NrrdReader(write(tmp_path))
    first, second, third = reader.pictures()
    assert (reader.info.columns, reader.info.rows, reader.info.frames) == (32, 20, 3)
    assert (reader.info.orientation, reader.info.pixel_mm, reader.info.rate_hz) == ("UNA", None, 4.0)
    np.testing.assert_array_equal([first.pixels, second.pixels, third.pixels], FRAMES)
    (pose,) = first.transforms
    assert (pose.name, pose.valid, first.time_s, first.valid) == ("ProbeToTracker", False, 7.5, True)
    np.testing.assert_array_equal(pose.matrix[:, 3], [10.5, -2e-5, 3, 1])
    assert (second.valid, second.fields) == (False, {"UnfilteredTimestamp": "7.80"})


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("raw", FRAMES.tobytes()),
        ("gzip", gzip.compress(FRAMES.tobytes(), mtime=0)),
        ("gz", gzip.compress(FRAMES[:1].tobytes(), mtime=0) + gzip.compress(FRAMES[1:].tobytes(), mtime=0)),
        ("bzip2", bz2.compress(FRAMES.tobytes())),
        ("bz2", bz2.compress(FRAMES.tobytes())),
    ],
)
def test_every_encoding_within_the_file_and_beside_it(tmp_path: Path, encoding: str, packed: bytes) -> None:
    np.testing.assert_array_equal([p.pixels for p in read(write(tmp_path, {"encoding": encoding}, packed))], FRAMES)
    (tmp_path / "pixels.bin").write_bytes(packed)
    path = write(tmp_path, {"encoding": encoding, "data file": "pixels.bin"}, b"", name="made.nhdr")
    np.testing.assert_array_equal([p.pixels for p in read(path)], FRAMES)


@pytest.mark.parametrize(("code", "names"), TYPES.items())
def test_every_type_by_every_name_and_in_both_byte_orders(tmp_path: Path, code: str, names: tuple[str, ...]) -> None:
    for name in names:
        for endian, order in (("little", "<"), ("big", ">")):
            values = np.clip(FRAMES, 0, 127).astype(np.dtype(code).newbyteorder(order))
            pictures = read(write(tmp_path, {"type": name, "endian": endian}, values.tobytes()))
            if code[0] != "f":
                np.testing.assert_array_equal([p.pixels for p in pictures], values.astype(np.uint8))
            assert len(pictures) == 3


def test_lines_and_bytes_to_skip(tmp_path: Path) -> None:
    lead = b"one\ntwo\n" + b"12345"
    path = write(tmp_path, {"line skip": "2", "byte skip": "5"}, lead + FRAMES.tobytes())
    np.testing.assert_array_equal([p.pixels for p in read(path)], FRAMES)
    path = write(tmp_path, {"byte skip": "-1"}, lead + FRAMES.tobytes())
    np.testing.assert_array_equal([p.pixels for p in read(path)], FRAMES)


@pytest.mark.parametrize(("kind", "channels"), [("vector", 3), ("RGB-color", 3), ("RGBA-color", 4), ("???", 3)])
def test_color_comes_as_rgb(tmp_path: Path, kind: str, channels: int) -> None:
    frames = RNG.integers(0, 256, (3, 20, 32, channels)).astype(np.uint8)
    changes = {"sizes": f"{channels} 32 20 3", "kinds": f"{kind} domain domain list", "dimension": "4"}
    if kind == "???":
        changes["kinds"] = "??? ??? ??? ???"
    reader = NrrdReader(write(tmp_path, changes, frames.tobytes()))
    assert reader.info.color
    np.testing.assert_array_equal([p.pixels for p in reader.pictures()], frames[..., :3])


def test_frames_that_are_kept_pixel_by_pixel_come_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shuffled = np.ascontiguousarray(np.moveaxis(FRAMES, 0, -1))
    changes = {"sizes": "3 32 20", "kinds": "list domain domain", "space directions": "none (0.2,0) (0,0.3)"}
    path = write(tmp_path, changes, shuffled.tobytes(), keys={})
    reader = NrrdReader(path)
    np.testing.assert_array_equal([p.pixels for p in reader.pictures()], FRAMES)
    monkeypatch.setattr("inplane.stream.files.stored.MAX_SHUFFLED_BYTES", 100)
    with pytest.raises(FormatError, match="keeps 3 frames pixel by pixel"):
        read(path)
    monkeypatch.undo()
    with pytest.raises(FormatError, match="ends after 1919 of 1920 bytes"):
        read(write(tmp_path, changes, shuffled.tobytes()[:-1], keys={}))


def test_the_size_of_a_pixel_comes_from_directions_or_spacings(tmp_path: Path) -> None:
    big = {"sizes": "256 256 1", "kinds": "domain domain domain"}
    data = bytes(65536)
    tilted = write(tmp_path, big | {"space directions": "(0.06,0.08,0) (0,0,0.2) (0,0,1)"}, data, keys={})
    assert NrrdReader(tilted).info.pixel_mm == pytest.approx((0.1, 0.2))
    plain = write(tmp_path, big | {"space directions": None, "spacings": "0.1 0.2 nan"}, data, keys={})
    assert NrrdReader(plain).info.pixel_mm == (0.1, 0.2)
    centimetres = big | {"space directions": "(0.01,0) (0,0.02) none", "space units": '"cm" "cm"'}
    assert NrrdReader(write(tmp_path, centimetres, data, keys={})).info.pixel_mm == pytest.approx((0.1, 0.2))
    for unknown in ({"space directions": None}, {"space directions": "none none none"}, {"spacings": "x"}):
        assert NrrdReader(write(tmp_path, big | unknown, data, keys={})).info.pixel_mm is None


REFUSED: dict[str, tuple[dict[str, str | None], str]] = {
    "no sizes": ({"sizes": None}, "has no 'sizes'"),
    "no type": ({"type": None}, "has no 'type'"),
    "block type": ({"type": "block"}, "has type 'block'"),
    "text encoding": ({"encoding": "ascii"}, "has encoding 'ascii'"),
    "fewer kinds": ({"kinds": "domain list"}, "2 kinds and 3 sizes"),
    "complex": ({"kinds": "complex domain domain", "sizes": "2 32 30"}, "Expected grey or RGB"),
    "two lists": ({"kinds": "list domain list"}, "one list at most"),
    "one axis": ({"kinds": "domain list vector"}, "channels first"),
    "line": ({"kinds": "vector domain list", "sizes": "3 32 20"}, "Expected two axes"),
    "volumes": ({"kinds": "domain domain domain list", "sizes": "32 20 2 2"}, "volumes of 2 slices"),
    "tracker alone": ({"sizes": "0 0 3"}, "holds no pictures"),
    "absurd": ({"sizes": "99999999999 99999999999 9"}, "says 99999999999 x"),
    "skipped too far": ({"byte skip": "99999"}, "are said to begin at"),
    "many files": ({"data file": "LIST"}, "in many files"),
    "elsewhere": ({"data file": "/etc/passwd"}, "in its own folder"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, reason: str) -> None:
    changes, message = REFUSED[reason]
    with pytest.raises(FormatError, match=message):
        read(write(tmp_path, changes))


def test_a_volume_is_told_from_a_sequence(tmp_path: Path) -> None:
    volume = {"kinds": "domain domain domain", "space directions": "(0.5,0,0) (0,0.5,0) (0,0,0.5)"}
    with pytest.raises(FormatError, match="is a volume of 32 x 20 x 3 voxels, not a sequence"):
        read(write(tmp_path, volume, keys={}))
    assert len(read(write(tmp_path, volume, keys={}, name="made.seq.nrrd"))) == 3
    assert len(read(write(tmp_path, volume))) == 3  # frames have fields


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("raw", FRAMES.tobytes()[:-9]),
        ("gzip", gzip.compress(FRAMES.tobytes(), 0, mtime=0)[:-300]),
        ("bzip2", bz2.compress(FRAMES.tobytes())[:-300]),
        ("gzip", b"not gzip at all" * 9),
        ("bzip2", b"not bzip2 at all" * 9),
    ],
)
def test_cut_short_or_damaged_is_told(tmp_path: Path, encoding: str, data: bytes) -> None:
    with pytest.raises(FormatError, match="ends within frame|cannot be unpacked further"):
        read(write(tmp_path, {"encoding": encoding}, data))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"NRRD0009x\n", "begins with"),
        (b"NRRD0004\nno field here\n\n", "Expected 'field: value'"),
        (b"", "begins with"),
    ],
)
def test_what_is_no_header_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "made.nrrd").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        NrrdReader(tmp_path / "made.nrrd")


def test_the_first_bytes_tell(tmp_path: Path) -> None:
    assert is_nrrd(tmp_path, b"NRRD0004\n# Complete")
    assert is_nrrd(tmp_path, b"NRRD0001\r\n")
    assert not is_nrrd(tmp_path, b"NRRD")
    assert not is_nrrd(tmp_path, b"ObjectType = Image\n")
